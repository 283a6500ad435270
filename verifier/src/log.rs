//! Replaying a whole log: the tree from the raw entries, every signature, every rule, every seal's state root, then
//! the signed root, the hash tiles, and whether the log only grew since last time.
//!
//! While one chunk of entries is taken in, in the order of the log, the signatures of the next one are checked on the
//! other cores, with the keys known by then; what needs a later key waits for its turn. Each signature is checked
//! alone, never as a batch.

use lode_ledger::apply::RULESET;
use lode_ledger::event::Event;
use lode_ledger::proof::check_trust;
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::replay::{Checker, Replay, ReplayError};
use lode_ledger::statement::Verified;
use lode_ledger::tlog::note::MAX_NOTE_BYTES;
use lode_ledger::tlog::tile::{
    Entries, EntryBundle, MAX_BUNDLE_BYTES, TILE_BYTES, bundles, decode_bundle, tiles,
};
use lode_ledger::tlog::{Policy, SignedCheckpoint};
use lode_ledger::verdict::{Check, CheckCode, Note, Outcome, Report};
use lode_ledger::violation::Reason;
use rayon::prelude::*;

use crate::memory::Memory;
use crate::progress::Progress;
use crate::source::{Source, SourceError};

/// Bundles of 256 entries whose signatures are checked together: as much work as a seal's state root, so that no core
/// waits for it.
const CHUNK_BUNDLES: usize = 16;

/// Checks everything that can be checked of a log. Whatever the source gives, the answer is a report.
#[must_use]
pub fn verify_log(source: &Source, trust: &Policy, memory: &Memory, progress: &Progress) -> Report {
    let mut report = Report::default();
    check(source, trust, memory, progress, &mut report);
    progress.end();
    for code in [CheckCode::Entries, CheckCode::Seals, CheckCode::Tree, CheckCode::Tiles, CheckCode::Append] {
        if report.check(code).is_none() {
            report.note(code, Outcome::NotChecked, Note::NotReached, &[]);
        }
    }
    report
}

fn check(source: &Source, trust: &Policy, memory: &Memory, progress: &Progress, report: &mut Report) {
    let signed = match checkpoint(source) {
        Ok(signed) => signed,
        Err(error) => {
            let code = CheckCode::LogSignature;
            return report.note(code, Outcome::NotEvaluated, Note::CheckpointUnreadable, &[&error]);
        }
    };
    check_trust(&signed, &trust.evaluate(&signed), report);
    let mut replay = Replay::new();
    if !replay_entries(source, signed.checkpoint().size(), &mut replay, progress, report) {
        return;
    }
    if !check_tree(&signed, &replay, report) {
        return;
    }
    check_tiles(source, &replay, report);
    memory.compare(&signed, replay.tree(), report);
}

fn checkpoint(source: &Source) -> Result<SignedCheckpoint, String> {
    let bytes = source.get("checkpoint", MAX_NOTE_BYTES).map_err(|error| error.to_string())?;
    SignedCheckpoint::parse(bytes.ok_or("there is no file `checkpoint`")?).map_err(|error| error.to_string())
}

/// Takes in all entries of a log of `size`; says what is wrong with the first that is bad.
fn replay_entries(
    source: &Source,
    size: u64,
    replay: &mut Replay,
    progress: &Progress,
    report: &mut Report,
) -> bool {
    let mut seals: u64 = 0;
    let mut all = bundles(size);
    let mut chunk = read_chunk(source, &mut all, &replay.checker());
    loop {
        let entries = match chunk {
            Ok(entries) if entries.is_empty() => break,
            Ok(entries) => entries,
            Err(problem) => {
                report.note(CheckCode::Entries, Outcome::NotEvaluated, Note::EntriesMissing, &[&problem]);
                return false;
            }
        };
        let checker = replay.checker();
        let (taken, next) =
            rayon::join(|| replay_chunk(entries, replay), || read_chunk(source, &mut all, &checker));
        match taken {
            Ok(found) => seals += found,
            Err(error) => {
                report_bad_entry(replay.size(), &error, report);
                return false;
            }
        }
        chunk = next;
        progress.at(replay.size(), size);
    }
    report.passed(CheckCode::Entries, Note::EntriesHeld, &[&size]);
    if seals == 0 {
        report.note(CheckCode::Seals, Outcome::NotChecked, Note::SealsMatch, &[&seals]);
    } else {
        report.passed(CheckCode::Seals, Note::SealsMatch, &[&seals]);
    }
    true
}

/// An entry of which so much was done as can be done ahead of its turn.
enum Read {
    /// Its signature is good.
    Checked(Box<Verified>),
    /// It must wait for its turn.
    Waiting(Vec<u8>),
}

/// The next entries; none at the end of the log.
fn read_chunk(
    source: &Source,
    bundles: &mut (impl Iterator<Item = EntryBundle> + Send),
    checker: &Checker,
) -> Result<Vec<Read>, String> {
    let read = bundles.by_ref().take(CHUNK_BUNDLES).map(|bundle| read_bundle(source, bundle));
    let files: Vec<BundleFile> = read.collect::<Result<_, _>>()?;
    let mut entries = Vec::new();
    for file in &files {
        entries.extend(file.entries()?);
    }
    let check = |bytes: &[u8]| match checker.check(bytes) {
        Some(verified) => Read::Checked(Box::new(verified)),
        None => Read::Waiting(bytes.to_vec()),
    };
    Ok(entries.into_par_iter().map(check).collect())
}

