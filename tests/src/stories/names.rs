//! Short names in stories, and what they stand for: `$rough` is a nonce, `$L:rough` the lot made with it, `400 kg` a
//! mass where a field ends in `_mg`, `+1h` a time. Everything follows from the names by fixed seeds.

use std::cell::Cell;
use std::collections::BTreeMap;

use lode_ledger::apply::{certificate_id, issuer_id};
use lode_ledger::event::EventType;
use lode_ledger::hash::Hash;
use lode_ledger::id::{LogIndex, derive};
use lode_ledger::json::Json;
use lode_ledger::key::prove_possession;
use lode_ledger::mass::parse_mass;
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::sealed::digest;
use lode_ledger::tag::units_root;
use lode_ledger::time::Timestamp;
use serde_json::{Map, Value, json};

use super::Likes;
use crate::world::{ORIGIN, World, nonce_of, public, secret, tag_code};

/// Why a story cannot be told.
pub(super) type Problem = String;

/// A name that a story gave, by whom, in which step, and whether it was spoken of afterwards.
#[derive(Debug)]
struct Given {
    issuer: String,
    step: usize,
    used: Cell<bool>,
}

/// The names of one story so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    nonces: BTreeMap<String, Given>,
    entries: BTreeMap<String, (Option<LogIndex>, Cell<bool>)>,
}

/// Where in a statement a value stands.
struct Place<'a> {
    /// The field that holds it.
    field: &'a str,
    /// The whole path in the payload, as sealed fields need it.
    path: String,
    /// Whose a key becomes that is granted here.
    subject: &'a str,
}

impl Names {
    /// A step's name, with the index of its entry if it was taken in.
    pub(super) fn keep_entry(&mut self, name: &str, index: Option<LogIndex>) -> Result<(), Problem> {
        match self.entries.insert(name.to_owned(), (index, Cell::new(false))) {
            None => Ok(()),
            Some(_) => Err(format!("two steps are called {name}")),
        }
    }

    /// Speaks of a step.
    pub(super) fn entry(&self, name: &str) -> Result<Option<LogIndex>, Problem> {
        let (index, used) =
            self.entries.get(name).ok_or_else(|| format!("no step before is called {name}"))?;
        used.set(true);
        Ok(*index)
    }

    /// A name given before the last step that nobody spoke of: it only makes a story longer.
    pub(super) fn unused(&self, last: usize) -> Option<String> {
        let nonce = self.nonces.iter().find(|(_, given)| given.step < last && !given.used.get());
        let entry = self.entries.iter().find(|(_, (_, used))| !used.get());
        nonce.map(|(name, _)| format!("${name}")).or_else(|| entry.map(|(name, _)| format!("step {name}")))
    }

    /// An event as it is signed.
    pub(super) fn event(
        &mut self,
        world: &World,
        likes: &Likes,
        issuer: &str,
        (step, number): (usize, usize),
        told: &Value,
    ) -> Result<Value, Problem> {
        let Value::Object(told) = told else { return Ok(told.clone()) };
        let mut event = told.clone();
        let like = event.remove("like");
        let unnamed = format!("step {step} event {number}");
        let label = match event.get("nonce").and_then(Value::as_str).and_then(|nonce| nonce.strip_prefix('$'))
        {
            Some(name) => name.to_owned(),
            None => unnamed.clone(),
        };
        if let Some(like) = like {
            let like = like.as_str().ok_or("`like` is a name of like.json")?;
            let usual = likes.get(like).ok_or_else(|| format!("like.json knows no {like}"))?;
            let mut whole = with_label(&Value::Object(usual.clone()), &label);
            lay_over(&mut whole, &Value::Object(event));
            let Value::Object(whole) = whole else { return Err(format!("{like} is no event")) };
            event = whole;
        }
        if let Some(kind) = event.get("type").and_then(Value::as_str).and_then(EventType::named) {
            let has = |name: &str| kind.fields().iter().any(|field| field.name == name);
            if has("nonce") && !event.contains_key("nonce") {
                event.insert("nonce".to_owned(), json!(nonce_of(&unnamed)));
            }
            if has("at") && !event.contains_key("at") {
                event.insert("at".to_owned(), json!("now"));
            }
        }
        let event = Value::Object(event);
        self.give(&event, issuer, step)?;
        let subject = self.subject(world, issuer, &event)?;
        let place = Place { field: "", path: format!("events[{number}]"), subject: &subject };
        self.said(world, &event, &place)
    }

