//! The arguments of every command, as `clap` reads and explains them. Nothing is done here.

mod buyer;
mod explain;
mod identity;
mod market;
mod material;
mod repair;
mod report;
mod trade;
mod vouch;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::assembly;

pub(super) use buyer::{Claim, OwnCommand};
pub(super) use explain::{EventCommand, RulesCommand};
pub(super) use identity::{
    EnrolCommand, KeyCommand, LedgerCommand, LedgerOpen, NameCommand, PolicyAdopt, PolicyCommand,
    RoleCommand, Setup, Suspend,
};
pub(super) use market::{
    Assign, Consign, Deliver, DispatchArgs, ExportArgs, ExportCommand, ListingCommand, MissingCommand,
    MissingFound, MissingReport, PackArgs, Reserve, ReturnArgs, Settle, TitleCommand, Unpack,
};
pub(super) use material::{
    Countersign, Declare, GradedBy, LossArgs, LotCommand, Merge, Receive, Split, TreatCommand, WorkCommand,
};
pub(super) use repair::{DisclosureCommand, DisputeCommand, Freeze, HoldCommand, RecallCommand, Undo, Void};
pub(super) use report::{AuditCommand, StockArgs, YieldsArgs};
pub(super) use trade::QueueCommand;
pub(super) use trade::{
    AcceptArgs, BundleArgs, CertificateArgs, CorrectArgs, DocumentArgs, Id, ListArgs, OfferArgs, OfferRef,
    QueueArgs, Reason, SellCommand, ShowArgs, TagCommand,
};
pub(super) use vouch::{
    Attach, Clear, Count, CredentialCommand, FacilityCommand, Inspect, Origin, Papers, ParticipantCommand,
    Ship,
};

