//! Statements signed beforehand, on all cores: lots one or many to a statement, and pieces with tags to look at.
//!
//! Authors take turns, so numbers of one author that overtake each other on different connections stay within its
//! window. Nothing is signed while anything is measured.

use anyhow::{Context, Result};
use lode_ledger::event::Event;
use lode_ledger::event::body::{
    Input, LotDeclared, OriginShare, OutputKind, TagBound, Weighing, WorkCompleted, WorkOutput, WorkStarted,
};
use lode_ledger::id::{ItemId, ItemKind, WorkOrderId};
use lode_ledger::mass::Milligrams;
use lode_ledger::replay::Author;
use lode_ledger::sealed::Sealable;
use lode_ledger::tag::TagCode;
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{EntryKind, EvidenceLevel, Nature};
use rayon::prelude::*;

use super::display::progress;
use super::ledger::{Ledger, ORIGIN, code, nonce, ppm, secret, text};

/// Statements signed by one task.
const CHUNK: usize = 256;
/// Pieces of one job, and tags of one statement.
const PIECES: usize = 100;

/// Encoded statements, one behind the other: any run of them is a CBOR sequence.
#[derive(Default)]
pub struct Signed {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Signed {
    /// Adds one.
    pub fn push(&mut self, statement: &[u8]) {
        self.bytes.extend_from_slice(statement);
        self.ends.push(self.bytes.len());
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The statements `from..to`, as a sequence; empty beyond the end.
    #[must_use]
    pub fn run(&self, from: usize, to: usize) -> &[u8] {
        let start =
            |n: usize| if n == 0 { 0 } else { self.ends.get(n - 1).copied().unwrap_or(self.bytes.len()) };
        self.bytes.get(start(from)..start(to)).unwrap_or_default()
    }

    /// One statement.
    #[must_use]
    pub fn get(&self, number: usize) -> &[u8] {
        self.run(number, number + 1)
    }

    /// Each statement, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|number| self.get(number))
    }

    fn append(&mut self, more: &Self) {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(&more.bytes);
        self.ends.extend(more.ends.iter().map(|end| before + end));
    }
}

/// Signs `count` statements of `lots` declared lots each, by all authors in turn, whose numbers go on. `first` is the
/// number of the first lot: no number may be used twice in a ledger.
///
/// # Errors
/// A statement would be too large.
pub fn lots(ledger: &mut Ledger, first: u64, count: usize, lots: usize) -> Result<Signed> {
    let bar = progress("signing", count as u64);
    let signed = lots_quietly(ledger, first, count, lots, |done| bar.inc(done));
    bar.finish_and_clear();
    signed
}

/// [`lots`], telling `done` how many more were signed.
///
/// # Errors
/// A statement would be too large.
pub fn lots_quietly(
    ledger: &mut Ledger,
    first: u64,
    count: usize,
    lots: usize,
    done: impl Fn(u64) + Sync,
) -> Result<Signed> {
    let authors = &ledger.authors;
    let turns = authors.len().max(1);
    let at = ledger.now;
    let starts: Vec<usize> = (0..count).step_by(CHUNK).collect();
    let parts: Result<Vec<Signed>> = starts
        .into_par_iter()
        .map(|start| {
            let mut part = Signed::default();
            for number in start..count.min(start + CHUNK) {
                let mut author = authors.get(number % turns).context("nobody is enrolled")?.clone();
                author.seq += (number / turns) as u64;
                let first = first + (number * lots) as u64;
                let events: Result<Vec<Event>> =
                    (first..first + lots as u64).map(|n| Ok(lot(n, at, lots == 1)?.into())).collect();
                part.push(author.sign(&events?)?.bytes());
            }
            done(part.len() as u64);
            Ok(part)
        })
        .collect();
    let mut signed = Signed::default();
    parts?.iter().for_each(|part| signed.append(part));
    for (place, author) in ledger.authors.iter_mut().enumerate() {
        author.seq += (count / turns + usize::from(place < count % turns)) as u64;
    }
    Ok(signed)
}

/// A declared lot; `whole` with the fields that an importer's sheet usually fills, otherwise with those that must be.
fn lot(number: u64, at: Timestamp, whole: bool) -> Result<LotDeclared> {
    let supplier_lot = if whole { Some(Sealable::Clear(text(&format!("LOAD-{number:08}"))?)) } else { None };
    Ok(LotDeclared {
        at,
        nonce: nonce(number),
        entry: EntryKind::DOMESTIC_PURCHASE,
        species: code("quartz")?,
        variety: if whole { Some(code("amethyst")?) } else { None },
        trade_name: None,
        form: code("rough")?,
        nature: Nature::NATURAL,
        origins: vec![OriginShare {
            country: code("BR")?,
            share_ppm: ppm(1_000_000)?,
            subdivision: None,
            mine: None,
        }]
        .into(),
        mass: Weighing {
            net_mg: mass(1_000_000_000 + number % 1_000_000)?,
            gross_mg: None,
            tare_mg: None,
            method: code("floor_scale")?,
            resolution_mg: mass(1_000_000)?,
        },
        treatments: Vec::new().into(),
        evidence: EvidenceLevel::SELF_DECLARED,
        grade: None,
        supplier: None,
        supplier_lot,
        supplier_participant: None,
        supplier_link: None,
        bill_of_lading: None,
        customs_declaration: None,
        certificate_of_origin: None,
        customs: None,
        documents: Vec::new().into(),
        owner: None,
    })
}

fn mass(milligrams: u64) -> Result<Milligrams> {
    Milligrams::new(milligrams).with_context(|| format!("{milligrams} mg is beyond what a mass can be"))
}

/// A piece that can be looked at.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// The piece.
    pub item: ItemId,
    /// Its tag.
    pub code: TagCode,
}

