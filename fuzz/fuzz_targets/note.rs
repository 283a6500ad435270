//! Any bytes as a signed note, a checkpoint and a key line: what is accepted is written back byte for byte, and none
//! of it passes for a note signed by a key that has signed nothing.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use lode_ledger::tlog::note::Note;
use lode_ledger::tlog::{Checkpoint, KeyName, NoteSigner, SignedCheckpoint, VerifierKey};
use lode_tests::world::{ORIGIN, secret};

static SIGNER: LazyLock<NoteSigner> = LazyLock::new(|| {
    let key = secret("a key that signs nothing").signing_key().clone();
    NoteSigner::new(KeyName::new(ORIGIN).unwrap(), key).unwrap()
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        assert!(note.verify([SIGNER.verifier_key()]).is_err());
    }
    if let Ok(signed) = SignedCheckpoint::parse(bytes) {
        assert_eq!(signed.to_string().as_bytes(), bytes);
        assert!(SignedCheckpoint::open(bytes, SIGNER.verifier_key()).is_err());
        let body = signed.checkpoint().body();
        assert_eq!(Checkpoint::parse_body(&body).as_ref(), Ok(signed.checkpoint()));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(checkpoint) = Checkpoint::parse_body(text) {
        assert_eq!(checkpoint.body(), text);
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
});
