//! What stops or marks goods from outside: holds, disputes and recalls. State and refusals of these events, and what they
//! stop in all others, side by side.

use std::collections::BTreeMap;

use lode_ledger::event::Event;
use lode_ledger::event::body::{DisputeOpened, HoldPlaced, HoldReleased, RecallIssued};
use lode_ledger::id::{DisputeId, HoldId, ItemId, ParticipantId, RecallId, WorkOrderId};

use super::Place;
use super::refusals::Asked;
use super::state::{Source, Stage, State, Thing};
use crate::world::ORIGIN;

/// How many holds, disputes of either sort, or recalls one thing bears at a time.
const MOST: usize = 16;

/// For which reasons an inspector may hold goods.
const OF_INSPECTORS: [&str; 3] = ["customs", "investigation", "stock_count"];

/// Goods that are held.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Who placed it.
    pub by: ParticipantId,
    /// To whom the goods are pledged.
    pub creditor: Option<ParticipantId>,
    /// Which goods and jobs.
    pub goods: Vec<Source>,
    /// Whether they secure a debt.
    pub for_a_debt: bool,
    /// By which event.
    pub placed: Place,
    /// Whether it has ended.
    pub over: bool,
}

/// Goods over which there is a dispute.
#[derive(Clone, Debug)]
pub struct Contest {
    /// Who opened it.
    pub by: ParticipantId,
    /// Whom it is against.
    pub respondent: Option<ParticipantId>,
    /// Which goods and jobs.
    pub goods: Vec<Source>,
    /// Whether it is over whose they are.
    pub over_title: bool,
    /// By which event.
    pub opened: Place,
    /// Whether it was answered.
    pub answered: bool,
    /// Whether it has ended.
    pub over: bool,
}

/// Goods that are called back.
#[derive(Clone, Debug)]
pub struct Callback {
    /// Who calls.
    pub by: ParticipantId,
    /// Which goods and jobs.
    pub goods: Vec<Source>,
    /// To whom they go back.
    pub back_to: ParticipantId,
    /// By which event.
    pub issued: Place,
    /// Whether it was lifted, or never should have been issued.
    pub over: bool,
}

/// Everything that stops or marks goods.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// All holds.
    pub holds: BTreeMap<HoldId, Hold>,
    /// All disputes.
    pub disputes: BTreeMap<DisputeId, Contest>,
    /// All recalls.
    pub recalls: BTreeMap<RecallId, Callback>,
}

/// What somebody wants goods for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    /// To work with them, sell them, or mark them as his.
    Use,
    /// To give them to somebody.
    GiveTo(ParticipantId),
    /// To destroy them.
    Destroy,
    /// To give them back after a sale.
    GiveBack,
}

/// Goods and jobs in the order in which an event names them.
fn named(items: &[ItemId], works: &[WorkOrderId]) -> Vec<Source> {
    items.iter().copied().map(Source::Item).chain(works.iter().copied().map(Source::Work)).collect()
}

impl Standing {
    /// The holds that are on a thing.
    pub fn holds_on(&self, thing: Source) -> impl Iterator<Item = HoldId> {
        let on = self.holds.iter().filter(move |(_, hold)| !hold.over && hold.goods.contains(&thing));
        on.map(|(id, _)| *id)
    }

    /// The open disputes over a thing: over whose it is, or over anything else.
    pub fn disputes_on(&self, thing: Source, over_title: bool) -> impl Iterator<Item = DisputeId> {
        let on = self.disputes.iter().filter(move |(_, dispute)| {
            !dispute.over && dispute.over_title == over_title && dispute.goods.contains(&thing)
        });
        on.map(|(id, _)| *id)
    }

    /// The recalls of a thing.
    pub fn recalls_of(&self, thing: Source) -> impl Iterator<Item = RecallId> {
        let of = self.recalls.iter().filter(move |(_, recall)| !recall.over && recall.goods.contains(&thing));
        of.map(|(id, _)| *id)
    }
}

impl State {
    /// Takes an accepted event of this family in. Whether it was one.
    pub(super) fn stop(&mut self, by: ParticipantId, event: &Event) -> bool {
        let author = by.to_string();
        let (standing, place) = (&mut self.standing, self.present);
        match event {
            Event::HoldPlaced(body) => {
                let hold = Hold {
                    by,
                    creditor: body.creditor,
                    goods: named(&body.items, &body.works),
                    for_a_debt: body.reason.as_str() == "pledge",
                    placed: place,
                    over: false,
                };
                standing.holds.insert(HoldId::derive(ORIGIN, &author, &body.nonce, 0), hold);
            }
            Event::HoldReleased(body) => {
                standing.holds.get_mut(&body.hold).expect("a hold that was placed").over = true;
            }
            Event::DisputeOpened(body) => {
                let dispute = Contest {
                    by,
                    respondent: body.respondent,
                    goods: named(&body.items, &body.works),
                    over_title: body.kind.as_str() == "title",
                    opened: place,
                    answered: false,
                    over: false,
                };
                standing.disputes.insert(DisputeId::derive(ORIGIN, &author, &body.nonce, 0), dispute);
            }
            Event::DisputeAnswered(body) => {
                standing.disputes.get_mut(&body.dispute).expect("a dispute that was opened").answered = true;
            }
            Event::DisputeResolved(body) => {
                standing.disputes.get_mut(&body.dispute).expect("a dispute that was opened").over = true;
            }
            Event::RecallIssued(body) => {
                let back_to = body.back_to.unwrap_or(by);
                let goods = named(&body.items, &body.works);
                let recall = Callback { by, goods, back_to, issued: place, over: false };
                standing.recalls.insert(RecallId::derive(ORIGIN, &author, &body.nonce, 0), recall);
            }
            Event::RecallLifted(body) => {
                standing.recalls.get_mut(&body.recall).expect("a recall that was issued").over = true;
            }
            _ => return false,
        }
        true
    }
}

