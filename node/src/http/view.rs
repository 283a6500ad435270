//! Records as readable JSON: codes with their names in the asked language, masses in milligrams, ids as texts.
//!
//! Pure: record in, view out. What is sealed shows as sealed.

use std::collections::BTreeMap;

use lode_ledger::apply::May;
use lode_ledger::id::{ItemId, OfferId, WorkOrderId};
use lode_ledger::json::Json;
use lode_ledger::lang::Lang;
use lode_ledger::record::{
    Claims, Component, Detail, Document, EventRef, Item, MassBalance, Offer, OfferState, Parent, Parentage,
    Tag, Warning, WorkOrder,
};
use lode_ledger::tag::TagCode;
use lode_ledger::violation::{Reason, Violation};
use lode_ledger::vocab::Code;
use serde::Serialize;
use utoipa::ToSchema;

use super::standing::{StandingView, standing};
use super::traded::MarketView;
use super::vouched::{InspectionView, PassageView, inspections, passage};

/// A code and what it is called.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Named {
    /// The stable code.
    pub code: String,
    /// Its name in the asked language.
    pub name: String,
}

/// A code with its name.
#[must_use]
pub fn named<V>(code: Code<V>, lang: Lang) -> Named {
    Named { code: code.as_str().to_owned(), name: code.name(lang).to_owned() }
}

/// An event by its place.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Place {
    /// The log index of its statement.
    pub index: u64,
    /// Its number in the statement, from 0.
    pub event: u16,
}

impl From<EventRef> for Place {
    fn from(at: EventRef) -> Self {
        Self { index: at.index.0, event: at.event }
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// What was found.
    pub items: Vec<T>,
    /// The cursor of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A country and its share.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OriginView {
    /// The country.
    pub country: Named,
    /// Its share by mass in parts per million.
    pub share_ppm: u32,
}

/// What is known of a treatment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TreatmentView {
    /// Which.
    pub treatment: Named,
    /// What is known.
    pub finding: Named,
    /// How well.
    pub evidence: Named,
}

/// What travels with an item. A treatment that is not listed is not stated.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClaimsView {
    /// The mineral.
    pub species: Named,
    /// The variety.
    pub variety: Option<Named>,
    /// Natural, synthetic, not stated.
    pub nature: Named,
    /// How well that is supported; absent: by the holder's word.
    pub nature_evidence: Option<Named>,
    /// The possible origins; of a piece it is one of them.
    pub origins: Vec<OriginView>,
    /// State, province or district, of one country.
    pub place: Option<String>,
    /// How well the origin is supported.
    pub origin_evidence: Named,
    /// The ISO 22095 model.
    pub chain_model: Named,
    /// Treatments.
    pub treatments: Vec<TreatmentView>,
    /// Other minerals of something assembled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_species: Vec<Named>,
    /// The item or job where its origins were blended; absent where it has one origin.
    pub drawn_from: Option<String>,
}

/// Claims with names.
#[must_use]
pub fn claims(claims: &Claims, lang: Lang) -> ClaimsView {
    let origin = |o: &lode_ledger::record::Origin| OriginView {
        country: named(o.country, lang),
        share_ppm: o.share.get(),
    };
    let treatment = |t: &lode_ledger::record::TreatmentState| TreatmentView {
        treatment: named(t.treatment, lang),
        finding: named(t.finding, lang),
        evidence: named(t.evidence, lang),
    };
    ClaimsView {
        species: named(claims.species, lang),
        variety: claims.variety.map(|variety| named(variety, lang)),
        nature: named(claims.nature, lang),
        nature_evidence: claims.nature_evidence.map(|level| named(level, lang)),
        origins: claims.origins.iter().map(origin).collect(),
        place: claims.place.clone(),
        origin_evidence: named(claims.origin_evidence, lang),
        chain_model: named(claims.model, lang),
        treatments: claims.treatments.iter().map(treatment).collect(),
        other_species: claims.others.iter().flatten().map(|species| named(*species, lang)).collect(),
        drawn_from: claims.drawn_from.map(|blend| match blend {
            Parentage::Item(id) => id.to_string(),
            Parentage::Work(id) => id.to_string(),
        }),
    }
}

