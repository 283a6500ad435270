//! Raw material on its way in: lots are declared, counter-signed by the supplier, and weighed on arrival
//! (rules M1, M4, M5, L5).

use crate::event::body::{
    ConsignmentReceived, DocumentRef, LotDeclared, OriginShare, OutputKind, ReceiptLine,
    SupplierCountersigned, TreatmentStatement,
};
use crate::event::shape::{Fields, Text};
use crate::id::{ConsignmentId, ItemId};
use crate::json::Json;
use crate::key::BadKey;
use crate::record::{
    Claims, Consignment, Detail, Document, History, Item, ItemState, MAX_KEPT, MassBalance, Origin, Parent,
    Parentage, RecordKey, TreatmentState,
};
use crate::violation::{Reason, Violation};
use crate::vocab::{ChainModel, Code, EntryKind, EvidenceLevel, Finding, Nature, Species};
use crate::words::words;

use super::balance::{positive, scale_tolerance, weigh};
use super::claims::note_blend;
use super::context::{Actor, Context, refuse_twice, state_forbids, warn_item};
use super::document_use::note_use;
use super::elements::check_elements;
use super::inbound::arrive;
use super::protected::check_name;

pub(super) fn lot_declared(context: &mut Context<'_>, body: &LotDeclared) -> Result<(), Violation> {
    check_mass(body)?;
    let origins = check_origins(&body.origins)?;
    check_species(body)?;
    check_evidence(body)?;
    check_elements(context, body)?;
    refuse_twice(body.treatments.iter().map(|statement| statement.treatment), "treatments")?;
    let author = context.author()?;
    if let Some(owner) = &body.owner {
        context.participant(owner).map_err(|violation| violation.field("owner"))?;
    }
    if let Some(supplier) = &body.supplier_participant {
        let supplier_record = context.participant(supplier).map_err(|v| v.field("supplier_participant"))?;
        if *supplier == author || !(supplier_record.has_role("exporter") || supplier_record.has_role("miner"))
        {
            let violation = Violation::new(Reason::WrongKind).with(supplier).saying(words(
                "another, an exporter or miner",
                "另一方，且为出口商或矿商",
                "outro, exportador ou minerador",
            ));
            return Err(violation.field("supplier_participant"));
        }
    }
    if let Some(key) = &body.supplier_link {
        let refused =
            |error: BadKey| Violation::new(Reason::KeyRefused).saying(error.words()).field("supplier_link");
        key.check().map_err(refused)?;
        if context.record(&RecordKey::Key(key.thumbprint())).is_some() {
            return Err(Violation::new(Reason::KeyInUse).field("supplier_link"));
        }
    }
    let documented = !body.documents.is_empty();
    let model =
        if origins.len() == 1 { ChainModel::IDENTITY_PRESERVED } else { ChainModel::CONTROLLED_BLENDING };
    let claims = Claims {
        species: body.species,
        variety: body.variety,
        nature: body.nature,
        origins,
        origin_evidence: body.evidence,
        model,
        treatments: declared_treatments(&body.treatments, documented)?,
        others: None,
        drawn_from: None,
        ceiling: None,
        place: None,
        nature_evidence: None,
    };
    let claims = with_travelling(context, claims, body);
    check_name(context, body.trade_name.as_ref().map(Text::as_str), &claims)
        .map_err(|violation| violation.field("trade_name"))?;
    let id = context.new_item(OutputKind::Lot, &body.nonce, 0);
    let mut claims = claims;
    let entered = claims.clone();
    note_blend(context, Parentage::Item(id), &[(&entered, body.mass.net_mg)], &mut claims)?;
    let state = if body.entry == EntryKind::IMPORT { ItemState::Declared } else { ItemState::InStock };
    let created =
        Created { kind: OutputKind::Lot, form: body.form, claims, mass: body.mass.net_mg, count: None };
    let mut item = created.item(context, author, body.owner.or(Some(author)));
    item.entry = Some(body.entry);
    item.state = state;
    item.resolution = body.mass.resolution_mg;
    item.supplier = body.supplier_participant;
    item.supplier_link = body.supplier_link;
    item.documents = body.documents.iter().map(document).collect();
    item.details = details("", body);
    for (n, origin) in body.origins.iter().enumerate() {
        item.details.extend(details(&format!("origins[{n}]."), origin));
    }
    context.build_on_item(&mut item)?;
    context.create(RecordKey::Item(id), id, item)?;
    note_use(context, Parentage::Item(id), author, &body.documents);
    Ok(())
}

