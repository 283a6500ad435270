//! The rules: given the records before, a place in the log and a verified statement, what changes, or which rule
//! forbids it. Pure and total: no clock, no randomness, no I/O, no panic.
//!
//! One file per family: `identity` and `credential` (who), `inbound` (on the way), `evidence`, `document_use` and
//! `protected` (what is shown), `material` and `work` (mass), `custody` and `hands` (hands and title), `listings`, `market`,
//! `export` and `buyer` (before, at and after a sale), `states` (the state machine), `claims` (what travels), `certificate`,
//! `treatment`, `correction`, `void`, `dispute`, `seal`. `balance` is the arithmetic that they share; `may` asks all of them
//! who could say what of an item now.

mod assembly;
mod balance;
mod buyer;
mod certificate;
mod claims;
mod context;
mod correction;
mod credential;
mod custody;
mod dispute;
mod document_use;
mod elements;
mod evidence;
mod export;
mod hands;
mod identity;
mod inbound;
mod listings;
mod lots;
mod market;
mod material;
mod may;
mod protected;
mod seal;
pub mod states;
mod stock;
mod treatment;
mod units;
mod void;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::{Author, Event, EventType};
use crate::hash::Hash;
use crate::id::{LedgerId, LogIndex, Origin, ParticipantId};
use crate::json::Json;
use crate::key::PublicKey;
use crate::record::{Participant, Record, RecordKey, SEQUENCE_LEAP, SEQUENCE_WINDOW, Sequence, View};
use crate::statement::{Issuer, Statement, Verified, decode_payload};
use crate::violation::{Reason, Violation};
use crate::vocab::{self, Role};
use crate::words::Arg;

pub(crate) use buyer::claim_key_of;
pub use certificate::{certificate_id, issuer_id, normalise};
pub use context::Link;
use context::{Actor, Context};
pub use identity::registrar_id;
pub use may::{May, may};
pub use seal::check_state_root;
pub use stock::is_set_right;

/// The newest ruleset that this program knows; it knows all before it too. A policy puts one in force, after its own
/// index, and what was written under it stays valid under it for ever.
pub const RULESET: u32 = 2;

/// What a statement changes. Only [`apply`] makes one.
#[derive(Clone, Debug)]
pub struct Delta {
    changes: BTreeMap<RecordKey, Arc<Record>>,
    touched: Vec<Vec<RecordKey>>,
    links: Vec<Link>,
}

impl Delta {
    /// The changed records, whole, in the order of their keys.
    #[must_use]
    pub const fn changes(&self) -> &BTreeMap<RecordKey, Arc<Record>> {
        &self.changes
    }

    /// Which records each event touched, by event number.
    #[must_use]
    pub fn touched(&self) -> &[Vec<RecordKey>] {
        &self.touched
    }

    /// The steps of provenance that the statement adds.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The changed records, to be kept.
    #[must_use]
    pub fn into_changes(self) -> BTreeMap<RecordKey, Arc<Record>> {
        self.changes
    }
}

/// Applies one statement.
///
/// # Errors
/// The first rule that the statement breaks, with event number and field. Nothing of it then counts.
pub fn apply(view: &dyn View, index: LogIndex, verified: &Verified) -> Result<Delta, Violation> {
    let statement = verified.statement();
    let issuer = statement.header().issuer.to_string();
    let mut context =
        Context::new(view, index, verified.id(), verified.leaf_hash(), issuer, statement.header().key_id);
    let opening = matches!(verified.events(), [Event::LedgerOpened(_)]);
    if opening != (index.0 == 0) {
        return Err(Violation::new(Reason::NotGenesis));
    }
    if opening {
        check_audience_of_genesis(statement, verified.events())?;
    } else {
        enter(&mut context, statement, index, verified.events())?;
    }
    use_sequence(&mut context, statement, verified.seq())?;
    for (number, event) in verified.events().iter().enumerate() {
        context.event = u16::try_from(number).unwrap_or(u16::MAX);
        run(&mut context, event, opening).map_err(|mut violation| {
            violation.event = Some(context.event);
            violation
        })?;
        correction::note_said(&mut context, event);
        context.end_event();
    }
    Ok(context.into_delta())
}

