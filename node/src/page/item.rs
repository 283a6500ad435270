//! The page of one item, reached by its tag or its id.

use askama::Template;
use lode_ledger::id::{ItemId, ItemKind};
use lode_ledger::record::{Item, ItemState, MAX_KEPT, Record, RecordKey, Warning};
use lode_ledger::violation::{Reason, Rule};
use lode_ledger::vocab::CertificateScope;
use lode_ledger::vocab::EvidenceLevel;

use super::alerts::alerts;
use super::ancestry::{Ancestor, Ancestry, ancestry};
use super::answers::{Answer, Chip, Known};
use super::gaps::gaps;
use super::market;
use super::source::{Reader, Source, register_number};
use super::text::{PageLang, Texts};
use super::timeline::{Row, Timeline, Told, short, timeline, told};

/// What the page needs beside the ledger.
pub struct PageOptions {
    /// The language.
    pub lang: PageLang,
    /// The node's address without a slash at its end, as in `https://lode.example`; empty: paths only.
    pub base: String,
    /// The page's own path, for the language switch.
    pub path: String,
    /// The address of a public photo, if one is there.
    pub photo: Option<String>,
    /// Whether everybody may look up the entries that the page names.
    pub entries_open: bool,
}

/// A certificate.
pub struct CertificateView {
    /// Issuer and number.
    pub name: String,
    /// Who vouches for it.
    pub text: String,
    /// Lab or holder.
    pub chip: Chip,
    /// Items that the same certificate is also shown for.
    pub collisions: Vec<String>,
}

/// A warning.
pub struct WarningView {
    /// The rule.
    pub rule: String,
    /// In words.
    pub text: String,
    /// On what.
    pub of: String,
    /// The entry that drew it.
    pub index: u64,
}

/// A level of the scale, explained.
pub struct LevelView {
    /// As it looks.
    pub chip: Chip,
    /// What it means.
    pub text: &'static str,
}

/// The page.
#[derive(Template)]
#[template(path = "item.html")]
pub struct ItemPage {
    /// The texts.
    pub t: Texts,
    /// What the page needs beside the ledger.
    pub options: PageOptions,
    /// The item's id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What stands in the way of a sale now, or marks it: before everything else.
    pub alerts: Vec<String>,
    /// Lot, batch or piece.
    pub kind: &'static str,
    /// The tag code.
    pub tag: Option<String>,
    /// The four answers.
    pub answers: Vec<Answer>,
    /// In words.
    pub state: String,
    /// More lines on state.
    pub standing: Vec<(String, String)>,
    /// The certificates.
    pub certificates: Vec<CertificateView>,
    /// The warnings.
    pub warnings: Vec<WarningView>,
    /// Warnings and documents of it and of what is behind it for which records or page have no room.
    pub not_kept: u64,
    /// The story.
    pub timeline: Timeline,
    /// What is not known.
    pub gaps: Vec<&'static str>,
    /// To whom a problem is told, and who can do what about it.
    pub report: Vec<String>,
    /// The evidence levels, weakest first.
    pub levels: Vec<LevelView>,
}

/// The page of an item; `None` if there is no such item.
#[must_use]
pub fn item_page(source: &dyn Source, id: &ItemId, options: PageOptions) -> Option<ItemPage> {
    let reader = Reader::new(source);
    let item = reader.item(id)?;
    let texts = Texts(options.lang);
    let ancestry = ancestry(&reader, &item);
    let (told, cut) = told(&reader, id, &ancestry);
    let known = Known { reader: &reader, texts, id, item: &item, ancestry: &ancestry, told: &told };
    let (mut warnings, not_kept) = warnings(&item, &ancestry, texts);
    let timeline = timeline(&reader, texts, &item, &ancestry, &told, cut);
    warnings.extend(suspect_keys(&timeline.rows, texts));
    let answers = vec![known.what(), known.treated(), known.origin(), known.made_by()];
    Some(ItemPage {
        t: texts,
        id: id.to_string(),
        title: known.title(),
        alerts: alerts(&reader, &item, &ancestry, texts),
        kind: match id.kind() {
            ItemKind::Lot => texts.lot(),
            ItemKind::Batch => texts.batch(),
            ItemKind::Piece => texts.piece(),
        },
        tag: item.tag.map(|code| code.to_string()),
        answers,
        state: state(&item, texts).to_owned(),
        standing: standing(&reader, id, &item, &told, texts),
        certificates: certificates(&reader, id, &item, texts),
        warnings,
        not_kept,
        timeline,
        gaps: gaps(&known, options.photo.is_some()),
        report: report(&reader, &item, texts),
        levels: levels(texts),
        options,
    })
}

