//! What a statement must be, by everything that it must not be.

use minicbor::Encoder;
use minicbor::data::Tag;
use proptest::prelude::*;

use super::*;
use crate::id::ParticipantId;
use crate::json::JsonErrorKind;
use crate::tag::TagCode;

const AUDIENCE: &str = "node.example/lode#00000000000000000000000000000000";

fn key() -> SecretKey {
    SecretKey::from_seed([1; 32])
}

fn verify_key() -> VerifyKey {
    key().public().check().unwrap()
}

fn issuer() -> Issuer {
    Issuer::Participant(ParticipantId::new([2; 16]))
}

fn sign(payload: &str) -> Statement {
    Statement::sign_bytes(issuer(), "note/1".parse().unwrap(), AUDIENCE, payload.as_bytes(), &key()).unwrap()
}

fn refused(payload: &str) -> StatementError {
    sign(payload).verify(&verify_key()).unwrap_err()
}

/// A header in free form: what `edit` leaves of the four members, in that order.
fn header_bytes(edit: impl FnOnce(&mut Vec<(Vec<u8>, Vec<u8>)>)) -> Vec<u8> {
    let text = |t: &str| minicbor::to_vec(t).unwrap();
    let mut claims = vec![0xa3, 1];
    claims.extend(text(&issuer().to_string()));
    claims.push(2);
    claims.extend(text("note/1"));
    claims.push(3);
    claims.extend(text(AUDIENCE));
    let mut kid = vec![0x58, 32];
    kid.extend(key().public().thumbprint().0.0);
    let mut members =
        vec![(vec![1], vec![0x27]), (vec![3], text(CONTENT_TYPE)), (vec![4], kid), (vec![15], claims)];
    edit(&mut members);
    let mut bytes = vec![0xa0 + u8::try_from(members.len()).unwrap()];
    bytes.extend(members.into_iter().flat_map(|(k, v)| [k, v].concat()));
    bytes
}

/// A statement with any protected header, signed by the right key.
fn frame(protected: &[u8]) -> Vec<u8> {
    let payload = br#"{"seq":1,"events":[{}]}"#;
    cose::write_frame(protected, payload, &key().sign(&cose::sig_structure(protected, payload)))
}

fn decode_error(bytes: Vec<u8>) -> StatementError {
    Statement::decode(bytes).unwrap_err()
}

