//! Reading strict JSON: serde_json's tokenizer and a visitor that refuses, and remembers why and where.
//!
//! serde_json's feature `arbitrary_precision` must stay off in every build: it would show numbers as objects, and
//! nothing would be read any more (the tests would say so).

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{INT_LIMIT, Json, JsonError, JsonErrorKind, MAX_DEPTH, is_forbidden};
use crate::words::{Phrase, words};

/// Reads one value that fills `text`.
pub(super) fn from_text(text: &str) -> Result<Json, JsonError> {
    let mut context = Context::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Seed { context: &mut context, depth: 0 }.deserialize(&mut reader);
    let value = value.map_err(|e| context.into_error(&e))?;
    reader.end().map_err(|e| JsonError::new(JsonErrorKind::Syntax, not_json(&e)))?;
    Ok(value)
}

/// By the same rules as [`Json::parse`], for a field of a larger document.
impl<'de> serde::Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { context: &mut Context::default(), depth: 0 }.deserialize(deserializer)
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

/// What a refusal leaves behind for the caller; serde's own errors carry only a text.
#[derive(Default)]
struct Context {
    failure: Option<(JsonErrorKind, Phrase)>,
    /// Steps to the place of the failure, innermost first: pushed on the way out, so success costs nothing.
    steps: Vec<String>,
}

impl Context {
    fn fail<E: serde::de::Error>(&mut self, kind: JsonErrorKind, problem: impl Into<Phrase>) -> E {
        let problem = problem.into();
        let error = E::custom(&problem);
        self.failure = Some((kind, problem));
        error
    }

    fn text<E: serde::de::Error>(&mut self, text: &str) -> Result<(), E> {
        // Most texts are ASCII, where only controls are forbidden.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Ok(());
        }
        match text.chars().find(|c| is_forbidden(*c)) {
            None => Ok(()),
            Some(c) => {
                let problem = words(
                    "character {0} is not allowed in texts",
                    "文本中不允许字符 {0}",
                    "o caractere {0} não é permitido em textos",
                );
                let character = format!("U+{:04X}", u32::from(c));
                Err(self.fail(JsonErrorKind::Character, problem.with(character)))
            }
        }
    }

    fn into_error(self, error: &serde_json::Error) -> JsonError {
        let (kind, problem) = self.failure.unwrap_or_else(|| (JsonErrorKind::Syntax, not_json(error)));
        let path: String = self.steps.iter().rev().map(String::as_str).collect();
        let path = path.strip_prefix('.').unwrap_or(&path).to_owned();
        JsonError { kind, path, problem }
    }
}

/// Where the text stops being JSON. What serde_json says of it, it says in English only.
fn not_json(error: &serde_json::Error) -> Phrase {
    words(
        "not JSON: line {0}, column {1}",
        "不是 JSON：第 {0} 行第 {1} 列",
        "não é JSON: linha {0}, coluna {1}",
    )
    .with(error.line())
    .with(error.column())
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
        let problem =
            words("nested deeper than {0} levels", "嵌套超过 {0} 层", "aninhado além de {0} níveis");
        Err(self.context.fail(JsonErrorKind::Depth, problem.with(MAX_DEPTH)))
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
        Err(self.context.fail(
            JsonErrorKind::Range,
            words(
                "integers must be smaller than 2^53 in magnitude",
                "整数的绝对值必须小于 2^53",
                "o valor absoluto de inteiros deve ser menor que 2^53",
            ),
        ))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Json, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// Fractions, exponents, `-0`, and integers too large for 64 bits all come here.
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Json, E> {
        if number.abs() >= 18_446_744_073_709_551_615.0 {
            return self.visit_i64(i64::MAX);
        }
        Err(self.context.fail(
            JsonErrorKind::Float,
            words(
                "only integers are allowed, without fraction, exponent or `-0`",
                "只允许整数，不得有小数、指数或 `-0`",
                "só inteiros são permitidos, sem fração, expoente ou `-0`",
            ),
        ))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Json, E> {
        Err(self.context.fail(
            JsonErrorKind::Null,
            words(
                "null is not allowed; leave the field out",
                "不允许 null，请省略该字段",
                "null não é permitido; omita o campo",
            ),
        ))
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
        let mut members = Members { list: Vec::with_capacity(8), keys: BTreeSet::new() };
        while let Some(key) = entries.next_key::<String>()? {
            self.context.text(&key)?;
            if members.has(&key) {
                self.context.steps.push(format!(".{key}"));
                return Err(self.context.fail(
                    JsonErrorKind::Duplicate,
                    words(
                        "the key stands twice in its object",
                        "该键在对象中出现两次",
                        "a chave aparece duas vezes no objeto",
                    ),
                ));
            }
            let seed = Seed { context: self.context, depth: self.depth + 1 };
            match entries.next_value_seed(seed) {
                Ok(value) => members.push(key, value),
                Err(error) => {
                    self.context.steps.push(format!(".{key}"));
                    return Err(error);
                }
            }
        }
        Ok(Json::Obj(members.list))
    }
}

/// The members of an object so far, and which keys they have.
struct Members {
    list: Vec<(String, Json)>,
    /// The keys of a large object; those of a small one are compared faster one by one.
    keys: BTreeSet<String>,
}

impl Members {
    const SMALL: usize = 32;

    fn has(&self, key: &str) -> bool {
        if self.list.len() <= Self::SMALL {
            return self.list.iter().any(|(known, _)| known == key);
        }
        self.keys.contains(key)
    }

    fn push(&mut self, key: String, value: Json) {
        if self.list.len() == Self::SMALL {
            self.keys.extend(self.list.iter().map(|(known, _)| known.clone()));
        }
        if self.list.len() >= Self::SMALL {
            self.keys.insert(key.clone());
        }
        self.list.push((key, value));
    }
}
