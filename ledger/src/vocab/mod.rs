//! The vocabulary: one table per list of terms, each with stable codes and names in English, Chinese and Portuguese.
//!
//! A field of an event that may only hold a code of table `V` has the type [`Code<V>`], which cannot hold anything
//! else. The tables are data (`schemas/vocabulary/*.json` is the same data for other implementations); rules about
//! them live in `apply`. A code, once published, is never renamed or removed.

mod country;
mod currency;
mod customs;
mod evidence;
mod material;
mod port;
mod process;
mod reason;
mod role;
#[cfg(test)]
mod tests;
mod text;
mod trade;
mod treatment;

pub use country::Country;
pub use currency::Currency;
pub use customs::{DeclarationElement, ELEMENT_SETS, Element, ElementSet, HsCode, Regime, element_set};
pub use evidence::{
    CertificateScope, ChainModel, DocumentType, EntryKind, EvidenceLevel, Finding, WeighingMethod,
};
pub use material::{ForeignMaterial, Form, Nature, ProtectedName, Species, Variety};
pub use port::Port;
pub use process::{Step, WorkKind};
pub use reason::{
    AssignmentReason, DestroyReason, DifferenceReason, DisputeKind, DisputeOutcome, GainReason, HoldReason,
    LossReason, RecallReason, ReturnReason,
};
pub use role::{CredentialKind, FacilityKind, Role};
pub use text::{Names, closest, fold};
pub use trade::{Incoterm, SaleChannel, Unit};
pub use treatment::{Disclosure, Treatment};

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::lang::Lang;
use crate::words::{Phrase, words};

/// One row of a table.
#[derive(Debug, Eq, PartialEq)]
pub struct Term {
    /// The stable code: `lower_snake`, or the outside standard's own spelling (`BR`, `EUR`, `7103.10`).
    pub code: &'static str,
    /// Names in the order of [`Lang::ALL`]: English, Chinese, Portuguese.
    pub names: [&'static str; 3],
    /// Other names that people write in spreadsheets, in any language. Never shown.
    pub synonyms: &'static [&'static str],
    /// What else is known of it, by name: `("species", "quartz")`, `("agta", "H")`.
    pub attributes: &'static [(&'static str, &'static str)],
    /// The place in an ordered table, lowest first; `None` in the others.
    pub rank: Option<u8>,
}

impl Term {
    /// With other names.
    pub(crate) const fn also(mut self, synonyms: &'static [&'static str]) -> Self {
        self.synonyms = synonyms;
        self
    }

    /// With attributes.
    pub(crate) const fn with(mut self, attributes: &'static [(&'static str, &'static str)]) -> Self {
        self.attributes = attributes;
        self
    }

    /// With a place in an ordered table.
    pub(crate) const fn ranked(mut self, rank: u8) -> Self {
        self.rank = Some(rank);
        self
    }

    /// The name in a language.
    #[must_use]
    pub const fn name(&self, lang: Lang) -> &'static str {
        let [en, zh, pt] = self.names;
        match lang {
            Lang::En => en,
            Lang::Zh => zh,
            Lang::Pt => pt,
        }
    }

    /// An attribute's value.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&'static str> {
        self.attributes.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }
}

/// A row with names only: code, English, Chinese, Portuguese.
pub(crate) const fn t(code: &'static str, en: &'static str, zh: &'static str, pt: &'static str) -> Term {
    Term { code, names: [en, zh, pt], synonyms: &[], attributes: &[], rank: None }
}

/// A table of terms. Implemented by unit structs that only serve as markers.
pub trait Vocabulary: 'static {
    /// The table's name, as in `schemas/vocabulary/<name>.json`.
    const NAME: &'static str;
    /// The rows, sorted by code.
    const TERMS: &'static [Term];

    /// The rows, sorted by code.
    #[must_use]
    fn terms() -> &'static [Term] {
        Self::TERMS
    }
}

/// A table whose terms have an order, by [`Term::rank`].
pub trait Ordered: Vocabulary {}

/// The row with exactly this code.
#[must_use]
pub fn find<V: Vocabulary>(code: &str) -> Option<&'static Term> {
    V::TERMS.binary_search_by(|term| term.code.cmp(code)).ok().and_then(|at| V::TERMS.get(at))
}

/// A code of table `V`. Equal and ordered as its text is.
pub struct Code<V> {
    term: &'static Term,
    table: PhantomData<fn() -> V>,
}

impl<V: Vocabulary> Code<V> {
    /// Reads a code exactly as it is spelled in the table.
    ///
    /// # Errors
    /// [`UnknownCode`] with the nearest codes of the table.
    pub fn parse(code: &str) -> Result<Self, UnknownCode> {
        find::<V>(code).map(Self::of).ok_or_else(|| UnknownCode {
            vocabulary: V::NAME,
            code: code.chars().take(64).collect(),
            suggestions: closest::<V>(code),
        })
    }

    /// Reads what a person wrote: the code, a name in any language or a synonym; case, accents, spaces, hyphens and
    /// full-width letters do not matter. For many cells, build [`Names`] once.
    ///
    /// # Errors
    /// [`UnknownCode`] with the nearest codes of the table.
    pub fn named(text: &str) -> Result<Self, UnknownCode> {
        let wanted = fold(text);
        let all = |term: &&Term| {
            std::iter::once(term.code)
                .chain(term.names)
                .chain(term.synonyms.iter().copied())
                .any(|name| fold(name) == wanted)
        };
        match V::TERMS.iter().find(all) {
            Some(term) => Ok(Self::of(term)),
            None => Self::parse(text),
        }
    }