/// The key with which a statement must be checked, as the records know it: the author's by its thumbprint, the
/// ledger's seal key, the key of a counter-signing link, or, of entry 0, the one that it names itself.
///
/// # Errors
/// K1 if no such key is known. Whether it is still valid is for [`apply`] to say.
pub fn author_key(view: &dyn View, statement: &Statement) -> Result<PublicKey, Violation> {
    let id = statement.header().key_id;
    let unknown = || Violation::new(Reason::KeyUnknown).with(id);
    let ledger = view.record(&RecordKey::Ledger);
    let Some(Record::Ledger(ledger)) = ledger.as_deref() else {
        return genesis_key(statement).ok_or_else(unknown);
    };
    let key = match &statement.header().issuer {
        Issuer::Ledger => Some(ledger.seal_key),
        Issuer::Link(_) => link_key(view, statement),
        Issuer::Tag(code) => buyer::claim_key(view, code, statement),
        Issuer::Owner(owner) => buyer::owner_key(view, owner),
        Issuer::Participant(_) => match view.record(&RecordKey::Key(id)).as_deref() {
            // A key's record stands under the key's thumbprint.
            Some(Record::Key(record)) => return Ok(record.key),
            _ => None,
        },
    };
    key.filter(|key| key.thumbprint() == id).ok_or_else(unknown)
}

/// The registrar key of entry 0 that signed it.
fn genesis_key(statement: &Statement) -> Option<PublicKey> {
    let (_, events) = decode_payload(statement.payload()).ok()?;
    let [event] = events.as_slice() else { return None };
    let Ok(Event::LedgerOpened(opened)) = Event::from_json(event) else { return None };
    let id = statement.header().key_id;
    opened.registrar.keys.iter().map(|grant| grant.key).find(|key| key.thumbprint() == id)
}

/// The key of the counter-signing link that a statement answers.
fn link_key(view: &dyn View, statement: &Statement) -> Option<PublicKey> {
    let (_, events) = decode_payload(statement.payload()).ok()?;
    let item = events.first()?.get("item").and_then(Json::as_str)?.parse().ok()?;
    match view.record(&RecordKey::Item(item)).as_deref() {
        Some(Record::Item(item)) => item.supplier_link,
        _ => None,
    }
}

fn check_audience_of_genesis(statement: &Statement, events: &[Event]) -> Result<(), Violation> {
    let [Event::LedgerOpened(opened)] = events else { return Err(Violation::new(Reason::NotGenesis)) };
    if statement.header().audience != opened.origin.as_str() {
        let violation = Violation::new(Reason::WrongLedger).with(&statement.header().audience);
        return Err(violation.with(opened.origin.as_str()));
    }
    Ok(())
}

/// Everything that is asked of a statement before its first event: ledger, author, key.
fn enter(
    context: &mut Context<'_>,
    statement: &Statement,
    index: LogIndex,
    events: &[Event],
) -> Result<(), Violation> {
    let header = statement.header();
    let ledger = context.ledger(&"the ledger's opening")?;
    if header.audience != ledger.id {
        return Err(Violation::new(Reason::WrongLedger).with(&header.audience).with(&ledger.id));
    }
    if index.0 == 1 && !matches!(events, [Event::PolicyAdopted(_)]) {
        return Err(Violation::new(Reason::PolicyFirst));
    }
    if let Some(frozen) = &ledger.frozen
        && !matches!(events, [Event::LedgerSealed(_)])
    {
        return Err(seal::is_frozen(frozen));
    }
    context.seal_interval_s = ledger.seal_interval_s;
    context.clock = context.clock_record(&"the ledger's clock")?.time;
    context.actor = match &header.issuer {
        Issuer::Ledger => Actor::Ledger,
        Issuer::Link(id) if *id == header.key_id => Actor::Link(*id),
        Issuer::Participant(id) => participant_actor(context, *id, statement, events)?,
        Issuer::Tag(code) => Actor::Claimant(*code),
        Issuer::Owner(id) if *id == header.key_id => Actor::Buyer(*id),
        _ => return Err(Violation::new(Reason::KeyUnknown).with(header.key_id)),
    };
    context.origin = ledger.origin;
    Ok(())
}

