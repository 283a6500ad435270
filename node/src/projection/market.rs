//! The lists of the market: what a seller may sell and offers, what was exported, what is under way.

use lode_ledger::id::{ItemId, LogIndex, ParticipantId};
use lode_ledger::record::{Record, RecordKey};

use super::{long, with_id};

/// The prefix of what was consigned to a seller, whether or not that time has passed.
pub(crate) fn consigned_prefix(seller: &ParticipantId) -> Vec<u8> {
    with_id(b'd', seller)
}

/// The prefix of a seller's open listings.
pub(crate) fn listings_prefix(seller: &ParticipantId) -> Vec<u8> {
    with_id(b'l', seller)
}

/// The prefix of a participant's exports.
pub(crate) fn exports_prefix(exporter: &ParticipantId) -> Vec<u8> {
    with_id(b'b', exporter)
}

/// The prefix of the exports of an item.
pub(crate) fn exports_of_prefix(item: &ItemId) -> Vec<u8> {
    long(b'g', &RecordKey::Item(*item))
}

/// The prefix of what a participant has sent and what has not arrived.
pub(crate) fn shipments_prefix(sender: &ParticipantId) -> Vec<u8> {
    with_id(b'h', sender)
}

/// Where a record of the market stands in its lists.
pub(super) fn facets(key: &RecordKey, record: &Record) -> Vec<Vec<u8>> {
    match (key, record) {
        (RecordKey::Listing(id), Record::Listing(listing)) if !listing.closed => {
            vec![placed(listings_prefix(&listing.seller), listing.history.last, id.bytes())]
        }
        (RecordKey::Shipment(id), Record::Shipment(shipment)) if shipment.delivered.is_none() => {
            vec![placed(shipments_prefix(&shipment.sender), shipment.history.last, id.bytes())]
        }
        (RecordKey::Export(id), Record::Export(export)) => {
            let of_items = export.items.iter().map(exports_of_prefix);
            let prefixes = std::iter::once(exports_prefix(&export.exporter)).chain(of_items);
            prefixes.map(|prefix| placed(prefix, export.history.last, id.bytes())).collect()
        }
        _ => Vec::new(),
    }
}

fn placed(mut prefix: Vec<u8>, last: LogIndex, id: &[u8; 16]) -> Vec<u8> {
    prefix.extend(last.0.to_be_bytes());
    prefix.extend(id);
    prefix
}
