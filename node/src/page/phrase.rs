//! One event in one plain sentence, seen from one item or job.

use lode_ledger::event::Event;
use lode_ledger::event::body::{OutputKind, WorkCompleted};
use lode_ledger::json::Json;
use lode_ledger::mass::Milligrams;
use lode_ledger::record::{Item, RecordKey};

use super::market;
use super::source::Reader;
use super::text::{PageLang, Texts};
use super::vouched;

/// What an event did, in a few words; empty where its title says it all.
pub(super) fn phrase(
    reader: &Reader<'_>,
    texts: Texts,
    event: &Event,
    of: &RecordKey,
    output_of: Option<&Item>,
) -> String {
    let lang = texts.0.lang();
    let zh = texts.0 == PageLang::Zh;
    match event {
        Event::LotDeclared(body) => {
            let names: Vec<String> = body.origins.iter().map(|o| o.country.name(lang).to_owned()).collect();
            let what = body.variety.map_or_else(|| body.species.name(lang), |variety| variety.name(lang));
            let (mass, names, how) = (body.mass.net_mg, texts.list(&names), body.entry.name(lang));
            if zh {
                format!("{what} {mass}，产地申报为{names}（{how}）")
            } else {
                format!("{mass} of {what} from {names} ({how})")
            }
        }
        Event::SupplierCountersigned(body) => {
            let (mass, country) = (body.net_mg, body.country.name(lang));
            if zh {
                format!("确认 {mass}，来自{country}")
            } else {
                format!("confirms {mass} from {country}")
            }
        }
        Event::ConsignmentReceived(body) => {
            let line = body.lines.iter().find(|line| RecordKey::Item(line.item) == *of);
            line.map_or_else(String::new, |line| weighed(texts, line.received_mg))
        }
        Event::LotSplit(body) => {
            if RecordKey::Item(body.item) == *of {
                let parts = body.parts.len();
                if zh { format!("分出 {parts} 份") } else { format!("{parts} parts taken from it") }
            } else {
                output_of.map_or_else(String::new, |item| {
                    let mass = item.mass.entered;
                    if zh {
                        format!("分出 {mass}，单独成批")
                    } else {
                        format!("{mass} taken as a lot of its own")
                    }
                })
            }
        }
        Event::LotMerged(body) => {
            let (inputs, mass) = (body.inputs.len(), body.mass_mg);
            if zh {
                format!("{inputs} 批合为 {mass}")
            } else {
                format!("{inputs} lots poured together: {mass}")
            }
        }
        Event::LossRecorded(body) => lost(texts, body.loss.mass_mg, body.loss.reason.name(lang)),
        Event::TreatmentDeclared(body) => {
            let said =
                body.treatments.iter().map(|s| texts.bracketed(s.treatment.name(lang), s.finding.name(lang)));
            texts.list(&said.collect::<Vec<_>>())
        }
        Event::TreatmentApplied(body) => {
            let parameters = body.parameters.as_ref().map(ToString::to_string);
            join(texts, [Some(body.treatment.name(lang).to_owned()), parameters])
        }
        // The same certificate on another item touches this one too: it collides.
        Event::CertificateLinked(body) if RecordKey::Item(body.item) != *of => {
            let certificate = format!("{} {}", body.issuer_code, body.number);
            let other = super::timeline::short(&RecordKey::Item(body.item));
            if zh {
                format!("{certificate} 被用于另一件：{other}")
            } else {
                format!("{certificate} is shown for another item, {other}")
            }
        }
        Event::CertificateLinked(body) => {
            let mut parts = vec![format!("{} {}", body.issuer_code, body.number)];
            parts.extend(
                body.findings.iter().map(|s| texts.bracketed(s.treatment.name(lang), s.finding.name(lang))),
            );
            texts.list(&parts)
        }
        Event::WorkStarted(body) => {
            let mass = Milligrams::total(body.inputs.iter().map(|input| input.mass_mg)).unwrap_or_default();
            let title = body.title.as_ref().map(ToString::to_string);
            let put_in = if zh { format!("投料 {mass}") } else { format!("{mass} put in") };
            join(texts, [Some(body.process.name(lang).to_owned()), title, Some(put_in)])
        }
        Event::StepLogged(body) => {
            let mass = body.mass_mg.map(|mass| weighed(texts, mass));
            join(texts, [Some(body.step.name(lang).to_owned()), mass])
        }
        Event::WorkCompleted(body) => completed(texts, body, of, output_of),
        Event::CustodyOffered(body) => {
            let to = reader.name(&body.to, texts);
            if zh { format!("交付给{to}") } else { format!("to {to}") }
        }
        Event::CustodyAccepted(body) => {
            let line = body.lines.iter().find(|line| RecordKey::Item(line.item) == *of);
            let mass = line.map(|line| weighed(texts, line.measured_mg));
            join(texts, [mass, body.condition.as_ref().map(ToString::to_string)])
        }
        Event::MassAdjusted(body) => {
            let change = if zh {
                format!("由 {} 调整为 {}", body.was_mg, body.left_mg)
            } else {
                format!("{} becomes {}", body.was_mg, body.left_mg)
            };
            join(texts, [Some(change), Some(body.reason.name(lang).to_owned())])
        }
        Event::PiecesSerialised(body) => {
            let pieces = body.pieces.len();
            if zh { format!("{pieces} 件转为单件") } else { format!("{pieces} pieces of their own") }
        }
        Event::ItemAssembled(body) => {
            let foreign = body.foreign.iter().map(|foreign| foreign.material.name(lang).to_owned());
            let parts = body.components.len();
            let parts = if zh { format!("{parts} 种组件") } else { format!("{parts} components") };
            texts.list(&std::iter::once(parts).chain(foreign).collect::<Vec<_>>())
        }
        Event::ItemDisassembled(body) => {
            let parts = body.parts.len();
            if zh { format!("拆为 {parts} 份") } else { format!("into {parts} parts") }
        }
        Event::ItemRepaired(body) => {
            let what = body.what.as_ref().map(ToString::to_string);
            let recut = body.recut.unwrap_or(false).then(|| texts.cut_again().to_owned());
            join(texts, [Some(body.step.name(lang).to_owned()), what.or(recut)])
        }
        Event::ItemDestroyed(body) => {
            let explanation = body.explanation.as_ref().map(ToString::to_string);
            join(texts, [Some(body.reason.name(lang).to_owned()), explanation])
        }
        Event::CustodyRejected(body) => body.reason.to_string(),
        Event::TagBound(body) => body.code.to_string(),
        Event::TagReplaced(body) => {
            let text = if zh {
                format!("{} 换为 {}", body.old, body.code)
            } else {
                format!("{} gives way to {}", body.old, body.code)
            };
            join(texts, [Some(text), Some(body.reason.to_string())])
        }
        Event::SaleRecorded(body) => {
            let to = body.destination.map(|country| {
                let name = country.name(lang);
                if zh { format!("买家所在地：{name}") } else { format!("destination: {name}") }
            });
            join(texts, [Some(body.channel.name(lang).to_owned()), to])
        }
        Event::SaleCancelled(body) => body.reason.to_string(),
        Event::EventCorrected(body) => {
            let show = |value: &Option<lode_ledger::event::body::AnyValue>| {
                value.as_ref().map_or_else(|| "–".to_owned(), |value| plain(&value.0))
            };
            let field = texts.field(body.field.as_str());
            let (old, new) = (show(&body.old), show(&body.new));
            let change = if zh {
                format!("{field}：由“{old}”改为“{new}”")
            } else {
                format!("{field}: \"{old}\" becomes \"{new}\"")
            };
            join(texts, [Some(change), Some(body.reason.to_string())])
        }
        other => {
            vouched::phrase(reader, texts, other, of).unwrap_or_else(|| market::phrase(reader, texts, other))
        }
    }
}