/// Lode's command line for participants: keys, enrolment, spreadsheets, steps, hand-over, labels.
#[derive(Debug, Parser)]
#[command(name = "lode", version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "For every command")]
pub(crate) struct Global {
    /// Home folder: settings, keys, queue, address book [default: ~/.config/lode]
    #[arg(long, global = true, env = "LODE_HOME", hide_env_values = true, value_name = "FOLDER")]
    pub(crate) home: Option<PathBuf>,
    /// The node's address
    #[arg(long, global = true, env = "LODE_NODE", hide_env_values = true, value_name = "ADDRESS")]
    pub(crate) node: Option<String>,
    /// Sign as this participant instead of the one of the settings
    // Its own id: a command's `participant` is somebody else, and clap gives both the same value if the ids are.
    #[arg(long = "as", global = true, value_name = "PARTICIPANT")]
    pub(crate) sign_as: Option<String>,
    /// Sign with this key instead of the one of the settings
    #[arg(long = "with-key", global = true, value_name = "NAME")]
    pub(crate) with_key: Option<String>,
    /// Read the passphrase from the first line of this file; else LODE_PASSPHRASE, else it is asked
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Send nothing: sign, keep, and send later with `lode sync`
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Leave this field readable in the log instead of sealing it; may be repeated
    #[arg(long, global = true, value_name = "FIELD")]
    pub(crate) open: Vec<String>,
    /// When it happened, as 2026-03-01T14:00:00+08:00 [default: now]
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Your own reference for the statement: up to 64 of A-Z a-z 0-9 . _ / -
    #[arg(long, global = true, value_name = "TEXT")]
    pub(crate) reference: Option<String>,
    /// One line of JSON for machines instead of words
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of the words: en, zh or pt [default: from LANG]
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) lang: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keep settings: the node, who signs, with which key
    Setup(Setup),
    /// Keys of this device and of the participant
    Key(Sub<KeyCommand>),
    /// Begin a ledger (registrar)
    Ledger(Sub<LedgerCommand>),
    /// Tolerances and ruleset: show them, or put others in force (registrar)
    Policy(Sub<PolicyCommand>),
    /// Become a participant, or enrol one
    Enrol(Sub<EnrolCommand>),
    /// Grant or take away a role (registrar)
    Role(Sub<RoleCommand>),
    /// Suspend a participant (registrar)
    Suspend(Suspend),
    /// A participant's details, and the end of a suspension
    Participant(Sub<ParticipantCommand>),
    /// Places that you work at
    Facility(Sub<FacilityCommand>),
    /// Titles and training: issue or revoke (registrar, trainer)
    Credential(Sub<CredentialCommand>),
    /// Say that lots are on their way
    Ship(Ship),
    /// Say that customs has let lots in
    Clear(Clear),
    /// Put papers with an item, a job or a consignment
    Attach(Attach),
    /// Say which of the possible origins it is
    Origin(Origin),
    /// Record what an inspection found (inspector, lab, grader)
    Inspect(Inspect),
    /// Record what is really there of a custodian's stock (inspector)
    Count(Count),
    /// Short names for participants and items
    Name(Sub<NameCommand>),
    /// Declare raw material: a whole sheet or one lot
    Lot(Sub<LotCommand>),
    /// Confirm as supplier what was sold
    Countersign(Countersign),
    /// Weigh what arrived
    Receive(Receive),
    /// Divide a lot or batch
    Split(Split),
    /// Pour lots together
    Merge(Merge),
    /// Record that mass is gone
    Loss(LossArgs),
    /// Join pieces and counts of batches to one piece or batch
    Assemble(assembly::AssembleArgs),
    /// Take something assembled apart
    Disassemble(assembly::DisassembleArgs),
    /// Make pieces out of a batch
    Serialise(assembly::SerialiseArgs),
    /// Mend an item in hand
    Repair(assembly::RepairArgs),
    /// Say that an item is no more
    Destroy(assembly::DestroyArgs),
    /// Set the ledger's balance of an item right, with a document
    Adjust(assembly::AdjustArgs),
    /// Jobs: start, step, pause, resume, hand over, complete
    Work(Sub<WorkCommand>),
    /// Treatments: say or carry out
    Treat(Sub<TreatCommand>),
    /// Link a lab's certificate to an item
    Certificate(CertificateArgs),
    /// Offer items to a participant
    Offer(OfferArgs),
    /// Take what was offered
    Accept(AcceptArgs),
    /// Do not take what was offered
    Reject(Reason<OfferRef>),
    /// Take an own offer back
    Cancel(OfferRef),
    /// Tags: make, bind, print, replace
    Tag(Sub<TagCommand>),
    /// Sell items, or cancel a sale
    Sell(Sub<SellCommand>),
    /// Let somebody list and sell your items
    Consign(Consign),
    /// Offer items to buyers: open, close, list
    Listing(Sub<ListingCommand>),
    /// Keep an item for a buyer
    Reserve(Reserve),
    /// Pack items into a box; they move together from then on
    Pack(PackArgs),
    /// Open a box and take everything out
    Unpack(Unpack),
    /// What customs is told of goods that leave
    Export(Sub<ExportCommand>),
    /// Give goods to a carrier
    Dispatch(DispatchArgs),
    /// Say that a shipment has arrived
    Deliver(Deliver),
    /// Say that sales were paid and settled
    Settle(Settle),
    /// Take back what was sold
    Return(ReturnArgs),
    /// Ownership alone, while the goods stay where they are
    Title(Sub<TitleCommand>),
    /// Items that are lost or stolen, and found again
    Missing(Sub<MissingCommand>),
    /// Put goods into other hands (registrar)
    Assign(Assign),
    /// Make a sold piece yours with its claim card (buyer, no account)
    Claim(Claim),
    /// What you have claimed: keep, pass on, give back (buyer, no account)
    Own(Sub<OwnCommand>),
    /// Bring a document that an event names to the node
    Document(DocumentArgs),
    /// Correct a field of an event
    Correct(CorrectArgs),
    /// What opens sealed fields: list, destroy
    Disclosure(Sub<DisclosureCommand>),
    /// Hold goods, or let them go
    Hold(Sub<HoldCommand>),
    /// Disputes: open, answer, end
    Dispute(Sub<DisputeCommand>),
    /// Call goods back, or end that
    Recall(Sub<RecallCommand>),
    /// Say that an own event did not occur, while nobody has built on it
    Void(Void),
    /// I got it wrong: take back the last thing that this device said
    Undo(Undo),
    /// End the log for good (registrar)
    Freeze(Freeze),
    /// Show anything that has an id: an item, a job, an offer, a tag, an entry, a certificate
    Show(ShowArgs),
    /// Show where a thing came from and what became of it
    Trace(Id),
    /// List items
    List(ListArgs),
    /// An item's balance sheet: in, out, lost, left, unexplained
    Balance(Id),
    /// What may be said of an item, to read out to a buyer
    Say(Id),
    /// What you may do with an item now, and what stops the rest
    May(Id),
    /// A stock against counts: what stands still, what differs, what entered how
    Stock(StockArgs),
    /// The whole ledger: what came in, open disputes, certificates used twice
    Audit(Sub<AuditCommand>),
    /// What a studio's processes yield, beside what is plausible
    Yields(YieldsArgs),
    /// Save the proof file of an item
    Bundle(BundleArgs),
    /// What a rule says, and why it is there
    #[command(subcommand)]
    Rules(RulesCommand),
    /// What an event says, and who may sign it
    #[command(subcommand, disable_help_subcommand = true)]
    Event(EventCommand),
    /// How this device stands
    Status,
    /// Send what waits
    Sync,
    /// What waits to be sent
    Queue(QueueArgs),
}

/// A command that has commands.
#[derive(Debug, Args)]
pub struct Sub<T: Subcommand> {
    #[command(subcommand)]
    pub(crate) command: T,
}
