//! Who may do what with an item now: whose hands it is in, who owns it, and what stops it (rules C1, C3, C4, C5). It changes
//! nothing.

use crate::id::{ItemId, WorkOrderId};
use crate::record::{Item, ItemState, Standing, WorkOrder};
use crate::violation::{Reason, Violation};
use crate::vocab::HoldReason;

use super::{Context, Purpose};
use crate::apply::states::{IN_HAND, IN_HAND_OR_REPAIR};

impl Context<'_> {
    /// The item, if the author has it in hand, nobody is being offered it, and its state lets it be worked with.
    pub(crate) fn item_in_hand(&self, id: &ItemId) -> Result<Item, Violation> {
        self.item_in_hand_for(id, Purpose::Change)
    }

    /// [`Self::item_in_hand`] for a purpose that may be allowed where others are not.
    pub(crate) fn item_in_hand_for(&self, id: &ItemId, purpose: Purpose) -> Result<Item, Violation> {
        let item = self.item_with_author(id, IN_HAND, purpose)?;
        check_not_packed(id, item)
    }

    /// [`Self::item_in_hand_for`], or what is here to be repaired.
    pub(crate) fn item_here_or_in_repair(&self, id: &ItemId, purpose: Purpose) -> Result<Item, Violation> {
        let item = self.item_to_move(id, purpose)?;
        check_not_packed(id, item)
    }

    /// [`Self::item_here_or_in_repair`], where it may stand in a box that moves as a whole.
    pub(crate) fn item_to_move(&self, id: &ItemId, purpose: Purpose) -> Result<Item, Violation> {
        self.item_with_author(id, IN_HAND_OR_REPAIR, purpose)
    }

    fn item_with_author(
        &self,
        id: &ItemId,
        states: &[ItemState],
        purpose: Purpose,
    ) -> Result<Item, Violation> {
        let item = self.item(id)?;
        if !states.contains(&item.state) {
            return Err(state_forbids(id, item.state));
        }
        self.check_keeps(id, &item)?;
        self.check_free(id, &item, purpose)?;
        Ok(item)
    }

    /// Rule C5 beside the state: a hold, a dispute over title, a recall and a loss stop what would change or move it. What
    /// is recalled may still go back to where it is called.
    pub(crate) fn check_free(&self, id: &ItemId, item: &Item, purpose: Purpose) -> Result<(), Violation> {
        self.check_not_missing(id, item)?;
        self.check_unmarked(&id.to_string(), &item.standing(), purpose)
    }

    /// [`Self::check_free`] of what is in a job.
    pub(crate) fn check_job_free(
        &self,
        id: &WorkOrderId,
        work: &WorkOrder,
        purpose: Purpose,
    ) -> Result<(), Violation> {
        self.check_unmarked(&id.to_string(), &work.standing(), purpose)
    }

    fn check_unmarked(&self, id: &str, standing: &Standing, purpose: Purpose) -> Result<(), Violation> {
        let because = |reason, by: String| Err(Violation::new(reason).with(id).with(by));
        if let Some(hold) = standing.holds.first() {
            return because(Reason::Held, hold.to_string());
        }
        if let Some(dispute) = standing.title_disputes.first() {
            return because(Reason::Disputed, dispute.to_string());
        }
        for recall in &standing.recalls {
            let allowed = match purpose {
                Purpose::Change => false,
                Purpose::Destroy | Purpose::ComeBack => true,
                Purpose::HandTo(to) => self.recall(recall)?.back_to == to,
            };
            if !allowed {
                return because(Reason::Recalled, recall.to_string());
            }
        }
        Ok(())
    }

    /// The job's goods are not being offered with it.
    pub(crate) fn check_job_not_offered(&self, id: &WorkOrderId, work: &WorkOrder) -> Result<(), Violation> {
        let Some(offer) = work.offer else { return Ok(()) };
        if self.offer(&offer)?.is_open(self.clock) {
            return Err(Violation::new(Reason::OfferOpen).with(id).with(offer));
        }
        Ok(())
    }

    /// Rule C5: with what was reported lost or stolen nothing is done until it is recovered.
    pub(crate) fn check_not_missing(&self, id: &ItemId, item: &Item) -> Result<(), Violation> {
        match &item.standing().missing {
            Some(missing) => Err(Violation::new(Reason::Missing)
                .with(id)
                .saying(missing.how.words())
                .with(missing.reported.index)),
            None => Ok(()),
        }
    }

    /// Rule C5: what is held where it is has not been let in, and has not arrived. A pledge secures a debt, wherever the goods
    /// are; and a dispute over whose they are keeps no ship from arriving.
    pub(crate) fn check_not_detained(&self, id: &ItemId, item: &Item) -> Result<(), Violation> {
        for hold in &item.standing().holds {
            if self.hold(hold)?.reason != HoldReason::PLEDGE {
                return Err(Violation::new(Reason::Held).with(id).with(hold));
            }
        }
        Ok(())
    }

    pub(crate) fn check_custodian(&self, id: &ItemId, item: &Item) -> Result<(), Violation> {
        if item.custodian == self.author()? {
            return Ok(());
        }
        Err(Violation::new(Reason::NotCustodian).with(id).with(item.custodian))
    }

    /// Who says something of goods without changing them has them, and offers them to nobody.
    pub(crate) fn check_keeps(&self, id: &ItemId, item: &Item) -> Result<(), Violation> {
        self.check_custodian(id, item)?;
        self.check_not_offered(id, item)
    }

    pub(crate) fn check_owner(&self, id: &ItemId, item: &Item) -> Result<(), Violation> {
        if item.owner == Some(self.author()?) {
            return Ok(());
        }
        Err(Violation::new(Reason::NotOwner).with(id))
    }

    pub(crate) fn check_not_offered(&self, id: &ItemId, item: &Item) -> Result<(), Violation> {
        let Some(offer) = item.offer else { return Ok(()) };
        if self.offer(&offer)?.is_open(self.clock) {
            return Err(Violation::new(Reason::OfferOpen).with(id).with(offer));
        }
        Ok(())
    }

    /// Rule C4 for sales: the author owns the item or its owner consigned it to him, and it lies with one of the two or
    /// with another seller to whom it is consigned.
    pub(crate) fn check_may_sell(&self, id: &ItemId, item: &Item) -> Result<(), Violation> {
        let author = self.author()?;
        let market = item.market();
        let consigned = |to| market.is_consigned_to(to, self.clock);
        if item.owner.is_none() || (item.owner != Some(author) && !consigned(author)) {
            return Err(Violation::new(Reason::NotOwner).with(id));
        }
        if item.custodian == author || item.owner == Some(item.custodian) || consigned(item.custodian) {
            return Ok(());
        }
        Err(Violation::new(Reason::NotCustodian).with(id).with(item.custodian))
    }

    /// Rule C5: what one seller keeps for a buyer, nobody else sells, divides, works up or gives away.
    pub(crate) fn check_not_reserved(&self, id: &ItemId, item: &Item) -> Result<(), Violation> {
        match item.market().reserved_at(self.clock) {
            Some(reserved) if reserved.by != self.author()? => {
                Err(Violation::new(Reason::ReservedBy).with(id).with(reserved.by).with(reserved.until))
            }
            _ => Ok(()),
        }
    }
}

fn check_not_packed(id: &ItemId, item: Item) -> Result<Item, Violation> {
    match item.market().pack {
        Some(pack) => Err(Violation::new(Reason::Packed).with(id).with(pack)),
        None => Ok(item),
    }
}

pub(crate) fn state_forbids(id: &ItemId, state: ItemState) -> Violation {
    Violation::new(Reason::StateForbids).with(id).saying(state.words())
}
