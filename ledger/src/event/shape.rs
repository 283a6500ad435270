//! The shapes that payload fields may have: how each is read from strict JSON, written back, and described in
//! JSON Schema. One declaration of an event (see `payload!`) gives all three, so they cannot drift apart.
//!
//! No rule of the trade lives here: a shape says what may be written, `apply` says what may happen.

use std::fmt;

use serde_json::{Value, json};

use crate::hash::Hash;
use crate::id::{
    ConsignmentId, CredentialId, DisputeId, ExportId, FacilityId, HoldId, ItemId, ListingId, LogIndex, Nonce,
    OfferId, Origin, PackId, ParticipantId, RecallId, SaleId, ShipmentId, WorkOrderId,
};
use crate::json::Json;
use crate::key::{KeyId, PublicKey, Signature};
use crate::lang::Lang;
use crate::mass::{Milligrams, Ppm};
use crate::sealed::{Sealable, SealedDigest};
use crate::tag::TagCode;
use crate::time::Timestamp;
use crate::vocab::{Code, Vocabulary};
use crate::words::{Phrase, Words, words};

/// A field that cannot be read: where, and what was expected there.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.phrase())]
pub struct FieldError {
    /// The path inside the event, as in `origins[0].country`; empty for the event itself.
    pub field: String,
    /// What is wrong with it.
    pub problem: FieldProblem,
}

/// What is wrong with one field.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.phrase())]
pub enum FieldProblem {
    /// The field must be there and is not.
    Missing,
    /// No field of this name exists here.
    Unknown,
    /// The event type is not one of the table.
    UnknownEvent(String),
    /// The value has another shape than this.
    Expected(Phrase),
}

impl FieldProblem {
    /// The stable code of the problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "field-missing",
            Self::Unknown => "field-unknown",
            Self::UnknownEvent(_) => "event-unknown",
            Self::Expected(_) => "field-value",
        }
    }

    /// The problem in words.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Missing => {
                words("is missing; it is required here", "缺失，此处必填", "está ausente; aqui é obrigatório")
                    .into()
            }
            Self::Unknown => words(
                "is not a field of this event; see `lode event help`",
                "不是该事件的字段，请见 `lode event help`",
                "não é um campo deste evento; veja `lode event help`",
            )
            .into(),
            Self::UnknownEvent(name) => words(
                "{0} is not an event type of this ledger",
                "{0} 不是本账本的事件类型",
                "{0} não é um tipo de evento deste registro",
            )
            .with(format_args!("{name:?}")),
            Self::Expected(what) => {
                words("expected {0}", "应为：{0}", "esperava-se {0}").saying(what.clone())
            }
        }
    }
}

impl FieldError {
    pub(crate) fn expected(what: impl Into<Phrase>) -> Self {
        Self { field: String::new(), problem: FieldProblem::Expected(what.into()) }
    }

    /// The field and its problem in words.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        if self.field.is_empty() {
            return self.problem.phrase();
        }
        words("field {0}: {1}", "字段 {0}：{1}", "campo {0}: {1}")
            .with(&self.field)
            .saying(self.problem.phrase())
    }

    /// The field and its problem in a language.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.phrase().say(lang)
    }

    pub(crate) fn at(mut self, name: &str) -> Self {
        self.field = match self.field.chars().next() {
            None => name.to_owned(),
            Some('[') => format!("{name}{}", self.field),
            Some(_) => format!("{name}.{}", self.field),
        };
        self
    }
}

/// What is expected where fields are.
pub(crate) const OBJECT: Words = words("an object", "对象", "um objeto");

/// A value of an event's payload.
pub trait Shape: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// Says which field inside the value was wrong and what was expected.
    fn from_json(json: &Json) -> Result<Self, FieldError>;

    /// Writes the value as it would be read.
    fn to_json(&self) -> Json;

    /// The value's JSON Schema (draft 2020-12).
    fn schema() -> Value;

    /// What an absent field means; `None` where it must be present.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether the field is left out when written.
    fn is_absent(&self) -> bool {
        false
    }

    /// Whether the value may stand sealed.
    const SEALABLE: bool = false;
}

