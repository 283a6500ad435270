//! The record of an item: a lot, a batch or a piece, with its balances and the claims that travel with it.

use minicbor::{Decode, Encode};

use super::{EventRef, Examined, History, Market, Parentage, Passage, Warning};
use crate::hash::Hash;
use crate::id::{DisputeId, HoldId, ItemId, OfferId, ParticipantId, RecallId, SaleId, WorkOrderId};
use crate::key::PublicKey;
use crate::mass::{Milligrams, Ppm};
use crate::tag::TagCode;
use crate::time::Timestamp;
use crate::vocab::{
    CertificateScope, ChainModel, Code, Country, EntryKind, EvidenceLevel, Finding, Form, Nature, Species,
    Step, Treatment, Variety,
};
use crate::words::{Words, words};

/// A mass over an item's life. In every state: entered + gained = lost + passed on + left.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct MassBalance {
    /// What it began with.
    #[n(0)]
    pub entered: Milligrams,
    /// What was added: measurement differences and foreign mass.
    #[n(1)]
    pub gained: Milligrams,
    /// What was lost, with a reason each time.
    #[n(2)]
    pub lost: Milligrams,
    /// What went into other items and jobs.
    #[n(3)]
    pub passed_on: Milligrams,
    /// What is left.
    #[n(4)]
    pub left: Milligrams,
}

/// A count over a batch's life, as masses are kept.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct CountBalance {
    /// What it began with.
    #[n(0)]
    pub entered: u32,
    /// What was lost.
    #[n(1)]
    pub lost: u32,
    /// What went into other items and jobs.
    #[n(2)]
    pub passed_on: u32,
    /// What is left.
    #[n(3)]
    pub left: u32,
    /// What an adjustment added; absent while none did.
    #[n(4)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gained: Option<u32>,
}

/// Mass in an item that is not of its stones. It never becomes stone again.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Foreign {
    /// How much of what the item gained was foreign.
    #[n(0)]
    pub added: Milligrams,
    /// How much of what is left is foreign.
    #[n(1)]
    pub left: Milligrams,
}

/// A component by its place.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct PartOf {
    /// What was assembled.
    #[n(0)]
    pub assembly: ItemId,
    /// The component's place in it, from 0.
    #[n(1)]
    pub component: u32,
}

/// A repair of an item.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Repair {
    /// The event that said so.
    #[n(0)]
    pub by: EventRef,
    /// Who mended it.
    #[n(1)]
    pub who: ParticipantId,
    /// What was done.
    #[n(2)]
    pub step: Code<Step>,
    /// Whether the stone was cut again.
    #[n(3)]
    pub recut: bool,
}

/// One country of a material and its share by mass.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Origin {
    /// The country.
    #[n(0)]
    pub country: Code<Country>,
    /// The share in the blend it was drawn from.
    #[n(1)]
    pub share: Ppm,
}

/// What is known of one treatment.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct TreatmentState {
    /// Which treatment.
    #[n(0)]
    pub treatment: Code<Treatment>,
    /// What is known. An absent treatment is "not stated".
    #[n(1)]
    pub finding: Code<Finding>,
    /// How well it is known.
    #[n(2)]
    pub evidence: Code<EvidenceLevel>,
}

/// What travels from an item to what is made of it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Claims {
    /// The mineral.
    #[n(0)]
    pub species: Code<Species>,
    /// The variety; absent where inputs differ or none was stated.
    #[n(1)]
    pub variety: Option<Code<Variety>>,
    /// Natural, synthetic, glass, not stated.
    #[n(2)]
    pub nature: Code<Nature>,
    /// The possible origins with the blend's shares, by country code.
    #[n(3)]
    pub origins: Vec<Origin>,
    /// The lowest evidence level on the path.
    #[n(4)]
    pub origin_evidence: Code<EvidenceLevel>,
    /// The worst ISO 22095 model on the path.
    #[n(5)]
    pub model: Code<ChainModel>,
    /// Treatments, by code.
    #[n(6)]
    pub treatments: Vec<TreatmentState>,
    /// The highest evidence level that documents can give the origin: the lowest of the entry kinds on the path.
    /// Absent: not known, of what entered under ruleset 1.
    #[n(7)]
    pub ceiling: Option<Code<EvidenceLevel>>,
    /// State, province or district of the one country it is from; absent where inputs differ.
    #[n(8)]
    pub place: Option<String>,
    /// How well its nature is known; absent: by the holder's word.
    #[n(9)]
    pub nature_evidence: Option<Code<EvidenceLevel>>,
    /// Other minerals of something assembled, by code; the first field is that of the greatest mass.
    #[n(10)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub others: Option<Vec<Code<Species>>>,
    /// What was blended of several origins and this was drawn from: whoever says "this one is of BR" counts against it.
    #[n(11)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawn_from: Option<Parentage>,
}

