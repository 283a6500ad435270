//! What several fuzz targets share: bending bytes and JSON by a script.
//!
//! No property is asserted here; that is each target's.

use libfuzzer_sys::arbitrary::{self, Arbitrary, Unstructured};
use lode_ledger::json::Json;

/// One change of a byte string.
#[derive(Arbitrary, Clone, Debug)]
pub enum Bend {
    /// These bits of one byte are turned over.
    Flip(u32, u8),
    /// One byte is set.
    Set(u32, u8),
    /// So many bytes are taken out.
    Cut(u32, u8),
    /// So many bytes are written twice.
    Double(u32, u8),
    /// One byte is put in.
    Put(u32, u8),
}

/// Changes bytes, one bend after the other.
pub fn bend(bytes: &mut Vec<u8>, script: &[Bend]) {
    for change in script {
        if bytes.is_empty() {
            return;
        }
        let place = |at: u32| at as usize % bytes.len();
        let part = |at: usize, length: u8| at..(at + usize::from(length)).min(bytes.len());
        match *change {
            Bend::Flip(at, bits) => {
                let at = place(at);
                bytes[at] ^= bits;
            }
            Bend::Set(at, byte) => {
                let at = place(at);
                bytes[at] = byte;
            }
            Bend::Cut(at, length) => drop(bytes.drain(part(place(at), length))),
            Bend::Double(at, length) => {
                let part = part(place(at), length);
                let copy = bytes[part.clone()].to_vec();
                bytes.splice(part.start..part.start, copy);
            }
            Bend::Put(at, byte) => bytes.insert(place(at), byte),
        }
    }
}

/// Changes one place of a JSON value, chosen by `u`; `pool` has texts that mean something elsewhere.
///
/// # Errors
/// There are no bytes left to choose by.
pub fn bend_json(json: &mut Json, u: &mut Unstructured<'_>, pool: &[String]) -> arbitrary::Result<()> {
    let mut steps = u.int_in_range(0..=count(json) - 1)?;
    bend_at(json, &mut steps, u, pool)
}

fn count(json: &Json) -> usize {
    1 + match json {
        Json::Arr(items) => items.iter().map(count).sum::<usize>(),
        Json::Obj(fields) => fields.iter().map(|(_, value)| count(value)).sum::<usize>(),
        _ => 0,
    }
}

fn bend_at(
    json: &mut Json,
    steps: &mut usize,
    u: &mut Unstructured<'_>,
    pool: &[String],
) -> arbitrary::Result<()> {
    if *steps == 0 {
        return bend_here(json, u, pool);
    }
    *steps -= 1;
    let children: Vec<&mut Json> = match json {
        Json::Arr(items) => items.iter_mut().collect(),
        Json::Obj(fields) => fields.iter_mut().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    for child in children {
        let inside = count(child);
        if *steps < inside {
            return bend_at(child, steps, u, pool);
        }
        *steps -= inside;
    }
    Ok(())
}

fn bend_here(json: &mut Json, u: &mut Unstructured<'_>, pool: &[String]) -> arbitrary::Result<()> {
    match json {
        Json::Int(number) => {
            *number = match u.int_in_range(0..=5)? {
                0 => number.wrapping_add(1),
                1 => number.wrapping_sub(1),
                2 => number.wrapping_mul(10),
                3 => number.wrapping_neg(),
                4 => u.arbitrary::<i64>()? >> u.int_in_range(0..=63)?,
                _ => (1 << 53) - 1,
            };
        }
        Json::Bool(truth) => *truth = !*truth,
        Json::Str(text) => match u.int_in_range(0..=3)? {
            0 => drop(text.pop()),
            1 => text.push_str(u.arbitrary()?),
            _ => *text = u.choose(pool)?.clone(),
        },
        Json::Arr(items) if !items.is_empty() => {
            let at = u.choose_index(items.len())?;
            match u.int_in_range(0..=2)? {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => items.reverse(),
            }
        }
        Json::Obj(fields) if !fields.is_empty() => {
            let at = u.choose_index(fields.len())?;
            match u.int_in_range(0..=2)? {
                0 => drop(fields.remove(at)),
                1 => fields[at].0 = u.choose(pool)?.clone(),
                _ => fields.push((u.choose(pool)?.clone(), Json::Str(u.choose(pool)?.clone()))),
            }
        }
        Json::Arr(_) | Json::Obj(_) => {}
    }
    Ok(())
}
