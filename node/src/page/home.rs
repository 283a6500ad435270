//! The first page, and the pages that say that something is not there.

use askama::Template;

use super::text::{PageLang, Texts};

/// The ledger in a few facts.
#[derive(Clone, Debug, Default)]
pub struct LedgerFacts {
    /// The log's name.
    pub origin: String,
    /// The ledger's id.
    pub id: String,
    /// How many entries the log has.
    pub size: u64,
    /// When it was sealed last, as text; empty: never.
    pub sealed: String,
    /// The newest checkpoint's text.
    pub checkpoint: String,
    /// The log's key as C2SP writes it.
    pub log_key: String,
    /// Whether raw entries are for members only.
    pub members_only: bool,
}

/// The first page.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The texts.
    pub t: Texts,
    /// The page's path.
    pub path: String,
    /// What stands in the search field.
    pub typed: String,
    /// The ledger.
    pub ledger: LedgerFacts,
}

impl HomePage {
    /// The page in a language.
    #[must_use]
    pub const fn new(lang: PageLang, ledger: LedgerFacts) -> Self {
        Self { t: Texts(lang), path: String::new(), typed: String::new(), ledger }
    }
}

/// What a notice is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Notice {
    /// A well-formed code that nobody bound.
    UnknownTag(String),
    /// A text that is no code.
    BadTag(String),
    /// An item that is not there.
    UnknownItem(String),
    /// An item that the ledger shows to its members only.
    MembersOnly(String),
    /// A tag that gave way to another.
    Replaced {
        /// The old code.
        old: String,
        /// The live code.
        new: String,
    },
}

/// A page that says that something is not there, and what to do.
#[derive(Template)]
#[template(path = "notice.html")]
pub struct NoticePage {
    /// The texts.
    pub t: Texts,
    /// The page's path.
    pub path: String,
    /// The title.
    pub title: &'static str,
    /// The explanation.
    pub text: &'static str,
    /// What was asked for.
    pub asked: String,
    /// What stands in the search field: a code that has to be looked at again.
    pub typed: String,
    /// The code to go to.
    pub goes_to: Option<String>,
}

impl NoticePage {
    /// The page of a notice.
    #[must_use]
    pub fn new(lang: PageLang, path: String, notice: Notice) -> Self {
        let t = Texts(lang);
        let is_code = matches!(notice, Notice::UnknownTag(_) | Notice::BadTag(_));
        let (title, text, asked, goes_to) = match notice {
            Notice::UnknownTag(code) => (t.unknown_tag(), t.unknown_tag_text(), code, None),
            Notice::BadTag(code) => (t.bad_tag(), t.bad_tag_text(), code, None),
            Notice::UnknownItem(id) => (t.unknown_item(), t.unknown_item_text(), id, None),
            Notice::MembersOnly(id) => (t.members_item(), t.members_item_text(), id, None),
            Notice::Replaced { old, new } => (t.replaced_tag(), t.replaced_tag_text(), old, Some(new)),
        };
        // What was asked for is shown back: bounded, as it comes from outside.
        let asked: String = asked.chars().take(64).collect();
        let typed = if is_code { asked.clone() } else { String::new() };
        Self { t, path, title, text, asked, typed, goes_to }
    }
}