/// What travels with a lot from ruleset 2 on: how high documents can raise its origin, and its place.
fn with_travelling(context: &Context<'_>, claims: Claims, body: &LotDeclared) -> Claims {
    if context.ruleset() < 2 {
        return claims;
    }
    let place = match body.origins.as_ref() {
        [origin] => origin.subdivision.as_ref().map(ToString::to_string),
        _ => None,
    };
    Claims { ceiling: Some(body.entry.ceiling()), place, ..claims }
}

fn check_mass(body: &LotDeclared) -> Result<(), Violation> {
    let mass = &body.mass;
    positive(mass.net_mg, "mass.net_mg")?;
    let sum = mass.tare_mg.map_or(Some(mass.net_mg), |tare| mass.net_mg.checked_add(tare));
    let fits = match mass.gross_mg {
        None => true,
        Some(gross) if mass.tare_mg.is_some() => sum == Some(gross),
        Some(gross) => gross >= mass.net_mg,
    };
    if fits {
        return Ok(());
    }
    Err(Violation::new(Reason::FieldsDisagree)
        .saying(words(
            "gross mass is not net mass and tare",
            "毛重不等于净重加皮重",
            "a massa bruta não é a líquida mais a tara",
        ))
        .field("mass.gross_mg"))
}

pub(super) fn check_origins(origins: &[OriginShare]) -> Result<Vec<Origin>, Violation> {
    refuse_twice(origins.iter().map(|origin| origin.country), "origins")?;
    let sum: u64 = origins.iter().map(|origin| u64::from(origin.share_ppm.get())).sum();
    if sum != 1_000_000 || origins.iter().any(|origin| origin.share_ppm.get() == 0) {
        return Err(Violation::new(Reason::SharesNotWhole).with(sum).field("origins"));
    }
    let mut set: Vec<Origin> =
        origins.iter().map(|origin| Origin { country: origin.country, share: origin.share_ppm }).collect();
    set.sort_unstable_by_key(|origin| origin.country);
    Ok(set)
}

/// What people made is not natural (rule L4).
pub(super) fn check_nature(species: Code<Species>, nature: Code<Nature>) -> Result<(), Violation> {
    let says_natural = nature == Nature::NATURAL || nature == Nature::NATURAL_GLASS;
    if !says_natural || species.is_natural() {
        return Ok(());
    }
    let text = words("{0} is {1}, not {2}", "{0} 属于“{1}”，不是“{2}”", "{0} é {1}, não {2}")
        .saying(species)
        .saying(species.nature())
        .saying(nature);
    Err(Violation::new(Reason::FieldsDisagree).saying(text).field("nature"))
}

/// A variety is a variety of its species, and what people made is not declared natural (rule L4).
fn check_species(body: &LotDeclared) -> Result<(), Violation> {
    check_nature(body.species, body.nature)?;
    let Some(variety) = body.variety else { return Ok(()) };
    if variety.attribute("species").is_none_or(|species| species == body.species.as_str()) {
        return Ok(());
    }
    let text = words("{0} is not a variety of {1}", "{0} 不是 {1} 的品种", "{0} não é uma variedade de {1}")
        .saying(variety)
        .saying(body.species);
    Err(Violation::new(Reason::FieldsDisagree).saying(text).field("variety"))
}

