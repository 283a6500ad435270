//! Masses and shares: whole milligrams, whole parts per million, and how people write a mass in a cell.
//!
//! Everything is integer arithmetic: a mass that is not an exact number of milligrams is refused, never rounded.
//! No tolerance and no rule lives here; `apply` decides what a difference means.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A mass in milligrams, at most 2^53 - 1 (so that every JSON reader keeps it exactly). 1 ct = 200 mg.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Milligrams(u64);

/// A share in parts per million, 0 to 1,000,000.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ppm(u32);

/// A unit that a mass may be written in. Pounds and ounces are left out on purpose: they are not exact in mg.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum MassUnit {
    /// Tonne, 1,000 kg; 吨.
    Tonne,
    /// Kilogram; 公斤, 千克.
    Kilogram,
    /// Jin of the Chinese market, 500 g; 斤, 市斤.
    Jin,
    /// Liang of the Chinese market, 50 g; 两, 市两.
    Liang,
    /// Gram; 克.
    Gram,
    /// Metric carat, 200 mg; 克拉.
    Carat,
    /// Milligram; 毫克.
    Milligram,
}

/// Why a mass could not be read or computed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MassError {
    /// Nothing was written.
    #[error("the mass is empty: write a number, such as 12.5 kg")]
    Empty,
    /// A minus sign.
    #[error("the mass {0:?} is negative: masses are never below zero")]
    Negative(String),
    /// `1.2e3`: a spreadsheet has shortened the number and may have lost digits.
    #[error("the mass {0:?} is in scientific notation: write all digits")]
    Scientific(String),
    /// A comma that is not a thousands separator, or several points.
    #[error(
        "the mass {0:?} is ambiguous: write the decimals after a point; commas only part thousands (1,234.5)"
    )]
    Ambiguous(String),
    /// Not a number at all.
    #[error("{0:?} is not a mass: write a number and a unit, such as 12.5 kg")]
    NotANumber(String),
    /// A number without a unit, where no column heading gives one.
    #[error("the mass {0:?} has no unit: add t, kg, g, mg, ct, 斤 or 两")]
    NoUnit(String),
    /// Something follows the number that is no unit of the table.
    #[error("{0:?} is not a unit of mass known here: use t, kg, g, mg, ct, 斤 or 两")]
    UnknownUnit(String),
    /// More decimals than a milligram has.
    #[error("the mass {0:?} is not a whole number of milligrams")]
    NotExact(String),
    /// Above 2^53 - 1 mg.
    #[error("the mass is above 9,007,199,254.740991 kg (2^53 - 1 mg)")]
    TooLarge,
}

/// Longest text read as a mass, in characters.
const MAX_TEXT: usize = 64;

/// Reads a mass as people write it: `12.5 kg`, `１，２３４．５公斤`, `30斤`, or a bare number when `default` gives the
/// unit of the column. Commas part thousands in groups of three and nothing else.
///
/// # Errors
/// Anything that is not exactly one non-negative whole number of milligrams; see [`MassError`].
pub fn parse_mass(text: &str, default: Option<MassUnit>) -> Result<Milligrams, MassError> {
    let shown: String = text.trim().chars().take(MAX_TEXT).collect();
    if shown.is_empty() {
        return Err(MassError::Empty);
    }
    if text.trim().chars().count() > MAX_TEXT {
        return Err(MassError::NotANumber(shown));
    }
    let plain: String = shown.chars().map(to_ascii).collect();
    let plain = plain.trim();
    if plain.starts_with('-') {
        return Err(MassError::Negative(shown));
    }
    let end = plain.find(|c: char| !matches!(c, '0'..='9' | '.' | ',')).unwrap_or(plain.len());
    let (number, rest) = plain.split_at(end);
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(MassError::NotANumber(shown));
    }
    let unit = match (rest.trim(), default) {
        ("", Some(unit)) => unit,
        ("", None) => return Err(MassError::NoUnit(shown)),
        (suffix, _) if is_exponent(suffix) => return Err(MassError::Scientific(shown)),
        (suffix, _) => suffix.parse().map_err(|UnknownUnit| MassError::UnknownUnit(suffix.to_owned()))?,
    };
    let (whole, decimals) = split_number(number).ok_or_else(|| MassError::Ambiguous(shown.clone()))?;
    scale(&whole, decimals, unit).unwrap_or(Err(MassError::NotExact(shown)))
}

