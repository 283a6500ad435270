//! Strict JSON of signed payloads: what can be read in two ways by two programs is refused.
//!
//! Reads with serde_json's tokenizer and an own visitor. No event is known here, only values; and nothing is
//! written back before a signature check, because what counts are the signed bytes.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};

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
            JsonError::new(JsonErrorKind::Character, format!("not UTF-8 after byte {}", e.valid_up_to()))
        })?;
        if text.starts_with('\u{feff}') {
            return Err(JsonError::new(
                JsonErrorKind::Character,
                "a byte order mark at the start; leave it out".into(),
            ));
        }
        let mut context = Context::default();
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = Seed { context: &mut context, depth: 0 }.deserialize(&mut reader);
        let value = value.map_err(|e| context.into_error(&e))?;
        reader.end().map_err(|e| JsonError::new(JsonErrorKind::Syntax, e.to_string()))?;
        Ok(value)
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
#[error("{}{message}", place(.path))]
pub struct JsonError {
    /// Which rule.
    pub kind: JsonErrorKind,
    /// Where, as far as known: `events[0].mass`; empty at the top.
    pub path: String,
    /// What was wrong, in words.
    pub message: String,
}

impl JsonError {
    const fn new(kind: JsonErrorKind, message: String) -> Self {
        Self { kind, path: String::new(), message }
    }
}

fn place(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("at {path}: ") }
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

/// What a refusal leaves behind for the caller; serde's own errors carry only a text.
#[derive(Default)]
struct Context {
    failure: Option<(JsonErrorKind, String)>,
    /// Steps to the place of the failure, innermost first: pushed on the way out, so success costs nothing.
    steps: Vec<String>,
}

impl Context {
    fn fail<E: serde::de::Error>(&mut self, kind: JsonErrorKind, message: impl Into<String>) -> E {
        let message = message.into();
        let error = E::custom(&message);
        self.failure = Some((kind, message));
        error
    }

    fn text<E: serde::de::Error>(&mut self, text: &str) -> Result<(), E> {
        match text.chars().find(|c| is_forbidden(*c)) {
            None => Ok(()),
            Some(c) => Err(self.fail(
                JsonErrorKind::Character,
                format!("character U+{:04X} is not allowed in texts", u32::from(c)),
            )),
        }
    }

    fn into_error(self, error: &serde_json::Error) -> JsonError {
        let (kind, message) = self.failure.unwrap_or_else(|| (JsonErrorKind::Syntax, error.to_string()));
        let path: String = self.steps.iter().rev().map(String::as_str).collect();
        let path = path.strip_prefix('.').unwrap_or(&path).to_owned();
        JsonError { kind, path, message }
    }
}

struct Seed<'c> {
    context: &'c mut Context,
    /// How many arrays and objects are around this value.
    depth: usize,
}

