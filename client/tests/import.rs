//! An import goes on where it stopped and declares nothing twice, against a node that only remembers.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as its tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lode::import::{self, ImportOptions};
use lode::keyring::{Cost, create, unlock};
use lode::{Home, LedgerName, Node, Queue, Session};
use lode_ledger::event::body::{Line, StepLogged};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ItemKind, Nonce, ParticipantId};
use lode_ledger::lang::Lang;
use lode_ledger::sealed::Sealable;
use lode_ledger::statement::{Issuer, Statement};
use lode_ledger::vocab::Step;

const SHEET: &str = "供应商,供应商批号,品名,矿物,来源国,净重(公斤)\n\
    Pedras Ltda,PB-1,白水晶原石,石英,巴西,500\n\
    Pedras Ltda,PB-2,紫晶原石,石英,巴西,320.5\n\
    Mada Gems,M-9,粉晶原石,石英,马达加斯加,1200\n";

/// What the fake node took, by the ids of the statements.
#[derive(Default)]
struct Taken {
    statements: Vec<Vec<u8>>,
    requests: usize,
    /// Requests that are taken but not answered.
    silent: BTreeSet<usize>,
    /// Requests of which only so many statements are taken, then the line breaks.
    breaks: BTreeMap<usize, usize>,
    /// Requests of which so many statements are taken, while the rest has to wait.
    busy: BTreeMap<usize, usize>,
    /// What a dry run says of every statement, if it refuses.
    refuses: Option<&'static str>,
}

const WAIT: &str = r#"{"status":"refused","code":"key-rate-limited","message":"wait a minute"}"#;

/// Listens on a free port and takes every statement.
fn node() -> (String, Arc<Mutex<Taken>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(Mutex::new(Taken::default()));
    let shared = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some((path, body)) = read_request(&mut stream) else { continue };
            let mut taken = shared.lock().unwrap();
            if let Some(asked) = path.strip_prefix("get /v1/statements/") {
                let id = asked.split(' ').next().unwrap();
                let index = taken.statements.iter().position(|known| Hash::of(known).to_string() == id);
                match index {
                    Some(index) => answer(&mut stream, "200 OK", &format!(r#"{{"index":{index}}}"#)),
                    None => answer(&mut stream, "404 Not Found", "{}"),
                }
                continue;
            }
            let dry = path.contains("dry_run");
            let number = taken.requests + 1;
            let (parts, mut answers) = (split(&body), Vec::new());
            for (n, part) in parts.into_iter().enumerate() {
                if let Some(refusal) = taken.refuses.filter(|_| dry) {
                    answers.push(refusal.to_owned());
                    continue;
                }
                if !dry && taken.busy.get(&number).is_some_and(|most| n >= *most) {
                    answers.push(WAIT.to_owned());
                    continue;
                }
                if !dry && taken.breaks.get(&number).is_some_and(|most| n >= *most) {
                    break;
                }
                let id = Hash::of(&part);
                let known = taken.statements.iter().position(|other| *other == part);
                let index = known.unwrap_or(taken.statements.len());
                if !dry && known.is_none() {
                    taken.statements.push(part);
                }
                answers.push(format!(
                    r#"{{"status":"accepted","index":{index},"statement":"{id}","duplicate":{}}}"#,
                    known.is_some()
                ));
            }
            if !dry {
                taken.requests = number;
                if taken.silent.contains(&number) || taken.breaks.contains_key(&number) {
                    continue;
                }
            }
            answer(&mut stream, "200 OK", &format!("[{}]", answers.join(",")));
        }
    });
    (url, taken)
}

fn answer(stream: &mut std::net::TcpStream, status: &str, body: &str) {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close");
    let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
}

fn read_request(stream: &mut std::net::TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(Some(0), |length| length.trim().parse().ok())?;
            if bytes.len() >= end + 4 + length {
                return Some((head.lines().next()?.to_owned(), bytes[end + 4..end + 4 + length].to_vec()));
            }
        }
        let read = stream.read(&mut buffer).ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend(&buffer[..read]);
    }
}

