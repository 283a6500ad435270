//! The journal: the only copy of what was acknowledged until its tiles are durable.
//!
//! How a batch is committed:
//! 1. entries and signed checkpoint become one frame (`segment`);
//! 2. the frame is appended to the last segment;
//! 3. one fdatasync. Only then does [`Journal::append`] return, and only then may anybody be answered.
//!
//! How it is opened:
//! 1. every commit of every segment is checked (hash, chain, numbers) and handed to the caller;
//! 2. a *short* last frame is cut off: it was never acknowledged. Anything else that is wrong stops, with file and
//!    offset;
//! 3. the last segment is copied to a new, synced one before anything is appended: after an I/O error the page
//!    cache may show what the disk has not.
//!
//! A failed write or sync ends the journal: every later call fails, the process must start anew. What an entry or
//! a checkpoint says is not known here, nor whether somebody has seen a later one: the caller asks that.

mod segment;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lode_ledger::hash::Hash;

use crate::codec::CodecError;
use crate::disk::{AppendFile, Disk};
pub use segment::Damage;
use segment::{CommitHead, Found, MAX_PAYLOAD, SegmentHeader};

/// The size beyond which a segment is closed, in bytes.
pub const SEGMENT_BYTES: u64 = 64 << 20;
/// The most entries of one commit.
pub const MAX_COMMIT_ENTRIES: usize = 1 << 16;
/// The longest checkpoint, in bytes.
pub const MAX_CHECKPOINT_BYTES: usize = 64 << 10;

/// One durable batch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Commit {
    /// The log index of the first entry (or of the next one, if there is none).
    pub first_index: u64,
    /// The entries, in log order.
    pub entries: Vec<Vec<u8>>,
    /// The signed checkpoint over everything up to and including these entries.
    pub checkpoint: Vec<u8>,
}

/// Why the journal could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is a journal already.
    #[error("{0} already holds a journal: open it instead of creating one")]
    AlreadyThere(PathBuf),
    /// A record cannot be encoded.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// What is on disk is not what was written.
    #[error(
        "the journal is damaged: {path} at offset {offset} ({}): {damage}. Nothing was changed. Restore this file \
         from a backup or the entries from a mirror",
        .entry.map_or_else(|| "the segment's head".to_owned(), |entry| format!("from entry {entry} on"))
    )]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// The byte where the frame starts.
        offset: usize,
        /// The first entry of the commit that should be there; `None` in a segment's head.
        entry: Option<u64>,
        /// What is wrong with it.
        damage: Damage,
    },
    /// An earlier write or sync failed.
    #[error("the journal failed before and takes nothing more: stop the process and start it anew")]
    Failed,
    /// The file system refused.
    #[error("the journal cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// There is no segment.
    #[error("{0} holds no journal segment: if the log has entries, restore the journal from a backup")]
    Missing(PathBuf),
    /// The batch is beyond a limit; nothing was written.
    #[error("a commit of {entries} entries and {bytes} bytes is beyond the limits: make the batch smaller")]
    TooLarge {
        /// Number of entries.
        entries: usize,
        /// Bytes of entries and checkpoint.
        bytes: usize,
    },
}

struct Segment {
    sequence: u64,
    first_index: u64,
}

/// The open journal. One owner; it must be the only one on its folder (the data folder's lock sees to that).
pub struct Journal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    segment_bytes: u64,
    /// Oldest first; the last one is being written.
    segments: Vec<Segment>,
    file: Box<dyn AppendFile>,
    /// Bytes in the last segment.
    written: u64,
    next_index: u64,
    previous: Hash,
    checkpoint: Vec<u8>,
    failed: bool,
}

