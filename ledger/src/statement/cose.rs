//! The CBOR of a statement: COSE_Sign1 frame, protected header, `Sig_structure` (RFC 9052 sections 3, 4.2, 4.4).
//!
//! Reads leniently, names the defect where it can, then writes all again and compares: so one statement has one
//! encoding, and nobody can put the same signed words into the log under a second id. No payload is read here.

use std::ops::Range;

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder};

use super::{CONTENT_TYPE, Header, Issuer, StatementError, Subject};
use crate::hash::Hash;
use crate::key::KeyId;
use crate::words::{Phrase, Words, words};

/// Room for an issuer and a key id.
const ISSUER_BYTES: usize = 128;

/// The CBOR tag of COSE_Sign1.
const SIGN1: u64 = 18;

/// Labels of the protected header, in their order.
const ALG: i64 = 1;
const TYPE: i64 = 3;
const KID: i64 = 4;
const CLAIMS: i64 = 15;

/// Label 1: how a statement is signed. Both values are Ed25519 with the enrolled key; RFC 9864 gave the second to
/// say so without a look at the key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Alg {
    /// -8, EdDSA: what we write.
    EdDsa,
    /// -19, Ed25519.
    Ed25519,
}

impl Alg {
    /// The value in the header.
    #[must_use]
    pub const fn value(self) -> i64 {
        match self {
            Self::EdDsa => -8,
            Self::Ed25519 => -19,
        }
    }
}

/// A frame that was read, with the places of its parts.
pub(super) struct Frame {
    pub(super) header: Header,
    pub(super) protected: Range<usize>,
    pub(super) payload: Range<usize>,
    pub(super) signature: [u8; 64],
}

/// Reads a whole statement.
pub(super) fn read_frame(bytes: &[u8]) -> Result<Frame, StatementError> {
    let mut d = Decoder::new(bytes);
    match d.datatype() {
        Ok(Type::Tag) => match d
            .tag()
            .map_err(|_| not_cose(words("the tag is cut off", "标签不完整", "a tag está cortada")))?
        {
            tag if tag.as_u64() == SIGN1 => {}
            tag => return Err(StatementError::WrongTag { found: Some(tag.as_u64()) }),
        },
        Ok(_) => return Err(StatementError::WrongTag { found: None }),
        Err(_) => return Err(not_cose(words("there are no bytes", "没有字节", "não há bytes"))),
    }
    match d.array() {
        Ok(Some(4)) => {}
        Ok(None) => return Err(StatementError::NotDeterministic),
        _ => {
            return Err(not_cose(words(
                "it must be an array of four",
                "必须是四个元素的数组",
                "deve ser um array de quatro",
            )));
        }
    }
    let protected = byte_string(
        &mut d,
        words(
            "the protected header must be a byte string",
            "受保护头部必须是字节串",
            "o cabeçalho protegido deve ser uma cadeia de bytes",
        ),
    )?;
    match d.map() {
        Ok(Some(0)) => {}
        Ok(_) => return Err(StatementError::UnprotectedNotEmpty),
        Err(_) => {
            return Err(not_cose(words(
                "the unprotected header must be a map",
                "未受保护头部必须是映射",
                "o cabeçalho não protegido deve ser um mapa",
            )));
        }
    }
    let payload = byte_string(
        &mut d,
        words(
            "the payload must be an attached byte string",
            "内容必须是附带的字节串",
            "o conteúdo deve ser uma cadeia de bytes anexada",
        ),
    )?;
    let signature = byte_string(
        &mut d,
        words(
            "the signature must be a byte string",
            "签名必须是字节串",
            "a assinatura deve ser uma cadeia de bytes",
        ),
    )?;
    if d.position() != bytes.len() {
        return Err(StatementError::Trailing { at: d.position() });
    }
    let signature = slice(bytes, &signature);
    let signature =
        signature.try_into().map_err(|_| StatementError::SignatureLength { bytes: signature.len() })?;
    let header = read_header(slice(bytes, &protected))?;
    if write_frame(slice(bytes, &protected), slice(bytes, &payload), &signature) != bytes {
        return Err(StatementError::NotDeterministic);
    }
    Ok(Frame { header, protected, payload, signature })
}

/// Writes a whole statement.
pub(super) fn write_frame(protected: &[u8], payload: &[u8], signature: &[u8; 64]) -> Vec<u8> {
    write(protected.len() + payload.len() + signature.len(), |e| {
        e.tag(Tag::new(SIGN1))?.array(4)?.bytes(protected)?.map(0)?.bytes(payload)?.bytes(signature)?;
        Ok(())
    })
}

/// What the key signs (RFC 9052 section 4.4), without external data.
pub(super) fn sig_structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    write(protected.len() + payload.len(), |e| {
        e.array(4)?.str("Signature1")?.bytes(protected)?.bytes(&[])?.bytes(payload)?;
        Ok(())
    })
}