/// Rule L5 at entry: a level is reached by what the author has, and never above the entry kind's ceiling.
fn check_evidence(body: &LotDeclared) -> Result<(), Violation> {
    let level = body.evidence;
    let ceiling = body.entry.ceiling().lower(EvidenceLevel::DOCUMENT);
    if level.higher(ceiling) != ceiling {
        let by = words("lot.declared of {0}", "{0}的 lot.declared", "lot.declared de {0}").saying(body.entry);
        return Err(Violation::new(Reason::EvidenceTooHigh).saying(level).saying(by).field("evidence"));
    }
    if level == EvidenceLevel::DOCUMENT && body.documents.is_empty() {
        return Err(Violation::new(Reason::EvidenceNeedsDocument).field("documents"));
    }
    Ok(())
}

/// What a holder may say of treatments when a lot enters.
fn declared_treatments(
    statements: &[TreatmentStatement],
    documented: bool,
) -> Result<Vec<TreatmentState>, Violation> {
    let evidence = if documented { EvidenceLevel::DOCUMENT } else { EvidenceLevel::SELF_DECLARED };
    let mut states = Vec::new();
    for (n, statement) in statements.iter().enumerate() {
        if is_of_lab(statement.finding) {
            let field = format!("treatments[{n}].finding");
            return Err(Violation::new(Reason::LabOnly).saying(statement.finding).field(field));
        }
        // Not stated is what an absent treatment means.
        if statement.finding != Finding::NOT_STATED {
            states.push(TreatmentState {
                treatment: statement.treatment,
                finding: statement.finding,
                evidence,
            });
        }
    }
    states.sort_unstable_by_key(|state| state.treatment);
    Ok(states)
}

pub(super) fn is_of_lab(finding: Code<Finding>) -> bool {
    finding == Finding::LAB_DETECTED || finding == Finding::LAB_NONE_DETECTED
}

pub(super) fn document(reference: &DocumentRef) -> Document {
    Document { kind: reference.kind.as_str().to_owned(), sha256: reference.sha256, public: reference.public }
}

/// The descriptive fields that are there, as a record keeps them for a correction; `place` is where they stand in the
/// event, with its dot, and empty for the event itself.
pub(super) fn details(place: &str, said: &impl Fields) -> Vec<Detail> {
    let detail = |(name, value): (&str, Json)| Detail::new(format!("{place}{name}"), value.write());
    said.descriptive().into_iter().map(detail).collect()
}

/// What a new item is, before the rules of its event add to it.
pub(super) struct Created {
    pub(super) kind: OutputKind,
    pub(super) form: Code<crate::vocab::Form>,
    pub(super) claims: Claims,
    pub(super) mass: crate::mass::Milligrams,
    pub(super) count: Option<u32>,
}

impl Created {
    /// The record of the new item, in the author's hands.
    pub(super) fn item(
        self,
        context: &Context<'_>,
        author: crate::id::ParticipantId,
        owner: Option<crate::id::ParticipantId>,
    ) -> Item {
        Item {
            history: History::default(),
            created: context.event_ref(),
            creator: author,
            entry: None,
            form: self.form,
            claims: self.claims,
            mass: MassBalance::of(self.mass),
            count: self.count.map(crate::record::CountBalance::of),
            resolution: crate::mass::Milligrams::default(),
            parents: Vec::new(),
            work: None,
            maker: None,
            custodian: author,
            owner,
            state: match self.kind {
                OutputKind::Piece => ItemState::Finished,
                OutputKind::Lot | OutputKind::Batch => ItemState::InStock,
            },
            offer: None,
            tag: None,
            sale: None,
            supplier: None,
            supplier_link: None,
            countersigned: None,
            certificates: Vec::new(),
            documents: Vec::new(),
            details: Vec::new(),
            latest: context.at,
            warnings: Vec::new(),
            not_kept: 0,
            standing: None,
            makings: None,
            foreign: None,
            assembly: None,
            components: None,
            repairs: None,
            part_of: None,
            units_of: None,
            passage: None,
            examined: None,
            market: None,
        }
    }
}

