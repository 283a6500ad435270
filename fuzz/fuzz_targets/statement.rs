//! Any bytes as a statement. What is accepted is the one encoding of its parts, as written by an encoder of another
//! hand; and no bytes but those that its key signed pass for it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode_ledger::statement::{Alg, CONTENT_TYPE, MAX_STATEMENT_BYTES, Statement};
use lode_tests::vectors::{Cose, cbor, claims};
use lode_tests::world::secret;

fuzz_target!(|bytes: &[u8]| {
    let Ok(statement) = Statement::decode(bytes.to_vec()) else { return };
    assert!(bytes.len() <= MAX_STATEMENT_BYTES);
    assert_eq!(statement.bytes(), bytes);
    let header = statement.header();
    let alg = match header.alg {
        Alg::EdDsa => -8,
        Alg::Ed25519 => -19,
    };
    let claims = claims(&header.issuer.to_string(), header.subject.as_str(), &header.audience);
    let mut again = Cose::new(&secret("registrar"), "", "", "", statement.payload());
    again.protected = vec![
        (cbor::int(1), cbor::int(alg)),
        (cbor::int(3), cbor::text(CONTENT_TYPE)),
        (cbor::int(4), cbor::bytes(&header.key_id.0.0)),
        (cbor::int(15), claims),
    ];
    assert_eq!(again.with_signature(&bytes[bytes.len() - 64..]), bytes, "one encoding only");
});
