//! Who acts: settings, keys, beginning a ledger, enrolment, roles, names. Arguments only.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
    /// The ruleset: an older one, where others read the ledger with older programs
    #[arg(long, default_value_t = lode_ledger::apply::RULESET)]
    pub(crate) ruleset: u32,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// What is in force now
    Show,
    /// Put other figures in force (registrar); what is not named stays as it is
    Adopt(PolicyAdopt),
}

#[derive(Debug, Args)]
pub struct PolicyAdopt {
    /// The ruleset; a ledger does not go back to an older one
    #[arg(long)]
    pub(crate) ruleset: Option<u32>,
    /// Seconds by which a claimed time may be wrong
    #[arg(long)]
    pub(crate) skew_s: Option<u32>,
    /// Seconds after which an entry is marked late
    #[arg(long)]
    pub(crate) late_after_s: Option<u32>,
    /// Received mass may differ by this share without a reason, in ppm
    #[arg(long)]
    pub(crate) receipt_reason_ppm: Option<u32>,
    /// Beyond this share a received mass needs a counter-signature, in ppm
    #[arg(long)]
    pub(crate) receipt_countersign_ppm: Option<u32>,
    /// Two scales may differ by this share, in ppm
    #[arg(long)]
    pub(crate) scale_ppm: Option<u32>,
    /// Plausible yield of a process, as carve=50000..600000 in ppm, or carve=none; may be repeated
    #[arg(long = "yield", value_name = "STEP=MIN..MAX")]
    pub(crate) yields: Vec<String>,
    /// How many items a correction of claims may reach
    #[arg(long)]
    pub(crate) max_forward_items: Option<u32>,
    /// Sign it; without this the command only shows what would change
    #[arg(long)]
    pub(crate) yes: bool,
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
