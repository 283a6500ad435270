//! Commands that ask for more than one thing at a time: a stock against counts, jobs, yields.

use std::collections::BTreeSet;

use lode_ledger::event::{Author, EventType};
use lode_ledger::mass::{Milligrams, Ppm};
use serde_json::Value;

use super::args::{AuditCommand, StockArgs, Sub, YieldsArgs};
use super::desk::Desk;
use super::market::listed;
use super::print::{Output, table};
use crate::commands::look;
use crate::error::{ClientError, Result, words};
use crate::fields;
use crate::node::Node;

/// Somebody named, or who asks.
pub(super) fn whose(desk: &Desk, named: Option<&str>) -> Result<String> {
    match named {
        Some(text) => Ok(desk.names.resolve(text).to_owned()),
        None => Ok(desk.participant()?.to_string()),
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}

/// A number, or nothing where there is none.
fn number_if(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_u64)
}

fn term(value: &Value, name: &str) -> String {
    value.get(name).map(|term| text(term, "name")).unwrap_or_default()
}

fn mass(value: &Value, name: &str) -> String {
    Milligrams::new(number(value, name)).map(|mass| mass.to_string()).unwrap_or_default()
}

fn share(ppm: u64) -> String {
    // A yield beyond the whole is no share: it stands in parts per million.
    let shown = u32::try_from(ppm).ok().and_then(Ppm::new).map(|share| share.to_string());
    shown.unwrap_or_else(|| format!("{ppm} ppm"))
}

/// The day of a time.
fn day(value: &Value, name: &str) -> String {
    text(value, name).chars().take(10).collect()
}

/// A mass, with the count of a batch behind it.
fn weighed(value: &Value, mass_name: &str, count_name: &str) -> String {
    let mass = mass(value, mass_name);
    number_if(value, count_name).map_or_else(|| mass.clone(), |count| format!("{mass} ×{count}"))
}

/// A heading with its table, or with the word for nothing.
fn part<const N: usize>(desk: &Desk, heading: &str, heads: [&str; N], rows: Vec<[String; N]>) -> String {
    if rows.is_empty() {
        return format!("\n{heading}: {}\n", desk.say("none", "无", "nenhum"));
    }
    format!("\n{heading}:\n{}\n", table(heads, rows))
}

/// Everything that became of an item, in two lines.
pub(super) fn used(desk: &Desk, totals: &Value) -> String {
    let [lots, batches, pieces, jobs, sold] =
        ["lots", "batches", "pieces", "works", "sold"].map(|name| number(totals, name));
    if [lots, batches, pieces, jobs] == [0; 4] {
        return desk
            .say("nothing was made of it yet\n", "尚未用它制成任何物品\n", "nada foi feito dele ainda\n")
            .to_owned();
    }
    let [left, lost, in_work] = ["left_mg", "lost_mg", "in_work_mg"].map(|name| mass(totals, name));
    let places = totals.get("destinations").and_then(Value::as_object).into_iter().flatten();
    let places: Vec<String> =
        places.map(|(country, count)| format!("{country} {}", count.as_u64().unwrap_or_default())).collect();
    let places = if places.is_empty() { "-".to_owned() } else { places.join(", ") };
    match desk.lang {
        lode_ledger::lang::Lang::En => format!(
            "made of it in all: lots {lots}, batches {batches}, pieces {pieces}, jobs {jobs}; left {left}, lost {lost}, in work {in_work}\n\
             sold: {sold}, to: {places}\n"
        ),
        lode_ledger::lang::Lang::Zh => format!(
            "用它制成合计：批次 {lots}，成批件 {batches}，单件 {pieces}，工单 {jobs}；现余 {left}，损耗 {lost}，在制 {in_work}\n\
             已售：{sold}，目的地：{places}\n"
        ),
        lode_ledger::lang::Lang::Pt => format!(
            "feito dele ao todo: lotes {lots}, séries {batches}, peças {pieces}, trabalhos {jobs}; restam {left}, perdido {lost}, em trabalho {in_work}\n\
             vendidos: {sold}, para: {places}\n"
        ),
    }
}

