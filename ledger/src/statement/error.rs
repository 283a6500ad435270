//! Why a statement was refused before any rule was asked: one variant per defect, each with a stable code.

use super::{BadIssuer, BadSubject};
use crate::event::FieldError;
use crate::json::JsonError;
use crate::lang::Lang;
use crate::words::{Phrase, Words, words};

/// A defect of a statement's form, signature or payload.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.message(Lang::En))]
pub enum StatementError {
    /// More than [`MAX_STATEMENT_BYTES`](super::MAX_STATEMENT_BYTES).
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not the structure of a COSE_Sign1, or cut off.
    NotCose {
        /// What was found or missing.
        problem: Words,
    },
    /// No CBOR tag, or another than 18.
    WrongTag {
        /// The tag, if there is one.
        found: Option<u64>,
    },
    /// Bytes after the statement.
    Trailing {
        /// Where the statement ended.
        at: usize,
    },
    /// Readable, but not in the one encoding of RFC 8949 section 4.2.1.
    NotDeterministic,
    /// A label in the protected header that we do not know.
    UnknownHeader {
        /// The label.
        label: String,
    },
    /// A label that must be in the protected header.
    MissingHeader {
        /// The label.
        label: i64,
    },
    /// Label 1 is not Ed25519.
    Algorithm,
    /// Label 3 is another type.
    ContentType,
    /// Label 4 is not a thumbprint.
    KeyIdLength,
    /// Label 15 is not exactly our claims.
    Claims {
        /// What is wrong.
        problem: Phrase,
    },
    /// The unprotected header must be empty: nobody signs it.
    UnprotectedNotEmpty,
    /// An Ed25519 signature has 64 bytes.
    SignatureLength {
        /// Its size.
        bytes: usize,
    },
    /// The key given for the check is not the one the header names.
    KeyMismatch,
    /// The signature does not fit.
    BadSignature,
    /// The payload is not strict JSON.
    Payload(#[from] JsonError),
    /// The payload is not `{"seq": n, "events": [...]}`.
    PayloadShape {
        /// What is wrong.
        problem: Words,
    },
    /// An event cannot be read.
    Event {
        /// Which, from 0, as in paths.
        number: usize,
        /// The field and what is wrong with it.
        error: FieldError,
    },
}

impl From<BadIssuer> for StatementError {
    fn from(_: BadIssuer) -> Self {
        Self::Claims { problem: words("iss: {0}", "iss：{0}", "iss: {0}").saying(BadIssuer::WORDS) }
    }
}

impl From<BadSubject> for StatementError {
    fn from(_: BadSubject) -> Self {
        Self::Claims { problem: words("sub: {0}", "sub：{0}", "sub: {0}").saying(BadSubject::WORDS) }
    }
}

impl StatementError {
    pub(crate) const SEQ_RANGE: Self = Self::PayloadShape {
        problem: words(
            "`seq` must be an integer from 0 to 2^53 - 1",
            "`seq` 必须是 0 至 2^53 - 1 的整数",
            "`seq` deve ser um inteiro de 0 a 2^53 - 1",
        ),
    };