    /// Keeps the names of all nonces in an event.
    fn give(&mut self, value: &Value, issuer: &str, step: usize) -> Result<(), Problem> {
        match value {
            Value::Object(fields) => {
                if let Some(name) =
                    fields.get("nonce").and_then(Value::as_str).and_then(|n| n.strip_prefix('$'))
                {
                    let given = Given { issuer: issuer.to_owned(), step, used: Cell::new(false) };
                    if let Some(before) = self.nonces.insert(name.to_owned(), given) {
                        if before.issuer != issuer {
                            return Err(format!("${name} is given by two authors"));
                        }
                        // Used twice on purpose, by what must not be made twice.
                        self.nonces[name].used.set(true);
                    }
                }
                fields.values().try_for_each(|value| self.give(value, issuer, step))
            }
            Value::Array(list) => list.iter().try_for_each(|value| self.give(value, issuer, step)),
            _ => Ok(()),
        }
    }

    /// What a proof of possession in this event is made over: the participant, or the nonce of its enrolment; of a
    /// buyer's key the item, or the code of the tag that speaks.
    fn subject(&self, world: &World, issuer: &str, event: &Value) -> Result<String, Problem> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(code) = issuer.strip_prefix("tag:") {
            return Ok(code.to_owned());
        }
        let named = event.get("participant").or_else(|| event.get("nonce")).or_else(|| event.get("item"));
        let named = named.or_else(|| event.get("registrar").and_then(|registrar| registrar.get("nonce")));
        match named.and_then(text) {
            Some(name) => Ok(text(&self.text(world, &name, "")?).unwrap_or(name)),
            None => Ok(String::new()),
        }
    }

    fn said(&self, world: &World, value: &Value, place: &Place<'_>) -> Result<Value, Problem> {
        match value {
            Value::Object(fields) => {
                let mut said = Map::new();
                for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    let path = format!("{}.{field}", place.path);
                    let place = Place { field, path, subject: place.subject };
                    said.insert(field.clone(), self.said(world, value, &place)?);
                }
                Ok(Value::Object(said))
            }
            Value::Array(list) => {
                let entry = |(n, value)| {
                    let place = Place { path: format!("{}[{n}]", place.path), ..*place };
                    self.said(world, value, &place)
                };
                list.iter().enumerate().map(entry).collect()
            }
            Value::String(text) => self
                .string(world, text, place)
                .map_err(|problem| format!("{} ({text:?}): {problem}", place.path)),
            other => Ok(other.clone()),
        }
    }

    fn string(&self, world: &World, text: &str, place: &Place<'_>) -> Result<Value, Problem> {
        if place.field.ends_with("_mg") {
            return quantity(text).map(Value::from);
        }
        if place.field.ends_with("_ppm") {
            return share(text).map(Value::from);
        }
        if let Some(value) = text.strip_prefix("$sealed:") {
            let sealed = digest(ORIGIN, &place.path, &[7; 16], &Json::Str(value.to_owned()).write());
            return Ok(json!({ "sealed": sealed }));
        }
        if let Some(key) = text.strip_prefix("$grant:") {
            let proof = prove_possession(&secret(key), ORIGIN, place.subject);
            return Ok(json!({"key": public(key), "proof": proof}));
        }
        self.text(world, text, place.subject)
    }

    /// What a text stands for; itself, if it is no name and no time.
    pub(super) fn text(&self, world: &World, text: &str, subject: &str) -> Result<Value, Problem> {
        if let Some(time) = moved(world.now, text) {
            return Ok(json!(time));
        }
        let Some(name) = text.strip_prefix('$') else { return Ok(json!(text)) };
        let Some((kind, name)) = name.split_once(':') else {
            return match name {
                "ledger" => Ok(json!(ledger(world))),
                "size" => Ok(json!(world.replay.size())),
                "root" => Ok(json!(world.replay.clone().state_root())),
                name => self.nonce(name),
            };
        };
        Ok(match kind {
            "U" => json!(self.participant(world, name)?),
            "key" => json!(public(name)),
            "thumbprint" => json!(public(name).thumbprint()),
            "proof" => json!(prove_possession(&secret(name), ORIGIN, subject)),
            "claim" => json!(public(&format!("tag {name}"))),
            "tag" => json!(tag_code(name)),
            "units" => {
                let keys: Vec<_> = name.split(',').map(|unit| public(&format!("tag {unit}"))).collect();
                json!(units_root(&keys))
            }
            "doc" => json!(Hash::of(name.as_bytes())),
            "entry" => match self.entry(name)? {
                Some(index) => json!(index),
                None => return Err(format!("step {name} was refused: it has no entry")),
            },
            "created" => self.created(world, name)?,
            letter => json!(self.id(world, letter, name)?),
        })
    }

    fn nonce(&self, name: &str) -> Result<Value, Problem> {
        match self.nonces.contains_key(name) {
            true => Ok(json!(nonce_of(name))),
            false => Err(format!("nobody gave the nonce ${name}")),
        }
    }

    /// A participant of the world, or one that the story enrolled.
    pub(super) fn participant(&self, world: &World, name: &str) -> Result<String, Problem> {
        let Some(id) = world.find(name) else { return self.id(world, "U", name) };
        // The founding registrar's id does not come from an author's name: nobody was there before.
        if let Some(given) = self.nonces.get(name) {
            given.used.set(true);
        }
        Ok(id.to_string())
    }

    /// The id of what was made with a nonce, or of what the world calls so.
    fn id(&self, world: &World, letter: &str, name: &str) -> Result<String, Problem> {
        let (base, output) = match name.rsplit_once('/') {
            Some((base, number)) => (base, number.parse().map_err(|_| format!("{number} is no output"))?),
            None => (name, 0),
        };
        let issuer = match base.split_once('@') {
            Some((_, author)) => Some(self.participant(world, author)?),
            None => self.nonces.get(base).map(|given| {
                given.used.set(true);
                given.issuer.clone()
            }),
        };
        if let Some(issuer) = issuer {
            let nonce = base.split('@').next().unwrap_or(base);
            let bytes = derive(ORIGIN, &issuer, &nonce_of(nonce), output);
            // Every kind of id writes the same 16 bytes, after its letter.
            let written = lode_ledger::id::ParticipantId::new(bytes).to_string();
            return Ok(written.replacen('U', letter, 1));
        }
        let known =
            world.named().into_iter().find(|(known, _)| known.split_once(':') == Some((letter, name)));
        known.map(|(_, id)| id).ok_or_else(|| format!("nothing is called {letter}:{name}"))
    }

    fn created(&self, world: &World, name: &str) -> Result<Value, Problem> {
        let record = self.record(world, &format!("${name}"))?;
        let index = record.pointer("/created/index").cloned();
        index.ok_or_else(|| format!("{name} does not say which entry created it"))
    }

    /// A record by its name, as JSON.
    pub(super) fn record(&self, world: &World, name: &str) -> Result<Value, Problem> {
        let key = self.record_key(world, name)?;
        let record =
            world.replay.view().record(&key).ok_or_else(|| format!("{name} is not in the ledger"))?;
        Ok(serde_json::to_value(&*record).expect("a record can be written"))
    }

    fn record_key(&self, world: &World, name: &str) -> Result<RecordKey, Problem> {
        let plain = name.strip_prefix('$').ok_or_else(|| format!("{name}: a record's name begins with $"))?;
        match plain {
            "ledger" => return Ok(RecordKey::Ledger),
            "policy" => return Ok(RecordKey::Policy),
            "clock" => return Ok(RecordKey::Clock),
            _ => {}
        }
        let unknown = || format!("{name} names no record");
        let (kind, rest) = plain.split_once(':').ok_or_else(unknown)?;
        match kind {
            "key" => return Ok(RecordKey::Key(public(rest).thumbprint())),
            "tag" => return Ok(RecordKey::Tag(tag_code(rest))),
            "owner" => return Ok(RecordKey::OwnerKey(public(rest).thumbprint())),
            "issuer" => return Ok(RecordKey::Issuer(issuer_id(rest))),
            "certificate" => {
                let (issuer, number) = rest.split_once('/').ok_or_else(unknown)?;
                return Ok(RecordKey::Certificate(certificate_id(issuer, number)));
            }
            _ => {}
        }
        let id = self.text(world, name, "")?;
        let id = id.as_str().ok_or_else(unknown)?;
        RecordKey::of_id(id).ok_or_else(unknown)
    }

    /// Where a part of a record is not as it was told; `None` if it is.
    pub(super) fn difference(
        &self,
        world: &World,
        told: &Value,
        found: &Value,
        path: &str,
    ) -> Result<Option<String>, Problem> {
        let differs = || Ok(Some(format!("{path}: expected {told}, found {found}")));
        match (told, found) {
            (Value::Object(told), Value::Object(found)) => {
                for (field, told) in told {
                    let at = format!("{path}.{field}");
                    let found =
                        found.get(field).ok_or_else(|| format!("{at}: the record has no such field"))?;
                    if let Some(difference) = self.difference(world, told, found, &at)? {
                        return Ok(Some(difference));
                    }
                }
                Ok(None)
            }
            (Value::Array(told), Value::Array(found)) if told.len() == found.len() => {
                for (n, (told, found)) in told.iter().zip(found).enumerate() {
                    if let Some(difference) = self.difference(world, told, found, &format!("{path}[{n}]"))? {
                        return Ok(Some(difference));
                    }
                }
                Ok(None)
            }
            (Value::String(text), Value::Number(_)) if text.ends_with('%') => {
                if &json!(share(text)?) == found { Ok(None) } else { differs() }
            }
            (Value::String(text), Value::Number(_)) if !text.starts_with('$') => {
                if &json!(quantity(text)?) == found { Ok(None) } else { differs() }
            }
            (Value::String(text), found) => {
                if &self.text(world, text, "")? == found {
                    Ok(None)
                } else {
                    differs()
                }
            }
            _ if told == found => Ok(None),
            _ => differs(),
        }
    }
}