/// Keeps documents on an item or a job, up to the bound.
pub(super) fn keep_documents(kept: &mut Vec<Document>, not_kept: &mut u32, documents: &[DocumentRef]) {
    keep_records(kept, not_kept, documents.iter().map(document));
}

/// [`keep_documents`] of what is a record already.
pub(super) fn keep_records(
    kept: &mut Vec<Document>,
    not_kept: &mut u32,
    documents: impl Iterator<Item = Document>,
) {
    for document in documents {
        if kept.len() < MAX_KEPT {
            kept.push(document);
        } else {
            *not_kept = not_kept.saturating_add(1);
        }
    }
}

/// A lot that the author may counter-sign as its supplier, and whether he is enrolled. That is done once, and once more
/// where he `agrees` to what was received.
pub(super) fn to_countersign(
    context: &Context<'_>,
    id: &ItemId,
    agrees: bool,
) -> Result<(Item, bool), Violation> {
    let item = context.item(id).map_err(|violation| violation.field("item"))?;
    if item.state == ItemState::Voided {
        return Err(state_forbids(id, item.state).field("item"));
    }
    let enrolled = match &context.actor {
        Actor::Participant(author, _) if item.supplier == Some(*author) => true,
        Actor::Link(key) if item.supplier_link.is_some_and(|link| link.thumbprint() == *key) => false,
        _ => return Err(Violation::new(Reason::NotEntitled).with(id)),
    };
    let agreed_before = item.passage.as_ref().is_some_and(|passage| passage.agreed.is_some());
    if item.countersigned.is_some() && (!agrees || agreed_before) {
        let signed = words("counter-signed", "已会签", "contra-assinado");
        return Err(Violation::new(Reason::StateForbids).with(id).saying(signed).field("item"));
    }
    Ok((item, enrolled))
}

pub(super) fn supplier_countersigned(
    context: &mut Context<'_>,
    body: &SupplierCountersigned,
) -> Result<(), Violation> {
    let agrees = body.received_mg.filter(|_| context.ruleset() >= 2);
    let (mut item, enrolled) = to_countersign(context, &body.item, agrees.is_some())?;
    if body.net_mg != item.mass.entered {
        let difference = body.net_mg.abs_diff(item.mass.entered);
        let violation = Violation::new(Reason::NotBalanced).with(item.mass.entered).with(body.net_mg);
        return Err(violation.with(difference).field("net_mg"));
    }
    if !item.claims.origins.iter().any(|origin| origin.country == body.country) {
        return Err(Violation::new(Reason::NotFound).saying(body.country).field("country"));
    }
    if let Some(received) = agrees {
        agree(context, &mut item, &body.item, received)?;
    }
    context.build_on_item(&mut item)?;
    item.countersigned = Some(context.event_ref());
    // The holder of a link is whoever was sent it: shown, but no entitled role, so no higher level (rule L5).
    if enrolled && let Some(entry) = item.entry {
        let level = entry.ceiling().lower(EvidenceLevel::COUNTER_SIGNED);
        item.claims.origin_evidence = item.claims.origin_evidence.higher(level);
    }
    context.put_item(body.item, item);
    Ok(())
}

/// Rule M4: the supplier agrees to what was received, where that is further from what was declared than the policy
/// lets the receiver book alone.
fn agree(
    context: &Context<'_>,
    item: &mut Item,
    id: &ItemId,
    received: crate::mass::Milligrams,
) -> Result<(), Violation> {
    positive(received, "received_mg")?;
    check_declared(id, item).map_err(|violation| violation.field("received_mg"))?;
    let declared = item.mass.left;
    if received.abs_diff(declared) <= declared.share(context.policy()?.receipt_countersign) {
        let violation = Violation::new(Reason::AgreedDiffers).with(received).with(declared);
        return Err(violation.field("received_mg"));
    }
    item.change_passage(|passage| passage.agreed = Some(received));
    Ok(())
}