impl Journal {
    /// Whether the folder holds a journal.
    ///
    /// # Errors
    /// If the folder is there and cannot be listed.
    pub fn exists(disk: &dyn Disk, dir: &Path) -> Result<bool, JournalError> {
        match sequences(disk, dir) {
            Err(JournalError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(false),
            result => Ok(!result?.is_empty()),
        }
    }

    /// Starts a journal in a folder without one. `first_index` and `checkpoint` (possibly empty) say where the log
    /// stands: zero for a new log. To start one for a log that has been published is the operator's decision: it
    /// forks the log unless everything published is below `first_index`.
    ///
    /// # Errors
    /// If there is a journal, or the file system refuses.
    pub fn create(
        disk: Arc<dyn Disk>,
        dir: impl Into<PathBuf>,
        first_index: u64,
        checkpoint: &[u8],
    ) -> Result<Self, JournalError> {
        let dir = dir.into();
        disk.create_dir(&dir).map_err(io_error("create the folder", &dir))?;
        if let Some(parent) = dir.parent() {
            disk.sync_dir(parent).map_err(io_error("sync the folder", parent))?;
        }
        if !sequences(&*disk, &dir)?.is_empty() {
            return Err(JournalError::AlreadyThere(dir));
        }
        let header = SegmentHeader {
            sequence: 1,
            replaces: None,
            first_index,
            previous: Hash::ZERO.0,
            checkpoint: checkpoint.to_vec(),
        };
        let (file, written) = start_segment(&*disk, &dir, &header, &[])?;
        Ok(Self {
            disk,
            dir,
            segment_bytes: SEGMENT_BYTES,
            segments: vec![Segment { sequence: 1, first_index }],
            file,
            written,
            next_index: first_index,
            previous: Hash::ZERO,
            checkpoint: checkpoint.to_vec(),
            failed: false,
        })
    }

    /// Opens the journal: checks all of it, hands every commit to `replay` in log order, cuts off a torn tail, and
    /// copies the last segment before it may be appended to.
    ///
    /// # Errors
    /// If there is none, it is damaged, or the file system refuses. A damaged journal is not changed.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: impl Into<PathBuf>,
        mut replay: impl FnMut(Commit),
    ) -> Result<Self, JournalError> {
        let dir = dir.into();
        let sequences = sequences(&*disk, &dir)?;
        let mut replayed = Replayed::default();
        let mut segments = Vec::with_capacity(sequences.len());
        // Segments whose synced copy is there were on their way to be removed when the process stopped.
        let mut superseded = Vec::new();
        let mut pending: Option<ReadSegment> = None;
        for sequence in sequences {
            let read = ReadSegment::read(&*disk, &dir, sequence)?;
            if let Some(before) = pending.take() {
                if read.header.replaces == Some(before.header.sequence) {
                    superseded.push(before.header.sequence);
                } else {
                    replayed.segment(&before, false, &mut replay)?;
                    segments.push(before.place());
                }
            }
            pending = Some(read);
        }
        let Some(last) = pending else { return Err(JournalError::Missing(dir)) };
        let end = replayed.segment(&last, true, &mut replay)?;
        segments.push(last.place());
        let ReadSegment { header: last, bytes, start, .. } = last;
        let copy = SegmentHeader { sequence: last.sequence + 1, replaces: Some(last.sequence), ..last };
        let commits = bytes.get(start..end).unwrap_or_default();
        let (file, written) = start_segment(&*disk, &dir, &copy, commits)?;
        superseded.push(last.sequence);
        for sequence in superseded {
            let path = segment_path(&dir, sequence);
            disk.remove(&path).map_err(io_error("remove", &path))?;
        }
        disk.sync_dir(&dir).map_err(io_error("sync the folder", &dir))?;
        if let Some(segment) = segments.last_mut() {
            segment.sequence = copy.sequence;
        }
        let Replayed { next_index, previous, checkpoint, .. } = replayed;
        Ok(Self {
            disk,
            dir,
            segment_bytes: SEGMENT_BYTES,
            segments,
            file,
            written,
            next_index,
            previous,
            checkpoint,
            failed: false,
        })
    }

    /// Closes segments at another size than [`SEGMENT_BYTES`].
    #[must_use]
    pub fn with_segment_bytes(mut self, bytes: u64) -> Self {
        self.segment_bytes = bytes;
        self
    }