/// Rules K1 and K3, and the key's scope under K2.
fn participant_actor(
    context: &Context<'_>,
    id: ParticipantId,
    statement: &Statement,
    events: &[Event],
) -> Result<Actor, Violation> {
    let key_id = statement.header().key_id;
    let unknown = || Violation::new(Reason::KeyUnknown).with(key_id);
    let key = context.key(&key_id).map_err(|_| unknown())?;
    if key.participant != id {
        return Err(unknown());
    }
    if let Some(revoked) = key.revoked {
        return Err(Violation::new(Reason::KeyRevoked).with(revoked));
    }
    let record = context.record(&RecordKey::Participant(id)).ok_or_else(unknown)?;
    match &*record {
        Record::Participant(Participant { suspended: true, .. })
            if !events.iter().all(|event| event.event_type().while_suspended()) =>
        {
            Err(Violation::new(Reason::Suspended))
        }
        _ => Ok(Actor::Participant(id, record)),
    }
}

/// Rule U4: a sequence number of a key is used once, within a window.
fn use_sequence(context: &mut Context<'_>, statement: &Statement, seq: u64) -> Result<(), Violation> {
    let key = statement.header().key_id;
    let window = usize::try_from(SEQUENCE_WINDOW / 8).unwrap_or(0);
    let before = match context.record(&RecordKey::Sequence(key)).as_deref() {
        Some(Record::Sequence(record)) => Some(record.clone()),
        _ => None,
    };
    let highest = before.as_ref().map_or(0, |record| record.highest);
    if seq > highest.saturating_add(SEQUENCE_LEAP) {
        return Err(Violation::new(Reason::SequenceLeap)
            .with(seq)
            .with(highest.saturating_add(SEQUENCE_LEAP)));
    }
    let Some(mut record) = before else {
        context.put_sequence(key, Sequence { highest: seq, below: vec![0; window] });
        return Ok(());
    };
    if seq > highest {
        shift(&mut record.below, seq - highest);
        record.highest = seq;
    } else if seq == highest {
        return Err(Violation::new(Reason::SequenceUsed).with(seq));
    } else if highest - seq >= SEQUENCE_WINDOW {
        return Err(Violation::new(Reason::SequenceOld).with(seq).with(highest - SEQUENCE_WINDOW + 1));
    } else {
        let bit = usize::try_from(highest - 1 - seq).unwrap_or(usize::MAX);
        let Some(byte) = record.below.get_mut(bit / 8) else {
            return Err(Violation::new(Reason::SequenceOld).with(seq).with(highest - SEQUENCE_WINDOW + 1));
        };
        let mask = 1_u8 << (bit % 8);
        if *byte & mask != 0 {
            return Err(Violation::new(Reason::SequenceUsed).with(seq));
        }
        *byte |= mask;
    }
    context.put_sequence(key, record);
    Ok(())
}

/// Moves the window up by `by`: the old highest number becomes bit `by - 1`.
fn shift(below: &mut [u8], by: u64) {
    let Ok(by) = usize::try_from(by) else { return below.fill(0) };
    let (bytes, bits) = (by / 8, by % 8);
    for at in (0..below.len()).rev() {
        let old = |behind: usize| at.checked_sub(behind).and_then(|at| below.get(at)).copied().unwrap_or(0);
        let pair = u16::from_be_bytes([old(bytes), old(bytes + 1)]);
        let [shifted, _] = (pair << bits).to_be_bytes();
        if let Some(byte) = below.get_mut(at) {
            *byte = shifted;
        }
    }
    if let Some(byte) = by.checked_sub(1).and_then(|last| below.get_mut(last / 8)) {
        *byte |= 1 << ((by - 1) % 8);
    }
}

