//! What the pages for people show: view models made from records and events, and their texts in English and Chinese.
//!
//! No HTTP and no storage here: a page is a function of a [`Source`] and a language. A page shows who says what and
//! how well it is supported, and what nobody has checked; it never says that a stone is genuine.

mod alerts;
mod ancestry;
mod answers;
mod gaps;
mod home;
mod item;
mod market;
mod phrase;
mod source;
mod text;
mod timeline;
mod treated;
mod vouched;

pub use ancestry::{Ancestor, Ancestry, ancestry};
pub use home::{HomePage, LedgerFacts, Notice, NoticePage};
pub use item::{ItemPage, PageOptions, item_page};
pub use source::{Kept, Reader, Source, display_name};
pub use text::{PageLang, Texts};
