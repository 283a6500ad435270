//! Any bytes as a trust file. What is accepted means the same when it is written anew from its meaning; and a
//! checkpoint that nobody signed satisfies none of them.
#![no_main]

use std::fmt::Write as _;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use lode_ledger::hash::Hash;
use lode_ledger::tlog::policy::Member;
use lode_ledger::tlog::{Checkpoint, KeyName, NoteSigner, Policy, SignedCheckpoint};
use lode_tests::world::secret;

/// Signed by a key that stands in no trust file of the corpus.
static CHECKPOINT: LazyLock<SignedCheckpoint> = LazyLock::new(|| {
    let key = secret("a stranger").signing_key().clone();
    let signer = NoteSigner::new(KeyName::new("stranger.example").unwrap(), key).unwrap();
    Checkpoint::new("stranger.example", 1, Hash::ZERO).unwrap().sign(&signer).unwrap()
});

fn text(policy: &Policy) -> String {
    let mut out = String::new();
    let url = |url: &Option<String>| url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
    let name = |member: Member| policy.member_name(member).expect("a member has a name").to_owned();
    for log in policy.logs() {
        writeln!(out, "log {}{}", log.key, url(&log.url)).unwrap();
    }
    for witness in policy.witnesses() {
        writeln!(out, "witness {} {}{}", witness.name, witness.key, url(&witness.url)).unwrap();
    }
    for group in policy.groups() {
        let members: Vec<String> = group.members.iter().map(|member| name(*member)).collect();
        writeln!(out, "group {} {} {}", group.name, group.threshold, members.join(" ")).unwrap();
    }
    writeln!(out, "quorum {}", policy.quorum().map_or_else(|| "none".to_owned(), name)).unwrap();
    out
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(policy) = Policy::parse(bytes) else { return };
    assert_eq!(Policy::parse(text(&policy)).as_ref(), Ok(&policy));
    assert!(!policy.evaluate(&CHECKPOINT).accepted(), "nobody has signed it");
});
