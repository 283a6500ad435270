//! A participant's stock as an auditor looks at it: which balances stand still and for how long, what counts found
//! against the book, which processes yield more or less than is plausible, and how what entered came in.
//!
//! It accuses nobody: every figure stands in the records, and what follows from it is for people to say.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State;
use lode_ledger::apply::is_set_right;
use lode_ledger::event::Event;
use lode_ledger::id::{ItemId, LogIndex, ParticipantId, StockCountId, WorkOrderId};
use lode_ledger::lang::Lang;
use lode_ledger::record::{Counted, EventRef, Item, ItemState, Record, RecordKey, StockCount, WorkOrder};
use lode_ledger::statement::{Statement, decode_payload};
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{Code, EvidenceLevel};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Admitted, Asked, Path, Query};
use super::items::{MAX_PAGE, find, page_size};
use super::jobs::{YieldView, job, yields_of};
use super::problem::{Kind, Problem, ProblemBody};
use super::view::{self, Named, kind_word, named, text};
use super::{aside, parse};
use crate::service::{BadCursor, ItemFilter, JobFilter, JobsOf, Node};

/// Most items of one participant that a report looks at; beyond it the report says that it is cut.
const MAX_WALK: usize = 10_000;
/// Items that are read at once, and most open jobs that a report looks at.
const STRIDE: usize = 1_000;
/// A balance counts as aged after so many days without an event, unless the question says otherwise.
const AGED_AFTER_DAYS: u32 = 180;
const DAY_S: i64 = 86_400;

/// How old is old, and which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Still {
    /// A balance counts as aged after so many days without an event. Default 180.
    days: Option<u32>,
    /// Of the balances, from the page before.
    cursor: Option<String>,
    /// At most so many balances, up to 200. Totals count all.
    limit: Option<usize>,
}

/// A participant's stock as the book has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockView {
    /// Whose.
    pub participant: String,
    /// The ledger's clock, by which ages are counted.
    pub clock: String,
    /// After how many days without an event a balance counts as aged.
    pub aged_after_days: u32,
    /// Sums over all of it.
    pub totals: StockTotals,
    /// Counts that found something else than the book had, and which nothing has set right since.
    pub differences: Vec<CountedView>,
    /// What each process yields, beside the policy's range.
    pub yields: Vec<YieldView>,
    /// What the participant declared, by how it entered.
    pub entries: Vec<EntryTotals>,
    /// What is left of each item and open job in its hands, longest without an event first.
    pub balances: Vec<BalanceRow>,
    /// The cursor of the balances' next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// There is more than a report looks at: sums are too small.
    pub cut: bool,
}

/// Sums over a stock.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct StockTotals {
    /// Items with something left.
    pub items: u64,
    /// What is left of them, in milligrams.
    pub left_mg: u64,
    /// Jobs with something in them.
    pub jobs: u64,
    /// What is in them, in milligrams.
    pub in_work_mg: u64,
    /// Of both, those that are aged.
    pub aged: u64,
    /// What is left of those, in milligrams.
    pub aged_mg: u64,
    /// Items that no count has ever named.
    pub never_counted: u64,
    /// Items of which a count found something else, and which nothing has set right since.
    pub differing: u64,
}

/// How a count found an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CountedView {
    /// The item.
    pub item: String,
    /// The count.
    pub stock_count: String,
    /// Who counted.
    pub inspector: String,
    /// When.
    pub counted_at: String,
    /// What the book had, in milligrams.
    pub book_mg: u64,
    /// What was there, in milligrams.
    pub found_mg: u64,
    /// How many the book had, of a batch.
    pub book_count: Option<u32>,
    /// How many were there.
    pub found_count: Option<u32>,
    /// Whether that is further apart than the scales and the policy allow.
    pub differs: bool,
    /// Whether the book has been set right since.
    pub set_right: bool,
}

/// What entered in one way.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryTotals {
    /// How it entered.
    pub entry: Named,
    /// The highest evidence level that the origin of such an entry can have.
    pub ceiling: Named,
    /// How many lots.
    pub lots: u64,
    /// What they began with, in milligrams.
    pub entered_mg: u64,
    /// What is left of them, in milligrams.
    pub left_mg: u64,
    /// How well their origins are supported now, weakest first.
    pub reached: Vec<ReachedView>,
}

