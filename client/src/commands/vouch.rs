//! What is said around the goods: participants' details, places and titles; shipping and customs; papers, origins,
//! inspections and counts.

use lode_ledger::event::body::{
    ConsignmentShipped, CountLine, CredentialIssued, CredentialRevoked, CustomsCleared, DocumentAttached,
    DocumentRef, FacilityRegistered, Grade, InspectionRecorded, OriginAsserted, ParticipantReinstated,
    ParticipantUpdated, StockCounted,
};
use lode_ledger::id::{ConsignmentId, CredentialId, FacilityId, ItemId, ParticipantId, WorkOrderId};
use lode_ledger::mass::Milligrams;
use lode_ledger::sealed::Sealable;
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{Code, Country, CredentialKind, FacilityKind, Nature, Port, Species, Variety};

use crate::error::Result;
use crate::session::{Done, Session};
use crate::spec;

/// Changes a participant's details.
///
/// # Errors
/// As [`Session::send`].
pub fn participant_update(
    session: &Session,
    participant: ParticipantId,
    name: Option<&str>,
    registration: Option<&str>,
    country: Option<Code<Country>>,
) -> Result<Done> {
    let event = ParticipantUpdated {
        at: session.now(),
        participant,
        name: spec::sealable("name", name)?,
        registration: spec::sealable("registration", registration)?,
        country,
    };
    session.send(&[event.into()])
}

/// Ends a suspension, as registrar.
///
/// # Errors
/// As [`Session::send`].
pub fn participant_reinstate(session: &Session, participant: ParticipantId, reason: &str) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    session.send(&[ParticipantReinstated { at: session.now(), participant, reason }.into()])
}

/// A place that the participant works at.
#[derive(Clone, Debug)]
pub struct Place {
    /// What it is.
    pub kind: Code<FacilityKind>,
    /// What it is called.
    pub name: String,
    /// Its country.
    pub country: Code<Country>,
    /// State, province or district.
    pub subdivision: Option<String>,
    /// GS1 location number.
    pub gln: Option<String>,
    /// Number in a public register.
    pub register_number: Option<String>,
}

/// Names a place that the participant works at.
///
/// # Errors
/// As [`Session::send`].
pub fn facility_register(session: &Session, place: &Place) -> Result<Done> {
    let subdivision = place.subdivision.as_deref().map(|text| spec::line("subdivision", text)).transpose()?;
    let event = FacilityRegistered {
        at: session.now(),
        nonce: session.nonce()?,
        kind: place.kind,
        name: spec::line("name", &place.name)?,
        country: place.country,
        subdivision,
        gln: spec::sealable("gln", place.gln.as_deref())?,
        register_number: spec::sealable("register_number", place.register_number.as_deref())?,
    };
    session.send(&[event.into()])
}

/// Says that a participant has a title or passed a training.
///
/// # Errors
/// As [`Session::send`].
pub fn credential_issue(
    session: &Session,
    participant: ParticipantId,
    kind: Code<CredentialKind>,
    title: &str,
    document: Option<DocumentRef>,
    valid_until: Option<Timestamp>,
) -> Result<Done> {
    let event = CredentialIssued {
        at: session.now(),
        nonce: session.nonce()?,
        participant,
        kind,
        title: spec::line("title", title)?,
        document,
        valid_until,
    };
    session.send(&[event.into()])
}

/// Takes a title or training back.
///
/// # Errors
/// As [`Session::send`].
pub fn credential_revoke(session: &Session, credential: CredentialId, reason: &str) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    session.send(&[CredentialRevoked { at: session.now(), credential, reason }.into()])
}

/// How lots are sent.
#[derive(Clone, Debug, Default)]
pub struct Voyage {
    /// Bill of lading or airway bill.
    pub bill_of_lading: Option<String>,
    /// Who carries them.
    pub carrier: Option<ParticipantId>,
    /// The port they leave.
    pub from: Option<Code<Port>>,
    /// The port they go to.
    pub to: Option<Code<Port>>,
    /// The papers.
    pub documents: Vec<DocumentRef>,
}