impl<T: Shape> Shape for Option<T> {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        T::from_json(json).map(Some)
    }

    fn to_json(&self) -> Json {
        // An absent value is never written: `payload!` asks `is_absent` first.
        self.as_ref().map_or_else(|| Json::Str(String::new()), Shape::to_json)
    }

    fn schema() -> Value {
        T::schema()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    const SEALABLE: bool = T::SEALABLE;
}

/// A list of `MIN` to `MAX` values; where `MIN` is 0 it may be left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct List<T, const MIN: usize, const MAX: usize>(pub Vec<T>);

impl<T, const MIN: usize, const MAX: usize> std::ops::Deref for List<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> From<Vec<T>> for List<T, MIN, MAX> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T: Shape, const MIN: usize, const MAX: usize> Shape for List<T, MIN, MAX> {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        let Json::Arr(items) = json else {
            return Err(FieldError::expected(
                words(
                    "a list of {0} to {1} entries",
                    "{0} 至 {1} 项的列表",
                    "uma lista de {0} a {1} entradas",
                )
                .with(MIN)
                .with(MAX),
            ));
        };
        if items.len() < MIN || items.len() > MAX {
            return Err(FieldError::expected(
                words(
                    "{0} to {1} entries, not {2}",
                    "{0} 至 {1} 项，而不是 {2} 项",
                    "de {0} a {1} entradas, não {2}",
                )
                .with(MIN)
                .with(MAX)
                .with(items.len()),
            ));
        }
        let read = |(n, item)| T::from_json(item).map_err(|error| error.at(&format!("[{n}]")));
        items.iter().enumerate().map(read).collect::<Result<Vec<T>, _>>().map(Self)
    }

    fn to_json(&self) -> Json {
        Json::Arr(self.0.iter().map(Shape::to_json).collect())
    }

    fn schema() -> Value {
        json!({"type": "array", "items": T::schema(), "minItems": MIN, "maxItems": MAX})
    }

    fn absent() -> Option<Self> {
        (MIN == 0).then(|| Self(Vec::new()))
    }

    fn is_absent(&self) -> bool {
        MIN == 0 && self.0.is_empty()
    }
}

/// One line of text of 1 to `MAX` characters without blanks at its ends.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Checks the length and the ends.
    ///
    /// # Errors
    /// The text is empty, longer than `MAX` characters, or starts or ends with a blank.
    pub fn new(text: impl Into<String>) -> Result<Self, FieldError> {
        let text = text.into();
        let length = text.chars().count();
        if length == 0 || length > MAX || text.trim() != text || text.chars().any(char::is_control) {
            return Err(FieldError::expected(
                words(
                    "one line of 1 to {0} characters without blanks at its ends",
                    "1 至 {0} 个字符的一行文字，首尾不得有空格",
                    "uma linha de 1 a {0} caracteres sem espaços nas pontas",
                )
                .with(MAX),
            ));
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> Shape for Text<MAX> {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        Self::new(text_of(json, words("a text", "文本", "um texto"))?)
    }

    fn to_json(&self) -> Json {
        Json::Str(self.0.clone())
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": MAX})
    }
}

fn text_of(json: &Json, what: impl Into<Phrase>) -> Result<&str, FieldError> {
    json.as_str().ok_or_else(|| FieldError::expected(what))
}

impl Shape for bool {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        match json {
            Json::Bool(value) => Ok(*value),
            _ => Err(FieldError::expected(words("true or false", "true 或 false", "true ou false"))),
        }
    }

    fn to_json(&self) -> Json {
        Json::Bool(*self)
    }

    fn schema() -> Value {
        json!({"type": "boolean"})
    }
}