/// So much is supported so well.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReachedView {
    /// The evidence level of the origin.
    pub evidence: Named,
    /// How many lots.
    pub lots: u64,
    /// What they began with, in milligrams.
    pub entered_mg: u64,
}

/// What is left of an item, or in a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceRow {
    /// The item or job.
    pub id: String,
    /// `lot`, `batch`, `piece` or `work`.
    pub kind: String,
    /// The state; absent of a job.
    pub state: Option<String>,
    /// The mineral.
    pub species: Named,
    /// How it entered, of a lot that was declared.
    pub entry: Option<Named>,
    /// What is left, in milligrams.
    pub left_mg: u64,
    /// How many are left, of a batch.
    pub left_count: Option<u32>,
    /// When it came into the book, as its author says.
    pub entered_at: Option<String>,
    /// The latest time that an event on it claims.
    pub latest: String,
    /// For how many days nothing has happened to it.
    pub still_days: u32,
    /// Whether that is longer than was asked for.
    pub aged: bool,
    /// Its newest count.
    pub counted: Option<CountedView>,
    /// How many warnings it bears.
    pub warnings: u32,
    /// Warnings and documents for which its record has no room; the log has them.
    pub not_kept: u32,
}

/// An open balance before it is shown: the order of the report is that of the first two.
struct Open {
    latest: i64,
    id: String,
    left: u64,
    thing: Thing,
}

enum Thing {
    Item(ItemId, Box<Item>),
    Work(Box<WorkOrder>),
}

