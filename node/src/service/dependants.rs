//! Who builds on a refused statement of the same request: such a statement is told so, with the number of the one to
//! mend first, beside what a rule makes of it as things are.
//!
//! It decides nothing: only words of refusals change. What a statement would have created is known before it is taken,
//! as ids are derived from what it says; what it would have changed is what it names. So this holds for every event,
//! and for statements that are refused for a signature or a field.

use std::collections::HashMap;

use lode_ledger::id::{Nonce, ParticipantId, derive};
use lode_ledger::json::Json;
use lode_ledger::record::RecordKey;
use lode_ledger::statement::{Issuer, Statement, decode_payload};
use lode_ledger::tag::TagCode;
use lode_ledger::violation::{Reason, Rule, Violation};

use super::Outcome;
use super::answer::{DependsOn, Would};

/// Something that a statement may create or change.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Thing {
    /// The 16 bytes of an id of any kind.
    Id([u8; 16]),
    /// A tag.
    Tag(TagCode),
}

/// What the refused statements of a request would have done, each with the number of the first of them.
#[derive(Default)]
struct Undone {
    /// What they would have created.
    made: HashMap<Thing, usize>,
    /// What they would have changed: goods, jobs, offers, tags, and in events about people their standing.
    changed: HashMap<Thing, usize>,
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
    let mut undone = Undone::default();
    for (number, (bytes, outcome)) in statements.iter().zip(outcomes).enumerate() {
        if undone.is_empty() && outcome.refused().is_none() {
            continue;
        }
        let Some((issuer, events)) = read(bytes) else { continue };
        let (made, changed) = (created(origin, issuer, &events), changed(&events));
        let Outcome::Refused(refusal) = outcome else {
            undone.done(&made, &changed);
            continue;
        };
        let behind =
            refusal.violation().and_then(|violation| undone.behind(issuer, &events, violation, exists));
        if let Some(behind) = behind {
            refusal.builds_on(behind);
        }
        undone.add(number, made, changed);
    }
}

impl Undone {
    fn is_empty(&self) -> bool {
        self.made.is_empty() && self.changed.is_empty()
    }

    fn add(&mut self, number: usize, made: Vec<Thing>, changed: Vec<Thing>) {
        for thing in made {
            self.made.entry(thing).or_insert(number);
        }
        for thing in changed {
            self.changed.entry(thing).or_insert(number);
        }
    }

    /// Said again in better words: whoever names it now builds on this.
    fn done(&mut self, made: &[Thing], changed: &[Thing]) {
        for thing in made {
            self.made.remove(thing);
        }
        for thing in changed {
            self.changed.remove(thing);
        }
    }

    /// The refused statement to mend before the one that this violation refuses.
    fn behind(
        &self,
        issuer: Issuer,
        events: &[Json],
        violation: &Violation,
        exists: &dyn Fn(&RecordKey) -> bool,
    ) -> Option<DependsOn> {
        let lifts = lifts(violation.reason)?;
        let missing = named(Some(issuer), events).into_iter().find_map(|named| {
            let number = *self.made.get(&named.thing)?;
            let there = named.record.is_some_and(|record| exists(&record));
            (!there).then_some(DependsOn { name: named.text, number, would: Would::Create })
        });
        if missing.is_some() {
            return missing;
        }
        // Only what the refused event itself names, and only what can be the reason: a person's standing or goods.
        let event = violation.event.and_then(|event| events.get(usize::from(event)));
        let event = event.map(std::slice::from_ref).unwrap_or_default();
        named(Some(issuer), event).into_iter().find_map(|named| {
            let number = *self.changed.get(&named.thing)?;
            let may = match named.record {
                Some(RecordKey::Participant(_)) => lifts.by_standing,
                _ => lifts.by_goods,
            };
            may.then_some(DependsOn { name: named.text, number, would: Would::Change })
        })
    }
}

