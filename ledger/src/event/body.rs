//! What each event says: one declaration per event type, field by field, with units.
//!
//! `payload!` makes from each the Rust struct, the strict reader, the writer, the JSON Schema and the field list.
//! Who may author an event stands in the table (`super::table`), what it does in `apply`.

use crate::event::shape::{List, Text, payload};
use crate::hash::Hash;
use crate::id::{ItemId, LogIndex, Nonce, OfferId, Origin, ParticipantId, SaleId, WorkOrderId};
use crate::json::Json;
use crate::key::{KeyId, PublicKey, Signature};
use crate::mass::{Milligrams, Ppm};
use crate::sealed::Sealable;
use crate::tag::TagCode;
use crate::time::Timestamp;
use crate::vocab::{
    CertificateScope, Code, Country, DifferenceReason, DocumentType, EntryKind, EvidenceLevel, Finding, Form,
    GainReason, LossReason, Nature, Role, SaleChannel, Species, Step, Treatment, Variety, WeighingMethod,
};
use crate::words::words;

/// A short line: a name, a number, a reason.
pub type Line = Text<120>;
/// An event type's name, as a key's scope lists it.
pub type EventName = Text<40>;
/// A registered issuer's code or a certificate's number, normalised: see `apply::certificate`.
pub type Normalised = Text<40>;

