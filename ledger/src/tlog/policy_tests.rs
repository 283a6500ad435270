//! Trust files good and bad, what they say about checkpoints, and sigsum's answer to the same question.

use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::super::checkpoint::Checkpoint;
use super::super::cosignature::Cosigner;
use super::super::note::NoteSigner;
use super::super::tree::{EMPTY_ROOT, leaf_hash};
use super::super::vkey::{KeyError, KeyName};
use super::*;

const ORIGIN: &str = "example.com/log";

fn log(seed: u8) -> NoteSigner {
    NoteSigner::new(KeyName::new(ORIGIN).unwrap(), SigningKey::from_bytes(&[seed; 32])).unwrap()
}

fn cosigner(seed: u8) -> Cosigner {
    let name = KeyName::new(format!("w{seed}.example")).unwrap();
    Cosigner::new(name, SigningKey::from_bytes(&[seed; 32])).unwrap()
}

fn checkpoint() -> SignedCheckpoint {
    Checkpoint::new(ORIGIN, 1, leaf_hash(b"x")).unwrap().sign(&log(1)).unwrap()
}

fn cosigned(by: &[(u8, u64)]) -> SignedCheckpoint {
    let mut signed = checkpoint();
    for (seed, time_s) in by {
        signed.add(cosigner(*seed).cosign(&signed, *time_s).unwrap()).unwrap();
    }
    signed
}

/// Two witnesses of three and the auditor, as a buyer's trust file would have it.
fn sample() -> String {
    let (log, w) = (log(1), |seed| cosigner(seed).verifier_key().to_string());
    format!(
        "# whom I trust\n\nlog {} https://log.example/\nwitness one {}\n\twitness  two\t{} https://two.example\t\n\
         witness three {}\ngroup witnesses 2 one two three\nwitness tuv {}\ngroup auditors any tuv\n\
         group both all witnesses auditors\n  # nearly done\nquorum witnesses\n",
        log.verifier_key(),
        w(11),
        w(12),
        w(13),
        w(14)
    )
}

#[test]
fn a_trust_file_is_read() {
    let policy = Policy::parse(sample()).unwrap();
    assert_eq!(policy.log_key(ORIGIN), Some(log(1).verifier_key()));
    assert_eq!(policy.log_key("example.com/other"), None);
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/"));
    assert_eq!(policy.witnesses()[1].url.as_deref(), Some("https://two.example"));
    assert_eq!(policy.quorum(), Some(Member::Group(0)));
    assert_eq!(policy.groups()[0].threshold, 2);
    assert_eq!(policy.groups()[2].members, [Member::Group(0), Member::Group(1)]);
    assert_eq!(policy.auditors().unwrap().members, [Member::Witness(3)]);
    assert_eq!(policy.member_name(Member::Witness(3)), Some("tuv"));
    assert_eq!(policy.member_name(Member::Group(9)), None);
    // The last line feed may be missing; nothing else may.
    assert_eq!(Policy::parse(sample().trim_end()), Ok(policy));
    let none = Policy::parse("quorum none\n").unwrap();
    assert_eq!((none.logs().len(), none.quorum(), none.auditors()), (0, None, None));
}

#[test]
fn quorum_and_auditors() {
    let policy = Policy::parse(sample()).unwrap();
    let outcome = policy.evaluate(&cosigned(&[(11, 100), (13, 90), (11, 120), (99, 999)]));
    assert_eq!(outcome.log, LogOutcome::Signed);
    assert_eq!((outcome.quorum, outcome.auditors), (Requirement::Met, Requirement::NotMet));
    assert!(outcome.accepted() && !outcome.audited() && !outcome.forged());
    assert_eq!(outcome.newest_time_s(), Some(120));
    let states: Vec<_> = outcome.cosigners.iter().map(|c| (c.name.as_str(), c.auditor, c.state)).collect();
    assert_eq!(
        states,
        [
            ("one", false, CosignatureState::Valid { time_s: 120 }),
            ("two", false, CosignatureState::Absent),
            ("three", false, CosignatureState::Valid { time_s: 90 }),
            ("tuv", true, CosignatureState::Absent),
        ]
    );
    let outcome = policy.evaluate(&cosigned(&[(11, 1), (14, 2)]));
    assert_eq!((outcome.quorum, outcome.auditors), (Requirement::NotMet, Requirement::Met));
    assert!(!outcome.accepted() && !outcome.audited());
    assert!(policy.evaluate(&cosigned(&[(11, 1), (12, 1), (14, 2)])).audited());
    assert_eq!(policy.evaluate(&checkpoint()).newest_time_s(), None);
    // Whoever asks for no auditors gets no audit.
    let plain = Policy::parse(format!("log {}\nquorum none\n", log(1).verifier_key())).unwrap();
    let outcome = plain.evaluate(&checkpoint());
    assert_eq!((outcome.quorum, outcome.auditors), (Requirement::None, Requirement::None));
    assert!(outcome.accepted() && !outcome.audited());
}

