//! Finding a term by what people write: folding of spelling, an index of names, and the nearest codes to a mistake.
//!
//! Nothing here changes what is signed: an event carries the code only.

use std::collections::HashMap;
use std::marker::PhantomData;

use super::{Code, Vocabulary};

/// Longest text that is compared, in characters; no name of any table is longer.
const MAX_TEXT: usize = 64;

/// An index of every code, name and synonym of a table, for reading many cells.
pub struct Names<V> {
    by_name: HashMap<String, Code<V>>,
    table: PhantomData<fn() -> V>,
}

impl<V: Vocabulary> Default for Names<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: Vocabulary> Names<V> {
    /// The index of table `V`. Where a name stands for two codes, the first code in order has it; a test keeps the
    /// tables free of that.
    #[must_use]
    pub fn new() -> Self {
        let mut by_name = HashMap::new();
        for code in Code::<V>::all() {
            let term = code.term();
            for name in std::iter::once(term.code).chain(term.names).chain(term.synonyms.iter().copied()) {
                by_name.entry(fold(name)).or_insert(code);
            }
        }
        Self { by_name, table: PhantomData }
    }

    /// The code that goes by this name, whatever the case, accents, spaces and hyphens.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<Code<V>> {
        self.by_name.get(&fold(text)).copied()
    }
}

/// Text with differences of spelling taken out: full-width to half-width, lower case, no accents, no spaces,
/// hyphens, underscores, points or apostrophes.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().take(4 * MAX_TEXT).flat_map(char::to_lowercase).filter_map(fold_char).collect()
}

fn fold_char(c: char) -> Option<char> {
    Some(match c {
        // Half-width twins are at a fixed distance; upper case has been lowered before.
        '\u{ff01}'..='\u{ff5e}' => {
            return char::from_u32(u32::from(c) - 0xfee0).and_then(fold_char).map(|c| c.to_ascii_lowercase());
        }
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        '-' | '_' | '.' | '\'' | '’' | '‘' | '·' | '´' | '`' | '\u{2010}'..='\u{2015}' => return None,
        // The combining accents of decomposed text, and zero-width marks that editors leave behind.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => return None,
        c if c.is_whitespace() || c.is_control() => return None,
        c => c,
    })
}

/// The codes of a table that look most like a text, nearest first, at most three: those within a third of its
/// length, by code, name or synonym.
#[must_use]
pub fn closest<V: Vocabulary>(text: &str) -> Vec<&'static str> {
    let wanted: Vec<char> = fold(text).chars().take(MAX_TEXT).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let allowed = (wanted.len() / 3).max(1);
    let mut near: Vec<(usize, &'static str)> = Vec::new();
    for term in V::TERMS {
        let names = std::iter::once(term.code).chain(term.names).chain(term.synonyms.iter().copied());
        let least = names
            .map(|name| fold(name).chars().collect::<Vec<char>>())
            .filter(|name| !name.is_empty() && name.len().abs_diff(wanted.len()) <= allowed)
            .map(|name| (distance(&wanted, &name), name.len()))
            // A name of which nothing is left is no likeness: one wrong character of one, two of two.
            .filter(|(distance, len)| *distance <= allowed && *distance < *len && *distance < wanted.len())
            .map(|(distance, _)| distance)
            .min();
        if let Some(least) = least {
            near.push((least, term.code));
        }
    }
    near.sort_unstable();
    // A far likeness beside a near one only distracts.
    let worst = near.first().map_or(0, |(least, _)| least + 1);
    near.into_iter().filter(|(distance, _)| *distance <= worst).take(3).map(|(_, code)| code).collect()
}

/// Levenshtein's distance: insertions, deletions and replacements of one character.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(left);
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(x != y)).min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_out_spelling_only() {
        assert_eq!(fold("Quartzo Fumê"), "quartzofume");
        assert_eq!(fold("ＲＯＳＥ－ｑｕａｒｔｚ"), "rosequartz");
        assert_eq!(fold(" 紫 水晶\u{3000}"), "紫水晶");
        assert_ne!(fold("紫晶"), fold("黄晶"));
    }

    #[test]
    fn distances() {
        let of = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("abc", "abc"), 0);
        assert_eq!(of("ametist", "amethyst"), 2);
    }
}
