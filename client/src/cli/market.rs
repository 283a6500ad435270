//! Commands of the market: who may sell, boxes, listings, reservations; exports, carriers, payment, returns; and goods
//! that change owner or hands otherwise, or go missing.

use std::path::Path;

use lode_ledger::event::body::DocumentRef;
use lode_ledger::record::Loss;
use lode_ledger::time::Timestamp;
use serde_json::Value;

use super::args::{
    Assign, Consign, Deliver, DispatchArgs, ExportArgs, ExportCommand, ListingCommand, MissingCommand,
    MissingFound, MissingReport, PackArgs, Reserve, ReturnArgs, Settle, Sub, TitleCommand, Unpack,
};
use super::desk::Desk;
use super::print::{Output, lines, table};
use super::report::whose;
use super::trade::documents;
use super::vouch::{self, items};
use crate::commands::hands::{self, long_ago};
use crate::commands::look;
use crate::commands::market::SessionLine;
use crate::commands::shop::{self, Export, Offered, Parcel};
use crate::document as papers;
use crate::error::Result;
use crate::session::{Done, Session, local_time};
use crate::spec;

fn in_hours(hours: i64) -> Timestamp {
    Timestamp::from_unix(local_time().unix().saturating_add(hours.saturating_mul(3_600)))
}

fn private(session: &Session, text: &str) -> Result<DocumentRef> {
    papers::reference(&session.home, &session.author.ledger.origin, text, false)
}

pub(super) fn consign(desk: &Desk, args: &Consign) -> Result<Output> {
    let until = if args.end { long_ago() } else { in_hours(i64::from(args.days) * 24) };
    let (goods, seller) = (items(desk, &args.item)?, desk.names.id(&args.seller)?);
    Ok(Output::done(desk, &hands::consign(&desk.session()?, goods, seller, until)?))
}

