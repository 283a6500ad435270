//! Who signs on this device, and how: events become a sealed, numbered, signed statement here and nowhere else.
//!
//! Whether the ledger will take it is not asked here. The salts of what was sealed come back beside the statement.

use std::collections::BTreeSet;

use lode_ledger::event::body::OriginShare;
use lode_ledger::event::shape::Fields as _;
use lode_ledger::event::{Event, EventType};
use lode_ledger::id::StatementId;
use lode_ledger::json::Json;
use lode_ledger::key::SecretKey;
use lode_ledger::sealed::{Disclosure, Salt, digest};
use lode_ledger::statement::{Issuer, Statement, Subject};
use unicode_normalization::UnicodeNormalization as _;

use crate::effects;
use crate::error::{ClientError, Result, random, words};
use crate::home::{Home, LedgerName};
use crate::keyring;

/// An author with a key in hand.
#[derive(Clone, Debug)]
pub struct Author {
    /// Who speaks.
    pub issuer: Issuer,
    /// With which key.
    pub key: SecretKey,
    /// To which ledger.
    pub ledger: LedgerName,
}

/// A statement ready to be sent, with what belongs to it.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The statement.
    pub statement: Statement,
    /// What opens its sealed fields; never sent with it.
    pub disclosures: Vec<Disclosure>,
    /// The ids that it creates, by event.
    pub creates: Vec<Vec<String>>,
    /// The ids that it names.
    pub names: BTreeSet<String>,
    /// Its events' names.
    pub events: Vec<&'static str>,
}

impl Signed {
    /// SHA-256 of its bytes.
    #[must_use]
    pub fn id(&self) -> StatementId {
        self.statement.id()
    }
}

impl Author {
    /// Signs events as one statement. Every sealable field is sealed but those named in `open`; the key's next number
    /// is used up, also when signing fails afterwards.
    ///
    /// # Errors
    /// The number cannot be had, or the statement would be refused for its form.
    pub fn sign(
        &self,
        home: &Home,
        events: &[Event],
        open: &BTreeSet<String>,
        reference: Option<&Subject>,
    ) -> Result<Signed> {
        let (payloads, salted) = self.seal(events, open)?;
        let seq = keyring::next_sequence(home, self.key.public().thumbprint())?;
        let payload = Json::object([
            ("seq", Json::Int(i64::try_from(seq).unwrap_or(i64::MAX))),
            ("events", Json::Arr(payloads)),
        ]);
        let subject = match reference {
            Some(subject) => subject.clone(),
            None => {
                let numbered = format!("lode-{seq}");
                numbered.parse().map_err(|error| ClientError::usage(words!(
"{numbered} cannot be the statement's reference ({error}): give one with --reference",
"{numbered} 不能作为声明的参考号（{error}）：请用 --reference 指定",
"{numbered} não pode ser a referência da declaração ({error}): informe uma com --reference"
)))?
            }
        };
        let statement = Statement::sign(self.issuer, subject, &self.ledger.id, &payload, &self.key)?;
        let id = statement.id();
        let disclosures = salted
            .into_iter()
            .map(|(path, salt, value)| Disclosure { statement: id, path, salt, value })
            .collect();
        let issuer = self.issuer.to_string();
        Ok(Signed {
            statement,
            disclosures,
            creates: events
                .iter()
                .map(|event| effects::created(event, &self.ledger.origin, &issuer))
                .collect(),
            names: events.iter().flat_map(effects::named).collect(),
            events: events.iter().map(|event| event.event_type().spec().name).collect(),
        })
    }

    /// The bytes that the events would take in a payload once sealed; a little more than they do.
    #[must_use]
    pub fn payload_bytes(event: &Event) -> usize {
        // A sealed field takes 57 bytes; at most nine of a lot's are sealable.
        event.to_json().write().len() + 9 * 57
    }

    fn seal(&self, events: &[Event], open: &BTreeSet<String>) -> Result<(Vec<Json>, Vec<Salted>)> {
        let mut salted = Vec::new();
        let mut payloads = Vec::new();
        for (n, event) in events.iter().enumerate() {
            let mut json = normalised(event.to_json());
            let mut sealing = Sealing { origin: &self.ledger.origin, open, salted: &mut salted };
            sealing.event(&mut json, event.event_type(), &format!("events[{n}]"))?;
            payloads.push(json);
        }
        Ok((payloads, salted))
    }
}

