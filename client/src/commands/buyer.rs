//! A buyer without an account: the hidden code of a claim card, the keys that own things, and what they sign.
//!
//! The hidden code is used and never kept. Each thing has a key of its own, made on this device, so that nobody can
//! tell that two things belong to one person.

use std::path::PathBuf;

use lode_ledger::event::body::{ClaimRedeemed, OwnerTransferred, UnitClaim};
use lode_ledger::hash::Hash;
use lode_ledger::id::ItemId;
use lode_ledger::key::{KeyId, PublicKey, SecretKey, Signature, prove_possession};
use lode_ledger::statement::Issuer;
use lode_ledger::tag::{ClaimCode, TagCode};
use serde::{Deserialize, Serialize};

use crate::error::{ClientError, Result, words};
use crate::home::{Home, LedgerName, read_json, write_json};
use crate::session::{Done, Session};

/// What a claim card says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Card {
    /// The address before `/T/CODE`, if the card's QR code was read.
    pub base: Option<String>,
    /// The public code, if the card's QR code was read.
    pub code: Option<TagCode>,
    /// The hidden code.
    pub hidden: ClaimCode,
    /// Of one piece of a batch: its place among the tag's codes, from 0, and the proof of that.
    pub unit: Option<(u32, Vec<Hash>)>,
}

impl Card {
    /// Reads `BASE/T/CODE#HIDDEN` as the QR code has it, or the hidden code as people type it; of one piece of a batch
    /// `BASE/T/CODE#HIDDEN.PLACE.PROOF`.
    ///
    /// # Errors
    /// It is neither. The text is not repeated: it may be nearly right.
    pub fn parse(text: &str) -> Result<Self> {
        let (address, hidden) = match text.trim().rsplit_once('#') {
            Some((address, hidden)) => (Some(address), hidden),
            None => (None, text),
        };
        let (hidden, unit) = match hidden.split_once('.') {
            Some((hidden, unit)) => (hidden, Some(unit_of(unit).ok_or_else(no_card)?)),
            None => (hidden, None),
        };
        let hidden = hidden.parse().map_err(|_| no_card())?;
        let Some(address) = address else {
            // Which tag one piece of a batch belongs to, its code alone does not tell.
            return if unit.is_some() {
                Err(no_card())
            } else {
                Ok(Self { base: None, code: None, hidden, unit })
            };
        };
        let (base, code) =
            address.rsplit_once("/T/").or_else(|| address.rsplit_once("/t/")).ok_or_else(no_card)?;
        let code = TagCode::parse_lenient(code).map_err(|_| no_card())?;
        // The card has the host in capitals, so that its code is small; a path keeps its letters.
        let (scheme, rest) = base.split_once("://").ok_or_else(no_card)?;
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let base = format!("{}://{}{path}", scheme.to_lowercase(), host.to_lowercase());
        Ok(Self { base: Some(base), code: Some(code), hidden, unit })
    }

    /// The key that claims in this ledger, and the code of its tag.
    ///
    /// # Errors
    /// The card's two codes are not of one tag of this ledger.
    pub fn claim_key(&self, ledger: &LedgerName) -> Result<(SecretKey, TagCode)> {
        let id = ledger.ledger_id()?;
        let key = self.hidden.claim_key(&id);
        let code = TagCode::of(&key.public());
        match self.code {
            // A piece's own key is shown to belong to the tag by the proof.
            Some(printed) if self.unit.is_some() => Ok((key, printed)),
            Some(printed) if printed != code => Err(ClientError::usage(words!(
                "the hidden code is not that of tag {printed} in this ledger: compare each character, or the card is of another ledger",
                "隐藏码与本账本的标签 {printed} 不符：请逐字核对，或该卡属于其他账本",
                "o código oculto não é o da etiqueta {printed} neste registro: compare cada caractere, ou o cartão é de outro registro"
            ))),
            _ => Ok((key, code)),
        }
    }
}

/// Place and proof, as [`crate::label::unit_text`] writes them.
fn unit_of(text: &str) -> Option<(u32, Vec<Hash>)> {
    let (number, path) = text.split_once('.')?;
    let path = path.trim().to_lowercase();
    let hashes = path.as_bytes().chunks(64).map(|hash| std::str::from_utf8(hash).ok()?.parse().ok());
    Some((number.parse().ok()?, hashes.collect::<Option<_>>()?))
}

