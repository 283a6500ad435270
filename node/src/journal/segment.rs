//! The bytes of a journal segment: frames of whole 4 KiB blocks.
//!
//! ```text
//! segment = header frame, then one frame per commit
//! frame   = magic      8 B   "lodeseg1" or "lodecmt1"
//!           length     4 B   of the payload, little endian
//!           hash      32 B   SHA-256 of the payload
//!           check      4 B   first bytes of SHA-256 over the 44 bytes before
//!           payload
//!           0xff to the next multiple of 4096
//! ```
//!
//! Why not zeros behind the payload: a block of zeros in the last frame is taken for one that was never written, and so
//! would be a last block of one payload byte that a flipped bit has made zero.
//!
//! Why whole blocks: no block that holds an acknowledged commit is ever written again. Why a check of its own for
//! the head: a flipped bit in a length must not pass for a torn tail and take the commits after it along.

use lode_ledger::hash::Hash;
use serde::{Deserialize, Serialize};

use crate::codec;

/// The unit of writing.
const BLOCK: usize = 4096;
const HEAD: usize = 48;
/// What fills a frame's last block.
const PADDING: u8 = 0xff;
/// The largest payload: 1,024 of the largest entries fit.
pub(super) const MAX_PAYLOAD: usize = 80 << 20;

const SEGMENT_MAGIC: [u8; 8] = *b"lodeseg1";
const COMMIT_MAGIC: [u8; 8] = *b"lodecmt1";

/// What a segment starts with: where the journal stood when it was begun.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct SegmentHeader {
    pub(super) sequence: u64,
    /// The segment this one is the synced copy of.
    pub(super) replaces: Option<u64>,
    pub(super) first_index: u64,
    /// Hash of the payload of the commit before.
    pub(super) previous: [u8; 32],
    /// The checkpoint of the commit before.
    pub(super) checkpoint: Vec<u8>,
}

/// What stands before the entries in a commit's payload.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct CommitHead {
    pub(super) first_index: u64,
    pub(super) previous: [u8; 32],
    pub(super) checkpoint: Vec<u8>,
    pub(super) lengths: Vec<u32>,
}

/// What is wrong with a frame, in words for the operator.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Damage {
    /// The numbers or the previous hash do not continue what is before.
    #[error("it does not continue the commit before it")]
    Chain,
    /// The payload was written by something else, or by another version.
    #[error("its content cannot be decoded")]
    Content,
    /// Wrong payload hash.
    #[error("its hash is wrong")]
    Hash,
    /// Wrong check over magic, length and hash.
    #[error("its head is damaged")]
    Head,
    /// Something else where there is nothing.
    #[error("its padding is damaged")]
    Padding,
    /// The file ends in a frame that must be whole.
    #[error("it is cut short, though it is not the last")]
    Short,
}

pub(super) enum Found<'a> {
    /// The bytes end here, cleanly.
    End,
    /// A whole frame and the offset behind it.
    Frame {
        payload: &'a [u8],
        hash: Hash,
        next: usize,
    },
    /// The last append did not reach the disk: nothing after this offset was ever acknowledged.
    Torn,
    Damaged(Damage),
}

pub(super) fn header_frame(header: &SegmentHeader) -> Result<Vec<u8>, codec::CodecError> {
    Ok(frame(SEGMENT_MAGIC, &[&codec::encode(header)?]).0)
}

/// The frame of a commit and the hash of its payload.
pub(super) fn commit_frame(
    head: &CommitHead,
    entries: &[&[u8]],
) -> Result<(Vec<u8>, Hash), codec::CodecError> {
    let head = codec::encode(head)?;
    let parts: Vec<&[u8]> = std::iter::once(head.as_slice()).chain(entries.iter().copied()).collect();
    Ok(frame(COMMIT_MAGIC, &parts))
}

pub(super) fn read_header(bytes: &[u8]) -> Result<(SegmentHeader, usize), Damage> {
    match read_frame(bytes, 0, SEGMENT_MAGIC) {
        Found::Frame { payload, next, .. } => {
            codec::decode(payload).map(|header| (header, next)).map_err(|_| Damage::Content)
        }
        Found::Damaged(damage) => Err(damage),
        Found::End | Found::Torn => Err(Damage::Short),
    }
}

pub(super) fn read_commit(bytes: &[u8], offset: usize) -> Found<'_> {
    read_frame(bytes, offset, COMMIT_MAGIC)
}

/// Splits a commit's payload.
pub(super) fn decode_commit(payload: &[u8]) -> Result<(CommitHead, Vec<Vec<u8>>), Damage> {
    let (head, mut rest): (CommitHead, _) = codec::decode_front(payload).map_err(|_| Damage::Content)?;
    let mut entries = Vec::with_capacity(head.lengths.len());
    for length in &head.lengths {
        let (entry, after) = rest.split_at_checked(*length as usize).ok_or(Damage::Content)?;
        entries.push(entry.to_vec());
        rest = after;
    }
    if rest.is_empty() { Ok((head, entries)) } else { Err(Damage::Content) }
}

fn frame(magic: [u8; 8], parts: &[&[u8]]) -> (Vec<u8>, Hash) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let hash = Hash::of_parts(parts);
    let mut bytes = Vec::with_capacity(padded(length));
    bytes.extend_from_slice(&magic);
    // The caller has refused what exceeds MAX_PAYLOAD.
    bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(hash.as_ref());
    let check = check(&bytes);
    bytes.extend_from_slice(&check);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes.resize(padded(length), PADDING);
    (bytes, hash)
}

fn read_frame(bytes: &[u8], offset: usize, magic: [u8; 8]) -> Found<'_> {
    let rest = bytes.get(offset..).unwrap_or_default();
    if rest.is_empty() {
        return Found::End;
    }
    let Some((head, _)) = rest.split_at_checked(HEAD) else { return Found::Torn };
    let (covered, found_check) = head.split_at(HEAD - 4);
    if check(covered) != found_check {
        // A file that grew before its blocks were written reads as zeros; a damaged head has something in it.
        return if is_zero(rest) { Found::Torn } else { Found::Damaged(Damage::Head) };
    }
    let (found_magic, covered) = covered.split_at(8);
    let (length, hash) = covered.split_at(4);
    let length = length.try_into().map(u32::from_le_bytes).unwrap_or(u32::MAX) as usize;
    if found_magic != magic || length > MAX_PAYLOAD {
        return Found::Damaged(Damage::Head);
    }
    let Some((whole, after)) = rest.split_at_checked(padded(length)) else { return Found::Torn };
    let (payload, padding) =
        whole.get(HEAD..).and_then(|body| body.split_at_checked(length)).unwrap_or_default();
    let computed = Hash::of(payload);
    if computed.as_ref() != hash {
        // A block of the last frame that was never written; no frame of ours has a whole block of zeros.
        let unwritten = after.is_empty() && whole.chunks(BLOCK).any(is_zero);
        return if unwritten { Found::Torn } else { Found::Damaged(Damage::Hash) };
    }
    if padding.iter().any(|byte| *byte != PADDING) {
        return Found::Damaged(Damage::Padding);
    }
    Found::Frame { payload, hash: computed, next: offset + whole.len() }
}

fn check(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = Hash::of(bytes).0;
    [a, b, c, d]
}

fn padded(length: usize) -> usize {
    (HEAD + length).next_multiple_of(BLOCK)
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
