//! The command line: arguments in, words or JSON out. The only room of this crate that reads the environment, asks for
//! a passphrase, or writes to the terminal.

mod args;
mod assembly;
mod buyer;
mod desk;
mod explain;
mod identity;
mod look;
mod market;
mod policy;
mod print;
mod repair;
mod report;
mod sheet;
mod trade;
mod vouch;

use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory as _, Parser as _};

use crate::error::{ClientError, Result, exit};
pub use args::{Arguments, Command};
use desk::Desk;
use print::Output;

/// Runs one command; the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            let usage = error.use_stderr();
            // A closed pipe is nobody's error.
            let _ = error.print();
            return if usage { exit::USAGE } else { exit::DONE };
        }
    };
    let json = parsed.global.json;
    let lang = desk::language(&parsed.global);
    let outcome = Desk::open(parsed.global).and_then(|desk| dispatch(&desk, parsed.command));
    match outcome {
        Ok(output) => {
            let text = if json { format!("{}\n", output.json) } else { output.text };
            let _ = std::io::stdout().write_all(text.as_bytes());
            output.code
        }
        Err(error) => {
            if json {
                let refusal = match &error {
                    ClientError::Refused(refusal) => serde_json::to_value(refusal).unwrap_or_default(),
                    _ => serde_json::Value::Null,
                };
                let said = serde_json::json!({
                    "error": {"code": error.code(), "message": error.message(lang), "refusal": refusal}
                });
                let _ = writeln!(std::io::stdout(), "{said}");
            }
            let _ = writeln!(std::io::stderr(), "lode: {}", error.message(lang));
            error.exit_code()
        }
    }
}

fn dispatch(desk: &Desk, command: Command) -> Result<Output> {
    match command {
        Command::Setup(args) => identity::setup(desk, &args),
        Command::Key(args) => identity::key(desk, args),
        Command::Ledger(args) => identity::ledger(desk, args),
        Command::Policy(args) => policy::policy(desk, args),
        Command::Enrol(args) => identity::enrol(desk, args),
        Command::Role(args) => identity::role(desk, args),
        Command::Suspend(args) => identity::suspend(desk, &args),
        Command::Participant(args) => vouch::participant(desk, args),
        Command::Facility(args) => vouch::facility(desk, args),
        Command::Credential(args) => vouch::credential(desk, args),
        Command::Ship(args) => vouch::ship(desk, &args),
        Command::Clear(args) => vouch::clear(desk, &args),
        Command::Attach(args) => vouch::attach(desk, &args),
        Command::Origin(args) => vouch::origin(desk, &args),
        Command::Inspect(args) => vouch::inspect(desk, &args),
        Command::Count(args) => vouch::count(desk, &args),
        Command::Name(args) => identity::name(desk, args),
        Command::Lot(args) => trade::lot(desk, args),
        Command::Countersign(args) => trade::countersign(desk, &args),
        Command::Receive(args) => trade::receive(desk, &args),
        Command::Split(args) => trade::split(desk, &args),
        Command::Merge(args) => trade::merge(desk, &args),
        Command::Loss(args) => trade::loss(desk, &args),
        Command::Assemble(args) => assembly::assemble(desk, &args),
        Command::Disassemble(args) => assembly::disassemble(desk, &args),
        Command::Serialise(args) => assembly::serialise(desk, &args),
        Command::Repair(args) => assembly::repair(desk, &args),
        Command::Destroy(args) => assembly::destroy(desk, &args),
        Command::Adjust(args) => assembly::adjust(desk, &args),
        Command::Work(args) => trade::work(desk, args),
        Command::Treat(args) => trade::treat(desk, args),
        Command::Certificate(args) => trade::certificate(desk, &args),
        Command::Offer(args) => trade::offer(desk, &args),
        Command::Accept(args) => trade::accept(desk, &args),
        Command::Reject(args) => trade::reject(desk, &args),
        Command::Cancel(args) => trade::cancel(desk, &args),
        Command::Tag(args) => trade::tag(desk, args),
        Command::Sell(args) => trade::sell(desk, args),
        Command::Consign(args) => market::consign(desk, &args),
        Command::Listing(args) => market::listing(desk, args),
        Command::Reserve(args) => market::reserve(desk, &args),
        Command::Pack(args) => market::pack(desk, &args),
        Command::Unpack(args) => market::unpack(desk, &args),
        Command::Export(args) => market::export(desk, args),
        Command::Dispatch(args) => market::dispatch(desk, &args),
        Command::Deliver(args) => market::deliver(desk, &args),
        Command::Settle(args) => market::settle(desk, &args),
        Command::Return(args) => market::take_back(desk, &args),
        Command::Title(args) => market::title(desk, args),
        Command::Missing(args) => market::missing(desk, args),
        Command::Assign(args) => market::assign(desk, &args),
        Command::Claim(args) => buyer::claim(desk, &args),
        Command::Own(args) => buyer::own(desk, args),
        Command::Document(args) => trade::document(desk, &args),
        Command::Correct(args) => trade::correct(desk, &args),
        Command::Show(args) => look::show(desk, &args),
        Command::Trace(args) => look::trace(desk, &args),
        Command::List(args) => look::list(desk, &args),
        Command::Balance(args) => look::balance(desk, &args),
        Command::Say(args) => look::say(desk, &args),
        Command::May(args) => look::may(desk, &args),
        Command::Stock(args) => report::stock(desk, &args),
        Command::Audit(args) => report::audit(desk, args),
        Command::Yields(args) => report::yields(desk, &args),
        Command::Bundle(args) => look::bundle(desk, &args),
        Command::Disclosure(args) => repair::disclosure(desk, args),
        Command::Hold(args) => repair::hold(desk, args),
        Command::Dispute(args) => repair::dispute(desk, args),
        Command::Recall(args) => repair::recall(desk, args),
        Command::Void(args) => repair::void(desk, &args),
        Command::Undo(args) => repair::undo(desk, &args),
        Command::Freeze(args) => repair::freeze(desk, &args),
        Command::Rules(command) => explain::rules(desk, command),
        Command::Event(command) => explain::event(desk, command),
        Command::Status => look::status(desk),
        Command::Sync => look::sync(desk),
        Command::Queue(args) => look::queue(desk, args),
    }
}