/// `digits` and `decimals` of a unit, as milligrams; `None` when a part of a milligram would be left over.
fn scale(whole: &str, decimals: &str, unit: MassUnit) -> Option<Result<Milligrams, MassError>> {
    let decimals = decimals.trim_end_matches('0');
    // 9 decimals of a tonne are milligrams; no unit can take more, so a longer tail cannot be exact.
    if decimals.len() > 9 {
        return None;
    }
    let digits = format!("{whole}{decimals}");
    let Ok(number) = digits.parse::<u128>() else { return Some(Err(MassError::TooLarge)) };
    let divisor = decimals.bytes().fold(1_u128, |power, _| power * 10);
    let Some(scaled) = number.checked_mul(u128::from(unit.milligrams())) else {
        return Some(Err(MassError::TooLarge));
    };
    if scaled % divisor != 0 {
        return None;
    }
    Some(u64::try_from(scaled / divisor).ok().and_then(Milligrams::new).ok_or(MassError::TooLarge))
}

/// The digits before and after the point, without thousands separators; `None` if their meaning is not certain.
fn split_number(number: &str) -> Option<(String, &str)> {
    let (whole, decimals) = match number.split_once('.') {
        Some((whole, decimals)) if !decimals.is_empty() => (whole, decimals),
        Some(_) => return None,
        None => (number, ""),
    };
    if decimals.contains(['.', ',']) {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let separated = whole.contains(',');
    // "0,125" reads as an eighth in half of the world: a number in thousands never starts with a zero.
    if first.is_empty() || (separated && (first.len() > 3 || first.starts_with('0'))) {
        return None;
    }
    if groups.any(|group| group.len() != 3) {
        return None;
    }
    Some((whole.replace(',', ""), decimals))
}

/// `e3`, `E+05`: what a spreadsheet puts behind a number it has shortened.
fn is_exponent(suffix: &str) -> bool {
    suffix
        .strip_prefix(['e', 'E'])
        .map(|tail| tail.trim_start_matches(['+', '-']))
        .is_some_and(|tail| tail.starts_with(|c: char| c.is_ascii_digit()))
}

/// Full-width digits, letters and punctuation as their ASCII twins, every space as a space, every minus as `-`.
fn to_ascii(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\t' => ' ',
        '\u{2212}' | '\u{2013}' | '\u{2014}' => '-',
        other => other,
    }
}

/// Shares of a total in parts per million that add up to exactly 1,000,000, by largest remainder. Equal remainders
/// go to the lower key. Empty when the masses add up to nothing.
#[must_use]
pub fn largest_remainder<K: Ord + Clone>(masses: &BTreeMap<K, Milligrams>) -> BTreeMap<K, Ppm> {
    let whole = u128::from(Ppm::WHOLE.get());
    let total: u128 = masses.values().map(|mass| u128::from(mass.get())).sum();
    if total == 0 {
        return BTreeMap::new();
    }
    let mut parts: Vec<(&K, u32, u128)> = masses
        .iter()
        .map(|(key, mass)| {
            let scaled = u128::from(mass.get()) * whole;
            // A part of the total is at most the whole, so the quotient fits.
            (key, u32::try_from(scaled / total).unwrap_or(Ppm::WHOLE.get()), scaled % total)
        })
        .collect();
    let given: u32 = parts.iter().map(|(_, floor, _)| floor).sum();
    let left = usize::try_from(Ppm::WHOLE.get() - given).unwrap_or(0);
    parts.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(b.0)));
    for part in parts.iter_mut().take(left) {
        part.1 += 1;
    }
    parts.into_iter().map(|(key, ppm, _)| (key.clone(), Ppm(ppm))).collect()
}

impl Milligrams {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The greatest mass, 2^53 - 1 mg: about nine million tonnes.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// A mass, or `None` above [`Milligrams::MAX`].
    #[must_use]
    pub const fn new(mg: u64) -> Option<Self> {
        if mg <= Self::MAX.0 { Some(Self(mg)) } else { None }
    }

