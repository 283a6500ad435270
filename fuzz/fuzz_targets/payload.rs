//! Any bytes as a payload: what the strict JSON reader accepts, an ordinary one reads the same way; what it writes it
//! reads back; and an event that was read is written and read as the same event.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode_ledger::event::Event;
use lode_ledger::json::Json;
use lode_ledger::statement::{MAX_EVENTS, decode_payload};

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = Json::parse(bytes) else {
        assert!(decode_payload(bytes).is_err(), "a payload is strict JSON");
        return;
    };
    let ordinary: serde_json::Value = serde_json::from_slice(bytes).expect("strict JSON is JSON");
    assert_eq!(ordinary, serde_json::Value::from(json.clone()), "two readers, one meaning");
    let written = json.write();
    assert_eq!(Json::parse(written.as_bytes()), Ok(json), "what is written is read back");
    let Ok((seq, events)) = decode_payload(bytes) else { return };
    assert!(seq < 1 << 53 && (1..=MAX_EVENTS).contains(&events.len()));
    for event in events {
        let Ok(read) = Event::from_json(&event) else { continue };
        let written = read.to_json();
        assert_eq!(Event::from_json(&written).as_ref(), Ok(&read), "an event is read back");
        assert_eq!(
            read.event_type().spec().name,
            event.get("type").and_then(Json::as_str).unwrap_or_default()
        );
    }
});
