//! Ed25519 keys and signatures of authors: what is a key, when it is fit to be enrolled, who holds it.
//!
//! With `tlog` the only place that calls ed25519-dalek. Signatures are checked one at a time with `verify_strict`,
//! never as a batch, whose answer for odd signatures depends on their companions. Which key belongs to whom is
//! the record's matter (`apply`).

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

use crate::hash::{BadHash, Hash};
use crate::lang::Lang;
use crate::text::{base64url, cbor_as_bytes, from_base64url, serde_as_text};
use crate::words::{Words, words};

/// An Ed25519 public key as 32 bytes that nobody has looked at yet; see [`PublicKey::check`]. Text: base64url.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// The key, if it is fit to check signatures with.
    ///
    /// Honest keys always are. The rest is refused because libraries disagree about their signatures: encodings
    /// that are not canonical, points of small order (a "signature" fits every message) and points with a
    /// component of small order. Costs about as much as one signature check; keep the result.
    ///
    /// # Errors
    /// [`BadKey`] with the defect.
    pub fn check(&self) -> Result<VerifyKey, BadKey> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| BadKey::NotAPoint)?;
        let point = key.to_edwards();
        if point.compress().to_bytes() != self.0 {
            return Err(BadKey::NonCanonical);
        }
        if key.is_weak() {
            return Err(BadKey::SmallOrder);
        }
        if !point.is_torsion_free() {
            return Err(BadKey::Torsion);
        }
        Ok(VerifyKey { key, id: self.thumbprint() })
    }

    /// The COSE key thumbprint of RFC 9679: SHA-256 over the deterministic CBOR of the COSE_Key with only its
    /// required members, `{1 (kty): 1 (OKP), -1 (crv): 6 (Ed25519), -2 (x): key}`.
    #[must_use]
    pub fn thumbprint(&self) -> KeyId {
        // A map of 3; 1: 1; -1: 6; -2: a byte string of 32. Keys stand in the order of their encodings.
        KeyId(Hash::of_parts(&[&[0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20], &self.0]))
    }
}

/// A public key that passed [`PublicKey::check`], ready for use.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct VerifyKey {
    key: VerifyingKey,
    id: KeyId,
}

impl VerifyKey {
    /// Whether this is a signature over `message`: RFC 8032, with the cofactorless equation, a canonical scalar
    /// and an `R` that is not of small order.
    #[must_use]
    pub fn verify_strict(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }

    /// The key's bytes.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.to_bytes())
    }

    /// [`PublicKey::thumbprint`].
    #[must_use]
    pub const fn thumbprint(&self) -> KeyId {
        self.id
    }
}

impl fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyKey({})", self.public())
    }
}

