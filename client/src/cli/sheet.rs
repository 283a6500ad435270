//! `lode lot declare --from`: the whole sheet, its mistakes in a table, its lots in another.

use std::path::Path;

use indicatif::ProgressBar;
use lode_ledger::lang::Lang;
use serde_json::json;

use super::args::Declare;
use super::desk::Desk;
use super::print::{Output, table, wrote};
use super::trade::{documents, link_key};
use crate::error::{Result, exit};
use crate::import::{self, ImportOptions, ImportReport};
use crate::sheet::SheetNote;
use crate::spec;

pub(super) fn declare(desk: &Desk, args: &Declare, file: &Path) -> Result<Output> {
    let session = desk.session()?;
    let mut proofs = documents(&session, &args.document, false)?;
    proofs.extend(documents(&session, &args.public_document, true)?);
    let options = ImportOptions {
        entry: spec::code(&args.entry)?,
        form: spec::code(&args.form)?,
        method: spec::code(&args.method)?,
        resolution: spec::mass(&args.resolution)?,
        grade_scheme: args.graded.grade_scheme.clone(),
        grader: args.graded.grader.clone(),
        documents: proofs,
        supplier: args.supplier_participant.as_deref().map(|text| desk.names.id(text)).transpose()?,
        supplier_link: link_key(args)?,
        lots_per_statement: args.lots_per_statement,
        dry_run: args.dry_run,
        again: args.again,
    };
    let bar = if desk.global.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
    let mut progress = |sent: usize, total: usize| {
        bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(sent).unwrap_or(u64::MAX));
    };
    let report = import::declare(&session, file, &options, desk.lang, &mut progress)?;
    bar.finish_and_clear();
    imported(desk, file, &report)
}

fn imported(desk: &Desk, file: &Path, report: &ImportReport) -> Result<Output> {
    let mut text = sheets(desk, report) + &notes(desk, &report.notes);
    let heads = [
        desk.say("row", "行", "linha"),
        desk.say("column", "列", "coluna"),
        desk.say("value", "值", "valor"),
        desk.say("what is wrong", "问题", "problema"),
    ];
    let mistakes: Vec<[String; 4]> = report
        .errors
        .iter()
        .map(|error| {
            let column = format!("{} {}", error.column, error.heading);
            [error.row.to_string(), column.trim().to_owned(), error.value.clone(), error.message.clone()]
        })
        .chain(report.refused.iter().map(|refused| {
            let column = format!("{} {}", refused.column, refused.heading);
            // What no column says, as the masses' method, is named as the event has it.
            let told = match refused.column.as_str() {
                "" => refused.refusal.told(desk.lang),
                _ => refused.refusal.reason(desk.lang),
            };
            [range(refused.row, refused.last), column.trim().to_owned(), String::new(), told]
        }))
        .collect();
    let errors: Vec<_> = report
        .errors
        .iter()
        .map(|error| {
            json!({"row": error.row, "column": error.column, "heading": error.heading, "value": error.value,
                   "code": error.code.as_str(), "message": error.message})
        })
        .chain(report.refused.iter().map(|refused| {
            json!({"row": refused.row, "last_row": refused.last, "column": refused.column,
                   "heading": refused.heading, "refusal": refused.refusal})
        }))
        .collect();
    let mut json = json!({
        "dry_run": report.dry_run, "statements": report.statements, "already": report.already,
        "sheet": report.sheet, "passed_over": report.passed_over, "offline": report.offline,
        "lots": report.lots, "errors": errors, "more_errors": report.more_errors, "waits": report.waits,
        "notes": report.notes.iter().map(|note| json!({"row": note.row, "message": note.message})).collect::<Vec<_>>(),
    });
    if !mistakes.is_empty() {
        let count = mistakes.len() + report.more_errors;
        text.push_str(&table(heads, mistakes));
        text.push_str(&format!("\n{}\n", mend(desk, report, count)));
        let mut output = Output::new(json, text);
        output.code = exit::REFUSED;
        return Ok(output);
    }
    let heads = [
        desk.say("row", "行", "linha"),
        desk.say("supplier's lot", "供应商批号", "lote do fornecedor"),
        desk.say("net", "净重", "líquido"),
        desk.say("lot", "批号", "lote"),
        desk.say("log index", "账本序号", "índice"),
    ];
    let rows = report.lots.iter().map(|lot| {
        let index = lot.index.map_or_else(|| "-".to_owned(), |index| index.to_string());
        [lot.row.to_string(), lot.supplier_lot.clone(), lot.net.to_string(), lot.item.to_string(), index]
    });
    text.push_str(&table(heads, rows));
    text.push('\n');
    text.push_str(&before(desk, report));
    if report.dry_run && report.offline {
        text.push_str(desk.say(
            "dry run: the sheet is in order; without a node the ledger was not asked, and nothing was sent\n",
            "试运行：表格无误；没有节点，未询问账本，未发送\n",
            "ensaio: a planilha está em ordem; sem nó o registro não foi consultado, e nada foi enviado\n",
        ));
    } else if report.dry_run {
        text.push_str(desk.say(
            "dry run: everything would be accepted, nothing was sent\n",
            "试运行：全部可接受，未发送\n",
            "ensaio: tudo seria aceito, nada foi enviado\n",
        ));
    } else {
        let path = import::write_mapping(file, &report.lots)?;
        let (shown, words) = wrote(desk, &path);
        if let serde_json::Value::Object(members) = &mut json {
            members.insert("mapping".to_owned(), shown);
        }
        text.push_str(&words);
    }
    if let Some(refusal) = &report.waits {
        let words = desk.say(
            "the node does not take the rest for now; what is signed is kept: run the same command again later",
            "节点暂不接收其余部分；已签名的已保存：请稍后重新运行同一命令",
            "o nó não aceita o resto agora; o que está assinado fica guardado: repita o mesmo comando mais tarde",
        );
        text.push_str(&format!("{words} ({})\n", refusal.message));
    }
    let mut output = Output::new(json, text);
    let waits = !report.dry_run && report.lots.iter().any(|lot| lot.index.is_none());
    if waits && !desk.global.offline {
        output.code = exit::QUEUED;
    }
    Ok(output)
}