fn completed(texts: Texts, body: &WorkCompleted, of: &RecordKey, output_of: Option<&Item>) -> String {
    let zh = texts.0 == PageLang::Zh;
    let lang = texts.0.lang();
    let mut parts = Vec::new();
    let of_item = matches!(of, RecordKey::Item(_));
    if let (true, Some(item)) = (of_item, output_of) {
        parts.push(Some(item.mass.entered.to_string()));
    } else {
        let pieces = body.outputs.iter().filter(|output| output.kind == OutputKind::Piece).count();
        let mass = Milligrams::total(body.outputs.iter().map(|output| output.mass_mg)).unwrap_or_default();
        let all = body.outputs.len();
        parts.push(Some(match (zh, pieces == all) {
            (true, true) => format!("完成 {all} 件，{mass}"),
            (true, false) => format!("产出 {all} 项，{mass}"),
            (false, true) if all == 1 => format!("1 piece of {mass}"),
            (false, true) => format!("{all} pieces, {mass}"),
            (false, false) => format!("{all} outputs, {mass}"),
        }));
    }
    if let Some(first) = body.losses.first() {
        let total = Milligrams::total(body.losses.iter().map(|loss| loss.mass_mg)).unwrap_or_default();
        let text = lost(texts, total, first.reason.name(lang));
        // One of several things that came of a job did not lose what the whole job lost.
        parts.push(Some(match (of_item, zh) {
            (true, true) => format!("整个工单{text}"),
            (true, false) => format!("of the whole job {text}"),
            (false, _) => text,
        }));
    }
    join(texts, parts)
}

fn weighed(texts: Texts, mass: Milligrams) -> String {
    if texts.0 == PageLang::Zh { format!("称得 {mass}") } else { format!("{mass} on the scale") }
}

fn lost(texts: Texts, mass: Milligrams, reason: &str) -> String {
    if texts.0 == PageLang::Zh {
        format!("损耗 {mass}（{reason}）")
    } else {
        format!("{mass} lost ({reason})")
    }
}

fn join(texts: Texts, parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(if texts.0 == PageLang::Zh { "，" } else { ", " })
}

/// A JSON value as a person reads it: texts without quotes, sealed values as a word.
pub(super) fn plain(value: &Json) -> String {
    match value {
        Json::Str(text) => text.clone(),
        Json::Obj(fields) if fields.iter().any(|(name, _)| name == "sealed") => "•••".to_owned(),
        other => other.write(),
    }
}
