//! Any body to `POST /v1/statements`, as one statement and as a sequence, to a node with a trade in it. Only tried,
//! never kept. Every answer has its form: one for each item that another reader counts, or a coded problem; never 5xx.
#![no_main]

mod node;

use libfuzzer_sys::fuzz_target;
use node::{MOST, NODE};

/// How many whole items of any depth up to a statement's there are, by another reader.
fn items(bytes: &[u8]) -> Option<usize> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let mut count = 0;
    while decoder.position() < bytes.len() {
        decoder.skip().ok()?;
        count += 1;
    }
    Some(count)
}

fuzz_target!(|bytes: &[u8]| {
    let (status, answer) = NODE.post("/v1/statements?dry_run=true", "application/cose", bytes);
    assert!(matches!(status, 200 | 422), "{status}: {answer}");
    assert_eq!(answer["status"], if status == 200 { "accepted" } else { "refused" });
    let (status, answer) = NODE.post("/v1/statements?dry_run=true&lang=zh", "application/cbor-seq", bytes);
    match status {
        200 => {
            let answers = answer.as_array().expect("a list").len();
            assert!(answers <= MOST);
            if let Some(count) = items(bytes) {
                assert_eq!(answers, count);
            }
        }
        400 => assert_eq!(answer["code"], "not-cbor-sequence"),
        413 => assert_eq!(answer["code"], "too-many-statements"),
        other => panic!("{other}: {answer}"),
    }
});
