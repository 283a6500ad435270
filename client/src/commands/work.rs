//! Work: jobs, their steps and what comes out of them; treatments and certificates.

use lode_ledger::event::body::{
    CertificateLinked, DocumentRef, Gain, Input, Line, Loss, StepLogged, TreatmentApplied, TreatmentDeclared,
    TreatmentStatement, WorkCompleted, WorkOutput, WorkStarted,
};
use lode_ledger::id::{ItemId, ParticipantId, WorkOrderId};
use lode_ledger::mass::Milligrams;
use lode_ledger::vocab::{CertificateScope, Code, Step, Treatment};

use super::enrol::normalised;
use super::lots::left_after;
use crate::error::Result;
use crate::session::{Done, Session};
use crate::spec;

/// On what something is done: an item in hand or the goods of a job.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Target {
    /// An item.
    Item(ItemId),
    /// A job.
    Work(WorkOrderId),
}

impl Target {
    /// Reads either kind of id.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self> {
        let work = text.parse().map(Self::Work).ok();
        work.or_else(|| text.parse().map(Self::Item).ok())
            .ok_or_else(|| spec::expected(text, "W-... / L-... / B-... / P-... (`lode name list`)"))
    }

    const fn parts(self) -> (Option<ItemId>, Option<WorkOrderId>) {
        match self {
            Self::Item(id) => (Some(id), None),
            Self::Work(id) => (None, Some(id)),
        }
    }
}

/// Begins a job.
///
/// # Errors
/// As [`Session::send`].
pub fn start(
    session: &Session,
    process: Code<Step>,
    inputs: Vec<Input>,
    title: Option<Line>,
    crew: Vec<ParticipantId>,
) -> Result<Done> {
    let nonce = session.nonce()?;
    session.send(&[WorkStarted {
        at: session.now(),
        nonce,
        process,
        title,
        inputs: inputs.into(),
        crew: crew.into(),
    }
    .into()])
}

/// Logs a step.
///
/// # Errors
/// As [`Session::send`].
pub fn step(
    session: &Session,
    target: Target,
    step: Code<Step>,
    operator: Option<&str>,
    mass_mg: Option<Milligrams>,
    photos: Vec<DocumentRef>,
) -> Result<Done> {
    let (item, work) = target.parts();
    let operator = spec::sealable("operator", operator)?;
    let at = session.now();
    session.send(&[StepLogged { at, work, item, step, operator, mass_mg, photos: photos.into() }.into()])
}

/// What a job yields.
#[derive(Clone, Debug, Default)]
pub struct Yield {
    /// What came out.
    pub outputs: Vec<WorkOutput>,
    /// What was lost.
    pub losses: Vec<Loss>,
    /// What was added.
    pub gains: Vec<Gain>,
    /// What is left in the job; asked of the node if absent.
    pub left: Option<Milligrams>,
    /// All that is not accounted for is dust of the process: nothing is left in the job.
    pub rest_is_process_loss: bool,
}

/// Takes items out of a job.
///
/// # Errors
/// As [`Session::send`]; also when what is left is not known.
pub fn complete(session: &Session, work: WorkOrderId, mut yielded: Yield) -> Result<Done> {
    let gained: Vec<Milligrams> = yielded.gains.iter().map(|gain| gain.mass_mg).collect();
    let out = yielded.outputs.iter().map(|output| output.mass_mg);
    let out: Vec<Milligrams> = out.chain(yielded.losses.iter().map(|loss| loss.mass_mg)).collect();
    let mut left_mg = left_after(session, &work.to_string(), yielded.left, &gained, &out)?;
    if yielded.rest_is_process_loss && !left_mg.is_zero() {
        yielded.losses.push(Loss { reason: spec::code("process")?, mass_mg: left_mg, count: None });
        left_mg = Milligrams::ZERO;
    }
    let event = WorkCompleted {
        at: session.now(),
        work,
        nonce: session.nonce()?,
        outputs: yielded.outputs.into(),
        losses: yielded.losses.into(),
        gains: yielded.gains.into(),
        left_mg,
    };
    session.send(&[event.into()])
}

/// Says something about treatments, without applying one now.
///
/// # Errors
/// As [`Session::send`].
pub fn treat_declare(
    session: &Session,
    item: ItemId,
    treatments: Vec<TreatmentStatement>,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let at = session.now();
    session.send(&[TreatmentDeclared {
        at,
        item,
        treatments: treatments.into(),
        documents: documents.into(),
    }
    .into()])
}

/// Carries a treatment out. Where it adds mass, what there is afterwards is asked of the node unless stated.
///
/// # Errors
/// As [`Session::send`].
pub fn treat_apply(
    session: &Session,
    target: Target,
    treatment: Code<Treatment>,
    parameters: Option<Line>,
    added_mg: Option<Milligrams>,
    left: Option<Milligrams>,
) -> Result<Done> {
    let (item, work) = target.parts();
    let id = item.map(|id| id.to_string()).or_else(|| work.map(|id| id.to_string())).unwrap_or_default();
    let left_mg = match added_mg {
        None => left,
        Some(added) => Some(left_after(session, &id, left, &[added], &[])?),
    };
    let at = session.now();
    session.send(&[TreatmentApplied { at, item, work, treatment, parameters, added_mg, left_mg }.into()])
}

/// A certificate to be linked.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The lab's code, as written.
    pub issuer_code: String,
    /// The number, as written.
    pub number: String,
    /// The document.
    pub document: DocumentRef,
    /// One piece or a sample.
    pub scope: Code<CertificateScope>,
    /// How many, of a sample.
    pub sample_count: Option<u32>,
    /// What the lab found; only the lab may say it.
    pub findings: Vec<TreatmentStatement>,
    /// The lab's earlier certificate that this one replaces, as written.
    pub reissue_of: Option<String>,
}

/// Links a certificate to an item.
///
/// # Errors
/// As [`Session::send`].
pub fn certificate(session: &Session, item: ItemId, certificate: Certificate) -> Result<Done> {
    let event = CertificateLinked {
        at: session.now(),
        item,
        issuer_code: normalised(&certificate.issuer_code)?,
        number: normalised(&certificate.number)?,
        document: certificate.document,
        scope: certificate.scope,
        sample_count: certificate.sample_count,
        findings: certificate.findings.into(),
        reissue_of: certificate.reissue_of.as_deref().map(normalised).transpose()?,
    };
    session.send(&[event.into()])
}