/// Writes the protected header; its labels and claims stand in the order of their encodings.
pub(super) fn write_header(header: &Header) -> Vec<u8> {
    write(CONTENT_TYPE.len() + ISSUER_BYTES + header.subject.as_str().len() + header.audience.len(), |e| {
        e.map(4)?.i64(ALG)?.i64(header.alg.value())?.i64(TYPE)?.str(CONTENT_TYPE)?;
        e.i64(KID)?.bytes(header.key_id.0.as_bytes())?.i64(CLAIMS)?.map(3)?;
        e.u8(1)?.str(&header.issuer.to_string())?;
        e.u8(2)?.str(header.subject.as_str())?;
        e.u8(3)?.str(&header.audience)?;
        Ok(())
    })
}

/// Reads the protected header: exactly the four labels.
fn read_header(bytes: &[u8]) -> Result<Header, StatementError> {
    let broken = |_| {
        not_cose(words(
            "the protected header is no CBOR map",
            "受保护头部不是 CBOR 映射",
            "o cabeçalho protegido não é um mapa CBOR",
        ))
    };
    let mut d = Decoder::new(bytes);
    let count = d.map().map_err(broken)?.ok_or(StatementError::NotDeterministic)?;
    let (mut alg, mut content_type, mut key_id, mut claims) = (None, None, None, None);
    for _ in 0..count {
        if matches!(d.datatype(), Ok(Type::String)) {
            let label = d.str().map_err(broken)?;
            return Err(StatementError::UnknownHeader { label: label.chars().take(40).collect() });
        }
        match d.i64().map_err(broken)? {
            ALG => {
                alg = Some(match d.i64() {
                    Ok(-8) => Alg::EdDsa,
                    Ok(-19) => Alg::Ed25519,
                    _ => return Err(StatementError::Algorithm),
                });
            }
            TYPE => {
                if d.str().ok() != Some(CONTENT_TYPE) {
                    return Err(StatementError::ContentType);
                }
                content_type = Some(());
            }
            KID => {
                let hash = d.bytes().ok().and_then(|kid| kid.try_into().ok());
                key_id = Some(KeyId(Hash(hash.ok_or(StatementError::KeyIdLength)?)));
            }
            CLAIMS => claims = Some(read_claims(&mut d)?),
            other => return Err(StatementError::UnknownHeader { label: other.to_string() }),
        }
    }
    let missing = |label| StatementError::MissingHeader { label };
    let alg = alg.ok_or_else(|| missing(ALG))?;
    content_type.ok_or_else(|| missing(TYPE))?;
    let key_id = key_id.ok_or_else(|| missing(KID))?;
    let [issuer, subject, audience] = claims.ok_or_else(|| missing(CLAIMS))?;
    let header = Header {
        alg,
        key_id,
        issuer: issuer.parse::<Issuer>()?,
        subject: subject.parse::<Subject>()?,
        audience,
    };
    // Order, lengths, repeated labels and trailing bytes, all at once.
    if write_header(&header) == bytes { Ok(header) } else { Err(StatementError::NotDeterministic) }
}

/// Reads the CWT claims: exactly `iss`, `sub` and `aud`, as texts.
fn read_claims(d: &mut Decoder<'_>) -> Result<[String; 3], StatementError> {
    let map = words(
        "they must be a map of the texts 1 (iss), 2 (sub) and 3 (aud)",
        "必须是文本映射：1（iss）、2（sub）和 3（aud）",
        "devem ser um mapa dos textos 1 (iss), 2 (sub) e 3 (aud)",
    );
    let wrong = || wrong_claims(map.into());
    match d.map() {
        Ok(Some(3)) => {}
        Ok(None) => return Err(StatementError::NotDeterministic),
        _ => return Err(wrong()),
    }
    let [mut issuer, mut subject, mut audience] = [const { None }; 3];
    for _ in 0..3 {
        let claim = match d.i64() {
            Ok(1) => &mut issuer,
            Ok(2) => &mut subject,
            Ok(3) => &mut audience,
            _ => return Err(wrong()),
        };
        *claim = Some(d.str().map_err(|_| wrong())?.to_owned());
    }
    match (issuer, subject, audience) {
        (Some(issuer), Some(subject), Some(audience)) => Ok([issuer, subject, audience]),
        _ => Err(wrong()),
    }
}

/// The place of the next byte string's content.
fn byte_string(d: &mut Decoder<'_>, problem: Words) -> Result<Range<usize>, StatementError> {
    if matches!(d.datatype(), Ok(Type::BytesIndef)) {
        return Err(StatementError::NotDeterministic);
    }
    let length = d.bytes().map_err(|_| not_cose(problem))?.len();
    Ok(d.position() - length..d.position())
}

/// A part that [`byte_string`] found in these bytes.
fn slice<'b>(bytes: &'b [u8], range: &Range<usize>) -> &'b [u8] {
    bytes.get(range.clone()).unwrap_or_default()
}

const fn not_cose(problem: Words) -> StatementError {
    StatementError::NotCose { problem }
}

const fn wrong_claims(problem: Phrase) -> StatementError {
    StatementError::Claims { problem }
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

/// What `fill` writes: so many bytes of content, and the heads of a few items.
fn write(content: usize, fill: impl FnOnce(&mut Encoder<Vec<u8>>) -> Written) -> Vec<u8> {
    const HEADS: usize = 64;
    let mut encoder = Encoder::new(Vec::with_capacity(content + HEADS));
    let written = fill(&mut encoder);
    debug_assert!(written.is_ok(), "a buffer takes everything");
    encoder.into_writer()
}