/// The ledger's id, or before entry 0 its origin: the audience of statements.
pub(super) fn ledger(world: &World) -> String {
    match world.replay.view().record(&RecordKey::Ledger).as_deref() {
        Some(Record::Ledger(ledger)) => ledger.id.clone(),
        _ => ORIGIN.to_owned(),
    }
}

/// `now`, or a time so much later or earlier: `+90s`, `-10m`, `+1h`, `+3d`. `None` for any other text.
pub(super) fn moved(now: Timestamp, text: &str) -> Option<Timestamp> {
    if text == "now" {
        return Some(now);
    }
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let unit = match rest.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let number: i64 = rest.get(..rest.len() - 1)?.parse().ok().filter(|number| *number >= 0)?;
    Some(Timestamp::from_unix(now.unix() + sign * number * unit))
}

fn quantity(text: &str) -> Result<u64, Problem> {
    parse_mass(text, None).map(|mass| mass.get()).map_err(|error| error.to_string())
}

/// A share in per cent, with up to four decimals, as parts per million.
fn share(text: &str) -> Result<u64, Problem> {
    let wrong = || format!("{text} is no share: write 70 % or 0.5 %");
    let number = text.strip_suffix('%').ok_or_else(wrong)?.trim_end();
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    if decimals.len() > 4 {
        return Err(wrong());
    }
    format!("{whole}{decimals:0<4}").parse().map_err(|_| wrong())
}

