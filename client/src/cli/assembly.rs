//! Commands for what is joined, taken apart, mended, set right in the books, and destroyed.

use std::path::PathBuf;

use clap::Args;
use lode_ledger::event::body::ForeignMass;
use lode_ledger::event::body::SerialPiece;
use lode_ledger::mass::Milligrams;

use super::args::GradedBy;
use super::desk::Desk;
use super::print::Output;
use super::trade::{all, documents, grade, grades_of, line, mass, photo, photos_of};
use crate::commands::material::{self, Adjustment, Repair};
use crate::error::Result;
use crate::session::Session;
use crate::spec;

#[derive(Debug, Args)]
pub struct AssembleArgs {
    /// What goes in: whole pieces, counts of batches; may be repeated
    #[arg(required = true, value_name = "ITEM=MASS[:xCOUNT]")]
    component: Vec<String>,
    /// What is joined to them and is no stone, as in cord:2g; may be repeated
    #[arg(long, value_name = "MATERIAL:MASS")]
    foreign: Vec<String>,
    /// What was lost; may be repeated
    #[arg(long, value_name = "REASON:MASS")]
    loss: Vec<String>,
    /// What comes out
    #[arg(long, value_name = "KIND:FORM:MASS[:xCOUNT][:NAME]")]
    made: String,
    /// Who did it
    #[arg(long)]
    operator: Option<String>,
    /// Its grade
    #[arg(long, value_name = "VALUE")]
    grade: Option<String>,
    #[command(flatten)]
    graded: GradedBy,
    /// A photo that everybody may see
    #[arg(long, value_name = "FILE")]
    photo: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DisassembleArgs {
    /// What is taken apart
    item: String,
    /// What came out of which component, counted from 0; may be repeated
    #[arg(long, required = true, value_name = "COMPONENT:KIND:MASS[:xCOUNT]")]
    part: Vec<String>,
    /// Foreign mass that was taken off
    #[arg(long, value_name = "MASS")]
    foreign: Option<String>,
    /// What was lost; may be repeated
    #[arg(long, value_name = "REASON:MASS")]
    loss: Vec<String>,
}

#[derive(Debug, Args)]
pub struct SerialiseArgs {
    /// The batch
    batch: String,
    /// A piece out of it; may be repeated
    #[arg(long, required = true, value_name = "MASS[:NAME]")]
    piece: Vec<String>,
    /// A photo of a piece that everybody may see: of which one, from 1 in the order given; may be repeated
    #[arg(long, value_name = "NUMBER=FILE")]
    photo: Vec<String>,
    /// The grade of a piece: of which one, from 1 in the order given; may be repeated
    #[arg(long, value_name = "NUMBER=VALUE")]
    grade: Vec<String>,
    #[command(flatten)]
    graded: GradedBy,
    /// What was lost; may be repeated
    #[arg(long, value_name = "REASON:MASS[:xCOUNT]")]
    loss: Vec<String>,
    /// What is left of the batch [default: asked of the node]
    #[arg(long, value_name = "MASS")]
    left: Option<String>,
    /// How many are left of the batch [default: asked of the node]
    #[arg(long, value_name = "COUNT")]
    left_count: Option<u32>,
}

#[derive(Debug, Args)]
pub struct RepairArgs {
    /// What is mended
    item: String,
    /// The step of work, as in string or polish
    step: String,
    /// What was done, in words
    #[arg(long)]
    what: Option<String>,
    /// Who did it
    #[arg(long)]
    operator: Option<String>,
    /// A treatment that it needed beside
    #[arg(long)]
    treatment: Option<String>,
    /// What was joined to it and is no stone; may be repeated
    #[arg(long, value_name = "MATERIAL:MASS")]
    foreign: Vec<String>,
    /// What was taken off and is no stone: old cord, a broken clasp
    #[arg(long, value_name = "MASS")]
    taken_off: Option<String>,
    /// What was lost beside; may be repeated
    #[arg(long, value_name = "REASON:MASS")]
    loss: Vec<String>,
    /// What there is afterwards [default: asked of the node]
    #[arg(long, value_name = "MASS")]
    left: Option<String>,
    /// The stone itself was cut again: its certificates speak of what it was
    #[arg(long)]
    recut: bool,
    /// Its form afterwards, if it is another
    #[arg(long)]
    form: Option<String>,
    /// A photo that everybody may see; may be repeated
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DestroyArgs {
    /// What is no more
    item: String,
    /// Why, as in broken
    #[arg(long)]
    reason: String,
    /// How it came about
    #[arg(long)]
    explanation: Option<String>,
    /// A private document behind it; may be repeated
    #[arg(long, value_name = "KIND=FILE")]
    document: Vec<String>,
}

#[derive(Debug, Args)]
pub struct AdjustArgs {
    /// Whose balance
    item: String,
    /// What there is
    #[arg(long, value_name = "MASS")]
    to: String,
    /// How many there are, of a batch
    #[arg(long, value_name = "COUNT")]
    count: Option<u32>,
    /// Why the ledger says otherwise, as in clerical_error
    #[arg(long)]
    reason: String,
    /// How it came about
    #[arg(long)]
    explanation: Option<String>,
    /// A private document behind it; may be repeated
    #[arg(long, required = true, value_name = "KIND=FILE")]
    document: Vec<String>,
}

fn foreign(texts: &[String]) -> Result<Vec<ForeignMass>> {
    all(texts, spec::foreign)
}

pub(super) fn assemble(desk: &Desk, args: &AssembleArgs) -> Result<Output> {
    let components = all(&args.component, |text| spec::input(text, &desk.names))?;
    let (foreign, losses) = (foreign(&args.foreign)?, all(&args.loss, spec::loss)?);
    let mut made = spec::output(&args.made)?;
    made.grade = args.grade.as_deref().map(|value| grade(value, &args.graded)).transpose()?;
    let session = desk.session()?;
    made.photo = args.photo.as_deref().map(|file| photo(&session, file)).transpose()?;
    let done = material::assemble(&session, components, foreign, losses, made, args.operator.as_deref())?;
    Ok(Output::done(desk, &done))
}

pub(super) fn disassemble(desk: &Desk, args: &DisassembleArgs) -> Result<Output> {
    let item = desk.names.id(&args.item)?;
    let (parts, losses) = (all(&args.part, spec::apart)?, all(&args.loss, spec::loss)?);
    let off: Option<Milligrams> = mass(&args.foreign)?;
    Ok(Output::done(desk, &material::disassemble(&desk.session()?, item, parts, off, losses)?))
}

pub(super) fn serialise(desk: &Desk, args: &SerialiseArgs) -> Result<Output> {
    let batch = desk.names.id(&args.batch)?;
    let mut pieces = all(&args.piece, |text| {
        let (weighed, name) = text.split_once(':').map_or((text, None), |(mass, name)| (mass, Some(name)));
        let name = name.map(|name| spec::line("name", name)).transpose()?;
        Ok(SerialPiece { mass_mg: spec::mass(weighed)?, name, grade: None, photo: None })
    })?;
    for (piece, grade) in pieces.iter_mut().zip(grades_of(&args.grade, args.piece.len(), &args.graded)?) {
        piece.grade = grade;
    }
    let (losses, left) = (all(&args.loss, spec::loss)?, mass(&args.left)?);
    let session = desk.session()?;
    for (piece, picture) in pieces.iter_mut().zip(photos_of(&session, &args.photo, args.piece.len())?) {
        piece.photo = picture;
    }
    Ok(Output::done(desk, &material::serialise(&session, batch, pieces, losses, left, args.left_count)?))
}

pub(super) fn repair(desk: &Desk, args: &RepairArgs) -> Result<Output> {
    let item = desk.names.id(&args.item)?;
    let session: Session = desk.session()?;
    let repair = Repair {
        step: spec::code(&args.step)?,
        what: line("what", &args.what)?,
        operator: args.operator.clone(),
        treatment: args.treatment.as_deref().map(spec::code).transpose()?,
        foreign: foreign(&args.foreign)?,
        taken_off: mass(&args.taken_off)?,
        losses: all(&args.loss, spec::loss)?,
        left: mass(&args.left)?,
        recut: args.recut,
        form: args.form.as_deref().map(spec::code).transpose()?,
        photos: args.photo.iter().map(|file| photo(&session, file)).collect::<Result<_>>()?,
    };
    Ok(Output::done(desk, &material::repair(&session, item, repair)?))
}

pub(super) fn destroy(desk: &Desk, args: &DestroyArgs) -> Result<Output> {
    let (item, reason) = (desk.names.id(&args.item)?, spec::code(&args.reason)?);
    let session = desk.session()?;
    let papers = documents(&session, &args.document, false)?;
    let explanation = line("explanation", &args.explanation)?;
    Ok(Output::done(desk, &material::destroy(&session, item, reason, explanation, papers)?))
}

pub(super) fn adjust(desk: &Desk, args: &AdjustArgs) -> Result<Output> {
    let item = desk.names.id(&args.item)?;
    let session = desk.session()?;
    let adjustment = Adjustment {
        left: spec::mass(&args.to)?,
        count: args.count,
        reason: spec::code(&args.reason)?,
        explanation: line("explanation", &args.explanation)?,
        documents: documents(&session, &args.document, false)?,
    };
    Ok(Output::done(desk, &material::adjust(&session, item, adjustment)?))
}
