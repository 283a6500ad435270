//! Jobs: what goes in, what is done, what comes out.

use super::common::{DocumentRef, Gain, Grade, Input, Loss};
use super::{Line, OutputKind};
use crate::event::shape::{List, payload};
use crate::id::{ItemId, Nonce, ParticipantId, WorkOrderId};
use crate::mass::Milligrams;
use crate::sealed::Sealable;
use crate::time::Timestamp;
use crate::vocab::{Code, Form, Step};

payload! {
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
        /// Who else may log its steps: other studios and masters at the same job.
        [crew]: List<ParticipantId, 0, 16>,
    }

    /// A step of a job, or on an item in hand. Exactly one of `work` and `item` is named.
    pub struct StepLogged {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// In which job.
        [work]: Option<WorkOrderId>,
        /// Or on which item.
        [item]: Option<ItemId>,
        /// Which step. A step that is a treatment marks the goods as treated; `pause` and `resume` are of a job.
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
        /// What came out; nothing, where all that is left is lost.
        [outputs]: List<WorkOutput, 0, 256>,
        /// What was lost.
        [losses]: List<Loss, 0, 8>,
        /// What was added.
        [gains]: List<Gain, 0, 8>,
        /// What is left in the job, in milligrams.
        [left_mg]: Milligrams,
    }
}
