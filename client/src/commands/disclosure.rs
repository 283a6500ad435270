//! What this device can open of what it sealed, and that it cannot any more: a salt is destroyed here, and the ledger
//! is told so.
//!
//! A salt that is gone cannot be brought back, so the ledger is told first, and only then the salt is wiped.

use std::path::PathBuf;

use lode_ledger::event::body::DisclosureDestroyed;
use lode_ledger::id::{ItemId, LogIndex, StatementId};
use lode_ledger::sealed::{Disclosure, SealedDigest};
use serde_json::Value;

use crate::error::{ClientError, Result, words};
use crate::home::{Home, read_json, write_json};
use crate::session::{Done, Session, look_up};
use crate::spec;

/// One file: what opens the sealed fields of one statement.
type Kept = (PathBuf, Vec<Disclosure>);

fn kept(home: &Home) -> Result<Vec<Kept>> {
    let folder = home.join("disclosures");
    let mut all = Vec::new();
    if !folder.exists() {
        return Ok(all);
    }
    for entry in std::fs::read_dir(&folder).map_err(|error| ClientError::io(&folder, error))? {
        let path = entry.map_err(|error| ClientError::io(&folder, error))?.path();
        // What opens private documents lies here too, under other names.
        let stem = path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
        if stem.parse::<StatementId>().is_ok() {
            let known = read_json(&path)?;
            all.push((path, known));
        }
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(all)
}

/// Everything that this device can open.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub fn list(home: &Home) -> Result<Vec<Disclosure>> {
    Ok(kept(home)?.into_iter().flat_map(|(_, known)| known).collect())
}

/// A sealed field in the ledger.
#[derive(Clone, Debug)]
struct Sealed {
    item: Option<ItemId>,
    index: LogIndex,
    event: u16,
    digest: SealedDigest,
}

/// The sealed field of an item, or of one event of an entry.
fn sealed(session: &Session, thing: &str, event: u16, field: &str) -> Result<Sealed> {
    let (path, value) = look_up(session.node()?, thing)?;
    let item: Option<ItemId> = thing.parse().ok();
    let not_sealed = || {
        ClientError::usage(words!(
            "{field:?} of {thing} is not sealed in the ledger; `lode show {thing}` lists its fields",
            "账本中 {thing} 的 {field:?} 不是密封字段；`lode show {thing}` 列出其字段",
            "{field:?} de {thing} não está selado no registro; `lode show {thing}` lista os campos"
        ))
    };
    let digest = |value: &Value| value.get("sealed").and_then(Value::as_str)?.parse().ok();
    let found = if item.is_some() {
        let place = value.get("created");
        let number = |name: &str| place.and_then(|place| place.get(name)).and_then(Value::as_u64);
        let details = value.get("details").and_then(Value::as_array).cloned().unwrap_or_default();
        let detail = details.iter().find(|detail| detail.get("field").and_then(Value::as_str) == Some(field));
        detail.and_then(|detail| digest(detail.get("value")?)).zip(number("index").zip(number("event")))
    } else {
        let said = value.get("events").and_then(|events| events.get(usize::from(event))?.get(field));
        let index = value.get("index").and_then(Value::as_u64);
        said.and_then(digest).zip(index.map(|index| (index, u64::from(event))))
    };
    if item.is_none() && !path.starts_with("/v1/entries") && !path.starts_with("/v1/statements") {
        return Err(spec::expected(
            thing,
            words!(
                "an item, a log index or a statement",
                "物品编号、账本序号或声明指纹",
                "um item, um índice ou uma declaração"
            ),
        ));
    }
    let (digest, (index, event)) = found.ok_or_else(not_sealed)?;
    let event = u16::try_from(event).map_err(|_| not_sealed())?;
    Ok(Sealed { item, index: LogIndex(index), event, digest })
}

/// Says that what opens a sealed field is destroyed, and wipes it from this device once the ledger has taken that.
/// `thing` is the item that the field
/// stands with, or the entry's log index or statement; `gone`: this device has nothing to wipe.
///
/// # Errors
/// As [`Session::send`]; the field is not sealed, or this device cannot open it and `gone` is not said.
pub fn destroy(
    session: &Session,
    thing: &str,
    event: u16,
    field: &str,
    reason: Option<&str>,
    gone: bool,
) -> Result<Done> {
    let found = sealed(session, thing, event, field)?;
    let origin = session.author.ledger.origin.as_str();
    let opens = |disclosure: &Disclosure| disclosure.digest(origin) == found.digest;
    let all = kept(&session.home)?;
    if !gone && !all.iter().any(|(_, known)| known.iter().any(opens)) {
        return Err(ClientError::usage(words!(
            "this device cannot open {field:?} of {thing}: destroy it where it was sealed, or add --gone if it is lost there too",
            "本设备无法打开 {thing} 的 {field:?}：请在密封它的设备上销毁；若那里也已遗失，请加 --gone",
            "este dispositivo não abre {field:?} de {thing}: destrua onde foi selado, ou use --gone se lá também se perdeu"
        )));
    }
    let said = DisclosureDestroyed {
        at: session.now(),
        item: found.item,
        index: found.index,
        event: found.event,
        field: spec::field(field)?,
        digest: found.digest,
        reason: reason.map(|text| spec::line("reason", text)).transpose()?,
    };
    let sent = session.send(&[said.into()]);
    // Refused because it is said already: then this device did not get as far as this the last time.
    let again =
        matches!(&sent, Err(ClientError::Refused(refusal)) if refusal.code.as_str() == "state-forbids");
    // What only waits may still be refused: then the salt would be gone and the fact with it.
    let taken = matches!(&sent, Ok(done) if !done.is_queued());
    if taken || again {
        for (path, mut known) in all {
            if known.iter().any(opens) {
                known.retain(|disclosure| !opens(disclosure));
                write_json(&path, &known)?;
            }
        }
    }
    sent
}
