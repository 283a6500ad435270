//! Statements that are no deterministic COSE_Sign1 of ours, or not signed by whom they name.

use lode_ledger::id::ParticipantId;
use lode_ledger::key::SecretKey;
use lode_tests::vectors::{Cose, Verdict, cbor, claims, with_order_added};
use lode_tests::world::{Who, secret, who_name};

use super::Bench;

/// Somebody's key.
fn key(who: Who) -> SecretKey {
    secret(who_name(who))
}

/// A sound statement of importer A, to be bent.
fn sound(bench: &Bench) -> Cose {
    let payload = payload(bench);
    let author: ParticipantId = bench.world.id(Who::ImporterA);
    Cose::new(
        &key(Who::ImporterA),
        &author.to_string(),
        "note-1",
        &bench.world.audience(),
        payload.as_bytes(),
    )
}

/// A payload that would be accepted.
fn payload(bench: &Bench) -> String {
    let event = lode_ledger::event::Event::from(bench.world.lost(bench.world.item("brazil"), 1_000));
    format!("{{\"seq\":{},\"events\":[{}]}}", bench.world.author(Who::ImporterA).seq, event.to_json().write())
}

/// The world's sound statement with one thing changed, signed by its author.
fn bent(bench: &mut Bench, name: &str, why: &str, code: &str, bend: impl FnOnce(&mut Cose)) {
    let mut cose = sound(bench);
    bend(&mut cose);
    let bytes = cose.signed(&key(Who::ImporterA));
    bench.bytes(name, why, Verdict::form(code), &bytes);
}

pub(super) fn cose(bench: &mut Bench) {
    let bytes = sound(bench).signed(&key(Who::ImporterA));
    bench.bytes("good-by-hand", "written without the ledger's own writer", Verdict::accepted(), &bytes);
    bench.bytes("empty", "no bytes at all", Verdict::form("not-cose"), &[]);
    bench.bytes(
        "truncated",
        "the last byte is missing",
        Verdict::form("not-cose"),
        &bytes[..bytes.len() - 1],
    );
    bench.bytes("two-statements", "one after the other", Verdict::form("trailing-bytes"), &bytes.repeat(2));
    bent(bench, "tag-missing", "COSE_Sign1 without its tag", "wrong-tag", |c| c.tag = vec![]);
    bent(bench, "tag-17", "the tag of COSE_Mac0", "wrong-tag", |c| c.tag = vec![0xd1]);
    bent(bench, "tag-twice", "tag 18 around tag 18", "not-cose", |c| c.tag = vec![0xd2, 0xd2]);
    bent(bench, "tag-not-shortest", "tag 18 in two bytes", "not-deterministic", |c| c.tag = vec![0xd8, 18]);
    bent(bench, "trailing-byte", "one byte too many", "trailing-bytes", |c| c.tail = vec![0]);
    bent(bench, "array-of-five", "a fifth element", "not-cose", |c| c.array = vec![0x85]);
    bent(bench, "array-not-shortest", "the array's length in two bytes", "not-deterministic", |c| {
        c.array = vec![0x98, 4];
    });
    bent(bench, "array-indefinite", "an array without length", "not-deterministic", |c| {
        c.array = vec![0x9f];
        c.tail = vec![0xff];
    });
    bent(bench, "unprotected-not-empty", "a label that nobody signs", "unprotected-not-empty", |c| {
        c.unprotected = cbor::map(&[(cbor::int(4), cbor::bytes(b"key"))]);
    });
    bent(bench, "payload-detached", "nil in the payload's place", "not-cose", |c| {
        c.raw_payload = Some(vec![0xf6])
    });
    bent(bench, "payload-length-not-shortest", "its length in four bytes", "not-deterministic", |c| {
        let length = u32::try_from(c.payload.len()).unwrap();
        c.raw_payload = Some([vec![0x5a], length.to_be_bytes().to_vec(), c.payload.clone()].concat());
    });
    bent(bench, "payload-in-chunks", "a byte string without length", "not-deterministic", |c| {
        c.raw_payload = Some([vec![0x5f], cbor::bytes(&c.payload), vec![0xff]].concat());
    });
    headers(bench);
    cwt(bench);
    sizes(bench);
}