/// The statements of a sequence; no proper prefix of one is one.
fn split(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let length = (1..=bytes.len()).find(|n| Statement::decode(bytes[..*n].to_vec()).is_ok()).unwrap();
        all.push(bytes[..length].to_vec());
        bytes = &bytes[length..];
    }
    all
}

struct World {
    folder: tempfile::TempDir,
    session: Session,
    taken: Arc<Mutex<Taken>>,
    options: ImportOptions,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().join("home")).unwrap();
        create(&home, "main", "", Cost::Light).unwrap();
        let key = unlock(&home, "main", "").unwrap();
        let (url, taken) = node();
        let ledger = LedgerName {
            origin: "a.example/lode".to_owned(),
            id: "a.example/lode#00112233445566778899aabbccddeeff".to_owned(),
        };
        let issuer = Issuer::Participant(ParticipantId::new([3; 16]));
        let session = Session::new(home, Some(Node::new(&url, Lang::En).unwrap()), ledger, issuer, key);
        let mut options = ImportOptions::usual().unwrap();
        options.lots_per_statement = 1;
        Self { folder, session, taken, options }
    }

    fn sheet(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn declare(&self, file: &std::path::Path) -> lode::Result<import::ImportReport> {
        import::declare(&self.session, file, &self.options, Lang::En, &mut |_, _| {})
    }
}

#[test]
fn the_same_file_twice_declares_once() {
    let world = World::new();
    let file = world.sheet("lots.csv", SHEET);
    let first = world.declare(&file).unwrap();
    assert!(first.is_clean(), "{:?}", first.errors);
    assert_eq!((first.statements, first.already, first.lots.len()), (3, 0, 3));
    assert!(first.lots.iter().all(|lot| lot.index.is_some()));
    let second = world.declare(&file).unwrap();
    assert_eq!((second.statements, second.already), (0, 3));
    assert_eq!(first.lots, second.lots);
    assert_eq!(world.taken.lock().unwrap().statements.len(), 3);
    let mapping = std::fs::read_to_string(import::write_mapping(&file, &second.lots).unwrap()).unwrap();
    assert!(mapping.contains("PB-2") && mapping.contains(&second.lots[1].item.to_string()));
}

#[test]
fn an_answer_that_never_came_is_asked_for_again_with_the_same_bytes() {
    let world = World::new();
    let file = world.sheet("lots.csv", SHEET);
    world.taken.lock().unwrap().silent.insert(1);
    assert!(world.declare(&file).is_err(), "the node took the statements and the line broke");
    assert_eq!(world.taken.lock().unwrap().statements.len(), 3);
    let again = world.declare(&file).unwrap();
    assert!(again.lots.iter().all(|lot| lot.index.is_some()));
    assert_eq!(world.taken.lock().unwrap().statements.len(), 3, "nothing doubled");
}

#[test]
fn what_a_busy_node_does_not_take_goes_out_later_as_it_was_signed() {
    let world = World::new();
    let file = world.sheet("lots.csv", SHEET);
    world.taken.lock().unwrap().busy.insert(1, 1);
    let first = world.declare(&file).unwrap();
    assert!(!first.is_clean() && first.refused.is_empty(), "{first:?}");
    assert_eq!(first.waits.as_ref().map(|refusal| refusal.code.as_str()), Some("key-rate-limited"));
    assert_eq!(first.statements, 1);
    let signed: Vec<_> = first.lots.iter().map(|lot| lot.statement.unwrap()).collect();
    // It is still busy when what is kept is sent.
    world.taken.lock().unwrap().busy.insert(2, 1);
    assert!(world.declare(&file).unwrap().waits.is_some());
    let last = world.declare(&file).unwrap();
    assert!(last.is_clean() && last.lots.iter().all(|lot| lot.index.is_some()), "{last:?}");
    assert_eq!(last.lots.iter().map(|lot| lot.statement.unwrap()).collect::<Vec<_>>(), signed);
    assert_eq!(world.taken.lock().unwrap().statements.len(), 3, "nothing doubled");
    // A dry run that is put off has said nothing about the sheet.
    world.taken.lock().unwrap().refuses = Some(WAIT);
    let other = world.sheet("other.csv", &SHEET.replace("PB-", "PC-").replace("M-9", "M-10"));
    let error = world.declare(&other).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("wait a minute")), ("unreachable", true), "{error}");
}