/// What another statement must change so that a reason no longer holds.
struct Lifts {
    /// Roles, keys or suspension of a participant.
    by_standing: bool,
    /// The things that the event names.
    by_goods: bool,
}

/// What may lift a reason of refusal; nothing if it lies in the statement itself.
const fn lifts(reason: Reason) -> Option<Lifts> {
    match reason {
        Reason::KeyUnknown | Reason::RoleForbids | Reason::Suspended | Reason::LastRegistrarKey => {
            Some(Lifts { by_standing: true, by_goods: false })
        }
        Reason::NotEntitled => Some(Lifts { by_standing: true, by_goods: true }),
        Reason::WrongKind
        | Reason::CountMissing
        | Reason::AdjustmentNeedsDocument
        | Reason::IdExists
        | Reason::TagNotHash
        | Reason::ToSelf
        | Reason::KeyRevoked
        | Reason::KeyRefused
        | Reason::ScopeForbids
        | Reason::SuspectLater
        | Reason::EvidenceNeedsDocument => None,
        // A refused statement uses up no number, so none that follows waits for it.
        _ if matches!(
            reason.rule(),
            Rule::F1 | Rule::F3 | Rule::M1 | Rule::U4 | Rule::T1 | Rule::T2 | Rule::T3
        ) =>
        {
            None
        }
        _ => Some(Lifts { by_standing: false, by_goods: true }),
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

/// What the events would change if they were accepted: what they name, of people only those whom an event is about.
fn changed(events: &[Json]) -> Vec<Thing> {
    let mut things = Vec::new();
    for event in events {
        let kind = event.get("type").and_then(Json::as_str).unwrap_or_default();
        let of_people = ["participant.", "role.", "key."].iter().any(|family| kind.starts_with(family));
        let named = named(None, std::slice::from_ref(event)).into_iter();
        let counts = named.filter(|named| match named.record {
            Some(RecordKey::Participant(_)) => of_people,
            // A place is named by everything that is there.
            Some(RecordKey::Facility(_)) => false,
            _ => true,
        });
        things.extend(counts.map(|named| named.thing));
    }
    things
}

/// Something that a statement names.
struct Named {
    text: String,
    thing: Thing,
    record: Option<RecordKey>,
}

/// What is named: the author, and every text in the events that is an id or a tag code.
fn named(issuer: Option<Issuer>, events: &[Json]) -> Vec<Named> {
    let mut found = Vec::new();
    if let Some(Issuer::Participant(id)) = issuer {
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
        let (thing, record) = (Thing::Tag(code), Some(RecordKey::Tag(code)));
        return Some(Named { text: text.to_owned(), thing, record });
    }
    // All ids are written alike after their letter.
    let (_, rest) = text.split_at_checked(1)?;
    let any: ParticipantId = format!("U{rest}").parse().ok()?;
    Some(Named { text: text.to_owned(), thing: Thing::Id(*any.bytes()), record: RecordKey::of_id(text) })
}

#[cfg(test)]
mod tests {
    use lode_ledger::id::{ItemId, ItemKind};
    use lode_ledger::key::SecretKey;
    use lode_ledger::lang::Lang;
    use lode_ledger::statement::StatementError;

    use super::super::answer::{Accepted, Refusal};
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
        refused_at(reason, None)
    }

    fn refused_at(reason: Reason, event: Option<u16>) -> Outcome {
        let statement = lode_ledger::id::StatementId(lode_ledger::hash::Hash::of(b""));
        Outcome::Refused(Refusal::by_rule(Violation { event, ..Violation::new(reason) }, statement))
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
        for own in [Reason::FieldsDisagree, Reason::NotPositive, Reason::SequenceUsed, Reason::LaterThanClock]
        {
            assert_eq!(told(request((names(made(1, 0)), refused(own))), &[]), [None, None], "{own:?}");
        }
    }

    #[test]
    fn what_is_there_and_was_to_be_changed_is_what_a_dependant_names_in_its_refused_event() {
        let (lot, other) = (made(9, 0), made(9, 1));
        let there = [RecordKey::Item(lot), RecordKey::Item(other)];
        let receives =
            |item| says(&format!(r#"{{"type":"consignment.received","lines":[{{"item":"{item}"}}]}}"#));
        let first = || (receives(lot), unsigned());
        let event = |item| format!(r#"{{"type":"loss.recorded","item":"{item}"}}"#);
        let both = || says(&[event(other), event(lot)].join(","));
        let at = |event| refused_at(Reason::StateForbids, Some(event));
        assert_eq!(told(vec![first(), (both(), at(1))], &there), [None, Some(0)]);
        assert_eq!(told(vec![first(), (both(), at(0))], &there), [None, None], "the other event's lot");
        assert_eq!(told(vec![first(), (both(), refused(Reason::SequenceLeap))], &there), [None, None]);
        let third = (both(), at(1));
        assert_eq!(told(vec![first(), (receives(lot), at(0)), third], &there), [None, Some(0), Some(0)]);
        let mended = vec![first(), (receives(lot), accepted()), (both(), at(1))];
        assert_eq!(told(mended, &there), [None, None, None], "it was received after all");
        let role = (both(), refused_at(Reason::RoleForbids, Some(1)));
        assert_eq!(told(vec![first(), role], &there), [None, None], "no goods give a role");
        let own = (both(), refused_at(Reason::CountMissing, Some(1)));
        assert_eq!(told(vec![first(), own], &there), [None, None]);
    }

    #[test]
    fn a_role_that_was_not_granted_is_what_its_participant_waits_for_and_a_mere_mention_is_not() {
        let newcomer = ParticipantId::derive(ORIGIN, AUTHOR, &Nonce([4; 16]), 0);
        let there = [RecordKey::Participant(newcomer), RecordKey::Item(made(9, 0))];
        let about = |kind: &str, field: &str| says(&format!(r#"{{"type":"{kind}","{field}":"{newcomer}"}}"#));
        let speaks = || {
            let event = format!(r#"{{"type":"lot.split","item":"{}"}}"#, made(9, 0));
            by(&newcomer.to_string(), &event)
        };
        let lacks = |reason| (speaks(), refused_at(reason, Some(0)));
        let granted = || (about("role.granted", "participant"), refused(Reason::NotEntitled));
        assert_eq!(told(vec![granted(), lacks(Reason::RoleForbids)], &there), [None, Some(0)]);
        assert_eq!(told(vec![granted(), lacks(Reason::TooMuchTaken)], &there), [None, None]);
        let key =
            vec![(about("key.added", "participant"), unsigned()), (speaks(), refused(Reason::KeyUnknown))];
        assert_eq!(told(key, &there), [None, Some(0)]);
        let offered = (about("custody.offered", "to"), refused(Reason::StateForbids));
        assert_eq!(told(vec![offered, lacks(Reason::RoleForbids)], &there), [None, None]);
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
    fn it_says_what_and_which_to_mend_in_every_language_and_keeps_its_own_reason() {
        let statement = lode_ledger::id::StatementId(lode_ledger::hash::Hash::of(b""));
        for would in [Would::Create, Would::Change] {
            let violation = Violation { event: Some(2), ..Violation::new(Reason::OfferClosed) };
            let mut refusal = Refusal::by_rule(violation, statement);
            let own = Lang::ALL.map(|lang| refusal.message(lang));
            refusal.builds_on(DependsOn { name: made(1, 0).to_string(), number: 41, would });
            assert_eq!((refusal.code, refusal.reason()), ("depends-on-refused", Some("offer-closed")));
            assert_eq!((refusal.rule, refusal.event), (Some("C3"), Some(2)));
            for (lang, own) in Lang::ALL.into_iter().zip(own) {
                let message = refusal.message(lang);
                assert!(message.contains(&made(1, 0).to_string()) && message.contains("41"), "{message}");
                assert_eq!(message.contains(&own), would == Would::Change, "{message}");
            }
        }
    }
}
