//! The figures of docs/performance.md, all of one run: statements accepted over HTTP, a log verified, and beside both
//! a bare `verify_strict` loop on the same cores, so that the ratios mean something on any machine.
//!
//! Real processes and real sockets: it starts `lode-node` and `lode-verify` from the folder that it lies in itself.
//! What it must not do: leave anything out of the timed path that a user's statement goes through.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use lode_ledger::event::Event;
use lode_ledger::event::body::{
    KeyGrant, LedgerOpened, LotDeclared, OriginShare, ParticipantEnrolled, PolicyAdopted, Registrar, Weighing,
};
use lode_ledger::event::shape::Text;
use lode_ledger::id::{LedgerId, Nonce, Origin, ParticipantId};
use lode_ledger::key::{PublicKey, SecretKey, prove_possession};
use lode_ledger::mass::{Milligrams, Ppm};
use lode_ledger::replay::Author;
use lode_ledger::sealed::Sealable;
use lode_ledger::statement::{Issuer, Statement};
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{Code, EntryKind, EvidenceLevel, Nature, Role};

/// Measures a node and the verifier on this machine.
#[derive(Parser)]
struct Options {
    /// How many statements.
    #[arg(long, default_value_t = 100_000)]
    statements: usize,
    /// How many in one request.
    #[arg(long, default_value_t = 512)]
    per_request: usize,
    /// How many connections send at once.
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// Where to work; a new temporary folder if absent.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Figures {
    statements: usize,
    payload_bytes_mean: usize,
    per_request: usize,
    connections: usize,
    accepted_per_second: u64,
    verified_per_second: u64,
    bare_one_core_per_second: u64,
    bare_all_cores_per_second: u64,
    cores: usize,
    data_bytes: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let keep = tempfile::tempdir()?;
    let dir = options.dir.clone().unwrap_or_else(|| keep.path().join("bench"));
    fs::create_dir_all(&dir)?;
    let world = World::open(&dir)?;
    let node = Node::start(&world.data)?;
    let importer = world.enrol(&node)?;
    let statements = sign_many(&importer, options.statements)?;
    let payload_bytes_mean =
        statements.iter().map(|s| s.payload().len()).sum::<usize>() / statements.len().max(1);
    let bare_one_core_per_second = bare(&statements, &importer.secret, 1);
    let cores = std::thread::available_parallelism()?.get();
    let bare_all_cores_per_second = bare(&statements, &importer.secret, cores);
    let accepted_per_second = send_all(&node, &statements, &options)?;
    node.stop()?;
    let data_bytes = size_of_folder(&world.data)?;
    let verified_per_second = verify_log(&world, statements.len())?;
    let figures = Figures {
        statements: statements.len(),
        payload_bytes_mean,
        per_request: options.per_request,
        connections: options.connections,
        accepted_per_second,
        verified_per_second,
        bare_one_core_per_second,
        bare_all_cores_per_second,
        cores,
        data_bytes,
    };
    report(&figures, options.json)
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn report(figures: &Figures, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(figures)?);
        return Ok(());
    }
    let percent = |part: u64, whole: u64| part * 100 / whole.max(1);
    println!(
        "{} statements, {} B of payload each, {} to a request, {} connections, {} cores",
        figures.statements,
        figures.payload_bytes_mean,
        figures.per_request,
        figures.connections,
        figures.cores
    );
    println!("bare verify_strict, one core   {:>9} /s", figures.bare_one_core_per_second);
    println!("bare verify_strict, all cores  {:>9} /s", figures.bare_all_cores_per_second);
    println!(
        "accepted over HTTP, durable    {:>9} /s   {:>3} % of the bare loop on all cores",
        figures.accepted_per_second,
        percent(figures.accepted_per_second, figures.bare_all_cores_per_second)
    );
    println!(
        "lode-verify log, every check   {:>9} /s   {:>3} % of the bare loop on all cores",
        figures.verified_per_second,
        percent(figures.verified_per_second, figures.bare_all_cores_per_second)
    );
    println!(
        "data folder                    {:>9} B per statement",
        figures.data_bytes / figures.statements as u64
    );
    Ok(())
}

fn seed(number: u8) -> SecretKey {
    SecretKey::from_seed([number; 32])
}

fn nonce(number: u64) -> Nonce {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    Nonce(bytes)
}

fn now() -> Result<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Timestamp::from_unix(i64::try_from(since.as_secs())?))
}

fn line<const MAX: usize>(text: &str) -> Result<Text<MAX>> {
    Ok(Text::new(text)?)
}

fn code<V: lode_ledger::vocab::Vocabulary>(text: &str) -> Result<Code<V>> {
    Ok(Code::parse(text)?)
}

/// A ledger that has just been opened, and its registrar.
struct World {
    data: PathBuf,
    policy: PathBuf,
    origin: Origin,
    registrar: Author,
}

