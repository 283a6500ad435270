//! Any path with any query, and any accepted type or language on the next line, to a node with a trade in it: an answer
//! or a coded problem, never 5xx; and the cursor that a list gives can be asked for.
#![no_main]

mod node;

use libfuzzer_sys::fuzz_target;
use node::NODE;
use serde_json::Value;

/// What cannot stand in a URI is percent-encoded; everything else stays as it is.
fn uri(bytes: &[u8]) -> String {
    let keep = |byte: &u8| byte.is_ascii_graphic() && !b"\"<>\\^`{}|#".contains(byte);
    let encoded = |byte: &u8| {
        if keep(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
    };
    bytes.iter().map(encoded).collect()
}

fuzz_target!(|input: &[u8]| {
    let mut lines = input.splitn(2, |byte| *byte == b'\n');
    let asked = format!("/{}", uri(lines.next().unwrap_or_default()));
    let accept = std::str::from_utf8(lines.next().unwrap_or_default()).unwrap_or_default();
    let Some((status, body)) = NODE.get(&asked, accept) else { return };
    assert!((200..500).contains(&status), "{asked}: {status} {}", String::from_utf8_lossy(&body));
    if status >= 400 {
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        let page = body.to_ascii_lowercase().starts_with(b"<!doctype html");
        assert!(page || problem["code"].is_string(), "{asked}: {status} {}", String::from_utf8_lossy(&body));
        return;
    }
    let (path, query) = asked.split_once('?').unwrap_or((&asked, ""));
    let list: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(next) = list["next"].as_str() {
        assert!(list["items"].as_array().is_some_and(|items| items.len() <= 200), "{asked}: too long a page");
        let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("cursor=")).collect();
        let name = if path.ends_with("/events") { "after" } else { "cursor" };
        if name == "cursor" {
            let next = format!("{path}?{}&cursor={next}", rest.join("&"));
            let (status, _) = NODE.get(&next, "").expect("a cursor fits into a URI");
            assert_eq!(status, 200, "{next}");
        }
    }
});