/// Where an item is in its life.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Declared for import and not yet received.
    #[n(0)]
    Declared,
    /// In hand: a lot or batch.
    #[n(1)]
    InStock,
    /// In hand: a piece.
    #[n(2)]
    Finished,
    /// Nothing is left.
    #[n(3)]
    Exhausted,
    /// Sold to a buyer.
    #[n(4)]
    Sold,
    /// Sold, and its buyer has redeemed the hidden code: it belongs to a key.
    #[n(5)]
    Claimed,
    /// In a workshop to be mended.
    #[n(6)]
    InRepair,
    /// It is no more.
    #[n(7)]
    Destroyed,
    /// It never was: what made it did not occur.
    #[n(8)]
    Voided,
}

impl ItemState {
    /// Every state, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Declared,
        Self::InStock,
        Self::Finished,
        Self::Exhausted,
        Self::Sold,
        Self::Claimed,
        Self::InRepair,
        Self::Destroyed,
        Self::Voided,
    ];

    /// The stable word for machines, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::InStock => "in_stock",
            Self::Finished => "finished",
            Self::Exhausted => "exhausted",
            Self::Sold => "sold",
            Self::Claimed => "claimed",
            Self::InRepair => "in_repair",
            Self::Destroyed => "destroyed",
            Self::Voided => "voided",
        }
    }

    /// The state of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// The state for people.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Declared => {
                words("declared, not yet received", "已登记、尚未收货", "declarado, ainda não recebido")
            }
            Self::InStock => words("in stock", "在库", "em estoque"),
            Self::Finished => words("finished", "成品", "acabado"),
            Self::Exhausted => words("exhausted", "已用尽", "esgotado"),
            Self::Sold => words("sold", "已售出", "vendido"),
            Self::Claimed => words("claimed by its buyer", "买家已认领", "resgatado pelo comprador"),
            Self::InRepair => words("in repair", "修理中", "em reparo"),
            Self::Destroyed => words("destroyed", "已销毁", "destruído"),
            Self::Voided => words("void: it never was", "已作废：从未发生", "anulado: nunca existiu"),
        }
    }
}

/// How an item went missing.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Nobody knows where it is.
    #[n(0)]
    Lost,
    /// It was taken.
    #[n(1)]
    Stolen,
}

impl Loss {
    /// The stable word for machines, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
        }
    }

    /// How, for people.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Lost => words("lost", "遗失", "perdido"),
            Self::Stolen => words("stolen", "被盗", "furtado"),
        }
    }
}

/// An item that its custodian or owner has reported missing.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Missing {
    /// How.
    #[n(0)]
    pub how: Loss,
    /// The event that reported it.
    #[n(1)]
    pub reported: EventRef,
    /// The participant that reported it; absent: a buyer did.
    #[n(2)]
    pub by: Option<ParticipantId>,
}

/// What stands beside an item's state and stops or marks what may be done with it.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Standing {
    /// Holds that are in force: each stops every change and transfer.
    #[n(0)]
    pub holds: Vec<HoldId>,
    /// Open disputes over title: each stops every change and transfer.
    #[n(1)]
    pub title_disputes: Vec<DisputeId>,
    /// Open disputes over anything else: they are shown.
    #[n(2)]
    pub other_disputes: Vec<DisputeId>,
    /// Recalls: each stops sale and transfer.
    #[n(3)]
    pub recalls: Vec<RecallId>,
    /// Lost or stolen, and not recovered.
    #[n(4)]
    pub missing: Option<Missing>,
    /// Contradictions on it, or on what it was made of (rule X3): they are shown, at most `MAX_MARKS`.
    #[n(5)]
    pub contradictions: Vec<Contradiction>,
    /// Corrections of its mass that wait for the other party's signature (rule X2), at most `MAX_MARKS`.
    #[n(6)]
    pub waiting: Vec<WaitingCorrection>,
}

