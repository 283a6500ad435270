//! What an event makes and what it leans on: the ids that it creates, known before it is sent, and the ids that must
//! be there for it. So an offline queue knows who waits for whom.

use std::collections::BTreeSet;

use lode_ledger::event::Event;
use lode_ledger::event::body::OutputKind;
use lode_ledger::id::{
    ConsignmentId, CredentialId, DisputeId, ExportId, FacilityId, HoldId, ItemId, ItemKind, ListingId, Nonce,
    OfferId, PackId, ParticipantId, RecallId, SaleId, SettlementId, ShipmentId, StockCountId, WorkOrderId,
};
use lode_ledger::json::Json;
use lode_ledger::record::RecordKey;
use lode_ledger::tag::TagCode;

/// Everything that an event creates, in the order of its outputs. `issuer` is the author as statements write it.
#[must_use]
pub fn created(event: &Event, origin: &str, issuer: &str) -> Vec<String> {
    let item = |kind, nonce: &Nonce, n: usize| {
        let output = u16::try_from(n).unwrap_or(u16::MAX);
        ItemId::derive(kind, origin, issuer, nonce, output).to_string()
    };
    match event {
        Event::LotDeclared(body) => vec![item(ItemKind::Lot, &body.nonce, 0)],
        Event::LotMerged(body) => vec![item(ItemKind::Lot, &body.nonce, 0)],
        Event::LotSplit(body) => {
            body.parts.iter().enumerate().map(|(n, _)| item(body.item.kind(), &body.nonce, n)).collect()
        }
        Event::WorkCompleted(body) => body
            .outputs
            .iter()
            .enumerate()
            .map(|(n, output)| item(kind_of(output.kind), &body.nonce, n))
            .collect(),
        Event::PiecesSerialised(body) => {
            body.pieces.iter().enumerate().map(|(n, _)| item(ItemKind::Piece, &body.nonce, n)).collect()
        }
        Event::ItemAssembled(body) => vec![item(kind_of(body.kind), &body.nonce, 0)],
        Event::ItemDisassembled(body) => {
            let parts = body.parts.iter().enumerate();
            parts.map(|(n, part)| item(kind_of(part.kind), &body.nonce, n)).collect()
        }
        Event::WorkStarted(body) => vec![WorkOrderId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::ConsignmentReceived(body) => {
            vec![ConsignmentId::derive(origin, issuer, &body.nonce, 0).to_string()]
        }
        Event::ConsignmentShipped(body) => {
            vec![ConsignmentId::derive(origin, issuer, &body.nonce, 0).to_string()]
        }
        Event::FacilityRegistered(body) => {
            vec![FacilityId::derive(origin, issuer, &body.nonce, 0).to_string()]
        }
        Event::CredentialIssued(body) => {
            vec![CredentialId::derive(origin, issuer, &body.nonce, 0).to_string()]
        }
        Event::HoldPlaced(body) => vec![HoldId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::DisputeOpened(body) => vec![DisputeId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::RecallIssued(body) => vec![RecallId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::StockCounted(body) => vec![StockCountId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::CustodyOffered(body) => vec![OfferId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::SaleRecorded(body) => vec![SaleId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::OwnershipTransferred(body) => {
            let offer = body.nonce.map(|nonce| OfferId::derive(origin, issuer, &nonce, 0).to_string());
            offer.into_iter().collect()
        }
        Event::ItemsPacked(body) => vec![PackId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::ListingOpened(body) => vec![ListingId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::ExportPrepared(body) => vec![ExportId::derive(origin, issuer, &body.nonce, 0).to_string()],
        Event::ShipmentDispatched(body) => {
            vec![ShipmentId::derive(origin, issuer, &body.nonce, 0).to_string()]
        }
        Event::PaymentSettled(body) => {
            vec![SettlementId::derive(origin, issuer, &body.nonce, 0).to_string()]
        }
        Event::ParticipantEnrolled(body) => {
            vec![ParticipantId::derive(origin, issuer, &body.nonce, 0).to_string()]
        }
        Event::TagBound(body) => vec![body.code.to_string()],
        Event::TagReplaced(body) => vec![body.code.to_string()],
        _ => Vec::new(),
    }
}

const fn kind_of(output: OutputKind) -> ItemKind {
    match output {
        OutputKind::Lot => ItemKind::Lot,
        OutputKind::Batch => ItemKind::Batch,
        OutputKind::Piece => ItemKind::Piece,
    }
}

/// Everything that an event names: whatever has an id, and tags.
#[must_use]
pub fn named(event: &Event) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&event.to_json(), &mut found);
    found
}

fn collect(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Str(text) if is_id(text) => {
            found.insert(text.clone());
        }
        Json::Arr(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Obj(members) => members.iter().for_each(|(_, member)| collect(member, found)),
        Json::Bool(_) | Json::Int(_) | Json::Str(_) => {}
    }
}

fn is_id(text: &str) -> bool {
    RecordKey::of_id(text).is_some() || text.parse::<TagCode>().is_ok()
}

/// Whether an id is of what many statements name and none of them changes: a participant, a place. That two name the same
/// one makes no dependence.
#[must_use]
pub fn is_named_by_many(text: &str) -> bool {
    text.parse::<ParticipantId>().is_ok() || text.parse::<FacilityId>().is_ok()
}

#[cfg(test)]
mod tests {
    use lode_ledger::event::body::{HoldPlaced, HoldReleased, LotSplit, SplitPart};
    use lode_ledger::mass::Milligrams;
    use lode_ledger::time::Timestamp;

    use super::*;

    #[test]
    fn a_split_makes_one_id_per_part_and_leans_on_its_lot() {
        let lot: ItemId = "L-01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let part = || SplitPart { mass_mg: Milligrams::new(5).unwrap(), count: None };
        let event = Event::from(LotSplit {
            at: Timestamp::from_unix(1_700_000_000),
            item: lot,
            nonce: Nonce([7; 16]),
            parts: vec![part(), part()].into(),
            losses: Vec::new().into(),
            left_mg: Milligrams::ZERO,
            left_count: None,
        });
        let ids = created(&event, "a.example", "U-X");
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[1], ItemId::derive(ItemKind::Lot, "a.example", "U-X", &Nonce([7; 16]), 1).to_string());
        assert_eq!(named(&event), BTreeSet::from([lot.to_string()]));
    }

    #[test]
    fn whatever_is_created_is_known_where_it_is_named() {
        let lot: ItemId = "L-01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let at = Timestamp::from_unix(1_700_000_000);
        let placed = Event::from(HoldPlaced {
            at,
            nonce: Nonce([7; 16]),
            items: vec![lot].into(),
            works: Vec::new().into(),
            reason: lode_ledger::vocab::Code::parse("investigation").unwrap(),
            creditor: None,
            text: None,
        });
        let made = created(&placed, "a.example", "U-X");
        let released = Event::from(HoldReleased { at, hold: made[0].parse().unwrap(), text: None });
        assert_eq!(named(&released), BTreeSet::from([made[0].clone()]));
        for letter in ["H", "D", "R", "F", "T", "N", "C", "K", "V", "E", "Y", "M", "S", "O", "W", "U", "P"] {
            assert!(is_id(&format!("{letter}-01ARZ3NDEKTSV4RRFFQ69G5FAV")), "{letter}");
        }
        assert!(!is_id("quartz") && !is_id("H-1"));
    }
}
