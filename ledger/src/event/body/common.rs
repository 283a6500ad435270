//! Shapes that several events share: weights, origins, grades, documents, losses and inputs.

use super::Line;
use crate::event::shape::{List, Text, payload};
use crate::hash::Hash;
use crate::id::ItemId;
use crate::mass::{Milligrams, Ppm};
use crate::sealed::Sealable;
use crate::vocab::{
    Code, Country, DocumentType, Finding, ForeignMaterial, GainReason, LossReason, Treatment, WeighingMethod,
};

payload! {
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
        /// SHA-256 of its bytes; of a private document, of "lode document 1\n" || origin || "\n" || 16-byte salt || bytes.
        [sha256]: Hash,
        /// Whether everybody may read it.
        [public]: bool,
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

    /// Mass that is joined to stones and is not of them.
    pub struct ForeignMass {
        /// What it is.
        [material]: Code<ForeignMaterial>,
        /// How much, in milligrams.
        [mass_mg]: Milligrams,
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
}
