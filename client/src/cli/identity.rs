//! Commands about who signs: settings, keys, ledger, enrolment, roles, names.

use std::path::{Path, PathBuf};

use lode_ledger::event::body::YieldRange;
use lode_ledger::id::{LogIndex, Nonce};
use lode_ledger::key::KeyId;
use serde_json::json;

use super::args::{
    EnrolCommand, KeyCommand, LedgerCommand, LedgerOpen, NameCommand, RoleCommand, Setup, Sub, Suspend,
};
use super::desk::Desk;
use super::print::{Output, table, wrote};
use crate::commands::enrol::{self, Applicant};
use crate::commands::{identity, ledger as opening};
use crate::error::{ClientError, Result, random, words};
use crate::home::{LedgerName, read_json, write_durably, write_json};
use crate::keyring::{self, Cost, KeyInfo};
use crate::names::Names;
use crate::spec;

pub(super) fn setup(desk: &Desk, args: &Setup) -> Result<Output> {
    let mut config = desk.home.config()?;
    if let Some(url) = &desk.global.node {
        if let Some(node) = &desk.node {
            let found = node.ledger()?;
            if config.ledger.as_ref().is_some_and(|known| *known != found) {
                let id = &found.id;
                return Err(ClientError::usage(words!(
                    "{url} keeps another ledger ({id}); use another --home for it",
                    "{url} 保存的是另一账本（{id}）；请为其使用另一个 --home",
                    "{url} guarda outro registro ({id}); use outro --home para ele"
                )));
            }
            config.ledger = Some(found);
        }
        config.node = Some(url.trim_end_matches('/').to_owned());
    }
    if let Some(participant) = &args.participant {
        let id: lode_ledger::id::ParticipantId = desk.names.id(participant)?;
        config.participant = Some(id.to_string());
    }
    if let Some(key) = &args.key {
        config.key = Some(keyring::info(&desk.home, key)?.name);
    }
    config.tag_base = args.tag_base.clone().or(config.tag_base);
    desk.home.save_config(&config)?;
    let text = toml::to_string_pretty(&config).map_err(|error| ClientError::usage(error.to_string()))?;
    Ok(Output::new(serde_json::to_value(&config).unwrap_or_default(), text))
}

pub(super) fn key(desk: &Desk, args: Sub<KeyCommand>) -> Result<Output> {
    match args.command {
        KeyCommand::New { name } => {
            let made = keyring::create(&desk.home, &name, &desk.new_passphrase()?, Cost::Usual)?;
            let mut config = desk.home.config()?;
            if config.key.is_none() {
                config.key = Some(name);
                desk.home.save_config(&config)?;
            }
            Ok(keys(desk, &[made]))
        }
        KeyCommand::List => Ok(keys(desk, &keyring::list(&desk.home)?)),
        KeyCommand::Show { name } => Ok(keys(desk, &[keyring::info(&desk.home, &name)?])),
        KeyCommand::Request { name, participant, out } => {
            let participant = desk.names.id(&participant)?;
            let ledger = desk.ledger()?;
            let request = identity::key_request(&ledger.origin, participant, &desk.unlock(&name)?);
            write_json(&out, &request)?;
            let (path, text) = wrote(desk, &out);
            Ok(Output::new(json!({"file": path, "key": request.key}), text))
        }
        KeyCommand::Add { file, scope, device } => {
            let request = read_json(&file)?;
            let done = identity::key_add(&desk.session()?, &request, &scope, device.as_deref())?;
            Ok(Output::done(desk, &done))
        }
        KeyCommand::Revoke { key, reason, suspect_since, participant } => {
            let id: KeyId = match key.parse() {
                Ok(id) => id,
                Err(_) => keyring::info(&desk.home, &key)?.thumbprint,
            };
            let participant = match participant {
                Some(text) => desk.names.id(&text)?,
                None => desk.participant()?,
            };
            let since = suspect_since.map(LogIndex);
            let done = identity::key_revoke(&desk.session()?, participant, id, since, &reason)?;
            Ok(Output::done(desk, &done))
        }
        KeyCommand::Raise { name } => {
            let info = keyring::info(&desk.home, &name)?;
            let number = keyring::raise_sequence(&desk.home, info.thumbprint)?;
            let text =
                format!("{name}: {} {number}", desk.say("continues after", "继续自", "continua depois de"));
            Ok(Output::new(json!({"key": name, "sequence": number}), text))
        }
    }
}

fn keys(desk: &Desk, keys: &[KeyInfo]) -> Output {
    let rows = keys.iter().map(|key| [key.name.clone(), key.public.to_string(), key.thumbprint.to_string()]);
    let heads = [
        desk.say("key", "密钥", "chave"),
        desk.say("public half", "公钥", "parte pública"),
        desk.say("thumbprint", "指纹", "impressão"),
    ];
    Output::new(serde_json::to_value(keys).unwrap_or_default(), table(heads, rows))
}

