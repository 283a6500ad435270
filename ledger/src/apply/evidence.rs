//! What is shown and found of goods without changing their mass: papers, origins, inspections and counts
//! (rules C1, C5, L2, L4, L5, M5, U3). A level of evidence rises only by who is entitled to it.

use crate::event::body::{CountLine, DocumentAttached, InspectionRecorded, OriginAsserted, StockCounted};
use crate::event::shape::Shape;
use crate::id::{ItemId, ParticipantId, StockCountId};
use crate::record::{
    Counted, Examined, History, Inspection, Item, ItemState, MAX_INSPECTIONS, MAX_KEPT, Parentage, RecordKey,
    StockCount,
};
use crate::violation::{Reason, Violation};
use crate::vocab::{self, EvidenceLevel, Nature, Role};
use crate::words::{Arg, words};

use super::balance::scale_tolerance;
use super::claims::{Beyond, blend_nature, claim_origins, narrow};
use super::context::{Context, refuse_twice, state_forbids, warn_item};
use super::document_use::note_use;
use super::lots::{check_nature, document, keep_documents};

/// Roles that look at other people's goods and may put papers with them.
const OUTSIDERS: [&str; 5] = ["lab", "inspector", "grader", "broker", "registrar"];

/// Who has goods, owns or declared them puts papers with them, and who looks at other people's.
pub(super) fn check_may_attach(context: &Context<'_>, id: &ItemId, item: &Item) -> Result<(), Violation> {
    let author = context.author()?;
    if is_outsider(context)
        || item.custodian == author
        || item.owner == Some(author)
        || item.creator == author
    {
        return Ok(());
    }
    Err(Violation::new(Reason::NotEntitled).with(id))
}

fn is_outsider(context: &Context<'_>) -> bool {
    OUTSIDERS.iter().any(|role| context.author_has_role(role))
}

pub(super) fn document_attached(context: &mut Context<'_>, body: &DocumentAttached) -> Result<(), Violation> {
    let author = context.author()?;
    let outsider = is_outsider(context);
    let stranger = |id: String, field: &str| Violation::new(Reason::NotEntitled).with(id).field(field);
    match (&body.item, &body.work, &body.consignment) {
        (Some(id), None, None) => {
            let mut item = context.item(id).map_err(|violation| violation.field("item"))?;
            check_may_attach(context, id, &item).map_err(|violation| violation.field("item"))?;
            context.build_on_item(&mut item)?;
            keep_documents(&mut item.documents, &mut item.not_kept, &body.documents);
            context.put_item(*id, item);
            note_use(context, Parentage::Item(*id), author, &body.documents);
        }
        (None, Some(id), None) => {
            let mut work = context.work_order(id).map_err(|violation| violation.field("work"))?;
            if !outsider && work.studio != author && work.owner != Some(author) {
                return Err(stranger(id.to_string(), "work"));
            }
            context.build_on_work(&mut work)?;
            keep_documents(&mut work.documents, &mut work.not_kept, &body.documents);
            context.put(RecordKey::WorkOrder(*id), work);
            note_use(context, Parentage::Work(*id), author, &body.documents);
        }
        (None, None, Some(id)) => {
            let mut consignment = context.consignment(id).map_err(|v| v.field("consignment"))?;
            let shipping = consignment.shipping.as_ref();
            let takes_part = consignment.receiver == author
                || shipping.is_some_and(|known| known.by == author || known.carrier == Some(author));
            if !outsider && !takes_part {
                return Err(stranger(id.to_string(), "consignment"));
            }
            context.not_before(consignment.latest)?;
            consignment.latest = consignment.latest.map(|latest| latest.max(context.at));
            let mut documents = consignment.documents.take().unwrap_or_default();
            documents.extend(body.documents.iter().map(document));
            if documents.len() > MAX_KEPT {
                return Err(Violation::new(Reason::TooManyKept).with(id).with(MAX_KEPT).field("documents"));
            }
            consignment.documents = Some(documents);
            context.put(RecordKey::Consignment(*id), consignment);
        }
        _ => {
            let text = words(
                "exactly one of item, work and consignment is named",
                "item、work、consignment 须且只能填一个",
                "informe exatamente um de item, work e consignment",
            );
            return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("item"));
        }
    }
    Ok(())
}