    /// Makes a batch durable: when this returns, entries and checkpoint survive any crash.
    ///
    /// # Errors
    /// `TooLarge` leaves the journal as it was; after any other error it takes nothing more.
    pub fn append(&mut self, entries: &[&[u8]], checkpoint: &[u8]) -> Result<(), JournalError> {
        self.not_failed()?;
        let entry_bytes: usize = entries.iter().map(|entry| entry.len()).sum();
        let bytes = entry_bytes + checkpoint.len();
        // The head needs 4 bytes for each entry and 64 for the rest.
        let payload = bytes + 4 * entries.len() + 64;
        if payload > MAX_PAYLOAD
            || entries.len() > MAX_COMMIT_ENTRIES
            || checkpoint.len() > MAX_CHECKPOINT_BYTES
        {
            return Err(JournalError::TooLarge { entries: entries.len(), bytes });
        }
        let head = CommitHead {
            first_index: self.next_index,
            previous: self.previous.0,
            checkpoint: checkpoint.to_vec(),
            lengths: entries.iter().map(|entry| u32::try_from(entry.len()).unwrap_or(u32::MAX)).collect(),
        };
        let (frame, hash) = segment::commit_frame(&head, entries)?;
        self.failed = true;
        if self.written >= self.segment_bytes {
            self.rotate()?;
        }
        let path = self.last_path();
        self.file.append(&frame).map_err(io_error("write to", &path))?;
        self.file.sync().map_err(io_error("sync", &path))?;
        self.failed = false;
        self.written += frame.len() as u64;
        self.next_index += entries.len() as u64;
        self.previous = hash;
        self.checkpoint = checkpoint.to_vec();
        Ok(())
    }

    /// Deletes the segments whose entries are all below `up_to_index` and returns how many. The caller has made
    /// sure that every one of those entries is in a synced bundle and tile and has been read back. The last segment
    /// always stays.
    ///
    /// # Errors
    /// If the file system refuses; the journal then takes nothing more.
    pub fn prune(&mut self, up_to_index: u64) -> Result<usize, JournalError> {
        self.not_failed()?;
        let ends = self.segments.iter().skip(1).map(|segment| segment.first_index);
        let count = ends.take_while(|end| *end <= up_to_index).count();
        if count == 0 {
            return Ok(0);
        }
        self.failed = true;
        // Oldest first: whatever is left after a crash is one unbroken run.
        for segment in self.segments.drain(..count) {
            let path = segment_path(&self.dir, segment.sequence);
            self.disk.remove(&path).map_err(io_error("remove", &path))?;
            self.disk.sync_dir(&self.dir).map_err(io_error("sync the folder", &self.dir))?;
        }
        self.failed = false;
        Ok(count)
    }

    /// The log index the next entry gets.
    #[must_use]
    pub const fn next_index(&self) -> u64 {
        self.next_index
    }

    /// The log index of the oldest entry still held. Everything before it is in durable tiles.
    #[must_use]
    pub fn first_index(&self) -> u64 {
        self.segments.first().map_or(self.next_index, |segment| segment.first_index)
    }

    /// The checkpoint of the last commit; empty if there never was one.
    #[must_use]
    pub fn checkpoint(&self) -> &[u8] {
        &self.checkpoint
    }

    /// The number of segment files.
    #[must_use]
    pub fn segment_count(&self) -> usize {
        self.segments.len()
    }

    fn rotate(&mut self) -> Result<(), JournalError> {
        let header = SegmentHeader {
            sequence: self.segments.last().map_or(1, |segment| segment.sequence + 1),
            replaces: None,
            first_index: self.next_index,
            previous: self.previous.0,
            checkpoint: self.checkpoint.clone(),
        };
        (self.file, self.written) = start_segment(&*self.disk, &self.dir, &header, &[])?;
        self.segments.push(Segment { sequence: header.sequence, first_index: header.first_index });
        Ok(())
    }

    fn last_path(&self) -> PathBuf {
        segment_path(&self.dir, self.segments.last().map_or(0, |segment| segment.sequence))
    }

    const fn not_failed(&self) -> Result<(), JournalError> {
        if self.failed { Err(JournalError::Failed) } else { Ok(()) }
    }
}

/// A segment as it lies on the disk, its header checked.
struct ReadSegment {
    path: PathBuf,
    header: SegmentHeader,
    bytes: Vec<u8>,
    /// Where its commits start.
    start: usize,
}

