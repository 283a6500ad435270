//! Things made of finished things, taken apart again, and mended.

use super::common::{DocumentRef, ForeignMass, Grade, Input, Loss};
use super::{Line, OutputKind};
use crate::event::shape::{List, payload};
use crate::id::{ItemId, Nonce};
use crate::mass::Milligrams;
use crate::sealed::Sealable;
use crate::time::Timestamp;
use crate::vocab::{Code, Form, Step, Treatment};

payload! {
    /// Pieces and counts of batches are joined to one piece, or to a batch of like pieces: a bracelet, a ring.
    pub struct ItemAssembled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the id of what is made is derived.
        [nonce]: Nonce,
        /// What goes in: whole pieces, and counts of batches. Minerals may differ.
        [components]: List<Input, 1, 64>,
        /// What is joined to them and is no stone: cord, metal, a base.
        [foreign]: List<ForeignMass, 0, 8>,
        /// What was lost.
        [losses]: List<Loss, 0, 8>,
        /// `piece` or `batch`.
        [kind]: OutputKind,
        /// The mass of what was made, in milligrams.
        [mass_mg]: Milligrams,
        /// How many, of a batch.
        [count]: Option<u32>,
        /// Its form.
        [form]: Code<Form>,
        /// Who did it.
        descriptive [operator]: Option<Sealable<Line>>,
        /// What it is called.
        descriptive [name]: Option<Line>,
        /// Its grade.
        descriptive [grade]: Option<Grade>,
        /// A photo of it.
        [photo]: Option<DocumentRef>,
    }

    /// What a component is again.
    pub struct DisassembledPart {
        /// Which component it was, by its place in the assembly from 0.
        [component]: u32,
        /// `piece` or `batch`.
        [kind]: OutputKind,
        /// Its mass in milligrams.
        [mass_mg]: Milligrams,
        /// How many, of a batch.
        [count]: Option<u32>,
    }

    /// What was assembled is taken apart, all of it.
    pub struct ItemDisassembled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What is taken apart.
        [item]: ItemId,
        /// 128 random bits from which the parts' ids are derived, in order.
        [nonce]: Nonce,
        /// What came out.
        [parts]: List<DisassembledPart, 1, 64>,
        /// Foreign mass that was taken off, in milligrams.
        [foreign_mg]: Option<Milligrams>,
        /// What was lost.
        [losses]: List<Loss, 0, 8>,
    }

    /// An item is mended by whoever has it in hand.
    pub struct ItemRepaired {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What.
        [item]: ItemId,
        /// What was done: a step of work. A step that is a treatment marks the goods as treated.
        [step]: Code<Step>,
        /// What was done, in words.
        descriptive [what]: Option<Line>,
        /// Who did it.
        descriptive [operator]: Option<Sealable<Line>>,
        /// A treatment that it needed beside.
        [treatment]: Option<Code<Treatment>>,
        /// What was joined to it and is no stone: new cord, a new clasp.
        [foreign]: List<ForeignMass, 0, 8>,
        /// Foreign mass that was taken off, in milligrams: old cord, a broken clasp.
        [taken_off_mg]: Option<Milligrams>,
        /// What was lost beside: dust of grinding, a chip.
        [losses]: List<Loss, 0, 8>,
        /// What there is afterwards, in milligrams.
        [left_mg]: Milligrams,
        /// Whether the stone itself was cut again: certificates of this piece then speak of what it was.
        [recut]: Option<bool>,
        /// Its form afterwards, if it is another.
        [form]: Option<Code<Form>>,
        /// Photos.
        [photos]: List<DocumentRef, 0, 8>,
    }
}