/// What an author says was wrong, and what later events have used so that it stays as it was booked.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Contradiction {
    /// The event that said so.
    #[n(0)]
    pub stated: EventRef,
    /// The item that it was said of.
    #[n(1)]
    pub of: ItemId,
    /// The mass that nothing explains; zero where it is not a mass that is contradicted.
    #[n(2)]
    pub unexplained: Milligrams,
}

/// A correction of mass that one of two parties has signed.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct WaitingCorrection {
    /// The event that asks for it.
    #[n(0)]
    pub asked: EventRef,
    /// Who has signed.
    #[n(1)]
    pub by: ParticipantId,
    /// Who has still to sign the same.
    #[n(2)]
    pub waits_for: ParticipantId,
    /// The event that is corrected.
    #[n(3)]
    pub corrects: EventRef,
    /// The mass that stands.
    #[n(4)]
    pub old: Milligrams,
    /// The mass that should stand.
    #[n(5)]
    pub new: Milligrams,
}

impl Standing {
    /// Whether there is nothing to say: such a standing is left out of the record.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        *self == Self::default()
    }
}

/// What an item was made of.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Parent {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// How much of it went in.
    #[n(1)]
    pub mass: Milligrams,
}

/// A descriptive field's present value.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Detail {
    /// The field's path in the creating event.
    #[n(0)]
    pub field: String,
    /// Its value as JSON; empty when a correction took it away.
    #[n(1)]
    pub value: String,
    /// The event that corrected it last.
    #[n(2)]
    pub corrected: Option<EventRef>,
    /// The event that said that the salt of the sealed value is destroyed: nobody can open it any more.
    #[n(3)]
    pub destroyed: Option<EventRef>,
}

impl Detail {
    /// A field as an event gave it.
    #[must_use]
    pub fn new(field: impl Into<String>, value: String) -> Self {
        Self { field: field.into(), value, corrected: None, destroyed: None }
    }
}

/// A certificate on an item.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct CertificateLink {
    /// The certificate record's id.
    #[n(0)]
    pub certificate: Hash,
    /// The issuer's registered code.
    #[n(1)]
    pub issuer_code: String,
    /// The number.
    #[n(2)]
    pub number: String,
    /// Whether the lab itself bound it; otherwise it is asserted by the holder.
    #[n(3)]
    pub bound: bool,
    /// What it speaks of.
    #[n(4)]
    pub scope: Code<CertificateScope>,
    /// The number of the lab's later certificate that took its place.
    #[n(5)]
    pub reissued_as: Option<String>,
    /// The repair that cut the piece again: from then on the certificate speaks of what it was.
    #[n(10)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void: Option<EventRef>,
}

/// How many warnings, documents or certificates a record keeps; what is more is counted, not kept.
pub const MAX_KEPT: usize = 64;

