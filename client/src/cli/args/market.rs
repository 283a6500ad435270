//! What happens before and after a sale, and to goods that change hands or owners in other ways. Arguments only.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Consign {
    /// What
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// Who may list and sell it for you
    #[arg(long, value_name = "PARTICIPANT")]
    pub(crate) seller: String,
    /// For how many days
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    pub(crate) days: u16,
    /// It ends now
    #[arg(long, conflicts_with = "days")]
    pub(crate) end: bool,
}

#[derive(Debug, Subcommand)]
pub enum TitleCommand {
    /// Offer to make somebody the owner
    Offer {
        /// What
        #[arg(required = true)]
        item: Vec<String>,
        /// To whom
        #[arg(long, value_name = "PARTICIPANT")]
        to: String,
        /// For how many days the offer stands
        #[arg(long, default_value_t = 14, value_name = "DAYS")]
        days: u16,
    },
    /// Become the owner of what was offered so
    Take {
        /// The offer
        offer: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum MissingCommand {
    /// Items are lost or stolen: nothing is done with them until they are found
    Report(MissingReport),
    /// They are there again
    Found(MissingFound),
}

#[derive(Debug, Args)]
pub struct MissingReport {
    /// What
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// They were stolen, not lost
    #[arg(long)]
    pub(crate) stolen: bool,
    /// The police's report
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct MissingFound {
    /// What
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// How they were found
    #[arg(long)]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Args)]
pub struct Assign {
    /// Items, and jobs with what is in them
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// Into whose hands
    #[arg(long, value_name = "PARTICIPANT")]
    pub(crate) to: String,
    /// Why, as in death, insolvency or seizure
    #[arg(long)]
    pub(crate) reason: String,
    /// The document that orders it, as in court_order=order.pdf
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) document: String,
    /// Ownership passes too
    #[arg(long)]
    pub(crate) ownership: bool,
}

#[derive(Debug, Args)]
pub struct PackArgs {
    /// What
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// The number of the seal on the box
    #[arg(long)]
    pub(crate) seal: Option<String>,
}

#[derive(Debug, Args)]
pub struct Unpack {
    /// The box
    pub(crate) pack: String,
}

#[derive(Debug, Subcommand)]
pub enum ListingCommand {
    /// Offer items to buyers
    Open {
        /// What
        #[arg(required = true)]
        item: Vec<String>,
        /// Where, as in shop or live_stream
        #[arg(long, default_value = "shop")]
        channel: String,
        /// The session of a stream
        #[arg(long)]
        session: Option<String>,
        /// The place in the session
        #[arg(long)]
        slot: Option<u32>,
        /// What you write above it
        #[arg(long)]
        title: Option<String>,
        /// The title's language, as in en or zh-Hans
        #[arg(long, value_name = "TAG")]
        language: Option<String>,
    },
    /// Offer them no more
    Close {
        /// The listing
        listing: String,
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
    /// Open listings of a seller
    List {
        /// Whose [default: you]
        #[arg(long, value_name = "PARTICIPANT")]
        seller: Option<String>,
        /// Of this session only
        #[arg(long)]
        session: Option<String>,
        /// Item by item instead, with tags and the claim codes that this device has: to pack what was sold
        #[arg(long, conflicts_with = "seller")]
        claim_codes: bool,
        /// At most so many
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
}

#[derive(Debug, Args)]
pub struct Reserve {
    /// What
    pub(crate) item: String,
    /// For how many hours, at most 720
    #[arg(long, default_value_t = 24, value_name = "HOURS")]
    pub(crate) hours: u16,
    /// It ends now
    #[arg(long, conflicts_with = "hours")]
    pub(crate) end: bool,
    /// Your listing that the buyer saw
    #[arg(long)]
    pub(crate) listing: Option<String>,
    /// The buyer's reference
    #[arg(long)]
    pub(crate) buyer: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// State what customs is told of goods that leave
    Prepare(Box<ExportArgs>),
    /// Exports of a participant
    List {
        /// Whose [default: you]
        #[arg(long, value_name = "PARTICIPANT")]
        exporter: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// To which country
    #[arg(long, value_name = "COUNTRY")]
    pub(crate) destination: String,
    /// The HS code at the border that the goods leave over, as in 7116.20
    #[arg(long, value_name = "CODE")]
    pub(crate) hs: String,
    /// The destination's tariff code, digits and dots
    #[arg(long, value_name = "CODE")]
    pub(crate) tariff_code: Option<String>,
    /// The origin for customs: where the goods were last worked substantially
    #[arg(long, value_name = "COUNTRY")]
    pub(crate) customs_origin: String,
    /// A country where the material was dug; may be repeated [default: those of the record]
    #[arg(long, value_name = "COUNTRY")]
    pub(crate) material_origin: Vec<String>,
    /// A product identifier, as in gtin:4006381333931; may be repeated
    #[arg(long, value_name = "SCHEME:VALUE")]
    pub(crate) product_id: Vec<String>,
    /// The supervision code: 9610, 9710, 9810, 1210, 0110 or 1039
    #[arg(long, value_name = "CODE")]
    pub(crate) regime: String,
    /// The terms of delivery, as in DAP
    #[arg(long)]
    pub(crate) incoterm: Option<String>,
    /// The declaration's number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) declaration: Option<String>,
    /// A private document behind it; may be repeated
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) document: Vec<String>,
}

#[derive(Debug, Args)]
pub struct DispatchArgs {
    /// What
    #[arg(required = true)]
    pub(crate) item: Vec<String>,
    /// The carrier
    #[arg(long)]
    pub(crate) carrier: Option<String>,
    /// The carrier's number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) tracking: Option<String>,
    /// To which country
    #[arg(long, value_name = "COUNTRY")]
    pub(crate) destination: Option<String>,
    /// Under which export
    #[arg(long)]
    pub(crate) export: Option<String>,
}

#[derive(Debug, Args)]
pub struct Deliver {
    /// The shipment
    pub(crate) shipment: String,
    /// The carrier's proof, as in delivery_note=proof.pdf
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) proof: Option<String>,
}

#[derive(Debug, Args)]
pub struct Settle {
    /// Which sales
    #[arg(required = true)]
    pub(crate) sale: Vec<String>,
    /// In which currency, as in USD
    #[arg(long)]
    pub(crate) currency: String,
    /// The settlement's document; only its salted hash goes into the ledger, no amount
    #[arg(long, value_name = "FILE")]
    pub(crate) document: PathBuf,
}

#[derive(Debug, Args)]
pub struct ReturnArgs {
    /// What came back
    pub(crate) item: String,
    /// Why, as in change_of_mind or defect
    #[arg(long)]
    pub(crate) reason: String,
    /// In what condition
    #[arg(long)]
    pub(crate) condition: Option<String>,
}