/// The statements that make `count` tagged pieces, to be sent in their order, and the pieces. `first` as for [`lots`].
///
/// # Errors
/// Nobody is enrolled.
pub fn pieces(ledger: &mut Ledger, first: u64, count: usize) -> Result<(Signed, Vec<Piece>)> {
    let at = ledger.now;
    let author = ledger.authors.first_mut().context("nobody is enrolled")?;
    let bar = progress("signing pieces", count as u64);
    let (mut signed, mut pieces) = (Signed::default(), Vec::with_capacity(count));
    for (job, start) in (0..count).step_by(PIECES).enumerate() {
        let number = first + 3 * job as u64;
        let made = cut(author, number, at, PIECES.min(count - start), start as u64, &mut signed)?;
        bar.inc(made.len() as u64);
        pieces.extend(made);
    }
    bar.finish_and_clear();
    Ok((signed, pieces))
}

/// A lot is declared, cut into pieces without loss, and each piece gets a tag.
fn cut(
    author: &mut Author,
    number: u64,
    at: Timestamp,
    count: usize,
    first_tag: u64,
    signed: &mut Signed,
) -> Result<Vec<Piece>> {
    let issuer = author.issuer.to_string();
    let lot = LotDeclared {
        mass: Weighing {
            net_mg: mass(50_000 * count as u64)?,
            gross_mg: None,
            tare_mg: None,
            method: code("bench_scale")?,
            resolution_mg: mass(100)?,
        },
        ..lot(number, at, true)?
    };
    signed.push(author.sign(&[lot.into()])?.bytes());
    let lot = ItemId::derive(ItemKind::Lot, ORIGIN, &issuer, &nonce(number), 0);
    let input = Input { item: lot, mass_mg: mass(50_000 * count as u64)?, count: None };
    let (begin, end) = (nonce(number + 1), nonce(number + 2));
    let work = WorkOrderId::derive(ORIGIN, &issuer, &begin, 0);
    let started = WorkStarted {
        at,
        nonce: begin,
        process: code("carve")?,
        title: None,
        inputs: vec![input].into(),
        crew: Vec::new().into(),
    };
    let output = || -> Result<WorkOutput> {
        Ok(WorkOutput {
            kind: OutputKind::Piece,
            mass_mg: mass(50_000)?,
            count: None,
            form: code("carving")?,
            name: None,
            grade: None,
            photo: None,
        })
    };
    let outputs: Result<Vec<WorkOutput>> = (0..count).map(|_| output()).collect();
    let completed = WorkCompleted {
        at,
        work,
        nonce: end,
        outputs: outputs?.into(),
        losses: Vec::new().into(),
        gains: Vec::new().into(),
        left_mg: mass(0)?,
    };
    signed.push(author.sign(&[started.into()])?.bytes());
    signed.push(author.sign(&[completed.into()])?.bytes());
    let mut pieces = Vec::with_capacity(count);
    let mut tags: Vec<Event> = Vec::with_capacity(count);
    for place in 0..count {
        let output = u16::try_from(place)?;
        let item = ItemId::derive(ItemKind::Piece, ORIGIN, &issuer, &end, output);
        // Far from the participants' keys.
        let claim_key = secret((1 << 40) + first_tag + place as u64).public();
        let code = TagCode::of(&claim_key);
        tags.push(TagBound { at, item, code, claim_key, photo: None, units_root: None, units: None }.into());
        pieces.push(Piece { item, code });
    }
    signed.push(author.sign(&tags)?.bytes());
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_what_was_pushed() {
        let mut signed = Signed::default();
        for part in [&b"one"[..], b"two", b"three"] {
            signed.push(part);
        }
        let mut twice = Signed::default();
        twice.append(&signed);
        twice.append(&signed);
        assert_eq!((twice.len(), twice.bytes()), (6, 22));
        assert_eq!(twice.get(3), b"one");
        assert_eq!(twice.run(1, 4), b"twothreeone");
        assert_eq!(twice.run(4, 9), b"twothree");
        assert_eq!(twice.get(9), b"");
        assert_eq!(twice.iter().count(), 6);
    }
}
