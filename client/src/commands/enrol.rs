//! Enrolment in three steps: the applicant asks with a proof of his key, the registrar grants, the applicant takes
//! the grant into his home folder. Files go between them; no secret does.

use lode_ledger::event::Event;
use lode_ledger::event::body::{KeyGrant, Normalised, ParticipantEnrolled};
use lode_ledger::id::{Nonce, ParticipantId};
use lode_ledger::key::{PublicKey, SecretKey, Signature, check_possession, prove_possession};
use lode_ledger::sealed::{Disclosure, Sealable};
use lode_ledger::vocab::{Code, Country, Role};
use serde::{Deserialize, Serialize};

use crate::error::{ClientError, Result, words};
use crate::home::{Config, Home, LedgerName, write_json};
use crate::session::{Done, Session};
use crate::spec;

/// What an applicant hands to the registrar.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `enrolment-request-1`.
    pub lode: String,
    /// For which log.
    pub origin: String,
    /// From this and the registrar's id the participant id follows.
    pub nonce: Nonce,
    /// The name; of a person sealed by the registrar.
    pub name: String,
    /// A natural person.
    pub person: bool,
    /// Where.
    pub country: Code<Country>,
    /// The roles asked for.
    pub roles: Vec<Code<Role>>,
    /// The first key.
    pub key: PublicKey,
    /// That the applicant holds it.
    pub proof: Signature,
    /// A lab's code for its certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_code: Option<String>,
    /// Business licence or register number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
}

const REQUEST: &str = "enrolment-request-1";
const GRANT: &str = "enrolment-grant-1";

/// What the registrar gives back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// `enrolment-grant-1`.
    pub lode: String,
    /// The log's origin.
    pub origin: String,
    /// The ledger id.
    pub ledger: String,
    /// The node, if the registrar used one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The new participant.
    pub participant: ParticipantId,
    /// The key it was enrolled with.
    pub key: PublicKey,
    /// What opens the applicant's own sealed fields.
    pub disclosures: Vec<Disclosure>,
}

/// Who applies, and as what.
#[derive(Clone, Debug)]
pub struct Applicant {
    /// The name.
    pub name: String,
    /// A natural person.
    pub person: bool,
    /// Where.
    pub country: Code<Country>,
    /// The roles asked for.
    pub roles: Vec<Code<Role>>,
    /// A lab's code for its certificates.
    pub issuer_code: Option<String>,
    /// Business licence or register number.
    pub registration: Option<String>,
}

/// Makes a request with the proof that the applicant holds the key.
#[must_use]
pub fn request(origin: &str, applicant: Applicant, key: &SecretKey, nonce: Nonce) -> Request {
    Request {
        lode: REQUEST.to_owned(),
        origin: origin.to_owned(),
        nonce,
        name: applicant.name,
        person: applicant.person,
        country: applicant.country,
        roles: applicant.roles,
        key: key.public(),
        proof: prove_possession(key, origin, &nonce.to_string()),
        issuer_code: applicant.issuer_code,
        registration: applicant.registration,
    }
}

/// Enrols the applicant, as registrar. An organisation's name stays readable; a person's is sealed.
///
/// # Errors
/// The request is for another ledger or its proof does not hold, or as [`Session::send`].
pub fn grant(session: &Session, request: &Request) -> Result<(Done, Grant)> {
    let ledger = &session.author.ledger;
    if request.lode != REQUEST || request.origin != ledger.origin {
        let (theirs, ours) = (&request.origin, &ledger.origin);
        return Err(ClientError::usage(words!(
            "the request is for {theirs}, this registrar's ledger is {ours}",
            "申请属于 {theirs}，而本登记机构的账本是 {ours}",
            "o pedido é para {theirs}, o registro deste registrador é {ours}"
        )));
    }
    check_possession(&request.key, &request.proof, &request.origin, &request.nonce.to_string())
        .map_err(|error| ClientError::usage(words!(
"the request does not show that the applicant holds the key ({error}): ask for a new one, made with `lode enrol request`",
"申请未证明申请人持有该密钥（{error}）：请其用 `lode enrol request` 重新生成",
"o pedido não mostra que o requerente tem a chave ({error}): peça outro, feito com `lode enrol request`"
)))?;
    let code = request.issuer_code.as_deref().map(normalised).transpose()?;
    let event = Event::from(ParticipantEnrolled {
        at: session.now(),
        nonce: request.nonce,
        person: request.person,
        name: Sealable::Clear(spec::line("name", &request.name)?),
        country: request.country,
        roles: request.roles.clone().into(),
        keys: vec![KeyGrant { key: request.key, proof: request.proof, scope: Vec::new().into() }].into(),
        issuer_code: code,
        registration: spec::sealable("registration", request.registration.as_deref())?,
    });
    let mut session = session.clone();
    if !request.person {
        session.open.insert("name".to_owned());
    }
    let done = session.send(&[event])?;
    let grant = Grant {
        lode: GRANT.to_owned(),
        origin: ledger.origin.clone(),
        ledger: ledger.id.clone(),
        node: session.node.as_ref().map(|node| node.url().to_owned()),
        participant: done.id()?,
        key: request.key,
        disclosures: session.disclosures_of(&done.statement)?,
    };
    Ok((done, grant))
}

