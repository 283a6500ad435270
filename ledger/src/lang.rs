//! The languages that people are answered in. Names come from `vocab`; messages from `violation` and `verdict`.
//!
//! No text of a page or of a command line lives here.

use std::str::FromStr;

/// A language of messages and names.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Lang {
    /// English, the default.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
    /// Portuguese.
    Pt,
}

impl Lang {
    /// Every language, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::En, Self::Zh, Self::Pt];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
            Self::Pt => "pt",
        }
    }

    /// The best match for an `Accept-Language` header or a `LANG` value; English if none fits.
    #[must_use]
    pub fn negotiate(header: &str) -> Self {
        let mut best = (Self::En, -1_i32);
        for (position, part) in header.split(',').take(32).enumerate() {
            let mut pieces = part.trim().split(';');
            let Some(lang) = pieces.next().and_then(|tag| tag.parse::<Self>().ok()) else { continue };
            let quality = pieces.find_map(|p| p.trim().strip_prefix("q=").map(thousandths)).unwrap_or(1000);
            let rank = quality * 64 - i32::try_from(position).unwrap_or(63);
            if quality > 0 && rank > best.1 {
                best = (lang, rank);
            }
        }
        best.0
    }
}

/// `0.8` as 800; anything unreadable as 0.
fn thousandths(text: &str) -> i32 {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<i32>(), digits.parse::<i32>()) {
        (Ok(whole @ 0..=1), Ok(part)) => (whole * 1000 + part).min(1000),
        _ => 0,
    }
}

/// No table of this language exists.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("languages are en, zh and pt")]
pub struct UnknownLang;

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        match text.split(['-', '_', '.']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            "pt" => Ok(Self::Pt),
            _ => Err(UnknownLang),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_follows_quality_then_order() {
        assert_eq!(Lang::negotiate("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh);
        assert_eq!(Lang::negotiate("fr, pt-BR;q=0.5, en;q=0.1"), Lang::Pt);
        assert_eq!(Lang::negotiate("de"), Lang::En);
        assert_eq!(Lang::negotiate("en;q=0, zh;q=0.1"), Lang::Zh);
        assert_eq!(Lang::negotiate("zh_CN.UTF-8"), Lang::Zh);
    }
}
