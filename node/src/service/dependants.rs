//! Who builds on a refused statement of the same request: such a statement is told so, with the number of the one to
//! mend first, and not what a rule makes of the thing that is missing.
//!
//! It decides nothing: only words of refusals change. What a statement would have created is known before it is taken,
//! as ids are derived from what it says; so this holds for every event that creates something, and for statements that
//! are refused for a signature or a field.

use std::collections::HashMap;

use lode_ledger::id::{Nonce, ParticipantId, derive};
use lode_ledger::json::Json;
use lode_ledger::record::RecordKey;
use lode_ledger::statement::{Issuer, Statement, decode_payload};
use lode_ledger::tag::TagCode;

use super::{Outcome, Refusal};

/// Something that a statement may create.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Thing {
    /// The 16 bytes of an id of any kind.
    Id([u8; 16]),
    /// A tag.
    Tag(TagCode),
}

/// Tells the refused statements of one request which of them build on another refused one. `statements` are the exact
/// bytes, one for each outcome; `exists` says whether there is a record.
///
/// A statement that could never be accepted as it is keeps the code of its own defect.
pub(super) fn tell(
    origin: &str,
    statements: &[Vec<u8>],
    outcomes: &mut [Outcome],
    exists: &dyn Fn(&RecordKey) -> bool,
) {
    let mut lost: HashMap<Thing, usize> = HashMap::new();
    for (number, (bytes, outcome)) in statements.iter().zip(outcomes).enumerate() {
        if lost.is_empty() && outcome.refused().is_none() {
            continue;
        }
        let Some((issuer, events)) = read(bytes) else { continue };
        let made = created(origin, issuer, &events);
        let Outcome::Refused(refusal) = outcome else {
            // Said again in better words: whoever names it now builds on this one.
            for thing in &made {
                lost.remove(thing);
            }
            continue;
        };
        if refusal.rule.is_some() && !lost.is_empty() {
            let missing = named(issuer, &events).into_iter().find_map(|(text, thing, record)| {
                let on = *lost.get(&thing)?;
                let there = record.is_some_and(|record| exists(&record));
                (!there).then_some((text, on))
            });
            if let Some((text, on)) = missing {
                *refusal = Refusal::depends_on_refused(refusal.statement, text, on);
            }
        }
        for thing in made {
            lost.entry(thing).or_insert(number);
        }
    }
}

/// Its author and its events as JSON, if that much of it can be read.
fn read(bytes: &[u8]) -> Option<(Issuer, Vec<Json>)> {
    let statement = Statement::decode(bytes.to_vec()).ok()?;
    let (_, events) = decode_payload(statement.payload()).ok()?;
    Some((statement.header().issuer, events))
}

/// What the events create, or would if they were accepted. One id for each element of the longest list is enough, as
/// an event has no more outputs than it lists.
fn created(origin: &str, issuer: Issuer, events: &[Json]) -> Vec<Thing> {
    let issuer = issuer.to_string();
    let mut things = Vec::new();
    for event in events {
        let text = |name| event.get(name).and_then(Json::as_str);
        if let Some(nonce) = text("nonce").and_then(|nonce| nonce.parse::<Nonce>().ok()) {
            let members = event.as_object().unwrap_or_default().iter();
            let longest = members.filter_map(|(_, value)| Some(value.as_array()?.len())).max();
            let outputs = u16::try_from(longest.unwrap_or(1).max(1)).unwrap_or(u16::MAX);
            things.extend((0..outputs).map(|output| Thing::Id(derive(origin, &issuer, &nonce, output))));
        }
        if matches!(text("type"), Some("tag.bound" | "tag.replaced")) {
            things.extend(text("code").and_then(|code| code.parse().ok()).map(Thing::Tag));
        }
    }
    things
}

type Named = (String, Thing, Option<RecordKey>);

/// What the statement names: its author, and every text in its events that is an id or a tag code.
fn named(issuer: Issuer, events: &[Json]) -> Vec<Named> {
    let mut found = Vec::new();
    if let Issuer::Participant(id) = issuer {
        found.extend(thing(&id.to_string()));
    }
    events.iter().for_each(|event| collect(event, &mut found));
    found
}