fn headers(bench: &mut Bench) {
    bent(bench, "header-no-map", "an array as protected header", "not-cose", |c| {
        c.raw_protected = Some(vec![0x80]);
    });
    bent(bench, "header-empty", "nothing in the protected header", "missing-header", |c| c.protected.clear());
    bent(bench, "header-unsorted", "labels out of order", "not-deterministic", |c| c.protected.swap(0, 1));
    bent(bench, "header-label-twice", "the algorithm twice", "not-deterministic", |c| {
        c.protected.insert(1, c.protected[0].clone());
    });
    bent(bench, "header-label-unknown", "label 5, which could mean anything", "unknown-header", |c| {
        c.protected.push((cbor::int(5), cbor::bytes(&[0])));
    });
    bent(bench, "header-label-text", "a label that is a text", "unknown-header", |c| {
        c.protected.push((cbor::text("alg"), cbor::int(-8)));
    });
    bent(bench, "header-label-not-shortest", "label 15 in two bytes", "not-deterministic", |c| {
        c.protected[3].0 = vec![0x18, 15];
    });
    bent(bench, "header-indefinite", "a map without length", "not-deterministic", |c| {
        let mut header = c.header();
        header[0] = 0xbf;
        header.push(0xff);
        c.raw_protected = Some(header);
    });
    bent(bench, "header-trailing", "a byte after the map", "not-deterministic", |c| {
        let mut header = c.header();
        header.push(0);
        c.raw_protected = Some(header);
    });
    bent(bench, "alg-missing", "no algorithm", "missing-header", |c| drop(c.protected.remove(0)));
    bent(bench, "alg-es256", "another algorithm", "algorithm", |c| c.protected[0].1 = cbor::int(-7));
    bent(bench, "content-type-other", "another content type", "content-type", |c| {
        c.protected[1].1 = cbor::text("application/json");
    });
    bent(bench, "kid-missing", "no key id", "missing-header", |c| drop(c.protected.remove(2)));
    bent(bench, "kid-31-bytes", "a short key id", "key-id-length", |c| {
        c.protected[2].1 = cbor::bytes(&[7; 31])
    });
    let bytes = {
        let mut cose = sound(bench);
        cose.protected[0].1 = cbor::int(-19);
        cose.signed(&key(Who::ImporterA))
    };
    bench.bytes("good-alg-19", "Ed25519 under its newer name", Verdict::accepted(), &bytes);
}

fn cwt(bench: &mut Bench) {
    let (issuer, ledger) = (bench.world.id(Who::ImporterA).to_string(), bench.world.audience());
    let two = cbor::map(&[(cbor::int(1), cbor::text(&issuer)), (cbor::int(2), cbor::text("a"))]);
    bent(bench, "claims-without-aud", "for no ledger", "claims", |c| c.protected[3].1 = two);
    let four = cbor::map(&[
        (cbor::int(1), cbor::text(&issuer)),
        (cbor::int(2), cbor::text("a")),
        (cbor::int(3), cbor::text(&ledger)),
        (cbor::int(6), cbor::int(1)),
    ]);
    bent(bench, "claims-extra", "iat, which we do not have", "claims", |c| c.protected[3].1 = four);
    let twice = cbor::map(&[
        (cbor::int(1), cbor::text(&issuer)),
        (cbor::int(1), cbor::text(&issuer)),
        (cbor::int(3), cbor::text(&ledger)),
    ]);
    bent(bench, "claims-iss-twice", "two authors", "claims", |c| c.protected[3].1 = twice);
    for (name, why, iss, sub) in [
        ("sub-with-space", "a space in the reference", issuer.as_str(), "note 1".to_owned()),
        ("sub-empty", "no reference", issuer.as_str(), String::new()),
        ("sub-65-characters", "a reference too long", issuer.as_str(), "a".repeat(65)),
        ("iss-no-author", "an author of no kind we know", "importer-a", "a".to_owned()),
        ("iss-lower-case", "the id in another spelling", "u-00000000000000000000000000", "a".to_owned()),
    ] {
        let value = claims(iss, &sub, &ledger);
        bent(bench, name, why, "claims", |c| c.protected[3].1 = value);
    }
}