    /// The stable code for programs; it never changes its meaning.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::NotCose { .. } => "not-cose",
            Self::WrongTag { .. } => "wrong-tag",
            Self::Trailing { .. } => "trailing-bytes",
            Self::NotDeterministic => "not-deterministic",
            Self::UnknownHeader { .. } => "unknown-header",
            Self::MissingHeader { .. } => "missing-header",
            Self::Algorithm => "algorithm",
            Self::ContentType => "content-type",
            Self::KeyIdLength => "key-id-length",
            Self::Claims { .. } => "claims",
            Self::UnprotectedNotEmpty => "unprotected-not-empty",
            Self::SignatureLength { .. } => "signature-length",
            Self::KeyMismatch => "key-mismatch",
            Self::BadSignature => "bad-signature",
            Self::Payload(_) => "payload",
            Self::PayloadShape { .. } => "payload-shape",
            Self::Event { .. } => "event",
        }
    }

    /// The defect in words.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.phrase().say(lang)
    }

    /// The defect as a part of what somebody says of it.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::TooLarge { bytes } => words(
                "the statement has {0} bytes; at most {1} are allowed, so split its events",
                "声明有 {0} 字节，最多允许 {1} 字节：请把事件分成几份声明",
                "a declaração tem {0} bytes; o máximo é {1}: divida seus eventos em várias",
            )
            .with(bytes)
            .with(super::MAX_STATEMENT_BYTES),
            Self::NotCose { problem } => {
                words("not a COSE_Sign1: {0}", "不是 COSE_Sign1 结构：{0}", "não é um COSE_Sign1: {0}")
                    .saying(*problem)
            }
            Self::WrongTag { found: Some(tag) } => words(
                "a statement is a COSE_Sign1 with CBOR tag 18, not tag {0}",
                "声明是带 CBOR 标签 18 的 COSE_Sign1，不是标签 {0}",
                "uma declaração é um COSE_Sign1 com a tag CBOR 18, não {0}",
            )
            .with(tag),
            Self::WrongTag { found: None } => words(
                "a statement is a COSE_Sign1 with CBOR tag 18, not without a tag",
                "声明是带 CBOR 标签 18 的 COSE_Sign1，此处没有标签",
                "uma declaração é um COSE_Sign1 com a tag CBOR 18; aqui não há tag",
            )
            .into(),
            Self::Trailing { at } => words(
                "bytes after the end of the statement, from byte {0}",
                "声明结束后还有多余字节，从第 {0} 字节起",
                "há bytes depois do fim da declaração, a partir do byte {0}",
            )
            .with(at),
            Self::NotDeterministic => words(
                "the CBOR is not deterministically encoded (RFC 8949 section 4.2.1)",
                "CBOR 不是确定性编码（RFC 8949 第 4.2.1 节）",
                "o CBOR não está em codificação determinística (RFC 8949, seção 4.2.1)",
            )
            .into(),
            Self::UnknownHeader { label } => words(
                "unknown label {0} in the protected header; only 1, 3, 4 and 15 are allowed",
                "受保护头部中有未知标号 {0}，只允许 1、3、4 和 15",
                "rótulo {0} desconhecido no cabeçalho protegido; só cabem 1, 3, 4 e 15",
            )
            .with(label),
            Self::MissingHeader { label } => words(
                "label {0} is missing in the protected header",
                "受保护头部缺少标号 {0}",
                "falta o rótulo {0} no cabeçalho protegido",
            )
            .with(label),
            Self::Algorithm => words(
                "the algorithm must be -8 (EdDSA) or -19 (Ed25519)",
                "签名算法必须是 -8（EdDSA）或 -19（Ed25519）",
                "o algoritmo deve ser -8 (EdDSA) ou -19 (Ed25519)",
            )
            .into(),
            Self::ContentType => {
                words("the content type must be {0}", "内容类型必须是 {0}", "o tipo de conteúdo deve ser {0}")
                    .with(super::CONTENT_TYPE)
            }
            Self::KeyIdLength => words(
                "the key id must be the 32 bytes of the key's COSE thumbprint (RFC 9679, SHA-256)",
                "密钥标识必须是密钥的 COSE 指纹，共 32 字节（RFC 9679，SHA-256）",
                "o id da chave deve ser os 32 bytes da sua impressão digital COSE (RFC 9679, SHA-256)",
            )
            .into(),
            Self::Claims { problem } => words(
                "the CWT claims are wrong: {0}",
                "CWT 声明项有误：{0}",
                "as claims CWT estão erradas: {0}",
            )
            .saying(problem.clone()),
            Self::UnprotectedNotEmpty => words(
                "the unprotected header must be empty",
                "未受保护头部必须为空",
                "o cabeçalho não protegido deve estar vazio",
            )
            .into(),
            Self::SignatureLength { bytes } => words(
                "the signature has {0} bytes instead of 64",
                "签名有 {0} 字节，应为 64 字节",
                "a assinatura tem {0} bytes em vez de 64",
            )
            .with(bytes),
            Self::KeyMismatch => words(
                "the statement was signed with another key than the one given for the check",
                "声明由另一密钥签名，不是用来核验的密钥",
                "a declaração foi assinada com outra chave que não a usada na verificação",
            )
            .into(),
            Self::BadSignature => words(
                "the signature does not fit the statement and the key: one of them was changed",
                "签名与声明和密钥不符：其中之一被改动",
                "a assinatura não confere com a declaração e a chave: algo foi alterado",
            )
            .into(),
            Self::Payload(error) => {
                words("the payload is not accepted: {0}", "内容不被接受：{0}", "o conteúdo não é aceito: {0}")
                    .saying(error.phrase())
            }
            Self::PayloadShape { problem } => words(
                "the payload has the wrong shape: {0}",
                "内容结构不对：{0}",
                "o conteúdo tem a forma errada: {0}",
            )
            .saying(*problem),
            Self::Event { number, error } => words("event {0}: {1}", "事件 {0}：{1}", "evento {0}: {1}")
                .with(number)
                .saying(error.phrase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventType, FieldProblem};
    use crate::json::Json;
    use crate::key::BadKey;

    /// The variant after this one: the compiler asks for new ones here.
    fn after(error: &StatementError) -> Option<StatementError> {
        let problem = words("p-en", "p-zh", "p-pt");
        Some(match error {
            StatementError::TooLarge { .. } => StatementError::NotCose { problem },
            StatementError::NotCose { .. } => StatementError::WrongTag { found: Some(7001) },
            StatementError::WrongTag { found: Some(_) } => StatementError::WrongTag { found: None },
            StatementError::WrongTag { found: None } => StatementError::Trailing { at: 7001 },
            StatementError::Trailing { .. } => StatementError::NotDeterministic,
            StatementError::NotDeterministic => StatementError::UnknownHeader { label: "7001".into() },
            StatementError::UnknownHeader { .. } => StatementError::MissingHeader { label: 7001 },
            StatementError::MissingHeader { .. } => StatementError::Algorithm,
            StatementError::Algorithm => StatementError::ContentType,
            StatementError::ContentType => StatementError::KeyIdLength,
            StatementError::KeyIdLength => StatementError::Claims { problem: problem.into() },
            StatementError::Claims { .. } => StatementError::UnprotectedNotEmpty,
            StatementError::UnprotectedNotEmpty => StatementError::SignatureLength { bytes: 7001 },
            StatementError::SignatureLength { .. } => StatementError::KeyMismatch,
            StatementError::KeyMismatch => StatementError::BadSignature,
            StatementError::BadSignature => StatementError::Payload(Json::parse(b"[null]").unwrap_err()),
            StatementError::Payload(_) => StatementError::PayloadShape { problem },
            StatementError::PayloadShape { .. } => {
                let error = FieldError { field: "mass.net_mg".into(), problem: FieldProblem::Missing };
                StatementError::Event { number: 7001, error }
            }
            StatementError::Event { .. } => return None,
        })
    }

    fn speaks(phrase: &Phrase) -> [String; 3] {
        let said = Lang::ALL.map(|lang| phrase.say(lang));
        let [en, zh, pt] = &said;
        assert!(!en.is_empty() && en != zh && en != pt && zh != pt, "{said:?}");
        assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh}");
        assert!(said.iter().all(|text| !text.contains(['?', '\u{fffd}']) || en.contains('?')), "{said:?}");
        assert_eq!(phrase.to_string(), *en);
        said
    }

    #[test]
    fn every_defect_is_told_in_every_language_with_what_it_speaks_of() {
        let mut next = Some(StatementError::TooLarge { bytes: 7001 });
        while let Some(error) = next {
            let said = speaks(&error.phrase());
            assert_eq!(Lang::ALL.map(|lang| error.message(lang)), said);
            let number = format!("{error:?}").contains("7001");
            assert!(!number || said.iter().all(|text| text.contains("7001")), "{said:?}");
            let nested = format!("{error:?}").contains("p-zh");
            assert!(!nested || (said[1].contains("p-zh") && said[2].contains("p-pt")), "{said:?}");
            next = after(&error);
        }
        let error = FieldError { field: "mass.net_mg".into(), problem: FieldProblem::Missing };
        let error = StatementError::Event { number: 3, error };
        assert_eq!(error.message(Lang::Zh), "事件 3：字段 mass.net_mg：缺失，此处必填");
        assert_eq!(error.message(Lang::Pt), "evento 3: campo mass.net_mg: está ausente; aqui é obrigatório");
        for error in [
            "x".parse::<super::super::Issuer>().map_err(StatementError::from).unwrap_err(),
            "é".parse::<super::super::Subject>().map_err(StatementError::from).unwrap_err(),
            StatementError::SEQ_RANGE,
        ] {
            speaks(&error.phrase());
        }
    }

    #[test]
    fn every_defect_of_json_keys_and_fields_is_told_in_every_language() {
        let deep = "[".repeat(20);
        let bad: [&[u8]; 11] = [
            b"",
            b"{} {}",
            b"\"\xff\"",
            "\u{feff}1".as_bytes(),
            b"1.5",
            b"9007199254740992",
            b"null",
            b"\"\\u200e\"",
            br#"{"a":1,"a":2}"#,
            deep.as_bytes(),
            br#"{"a":[1.5]}"#,
        ];
        for bytes in bad {
            speaks(&Json::parse(bytes).unwrap_err().phrase());
        }
        for bad in
            [BadKey::NotAPoint, BadKey::NonCanonical, BadKey::SmallOrder, BadKey::Torsion, BadKey::Possession]
        {
            speaks(&bad.words().into());
        }
        // A value that no field takes, and one of a near type, for every field of every event.
        let odd = [
            Json::Obj(vec![("no".into(), Json::Bool(true))]),
            Json::from(-1),
            Json::from("quarz\u{7f51}"),
            Json::Arr(vec![Json::Bool(true); 300]),
        ];
        let mut told = 0;
        for event in EventType::ALL {
            for field in event.fields() {
                for value in &odd {
                    if let Err(error) = (field.check)(value) {
                        speaks(&error.phrase());
                        told += 1;
                    }
                }
            }
        }
        assert!(told > 400, "{told}");
        for event in
            [r#"{"type":"lot.sold"}"#, r#"{"at":1}"#, r#"{"type":1}"#, r#"{"type":"lot.split","x":1}"#]
        {
            speaks(&Event::from_json(&Json::parse(event.as_bytes()).unwrap()).unwrap_err().phrase());
        }
    }
}
