//! From what, and into what: one step or several, and everything that became of a lot.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;

use axum::Json;
use axum::extract::State;
use lode_ledger::id::ItemKind;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Record, RecordKey};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::aside;
use super::asked::{Admitted, Asked, Path, Query};
use super::items::{known, page_size};
use super::problem::{Kind, Problem, ProblemBody};
use super::view::{Place, kind_word};
use crate::service::{BadCursor, Node, Page};

/// Deepest tree in one answer.
const MAX_DEPTH: u8 = 8;
/// Most nodes of a tree in one answer.
const MAX_NODES: usize = 1000;
/// Most records that `where-used` walks through.
const MAX_WALK: usize = 10_000;

/// How far and how wide.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Reach {
    /// How many steps, 1 to 8. Default 1.
    depth: Option<u8>,
    /// Of the first level, from the page before.
    cursor: Option<String>,
    /// At most so many of each level, up to 200.
    limit: Option<usize>,
}

/// A step of provenance with what lies behind it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Step {
    /// The item or job.
    pub id: String,
    /// `lot`, `batch`, `piece` or `work`.
    pub kind: String,
    /// How much mass went over, in milligrams.
    pub mass_mg: u64,
    /// By which event.
    pub by: Place,
    /// The next level, if asked for.
    #[schema(no_recursion)]
    pub steps: Vec<Step>,
    /// The next level has more: ask for this id.
    pub more: bool,
}

/// The steps of one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tree {
    /// The item.
    pub id: String,
    /// The first level.
    pub steps: Vec<Step>,
    /// The cursor of the first level's next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The answer was cut at its limit of nodes.
    pub cut: bool,
}

type Links = fn(&Node, &RecordKey, Option<&str>, usize) -> Result<Page<crate::service::Link>, BadCursor>;

struct Walk {
    node: Node,
    links: Links,
    limit: usize,
    nodes: usize,
}

impl Walk {
    fn level(
        &mut self,
        of: &RecordKey,
        cursor: Option<&str>,
        depth: u8,
    ) -> Result<(Vec<Step>, Option<String>), BadCursor> {
        let page = (self.links)(&self.node, of, cursor, self.limit)?;
        let mut steps = Vec::new();
        for link in page.items {
            self.nodes += 1;
            let (id, kind) = name(&link.other);
            let deeper = depth > 1 && self.nodes < MAX_NODES;
            let (below, next) =
                if deeper { self.level(&link.other, None, depth - 1)? } else { (Vec::new(), None) };
            let (mass_mg, by) = (link.mass.get(), link.by.into());
            let more = next.is_some() || (depth > 1 && !deeper);
            steps.push(Step { id, kind: kind.to_owned(), mass_mg, by, steps: below, more });
        }
        Ok((steps, page.next))
    }
}

fn name(key: &RecordKey) -> (String, &'static str) {
    match key {
        RecordKey::Item(id) => (id.to_string(), kind_word(id)),
        RecordKey::WorkOrder(id) => (id.to_string(), "work"),
        _ => (String::new(), "other"),
    }
}