macro_rules! integer_shape {
    ($($type:ty => $min:expr, $max:expr;)*) => {$(
        impl Shape for $type {
            fn from_json(json: &Json) -> Result<Self, FieldError> {
                json.as_int()
                    .filter(|value| ($min..=$max).contains(value))
                    .and_then(|value| Self::try_from(value).ok())
                    .ok_or_else(|| FieldError::expected(words("a whole number from {0} to {1}", "{0} 至 {1} 的整数", "um número inteiro de {0} a {1}").with($min).with($max)))
            }

            fn to_json(&self) -> Json {
                Json::Int(i64::try_from(*self).unwrap_or(i64::MAX))
            }

            fn schema() -> Value {
                json!({"type": "integer", "minimum": $min, "maximum": $max})
            }
        }
    )*};
}

integer_shape! {
    u16 => 0_i64, i64::from(u16::MAX);
    u32 => 0_i64, i64::from(u32::MAX);
    u64 => 0_i64, (1_i64 << 53) - 1;
}

impl Shape for Milligrams {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        json.as_int().and_then(|value| u64::try_from(value).ok()).and_then(Self::new).ok_or_else(|| {
            FieldError::expected(words(
                "a mass in whole milligrams, 0 to 2^53-1",
                "以整毫克计的质量，0 至 2^53-1",
                "uma massa em miligramas inteiros, de 0 a 2^53-1",
            ))
        })
    }

    fn to_json(&self) -> Json {
        Json::Int(i64::try_from(self.get()).unwrap_or(i64::MAX))
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": 0, "maximum": (1_i64 << 53) - 1, "description": "milligrams"})
    }
}

impl Shape for Ppm {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        json.as_int().and_then(|value| u32::try_from(value).ok()).and_then(Self::new).ok_or_else(|| {
            FieldError::expected(words(
                "a share in parts per million, 0 to 1000000",
                "以百万分之一计的份额，0 至 1000000",
                "uma parte por milhão, de 0 a 1000000",
            ))
        })
    }

    fn to_json(&self) -> Json {
        Json::Int(i64::from(self.get()))
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": 0, "maximum": 1_000_000, "description": "parts per million"})
    }
}

impl<V: Vocabulary> Shape for Code<V> {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        let text = json.as_str().ok_or_else(|| {
            let what =
                words("a code of the vocabulary {0}", "词汇表 {0} 中的代码", "um código do vocabulário {0}");
            FieldError::expected(what.with(V::NAME))
        })?;
        Self::parse(text).map_err(|unknown| {
            let what = words(
                "a code of the vocabulary {0}, not {1}{2}",
                "词汇表 {0} 中的代码，而不是 {1}{2}",
                "um código do vocabulário {0}, não {1}{2}",
            );
            FieldError::expected(
                what.with(V::NAME).with(format_args!("{:?}", unknown.code)).saying(unknown.hint()),
            )
        })
    }

    fn to_json(&self) -> Json {
        Json::Str(self.as_str().to_owned())
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": V::terms().iter().map(|term| term.code).collect::<Vec<_>>(),
               "description": format!("code of the vocabulary {}", V::NAME)})
    }
}

/// Values written as one JSON string by `Display` and read by `FromStr`.
macro_rules! text_shape {
    ($($type:ty => $pattern:literal, $what:literal $zh:literal $pt:literal;)*) => {$(
        impl Shape for $type {
            fn from_json(json: &Json) -> Result<Self, FieldError> {
                let what = words($what, $zh, $pt);
                text_of(json, what)?.parse().map_err(|_| FieldError::expected(what))
            }

            fn to_json(&self) -> Json {
                Json::Str(self.to_string())
            }

            fn schema() -> Value {
                json!({"type": "string", "pattern": $pattern, "description": $what})
            }
        }
    )*};
}