impl World {
    fn open(dir: &Path) -> Result<Self> {
        let data = dir.join("data");
        let origin = Origin::new("bench.example/lode")?;
        run(tool("lode-node")?.args(["init", "--origin", origin.as_str(), "--data"]).arg(&data))?;
        let request: serde_json::Value =
            serde_json::from_slice(&fs::read(data.join("ledger-request.json"))?)?;
        let key = |name: &str| -> Result<PublicKey> {
            Ok(request[name]
                .as_str()
                .with_context(|| format!("ledger-request.json has no {name}"))?
                .parse()?)
        };
        let founder = nonce(1);
        let id = lode_ledger::apply::registrar_id(&origin, &founder);
        let grant = |secret: &SecretKey| KeyGrant {
            key: secret.public(),
            proof: prove_possession(secret, origin.as_str(), &founder.to_string()),
            scope: Vec::new().into(),
        };
        let opened = LedgerOpened {
            at: now()?,
            origin: origin.clone(),
            log_key: key("log_key")?,
            seal_key: key("seal_key")?,
            receipt_key: key("receipt_key")?,
            seal_interval_s: u32::try_from(request["seal_interval_s"].as_u64().unwrap_or(60))?,
            registrar: Registrar {
                nonce: founder,
                name: line("Bench registrar")?,
                keys: vec![grant(&seed(1)), grant(&seed(2))].into(),
            },
            members_only: None,
        };
        let mut registrar = Author::new(seed(1), Issuer::Participant(id), origin.as_str());
        let genesis = registrar.sign(&[opened.into()])?;
        registrar.audience = LedgerId::new(&origin, &genesis.leaf_hash()).as_str().to_owned();
        let policy = registrar.sign(&[policy()?])?;
        let file = dir.join("genesis.cbor");
        fs::write(&file, [genesis.bytes(), policy.bytes()].concat())?;
        run(tool("lode-node")?.args(["init", "--data"]).arg(&data).arg("--genesis").arg(&file))?;
        let trust = dir.join("trust.policy");
        let vkey = request["log_vkey"].as_str().context("ledger-request.json has no log_vkey")?;
        fs::write(&trust, format!("log {vkey}\nquorum none\n"))?;
        Ok(Self { data, policy: trust, origin, registrar })
    }

    fn enrol(&self, node: &Node) -> Result<Author> {
        let mut registrar = self.registrar.clone();
        let secret = seed(3);
        let subject = nonce(2);
        let grant = KeyGrant {
            key: secret.public(),
            proof: prove_possession(&secret, self.origin.as_str(), &subject.to_string()),
            scope: Vec::new().into(),
        };
        let enrolled = ParticipantEnrolled {
            at: now()?,
            nonce: subject,
            person: false,
            name: Sealable::Clear(line("Bench importer")?),
            country: code("CN")?,
            roles: vec![Role::IMPORTER].into(),
            keys: vec![grant].into(),
            issuer_code: None,
            registration: None,
        };
        let issuer = Issuer::Participant(lode_ledger::apply::registrar_id(&self.origin, &nonce(1)));
        let statement = registrar.sign(&[enrolled.into()])?;
        node.send(&[statement])?;
        let id = ParticipantId::derive(self.origin.as_str(), &issuer.to_string(), &subject, 0);
        Ok(Author::new(secret, Issuer::Participant(id), registrar.audience))
    }
}

fn policy() -> Result<Event> {
    let ppm = |share| Ppm::new(share).context("a share");
    Ok(PolicyAdopted {
        at: now()?,
        ruleset: 1,
        vocabulary: line("2026-11")?,
        skew_s: 86_400,
        late_after_s: 2_592_000,
        receipt_reason_ppm: ppm(5_000)?,
        receipt_countersign_ppm: ppm(50_000)?,
        scale_ppm: ppm(2_000)?,
        yields: Vec::new().into(),
        max_forward_items: 1_000,
    }
    .into())
}

/// Lots of about 400 bytes of payload, signed beforehand.
fn sign_many(importer: &Author, count: usize) -> Result<Vec<Statement>> {
    let mut author = importer.clone();
    let at = now()?;
    let bar = progress("signing", count);
    let mut statements = Vec::with_capacity(count);
    for n in 0..count as u64 {
        let lot = LotDeclared {
            at,
            nonce: nonce(1_000 + n),
            entry: EntryKind::DOMESTIC_PURCHASE,
            species: code("quartz")?,
            variety: Some(code("amethyst")?),
            trade_name: None,
            form: code("rough")?,
            nature: Nature::NATURAL,
            origins: vec![OriginShare {
                country: code("BR")?,
                share_ppm: Ppm::new(1_000_000).context("a share")?,
                subdivision: None,
                mine: None,
            }]
            .into(),
            mass: Weighing {
                net_mg: Milligrams::new(1_000_000_000 + n).context("a mass")?,
                gross_mg: None,
                tare_mg: None,
                method: code("floor_scale")?,
                resolution_mg: Milligrams::new(1_000_000).context("a mass")?,
            },
            treatments: Vec::new().into(),
            evidence: EvidenceLevel::SELF_DECLARED,
            grade: None,
            supplier: None,
            supplier_lot: Some(Sealable::Clear(line(&format!("BENCH-{n:08}"))?)),
            supplier_participant: None,
            supplier_link: None,
            bill_of_lading: None,
            customs_declaration: None,
            certificate_of_origin: None,
            customs: None,
            documents: Vec::new().into(),
            owner: None,
        };
        statements.push(author.sign(&[lot.into()])?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(statements)
}

fn progress(what: &'static str, count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:40} {human_pos}/{human_len} {per_sec} {eta}");
    let bar = ProgressBar::new(count as u64).with_message(what);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

/// Signature checks alone, over the same statements' bytes, a second or more.
fn bare(statements: &[Statement], secret: &SecretKey, threads: usize) -> u64 {
    let message = statements.first().map(|s| s.bytes().to_vec()).unwrap_or_default();
    let signature = secret.sign(&message);
    let Ok(key) = secret.public().check() else { return 0 };
    let began = Instant::now();
    let checks: u64 = std::thread::scope(|scope| {
        let loops: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut checks = 0_u64;
                    while began.elapsed() < Duration::from_secs(2) {
                        for _ in 0..256 {
                            checks +=
                                u64::from(key.verify_strict(std::hint::black_box(&message), &signature));
                        }
                    }
                    checks
                })
            })
            .collect();
        loops.into_iter().filter_map(|handle| handle.join().ok()).sum()
    });
    per_second(checks, began.elapsed())
}