/// A secret key. Wiped from memory when dropped; never shown.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of a 32-byte seed (RFC 8032 section 5.1.5), which must come from a random generator or a key
    /// derivation.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs the message. Every message begins with a line that names its purpose or is a COSE `Sig_structure`, so
    /// that no signature can be passed off as another's.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The library's key, for `tlog` notes and key files.
    #[must_use]
    pub const fn signing_key(&self) -> &SigningKey {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// Signs that the holder of `secret` wants this key to be `subject`'s (a participant id, ...) in the ledger of this
/// origin. Without it anybody could enrol another's key as his own.
#[must_use]
pub fn prove_possession(secret: &SecretKey, origin: &str, subject: &str) -> Signature {
    Signature(secret.sign(&possession_message(&secret.public(), origin, subject)))
}

/// Checks what [`prove_possession`] gives, and the key itself.
///
/// # Errors
/// [`BadKey::Possession`] if the signature is not one, and all that [`PublicKey::check`] refuses.
pub fn check_possession(
    key: &PublicKey,
    proof: &Signature,
    origin: &str,
    subject: &str,
) -> Result<VerifyKey, BadKey> {
    let usable = key.check()?;
    let proven = usable.verify_strict(&possession_message(key, origin, subject), &proof.0);
    if proven { Ok(usable) } else { Err(BadKey::Possession) }
}

fn possession_message(key: &PublicKey, origin: &str, subject: &str) -> Vec<u8> {
    [b"lode key 1\n", origin.as_bytes(), b"\n", subject.as_bytes(), b"\n", &key.0].concat()
}

/// Why a key was refused.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[error("{}", self.words().of(Lang::En))]
pub enum BadKey {
    /// No point of the curve has this encoding.
    NotAPoint,
    /// The point has another, canonical, encoding.
    NonCanonical,
    /// The point is one of the eight of small order.
    SmallOrder,
    /// The point is not in the prime-order group.
    Torsion,
    /// The proof of possession does not fit the key, the ledger's origin and the subject.
    Possession,
}

impl BadKey {
    /// The defect in words.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::NotAPoint => words(
                "not an Ed25519 public key: no point of the curve; use the 32 bytes your key tool shows as public key",
                "不是 Ed25519 公钥：曲线上没有这一点；请使用密钥工具显示为公钥的 32 字节",
                "não é uma chave pública Ed25519: não é ponto da curva; use os 32 bytes que sua ferramenta mostra como chave pública",
            ),
            Self::NonCanonical => words(
                "the Ed25519 public key is not in its canonical encoding",
                "Ed25519 公钥不是规范编码",
                "a chave pública Ed25519 não está na codificação canônica",
            ),
            Self::SmallOrder => words(
                "the Ed25519 public key is weak: signatures by it prove nothing; make a new key",
                "Ed25519 公钥是弱密钥：其签名不能证明任何事；请生成新密钥",
                "a chave pública Ed25519 é fraca: suas assinaturas nada provam; gere uma nova",
            ),
            Self::Torsion => words(
                "the Ed25519 public key has a component of small order, so programs disagree about it; make a new key",
                "Ed25519 公钥含有小阶分量，各程序判断不一；请生成新密钥",
                "a chave pública Ed25519 tem um componente de ordem pequena, e programas divergem sobre ela; gere uma nova",
            ),
            Self::Possession => words(
                "the proof of possession was not made by this key for this ledger and this owner",
                "持有证明不是由该密钥为本账本和该持有人所作",
                "a prova de posse não foi feita por esta chave para este registro e este dono",
            ),
        }
    }
}

/// A key's thumbprint ([`PublicKey::thumbprint`]); 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct KeyId(pub Hash);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for KeyId {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        text.parse().map(Self)
    }
}

impl<C> minicbor::Encode<C> for KeyId {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.0.encode(e, ctx)
    }
}

impl<'b, C> minicbor::Decode<'b, C> for KeyId {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        Hash::decode(d, ctx).map(Self)
    }
}

/// An Ed25519 signature. Text: base64url.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Signature(pub [u8; 64]);

/// The text is not the base64url of a key or a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected {bytes} bytes in base64url without padding")]
pub struct BadKeyText {
    /// 32 for a key, 64 for a signature.
    pub bytes: usize,
}

macro_rules! base64url_text {
    ($name:ident, $bytes:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&base64url(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadKeyText;

            fn from_str(text: &str) -> Result<Self, BadKeyText> {
                from_base64url(text).map(Self).ok_or(BadKeyText { bytes: $bytes })
            }
        }

        serde_as_text!($name);
        cbor_as_bytes!($name, $name);
    };
}