text_shape! {
    Hash => "^[0-9a-f]{64}$", "a SHA-256 in 64 lower-case hexadecimal digits"
        "SHA-256，64 位小写十六进制"
        "um SHA-256 em 64 dígitos hexadecimais minúsculos";
    Nonce => "^[0-9a-f]{32}$", "a nonce of 128 random bits in 32 lower-case hexadecimal digits"
        "128 位随机数，32 位小写十六进制"
        "um nonce de 128 bits aleatórios em 32 dígitos hexadecimais minúsculos";
    ParticipantId => "^U-[0-9A-HJKMNP-TV-Z]{26}$", "a participant id (U-...)"
        "参与方编号（U-...）"
        "o id de um participante (U-...)";
    ItemId => "^[LBP]-[0-9A-HJKMNP-TV-Z]{26}$", "an item id (L-, B- or P-...)"
        "物品编号（L-、B- 或 P-...）"
        "o id de um item (L-, B- ou P-...)";
    WorkOrderId => "^W-[0-9A-HJKMNP-TV-Z]{26}$", "a work order id (W-...)"
        "工单编号（W-...）"
        "o id de uma ordem de serviço (W-...)";
    ConsignmentId => "^C-[0-9A-HJKMNP-TV-Z]{26}$", "a consignment id (C-...)"
        "货运批编号（C-...）"
        "o id de uma remessa (C-...)";
    OfferId => "^O-[0-9A-HJKMNP-TV-Z]{26}$", "an offer id (O-...)"
        "交付编号（O-...）"
        "o id de uma oferta (O-...)";
    SaleId => "^S-[0-9A-HJKMNP-TV-Z]{26}$", "a sale id (S-...)"
        "销售编号（S-...）"
        "o id de uma venda (S-...)";
    ListingId => "^M-[0-9A-HJKMNP-TV-Z]{26}$", "a listing id (M-...)"
        "上架编号（M-...）"
        "o id de um anúncio (M-...)";
    PackId => "^K-[0-9A-HJKMNP-TV-Z]{26}$", "the id of a packed box (K-...)"
        "装箱编号（K-...）"
        "o id de uma caixa embalada (K-...)";
    ExportId => "^E-[0-9A-HJKMNP-TV-Z]{26}$", "an export id (E-...)"
        "出口编号（E-...）"
        "o id de uma exportação (E-...)";
    ShipmentId => "^V-[0-9A-HJKMNP-TV-Z]{26}$", "a shipment id (V-...)"
        "发运编号（V-...）"
        "o id de um envio (V-...)";
    HoldId => "^H-[0-9A-HJKMNP-TV-Z]{26}$", "a hold id (H-...)"
        "冻结编号（H-...）"
        "o id de uma retenção (H-...)";
    DisputeId => "^D-[0-9A-HJKMNP-TV-Z]{26}$", "a dispute id (D-...)"
        "争议编号（D-...）"
        "o id de uma disputa (D-...)";
    RecallId => "^R-[0-9A-HJKMNP-TV-Z]{26}$", "a recall id (R-...)"
        "召回编号（R-...）"
        "o id de um recall (R-...)";
    SealedDigest => "^[A-Za-z0-9_-]{43}$", "a digest in 43 base64url characters"
        "43 个 base64url 字符的摘要"
        "um resumo em 43 caracteres base64url";
    FacilityId => "^F-[0-9A-HJKMNP-TV-Z]{26}$", "a facility id (F-...)"
        "场所编号（F-...）"
        "o id de um local (F-...)";
    CredentialId => "^T-[0-9A-HJKMNP-TV-Z]{26}$", "a credential id (T-...)"
        "资质编号（T-...）"
        "o id de uma credencial (T-...)";
    TagCode => "^[0-9A-HJKMNP-TV-Z]{16}[0-9A-Z]$", "a tag code of 16 characters and a check character"
        "标签码，16 个字符加一个校验字符"
        "um código de etiqueta de 16 caracteres e um de verificação";
    Timestamp => "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$",
        "a time as in 2026-11-23T20:15:00+08:00"
        "时间，格式如 2026-11-23T20:15:00+08:00"
        "uma hora como em 2026-11-23T20:15:00+08:00";
    PublicKey => "^[A-Za-z0-9_-]{43}$", "an Ed25519 public key in 43 base64url characters"
        "Ed25519 公钥，43 个 base64url 字符"
        "uma chave pública Ed25519 em 43 caracteres base64url";
    KeyId => "^[0-9a-f]{64}$", "a key thumbprint in 64 lower-case hexadecimal digits"
        "密钥指纹，64 位小写十六进制"
        "a impressão digital de uma chave em 64 dígitos hexadecimais minúsculos";
    Signature => "^[A-Za-z0-9_-]{86}$", "an Ed25519 signature in 86 base64url characters"
        "Ed25519 签名，86 个 base64url 字符"
        "uma assinatura Ed25519 em 86 caracteres base64url";
    Origin => "^[!-\"$-*,-~]{1,255}$", "a log origin of 1 to 255 printable ASCII characters"
        "账本来源名，1 至 255 个可见 ASCII 字符"
        "uma origem de registro de 1 a 255 caracteres ASCII visíveis";
}