/// Whether the author speaks as an independent party: a lab or an inspector, of goods that are not its own.
fn is_independent(context: &Context<'_>, item: &Item) -> Result<bool, Violation> {
    let looks = context.author_has_role("lab") || context.author_has_role("inspector");
    Ok(looks && !is_own(context, item, context.author()?))
}

/// Whether the author speaks as a lab. Of its own goods a lab speaks as any holder does (rule L5).
pub(super) fn looks_as_lab(context: &Context<'_>, item: &Item) -> Result<bool, Violation> {
    let own = context.ruleset() >= 2 && is_own(context, item, context.author()?);
    Ok(context.author_has_role("lab") && !own)
}

/// Whether somebody would vouch for goods of his own: he owns them, made them, or declared them himself.
pub(super) fn is_own(context: &Context<'_>, item: &Item, who: ParticipantId) -> bool {
    let made = item.maker == Some(who) || (item.entry.is_some() && item.creator == who);
    item.owner == Some(who) || (made && context.ruleset() >= 2)
}

/// The item, if there is still something to look at.
pub(super) fn existing(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    if matches!(item.state, ItemState::Exhausted | ItemState::Destroyed | ItemState::Voided) {
        return Err(state_forbids(id, item.state));
    }
    Ok(item)
}

/// An item of which the author may say where it is from, and whether he says so as an independent party.
pub(super) fn to_assert_origin(context: &Context<'_>, id: &ItemId) -> Result<(Item, bool), Violation> {
    let item = existing(context, id)?;
    let independent = is_independent(context, &item)?;
    if !independent {
        context.check_keeps(id, &item)?;
    }
    Ok((item, independent))
}

pub(super) fn origin_asserted(context: &mut Context<'_>, body: &OriginAsserted) -> Result<(), Violation> {
    refuse_twice(body.countries.iter().copied(), "countries")?;
    if body.subdivision.is_some() && body.countries.len() != 1 {
        let text = words(
            "a district lies in one country: name that one",
            "地区只属于一个国家：请只填该国",
            "um distrito fica em um só país: indique só ele",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("subdivision"));
    }
    let (mut item, independent) =
        to_assert_origin(context, &body.item).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let is_possible = |country| item.claims.origins.iter().any(|origin| origin.country == country);
    if let Some(n) = body.countries.iter().position(|country| !is_possible(*country)) {
        let Some(country) = body.countries.get(n).copied() else { return Ok(()) };
        if !independent {
            let set: Vec<_> = item.claims.origins.iter().map(|origin| origin.country.as_str()).collect();
            let violation = Violation::new(Reason::OriginNotInSet).saying(country).with(set.join(", "));
            return Err(violation.field(format!("countries[{n}]")));
        }
        // Both stand, and it shows: what is claimed is not what was found.
        warn_item(&mut item, context, Reason::OriginDisagrees, [country.to_string()]);
    } else {
        let documented =
            if body.documents.is_empty() { EvidenceLevel::SELF_DECLARED } else { EvidenceLevel::DOCUMENT };
        let level = if independent {
            EvidenceLevel::LAB_OR_INSPECTOR
        } else {
            // Documents raise the origin no higher than how the material entered lets them (rule M5).
            let ceiling = item.claims.ceiling.or_else(|| item.entry.map(|entry| entry.ceiling()));
            documented.lower(ceiling.unwrap_or(EvidenceLevel::SELF_DECLARED))
        };
        if let Some(Beyond { number, country, said, free }) =
            claim_origins(context, &mut item, &body.countries)
        {
            if !independent && context.ruleset() >= 2 {
                let violation = Violation::new(Reason::OriginBeyondEntered).with(said);
                return Err(violation.saying(country).with(free).field(format!("countries[{number}]")));
            }
            // What an independent party finds stands, and that it is more than entered shows.
            let args = [said.to_string(), country.to_string(), free.to_string()];
            warn_item(&mut item, context, Reason::OriginBeyondEntered, args);
        }
        let place = body.subdivision.as_ref().map(ToString::to_string);
        narrow(&mut item.claims, &body.countries, place, level);
    }
    keep_documents(&mut item.documents, &mut item.not_kept, &body.documents);
    context.put_item(body.item, item);
    let author = context.author()?;
    note_use(context, Parentage::Item(body.item), author, &body.documents);
    Ok(())
}