impl ReadSegment {
    fn read(disk: &dyn Disk, dir: &Path, sequence: u64) -> Result<Self, JournalError> {
        let path = segment_path(dir, sequence);
        let bytes = disk.read(&path).map_err(io_error("read", &path))?;
        match segment::read_header(&bytes) {
            Ok((header, start)) if header.sequence == sequence => Ok(Self { path, header, bytes, start }),
            Ok(_) => Err(JournalError::Damaged { path, offset: 0, entry: None, damage: Damage::Chain }),
            Err(damage) => Err(JournalError::Damaged { path, offset: 0, entry: None, damage }),
        }
    }

    const fn place(&self) -> Segment {
        Segment { sequence: self.header.sequence, first_index: self.header.first_index }
    }
}

/// Where the replay stands.
#[derive(Default)]
struct Replayed {
    /// Nothing is before the oldest segment: its header is believed where the log stood.
    begun: bool,
    next_index: u64,
    previous: Hash,
    checkpoint: Vec<u8>,
}

impl Replayed {
    /// Replays one segment and returns where its last whole commit ends.
    fn segment(
        &mut self,
        ReadSegment { path, header, bytes, start }: &ReadSegment,
        is_last: bool,
        replay: &mut impl FnMut(Commit),
    ) -> Result<usize, JournalError> {
        let damaged = |offset, entry, damage| {
            let path = path.clone();
            JournalError::Damaged { path, offset, entry, damage }
        };
        if self.begun && (header.first_index, header.previous) != (self.next_index, self.previous.0) {
            return Err(damaged(0, None, Damage::Chain));
        }
        self.begun = true;
        self.next_index = header.first_index;
        self.previous = Hash(header.previous);
        self.checkpoint.clone_from(&header.checkpoint);
        let mut offset = *start;
        loop {
            let entry = Some(self.next_index);
            match segment::read_commit(bytes, offset) {
                Found::End => return Ok(offset),
                Found::Torn if is_last => return Ok(offset),
                Found::Torn => return Err(damaged(offset, entry, Damage::Short)),
                Found::Damaged(damage) => return Err(damaged(offset, entry, damage)),
                Found::Frame { payload, hash, next } => {
                    let (head, entries) =
                        segment::decode_commit(payload).map_err(|damage| damaged(offset, entry, damage))?;
                    if (head.first_index, head.previous) != (self.next_index, self.previous.0) {
                        return Err(damaged(offset, entry, Damage::Chain));
                    }
                    self.next_index += entries.len() as u64;
                    self.previous = hash;
                    self.checkpoint.clone_from(&head.checkpoint);
                    replay(Commit { first_index: head.first_index, entries, checkpoint: head.checkpoint });
                    offset = next;
                }
            }
        }
    }
}

/// Writes a segment under its final name, durable with its name, and leaves it open for appending.
fn start_segment(
    disk: &dyn Disk,
    dir: &Path,
    header: &SegmentHeader,
    commits: &[u8],
) -> Result<(Box<dyn AppendFile>, u64), JournalError> {
    let head = segment::header_frame(header)?;
    let path = segment_path(dir, header.sequence);
    let temporary = path.with_extension("tmp");
    let mut file = disk.create(&temporary).map_err(io_error("create", &temporary))?;
    for bytes in [&head, commits] {
        file.append(bytes).map_err(io_error("write to", &temporary))?;
    }
    file.sync().map_err(io_error("sync", &temporary))?;
    disk.rename(&temporary, &path).map_err(io_error("rename", &temporary))?;
    disk.sync_dir(dir).map_err(io_error("sync the folder", dir))?;
    Ok((file, (head.len() + commits.len()) as u64))
}

/// The segments' numbers, ascending. Other names are not ours; a `.tmp` is a segment that was never finished and
/// is overwritten by the next one.
fn sequences(disk: &dyn Disk, dir: &Path) -> Result<Vec<u64>, JournalError> {
    let names = disk.list(dir).map_err(io_error("list", dir))?;
    let mut sequences: Vec<u64> =
        names.iter().filter_map(|name| name.strip_suffix(".seg")?.parse().ok()).collect();
    sequences.sort_unstable();
    Ok(sequences)
}

fn segment_path(dir: &Path, sequence: u64) -> PathBuf {
    dir.join(format!("{sequence:012}.seg"))
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io { action, path, source }
}