impl Asked<'_> {
    /// Nothing from outside stops what is to be done with a thing: it is not missing, not held, nobody disputes whose it
    /// is, and it was not called back, except to where it goes.
    pub(super) fn free(&mut self, id: ItemId, purpose: Purpose) {
        let missing = self.state.items.get(&id).is_some_and(|item| item.dealing.missing);
        self.must(!missing, "missing");
        self.unmarked(Source::Item(id), purpose);
    }

    /// Nobody holds it where it is, but for a debt.
    pub(super) fn not_detained(&mut self, id: ItemId) {
        let standing = &self.state.standing;
        let detained = standing.holds_on(Source::Item(id)).any(|hold| !standing.holds[&hold].for_a_debt);
        self.must(!detained, "held");
    }

    /// [`Self::free`] of what is in a job.
    pub(super) fn free_job(&mut self, id: WorkOrderId, purpose: Purpose) {
        self.unmarked(Source::Work(id), purpose);
    }

    fn unmarked(&mut self, id: Source, purpose: Purpose) {
        let standing = &self.state.standing;
        let held = standing.holds_on(id).next().is_some();
        let disputed = standing.disputes_on(id, true).next().is_some();
        let kept_back = standing.recalls_of(id).any(|recall| match purpose {
            Purpose::Use => true,
            Purpose::GiveTo(to) => standing.recalls[&recall].back_to != to,
            Purpose::Destroy | Purpose::GiveBack => false,
        });
        self.must(!held, "held");
        self.must(!disputed, "disputed");
        self.must(!kept_back, "recalled");
    }

    /// Why an event of this family may not be said. Whether it was one.
    pub(super) fn of_standing(&mut self, event: &Event) -> bool {
        match event {
            Event::HoldPlaced(body) => self.hold_placed(body),
            Event::HoldReleased(body) => self.hold_released(body),
            Event::DisputeOpened(body) => self.dispute_opened(body),
            Event::DisputeAnswered(body) => {
                let Some(dispute) = self.open_dispute(body.dispute) else { return true };
                let speaks = match dispute.respondent {
                    Some(respondent) => self.author == Some(respondent),
                    None => {
                        let things = dispute.goods.iter().filter_map(|id| self.state.thing(*id));
                        things.into_iter().any(|thing| [thing.custodian, thing.owner].contains(&self.author))
                    }
                };
                self.must(speaks, "not-entitled");
            }
            Event::DisputeResolved(body) => {
                let Some(dispute) = self.open_dispute(body.dispute) else { return true };
                let takes_back = body.outcome.as_str() == "withdrawn" && self.author == Some(dispute.by);
                self.must(takes_back || self.plays("registrar"), "not-entitled");
            }
            Event::RecallIssued(body) => self.recall_issued(body),
            Event::RecallLifted(body) => {
                let Some(recall) = self.state.standing.recalls.get(&body.recall) else {
                    self.no("not-found");
                    return true;
                };
                self.must(self.author == Some(recall.by) || self.plays("registrar"), "not-entitled");
                self.must(!recall.over, "state-forbids");
            }
            _ => return false,
        }
        true
    }

    /// Whether the author has the role.
    pub(super) fn plays(&self, role: &str) -> bool {
        self.author.is_some_and(|author| self.has_role(author, role))
    }

    /// Another participant than the author, that is enrolled.
    fn another(&mut self, who: ParticipantId) {
        self.must(self.state.roles.contains_key(&who), "not-found");
        self.must(Some(who) != self.author, "fields-disagree");
    }

    /// Goods and jobs that are there, each once, with room for one more mark.
    fn markable(
        &mut self,
        items: &[ItemId],
        works: &[WorkOrderId],
        marks: impl Fn(&Standing, Source) -> usize,
    ) -> Vec<Thing> {
        self.twice(items.iter().copied());
        self.twice(works.iter().copied());
        self.must(!items.is_empty() || !works.is_empty(), "not-positive");
        let mut known = Vec::new();
        for id in named(items, works) {
            self.must(marks(&self.state.standing, id) < MOST, "too-many-marks");
            match self.state.thing(id) {
                None => self.no("not-found"),
                Some(thing) => known.push(thing.clone()),
            }
        }
        known
    }

    fn hold_placed(&mut self, body: &HoldPlaced) {
        let reason = body.reason.as_str();
        if let Some(creditor) = body.creditor {
            self.must(reason == "pledge", "fields-disagree");
            self.another(creditor);
        }
        for thing in self.markable(&body.items, &body.works, |standing, id| standing.holds_on(id).count()) {
            let over = matches!(thing.stage, Stage::Gone | Stage::Destroyed | Stage::Void);
            self.must(thing.kind.is_none() || !over, "state-forbids");
            if reason == "pledge" {
                self.must(thing.owner.is_some() && thing.owner == self.author, "not-owner");
                continue;
            }
            let may = self.plays("registrar")
                || (self.plays("inspector") && OF_INSPECTORS.contains(&reason))
                || (self.plays("lab") && reason == "lab" && thing.custodian == self.author);
            self.must(may, "not-entitled");
        }
        let id = HoldId::derive(ORIGIN, &self.by().to_string(), &body.nonce, 0);
        self.unless_new(self.state.standing.holds.contains_key(&id));
    }

    fn hold_released(&mut self, body: &HoldReleased) {
        let Some(hold) = self.state.standing.holds.get(&body.hold) else { return self.no("not-found") };
        let releases = hold.creditor.unwrap_or(hold.by);
        self.must(self.author == Some(releases) || self.plays("registrar"), "not-entitled");
        self.must(!hold.over, "state-forbids");
    }

    fn dispute_opened(&mut self, body: &DisputeOpened) {
        if let Some(respondent) = body.respondent {
            self.another(respondent);
        }
        let over_title = body.kind.as_str() == "title";
        for thing in self.markable(&body.items, &body.works, |on, id| on.disputes_on(id, over_title).count())
        {
            self.must(thing.kind.is_none() || thing.stage != Stage::Void, "state-forbids");
            self.must(self.has_to_do_with(&thing), "not-entitled");
        }
        let id = DisputeId::derive(ORIGIN, &self.by().to_string(), &body.nonce, 0);
        self.unless_new(self.state.standing.disputes.contains_key(&id));
    }

    /// Whether the author has or had to do with a thing, or watches over all of them.
    fn has_to_do_with(&self, thing: &Thing) -> bool {
        if thing.kind.is_none() {
            return self.has_to_do_with_job(thing);
        }
        let offer = thing.offer.map(|offer| &self.state.offers[&offer]);
        let sale = thing.dealing.sale.map(|sale| &self.state.market.sales[&sale]);
        let parties = [
            thing.creator,
            thing.custodian,
            thing.owner,
            thing.maker,
            thing.supplier.map(|(supplier, _)| supplier),
            offer.map(|offer| offer.from),
            offer.map(|offer| offer.to),
            sale.map(|sale| sale.seller),
        ];
        parties.contains(&self.author) || self.plays("registrar") || self.plays("marketplace")
    }

    /// With a job has to do who does or did it, owns what is in it, or has to do with what went in.
    fn has_to_do_with_job(&self, job: &Thing) -> bool {
        let did = self.author.is_some_and(|author| job.earlier.contains(&author));
        let watches = self.plays("registrar") || self.plays("marketplace");
        let went_in = if job.stage == Stage::Void { Vec::new() } else { self.state.sources(job) };
        let mut inputs = went_in.into_iter().filter_map(|from| self.state.thing(from));
        did || watches
            || [job.custodian, job.owner].contains(&self.author)
            || inputs.any(|input| self.has_to_do_with(input))
    }

    fn open_dispute(&mut self, id: DisputeId) -> Option<Contest> {
        let dispute = self.state.standing.disputes.get(&id).cloned();
        self.must(dispute.is_some(), "not-found");
        self.must(dispute.as_ref().is_none_or(|dispute| !dispute.over), "state-forbids");
        dispute
    }

    fn recall_issued(&mut self, body: &RecallIssued) {
        if let Some(back_to) = body.back_to {
            self.must(self.state.roles.contains_key(&back_to), "not-found");
        }
        let watches = ["registrar", "inspector", "lab", "marketplace"].iter().any(|role| self.plays(role));
        for thing in self.markable(&body.items, &body.works, |standing, id| standing.recalls_of(id).count()) {
            let job = thing.kind.is_none();
            self.must(job || !matches!(thing.stage, Stage::Destroyed | Stage::Void), "state-forbids");
            let made = if job {
                thing.custodian == self.author
            } else {
                [thing.maker, thing.creator].contains(&self.author)
            };
            self.must(watches || made, "not-entitled");
        }
        let id = RecallId::derive(ORIGIN, &self.by().to_string(), &body.nonce, 0);
        self.unless_new(self.state.standing.recalls.contains_key(&id));
    }
}
