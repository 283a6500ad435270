//! What is said and shown of goods without changing them.

use super::common::{DocumentRef, Grade, TreatmentStatement};
use super::{Line, Normalised};
use crate::event::shape::{List, payload};
use crate::id::{ConsignmentId, FacilityId, ItemId, Nonce, ParticipantId, WorkOrderId};
use crate::mass::Milligrams;
use crate::time::Timestamp;
use crate::vocab::{CertificateScope, Code, Country, Nature, Species, Variety};

payload! {
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
        /// The number of the lab's earlier certificate of this piece that this one takes the place of, as after a recut;
        /// only the lab itself may say it.
        [reissue_of]: Option<Normalised>,
    }

    /// Papers are put with an item, a job or a consignment. Exactly one of the three is named.
    pub struct DocumentAttached {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// To which item.
        [item]: Option<ItemId>,
        /// Or to which job.
        [work]: Option<WorkOrderId>,
        /// Or to which consignment.
        [consignment]: Option<ConsignmentId>,
        /// The papers.
        [documents]: List<DocumentRef, 1, 16>,
        /// What they are for.
        descriptive [note]: Option<Line>,
    }

    /// The possible origins become fewer: somebody says which of them it is.
    pub struct OriginAsserted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Of what.
        [item]: ItemId,
        /// The countries that remain possible.
        [countries]: List<Code<Country>, 1, 16>,
        /// State, province or district, of one country.
        descriptive [subdivision]: Option<Line>,
        /// Documents behind it.
        [documents]: List<DocumentRef, 0, 8>,
    }

    /// An inspector, a lab or a grader has looked at an item.
    pub struct InspectionRecorded {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// At what.
        [item]: ItemId,
        /// The grade given.
        [grade]: Option<Grade>,
        /// The mineral it is.
        [species]: Option<Code<Species>>,
        /// The variety it is.
        [variety]: Option<Code<Variety>>,
        /// Natural, synthetic, glass.
        [nature]: Option<Code<Nature>>,
        /// The report.
        [documents]: List<DocumentRef, 0, 8>,
        /// What else was seen.
        descriptive [note]: Option<Line>,
    }

    /// One item of a count.
    pub struct CountLine {
        /// The item.
        [item]: ItemId,
        /// What is really there, in milligrams; 0 if it is not there.
        [found_mg]: Milligrams,
        /// How many are there, of a batch.
        [count]: Option<u32>,
        /// The scale's resolution in milligrams.
        [resolution_mg]: Milligrams,
    }

    /// An inspector weighs and counts what is really there of a custodian's stock. Balances stay; differences show.
    pub struct StockCounted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the count's id is derived.
        [nonce]: Nonce,
        /// Whose stock.
        [custodian]: ParticipantId,
        /// Where.
        [facility]: Option<FacilityId>,
        /// Item by item.
        [lines]: List<CountLine, 1, 64>,
        /// The count sheet.
        [documents]: List<DocumentRef, 0, 8>,
    }
}
