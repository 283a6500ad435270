//! A CBOR sequence (RFC 8742) cut into its items, and the few heads that a feed is written with.
//!
//! Only where an item ends is found out here, with bounds on depth; whether it is a statement is asked by others.

/// Statements nest three levels: tag, array, byte strings.
const MAX_DEPTH: u8 = 8;

/// The bytes are not a sequence of whole items of definite length.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("item {item} does not end within the body")]
pub(super) struct NotSequence {
    /// Which item, from 0.
    pub item: usize,
}

/// Too many items.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SequenceError {
    /// Not a sequence.
    Broken(NotSequence),
    /// More than the limit.
    TooMany,
}

/// The items of a sequence, at most `limit`.
///
/// # Errors
/// [`SequenceError`].
pub(super) fn split(bytes: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, SequenceError> {
    let mut items = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if items.len() >= limit {
            return Err(SequenceError::TooMany);
        }
        let broken = SequenceError::Broken(NotSequence { item: items.len() });
        let after = skip(rest, 0).ok_or(broken)?;
        let (item, next) = rest.split_at_checked(rest.len() - after.len()).ok_or(broken)?;
        items.push(item.to_vec());
        rest = next;
    }
    Ok(items)
}

/// What comes after the first item.
fn skip(bytes: &[u8], depth: u8) -> Option<&[u8]> {
    if depth > MAX_DEPTH {
        return None;
    }
    let (&first, rest) = bytes.split_first()?;
    let (length, rest) = argument(first & 31, rest)?;
    match first >> 5 {
        0 | 1 | 7 => Some(rest),
        2 | 3 => rest.get(usize::try_from(length).ok()?..),
        4 => skip_many(rest, length, depth),
        5 => skip_many(rest, length.checked_mul(2)?, depth),
        _ => skip(rest, depth + 1),
    }
}

fn skip_many(mut bytes: &[u8], count: u64, depth: u8) -> Option<&[u8]> {
    // Every item takes a byte at least, so a lie about the count ends soon.
    for _ in 0..count {
        bytes = skip(bytes, depth + 1)?;
    }
    Some(bytes)
}

fn argument(info: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let width = match info {
        0..=23 => return Some((u64::from(info), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(width)?;
    Some((number.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)), rest))
}

/// Appends `[index, bytes]` in deterministic CBOR.
pub(super) fn push_entry(out: &mut Vec<u8>, index: u64, bytes: &[u8]) {
    head(out, 4, 2);
    head(out, 0, index);
    head(out, 2, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn head(out: &mut Vec<u8>, major: u8, number: u64) {
    let major = major << 5;
    let bytes = number.to_be_bytes();
    let tail = |width: usize| bytes.get(8 - width..).unwrap_or_default().iter().copied();
    match number {
        0..=23 => out.push(major | bytes[7]),
        24..=0xff => {
            out.push(major | 24);
            out.extend(tail(1));
        }
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend(tail(2));
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend(tail(4));
        }
        _ => {
            out.push(major | 27);
            out.extend(tail(8));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_cut_where_they_end() {
        let one = hex::decode("d28443a10126a04161426263").unwrap();
        let both = [one.clone(), one.clone()].concat();
        assert_eq!(split(&both, 2), Ok(vec![one.clone(), one.clone()]));
        assert_eq!(split(&both, 1), Err(SequenceError::TooMany));
        assert_eq!(split(&[], 1), Ok(Vec::new()));
        let cut = &both[..both.len() - 1];
        assert_eq!(split(cut, 9), Err(SequenceError::Broken(NotSequence { item: 1 })));
    }

    #[test]
    fn lies_about_lengths_and_depth_end() {
        for bad in [
            "9bffffffffffffffff",
            "5bffffffffffffffff00",
            "5f",
            "ff",
            "c6c6c6c6c6c6c6c6c6c600",
            "bb8000000000000000",
        ] {
            assert!(split(&hex::decode(bad).unwrap(), 9).is_err(), "{bad}");
        }
    }

    #[test]
    fn entries_can_be_split_again() {
        let mut out = Vec::new();
        for index in [0, 23, 24, 255, 256, 65_535, 65_536, u64::from(u32::MAX) + 1] {
            push_entry(&mut out, index, &[7; 30]);
        }
        let items = split(&out, 100).unwrap();
        assert_eq!(items.len(), 8);
        assert_eq!(hex::encode(&items[2][..5]), "821818581e");
    }
}