/// A lot, a batch or a piece.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Item {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Which event created it.
    #[n(1)]
    pub created: EventRef,
    /// Who created it.
    #[n(2)]
    pub creator: ParticipantId,
    /// How a lot entered the ledger; absent for what was made of others.
    #[n(3)]
    pub entry: Option<Code<EntryKind>>,
    /// Its form.
    #[n(4)]
    pub form: Code<Form>,
    /// What travels with it.
    #[n(5)]
    pub claims: Claims,
    /// Its mass.
    #[n(6)]
    pub mass: MassBalance,
    /// Its count, of a batch.
    #[n(7)]
    pub count: Option<CountBalance>,
    /// The resolution of the scale that weighed it last.
    #[n(8)]
    pub resolution: Milligrams,
    /// What it was made of, directly.
    #[n(9)]
    pub parents: Vec<Parent>,
    /// The job that yielded it.
    #[n(10)]
    pub work: Option<WorkOrderId>,
    /// Who made it.
    #[n(11)]
    pub maker: Option<ParticipantId>,
    /// In whose hands it is.
    #[n(12)]
    pub custodian: ParticipantId,
    /// Whose it is; absent once sold to a buyer.
    #[n(13)]
    pub owner: Option<ParticipantId>,
    /// Where it is in its life.
    #[n(14)]
    pub state: ItemState,
    /// The last offer of it; whether it is open, the offer says.
    #[n(15)]
    pub offer: Option<OfferId>,
    /// Its live tag.
    #[n(16)]
    pub tag: Option<TagCode>,
    /// Its sale.
    #[n(17)]
    pub sale: Option<SaleId>,
    /// Who may counter-sign as the enrolled supplier.
    #[n(18)]
    pub supplier: Option<ParticipantId>,
    /// Whose link may counter-sign.
    #[n(19)]
    pub supplier_link: Option<PublicKey>,
    /// The event that counter-signed.
    #[n(20)]
    pub countersigned: Option<EventRef>,
    /// Certificates linked to it, at most `MAX_KEPT`.
    #[n(21)]
    pub certificates: Vec<CertificateLink>,
    /// Documents' hashes with their kinds, at most `MAX_KEPT`.
    #[n(22)]
    pub documents: Vec<Document>,
    /// Descriptive fields, in the order of the event table.
    #[n(23)]
    pub details: Vec<Detail>,
    /// The latest time claimed by an event that touched it.
    #[n(24)]
    pub latest: Timestamp,
    /// Warnings, at most `MAX_KEPT`.
    #[n(25)]
    pub warnings: Vec<Warning>,
    /// How many certificates, documents and warnings were too many to keep.
    #[n(26)]
    pub not_kept: u32,
    /// What stops or marks it beside its state; absent while nothing does.
    #[n(27)]
    pub standing: Option<Box<Standing>>,
    /// How many events have made other things of it: the number of the next `Offspring` record. Absent: none, or all
    /// under ruleset 1.
    #[n(28)]
    pub makings: Option<u32>,
    /// How a lot comes over the border; absent while nothing is known of it.
    #[n(29)]
    pub passage: Option<Box<Passage>>,
    /// What others found when they looked at it; absent while nobody did.
    #[n(30)]
    pub examined: Option<Box<Examined>>,
    /// What the market does with it; absent while that is nothing.
    #[n(31)]
    pub market: Option<Box<Market>>,
    /// Foreign mass in it; absent while there never was any.
    #[n(40)]
    pub foreign: Option<Foreign>,
    /// What it was assembled as: itself, or what it was split from. `Component` records under that id say of what.
    #[n(41)]
    pub assembly: Option<ItemId>,
    /// How many components were assembled; stands where `assembly` is the item itself.
    #[n(42)]
    pub components: Option<u32>,
    /// Its repairs, at most `MAX_KEPT`.
    #[n(43)]
    pub repairs: Option<Vec<Repair>>,
    /// Which component of which assembly it was, of what was taken out of one.
    #[n(44)]
    pub part_of: Option<PartOf>,
    /// The batch whose tag bears the hidden codes of its pieces, of a part that was split from it.
    #[n(45)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units_of: Option<ItemId>,
}

impl Item {
    /// What stops or marks it, to read.
    #[must_use]
    pub fn standing(&self) -> std::borrow::Cow<'_, Standing> {
        self.standing.as_deref().map_or_else(std::borrow::Cow::default, std::borrow::Cow::Borrowed)
    }

    /// What the market does with it, to read.
    #[must_use]
    pub fn market(&self) -> std::borrow::Cow<'_, Market> {
        self.market.as_deref().map_or_else(std::borrow::Cow::default, std::borrow::Cow::Borrowed)
    }

    /// Changes what the market does with it.
    pub fn change_market(&mut self, change: impl FnOnce(&mut Market)) {
        let mut market = self.market.take().unwrap_or_default();
        change(&mut market);
        self.market = (*market != Market::default()).then_some(market);
    }

    /// Changes what stops or marks it.
    pub fn change_standing(&mut self, change: impl FnOnce(&mut Standing)) {
        self.standing = changed(self.standing.take(), change);
    }
}

/// A standing after a change; absent while nothing stops or marks the thing.
pub(super) fn changed(
    standing: Option<Box<Standing>>,
    change: impl FnOnce(&mut Standing),
) -> Option<Box<Standing>> {
    let mut standing = standing.unwrap_or_default();
    change(&mut standing);
    (!standing.is_clear()).then_some(standing)
}

/// A document behind a claim.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Document {
    /// What kind: a code of the document types, or `photo`.
    #[n(0)]
    pub kind: String,
    /// The hash.
    #[n(1)]
    pub sha256: Hash,
    /// Whether everybody may read it.
    #[n(2)]
    pub public: bool,
}
