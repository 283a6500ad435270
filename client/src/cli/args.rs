//! The arguments of every command, as `clap` reads and explains them. Nothing is done here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::vouch::{
    Attach, Clear, Count, CredentialCommand, FacilityCommand, Inspect, Origin, ParticipantCommand, Ship,
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
    /// Jobs: start, step, complete
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
    /// Bring a document that an event names to the node
    Document(DocumentArgs),
    /// Correct a descriptive field of an event
    Correct(CorrectArgs),
    /// Show an item, job, offer, participant or tag
    Show(Id),
    /// Show where a thing came from and what became of it
    Trace(Id),
    /// List items
    List(ListArgs),
    /// Save the proof file of an item
    Bundle(BundleArgs),
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

#[derive(Debug, Args)]
pub struct Setup {
    /// Whose device this is
    #[arg(long, value_name = "PARTICIPANT")]
    pub(crate) participant: Option<String>,
    /// The key that signs
    #[arg(long, value_name = "NAME")]
    pub(crate) key: Option<String>,
    /// The address printed on tags
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) tag_base: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key and keep it under a passphrase
    New {
        /// Its name on this device
        name: String,
    },
    /// The keys of this device
    List,
    /// One key's public half and thumbprint
    Show {
        /// Its name
        name: String,
    },
    /// Ask that this device's key be added to a participant
    Request {
        /// The key's name
        name: String,
        /// Whose key it is to become
        #[arg(long)]
        participant: String,
        /// The file to hand over
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Add a device's key to the participant
    Add {
        /// The device's request
        file: PathBuf,
        /// Only these event types, as in step.logged; may be repeated
        #[arg(long, value_name = "EVENT")]
        scope: Vec<String>,
        /// What the device is called
        #[arg(long)]
        device: Option<String>,
    },
    /// End a key
    Revoke {
        /// The key's thumbprint, or its name on this device
        key: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// The log index since which its statements are suspect
        #[arg(long, value_name = "INDEX")]
        suspect_since: Option<u64>,
        /// Whose key it is, if not your own (registrar)
        #[arg(long)]
        participant: Option<String>,
    },
    /// Skip sequence numbers, after this folder was restored from a backup
    Raise {
        /// The key's name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Sign the first two entries of a new ledger
    Open(LedgerOpen),
}

#[derive(Debug, Args)]
pub struct LedgerOpen {
    /// What the node's operator asks for
    #[arg(long, value_name = "FILE")]
    pub(crate) request: PathBuf,
    /// The registrar's name
    #[arg(long)]
    pub(crate) name: String,
    /// A key of the registrar; at least two
    #[arg(long, value_name = "NAME", required = true)]
    pub(crate) key: Vec<String>,
    /// The file for the node
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Seconds by which a claimed time may be wrong
    #[arg(long, default_value_t = 900)]
    pub(crate) skew_s: u32,
    /// Seconds after which an entry is marked late
    #[arg(long, default_value_t = 604_800)]
    pub(crate) late_after_s: u32,
    /// Received mass may differ by this share without a reason, in ppm
    #[arg(long, default_value_t = 5_000)]
    pub(crate) receipt_reason_ppm: u32,
    /// Beyond this share a received mass needs a counter-signature, in ppm
    #[arg(long, default_value_t = 50_000)]
    pub(crate) receipt_countersign_ppm: u32,
    /// Two scales may differ by this share, in ppm
    #[arg(long, default_value_t = 1_000)]
    pub(crate) scale_ppm: u32,
    /// Plausible yield of a process, as carve=50000..600000 in ppm; may be repeated
    #[arg(long = "yield", value_name = "STEP=MIN..MAX")]
    pub(crate) yields: Vec<String>,
    /// How many items a correction of claims may reach
    #[arg(long, default_value_t = 10_000)]
    pub(crate) max_forward_items: u32,
}

#[derive(Debug, Subcommand)]
pub enum EnrolCommand {
    /// Write a request for the registrar, with a proof of your key
    Request {
        /// Your name, or the organisation's
        #[arg(long)]
        name: String,
        /// Country, as in CN
        #[arg(long)]
        country: String,
        /// A role; may be repeated
        #[arg(long, required = true)]
        role: Vec<String>,
        /// A natural person: the name will be sealed
        #[arg(long)]
        person: bool,
        /// The key to be enrolled with
        #[arg(long, value_name = "NAME", default_value = "main")]
        key: String,
        /// A lab's code for its certificates
        #[arg(long)]
        issuer_code: Option<String>,
        /// Business licence or register number
        #[arg(long)]
        registration: Option<String>,
        /// The log's origin, where there is no node to ask
        #[arg(long)]
        origin: Option<String>,
        /// The file to hand over
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Enrol an applicant (registrar)
    Grant {
        /// The applicant's request
        file: PathBuf,
        /// The file to give back [default: FILE.grant.json]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Take the registrar's grant into this device
    Accept {
        /// The grant
        file: PathBuf,
        /// The key of your request
        #[arg(long, value_name = "NAME", default_value = "main")]
        key: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    /// Grant a role
    Grant {
        /// To whom
        participant: String,
        /// The role
        role: String,
    },
    /// Take a role away
    Revoke {
        /// From whom
        participant: String,
        /// The role
        role: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub struct Suspend {
    /// Who
    pub(crate) participant: String,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Subcommand)]
pub enum NameCommand {
    /// Give a name to an id
    Set {
        /// The name
        name: String,
        /// The id
        id: String,
    },
    /// All names
    List,
}

#[derive(Debug, Subcommand)]
pub enum LotCommand {
    /// Declare the lots of a sheet (--from), or one lot
    Declare(Box<Declare>),
    /// Make a link by which a supplier can counter-sign
    Link {
        /// The file for the supplier
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Declare {
    /// A workbook: .xlsx or .csv, as you have it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["species", "origin", "net"])]
    pub(crate) from: Option<PathBuf>,
    /// Only ask what would happen
    #[arg(long, requires = "from")]
    pub(crate) dry_run: bool,
    /// Declare lots also if another file declared the same supplier's lot number
    #[arg(long, requires = "from")]
    pub(crate) again: bool,
    /// Most lots in one statement; each statement is accepted whole or not at all
    #[arg(long, default_value_t = 20, requires = "from")]
    pub(crate) lots_per_statement: usize,
    /// How the lots enter: import, mined, opening_stock or domestic_purchase
    #[arg(long, default_value = "import")]
    pub(crate) entry: String,
    /// The form; of a sheet where it names none
    #[arg(long, default_value = "rough")]
    pub(crate) form: String,
    /// How the masses were found
    #[arg(long, default_value = "packing_list")]
    pub(crate) method: String,
    /// The scale's resolution
    #[arg(long, default_value = "1g")]
    pub(crate) resolution: String,
    /// The scheme of the grade
    #[arg(long, default_value = "not stated")]
    pub(crate) grade_scheme: String,
    /// Who graded
    #[arg(long, default_value = "not stated")]
    pub(crate) grader: String,
    /// A private document behind the claims; may be repeated
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) document: Vec<String>,
    /// A document that everybody may read; may be repeated
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) public_document: Vec<String>,
    /// An enrolled exporter or miner who may counter-sign
    #[arg(long, value_name = "PARTICIPANT")]
    pub(crate) supplier_participant: Option<String>,
    /// A link made by `lode lot link`, whose holder may counter-sign
    #[arg(long, value_name = "FILE")]
    pub(crate) supplier_link: Option<PathBuf>,
    /// The mineral
    #[arg(long, requires = "origin", required_unless_present = "from")]
    pub(crate) species: Option<String>,
    /// The variety
    #[arg(long, requires = "species")]
    pub(crate) variety: Option<String>,
    /// What the trade calls it
    #[arg(long, requires = "species")]
    pub(crate) trade_name: Option<String>,
    /// natural, synthetic, ... or not_stated
    #[arg(long, default_value = "not_stated")]
    pub(crate) nature: String,
    /// Where it was dug: BR, or BR:70% and MG:30%; may be repeated
    #[arg(long, value_name = "COUNTRY[:SHARE%]", requires = "net")]
    pub(crate) origin: Vec<String>,
    /// Net mass
    #[arg(long, value_name = "MASS", requires = "species")]
    pub(crate) net: Option<String>,
    /// Mass with packing
    #[arg(long, value_name = "MASS", requires = "species")]
    pub(crate) gross: Option<String>,
    /// Mass of the packing
    #[arg(long, value_name = "MASS", requires = "species")]
    pub(crate) tare: Option<String>,
    /// A treatment, TREATMENT=FINDING, or none; may be repeated
    #[arg(long, value_name = "TREATMENT", requires = "species")]
    pub(crate) treatment: Vec<String>,
    /// The grade's value
    #[arg(long, requires = "species")]
    pub(crate) grade: Option<String>,
    /// Who sold it
    #[arg(long, requires = "species")]
    pub(crate) supplier: Option<String>,
    /// The supplier's own lot number
    #[arg(long, requires = "species")]
    pub(crate) supplier_lot: Option<String>,
    /// Bill of lading or airway bill
    #[arg(long, requires = "species")]
    pub(crate) bill_of_lading: Option<String>,
    /// Customs declaration number
    #[arg(long, requires = "species")]
    pub(crate) customs_declaration: Option<String>,
    /// Certificate of origin number
    #[arg(long, requires = "species")]
    pub(crate) certificate_of_origin: Option<String>,
    /// The owner, if not you
    #[arg(long, value_name = "PARTICIPANT", requires = "species")]
    pub(crate) owner: Option<String>,
}

#[derive(Debug, Args)]
pub struct Countersign {
    /// The lot
    pub(crate) item: String,
    /// The mass sold
    #[arg(long, value_name = "MASS")]
    pub(crate) mass: String,
    /// The country where it was dug
    #[arg(long)]
    pub(crate) country: String,
    /// The mass that was received, where it is more than the policy lets the receiver book alone and you agree
    #[arg(long, value_name = "MASS")]
    pub(crate) received: Option<String>,
    /// The link that you were sent; without it you sign as the enrolled supplier
    #[arg(long, value_name = "FILE")]
    pub(crate) link: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Receive {
    /// A lot as weighed, with a reason if it differs; may be repeated
    #[arg(required = true, value_name = "LOT=MASS[:REASON]")]
    pub(crate) line: Vec<String>,
    /// How it was weighed
    #[arg(long, default_value = "floor_scale")]
    pub(crate) method: String,
    /// The scale's resolution
    #[arg(long, default_value = "1g")]
    pub(crate) resolution: String,
    /// Bill of lading or airway bill
    #[arg(long)]
    pub(crate) bill_of_lading: Option<String>,
    /// The shipped consignment that they came in, as C-...
    #[arg(long)]
    pub(crate) consignment: Option<String>,
}

#[derive(Debug, Args)]
pub struct Split {
    /// The lot or batch
    pub(crate) item: String,
    /// A part; may be repeated
    #[arg(long, required = true, value_name = "MASS[:xCOUNT]")]
    pub(crate) part: Vec<String>,
    /// What was lost; may be repeated
    #[arg(long, value_name = "REASON:MASS[:xCOUNT]")]
    pub(crate) loss: Vec<String>,
    /// What is left [default: asked of the node]
    #[arg(long, value_name = "MASS")]
    pub(crate) left: Option<String>,
    /// How many are left of a batch
    #[arg(long, value_name = "COUNT")]
    pub(crate) left_count: Option<u32>,
}

#[derive(Debug, Args)]
pub struct Merge {
    /// What goes in; at least two
    #[arg(required = true, num_args = 2.., value_name = "LOT=MASS")]
    pub(crate) input: Vec<String>,
    /// What was lost; may be repeated
    #[arg(long, value_name = "REASON:MASS")]
    pub(crate) loss: Vec<String>,
    /// What came out [default: what went in less the losses]
    #[arg(long, value_name = "MASS")]
    pub(crate) mass: Option<String>,
    /// What the trade calls the blend
    #[arg(long)]
    pub(crate) trade_name: Option<String>,
}

#[derive(Debug, Args)]
pub struct LossArgs {
    /// Of what
    pub(crate) item: String,
    /// How much and why
    #[arg(value_name = "REASON:MASS[:xCOUNT]")]
    pub(crate) loss: String,
    /// What is left [default: asked of the node]
    #[arg(long, value_name = "MASS")]
    pub(crate) left: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum WorkCommand {
    /// Begin a job
    Start {
        /// The main process, as in carve
        process: String,
        /// What goes in; may be repeated
        #[arg(required = true, value_name = "ITEM=MASS[:xCOUNT]")]
        input: Vec<String>,
        /// What the job is called
        #[arg(long)]
        title: Option<String>,
    },
    /// Log a step on a job or an item in hand
    Step {
        /// The job or item
        target: String,
        /// The step, as in polish
        step: String,
        /// Who did it
        #[arg(long)]
        operator: Option<String>,
        /// What was weighed after it
        #[arg(long)]
        mass: Option<String>,
        /// A photo that everybody may see; may be repeated
        #[arg(long, value_name = "FILE")]
        photo: Vec<PathBuf>,
    },
    /// Take items out of a job
    Complete {
        /// The job
        work: String,
        /// What came out; may be repeated
        #[arg(long, required = true, value_name = "KIND:FORM:MASS[:xCOUNT][:NAME]")]
        output: Vec<String>,
        /// What was lost; may be repeated
        #[arg(long, value_name = "REASON:MASS")]
        loss: Vec<String>,
        /// What was added; may be repeated
        #[arg(long, value_name = "REASON:MASS")]
        gain: Vec<String>,
        /// What is left in the job [default: asked of the node]
        #[arg(long, value_name = "MASS")]
        left: Option<String>,
        /// All the rest is dust of the process: the job is done
        #[arg(long)]
        rest_is_loss: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum TreatCommand {
    /// Say something about treatments
    Declare {
        /// Of what
        item: String,
        /// A treatment, TREATMENT=FINDING, or none
        #[arg(required = true, value_name = "TREATMENT")]
        treatment: Vec<String>,
        /// A private document behind it
        #[arg(long, value_name = "KIND=FILE")]
        document: Vec<String>,
    },
    /// Carry a treatment out
    Apply {
        /// On which job or item
        target: String,
        /// Which treatment
        treatment: String,
        /// With what: temperature, time, agent
        #[arg(long)]
        parameters: Option<String>,
        /// Foreign mass that it added
        #[arg(long, value_name = "MASS")]
        added: Option<String>,
        /// What there is afterwards [default: asked of the node]
        #[arg(long, value_name = "MASS")]
        left: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct CertificateArgs {
    /// The item
    pub(crate) item: String,
    /// The lab's code
    #[arg(long)]
    pub(crate) issuer: String,
    /// The certificate's number
    #[arg(long)]
    pub(crate) number: String,
    /// The certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Whether everybody may read it
    #[arg(long)]
    pub(crate) public: bool,
    /// item, or sample of a lot
    #[arg(long, default_value = "item")]
    pub(crate) scope: String,
    /// How many were examined
    #[arg(long, value_name = "COUNT")]
    pub(crate) sample_count: Option<u32>,
    /// What the lab found; only the lab may say it
    #[arg(long, value_name = "TREATMENT=FINDING")]
    pub(crate) finding: Vec<String>,
}

#[derive(Debug, Args)]
pub struct OfferArgs {
    /// What, with its mass on your scale; without one, what the node says is left
    #[arg(required = true, value_name = "ITEM[=MASS]")]
    pub(crate) item: Vec<String>,
    /// To whom
    #[arg(long, value_name = "PARTICIPANT")]
    pub(crate) to: String,
    /// The scale's resolution
    #[arg(long, default_value = "1g")]
    pub(crate) resolution: String,
    /// For how many days the offer stands
    #[arg(long, default_value_t = 14, value_name = "DAYS")]
    pub(crate) days: u16,
    /// Ownership passes too
    #[arg(long)]
    pub(crate) ownership: bool,
    /// The counterparty's reference
    #[arg(long)]
    pub(crate) their_reference: Option<String>,
}

#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// The offer
    pub(crate) offer: String,
    /// An item as you weighed it; the others count as offered
    #[arg(long, value_name = "ITEM=MASS")]
    pub(crate) measured: Vec<String>,
    /// The scale's resolution
    #[arg(long, default_value = "1g")]
    pub(crate) resolution: String,
    /// In what condition
    #[arg(long)]
    pub(crate) condition: Option<String>,
}

#[derive(Debug, Args)]
pub struct OfferRef {
    /// The offer
    pub(crate) offer: String,
}

#[derive(Debug, Args)]
pub struct Reason<T: Args> {
    #[command(flatten)]
    pub(crate) what: T,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Subcommand)]
pub enum TagCommand {
    /// Make a tag; with --bind also bind it
    New {
        /// Bind it to this item
        #[arg(long, value_name = "ITEM")]
        bind: Option<String>,
    },
    /// Bind a tag made here to an item
    Bind {
        /// The item
        item: String,
        /// The tag's code
        code: String,
        /// A photo taken at sealing, that everybody may see
        #[arg(long, value_name = "FILE")]
        photo: Option<PathBuf>,
    },
    /// Print the label and the claim card as two SVG files
    Label {
        /// The tag's code
        code: String,
        /// Where to put CODE.label.svg and CODE.claim.svg
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        out: PathBuf,
        /// A short fact on the label; may be repeated
        #[arg(long, value_name = "TEXT")]
        fact: Vec<String>,
        /// The address before /T/CODE [default: tag_base of the settings, or the node]
        #[arg(long, value_name = "ADDRESS")]
        base: Option<String>,
        /// Wipe the hidden code from this device afterwards
        #[arg(long)]
        forget: bool,
    },
    /// Put a new tag in the place of an old one
    Replace {
        /// The item
        item: String,
        /// The old tag's code
        old: String,
        /// The new tag's code, made here [default: a new tag is made]
        #[arg(long, value_name = "CODE")]
        new: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum SellCommand {
    /// Sell items to a buyer outside the ledger
    Record {
        /// What
        #[arg(required = true)]
        item: Vec<String>,
        /// Where it was sold, as in shop or live_stream
        #[arg(long, default_value = "shop")]
        channel: String,
        /// The buyer's country
        #[arg(long, value_name = "COUNTRY")]
        destination: Option<String>,
        /// Your order number
        #[arg(long)]
        order: Option<String>,
    },
    /// A sale did not come about
    Cancel {
        /// The sale
        sale: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub struct DocumentArgs {
    /// The document, byte for byte as it was when the event named it
    pub(crate) file: PathBuf,
    /// Everybody may read it
    #[arg(long)]
    pub(crate) public: bool,
}

#[derive(Debug, Args)]
pub struct CorrectArgs {
    /// The item that the wrong event created
    pub(crate) item: String,
    /// The event's log index
    #[arg(long)]
    pub(crate) index: u64,
    /// Its number in the statement, from 0
    #[arg(long, default_value_t = 0)]
    pub(crate) event: u16,
    /// The field
    #[arg(long)]
    pub(crate) field: String,
    /// What stands there, as JSON or text; absent if nothing does
    #[arg(long)]
    pub(crate) old: Option<String>,
    /// What should stand there; absent to take it away
    #[arg(long)]
    pub(crate) new: Option<String>,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub struct Id {
    /// An id, a tag code, or a name of the address book
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Whose custody: a participant, or `any` [default: you]
    #[arg(long, value_name = "PARTICIPANT")]
    pub(crate) custodian: Option<String>,
    /// In which state: declared, in_stock, finished, exhausted, sold
    #[arg(long)]
    pub(crate) state: Option<String>,
    /// Which mineral
    #[arg(long)]
    pub(crate) species: Option<String>,
    /// lot, batch or piece
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: usize,
    /// Open offers to you instead of items
    #[arg(long, conflicts_with_all = ["custodian", "state", "species", "kind"])]
    pub(crate) offers: bool,
}

#[derive(Debug, Args)]
pub struct BundleArgs {
    /// The item
    pub(crate) item: String,
    /// The proof file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Open sealed fields that this device sealed, as in supplier; may be repeated; `all` for every one
    #[arg(long, value_name = "FIELD")]
    pub(crate) disclose: Vec<String>,
}

#[derive(Debug, Args)]
pub struct QueueArgs {
    #[command(subcommand)]
    pub(crate) command: Option<QueueCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QueueCommand {
    /// Give a waiting statement up, with all that depends on it
    Drop {
        /// The statement's id
        statement: String,
    },
}