pub(super) fn ledger(desk: &Desk, args: Sub<LedgerCommand>) -> Result<Output> {
    let LedgerCommand::Open(args) = args.command;
    let request: opening::LedgerRequest = read_json(&args.request)?;
    let keys = args.key.iter().map(|name| desk.unlock(name)).collect::<Result<Vec<_>>>()?;
    let policy = policy_of(&args)?;
    let nonce = Nonce(random()?);
    let opened = opening::open(&desk.home, &request, &args.name, &keys, nonce, desk.at()?, &policy)?;
    write_durably(&args.out, &opened.genesis)?;
    let mut config = desk.home.config()?;
    config.participant = Some(opened.registrar.to_string());
    config.key = args.key.first().cloned();
    config.ledger =
        Some(LedgerName { origin: request.origin.as_str().to_owned(), id: opened.ledger.clone() });
    desk.home.save_config(&config)?;
    let (_, text) = wrote(desk, &args.out);
    let words = desk.say("ledger", "账本", "registro");
    let registrar = desk.say("registrar", "登记机构", "registrador");
    let text = format!("{words}: {}\n{registrar}: {}\n{text}", opened.ledger, opened.registrar);
    Ok(Output::new(serde_json::to_value(&opened).unwrap_or_default(), text))
}

fn policy_of(args: &LedgerOpen) -> Result<opening::Policy> {
    Ok(opening::Policy {
        ruleset: args.ruleset,
        skew_s: args.skew_s,
        late_after_s: args.late_after_s,
        receipt_reason: spec::ppm(args.receipt_reason_ppm)?,
        receipt_countersign: spec::ppm(args.receipt_countersign_ppm)?,
        scale: spec::ppm(args.scale_ppm)?,
        yields: args.yields.iter().map(|text| yield_range(text)).collect::<Result<Vec<_>>>()?,
        max_forward_items: args.max_forward_items,
    })
}

pub(super) fn yield_range(text: &str) -> Result<YieldRange> {
    let read = || {
        let (step, range) = text.split_once('=')?;
        let (min, max) = range.split_once("..")?;
        Some((step, min.parse().ok()?, max.parse().ok()?))
    };
    let wrong = || spec::expected(text, spec::as_in("STEP=MIN..MAX (ppm)", "carve=50000..600000"));
    let (step, min, max) = read().ok_or_else(wrong)?;
    Ok(YieldRange { step: spec::code(step)?, min_ppm: spec::ppm(min)?, max_ppm: spec::ppm(max)? })
}

pub(super) fn enrol(desk: &Desk, args: Sub<EnrolCommand>) -> Result<Output> {
    match args.command {
        EnrolCommand::Request {
            name,
            country,
            role,
            person,
            key,
            issuer_code,
            registration,
            origin,
            out,
        } => {
            let origin = match origin {
                Some(origin) => origin,
                None => desk.ledger()?.origin,
            };
            let applicant = Applicant {
                name,
                person,
                country: spec::code(&country)?,
                roles: role.iter().map(|role| spec::code(role)).collect::<Result<Vec<_>>>()?,
                issuer_code,
                registration,
            };
            let request = enrol::request(&origin, applicant, &desk.unlock(&key)?, Nonce(random()?));
            write_json(&out, &request)?;
            let (path, text) = wrote(desk, &out);
            let next = desk.say(
                "hand it to the registrar; then `lode enrol accept GRANT`",
                "交给登记机构；收到回执后运行 `lode enrol accept 回执`",
                "entregue ao registrador; depois `lode enrol accept CONCESSÃO`",
            );
            Ok(Output::new(json!({"file": path, "key": request.key}), format!("{text}\n{next}")))
        }
        EnrolCommand::Grant { file, out } => {
            let request = read_json(&file)?;
            let (done, grant) = enrol::grant(&desk.session()?, &request)?;
            let out = out.unwrap_or_else(|| beside(&file));
            write_json(&out, &grant)?;
            let (path, text) = wrote(desk, &out);
            let output = Output::done(desk, &done).with("participant", json!(grant.participant), &text);
            Ok(output.with("file", path, ""))
        }
        EnrolCommand::Accept { file, key } => {
            let config = enrol::accept(&desk.home, &read_json(&file)?, &key)?;
            let text =
                toml::to_string_pretty(&config).map_err(|error| ClientError::usage(error.to_string()))?;
            Ok(Output::new(serde_json::to_value(&config).unwrap_or_default(), text))
        }
    }
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".grant.json");
    PathBuf::from(name)
}

pub(super) fn role(desk: &Desk, args: Sub<RoleCommand>) -> Result<Output> {
    let done = match args.command {
        RoleCommand::Grant { participant, role } => {
            identity::role_grant(&desk.session()?, desk.names.id(&participant)?, spec::code(&role)?)?
        }
        RoleCommand::Revoke { participant, role, reason } => identity::role_revoke(
            &desk.session()?,
            desk.names.id(&participant)?,
            spec::code(&role)?,
            &reason,
        )?,
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn suspend(desk: &Desk, args: &Suspend) -> Result<Output> {
    let done = identity::suspend(&desk.session()?, desk.names.id(&args.participant)?, &args.reason)?;
    Ok(Output::done(desk, &done))
}

pub(super) fn name(desk: &Desk, args: Sub<NameCommand>) -> Result<Output> {
    let mut names = Names::load(&desk.home)?;
    if let NameCommand::Set { name, id } = args.command {
        names.set(&desk.home, &name, &id)?;
    }
    let map: serde_json::Map<_, _> = names.iter().map(|(name, id)| (name.to_owned(), json!(id))).collect();
    let rows = names.iter().map(|(name, id)| [name.to_owned(), id.to_owned()]);
    Ok(Output::new(json!(map), table([desk.say("name", "名称", "nome"), "id"], rows)))
}
