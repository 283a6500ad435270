//! The rule stories of `tests/vectors/rules/`: every one gets its verdict, every rule is told from both sides, and
//! every fraud that the ledger is for comes to nothing. The stories are written by hand; no file here is generated.

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::EventType;
use lode_ledger::event::effect::{COMMON_RECORDS, Effect};
use lode_ledger::event::table::COMMON_RULES;
use lode_ledger::record::RecordKind;
use lode_ledger::violation::{Reason, Rule};
use lode_tests::stories::{Library, Outcome, all, folder};
use lode_tests::world::World;

/// Rules that refuse nothing, each with what it does instead. They need a story that is accepted and shows it.
const NEVER_REFUSED: &[(Rule, &str)] = &[
    (Rule::M6, "a yield is a matter of judgement: it draws a warning"),
    (Rule::T3, "who enters late is heard, and marked"),
    (Rule::U3, "one paper may well speak of two things: it draws a warning"),
    (Rule::L3, "the model is computed, not stated"),
    (Rule::L4, "the nature of a blend is computed, not stated"),
];

/// Rules that no reason of the ledger cites and that are not met by construction either: nothing to tell yet.
fn without_code(rule: Rule) -> bool {
    let cited = Reason::ALL.iter().any(|reason| reason.rule() == rule);
    !cited && !NEVER_REFUSED.iter().any(|(known, _)| *known == rule)
}

/// The frauds that no ledger of provenance may let pass. `fraud` in a story is one of these.
const FRAUDS: &[&str] = &[
    "400 kg that becomes 4,000",
    "a negative loss",
    "gain beyond the scale",
    "a piece sold twice",
    "sold before it was made",
    "one certificate on two stones",
    "somebody blocking a genuine certificate number",
    "heated lot sold as untreated after a merge",
    "a lot split by someone who handed it over",
    "acceptance by a third party",
    "an old statement sent again",
    "a statement of another ledger",
    "a tag code bound by a stranger",
    "a key used after revocation",
    "a CN-carved BR stone offered as Donghai crystal",
    "one import document used for more than its mass",
    "a stolen piece sold",
    "a claim code used twice",
    "a claim before the sale",
    "a correction after acceptance without the counterparty",
    "history rewritten by a correction of a treatment",
    "glass bead in a natural bracelet",
    "a 70:30 blend sold as all BR beyond what entered",
    "a held lot split",
    "a lot under title dispute sold",
    "a recalled piece sold",
];

#[test]
fn every_story_gets_its_verdict() {
    let library = Library::open();
    let mut wrong = Vec::new();
    let told = all();
    for told in &told {
        if let Err(problem) = library.tell(&told.story) {
            wrong.push(format!("{}: {}\n  {problem}", told.file, told.story.title));
        }
    }
    assert!(wrong.is_empty(), "{} of {} stories:\n{}", wrong.len(), told.len(), wrong.join("\n"));
    assert_eq!(library.unliked(), [""; 0], "like.json holds what no story is like");
    does_what_the_table_says(library.touched());
    meets_the_rules_of_the_table(&library.refused());
}

/// No event is refused under a rule that the event table does not name for it.
fn meets_the_rules_of_the_table(refused: &BTreeSet<(String, String)>) {
    let mut unsaid = Vec::new();
    for (event, rule) in refused {
        let Some(known) = EventType::ALL.iter().find(|known| known.spec().name == event) else { continue };
        let said = known.spec().rules.iter().chain(COMMON_RULES).any(|said| said.code() == rule);
        if !said && !rule.starts_with('F') {
            unsaid.push(format!("{event}: {rule}"));
        }
    }
    assert!(unsaid.is_empty(), "the event table leaves out {unsaid:?}");
}

/// No event does what the table of effects does not say; random histories (`properties`) show the same of many more.
fn does_what_the_table_says(mut seen: BTreeMap<EventType, BTreeSet<(RecordKind, bool)>>) {
    for (event, kinds) in World::frozen().touched().seen() {
        seen.entry(*event).or_default().extend(kinds);
    }
    for event in EventType::ALL {
        let Effect { creates, changes } = event.effect();
        let kinds =
            |list: &[RecordKind], created| list.iter().map(|kind| (*kind, created)).collect::<BTreeSet<_>>();
        let said = &kinds(creates, true) | &kinds(changes, false);
        let mut done = seen.remove(event).unwrap_or_default();
        done.retain(|(kind, _)| !COMMON_RECORDS.contains(kind));
        assert!(!done.is_empty() && done.is_subset(&said), "{event:?}: {done:?} beside {said:?}");
    }
}

#[test]
fn every_story_stands_in_the_folder_of_its_rule_under_a_name_and_a_title_of_its_own() {
    let mut titles = BTreeMap::new();
    for told in all() {
        let (folder, name) = told.file.split_once('/').unwrap();
        assert_eq!(folder, told.story.rule, "{}", told.file);
        assert!(Rule::ALL.iter().any(|rule| rule.code() == folder), "{}: no rule", told.file);
        let stem = name.strip_suffix(".json").unwrap_or_else(|| panic!("{}: no story", told.file));
        let clean = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(!stem.is_empty() && stem.chars().all(clean), "{}", told.file);
        if let Some(other) = titles.insert(told.story.title.clone(), told.file.clone()) {
            panic!("{} and {other} have one title", told.file);
        }
        // A defect of form is refused before any rule; the code of a reason says which rule it belongs to.
        let refused = told.story.expect.refused.as_ref();
        if let Some(reason) = refused.and_then(|refused| Reason::of_code(&refused.code)) {
            assert_eq!(reason.rule().code(), folder, "{}: refused under another rule", told.file);
        }
    }
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        assert!(path.is_dir() || path.ends_with("like.json"), "{} is no story", path.display());
    }
}

#[test]
fn every_rule_is_told_accepted_and_refused_or_why_never() {
    let mut seen: BTreeSet<(String, Outcome)> = BTreeSet::new();
    for told in all() {
        seen.insert((told.story.rule.clone(), told.story.outcome()));
    }
    let mut missing = Vec::new();
    for rule in Rule::ALL.iter().copied().filter(|rule| !without_code(*rule)) {
        let has = |outcome| seen.contains(&(rule.code().to_owned(), outcome));
        let never = NEVER_REFUSED.iter().find(|(known, _)| *known == rule);
        if !has(Outcome::Accepted) && !has(Outcome::Flagged) {
            missing.push(format!("{rule} accepted"));
        }
        match never {
            None if !has(Outcome::Refused) => missing.push(format!("{rule} refused")),
            Some((_, why)) if has(Outcome::Refused) => missing.push(format!("{rule} is refused, but {why}")),
            _ => {}
        }
    }
    assert!(missing.is_empty(), "no story: {missing:?}");
}

#[test]
fn every_fraud_is_told_and_comes_to_nothing() {
    let mut told = BTreeSet::new();
    for story in all() {
        let Some(fraud) = story.story.fraud.as_deref() else { continue };
        assert!(FRAUDS.contains(&fraud), "{}: {fraud} stands in no list of frauds", story.file);
        assert_ne!(story.story.outcome(), Outcome::Accepted, "{}: neither refused nor flagged", story.file);
        told.insert(fraud.to_owned());
    }
    let untold: Vec<&&str> = FRAUDS.iter().filter(|fraud| !told.contains(**fraud)).collect();
    assert!(untold.is_empty(), "no story tells {untold:?}");
}
