//! After a sale: customs, transport, payment, and goods that come back.

use super::Line;
use super::common::DocumentRef;
use crate::event::shape::{List, Text, payload};
use crate::hash::Hash;
use crate::id::{ExportId, ItemId, Nonce, SaleId, ShipmentId};
use crate::sealed::Sealable;
use crate::time::Timestamp;
use crate::vocab::{Code, Country, Currency, HsCode, Incoterm, Regime, ReturnReason};

payload! {
    /// A product identifier, as shops and customs of the destination ask for it.
    pub struct ProductId {
        /// Whose scheme: `gtin`, `sku`, `asin`, ...
        [scheme]: Text<20>,
        /// The identifier.
        [value]: Text<60>,
    }

    /// What customs of two countries is told of goods that leave. Customs origin and material origin are two things.
    pub struct ExportPrepared {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the export's id is derived.
        [nonce]: Nonce,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// To which country.
        [destination]: Code<Country>,
        /// The HS code at the border that the goods leave over.
        [hs]: Code<HsCode>,
        /// The destination's tariff code, digits and dots.
        [tariff_code]: Option<Text<16>>,
        /// The origin for customs: where the goods were last worked substantially.
        [customs_origin]: Code<Country>,
        /// Where the material was dug: exactly the countries that are possible by the record.
        [material_origins]: List<Code<Country>, 1, 32>,
        /// Product identifiers.
        [product_ids]: List<ProductId, 0, 16>,
        /// Under which supervision code.
        [regime]: Code<Regime>,
        /// The terms of delivery.
        [incoterm]: Option<Code<Incoterm>>,
        /// The declaration's number.
        descriptive [declaration]: Option<Sealable<Line>>,
        /// Papers behind it.
        [documents]: List<DocumentRef, 0, 16>,
    }

    /// Goods are given to a carrier.
    pub struct ShipmentDispatched {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the shipment's id is derived.
        [nonce]: Nonce,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// The carrier.
        descriptive [carrier]: Option<Line>,
        /// The carrier's number.
        descriptive [tracking]: Option<Sealable<Line>>,
        /// To which country.
        [destination]: Option<Code<Country>>,
        /// Under which export.
        [export]: Option<ExportId>,
    }

    /// A shipment has arrived.
    pub struct ShipmentDelivered {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which shipment.
        [shipment]: ShipmentId,
        /// The carrier's proof.
        [proof]: Option<DocumentRef>,
    }

    /// Payments were settled. The ledger holds no amount: who holds the document can show that it is the one meant.
    pub struct PaymentSettled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the settlement's id is derived.
        [nonce]: Nonce,
        /// Which sales.
        [sales]: List<SaleId, 1, 64>,
        /// In which currency.
        [currency]: Code<Currency>,
        /// The salted hash of the settlement's document.
        [commitment]: Hash,
    }

    /// The seller takes back what was sold. What its buyer has claimed comes back only after the buyer has given it back;
    /// but for a repair it comes in, and stays its buyer's: shipment.dispatched sends it back.
    pub struct ItemReturned {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What.
        [item]: ItemId,
        /// Why.
        [reason]: Code<ReturnReason>,
        /// In what condition.
        descriptive [condition]: Option<Line>,
    }
}