pub(super) fn stock(desk: &Desk, args: &StockArgs) -> Result<Output> {
    let who = whose(desk, args.participant.as_deref())?;
    let report = desk.reading(|node| look::stock(node, &who, args.days, args.limit))?;
    let mut said = totals(desk, &report);
    said.push_str(&part(
        desk,
        desk.say("counts that differ from the book", "与账面不符的盘点", "contagens que diferem do livro"),
        [
            desk.say("item", "物品", "item"),
            desk.say("counted", "盘点日", "contado em"),
            desk.say("book", "账面", "livro"),
            desk.say("found", "实有", "encontrado"),
            desk.say("count", "盘点", "contagem"),
        ],
        list(&report, "differences").iter().map(difference).collect(),
    ));
    said.push_str(&yields_part(desk, list(&report, "yields")));
    said.push_str(&part(
        desk,
        desk.say("what it declared", "其申报入账", "o que declarou"),
        [
            desk.say("entered as", "入账方式", "entrada como"),
            desk.say("lots", "批数", "lotes"),
            desk.say("at the start", "起始", "no início"),
            desk.say("left", "现余", "resta"),
            desk.say("origin at most", "产地证据上限", "origem no máximo"),
            desk.say("origin now", "产地证据现况", "origem agora"),
        ],
        list(&report, "entries").iter().map(entered).collect(),
    ));
    said.push_str(&part(
        desk,
        desk.say(
            "what is left, longest without an event first",
            "现余，久无变动者在前",
            "o que resta, o mais parado primeiro",
        ),
        [
            desk.say("id", "编号", "id"),
            desk.say("what", "说明", "o quê"),
            desk.say("left", "剩余", "resta"),
            desk.say("in the book since", "入账日", "no livro desde"),
            desk.say("days still", "未动天数", "dias parado"),
            desk.say("last counted", "最近盘点", "última contagem"),
        ],
        list(&report, "balances").iter().map(|row| balance(desk, row)).collect(),
    ));
    if report.get("next").is_some() || report.get("cut") == Some(&Value::Bool(true)) {
        said.push_str(desk.say(
            "there is more than is shown: raise --limit, or ask about fewer\n",
            "未全部列出：请提高 --limit\n",
            "há mais do que se mostra: aumente --limit\n",
        ));
    }
    Ok(Output::new(report, said))
}

fn totals(desk: &Desk, report: &Value) -> String {
    let none = Value::Null;
    let totals = report.get("totals").unwrap_or(&none);
    let (id, clock) = (text(report, "participant"), text(report, "clock"));
    let name = desk.names.name_of(&id).map_or_else(|| id.clone(), |name| format!("{id} ({name})"));
    let [items, jobs, aged, never, differing] =
        ["items", "jobs", "aged", "never_counted", "differing"].map(|name| number(totals, name));
    let [left, in_work, aged_mass] = ["left_mg", "in_work_mg", "aged_mg"].map(|name| mass(totals, name));
    let days = number(report, "aged_after_days");
    match desk.lang {
        lode_ledger::lang::Lang::En => format!(
            "stock of {name}, by the ledger's clock {clock}\n\
             items: {items}, {left} left; in {jobs} open jobs: {in_work}\n\
             without an event for {days} days or more: {aged}, {aged_mass}\n\
             never counted: {never}; counted and differing: {differing}\n"
        ),
        lode_ledger::lang::Lang::Zh => format!(
            "{name} 的库存，账本时钟 {clock}\n\
             物品 {items} 项，现余 {left}；未完工单 {jobs} 个，其中 {in_work}\n\
             {days} 天以上无变动：{aged} 项，{aged_mass}\n\
             从未盘点：{never} 项；盘点不符：{differing} 项\n"
        ),
        lode_ledger::lang::Lang::Pt => format!(
            "estoque de {name}, pelo relógio do registro {clock}\n\
             itens: {items}, restam {left}; em {jobs} trabalhos abertos: {in_work}\n\
             sem evento há {days} dias ou mais: {aged}, {aged_mass}\n\
             nunca contados: {never}; contados e divergentes: {differing}\n"
        ),
    }
}

fn difference(line: &Value) -> [String; 5] {
    [
        text(line, "item"),
        day(line, "counted_at"),
        weighed(line, "book_mg", "book_count"),
        weighed(line, "found_mg", "found_count"),
        text(line, "stock_count"),
    ]
}

fn entered(entry: &Value) -> [String; 6] {
    let reached: Vec<String> = list(entry, "reached")
        .iter()
        .map(|reached| format!("{}: {}", term(reached, "evidence"), mass(reached, "entered_mg")))
        .collect();
    [
        term(entry, "entry"),
        number(entry, "lots").to_string(),
        mass(entry, "entered_mg"),
        mass(entry, "left_mg"),
        term(entry, "ceiling"),
        reached.join("; "),
    ]
}