pub(super) fn consignment_received(
    context: &mut Context<'_>,
    body: &ConsignmentReceived,
) -> Result<(), Violation> {
    refuse_twice(body.lines.iter().map(|line| line.item), "lines")?;
    let receiver = context.author()?;
    for (n, line) in body.lines.iter().enumerate() {
        receive(context, line).map_err(|violation| {
            let field = if violation.field.is_empty() { "item".to_owned() } else { violation.field.clone() };
            violation.field(format!("lines[{n}].{field}"))
        })?;
    }
    let id = ConsignmentId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let items: Vec<ItemId> = body.lines.iter().map(|line| line.item).collect();
    let of = body.consignment.filter(|_| context.ruleset() >= 2);
    if let Some(shipped) = of {
        arrive(context, shipped, id, &items)?;
    }
    let record = Consignment {
        history: History::default(),
        receiver,
        items,
        shipping: None,
        of,
        documents: None,
        latest: (context.ruleset() >= 2).then_some(context.at),
    };
    context.create_consignment(id, record)
}

/// What is on its way still.
pub(super) fn check_declared(id: &ItemId, item: &Item) -> Result<(), Violation> {
    if item.state == ItemState::Declared { Ok(()) } else { Err(state_forbids(id, item.state)) }
}

/// A lot that the author may take in: he declared it for himself, and nothing keeps it from arriving.
pub(super) fn to_receive(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    check_declared(id, &item)?;
    context.check_custodian(id, &item)?;
    context.check_not_missing(id, &item)?;
    context.check_not_detained(id, &item)?;
    Ok(item)
}

/// Rule M4: what arrives is weighed; a difference beyond the policy's tolerance has a reason, and none goes beyond
/// what would need the supplier's counter-signature.
fn receive(context: &mut Context<'_>, line: &ReceiptLine) -> Result<(), Violation> {
    let mut item = to_receive(context, &line.item)?;
    let received = positive(line.received_mg, "received_mg")?;
    let declared = item.mass.left;
    let difference = received.abs_diff(declared);
    let policy = context.policy()?;
    let scales = scale_tolerance(declared, [item.resolution, line.resolution_mg], policy);
    let with_reason = declared.share(policy.receipt_reason).max(scales);
    let at_most = declared.share(policy.receipt_countersign).max(scales);
    if difference > with_reason && line.reason.is_none() {
        return Err(Violation::new(Reason::ReceiptReason).with(received).with(declared).field("reason"));
    }
    // What the supplier has signed as received may come in; it stays in sight, as a link proves nobody's name.
    let agreed = item.passage.as_ref().and_then(|passage| passage.agreed);
    let signed = agreed.is_some_and(|agreed| agreed.abs_diff(received) <= scales);
    if difference > at_most {
        if received > declared && !signed {
            return Err(Violation::new(Reason::ReceiptDifference)
                .with(difference)
                .with(at_most)
                .field("received_mg"));
        }
        warn_item(
            &mut item,
            context,
            Reason::ReceiptDifference,
            [difference.to_string(), at_most.to_string()],
        );
    }
    context.build_on_item(&mut item)?;
    weigh(&mut item, received)?;
    item.resolution = line.resolution_mg;
    item.state = ItemState::InStock;
    item.change_passage(|passage| passage.in_transit = None);
    context.put_item(line.item, item);
    Ok(())
}

/// Parents of a new item, and the links that say so.
pub(super) fn parents_of(inputs: &[crate::event::body::Input]) -> Vec<Parent> {
    inputs.iter().map(|input| Parent { item: input.item, mass: input.mass_mg }).collect()
}
