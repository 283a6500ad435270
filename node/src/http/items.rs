//! Items: lists, one item, its events, its balance, its proof file.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use lode_ledger::id::{ItemId, ItemKind};
use lode_ledger::lang::Lang;
use lode_ledger::record::{EventRef, Item, ItemState, Record, RecordKey};
use lode_ledger::statement::{Statement, decode_payload};
use lode_ledger::violation::Reason;
use lode_ledger::vocab::Code;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Admitted, Asked, Member, Path, Query, admit_to};
use super::problem::{Kind, Problem, ProblemBody};
use super::traded::market;
use super::view::{ComponentView, ItemView, Listed, MassView, Place};
use super::{aside, parse, view, wrong_value};
use crate::service::{ItemFilter, Mark, Node, ProofError};

/// Most rows of one page.
pub(super) const MAX_PAGE: usize = 200;

/// How many rows, after which.
pub(super) fn page_size(limit: Option<usize>) -> usize {
    limit.unwrap_or(50).clamp(1, MAX_PAGE)
}

/// Which items.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// In whose hands.
    custodian: Option<String>,
    /// Whose.
    owner: Option<String>,
    /// To whom it is consigned now. Needs a session: of others' sellers one sees only one's own goods.
    seller: Option<String>,
    /// Who created it.
    creator: Option<String>,
    /// `declared`, `in_stock`, `finished`, `exhausted` or `sold`.
    state: Option<String>,
    /// The mineral's code.
    species: Option<String>,
    /// `lot`, `batch` or `piece`.
    kind: Option<String>,
    /// What stands in its way or is missing of it: `held`, `disputed`, `recalled`, `missing`, `waiting`,
    /// `contradicted`, `warned`, `undocumented`, `uncleared` or `in_transit`.
    marked: Option<String>,
    /// A warning on it, by its code (schemas/rules.md has them). One that its record had no room for is not found.
    warning: Option<String>,
    /// A part of its id, variety or an open descriptive field.
    text: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

impl Which {
    fn filter(&self, lang: Lang) -> Result<ItemFilter, Problem> {
        let wrong = |what: &str| Problem::new(Kind::BadParameter, lang).detail(what);
        let participant = |text: &Option<String>, name: &str| {
            text.as_deref().map(|text| parse(text, name, lang)).transpose()
        };
        let kind = match self.kind.as_deref() {
            None => None,
            Some("lot") => Some(ItemKind::Lot),
            Some("batch") => Some(ItemKind::Batch),
            Some("piece") => Some(ItemKind::Piece),
            Some(_) => return Err(wrong("kind: lot | batch | piece")),
        };
        let state = match self.state.as_deref() {
            None => None,
            Some(word) => Some(ItemState::of_word(word).ok_or_else(|| {
                let states: Vec<&str> = ItemState::ALL.iter().map(|state| state.word()).collect();
                wrong(&format!("state: {}", states.join(" | ")))
            })?),
        };
        let species = match self.species.as_deref() {
            None => None,
            Some(code) => Some(Code::parse(code).map_err(|error| wrong_value("species", code, error, lang))?),
        };
        let mark = match self.marked.as_deref() {
            None => None,
            Some(word) => Some(Mark::of_word(word).ok_or_else(|| {
                let marks: Vec<&str> = Mark::ALL.iter().map(|(_, word)| *word).collect();
                wrong(&format!("marked: {}", marks.join(" | ")))
            })?),
        };
        let warning = match self.warning.as_deref() {
            None => None,
            Some(code) => Some(Reason::of_code(code).ok_or_else(|| wrong("warning"))?),
        };
        Ok(ItemFilter {
            mark,
            warning,
            custodian: participant(&self.custodian, "custodian")?,
            owner: participant(&self.owner, "owner")?,
            seller: participant(&self.seller, "seller")?,
            creator: participant(&self.creator, "creator")?,
            state,
            species,
            kind,
            text: self.text.clone(),
        })
    }
}

pub(super) fn find(node: &Node, id: &ItemId) -> Option<Item> {
    match node.record(&RecordKey::Item(*id)).as_deref() {
        Some(Record::Item(item)) => Some(item.clone()),
        _ => None,
    }
}

/// An item that is there and that whoever asks may read of. Of what is hidden nobody learns whether it is there.
pub(super) fn known(
    node: &Node,
    admitted: Option<Admitted>,
    id: &str,
    lang: Lang,
) -> Result<(ItemId, Item), Problem> {
    let id: ItemId = parse(id, "id", lang)?;
    match find(node, &id) {
        Some(item) if admit_to(admitted, &id, &item) => Ok((id, item)),
        None if admitted.is_some() || id.kind() == ItemKind::Piece => {
            Err(Problem::new(Kind::NotFound, lang).detail(id))
        }
        _ => Err(Problem::new(Kind::MembersOnly, lang)),
    }
}

