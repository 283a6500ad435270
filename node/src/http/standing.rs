//! What stands in an item's way beside its state, as readable JSON: holds, disputes, recalls, and that it is missing; and
//! each of these by itself.
//!
//! Pure, as [`super::view`] is: it says what is open now, and judges nothing.

use lode_ledger::id::{DisputeId, HoldId, ItemId, RecallId};
use lode_ledger::lang::Lang;
use lode_ledger::record::{Contradiction, Dispute, Hold, Recall, Said, Standing, WaitingCorrection};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{DetailView, DocumentView, Named, Place, details, documents, named, text};

/// What stops or marks an item beside its state: ids of what is open now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StandingView {
    /// Holds: nothing is done with it.
    pub holds: Vec<String>,
    /// Disputes over title: nothing is done with it.
    pub title_disputes: Vec<String>,
    /// Other disputes: they are shown.
    pub other_disputes: Vec<String>,
    /// Recalls: it is not sold or handed on.
    pub recalls: Vec<String>,
    /// `lost` or `stolen`, and where that was reported.
    pub missing: Option<MissingView>,
    /// Corrections of its mass that wait for the other party's signature.
    pub waiting: Vec<WaitingView>,
    /// What was said of it, or of what it was made of, and is contradicted.
    pub contradictions: Vec<ContradictionView>,
}

/// A correction of mass that one of two parties has signed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaitingView {
    /// The event that asks for it.
    pub asked: Place,
    /// Who has signed.
    pub by: String,
    /// Who has still to sign the same.
    pub waits_for: String,
    /// The event that is corrected.
    pub corrects: Place,
    /// The mass that stands, in milligrams.
    pub old_mg: u64,
    /// The mass that should stand, in milligrams.
    pub new_mg: u64,
}

/// What an author says was wrong, and later events have used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContradictionView {
    /// The event that said so.
    pub stated: Place,
    /// The item that it was said of.
    pub said_of: String,
    /// The mass that nothing explains, in milligrams.
    pub unexplained_mg: u64,
}

/// An item that was reported missing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MissingView {
    /// `lost` or `stolen`.
    pub how: String,
    /// The event that reported it.
    pub reported: Place,
}

fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// How an item or a job stands.
pub(super) fn standing(standing: &Standing) -> StandingView {
    StandingView {
        holds: texts(&standing.holds),
        title_disputes: texts(&standing.title_disputes),
        other_disputes: texts(&standing.other_disputes),
        recalls: texts(&standing.recalls),
        missing: standing.missing.map(|missing| MissingView {
            how: missing.how.word().to_owned(),
            reported: missing.reported.into(),
        }),
        waiting: standing.waiting.iter().map(waiting).collect(),
        contradictions: standing.contradictions.iter().map(contradiction).collect(),
    }
}

fn waiting(waiting: &WaitingCorrection) -> WaitingView {
    WaitingView {
        asked: waiting.asked.into(),
        by: waiting.by.to_string(),
        waits_for: waiting.waits_for.to_string(),
        corrects: waiting.corrects.into(),
        old_mg: waiting.old.get(),
        new_mg: waiting.new.get(),
    }
}

fn contradiction(contradiction: &Contradiction) -> ContradictionView {
    ContradictionView {
        stated: contradiction.stated.into(),
        said_of: contradiction.of.to_string(),
        unexplained_mg: contradiction.unexplained.get(),
    }
}

/// Goods that are held: they stay where and what they are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HoldView {
    /// The id.
    pub id: String,
    /// Who placed it.
    pub by: String,
    /// Why.
    pub reason: Named,
    /// What: goods.
    pub items: Vec<String>,
    /// And jobs, with what is in them.
    pub works: Vec<String>,
    /// To whom they are pledged: that party releases them.
    pub creditor: Option<String>,
    /// What was said with it.
    pub details: Vec<DetailView>,
    /// The event that placed it.
    pub created: Place,
    /// The event that ended it; absent while it stands.
    pub ended: Option<Place>,
}

fn words_of(said: Option<&Said>) -> Vec<DetailView> {
    said.map(|said| details(&said.details)).unwrap_or_default()
}

/// A hold.
#[must_use]
pub fn hold(id: &HoldId, hold: &Hold, said: Option<&Said>, lang: Lang) -> HoldView {
    HoldView {
        id: id.to_string(),
        by: hold.by.to_string(),
        reason: named(hold.reason, lang),
        items: texts(&hold.items),
        works: texts(hold.works.as_deref().unwrap_or_default()),
        creditor: text(hold.creditor),
        details: words_of(said),
        created: hold.placed.into(),
        ended: hold.ended.map(Place::from),
    }
}

/// A disagreement about goods.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DisputeView {
    /// The id.
    pub id: String,
    /// Who opened it.
    pub by: String,
    /// Whom it is against.
    pub respondent: Option<String>,
    /// What it is about.
    pub about: Named,
    /// Over what: goods.
    pub items: Vec<String>,
    /// And jobs, with what is in them.
    pub works: Vec<String>,
    /// What was said with it.
    pub details: Vec<DetailView>,
    /// What the parties put forward, and the decision.
    pub documents: Vec<DocumentView>,
    /// The event that opened it.
    pub created: Place,
    /// The respondent's last answer.
    pub answered: Option<Place>,
    /// The event that ended it; absent while it is open.
    pub ended: Option<Place>,
    /// How it ended.
    pub outcome: Option<Named>,
}

/// A dispute.
#[must_use]
pub fn dispute(id: &DisputeId, dispute: &Dispute, said: Option<&Said>, lang: Lang) -> DisputeView {
    DisputeView {
        id: id.to_string(),
        by: dispute.by.to_string(),
        respondent: text(dispute.respondent),
        about: named(dispute.kind, lang),
        items: texts(&dispute.items),
        works: texts(dispute.works.as_deref().unwrap_or_default()),
        details: words_of(said),
        documents: documents(&dispute.documents),
        created: dispute.opened.into(),
        answered: dispute.answered.map(Place::from),
        ended: dispute.ended.map(Place::from),
        outcome: dispute.outcome.map(|outcome| named(outcome, lang)),
    }
}

/// Goods that are called back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecallView {
    /// The id.
    pub id: String,
    /// Who issued it.
    pub by: String,
    /// Why.
    pub reason: Named,
    /// What: goods.
    pub items: Vec<String>,
    /// And jobs, with what is in them; as the items, of what everybody may see only where one is asked about.
    pub works: Vec<String>,
    /// Where they go back to.
    pub back_to: String,
    /// What holders and buyers should do.
    pub details: Vec<DetailView>,
    /// What it rests on.
    pub documents: Vec<DocumentView>,
    /// The event that issued it.
    pub created: Place,
    /// The event that said it was never issued rightly.
    pub ended: Option<Place>,
}

/// A recall, in whole or, of what everybody may see, of one item.
#[must_use]
pub fn recall(
    id: &RecallId,
    recall: &Recall,
    items: &[ItemId],
    said: Option<&Said>,
    lang: Lang,
) -> RecallView {
    RecallView {
        id: id.to_string(),
        by: recall.by.to_string(),
        reason: named(recall.reason, lang),
        items: texts(items),
        works: if items == recall.items {
            texts(recall.works.as_deref().unwrap_or_default())
        } else {
            Vec::new()
        },
        back_to: recall.back_to.to_string(),
        details: words_of(said),
        documents: documents(&recall.documents),
        created: recall.issued.into(),
        ended: recall.ended.map(Place::from),
    }
}
