//! Results: one object for machines, tables for people. Ratios are of the bare `verify_strict` loop of the same run.

use std::io::Write;

use anyhow::Result;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use super::display::{grouped, millis};
use super::drive::Measured;
use super::memory::{Moment, some_of};
use super::offline::Offline;
use super::process::{Disk, Usage};
use crate::history::Summary;

/// So many moments stand for how the memory went.
const MOMENTS: usize = 11;

/// Everything of one run of the tool.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Where it ran.
    pub machine: Machine,
    /// Bare signature checks per second on one core.
    pub bare_one_core_per_second: u64,
    /// And on all.
    pub bare_all_cores_per_second: u64,
    /// What was run, in order.
    pub scenarios: Vec<Scenario>,
}

/// The hardware, as far as `/proc` tells.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mib: u64,
}

/// One scenario on a ledger of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// Events in each statement.
    pub events_per_statement: usize,
    /// Statements in one request.
    pub statements_per_request: usize,
    /// Bytes of a statement, on average.
    pub statement_bytes: usize,
    /// Entries of the log before it.
    pub entries_before: u64,
    /// What each kind of request gave.
    pub streams: Vec<Measured>,
    /// What the node used during the load: processor time of it, memory at its end, and the peak so far.
    pub node: Usage,
    /// Memory of the node during the load.
    pub memory: Vec<Moment>,
    /// Processor time of the load tool itself during the load.
    pub load_tool_cpu_ms: u64,
    /// Kept answers whose proofs were checked, and held.
    pub proofs_checked: u64,
    /// How long the node took to stop.
    pub stop_ms: u64,
    /// What it left on the disk.
    pub disk: Disk,
    /// Bytes on the disk for each statement of the load.
    pub disk_per_statement: u64,
    /// The folder at rest.
    pub offline: Option<Offline>,
    /// What the history checker looked at; it found nothing wrong.
    pub history: Option<Summary>,
}

impl Machine {
    /// This one.
    #[must_use]
    pub fn this() -> Self {
        let read = |path: &str, name: &str| -> Option<String> {
            let text = std::fs::read_to_string(path).ok()?;
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
        };
        let memory = read("/proc/meminfo", "MemTotal:").unwrap_or_default();
        let memory = memory.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok());
        Self {
            processor: read("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_mib: memory.unwrap_or_default() / 1024,
        }
    }
}

impl Run {
    /// Writes tables, or one JSON object.
    ///
    /// # Errors
    /// The output is closed.
    pub fn print(&self, json: bool) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if json {
            serde_json::to_writer_pretty(&mut out, self)?;
            writeln!(out)?;
            return Ok(());
        }
        let Machine { processor, cores, memory_mib } = &self.machine;
        writeln!(out, "{processor}, {cores} cores, {} MiB", grouped(*memory_mib))?;
        writeln!(
            out,
            "bare verify_strict: {} /s on one core, {} /s on all",
            grouped(self.bare_one_core_per_second),
            grouped(self.bare_all_cores_per_second)
        )?;
        for scenario in &self.scenarios {
            self.print_scenario(scenario, &mut out)?;
        }
        Ok(())
    }

    fn percent_of_bare(&self, rate: u64) -> String {
        format!("{} %", rate * 100 / self.bare_all_cores_per_second.max(1))
    }

    fn print_scenario(&self, scenario: &Scenario, out: &mut impl Write) -> Result<()> {
        writeln!(
            out,
            "\n{}: {} event(s) a statement, {} statement(s) a request, {} B a statement, log of {} before",
            scenario.name,
            scenario.events_per_statement,
            scenario.statements_per_request,
            grouped(scenario.statement_bytes as u64),
            grouped(scenario.entries_before)
        )?;
        let mut table = table(&[
            "requests", "conn.", "asked /s", "done", "/s", "of bare", "p50 ms", "p90 ms", "p99 ms",
            "p99.9 ms", "max ms", "wrong",
        ]);
        for stream in &scenario.streams {
            let latency = stream.latency_us;
            let wrong = stream.refused + stream.errors + stream.unsent;
            table.add_row(vec![
                stream.name.to_owned(),
                stream.connections.to_string(),
                stream.offered_per_second.map_or_else(|| "all it can".to_owned(), grouped),
                format!("{} {}", grouped(stream.done), stream.unit),
                grouped(stream.per_second),
                self.percent_of_bare(stream.per_second),
                millis(latency.p50),
                millis(latency.p90),
                millis(latency.p99),
                millis(latency.p99_9),
                millis(latency.max),
                wrong.to_string(),
            ]);
        }
        writeln!(out, "{table}")?;
        for stream in &scenario.streams {
            if let Some(error) = &stream.first_error {
                writeln!(out, "first error of {}: {error}", stream.name)?;
            }
        }
        writeln!(
            out,
            "node: {} ms cpu, {} MiB at the end, {} MiB peak; load tool: {} ms cpu; {} proofs checked",
            grouped(scenario.node.cpu_ms),
            grouped(scenario.node.rss_kib / 1024),
            grouped(scenario.node.peak_rss_kib / 1024),
            grouped(scenario.load_tool_cpu_ms),
            grouped(scenario.proofs_checked)
        )?;
        let moment = |moment: &Moment| format!("{} s {} MiB", moment.at_s, grouped(moment.rss_kib / 1024));
        let memory: Vec<String> = some_of(&scenario.memory, MOMENTS).iter().map(moment).collect();
        writeln!(out, "memory of the node: {}", memory.join(", "))?;
        writeln!(
            out,
            "disk: {} B a statement; log {} KiB, journal {} KiB, index {} KiB; stopped in {} ms",
            grouped(scenario.disk_per_statement),
            grouped(scenario.disk.log / 1024),
            grouped(scenario.disk.journal / 1024),
            grouped(scenario.disk.index / 1024),
            grouped(scenario.stop_ms)
        )?;
        if let Some(offline) = &scenario.offline {
            self.print_offline(offline, out)?;
        }
        if let Some(history) = &scenario.history {
            writeln!(
                out,
                "history: {} told, {} acknowledged, {} checkpoints: every promise kept",
                grouped(history.told),
                grouped(history.acknowledged),
                grouped(history.checkpoints)
            )?;
        }
        Ok(())
    }

    /// A folder at rest.
    ///
    /// # Errors
    /// The output is closed.
    pub fn print_offline(&self, offline: &Offline, out: &mut impl Write) -> Result<()> {
        let Offline { entries, start_ms, start_rss_kib, .. } = offline;
        writeln!(
            out,
            "start on a whole index of {} entries: {} ms, {} MiB",
            grouped(*entries),
            grouped(*start_ms),
            grouped(start_rss_kib / 1024)
        )?;
        if let (Some(ran), Some(rate)) = (offline.rebuild, offline.rebuild_per_second) {
            writeln!(
                out,
                "rebuild-index: {} ms, {} /s, {} ms cpu, {} MiB peak",
                grouped(ran.time_ms),
                grouped(rate),
                grouped(ran.usage.cpu_ms),
                grouped(ran.usage.peak_rss_kib / 1024)
            )?;
        }
        if let (Some(ran), Some(rate), Some(busy)) =
            (offline.verify, offline.verify_per_second, offline.verify_cpu_percent)
        {
            writeln!(
                out,
                "lode-verify log: {} ms, {} /s ({} of bare), {busy} % cpu, {} MiB peak",
                grouped(ran.time_ms),
                grouped(rate),
                self.percent_of_bare(rate),
                grouped(ran.usage.peak_rss_kib / 1024)
            )?;
        }
        Ok(())
    }
}

pub(super) fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header(heads);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}