fn no_card() -> ClientError {
    ClientError::usage(words!(
        "this is no claim card: expected the address in its QR code, or the 26 characters of its hidden code",
        "这不是认领卡：应为其二维码中的地址，或26个字符的隐藏码",
        "isto não é um cartão de resgate: o esperado é o endereço do código QR, ou os 26 caracteres do código oculto"
    ))
}

/// How this device stands to a thing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Asked for: its owner passes it on, or not.
    Asked,
    /// Claimed here.
    Claimed,
    /// Passed on or given back.
    Passed,
}

/// A key that owns, or is to own, a thing; the key itself is in the keyring.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Owned {
    /// The thing.
    pub item: ItemId,
    /// The key's name in the keyring.
    pub key: String,
    /// Its thumbprint, as the ledger shows it.
    pub thumbprint: KeyId,
    /// In which ledger.
    pub ledger: LedgerName,
    /// How it stands.
    pub state: Hold,
    /// Which piece of a batch, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<u32>,
}

/// The name in the keyring of a key made for a thing.
#[must_use]
pub fn key_name(key: &SecretKey) -> String {
    let thumbprint = key.public().thumbprint().to_string();
    format!("own-{}", thumbprint.chars().take(12).collect::<String>())
}

impl Owned {
    /// A key that is kept under [`key_name`].
    #[must_use]
    pub fn new(item: ItemId, key: &SecretKey, ledger: LedgerName, state: Hold) -> Self {
        Self { item, key: key_name(key), thumbprint: key.public().thumbprint(), ledger, state, unit: None }
    }

    fn path(&self, home: &Home) -> PathBuf {
        home.join(format!("owned/{}.json", self.key))
    }

    /// Keeps it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, home: &Home) -> Result<()> {
        write_json(&self.path(home), self)
    }
}

/// Everything that this device owns, asked for, or has passed on.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub fn owned(home: &Home) -> Result<Vec<Owned>> {
    let folder = home.join("owned");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|error| ClientError::io(&folder, error))? {
        let path = entry.map_err(|error| ClientError::io(&folder, error))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            all.push(read_json::<Owned>(&path)?);
        }
    }
    all.sort_by_key(|owned| (owned.item, owned.key.clone()));
    Ok(all)
}

/// The keys of this device that may own a thing now: those that claimed it before those that asked for it.
///
/// # Errors
/// There is none.
pub fn keys_of(home: &Home, item: ItemId) -> Result<Vec<Owned>> {
    let mut keys = owned(home)?;
    keys.retain(|owned| owned.item == item && owned.state != Hold::Passed);
    keys.sort_by_key(|owned| owned.state == Hold::Asked);
    if keys.is_empty() {
        return Err(ClientError::usage(words!(
            "no key of this device owns {item}; see `lode own list`",
            "本设备没有拥有 {item} 的密钥；见 `lode own list`",
            "nenhuma chave deste dispositivo possui {item}; veja `lode own list`"
        )));
    }
    Ok(keys)
}

/// Makes a sold thing the owner key's, or one piece of a sold batch. The session speaks for the tag.
///
/// # Errors
/// As [`Session::send`].
pub fn claim(session: &Session, owner: &SecretKey, unit: Option<&(u32, Vec<Hash>)>) -> Result<Done> {
    let Issuer::Tag(code) = session.author.issuer else {
        let issuer = &session.author.issuer;
        return Err(ClientError::usage(words!(
            "{issuer} is no tag: a claim is signed with the tag's hidden code",
            "{issuer} 不是标签：认领须以标签的隐藏码签署",
            "{issuer} não é etiqueta: a reivindicação é assinada com o código oculto dela"
        )));
    };
    let proof = prove_possession(owner, &session.author.ledger.origin, &code.to_string());
    let unit = unit.map(|(number, path)| UnitClaim {
        claim_key: session.author.key.public(),
        number: *number,
        path: path.clone().into(),
    });
    session.send(&[ClaimRedeemed { at: session.now(), owner_key: owner.public(), proof, unit }.into()])
}

/// What the next owner gives to the present one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRequest {
    /// Which thing.
    pub item: ItemId,
    /// In which ledger.
    pub ledger: LedgerName,
    /// The next owner's key, made for it.
    pub owner_key: PublicKey,
    /// That the key is held.
    pub proof: Signature,
}