#[test]
fn more_than_one_request_with_a_break_between_goes_on_where_it_stopped() {
    let world = World::new();
    let rows: Vec<String> =
        (1..=40).map(|n| format!("Pedras Ltda,PB-{n},白水晶原石,石英,巴西,{n}")).collect();
    let file = world
        .sheet("lots.csv", &format!("供应商,供应商批号,品名,矿物,来源国,净重(公斤)\n{}\n", rows.join("\n")));
    // The second request breaks after three statements; so does the first of the next run, after two more.
    world.taken.lock().unwrap().breaks.extend([(2, 3), (3, 5)]);
    assert!(world.declare(&file).is_err());
    let in_log = || world.taken.lock().unwrap().statements.len();
    assert_eq!(in_log(), 19);
    assert!(world.declare(&file).is_err());
    let report = world.declare(&file).unwrap();
    assert!(report.is_clean() && report.lots.iter().all(|lot| lot.index.is_some()), "{report:?}");
    assert_eq!(
        (report.lots.len(), report.statements, in_log()),
        (40, 0, 40),
        "nothing doubled, nothing lost"
    );
}

#[test]
fn a_corrected_sheet_declares_what_the_first_one_did_not() {
    let mut world = World::new();
    let file = world.sheet("lots.csv", SHEET);
    world.taken.lock().unwrap().breaks.insert(1, 1);
    assert!(world.declare(&file).is_err(), "one of three is in the log");
    // Saved again, with a row above, another order, and the last row's mass put right.
    let mut lines: Vec<&str> = SHEET.lines().collect();
    lines.swap(1, 2);
    let corrected = format!("到货\n{}\n", lines.join("\n")).replace("1200", "1210");
    let corrected = world.sheet("corrected.csv", &corrected);
    world.options.dry_run = true;
    assert_eq!(world.declare(&corrected).unwrap().already, 1);
    world.options.dry_run = false;
    let report = world.declare(&corrected).unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.statements, report.already), (2, 1));
    let told: Vec<u32> =
        report.notes.iter().filter(|note| note.message.contains("lots.csv")).map(|note| note.row).collect();
    assert_eq!(told, [4], "PB-1 was declared from the first file");
    assert_eq!(world.taken.lock().unwrap().statements.len(), 3, "each of three lots once");
    // The first file has nothing to add, and what it says otherwise is not declared beside.
    let error = world.declare(&file).unwrap_err().to_string();
    assert!(error.contains("M-9") && error.contains("corrected.csv") && error.contains("--again"), "{error}");
    let again = world.declare(&corrected).unwrap();
    assert_eq!((again.statements, again.already), (0, 3));
    assert_eq!(world.taken.lock().unwrap().statements.len(), 3);
}