fn collect(json: &Json, found: &mut Vec<Named>) {
    match json {
        Json::Str(text) => found.extend(thing(text)),
        Json::Arr(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Obj(members) => members.iter().for_each(|(_, member)| collect(member, found)),
        Json::Bool(_) | Json::Int(_) => {}
    }
}

fn thing(text: &str) -> Option<Named> {
    if let Ok(code) = text.parse() {
        return Some((text.to_owned(), Thing::Tag(code), Some(RecordKey::Tag(code))));
    }
    // All ids are written alike after their letter.
    let (_, rest) = text.split_at_checked(1)?;
    let any: ParticipantId = format!("U{rest}").parse().ok()?;
    Some((text.to_owned(), Thing::Id(*any.bytes()), RecordKey::of_id(text)))
}

#[cfg(test)]
mod tests {
    use lode_ledger::id::{ItemId, ItemKind};
    use lode_ledger::key::SecretKey;
    use lode_ledger::lang::Lang;
    use lode_ledger::statement::StatementError;
    use lode_ledger::violation::{Reason, Violation};

    use super::super::answer::Accepted;
    use super::*;

    const ORIGIN: &str = "a.example";
    const AUTHOR: &str = "U-01ARZ3NDEKTSV4RRFFQ69G5FAV";

    fn by(author: &str, event: &str) -> Vec<u8> {
        let payload = format!(r#"{{"seq":1,"events":[{event}]}}"#);
        let key = SecretKey::from_seed([7; 32]);
        let (issuer, subject) = (author.parse().unwrap(), "1".parse().unwrap());
        Statement::sign_bytes(issuer, subject, "a.example#0", payload.as_bytes(), &key).unwrap().into_bytes()
    }

    fn says(event: &str) -> Vec<u8> {
        by(AUTHOR, event)
    }

    fn makes(nonce: u8) -> Vec<u8> {
        says(&format!(r#"{{"type":"lot.split","nonce":"{}","parts":[1,2]}}"#, Nonce([nonce; 16])))
    }

    fn made(nonce: u8, output: u16) -> ItemId {
        ItemId::derive(ItemKind::Lot, ORIGIN, AUTHOR, &Nonce([nonce; 16]), output)
    }

    fn names(id: impl std::fmt::Display) -> Vec<u8> {
        says(&format!(r#"{{"type":"loss.recorded","lines":[{{"item":"{id}"}}]}}"#))
    }

    fn refused(reason: Reason) -> Outcome {
        let statement = lode_ledger::id::StatementId(lode_ledger::hash::Hash::of(b""));
        Outcome::Refused(Refusal::by_rule(Violation::new(reason), statement))
    }

    fn unsigned() -> Outcome {
        Outcome::Refused(Refusal::by_form(StatementError::BadSignature, None))
    }

    fn accepted() -> Outcome {
        Outcome::Accepted(Accepted {
            index: lode_ledger::id::LogIndex(3),
            statement: lode_ledger::id::StatementId(lode_ledger::hash::Hash::of(b"")),
            duplicate: false,
            inclusion: Vec::new(),
            checkpoint: "".into(),
        })
    }

    fn told(request: Vec<(Vec<u8>, Outcome)>, there: &[RecordKey]) -> Vec<Option<usize>> {
        let (statements, mut outcomes): (Vec<_>, Vec<_>) = request.into_iter().unzip();
        tell(ORIGIN, &statements, &mut outcomes, &|key| there.contains(key));
        outcomes.iter().map(|outcome| outcome.refused().and_then(Refusal::depends_on)).collect()
    }

    #[test]
    fn a_dependant_names_the_statement_to_mend_and_dependants_of_it_name_their_own() {
        let work = ParticipantId::derive(ORIGIN, AUTHOR, &Nonce([2; 16]), 0).to_string().replace("U-", "W-");
        let second = says(&format!(
            r#"{{"type":"work.started","nonce":"{}","inputs":[{{"item":"{}"}}]}}"#,
            Nonce([2; 16]),
            made(1, 1)
        ));
        let request = vec![
            (names(made(9, 0)), refused(Reason::NotFound)),
            (makes(1), unsigned()),
            (second, refused(Reason::NotFound)),
            (names(work), refused(Reason::RoleForbids)),
            (names(made(9, 0)), accepted()),
        ];
        assert_eq!(told(request, &[]), [None, None, Some(1), Some(2), None]);
    }

    #[test]
    fn what_is_there_or_was_said_again_or_is_spoilt_by_itself_depends_on_nobody() {
        let request = |second| vec![(makes(1), refused(Reason::SequenceUsed)), second];
        let leans = || (names(made(1, 0)), refused(Reason::TooMuchTaken));
        assert_eq!(told(request(leans()), &[]), [None, Some(0)]);
        assert_eq!(told(request(leans()), &[RecordKey::Item(made(1, 0))]), [None, None]);
        assert_eq!(told(request((names(made(1, 0)), unsigned())), &[]), [None, None]);
        assert_eq!(told(request((names(made(1, 2)), refused(Reason::NotFound))), &[]), [None, None]);
        let mut again = request((makes(1), accepted()));
        again.push(leans());
        assert_eq!(told(again, &[]), [None, None, None]);
        let garbage = vec![(vec![1], refused(Reason::NotFound)), leans()];
        assert_eq!(told(garbage, &[]), [None, None]);
    }

    #[test]
    fn an_author_whose_enrolment_was_refused_and_a_tag_that_was_not_bound() {
        let enrols = says(&format!(r#"{{"type":"participant.enrolled","nonce":"{}"}}"#, Nonce([4; 16])));
        let newcomer = ParticipantId::derive(ORIGIN, AUTHOR, &Nonce([4; 16]), 0).to_string();
        let speaks = by(&newcomer, r#"{"type":"x"}"#);
        let request = vec![(enrols, refused(Reason::RoleForbids)), (speaks, refused(Reason::KeyUnknown))];
        assert_eq!(told(request, &[]), [None, Some(0)]);

        let code = TagCode::of(&SecretKey::from_seed([9; 32]).public());
        let binds = says(&format!(r#"{{"type":"tag.bound","code":"{code}"}}"#));
        let replaces = says(&format!(r#"{{"type":"tag.replaced","old":"{code}"}}"#));
        let request = || {
            vec![
                (binds.clone(), refused(Reason::StateForbids)),
                (replaces.clone(), refused(Reason::TagUnknown)),
            ]
        };
        assert_eq!(told(request(), &[]), [None, Some(0)]);
        assert_eq!(told(request(), &[RecordKey::Tag(code)]), [None, None]);
    }

    #[test]
    fn it_says_what_is_missing_and_which_to_mend_in_every_language() {
        let refusal = Refusal::depends_on_refused(None, made(1, 0).to_string(), 41);
        assert_eq!(refusal.code, "depends-on-refused");
        for lang in Lang::ALL {
            let message = refusal.message(lang);
            assert!(message.contains(&made(1, 0).to_string()) && message.contains("41"), "{message}");
        }
    }
}
