//! Commands of the trade: material, work, hand-over, tags, sales, corrections.

use std::collections::BTreeMap;
use std::path::Path;

use lode_ledger::event::body::{DocumentRef, Grade, Line, ReceiptLine};
use lode_ledger::id::{ItemId, LogIndex};
use lode_ledger::mass::Milligrams;
use lode_ledger::tag::TagCode;
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{Code, DifferenceReason, Step};
use serde_json::json;

use super::args::{
    AcceptArgs, CertificateArgs, CorrectArgs, Countersign, Declare, DocumentArgs, GradedBy, LossArgs,
    LotCommand, Merge, OfferArgs, OfferRef, Reason, Receive, SellCommand, Split, Sub, TagCommand,
    TreatCommand, WorkCommand,
};
use super::desk::Desk;
use super::print::{Output, wrote};
use super::{report, sheet};
use crate::commands::custody::{self, Offer};
use crate::commands::lots::{self, Lot, SupplierLink};
use crate::commands::market::{self, Correction};
use crate::commands::work::{self as jobs, Certificate, Target, Yield};
use crate::document as papers;
use crate::error::{ClientError, Result, Words, words};
use crate::home::{read_json, write_durably, write_json};
use crate::label::{self, Print};
use crate::session::{Session, local_time};
use crate::spec;

pub(super) fn line(what: &str, text: &Option<String>) -> Result<Option<Line>> {
    text.as_deref().map(|text| spec::line(what, text)).transpose()
}

pub(super) fn mass(text: &Option<String>) -> Result<Option<Milligrams>> {
    text.as_deref().map(spec::mass).transpose()
}

pub(super) fn all<T>(texts: &[String], read: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    texts.iter().map(|text| read(text)).collect()
}

pub(super) fn documents(session: &Session, texts: &[String], public: bool) -> Result<Vec<DocumentRef>> {
    all(texts, |text| papers::reference(&session.home, &session.author.ledger.origin, text, public))
}

pub(super) fn photo(session: &Session, file: &Path) -> Result<DocumentRef> {
    let text = format!("photo={}", file.display());
    papers::reference(&session.home, &session.author.ledger.origin, &text, true)
}

/// The photos of things that are numbered from 1, each as `NUMBER=FILE`.
pub(super) fn photos_of(
    session: &Session,
    texts: &[String],
    things: usize,
) -> Result<Vec<Option<DocumentRef>>> {
    let photo = |file: &str| photo(session, Path::new(file));
    numbered(texts, things, || spec::as_in("NUMBER=FILE", "1=sphere.jpg"), photo)
}

/// The grades of things that are numbered from 1, each as `NUMBER=VALUE`.
pub(super) fn grades_of(texts: &[String], things: usize, by: &GradedBy) -> Result<Vec<Option<Grade>>> {
    numbered(texts, things, || spec::as_in("NUMBER=VALUE", "1=AAA"), |value| grade(value, by))
}

/// A grade in its scheme.
pub(super) fn grade(value: &str, by: &GradedBy) -> Result<Grade> {
    Ok(Grade {
        scheme: spec::line("scheme", &by.grade_scheme)?,
        value: spec::line("grade", value)?,
        grader: spec::line("grader", &by.grader)?,
    })
}

/// What is said of things that are numbered from 1, of each once at most.
fn numbered<T: Clone>(
    texts: &[String],
    things: usize,
    form: impl Fn() -> Words,
    read: impl Fn(&str) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    let mut said = vec![None; things];
    for text in texts {
        let (number, rest) = item_and(text, &form)?;
        let place = number.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let Some(place) = place.and_then(|place| said.get_mut(place)).filter(|place| place.is_none()) else {
            return Err(ClientError::usage(words!(
                "{text:?}: there are {things} things, numbered from 1, and each is named once at most",
                "{text:?}：共有 {things} 件，从1起编号，每件最多写一次",
                "{text:?}: são {things} coisas, numeradas a partir de 1, cada uma indicada no máximo uma vez"
            )));
        };
        *place = Some(read(rest)?);
    }
    Ok(said)
}

