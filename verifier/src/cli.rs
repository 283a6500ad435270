//! The command line: `item` checks a proof file, `log` a whole log. Exit codes are those of the verdict.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use lode_ledger::lang::Lang;
use lode_ledger::proof::{MAX_PROOF_FILE_BYTES, verify_item};
use lode_ledger::tlog::Policy;
use lode_ledger::tlog::policy::MAX_POLICY_BYTES;
use lode_ledger::verdict::{CheckCode, Note, Outcome, Report, exit};

use crate::log::verify_log;
use crate::memory::Memory;
use crate::progress::Progress;
use crate::source::{Source, read_file};

/// Checks what a Lode ledger says, without trusting who runs it.
///
/// Exit codes: 0 all that was asked holds; 1 a check failed (tampering or a broken rule); 2 the trust file's
/// conditions are not met; 3 could not be evaluated (unreadable, cut off, unknown ruleset); 64 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "lode-verify", version)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Check the proof file of one item. Needs no network.
    Item {
        /// The proof file (.lode).
        file: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// Replay a whole log: every signature, every rule, every seal, every tile.
    Log {
        /// The folder with `checkpoint` and `tile/`, or the URL of the node.
        log: String,
        /// Where the last accepted checkpoint of each log is remembered
        /// [default: $XDG_STATE_HOME/lode/seen.json or ~/.local/state/lode/seen.json].
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args, Debug)]
struct Common {
    /// The trust file (C2SP tlog-policy): the only source of trust.
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
    /// Print JSON with stable codes.
    #[arg(long)]
    json: bool,
    /// Language of the answer: en, zh or pt [default: from the environment].
    #[arg(long)]
    lang: Option<Lang>,
}

/// Runs the command and gives the exit code.
pub fn run<I: IntoIterator<Item = OsString>>(args: I, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let command = match Command::try_parse_from(args) {
        Ok(command) => command,
        Err(error) if error.use_stderr() => {
            // Plain: where this goes, colours may be noise.
            let _ = write!(err, "{}", error.render());
            return exit::USAGE;
        }
        Err(help) => {
            let _ = write!(out, "{}", help.render());
            return exit::PASSED;
        }
    };
    let (What::Item { common, .. } | What::Log { common, .. }) = &command.what;
    let report = match (trust_file(&common.trust), &command.what) {
        (Err(error), _) => unreadable(CheckCode::Trust, &format!("{}: {error}", common.trust.display())),
        (Ok(trust), What::Item { file, .. }) => item(file, &trust),
        (Ok(trust), What::Log { log, state, .. }) => match Source::named(log) {
            Ok(source) => verify_log(&source, &trust, &Memory::at(state.clone()), &Progress::to_stderr()),
            Err(error) => unreadable(CheckCode::Log, &format!("{log}: {error}")),
        },
    };
    let lang = common.lang.unwrap_or_else(language);
    let text = if common.json { json(&report) } else { report.text(lang) };
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        let _ = writeln!(err, "the verdict could not be written: {error}");
        return exit::NOT_EVALUATED;
    }
    report.exit_code()
}

fn item(file: &Path, trust: &Policy) -> Report {
    match read_file(file, MAX_PROOF_FILE_BYTES) {
        Ok(Some(bytes)) => verify_item(&bytes, trust),
        Ok(None) => unreadable(CheckCode::File, &format!("{}: there is no such file", file.display())),
        Err(error) => unreadable(CheckCode::File, &error.to_string()),
    }
}

fn unreadable(what: CheckCode, text: &str) -> Report {
    let mut report = Report::default();
    report.note(what, Outcome::NotEvaluated, Note::FileUnreadable, &[&text]);
    report
}

fn trust_file(path: &Path) -> anyhow::Result<Policy> {
    let bytes =
        read_file(path, MAX_POLICY_BYTES)?.ok_or_else(|| anyhow::anyhow!("there is no such trust file"))?;
    Ok(Policy::parse(bytes)?)
}

fn json(report: &Report) -> String {
    // A report holds only texts, numbers and lists, which always have a JSON form.
    let mut text =
        serde_json::to_string_pretty(report).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    text.push('\n');
    text
}

fn language() -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    set.into_iter().find(|value| !value.is_empty()).map_or(Lang::En, |value| Lang::negotiate(&value))
}
