//! What every rule needs while one statement is applied: the records with the statement's own changes over them,
//! the author, the clock and the policy.
//!
//! Changes are kept apart until the whole statement has been accepted: a refused one leaves nothing behind.

mod hands;
mod offspring;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::event::body::OutputKind;
use crate::hash::Hash;
use crate::id::{
    ConsignmentId, CredentialId, DisputeId, ExportId, FacilityId, HoldId, ItemId, ItemKind, ListingId,
    LogIndex, Nonce, OfferId, PackId, ParticipantId, RecallId, SaleId, ShipmentId, StatementId, WorkOrderId,
};
use crate::key::KeyId;
use crate::mass::Milligrams;
use crate::record::{
    Certificate, Clock, Consignment, Credential, Dispute, EventRef, Export, Facility, Hold,
    Issuer as IssuerRecord, Item, Key, Ledger, Listing, MAX_KEPT, Offer, OwnerKey, Pack, Participant, Policy,
    Recall, Record, RecordKey, Said, Sale, Sequence, Shipment, Tag, View, Warning, WorkOrder,
};
use crate::tag::TagCode;
use crate::time::Timestamp;
use crate::violation::{Reason, Violation};
use crate::words::{Arg, Words, words};

use super::Delta;

pub(crate) use hands::state_forbids;

/// A step of provenance that an event adds: mass of one item or job that went into another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Link {
    /// Where the mass came from: an item or a work order.
    pub from: RecordKey,
    /// Where it went.
    pub to: RecordKey,
    /// How much.
    pub mass: Milligrams,
    /// By which event.
    pub by: EventRef,
}

/// Who speaks, after the key has been checked.
#[derive(Clone, Debug)]
pub(crate) enum Actor {
    /// An enrolled participant.
    Participant(ParticipantId, Arc<Record>),
    /// The ledger itself.
    Ledger,
    /// The holder of a counter-signing link.
    Link(KeyId),
    /// The holder of a tag's hidden code.
    Claimant(TagCode),
    /// A buyer, by the key that owns something.
    Buyer(KeyId),
}

/// What is to be done with an item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// Anything that changes it, sells it or marks it.
    Change,
    /// It goes to this party.
    HandTo(ParticipantId),
    /// It is destroyed.
    Destroy,
    /// It comes back from its buyer.
    ComeBack,
}

/// One statement on its way through the rules.
pub(crate) struct Context<'a> {
    view: &'a dyn View,
    changes: BTreeMap<RecordKey, Arc<Record>>,
    touched: BTreeSet<RecordKey>,
    /// The records that the present event has changed, as they were before it.
    before: BTreeMap<RecordKey, Arc<Record>>,
    /// How many things a forward walk has visited in this statement.
    pub(crate) forwarded: usize,
    /// How many notes, parts and parents the forward walks of this statement have looked at.
    pub(crate) looked: usize,
    /// Whether an event of this statement has ended the log.
    pub(crate) frozen: bool,
    /// All records that each event touched, in order of events.
    pub(crate) touched_by: Vec<Vec<RecordKey>>,
    pub(crate) links: Vec<Link>,
    pub(crate) index: LogIndex,
    pub(crate) event: u16,
    pub(crate) statement: StatementId,
    pub(crate) leaf: Hash,
    pub(crate) issuer: String,
    pub(crate) key_id: KeyId,
    pub(crate) origin: String,
    pub(crate) actor: Actor,
    pub(crate) at: Timestamp,
    pub(crate) clock: Timestamp,
    /// The policy in force before this statement.
    pub(crate) policy: Option<Arc<Record>>,
    pub(crate) seal_interval_s: u32,
    late: Option<i64>,
}

/// Reads a record of one kind, or says that it is not there.
macro_rules! getters {
    ($($name:ident $kind:ident ($id:ident: $id_type:ty) $key:expr, $text:expr;)*) => {
        impl Context<'_> {
            $(pub(crate) fn $name(&self, $id: &$id_type) -> Result<$kind, Violation> {
                match self.record(&$key).as_deref() {
                    Some(Record::$kind(record)) => Ok(record.clone()),
                    _ => Err(Violation::new(Reason::NotFound).with($text)),
                }
            })*
        }
    };
}

