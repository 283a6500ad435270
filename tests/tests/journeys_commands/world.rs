//! A ledger of its own, made as the operating guide says, with the programs that people run: an operator's node, a
//! registrar, and a participant of each trade, each with a home folder.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::journeys::{free_of_the_user, program, programs, told};

/// Who is enrolled in every world: home folder, role, country.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("importer", "importer", "CN"),
    ("studio", "studio", "CN"),
    ("lab", "lab", "CN"),
    ("seller", "seller", "CN"),
    ("exporter", "exporter", "BR"),
];

/// A served ledger.
pub(crate) struct World {
    folder: PathBuf,
    url: String,
    /// Ends the node when its standard input does: with this process.
    _node: Child,
    fresh: AtomicU32,
}

/// The world that all journeys share; each brings its own material.
pub(crate) fn world() -> &'static World {
    static MADE: OnceLock<World> = OnceLock::new();
    MADE.get_or_init(|| World::make("journeys-commands", &[]))
}

/// A world of its own, of a ledger that was opened on the first ruleset.
pub(crate) fn world_on_ruleset_1() -> World {
    World::make("journeys-ruleset-1", &["--ruleset", "1"])
}

impl World {
    fn make(name: &str, opened: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let operate = |args: &[&str]| {
            let output = program("lode-node", &folder).args(args).args(["--data", "node"]).output().unwrap();
            assert!(output.status.success(), "{}", told(&output));
        };
        operate(&["init", "--origin", "commands.example/lode"]);
        let registrar = |args: &[&str]| {
            let output = client(&folder, "registrar").args(args).output().unwrap();
            assert!(output.status.success(), "{}", told(&output));
        };
        registrar(&["key", "new", "main"]);
        registrar(&["key", "new", "spare"]);
        let names = ["--name", "Association", "--key", "main", "--key", "spare"];
        let files = ["--request", "node/ledger-request.json", "--out", "genesis.cbor"];
        registrar(&[&["ledger", "open"][..], &names, &files, opened].concat());
        operate(&["init", "--genesis", "genesis.cbor"]);
        let (node, url) = serve(&folder);
        registrar(&["setup", "--node", &url]);
        let world = Self { folder, url, _node: node, fresh: AtomicU32::new(0) };
        for (who, role, country) in PEOPLE {
            world.enrol(who, role, country);
        }
        world
    }

    /// Enrols somebody by request, grant and acceptance; the id.
    pub(crate) fn enrol(&self, who: &str, role: &str, country: &str) -> String {
        self.ok(who, &["setup", "--node", &self.url]);
        self.ok(who, &["key", "new", "main"]);
        let request = format!("{who}.request.json");
        let title = format!("{who} Ltd");
        let mut asked = vec!["enrol", "request", "--name", &title, "--country", country, "--role", role];
        if role == "lab" {
            asked.extend(["--issuer-code", "GTC"]);
        }
        self.ok(who, &[&asked[..], &["--out", &request]].concat());
        let granted = self.ok("registrar", &["enrol", "grant", &request]);
        let grant = granted["file"].as_str().unwrap().to_owned();
        self.ok(who, &["enrol", "accept", &grant]);
        let id = granted["participant"].as_str().unwrap().to_owned();
        assert_eq!(self.show(&id)["name"], title);
        id
    }

    /// The id of somebody enrolled.
    pub(crate) fn id(&self, who: &str) -> String {
        self.ok(who, &["status"])["participant"].as_str().unwrap().to_owned()
    }

    /// A name that no other journey uses.
    pub(crate) fn name(&self, stem: &str) -> String {
        format!("{stem}-{}", self.fresh.fetch_add(1, Ordering::Relaxed))
    }

    /// Where the node serves.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A path in the world's folder, as an argument.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Runs a command as somebody.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, who: &str, args: &[S]) -> Output {
        client(&self.folder, who).args(args).output().unwrap()
    }

    /// What a command that succeeds gives as JSON.
    #[track_caller]
    pub(crate) fn ok<S: AsRef<OsStr>>(&self, who: &str, args: &[S]) -> Value {
        let output = self.run(who, &with_json(args));
        assert!(output.status.success(), "{who} {:?}: {}", with_json(args), told(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", told(&output)))
    }

    /// The first id that a command that succeeds creates.
    #[track_caller]
    pub(crate) fn made<S: AsRef<OsStr>>(&self, who: &str, args: &[S]) -> String {
        let done = self.ok(who, args);
        assert_eq!(done["status"], "accepted", "{done:#}");
        done["created"][0].as_str().unwrap().to_owned()
    }

    /// Runs a command that the rules must refuse, with this rule and code.
    #[track_caller]
    pub(crate) fn refused<S: AsRef<OsStr>>(&self, who: &str, args: &[S], rule: &str, code: &str) {
        let output = self.run(who, &with_json(args));
        let said: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", told(&output)));
        let error = &said["error"];
        assert_eq!(
            (output.status.code(), &error["code"], &error["refusal"]["rule"]),
            (Some(1), &code.into(), &rule.into()),
            "{who} {:?}: {said:#}",
            with_json(args)
        );
    }

    /// What the node says of an id.
    #[track_caller]
    pub(crate) fn show(&self, id: &str) -> Value {
        self.ok("registrar", &["show", id])
    }

    /// A lot in somebody's stock.
    #[track_caller]
    pub(crate) fn lot(&self, who: &str, country: &str, mass: &str) -> String {
        let what = ["--species", "quartz", "--variety", "amethyst", "--origin", country, "--net", mass];
        self.made(who, &[&["lot", "declare", "--entry", "domestic_purchase"][..], &what].concat())
    }

    /// A sphere of 300 g that somebody has just cut.
    #[track_caller]
    pub(crate) fn piece(&self, who: &str) -> String {
        let lot = self.lot(who, "BR", "500g");
        let job = self.made(who, &["work", "start", "grind_sphere", &format!("{lot}=500g")]);
        self.made(who, &["work", "complete", &job, "--output", "piece:sphere:300g:Moon", "--rest-is-loss"])
    }
}

fn with_json<S: AsRef<OsStr>>(args: &[S]) -> Vec<&OsStr> {
    std::iter::once(OsStr::new("--json")).chain(args.iter().map(AsRef::as_ref)).collect()
}

/// A command as it is typed, in words without blanks.
pub(crate) fn typed(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

fn client(folder: &Path, who: &str) -> Command {
    let mut command = Command::new(programs().join("lode"));
    free_of_the_user(&mut command, folder);
    command.env("LODE_HOME", folder.join(who)).env("LODE_PASSPHRASE", "a passphrase");
    command
}

/// A node, and where it serves. The shell ends it when its own input ends, which this process holds: so no node
/// outlives the tests, however they end.
fn serve(folder: &Path) -> (Child, String) {
    let script = "\"$0\" serve --data node --listen 127.0.0.1:0 & node=$!; cat > /dev/null; kill $node";
    let mut command = Command::new("sh");
    free_of_the_user(&mut command, folder);
    command.args(["-c", script]).arg(programs().join("lode-node"));
    let log = std::fs::File::create(folder.join("node.log")).unwrap();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (_, url) = line.trim().split_once(" on ").unwrap_or_else(|| panic!("the node said {line:?}"));
    (child, url.to_owned())
}