/// A mass over a life, in milligrams.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MassView {
    /// At the beginning.
    pub entered_mg: u64,
    /// Added.
    pub gained_mg: u64,
    /// Lost.
    pub lost_mg: u64,
    /// Gone into others.
    pub passed_on_mg: u64,
    /// Left.
    pub left_mg: u64,
}

impl From<&MassBalance> for MassView {
    fn from(mass: &MassBalance) -> Self {
        Self {
            entered_mg: mass.entered.get(),
            gained_mg: mass.gained.get(),
            lost_mg: mass.lost.get(),
            passed_on_mg: mass.passed_on.get(),
            left_mg: mass.left.get(),
        }
    }
}

/// A count over a life.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CountView {
    /// At the beginning.
    pub entered: u32,
    /// Lost.
    pub lost: u32,
    /// Gone into others.
    pub passed_on: u32,
    /// Left.
    pub left: u32,
    /// Added by adjustments.
    pub gained: u32,
}

/// What something was made of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParentView {
    /// The item.
    pub item: String,
    /// How much of it, in milligrams.
    pub mass_mg: u64,
}

fn parents(parents: &[Parent]) -> Vec<ParentView> {
    parents.iter().map(|p| ParentView { item: p.item.to_string(), mass_mg: p.mass.get() }).collect()
}

/// A warning in words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WarningView {
    /// The stable code.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// In the asked language.
    pub message: String,
    /// The event that drew it.
    pub at: Place,
}

/// A warning.
#[must_use]
pub fn warning(warning: &Warning, lang: Lang) -> WarningView {
    let reason = Reason::of_code(&warning.reason);
    WarningView {
        code: warning.reason.clone(),
        rule: reason.map(|reason| reason.rule().code().to_owned()).unwrap_or_default(),
        message: warning.phrase().map_or_else(String::new, |phrase| phrase.say(lang)),
        at: warning.at.into(),
    }
}

/// A certificate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CertificateView {
    /// The issuer's registered code.
    pub issuer_code: String,
    /// The number.
    pub number: String,
    /// Whether the laboratory itself bound it.
    pub bound: bool,
    /// What it speaks of.
    pub scope: Named,
    /// The number of the laboratory's later certificate that took its place.
    pub reissued_as: Option<String>,
    /// The repair that cut the piece again: the certificate speaks of what it was before.
    pub void: Option<Place>,
}

/// A repair.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RepairView {
    /// The event that said so.
    pub at: Place,
    /// Who mended it.
    pub by: String,
    /// What was done.
    pub step: Named,
    /// Whether the stone was cut again.
    pub recut: bool,
}

/// One component of something assembled, as it went in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentView {
    /// What it was.
    pub item: String,
    /// How much of it went in, in milligrams.
    pub mass_mg: u64,
    /// How many, of a batch.
    pub count: Option<u32>,
    /// Who had made it.
    pub maker: Option<String>,
    /// What was known of it.
    pub claims: ClaimsView,
}

/// A component.
#[must_use]
pub fn component(component: &Component, lang: Lang) -> ComponentView {
    ComponentView {
        item: component.item.to_string(),
        mass_mg: component.mass.get(),
        count: component.count,
        maker: text(component.maker),
        claims: claims(&component.claims, lang),
    }
}

/// A document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentView {
    /// What kind.
    pub kind: String,
    /// Its address.
    pub sha256: String,
    /// Whether everybody may read it.
    pub public: bool,
}

/// Documents.
pub(super) fn documents(documents: &[Document]) -> Vec<DocumentView> {
    let view = |document: &Document| DocumentView {
        kind: document.kind.clone(),
        sha256: document.sha256.to_string(),
        public: document.public,
    };
    documents.iter().map(view).collect()
}

/// A descriptive field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DetailView {
    /// Its path in the creating event.
    pub field: String,
    /// Its value; absent when taken away; `{"sealed": ...}` when sealed.
    #[schema(value_type = Option<Object>)]
    pub value: Option<serde_json::Value>,
    /// The event that corrected it last.
    pub corrected: Option<Place>,
    /// The event that said that the salt of the sealed value is destroyed: nobody can open it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destroyed: Option<Place>,
}

