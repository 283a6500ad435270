//! An import goes on where it stopped and declares nothing twice, against a node that only remembers.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as its tests do")]

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lode::import::{self, ImportOptions};
use lode::keyring::{Cost, create, unlock};
use lode::{Home, LedgerName, Node, Queue, Session};
use lode_ledger::hash::Hash;
use lode_ledger::id::ParticipantId;
use lode_ledger::lang::Lang;
use lode_ledger::statement::{Issuer, Statement};

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
}

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
            let parts = split(&body);
            let mut answers = Vec::new();
            for part in parts {
                let id = Hash::of(&part);
                let known = taken.statements.iter().position(|other| *other == part);
                let index = known.unwrap_or(taken.statements.len());
                if !path.contains("dry_run") && known.is_none() {
                    taken.statements.push(part);
                }
                answers.push(format!(
                    r#"{{"status":"accepted","index":{index},"statement":"{id}","duplicate":{}}}"#,
                    known.is_some()
                ));
            }
            if !path.contains("dry_run") {
                taken.requests += 1;
                let number = taken.requests;
                if taken.silent.contains(&number) {
                    continue;
                }
            }
            let body = format!("[{}]", answers.join(","));
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
            let _ = write!(stream, "{head} {}\r\n\r\n{body}", body.len());
        }
    });
    (url, taken)
}

fn read_request(stream: &mut std::net::TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length: usize =
                head.lines().find_map(|l| l.strip_prefix("content-length:"))?.trim().parse().ok()?;
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
fn a_dry_run_sends_nothing_and_a_file_saved_again_is_noticed() {
    let mut world = World::new();
    let file = world.sheet("lots.csv", SHEET);
    world.options.dry_run = true;
    assert_eq!(world.declare(&file).unwrap().statements, 0);
    assert!(world.taken.lock().unwrap().statements.is_empty());
    world.options.dry_run = false;
    world.declare(&file).unwrap();
    let resaved = world.sheet("copy.csv", &SHEET.replace("320.5", "320.50"));
    let error = world.declare(&resaved).unwrap_err().to_string();
    assert!(error.contains("PB-1") && error.contains("lots.csv") && error.contains("--again"), "{error}");
    world.options.again = true;
    assert_eq!(world.declare(&resaved).unwrap().statements, 3);
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