payload! {
    /// An Ed25519 key and the proof that its holder agreed to be enrolled with it.
    pub struct KeyGrant {
        /// The public key; weak, non-canonical and torsioned keys are refused.
        [key]: PublicKey,
        /// The key's own signature over `lode key 1`, origin, subject and key (formats: proof of possession).
        [proof]: Signature,
        /// The event types it may sign; absent: all that its participant's roles allow.
        [scope]: List<EventName, 0, 32>,
    }

    /// The participant that may enrol others, with its first keys.
    pub struct Registrar {
        /// 128 random bits from which the participant id is derived, with the origin as issuer.
        [nonce]: Nonce,
        /// The organisation's plain name.
        [name]: Line,
        /// At least two keys, so that losing one does not end the ledger.
        [keys]: List<KeyGrant, 2, 8>,
    }

    /// A log begins.
    pub struct LedgerOpened {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The log's origin line: a name that no other log has.
        [origin]: Origin,
        /// The Ed25519 key that signs checkpoints.
        [log_key]: PublicKey,
        /// The key that signs `ledger.sealed`.
        [seal_key]: PublicKey,
        /// The key that signs receipts.
        [receipt_key]: PublicKey,
        /// Seconds after which a seal is due before the next statement.
        [seal_interval_s]: u32,
        /// Who may enrol participants.
        [registrar]: Registrar,
        /// Whether raw entries are served to members only; default: to everybody.
        [members_only]: Option<bool>,
    }

    /// What a process may yield, as a share of the mass put in; outside it a warning is shown.
    pub struct YieldRange {
        /// The process.
        [step]: Code<Step>,
        /// The lowest plausible yield.
        [min_ppm]: Ppm,
        /// The highest plausible yield.
        [max_ppm]: Ppm,
    }

    /// The registrar puts tolerances and the ruleset in force, after this index.
    pub struct PolicyAdopted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The ruleset; this program knows 1.
        [ruleset]: u32,
        /// The vocabulary's version.
        [vocabulary]: Line,
        /// Seconds by which a claimed time may be wrong.
        [skew_s]: u32,
        /// Seconds between happening and entry after which an entry is marked late.
        [late_after_s]: u32,
        /// A received mass may differ from the declared one by this share without a reason.
        [receipt_reason_ppm]: Ppm,
        /// Beyond this share a received mass needs a counter-signature.
        [receipt_countersign_ppm]: Ppm,
        /// Two scales may differ by this share beside their resolutions.
        [scale_ppm]: Ppm,
        /// Plausible yields by process.
        [yields]: List<YieldRange, 0, 64>,
        /// How many items a correction of claims may reach.
        [max_forward_items]: u32,
    }

    /// The registrar enrols an organisation or a person.
    pub struct ParticipantEnrolled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the participant id is derived.
        [nonce]: Nonce,
        /// Whether a natural person; a person's name must be sealed.
        [person]: bool,
        /// The name.
        descriptive [name]: Sealable<Line>,
        /// Where it is established.
        [country]: Code<Country>,
        /// What it may do.
        [roles]: List<Code<Role>, 1, 16>,
        /// Its keys, one per device.
        [keys]: List<KeyGrant, 1, 8>,
        /// A lab's registered code, under which its certificates are numbered.
        [issuer_code]: Option<Normalised>,
        /// Business licence or register number.
        descriptive [registration]: Option<Sealable<Line>>,
    }

    /// The registrar suspends a participant: its statements are refused from here on.
    pub struct ParticipantSuspended {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Who is suspended.
        [participant]: ParticipantId,
        /// Why.
        descriptive [reason]: Line,
    }

    /// The registrar grants a role.
    pub struct RoleGranted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// To whom.
        [participant]: ParticipantId,
        /// The role.
        [role]: Code<Role>,
    }

    /// The registrar takes a role away.
    pub struct RoleRevoked {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// From whom.
        [participant]: ParticipantId,
        /// The role.
        [role]: Code<Role>,
        /// Why.
        descriptive [reason]: Line,
    }

    /// A participant grants a device its key, or the registrar restores a participant whose keys are lost.
    pub struct KeyAdded {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Whose key it becomes.
        [participant]: ParticipantId,
        /// The key and its proof of possession over the participant's id.
        [grant]: KeyGrant,
        /// What the device is called.
        descriptive [device]: Option<Sealable<Line>>,
    }

    /// A key is no longer valid, from the next index on.
    pub struct KeyRevoked {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Whose key it is.
        [participant]: ParticipantId,
        /// The key's thumbprint.
        [key]: KeyId,
        /// The log index since which its statements are suspect: they stay, flagged.
        [suspect_since]: Option<LogIndex>,
        /// Why.
        descriptive [reason]: Line,
    }

    /// A weight as a scale gave it.
    pub struct Weighing {
        /// Net mass in milligrams.
        [net_mg]: Milligrams,
        /// With packing, in milligrams.
        [gross_mg]: Option<Milligrams>,
        /// The packing, in milligrams; gross = net + tare where all three stand.
        [tare_mg]: Option<Milligrams>,
        /// How it was found.
        [method]: Code<WeighingMethod>,
        /// The scale's resolution in milligrams.
        [resolution_mg]: Milligrams,
    }

    /// One country of a material's origin.
    pub struct OriginShare {
        /// The country where the material was dug.
        [country]: Code<Country>,
        /// Its share by mass.
        [share_ppm]: Ppm,
        /// State, province or district.
        descriptive [subdivision]: Option<Line>,
        /// The mine.
        descriptive [mine]: Option<Sealable<Line>>,
    }

    /// What is said about one treatment. What is not stated is never taken as none.
    pub struct TreatmentStatement {
        /// Which treatment.
        [treatment]: Code<Treatment>,
        /// What is said of it.
        [finding]: Code<Finding>,
    }

    /// A grade is always a scheme, a value and who gave it.
    pub struct Grade {
        /// The scheme.
        [scheme]: Line,
        /// The value in it.
        [value]: Line,
        /// Who graded.
        [grader]: Line,
    }

    /// One declaration element of a customs code.
    pub struct DeclarationElement {
        /// The element's code in the table.
        [element]: Text<40>,
        /// What is declared.
        [value]: Line,
    }

    /// The declaration elements that customs asks for a code.
    pub struct CustomsElements {
        /// Whose customs: the table's jurisdiction.
        [jurisdiction]: Text<8>,
        /// The HS code, digits only.
        [hs]: Text<12>,
        /// The table's version.
        [version]: Text<16>,
        /// The elements.
        [elements]: List<DeclarationElement, 1, 32>,
    }

    /// A document off the log, known by its hash.
    pub struct DocumentRef {
        /// What kind of document.
        [kind]: Code<DocumentType>,
        /// SHA-256 of its bytes; of a private document, salted as a sealed field is.
        [sha256]: Hash,
        /// Whether everybody may read it.
        [public]: bool,
    }

    /// A lot of raw material enters the ledger.
    pub struct LotDeclared {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the lot's id is derived.
        [nonce]: Nonce,
        /// How it enters: mined, import, opening stock or domestic purchase.
        [entry]: Code<EntryKind>,
        /// The mineral.
        [species]: Code<Species>,
        /// The variety, if known.
        [variety]: Option<Code<Variety>>,
        /// What the trade calls it.
        descriptive [trade_name]: Option<Line>,
        /// Its form.
        [form]: Code<Form>,
        /// Natural, synthetic, glass, or not stated.
        [nature]: Code<Nature>,
        /// The origin mix; shares add up to 1,000,000.
        [origins]: List<OriginShare, 1, 16>,
        /// The declared mass.
        [mass]: Weighing,
        /// What is said of treatments.
        [treatments]: List<TreatmentStatement, 0, 24>,
        /// The evidence level claimed for the origin; the entry kind has its ceiling.
        [evidence]: Code<EvidenceLevel>,
        /// The grade.
        descriptive [grade]: Option<Grade>,
        /// Who sold it.
        descriptive [supplier]: Option<Sealable<Line>>,
        /// The supplier's own lot number.
        descriptive [supplier_lot]: Option<Sealable<Line>>,
        /// An enrolled exporter or miner who may counter-sign.
        [supplier_participant]: Option<ParticipantId>,
        /// The public half of the key in the counter-signing link.
        [supplier_link]: Option<PublicKey>,
        /// Bill of lading or airway bill.
        descriptive [bill_of_lading]: Option<Sealable<Line>>,
        /// Customs declaration number.
        descriptive [customs_declaration]: Option<Sealable<Line>>,
        /// Certificate of origin number.
        descriptive [certificate_of_origin]: Option<Sealable<Line>>,
        /// The declaration elements of its customs code.
        descriptive [customs]: Option<CustomsElements>,
        /// Documents behind the claims.
        [documents]: List<DocumentRef, 0, 16>,
        /// The owner, if not the author.
        [owner]: Option<ParticipantId>,
    }

    /// The supplier confirms what was sold.
    pub struct SupplierCountersigned {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The lot.
        [item]: ItemId,
        /// The mass sold, in milligrams; must be the declared one.
        [net_mg]: Milligrams,
        /// The country it was dug in; must be one of the declared ones.
        [country]: Code<Country>,
    }

    /// One lot of a received consignment.
    pub struct ReceiptLine {
        /// The lot.
        [item]: ItemId,
        /// The received net mass in milligrams.
        [received_mg]: Milligrams,
        /// How it was weighed.
        [method]: Code<WeighingMethod>,
        /// The scale's resolution in milligrams.
        [resolution_mg]: Milligrams,
        /// Why it differs from the declared mass.
        [reason]: Option<Code<DifferenceReason>>,
    }

    /// The importer weighs what arrived under one bill of lading.
    pub struct ConsignmentReceived {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the consignment's id is derived.
        [nonce]: Nonce,
        /// Bill of lading or airway bill.
        descriptive [bill_of_lading]: Option<Sealable<Line>>,
        /// The lots.
        [lines]: List<ReceiptLine, 1, 256>,
    }

    /// Mass that is gone, and why.
    pub struct Loss {
        /// Why.
        [reason]: Code<LossReason>,
        /// How much, in milligrams.
        [mass_mg]: Milligrams,
        /// How many pieces of a batch.
        [count]: Option<u32>,
    }

    /// Mass that was added, and why.
    pub struct Gain {
        /// Why.
        [reason]: Code<GainReason>,
        /// How much, in milligrams.
        [mass_mg]: Milligrams,
    }

    /// One part of a split.
    pub struct SplitPart {
        /// Its mass in milligrams.
        [mass_mg]: Milligrams,
        /// Its count, if a batch is split.
        [count]: Option<u32>,
    }

    /// A lot or batch is divided; the rest stays what it was.
    pub struct LotSplit {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What is divided.
        [item]: ItemId,
        /// 128 random bits from which the parts' ids are derived, in order.
        [nonce]: Nonce,
        /// The parts.
        [parts]: List<SplitPart, 1, 256>,
        /// What was lost in dividing.
        [losses]: List<Loss, 0, 8>,
        /// What is left of the divided item afterwards, in milligrams.
        [left_mg]: Milligrams,
        /// What is left of a batch afterwards.
        [left_count]: Option<u32>,
    }

    /// How much of an item goes in.
    pub struct Input {
        /// The item.
        [item]: ItemId,
        /// How much of it, in milligrams.
        [mass_mg]: Milligrams,
        /// How many of a batch.
        [count]: Option<u32>,
    }

    /// Lots are poured together.
    pub struct LotMerged {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the new lot's id is derived.
        [nonce]: Nonce,
        /// What goes in; all of one species.
        [inputs]: List<Input, 2, 64>,
        /// What was lost.
        [losses]: List<Loss, 0, 8>,
        /// What came out, in milligrams.
        [mass_mg]: Milligrams,
        /// What the trade calls the blend.
        descriptive [trade_name]: Option<Line>,
    }

    /// Mass of an item is gone.
    pub struct LossRecorded {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Of what.
        [item]: ItemId,
        /// How much and why.
        [loss]: Loss,
        /// What is left afterwards, in milligrams.
        [left_mg]: Milligrams,
    }

    /// Something is said about treatments, without one being applied now.
    pub struct TreatmentDeclared {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Of what.
        [item]: ItemId,
        /// What is said.
        [treatments]: List<TreatmentStatement, 1, 24>,
        /// Documents behind it.
        [documents]: List<DocumentRef, 0, 8>,
    }

    /// A treatment is carried out. Exactly one of `item` and `work` is named.
    pub struct TreatmentApplied {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// On which item.
        [item]: Option<ItemId>,
        /// Or on the goods of which work order.
        [work]: Option<WorkOrderId>,
        /// Which treatment.
        [treatment]: Code<Treatment>,
        /// With what: temperature, time, agent.
        descriptive [parameters]: Option<Line>,
        /// Foreign mass that it added (resin, coat, wax), in milligrams.
        [added_mg]: Option<Milligrams>,
        /// What there is afterwards, in milligrams; required where mass was added.
        [left_mg]: Option<Milligrams>,
    }

    /// A lab's certificate is linked to an item.
    pub struct CertificateLinked {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item.
        [item]: ItemId,
        /// The lab's registered code: capitals and digits.
        [issuer_code]: Normalised,
        /// The certificate's number: capitals and digits.
        [number]: Normalised,
        /// The document.
        [document]: DocumentRef,
        /// Whether it speaks of this one piece or of a sample of a lot.
        [scope]: Code<CertificateScope>,
        /// How many were examined, of a sample.
        [sample_count]: Option<u32>,
        /// What the lab found about treatments; only the lab itself may say it.
        [findings]: List<TreatmentStatement, 0, 24>,
    }

    /// A job takes items in; their mass is then the job's.
    pub struct WorkStarted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the work order's id is derived.
        [nonce]: Nonce,
        /// The main process.
        [process]: Code<Step>,
        /// What the job is called.
        descriptive [title]: Option<Line>,
        /// What goes in.
        [inputs]: List<Input, 1, 64>,
    }

    /// A step of a job, or on an item in hand. Exactly one of `work` and `item` is named.
    pub struct StepLogged {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// In which job.
        [work]: Option<WorkOrderId>,
        /// Or on which item.
        [item]: Option<ItemId>,
        /// Which step. A step that is a treatment marks the goods as treated.
        [step]: Code<Step>,
        /// Who did it.
        descriptive [operator]: Option<Sealable<Line>>,
        /// What was weighed after it, in milligrams: shown, and booked only at completion.
        [mass_mg]: Option<Milligrams>,
        /// Photos.
        [photos]: List<DocumentRef, 0, 8>,
    }

    /// What a job yields: a lot by mass, a batch by count and mass, or one piece.
    pub struct WorkOutput {
        /// `lot`, `batch` or `piece`.
        [kind]: OutputKind,
        /// Its mass in milligrams.
        [mass_mg]: Milligrams,
        /// How many, of a batch.
        [count]: Option<u32>,
        /// Its form.
        [form]: Code<Form>,
        /// What it is called.
        descriptive [name]: Option<Line>,
        /// Its grade.
        descriptive [grade]: Option<Grade>,
        /// A photo of it.
        [photo]: Option<DocumentRef>,
    }

    /// A job yields items; when nothing is left in it, it is closed.
    pub struct WorkCompleted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The job.
        [work]: WorkOrderId,
        /// 128 random bits from which the outputs' ids are derived, in order.
        [nonce]: Nonce,
        /// What came out.
        [outputs]: List<WorkOutput, 1, 256>,
        /// What was lost.
        [losses]: List<Loss, 0, 8>,
        /// What was added.
        [gains]: List<Gain, 0, 8>,
        /// What is left in the job, in milligrams.
        [left_mg]: Milligrams,
    }

    /// One item of a hand-over.
    pub struct OfferLine {
        /// The item.
        [item]: ItemId,
        /// The mass on the giver's scale, in milligrams.
        [mass_mg]: Milligrams,
        /// The scale's resolution in milligrams.
        [resolution_mg]: Milligrams,
    }

    /// The custodian offers items to a named party.
    pub struct CustodyOffered {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the offer's id is derived.
        [nonce]: Nonce,
        /// To whom.
        [to]: ParticipantId,
        /// What.
        [lines]: List<OfferLine, 1, 64>,
        /// Until when; compared with the ledger's clock, the seals.
        [expires]: Timestamp,
        /// Whether ownership passes too; only the owner may say so.
        [ownership]: Option<bool>,
        /// The counterparty's reference.
        descriptive [reference]: Option<Sealable<Line>>,
    }

    /// One item as the taker weighed it.
    pub struct AcceptLine {
        /// The item.
        [item]: ItemId,
        /// The mass on the taker's scale, in milligrams.
        [measured_mg]: Milligrams,
        /// The scale's resolution in milligrams.
        [resolution_mg]: Milligrams,
    }

    /// The named party takes the items; the difference between two scales is booked.
    pub struct CustodyAccepted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which offer.
        [offer]: OfferId,
        /// Every item of it, as weighed.
        [lines]: List<AcceptLine, 1, 64>,
        /// In what condition.
        descriptive [condition]: Option<Line>,
    }

    /// The named party does not take the items.
    pub struct CustodyRejected {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which offer.
        [offer]: OfferId,
        /// Why.
        descriptive [reason]: Line,
    }

    /// The giver takes an offer back.
    pub struct CustodyCancelled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which offer.
        [offer]: OfferId,
    }

    /// A printed tag is bound to an item.
    pub struct TagBound {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item.
        [item]: ItemId,
        /// The public code: the hash of the claim key.
        [code]: TagCode,
        /// The public half of the hidden claim code's key.
        [claim_key]: PublicKey,
        /// A photo taken at sealing.
        [photo]: Option<DocumentRef>,
    }

    /// A lost or damaged tag gives way to a new one.
    pub struct TagReplaced {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item.
        [item]: ItemId,
        /// The old code, void from here on.
        [old]: TagCode,
        /// The new code: the hash of the new claim key.
        [code]: TagCode,
        /// The public half of the new claim code's key.
        [claim_key]: PublicKey,
        /// Why.
        descriptive [reason]: Line,
    }

    /// The owner sells items to a buyer outside the ledger.
    pub struct SaleRecorded {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the sale's id is derived.
        [nonce]: Nonce,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// Where it was sold.
        [channel]: Code<SaleChannel>,
        /// Where the buyer is.
        [destination]: Option<Code<Country>>,
        /// The seller's order number.
        descriptive [order]: Option<Sealable<Line>>,
    }

    /// A sale did not come about.
    pub struct SaleCancelled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which sale.
        [sale]: SaleId,
        /// Why.
        descriptive [reason]: Line,
    }

    /// A descriptive field was wrong. The old value stays readable for ever.
    pub struct EventCorrected {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item that the corrected event created.
        [item]: ItemId,
        /// The corrected event's log index.
        [index]: LogIndex,
        /// Its number in that statement, from 0.
        [event]: u16,
        /// Which field: a descriptive one of that event.
        [field]: Text<64>,
        /// What stood there; absent if nothing did.
        [old]: Option<AnyValue>,
        /// What should stand there; absent to take it away.
        [new]: Option<AnyValue>,
        /// Why.
        descriptive [reason]: Line,
    }

    /// The node seals the log so far: the ledger's clock, and the state that the log adds up to.
    pub struct LedgerSealed {
        /// The ledger's time; strictly later than the seal before.
        [at]: Timestamp,
        /// How many entries are sealed: this entry's own index.
        [size]: u64,
        /// The root of the state map after those entries.
        [state_root]: Hash,
    }
}