/// Says that lots are on their way.
///
/// # Errors
/// As [`Session::send`].
pub fn ship(session: &Session, items: Vec<ItemId>, voyage: Voyage) -> Result<Done> {
    let event = ConsignmentShipped {
        at: session.now(),
        nonce: session.nonce()?,
        bill_of_lading: spec::sealable("bill_of_lading", voyage.bill_of_lading.as_deref())?,
        carrier: voyage.carrier,
        from: voyage.from,
        to: voyage.to,
        items: items.into(),
        documents: voyage.documents.into(),
    };
    session.send(&[event.into()])
}

/// A customs declaration.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Whose customs.
    pub jurisdiction: Code<Country>,
    /// Its number.
    pub number: String,
    /// The net mass that it lets in.
    pub net_mg: Milligrams,
    /// The importer of record, if not the author.
    pub importer: Option<ParticipantId>,
}

/// Says that customs has let lots in.
///
/// # Errors
/// As [`Session::send`].
pub fn clear(
    session: &Session,
    items: Vec<ItemId>,
    declaration: &Declaration,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let event = CustomsCleared {
        at: session.now(),
        items: items.into(),
        jurisdiction: declaration.jurisdiction,
        declaration: Sealable::Clear(spec::line("declaration", &declaration.number)?),
        net_mg: declaration.net_mg,
        importer: declaration.importer,
        documents: documents.into(),
    };
    session.send(&[event.into()])
}

/// What papers are put with.
#[derive(Clone, Copy, Debug)]
pub enum Thing {
    /// An item.
    Item(ItemId),
    /// A job.
    Work(WorkOrderId),
    /// A consignment.
    Consignment(ConsignmentId),
}

/// Puts papers with a thing.
///
/// # Errors
/// As [`Session::send`].
pub fn attach(
    session: &Session,
    thing: Thing,
    documents: Vec<DocumentRef>,
    note: Option<&str>,
) -> Result<Done> {
    let mut event = DocumentAttached {
        at: session.now(),
        item: None,
        work: None,
        consignment: None,
        documents: documents.into(),
        note: note.map(|text| spec::line("note", text)).transpose()?,
    };
    match thing {
        Thing::Item(id) => event.item = Some(id),
        Thing::Work(id) => event.work = Some(id),
        Thing::Consignment(id) => event.consignment = Some(id),
    }
    session.send(&[event.into()])
}

/// Says which of the possible origins it is.
///
/// # Errors
/// As [`Session::send`].
pub fn origin(
    session: &Session,
    item: ItemId,
    countries: Vec<Code<Country>>,
    subdivision: Option<&str>,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let subdivision = subdivision.map(|text| spec::line("subdivision", text)).transpose()?;
    let event = OriginAsserted {
        at: session.now(),
        item,
        countries: countries.into(),
        subdivision,
        documents: documents.into(),
    };
    session.send(&[event.into()])
}

/// What an inspection found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Scheme, value and grader.
    pub grade: Option<Grade>,
    /// The mineral.
    pub species: Option<Code<Species>>,
    /// The variety.
    pub variety: Option<Code<Variety>>,
    /// Natural or not.
    pub nature: Option<Code<Nature>>,
    /// The report.
    pub documents: Vec<DocumentRef>,
    /// What else was seen.
    pub note: Option<String>,
}

/// Records an inspection.
///
/// # Errors
/// As [`Session::send`].
pub fn inspect(session: &Session, item: ItemId, found: Findings) -> Result<Done> {
    let event = InspectionRecorded {
        at: session.now(),
        item,
        grade: found.grade,
        species: found.species,
        variety: found.variety,
        nature: found.nature,
        documents: found.documents.into(),
        note: found.note.as_deref().map(|text| spec::line("note", text)).transpose()?,
    };
    session.send(&[event.into()])
}

/// Records what is really there of a custodian's stock.
///
/// # Errors
/// As [`Session::send`].
pub fn count(
    session: &Session,
    custodian: ParticipantId,
    facility: Option<FacilityId>,
    lines: Vec<CountLine>,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let event = StockCounted {
        at: session.now(),
        nonce: session.nonce()?,
        custodian,
        facility,
        lines: lines.into(),
        documents: documents.into(),
    };
    session.send(&[event.into()])
}