/// Items, newest first. Who may sell what for whom is told to its parties only: `seller` needs a session.
#[utoipa::path(get, path = "/v1/items", tag = "items", params(Which),
    responses((status = 200, body = Listed<ItemView>), (status = 400, body = ProblemBody),
        (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn list(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    member: Option<Member>,
    Query(which): Query<Which>,
) -> Result<Json<Listed<ItemView>>, Problem> {
    let mut filter = which.filter(lang)?;
    if let Some(seller) = filter.seller {
        let member = member.as_ref().ok_or_else(|| Problem::new(Kind::SessionRequired, lang))?;
        let who = member.session.participant;
        if seller != who && !member.oversees() {
            // Not the seller's list is walked then but the asker's own, so that no cursor tells of another's goods.
            if filter.owner.replace(who).is_some_and(|owner| owner != who) {
                return Ok(Json(Listed { items: Vec::new(), next: None }));
            }
        }
    }
    let found = aside(lang, move || {
        let page = node.items(&filter, which.cursor.as_deref(), page_size(which.limit))?;
        let show = |id: &ItemId| {
            let item = find(&node, id)?;
            Some(view::item(id, &item, market(&node, &item, member.as_ref(), lang), lang))
        };
        let items = page.items.iter().filter_map(show).collect();
        Ok(Listed { items, next: page.next })
    });
    let found: Result<_, crate::service::BadCursor> = found.await?;
    found.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

/// One item, whole; with a session its parties see more of it, and who asks what may be done with it now. In a ledger for members anybody may read of pieces and of what bears a tag; so below.
#[utoipa::path(get, path = "/v1/items/{id}", tag = "items", params(("id" = String, Path)),
    responses((status = 200, body = ItemView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn get(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    member: Option<Member>,
    Path(id): Path<String>,
) -> Result<Json<ItemView>, Problem> {
    let (id, item) = known(&node, admitted, &id, lang)?;
    let mut view = view::item(&id, &item, market(&node, &item, member.as_ref(), lang), lang);
    if let Some(member) = member {
        let listed = aside(lang, move || node.may(&id, &member.session.participant)).await?;
        view.may = Some(view::may(&listed, lang));
    }
    Ok(Json(view))
}

/// Where the page before ended.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// `<index>.<event>` of the last event of the page before.
    after: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// An event that touched an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// Where it stands.
    pub at: Place,
    /// The author.
    pub issuer: String,
    /// SHA-256 of the statement in hex.
    pub statement: String,
    /// What the event is called in the asked language.
    pub title: String,
    /// Whether its key was later reported as suspect from before this event (rule K4).
    pub suspect: bool,
    /// The event as it was signed; only for members where raw entries are for members.
    #[schema(value_type = Option<Object>)]
    pub event: Option<serde_json::Value>,
}

fn event_view(node: &Node, at: EventRef, open: bool, lang: Lang) -> Option<EventView> {
    let statement = Statement::decode(node.statement(at.index)?).ok()?;
    let (_, events) = decode_payload(statement.payload()).ok()?;
    let event = events.into_iter().nth(usize::from(at.event))?;
    let name = event.get("type").and_then(|name| name.as_str()).unwrap_or_default();
    let title =
        lode_ledger::event::EventType::named(name).map_or(name, |event| event.spec().title(lang)).to_owned();
    let key = node.record(&RecordKey::Key(statement.header().key_id));
    let suspect = match key.as_deref() {
        Some(Record::Key(key)) => key.suspect_since.is_some_and(|since| since <= at.index),
        _ => false,
    };
    Some(EventView {
        at: at.into(),
        suspect,
        issuer: statement.header().issuer.to_string(),
        statement: statement.id().to_string(),
        title,
        event: open.then(|| event.into()),
    })
}

/// Every event that touched an item, in order.
#[utoipa::path(get, path = "/v1/items/{id}/events", tag = "items", params(("id" = String, Path), After),
    responses((status = 200, body = Listed<EventView>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub async fn events(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Result<Json<Listed<EventView>>, Problem> {
    let (id, _) = known(&node, admitted, &id, lang)?;
    let limit = page_size(after.limit);
    let start = after.after.as_deref().map(|text| cursor(text, lang)).transpose()?;
    let open = admitted.is_some();
    let listed = aside(lang, move || {
        let events = node.events_of(&RecordKey::Item(id), start, limit);
        let next = events.last().filter(|_| events.len() == limit);
        let next = next.map(|at| next_of(*at));
        let items = events.into_iter().filter_map(|at| event_view(&node, at, open, lang)).collect();
        Listed { items, next }
    });
    Ok(Json(listed.await?))
}

/// Where the next page begins after this event.
fn next_of(at: EventRef) -> String {
    format!("{}.{}", at.index.0, at.event)
}

fn cursor(text: &str, lang: Lang) -> Result<EventRef, Problem> {
    let read =
        text.split_once('.').and_then(|(index, event)| Some((index.parse().ok()?, event.parse().ok()?)));
    let read = read.map(|(index, event)| EventRef { index, event });
    // As it was given, and in no other spelling.
    read.filter(|at| next_of(*at) == text).ok_or_else(|| Problem::new(Kind::BadCursor, lang))
}

/// An item's balance sheet: what came in is what went out, was lost, and is left.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceView {
    /// The item.
    pub item: String,
    /// The parts.
    pub mass: MassView,
    /// Came in: at the beginning, and added.
    pub in_mg: u64,
    /// Went out into other items and jobs.
    pub out_mg: u64,
    /// Lost, with a reason each time.
    pub loss_mg: u64,
    /// Left.
    pub left_mg: u64,
    /// In, less out, loss and what is left: 0 in every state that the rules allow.
    pub unexplained_mg: i64,
    /// How much of what was added is foreign and no stone.
    pub foreign_mg: u64,
    /// Adjustments of the balance, each with what it was and what it became.
    pub adjustments: Vec<view::WarningView>,
}

fn balance_of(id: &ItemId, item: &Item, lang: Lang) -> BalanceView {
    let mass = MassView::from(&item.mass);
    let came = mass.entered_mg.saturating_add(mass.gained_mg);
    let told = mass.passed_on_mg.saturating_add(mass.lost_mg).saturating_add(mass.left_mg);
    let unexplained = i128::from(came) - i128::from(told);
    BalanceView {
        item: id.to_string(),
        mass,
        in_mg: came,
        out_mg: mass.passed_on_mg,
        loss_mg: mass.lost_mg,
        left_mg: mass.left_mg,
        unexplained_mg: i64::try_from(unexplained).unwrap_or(i64::MAX),
        foreign_mg: item.foreign.map_or(0, |foreign| foreign.added.get()),
        adjustments: item
            .warnings
            .iter()
            .filter(|warning| warning.reason == Reason::Adjusted.code())
            .map(|warning| view::warning(warning, lang))
            .collect(),
    }
}

/// An item's balance sheet.
#[utoipa::path(get, path = "/v1/items/{id}/balance", tag = "items", params(("id" = String, Path)),
    responses((status = 200, body = BalanceView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub async fn balance(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    Path(id): Path<String>,
) -> Result<Json<BalanceView>, Problem> {
    let (id, item) = known(&node, admitted, &id, lang)?;
    Ok(Json(balance_of(&id, &item, lang)))
}

/// What something assembled was made of, component by component, as each was when it went in; empty for all else.
#[utoipa::path(get, path = "/v1/items/{id}/components", tag = "items", params(("id" = String, Path)),
    responses((status = 200, body = Listed<ComponentView>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub async fn components(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    Path(id): Path<String>,
) -> Result<Json<Listed<ComponentView>>, Problem> {
    let (_, item) = known(&node, admitted, &id, lang)?;
    let assembly = item.assembly.and_then(|id| Some((id, find(&node, &id)?.components?)));
    let listed = aside(lang, move || {
        let (id, number) = assembly?;
        let of = |n| match node.record(&RecordKey::Component(id, n)).as_deref() {
            Some(Record::Component(record)) => Some(view::component(record, lang)),
            _ => None,
        };
        Some((0..number).filter_map(of).collect())
    });
    Ok(Json(Listed { items: listed.await?.unwrap_or_default(), next: None }))
}

/// The proof file: everything that is needed to check the item's record offline.
#[utoipa::path(get, path = "/v1/items/{id}/proof", tag = "items", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.lode.proof+cbor"),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub async fn proof(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (id, _) = known(&node, admitted, &id, lang)?;
    let made = aside(lang, move || node.proof_file(&id, Vec::new())).await?;
    let bytes = made.map_err(|error| {
        let kind = match &error {
            ProofError::NotFound(_) => Kind::NotFound,
            ProofError::Build(_) => Kind::Internal,
            _ => Kind::Unavailable,
        };
        Problem::new(kind, lang).detail(error)
    })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.lode.proof+cbor")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    let mut response = (headers, bytes).into_response();
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{id}.lode\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