/// Descriptive fields.
pub(super) fn details(details: &[Detail]) -> Vec<DetailView> {
    let view = |detail: &Detail| DetailView {
        field: detail.field.clone(),
        value: Json::parse(detail.value.as_bytes()).ok().map(serde_json::Value::from),
        corrected: detail.corrected.map(Place::from),
        destroyed: detail.destroyed.map(Place::from),
    };
    details.iter().map(view).collect()
}

/// A lot, batch or piece.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemView {
    /// The id.
    pub id: String,
    /// `lot`, `batch` or `piece`.
    pub kind: String,
    /// `declared`, `in_stock`, `finished`, `exhausted`, `sold`, `claimed`, `in_repair`, `destroyed` or `voided`.
    pub state: String,
    /// What stops or marks it beside its state.
    pub standing: StandingView,
    /// How a lot entered.
    pub entry: Option<Named>,
    /// How it comes over the border.
    pub passage: Option<PassageView>,
    /// The form.
    pub form: Named,
    /// What travels with it.
    pub claims: ClaimsView,
    /// The mass.
    pub mass: MassView,
    /// The count, of a batch.
    pub count: Option<CountView>,
    /// The resolution of the last scale, in milligrams.
    pub resolution_mg: u64,
    /// What it was made of.
    pub made_of: Vec<ParentView>,
    /// What it was assembled as: `/v1/items/{id}/components` of that says of what.
    pub assembly: Option<String>,
    /// How much of what is left is no stone, in milligrams.
    pub foreign_mg: u64,
    /// Its repairs.
    pub repairs: Vec<RepairView>,
    /// The job that yielded it.
    pub work: Option<String>,
    /// Who made it.
    pub maker: Option<String>,
    /// Who created it in the ledger.
    pub creator: String,
    /// In whose hands it is.
    pub custodian: String,
    /// Whose it is; absent once sold.
    pub owner: Option<String>,
    /// The last offer.
    pub offer: Option<String>,
    /// The live tag.
    pub tag: Option<String>,
    /// The sale.
    pub sale: Option<String>,
    /// What the market does with it; absent while that is nothing.
    pub market: Option<MarketView>,
    /// The event that counter-signed.
    pub countersigned: Option<Place>,
    /// Certificates.
    pub certificates: Vec<CertificateView>,
    /// What inspections found, the newest last.
    pub inspections: Vec<InspectionView>,
    /// The newest count that named it.
    pub counted: Option<String>,
    /// Documents.
    pub documents: Vec<DocumentView>,
    /// Descriptive fields.
    pub details: Vec<DetailView>,
    /// The latest claimed time.
    pub latest: String,
    /// Warnings.
    pub warnings: Vec<WarningView>,
    /// How much more there was than the record keeps.
    pub not_kept: u32,
    /// The event that created it.
    pub created: Place,
    /// How many events touched it.
    pub events: u64,
    /// The hash over them.
    pub head: String,
    /// What who asks could sign about it now, and what is theirs but stopped. Only for a signed-in participant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub may: Option<Vec<MayView>>,
}

/// An event that who asks could sign about an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MayView {
    /// The event's type.
    pub event: String,
    /// What it is called in the asked language.
    pub title: String,
    /// What stands in its way for now; absent: it could be signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<StopView>,
}

/// Why something cannot be signed now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StopView {
    /// The reason's stable code.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// In the asked language.
    pub message: String,
}

/// What somebody may do with an item.
pub(super) fn may(list: &[May], lang: Lang) -> Vec<MayView> {
    let stop = |violation: &Violation| StopView {
        code: violation.reason.code().to_owned(),
        rule: violation.rule().code().to_owned(),
        message: violation.message(lang),
    };
    let view = |may: &May| MayView {
        event: may.event.spec().name.to_owned(),
        title: may.event.spec().title(lang).to_owned(),
        stopped: may.stopped.as_ref().map(stop),
    };
    list.iter().map(view).collect()
}

