//! What happens to material: declaring, weighing, dividing, working, treating. Arguments only.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
    /// Declare lots also if another file declared the same supplier's lot number: they are other goods. Without it, what
    /// another file declared is left out, as a sheet is corrected and saved again
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
    #[command(flatten)]
    pub(crate) graded: GradedBy,
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
    /// State, province or district; of several origins with the country before it; may be repeated
    #[arg(long, value_name = "[COUNTRY=]TEXT", requires = "species")]
    pub(crate) subdivision: Vec<String>,
    /// The mine; of several origins with the country before it; may be repeated
    #[arg(long, value_name = "[COUNTRY=]TEXT", requires = "species")]
    pub(crate) mine: Vec<String>,
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
    /// The HS code under which the elements are declared, as in 7103.10
    #[arg(long, value_name = "CODE", requires_all = ["element", "species"])]
    pub(crate) hs: Option<String>,
    /// Whose customs asks for the elements
    #[arg(long, value_name = "COUNTRY", default_value = "CN")]
    pub(crate) customs_of: String,
    /// A declaration element of the HS code, as in colour=purple; may be repeated
    #[arg(long, value_name = "ELEMENT=TEXT", requires = "hs")]
    pub(crate) element: Vec<String>,
    /// Certificate of origin number
    #[arg(long, requires = "species")]
    pub(crate) certificate_of_origin: Option<String>,
    /// The owner, if not you
    #[arg(long, value_name = "PARTICIPANT", requires = "species")]
    pub(crate) owner: Option<String>,
}

/// By what, and by whom.
#[derive(Debug, Args)]
pub struct GradedBy {
    /// The scheme of the grade
    #[arg(long, default_value = "not stated")]
    pub(crate) grade_scheme: String,
    /// Who graded
    #[arg(long, default_value = "not stated")]
    pub(crate) grader: String,
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
    /// Jobs of a studio
    List {
        /// Whose, or `any` with --warning [default: yours]
        #[arg(long, value_name = "PARTICIPANT")]
        studio: Option<String>,
        /// With this warning, as in yield-outside
        #[arg(long, value_name = "CODE")]
        warning: Option<String>,
        /// Only those with something left in them
        #[arg(long)]
        unfinished: bool,
        /// Only those that are done
        #[arg(long, conflicts_with = "unfinished")]
        done: bool,
        /// At most so many
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
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
        /// Who else may log its steps; may be repeated
        #[arg(long, value_name = "PARTICIPANT")]
        crew: Vec<String>,
    },
    /// Let a job rest
    Pause {
        /// The job
        work: String,
    },
    /// Go on with a job that rested
    Resume {
        /// The job
        work: String,
    },
    /// Offer a job, with the goods in it, to another studio
    HandOver {
        /// The job
        work: String,
        /// To whom
        #[arg(long, value_name = "PARTICIPANT")]
        to: String,
        /// For how many days the offer stands
        #[arg(long, default_value_t = 14, value_name = "DAYS")]
        days: u16,
        /// Ownership passes too
        #[arg(long)]
        ownership: bool,
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
        /// What came out; may be repeated. Nothing, if the stone broke and all of it is lost
        #[arg(long, required_unless_present_any = ["loss", "rest_is_loss"], value_name = "KIND:FORM:MASS[:xCOUNT][:NAME]")]
        output: Vec<String>,
        /// What was lost; may be repeated
        #[arg(long, value_name = "REASON:MASS")]
        loss: Vec<String>,
        /// What was added; may be repeated
        #[arg(long, value_name = "REASON:MASS")]
        gain: Vec<String>,
        /// A photo of an output that everybody may see: of which one, from 1 in the order given; may be repeated
        #[arg(long, value_name = "NUMBER=FILE")]
        photo: Vec<String>,
        /// The grade of an output: of which one, from 1 in the order given; may be repeated
        #[arg(long, value_name = "NUMBER=VALUE")]
        grade: Vec<String>,
        #[command(flatten)]
        graded: GradedBy,
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