fn per_second(count: u64, time: Duration) -> u64 {
    u64::try_from(u128::from(count) * 1_000_000 / time.as_micros().max(1)).unwrap_or(u64::MAX)
}

/// Sends everything, many to a request, on a few connections; the time until the last is answered.
fn send_all(node: &Node, statements: &[Statement], options: &Options) -> Result<u64> {
    let requests: Vec<&[Statement]> = statements.chunks(options.per_request).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let bar = progress("sending", statements.len());
    let began = Instant::now();
    let sent: Result<Vec<()>> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..options.connections.max(1))
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    let agent = ureq::agent();
                    while let Some(batch) =
                        requests.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                    {
                        node.send_with(&agent, batch)?;
                        bar.inc(batch.len() as u64);
                    }
                    Ok(())
                })
            })
            .collect();
        senders.into_iter().map(|s| s.join().unwrap_or_else(|_| bail!("a sender panicked"))).collect()
    });
    sent?;
    let time = began.elapsed();
    bar.finish_and_clear();
    Ok(per_second(statements.len() as u64, time))
}

fn verify_log(world: &World, statements: usize) -> Result<u64> {
    let began = Instant::now();
    let log = world.data.join("log");
    run(tool("lode-verify")?
        .arg("log")
        .arg(log)
        .arg("--trust")
        .arg(&world.policy)
        .arg("--state")
        .arg(world.data.join("seen.json")))?;
    Ok(per_second(statements as u64, began.elapsed()))
}

/// A running node.
struct Node {
    child: Child,
    address: SocketAddr,
}

impl Node {
    fn start(data: &Path) -> Result<Self> {
        let config = data.with_file_name("node.toml");
        fs::write(&config, "[limits]\nrequests_per_second = 1000000\nstatements = 4096\n")?;
        let mut child = tool("lode-node")?
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        let mut first = String::new();
        BufReader::new(stdout).read_line(&mut first)?;
        let address = first.trim().rsplit("http://").next().unwrap_or_default().trim_end_matches('/').parse();
        Ok(Self { child, address: address.with_context(|| format!("no address in {first:?}"))? })
    }

    fn send(&self, statements: &[Statement]) -> Result<()> {
        self.send_with(&ureq::agent(), statements)
    }

    fn send_with(&self, agent: &ureq::Agent, statements: &[Statement]) -> Result<()> {
        let body: Vec<u8> =
            statements.iter().flat_map(|statement| statement.bytes().iter().copied()).collect();
        let mut response = agent
            .post(format!("http://{}/v1/statements", self.address))
            .header("content-type", "application/cbor-seq")
            .send(&body)?;
        let answers: serde_json::Value = serde_json::from_reader(response.body_mut().as_reader())?;
        let answers = answers.as_array().context("the node did not answer with a list")?;
        ensure!(answers.len() == statements.len(), "{} answers to {}", answers.len(), statements.len());
        match answers.iter().find(|answer| answer["status"] != "accepted") {
            None => Ok(()),
            Some(refused) => bail!("refused: {refused}"),
        }
    }

    /// Asks the node to stop, so that the last partial tiles are written.
    fn stop(mut self) -> Result<()> {
        run(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        ensure!(self.child.wait()?.success(), "the node did not stop well");
        Ok(())
    }
}

/// A program that lies beside this one.
fn tool(name: &str) -> Result<Command> {
    let beside = std::env::current_exe()?.with_file_name(name);
    ensure!(
        beside.is_file(),
        "{} is missing: build everything first, cargo build --release",
        beside.display()
    );
    Ok(Command::new(beside))
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{command:?} failed: {said}");
    Ok(())
}

fn size_of_folder(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        bytes += if meta.is_dir() { size_of_folder(&entry.path())? } else { meta.len() };
    }
    Ok(bytes)
}
