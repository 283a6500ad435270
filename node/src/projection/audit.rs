//! The lists that an auditor walks: disputes that are open, certificates that are shown for several items.

use lode_ledger::id::LogIndex;
use lode_ledger::record::{Certificate, Record, RecordKey};

use super::begin;

/// The prefix of open disputes.
pub(crate) fn disputes_prefix() -> Vec<u8> {
    begin(b'q')
}

/// The prefix of certificates that are shown for several items.
pub(crate) fn collisions_prefix() -> Vec<u8> {
    begin(b'n')
}

/// Where such a record stands in its list.
pub(super) fn facets(key: &RecordKey, record: &Record) -> Vec<Vec<u8>> {
    match (key, record) {
        (RecordKey::Dispute(id), Record::Dispute(dispute)) if dispute.ended.is_none() => {
            vec![placed(disputes_prefix(), dispute.history.last, id.bytes())]
        }
        (RecordKey::Certificate(id), Record::Certificate(certificate)) if collides(certificate) => {
            vec![placed(collisions_prefix(), certificate.history.last, id.as_bytes())]
        }
        _ => Vec::new(),
    }
}

/// Whether a certificate is shown for more than one item (rule U2).
pub(crate) fn collides(certificate: &Certificate) -> bool {
    let mut shown = certificate.bound.iter().chain(&certificate.asserted);
    shown.next().is_some_and(|first| shown.any(|other| other != first))
}

fn placed(mut prefix: Vec<u8>, last: LogIndex, id: &[u8]) -> Vec<u8> {
    prefix.extend(last.0.to_be_bytes());
    prefix.extend(id);
    prefix
}
