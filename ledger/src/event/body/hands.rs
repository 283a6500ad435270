//! Goods that change hands or owners otherwise than by offer and acceptance of goods, or that go missing.

use super::Line;
use super::common::DocumentRef;
use crate::event::shape::{FieldError, List, Shape, payload};
use crate::id::{ItemId, Nonce, OfferId, ParticipantId, WorkOrderId};
use crate::json::Json;
use crate::record::Loss;
use crate::time::Timestamp;
use crate::vocab::{AssignmentReason, Code};
use crate::words::words;

payload! {
    /// The registrar puts goods into other hands, where their custodian cannot or must not: death, insolvency, seizure.
    pub struct CustodyAssigned {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What: goods.
        [items]: List<ItemId, 0, 64>,
        /// And jobs, with what is in them: who takes them goes on with them.
        [works]: List<WorkOrderId, 0, 64>,
        /// To whom.
        [to]: ParticipantId,
        /// Why.
        [reason]: Code<AssignmentReason>,
        /// The document that orders it.
        [document]: DocumentRef,
        /// Whether ownership passes too.
        [ownership]: Option<bool>,
    }

    /// The owner lets a seller list and sell; ownership stays until it is sold. Said again for the same seller, it
    /// takes the place of what was said before.
    pub struct ItemConsigned {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// Who may sell it.
        [seller]: ParticipantId,
        /// Until when, by the ledger's clock; a time that has passed by that clock ends the consignment.
        [until]: Timestamp,
    }

    /// Ownership passes and the goods stay where they are. The owner offers it (`nonce`, `to`, `items`, `expires`); the
    /// new owner takes it (`offer`).
    pub struct OwnershipTransferred {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the offer's id is derived.
        [nonce]: Option<Nonce>,
        /// To whom.
        [to]: Option<ParticipantId>,
        /// What.
        [items]: List<ItemId, 0, 64>,
        /// Until when; compared with the ledger's clock, the seals.
        [expires]: Option<Timestamp>,
        /// Which offer is taken.
        [offer]: Option<OfferId>,
    }

    /// Goods are lost or stolen. Nothing is done with them until they are recovered.
    pub struct ItemLost {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// How.
        [how]: Loss,
        /// The police's report.
        [report]: Option<DocumentRef>,
    }

    /// Goods that were lost or stolen are there again: says whoever reported it, the owner, or a registrar.
    pub struct ItemRecovered {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// How they were found.
        descriptive [note]: Option<Line>,
    }
}

impl Shape for Loss {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        match json.as_str() {
            Some("lost") => Ok(Self::Lost),
            Some("stolen") => Ok(Self::Stolen),
            _ => Err(FieldError::expected(words("lost or stolen", "lost 或 stolen", "lost ou stolen"))),
        }
    }

    fn to_json(&self) -> Json {
        Json::Str(match self {
            Self::Lost => "lost".to_owned(),
            Self::Stolen => "stolen".to_owned(),
        })
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "string", "enum": ["lost", "stolen"]})
    }
}