getters! {
    participant Participant (id: ParticipantId) RecordKey::Participant(*id), id;
    key Key (id: KeyId) RecordKey::Key(*id), id;
    item Item (id: ItemId) RecordKey::Item(*id), id;
    work_order WorkOrder (id: WorkOrderId) RecordKey::WorkOrder(*id), id;
    offer Offer (id: OfferId) RecordKey::Offer(*id), id;
    sale Sale (id: SaleId) RecordKey::Sale(*id), id;
    hold Hold (id: HoldId) RecordKey::Hold(*id), id;
    dispute Dispute (id: DisputeId) RecordKey::Dispute(*id), id;
    recall Recall (id: RecallId) RecordKey::Recall(*id), id;
    said Said (event: EventRef) RecordKey::Said(*event), format_args!("{} / {}", event.index, event.event);
    consignment Consignment (id: ConsignmentId) RecordKey::Consignment(*id), id;
    facility Facility (id: FacilityId) RecordKey::Facility(*id), id;
    credential Credential (id: CredentialId) RecordKey::Credential(*id), id;
    tag Tag (code: TagCode) RecordKey::Tag(*code), code;
    listing Listing (id: ListingId) RecordKey::Listing(*id), id;
    pack Pack (id: PackId) RecordKey::Pack(*id), id;
    shipment Shipment (id: ShipmentId) RecordKey::Shipment(*id), id;
    export Export (id: ExportId) RecordKey::Export(*id), id;
    owner_key OwnerKey (id: KeyId) RecordKey::OwnerKey(*id), id;
    ledger Ledger (name: &str) RecordKey::Ledger, name;
    clock_record Clock (name: &str) RecordKey::Clock, name;
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        view: &'a dyn View,
        index: LogIndex,
        statement: StatementId,
        leaf: Hash,
        issuer: String,
        key_id: KeyId,
    ) -> Self {
        Self {
            view,
            changes: BTreeMap::new(),
            touched: BTreeSet::new(),
            before: BTreeMap::new(),
            forwarded: 0,
            looked: 0,
            frozen: false,
            touched_by: Vec::new(),
            links: Vec::new(),
            index,
            event: 0,
            statement,
            leaf,
            issuer,
            key_id,
            origin: String::new(),
            actor: Actor::Ledger,
            at: Timestamp::from_unix(0),
            clock: Timestamp::from_unix(0),
            policy: view.record(&RecordKey::Policy),
            seal_interval_s: 0,
            late: None,
        }
    }

    pub(crate) fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        self.changes.get(key).cloned().or_else(|| self.view.record(key))
    }

    /// Keeps a changed record, and that the present event touched it.
    pub(crate) fn put(&mut self, key: RecordKey, record: impl Into<Record>) {
        if self.ruleset() >= 2
            && matches!(key, RecordKey::Item(_) | RecordKey::WorkOrder(_))
            && !self.before.contains_key(&key)
            && let Some(before) = self.record(&key)
        {
            self.before.insert(key, before);
        }
        self.changes.insert(key, Arc::new(record.into()));
        self.touched.insert(key);
    }

    /// Keeps a changed record that has no history.
    pub(crate) fn put_unlisted(&mut self, key: RecordKey, record: impl Into<Record>) {
        self.changes.insert(key, Arc::new(record.into()));
    }

    /// The records that the present event has touched so far.
    pub(crate) const fn touched(&self) -> &BTreeSet<RecordKey> {
        &self.touched
    }

    /// Keeps a sequence window: no event touches those.
    pub(crate) fn put_sequence(&mut self, key: KeyId, record: Sequence) {
        self.changes.insert(RecordKey::Sequence(key), Arc::new(record.into()));
    }

    pub(crate) fn put_item(&mut self, id: ItemId, item: Item) {
        self.put(RecordKey::Item(id), item);
    }

    /// Keeps a new record; an id is created once (rule U1).
    pub(crate) fn create(
        &mut self,
        key: RecordKey,
        name: impl std::fmt::Display,
        record: impl Into<Record>,
    ) -> Result<(), Violation> {
        if self.record(&key).is_some() {
            return Err(Violation::new(Reason::IdExists).with(name));
        }
        self.put(key, record);
        Ok(())
    }

    /// Ends the present event: what it made is noted with what it was made of, and every record it touched gets it
    /// into its history.
    pub(crate) fn end_event(&mut self) {
        if self.ruleset() >= 2 {
            self.note_offspring();
        }
        self.before.clear();
        let touched = std::mem::take(&mut self.touched);
        for key in &touched {
            if let Some(record) = self.changes.get_mut(key)
                && let Some(history) = Arc::make_mut(record).history_mut()
            {
                *history = history.extend(self.index, self.event, self.statement);
            }
        }
        self.touched_by.push(touched.into_iter().collect());
    }

    pub(crate) fn into_delta(self) -> Delta {
        Delta { changes: self.changes, touched: self.touched_by, links: self.links }
    }

    pub(crate) const fn event_ref(&self) -> EventRef {
        EventRef { index: self.index, event: self.event }
    }

    /// The participant who speaks. The table has let only participants come this far.
    pub(crate) fn author(&self) -> Result<ParticipantId, Violation> {
        match &self.actor {
            Actor::Participant(id, _) => Ok(*id),
            _ => Err(Violation::new(Reason::NotEntitled).with(&self.issuer)),
        }
    }

    /// Whether the author has the role.
    pub(crate) fn author_has_role(&self, role: &str) -> bool {
        matches!(&self.actor, Actor::Participant(_, record)
            if matches!(&**record, Record::Participant(participant) if participant.has_role(role)))
    }

    pub(crate) fn policy(&self) -> Result<&Policy, Violation> {
        match self.policy.as_deref() {
            Some(Record::Policy(policy)) => Ok(policy),
            _ => Err(Violation::new(Reason::PolicyFirst)),
        }
    }

    /// The ruleset in force; before the first policy the first one.
    pub(crate) fn ruleset(&self) -> u32 {
        match self.policy.as_deref() {
            Some(Record::Policy(policy)) => policy.ruleset,
            _ => 1,
        }
    }

    // Time (rules T1 to T3).

    /// Checks the event's claimed time against the ledger's clock, and notes whether it is late.
    pub(crate) fn check_time(&mut self, at: Timestamp) -> Result<(), Violation> {
        self.at = at;
        let policy = self.policy()?;
        let latest = self.clock.unix() + i64::from(self.seal_interval_s) + i64::from(policy.skew_s);
        let behind = self.clock.unix() - at.unix();
        self.late = (behind > i64::from(policy.late_after_s)).then_some(behind);
        if at.unix() > latest {
            let violation =
                Violation::new(Reason::LaterThanClock).with(at).with(Timestamp::from_unix(latest));
            return Err(violation.field("at"));
        }
        Ok(())
    }

    /// Checks the event's claimed time against what it builds on, and draws the warnings that time may draw.
    pub(crate) fn build_on(
        &self,
        latest: &mut Timestamp,
        warnings: &mut Warnings<'_>,
    ) -> Result<(), Violation> {
        let behind = latest.unix() - self.at.unix();
        if behind > i64::from(self.policy()?.skew_s) {
            let violation = Violation::new(Reason::OlderThanBasis).with(self.at).with(*latest);
            return Err(violation.field("at"));
        }
        if behind > 0 {
            warnings.add(self, Reason::OlderThanBasis, [self.at.to_string(), latest.to_string()]);
        } else {
            *latest = self.at;
        }
        if let Some(seconds) = self.late {
            warnings.add(self, Reason::EnteredLate, [seconds.to_string()]);
        }
        Ok(())
    }

    /// [`Self::build_on`] for what keeps no warnings: the time of what the event builds on, if that is known.
    pub(crate) fn not_before(&self, earlier: Option<Timestamp>) -> Result<(), Violation> {
        let Some(earlier) = earlier.filter(|_| self.ruleset() >= 2) else { return Ok(()) };
        if earlier.unix() - self.at.unix() > i64::from(self.policy()?.skew_s) {
            return Err(Violation::new(Reason::OlderThanBasis).with(self.at).with(earlier).field("at"));
        }
        Ok(())
    }

    /// [`Self::build_on`] for an item.
    pub(crate) fn build_on_item(&self, item: &mut Item) -> Result<(), Violation> {
        self.build_on(
            &mut item.latest,
            &mut Warnings { kept: &mut item.warnings, not_kept: &mut item.not_kept },
        )
    }

    /// [`Self::build_on`] for a job.
    pub(crate) fn build_on_work(&self, work: &mut WorkOrder) -> Result<(), Violation> {
        self.build_on(
            &mut work.latest,
            &mut Warnings { kept: &mut work.warnings, not_kept: &mut work.not_kept },
        )
    }

    // Ids (formats: Ids).

    pub(crate) fn new_item(&self, kind: OutputKind, nonce: &Nonce, output: usize) -> ItemId {
        let kind = match kind {
            OutputKind::Lot => ItemKind::Lot,
            OutputKind::Batch => ItemKind::Batch,
            OutputKind::Piece => ItemKind::Piece,
        };
        // A list has at most 256 entries.
        ItemId::derive(kind, &self.origin, &self.issuer, nonce, u16::try_from(output).unwrap_or(u16::MAX))
    }

    pub(crate) fn link(&mut self, from: RecordKey, to: RecordKey, mass: Milligrams) {
        let by = self.event_ref();
        self.links.push(Link { from, to, mass, by });
    }

    pub(crate) fn certificate(&self, id: &Hash) -> Option<Certificate> {
        match self.record(&RecordKey::Certificate(*id)).as_deref() {
            Some(Record::Certificate(record)) => Some(record.clone()),
            _ => None,
        }
    }

    pub(crate) fn issuer_code(&self, id: &Hash) -> Option<IssuerRecord> {
        match self.record(&RecordKey::Issuer(*id)).as_deref() {
            Some(Record::Issuer(record)) => Some(record.clone()),
            _ => None,
        }
    }

    pub(crate) fn create_consignment(
        &mut self,
        id: ConsignmentId,
        record: Consignment,
    ) -> Result<(), Violation> {
        self.create(RecordKey::Consignment(id), id, record)
    }
}

