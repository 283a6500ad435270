//! Raw material on its way in.

use super::Line;
use super::common::{CustomsElements, DocumentRef, Grade, OriginShare, TreatmentStatement, Weighing};
use crate::event::shape::{List, payload};
use crate::id::{ConsignmentId, ItemId, Nonce, ParticipantId};
use crate::key::PublicKey;
use crate::mass::Milligrams;
use crate::sealed::Sealable;
use crate::time::Timestamp;
use crate::vocab::{
    Code, Country, DifferenceReason, EntryKind, EvidenceLevel, Form, Nature, Port, Species, Variety,
    WeighingMethod,
};

payload! {
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
        /// The mass that was received, if it is beyond the policy's second threshold and the supplier agrees, in
        /// milligrams.
        [received_mg]: Option<Milligrams>,
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
        /// The shipped consignment that they came in, all of them.
        [consignment]: Option<ConsignmentId>,
    }

    /// Lots are on their way under one bill of lading, to whoever has them in his books.
    pub struct ConsignmentShipped {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the consignment's id is derived.
        [nonce]: Nonce,
        /// Bill of lading or airway bill.
        descriptive [bill_of_lading]: Option<Sealable<Line>>,
        /// Who carries them, if enrolled.
        [carrier]: Option<ParticipantId>,
        /// The port or airport they leave.
        [from]: Option<Code<Port>>,
        /// The port or airport they go to.
        [to]: Option<Code<Port>>,
        /// The lots, declared and not yet received.
        [items]: List<ItemId, 1, 256>,
        /// Its papers.
        [documents]: List<DocumentRef, 0, 16>,
    }

    /// Customs has let lots in. It says nothing of where they are.
    pub struct CustomsCleared {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The lots.
        [items]: List<ItemId, 1, 256>,
        /// Whose customs.
        [jurisdiction]: Code<Country>,
        /// The declaration's number.
        descriptive [declaration]: Sealable<Line>,
        /// The net mass that the declaration lets in, in milligrams. All lots under it are together no more, within what
        /// two weighings may differ without a reason.
        [net_mg]: Milligrams,
        /// The importer of record, if not the author.
        [importer]: Option<ParticipantId>,
        /// The declaration and its papers.
        [documents]: List<DocumentRef, 0, 8>,
    }
}
