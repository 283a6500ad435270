//! A ledger begins: the registrar signs entries 0 and 1 from what the node's operator asked for.
//!
//! The registrar's keys never meet the node: the request goes one way as a file, the two statements the other.

use std::collections::BTreeSet;

use lode_ledger::apply::{RULESET, ledger_id, registrar_id};
use lode_ledger::event::Event;
use lode_ledger::event::body::{KeyGrant, LedgerOpened, PolicyAdopted, Registrar, YieldRange};
use lode_ledger::id::{LogIndex, Nonce, Origin, ParticipantId};
use lode_ledger::key::{PublicKey, SecretKey, prove_possession};
use lode_ledger::mass::Ppm;
use lode_ledger::statement::Issuer;
use lode_ledger::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::author::Author;
use crate::error::{ClientError, Result};
use crate::home::{Home, LedgerName};
use crate::spec;

/// What the node's operator asks the registrar to sign, as `lode-node init` writes it. Fields that this program does
/// not know are passed over.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LedgerRequest {
    /// The log's origin.
    pub origin: Origin,
    /// The key that signs checkpoints.
    pub log_key: PublicKey,
    /// The key that signs seals.
    pub seal_key: PublicKey,
    /// The key that signs receipts.
    pub receipt_key: PublicKey,
    /// Seconds between seals.
    #[serde(default = "default_seal_interval")]
    pub seal_interval_s: u32,
    /// Whether raw entries are for members only.
    #[serde(default)]
    pub members_only: bool,
}

const fn default_seal_interval() -> u32 {
    300
}

/// A policy; every figure may be changed later by `policy.adopted`.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The ruleset; it never goes back.
    pub ruleset: u32,
    /// Seconds by which a claimed time may be wrong.
    pub skew_s: u32,
    /// Seconds after which an entry is marked late.
    pub late_after_s: u32,
    /// A received mass may differ by this share without a reason.
    pub receipt_reason: Ppm,
    /// Beyond this share a received mass needs a counter-signature.
    pub receipt_countersign: Ppm,
    /// Two scales may differ by this share.
    pub scale: Ppm,
    /// Plausible yields.
    pub yields: Vec<YieldRange>,
    /// How far a correction of claims may reach.
    pub max_forward_items: u32,
}

impl Policy {
    /// As the trade weighs: clocks within 15 minutes, entries within 7 days, receipts within 0.5 % without a reason
    /// and 5 % without a counter-signature, scales within 0.1 %.
    ///
    /// # Errors
    /// A figure is no share; none of these is.
    pub fn usual() -> Result<Self> {
        Ok(Self {
            ruleset: RULESET,
            skew_s: 900,
            late_after_s: 7 * 86_400,
            receipt_reason: spec::ppm(5_000)?,
            receipt_countersign: spec::ppm(50_000)?,
            scale: spec::ppm(1_000)?,
            yields: Vec::new(),
            max_forward_items: 10_000,
        })
    }
}

/// What the registrar made.
#[derive(Clone, Debug, Serialize)]
pub struct Opened {
    /// The ledger.
    pub ledger: String,
    /// The registrar's participant id.
    pub registrar: ParticipantId,
    /// Entries 0 and 1 one after the other, as the node reads them.
    #[serde(skip)]
    pub genesis: Vec<u8>,
}

