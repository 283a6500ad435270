//! Lots on their way in: shipped and cleared. Transport and customs are flags beside the state, independent of each
//! other; who ships, declares, owns and holds may be four parties (rules C5, K2, M5, U1).

use std::collections::BTreeSet;

use crate::event::body::{ConsignmentShipped, CustomsCleared};
use crate::event::shape::Shape;
use crate::hash::Hash;
use crate::id::{ConsignmentId, ItemId, ItemKind, ParticipantId};
use crate::mass::Milligrams;
use crate::record::{
    Clearance, Consignment, CustomsEntry, History, Item, ItemState, Parentage, Passage, Record, RecordKey,
    Shipping,
};
use crate::sealed::Sealable;
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, Country, DocumentType, EntryKind};
use crate::words::words;

use super::balance::{add, positive};
use super::certificate::normalise;
use super::context::{Context, Purpose, refuse_twice, state_forbids};
use super::document_use::note_use;
use super::lots::{document, keep_documents};

impl Item {
    /// Changes how it comes over the border.
    pub(super) fn change_passage(&mut self, change: impl FnOnce(&mut Passage)) {
        let mut passage = self.passage.take().unwrap_or_default();
        change(&mut passage);
        self.passage = (*passage != Passage::default()).then_some(passage);
    }
}

/// What a part of a lot knows of the way over the border: that of the lot. A part of what is not cleared yet is cleared
/// for itself, and is no longer in the mass that the lot's own clearance counts.
pub(super) fn pass_way(item: &mut Item, id: &ItemId, part: Milligrams) -> Option<Box<Passage>> {
    let way = item.passage.as_deref().copied().unwrap_or_default();
    let lot = way.part_of.or_else(|| item.entry.is_some().then_some(*id))?;
    if way.cleared.is_none() {
        let before = way.split_off.unwrap_or_default();
        item.change_passage(|passage| passage.split_off = Some(before.checked_add(part).unwrap_or(before)));
    }
    Some(Box::new(Passage { agreed: None, part_of: Some(lot), split_off: None, ..way }))
}

pub(super) fn consignment_shipped(
    context: &mut Context<'_>,
    body: &ConsignmentShipped,
) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    if let Some(carrier) = &body.carrier
        && !context.participant(carrier).map_err(|v| v.field("carrier"))?.has_role("carrier")
    {
        let kind = words("a carrier", "承运人", "um transportador");
        return Err(Violation::new(Reason::WrongKind).with(carrier).saying(kind).field("carrier"));
    }
    let by = context.author()?;
    let id = ConsignmentId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let mut receiver = None;
    for (n, item_id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = to_ship(context, item_id, by).map_err(place)?;
        if *receiver.get_or_insert(item.custodian) != item.custodian {
            let text = words(
                "the lots go to different receivers: one bill of lading has one",
                "各批次的收货方不同：一份提单只有一个收货方",
                "os lotes vão a destinatários diferentes: um conhecimento tem um só",
            );
            return Err(place(Violation::new(Reason::FieldsDisagree).saying(text)));
        }
        context.build_on_item(&mut item)?;
        item.change_passage(|passage| passage.in_transit = Some(id));
        context.put_item(*item_id, item);
    }
    let shipping = Shipping {
        by,
        at: context.event_ref(),
        bill_of_lading: body.bill_of_lading.as_ref().map(|number| number.to_json().write()),
        carrier: body.carrier,
        from: body.from,
        to: body.to,
        receipts: Vec::new(),
    };
    let documents = body.documents.iter().map(document).collect::<Vec<_>>();
    let record = Consignment {
        history: History::default(),
        receiver: receiver.unwrap_or(by),
        items: body.items.0.clone(),
        shipping: Some(shipping),
        of: None,
        documents: (!documents.is_empty()).then_some(documents),
        latest: Some(context.at),
    };
    context.create_consignment(id, record)
}

