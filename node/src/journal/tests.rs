//! Torn tails at every byte, flipped bits at every byte, a stop at every call.

use super::*;
use crate::disk::RealDisk;
use crate::disk::simulated::{SimulatedDisk, Unsynced};

const DIR: &str = "/data/journal";

fn entry(index: u64) -> Vec<u8> {
    // Some longer than a block, one empty.
    let length = [0, 20, 700, 5000, 100][index as usize % 5];
    let mut bytes = format!("entry {index} ").into_bytes();
    bytes.resize(length, b'x');
    bytes
}

/// Commits `sizes[i]` entries in the i-th batch; returns after the first failure how many commits succeeded.
fn commit(journal: &mut Journal, sizes: &[u64]) -> usize {
    for (done, size) in sizes.iter().enumerate() {
        let first = journal.next_index();
        let entries: Vec<_> = (first..first + size).map(entry).collect();
        let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        if journal.append(&entries, format!("checkpoint {}", first + size).as_bytes()).is_err() {
            return done;
        }
    }
    sizes.len()
}

fn reopen(disk: Arc<dyn Disk>, dir: &Path) -> Result<(Journal, Vec<Commit>), JournalError> {
    let mut commits = Vec::new();
    Journal::open(disk, dir, |commit| commits.push(commit)).map(|journal| (journal, commits))
}

/// The commits are consecutive from `first` on and hold what was written; returns the next index.
fn check(commits: &[Commit], first: u64) -> u64 {
    let mut next = first;
    for commit in commits {
        assert_eq!(commit.first_index, next);
        for found in &commit.entries {
            assert_eq!(found, &entry(next));
            next += 1;
        }
        assert_eq!(commit.checkpoint, format!("checkpoint {next}").into_bytes());
    }
    next
}

fn only_segment(dir: &Path) -> PathBuf {
    let names = RealDisk.list(dir).unwrap();
    assert_eq!(names.len(), 1, "{names:?}");
    dir.join(&names[0])
}

#[test]
fn reopening_gives_what_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("journal");
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    assert!(!Journal::exists(&*disk, &dir).unwrap());
    let mut journal = Journal::create(disk.clone(), &dir, 0, b"").unwrap();
    assert!(matches!(Journal::create(disk.clone(), &dir, 0, b""), Err(JournalError::AlreadyThere(_))));
    assert_eq!(commit(&mut journal, &[3, 1, 0, 7]), 4);
    drop(journal);
    for round in 0..3 {
        assert!(Journal::exists(&*disk, &dir).unwrap());
        let (mut journal, commits) = reopen(disk.clone(), &dir).unwrap();
        assert_eq!(commits.len(), 4 + round);
        assert_eq!(check(&commits, 0), 11 + round as u64);
        assert_eq!((journal.first_index(), journal.next_index()), (0, 11 + round as u64));
        assert_eq!(journal.checkpoint(), commits.last().unwrap().checkpoint);
        commit(&mut journal, &[1]);
    }
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert!(matches!(reopen(disk, &empty), Err(JournalError::Missing(_))));
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let mut journal = Journal::create(disk.clone(), folder.path(), 0, b"").unwrap();
    commit(&mut journal, &[2, 2]);
    let path = only_segment(folder.path());
    let before = std::fs::read(&path).unwrap().len();
    commit(&mut journal, &[3]);
    drop(journal);
    let whole = std::fs::read(&path).unwrap();
    // Every byte of the head and of the ends of blocks, and many in between.
    let cuts = (before..whole.len()).filter(|cut| cut % 4096 < 64 || cut % 4096 > 4080 || cut % 37 == 0);
    for (cut, zeros) in cuts.flat_map(|cut| [(cut, false), (cut - cut % 4096, true)]) {
        let folder = tempfile::tempdir().unwrap();
        let mut torn = whole[..cut].to_vec();
        if zeros {
            // The file grew, the blocks were never written.
            torn.resize(whole.len(), 0);
        }
        std::fs::write(folder.path().join(path.file_name().unwrap()), torn).unwrap();
        let (mut journal, commits) = reopen(disk.clone(), folder.path()).unwrap();
        assert_eq!((commits.len(), check(&commits, 0)), (2, 4), "cut at {cut}, zeros {zeros}");
        assert_eq!(commit(&mut journal, &[2]), 1);
        drop(journal);
        assert_eq!(check(&reopen(disk.clone(), folder.path()).unwrap().1, 0), 6);
    }
}