impl Shape for LogIndex {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        u64::from_json(json).map(Self)
    }

    fn to_json(&self) -> Json {
        self.0.to_json()
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": 0, "description": "a log index"})
    }
}

impl<T: Shape> Shape for Sealable<T> {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        if let Json::Obj(fields) = json {
            return match fields.as_slice() {
                [(name, Json::Str(text))] if name == "sealed" => {
                    text.parse::<SealedDigest>().map(Self::Sealed).map_err(|_| {
                        FieldError::expected(words(
                            "a digest in 43 base64url characters",
                            "43 个 base64url 字符的摘要",
                            "um resumo em 43 caracteres base64url",
                        ))
                        .at("sealed")
                    })
                }
                _ => Err(FieldError::expected(
                    words("the value, or {0}", "字段的值，或 {0}", "o valor, ou {0}")
                        .with("{\"sealed\": digest}"),
                )),
            };
        }
        T::from_json(json).map(Self::Clear)
    }

    fn to_json(&self) -> Json {
        match self {
            Self::Clear(value) => value.to_json(),
            Self::Sealed(digest) => Json::Obj(vec![("sealed".to_owned(), Json::Str(digest.to_string()))]),
        }
    }

    fn schema() -> Value {
        json!({"oneOf": [T::schema(), {
            "type": "object", "additionalProperties": false, "required": ["sealed"],
            "properties": {"sealed": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}
        }]})
    }

    const SEALABLE: bool = true;
}

/// How a correction may change a field (rule X1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FieldClass {
    /// No effect elsewhere: may be corrected by the event's author.
    Descriptive,
    /// Everything else: mass, custody, claims, identity.
    Binding,
}

/// One field of an event, as the table knows it.
pub struct FieldSpec {
    /// The field's name in JSON.
    pub name: &'static str,
    /// What it means, with its unit.
    pub doc: &'static str,
    /// Whether it must be present.
    pub required: bool,
    /// Whether it may stand sealed.
    pub sealable: bool,
    /// How it may be corrected.
    pub class: FieldClass,
    /// Its JSON Schema.
    pub schema: fn() -> Value,
    /// Whether a value has its shape.
    pub check: fn(&Json) -> Result<(), FieldError>,
}

/// An object with named fields: an event's body or a part of one.
pub trait Fields: Sized {
    /// What the object means.
    const DOC: &'static str;

    /// The fields, in the order in which they are written.
    fn fields() -> Vec<FieldSpec>;

    /// The descriptive fields that are there, with their values.
    fn descriptive(&self) -> Vec<(&'static str, Json)>;

    /// Reads the object from its members.
    ///
    /// # Errors
    /// Names the first field that is missing, unknown or of another shape.
    fn from_members<'a>(members: impl Iterator<Item = &'a (String, Json)>) -> Result<Self, FieldError>;
}