/// Asks for a thing with a fresh key.
#[must_use]
pub fn request(item: ItemId, ledger: LedgerName, key: &SecretKey) -> OwnRequest {
    let proof = prove_possession(key, &ledger.origin, &item.to_string());
    OwnRequest { item, ledger, owner_key: key.public(), proof }
}

/// Passes a thing on, or gives it back to its seller. The session speaks for the present owner's key.
///
/// # Errors
/// As [`Session::send`]; or the request asks for another thing.
pub fn pass_on(session: &Session, item: ItemId, to: Option<&OwnRequest>) -> Result<Done> {
    if let Some(other) = to.filter(|to| to.item != item || to.ledger != session.author.ledger) {
        let (asked, ledger) = (other.item, &other.ledger.origin);
        return Err(ClientError::usage(words!(
            "the request asks for {asked} in {ledger}, not for {item}",
            "该请求要的是 {ledger} 中的 {asked}，而不是 {item}",
            "o pedido é de {asked} em {ledger}, não de {item}"
        )));
    }
    let (owner_key, proof) = to.map(|to| (to.owner_key, to.proof)).unzip();
    session.send(&[OwnerTransferred { at: session.now(), item, owner_key, proof }.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::tests::author;
    use crate::commands::market::UnitCode;
    use crate::label;

    #[test]
    fn a_card_is_read_as_printed_and_as_typed() {
        let ledger = author().ledger;
        let hidden = ClaimCode([7; 16]);
        let key = hidden.claim_key(&ledger.id.parse().unwrap());
        let code = TagCode::of(&key.public());
        let scanned = format!("{}#{hidden}", label::address("https://Lode.example", &code));
        let card = Card::parse(&scanned).unwrap();
        assert_eq!(card.base.as_deref(), Some("https://lode.example"));
        assert_eq!(card.claim_key(&ledger).unwrap().1, code);
        let in_a_folder = Card::parse(&format!("http://a.example/Donghai/T/{code}#{hidden}")).unwrap();
        assert_eq!(in_a_folder.base.as_deref(), Some("http://a.example/Donghai"));
        let typed = Card::parse(&hidden.to_string().to_lowercase().replace('-', " ")).unwrap();
        assert_eq!((typed.base.clone(), typed.claim_key(&ledger).unwrap().1), (None, code));

        let unit = UnitCode { hidden: hidden.clone(), number: 7, path: vec![Hash([1; 32]), Hash([2; 32])] };
        let batch = TagCode::new([9; 10]);
        let text = format!("{}#{}", label::address("https://lode.example", &batch), label::unit_text(&unit));
        let card = Card::parse(&text).unwrap();
        assert_eq!(card.unit, Some((7, unit.path.clone())));
        assert_eq!(card.claim_key(&ledger).unwrap().1, batch, "the tag is the batch's");
        assert!(Card::parse(&label::unit_text(&unit)).is_err(), "of which tag?");
        assert!(Card::parse(&text[..text.len() - 1]).is_err(), "half a proof");

        let other = ClaimCode([8; 16]);
        let mixed = Card::parse(&format!("https://lode.example/T/{code}#{other}")).unwrap();
        assert!(mixed.claim_key(&ledger).is_err(), "two tags on one card");
        for bad in ["", "https://lode.example/T/", &format!("lode.example/T/{code}#{hidden}")] {
            let said = Card::parse(bad).unwrap_err().to_string();
            assert!(bad.is_empty() || !said.contains(bad), "{said}");
        }
    }

    #[test]
    fn the_key_that_claimed_comes_first_and_what_was_passed_on_is_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let item: ItemId = "P-01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        assert!(keys_of(&home, item).is_err());
        let ledger = author().ledger;
        let keep = |seed: u8, state: Hold| {
            let owned = Owned::new(item, &SecretKey::from_seed([seed; 32]), ledger.clone(), state);
            owned.keep(&home).unwrap();
            owned
        };
        let asked = keep(1, Hold::Asked);
        let claimed = keep(2, Hold::Claimed);
        keep(3, Hold::Passed);
        assert_eq!(keys_of(&home, item).unwrap(), [claimed, asked]);
        assert_eq!(owned(&home).unwrap().len(), 3);
    }
}
