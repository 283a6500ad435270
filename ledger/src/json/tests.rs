//! What strict JSON reads, and all that it refuses.

use proptest::prelude::*;

use super::*;

fn kind(text: &str) -> JsonErrorKind {
    Json::parse(text.as_bytes()).expect_err(text).kind
}

#[test]
fn keeps_order_and_reads_every_kind_of_value() {
    let text = r#" {"b": [1, -5, 0], "a": {"x": true, "é": "q\"\\\u00e9/\/"}, "c": []} "#;
    let json = Json::parse(text.as_bytes()).unwrap();
    assert_eq!(json.write(), r#"{"b":[1,-5,0],"a":{"x":true,"é":"q\"\\é//"},"c":[]}"#);
    assert_eq!(Json::parse(json.write().as_bytes()).unwrap(), json);
    assert_eq!(json.get("b").unwrap().as_array().unwrap()[1].as_int(), Some(-5));
    assert_eq!(json.get("a").unwrap().get("x").unwrap().as_bool(), Some(true));
    assert_eq!(serde_json::to_string(&json).unwrap(), json.write());
    assert_eq!(serde_json::from_str::<Json>(text).unwrap(), json);
    assert!(serde_json::from_str::<Json>("[1.5]").is_err());
}

#[test]
fn numbers_are_integers_below_two_to_the_53() {
    for good in ["9007199254740991", "-9007199254740991", "0"] {
        assert_eq!(Json::parse(good.as_bytes()).unwrap().write(), good);
    }
    for float in ["1.0", "1e3", "-0", "-0.0", "0.1", "1E0", "9007199254740992.0"] {
        assert_eq!(kind(float), JsonErrorKind::Float, "{float}");
    }
    for large in [
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551615",
        "1000000000000000000000",
        "-9223372036854775809000",
    ] {
        assert_eq!(kind(large), JsonErrorKind::Range, "{large}");
    }
    for bad in ["01", "+1", "1.", ".1", "0x1", "NaN", "Infinity", "--1", "-"] {
        assert_eq!(kind(bad), JsonErrorKind::Syntax, "{bad}");
    }
}

#[test]
fn refuses_what_two_readers_may_read_differently() {
    use JsonErrorKind::{Character, Depth, Duplicate, Null, Syntax};
    let cases = [
        ("null", Null),
        ("[null]", Null),
        (r#"{"a":1,"a":1}"#, Duplicate),
        (r#"{"a":1,"\u0061":2}"#, Duplicate),
        (r#"[{"x":{"a":1,"b":2,"a":3}}]"#, Duplicate),
        (r#""\u0000""#, Character),
        (r#""\n""#, Character),
        (r#""\u007f""#, Character),
        ("\"\u{85}\"", Character),
        ("{\"\\t\":1}", Character),
        ("\"\u{202e}abc\"", Character),
        (r#""\u2066""#, Character),
        (r#""\u061c""#, Character),
        (r#""\u200e""#, Character),
        ("\"\u{fdd0}\"", Character),
        ("\"\u{ffff}\"", Character),
        ("\"\u{10fffe}\"", Character),
        ("\u{feff}{}", Character),
        ("\"a\nb\"", Syntax),
        (r#""\ud800""#, Syntax),
        (r#""\udc00""#, Syntax),
        (r#""\ud800\u0041""#, Syntax),
        ("{} {}", Syntax),
        ("{},", Syntax),
        ("", Syntax),
        ("{a:1}", Syntax),
        ("[1,]", Syntax),
        ("// x\n1", Syntax),
        ("'a'", Syntax),
        (&format!("{}{}", "[".repeat(17), "]".repeat(17)), Depth),
        (&"[".repeat(20_000), Depth),
    ];
    for (text, expected) in cases {
        assert_eq!(kind(text), expected, "{}", text.chars().take(40).collect::<String>());
    }
    assert_eq!(Json::parse(b"\"\xff\"").unwrap_err().kind, Character);
    assert!(Json::parse(format!("{}{}", "[".repeat(16), "]".repeat(16)).as_bytes()).is_ok());
    assert!(
        Json::parse("\"\\ud83d\\ude00 \u{2019} 玉 \u{200d}\"".as_bytes()).is_ok(),
        "pairs and joiners are texts"
    );
}

#[test]
fn errors_say_where() {
    let error = Json::parse(br#"{"seq":1,"events":[{"mass":1},{"at":{"mass":1.5}}]}"#).unwrap_err();
    assert_eq!(error.path, "events[1].at.mass");
    assert!(error.to_string().starts_with("at events[1].at.mass: only integers"), "{error}");
    assert_eq!(Json::parse(br#"{"events":[{"a":1,"a":2}]}"#).unwrap_err().path, "events[0].a");
    assert_eq!(Json::parse(b"[1, x]").unwrap_err().path, "[1]");
    assert_eq!(Json::parse(b"null").unwrap_err().path, "");
}

#[test]
fn values_of_serde_json_follow_the_same_rules() {
    let value = serde_json::json!({"b": 1, "a": ["x", true]});
    assert_eq!(serde_json::Value::from(Json::try_from(&value).unwrap()), value);
    let float = Json::try_from(&serde_json::json!({"a": [1.0]})).unwrap_err();
    assert_eq!((float.kind, float.path.as_str()), (JsonErrorKind::Float, "a[0]"));
    assert_eq!(Json::try_from(&serde_json::json!(null)).unwrap_err().kind, JsonErrorKind::Null);
}

proptest! {
    #[test]
    fn never_panics_and_reads_back_what_it_writes(text in r#"[\[\]{}:,"a-c0-9eE.\\u-]{0,40}"#) {
        if let Ok(json) = Json::parse(text.as_bytes()) {
            prop_assert_eq!(Json::parse(json.write().as_bytes()), Ok(json));
        }
    }

    #[test]
    fn any_text_is_written_as_json(text in any::<String>()) {
        let written = Json::from(text.as_str()).write();
        prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text.clone());
        prop_assert_eq!(Json::parse(written.as_bytes()).is_ok(), !text.chars().any(is_forbidden));
    }
}