pub(super) fn lot(desk: &Desk, args: Sub<LotCommand>) -> Result<Output> {
    match args.command {
        LotCommand::Declare(args) => match &args.from {
            Some(file) => sheet::declare(desk, &args, file),
            None => declare_one(desk, &args),
        },
        LotCommand::Link { out } => {
            let url = desk.node.as_ref().map(|node| node.url().to_owned());
            let link = SupplierLink::fresh(desk.ledger()?, url)?;
            write_json(&out, &link)?;
            let (path, text) = wrote(desk, &out);
            let warning = desk.say(
                "send it to the supplier only, and declare with --supplier-link; who has it can counter-sign",
                "只发给供应商，登记时用 --supplier-link；持有者可会签",
                "envie só ao fornecedor e declare com --supplier-link; quem o tem pode contra-assinar",
            );
            let key = link.key()?.public();
            Ok(Output::new(json!({"file": path, "key": key}), format!("{text}\n{warning}")))
        }
    }
}

pub(super) fn link_key(args: &Declare) -> Result<Option<lode_ledger::key::PublicKey>> {
    let Some(file) = &args.supplier_link else { return Ok(None) };
    Ok(Some(read_json::<SupplierLink>(file)?.key()?.public()))
}

fn declare_one(desk: &Desk, args: &Declare) -> Result<Output> {
    let session = desk.session()?;
    let (Some(species), Some(net)) = (&args.species, &args.net) else {
        return Err(ClientError::usage(words!(
            "name --species, --origin and --net, or a sheet with --from",
            "请给出 --species、--origin 和 --net，或用 --from 指定表格",
            "informe --species, --origin e --net, ou uma planilha com --from"
        )));
    };
    let mut origins = all(&args.origin, spec::origin)?;
    for text in &args.subdivision {
        let (origin, said) = spec::of_origin(&mut origins, text)?;
        origin.subdivision = Some(spec::line("subdivision", said)?);
    }
    for text in &args.mine {
        let (origin, said) = spec::of_origin(&mut origins, text)?;
        origin.mine = spec::sealable("mine", Some(said))?;
    }
    let customs = match &args.hs {
        Some(hs) => Some(spec::customs(spec::code(&args.customs_of)?, spec::code(hs)?, &args.element)?),
        None => None,
    };
    let mut proofs = documents(&session, &args.document, false)?;
    proofs.extend(documents(&session, &args.public_document, true)?);
    let lot = Lot {
        entry: spec::code(&args.entry)?,
        species: spec::code(species)?,
        variety: args.variety.as_deref().map(spec::code).transpose()?,
        trade_name: line("trade_name", &args.trade_name)?,
        form: spec::code(&args.form)?,
        nature: spec::code(&args.nature)?,
        origins,
        net: spec::mass(net)?,
        gross: mass(&args.gross)?,
        tare: mass(&args.tare)?,
        method: spec::code(&args.method)?,
        resolution: spec::mass(&args.resolution)?,
        treatments: spec::treatments(&args.treatment)?,
        evidence: None,
        grade: args.grade.as_deref().map(|value| grade(value, &args.graded)).transpose()?,
        supplier: line("supplier", &args.supplier)?,
        supplier_lot: line("supplier_lot", &args.supplier_lot)?,
        supplier_participant: args
            .supplier_participant
            .as_deref()
            .map(|text| desk.names.id(text))
            .transpose()?,
        supplier_link: link_key(args)?,
        bill_of_lading: line("bill_of_lading", &args.bill_of_lading)?,
        customs_declaration: line("customs_declaration", &args.customs_declaration)?,
        certificate_of_origin: line("certificate_of_origin", &args.certificate_of_origin)?,
        customs,
        documents: proofs,
        owner: args.owner.as_deref().map(|text| desk.names.id(text)).transpose()?,
    };
    Ok(Output::done(desk, &lots::declare(&session, lot)?))
}

