//! Commands of a buyer, who has no account: claim with the hidden code, keep, pass on, give back.

use lode_ledger::id::ItemId;
use lode_ledger::key::SecretKey;
use lode_ledger::statement::Issuer;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::args::{Claim, OwnCommand, Sub};
use super::desk::Desk;
use super::market::{report_found, report_missing};
use super::print::{Output, table, wrote};
use super::vouch::items;
use crate::commands::buyer::{self, Card, Hold, Owned};
use crate::error::{ClientError, Result, random, words};
use crate::home::{LedgerName, read_json, write_json};
use crate::keyring::{self, Cost};
use crate::node::Node;
use crate::session::{Done, Session, look_up, no_node};

pub(super) fn claim(desk: &Desk, args: &Claim) -> Result<Output> {
    let text = match &args.card {
        Some(text) => Zeroizing::new(text.clone()),
        None => ask_for_card(desk)?,
    };
    let card = Card::parse(&text)?;
    let (node, ledger) = reach(desk, card.base.as_deref())?;
    let (key, code) = card.claim_key(&ledger)?;
    let (_, tag) = look_up(&node, &code.to_string())?;
    let item: ItemId =
        tag.get("item").and_then(Value::as_str).and_then(|item| item.parse().ok()).ok_or_else(|| {
            ClientError::Node {
                url: format!("{}/v1/tags/{code}", node.url()),
                status: 200,
                problem: words!(
                    "it does not say which item bears the tag",
                    "未说明该标签属于哪件物品",
                    "não diz que item leva a etiqueta"
                ),
            }
        })?;
    let owner = fresh_key(desk)?;
    let unit = card.unit.as_ref().map(|(number, _)| *number);
    let owned = Owned { unit, ..Owned::new(item, &owner, ledger.clone(), Hold::Claimed) };
    // On disk before it is used: a key that owns and is lost loses the piece.
    owned.keep(&desk.home)?;
    let mut session = desk.session_of(ledger, Issuer::Tag(code), key)?;
    session.node = Some(node);
    match buyer::claim(&session, &owner, card.unit.as_ref()) {
        Ok(done) => Ok(Output::done(desk, &done).with("item", json!(item), &item.to_string()).with(
            "key",
            json!(owned.key),
            &keep_it(desk, &owned.key),
        )),
        Err(error) => {
            // Refused: the fresh key owns nothing.
            if matches!(error, ClientError::Refused(_)) {
                Owned { state: Hold::Passed, ..owned }.keep(&desk.home)?;
            }
            Err(error)
        }
    }
}

fn keep_it(desk: &Desk, key: &str) -> String {
    let words = desk.say(
        "it belongs to this key now; keep a copy of the home folder, nobody can restore it:",
        "现归此密钥所有；请备份主文件夹，遗失无法恢复：",
        "agora pertence a esta chave; guarde uma cópia da pasta, ninguém pode restaurá-la:",
    );
    format!("{words} {key}")
}

fn ask_for_card(desk: &Desk) -> Result<Zeroizing<String>> {
    let prompt = desk.say("Hidden code: ", "隐藏码：", "Código oculto: ");
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| {
        ClientError::usage(words!(
            "the hidden code cannot be asked for here ({error}): write it behind `lode claim`",
            "此处无法询问隐藏码（{error}）：请写在 `lode claim` 之后",
            "não é possível pedir o código oculto aqui ({error}): escreva-o depois de `lode claim`"
        ))
    })
}

/// The node and the ledger: of the settings, or else those that the card leads to, which are then kept.
fn reach(desk: &Desk, address: Option<&str>) -> Result<(Node, LedgerName)> {
    let node = match (&desk.node, address) {
        (Some(node), _) => node.clone(),
        (None, Some(address)) if !desk.global.offline => Node::new(address, desk.lang)?,
        _ => return Err(no_node()),
    };
    if let Some(ledger) = &desk.config.ledger {
        return Ok((node, ledger.clone()));
    }
    let ledger = node.ledger()?;
    let mut config = desk.home.config()?;
    config.ledger = Some(ledger.clone());
    config.node.get_or_insert_with(|| node.url().to_owned());
    desk.home.save_config(&config)?;
    Ok((node, ledger))
}

/// A key for one thing, in the keyring.
fn fresh_key(desk: &Desk) -> Result<SecretKey> {
    let passphrase = desk.new_passphrase()?;
    let key = SecretKey::from_seed(*Zeroizing::new(random::<32>()?));
    keyring::keep(&desk.home, &buyer::key_name(&key), &key, &passphrase, Cost::Usual)?;
    Ok(key)
}

/// What the node says of the key that owns a thing; nothing where it does not answer.
fn owner_of(desk: &Desk, item: &ItemId) -> Option<String> {
    let (_, known) = look_up(desk.node.as_ref()?, &item.to_string()).ok()?;
    known.pointer("/market/owner_key").and_then(Value::as_str).map(str::to_owned)
}

