//! What is said and shown of goods without changing them.

use super::Normalised;
use super::common::{DocumentRef, TreatmentStatement};
use crate::event::shape::{List, payload};
use crate::id::ItemId;
use crate::time::Timestamp;
use crate::vocab::{CertificateScope, Code};

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
}
