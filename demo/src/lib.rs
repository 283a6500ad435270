//! Lode from opening a ledger to a stranger's verdict, on one machine, in one command.
//!
//! The composition root for a newcomer: a node in this process, people who talk to it over HTTP through the client's
//! library, and the verifier's library, which trusts none of them. It writes one folder and nothing beside it.

mod frauds;
mod people;
mod show;
mod stage;
mod story;

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use lode::commands::enrol::{self, Applicant};
use lode::commands::ledger::{self, LedgerRequest};
use lode::home::{Config as HomeConfig, LedgerName};
use lode::names::Names;
use lode_ledger::event::body::YieldRange;
use lode_ledger::id::{Nonce, Origin};
use lode_ledger::lang::Lang;
use lode_ledger::mass::Ppm;
use lode_ledger::time::Timestamp;
use lode_ledger::tlog::policy::Policy as Trust;
use lode_ledger::verdict::Report;
use lode_ledger::vocab::Code;
use lode_node::data_folder::{DataFolder, DataFolderError};
use lode_node::signals::told_to_stop;
use lode_node::{Config, Node, genesis};
use lode_verify::memory::Memory;
use lode_verify::progress::Progress;
use lode_verify::source::Source;
use tokio::net::TcpListener;

use people::Person;
use stage::{Cast, Stage};
use story::Outcome;

/// The log's origin in the demonstration.
const ORIGIN: &str = "demo.lode.example";
/// The node's data folder, in the demonstration's.
const NODE: &str = "node";
/// What the verifier remembers, in the demonstration's folder.
const SEEN: &str = "seen.json";
/// Its file says that a folder is a demonstration's and may be replaced by the next.
const MARK: &str = "this-is-a-lode-demo";
const DAY_S: i64 = 86_400;

/// Plays the whole trade on a fresh ledger, shows what happened, and keeps serving its pages.
#[derive(Clone, Debug, Parser)]
#[command(name = "lode-demo", version)]
pub struct Options {
    /// Where everything is left; a demonstration that was there before is replaced.
    #[arg(long, default_value = "lode-demo-data")]
    pub dir: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Leave when the story is told, instead of serving.
    #[arg(long)]
    pub exit: bool,
    /// The language of the verdicts, of what the node says to the frauds, and of the page: en, zh or pt.
    #[arg(long, default_value = "en")]
    pub lang: Lang,
}

/// Plays the demonstration and, unless told to exit, serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// A port or folder cannot be had, or something that should hold does not.
pub async fn run(options: Options, out: &mut (dyn Write + Send)) -> Result<()> {
    let address = SocketAddr::from(([127, 0, 0, 1], options.port));
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("port {} cannot be had: choose another with --port", options.port))?;
    let url = format!("http://{}", listener.local_addr()?);
    let dir = fresh_folder(&options.dir)?;
    let (config, cast, name) = open_ledger(&dir, &url)?;
    let node = Node::open(&config)?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn({
        let (node, config) = (node.clone(), config.clone());
        async move {
            let stopped = async { drop(stopped.await) };
            lode_node::http::serve(node, &config, listener, stopped).await
        }
    });
    let told = tokio::task::spawn_blocking({
        let dir = dir.clone();
        move || tell(&dir, &url, options.lang, cast, name)
    });
    let (stage, outcome, frauds) = told.await??;
    show::story(out, &stage, &frauds)?;
    leave_evidence(&dir, &node, &stage, &outcome)?;
    let verdicts = verify(&dir)?;
    show::verdicts(out, &dir, &verdicts, options.lang)?;
    ensure!(verdicts.iter().all(|(_, report)| report.exit_code() == 0), "a verdict is not what it should be");
    let ending = told_to_stop();
    show::farewell(out, &dir, stage.node().url(), &outcome, &options)?;
    if !options.exit {
        ending.await;
    }
    // Whoever still listens for the end may be gone already.
    let _ = stop.send(());
    serving.await??;
    node.stop().await;
    Ok(())
}

/// An empty folder, in the place of an earlier demonstration's, unless that one still serves.
fn fresh_folder(dir: &Path) -> Result<PathBuf> {
    if dir.join(MARK).is_file() {
        if let Err(DataFolderError::InUse(_)) = DataFolder::open(dir.join(NODE), false) {
            bail!("a demonstration serves {}: stop it, or choose another folder with --dir", dir.display());
        }
        fs::remove_dir_all(dir).with_context(|| format!("{} cannot be replaced", dir.display()))?;
    } else if dir.exists() && fs::read_dir(dir)?.next().is_some() {
        bail!("{} is not empty and not a demonstration's: choose another with --dir", dir.display());
    }
    fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    fs::write(dir.join(MARK), "Made by lode-demo. The next run replaces this folder.\n")?;
    Ok(dir.canonicalize()?)
}

fn now() -> Result<i64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_secs())?)
}