fn balance(desk: &Desk, row: &Value) -> [String; 6] {
    let kind = text(row, "kind");
    let kind = fields::word("kind", &kind, desk.lang).map_or(kind.clone(), str::to_owned);
    let mut still = number(row, "still_days").to_string();
    if row.get("aged") == Some(&Value::Bool(true)) {
        still.push_str(" !");
    }
    let counted = row.get("counted").filter(|counted| counted.is_object());
    let counted = counted.map_or_else(String::new, |counted| {
        let flag = |name: &str| counted.get(name) == Some(&Value::Bool(true));
        let mark = if flag("differs") && !flag("set_right") { " !" } else { "" };
        format!("{}{mark}", day(counted, "counted_at"))
    });
    let id = text(row, "id");
    let name = desk.names.name_of(&id).map_or_else(|| id.clone(), |name| format!("{id} ({name})"));
    let what = format!("{kind}, {}", term(row, "species"));
    [name, what, weighed(row, "left_mg", "left_count"), day(row, "entered_at"), still, counted]
}

pub(super) fn yields(desk: &Desk, args: &YieldsArgs) -> Result<Output> {
    let who = whose(desk, args.participant.as_deref())?;
    let found = desk.reading(|node| node.list(&format!("/v1/participants/{who}/yields"), 1_000))?;
    let text = yields_part(desk, &found);
    Ok(Output::new(Value::Array(found), text.trim_start_matches('\n')))
}

fn yields_part(desk: &Desk, yields: &[Value]) -> String {
    let row = |one: &Value| {
        let plausible = match (number_if(one, "min_ppm"), number_if(one, "max_ppm")) {
            (Some(min), Some(max)) => format!("{} – {}", share(min), share(max)),
            _ => desk.say("not stated", "未说明", "não informado").to_owned(),
        };
        let outside = match number(one, "outside") {
            0 => "0".to_owned(),
            outside => format!("{outside} !"),
        };
        [
            term(one, "process"),
            number(one, "jobs").to_string(),
            mass(one, "in_mg"),
            mass(one, "out_mg"),
            mass(one, "by_products_mg"),
            share(number(one, "yield_ppm")),
            plausible,
            outside,
        ]
    };
    let heads = [
        desk.say("process", "工序", "processo"),
        desk.say("jobs", "工单数", "trabalhos"),
        desk.say("in", "投入", "entrou"),
        desk.say("out", "产出", "saiu"),
        desk.say("rest as lots", "余料", "resto em lotes"),
        desk.say("yield", "出成率", "rendimento"),
        desk.say("plausible", "合理范围", "plausível"),
        desk.say("jobs outside", "超出工单数", "trabalhos fora"),
    ];
    let heading =
        desk.say("yields of completed jobs", "已完工单的出成率", "rendimentos de trabalhos concluídos");
    part(desk, heading, heads, yields.iter().map(row).collect())
}

pub(super) fn jobs(
    desk: &Desk,
    studio: Option<&str>,
    warning: Option<&str>,
    open: Option<bool>,
    limit: usize,
) -> Result<Output> {
    let mut filters = Vec::new();
    match (studio, warning) {
        (Some("any"), Some(_)) => {}
        (Some("any"), None) => {
            return Err(ClientError::usage(words!(
                "--studio any lists jobs of every studio by a warning: name one with --warning CODE; `lode audit warnings` has them",
                "--studio any 按警示列出所有工坊的工单：请用 --warning 指定代码，见 `lode audit warnings`",
                "--studio any lista trabalhos de todas as oficinas por um aviso: indique-o com --warning CÓDIGO; veja `lode audit warnings`"
            )));
        }
        _ => filters.push(("studio", whose(desk, studio)?)),
    }
    filters.extend(warning.map(|code| ("warning", code.to_owned())));
    filters.extend(open.map(|open| ("open", open.to_string())));
    let found = desk.reading(|node| look::listed(node, "work", &filters, limit))?;
    let row = |work: &Value| {
        let balance = work.get("mass").unwrap_or(&Value::Null);
        let id = text(work, "id");
        let name = desk.names.name_of(&id).map_or_else(|| id.clone(), |name| format!("{id} ({name})"));
        let state = match (work.get("paused").is_some_and(Value::is_object), work.get("completed")) {
            (_, Some(Value::Bool(true))) => desk.say("done", "已完成", "concluído"),
            (true, _) => desk.say("paused", "已停工", "em pausa"),
            _ => desk.say("going on", "进行中", "em curso"),
        };
        [
            name,
            text(work, "title"),
            term(work, "process"),
            mass(balance, "left_mg"),
            number(work, "steps").to_string(),
            number(work, "outputs").to_string(),
            state.to_owned(),
        ]
    };
    let heads = [
        desk.say("id", "编号", "id"),
        desk.say("title", "名称", "título"),
        desk.say("process", "工序", "processo"),
        desk.say("left in it", "在制", "resta nele"),
        desk.say("steps", "工序数", "etapas"),
        desk.say("items yielded", "产出件数", "itens produzidos"),
        desk.say("state", "状态", "estado"),
    ];
    let text = table(heads, found.iter().map(row));
    Ok(Output::new(Value::Array(found), text))
}