/// A lot that may be sent: one that its receiver has declared, or one in the hands of a miner or exporter, who hands it
/// over by an offer while it is on its way.
pub(super) fn to_ship(context: &Context<'_>, id: &ItemId, by: ParticipantId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    let sends = ["miner", "exporter"].iter().any(|role| context.author_has_role(role));
    if item.state == ItemState::InStock && id.kind() == ItemKind::Lot && sends {
        return context.item_in_hand(id);
    }
    if item.state != ItemState::Declared {
        return Err(state_forbids(id, item.state));
    }
    if item.custodian != by && item.supplier != Some(by) && !context.author_has_role("carrier") {
        return Err(Violation::new(Reason::NotEntitled).with(id));
    }
    context.check_free(id, &item, Purpose::Change)?;
    Ok(item)
}

pub(super) fn customs_cleared(context: &mut Context<'_>, body: &CustomsCleared) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    if let Some(importer) = &body.importer {
        context.participant(importer).map_err(|violation| violation.field("importer"))?;
    }
    let declarant = context.author()?;
    let at = context.event_ref();
    let clearance = Clearance { at, jurisdiction: body.jurisdiction, declarant, importer: body.importer };
    positive(body.net_mg, "net_mg")?;
    let mut mass = Milligrams::ZERO;
    for (n, item_id) in body.items.iter().enumerate() {
        let declared = clear(context, item_id, body, clearance)
            .map_err(|violation| violation.field(format!("items[{n}]")))?;
        mass = add(mass, declared)?;
    }
    draw(context, body, declarant, mass)?;
    // Lots of one declarant may share their papers: the first of them stands for all where others show the same.
    if let Some(first) = body.items.iter().next() {
        note_use(context, Parentage::Item(*first), declarant, &body.documents);
    }
    Ok(())
}

/// Rule M5: a declaration lets in what stands in it, and that once. It is known again by its number in clear and by its
/// public document; a sealed number and a private document tell nobody that they are the same.
fn draw(
    context: &mut Context<'_>,
    body: &CustomsCleared,
    declarant: ParticipantId,
    mass: Milligrams,
) -> Result<(), Violation> {
    let allowed = add(body.net_mg, body.net_mg.share(context.policy()?.receipt_reason))?;
    let exceeded = |cleared: Milligrams| {
        Violation::new(Reason::DeclarationExceeded).with(body.net_mg).with(cleared).field("items")
    };
    if mass > allowed {
        return Err(exceeded(mass));
    }
    for id in known_by(body, declarant) {
        let key = RecordKey::CustomsEntry(id);
        let mut entry = match context.record(&key).as_deref() {
            Some(Record::CustomsEntry(entry)) => *entry,
            _ => CustomsEntry {
                history: History::default(),
                declarant,
                jurisdiction: body.jurisdiction,
                net: body.net_mg,
                cleared: Milligrams::ZERO,
            },
        };
        if entry.net != body.net_mg {
            let text = words(
                "this declaration was said to let in {0}",
                "此前登记该报关单放行 {0}",
                "desta declaração se disse que libera {0}",
            );
            return Err(Violation::new(Reason::FieldsDisagree).saying(text.with(entry.net)).field("net_mg"));
        }
        entry.cleared = add(entry.cleared, mass)?;
        if entry.cleared > allowed {
            return Err(exceeded(entry.cleared));
        }
        context.put(key, entry);
    }
    Ok(())
}

/// What a declaration of this declarant is known again by.
fn known_by(body: &CustomsCleared, declarant: ParticipantId) -> BTreeSet<Hash> {
    let number = match &body.declaration {
        Sealable::Clear(number) => Some(normalise(number.as_str()).unwrap_or_else(|| number.to_string())),
        Sealable::Sealed(_) => None,
    };
    let papers = body
        .documents
        .iter()
        .filter(|document| document.public && document.kind == DocumentType::IMPORT_DECLARATION)
        .map(|document| document.sha256.to_string());
    let (jurisdiction, declarant) = (body.jurisdiction.as_str(), declarant.to_string());
    number
        .into_iter()
        .chain(papers)
        .map(|name| {
            let parts = ["lode customs entry 1", jurisdiction, &declarant, &name];
            Hash::of(parts.join("\n").as_bytes())
        })
        .collect()
}