pub(super) fn countersign(desk: &Desk, args: &Countersign) -> Result<Output> {
    let session = match &args.link {
        None => desk.session()?,
        Some(file) => {
            let link: SupplierLink = read_json(file)?;
            let mut session = desk.session_of(link.ledger.clone(), link.issuer()?, link.key()?)?;
            if let (None, Some(url), false) = (&session.node, &link.node, desk.global.offline) {
                session.node = Some(crate::node::Node::new(url, desk.lang)?);
            }
            session
        }
    };
    let item = desk.names.id(&args.item)?;
    let (sold, country, received) =
        (spec::mass(&args.mass)?, spec::code(&args.country)?, mass(&args.received)?);
    let done = lots::countersign(&session, item, sold, country, received)?;
    Ok(Output::done(desk, &done))
}

pub(super) fn receive(desk: &Desk, args: &Receive) -> Result<Output> {
    let (method, resolution_mg) = (spec::code(&args.method)?, spec::mass(&args.resolution)?);
    let lines = all(&args.line, |text| {
        let (item, rest) = item_and(text, || spec::as_in("LOT=MASS[:REASON]", "L-...=498.5kg:moisture"))?;
        let (weighed, reason) =
            rest.split_once(':').map_or((rest, None), |(mass, reason)| (mass, Some(reason)));
        let reason: Option<Code<DifferenceReason>> = reason.map(spec::code).transpose()?;
        Ok(ReceiptLine {
            item: desk.names.id(item)?,
            received_mg: spec::mass(weighed)?,
            method,
            resolution_mg,
            reason,
        })
    })?;
    let consignment = args.consignment.as_deref().map(|text| desk.names.id(text)).transpose()?;
    let done = lots::receive(&desk.session()?, lines, args.bill_of_lading.as_deref(), consignment)?;
    Ok(Output::done(desk, &done))
}

fn item_and(text: &str, form: impl Fn() -> Words) -> Result<(&str, &str)> {
    text.split_once('=').ok_or_else(|| spec::expected(text, form()))
}

pub(super) fn split(desk: &Desk, args: &Split) -> Result<Output> {
    let (parts, losses) = (all(&args.part, spec::part)?, all(&args.loss, spec::loss)?);
    let item = desk.names.id(&args.item)?;
    let left = mass(&args.left)?;
    Ok(Output::done(desk, &lots::split(&desk.session()?, item, parts, losses, left, args.left_count)?))
}

pub(super) fn merge(desk: &Desk, args: &Merge) -> Result<Output> {
    let inputs = all(&args.input, |text| spec::input(text, &desk.names))?;
    let losses = all(&args.loss, spec::loss)?;
    let (out, name) = (mass(&args.mass)?, line("trade_name", &args.trade_name)?);
    Ok(Output::done(desk, &lots::merge(&desk.session()?, inputs, losses, out, name)?))
}

pub(super) fn loss(desk: &Desk, args: &LossArgs) -> Result<Output> {
    let item = desk.names.id(&args.item)?;
    let (gone, left) = (spec::loss(&args.loss)?, mass(&args.left)?);
    Ok(Output::done(desk, &lots::loss(&desk.session()?, item, gone, left)?))
}