/// Applies one event.
fn run(context: &mut Context<'_>, event: &Event, opening: bool) -> Result<(), Violation> {
    if let Event::LedgerOpened(body) = event {
        // Any other place than entry 0 was refused before.
        return if opening {
            identity::ledger_opened(context, body)
        } else {
            Err(Violation::new(Reason::NotGenesis))
        };
    }
    if context.frozen {
        return Err(Violation::new(Reason::LedgerFrozen).with(context.index).with("-"));
    }
    check_ruleset(context, event.event_type())?;
    authorise(context, event.event_type())?;
    match event {
        Event::LedgerSealed(body) => return seal::ledger_sealed(context, body),
        Event::PolicyAdopted(body) if context.policy.is_none() => {
            return identity::policy_adopted(context, body);
        }
        _ => context.check_time(event.at())?,
    }
    match event {
        Event::LedgerOpened(_) | Event::LedgerSealed(_) => Err(Violation::new(Reason::NotGenesis)),
        Event::PolicyAdopted(body) => identity::policy_adopted(context, body),
        Event::ParticipantEnrolled(body) => identity::participant_enrolled(context, body),
        Event::ParticipantSuspended(body) => identity::participant_suspended(context, body),
        Event::ParticipantReinstated(body) => credential::participant_reinstated(context, body),
        Event::ParticipantUpdated(body) => credential::participant_updated(context, body),
        Event::FacilityRegistered(body) => credential::facility_registered(context, body),
        Event::CredentialIssued(body) => credential::credential_issued(context, body),
        Event::CredentialRevoked(body) => credential::credential_revoked(context, body),
        Event::RoleGranted(body) => identity::role_granted(context, body),
        Event::RoleRevoked(body) => identity::role_revoked(context, body),
        Event::KeyAdded(body) => identity::key_added(context, body),
        Event::KeyRevoked(body) => identity::key_revoked(context, body),
        Event::LotDeclared(body) => lots::lot_declared(context, body),
        Event::SupplierCountersigned(body) => lots::supplier_countersigned(context, body),
        Event::ConsignmentReceived(body) => lots::consignment_received(context, body),
        Event::ConsignmentShipped(body) => inbound::consignment_shipped(context, body),
        Event::CustomsCleared(body) => inbound::customs_cleared(context, body),
        Event::LotSplit(body) => material::lot_split(context, body),
        Event::LotMerged(body) => material::lot_merged(context, body),
        Event::LossRecorded(body) => material::loss_recorded(context, body),
        Event::TreatmentDeclared(body) => treatment::treatment_declared(context, body),
        Event::TreatmentApplied(body) => treatment::treatment_applied(context, body),
        Event::CertificateLinked(body) => certificate::certificate_linked(context, body),
        Event::DocumentAttached(body) => evidence::document_attached(context, body),
        Event::OriginAsserted(body) => evidence::origin_asserted(context, body),
        Event::InspectionRecorded(body) => evidence::inspection_recorded(context, body),
        Event::StockCounted(body) => evidence::stock_counted(context, body),
        Event::WorkStarted(body) => work::work_started(context, body),
        Event::StepLogged(body) => work::step_logged(context, body),
        Event::WorkCompleted(body) => work::work_completed(context, body),
        Event::CustodyOffered(body) => custody::custody_offered(context, body),
        Event::CustodyAccepted(body) => custody::custody_accepted(context, body),
        Event::CustodyRejected(body) => custody::custody_rejected(context, body),
        Event::CustodyCancelled(body) => custody::custody_cancelled(context, body),
        Event::TagBound(body) => market::tag_bound(context, body),
        Event::TagReplaced(body) => market::tag_replaced(context, body),
        Event::SaleRecorded(body) => market::sale_recorded(context, body),
        Event::SaleCancelled(body) => market::sale_cancelled(context, body),
        Event::MassAdjusted(body) => stock::mass_adjusted(context, body),
        Event::PiecesSerialised(body) => stock::pieces_serialised(context, body),
        Event::ItemDestroyed(body) => stock::item_destroyed(context, body),
        Event::ItemAssembled(body) => assembly::item_assembled(context, body),
        Event::ItemDisassembled(body) => assembly::item_disassembled(context, body),
        Event::ItemRepaired(body) => assembly::item_repaired(context, body),
        Event::CustodyAssigned(body) => hands::custody_assigned(context, body),
        Event::ItemConsigned(body) => hands::item_consigned(context, body),
        Event::OwnershipTransferred(body) => hands::ownership_transferred(context, body),
        Event::ItemLost(body) => hands::item_lost(context, body),
        Event::ItemRecovered(body) => hands::item_recovered(context, body),
        Event::ItemsPacked(body) => listings::items_packed(context, body),
        Event::ItemsUnpacked(body) => listings::items_unpacked(context, body),
        Event::ListingOpened(body) => listings::listing_opened(context, body),
        Event::ListingClosed(body) => listings::listing_closed(context, body),
        Event::ItemReserved(body) => listings::item_reserved(context, body),
        Event::ExportPrepared(body) => export::export_prepared(context, body),
        Event::ShipmentDispatched(body) => export::shipment_dispatched(context, body),
        Event::ShipmentDelivered(body) => export::shipment_delivered(context, body),
        Event::PaymentSettled(body) => export::payment_settled(context, body),
        Event::ItemReturned(body) => export::item_returned(context, body),
        Event::ClaimRedeemed(body) => buyer::claim_redeemed(context, body),
        Event::OwnerTransferred(body) => buyer::owner_transferred(context, body),
        Event::EventCorrected(body) => correction::event_corrected(context, body),
        Event::EventVoided(body) => void::event_voided(context, body),
        Event::HoldPlaced(body) => dispute::hold_placed(context, body),
        Event::HoldReleased(body) => dispute::hold_released(context, body),
        Event::DisputeOpened(body) => dispute::dispute_opened(context, body),
        Event::DisputeAnswered(body) => dispute::dispute_answered(context, body),
        Event::DisputeResolved(body) => dispute::dispute_resolved(context, body),
        Event::RecallIssued(body) => dispute::recall_issued(context, body),
        Event::RecallLifted(body) => dispute::recall_lifted(context, body),
        Event::DisclosureDestroyed(body) => correction::disclosure_destroyed(context, body),
        Event::LedgerFrozen(body) => seal::ledger_frozen(context, body),
    }
}

