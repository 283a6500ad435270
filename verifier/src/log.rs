//! Replaying a whole log: the tree from the raw entries, every signature, every rule, every seal's state root, then
//! the signed root, the hash tiles, and whether the log only grew since last time.
//!
//! Signatures are checked in parallel, a chunk at a time, with the keys known when the chunk begins; the rest, and
//! everything else, in the order of the log. Each signature is checked alone, never as a batch.

use lode_ledger::apply::RULESET;
use lode_ledger::event::Event;
use lode_ledger::proof::check_trust;
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::replay::{Replay, ReplayError};
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

/// Bundles of 256 entries whose signatures are checked together.
const CHUNK_BUNDLES: usize = 4;

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
    let mut all = bundles(size).peekable();
    while all.peek().is_some() {
        let mut entries = Vec::new();
        for bundle in all.by_ref().take(CHUNK_BUNDLES) {
            match read_bundle(source, bundle) {
                Ok(read) => entries.extend(read),
                Err(problem) => {
                    report.note(CheckCode::Entries, Outcome::NotEvaluated, Note::EntriesMissing, &[&problem]);
                    return false;
                }
            }
        }
        match replay_chunk(entries, replay) {
            Ok(found) => seals += found,
            Err(error) => {
                report_bad_entry(replay.size(), &error, report);
                return false;
            }
        }
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

/// Takes in a chunk of entries and counts its seals.
fn replay_chunk(entries: Vec<Vec<u8>>, replay: &mut Replay) -> Result<u64, ReplayError> {
    let known = &*replay;
    let checked: Vec<_> = entries.into_par_iter().map(|bytes| (known.check(bytes.clone()), bytes)).collect();
    let mut seals = 0;
    for (check, bytes) in checked {
        // A key may have been enrolled within the chunk: then the entry is checked again, now that its turn has come.
        let verified = match check {
            Ok(verified) => verified,
            Err(_) => replay.check(bytes)?,
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

/// The entries of a bundle; of a partial one that is gone, the beginning of the full one.
fn read_bundle(source: &Source, bundle: EntryBundle) -> Result<Vec<Vec<u8>>, String> {
    let read = |wanted: EntryBundle| -> Result<Option<Vec<u8>>, SourceError> {
        source.get(&wanted.path(), MAX_BUNDLE_BYTES)
    };
    let found = read(bundle).map_err(|error| error.to_string())?;
    if let Some(bytes) = found {
        let entries = decode_bundle(bundle, &bytes).map_err(|error| format!("{}: {error}", bundle.path()))?;
        return Ok(entries.into_iter().map(<[u8]>::to_vec).collect());
    }
    let missing = || format!("{} is missing: the log cannot be replayed without it", bundle.path());
    if bundle.is_full() {
        return Err(missing());
    }
    let bytes = read(bundle.full()).map_err(|error| error.to_string())?.ok_or_else(missing)?;
    let width = usize::from(bundle.width());
    let entries = Entries::new(&bytes).take(width).map(|entry| entry.map(<[u8]>::to_vec));
    let entries: Vec<Vec<u8>> = entries.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    if entries.len() == width { Ok(entries) } else { Err(missing()) }
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