    /// The number of milligrams.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` above [`Milligrams::MAX`].
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        // Both are below 2^53, so the sum of two cannot overflow 64 bits.
        Self::new(self.0 + other.0)
    }

    /// The difference, or `None` below zero.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(mg) => Some(Self(mg)),
            None => None,
        }
    }

    /// How far two masses are apart.
    #[must_use]
    pub const fn abs_diff(self, other: Self) -> Self {
        Self(self.0.abs_diff(other.0))
    }

    /// The part of this mass that a share says, rounded down.
    #[must_use]
    pub fn share(self, ppm: Ppm) -> Self {
        let mg = u128::from(self.0) * u128::from(ppm.0) / u128::from(Ppm::WHOLE.0);
        // A share is at most the whole, so the result is at most this mass.
        Self(u64::try_from(mg).unwrap_or(self.0))
    }

    /// The sum of many, or `None` above [`Milligrams::MAX`].
    #[must_use]
    pub fn total<I: IntoIterator<Item = Self>>(masses: I) -> Option<Self> {
        masses.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// The exact decimal number of `unit`, without the unit: 12,400,000 mg in kilograms is `12.4`.
    #[must_use]
    pub fn in_unit(self, unit: MassUnit) -> String {
        let per = unit.milligrams();
        let (whole, mut rest) = (self.0 / per, self.0 % per);
        let mut text = whole.to_string();
        if rest > 0 {
            text.push('.');
        }
        // Every unit is 2^a * 5^b mg, so the expansion ends.
        while rest > 0 {
            rest *= 10;
            text.push(char::from(b'0' + u8::try_from(rest / per).unwrap_or(0)));
            rest %= per;
        }
        text
    }
}

/// Exact and readable: `12.4 kg`, `431.25 g`, `64 mg`. [`parse_mass`] reads it back.
impl fmt::Display for Milligrams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.0 {
            1_000_000.. => MassUnit::Kilogram,
            1_000..1_000_000 => MassUnit::Gram,
            _ => MassUnit::Milligram,
        };
        write!(f, "{} {unit}", self.in_unit(unit))
    }
}

impl Serialize for Milligrams {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Milligrams {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom(MassError::TooLarge))
    }
}

impl<C> minicbor::Encode<C> for Milligrams {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u64(self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Milligrams {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::new(d.u64()?).ok_or_else(|| minicbor::decode::Error::message("a mass is at most 2^53 - 1 mg"))
    }
}

impl Ppm {
    /// No share.
    pub const ZERO: Self = Self(0);
    /// The whole: 1,000,000 parts per million.
    pub const WHOLE: Self = Self(1_000_000);

    /// A share, or `None` above the whole.
    #[must_use]
    pub const fn new(ppm: u32) -> Option<Self> {
        if ppm <= Self::WHOLE.0 { Some(Self(ppm)) } else { None }
    }

    /// The number of parts per million.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// The sum of shares as a plain number, since a list from outside may add up to more than the whole.
impl Sum<Ppm> for u64 {
    fn sum<I: Iterator<Item = Ppm>>(shares: I) -> Self {
        shares.map(|share| Self::from(share.0)).sum()
    }
}

/// Exact per cent: `70 %`, `33.3333 %`.
impl fmt::Display for Ppm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return write!(f, "{whole} %");
        }
        write!(f, "{whole}.{} %", format!("{rest:04}").trim_end_matches('0'))
    }
}

impl Serialize for Ppm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for Ppm {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u32::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("a share is at most 1000000 ppm"))
    }
}

impl<C> minicbor::Encode<C> for Ppm {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u32(self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Ppm {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::new(d.u32()?).ok_or_else(|| minicbor::decode::Error::message("a share is at most 1000000 ppm"))
    }
}

impl MassUnit {
    /// Every unit, heaviest first.
    pub const ALL: [Self; 7] =
        [Self::Tonne, Self::Kilogram, Self::Jin, Self::Liang, Self::Gram, Self::Carat, Self::Milligram];

    /// Milligrams in one of it.
    #[must_use]
    pub const fn milligrams(self) -> u64 {
        match self {
            Self::Tonne => 1_000_000_000,
            Self::Kilogram => 1_000_000,
            Self::Jin => 500_000,
            Self::Liang => 50_000,
            Self::Gram => 1_000,
            Self::Carat => 200,
            Self::Milligram => 1,
        }
    }

    /// How the unit is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Tonne => "t",
            Self::Kilogram => "kg",
            Self::Jin => "斤",
            Self::Liang => "两",
            Self::Gram => "g",
            Self::Carat => "ct",
            Self::Milligram => "mg",
        }
    }
}