#[test]
fn comes_back_as_signed() {
    let payload = r#"{"seq":7,"events":[{"type":"x"}]}"#;
    let statement = sign(payload);
    let again = Statement::decode(statement.bytes().to_vec()).unwrap();
    assert_eq!(again, statement);
    assert_eq!(again.payload(), payload.as_bytes());
    assert_eq!(again.id(), StatementId(Hash::of(statement.bytes())));
    assert_eq!(again.leaf_hash(), Hash::of(&[&[0], statement.bytes()].concat()));
    let header = again.header();
    assert_eq!((header.alg, header.issuer, header.audience.as_str()), (Alg::EdDsa, issuer(), AUDIENCE));
    assert_eq!(header.subject.as_str(), "note/1");
    assert_eq!(header.key_id, key().public().thumbprint());
    assert_eq!(decode_payload(payload.as_bytes()).unwrap().0, 7);
    assert_eq!(frame(&header_bytes(|_| {}))[3..], sign(r#"{"seq":1,"events":[{}]}"#).bytes()[3..]);
}

#[test]
fn a_right_statement_is_verified() {
    let own = issuer().to_string();
    let event = |id: &str| {
        Json::object([
            ("type", "participant.suspended"),
            ("at", "2026-11-23T20:15:00+08:00"),
            ("participant", id),
            ("reason", "asked for it"),
        ])
    };
    let payload = |id| Json::object([("seq", Json::Int(7)), ("events", vec![event(&own), event(id)].into())]);
    let sign = |id| Statement::sign(issuer(), "note/1".parse().unwrap(), AUDIENCE, &payload(id), &key());
    let statement = sign(&own).unwrap();
    let verified = Statement::decode(statement.bytes().to_vec()).unwrap().verify(&verify_key()).unwrap();
    assert_eq!((verified.seq(), verified.events().len(), verified.id()), (7, 2, statement.id()));
    assert_eq!(verified.events()[0].to_json(), event(&own));
    assert_eq!(verified.header(), statement.header());

    // A bad field is named with its event, by the client before it signs and by whoever reads it later.
    let error = sign("U-1").unwrap_err();
    assert!(
        matches!(&error, StatementError::Event { number: 1, error } if error.field == "participant"),
        "{error}"
    );
    let signed = super::tests::sign(&payload("U-1").write());
    assert_eq!(signed.verify(&verify_key()).unwrap_err(), error);
}

/// The bytes spelled out, so that another implementation can be written from this test.
#[test]
fn the_encoding_is_fixed() {
    let statement = sign(r#"{"seq":1,"events":[{}]}"#);
    let protected = header_bytes(|_| {});
    let mut expected = vec![0xd2, 0x84, 0x58, u8::try_from(protected.len()).unwrap()];
    expected.extend(&protected);
    expected.extend([0xa0, 0x57]);
    expected.extend(br#"{"seq":1,"events":[{}]}"#);
    expected.extend([0x58, 64]);
    let mut signed = vec![0x84, 0x6a];
    signed.extend(b"Signature1");
    signed.extend([0x58, u8::try_from(protected.len()).unwrap()]);
    signed.extend(&protected);
    signed.extend([0x40, 0x57]);
    signed.extend(br#"{"seq":1,"events":[{}]}"#);
    expected.extend(key().sign(&signed));
    assert_eq!(statement.bytes(), expected);
}

#[test]
fn accepts_both_names_of_the_algorithm() {
    let bytes = frame(&header_bytes(|m| m[0].1 = vec![0x32]));
    let statement = Statement::decode(bytes).unwrap();
    assert_eq!(statement.header().alg, Alg::Ed25519);
    // The signature fits; only the empty event is refused.
    assert_eq!(statement.verify(&verify_key()).unwrap_err().code(), "event");
}

#[test]
fn refuses_other_frames() {
    let good = sign(r#"{"seq":1,"events":[{}]}"#).bytes().to_vec();
    let tag17 = [&[0xd1], &good[1..]].concat();
    assert_eq!(decode_error(tag17), StatementError::WrongTag { found: Some(17) });
    assert_eq!(decode_error(good[1..].to_vec()), StatementError::WrongTag { found: None });
    assert_eq!(decode_error([&good[..], &[0]].concat()), StatementError::Trailing { at: good.len() });
    assert_eq!(
        decode_error([&[0xd8, 18], &good[1..]].concat()),
        StatementError::NotDeterministic,
        "long tag"
    );
    let indefinite = [&good[..1], &[0x9f], &good[2..], &[0xff]].concat();
    assert_eq!(decode_error(indefinite), StatementError::NotDeterministic);
    let long_length = [&good[..2], &[0x59, 0], &good[3..]].concat();
    assert_eq!(decode_error(long_length), StatementError::NotDeterministic);
    let chunked = [&good[..2], &[0x5f], &good[2..]].concat();
    assert_eq!(decode_error(chunked), StatementError::NotDeterministic);
    assert_eq!(decode_error(vec![]).code(), "not-cose");
    assert_eq!(decode_error(vec![0; MAX_STATEMENT_BYTES]).code(), "wrong-tag");
    assert_eq!(decode_error(vec![0; MAX_STATEMENT_BYTES + 1]).code(), "too-large");
    for length in 1..good.len() {
        assert_eq!(decode_error(good[..length].to_vec()).code(), "not-cose", "cut to {length}");
    }

    let protected = header_bytes(|_| {});
    let framed = |fill: &dyn Fn(&mut Encoder<Vec<u8>>)| {
        let mut e = Encoder::new(Vec::new());
        e.tag(Tag::new(18)).unwrap().array(4).unwrap().bytes(&protected).unwrap();
        fill(&mut e);
        decode_error(e.into_writer())
    };
    let unprotected = framed(&|e| {
        e.map(1).unwrap().u8(4).unwrap().bytes(b"x").unwrap().bytes(b"{}").unwrap().bytes(&[0; 64]).unwrap();
    });
    assert_eq!(unprotected, StatementError::UnprotectedNotEmpty);
    let detached = framed(&|e| {
        e.map(0).unwrap().null().unwrap().bytes(&[0; 64]).unwrap();
    });
    assert_eq!(detached.code(), "not-cose");
    let short = framed(&|e| {
        e.map(0).unwrap().bytes(b"{}").unwrap().bytes(&[0; 63]).unwrap();
    });
    assert_eq!(short, StatementError::SignatureLength { bytes: 63 });
}

#[test]
fn refuses_other_headers() {
    type Members = Vec<(Vec<u8>, Vec<u8>)>;
    let error = |edit: fn(&mut Members)| decode_error(frame(&header_bytes(edit)));
    assert_eq!(error(|m| m.push((vec![2], vec![0x80]))), StatementError::UnknownHeader { label: "2".into() });
    assert_eq!(
        error(|m| m.push((vec![0x61, b'x'], vec![1]))),
        StatementError::UnknownHeader { label: "x".into() }
    );
    assert_eq!(
        error(|m| m.push((vec![0x38, 200], vec![1]))),
        StatementError::UnknownHeader { label: "-201".into() }
    );
    for (at, label) in [1, 3, 4, 15].into_iter().enumerate() {
        let bytes = frame(&header_bytes(|m| drop(m.remove(at))));
        assert_eq!(decode_error(bytes), StatementError::MissingHeader { label });
        let bytes = frame(&header_bytes(|m| m.push(m[at].clone())));
        assert_eq!(decode_error(bytes), StatementError::NotDeterministic, "label {label} twice");
    }
    assert_eq!(error(|m| m.swap(0, 1)), StatementError::NotDeterministic);
    assert_eq!(error(|m| m[0].0 = vec![0x18, 1]), StatementError::NotDeterministic);
    assert_eq!(error(|m| m[0].1 = vec![0x38, 7]), StatementError::NotDeterministic);
    assert_eq!(error(|m| m[0].1 = vec![0x26]), StatementError::Algorithm);
    assert_eq!(error(|m| m[0].1 = vec![0x61, b'x']), StatementError::Algorithm);
    assert_eq!(error(|m| m[1].1 = vec![0x61, b'x']), StatementError::ContentType);
    assert_eq!(error(|m| m[1].1 = vec![0]), StatementError::ContentType);
    assert_eq!(error(|m| m[2].1 = [&[0x58, 31][..], &[0; 31]].concat()), StatementError::KeyIdLength);
    assert_eq!(decode_error(frame(&[])).code(), "not-cose");
    assert_eq!(decode_error(frame(&[0xbf, 0xff])), StatementError::NotDeterministic);
    assert_eq!(
        decode_error(frame(&[header_bytes(|_| {}), vec![0]].concat())),
        StatementError::NotDeterministic
    );

    // Claims: one too few, one too many, other names, other types, and values that are none.
    let with_claims = |claims: &[u8]| decode_error(frame(&header_bytes(|m| m[3].1 = claims.to_vec()))).code();
    assert_eq!(with_claims(&[0xa2, 1, 0x60, 2, 0x60]), "claims");
    assert_eq!(with_claims(&[0xa4, 1, 0x60, 2, 0x60, 3, 0x60, 4, 0x60]), "claims");
    assert_eq!(with_claims(&[0xa3, 1, 0x60, 2, 0x60, 4, 0x60]), "claims");
    assert_eq!(with_claims(&[0xa3, 1, 0x60, 1, 0x60, 3, 0x60]), "claims");
    assert_eq!(with_claims(&[0xa3, 1, 0x60, 2, 0x60, 3, 0x81, 0x60]), "claims");
    assert_eq!(with_claims(&[0x60]), "claims");
    assert_eq!(with_claims(&[0xbf, 1, 0x60, 2, 0x60, 3, 0x60, 0xff]), "not-deterministic");
    assert_eq!(with_claims(&[0xa3, 1, 0x61, b'x', 2, 0x61, b'x', 3, 0x60]), "claims");
}

#[test]
fn refuses_another_key() {
    let statement = sign(r#"{"seq":1,"events":[{}]}"#);
    let other = SecretKey::from_seed([9; 32]);
    let other_key = other.public().check().unwrap();
    assert_eq!(statement.verify(&other_key).unwrap_err(), StatementError::KeyMismatch);
    // The header names our key, but another key signed.
    let protected = header_bytes(|_| {});
    let signature = other.sign(&cose::sig_structure(&protected, b"{}"));
    let forged = Statement::decode(cose::write_frame(&protected, b"{}", &signature)).unwrap();
    assert_eq!(forged.verify(&verify_key()).unwrap_err(), StatementError::BadSignature);
}

#[test]
fn refuses_every_flipped_bit() {
    let good = sign(r#"{"seq":1,"events":[{}]}"#).bytes().to_vec();
    // Unchanged it is signed right, and only then are its events looked at.
    assert_eq!(Statement::decode(good.clone()).unwrap().verify(&verify_key()).unwrap_err().code(), "event");
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(statement) = Statement::decode(bytes) {
            let error = statement.verify(&verify_key()).unwrap_err();
            assert!(
                matches!(error, StatementError::KeyMismatch | StatementError::BadSignature),
                "bit {bit}: {error}"
            );
        }
    }
}

#[test]
fn refuses_other_payloads() {
    let kind = |payload| match refused(payload) {
        StatementError::Payload(error) => error.kind,
        other => unreachable!("{payload}: {other}"),
    };
    assert_eq!(kind(r#"{"seq":1.0,"events":[{}]}"#), JsonErrorKind::Float);
    assert_eq!(kind(r#"{"seq":1,"seq":1,"events":[{}]}"#), JsonErrorKind::Duplicate);
    assert_eq!(kind(r#"{"seq":1,"events":[{"a":{"b":1,"b":2}}]}"#), JsonErrorKind::Duplicate);
    assert_eq!(kind(r#"{"seq":9007199254740992,"events":[{}]}"#), JsonErrorKind::Range);
    assert_eq!(kind(""), JsonErrorKind::Syntax);

    let many = format!(r#"{{"seq":1,"events":[{}{{}}]}}"#, "{},".repeat(256));
    for payload in [
        "[]",
        "{}",
        r#"{"seq":1}"#,
        r#"{"events":[{}]}"#,
        r#"{"seq":1,"events":[{}],"x":1}"#,
        r#"{"seq":-1,"events":[{}]}"#,
        r#"{"seq":"1","events":[{}]}"#,
        r#"{"seq":1,"events":{}}"#,
        r#"{"seq":1,"events":[]}"#,
        r#"{"seq":1,"events":[1]}"#,
        r#"{"seq":1,"events":[[]]}"#,
        &many,
    ] {
        assert_eq!(refused(payload).code(), "payload-shape", "{payload}");
    }
    let most = format!(r#"{{"events":[{}{{}}],"seq":9007199254740991}}"#, "{},".repeat(255));
    assert_eq!(decode_payload(most.as_bytes()).unwrap().1.len(), 256);
    assert_eq!(refused(&most).code(), "event");
}

#[test]
fn a_client_cannot_sign_what_would_be_refused() {
    let sign = |payload: &Json| {
        Statement::sign(issuer(), "a".parse().unwrap(), AUDIENCE, payload, &key()).unwrap_err()
    };
    let events = |event: Json| Json::object([("seq", Json::Int(1)), ("events", Json::Arr(vec![event]))]);
    assert_eq!(sign(&Json::Int(1)).code(), "payload-shape");
    assert_eq!(sign(&events(Json::object([("type", "no such event")]))).code(), "event");
    assert_eq!(sign(&events(Json::object([("type", "line\nbreak")]))).code(), "payload");
    let large = "x".repeat(MAX_STATEMENT_BYTES);
    let error = Statement::sign_bytes(issuer(), "a".parse().unwrap(), AUDIENCE, large.as_bytes(), &key())
        .unwrap_err();
    assert_eq!(error.code(), "too-large");
}

#[test]
fn authors_and_references_have_one_text() {
    let owner = Issuer::Owner(key().public().thumbprint());
    for author in [issuer(), Issuer::Tag(TagCode::of(&key().public())), owner] {
        assert_eq!(author.to_string().parse(), Ok(author));
    }
    assert!(owner.to_string().starts_with("owner:"));
    for bad in ["", "tag:", "owner:", "tag:U-1", "x:1", "L-01ARZ3NDEKTSV4RRFFQ69G5FAV", "U-1"] {
        assert_eq!(bad.parse::<Issuer>(), Err(BadIssuer), "{bad}");
    }
    for bad in ["", " ", "a b", "é", "a\n", "a#", &"a".repeat(65)] {
        assert_eq!(bad.parse::<Subject>(), Err(BadSubject), "{bad}");
    }
    assert!("a".repeat(64).parse::<Subject>().is_ok());
}

proptest! {
    #[test]
    fn changed_statements_are_refused_without_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..6),
    ) {
        let good = sign(r#"{"seq":1,"events":[{}]}"#).bytes().to_vec();
        let mut bytes = good.clone();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        prop_assume!(bytes != good);
        if let Ok(statement) = Statement::decode(bytes.clone()) {
            prop_assert_eq!(statement.bytes(), &bytes[..]);
            let code = statement.verify(&verify_key()).unwrap_err().code();
            prop_assert!(code == "key-mismatch" || code == "bad-signature", "{}", code);
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode_payload(&bytes);
        let _ = Statement::decode(bytes.clone());
        bytes.splice(0..0, [0xd2, 0x84]);
        let _ = Statement::decode(bytes);
    }
}
