//! Commands around the goods: participants' details, places and titles; shipping and customs; papers, origins,
//! inspections and counts.

use lode_ledger::event::body::{CountLine, DocumentRef, Grade};
use lode_ledger::id::ItemId;

use super::args::{
    Attach, Clear, Count, CredentialCommand, FacilityCommand, Inspect, Origin, Papers, ParticipantCommand,
    Ship, Sub,
};
use super::desk::Desk;
use super::print::Output;
use super::trade::documents;
use crate::commands::standing::Goods;
use crate::commands::vouch::{self, Findings, Place, Thing, Voyage};
use crate::error::Result;
use crate::session::Session;
use crate::spec;

impl Papers {
    pub(super) fn references(&self, session: &Session) -> Result<Vec<DocumentRef>> {
        documents(session, &self.document, self.public)
    }
}

pub(super) fn participant(desk: &Desk, args: Sub<ParticipantCommand>) -> Result<Output> {
    let session = desk.session()?;
    let done = match args.command {
        ParticipantCommand::Update { participant, name, registration, country } => {
            let participant = match participant {
                Some(text) => desk.names.id(&text)?,
                None => desk.participant()?,
            };
            let country = country.as_deref().map(spec::code).transpose()?;
            vouch::participant_update(
                &session,
                participant,
                name.as_deref(),
                registration.as_deref(),
                country,
            )?
        }
        ParticipantCommand::Reinstate { participant, reason } => {
            vouch::participant_reinstate(&session, desk.names.id(&participant)?, &reason)?
        }
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn facility(desk: &Desk, args: Sub<FacilityCommand>) -> Result<Output> {
    let FacilityCommand::Register { kind, name, country, subdivision, gln, register_number } = args.command;
    let (kind, country) = (spec::code(&kind)?, spec::code(&country)?);
    let place = Place { kind, name, country, subdivision, gln, register_number };
    Ok(Output::done(desk, &vouch::facility_register(&desk.session()?, &place)?))
}

pub(super) fn credential(desk: &Desk, args: Sub<CredentialCommand>) -> Result<Output> {
    let session = desk.session()?;
    let done = match args.command {
        CredentialCommand::Issue { participant, kind, title, document, public, until } => {
            let until = until
                .map(|text| text.parse().map_err(|_| spec::expected(&text, "2027-03-01T00:00:00+08:00")))
                .transpose()?;
            let papers = Papers { document: document.into_iter().collect(), public };
            let document = papers.references(&session)?.pop();
            let participant = desk.names.id(&participant)?;
            vouch::credential_issue(&session, participant, spec::code(&kind)?, &title, document, until)?
        }
        CredentialCommand::Revoke { credential, reason } => {
            vouch::credential_revoke(&session, desk.names.id(&credential)?, &reason)?
        }
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn items(desk: &Desk, texts: &[String]) -> Result<Vec<ItemId>> {
    texts.iter().map(|text| desk.names.id(text)).collect()
}

/// Goods, and jobs, which an id's first letter tells apart.
pub(super) fn goods(desk: &Desk, texts: &[String]) -> Result<Goods> {
    let mut goods = Goods::default();
    for text in texts {
        match desk.names.id(text) {
            Ok(work) => goods.works.push(work),
            Err(_) => goods.items.push(desk.names.id(text)?),
        }
    }
    Ok(goods)
}

pub(super) fn ship(desk: &Desk, args: &Ship) -> Result<Output> {
    let session = desk.session()?;
    let voyage = Voyage {
        bill_of_lading: args.bill_of_lading.clone(),
        carrier: args.carrier.as_deref().map(|text| desk.names.id(text)).transpose()?,
        from: args.from.as_deref().map(spec::code).transpose()?,
        to: args.to.as_deref().map(spec::code).transpose()?,
        documents: args.papers.references(&session)?,
    };
    Ok(Output::done(desk, &vouch::ship(&session, items(desk, &args.item)?, voyage)?))
}

pub(super) fn clear(desk: &Desk, args: &Clear) -> Result<Output> {
    let session = desk.session()?;
    let importer = args.importer.as_deref().map(|text| desk.names.id(text)).transpose()?;
    let papers = args.papers.references(&session)?;
    let (items, jurisdiction) = (items(desk, &args.item)?, spec::code(&args.jurisdiction)?);
    let net_mg = spec::mass(&args.net)?;
    let declaration = vouch::Declaration { jurisdiction, number: args.declaration.clone(), net_mg, importer };
    Ok(Output::done(desk, &vouch::clear(&session, items, &declaration, papers)?))
}

pub(super) fn attach(desk: &Desk, args: &Attach) -> Result<Output> {
    let session = desk.session()?;
    let id = desk.names.resolve(&args.thing);
    let thing = if id.starts_with("W-") {
        Thing::Work(desk.names.id(id)?)
    } else if id.starts_with("C-") {
        Thing::Consignment(desk.names.id(id)?)
    } else {
        Thing::Item(desk.names.id(id)?)
    };
    let papers = args.papers.references(&session)?;
    Ok(Output::done(desk, &vouch::attach(&session, thing, papers, args.note.as_deref())?))
}

pub(super) fn origin(desk: &Desk, args: &Origin) -> Result<Output> {
    let session = desk.session()?;
    let countries = args.country.iter().map(|text| spec::code(text)).collect::<Result<Vec<_>>>()?;
    let papers = args.papers.references(&session)?;
    let item = desk.names.id(&args.item)?;
    Ok(Output::done(desk, &vouch::origin(&session, item, countries, args.subdivision.as_deref(), papers)?))
}

pub(super) fn inspect(desk: &Desk, args: &Inspect) -> Result<Output> {
    let session = desk.session()?;
    let found = Findings {
        grade: args.grade.as_deref().map(grade).transpose()?,
        species: args.species.as_deref().map(spec::code).transpose()?,
        variety: args.variety.as_deref().map(spec::code).transpose()?,
        nature: args.nature.as_deref().map(spec::code).transpose()?,
        documents: args.papers.references(&session)?,
        note: args.note.clone(),
    };
    Ok(Output::done(desk, &vouch::inspect(&session, desk.names.id(&args.item)?, found)?))
}

fn grade(text: &str) -> Result<Grade> {
    let parts: Vec<&str> = text.split(':').collect();
    let [scheme, value, grader] = parts.as_slice() else {
        return Err(spec::expected(text, spec::as_in("SCHEME:VALUE:GRADER", "GB/T 31435:A:GTC")));
    };
    Ok(Grade {
        scheme: spec::line("scheme", scheme)?,
        value: spec::line("value", value)?,
        grader: spec::line("grader", grader)?,
    })
}

pub(super) fn count(desk: &Desk, args: &Count) -> Result<Output> {
    let session = desk.session()?;
    let resolution_mg = spec::mass(&args.resolution)?;
    let line = |text: &String| {
        let form = || spec::as_in("ITEM=MASS[:xCOUNT]", "B-...=1.2kg:x108");
        let (item, found) = text.split_once('=').ok_or_else(|| spec::expected(text, form()))?;
        let (mass, count) = match found.split_once(":x") {
            Some((mass, count)) => (mass, Some(count.parse().map_err(|_| spec::expected(text, form()))?)),
            None => (found, None),
        };
        Ok(CountLine { item: desk.names.id(item)?, found_mg: spec::mass(mass)?, count, resolution_mg })
    };
    let lines = args.line.iter().map(line).collect::<Result<Vec<_>>>()?;
    let facility = args.facility.as_deref().map(|text| desk.names.id(text)).transpose()?;
    let papers = args.papers.references(&session)?;
    let custodian = desk.names.id(&args.custodian)?;
    Ok(Output::done(desk, &vouch::count(&session, custodian, facility, lines, papers)?))
}