impl fmt::Display for MassUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// The text names no unit of mass known here.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("units of mass are t, kg, g, mg, ct, 斤 (500 g) and 两 (50 g)")]
pub struct UnknownUnit;

/// Latin units in any case, Chinese units, and their names in English and Portuguese. Not `ton` (three of them are
/// in use) and not `gr` (a grain to a jeweller).
impl FromStr for MassUnit {
    type Err = UnknownUnit;

    fn from_str(text: &str) -> Result<Self, UnknownUnit> {
        let plain: String = text.chars().map(to_ascii).collect::<String>().trim().to_lowercase();
        Ok(match plain.trim_end_matches('.') {
            "t" | "tonne" | "tonnes" | "tonelada" | "toneladas" | "吨" | "公吨" => Self::Tonne,
            "kg" | "kgs" | "kilogram" | "kilograms" | "quilo" | "quilos" | "quilograma" | "quilogramas"
            | "公斤" | "千克" => Self::Kilogram,
            "jin" | "斤" | "市斤" => Self::Jin,
            "liang" | "两" | "市两" => Self::Liang,
            "g" | "gram" | "grams" | "grama" | "gramas" | "克" => Self::Gram,
            "ct" | "cts" | "carat" | "carats" | "quilate" | "quilates" | "克拉" => Self::Carat,
            "mg" | "milligram" | "milligrams" | "miligrama" | "miligramas" | "毫克" => Self::Milligram,
            _ => return Err(UnknownUnit),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mg(text: &str) -> Result<u64, MassError> {
        parse_mass(text, None).map(Milligrams::get)
    }

    #[test]
    fn masses_as_people_write_them() {
        for (text, expected) in [
            ("12.4 kg", 12_400_000),
            ("12.4KG", 12_400_000),
            ("１２．４公斤", 12_400_000),
            ("1,234.5 kg", 1_234_500_000),
            ("１，２３４．５　千克", 1_234_500_000),
            ("1.25吨", 1_250_000_000),
            ("0.000000001 t", 1),
            ("30斤", 15_000_000),
            ("3市斤", 1_500_000),
            ("2.5两", 125_000),
            ("7克", 7_000),
            ("1.005 ct", 201),
            ("12克拉", 2_400),
            ("64 mg", 64),
            ("64毫克", 64),
            ("0 g", 0),
            ("007 g", 7_000),
            ("1.50000000000000000000 g", 1_500),
        ] {
            assert_eq!(mg(text), Ok(expected), "{text}");
        }
        assert_eq!(parse_mass("1,234,567", Some(MassUnit::Gram)).map(Milligrams::get), Ok(1_234_567_000));
        assert_eq!(
            parse_mass("5 g", Some(MassUnit::Kilogram)).map(Milligrams::get),
            Ok(5_000),
            "the cell wins"
        );
    }

    #[test]
    fn what_is_not_certain_is_refused() {
        use MassError as E;
        for text in
            ["1,5 kg", "1 234,5 kg", "12,34 kg", "1.234,5 kg", "0,125 kg", "1,,234 kg", "1. kg", "1.2.3 kg"]
        {
            assert!(matches!(mg(text), Err(E::Ambiguous(_) | E::UnknownUnit(_))), "{text}: {:?}", mg(text));
        }
        assert!(matches!(mg(""), Err(E::Empty)));
        assert!(matches!(mg(" \u{3000}"), Err(E::Empty)));
        assert!(matches!(mg("-3 kg"), Err(E::Negative(_))));
        assert!(matches!(mg("−3 kg"), Err(E::Negative(_))));
        assert!(matches!(mg("1.2e3 kg"), Err(E::Scientific(_))));
        assert!(matches!(mg("1E+05"), Err(E::Scientific(_))));
        assert!(matches!(mg("约十公斤"), Err(E::NotANumber(_))));
        assert!(matches!(mg(".5 kg"), Err(E::NotANumber(_))));
        assert!(matches!(mg("12"), Err(E::NoUnit(_))));
        assert!(matches!(mg("12 lb"), Err(E::UnknownUnit(_))));
        assert!(matches!(mg("12 gr"), Err(E::UnknownUnit(_))));
        assert!(matches!(mg("0.0001 g"), Err(E::NotExact(_))));
        assert!(matches!(mg("0.001 ct"), Err(E::NotExact(_))));
        assert_eq!(mg("9007199254.740991 kg"), Ok(Milligrams::MAX.get()));
        assert_eq!(mg("9007199254.740992 kg"), Err(E::TooLarge));
        assert_eq!(mg(&format!("{} kg", "9".repeat(50))), Err(E::TooLarge));
        assert!(matches!(mg(&"9".repeat(5000)), Err(E::NotANumber(_))));
    }

    #[test]
    fn shown_exactly() {
        for (mg, text) in [
            (12_400_000, "12.4 kg"),
            (431_250, "431.25 g"),
            (64, "64 mg"),
            (0, "0 mg"),
            (1_234_567_891, "1234.567891 kg"),
            (1_000, "1 g"),
        ] {
            assert_eq!(Milligrams(mg).to_string(), text);
        }
        assert_eq!(Milligrams(201).in_unit(MassUnit::Carat), "1.005");
        assert_eq!(Ppm(700_000).to_string(), "70 %");
        assert_eq!(Ppm(333_333).to_string(), "33.3333 %");
        assert_eq!(Ppm(1).to_string(), "0.0001 %");
    }

    #[test]
    fn limits_hold_in_arithmetic_and_in_every_encoding() {
        assert_eq!(Milligrams::MAX.checked_add(Milligrams(1)), None);
        assert_eq!(Milligrams(1).checked_sub(Milligrams(2)), None);
        assert_eq!(Milligrams::total([Milligrams(1), Milligrams(2)]), Some(Milligrams(3)));
        assert_eq!(serde_json::to_string(&Milligrams::MAX).unwrap(), "9007199254740991");
        assert!(serde_json::from_str::<Milligrams>("9007199254740992").is_err());
        assert!(serde_json::from_str::<Milligrams>("1.5").is_err());
        assert!(serde_json::from_str::<Milligrams>("-1").is_err());
        assert!(serde_json::from_str::<Ppm>("1000001").is_err());
        let bytes = minicbor::to_vec(1_u64 << 53).unwrap();
        assert!(minicbor::decode::<Milligrams>(&bytes).is_err());
        let bytes = minicbor::to_vec(Milligrams(500)).unwrap();
        assert_eq!(bytes, [0x19, 0x01, 0xf4]);
        assert_eq!(minicbor::decode::<Milligrams>(&bytes).unwrap(), Milligrams(500));
    }

    #[test]
    fn shares_add_up_and_ties_go_to_the_lower_key() {
        let thirds = BTreeMap::from([("a", Milligrams(1)), ("b", Milligrams(1)), ("c", Milligrams(1))]);
        let shares = largest_remainder(&thirds);
        assert_eq!(shares.values().map(|p| p.0).collect::<Vec<_>>(), [333_334, 333_333, 333_333]);
        assert!(largest_remainder(&BTreeMap::from([("a", Milligrams::ZERO)])).is_empty());
        assert_eq!(Milligrams(10).share(Ppm(333_334)), Milligrams(3));
    }

    proptest! {
        #[test]
        fn display_is_read_back(value in 0..=Milligrams::MAX.0) {
            prop_assert_eq!(mg(&Milligrams(value).to_string()), Ok(value));
        }

        #[test]
        fn every_unit_is_read_back(value in 0..=Milligrams::MAX.0, unit in 0..7_usize) {
            let unit = MassUnit::ALL[unit];
            prop_assert_eq!(mg(&format!("{}{unit}", Milligrams(value).in_unit(unit))), Ok(value));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,80}") {
            let _ = parse_mass(&text, Some(MassUnit::Gram));
        }

        #[test]
        fn shares_are_whole_and_within_one_part(masses in proptest::collection::vec(0..=Milligrams::MAX.0, 1..20)) {
            let masses: BTreeMap<_, _> = masses.into_iter().map(Milligrams).enumerate().collect();
            let total: u128 = masses.values().map(|m| u128::from(m.0)).sum();
            let shares = largest_remainder(&masses);
            if total > 0 {
                prop_assert_eq!(shares.values().copied().sum::<u64>(), 1_000_000);
                for (key, share) in &shares {
                    let (exact, given) = (u128::from(masses[key].0) * 1_000_000, u128::from(share.0) * total);
                    prop_assert!(exact.abs_diff(given) < total);
                }
            }
        }
    }
}