pub(super) fn work(desk: &Desk, args: Sub<WorkCommand>) -> Result<Output> {
    let done = match args.command {
        WorkCommand::List { studio, warning, unfinished, done, limit } => {
            let open = unfinished.then_some(true).or(done.then_some(false));
            return report::jobs(desk, studio.as_deref(), warning.as_deref(), open, limit);
        }
        WorkCommand::Start { process, input, title, crew } => {
            let inputs = all(&input, |text| spec::input(text, &desk.names))?;
            let crew = all(&crew, |text| desk.names.id(text))?;
            jobs::start(&desk.session()?, spec::code(&process)?, inputs, line("title", &title)?, crew)?
        }
        WorkCommand::Pause { work } => {
            let target = Target::Work(desk.names.id(&work)?);
            jobs::step(&desk.session()?, target, Step::PAUSE, None, None, Vec::new())?
        }
        WorkCommand::Resume { work } => {
            let target = Target::Work(desk.names.id(&work)?);
            jobs::step(&desk.session()?, target, Step::RESUME, None, None, Vec::new())?
        }
        WorkCommand::HandOver { work, to, days, ownership } => {
            let until = local_time().unix().saturating_add(i64::from(days) * 86_400);
            let offer = Offer {
                to: desk.names.id(&to)?,
                items: Vec::new(),
                works: vec![desk.names.id(&work)?],
                resolution: Milligrams::ZERO,
                expires: Timestamp::from_unix(until),
                ownership,
                reference: None,
            };
            custody::offer(&desk.session()?, &offer)?
        }
        WorkCommand::Step { target, step, operator, mass: weighed, photo: photos } => {
            let target = Target::parse(desk.names.resolve(&target))?;
            let (step, weighed) = (spec::code(&step)?, mass(&weighed)?);
            let session = desk.session()?;
            let photos = photos.iter().map(|file| photo(&session, file)).collect::<Result<Vec<_>>>()?;
            jobs::step(&session, target, step, operator.as_deref(), weighed, photos)?
        }
        WorkCommand::Complete { work, output, loss, gain, photo, grade, graded, left, rest_is_loss } => {
            let mut outputs = all(&output, spec::output)?;
            for (output, grade) in outputs.iter_mut().zip(grades_of(&grade, output.len(), &graded)?) {
                output.grade = grade;
            }
            let session = desk.session()?;
            for (output, picture) in outputs.iter_mut().zip(photos_of(&session, &photo, output.len())?) {
                output.photo = picture;
            }
            let yielded = Yield {
                outputs,
                losses: all(&loss, spec::loss)?,
                gains: all(&gain, spec::gain)?,
                left: mass(&left)?,
                rest_is_process_loss: rest_is_loss,
            };
            jobs::complete(&session, desk.names.id(&work)?, yielded)?
        }
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn treat(desk: &Desk, args: Sub<TreatCommand>) -> Result<Output> {
    let done = match args.command {
        TreatCommand::Declare { item, treatment, document } => {
            let (item, said) = (desk.names.id(&item)?, spec::treatments(&treatment)?);
            let session = desk.session()?;
            let proofs = documents(&session, &document, false)?;
            jobs::treat_declare(&session, item, said, proofs)?
        }
        TreatCommand::Apply { target, treatment, parameters, added, left } => {
            let target = Target::parse(desk.names.resolve(&target))?;
            let parameters = line("parameters", &parameters)?;
            let (added, left) = (mass(&added)?, mass(&left)?);
            jobs::treat_apply(&desk.session()?, target, spec::code(&treatment)?, parameters, added, left)?
        }
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn certificate(desk: &Desk, args: &CertificateArgs) -> Result<Output> {
    let item = desk.names.id(&args.item)?;
    let session = desk.session()?;
    let text = format!("lab_report={}", args.file.display());
    let certificate = Certificate {
        issuer_code: args.issuer.clone(),
        number: args.number.clone(),
        document: papers::reference(&session.home, &session.author.ledger.origin, &text, args.public)?,
        scope: spec::code(&args.scope)?,
        sample_count: args.sample_count,
        reissue_of: args.reissue_of.clone(),
        findings: spec::treatments(&args.finding)?,
    };
    Ok(Output::done(desk, &jobs::certificate(&session, item, certificate)?))
}

pub(super) fn offer(desk: &Desk, args: &OfferArgs) -> Result<Output> {
    let items = all(&args.item, |text| match text.split_once('=') {
        None => Ok((desk.names.id(text)?, None)),
        Some((item, weighed)) => Ok((desk.names.id(item)?, Some(spec::mass(weighed)?))),
    })?;
    let until = local_time().unix().saturating_add(i64::from(args.days) * 86_400);
    let offer = Offer {
        to: desk.names.id(&args.to)?,
        items,
        works: Vec::new(),
        resolution: spec::mass(&args.resolution)?,
        expires: Timestamp::from_unix(until),
        ownership: args.ownership,
        reference: args.their_reference.clone(),
    };
    Ok(Output::done(desk, &custody::offer(&desk.session()?, &offer)?))
}

pub(super) fn accept(desk: &Desk, args: &AcceptArgs) -> Result<Output> {
    let measured: BTreeMap<ItemId, Milligrams> = all(&args.measured, |text| {
        let (item, weighed) = item_and(text, || Words::from("ITEM=MASS"))?;
        Ok((desk.names.id(item)?, spec::mass(weighed)?))
    })?
    .into_iter()
    .collect();
    let (offer, resolution) = (desk.names.id(&args.offer)?, spec::mass(&args.resolution)?);
    let condition = line("condition", &args.condition)?;
    Ok(Output::done(desk, &custody::accept(&desk.session()?, offer, &measured, resolution, condition)?))
}

pub(super) fn reject(desk: &Desk, args: &Reason<OfferRef>) -> Result<Output> {
    let offer = desk.names.id(&args.what.offer)?;
    Ok(Output::done(desk, &custody::reject(&desk.session()?, offer, &args.reason)?))
}

pub(super) fn cancel(desk: &Desk, args: &OfferRef) -> Result<Output> {
    let offer = desk.names.id(&args.offer)?;
    Ok(Output::done(desk, &custody::cancel(&desk.session()?, offer)?))
}

fn tag_code(text: &str) -> Result<TagCode> {
    TagCode::parse_lenient(text).map_err(|_| {
        ClientError::usage(words!(
            "{text:?} is not a tag code: 16 characters and a check character; compare each with the tag",
            "{text:?} 不是标签编码：16个字符加校验字符，请逐字核对",
            "{text:?} não é código de etiqueta: 16 caracteres e um de controle; compare cada um"
        ))
    })
}

pub(super) fn tag(desk: &Desk, args: Sub<TagCommand>) -> Result<Output> {
    match args.command {
        TagCommand::New { bind, units } => {
            let item: Option<ItemId> = bind.as_deref().map(|text| desk.names.id(text)).transpose()?;
            let session = desk.session()?;
            let made = market::tag_new(&session, units)?;
            match item {
                None => Ok(Output::new(json!({"code": made.code}), made.code.to_string())),
                Some(item) => {
                    let done = market::tag_bind(&session, item, &made, None)?;
                    Ok(Output::done(desk, &done).with("code", json!(made.code), ""))
                }
            }
        }
        TagCommand::Bind { item, code, photo: file } => {
            let made = market::tag(&desk.home, &tag_code(&code)?)?;
            let item = desk.names.id(&item)?;
            let session = desk.session()?;
            let picture = file.as_deref().map(|file| photo(&session, file)).transpose()?;
            Ok(Output::done(desk, &market::tag_bind(&session, item, &made, picture)?))
        }
        TagCommand::Label { code, out, fact, base, forget, unit } => {
            let made = market::tag(&desk.home, &tag_code(&code)?)?;
            let base = base.or_else(|| desk.config.tag_base.clone()).or_else(|| desk.config.node.clone());
            let base = base.or_else(|| desk.node.as_ref().map(|node| node.url().to_owned()));
            let base = base.ok_or_else(|| {
                ClientError::usage(words!(
                    "the address for tags is not known: use --base",
                    "标签地址未知：请用 --base",
                    "o endereço das etiquetas não é conhecido: use --base"
                ))
            })?;
            print_tag(desk, &made, &base, &out, &fact, unit, forget)
        }
        TagCommand::Replace { item, old, new, reason } => {
            let (item, old) = (desk.names.id(&item)?, tag_code(&old)?);
            let session = desk.session()?;
            let made = match new {
                Some(code) => market::tag(&desk.home, &tag_code(&code)?)?,
                None => market::tag_new(&session, 0)?,
            };
            let done = market::tag_replace(&session, item, old, &made, &reason)?;
            Ok(Output::done(desk, &done).with("code", json!(made.code), ""))
        }
    }
}

/// Writes the label and the claim card, or a card for each piece of a batch.
fn print_tag(
    desk: &Desk,
    made: &market::Tag,
    base: &str,
    out: &Path,
    fact: &[String],
    unit: Option<u32>,
    forget: bool,
) -> Result<Output> {
    let print = if desk.lang == lode_ledger::lang::Lang::Zh { Print::Zh } else { Print::En };
    let code = &made.code;
    let all = u32::try_from(made.unit_keys.len()).unwrap_or(u32::MAX);
    let mut cards = Vec::new();
    // People count from one.
    for number in unit.map_or(1..=all, |unit| unit..=unit) {
        let unit = made.unit(number.checked_sub(1).unwrap_or(u32::MAX))?;
        let card = label::unit_card(base, code, &unit, print)?;
        cards.push((out.join(format!("{code}.claim-{number}.svg")), card));
    }
    if all == 0 && unit.is_none() {
        let card = label::claim_card(base, code, &made.hidden()?, print)?;
        cards.push((out.join(format!("{code}.claim.svg")), card));
    }
    let front = label::label(base, code, fact, print)?;
    std::fs::create_dir_all(out).map_err(|error| ClientError::io(out, error))?;
    let label_path = out.join(format!("{code}.label.svg"));
    write_durably(&label_path, front.as_bytes())?;
    let (first, mut text) = wrote(desk, &label_path);
    let mut claims = Vec::new();
    for (path, card) in &cards {
        write_durably(path, card.as_bytes())?;
        let (claim, line) = wrote(desk, path);
        claims.push(claim);
        text.push_str(&format!("\n{line}"));
    }
    if forget {
        market::tag_forget(&desk.home, code)?;
    }
    let claim = if all == 0 { claims.pop().unwrap_or_default() } else { claims.into() };
    Ok(Output::new(json!({"label": first, "claim": claim}), text))
}

pub(super) fn sell(desk: &Desk, args: Sub<SellCommand>) -> Result<Output> {
    let done = match args.command {
        SellCommand::Record { item, channel, destination, order, listing } => {
            let items = all(&item, |text| desk.names.id(text))?;
            let destination = destination.as_deref().map(spec::code).transpose()?;
            let channel = spec::code(&channel)?;
            let listing = listing.as_deref().map(|text| desk.names.id(text)).transpose()?;
            market::sell(&desk.session()?, items, channel, destination, order.as_deref(), listing)?
        }
        SellCommand::Cancel { sale, reason } => {
            market::sell_cancel(&desk.session()?, desk.names.id(&sale)?, &reason)?
        }
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn document(desk: &Desk, args: &DocumentArgs) -> Result<Output> {
    let address = papers::put(&desk.session()?, &args.file, args.public)?;
    Ok(Output::new(json!({"sha256": address, "public": args.public}), address.to_string()))
}

pub(super) fn correct(desk: &Desk, args: &CorrectArgs) -> Result<Output> {
    let correction = Correction {
        item: args.item.as_deref().map(|item| desk.names.id(item)).transpose()?,
        work: args.work.as_deref().map(|work| desk.names.id(work)).transpose()?,
        counterparty: args.counterparty.as_deref().map(|who| desk.names.id(who)).transpose()?,
        contradiction: args.contradiction,
        index: LogIndex(args.index),
        event: args.event,
        field: args.field.clone(),
        old: args.old.clone(),
        new: args.new.clone(),
        reason: args.reason.clone(),
    };
    Ok(Output::done(desk, &market::correct(&desk.session()?, &correction)?))
}