/// Refuses a name that none of a statement's events has: whoever mistypes one would seal for good what was to be read.
///
/// # Errors
/// Names it, and the fields that would be sealed.
pub fn check_open(events: &[Event], open: &BTreeSet<String>) -> Result<()> {
    let mut known = BTreeSet::new();
    let mut sealable = BTreeSet::new();
    for event in events {
        let mut fields = event.event_type().fields();
        if fields.iter().any(|field| field.name == "origins") {
            fields.extend(OriginShare::fields());
        }
        known.extend(fields.iter().map(|field| field.name));
        sealable.extend(fields.iter().filter(|field| field.sealable).map(|field| field.name));
    }
    let Some(unknown) = open.iter().find(|name| !known.contains(name.as_str())) else { return Ok(()) };
    let sealable = match sealable.is_empty() {
        true => "-".to_owned(),
        false => sealable.into_iter().collect::<Vec<_>>().join(", "),
    };
    Err(ClientError::usage(words!(
        "--open {unknown}: no event of this statement has a field of this name; those that would be sealed: {sealable}. Nothing was signed",
        "--open {unknown}：本声明的事件没有此字段；会被密封的字段：{sealable}。未签署任何内容",
        "--open {unknown}: nenhum evento desta declaração tem esse campo; os que seriam selados: {sealable}. Nada foi assinado"
    )))
}

/// The value with every text in Unicode's form NFC, so that what looks the same is the same bytes under the signature.
fn normalised(json: Json) -> Json {
    match json {
        Json::Str(text) => Json::Str(text.nfc().collect()),
        Json::Arr(list) => Json::Arr(list.into_iter().map(normalised).collect()),
        Json::Obj(members) => {
            Json::Obj(members.into_iter().map(|(name, value)| (name, normalised(value))).collect())
        }
        other => other,
    }
}

/// Path, salt and value of a sealed field.
type Salted = (String, Salt, Json);

struct Sealing<'a> {
    origin: &'a str,
    open: &'a BTreeSet<String>,
    salted: &'a mut Vec<Salted>,
}