pub(super) fn title(desk: &Desk, args: Sub<TitleCommand>) -> Result<Output> {
    let done = match args.command {
        TitleCommand::Offer { item, to, days } => {
            let (goods, to) = (items(desk, &item)?, desk.names.id(&to)?);
            hands::title_offer(&desk.session()?, goods, to, in_hours(i64::from(days) * 24))?
        }
        TitleCommand::Take { offer } => hands::title_take(&desk.session()?, desk.names.id(&offer)?)?,
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn missing(desk: &Desk, args: Sub<MissingCommand>) -> Result<Output> {
    let done = match args.command {
        MissingCommand::Report(report) => report_missing(desk, &desk.session()?, &report)?,
        MissingCommand::Found(found) => report_found(desk, &desk.session()?, &found)?,
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn report_missing(desk: &Desk, session: &Session, args: &MissingReport) -> Result<Done> {
    let how = if args.stolen { Loss::Stolen } else { Loss::Lost };
    let police = |file: &Path| private(session, &format!("police_report={}", file.display()));
    let report = args.report.as_deref().map(police).transpose()?;
    hands::missing(session, items(desk, &args.item)?, how, report)
}

pub(super) fn report_found(desk: &Desk, session: &Session, args: &MissingFound) -> Result<Done> {
    hands::found(session, items(desk, &args.item)?, args.note.as_deref())
}

pub(super) fn assign(desk: &Desk, args: &Assign) -> Result<Output> {
    let session = desk.session()?;
    let (goods, to, reason) =
        (vouch::goods(desk, &args.item)?, desk.names.id(&args.to)?, spec::code(&args.reason)?);
    let order = private(&session, &args.document)?;
    Ok(Output::done(desk, &hands::assign(&session, goods, to, reason, order, args.ownership)?))
}

pub(super) fn pack(desk: &Desk, args: &PackArgs) -> Result<Output> {
    let goods = items(desk, &args.item)?;
    Ok(Output::done(desk, &shop::pack(&desk.session()?, goods, args.seal.as_deref())?))
}

pub(super) fn unpack(desk: &Desk, args: &Unpack) -> Result<Output> {
    Ok(Output::done(desk, &shop::unpack(&desk.session()?, desk.names.id(&args.pack)?)?))
}

pub(super) fn listing(desk: &Desk, args: Sub<ListingCommand>) -> Result<Output> {
    let done = match args.command {
        ListingCommand::Open { item, channel, session: stream, slot, title, language } => {
            let goods = items(desk, &item)?;
            let offered = Offered { channel: spec::code(&channel)?, session: stream, slot, title, language };
            shop::list(&desk.session()?, goods, &offered)?
        }
        ListingCommand::Close { listing, reason } => {
            shop::unlist(&desk.session()?, desk.names.id(&listing)?, reason.as_deref())?
        }
        ListingCommand::List { seller, session, claim_codes, limit } => {
            let mut filters = vec![("seller", whose(desk, seller.as_deref())?)];
            filters.extend(session.map(|session| ("session", session)));
            if claim_codes {
                let lines = desk.reading(|node| {
                    crate::commands::market::session_list(&desk.home, node, &filters, limit)
                })?;
                return Ok(claim_codes_of(desk, &lines));
            }
            return listed(desk, "listings", &filters, limit);
        }
    };
    Ok(Output::done(desk, &done))
}

/// A session's list, to pack by: slot, item, whether it is sold, tag and claim code.
fn claim_codes_of(desk: &Desk, found: &[SessionLine]) -> Output {
    let rows = found.iter().map(|line| {
        let slot = line.slot.map_or_else(String::new, |slot| slot.to_string());
        let state = crate::fields::word("state", &line.state, desk.lang).unwrap_or(&line.state).to_owned();
        let codes = match line.claim_codes.as_slice() {
            [] => desk.say("not on this device", "不在本设备上", "não está neste dispositivo").to_owned(),
            [one] => one.clone(),
            many => format!(
                "{} ×{}",
                desk.say("a code a piece,", "每件一码，", "um código por peça,"),
                many.len()
            ),
        };
        let session = line.session.clone().unwrap_or_default();
        [session, slot, line.item.clone(), state, line.tag.clone().unwrap_or_default(), codes]
    });
    let heads = [
        desk.say("session", "场次", "sessão"),
        desk.say("slot", "序号", "lugar"),
        desk.say("item", "物品", "item"),
        desk.say("state", "状态", "estado"),
        desk.say("tag", "标签", "etiqueta"),
        desk.say("claim code: secret", "认领码：保密", "código de resgate: secreto"),
    ];
    let text = table(heads, rows);
    Output::new(serde_json::to_value(found).unwrap_or_default(), text)
}

/// One of the node's lists, for people one thing after the other.
pub(super) fn listed(desk: &Desk, folder: &str, filters: &[(&str, String)], limit: usize) -> Result<Output> {
    let found = desk.reading(|node| look::listed(node, folder, filters, limit))?;
    let text: Vec<String> = found.iter().map(|one| lines(desk, one)).collect();
    let text = match text.is_empty() {
        true => desk.say("none", "无", "nenhum").to_owned(),
        false => text.join("\n"),
    };
    Ok(Output::new(Value::Array(found), text))
}

pub(super) fn reserve(desk: &Desk, args: &Reserve) -> Result<Output> {
    let until = if args.end { long_ago() } else { in_hours(i64::from(args.hours)) };
    let (item, seen) = (desk.names.id(&args.item)?, args.listing.as_deref());
    let seen = seen.map(|listing| desk.names.id(listing)).transpose()?;
    Ok(Output::done(desk, &shop::reserve(&desk.session()?, item, seen, until, args.buyer.as_deref())?))
}

pub(super) fn export(desk: &Desk, args: Sub<ExportCommand>) -> Result<Output> {
    match args.command {
        ExportCommand::Prepare(args) => prepare_export(desk, &args),
        ExportCommand::List { exporter, limit } => {
            listed(desk, "exports", &[("exporter", whose(desk, exporter.as_deref())?)], limit)
        }
    }
}

fn prepare_export(desk: &Desk, args: &ExportArgs) -> Result<Output> {
    let product_id = |text: &String| {
        let parts = text
            .split_once(':')
            .ok_or_else(|| spec::expected(text, spec::as_in("SCHEME:VALUE", "sku:A-7")))?;
        Ok((parts.0.to_owned(), parts.1.to_owned()))
    };
    let session = desk.session()?;
    let export = Export {
        destination: spec::code(&args.destination)?,
        hs: spec::code(&args.hs)?,
        tariff_code: args.tariff_code.clone(),
        customs_origin: spec::code(&args.customs_origin)?,
        material_origins: args.material_origin.iter().map(|text| spec::code(text)).collect::<Result<_>>()?,
        product_ids: args.product_id.iter().map(product_id).collect::<Result<_>>()?,
        regime: spec::code(&args.regime)?,
        incoterm: args.incoterm.as_deref().map(spec::code).transpose()?,
        declaration: args.declaration.clone(),
        documents: documents(&session, &args.document, false)?,
    };
    Ok(Output::done(desk, &shop::export(&session, items(desk, &args.item)?, export)?))
}

pub(super) fn dispatch(desk: &Desk, args: &DispatchArgs) -> Result<Output> {
    let parcel = Parcel {
        carrier: args.carrier.clone(),
        tracking: args.tracking.clone(),
        destination: args.destination.as_deref().map(spec::code).transpose()?,
        export: args.export.as_deref().map(|export| desk.names.id(export)).transpose()?,
    };
    Ok(Output::done(desk, &shop::dispatch(&desk.session()?, items(desk, &args.item)?, &parcel)?))
}

pub(super) fn deliver(desk: &Desk, args: &Deliver) -> Result<Output> {
    let session = desk.session()?;
    let proof = args.proof.as_deref().map(|text| private(&session, text)).transpose()?;
    Ok(Output::done(desk, &shop::deliver(&session, desk.names.id(&args.shipment)?, proof)?))
}

pub(super) fn settle(desk: &Desk, args: &Settle) -> Result<Output> {
    let session = desk.session()?;
    let sales = args.sale.iter().map(|sale| desk.names.id(sale)).collect::<Result<_>>()?;
    // As of every private document, what opens the hash is kept here.
    let commitment = private(&session, &format!("other={}", args.document.display()))?.sha256;
    Ok(Output::done(desk, &shop::settle(&session, sales, spec::code(&args.currency)?, commitment)?))
}

pub(super) fn take_back(desk: &Desk, args: &ReturnArgs) -> Result<Output> {
    let (item, reason) = (desk.names.id(&args.item)?, spec::code(&args.reason)?);
    Ok(Output::done(desk, &shop::take_back(&desk.session()?, item, reason, args.condition.as_deref())?))
}