fn state(item: &Item, texts: Texts) -> &'static str {
    match item.state {
        ItemState::Declared => texts.state_declared(),
        ItemState::InStock => texts.state_in_stock(),
        ItemState::Finished => texts.state_finished(),
        ItemState::Exhausted => texts.state_exhausted(),
        ItemState::Sold => texts.state_sold(),
        ItemState::Claimed | ItemState::InRepair | ItemState::Destroyed | ItemState::Voided => {
            item.state.words().of(texts.0.lang())
        }
    }
}

fn standing(
    reader: &Reader<'_>,
    id: &ItemId,
    item: &Item,
    told: &[Told],
    texts: Texts,
) -> Vec<(String, String)> {
    let lang = texts.0.lang();
    let mut lines = Vec::new();
    if matches!(item.state, ItemState::Sold | ItemState::Claimed)
        && let Some(sale) = item.sale
        && let Some(Record::Sale(sale)) = reader.record(&RecordKey::Sale(sale)).as_deref()
    {
        let parts =
            [reader.name(&sale.seller, texts), texts.date(sale.at), sale.channel.name(lang).to_owned()];
        lines.push((texts.sold_by().to_owned(), parts.join(" · ")));
        let country = sale.destination.map(|country| country.name(lang).to_owned());
        lines.extend(country.map(|country| (texts.destination().to_owned(), country)));
    } else {
        lines.push((texts.custodian().to_owned(), reader.name(&item.custodian, texts)));
    }
    let buyer = if item.state == ItemState::Claimed { texts.owner_key() } else { texts.owner_buyer() };
    let owner = item.owner.map_or_else(|| buyer.to_owned(), |owner| reader.name(&owner, texts));
    lines.push((texts.owner().to_owned(), owner));
    if let Some(offer) = item.offer
        && let Some(Record::Offer(offer)) = reader.record(&RecordKey::Offer(offer)).as_deref()
        && let Some(Record::Clock(clock)) = reader.record(&RecordKey::Clock).as_deref()
        && offer.is_open(clock.time)
    {
        lines.push((texts.hand_over().to_owned(), texts.offered_now().to_owned()));
    }
    lines.extend(made_up(reader, item, texts));
    lines.extend(market::lines(reader, id, item, told, texts));
    lines
}

/// Whom the ledger knows to answer for who sold it, or has it: the registrar who enrolled them. It keeps a name, a country and a
/// register number, and no more is said.
fn report(reader: &Reader<'_>, item: &Item, texts: Texts) -> Vec<String> {
    let sale = item.sale.and_then(|sale| reader.record(&RecordKey::Sale(sale)));
    let (who, sold) = match sale.as_deref() {
        Some(Record::Sale(sale)) => (sale.seller, true),
        _ => (item.custodian, false),
    };
    let registrar = reader.participant(&who).and_then(|who| who.enrolled_by).unwrap_or(who);
    let known = reader.participant(&registrar);
    let country = known.as_ref().and_then(|known| known.country);
    let country = country.map(|country| country.name(texts.0.lang()).to_owned());
    let number = known.as_ref().and_then(register_number);
    let more: Vec<String> =
        number.map(|number| texts.register_number(&number)).into_iter().chain(country).collect();
    let name = reader.name(&registrar, texts);
    let name = if more.is_empty() { name } else { texts.bracketed(&name, &texts.list(&more)) };
    let mut lines = vec![
        texts.report_to(&name, &reader.name(&who, texts), sold),
        texts.report_no_address().to_owned(),
        texts.report_dispute().to_owned(),
    ];
    if sold {
        lines.push(texts.report_owner().to_owned());
    }
    lines
}

/// What something assembled consists of, and what was mended.
fn made_up(reader: &Reader<'_>, item: &Item, texts: Texts) -> Vec<(String, String)> {
    let lang = texts.0.lang();
    let mut lines = Vec::new();
    if let Some(assembly) = item.assembly
        && let Some(whole) = reader.item(&assembly)
    {
        for n in 0..whole.components.unwrap_or(0) {
            let Some(record) = reader.record(&RecordKey::Component(assembly, n)) else { continue };
            let Record::Component(part) = &*record else { continue };
            let countries: Vec<&str> =
                part.claims.origins.iter().map(|origin| origin.country.name(lang)).collect();
            let count = part.count.map_or_else(String::new, |count| format!("{count} × "));
            let what = format!("{count}{}", short(&RecordKey::Item(part.item)));
            let parts = [
                what,
                part.mass.to_string(),
                part.claims.species.name(lang).to_owned(),
                part.claims.nature.name(lang).to_owned(),
                countries.join(", "),
            ];
            lines.push((texts.assembled_of().to_owned(), parts.join(" · ")));
        }
    }
    if let Some(foreign) = item.foreign.filter(|foreign| !foreign.left.is_zero()) {
        lines.push((texts.foreign_mass().to_owned(), foreign.left.to_string()));
    }
    for repair in item.repairs.iter().flatten() {
        let mut parts = vec![repair.step.name(lang).to_owned(), reader.name(&repair.who, texts)];
        if repair.recut {
            parts.push(texts.cut_again().to_owned());
        }
        lines.push((texts.repaired().to_owned(), parts.join(" · ")));
    }
    lines
}