/// Signs entries 0 and 1 with the first of the keys and names all of them as the registrar's.
///
/// # Errors
/// Fewer than two keys, a name that is no line, or the counter cannot be kept.
pub fn open(
    home: &Home,
    request: &LedgerRequest,
    name: &str,
    keys: &[SecretKey],
    nonce: Nonce,
    at: Timestamp,
    policy: &Policy,
) -> Result<Opened> {
    let [first, _, ..] = keys else {
        let text =
            "a registrar has at least two keys, so that losing one does not end the ledger: use --key twice";
        return Err(ClientError::usage(text));
    };
    let origin = request.origin.as_str();
    let registrar = registrar_id(&request.origin, &nonce);
    let grant = |key: &SecretKey| KeyGrant {
        key: key.public(),
        proof: prove_possession(key, origin, &nonce.to_string()),
        scope: Vec::new().into(),
    };
    let opened = Event::from(LedgerOpened {
        at,
        origin: request.origin.clone(),
        log_key: request.log_key,
        seal_key: request.seal_key,
        receipt_key: request.receipt_key,
        seal_interval_s: request.seal_interval_s,
        registrar: Registrar {
            nonce,
            name: spec::line("name", name)?,
            keys: keys.iter().map(grant).collect::<Vec<_>>().into(),
        },
        members_only: Some(request.members_only),
    });
    let mut author = Author {
        issuer: Issuer::Participant(registrar),
        key: first.clone(),
        ledger: LedgerName { origin: origin.to_owned(), id: origin.to_owned() },
    };
    let entry0 = author.sign(home, &[opened], &BTreeSet::new(), None)?.statement;
    let ledger = ledger_id(&request.origin, &entry0.leaf_hash());
    author.ledger.id = ledger.as_str().to_owned();
    let entry1 = author.sign(home, &[adopted(policy, at)?], &BTreeSet::new(), None)?.statement;
    Ok(Opened {
        ledger: author.ledger.id,
        registrar,
        genesis: [entry0.into_bytes(), entry1.into_bytes()].concat(),
    })
}

/// `policy.adopted` of these figures.
///
/// # Errors
/// The vocabulary's version is no line; it is.
pub fn adopted(policy: &Policy, at: Timestamp) -> Result<Event> {
    Ok(Event::from(PolicyAdopted {
        at,
        ruleset: policy.ruleset,
        vocabulary: spec::line("vocabulary", "1")?,
        skew_s: policy.skew_s,
        late_after_s: policy.late_after_s,
        receipt_reason_ppm: policy.receipt_reason,
        receipt_countersign_ppm: policy.receipt_countersign,
        scale_ppm: policy.scale,
        yields: policy.yields.clone().into(),
        max_forward_items: policy.max_forward_items,
    }))
}

/// The index from which on a ledger of this genesis takes statements.
pub const FIRST_FREE: LogIndex = LogIndex(2);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lode_ledger::apply::{apply, author_key};
    use lode_ledger::record::{Record, RecordKey, View};
    use lode_ledger::statement::Statement;

    use super::*;

    /// Nothing but what the statements before changed.
    #[derive(Default)]
    struct Memory(std::collections::BTreeMap<RecordKey, Arc<Record>>);

    impl View for Memory {
        fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
            self.0.get(key).cloned()
        }
    }

    #[test]
    fn the_rules_take_both_entries() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let key = |n| SecretKey::from_seed([n; 32]);
        let request = LedgerRequest {
            origin: "a.example/lode".parse().unwrap(),
            log_key: key(1).public(),
            seal_key: key(2).public(),
            receipt_key: key(3).public(),
            seal_interval_s: 60,
            members_only: false,
        };
        let at = Timestamp::from_unix(1_700_000_000);
        let policy = Policy::usual().unwrap();
        let sign =
            |keys: &[SecretKey]| open(&home, &request, "Association", keys, Nonce([5; 16]), at, &policy);
        assert!(sign(&[key(4)]).is_err(), "one key is not enough");
        let opened = sign(&[key(4), key(5)]).unwrap();
        let mut view = Memory::default();
        let mut rest = opened.genesis.as_slice();
        for index in 0..2 {
            // Two COSE messages stand one after the other; a shorter prefix of a message is never one.
            let length = (1..=rest.len()).find(|n| Statement::decode(rest[..*n].to_vec()).is_ok()).unwrap();
            let statement = Statement::decode(rest[..length].to_vec()).unwrap();
            rest = &rest[length..];
            let key = author_key(&view, &statement).unwrap().check().unwrap();
            let delta = apply(&view, LogIndex(index), &statement.verify(&key).unwrap()).unwrap();
            view.0.extend(delta.into_changes());
        }
        assert!(rest.is_empty());
        let Some(Record::Ledger(ledger)) = view.0.get(&RecordKey::Ledger).map(|r| (**r).clone()) else {
            panic!()
        };
        assert_eq!(ledger.id, opened.ledger);
        assert!(view.0.contains_key(&RecordKey::Participant(opened.registrar)));
    }
}