#[test]
fn a_flipped_bit_anywhere_stops_with_file_and_offset() {
    let folder = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let mut journal = Journal::create(disk.clone(), folder.path(), 0, b"").unwrap();
    commit(&mut journal, &[2, 2, 1]);
    drop(journal);
    let path = only_segment(folder.path());
    let whole = std::fs::read(&path).unwrap();
    for place in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[place] ^= 1 << (place % 8);
        // Fast: the parser alone; the opening itself is tried on some places.
        if place % 409 == 0 {
            std::fs::write(&path, &flipped).unwrap();
            let error = reopen(disk.clone(), folder.path()).err().unwrap();
            let JournalError::Damaged { path: named, offset, .. } = &error else { panic!("{error}") };
            assert_eq!(named, &path);
            assert!(*offset <= place && error.to_string().contains(&format!("offset {offset}")));
            assert_eq!(std::fs::read(&path).unwrap(), flipped, "a damaged journal is not changed");
        }
        let Ok((header, start)) = segment::read_header(&flipped) else { continue };
        let read = ReadSegment { path: path.clone(), header, bytes: flipped, start };
        let result = Replayed::default().segment(&read, true, &mut |_| {});
        assert!(matches!(result, Err(JournalError::Damaged { .. })), "byte {place}");
    }
}

#[test]
fn a_last_block_of_one_byte_that_loses_its_only_bit_is_no_torn_tail() {
    let folder = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let mut journal = Journal::create(disk.clone(), folder.path(), 0, b"").unwrap();
    let path = only_segment(folder.path());
    let start = std::fs::read(&path).unwrap().len();
    journal.append(&[&[1; 100]], b"checkpoint").unwrap();
    let payload =
        std::fs::read(&path).unwrap()[start + 8..start + 12].try_into().map(u32::from_le_bytes).unwrap();
    // So much longer that one byte stands in the second block.
    let longer = vec![1; 100 + 4096 + 1 - 48 - payload as usize];
    journal.append(&[&longer], b"checkpoint").unwrap();
    drop(journal);
    let whole = std::fs::read(&path).unwrap();
    let last = whole.len() - 4096;
    assert_eq!((whole.len(), whole[last], whole[last + 1]), (start + 3 * 4096, 1, 0xff));
    let mut flipped = whole;
    flipped[last] = 0;
    std::fs::write(&path, flipped).unwrap();
    let error = reopen(disk, folder.path()).err().unwrap();
    assert!(matches!(error, JournalError::Damaged { entry: Some(1), damage: Damage::Hash, .. }), "{error}");
    assert!(error.to_string().contains("from entry 1 on"), "{error}");
}

#[test]
fn only_the_last_segment_may_be_short() {
    let folder = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let mut journal =
        Journal::create(disk.clone(), folder.path(), 0, b"").unwrap().with_segment_bytes(10_000);
    commit(&mut journal, &[2; 6]);
    assert!(journal.segment_count() > 1);
    drop(journal);
    let first = folder.path().join(&RealDisk.list(folder.path()).unwrap()[0]);
    let whole = std::fs::read(&first).unwrap();
    std::fs::write(&first, &whole[..whole.len() - 1]).unwrap();
    let error = reopen(disk.clone(), folder.path()).err().unwrap();
    assert!(matches!(error, JournalError::Damaged { damage: Damage::Short, .. }), "{error}");
    // A segment that ends early at a whole commit is noticed by its successor.
    std::fs::write(&first, &whole[..8192]).unwrap();
    let error = reopen(disk, folder.path()).err().unwrap();
    assert!(matches!(error, JournalError::Damaged { damage: Damage::Chain, .. }), "{error}");
}

#[test]
fn pruning_removes_whole_segments_below_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let mut journal =
        Journal::create(disk.clone(), folder.path(), 0, b"").unwrap().with_segment_bytes(10_000);
    commit(&mut journal, &[5; 6]);
    let segments = journal.segment_count();
    assert_eq!(journal.prune(4).unwrap(), 0);
    let pruned = journal.prune(11).unwrap();
    assert!(pruned > 0 && journal.segment_count() == segments - pruned);
    let first = journal.first_index();
    assert!(first > 0 && first <= 11);
    journal.prune(u64::MAX).unwrap();
    assert_eq!(journal.segment_count(), 1);
    let (first, next) = (journal.first_index(), journal.next_index());
    assert_eq!(next, 30);
    drop(journal);
    let (mut journal, commits) = reopen(disk.clone(), folder.path()).unwrap();
    assert_eq!((check(&commits, first), journal.first_index()), (30, first));
    assert_eq!(journal.checkpoint(), b"checkpoint 30");
    assert_eq!(commit(&mut journal, &[1]), 1);
}

