//! What others say around the goods, in plain words: what inspections and counts found, how a lot came over the border,
//! and why it was held, disputed or recalled.
//!
//! Each is shown with who says so; a clearance tells that goods were let in, and nothing of where they were dug.

use lode_ledger::event::Event;
use lode_ledger::event::body::{CustomsCleared, DocumentRef, Grade, InspectionRecorded};
use lode_ledger::id::{ItemId, ParticipantId};
use lode_ledger::record::{Clearance, Item, RecordKey};
use lode_ledger::vocab::{EntryKind, EvidenceLevel};

use super::answers::{Chip, Fact, Known};
use super::source::Reader;
use super::text::{PageLang, Texts};

/// How many inspections of what it was made of a page names, the newest.
const MAX_BEHIND: usize = 4;
/// Of more lots than these only the number of clearances is said.
const MAX_LOTS: usize = 3;

impl Known<'_> {
    /// What inspections found of the item itself, and of what it was made of.
    pub(super) fn inspections(&self) -> Vec<Fact> {
        let own = RecordKey::Item(*self.id);
        let (mut of_it, mut behind) = (Vec::new(), Vec::new());
        for told in self.told {
            let Event::InspectionRecorded(body) = &told.event else { continue };
            let who = self.reader.author(&told.issuer, self.texts);
            let text = [found(self.texts, body), who, self.texts.date(body.at)].join(" · ");
            let (label, list) = match told.of == own {
                true => (self.texts.inspected(), &mut of_it),
                false => (self.texts.inspected_material(), &mut behind),
            };
            let chip = Some(Chip::of(EvidenceLevel::LAB_OR_INSPECTOR, self.texts));
            list.push(Fact { label: label.to_owned(), text, chip });
        }
        let old = behind.len().saturating_sub(MAX_BEHIND);
        of_it.extend(behind.into_iter().skip(old));
        of_it
    }

    /// The imported lots that it is, or that went into it.
    fn imported(&self) -> Vec<(&ItemId, &Item)> {
        let own = std::iter::once((self.id, self.item));
        let lots = own.chain(self.ancestry.roots());
        lots.filter(|(_, lot)| lot.entry == Some(EntryKind::IMPORT)).collect()
    }

    /// Whether of some imported lot no clearance is recorded.
    pub(super) fn lacks_clearance(&self) -> bool {
        self.imported().iter().any(|(_, lot)| cleared(lot).is_none())
    }

    /// How the imported lots came over the border.
    pub(super) fn passage(&self) -> Vec<Fact> {
        let (texts, lots) = (self.texts, self.imported());
        if lots.len() > MAX_LOTS {
            let let_in = lots.iter().filter(|(_, lot)| cleared(lot).is_some()).count();
            return vec![Self::fact(texts.customs(), texts.let_in_of(let_in, lots.len()))];
        }
        let mut facts = Vec::new();
        for (id, lot) in &lots {
            let countries: Vec<String> =
                lot.claims.origins.iter().map(|o| o.country.name(texts.0.lang()).to_owned()).collect();
            let label = |plain: &str| match lots.len() {
                1 => plain.to_owned(),
                _ => texts.bracketed(plain, &texts.list(&countries)),
            };
            if let Some(text) = self.shipped(id, lot) {
                facts.push(Self::fact(&label(texts.shipped()), text));
            }
            let (text, chip) = match cleared(lot) {
                Some(clearance) => self.let_in(&clearance),
                None => (texts.customs_silent().to_owned(), None),
            };
            facts.push(Fact { label: label(texts.customs()), text, chip });
        }
        facts
    }

    /// The last time that somebody said that the lot is on its way.
    fn shipped(&self, id: &ItemId, lot: &Item) -> Option<String> {
        let (texts, lang) = (self.texts, self.texts.0.lang());
        let (body, who) = self.told.iter().rev().find_map(|told| match &told.event {
            Event::ConsignmentShipped(body) if body.items.contains(id) => Some((body, &told.issuer)),
            _ => None,
        })?;
        let way = texts.from_to(body.from.map(|port| port.name(lang)), body.to.map(|port| port.name(lang)));
        let under_way = lot.passage.as_ref().is_some_and(|passage| passage.in_transit.is_some());
        let state = under_way.then(|| texts.under_way().to_owned());
        let parts = [state, way, Some(self.reader.author(who, texts)), Some(texts.date(body.at))];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    }

    fn let_in(&self, clearance: &Clearance) -> (String, Option<Chip>) {
        let texts = self.texts;
        let name = |id: &ParticipantId| self.reader.name(id, texts);
        let mut parts = vec![texts.let_in_by(clearance.jurisdiction.name(texts.0.lang()))];
        parts.push(texts.declared_by(&name(&clearance.declarant)));
        let opened = self.reader.opened(clearance.at.index);
        let body = opened.as_ref().and_then(|opened| opened.events.get(usize::from(clearance.at.event)));
        let mut level = EvidenceLevel::SELF_DECLARED;
        if let Some(Event::CustomsCleared(body)) = body {
            parts.push(texts.date(body.at));
            level = level_of(body);
        }
        (parts.join(" · "), Some(Chip::of(level, texts)))
    }
}

