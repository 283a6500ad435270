//! Strict JSON of signed payloads: what can be read in two ways by two programs is refused.
//!
//! Reads with serde_json's tokenizer and an own visitor. No event is known here, only values; and nothing is
//! written back before a signature check, because what counts are the signed bytes.

mod read;
#[cfg(test)]
mod tests;

use serde::ser::{SerializeMap, SerializeSeq};

use crate::words::{Phrase, words};

/// Arrays and objects nest at most this deep; the deepest event needs 6.
pub const MAX_DEPTH: usize = 16;

/// Integers are smaller than this in magnitude (2^53), as an IEEE double, so JavaScript, holds them exactly.
pub const INT_LIMIT: i64 = 1 << 53;

/// A JSON value of a signed payload. Objects keep the order in which they were written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Json {
    /// `true` or `false`.
    Bool(bool),
    /// An integer; there are no other numbers.
    Int(i64),
    /// A text without control, bidi-control and noncharacters.
    Str(String),
    /// An array.
    Arr(Vec<Json>),
    /// An object, every key once.
    Obj(Vec<(String, Json)>),
}

impl Json {
    /// Reads one value from exactly these bytes.
    ///
    /// Refused at any depth: `null`, fractions and exponents (also `1.0`, `1e3` and `-0`), |n| >= 2^53, a key
    /// twice, control characters in texts (also when escaped), bidi controls, noncharacters and lone surrogates,
    /// more than [`MAX_DEPTH`] levels, bytes after the value, a byte order mark, what is not UTF-8.
    ///
    /// # Errors
    /// [`JsonError`] with the first defect and its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            let problem = words(
                "not UTF-8 after byte {0}",
                "第 {0} 字节之后不是 UTF-8",
                "não é UTF-8 depois do byte {0}",
            );
            JsonError::new(JsonErrorKind::Character, problem.with(e.valid_up_to()))
        })?;
        if text.starts_with('\u{feff}') {
            return Err(JsonError::new(
                JsonErrorKind::Character,
                words(
                    "a byte order mark at the start; leave it out",
                    "开头有字节顺序标记（BOM），请去掉",
                    "há uma marca de ordem de bytes (BOM) no início; retire-a",
                )
                .into(),
            ));
        }
        read::from_text(text)
    }

    /// The value in its shortest form: no spaces, the stored order, only `"`, `\` and control characters escaped.
    /// The same value always gives the same text.
    ///
    /// What [`Json::parse`] refuses (an integer out of range, a control character) is written all the same; a
    /// client finds out when it reads back what it is about to sign, as `Statement::sign` does.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out);
        out
    }

    /// An object with these members in this order.
    #[must_use]
    pub fn object<K: Into<String>, V: Into<Self>>(members: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Obj(members.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// The integer, if it is one.
    #[must_use]
    pub const fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The truth value, if it is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth) = self { Some(*truth) } else { None }
    }

    /// The elements, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Arr(elements) = self { Some(elements) } else { None }
    }

    /// The members in their order, if it is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[(String, Self)]> {
        if let Self::Obj(members) = self { Some(members) } else { None }
    }

    /// The member of that name, if it is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.iter().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// What it is, in words, for messages.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Int(_) => "an integer",
            Self::Str(_) => "a text",
            Self::Arr(_) => "an array",
            Self::Obj(_) => "an object",
        }
    }

    fn write_to(&self, out: &mut String) {
        match self {
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::Int(number) => out.push_str(&number.to_string()),
            Self::Str(text) => write_text(text, out),
            Self::Arr(elements) => {
                for (at, element) in elements.iter().enumerate() {
                    out.push(if at == 0 { '[' } else { ',' });
                    element.write_to(out);
                }
                out.push_str(if elements.is_empty() { "[]" } else { "]" });
            }
            Self::Obj(members) => {
                for (at, (key, value)) in members.iter().enumerate() {
                    out.push(if at == 0 { '{' } else { ',' });
                    write_text(key, out);
                    out.push(':');
                    value.write_to(out);
                }
                out.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

/// Which rule of the strict JSON was broken.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum JsonErrorKind {
    /// Not JSON, or bytes after the value.
    Syntax,
    /// A key twice in one object.
    Duplicate,
    /// A number with a fraction or an exponent, or `-0`.
    Float,
    /// An integer of magnitude 2^53 or more.
    Range,
    /// `null`.
    Null,
    /// Not UTF-8, a byte order mark, or a character that texts may not hold.
    Character,
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
}

/// Why [`Json::parse`] refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.phrase())]
pub struct JsonError {
    /// Which rule.
    pub kind: JsonErrorKind,
    /// Where, as far as known: `events[0].mass`; empty at the top.
    pub path: String,
    /// What was wrong, in words.
    pub problem: Phrase,
}

impl JsonError {
    const fn new(kind: JsonErrorKind, problem: Phrase) -> Self {
        Self { kind, path: String::new(), problem }
    }

    /// The place and what is wrong there.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        if self.path.is_empty() {
            return self.problem.clone();
        }
        words("at {0}: {1}", "{0} 处：{1}", "em {0}: {1}").with(&self.path).saying(self.problem.clone())
    }
}

/// Whether texts may not hold this character: controls (Unicode Cc), bidi controls, noncharacters. They hide what
/// a text says from the person who reads it, or are lost on the way.
#[must_use]
pub fn is_forbidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(char, '\u{fdd0}'..='\u{fdef}')
        || u32::from(char) & 0xfffe == 0xfffe
}

impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Str(text) => serializer.serialize_str(text),
            Self::Arr(elements) => {
                let mut seq = serializer.serialize_seq(Some(elements.len()))?;
                elements.iter().try_for_each(|element| seq.serialize_element(element))?;
                seq.end()
            }
            Self::Obj(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => out.push(char),
        }
    }
    out.push('"');
}

impl From<bool> for Json {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Json {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Json {
    fn from(elements: Vec<T>) -> Self {
        Self::Arr(elements.into_iter().map(Into::into).collect())
    }
}

/// Object members lose their order: `serde_json` sorts them.
impl From<Json> for serde_json::Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Bool(truth) => truth.into(),
            Json::Int(number) => number.into(),
            Json::Str(text) => text.into(),
            Json::Arr(elements) => elements.into_iter().map(Self::from).collect(),
            Json::Obj(members) => {
                Self::Object(members.into_iter().map(|(k, v)| (k, Self::from(v))).collect())
            }
        }
    }
}