/// What kind an item is, as a word.
#[must_use]
pub const fn kind_word(id: &ItemId) -> &'static str {
    match id.kind() {
        lode_ledger::id::ItemKind::Lot => "lot",
        lode_ledger::id::ItemKind::Batch => "batch",
        lode_ledger::id::ItemKind::Piece => "piece",
    }
}

pub(super) fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// An item.
#[must_use]
pub fn item(id: &ItemId, item: &Item, market: Option<MarketView>, lang: Lang) -> ItemView {
    let certificate = |c: &lode_ledger::record::CertificateLink| CertificateView {
        issuer_code: c.issuer_code.clone(),
        number: c.number.clone(),
        bound: c.bound,
        scope: named(c.scope, lang),
        void: c.void.map(Place::from),
        reissued_as: c.reissued_as.clone(),
    };
    let repair = |r: &lode_ledger::record::Repair| RepairView {
        at: r.by.into(),
        by: r.who.to_string(),
        step: named(r.step, lang),
        recut: r.recut,
    };
    ItemView {
        id: id.to_string(),
        kind: kind_word(id).to_owned(),
        state: item.state.word().to_owned(),
        standing: standing(&item.standing()),
        entry: item.entry.map(|entry| named(entry, lang)),
        passage: passage(item, lang),
        form: named(item.form, lang),
        claims: claims(&item.claims, lang),
        mass: (&item.mass).into(),
        count: item.count.map(|c| CountView {
            entered: c.entered,
            lost: c.lost,
            passed_on: c.passed_on,
            left: c.left,
            gained: c.gained.unwrap_or(0),
        }),
        resolution_mg: item.resolution.get(),
        made_of: parents(&item.parents),
        assembly: text(item.assembly),
        foreign_mg: item.foreign.map_or(0, |foreign| foreign.left.get()),
        repairs: item.repairs.iter().flatten().map(repair).collect(),
        work: text(item.work),
        maker: text(item.maker),
        creator: item.creator.to_string(),
        custodian: item.custodian.to_string(),
        owner: text(item.owner),
        offer: text(item.offer),
        tag: text(item.tag),
        sale: text(item.sale),
        market,
        countersigned: item.countersigned.map(Place::from),
        certificates: item.certificates.iter().map(certificate).collect(),
        inspections: inspections(item, lang),
        counted: text(item.examined.as_ref().and_then(|examined| examined.counted)),
        documents: documents(&item.documents),
        details: details(&item.details),
        latest: item.latest.to_string(),
        warnings: item.warnings.iter().map(|w| warning(w, lang)).collect(),
        not_kept: item.not_kept,
        created: item.created.into(),
        events: item.history.events,
        head: item.history.head.to_string(),
        may: None,
    }
}

/// A job.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkView {
    /// The id.
    pub id: String,
    /// Who does it.
    pub studio: String,
    /// Whose the goods are.
    pub owner: Option<String>,
    /// The main process.
    pub process: Named,
    /// What it is called.
    pub title: Option<String>,
    /// What travels through it.
    pub claims: ClaimsView,
    /// The mass in it.
    pub mass: MassView,
    /// What went in.
    pub inputs: Vec<ParentView>,
    /// How many items it has yielded.
    pub outputs: u32,
    /// How many steps were logged.
    pub steps: u32,
    /// Whether everything in it is accounted for.
    pub completed: bool,
    /// The step that paused it, while it rests.
    pub paused: Option<Place>,
    /// Who else may log its steps.
    pub crew: Vec<String>,
    /// Studios that had it before, in order.
    pub before: Vec<String>,
    /// The last offer of it.
    pub offer: Option<String>,
    /// What stops or marks what is in it.
    pub standing: StandingView,
    /// The latest claimed time.
    pub latest: String,
    /// Warnings.
    pub warnings: Vec<WarningView>,
    /// How much more there was than the record keeps.
    pub not_kept: u32,
    /// The event that created it.
    pub created: Place,
    /// How many events touched it.
    pub events: u64,
}