#[test]
fn limits_are_refused_before_anything_is_written() {
    let disk = SimulatedDisk::new(Path::new("/data"));
    let mut journal = Journal::create(Arc::new(disk.clone()), DIR, 0, b"").unwrap();
    let calls = disk.calls();
    let big = vec![0; MAX_PAYLOAD];
    let many: Vec<&[u8]> = vec![b""; MAX_COMMIT_ENTRIES + 1];
    for (entries, checkpoint) in
        [(vec![big.as_slice()], [].as_slice()), (many, &[]), (vec![], &big[..MAX_CHECKPOINT_BYTES + 1])]
    {
        assert!(matches!(journal.append(&entries, checkpoint), Err(JournalError::TooLarge { .. })));
    }
    assert_eq!(disk.calls(), calls);
    assert_eq!(commit(&mut journal, &[1]), 1);
    // The largest batch that is allowed can be written and read.
    journal.append(&vec![[].as_slice(); MAX_COMMIT_ENTRIES], &big[..MAX_CHECKPOINT_BYTES]).unwrap();
    let (journal, commits) = reopen(Arc::new(disk), Path::new(DIR)).unwrap();
    assert_eq!((commits.len(), journal.next_index()), (2, 1 + MAX_COMMIT_ENTRIES as u64));
}

/// Create, commit, rotate, prune, reopen, commit; returns how many entries were acknowledged.
fn history(disk: &SimulatedDisk) -> u64 {
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let Ok(journal) = Journal::create(shared.clone(), DIR, 0, b"") else { return 0 };
    let mut journal = journal.with_segment_bytes(20_000);
    if commit(&mut journal, &[3, 4, 1, 6, 2]) < 5 {
        assert!(matches!(journal.append(&[], b""), Err(JournalError::Failed)));
        return journal.next_index();
    }
    if journal.prune(8).is_err() {
        assert!(matches!(journal.prune(8), Err(JournalError::Failed)));
        return 16;
    }
    drop(journal);
    let Ok((journal, commits)) = reopen(shared, Path::new(DIR)) else { return 16 };
    assert_eq!(check(&commits, commits[0].first_index), 16);
    let mut journal = journal.with_segment_bytes(20_000);
    commit(&mut journal, &[2, 5]);
    journal.next_index()
}

#[test]
fn a_stop_at_any_call_loses_nothing_acknowledged() {
    let counting = SimulatedDisk::new(Path::new("/data"));
    assert_eq!(history(&counting), 23);
    for n in 1..=counting.calls() {
        let disk = SimulatedDisk::new(Path::new("/data"));
        disk.fail_at(n);
        let acknowledged = history(&disk);
        for unsynced in Unsynced::ALL {
            let found = disk.after_crash(unsynced);
            if !Journal::exists(&found, Path::new(DIR)).unwrap() {
                assert_eq!(acknowledged, 0);
                continue;
            }
            // Twice: the first opening may itself have been cut short by the next crash.
            let again = disk.after_crash(unsynced);
            for stop in 1..8 {
                let cut = again.after_crash(Unsynced::Kept);
                cut.fail_at(stop);
                let _ = reopen(Arc::new(cut.clone()), Path::new(DIR));
                let (_, commits) = reopen(Arc::new(cut.after_crash(unsynced)), Path::new(DIR)).unwrap();
                assert!(check(&commits, commits.first().map_or(0, |c| c.first_index)) >= acknowledged);
            }
            let (mut journal, commits) = reopen(Arc::new(found), Path::new(DIR)).unwrap();
            let next = check(&commits, commits.first().map_or(0, |commit| commit.first_index));
            assert!(next >= acknowledged, "call {n}, {unsynced:?}: {next} of {acknowledged}");
            assert!(journal.first_index() <= 8, "only what was allowed is pruned");
            assert_eq!(commit(&mut journal, &[1]), 1);
        }
    }
}