/// The reference of every command, as `docs/cli.md` holds it.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(
        "# The command line `lode`\n\nWritten from the program by `UPDATE=1 cargo test -p lode --test cli_reference`; \
         do not edit.\n\nExit codes: 0 done; 1 refused by the ledger's rules, or mistakes in a sheet; 2 signed and \
         kept, but not sent yet (`lode sync`); 3 trouble with a file, a key or the node; 64 the command was not \
         understood.\n\nMasses carry their unit: `12.4kg`, `300ct`, `2斤`. An item or participant is an id or a name of \
         the address book (`lode name`). Fields that may be sealed are sealed unless named with `--open`.\n",
    );
    let mut command = Arguments::command().term_width(100);
    command.build();
    describe(&mut command, "lode", &mut text);
    text
}

fn describe(command: &mut clap::Command, path: &str, text: &mut String) {
    if path == "lode" || !command.has_subcommands() {
        let help = command.render_long_help().to_string();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        // The options that every command takes are told once, under `lode`.
        let own = lines.iter().position(|line| *line == "For every command:").filter(|_| path != "lode");
        let own = lines.get(..own.unwrap_or(lines.len())).unwrap_or_default().join("\n");
        text.push_str(&format!("\n## `{path}`\n\n```text\n{}\n```\n", own.trim_end()));
    }
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        let path = format!("{path} {}", sub.get_name());
        describe(sub, &path, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_hang_together() {
        Arguments::command().debug_assert();
    }

    /// Two arguments of one id are one to clap: `lode suspend U-...` would sign as whom it suspends.
    #[test]
    fn no_command_has_an_argument_that_every_command_has() {
        fn walk(command: &clap::Command, everywhere: &[String]) {
            for argument in command.get_arguments().filter(|argument| !argument.is_global_set()) {
                let id = argument.get_id().to_string();
                assert!(!everywhere.contains(&id), "{}: {id}", command.get_name());
            }
            command.get_subcommands().for_each(|sub| walk(sub, everywhere));
        }
        let command = Arguments::command();
        let global = command.get_arguments().filter(|argument| argument.is_global_set());
        let everywhere: Vec<String> = global.map(|argument| argument.get_id().to_string()).collect();
        assert!(everywhere.len() > 8, "{everywhere:?}");
        command.get_subcommands().for_each(|sub| walk(sub, &everywhere));
    }

    #[test]
    fn a_command_is_read() {
        let parsed = Arguments::try_parse_from([
            "lode",
            "--json",
            "split",
            "L-01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "--part",
            "3kg",
            "--part",
            "2kg:x4",
            "--loss",
            "process:1g",
            "--offline",
        ])
        .unwrap();
        assert!(parsed.global.json && parsed.global.offline);
        let Command::Split(split) = parsed.command else { panic!() };
        assert_eq!((split.part.len(), split.loss.len()), (2, 1));
        assert!(Arguments::try_parse_from(["lode", "split"]).is_err());
        assert!(Arguments::try_parse_from(["lode", "offer", "L-1"]).is_err(), "to whom is missing");
    }

    #[test]
    fn what_is_not_understood_has_its_own_exit_code() {
        assert_eq!(run(["lode", "nonsense"].map(OsString::from)), exit::USAGE);
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().display().to_string();
        let in_home = |rest: &[&str]| {
            run(["lode", "--home", &home].iter().chain(rest).map(OsString::from).collect::<Vec<_>>())
        };
        assert_eq!(in_home(&["status"]), exit::DONE);
        assert_eq!(in_home(&["show", "L-01ARZ3NDEKTSV4RRFFQ69G5FAV"]), exit::USAGE, "no node is known");
        assert_eq!(in_home(&["key", "show", "main"]), exit::TROUBLE);
    }
}