async fn tree(
    node: Node,
    admitted: Option<Admitted>,
    lang: Lang,
    id: &str,
    reach: Reach,
    links: Links,
) -> Result<Json<Tree>, Problem> {
    let key = match id.parse() {
        Ok(work) => RecordKey::WorkOrder(work),
        Err(_) => RecordKey::Item(known(&node, admitted, id, lang)?.0),
    };
    if admitted.is_none() && matches!(key, RecordKey::WorkOrder(_)) {
        return Err(Problem::new(Kind::MembersOnly, lang));
    }
    if node.record(&key).is_none() {
        return Err(Problem::new(Kind::NotFound, lang).detail(id));
    }
    let depth = reach.depth.unwrap_or(1).clamp(1, MAX_DEPTH);
    let walked = aside(lang, move || {
        let mut walk = Walk { node, links, limit: page_size(reach.limit), nodes: 0 };
        let (steps, next) = walk.level(&key, reach.cursor.as_deref(), depth)?;
        Ok::<_, BadCursor>(Tree { id: name(&key).0, steps, next, cut: walk.nodes >= MAX_NODES })
    });
    walked.await?.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

/// What an item (or job) was made from.
#[utoipa::path(get, path = "/v1/items/{id}/made-from", tag = "provenance", params(("id" = String, Path), Reach),
    responses((status = 200, body = Tree), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn made_from(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    Path(id): Path<String>,
    Query(reach): Query<Reach>,
) -> Result<Json<Tree>, Problem> {
    tree(node, admitted, lang, &id, reach, Node::made_from).await
}

/// What an item (or job) was made into.
#[utoipa::path(get, path = "/v1/items/{id}/made-into", tag = "provenance", params(("id" = String, Path), Reach),
    responses((status = 200, body = Tree), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn made_into(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Admitted,
    Path(id): Path<String>,
    Query(reach): Query<Reach>,
) -> Result<Json<Tree>, Problem> {
    tree(node, Some(admitted), lang, &id, reach, Node::made_into).await
}

/// How many rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Rows {
    /// The next page of an earlier answer. What stands in the list stays as it was then: what was made since is not in it.
    cursor: Option<String>,
    /// At most so many rows, up to 200. Totals count all.
    limit: Option<usize>,
}

/// Something that a lot became, directly or on the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct Use {
    /// The item.
    pub id: String,
    /// `lot`, `batch` or `piece`.
    pub kind: String,
    /// Its state.
    pub state: String,
    /// Its mass at the beginning, in milligrams, of all that went into it.
    pub mass_mg: u64,
    /// What is left of it, in milligrams.
    pub left_mg: u64,
    /// In whose hands.
    pub custodian: String,
    /// The live tag.
    pub tag: Option<String>,
    /// Where it was sold to, if stated.
    pub destination: Option<String>,
    /// How many steps away.
    pub depth: u32,
}

/// Sums over everything that a lot became.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UseTotals {
    /// Lots.
    pub lots: u64,
    /// Batches.
    pub batches: u64,
    /// Pieces.
    pub pieces: u64,
    /// Jobs.
    pub works: u64,
    /// Sold items.
    pub sold: u64,
    /// Left in lots, batches and pieces, in milligrams.
    pub left_mg: u64,
    /// Lost in items and jobs on the way, in milligrams.
    pub lost_mg: u64,
    /// Still in open jobs, in milligrams.
    pub in_work_mg: u64,
    /// Sold items by the country they went to; `-` where not stated.
    pub destinations: BTreeMap<String, u64>,
}

/// Where a lot went. Where it was poured together with others, what follows counts whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhereUsed {
    /// The item.
    pub item: String,
    /// What it became, nearest first.
    pub uses: Vec<Use>,
    /// Sums over all, not only the rows shown.
    pub totals: UseTotals,
    /// The cursor of the next page, if there are more rows.
    pub next: Option<String>,
    /// The walk was cut at its limit: sums are too small.
    pub cut: bool,
}