/// What a job may yield.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutputKind {
    /// By mass.
    Lot,
    /// By count and mass.
    Batch,
    /// One serial.
    Piece,
}

impl crate::event::shape::Shape for OutputKind {
    fn from_json(json: &Json) -> Result<Self, crate::event::shape::FieldError> {
        match json.as_str() {
            Some("lot") => Ok(Self::Lot),
            Some("batch") => Ok(Self::Batch),
            Some("piece") => Ok(Self::Piece),
            _ => {
                let what = words("lot, batch or piece", "lot、batch 或 piece", "lot, batch ou piece");
                Err(crate::event::shape::FieldError::expected(what))
            }
        }
    }

    fn to_json(&self) -> Json {
        let text = match self {
            Self::Lot => "lot",
            Self::Batch => "batch",
            Self::Piece => "piece",
        };
        Json::Str(text.to_owned())
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "string", "enum": ["lot", "batch", "piece"]})
    }
}

/// A value of any shape, as a correction quotes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnyValue(pub Json);

impl crate::event::shape::Shape for AnyValue {
    fn from_json(json: &Json) -> Result<Self, crate::event::shape::FieldError> {
        Ok(Self(json.clone()))
    }

    fn to_json(&self) -> Json {
        self.0.clone()
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({})
    }
}