/// Takes in a chunk of entries and counts its seals.
fn replay_chunk(entries: Vec<Read>, replay: &mut Replay) -> Result<u64, ReplayError> {
    let mut seals = 0;
    for entry in entries {
        let verified = match entry {
            Read::Checked(verified) => *verified,
            Read::Waiting(bytes) => replay.check(bytes)?,
        };
        let sealed = verified.events().iter().any(|event| matches!(event, Event::LedgerSealed(_)));
        replay.accept(&verified)?;
        seals += u64::from(sealed);
    }
    Ok(seals)
}

fn report_bad_entry(index: u64, error: &ReplayError, report: &mut Report) {
    let (code, outcome, note) = match error {
        ReplayError::Violation(violation) if violation.reason == Reason::UnknownRuleset => {
            let ruleset = violation.args.first().map(ToString::to_string).unwrap_or_default();
            let newest = format!("{ruleset} (> {RULESET})");
            return report.note(CheckCode::Entries, Outcome::NotEvaluated, Note::RulesetUnknown, &[&newest]);
        }
        ReplayError::Violation(violation) if violation.reason == Reason::SealRoot => {
            (CheckCode::Seals, Outcome::Failed, Note::EntryBad)
        }
        _ => (CheckCode::Entries, Outcome::Failed, Note::EntryBad),
    };
    let rule =
        error.rule().map_or_else(|| error.code().to_owned(), |rule| format!("{rule} {}", error.code()));
    let check = Check::new(code, outcome, note).with(index).with(format_args!("({rule})"));
    report.add(check.saying(error.phrase()));
}

/// A bundle as the source has it.
struct BundleFile {
    wanted: EntryBundle,
    /// Of a partial bundle that is gone, the full one's.
    full: bool,
    bytes: Vec<u8>,
}

impl BundleFile {
    fn entries(&self) -> Result<Vec<&[u8]>, String> {
        let unreadable = |error: &dyn std::fmt::Display| format!("{}: {error}", self.wanted.path());
        if !self.full {
            return decode_bundle(self.wanted, &self.bytes).map_err(|error| unreadable(&error));
        }
        let width = usize::from(self.wanted.width());
        let entries: Result<Vec<&[u8]>, _> = Entries::new(&self.bytes).take(width).collect();
        let entries = entries.map_err(|error| unreadable(&error))?;
        if entries.len() == width { Ok(entries) } else { Err(missing(self.wanted)) }
    }
}

fn missing(bundle: EntryBundle) -> String {
    format!("{} is missing: the log cannot be replayed without it", bundle.path())
}

fn read_bundle(source: &Source, wanted: EntryBundle) -> Result<BundleFile, String> {
    let read = |wanted: EntryBundle| -> Result<Option<Vec<u8>>, SourceError> {
        source.get(&wanted.path(), MAX_BUNDLE_BYTES)
    };
    if let Some(bytes) = read(wanted).map_err(|error| error.to_string())? {
        return Ok(BundleFile { wanted, full: false, bytes });
    }
    let full =
        if wanted.is_full() { None } else { read(wanted.full()).map_err(|error| error.to_string())? };
    let bytes = full.ok_or_else(|| missing(wanted))?;
    Ok(BundleFile { wanted, full: true, bytes })
}

fn check_tree(signed: &SignedCheckpoint, replay: &Replay, report: &mut Report) -> bool {
    let code = CheckCode::Tree;
    let (found, stated) = (replay.root(), signed.checkpoint().root());
    if found != stated {
        report.failed(code, Note::RootDiffers, &[&found, &stated]);
        return false;
    }
    let origin = signed.checkpoint().origin();
    match replay.view().record(&RecordKey::Ledger).as_deref() {
        Some(Record::Ledger(ledger)) if ledger.origin != origin => {
            report.failed(code, Note::OriginDiffers, &[&origin, &ledger.origin]);
            false
        }
        _ => {
            report.passed(code, Note::RootMatches, &[&found]);
            true
        }
    }
}

fn check_tiles(source: &Source, replay: &Replay, report: &mut Report) {
    let code = CheckCode::Tiles;
    let mut count: u64 = 0;
    for tile in tiles(replay.size()) {
        // The tree has every hash of its own tiles.
        let Some(expected) = tile.bytes(replay.tree()) else { continue };
        let found = source.get(&tile.path(), TILE_BYTES).and_then(|found| match found {
            None if !tile.is_full() => source.get(&tile.full().path(), TILE_BYTES),
            found => Ok(found),
        });
        match found {
            Err(error) => return report.note(code, Outcome::NotEvaluated, Note::EntriesMissing, &[&error]),
            Ok(None) => return report.note(code, Outcome::NotEvaluated, Note::TileMissing, &[&tile.path()]),
            Ok(Some(bytes)) if bytes.get(..expected.len()) != Some(expected.as_slice()) => {
                return report.failed(code, Note::TileDiffers, &[&tile.path()]);
            }
            Ok(Some(_)) => count += 1,
        }
    }
    report.passed(code, Note::TilesMatch, &[&count]);
}