/// The key of this device that owns a thing; the node says which, where there are several.
fn owner(desk: &Desk, item: ItemId) -> Result<(Owned, Session)> {
    let keys = buyer::keys_of(&desk.home, item)?;
    let known = if keys.len() > 1 { owner_of(desk, &item) } else { None };
    let of_node = keys.iter().find(|owned| Some(owned.thumbprint.to_string()) == known);
    let owned = of_node.or(keys.first()).cloned().ok_or_else(no_node)?;
    let key = desk.unlock(&owned.key)?;
    let session = desk.session_of(owned.ledger.clone(), Issuer::Owner(owned.thumbprint), key)?;
    Ok((owned, session))
}

pub(super) fn own(desk: &Desk, args: Sub<OwnCommand>) -> Result<Output> {
    match args.command {
        OwnCommand::List => list(desk),
        OwnCommand::Request { item, out } => {
            let item: ItemId = desk.names.id(&item)?;
            let (_, ledger) = reach(desk, None)?;
            let key = fresh_key(desk)?;
            Owned::new(item, &key, ledger.clone(), Hold::Asked).keep(&desk.home)?;
            let request = buyer::request(item, ledger, &key);
            write_json(&out, &request)?;
            let (path, text) = wrote(desk, &out);
            Ok(Output::new(json!({"file": path, "owner_key": request.owner_key}), text))
        }
        OwnCommand::Pass { item, to } => {
            let item: ItemId = desk.names.id(&item)?;
            let request = read_json(&to)?;
            let (owned, session) = owner(desk, item)?;
            let done = buyer::pass_on(&session, item, Some(&request))?;
            passed(desk, owned, &done)
        }
        OwnCommand::GiveBack { item } => {
            let item: ItemId = desk.names.id(&item)?;
            let (owned, session) = owner(desk, item)?;
            let done = buyer::pass_on(&session, item, None)?;
            passed(desk, owned, &done)
        }
        OwnCommand::Missing(report) => {
            let session = owner_of_all(desk, &report.item)?;
            Ok(Output::done(desk, &report_missing(desk, &session, &report)?))
        }
        OwnCommand::Found(found) => {
            let session = owner_of_all(desk, &found.item)?;
            Ok(Output::done(desk, &report_found(desk, &session, &found)?))
        }
    }
}

/// Each thing has its own key, so one statement speaks of one.
fn owner_of_all(desk: &Desk, texts: &[String]) -> Result<Session> {
    match items(desk, texts)?.as_slice() {
        [item] => owner(desk, *item).map(|(_, session)| session),
        _ => Err(ClientError::usage(words!(
            "each of your items has its own key: report them one by one",
            "每件物品有各自的密钥：请逐件报告",
            "cada item seu tem a sua chave: comunique um por um"
        ))),
    }
}

fn passed(desk: &Desk, owned: Owned, done: &Done) -> Result<Output> {
    Owned { state: Hold::Passed, ..owned }.keep(&desk.home)?;
    Ok(Output::done(desk, done))
}

fn list(desk: &Desk) -> Result<Output> {
    let all = buyer::owned(&desk.home)?;
    let state = |owned: &Owned| match owned.state {
        Hold::Asked => desk.say("asked for", "已请求", "pedido"),
        Hold::Claimed => desk.say("claimed", "已认领", "resgatado"),
        Hold::Passed => desk.say("passed on", "已转出", "passado adiante"),
    };
    let mut found = Vec::new();
    let mut rows = Vec::new();
    for owned in &all {
        let yours = match owned.state {
            Hold::Passed => Some(false),
            // Of the pieces of a batch the ledger shows no owners, only how many are claimed.
            _ if owned.unit.is_some() => None,
            _ => owner_of(desk, &owned.item).map(|key| key == owned.thumbprint.to_string()),
        };
        let answer = match yours {
            Some(true) => desk.say("yours", "归您所有", "seu"),
            Some(false) => desk.say("not yours", "不归您所有", "não é seu"),
            None => desk.say("not known", "不详", "não se sabe"),
        };
        // People count from one.
        let piece = owned.unit.map_or_else(String::new, |number| format!(" / {}", number.saturating_add(1)));
        rows.push([
            format!("{}{piece}", owned.item),
            state(owned).to_owned(),
            answer.to_owned(),
            owned.key.clone(),
        ]);
        found.push(json!({"item": owned.item, "key": owned.key, "thumbprint": owned.thumbprint,
            "state": owned.state, "unit": owned.unit, "yours": yours}));
    }
    let heads = [
        desk.say("item", "物品", "item"),
        desk.say("here", "本设备", "aqui"),
        desk.say("in the ledger", "账本中", "no registro"),
        desk.say("key", "密钥", "chave"),
    ];
    Ok(Output::new(Value::Array(found), table(heads, rows)))
}