/// A job.
#[must_use]
pub fn work(id: &WorkOrderId, work: &WorkOrder, lang: Lang) -> WorkView {
    let title = work.title.as_ref().and_then(|title| Json::parse(title.as_bytes()).ok());
    WorkView {
        id: id.to_string(),
        studio: work.studio.to_string(),
        owner: text(work.owner),
        process: named(work.process, lang),
        title: title.and_then(|title| title.as_str().map(str::to_owned)),
        claims: claims(&work.claims, lang),
        mass: (&work.mass).into(),
        inputs: parents(&work.inputs),
        outputs: work.outputs,
        steps: work.steps,
        completed: work.is_completed(),
        paused: work.paused.map(Place::from),
        crew: work.crew.iter().flatten().map(ToString::to_string).collect(),
        before: work.before.iter().flatten().map(ToString::to_string).collect(),
        offer: text(work.offer),
        standing: standing(&work.standing()),
        latest: work.latest.to_string(),
        warnings: work.warnings.iter().map(|w| warning(w, lang)).collect(),
        not_kept: work.not_kept,
        created: work.created.into(),
        events: work.history.events,
    }
}

/// One item of an offer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferedView {
    /// The item.
    pub item: String,
    /// Its mass on the giver's scale, in milligrams.
    pub mass_mg: u64,
    /// That scale's resolution, in milligrams.
    pub resolution_mg: u64,
}

/// An offer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferView {
    /// The id.
    pub id: String,
    /// Who offers.
    pub from: String,
    /// To whom.
    pub to: String,
    /// What.
    pub items: Vec<OfferedView>,
    /// Jobs that go along, with the goods in them.
    pub works: Vec<String>,
    /// Until when, by the ledger's clock.
    pub expires: String,
    /// Whether ownership passes.
    pub ownership: bool,
    /// Whether ownership alone is offered and the goods stay where they are.
    pub title_only: bool,
    /// `open`, `accepted`, `rejected` or `cancelled`.
    pub state: String,
}

/// An offer.
#[must_use]
pub fn offer(id: &OfferId, offer: &Offer) -> OfferView {
    let line = |o: &lode_ledger::record::OfferedItem| OfferedView {
        item: o.item.to_string(),
        mass_mg: o.mass.get(),
        resolution_mg: o.resolution.get(),
    };
    let state = match offer.state {
        OfferState::Open => "open",
        OfferState::Accepted => "accepted",
        OfferState::Rejected => "rejected",
        OfferState::Cancelled => "cancelled",
    };
    OfferView {
        id: id.to_string(),
        from: offer.from.to_string(),
        to: offer.to.to_string(),
        items: offer.items.iter().map(line).collect(),
        works: offer.works.iter().flatten().map(ToString::to_string).collect(),
        expires: offer.expires.to_string(),
        ownership: offer.ownership,
        title_only: offer.title_only.unwrap_or(false),
        state: state.to_owned(),
    }
}

/// A tag.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TagView {
    /// The code.
    pub code: String,
    /// The item that it is or was bound to.
    pub item: String,
    /// Whether it is the item's live tag.
    pub live: bool,
    /// The code that replaced it.
    pub replaced_by: Option<String>,
    /// The public half of the claim key, base64url.
    pub claim_key: String,
    /// The RFC 6962 root over the public keys of a batch's single hidden codes, in hex.
    pub units_root: Option<String>,
    /// How many such codes there are.
    pub units: Option<u32>,
    /// The event that redeemed its hidden code: that happens once.
    pub claimed: Option<Place>,
}

/// A tag.
#[must_use]
pub fn tag(code: &TagCode, tag: &Tag) -> TagView {
    TagView {
        code: code.to_string(),
        item: tag.item.to_string(),
        live: tag.replaced_by.is_none(),
        replaced_by: text(tag.replaced_by),
        claim_key: tag.claim_key.to_string(),
        units_root: text(tag.units.map(|units| units.root)),
        units: tag.units.map(|units| units.count),
        claimed: tag.claimed.map(Place::from),
    }
}

/// A term of the vocabulary.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TermView {
    /// The stable code.
    pub code: String,
    /// Names by language.
    pub names: BTreeMap<String, String>,
    /// What else is known of it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Its place in an ordered table, lowest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u8>,
}
