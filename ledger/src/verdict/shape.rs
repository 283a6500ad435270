//! The JSON form of a verdict: one declaration gives the Rust struct, what is written of it, and its JSON Schema, so
//! that they cannot drift apart.
//!
//! Only what is written is described; verdicts are never read back here.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::event::EventType;
use crate::event::shape::Shape;
use crate::mass::Milligrams;
use crate::record::ItemState;
use crate::vocab::{Code, Vocabulary};
use crate::words::Phrase;

/// A part of a verdict.
pub(super) trait Told {
    /// Its JSON Schema (draft 2020-12).
    fn schema() -> Value;
}

/// A field of an object: its name, what it means, its schema.
pub(super) type Field = (&'static str, &'static str, Value);

/// The schema of an object in which every field stands, `null` where there is nothing to say.
pub(super) fn object(doc: &str, fields: Vec<Field>) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, ..)| *name).collect();
    let described = fields.into_iter().map(|(name, doc, mut schema)| {
        if let Value::Object(members) = &mut schema {
            let unit = members.get("description").and_then(Value::as_str);
            let text = unit.map_or_else(|| doc.to_owned(), |unit| format!("{doc} ({unit})"));
            members.insert("description".to_owned(), Value::String(text));
        }
        (name.to_owned(), schema)
    });
    let properties: Map<String, Value> = described.collect();
    json!({
        "type": "object", "description": doc, "additionalProperties": false,
        "properties": properties, "required": required
    })
}

/// One text of several, each with what it means.
pub(super) fn one_of<'w>(texts: impl Iterator<Item = (&'static str, &'w str)>) -> Value {
    let all: Vec<Value> = texts.map(|(text, doc)| json!({"const": text, "description": doc})).collect();
    json!({"type": "string", "oneOf": all})
}

/// Declares objects of a verdict: the Rust struct, what is written of it, and its schema.
macro_rules! told {
    ($(
        $(#[doc = $doc:literal])*
        $(#[derive($($derive:ident),*)])?
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $(#[serde($($serde:tt)*)])?
                $field_vis:vis $field:ident: $type:ty,
            )*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Eq, PartialEq, serde::Serialize $($(, $derive)*)?)]
        $vis struct $name { $( $(#[doc = $field_doc])* $(#[serde($($serde)*)])? $field_vis $field: $type, )* }

        impl $crate::verdict::shape::Told for $name {
            fn schema() -> serde_json::Value {
                $crate::verdict::shape::object(concat!($($doc),*).trim_ascii(), vec![$( (
                    stringify!($field),
                    concat!($($field_doc),*).trim_ascii(),
                    <$type as $crate::verdict::shape::Told>::schema(),
                ), )*])
            }
        }
    )*};
}

pub(super) use told;

impl Told for String {
    fn schema() -> Value {
        json!({"type": "string"})
    }
}

impl Told for bool {
    fn schema() -> Value {
        json!({"type": "boolean"})
    }
}

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl Told for $type {
            fn schema() -> Value {
                json!({"type": "integer", "minimum": 0})
            }
        }
    )*};
}

numbers! { u16 u32 u64 }

impl<T: Told> Told for Option<T> {
    fn schema() -> Value {
        json!({"anyOf": [T::schema(), {"type": "null"}]})
    }
}

impl<T: Told> Told for Box<T> {
    fn schema() -> Value {
        T::schema()
    }
}

impl<T: Told> Told for Vec<T> {
    fn schema() -> Value {
        json!({"type": "array", "items": T::schema()})
    }
}

impl<A: Told, B: Told> Told for (A, B) {
    fn schema() -> Value {
        json!({"type": "array", "prefixItems": [A::schema(), B::schema()], "items": false, "minItems": 2})
    }
}

impl<A: Told, B: Told, C: Told> Told for (A, B, C) {
    fn schema() -> Value {
        let parts = [A::schema(), B::schema(), C::schema()];
        json!({"type": "array", "prefixItems": parts, "items": false, "minItems": 3})
    }
}

impl<V: Vocabulary> Told for Code<V> {
    fn schema() -> Value {
        <Self as Shape>::schema()
    }
}

impl Told for Milligrams {
    fn schema() -> Value {
        <Self as Shape>::schema()
    }
}

impl Told for Phrase {
    fn schema() -> Value {
        json!({"type": "string", "description": "in English"})
    }
}

impl Told for EventType {
    fn schema() -> Value {
        json!({"type": "string", "enum": Self::ALL.iter().map(|event| event.spec().name).collect::<Vec<_>>()})
    }
}

impl Told for ItemState {
    fn schema() -> Value {
        as_written(&Self::ALL)
    }
}

/// One of values that are written as texts.
pub(super) fn as_written<T: Serialize>(values: &[T]) -> Value {
    let texts: Vec<Value> = values.iter().filter_map(|value| serde_json::to_value(value).ok()).collect();
    json!({"type": "string", "enum": texts})
}