/// The one way to write a lab's code or a certificate's number.
///
/// # Errors
/// Other characters than letters, digits and separators.
pub fn normalised(text: &str) -> Result<Normalised> {
    lode_ledger::apply::normalise(text)
        .and_then(|text| Normalised::new(text).ok())
        .ok_or_else(|| spec::expected(text, "A-Z 0-9, 1..40"))
}

/// Takes a grant into the home folder: from here on this device signs for the participant.
///
/// # Errors
/// The grant is for another key, or a file cannot be written.
pub fn accept(home: &Home, grant: &Grant, key_name: &str) -> Result<Config> {
    let info = crate::keyring::info(home, key_name)?;
    if grant.lode != GRANT || info.public != grant.key {
        let problem = words!(
            "the grant is for another key; name the key of your request with --key",
            "回执属于另一密钥；请用 --key 指明申请时的密钥",
            "a concessão é para outra chave; informe a chave do pedido com --key"
        );
        return Err(ClientError::Key { name: key_name.to_owned(), problem });
    }
    let mut config = home.config()?;
    config.participant = Some(grant.participant.to_string());
    config.key = Some(key_name.to_owned());
    config.ledger = Some(LedgerName { origin: grant.origin.clone(), id: grant.ledger.clone() });
    config.node = config.node.or_else(|| grant.node.clone());
    if let Some(first) = grant.disclosures.first() {
        write_json(&home.join(format!("disclosures/{}.json", first.statement)), &grant.disclosures)?;
    }
    home.save_config(&config)?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::tests::author;
    use crate::home::Home;
    use crate::keyring::{Cost, keep};

    fn applicant(person: bool) -> Applicant {
        Applicant {
            name: "Li Wei".to_owned(),
            person,
            country: Code::parse("CN").unwrap(),
            roles: vec![Code::parse("artisan").unwrap()],
            issuer_code: None,
            registration: Some("91320722X".to_owned()),
        }
    }

    #[test]
    fn a_person_is_enrolled_sealed_and_takes_the_grant_home() {
        let folder = tempfile::tempdir().unwrap();
        let registrar = author();
        let home = Home::open(folder.path().join("registrar")).unwrap();
        let session = Session::new(home, None, registrar.ledger.clone(), registrar.issuer, registrar.key);
        let key = SecretKey::from_seed([8; 32]);
        let mine = Home::open(folder.path().join("applicant")).unwrap();
        keep(&mine, "main", &key, "", Cost::Light).unwrap();
        let asked = request(&registrar.ledger.origin, applicant(true), &key, Nonce([4; 16]));
        let (done, granted) = grant(&session, &asked).unwrap();
        assert_eq!(done.ids::<ParticipantId>(), [granted.participant]);
        assert_eq!(granted.disclosures.len(), 2, "name and registration");
        let config = accept(&mine, &granted, "main").unwrap();
        assert_eq!(config.participant, Some(granted.participant.to_string()));
        let (_, open) =
            grant(&session, &request(&registrar.ledger.origin, applicant(false), &key, Nonce([5; 16])))
                .unwrap();
        assert_eq!(open.disclosures.len(), 1, "an organisation shows its name");
    }

    #[test]
    fn nobody_enrols_anothers_key() {
        let folder = tempfile::tempdir().unwrap();
        let registrar = author();
        let home = Home::open(folder.path()).unwrap();
        let session = Session::new(home, None, registrar.ledger.clone(), registrar.issuer, registrar.key);
        let key = SecretKey::from_seed([8; 32]);
        let mut asked = request(&registrar.ledger.origin, applicant(false), &key, Nonce([4; 16]));
        asked.key = SecretKey::from_seed([9; 32]).public();
        assert!(grant(&session, &asked).unwrap_err().to_string().contains("proof of possession"));
        let other = request("b.example", applicant(false), &key, Nonce([4; 16]));
        assert!(grant(&session, &other).is_err());
    }
}