fn sizes(bench: &mut Bench) {
    let empty = sound(bench).signed(&key(Who::ImporterA)).len();
    for (name, why, size, verdict) in [
        ("good-32-kib", "the largest statement", 32 * 1024, Verdict::accepted()),
        ("oversize", "one byte more than 32 KiB", 32 * 1024 + 1, Verdict::form("too-large")),
    ] {
        let mut cose = sound(bench);
        // Blanks are allowed in JSON; they are signed as all else.
        // The payload's length then takes a byte more.
        cose.payload.extend(vec![b' '; size - empty - 1]);
        let bytes = cose.signed(&key(Who::ImporterA));
        assert_eq!(bytes.len(), size);
        bench.bytes(name, why, verdict, &bytes);
    }
}

pub(super) fn signatures(bench: &mut Bench) {
    let bad = || Verdict::form("bad-signature");
    let own = key(Who::ImporterA);
    let cose = sound(bench);
    let signature = cose.signature(&own);
    let length = Verdict::form("signature-length");
    bench.bytes("signature-63-bytes", "cut off", length.clone(), &cose.with_signature(&signature[..63]));
    bench.bytes("signature-missing", "none", length, &cose.with_signature(&[]));
    let mut flipped = signature.clone();
    flipped[10] ^= 1;
    bench.bytes("signature-flipped", "one bit is wrong", bad(), &cose.with_signature(&flipped));
    let malleable = cose.with_signature(&with_order_added(&signature));
    bench.bytes("signature-malleable", "the group's order was added to the scalar", bad(), &malleable);
    let zero = [[1].as_slice(), &[0; 63]].concat();
    bench.bytes("signature-of-nothing", "the neutral point and zero", bad(), &cose.with_signature(&zero));
    bench.bytes(
        "signature-by-another",
        "names A's key, signed by B",
        bad(),
        &cose.signed(&key(Who::ImporterB)),
    );
    let mut other = sound(bench);
    other.context = "Signature";
    bench.bytes("signature-other-context", "signed as COSE_Sign", bad(), &other.signed(&own));
    let mut raw = sound(bench);
    let bytes = raw.with_signature(&own.sign(&raw.payload));
    bench.bytes("signature-over-payload", "the bare payload was signed", bad(), &bytes);
    raw.payload = payload(bench).replace("\"seq\"", " \"seq\"").into_bytes();
    let bytes = raw.with_signature(&signature);
    bench.bytes("payload-changed", "a blank was added after signing", bad(), &bytes);
    let unknown = || Verdict::whole("key-unknown", "K1");
    let audience = bench.world.audience();
    let stranger = secret("a stranger");
    let author = bench.world.id(Who::ImporterA).to_string();
    let payload = payload(bench);
    let strange = Cose::new(&stranger, &author, "a", &audience, payload.as_bytes());
    bench.bytes("key-unknown", "a key that nobody enrolled", unknown(), &strange.signed(&stranger));
    let b = key(Who::ImporterB);
    let borrowed = Cose::new(&b, &author, "a", &audience, payload.as_bytes());
    bench.bytes("key-of-another", "B's key in A's name", unknown(), &borrowed.signed(&b));
    let thumbprint = own.public().thumbprint();
    for (name, issuer) in
        [("iss-owner", format!("owner:{thumbprint}")), ("iss-link", format!("link:{thumbprint}"))]
    {
        let cose = Cose::new(&own, &issuer, "a", &audience, payload.as_bytes());
        bench.bytes(name, "a participant's key in another guise", unknown(), &cose.signed(&own));
    }
}