/// The JSON Schema of an object with these fields.
pub(crate) fn object_schema(fields: &[FieldSpec]) -> Value {
    let properties: serde_json::Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = (field.schema)();
            if let Value::Object(object) = &mut schema {
                let unit = object.get("description").and_then(Value::as_str).map(str::to_owned);
                let text =
                    unit.map_or_else(|| field.doc.to_owned(), |unit| format!("{} ({unit})", field.doc));
                object.insert("description".to_owned(), Value::String(text));
            }
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties, "required": required})
}

/// Declares an object of a payload: the Rust struct, its reader, writer, schema and field list.
///
/// A field marked `descriptive` may be corrected by its author (rule X1).
macro_rules! payload {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $($mark:ident)? [$field:ident]: $type:ty, )*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub struct $name { $( $(#[doc = $field_doc])* pub $field: $type, )* }

        impl $crate::event::shape::Fields for $name {
            const DOC: &'static str = concat!($($doc),*).trim_ascii();

            fn fields() -> Vec<$crate::event::shape::FieldSpec> {
                vec![$( $crate::event::shape::FieldSpec {
                    name: stringify!($field),
                    doc: concat!($($field_doc),*).trim_ascii(),
                    required: <$type as $crate::event::shape::Shape>::absent().is_none(),
                    sealable: <$type as $crate::event::shape::Shape>::SEALABLE,
                    class: payload!(@class $($mark)?),
                    schema: <$type as $crate::event::shape::Shape>::schema,
                    check: |json| <$type as $crate::event::shape::Shape>::from_json(json).map(drop),
                }, )*]
            }

            fn descriptive(&self) -> Vec<(&'static str, $crate::json::Json)> {
                let said: Vec<Option<(&'static str, $crate::json::Json)>> = vec![$(
                    payload!(@said self, $field $($mark)?),
                )*];
                said.into_iter().flatten().collect()
            }

            fn from_members<'a>(
                members: impl Iterator<Item = &'a (String, $crate::json::Json)>,
            ) -> Result<Self, $crate::event::shape::FieldError> {
                use $crate::event::shape::{FieldError, FieldProblem, Shape};
                $( let mut $field: Option<$type> = None; )*
                for (name, value) in members {
                    match name.as_str() {
                        $( stringify!($field) => {
                            $field = Some(<$type>::from_json(value).map_err(|error| error.at(name))?);
                        } )*
                        _ => return Err(FieldError { field: name.clone(), problem: FieldProblem::Unknown }),
                    }
                }
                Ok(Self { $( $field: match $field.or_else(<$type>::absent) {
                    Some(value) => value,
                    None => return Err(FieldError {
                        field: stringify!($field).to_owned(),
                        problem: FieldProblem::Missing,
                    }),
                }, )* })
            }
        }

        impl $crate::event::shape::Shape for $name {
            fn from_json(json: &$crate::json::Json) -> Result<Self, $crate::event::shape::FieldError> {
                use $crate::event::shape::{FieldError, Fields, OBJECT};
                let $crate::json::Json::Obj(fields) = json else { return Err(FieldError::expected(OBJECT)) };
                Self::from_members(fields.iter())
            }

            fn to_json(&self) -> $crate::json::Json {
                let mut fields = Vec::new();
                $( if !self.$field.is_absent() {
                    fields.push((stringify!($field).to_owned(), self.$field.to_json()));
                } )*
                $crate::json::Json::Obj(fields)
            }

            fn schema() -> serde_json::Value {
                $crate::event::shape::object_schema(&<Self as $crate::event::shape::Fields>::fields())
            }
        }
    )*};
    (@said $body:ident, $field:ident descriptive) => {
        (!$crate::event::shape::Shape::is_absent(&$body.$field))
            .then(|| (stringify!($field), $crate::event::shape::Shape::to_json(&$body.$field)))
    };
    (@said $body:ident, $field:ident) => { None };
    (@class descriptive) => { $crate::event::shape::FieldClass::Descriptive };
    (@class) => { $crate::event::shape::FieldClass::Binding };
}

pub(crate) use payload;
