//! Tells a story to a ledger, step by step, and compares what the ledger says with what the story expects.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::EventType;
use lode_ledger::json::Json;
use lode_ledger::key::SecretKey;
use lode_ledger::record::{Record, RecordKey, RecordKind, View};
use lode_ledger::replay::{Applied, ReplayError};
use lode_ledger::statement::{Issuer, Statement, decode_payload};
use lode_ledger::violation::Reason;
use serde_json::{Value, json};

use super::names::{Names, Problem, ledger, moved};
use super::{Beginning, Likes, Step, Story};
use crate::vectors::Verdict;
use crate::world::{World, claim_key, public, secret, tag_code};

/// What all stories share: the beginnings and the usual events.
#[derive(Debug)]
pub struct Library {
    beginnings: BTreeMap<Beginning, World>,
    likes: Likes,
    liked: RefCell<BTreeSet<String>>,
    touched: RefCell<BTreeMap<EventType, BTreeSet<(RecordKind, bool)>>>,
    refused: RefCell<BTreeSet<(String, String)>>,
}

/// One story on its way.
struct Telling<'a> {
    library: &'a Library,
    world: World,
    names: Names,
    bytes: BTreeMap<String, Vec<u8>>,
}

impl Library {
    /// Makes the beginnings and reads `like.json`.
    #[must_use]
    pub fn open() -> Self {
        let beginnings = BTreeMap::from([
            (Beginning::Nothing, World::empty()),
            (Beginning::Opened, World::opened()),
            (Beginning::Enrolled, World::enrolled()),
            (Beginning::Traded, World::traded()),
        ]);
        Self {
            beginnings,
            likes: Likes::read(),
            liked: RefCell::default(),
            touched: RefCell::default(),
            refused: RefCell::default(),
        }
    }

    /// The usual events that no story told so far was like.
    #[must_use]
    pub fn unliked(&self) -> Vec<String> {
        let liked = self.liked.borrow();
        self.likes.names().filter(|name| !liked.contains(*name)).map(str::to_owned).collect()
    }

    /// What each type of event did to which kinds of records, in all stories told so far: the kind, and whether the
    /// record was created.
    #[must_use]
    pub fn touched(&self) -> BTreeMap<EventType, BTreeSet<(RecordKind, bool)>> {
        self.touched.borrow().clone()
    }

    /// Which events were refused under which rules in all stories told so far, by name and code.
    #[must_use]
    pub fn refused(&self) -> BTreeSet<(String, String)> {
        self.refused.borrow().clone()
    }

    /// Tells a story.
    ///
    /// # Errors
    /// Where it does not hold together, or the ledger's verdict is another.
    pub fn tell(&self, story: &Story) -> Result<(), String> {
        let world = self.beginnings[&story.begins].clone();
        let mut telling = Telling { library: self, world, names: Names::default(), bytes: BTreeMap::new() };
        let Some((last, before)) = story.story.split_last() else {
            return Err("nothing happens".to_owned());
        };
        for (n, step) in before.iter().enumerate() {
            let expected = step.refused.as_ref().map_or_else(Verdict::accepted, super::Refusal::verdict);
            telling.step(n + 1, step, &expected)?;
        }
        if last.refused.is_some() {
            return Err("what comes of the last step stands in `expect`".to_owned());
        }
        let expected = match (story.expect.accepted, &story.expect.refused) {
            (true, None) => Verdict::accepted(),
            (false, Some(refused)) => refused.verdict(),
            _ => return Err("`expect` says exactly one of `accepted` and `refused`".to_owned()),
        };
        telling.step(story.story.len(), last, &expected)?;
        telling.look(story)?;
        let mut touched = self.touched.borrow_mut();
        for (event, kinds) in telling.world.touched().seen() {
            touched.entry(*event).or_default().extend(kinds);
        }
        match telling.names.unused(story.story.len()) {
            Some(name) => Err(format!("{name} is named and never spoken of")),
            None => Ok(()),
        }
    }
}