/// A participant's stock: balances that stand still, counts against the book, yields out of range, and how it entered.
#[utoipa::path(get, path = "/v1/participants/{id}/stock", tag = "participants", params(("id" = String, Path), Still),
    responses((status = 200, body = StockView), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub async fn stock(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
    Query(still): Query<Still>,
) -> Result<Json<StockView>, Problem> {
    let id: ParticipantId = parse(&id, "id", lang)?;
    if node.record(&RecordKey::Participant(id)).is_none() {
        return Err(Problem::new(Kind::NotFound, lang).detail(id));
    }
    let from = still.cursor.as_deref().map(Place::parse).transpose();
    let from = from.map_err(|BadCursor| Problem::new(Kind::BadCursor, lang))?;
    let (days, limit) = (still.days.unwrap_or(AGED_AFTER_DAYS), page_size(still.limit));
    let made = aside(lang, move || report(&node, &id, days, from.as_ref(), limit, lang));
    made.await?.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

/// Where a page of balances ended: a balance that has moved since stands further down.
struct Place {
    latest: i64,
    id: String,
}

impl Place {
    fn parse(text: &str) -> Result<Self, BadCursor> {
        let (latest, id) = text.split_once('.').ok_or(BadCursor)?;
        let read = Self { latest: latest.parse().map_err(|_| BadCursor)?, id: id.to_owned() };
        let known = id.parse::<ItemId>().is_ok() || id.parse::<WorkOrderId>().is_ok();
        // As it was given, and in no other spelling.
        if known && read.text() == text { Ok(read) } else { Err(BadCursor) }
    }

    fn text(&self) -> String {
        format!("{}.{}", self.latest, self.id)
    }
}

fn report(
    node: &Node,
    id: &ParticipantId,
    days: u32,
    from: Option<&Place>,
    limit: usize,
    lang: Lang,
) -> Result<StockView, BadCursor> {
    let clock = node.ledger_time().unwrap_or(Timestamp::from_unix(0));
    let mut view = StockView {
        participant: id.to_string(),
        clock: clock.to_string(),
        aged_after_days: days,
        totals: StockTotals::default(),
        differences: Vec::new(),
        yields: yields_of(node, id, lang)?,
        entries: Vec::new(),
        balances: Vec::new(),
        next: None,
        cut: false,
    };
    let mut open = Vec::new();
    let held = ItemFilter { custodian: Some(*id), ..ItemFilter::default() };
    view.cut |= walk(node, &held, |id, item| {
        let counted = counted(node, id, item);
        let totals = &mut view.totals;
        if let Some(counted) = counted.as_ref().filter(|counted| counted.differs && !counted.set_right) {
            totals.differing += 1;
            if view.differences.len() < MAX_PAGE {
                view.differences.push(counted.clone());
            }
        }
        let left = item.mass.left.get();
        if left > 0 && is_stock(item.state) {
            totals.items += 1;
            totals.left_mg = totals.left_mg.saturating_add(left);
            totals.never_counted += u64::from(counted.is_none());
            let (latest, thing) = (item.latest.unix(), Thing::Item(*id, Box::new(item.clone())));
            open.push(Open { latest, id: id.to_string(), left, thing });
        }
    })?;
    let going_on = JobFilter { of: JobsOf::Studio(*id, None), open: Some(true) };
    let jobs = node.jobs(&going_on, None, STRIDE)?;
    view.cut |= jobs.next.is_some();
    for id in jobs.items {
        let Some(work) = job(node, &id) else { continue };
        let left = work.mass.left.get();
        view.totals.jobs += 1;
        view.totals.in_work_mg = view.totals.in_work_mg.saturating_add(left);
        let (latest, thing) = (work.latest.unix(), Thing::Work(Box::new(work)));
        open.push(Open { latest, id: id.to_string(), left, thing });
    }
    for balance in &open {
        if still_days(clock, balance.latest) >= days {
            view.totals.aged += 1;
            view.totals.aged_mg = view.totals.aged_mg.saturating_add(balance.left);
        }
    }
    open.sort_by(|a, b| (a.latest, &a.id).cmp(&(b.latest, &b.id)));
    let after = |open: &Open| from.is_none_or(|from| (open.latest, &open.id) > (from.latest, &from.id));
    let mut rest = open.into_iter().filter(after).peekable();
    let mut times = HashMap::new();
    for balance in rest.by_ref().take(limit) {
        view.next = Some(Place { latest: balance.latest, id: balance.id.clone() }.text());
        view.balances.push(row(node, &balance, clock, days, &mut times, lang));
    }
    view.next = view.next.filter(|_| rest.peek().is_some());
    let (entries, cut) = entries(node, id, lang)?;
    view.entries = entries;
    view.cut |= cut;
    Ok(view)
}

/// Everything that the filter finds, up to the bound; whether there was more.
pub(super) fn walk(
    node: &Node,
    filter: &ItemFilter,
    mut visit: impl FnMut(&ItemId, &Item),
) -> Result<bool, BadCursor> {
    let (mut cursor, mut seen) = (None, 0);
    loop {
        let page = node.items(filter, cursor.as_deref(), STRIDE)?;
        for id in &page.items {
            if let Some(item) = find(node, id) {
                visit(id, &item);
            }
        }
        seen += page.items.len();
        cursor = page.next;
        if cursor.is_none() || seen >= MAX_WALK {
            return Ok(cursor.is_some());
        }
    }
}

/// Whether goods in this state lie with their custodian.
const fn is_stock(state: ItemState) -> bool {
    matches!(state, ItemState::Declared | ItemState::InStock | ItemState::Finished | ItemState::InRepair)
}

fn still_days(clock: Timestamp, latest: i64) -> u32 {
    let days = clock.unix().saturating_sub(latest).max(0) / DAY_S;
    u32::try_from(days).unwrap_or(u32::MAX)
}

fn row(
    node: &Node,
    open: &Open,
    clock: Timestamp,
    days: u32,
    times: &mut HashMap<LogIndex, Vec<Timestamp>>,
    lang: Lang,
) -> BalanceRow {
    let still = still_days(clock, open.latest);
    let (kind, created, latest, claims, warnings, not_kept) = match &open.thing {
        Thing::Item(id, item) => {
            (kind_word(id), item.created, item.latest, &item.claims, item.warnings.len(), item.not_kept)
        }
        Thing::Work(work) => {
            ("work", work.created, work.latest, &work.claims, work.warnings.len(), work.not_kept)
        }
    };
    let item = match &open.thing {
        Thing::Item(id, item) => Some((id, item)),
        Thing::Work(_) => None,
    };
    BalanceRow {
        id: open.id.clone(),
        kind: kind.to_owned(),
        state: item.map(|(_, item)| item.state.word().to_owned()),
        species: named(claims.species, lang),
        entry: item.and_then(|(_, item)| item.entry).map(|entry| named(entry, lang)),
        left_mg: open.left,
        left_count: item.and_then(|(_, item)| item.count).map(|count| count.left),
        entered_at: text(time_of(node, created, times)),
        latest: latest.to_string(),
        still_days: still,
        aged: still >= days,
        counted: item.and_then(|(id, item)| counted(node, id, item)),
        warnings: u32::try_from(warnings).unwrap_or(u32::MAX),
        not_kept,
    }
}

/// When an event happened, as its author says. A sheet declares many lots in one statement: it is opened once.
pub(super) fn time_of(
    node: &Node,
    at: EventRef,
    times: &mut HashMap<LogIndex, Vec<Timestamp>>,
) -> Option<Timestamp> {
    let claimed = times.entry(at.index).or_insert_with(|| claimed_times(node, at.index).unwrap_or_default());
    claimed.get(usize::from(at.event)).copied()
}

fn claimed_times(node: &Node, index: LogIndex) -> Option<Vec<Timestamp>> {
    let statement = Statement::decode(node.statement(index)?).ok()?;
    let (_, events) = decode_payload(statement.payload()).ok()?;
    events.iter().map(|event| Some(Event::from_json(event).ok()?.at())).collect()
}

/// The newest count of an item.
fn counted(node: &Node, id: &ItemId, item: &Item) -> Option<CountedView> {
    let count = item.examined.as_ref()?.counted?;
    let record = node.record(&RecordKey::StockCount(count));
    let Some(Record::StockCount(record)) = record.as_deref() else { return None };
    let line = record.lines.iter().find(|line| line.item == *id)?;
    Some(line_of(&count, record, line, Some(item)))
}

/// One line of a count; with the item as it is now, whether the book was set right since.
pub(super) fn line_of(
    id: &StockCountId,
    count: &StockCount,
    line: &Counted,
    item: Option<&Item>,
) -> CountedView {
    let set_right = item.is_some_and(|item| is_set_right(count, line, item));
    CountedView {
        item: line.item.to_string(),
        stock_count: id.to_string(),
        inspector: count.inspector.to_string(),
        counted_at: count.at.to_string(),
        book_mg: line.balance.get(),
        found_mg: line.found.get(),
        book_count: line.count_balance,
        found_count: line.count_found,
        differs: line.differs,
        set_right,
    }
}

/// What a participant declared, by how it entered; whether there was more than is looked at.
fn entries(node: &Node, id: &ParticipantId, lang: Lang) -> Result<(Vec<EntryTotals>, bool), BadCursor> {
    let mut entries: BTreeMap<&'static str, EntryTotals> = BTreeMap::new();
    let made = ItemFilter { creator: Some(*id), ..ItemFilter::default() };
    let cut = walk(node, &made, |_, item| {
        let Some(entry) = item.entry.filter(|_| item.state != ItemState::Voided) else { return };
        let (began, level) = (item.mass.entered.get(), item.claims.origin_evidence);
        let totals = entries.entry(entry.as_str()).or_insert_with(|| EntryTotals {
            entry: named(entry, lang),
            ceiling: named(entry.ceiling(), lang),
            lots: 0,
            entered_mg: 0,
            left_mg: 0,
            reached: Vec::new(),
        });
        totals.lots += 1;
        totals.entered_mg = totals.entered_mg.saturating_add(began);
        totals.left_mg = totals.left_mg.saturating_add(item.mass.left.get());
        let evidence = view::named(level, lang);
        match totals.reached.iter_mut().find(|reached| reached.evidence == evidence) {
            Some(reached) => {
                reached.lots += 1;
                reached.entered_mg = reached.entered_mg.saturating_add(began);
            }
            None => totals.reached.push(ReachedView { evidence, lots: 1, entered_mg: began }),
        }
    })?;
    let mut entries: Vec<EntryTotals> = entries.into_values().collect();
    for totals in &mut entries {
        totals.reached.sort_by_key(|reached| rank(&reached.evidence.code));
    }
    Ok((entries, cut))
}

fn rank(level: &str) -> u8 {
    Code::<EvidenceLevel>::parse(level).map_or(0, Code::rank)
}