fn certificates(reader: &Reader<'_>, id: &ItemId, item: &Item, texts: Texts) -> Vec<CertificateView> {
    let view = |link: &lode_ledger::record::CertificateLink| {
        let record = reader.record(&RecordKey::Certificate(link.certificate));
        let mut collisions = Vec::new();
        if let Some(Record::Certificate(certificate)) = record.as_deref()
            && link.scope == CertificateScope::ITEM
        {
            let others = certificate.bound.iter().chain(&certificate.asserted).filter(|other| *other != id);
            collisions.extend(others.map(ToString::to_string));
            collisions.dedup();
        }
        let (text, level) = if link.bound {
            (texts.bound_by_lab(), EvidenceLevel::LAB_OR_INSPECTOR)
        } else {
            (texts.asserted_only(), EvidenceLevel::SELF_DECLARED)
        };
        let mut text = text.to_owned();
        if link.scope == CertificateScope::SAMPLE {
            text = format!("{text}; {}", texts.sample_scope());
        }
        if link.void.is_some() {
            text = format!("{text}; {}", texts.before_recut());
        }
        if let Some(number) = &link.reissued_as {
            text = format!("{text}; {} {number}", texts.reissued_as());
        }
        let name = format!("{} {}", link.issuer_code, link.number);
        CertificateView { name, text, chip: Chip::of(level, texts), collisions }
    };
    item.certificates.iter().map(view).collect()
}

/// The item's warnings, and of what is behind it those drawn before its material left; and how much there was no room
/// for.
fn warnings(item: &Item, ancestry: &Ancestry, texts: Texts) -> (Vec<WarningView>, u64) {
    let mut views: Vec<WarningView> = item
        .warnings
        .iter()
        .map(|warning| view_warning(warning, texts.this_item().to_owned(), texts))
        .collect();
    let mut left_out = u64::from(item.not_kept);
    for (ancestor, until) in &ancestry.behind {
        let (list, not_kept) = match ancestor {
            Ancestor::Item(_, item) => (&item.warnings, item.not_kept),
            Ancestor::Work(_, work) => (&work.warnings, work.not_kept),
        };
        left_out += u64::from(not_kept);
        let of = short(&ancestor.key());
        views.extend(list.iter().filter(|w| w.at <= *until).map(|w| view_warning(w, of.clone(), texts)));
    }
    left_out += views.drain(views.len().min(MAX_KEPT)..).count() as u64;
    (views, left_out)
}

/// Rule K4: of each thing, the first entry that a suspect key signed. No record bears that warning, as the key does.
fn suspect_keys(rows: &[Row], texts: Texts) -> Vec<WarningView> {
    let mut first: Vec<&Row> = Vec::new();
    for row in rows.iter().filter(|row| row.suspect) {
        if first.iter().all(|known| known.of != row.of) {
            first.push(row);
        }
    }
    let view = |row: &&Row| WarningView {
        rule: Rule::K4.code().to_owned(),
        text: super::answers::sentence(texts.suspect_key()),
        of: row.of.clone(),
        index: row.index,
    };
    first.iter().map(view).collect()
}

fn view_warning(warning: &Warning, of: String, texts: Texts) -> WarningView {
    let rule = Reason::of_code(&warning.reason).map_or_else(String::new, |r| r.rule().code().to_owned());
    let text = warning.phrase().map_or_else(|| warning.reason.clone(), |phrase| phrase.say(texts.0.lang()));
    WarningView { rule, text: super::answers::sentence(&text), of, index: warning.at.index.0 }
}

fn levels(texts: Texts) -> Vec<LevelView> {
    let level = |level, text| LevelView { chip: Chip::of(level, texts), text };
    vec![
        level(EvidenceLevel::SELF_DECLARED, texts.evidence_self()),
        level(EvidenceLevel::DOCUMENT, texts.evidence_document()),
        level(EvidenceLevel::COUNTER_SIGNED, texts.evidence_counter()),
        level(EvidenceLevel::LAB_OR_INSPECTOR, texts.evidence_lab()),
    ]
}