fn cleared(lot: &Item) -> Option<Clearance> {
    lot.passage.as_ref().and_then(|passage| passage.cleared)
}

/// Who declares says so himself, or has a paper to show for it.
fn level_of(body: &CustomsCleared) -> lode_ledger::vocab::Code<EvidenceLevel> {
    if body.documents.is_empty() { EvidenceLevel::SELF_DECLARED } else { EvidenceLevel::DOCUMENT }
}

fn graded(texts: Texts, grade: &Grade) -> String {
    let by = [grade.scheme.to_string(), grade.grader.to_string()];
    let said = texts.bracketed(&grade.value.to_string(), &texts.list(&by));
    match texts.0 {
        PageLang::En => format!("grade {said}"),
        PageLang::Zh => format!("等级{said}"),
    }
}

/// What an inspection found, in a few words.
fn found(texts: Texts, body: &InspectionRecorded) -> String {
    let lang = texts.0.lang();
    let parts = [
        body.nature.map(|nature| nature.name(lang).to_owned()),
        body.variety.map(|variety| variety.name(lang).to_owned()),
        body.species.map(|species| species.name(lang).to_owned()),
        body.grade.as_ref().map(|grade| graded(texts, grade)),
        body.note.as_ref().map(ToString::to_string),
    ];
    texts.list(&parts.into_iter().flatten().collect::<Vec<_>>())
}

fn kinds(texts: Texts, documents: &[DocumentRef]) -> String {
    let mut kinds: Vec<String> =
        documents.iter().map(|document| document.kind.name(texts.0.lang()).to_owned()).collect();
    kinds.dedup();
    texts.list(&kinds)
}

/// What such an event did; nothing of others.
pub(super) fn phrase(reader: &Reader<'_>, texts: Texts, event: &Event, of: &RecordKey) -> Option<String> {
    let lang = texts.0.lang();
    let said = match event {
        Event::InspectionRecorded(body) => found(texts, body),
        Event::ConsignmentShipped(body) => {
            let (from, to) = (body.from.map(|port| port.name(lang)), body.to.map(|port| port.name(lang)));
            let carrier = body.carrier.as_ref().map(|carrier| reader.name(carrier, texts));
            let parts: Vec<String> = texts.from_to(from, to).into_iter().chain(carrier).collect();
            texts.list(&parts)
        }
        Event::CustomsCleared(body) => texts.let_in_by(body.jurisdiction.name(lang)),
        Event::OriginAsserted(body) => {
            let names: Vec<String> =
                body.countries.iter().map(|country| country.name(lang).to_owned()).collect();
            let place = body.subdivision.as_ref().map(ToString::to_string);
            place.map_or_else(|| texts.or(&names), |place| texts.bracketed(&texts.or(&names), &place))
        }
        Event::DocumentAttached(body) => kinds(texts, &body.documents),
        Event::StockCounted(body) => {
            let line = body.lines.iter().find(|line| RecordKey::Item(line.item) == *of)?;
            let found = line.found_mg;
            match (texts.0, line.count) {
                (PageLang::En, None) => format!("{found} were there"),
                (PageLang::En, Some(count)) => format!("{count} pieces, {found}, were there"),
                (PageLang::Zh, None) => format!("实有 {found}"),
                (PageLang::Zh, Some(count)) => format!("实有 {count} 件，{found}"),
            }
        }
        Event::HoldPlaced(body) => body.reason.name(lang).to_owned(),
        Event::DisputeOpened(body) => body.kind.name(lang).to_owned(),
        Event::DisputeResolved(body) => body.outcome.name(lang).to_owned(),
        Event::RecallIssued(body) => body.reason.name(lang).to_owned(),
        _ => return None,
    };
    Some(said)
}