/// Where a lot went, down to pieces and destinations.
#[utoipa::path(get, path = "/v1/items/{id}/where-used", tag = "provenance", params(("id" = String, Path), Rows),
    responses((status = 200, body = WhereUsed), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn where_used(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Admitted,
    Path(id): Path<String>,
    Query(rows): Query<Rows>,
) -> Result<Json<WhereUsed>, Problem> {
    let (id, _) = known(&node, Some(admitted), &id, lang)?;
    let from = match rows.cursor {
        Some(text) => FirstRow::parse(&text).ok_or_else(|| Problem::new(Kind::BadCursor, lang))?,
        None => FirstRow { size: node.size(), row: 0 },
    };
    let (uses, totals, cut) = aside(lang, move || walk_down(&node, RecordKey::Item(id), from.size)).await?;
    let end = from.row.saturating_add(page_size(rows.limit));
    let next = (uses.len() > end).then(|| FirstRow { row: end, ..from }.to_string());
    let uses = uses.into_iter().take(end).skip(from.row).collect();
    Ok(Json(WhereUsed { item: id.to_string(), uses, totals, next, cut }))
}

/// Where a page of `where-used` begins: a row of the list as it was when the log had so many entries.
#[derive(Clone, Copy, Debug)]
struct FirstRow {
    size: u64,
    row: usize,
}

impl FirstRow {
    fn parse(text: &str) -> Option<Self> {
        let (size, row) = text.split_once('-')?;
        let read = Self { size: size.parse().ok()?, row: row.parse().ok()? };
        // One spelling only, as it was given.
        (read.to_string() == text).then_some(read)
    }
}

impl fmt::Display for FirstRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.size, self.row)
    }
}

/// Everything that something became by events of the first `size` entries, nearest first.
fn walk_down(node: &Node, start: RecordKey, size: u64) -> (Vec<Use>, UseTotals, bool) {
    let (mut uses, mut totals) = (Vec::new(), UseTotals::default());
    let mut seen = HashSet::from([start]);
    let mut open = VecDeque::from([(start, 0_u32)]);
    let mut cut = false;
    while !cut && let Some((key, depth)) = open.pop_front() {
        let mut cursor = None;
        // A cursor that the node gave is good; should it not be, the walk ends here.
        while let Ok(page) = node.made_into(&key, cursor.as_deref(), 200) {
            for link in page.items.into_iter().filter(|link| link.by.index.0 < size) {
                if seen.len() > MAX_WALK {
                    cut = true;
                } else if seen.insert(link.other) {
                    count(node, &link.other, depth + 1, &mut uses, &mut totals);
                    open.push_back((link.other, depth + 1));
                }
            }
            cursor = page.next;
            if cursor.is_none() || cut {
                break;
            }
        }
    }
    (uses, totals, cut)
}

fn count(node: &Node, key: &RecordKey, depth: u32, uses: &mut Vec<Use>, totals: &mut UseTotals) {
    let record = node.record(key);
    match (key, record.as_deref()) {
        (RecordKey::WorkOrder(_), Some(Record::WorkOrder(work))) => {
            totals.works += 1;
            totals.lost_mg = totals.lost_mg.saturating_add(work.mass.lost.get());
            totals.in_work_mg = totals.in_work_mg.saturating_add(work.mass.left.get());
        }
        (RecordKey::Item(id), Some(Record::Item(item))) => {
            match id.kind() {
                ItemKind::Lot => totals.lots += 1,
                ItemKind::Batch => totals.batches += 1,
                ItemKind::Piece => totals.pieces += 1,
            }
            totals.left_mg = totals.left_mg.saturating_add(item.mass.left.get());
            totals.lost_mg = totals.lost_mg.saturating_add(item.mass.lost.get());
            let mut destination = None;
            if item.sale.is_some() {
                totals.sold += 1;
                let sale = item.sale.and_then(|sale| node.record(&RecordKey::Sale(sale)));
                if let Some(Record::Sale(sale)) = sale.as_deref() {
                    destination = sale.destination.map(|country| country.as_str().to_owned());
                }
                *totals
                    .destinations
                    .entry(destination.clone().unwrap_or_else(|| "-".to_owned()))
                    .or_default() += 1;
            }
            uses.push(Use {
                id: id.to_string(),
                kind: kind_word(id).to_owned(),
                state: item.state.word().to_owned(),
                mass_mg: item.mass.entered.get(),
                left_mg: item.mass.left.get(),
                custodian: item.custodian.to_string(),
                tag: item.tag.map(|tag| tag.to_string()),
                destination,
                depth,
            });
        }
        _ => {}
    }
}
