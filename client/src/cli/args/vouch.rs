//! The arguments of commands around the goods: participants' details, places and titles; shipping and customs; papers,
//! origins, inspections and counts. Nothing is done here.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum ParticipantCommand {
    /// Change name, register number or country
    Update {
        /// Who, if not yourself (registrar)
        participant: Option<String>,
        /// The new name
        #[arg(long)]
        name: Option<String>,
        /// The new business licence or register number
        #[arg(long)]
        registration: Option<String>,
        /// The new country, as in CN (registrar)
        #[arg(long)]
        country: Option<String>,
    },
    /// End a suspension (registrar)
    Reinstate {
        /// Who
        participant: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum FacilityCommand {
    /// Name a place that you work at
    Register {
        /// What it is, as in warehouse
        kind: String,
        /// What it is called
        #[arg(long)]
        name: String,
        /// Its country, as in CN
        #[arg(long)]
        country: String,
        /// State, province or district
        #[arg(long)]
        subdivision: Option<String>,
        /// Its GS1 location number, 13 digits
        #[arg(long)]
        gln: Option<String>,
        /// Its number in a public register
        #[arg(long)]
        register_number: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum CredentialCommand {
    /// Say that a participant has a title or passed a training
    Issue {
        /// Who
        participant: String,
        /// What kind, as in senior_craftsman
        #[arg(long)]
        kind: String,
        /// What stands on it
        #[arg(long)]
        title: String,
        /// The paper itself
        #[arg(long, value_name = "KIND=FILE")]
        document: Option<String>,
        /// Whether everybody may read the paper
        #[arg(long)]
        public: bool,
        /// Until when it is good, as 2027-03-01T00:00:00+08:00
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
    },
    /// Take it back
    Revoke {
        /// Which, as T-...
        credential: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Papers that go with an event.
#[derive(Debug, Args)]
pub struct Papers {
    /// A document, as commercial_invoice=invoice.pdf; may be repeated
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) document: Vec<String>,
    /// Whether everybody may read them
    #[arg(long)]
    pub(crate) public: bool,
}

#[derive(Debug, Args)]
pub struct Ship {
    /// The lots
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// Bill of lading or airway bill
    #[arg(long)]
    pub(crate) bill_of_lading: Option<String>,
    /// Who carries them
    #[arg(long)]
    pub(crate) carrier: Option<String>,
    /// The port or airport they leave, as a UN/LOCODE
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// The port or airport they go to
    #[arg(long)]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) papers: Papers,
}

#[derive(Debug, Args)]
pub struct Clear {
    /// The lots
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// Whose customs, as in CN
    #[arg(long)]
    pub(crate) jurisdiction: String,
    /// The declaration's number
    #[arg(long)]
    pub(crate) declaration: String,
    /// The net mass that the declaration lets in
    #[arg(long, value_name = "MASS")]
    pub(crate) net: String,
    /// The importer of record, if not you
    #[arg(long)]
    pub(crate) importer: Option<String>,
    #[command(flatten)]
    pub(crate) papers: Papers,
}

#[derive(Debug, Args)]
pub struct Attach {
    /// An item, job or consignment
    pub(crate) thing: String,
    /// What the papers are for
    #[arg(long)]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) papers: Papers,
}

#[derive(Debug, Args)]
pub struct Origin {
    /// The item
    pub(crate) item: String,
    /// The countries that remain possible, as in BR
    #[arg(required = true)]
    pub(crate) country: Vec<String>,
    /// State, province or district, of one country
    #[arg(long)]
    pub(crate) subdivision: Option<String>,
    #[command(flatten)]
    pub(crate) papers: Papers,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// The item
    pub(crate) item: String,
    /// The grade, as SCHEME:VALUE:GRADER
    #[arg(long, value_name = "SCHEME:VALUE:GRADER")]
    pub(crate) grade: Option<String>,
    /// The mineral it is
    #[arg(long)]
    pub(crate) species: Option<String>,
    /// The variety it is
    #[arg(long)]
    pub(crate) variety: Option<String>,
    /// Natural, synthetic, glass
    #[arg(long)]
    pub(crate) nature: Option<String>,
    /// What else was seen
    #[arg(long)]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) papers: Papers,
}

#[derive(Debug, Args)]
pub struct Count {
    /// Whose stock
    pub(crate) custodian: String,
    /// An item with what is there, and how many of a batch; may be repeated
    #[arg(required = true, value_name = "ITEM=MASS[:xCOUNT]")]
    pub(crate) line: Vec<String>,
    /// The scale's resolution
    #[arg(long, default_value = "1g")]
    pub(crate) resolution: String,
    /// Where, as F-...
    #[arg(long)]
    pub(crate) facility: Option<String>,
    #[command(flatten)]
    pub(crate) papers: Papers,
}
