//! What a newcomer sees of the demonstration. Words and tables only.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use lode_ledger::lang::Lang;
use lode_ledger::verdict::Report;

use crate::Options;
use crate::frauds::Tried;
use crate::people::PASSPHRASE;
use crate::stage::Stage;
use crate::story::Outcome;

/// Columns of a table, whatever the window: nobody tells it here.
const WIDTH: u16 = 120;

fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header(headings);
    table
}

/// What happened, and what was refused.
pub(crate) fn story(out: &mut dyn Write, stage: &Stage, frauds: &[Tried]) -> Result<()> {
    writeln!(out, "\nSix weeks of the crystal trade, signed by seven parties, on a ledger of their own\n")?;
    let mut rows = table(&["day", "who", "event", "what happened", "entry"]);
    for told in &stage.told {
        rows.add_row([&told.day.to_string(), told.who, told.event, &told.text, &told.index.to_string()]);
    }
    writeln!(out, "{rows}\n\nThree frauds, and how each was refused\n")?;
    let mut rows = table(&["what was tried", "by", "rule", "what the node said"]);
    for tried in frauds {
        let refusal = &tried.refused.refusal;
        let rule = refusal.rule.as_deref().unwrap_or("-");
        rows.add_row([tried.what, tried.refused.who, rule, &refusal.message]);
    }
    writeln!(out, "{rows}")?;
    Ok(())
}

/// What the verifier says, which trusts nothing but the trust file.
pub(crate) fn verdicts(
    out: &mut dyn Write,
    dir: &Path,
    verdicts: &[(&str, Report)],
    lang: Lang,
) -> Result<()> {
    for (what, report) in verdicts {
        writeln!(out, "\n$ lode-verify {what} --trust trust.policy    (in {})\n", dir.display())?;
        writeln!(out, "{}", report.text(lang))?;
    }
    Ok(())
}

/// Where to look next.
pub(crate) fn farewell(
    out: &mut dyn Write,
    dir: &Path,
    url: &str,
    outcome: &Outcome,
    options: &Options,
) -> Result<()> {
    // A tag carries no language; the reader's browser says it. Here it was said on the command line.
    let language = match options.lang {
        Lang::En => String::new(),
        other => format!("?lang={}", other.tag()),
    };
    let page = format!("{url}/T/{}{language}", outcome.tag);
    writeln!(out, "\nProof file   {}", dir.join("piece.lode").display())?;
    writeln!(out, "Static log   {}", dir.join("log").display())?;
    writeln!(out, "Trust file   {}", dir.join("trust.policy").display())?;
    writeln!(out, "People       {} (passphrase of every key: {PASSPHRASE})", dir.join("people").display())?;
    writeln!(out, "Hidden code  {} (one would find it under the scratch field)", outcome.claim)?;
    if options.exit {
        writeln!(out, "Piece's page {page}   (not served any more: --exit)")?;
    } else {
        writeln!(out, "\nThe piece's page, as a buyer sees it who scans its tag:\n\n    {page}\n")?;
        writeln!(out, "Serving until Ctrl-C.")?;
    }
    out.flush()?;
    Ok(())
}