impl Seed<'_> {
    fn enter<E: serde::de::Error>(&mut self) -> Result<(), E> {
        if self.depth < MAX_DEPTH {
            return Ok(());
        }
        Err(self.context.fail(JsonErrorKind::Depth, format!("nested deeper than {MAX_DEPTH} levels")))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, an array, a text, an integer, true or false")
    }

    fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Json, E> {
        if number.unsigned_abs() < INT_LIMIT.unsigned_abs() {
            return Ok(Json::Int(number));
        }
        Err(self.context.fail(JsonErrorKind::Range, "integers must be smaller than 2^53 in magnitude"))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Json, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// Fractions, exponents, `-0`, and integers too large for 64 bits all come here.
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Json, E> {
        if number.abs() >= 18_446_744_073_709_551_615.0 {
            return self.visit_i64(i64::MAX);
        }
        Err(self
            .context
            .fail(JsonErrorKind::Float, "only integers are allowed, without fraction, exponent or `-0`"))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Json, E> {
        Err(self.context.fail(JsonErrorKind::Null, "null is not allowed; leave the field out"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Json, E> {
        self.context.text(text)?;
        Ok(Json::Str(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Json, A::Error> {
        self.enter()?;
        let mut array = Vec::new();
        loop {
            let seed = Seed { context: self.context, depth: self.depth + 1 };
            match elements.next_element_seed(seed) {
                Ok(Some(element)) => array.push(element),
                Ok(None) => return Ok(Json::Arr(array)),
                Err(error) => {
                    self.context.steps.push(format!("[{}]", array.len()));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Json, A::Error> {
        self.enter()?;
        let mut members = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.context.text(&key)?;
            if !seen.insert(key.clone()) {
                self.context.steps.push(format!(".{key}"));
                return Err(self
                    .context
                    .fail(JsonErrorKind::Duplicate, "the key stands twice in its object"));
            }
            let seed = Seed { context: self.context, depth: self.depth + 1 };
            match entries.next_value_seed(seed) {
                Ok(value) => members.push((key, value)),
                Err(error) => {
                    self.context.steps.push(format!(".{key}"));
                    return Err(error);
                }
            }
        }
        Ok(Json::Obj(members))
    }
}

/// By the same rules as [`Json::parse`], for a field of a larger document.
impl<'de> serde::Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { context: &mut Context::default(), depth: 0 }.deserialize(deserializer)
    }
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

impl TryFrom<&serde_json::Value> for Json {
    type Error = JsonError;

    /// By the same rules as [`Json::parse`].
    fn try_from(value: &serde_json::Value) -> Result<Self, JsonError> {
        let mut context = Context::default();
        let json = Seed { context: &mut context, depth: 0 }.deserialize(value);
        json.map_err(|e| context.into_error(&e))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(text: &str) -> JsonErrorKind {
        Json::parse(text.as_bytes()).expect_err(text).kind
    }

    #[test]
    fn keeps_order_and_reads_every_kind_of_value() {
        let text = r#" {"b": [1, -5, 0], "a": {"x": true, "é": "q\"\\\u00e9/\/"}, "c": []} "#;
        let json = Json::parse(text.as_bytes()).unwrap();
        assert_eq!(json.write(), r#"{"b":[1,-5,0],"a":{"x":true,"é":"q\"\\é//"},"c":[]}"#);
        assert_eq!(Json::parse(json.write().as_bytes()).unwrap(), json);
        assert_eq!(json.get("b").unwrap().as_array().unwrap()[1].as_int(), Some(-5));
        assert_eq!(json.get("a").unwrap().get("x").unwrap().as_bool(), Some(true));
        assert_eq!(serde_json::to_string(&json).unwrap(), json.write());
        assert_eq!(serde_json::from_str::<Json>(text).unwrap(), json);
        assert!(serde_json::from_str::<Json>("[1.5]").is_err());
    }

    #[test]
    fn numbers_are_integers_below_two_to_the_53() {
        for good in ["9007199254740991", "-9007199254740991", "0"] {
            assert_eq!(Json::parse(good.as_bytes()).unwrap().write(), good);
        }
        for float in ["1.0", "1e3", "-0", "-0.0", "0.1", "1E0", "9007199254740992.0"] {
            assert_eq!(kind(float), JsonErrorKind::Float, "{float}");
        }
        for large in [
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551615",
            "1000000000000000000000",
            "-9223372036854775809000",
        ] {
            assert_eq!(kind(large), JsonErrorKind::Range, "{large}");
        }
        for bad in ["01", "+1", "1.", ".1", "0x1", "NaN", "Infinity", "--1", "-"] {
            assert_eq!(kind(bad), JsonErrorKind::Syntax, "{bad}");
        }
    }

    #[test]
    fn refuses_what_two_readers_may_read_differently() {
        use JsonErrorKind::{Character, Depth, Duplicate, Null, Syntax};
        let cases = [
            ("null", Null),
            ("[null]", Null),
            (r#"{"a":1,"a":1}"#, Duplicate),
            (r#"{"a":1,"\u0061":2}"#, Duplicate),
            (r#"[{"x":{"a":1,"b":2,"a":3}}]"#, Duplicate),
            (r#""\u0000""#, Character),
            (r#""\n""#, Character),
            (r#""\u007f""#, Character),
            ("\"\u{85}\"", Character),
            ("{\"\\t\":1}", Character),
            ("\"\u{202e}abc\"", Character),
            (r#""\u2066""#, Character),
            (r#""\u061c""#, Character),
            (r#""\u200e""#, Character),
            ("\"\u{fdd0}\"", Character),
            ("\"\u{ffff}\"", Character),
            ("\"\u{10fffe}\"", Character),
            ("\u{feff}{}", Character),
            ("\"a\nb\"", Syntax),
            (r#""\ud800""#, Syntax),
            (r#""\udc00""#, Syntax),
            (r#""\ud800\u0041""#, Syntax),
            ("{} {}", Syntax),
            ("{},", Syntax),
            ("", Syntax),
            ("{a:1}", Syntax),
            ("[1,]", Syntax),
            ("// x\n1", Syntax),
            ("'a'", Syntax),
            (&format!("{}{}", "[".repeat(17), "]".repeat(17)), Depth),
            (&"[".repeat(20_000), Depth),
        ];
        for (text, expected) in cases {
            assert_eq!(kind(text), expected, "{}", text.chars().take(40).collect::<String>());
        }
        assert_eq!(Json::parse(b"\"\xff\"").unwrap_err().kind, Character);
        assert!(Json::parse(format!("{}{}", "[".repeat(16), "]".repeat(16)).as_bytes()).is_ok());
        assert!(
            Json::parse("\"\\ud83d\\ude00 \u{2019} 玉 \u{200d}\"".as_bytes()).is_ok(),
            "pairs and joiners are texts"
        );
    }

    #[test]
    fn errors_say_where() {
        let error = Json::parse(br#"{"seq":1,"events":[{"mass":1},{"at":{"mass":1.5}}]}"#).unwrap_err();
        assert_eq!(error.path, "events[1].at.mass");
        assert!(error.to_string().starts_with("at events[1].at.mass: only integers"), "{error}");
        assert_eq!(Json::parse(br#"{"events":[{"a":1,"a":2}]}"#).unwrap_err().path, "events[0].a");
        assert_eq!(Json::parse(b"[1, x]").unwrap_err().path, "[1]");
        assert_eq!(Json::parse(b"null").unwrap_err().path, "");
    }

    #[test]
    fn values_of_serde_json_follow_the_same_rules() {
        let value = serde_json::json!({"b": 1, "a": ["x", true]});
        assert_eq!(serde_json::Value::from(Json::try_from(&value).unwrap()), value);
        let float = Json::try_from(&serde_json::json!({"a": [1.0]})).unwrap_err();
        assert_eq!((float.kind, float.path.as_str()), (JsonErrorKind::Float, "a[0]"));
        assert_eq!(Json::try_from(&serde_json::json!(null)).unwrap_err().kind, JsonErrorKind::Null);
    }

    proptest! {
        #[test]
        fn never_panics_and_reads_back_what_it_writes(text in r#"[\[\]{}:,"a-c0-9eE.\\u-]{0,40}"#) {
            if let Ok(json) = Json::parse(text.as_bytes()) {
                prop_assert_eq!(Json::parse(json.write().as_bytes()), Ok(json));
            }
        }

        #[test]
        fn any_text_is_written_as_json(text in any::<String>()) {
            let written = Json::from(text.as_str()).write();
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text.clone());
            prop_assert_eq!(Json::parse(written.as_bytes()).is_ok(), !text.chars().any(is_forbidden));
        }
    }
}