/// Rule F1: an event that a later ruleset brought waits until a policy puts that ruleset in force.
fn check_ruleset(context: &Context<'_>, event: EventType) -> Result<(), Violation> {
    let spec = event.spec();
    if spec.since <= context.ruleset() {
        return Ok(());
    }
    Err(Violation::new(Reason::RulesetOlder).with(spec.name).with(spec.since).with(context.ruleset()))
}

/// Rule K2: the table says who may author what; a key's scope may narrow it.
fn authorise(context: &Context<'_>, event: EventType) -> Result<(), Violation> {
    check_author(context, event)?;
    match context.actor {
        Actor::Participant(..) => check_scope(context, event),
        _ => Ok(()),
    }
}

/// The table's part of rule K2.
fn check_author(context: &Context<'_>, event: EventType) -> Result<(), Violation> {
    let spec = event.spec();
    let not_entitled = || Violation::new(Reason::NotEntitled).with(spec.name);
    match (&context.actor, spec.author) {
        (Actor::Ledger, Author::Ledger | Author::Keeper)
        | (Actor::Link(_), Author::Supplier)
        | (Actor::Claimant(_), Author::Claimant)
        | (Actor::Buyer(_), Author::Buyer | Author::Holder)
        | (Actor::Participant(..), Author::Supplier | Author::Holder) => Ok(()),
        (Actor::Participant(..), Author::Keeper) if context.author_has_role("registrar") => Ok(()),
        (Actor::Participant(..), Author::Participant(roles)) => {
            if !roles.is_empty() && !roles.iter().any(|role| context.author_has_role(role)) {
                return Err(Violation::new(Reason::RoleForbids).with(spec.name).saying(Arg::Terms(
                    roles.iter().filter_map(|role| vocab::find::<Role>(role)).collect(),
                )));
            }
            Ok(())
        }
        _ => Err(not_entitled()),
    }
}

fn check_scope(context: &Context<'_>, event: EventType) -> Result<(), Violation> {
    if context.key(&context.key_id)?.allows(event) {
        return Ok(());
    }
    Err(Violation::new(Reason::ScopeForbids).with(event.spec().name))
}

/// The ledger id that statements after entry 0 must name.
#[must_use]
pub fn ledger_id(origin: &Origin, genesis_leaf: &Hash) -> LedgerId {
    LedgerId::new(origin, genesis_leaf)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::shift;

    /// The window bit by bit.
    fn slowly(below: &[u8], by: usize) -> Vec<u8> {
        let bit = |at: usize| below[at / 8] & (1 << (at % 8)) != 0;
        let mut moved = vec![0; below.len()];
        for at in 0..below.len() * 8 {
            if at + 1 == by || (at >= by && bit(at - by)) {
                moved[at / 8] |= 1 << (at % 8);
            }
        }
        moved
    }

    proptest! {
        #[test]
        fn the_window_moves_as_bit_by_bit(
            below in prop::collection::vec(any::<u8>(), 1..20),
            by in 1_u64..200,
        ) {
            let mut moved = below.clone();
            shift(&mut moved, by);
            prop_assert_eq!(moved, slowly(&below, usize::try_from(by).unwrap()));
        }
    }
}