/// An item that the author may look at for others: there, and not his own.
pub(super) fn to_inspect(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = existing(context, id)?;
    if is_own(context, &item, context.author()?) {
        return Err(Violation::new(Reason::NotEntitled).with(id));
    }
    Ok(item)
}

pub(super) fn inspection_recorded(
    context: &mut Context<'_>,
    body: &InspectionRecorded,
) -> Result<(), Violation> {
    let finds = body.species.is_some() || body.variety.is_some() || body.nature.is_some();
    if !finds && body.grade.is_none() && body.documents.is_empty() && body.note.is_none() {
        let text = words("it says nothing", "没有任何检验内容", "não diz nada");
        return Err(Violation::new(Reason::FieldsDisagree).saying(text));
    }
    if let (Some(species), Some(nature)) = (body.species, body.nature)
        && context.ruleset() >= 2
    {
        check_nature(species, nature)?;
    }
    if body.nature == Some(Nature::NOT_STATED) {
        let text =
            words("not stated is no finding", "「未说明」不是检验结论", "não informado não é resultado");
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("nature"));
    }
    let mut item = to_inspect(context, &body.item).map_err(|violation| violation.field("item"))?;
    let by = context.author()?;
    if finds && !is_independent(context, &item)? {
        let entitled = ["lab", "inspector"].iter().filter_map(|role| vocab::find::<Role>(role)).collect();
        let what = words("a finding", "检验结论", "um resultado");
        return Err(Violation::new(Reason::RoleForbids).saying(what).saying(Arg::Terms(entitled)));
    }
    context.build_on_item(&mut item)?;
    compare(context, &mut item, body);
    let mut examined = item.examined.take().unwrap_or_default();
    if examined.inspections.len() >= MAX_INSPECTIONS {
        examined.inspections.remove(0);
        item.not_kept = item.not_kept.saturating_add(1);
    }
    examined.inspections.push(Inspection {
        by,
        at: context.event_ref(),
        grade: body.grade.as_ref().map(|grade| grade.to_json().write()),
        species: body.species,
        variety: body.variety,
        nature: body.nature,
    });
    item.examined = Some(examined);
    keep_documents(&mut item.documents, &mut item.not_kept, &body.documents);
    context.put_item(body.item, item);
    note_use(context, Parentage::Item(body.item), by, &body.documents);
    Ok(())
}

/// What was found meets what was claimed: it confirms, completes or contradicts.
fn compare(context: &Context<'_>, item: &mut Item, body: &InspectionRecorded) {
    let disagrees = Reason::InspectionDisagrees;
    if let Some(found) = body.species
        && found != item.claims.species
    {
        let claimed = item.claims.species.to_string();
        warn_item(item, context, disagrees, [found.to_string(), claimed]);
        if context.ruleset() >= 2 && !found.is_natural() {
            // What the mineral is said to be stays; that it would be natural does not (rule L4).
            item.claims.nature = blend_nature(item.claims.nature, found.nature());
            if item.claims.nature == found.nature() {
                item.claims.nature_evidence = Some(EvidenceLevel::LAB_OR_INSPECTOR);
            }
        }
    }
    if let Some(found) = body.variety {
        match item.claims.variety {
            None => item.claims.variety = Some(found),
            Some(claimed) if claimed != found => {
                warn_item(item, context, disagrees, [found.to_string(), claimed.to_string()]);
            }
            Some(_) => {}
        }
    }
    if let Some(found) = body.nature {
        let claimed = item.claims.nature;
        if claimed == Nature::NOT_STATED {
            item.claims.nature = found;
        } else if claimed != found {
            warn_item(item, context, disagrees, [found.to_string(), claimed.to_string()]);
            // What people made never becomes natural by a second look (rule L4).
            item.claims.nature = blend_nature(claimed, found);
        }
        if item.claims.nature == found {
            item.claims.nature_evidence = Some(EvidenceLevel::LAB_OR_INSPECTOR);
        }
    }
}