base64url_text!(PublicKey, 32);
base64url_text!(Signature, 64);

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(seed: u8) -> SecretKey {
        SecretKey::from_seed([seed; 32])
    }

    #[test]
    fn thumbprint_is_over_the_cose_key() {
        let key = secret(1).public();
        let mut cbor = minicbor::Encoder::new(Vec::new());
        cbor.map(3).unwrap().i8(1).unwrap().i8(1).unwrap().i8(-1).unwrap().i8(6).unwrap();
        cbor.i8(-2).unwrap().bytes(&key.0).unwrap();
        assert_eq!(key.thumbprint(), KeyId(Hash::of(cbor.writer())));
    }

    #[test]
    fn texts_are_strict() {
        let key = secret(1).public();
        assert_eq!(key.to_string().len(), 43);
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!(format!("{key}=").parse::<PublicKey>(), Err(BadKeyText { bytes: 32 }));
        let signature = Signature(secret(1).sign(b"x"));
        assert_eq!(
            serde_json::from_str::<Signature>(&serde_json::to_string(&signature).unwrap()).unwrap(),
            signature
        );
        assert_eq!(minicbor::decode::<PublicKey>(&minicbor::to_vec(key).unwrap()).unwrap(), key);
        assert!(minicbor::decode::<PublicKey>(&minicbor::to_vec(signature).unwrap()).is_err());
        assert_eq!(format!("{:?}", secret(1)), "SecretKey(..)");
    }

    #[test]
    fn possession_is_bound_to_key_ledger_and_owner() {
        let proof = prove_possession(&secret(1), "a.example", "U-1");
        let check = |seed, origin, subject| check_possession(&secret(seed).public(), &proof, origin, subject);
        assert!(check(1, "a.example", "U-1").is_ok());
        assert_eq!(check(2, "a.example", "U-1"), Err(BadKey::Possession));
        assert_eq!(check(1, "b.example", "U-1"), Err(BadKey::Possession));
        assert_eq!(check(1, "a.example", "U-2"), Err(BadKey::Possession));
    }

    #[test]
    fn each_defect_of_a_key_is_named() {
        let decode = |hex: &str| PublicKey(hex::decode(hex).unwrap().try_into().unwrap());
        let identity = "0100000000000000000000000000000000000000000000000000000000000000";
        assert_eq!(decode(identity).check(), Err(BadKey::SmallOrder));
        // y = p, which is 0 in disguise.
        let y_is_p = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
        assert_eq!(decode(y_is_p).check(), Err(BadKey::NonCanonical));
        let no_point = "0200000000000000000000000000000000000000000000000000000000000000";
        assert_eq!(decode(no_point).check(), Err(BadKey::NotAPoint));
        assert!(secret(9).public().check().is_ok());
    }

    /// The Community Cryptography Test Vectors: every way in which keys and signatures can be odd.
    #[test]
    fn edge_vectors() {
        #[derive(serde::Deserialize)]
        struct Vector {
            number: u32,
            key: String,
            sig: String,
            msg: String,
            flags: Option<Vec<String>>,
        }

        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/ed25519-cctv/ed25519vectors.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{path} is missing");
            eprintln!("skipped: {path} is missing");
            return;
        };
        let vectors: Vec<Vector> = serde_json::from_str(&text).unwrap();
        assert_eq!(vectors.len(), 914);
        let mut accepted = (0, 0);
        for vector in vectors {
            let key = PublicKey(hex::decode(&vector.key).unwrap().try_into().unwrap());
            let signature: [u8; 64] = hex::decode(&vector.sig).unwrap().try_into().unwrap();
            let flags = vector.flags.unwrap_or_default();
            let has = |flag: &str| flags.iter().any(|f| f == flag);
            let strict = VerifyingKey::from_bytes(&key.0).is_ok_and(|k| {
                VerifyKey { key: k, id: KeyId(Hash::ZERO) }.verify_strict(vector.msg.as_bytes(), &signature)
            });
            if strict {
                accepted.0 += 1;
                for flag in ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"] {
                    assert!(!has(flag), "vector {} has {flag}", vector.number);
                }
            }
            let usable = key.check();
            assert_eq!(
                usable.is_err(),
                has("low_order_A") || has("low_order_component_A") || has("non_canonical_A"),
                "vector {}: {flags:?}",
                vector.number
            );
            if usable.is_ok_and(|k| k.verify_strict(vector.msg.as_bytes(), &signature)) {
                accepted.1 += 1;
                assert!(flags.is_empty(), "vector {} is accepted with {flags:?}", vector.number);
            }
        }
        assert_eq!(accepted.0, 43, "as measured for ed25519-dalek 3.0.0");
        assert!((1..43).contains(&accepted.1), "{accepted:?}");
    }
}