/// Puts the name of an event's nonce where `like.json` leaves room for it.
fn with_label(value: &Value, label: &str) -> Value {
    match value {
        Value::String(text) => json!(text.replace("{nonce}", label)),
        Value::Array(list) => list.iter().map(|value| with_label(value, label)).collect(),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(name, value)| (name.clone(), with_label(value, label))).collect(),
        ),
        other => other.clone(),
    }
}

/// Lays what a story says over what is usual: objects field by field, anything else in its place.
fn lay_over(usual: &mut Value, said: &Value) {
    match (usual, said) {
        (Value::Object(usual), Value::Object(said)) => {
            for (field, said) in said {
                lay_over(usual.entry(field.clone()).or_insert(Value::Null), said);
            }
        }
        (usual, said) => *usual = said.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_shares_and_usual_fields_are_read_as_written() {
        let now = Timestamp::from_unix(1_000_000);
        let at = |text| moved(now, text).map(|time| time.unix() - now.unix());
        assert_eq!([at("now"), at("+1h"), at("-10m")], [Some(0), Some(3_600), Some(-600)]);
        assert_eq!([at("+h"), at("+1y"), at("--1h"), at("heat")], [None; 4]);
        assert_eq!([share("70 %"), share("0.5%"), share("0.0001 %")], [Ok(700_000), Ok(5_000), Ok(1)]);
        assert!(share("70").is_err() && share("0.00001 %").is_err());
        let mut usual = json!({"mass": {"net_mg": 1, "method": "scale"}, "list": [1, 2]});
        lay_over(&mut usual, &json!({"mass": {"net_mg": 2}, "list": [3]}));
        assert_eq!(usual, json!({"mass": {"net_mg": 2, "method": "scale"}, "list": [3]}));
    }
}
