//! Any text as a tag code, a claim code, an id, a time, an origin: what is read is written, and read back as the same;
//! the strict ones have one spelling.
#![no_main]

use std::fmt::Display;
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use lode_ledger::hash::Hash;
use lode_ledger::id::{
    ConsignmentId, ItemId, LedgerId, LogIndex, Nonce, OfferId, Origin, ParticipantId, SaleId, StatementId,
    WorkOrderId,
};
use lode_ledger::key::{KeyId, PublicKey, Signature};
use lode_ledger::statement::{Issuer, Subject};
use lode_ledger::tag::{ClaimCode, TagCode};
use lode_ledger::time::Timestamp;

/// The text is the one that is written.
fn strict<T: FromStr + Display + PartialEq>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string(), text);
    }
}

/// What is written is read as the same.
fn lenient<T: Display + PartialEq>(text: &str, read: impl Fn(&str) -> Option<T>) {
    if let Some(value) = read(text) {
        assert!(read(&value.to_string()) == Some(value), "{text:?}");
    }
}

fuzz_target!(|text: &str| {
    strict::<TagCode>(text);
    strict::<ItemId>(text);
    strict::<ParticipantId>(text);
    strict::<WorkOrderId>(text);
    strict::<ConsignmentId>(text);
    strict::<OfferId>(text);
    strict::<SaleId>(text);
    strict::<Nonce>(text);
    strict::<StatementId>(text);
    strict::<LogIndex>(text);
    strict::<LedgerId>(text);
    strict::<Origin>(text);
    strict::<Hash>(text);
    strict::<KeyId>(text);
    strict::<PublicKey>(text);
    strict::<Signature>(text);
    strict::<Issuer>(text);
    strict::<Subject>(text);
    lenient(text, |text| TagCode::parse_lenient(text).ok());
    lenient(text, |text| text.parse::<ClaimCode>().ok());
    if let Ok(time) = text.parse::<Timestamp>() {
        assert_eq!(time.to_string(), text);
        assert_eq!(Timestamp::parse(text), Ok(time));
    }
});