pub(super) fn stock_counted(context: &mut Context<'_>, body: &StockCounted) -> Result<(), Violation> {
    refuse_twice(body.lines.iter().map(|line| line.item), "lines")?;
    let inspector = context.author()?;
    context.participant(&body.custodian).map_err(|violation| violation.field("custodian"))?;
    check_counts_for_others(context, body.custodian).map_err(|violation| violation.field("custodian"))?;
    if let Some(id) = &body.facility {
        let facility = context.facility(id).map_err(|violation| violation.field("facility"))?;
        if facility.participant != body.custodian {
            let kind = words("a place of {0}", "{0} 的场所", "um local de {0}").with(body.custodian);
            return Err(Violation::new(Reason::WrongKind).with(id).saying(kind).field("facility"));
        }
    }
    let id = StockCountId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let mut lines = Vec::new();
    for (n, line) in body.lines.iter().enumerate() {
        let counted = count(context, id, body, line).map_err(|violation| {
            let field = if violation.field.is_empty() { "item".to_owned() } else { violation.field.clone() };
            violation.field(format!("lines[{n}].{field}"))
        })?;
        lines.push(counted);
    }
    let record = StockCount {
        history: History::default(),
        created: context.event_ref(),
        inspector,
        custodian: body.custodian,
        facility: body.facility,
        at: body.at,
        lines,
        documents: body.documents.iter().map(document).collect(),
    };
    context.create(RecordKey::StockCount(id), id, record)
}

/// Nobody counts his own stock as an inspector.
pub(super) fn check_counts_for_others(
    context: &Context<'_>,
    custodian: ParticipantId,
) -> Result<(), Violation> {
    if context.author()? == custodian {
        return Err(Violation::new(Reason::NotEntitled).with(custodian));
    }
    Ok(())
}

/// An item that can be counted where it lies.
pub(super) fn to_count(
    context: &Context<'_>,
    id: &ItemId,
    custodian: ParticipantId,
) -> Result<Item, Violation> {
    let item = context.item(id)?;
    if item.custodian != custodian {
        return Err(Violation::new(Reason::NotCustodian).with(id).with(item.custodian));
    }
    if !matches!(item.state, ItemState::InStock | ItemState::Finished | ItemState::InRepair) {
        return Err(state_forbids(id, item.state));
    }
    Ok(item)
}

/// One item against what is really there. Its balance stays: what becomes of the difference is for others to say.
fn count(
    context: &mut Context<'_>,
    by: StockCountId,
    body: &StockCounted,
    line: &CountLine,
) -> Result<Counted, Violation> {
    let mut item = to_count(context, &line.item, body.custodian)?;
    if item.count.is_some() != line.count.is_some() {
        return Err(Violation::new(Reason::CountMissing).field("count"));
    }
    context.build_on_item(&mut item)?;
    let balance = item.mass.left;
    let allowed = scale_tolerance(balance, [item.resolution, line.resolution_mg], context.policy()?);
    let count_balance = item.count.map(|count| count.left);
    let differs = balance.abs_diff(line.found_mg) > allowed || count_balance != line.count;
    if differs {
        let args = match (line.count, count_balance) {
            (Some(found), Some(left)) if found != left => [found.to_string(), left.to_string()],
            _ => [line.found_mg.to_string(), balance.to_string()],
        };
        warn_item(&mut item, context, Reason::StockDiffers, args);
    }
    let examined = item.examined.take().unwrap_or_default();
    item.examined = Some(Box::new(Examined { counted: Some(by), ..*examined }));
    context.put_item(line.item, item);
    Ok(Counted {
        item: line.item,
        balance,
        found: line.found_mg,
        count_balance,
        count_found: line.count,
        differs,
    })
}