#[test]
fn what_the_ledger_refuses_is_shown_where_it_stands_in_the_sheet() {
    let mut world = World::new();
    world.options.lots_per_statement = 20;
    let file = world.sheet("lots.csv", SHEET);
    let refused = |json: &'static str| {
        world.taken.lock().unwrap().refuses = Some(json);
        let report = world.declare(&file).unwrap();
        let found = report.refused.first().unwrap().clone();
        (found.row, found.last, found.column, found.heading)
    };
    let place = |row, last, column: &str, heading: &str| (row, last, column.to_owned(), heading.to_owned());
    let of = refused(r#"{"status":"refused","code":"x","rule":"L5","event":1,"field":"origins[0].country"}"#);
    assert_eq!(of, place(3, 3, "E", "来源国"));
    let of = refused(r#"{"status":"refused","code":"x","rule":"M1","event":2,"field":"mass.net_mg"}"#);
    assert_eq!(of, place(4, 4, "F", "净重(公斤)"));
    let of =
        refused(r#"{"status":"refused","code":"x","rule":"F2","event":0,"field":"supplier_participant"}"#);
    assert_eq!(of, place(2, 2, "", ""), "no column says it");
    let of = refused(r#"{"status":"refused","code":"sequence-old","rule":"U4"}"#);
    assert_eq!(of, place(2, 4, "", ""), "the whole statement");
    assert!(world.taken.lock().unwrap().statements.is_empty());
}

#[test]
fn a_statement_that_a_busy_node_does_not_take_is_kept_for_later() {
    let mut world = World::new();
    let node = world.session.node.take().unwrap();
    let file = world.sheet("lots.csv", SHEET);
    assert_eq!(world.declare(&file).unwrap().statements, 3);
    let queue = Queue::of(&world.session.home);
    world.taken.lock().unwrap().busy.insert(1, 1);
    let fates = queue.sync(&node).unwrap();
    assert!(matches!(fates[1].1, lode::queue::Fate::Postponed(_)), "{fates:?}");
    let left = queue.list().unwrap();
    assert!(left.len() == 2 && left.iter().all(|waiting| waiting.refusal.is_none()), "{left:?}");
    assert_eq!(queue.sync(&node).unwrap().len(), 2);
    assert!(queue.list().unwrap().is_empty());
}

#[test]
fn a_command_that_a_busy_node_does_not_take_has_signed_and_waits() {
    let world = World::new();
    world.taken.lock().unwrap().busy.insert(1, 0);
    let item = ItemId::derive(ItemKind::Lot, "a.example/lode", "x", &Nonce([1; 16]), 0);
    let operator = Line::new("Li").unwrap();
    let word = StepLogged {
        at: world.session.now(),
        work: None,
        item: Some(item),
        step: Step::RESUME,
        operator: Some(Sealable::Clear(operator)),
        mass_mg: None,
        photos: Vec::new().into(),
    };
    let done = world.session.send(&[word.into()]).unwrap();
    assert_eq!(done.sent, lode::Sent::Queued { waits_for: Vec::new() });
    let queue = Queue::of(&world.session.home);
    assert_eq!(queue.list().unwrap()[0].statement, done.statement);
    assert!(world.taken.lock().unwrap().statements.is_empty());
    assert!(matches!(queue.sync(world.session.node().unwrap()).unwrap()[0].1, lode::Fate::Accepted { .. }));
    assert!(queue.list().unwrap().is_empty());
}

#[test]
fn a_dry_run_sends_nothing_and_a_file_saved_again_is_noticed() {
    let mut world = World::new();
    let file = world.sheet("lots.csv", SHEET);
    world.options.dry_run = true;
    assert_eq!(world.declare(&file).unwrap().statements, 0);
    assert!(world.taken.lock().unwrap().statements.is_empty());
    world.options.dry_run = false;
    world.declare(&file).unwrap();
    let resaved = world.sheet("copy.csv", &SHEET.replace("320.5", "320.50"));
    let same = world.declare(&resaved).unwrap();
    assert_eq!((same.statements, same.already), (0, 3), "320.50 is 320.5");
    assert!(same.notes.iter().any(|note| note.row == 2 && note.message.contains("--again")), "{same:?}");
    world.options.again = true;
    assert_eq!(world.declare(&resaved).unwrap().statements, 3, "other goods");
    world.options.again = false;
    assert_eq!(world.declare(&resaved).unwrap().statements, 0);
}

#[test]
fn a_mistake_declares_nothing_and_offline_everything_waits() {
    let mut world = World::new();
    let wrong = world.sheet("wrong.csv", &SHEET.replace("320.5", "many"));
    let report = world.declare(&wrong).unwrap();
    assert_eq!((report.errors.len(), report.errors[0].row), (1, 3));
    assert!(world.taken.lock().unwrap().statements.is_empty());
    let node = world.session.node.take().unwrap();
    let file = world.sheet("lots.csv", SHEET);
    assert_eq!(world.declare(&file).unwrap().statements, 3);
    let queue = Queue::of(&world.session.home);
    assert_eq!(queue.list().unwrap().len(), 3);
    queue.sync(&node).unwrap();
    world.session.node = Some(node);
    let report = world.declare(&file).unwrap();
    assert_eq!((report.statements, report.already), (0, 3));
    assert!(report.lots.iter().all(|lot| lot.index.is_some()));
    assert_eq!(world.taken.lock().unwrap().statements.len(), 3);
}