/// Where warnings are kept, with a count of those too many to keep.
pub(crate) struct Warnings<'a> {
    pub(crate) kept: &'a mut Vec<Warning>,
    pub(crate) not_kept: &'a mut u32,
}

impl Warnings<'_> {
    pub(crate) fn add<const N: usize>(&mut self, context: &Context<'_>, reason: Reason, args: [String; N]) {
        if self.kept.len() < MAX_KEPT {
            let warning =
                Warning { reason: reason.code().to_owned(), at: context.event_ref(), args: args.into() };
            self.kept.push(warning);
        } else {
            *self.not_kept = self.not_kept.saturating_add(1);
        }
    }
}

/// Draws a warning on an item.
pub(crate) fn warn_item<const N: usize>(
    item: &mut Item,
    context: &Context<'_>,
    reason: Reason,
    args: [String; N],
) {
    Warnings { kept: &mut item.warnings, not_kept: &mut item.not_kept }.add(context, reason, args);
}

/// [`warn_item`], unless the item bears the very same warning: what is done again and again must not fill up what a record
/// keeps. Whether it was new.
pub(crate) fn warn_item_once<const N: usize>(
    item: &mut Item,
    context: &Context<'_>,
    reason: Reason,
    args: [String; N],
) -> bool {
    if item.warnings.iter().any(|known| known.reason == reason.code() && known.args == args) {
        return false;
    }
    warn_item(item, context, reason, args);
    true
}

/// A participant whose statements are refused.
pub(crate) const SUSPENDED: Words = words("suspended", "已暂停", "suspenso");

/// Refuses a list in which something stands twice.
pub(crate) fn refuse_twice<T: Ord + Into<Arg>>(
    things: impl Iterator<Item = T>,
    field: &str,
) -> Result<(), Violation> {
    let mut seen = BTreeSet::new();
    for (n, thing) in things.enumerate() {
        if seen.contains(&thing) {
            return Err(Violation::new(Reason::NamedTwice).saying(thing).field(format!("{field}[{n}]")));
        }
        seen.insert(thing);
    }
    Ok(())
}