impl Telling<'_> {
    /// One step and its verdict. A refused one must leave nothing behind.
    fn step(&mut self, number: usize, step: &Step, expected: &Verdict) -> Result<(), Problem> {
        let place = |problem: Problem| format!("step {number}: {problem}");
        let statement = self.statement(number, step).map_err(place)?;
        let trace = |world: &mut World| (world.replay.size(), world.replay.root(), world.replay.state_root());
        let before = trace(&mut self.world);
        let (bytes, said, result) = match statement {
            Ok(statement) => {
                let said = names_of_events(&statement);
                (statement.bytes().to_vec(), said, self.world.submit(statement))
            }
            Err(error) => (Vec::new(), Vec::new(), Err(error)),
        };
        let verdict = Verdict::of(&result);
        if verdict != *expected {
            let said = result.as_ref().map_or_else(ToString::to_string, |_| "accepted".to_owned());
            return Err(place(format!("expected {expected:?}\n    got {verdict:?}\n    ({said})")));
        }
        if result.is_err() && trace(&mut self.world) != before {
            return Err(place("it was refused and left something behind".to_owned()));
        }
        if let (Some(rule), Some(event)) = (verdict.rule, verdict.event) {
            let event = usize::try_from(event).ok().and_then(|event| said.get(event).cloned());
            self.library.refused.borrow_mut().extend(event.map(|event| (event, rule)));
        }
        if let Some(name) = &step.name {
            self.names
                .keep_entry(name, result.as_ref().ok().map(|applied: &Applied| applied.index))
                .map_err(place)?;
            self.bytes.insert(name.clone(), bytes);
        }
        Ok(())
    }

    /// The statement of a step, or the defect that its form has.
    fn statement(&mut self, number: usize, step: &Step) -> Result<Result<Statement, ReplayError>, Problem> {
        if let Some(at) = &step.at {
            self.world.now = self.time(at)?;
        }
        match (&step.again, &step.seal, step.events.is_empty()) {
            (Some(name), None, true) => {
                self.names.entry(name)?;
                Ok(Statement::decode(self.bytes[name].clone()).map_err(ReplayError::from))
            }
            (None, Some(after), true) => {
                self.world.now = self.time(after)?;
                let events = [json!({"type": "ledger.sealed", "size": "$size", "state_root": "$root"})];
                self.signed(number, &Step { by: Some("ledger".to_owned()), ..step.clone() }, &events)
            }
            (None, None, false) => self.signed(number, step, &step.events),
            _ => Err("a step is one of `events`, `seal` and `again`".to_owned()),
        }
    }

    fn time(&self, text: &str) -> Result<lode_ledger::time::Timestamp, Problem> {
        let given = || text.parse().map_err(|_| format!("{text} is no time: write +1h, or a time"));
        moved(self.world.now, text).map_or_else(given, Ok)
    }

    fn signed(
        &mut self,
        number: usize,
        step: &Step,
        told: &[Value],
    ) -> Result<Result<Statement, ReplayError>, Problem> {
        let by = step.by.as_deref().ok_or("who says it? `by` is missing")?;
        let (issuer, key) = self.author(by)?;
        let key = step.key.as_deref().map_or(key, secret);
        let name = issuer.to_string();
        let mut events = Vec::new();
        for (n, event) in told.iter().enumerate() {
            if let Some(like) = event.get("like").and_then(Value::as_str) {
                self.library.liked.borrow_mut().insert(like.to_owned());
            }
            events.push(self.names.event(&self.world, &self.library.likes, &name, (number, n), event)?);
        }
        let seq = self.seq(&key, step.seq.as_ref())?;
        let audience = match step.audience.as_deref() {
            Some("$ledger") | None => ledger(&self.world),
            Some(other) => other.to_owned(),
        };
        let payload = json!({"seq": seq, "events": events}).to_string();
        let subject = seq.to_string().parse().map_err(|_| format!("{seq} is no number of a statement"))?;
        let statement = Statement::sign_bytes(issuer, subject, &audience, payload.as_bytes(), &key);
        Ok(statement.map_err(ReplayError::from))
    }

    /// Who speaks, and his first key.
    fn author(&self, by: &str) -> Result<(Issuer, SecretKey), Problem> {
        match by.split_once(':') {
            Some(("tag", name)) => Ok((Issuer::Tag(tag_code(name)), claim_key(name))),
            Some(("owner", name)) => Ok((Issuer::Owner(public(name).thumbprint()), secret(name))),
            Some(("link", name)) => Ok((Issuer::Link(public(name).thumbprint()), secret(name))),
            Some((kind, _)) => Err(format!("{kind} is no kind of author")),
            None if by == "ledger" => Ok((Issuer::Ledger, secret("seal"))),
            None => {
                let id = self.names.participant(&self.world, by)?;
                Ok((
                    Issuer::Participant(id.parse().map_err(|_| format!("{id} is no participant"))?),
                    secret(by),
                ))
            }
        }
    }

    /// A statement's number: the key's next, unless the step says another.
    fn seq(&self, key: &SecretKey, told: Option<&Value>) -> Result<u64, Problem> {
        let window = self.world.replay.view().record(&RecordKey::Sequence(key.public().thumbprint()));
        let next = match window.as_deref() {
            Some(Record::Sequence(window)) => window.highest + 1,
            _ => 1,
        };
        let Some(told) = told else { return Ok(next) };
        let wrong = || format!("{told} is no number: write 5, \"next\", \"next+5\" or \"next-1\"");
        if let Some(number) = told.as_u64() {
            return Ok(number);
        }
        let offset = told.as_str().and_then(|text| text.strip_prefix("next")).ok_or_else(wrong)?;
        let offset = if offset.is_empty() { 0 } else { offset.parse::<i64>().map_err(|_| wrong())? };
        next.checked_add_signed(offset).ok_or_else(wrong)
    }

    /// Compares records and warnings after the last step.
    fn look(&self, story: &Story) -> Result<(), Problem> {
        for (name, told) in &story.expect.records {
            let found = self.names.record(&self.world, name)?;
            if let Some(difference) = self.names.difference(&self.world, told, &found, name)? {
                return Err(difference);
            }
        }
        for (name, codes) in &story.expect.warnings {
            if let Some(code) = codes.iter().find(|code| Reason::of_code(code).is_none()) {
                return Err(format!("{code} is no code of a warning"));
            }
            let record = self.names.record(&self.world, name)?;
            let warnings = record.get("warnings").and_then(Value::as_array);
            let warnings = warnings.ok_or_else(|| format!("{name} bears no warnings"))?;
            let found: Vec<&str> = warnings.iter().filter_map(|warning| warning["reason"].as_str()).collect();
            if found != *codes {
                return Err(format!("{name}: expected the warnings {codes:?}, found {found:?}"));
            }
        }
        Ok(())
    }
}

/// What the events of a statement are called.
fn names_of_events(statement: &Statement) -> Vec<String> {
    let events = decode_payload(statement.payload()).map(|(_, events)| events).unwrap_or_default();
    let name = |event: &Json| event.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
    events.iter().map(name).collect()
}