/// Which sheet was read, where the workbook has more than one.
fn sheets(desk: &Desk, report: &ImportReport) -> String {
    let Some(sheet) = report.sheet.as_deref().filter(|_| !report.passed_over.is_empty()) else {
        return String::new();
    };
    let others = report.passed_over.join(desk.say(", ", "、", ", "));
    match desk.lang {
        Lang::En => format!("read: sheet {sheet}; not read: {others}\n"),
        Lang::Zh => format!("已读取工作表 {sheet}；未读取：{others}\n"),
        Lang::Pt => format!("lida: aba {sheet}; não lidas: {others}\n"),
    }
}

/// How many of the lots an earlier run had declared.
fn before(desk: &Desk, report: &ImportReport) -> String {
    let (already, all) = (report.already, report.lots.len());
    match (already, desk.lang) {
        (0, _) => String::new(),
        (_, Lang::En) => format!("{already} of {all} lots were declared before\n"),
        (_, Lang::Zh) => format!("{all} 批中有 {already} 批此前已登记\n"),
        (_, Lang::Pt) => format!("{already} de {all} lotes já estavam declarados\n"),
    }
}

/// How many mistakes there are, and what to do about them.
fn mend(desk: &Desk, report: &ImportReport, count: usize) -> String {
    let words = if report.lots.iter().any(|lot| lot.index.is_some()) {
        desk.say(
            "mistakes: correct these cells and run the command again; what is declared already stays declared",
            "处错误：请改正后重新运行；已登记的不会重复",
            "erros: corrija estas células e repita o comando; o já declarado permanece",
        )
    } else {
        desk.say(
            "mistakes: nothing was declared; correct these cells and run the command again",
            "处错误：未登记任何内容；请改正后重新运行",
            "erros: nada foi declarado; corrija estas células e repita o comando",
        )
    };
    format!("{count} {words}")
}

/// What the importer should know, each thing once with its rows: a sheet of sixty lots has the same to say of most.
fn notes(desk: &Desk, notes: &[SheetNote]) -> String {
    let mut rows: Vec<(&str, Vec<u32>)> = Vec::new();
    for note in notes {
        match rows.iter_mut().find(|(message, _)| *message == note.message) {
            Some((_, rows)) => rows.push(note.row),
            None => rows.push((&note.message, vec![note.row])),
        }
    }
    let mut text = String::new();
    for (message, rows) in rows {
        let (one, many) = (rows.len() == 1, ranges(&rows));
        text.push_str(&match desk.lang {
            Lang::En => format!("{} {many}: {message}\n", if one { "row" } else { "rows" }),
            Lang::Zh => format!("第 {many} 行：{message}\n"),
            Lang::Pt => format!("{} {many}: {message}\n", if one { "linha" } else { "linhas" }),
        });
    }
    text
}

/// `5-8, 10` of 5, 6, 7, 8, 10.
fn ranges(rows: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some((_, last)) if last.saturating_add(1) == *row => *last = *row,
            _ => ranges.push((*row, *row)),
        }
    }
    ranges.iter().map(|(first, last)| range(*first, *last)).collect::<Vec<_>>().join(", ")
}

fn range(first: u32, last: u32) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

#[cfg(test)]
mod tests {
    #[test]
    fn rows_that_follow_each_other_are_one_range() {
        assert_eq!(super::ranges(&[5, 6, 7, 8, 10, 12, 13]), "5-8, 10, 12-13");
        assert_eq!(super::ranges(&[4]), "4");
    }
}
