//! Sentences that people are answered with: the same in every language, with holes for what they speak of.
//!
//! No sentence stands here: each table of reasons, notes and defects keeps its own. Names of terms come from `vocab`.

use std::fmt;

use crate::id::{ItemId, ParticipantId, WorkOrderId};
use crate::lang::Lang;
use crate::vocab::{Code, Term};

/// A text in every language; `{0}`, `{1}`... are holes. Sentences inside others have no full stop.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Words {
    en: &'static str,
    zh: &'static str,
    pt: &'static str,
}

/// Words in English, Chinese and Portuguese.
#[must_use]
pub const fn words(en: &'static str, zh: &'static str, pt: &'static str) -> Words {
    Words { en, zh, pt }
}

impl Words {
    /// The words of one language, with their holes.
    #[must_use]
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
            Lang::Pt => self.pt,
        }
    }

    /// The words with their holes filled; a hole without an argument shows `?`.
    #[must_use]
    pub fn fill<A: AsRef<str>>(self, lang: Lang, args: &[A]) -> String {
        // Piece by piece, so that an argument with braces in it cannot take the place of another.
        let mut text = String::new();
        let mut rest = self.of(lang);
        while let Some((before, after)) = rest.split_once('{') {
            text += before;
            let (number, after) = after.split_once('}').unwrap_or(("", after));
            text += number.parse().ok().and_then(|n: usize| args.get(n)).map_or("?", AsRef::as_ref);
            rest = after;
        }
        text + rest
    }

    /// Fills the first hole with what is the same in every language.
    #[must_use]
    pub fn with(self, arg: impl fmt::Display) -> Phrase {
        Phrase::from(self).with(arg)
    }

    /// Fills the first hole with what has words of its own.
    #[must_use]
    pub fn saying(self, arg: impl Into<Arg>) -> Phrase {
        Phrase::from(self).saying(arg)
    }
}

/// What fills a hole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Arg {
    /// The same in every language: an id, a number, a mass, what somebody wrote.
    Plain(String),
    /// Terms of the vocabulary, by their names.
    Terms(Vec<&'static Term>),
    /// Another sentence.
    Phrase(Phrase),
}

impl Arg {
    /// The argument in a language.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Terms(terms) => {
                let names: Vec<&str> = terms.iter().map(|term| term.name(lang)).collect();
                names.join(words(", ", "、", ", ").of(lang))
            }
            Self::Phrase(phrase) => phrase.say(lang),
        }
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl From<Phrase> for Arg {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(phrase)
    }
}

impl From<Words> for Arg {
    fn from(words: Words) -> Self {
        Self::Phrase(words.into())
    }
}

/// Ids are the same in every language.
macro_rules! plain {
    ($($id:ty)*) => {$(impl From<$id> for Arg {
        fn from(id: $id) -> Self {
            Self::Plain(id.to_string())
        }
    })*};
}

plain! { ItemId ParticipantId crate::id::SaleId WorkOrderId }

impl<V> From<Code<V>> for Arg {
    fn from(code: Code<V>) -> Self {
        Self::Terms(vec![code.term()])
    }
}

/// Words with what fills their holes: a sentence that can be said in every language.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Phrase {
    words: Words,
    args: Vec<Arg>,
}

impl Phrase {
    /// Words with the arguments for all their holes.
    #[must_use]
    pub const fn new(words: Words, args: Vec<Arg>) -> Self {
        Self { words, args }
    }

    /// Fills the next hole with what is the same in every language.
    #[must_use]
    pub fn with(mut self, arg: impl fmt::Display) -> Self {
        self.args.push(Arg::Plain(arg.to_string()));
        self
    }

    /// Fills the next hole with what has words of its own.
    #[must_use]
    pub fn saying(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// The sentence in a language.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let args: Vec<String> = self.args.iter().map(|arg| arg.say(lang)).collect();
        self.words.fill(lang, &args)
    }
}

impl From<Words> for Phrase {
    fn from(words: Words) -> Self {
        Self { words, args: Vec::new() }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Role;

    #[test]
    fn holes_are_filled_in_the_asked_language_and_never_twice() {
        let inner = words("in stock", "在库", "em estoque");
        let phrase = words("{0} is {1}", "{0} 的状态是 {1}", "{0} está {1}").with("{1}").saying(inner);
        assert_eq!(phrase.to_string(), "{1} is in stock");
        assert_eq!(phrase.say(Lang::Zh), "{1} 的状态是 在库");
        assert_eq!(words("{0}", "{0}", "{0}").fill::<&str>(Lang::Pt, &[]), "?");
        let roles = Arg::Terms(vec![Role::REGISTRAR.term(), Role::REGISTRAR.term()]);
        let name = Role::REGISTRAR.name(Lang::Zh);
        assert_eq!(roles.say(Lang::Zh), format!("{name}、{name}"));
    }
}