pub(super) fn audit(desk: &Desk, args: Sub<AuditCommand>) -> Result<Output> {
    match args.command {
        AuditCommand::Entered { participant } => entered_by_month(desk, participant.as_deref()),
        AuditCommand::Warnings => warnings(desk),
        AuditCommand::Disputes { limit } => listed(desk, "disputes", &[], limit),
        AuditCommand::Collisions { limit } => listed(desk, "certificates", &[], limit),
    }
}

fn warnings(desk: &Desk) -> Result<Output> {
    let found = desk.reading(|node| node.list("/v1/warnings", 1_000))?;
    let row = |one: &Value| {
        // The node says where it stopped counting.
        let more = if one.get("more") == Some(&Value::Bool(true)) { "+" } else { "" };
        let counted = |name: &str| match number(one, name) {
            0 => "0".to_owned(),
            count => format!("{count}{more}"),
        };
        [text(one, "code"), text(one, "rule"), counted("items"), counted("jobs"), text(one, "message")]
    };
    let heads = [
        desk.say("code", "代码", "código"),
        desk.say("rule", "规则", "regra"),
        desk.say("items", "物品", "itens"),
        desk.say("jobs", "工单", "trabalhos"),
        desk.say("what it says", "内容", "o que diz"),
    ];
    if found.is_empty() {
        let none = desk.say("no warning stands in the ledger", "账本中没有警示", "não há avisos no registro");
        return Ok(Output::new(Value::Array(found), none));
    }
    let mut said = table(heads, found.iter().map(row));
    said.push_str(desk.say(
        "\n\nwhat bears one: lode list --custodian any --warning CODE; lode work list --studio any --warning CODE\n",
        "\n\n查看带某警示者：lode list --custodian any --warning 代码；lode work list --studio any --warning 代码\n",
        "\n\no que traz um aviso: lode list --custodian any --warning CÓDIGO; lode work list --studio any --warning CÓDIGO\n",
    ));
    Ok(Output::new(Value::Array(found), said))
}

/// All whose role lets them declare what comes in.
fn who_may_declare(node: &Node) -> Result<Vec<String>> {
    let Author::Participant(roles) = EventType::LotDeclared.spec().author else { return Ok(Vec::new()) };
    let mut ids = BTreeSet::new();
    for role in roles {
        let found = node.list(&format!("/v1/participants?role={role}"), usize::MAX)?;
        ids.extend(found.iter().map(|one| text(one, "id")));
    }
    Ok(ids.into_iter().collect())
}

fn entered_by_month(desk: &Desk, participant: Option<&str>) -> Result<Output> {
    let reports = desk.reading(|node| {
        let whom = match participant {
            Some(text) => vec![desk.names.resolve(text).to_owned()],
            None => who_may_declare(node)?,
        };
        let of = |id: &String| node.get(&format!("/v1/participants/{id}/entered"));
        whom.iter().map(of).collect::<Result<Vec<Value>>>()
    })?;
    let row = |who: &str, one: &Value| {
        let origins: Vec<String> = list(one, "origins").iter().map(|origin| text(origin, "name")).collect();
        let balance = one.get("mass").unwrap_or(&Value::Null);
        [
            desk.names.name_of(who).unwrap_or(who).to_owned(),
            text(one, "month"),
            origins.join(", "),
            term(one, "entry"),
            number(one, "lots").to_string(),
            mass(balance, "entered_mg"),
            mass(balance, "gained_mg"),
            mass(balance, "passed_on_mg"),
            mass(balance, "lost_mg"),
            mass(balance, "left_mg"),
        ]
    };
    let rows = reports.iter().flat_map(|report| {
        let who = text(report, "participant");
        list(report, "entered").iter().map(move |one| row(&who, one))
    });
    let heads = [
        desk.say("who", "申报方", "quem"),
        desk.say("month", "月份", "mês"),
        desk.say("origin", "产地", "origem"),
        desk.say("entered as", "入账方式", "entrada como"),
        desk.say("lots", "批数", "lotes"),
        desk.say("at the start", "起始", "no início"),
        desk.say("added", "增加", "acrescentado"),
        desk.say("gone into others", "转入其他", "passou a outros"),
        desk.say("lost", "损耗", "perdido"),
        desk.say("left", "现余", "resta"),
    ];
    let mut said = table(heads, rows);
    if reports.iter().any(|report| report.get("cut") == Some(&Value::Bool(true))) {
        said.push_str(desk.say(
            "\nthere is more than the node looks at: sums are too small",
            "\n数量过多，未全部计入：合计偏小",
            "\nhá mais do que o nó examina: as somas são menores que o real",
        ));
    }
    Ok(Output::new(Value::Array(reports), said))
}
