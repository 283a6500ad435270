//! What happens between people, and what can be asked: certificates, offers, tags, sales, corrections, lists. Arguments
//! only.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use lode_ledger::record::ItemState;

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
    /// The lab's earlier certificate of the piece that this one replaces; only the lab may say it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) reissue_of: Option<String>,
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
        /// Of a batch: make a hidden code for each of so many pieces, so that each is claimed by its own buyer
        #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true)]
        units: u32,
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
    /// Print the label and the claim card as two SVG files; of a batch, a card for each piece
    Label {
        /// The tag's code
        code: String,
        /// Where to put CODE.label.svg and CODE.claim.svg, or CODE.claim-NUMBER.svg
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        out: PathBuf,
        /// A short fact on the label; may be repeated
        #[arg(long, value_name = "TEXT")]
        fact: Vec<String>,
        /// The address before /T/CODE [default: tag_base of the settings, or the node]
        #[arg(long, value_name = "ADDRESS")]
        base: Option<String>,
        /// Wipe the hidden codes from this device afterwards
        #[arg(long)]
        forget: bool,
        /// Of a batch with a hidden code for each piece: only the card of this piece, counted from 1
        #[arg(long, value_name = "NUMBER")]
        unit: Option<u32>,
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
        /// Your listing that the buyer saw
        #[arg(long)]
        listing: Option<String>,
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
    /// The item that the wrong event created; neither item nor job: the event itself
    pub(crate) item: Option<String>,
    /// The job that the wrong event began
    #[arg(long, conflicts_with = "item")]
    pub(crate) work: Option<String>,
    /// The event's log index
    #[arg(long)]
    pub(crate) index: u64,
    /// Its number in the statement, from 0
    #[arg(long, default_value_t = 0)]
    pub(crate) event: u16,
    /// The field; of an item also species, variety, nature, origins, treatments.CODE, mass_mg, measured_mg
    #[arg(long)]
    pub(crate) field: String,
    /// Of a mass in other hands: who must sign the same
    #[arg(long, value_name = "PARTICIPANT")]
    pub(crate) counterparty: Option<String>,
    /// Show it as a contradiction where it cannot be applied any more
    #[arg(long)]
    pub(crate) contradiction: bool,
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
pub struct ShowArgs {
    /// An id, a tag code, a name of the address book, a log index, the 64 digits of a statement or key, or a certificate
    /// as CODE:NUMBER
    ///
    /// An id begins with a letter: L lot, B batch, P piece, W job, U participant, O offer, S sale, M listing, E export,
    /// V shipment, K box, Y settlement, C consignment, N count, F place, T title, H hold, D dispute, R recall.
    pub(crate) id: String,
    /// Ask as yourself: a party sees more of its own
    #[arg(long)]
    pub(crate) mine: bool,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Whose custody: a participant, or `any` [default: you]
    #[arg(long, value_name = "PARTICIPANT")]
    pub(crate) custodian: Option<String>,
    /// Whose property, in whatever hands it is: a participant, or `me`
    #[arg(long, value_name = "PARTICIPANT", conflicts_with = "consigned")]
    pub(crate) owner: Option<String>,
    /// What others let you sell
    #[arg(long, conflicts_with = "custodian")]
    pub(crate) consigned: bool,
    /// In which state
    #[arg(long, value_parser = PossibleValuesParser::new(ItemState::ALL.map(ItemState::word)))]
    pub(crate) state: Option<String>,
    /// Which mineral
    #[arg(long)]
    pub(crate) species: Option<String>,
    /// lot, batch or piece
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Who entered or made it, wherever it is now: a participant, or `me`
    #[arg(long, value_name = "PARTICIPANT", conflicts_with = "consigned")]
    pub(crate) creator: Option<String>,
    /// What stands in its way or is missing of it: held, disputed, recalled, missing, waiting, contradicted, warned,
    /// undocumented, uncleared, in_transit
    #[arg(long, value_name = "MARK")]
    pub(crate) marked: Option<String>,
    /// With this warning, as in stock-differs
    #[arg(long, value_name = "CODE")]
    pub(crate) warning: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: usize,
    /// Open offers to you instead of items
    #[arg(long, conflicts_with_all = ["custodian", "owner", "consigned", "state", "species", "kind", "creator", "marked", "warning"])]
    pub(crate) offers: bool,
    /// Your own open offers instead of items
    #[arg(long, conflicts_with_all = ["custodian", "owner", "consigned", "state", "species", "kind", "creator", "marked", "warning", "offers"])]
    pub(crate) own_offers: bool,
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