    /// A code known when the program is written. Only for constants, where an unknown code stops the build.
    #[must_use]
    #[expect(clippy::panic, reason = "evaluated at build time; data from outside goes through parse")]
    pub(crate) const fn constant(code: &str) -> Self {
        let mut rest = V::TERMS;
        while let [term, others @ ..] = rest {
            if same(term.code, code) {
                return Self { term, table: PhantomData };
            }
            rest = others;
        }
        panic!("not a code of this table")
    }

    /// Every code of the table, in the order of the codes.
    pub fn all() -> impl Iterator<Item = Self> {
        V::TERMS.iter().map(Self::of)
    }

    fn of(term: &'static Term) -> Self {
        Self { term, table: PhantomData }
    }
}

impl<V> Code<V> {
    /// The code's text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.term.code
    }

    /// The row.
    #[must_use]
    pub const fn term(self) -> &'static Term {
        self.term
    }

    /// The name in a language.
    #[must_use]
    pub const fn name(self, lang: Lang) -> &'static str {
        self.term.name(lang)
    }

    /// An attribute's value.
    #[must_use]
    pub fn attribute(self, key: &str) -> Option<&'static str> {
        self.term.attribute(key)
    }
}

impl<V: Ordered> Code<V> {
    /// The place in the table's order, lowest first.
    #[must_use]
    pub fn rank(self) -> u8 {
        // A test holds every ordered table to having ranks.
        self.term.rank.unwrap_or(0)
    }

    /// The one with the lower rank.
    #[must_use]
    pub fn lower(self, other: Self) -> Self {
        if other.rank() < self.rank() { other } else { self }
    }

    /// The one with the higher rank.
    #[must_use]
    pub fn higher(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }
}

/// A table in the order of its codes, sorted while building, so that it may be written in the order people think.
pub(crate) const fn sorted<const N: usize>(mut rows: [Term; N]) -> [Term; N] {
    let mut end = 1;
    while end < N {
        let mut at = end;
        while at > 0 && before(rows[at].code, rows[at - 1].code) {
            rows.swap(at, at - 1);
            at -= 1;
        }
        end += 1;
    }
    rows
}

/// Whether a text comes before another, byte by byte, as binary search compares them.
const fn before(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let ([x, xs @ ..], [y, ys @ ..]) = (a, b) {
        if *x != *y {
            return *x < *y;
        }
        (a, b) = (xs, ys);
    }
    a.is_empty() && !b.is_empty()
}

/// String equality that runs while building.
const fn same(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let ([x, xs @ ..], [y, ys @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (xs, ys);
    }
    a.is_empty() && b.is_empty()
}

/// The text is no code of the table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownCode {
    /// The table's name.
    pub vocabulary: &'static str,
    /// What was given, at most 64 characters of it.
    pub code: String,
    /// Codes of the table that look like it, nearest first; at most three.
    pub suggestions: Vec<&'static str>,
}

impl UnknownCode {
    /// What may have been meant, or where the codes stand: the end of a sentence.
    #[must_use]
    pub fn hint(&self) -> Phrase {
        if self.suggestions.is_empty() {
            return words(
                " (see schemas/vocabulary/{0}.json)",
                "（请见 schemas/vocabulary/{0}.json）",
                " (veja schemas/vocabulary/{0}.json)",
            )
            .with(self.vocabulary);
        }
        words("; did you mean {0}?", "；是否指 {0}？", "; quis dizer {0}?").with(self.suggestions.join(", "))
    }
}

impl std::error::Error for UnknownCode {}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a code of the table {}{}", self.code, self.vocabulary, self.hint())
    }
}

// Written out, as deriving would ask the marker for the same traits.
impl<V> Clone for Code<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Code<V> {}

impl<V> PartialEq for Code<V> {
    fn eq(&self, other: &Self) -> bool {
        self.term.code == other.term.code
    }
}

impl<V> Eq for Code<V> {}

impl<V> PartialOrd for Code<V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<V> Ord for Code<V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.term.code.cmp(other.term.code)
    }
}

impl<V> Hash for Code<V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.term.code.hash(state);
    }
}

impl<V> fmt::Display for Code<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.term.code)
    }
}

impl<V> fmt::Debug for Code<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.term.code)
    }
}

impl<V: Vocabulary> FromStr for Code<V> {
    type Err = UnknownCode;

    fn from_str(code: &str) -> Result<Self, UnknownCode> {
        Self::parse(code)
    }
}

impl<V> Serialize for Code<V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.term.code)
    }
}

impl<'de, V: Vocabulary> Deserialize<'de> for Code<V> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<V, C> minicbor::Encode<C> for Code<V> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(self.term.code)?.ok()
    }
}

impl<'b, V: Vocabulary, C> minicbor::Decode<'b, C> for Code<V> {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::parse(d.str()?).map_err(minicbor::decode::Error::custom)
    }
}

/// Declares a marker, its table and constants for the codes that rules name.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $marker:ident, $name:literal, [$($terms:expr),* $(,)?] $(, $(#[$cdoc:meta])* $constant:ident = $code:literal)* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $marker;

        impl $crate::vocab::Vocabulary for $marker {
            const NAME: &'static str = $name;
            const TERMS: &'static [$crate::vocab::Term] = &$crate::vocab::sorted([$($terms),*]);
        }

        #[allow(clippy::use_self, reason = "the macro names the marker in its own impl")]
        impl $marker {
            $($(#[$cdoc])* pub const $constant: $crate::vocab::Code<$marker> = $crate::vocab::Code::constant($code);)*
        }
    };
}
pub(crate) use vocabulary;
