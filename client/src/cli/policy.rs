//! `lode policy`: what is in force, and what a registrar puts in its place. Nothing is signed before it was shown and
//! confirmed with `--yes`.

use lode_ledger::event::body::YieldRange;
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::{PolicyAdopt, PolicyCommand, Sub};
use super::desk::Desk;
use super::identity::yield_range;
use super::print::{Output, table};
use crate::commands::ledger::{Policy, adopted};
use crate::error::{ClientError, Result, words};
use crate::spec;

/// The policy in force, as the node tells it.
#[derive(Clone, Debug, Deserialize)]
struct InForce {
    ruleset: u32,
    skew_s: u32,
    late_after_s: u32,
    receipt_reason_ppm: u32,
    receipt_countersign_ppm: u32,
    scale_ppm: u32,
    yields: Vec<InForceYield>,
    max_forward_items: u32,
}

#[derive(Clone, Debug, Deserialize)]
struct InForceYield {
    step: String,
    min_ppm: u32,
    max_ppm: u32,
}

pub(super) fn policy(desk: &Desk, args: Sub<PolicyCommand>) -> Result<Output> {
    let (now, told) = in_force(desk)?;
    match args.command {
        PolicyCommand::Show => {
            let heads = [figure(desk), desk.say("in force", "现行", "em vigor")];
            let text = table(heads, figures(desk, &now).map(|(name, value)| [name.to_owned(), value]));
            Ok(Output::new(told, text))
        }
        PolicyCommand::Adopt(args) => adopt(desk, &now, &args),
    }
}

fn adopt(desk: &Desk, now: &Policy, args: &PolicyAdopt) -> Result<Output> {
    let new = changed(now, args)?;
    let changes: Vec<[String; 3]> = figures(desk, now)
        .into_iter()
        .zip(figures(desk, &new))
        .filter(|((_, was), (_, is))| was != is)
        .map(|((name, was), (_, is))| [name.to_owned(), was, is])
        .collect();
    if changes.is_empty() {
        return Err(ClientError::usage(words!(
            "nothing would change: name a figure that is another than what `lode policy show` tells",
            "没有任何变化：请指定与 `lode policy show` 不同的数值",
            "nada mudaria: indique um número diferente do que `lode policy show` mostra"
        )));
    }
    let heads = [figure(desk), desk.say("in force", "现行", "em vigor"), desk.say("then", "之后", "depois")];
    let text = table(heads, changes.iter().cloned());
    if !args.yes {
        let words = desk.say(
            "nothing was signed: add --yes to put this in force for what comes after it",
            "尚未签署：加 --yes 即对之后的记录生效",
            "nada foi assinado: acrescente --yes para valer para o que vier depois",
        );
        return Ok(Output::new(json!({"adopted": false, "changes": changes}), format!("{text}\n{words}\n")));
    }
    let session = desk.session()?;
    let done = session.send(&[adopted(&new, session.now())?])?;
    Ok(Output::done(desk, &done).with("changes", json!(changes), &text))
}

fn in_force(desk: &Desk) -> Result<(Policy, Value)> {
    let told = desk.node()?.get("/v1/ledger")?;
    let told = told.get("policy").cloned().unwrap_or_default();
    let now: InForce = serde_json::from_value(told.clone()).map_err(|_| {
        ClientError::usage(words!(
            "the node does not tell the policy in force: it may be older than this program",
            "节点未给出现行规则：可能比本程序旧",
            "o nó não informa a política em vigor: pode ser mais antigo que este programa"
        ))
    })?;
    let policy = Policy {
        ruleset: now.ruleset,
        skew_s: now.skew_s,
        late_after_s: now.late_after_s,
        receipt_reason: spec::ppm(now.receipt_reason_ppm)?,
        receipt_countersign: spec::ppm(now.receipt_countersign_ppm)?,
        scale: spec::ppm(now.scale_ppm)?,
        yields: now
            .yields
            .iter()
            .map(|range| {
                Ok(YieldRange {
                    step: spec::code(&range.step)?,
                    min_ppm: spec::ppm(range.min_ppm)?,
                    max_ppm: spec::ppm(range.max_ppm)?,
                })
            })
            .collect::<Result<Vec<_>>>()?,
        max_forward_items: now.max_forward_items,
    };
    Ok((policy, told))
}

/// The policy with what was named in it.
fn changed(now: &Policy, args: &PolicyAdopt) -> Result<Policy> {
    let mut yields = now.yields.clone();
    for text in &args.yields {
        let range = match text.strip_suffix("=none") {
            Some(step) => Err(spec::code(step)?),
            None => Ok(yield_range(text)?),
        };
        let step = range.as_ref().map_or_else(|step| *step, |range| range.step);
        yields.retain(|known| known.step != step);
        yields.extend(range.ok());
    }
    yields.sort_by_key(|range| range.step);
    Ok(Policy {
        ruleset: args.ruleset.unwrap_or(now.ruleset),
        skew_s: args.skew_s.unwrap_or(now.skew_s),
        late_after_s: args.late_after_s.unwrap_or(now.late_after_s),
        receipt_reason: args.receipt_reason_ppm.map_or(Ok(now.receipt_reason), spec::ppm)?,
        receipt_countersign: args.receipt_countersign_ppm.map_or(Ok(now.receipt_countersign), spec::ppm)?,
        scale: args.scale_ppm.map_or(Ok(now.scale), spec::ppm)?,
        yields,
        max_forward_items: args.max_forward_items.unwrap_or(now.max_forward_items),
    })
}

const fn figure(desk: &Desk) -> &'static str {
    desk.say("figure", "数值", "número")
}

fn figures(desk: &Desk, policy: &Policy) -> [(&'static str, String); 8] {
    let yields: Vec<String> = policy
        .yields
        .iter()
        .map(|range| format!("{}={}..{}", range.step, range.min_ppm.get(), range.max_ppm.get()))
        .collect();
    [
        (desk.say("ruleset", "规则集", "conjunto de regras"), policy.ruleset.to_string()),
        (
            desk.say("clock may be wrong by", "时钟误差不超过", "erro de relógio até"),
            format!("{} s", policy.skew_s),
        ),
        (desk.say("late after", "迟报界限", "tardio depois de"), format!("{} s", policy.late_after_s)),
        (
            desk.say("receipt without a reason", "收货差异无须说明", "recebimento sem motivo"),
            format!("{} ppm", policy.receipt_reason.get()),
        ),
        (
            desk.say(
                "receipt without a counter-signature",
                "收货差异无须会签",
                "recebimento sem contra-assinatura",
            ),
            format!("{} ppm", policy.receipt_countersign.get()),
        ),
        (
            desk.say("between two scales", "两秤之间", "entre duas balanças"),
            format!("{} ppm", policy.scale.get()),
        ),
        (desk.say("plausible yields", "合理出成率", "rendimentos plausíveis"), yields.join(" ")),
        (
            desk.say("a correction reaches", "更正可及件数", "alcance de uma correção"),
            policy.max_forward_items.to_string(),
        ),
    ]
}