/// Clears one lot, and says what mass it was declared with.
fn clear(
    context: &mut Context<'_>,
    id: &ItemId,
    body: &CustomsCleared,
    clearance: Clearance,
) -> Result<Milligrams, Violation> {
    let mut item = to_clear(context, id, Some(body.jurisdiction))?;
    context.build_on_item(&mut item)?;
    item.change_passage(|passage| passage.cleared = Some(clearance));
    keep_documents(&mut item.documents, &mut item.not_kept, &body.documents);
    let declared = mass_to_clear(&item);
    context.put_item(*id, item);
    Ok(declared)
}

/// A lot that the author may say is let in; without a jurisdiction, by some customs.
pub(super) fn to_clear(
    context: &Context<'_>,
    id: &ItemId,
    jurisdiction: Option<Code<Country>>,
) -> Result<Item, Violation> {
    let item = context.item(id)?;
    if item.state == ItemState::Voided {
        return Err(state_forbids(id, item.state));
    }
    if !comes_from_abroad(context, &item, jurisdiction)? {
        let kind = words(
            "a lot, or a part of one, that was imported or declared in another country",
            "进口或在境外登记的批次或其分批",
            "um lote, ou parte dele, importado ou declarado em outro país",
        );
        return Err(Violation::new(Reason::WrongKind).with(id).saying(kind));
    }
    let author = context.author()?;
    if item.custodian != author && item.owner != Some(author) && !context.author_has_role("broker") {
        return Err(Violation::new(Reason::NotEntitled).with(id));
    }
    if item.passage.as_ref().is_some_and(|passage| passage.cleared.is_some()) {
        let cleared = words("cleared by customs", "已清关", "liberado pela aduana");
        return Err(Violation::new(Reason::StateForbids).with(id).saying(cleared));
    }
    context.check_not_missing(id, &item)?;
    context.check_not_detained(id, &item)?;
    Ok(item)
}

/// Whether the lot, or the lot that it is a part of, was imported, or declared by somebody of another country than the one
/// that lets it in.
fn comes_from_abroad(
    context: &Context<'_>,
    item: &Item,
    jurisdiction: Option<Code<Country>>,
) -> Result<bool, Violation> {
    let lot = match item.passage.as_ref().and_then(|passage| passage.part_of) {
        Some(lot) => context.item(&lot)?,
        None => item.clone(),
    };
    let declared_abroad = || {
        let declarant = context.participant(&lot.creator).ok();
        declarant.and_then(|who| who.country).is_some_and(|country| jurisdiction != Some(country))
    };
    Ok(lot.entry == Some(EntryKind::IMPORT) || (lot.entry.is_some() && declared_abroad()))
}

/// The mass that a clearance counts: what the lot began with, without the parts that are cleared for themselves.
fn mass_to_clear(item: &Item) -> Milligrams {
    let declared = item.mass.entered;
    match item.passage.as_ref().and_then(|passage| passage.split_off) {
        None => declared,
        // Parts may have been given back since: what is there is counted in any case.
        Some(split_off) => declared.checked_sub(split_off).unwrap_or_default().max(item.mass.left),
    }
}

/// The receipt of a shipped consignment names lots of it, and nobody but its receiver gives one.
pub(super) fn arrive(
    context: &mut Context<'_>,
    shipped: ConsignmentId,
    receipt: ConsignmentId,
    items: &[ItemId],
) -> Result<(), Violation> {
    let mut consignment = context.consignment(&shipped).map_err(|v| v.field("consignment"))?;
    let Some(shipping) = consignment.shipping.as_mut() else {
        let kind = words("a shipped consignment", "已发运的货物", "uma remessa embarcada");
        return Err(Violation::new(Reason::WrongKind).with(shipped).saying(kind).field("consignment"));
    };
    if let Some(n) = items.iter().position(|item| !consignment.items.contains(item)) {
        let item = items.get(n).map(ToString::to_string).unwrap_or_default();
        let text = words("part of {0}", "{0} 中的货物", "parte de {0}").with(shipped);
        return Err(Violation::new(Reason::WrongKind)
            .with(item)
            .saying(text)
            .field(format!("lines[{n}].item")));
    }
    shipping.receipts.push(receipt);
    context.put(RecordKey::Consignment(shipped), consignment);
    Ok(())
}