impl Sealing<'_> {
    fn event(&mut self, json: &mut Json, kind: EventType, path: &str) -> Result<()> {
        let Json::Obj(members) = json else { return Ok(()) };
        let sealable: Vec<&str> =
            kind.fields().iter().filter(|field| field.sealable).map(|field| field.name).collect();
        for (name, value) in members {
            if sealable.contains(&name.as_str()) {
                self.field(name, value, &format!("{path}.{name}"))?;
            } else if name == "origins"
                && let Json::Arr(origins) = value
            {
                for (n, origin) in origins.iter_mut().enumerate() {
                    self.origin(origin, &format!("{path}.origins[{n}]"))?;
                }
            }
        }
        Ok(())
    }

    fn origin(&mut self, json: &mut Json, path: &str) -> Result<()> {
        let Json::Obj(members) = json else { return Ok(()) };
        let fields = OriginShare::fields();
        for (name, value) in members {
            if fields.iter().any(|field| field.sealable && field.name == name) {
                self.field(name, value, &format!("{path}.{name}"))?;
            }
        }
        Ok(())
    }

    fn field(&mut self, name: &str, value: &mut Json, path: &str) -> Result<()> {
        // An object is a digest already; no sealable value is one.
        if self.open.contains(name) || matches!(value, Json::Obj(_)) {
            return Ok(());
        }
        let salt = Salt(random()?);
        let sealed = digest(self.origin, path, &salt.0, &value.write());
        let clear = std::mem::replace(value, Json::object([("sealed", Json::Str(sealed.to_string()))]));
        self.salted.push((path.to_owned(), salt, clear));
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use lode_ledger::event::body::{LotDeclared, Weighing};
    use lode_ledger::id::{Nonce, ParticipantId};
    use lode_ledger::mass::{Milligrams, Ppm};
    use lode_ledger::sealed::Sealable;
    use lode_ledger::statement::decode_payload;
    use lode_ledger::time::Timestamp;
    use lode_ledger::vocab::{Code, EntryKind};

    use super::*;
    use crate::session::Session;

    pub(crate) fn author() -> Author {
        Author {
            issuer: Issuer::Participant(ParticipantId::new([3; 16])),
            key: SecretKey::from_seed([3; 32]),
            ledger: LedgerName {
                origin: "a.example/lode".to_owned(),
                id: "a.example/lode#00112233445566778899aabbccddeeff".to_owned(),
            },
        }
    }

    pub(crate) fn lot(nonce: u8) -> Event {
        let line = |text: &str| Sealable::Clear(lode_ledger::event::body::Line::new(text).unwrap());
        Event::from(LotDeclared {
            at: Timestamp::from_unix(1_700_000_000),
            nonce: Nonce([nonce; 16]),
            entry: EntryKind::IMPORT,
            species: Code::parse("quartz").unwrap(),
            variety: None,
            trade_name: None,
            form: Code::parse("rough").unwrap(),
            nature: Code::parse("natural").unwrap(),
            origins: vec![OriginShare {
                country: Code::parse("BR").unwrap(),
                share_ppm: Ppm::new(1_000_000).unwrap(),
                subdivision: None,
                mine: Some(line("Mina Boa")),
            }]
            .into(),
            mass: Weighing {
                net_mg: Milligrams::new(5_000_000).unwrap(),
                gross_mg: None,
                tare_mg: None,
                method: Code::parse("packing_list").unwrap(),
                resolution_mg: Milligrams::new(1000).unwrap(),
            },
            treatments: Vec::new().into(),
            evidence: Code::parse("self_declared").unwrap(),
            grade: None,
            supplier: Some(line("Pedras Ltda")),
            supplier_lot: Some(line("PB-7")),
            supplier_participant: None,
            supplier_link: None,
            bill_of_lading: None,
            customs_declaration: None,
            certificate_of_origin: None,
            customs: None,
            documents: Vec::new().into(),
            owner: None,
        })
    }

    #[test]
    fn a_name_that_no_event_has_is_not_opened_in_silence() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let author = author();
        let mut session = Session::new(home, None, author.ledger.clone(), author.issuer, author.key);
        let mut send = |name: &str| {
            session.open = BTreeSet::from([name.to_owned()]);
            session.send(&[lot(1)])
        };
        let error = send("nosuchfield").unwrap_err().to_string();
        assert!(error.contains("nosuchfield") && error.contains("mine, supplier"), "{error}");
        for name in ["supplier", "mine", "grade"] {
            assert!(send(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn names_of_the_trade_stay_out_of_the_log_and_can_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let author = author();
        let open = BTreeSet::from(["supplier_lot".to_owned()]);
        let signed = author.sign(&home, &[lot(1), lot(2)], &open, None).unwrap();
        let text = String::from_utf8(signed.statement.payload().to_vec()).unwrap();
        assert!(!text.contains("Mina Boa") && !text.contains("Pedras") && text.contains("PB-7"), "{text}");
        let paths: Vec<&str> = signed.disclosures.iter().map(|d| d.path.as_str()).collect();
        let of = |n: u8| [format!("events[{n}].origins[0].mine"), format!("events[{n}].supplier")];
        assert_eq!(paths, [of(0), of(1)].concat());
        let (_, events) = decode_payload(signed.statement.payload()).unwrap();
        let sealed = events[1].get("supplier").unwrap().get("sealed").unwrap().as_str().unwrap();
        signed.disclosures[3].check(&author.ledger.origin, &sealed.parse().unwrap()).unwrap();
        assert!(signed.disclosures[1].check(&author.ledger.origin, &sealed.parse().unwrap()).is_err());
        assert_eq!(signed.creates.len(), 2);
        let verified = signed.statement.verify(&author.key.public().check().unwrap()).unwrap();
        assert_eq!(verified.seq(), 1);
    }

    #[test]
    fn texts_are_signed_in_the_form_nfc_whatever_keyboard_they_come_from() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let Event::LotDeclared(mut body) = lot(1) else { unreachable!() };
        let decomposed = lode_ledger::event::body::Line::new("Sa\u{303}o Jose\u{301}").unwrap();
        body.supplier = Some(Sealable::Clear(decomposed));
        let open = BTreeSet::from(["supplier".to_owned()]);
        let signed = author().sign(&home, &[Event::from(*body)], &open, None).unwrap();
        let text = String::from_utf8(signed.statement.payload().to_vec()).unwrap();
        assert!(text.contains("S\u{e3}o Jos\u{e9}"), "{text}");
    }

    #[test]
    fn every_statement_has_a_number_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let seq = |signed: &Signed| decode_payload(signed.statement.payload()).unwrap().0;
        let sign = || author().sign(&home, &[lot(1)], &BTreeSet::new(), None).unwrap();
        assert_eq!((seq(&sign()), seq(&sign())), (1, 2));
    }
}