#[test]
fn auditors_may_be_nested() {
    let key = |seed| cosigner(seed).verifier_key().to_string();
    let text = format!(
        "witness a {}\nwitness b {}\nwitness c {}\ngroup labs any a b\ngroup auditors all labs\nquorum c\n",
        key(11),
        key(12),
        key(13)
    );
    let outcome = Policy::parse(text).unwrap().evaluate(&cosigned(&[(12, 5)]));
    assert_eq!(outcome.auditors, Requirement::Met);
    assert_eq!(outcome.cosigners.iter().map(|c| c.auditor).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(outcome.log, LogOutcome::UnknownLog);
    assert!(!outcome.accepted());
}

#[test]
fn the_log_s_own_signature() {
    let outcome = |text: String, signed: &SignedCheckpoint| Policy::parse(text).unwrap().evaluate(signed).log;
    let line = |seed: u8| format!("log {}\n", log(seed).verifier_key());
    let ml_dsa = format!("log {}\n", ml_dsa_key(ORIGIN));
    let signed = checkpoint();
    assert_eq!(outcome(format!("{}quorum none", line(2)), &signed), LogOutcome::NotSigned);
    // A rotation: either key will do, and a second type we cannot check takes nothing away.
    assert_eq!(outcome(format!("{}{}{ml_dsa}quorum none", line(2), line(1)), &signed), LogOutcome::Signed);
    assert_eq!(outcome(format!("{ml_dsa}{}quorum none", line(2)), &signed), LogOutcome::NotSigned);
    assert_eq!(outcome(format!("{ml_dsa}quorum none"), &signed), LogOutcome::Unsupported);
    let forged = signed.to_string().replacen("\n1\n", "\n2\n", 1);
    let forged = SignedCheckpoint::parse(forged).unwrap();
    assert_eq!(outcome(format!("{}quorum none", line(1)), &forged), LogOutcome::BadSignature);
    let other = Checkpoint::new("example.com/other", 0, EMPTY_ROOT).unwrap();
    let name = KeyName::new("example.com/other").unwrap();
    let other = other.sign(&NoteSigner::new(name, SigningKey::from_bytes(&[1; 32])).unwrap()).unwrap();
    assert_eq!(outcome(format!("{}quorum none", line(1)), &other), LogOutcome::UnknownLog);
}

#[test]
fn a_false_cosignature_is_tampering_even_when_others_suffice() {
    let policy = Policy::parse(sample()).unwrap();
    let mut signed = cosigned(&[(11, 1), (12, 1), (14, 1)]);
    let mut line = cosigner(13).cosign(&signed, 7).unwrap();
    line.signature[20] ^= 1;
    signed.add(line).unwrap();
    let outcome = policy.evaluate(&signed);
    assert_eq!(outcome.quorum, Requirement::Met);
    assert_eq!(outcome.cosigners[2].state, CosignatureState::Bad);
    assert!(outcome.forged() && !outcome.accepted() && !outcome.audited());
    // One good line does not heal a false one by the same witness, in either order.
    signed.add(cosigner(13).cosign(&signed, 8).unwrap()).unwrap();
    assert!(policy.evaluate(&signed).forged());
}

fn ml_dsa_key(name: &str) -> String {
    use base64ct::{Base64, Encoding};
    let name = KeyName::new(name).unwrap();
    let mut key = vec![super::super::vkey::TYPE_ML_DSA_44];
    key.extend([5; 1312]);
    let id = super::super::vkey::KeyId::of(&name, key[0], &key[1..]);
    format!("{name}+{id}+{}", Base64::encode_string(&key))
}

#[test]
fn what_cannot_be_checked_never_counts() {
    let key = ml_dsa_key("w.example");
    let text = format!("log {}\nwitness pq {key}\nquorum pq\n", log(1).verifier_key());
    let policy = Policy::parse(&text).unwrap();
    assert!(text.contains(&policy.witnesses()[0].key.to_string()));
    let mut signed = checkpoint();
    let mut line = cosigner(11).cosign(&signed, 7).unwrap();
    line.name = policy.witnesses()[0].key.name().clone();
    line.id = policy.witnesses()[0].key.id();
    signed.add(line).unwrap();
    let outcome = policy.evaluate(&signed);
    assert_eq!(outcome.cosigners[0].state, CosignatureState::Unsupported);
    assert!(outcome.quorum == Requirement::NotMet && !outcome.accepted() && !outcome.forged());
}

#[test]
fn every_defect_has_its_line_and_name() {
    use PolicyProblem as P;
    let (l, a, b) = (log(1), cosigner(11), cosigner(12));
    let (l, a, b) = (l.verifier_key(), a.verifier_key(), b.verifier_key());
    let head = format!("witness a {a}\nwitness b {b}\n");
    let same_key = Cosigner::new(KeyName::new("again").unwrap(), SigningKey::from_bytes(&[11; 32])).unwrap();
    let same_key = same_key.verifier_key();
    let log_as_witness = Cosigner::new(KeyName::new("w").unwrap(), SigningKey::from_bytes(&[1; 32])).unwrap();
    let log_as_witness = log_as_witness.verifier_key();
    let word = |text: &str| text.to_owned();
    let cases = [
        (String::new(), 1, P::NoQuorum),
        (word("# nothing\n\n"), 2, P::NoQuorum),
        (word("quorum none\nquorum none\n"), 2, P::SecondQuorum),
        (word("quorum none\r\n"), 1, P::CarriageReturn),
        (word("#\u{1}\nquorum none\n"), 1, P::ControlByte(1)),
        (word("\u{feff}quorum none\n"), 1, P::NotUtf8),
        (word("\nquorums none\n"), 2, P::Keyword(word("quorums"))),
        (word("quorum\u{a0}none\n"), 1, P::Keyword(word("quorum\\u{a0}none"))),
        (word("quorum\n"), 1, P::Usage("quorum <name>, or: quorum none")),
        (word("quorum a b\n"), 1, P::Usage("quorum <name>, or: quorum none")),
        (word("log\n"), 1, P::Usage("log <vkey> [<url>]")),
        (format!("log {l} u v\n"), 1, P::Usage("log <vkey> [<url>]")),
        (word("witness a\n"), 1, P::Usage("witness <name> <vkey> [<url>]")),
        (format!("witness a {a} u v\n"), 1, P::Usage("witness <name> <vkey> [<url>]")),
        (word("group g any\n"), 1, P::Usage("group <name> all|any|<number> <member>...")),
        (word("log x\n"), 1, P::Key(KeyError::Form)),
        (format!("log {a}\n"), 1, P::KeyType { keyword: "log", kind: 4 }),
        (format!("witness a {l}\n"), 1, P::KeyType { keyword: "witness", kind: 1 }),
        (format!("log {l}\nlog {l}\n"), 2, P::DuplicateKey(1)),
        (format!("{head}witness c {same_key}\n"), 3, P::DuplicateKey(1)),
        (format!("log {l}\nwitness w {log_as_witness}\n"), 2, P::DuplicateKey(1)),
        (format!("witness a {a}\nwitness a {b}\n"), 2, P::DuplicateName(word("a"))),
        (format!("{head}group a any b\n"), 3, P::DuplicateName(word("a"))),
        (format!("witness none {a}\n"), 1, P::ReservedName(word("none"))),
        (format!("{head}group none any a\n"), 3, P::ReservedName(word("none"))),
        (format!("witness auditors {a}\n"), 1, P::ReservedName(word("auditors"))),
        (format!("{head}group g any none\n"), 3, P::UnknownName(word("none"))),
        (format!("{head}group g any g\n"), 3, P::UnknownName(word("g"))),
        (format!("group g any a\n{head}"), 1, P::UnknownName(word("a"))),
        (format!("quorum a\n{head}"), 1, P::UnknownName(word("a"))),
        (format!("{head}group g all a a\n"), 3, P::SecondMembership(word("a"))),
        (format!("{head}group g all a\ngroup h any a b\n"), 4, P::SecondMembership(word("a"))),
        (format!("{head}group g 0 a b\n"), 3, P::Threshold(word("0"))),
        (format!("{head}group g 3 a b\n"), 3, P::Threshold(word("3"))),
        (format!("{head}group g 01 a b\n"), 3, P::Threshold(word("01"))),
        (format!("{head}group g +1 a b\n"), 3, P::Threshold(word("+1"))),
        (
            format!("{head}group g 99999999999999999999999 a b\n"),
            3,
            P::Threshold(word("99999999999999999999999")),
        ),
        ("#\n".repeat(1025), 1025, P::TooManyLines),
        ("#".repeat(MAX_POLICY_BYTES + 1), 1, P::TooLarge),
    ];
    for (text, line, problem) in cases {
        let refused = Policy::parse(&text).unwrap_err();
        assert_eq!(refused, PolicyError { line, problem }, "{}", text.get(..200).unwrap_or(&text));
    }
    assert_eq!(Policy::parse(b"quorum \xff\n").unwrap_err().problem, P::NotUtf8);
    // A comment's bytes are nobody's business.
    assert!(Policy::parse(b"# \xff\nquorum none\n").is_ok());
    assert!(Policy::parse(format!("{}quorum none\n", "#\n".repeat(1023))).is_ok());
    let long = Policy::parse(format!("{}\n", "q".repeat(1000))).unwrap_err();
    assert_eq!(long.problem, P::Keyword(format!("{}...", "q".repeat(64))));
    let message = Policy::parse("quorum x\n").unwrap_err().to_string();
    assert_eq!(
        message,
        "trust file, line 1: 'x' is not defined above this line; move its line up or correct the name"
    );
}

/// The same policy in Sigsum's own spelling, which writes raw keys in hex; its check takes key hashes as given.
fn sigsum_quorum(text: &str, agreeing: &[u8]) -> bool {
    let hashes: Vec<sigsum::Hash> =
        agreeing.iter().map(|seed| sigsum::Hash::new(cosigner(*seed).verifier_key().public_key())).collect();
    sigsum::Policy::parse(text).unwrap().check_quorum(&hashes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sigsum_agrees_on_quorums(
        witnesses in 1_usize..6,
        groups in prop::collection::vec((any::<u64>(), 1_usize..4), 0..5),
        signing in any::<u8>(),
        quorum in any::<prop::sample::Index>(),
    ) {
        let seeds: Vec<u8> = (0..witnesses).map(|i| u8::try_from(100 + i).unwrap()).collect();
        let (mut ours, mut theirs) = (String::new(), String::new());
        let mut names: Vec<String> = Vec::new();
        for seed in &seeds {
            let (key, name) = (cosigner(*seed), format!("w{seed}"));
            ours.push_str(&format!("witness {name} {}\n", key.verifier_key()));
            theirs.push_str(&format!("witness {name} {}\n", hex::encode(key.verifier_key().public_key())));
            names.push(name);
        }
        let mut free = names.clone();
        for (number, (threshold, count)) in groups.iter().enumerate() {
            let members: Vec<String> = free.drain(..(*count).min(free.len())).collect();
            if members.is_empty() {
                break;
            }
            let k = threshold % members.len() as u64 + 1;
            let line = format!("group g{number} {k} {}\n", members.join(" "));
            ours.push_str(&line);
            theirs.push_str(&line);
            free.push(format!("g{number}"));
            names.push(format!("g{number}"));
        }
        let quorum = format!("quorum {}\n", names[quorum.index(names.len())]);
        let agreeing: Vec<u8> =
            seeds.iter().enumerate().filter(|(i, _)| signing >> i & 1 == 1).map(|(_, s)| *s).collect();
        let by: Vec<(u8, u64)> = agreeing.iter().map(|s| (*s, 1)).collect();
        let outcome = Policy::parse(format!("{ours}{quorum}")).unwrap().evaluate(&cosigned(&by));
        let expected = sigsum_quorum(&format!("{theirs}{quorum}"), &agreeing);
        prop_assert_eq!(outcome.quorum, requirement(expected), "{}{}", theirs, quorum);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop_oneof![
        any::<Vec<u8>>(),
        "((log|witness|group|quorum|#)( [a-c+]{0,3}| any| 1| none){0,4}\n){0,5}".prop_map(String::into_bytes),
    ]) {
        if let Err(refused) = Policy::parse(&bytes) {
            prop_assert!(refused.line >= 1 && !refused.to_string().contains('\n'));
        }
    }
}