/// The node's keys, the registrar's two first statements, and people with keys.
fn open_ledger(dir: &Path, url: &str) -> Result<(Config, Cast, LedgerName)> {
    let people = dir.join("people");
    let mut registrar = Person::new(&people, "registrar", "Crystal Trade Association")?;
    let others = [
        Person::new(&people, "importer", "Haiyun Imports")?,
        Person::new(&people, "second-importer", "Lanxi Minerals")?,
        Person::new(&people, "exporter", "Serra Azul Minerais")?,
        Person::new(&people, "studio", "Shiyu Stone Studio")?,
        Person::new(&people, "lab", "Gem Testing Centre")?,
        Person::new(&people, "seller", "Blue Lantern Crystals")?,
    ];
    let data = dir.join(NODE);
    let request = genesis::init(&data, Origin::new(ORIGIN)?, 60)?;
    let request = LedgerRequest {
        origin: request.origin,
        log_key: request.log_key,
        seal_key: request.seal_key,
        receipt_key: request.receipt_key,
        seal_interval_s: request.seal_interval_s,
        members_only: false,
    };
    let keys = [registrar.secret().clone(), registrar.spare_key()?];
    let opened_at = Timestamp::from_unix(now()? - 43 * DAY_S);
    let nonce = Nonce(lode::error::random()?);
    let policy = policy()?;
    let opened = ledger::open(registrar.home(), &request, registrar.title, &keys, nonce, opened_at, &policy)?;
    genesis::begin(&data, &opened.genesis)?;
    let name = LedgerName { origin: ORIGIN.to_owned(), id: opened.ledger };
    registrar.settle(&HomeConfig {
        node: Some(url.to_owned()),
        participant: Some(opened.registrar.to_string()),
        key: Some(registrar.name.to_owned()),
        ledger: Some(name.clone()),
        ..HomeConfig::default()
    })?;
    let mut config = Config::new(data);
    config.base_url = Some(url.to_owned());
    config.limits.requests_per_second = 10_000;
    Ok((config, Cast { registrar, others }, name))
}

/// The usual tolerances; entries may be up to ninety days late, as the story is told in one minute.
fn policy() -> Result<ledger::Policy> {
    let ppm = |share| Ppm::new(share).context("a share");
    let spheres =
        YieldRange { step: Code::parse("grind_sphere")?, min_ppm: ppm(50_000)?, max_ppm: ppm(650_000)? };
    Ok(ledger::Policy { late_after_s: 90 * 86_400, yields: vec![spheres], ..ledger::Policy::usual()? })
}

/// Everything that the people do: enrolment, the trade, and the frauds.
fn tell(
    dir: &Path,
    url: &str,
    lang: Lang,
    mut cast: Cast,
    name: LedgerName,
) -> Result<(Stage, Outcome, Vec<frauds::Tried>)> {
    let node = lode::node::Node::new(url, lang)?;
    let today = now()?;
    let session = cast.registrar.session(node.clone(), Timestamp::from_unix(today - 43 * DAY_S + 3600))?;
    for (person, (country, role, code)) in cast.others.iter_mut().zip([
        ("CN", "importer", None),
        ("CN", "importer", None),
        ("BR", "exporter", None),
        ("CN", "studio", None),
        ("CN", "lab", Some("GTC")),
        ("CN", "seller", None),
    ]) {
        let applicant = Applicant {
            name: person.title.to_owned(),
            person: false,
            country: Code::parse(country)?,
            roles: vec![Code::parse(role)?],
            issuer_code: code.map(str::to_owned),
            registration: None,
        };
        let request = enrol::request(ORIGIN, applicant, person.secret(), Nonce(lode::error::random()?));
        let (_, grant) = enrol::grant(&session, &request)?;
        let settings = enrol::accept(person.home(), &grant, person.name)?;
        person.settle(&settings)?;
    }
    let mut stage = Stage::new(cast, dir, node, name, today)?;
    let outcome = story::play(&mut stage)?;
    let frauds = frauds::try_all(&stage, &outcome)?;
    leave_names(&stage, &outcome)?;
    Ok((stage, outcome, frauds))
}

/// Everybody gets an address book, so that who goes on from here can write `studio` and `beads`.
fn leave_names(stage: &Stage, outcome: &Outcome) -> Result<()> {
    let items = [
        ("under-way", outcome.under_way.0),
        ("blend", outcome.blend),
        ("sphere", outcome.piece),
        ("twin", outcome.twin),
        ("small-sphere", outcome.small),
        ("beads", outcome.beads),
    ];
    for person in stage.people() {
        let mut names = Names::load(person.home())?;
        for other in stage.people() {
            names.set(person.home(), other.name, &other.id.to_string())?;
        }
        for (name, item) in &items {
            names.set(person.home(), name, &item.to_string())?;
        }
    }
    Ok(())
}

/// What a stranger needs: the proof file, the static log, and the trust file.
fn leave_evidence(dir: &Path, node: &Node, stage: &Stage, outcome: &Outcome) -> Result<()> {
    fs::write(dir.join("piece.lode"), stage.node().proof_file(&outcome.piece)?)?;
    fs::write(dir.join("trust.policy"), stage.node().get_bytes("/trust.policy")?)?;
    node.export(&dir.join("log"), |_, _| ())?;
    fs::write(dir.join("page-address.txt"), format!("{}/T/{}\n", stage.node().url(), outcome.tag))?;
    fs::write(dir.join("hidden-code.txt"), format!("{}\n", outcome.claim))?;
    Ok(())
}

/// What the verifier says, from the files alone.
fn verify(dir: &Path) -> Result<[(&'static str, Report); 2]> {
    let trust = Trust::parse(fs::read(dir.join("trust.policy"))?)?;
    let item = lode_ledger::proof::verify_item(&fs::read(dir.join("piece.lode"))?, &trust);
    let source = Source::named(&dir.join("log").to_string_lossy())?;
    let log =
        lode_verify::log::verify_log(&source, &trust, &Memory::at(Some(dir.join(SEEN))), &Progress::silent());
    Ok([("item piece.lode", item), ("log log --state seen.json", log)])
}
