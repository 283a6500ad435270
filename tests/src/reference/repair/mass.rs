//! Masses corrected: a difference to what is there, where both who are concerned have signed it; what was used since stays
//! as it was booked, and contradicts.

use std::collections::BTreeSet;

use lode_ledger::event::Event;
use lode_ledger::event::body::{AnyValue, EventCorrected};
use lode_ledger::event::shape::Shape;
use lode_ledger::id::{ItemId, ParticipantId};
use lode_ledger::mass::Milligrams;

use super::super::Place;
use super::super::refusals::{Asked, share};
use super::super::standing::Purpose;
use super::super::state::{Source, Stage, State, Thing, mg, portion};
use super::{Target, Word};

/// How many corrections of one thing wait at a time.
const MOST: usize = 16;

/// A correction that one of two has signed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Waiting {
    /// Who has.
    pub by: ParticipantId,
    /// Who has not.
    pub waits_for: ParticipantId,
    /// What is corrected.
    pub corrects: Place,
    /// What stands, in milligrams.
    pub old: i128,
    /// What should stand, in milligrams.
    pub new: i128,
}

/// What comes of a correction of mass.
pub(super) enum Correction {
    /// It cannot be made any more: so much stays unexplained.
    Contradicts(i128),
    /// It waits for the other.
    Waits(Waiting),
    /// It counts.
    Counts(Change),
}

/// How the books change.
#[derive(Clone, Copy)]
pub(super) enum Change {
    /// It is as if it had been declared so.
    Declared { old: i128, new: i128 },
    /// The thing that it was taken from gives so much more, or takes it back.
    WithParent { parent: ItemId, more: i128, new: i128 },
    /// It is booked as a gain or a loss; the mass of its creation was this.
    Booked { more: i128, created: Option<(i128, i128)> },
    /// A loss was another.
    Lost { more: i128, new: i128 },
}

impl Thing {
    /// Whether it was assembled, or is partly no stone.
    pub(super) const fn holds_foreign(&self) -> bool {
        self.assembly.is_some() || self.foreign.is_some()
    }
}

/// What is asked for.
struct Wanted<'a> {
    state: &'a State,
    by: ParticipantId,
    body: &'a EventCorrected,
    id: ItemId,
    item: &'a Thing,
    old: i128,
    new: i128,
    parties: [ParticipantId; 2],
}

fn quoted(value: Option<&AnyValue>) -> Option<i128> {
    Milligrams::from_json(&value?.0).ok().map(mg)
}

impl Correction {
    /// What comes of a correction, or why it may not be said; nothing, if it is not of a mass.
    pub(super) fn of(
        state: &State,
        by: ParticipantId,
        body: &EventCorrected,
    ) -> Option<Result<Self, BTreeSet<&'static str>>> {
        let id = body.item?;
        let path = body.field.as_str();
        if !matches!(path, "mass_mg" | "loss.mass_mg" | "measured_mg") {
            return None;
        }
        let no = |reason| Some(Err(BTreeSet::from([reason])));
        let Some(item) = state.items.get(&id) else { return no("not-found") };
        let place = (body.index.0, body.event);
        let custodian = item.custodian.expect("goods are in somebody's hands");
        let (Some(old), Some(new)) = (quoted(body.old.as_ref()), quoted(body.new.as_ref())) else {
            return Some(Err(BTreeSet::from([
                "correction-new",
                "correction-old",
                "correction-target",
                "correction-field",
                "not-found",
            ])));
        };
        let wanted = |parties| Wanted { state, by, body, id, item, old, new, parties };
        match path {
            "mass_mg" => {
                if item.created != place {
                    return no("correction-target");
                }
                if state.mass_of(Target::Item(id), path).unwrap_or(item.entered) != old {
                    return no("correction-old");
                }
                let creator = item.creator.expect("somebody made it");
                Some(wanted([creator, custodian]).settle(|wanted| wanted.of_creation()))
            }
            "loss.mass_mg" => {
                let heard = match state.heard.get(&place) {
                    Some(heard) => heard,
                    None => return Some(Err(BTreeSet::from(["not-found", "correction-field"]))),
                };
                let Event::LossRecorded(lost) = &*heard.event else {
                    return Some(Err(BTreeSet::from(["not-found", "correction-field"])));
                };
                if lost.item != id {
                    return no("correction-field");
                }
                if state.mass_of(Target::Event(place), path).unwrap_or(mg(lost.loss.mass_mg)) != old {
                    return no("correction-old");
                }
                Some(wanted([heard.by, custodian]).settle(|wanted| Ok(wanted.of_loss())))
            }
            _ => {
                let Some(Event::CustodyAccepted(accepted)) =
                    state.heard.get(&place).map(|heard| &*heard.event)
                else {
                    return no("correction-target");
                };
                if item.offer != Some(accepted.offer) {
                    return no("correction-target");
                }
                if new == 0 {
                    return no("not-positive");
                }
                let offer = &state.offers[&accepted.offer];
                let wanted = wanted([offer.from, offer.to]);
                let fits = item.left == old && custodian == offer.to;
                Some(wanted.settle_if(fits, |wanted| wanted.booked(None)))
            }
        }
    }
}

impl Wanted<'_> {
    const fn more(&self) -> i128 {
        self.new - self.old
    }

    fn settle(
        self,
        change: impl Fn(&Self) -> Result<Change, &'static str>,
    ) -> Result<Correction, BTreeSet<&'static str>> {
        let loss = self.body.field.as_str() == "loss.mass_mg";
        let taken = if loss { self.more() } else { -self.more() };
        let fits = self.item.left >= taken && (loss || self.new > 0);
        self.settle_if(fits, change)
    }

    fn settle_if(
        self,
        fits: bool,
        change: impl Fn(&Self) -> Result<Change, &'static str>,
    ) -> Result<Correction, BTreeSet<&'static str>> {
        let [a, b] = self.parties;
        if self.by != a && self.by != b {
            return Err(BTreeSet::from(["correction-author"]));
        }
        if self.more() == 0 {
            return Err(BTreeSet::from(["not-positive"]));
        }
        let loss = self.body.field.as_str() == "loss.mass_mg";
        let less_lost = loss && self.more() < 0;
        let there = matches!(self.item.stage, Stage::Declared | Stage::Here)
            || (self.item.stage == Stage::Gone && less_lost);
        if !fits || !there || self.item.holds_foreign() {
            return match self.body.contradiction {
                Some(true) => Ok(Correction::Contradicts(self.more().abs())),
                _ => Err(BTreeSet::from(["correction-used"])),
            };
        }
        // Mass and number run out together.
        let left = self.item.left + if loss { -self.more() } else { self.more() };
        if self.item.count.is_some_and(|count| (count == 0) != (left == 0)) {
            return match self.body.contradiction {
                Some(true) => Ok(Correction::Contradicts(self.more().abs())),
                _ => Err(BTreeSet::from(["count-not-balanced"])),
            };
        }
        let mut asked = Asked::nothing(self.state, self.by);
        asked.must(!asked.offered(self.item), "offer-open");
        asked.free(self.id, Purpose::Use);
        let other = if self.by == a { b } else { a };
        let known = self.state.waiting.get(&self.id).map(Vec::as_slice).unwrap_or_default();
        let place = (self.body.index.0, self.body.event);
        let signed = known.iter().any(|it| {
            (it.by, it.waits_for) == (other, self.by)
                && (it.corrects, it.old, it.new) == (place, self.old, self.new)
        });
        let outcome = if a == b || signed {
            change(&self).map(Correction::Counts)
        } else {
            asked.must(self.body.counterparty == Some(other), "correction-counterparty");
            let others = known.iter().filter(|it| it.corrects != place || it.by != self.by).count();
            asked.must(others < MOST, "too-many-marks");
            let (by, old, new) = (self.by, self.old, self.new);
            Ok(Correction::Waits(Waiting { by, waits_for: other, corrects: place, old, new }))
        };
        let mut reasons = asked.into_reasons();
        match outcome {
            Err(reason) => {
                reasons.insert(reason);
                Err(reasons)
            }
            Ok(_) if !reasons.is_empty() => Err(reasons),
            Ok(correction) => Ok(correction),
        }
    }

    fn of_creation(&self) -> Result<Change, &'static str> {
        let (old, new, more) = (self.old, self.new, self.more());
        if !self.item.entry.is_empty() && !self.state.used(Source::Item(self.id)) {
            return Ok(Change::Declared { old, new });
        }
        match self.state.sources(self.item).as_slice() {
            [Source::Item(parent)] if self.goes_with(*parent) => {
                if self.item.entered + more < 0 {
                    return Err("too-much-taken");
                }
                Ok(Change::WithParent { parent: *parent, more, new })
            }
            _ => self.booked(Some((old, new))),
        }
    }

    /// Whether what is more comes from the thing that it was taken from, and what is less goes back there.
    fn goes_with(&self, parent: ItemId) -> bool {
        let from = &self.state.items[&parent];
        let mut asked = Asked::nothing(self.state, self.by);
        asked.free(parent, Purpose::Use);
        let after = from.left - self.more();
        from.custodian == self.item.custodian
            && matches!(from.stage, Stage::Here | Stage::Gone)
            && !asked.offered(from)
            && asked.into_reasons().is_empty()
            && after >= 0
            && from.count.is_none_or(|count| (count == 0) == (after == 0))
    }

    fn booked(&self, created: Option<(i128, i128)>) -> Result<Change, &'static str> {
        let more = self.more();
        let most = self.state.policy.as_ref().expect("entry 1 is a policy").receipt_countersign_ppm.get();
        if more > 0 && self.item.stone_gained() + more > share(self.item.entered, most) {
            return Err("mass-from-nowhere");
        }
        Ok(Change::Booked { more, created })
    }

    fn of_loss(&self) -> Change {
        Change::Lost { more: self.more(), new: self.new }
    }
}

impl State {
    /// The mass that a correction has put there.
    fn mass_of(&self, target: Target, path: &str) -> Option<i128> {
        self.words.get(&(target, path.to_owned()))?.value.parse().ok()
    }

    pub(super) fn correct_mass(&mut self, body: &EventCorrected, correction: Correction) {
        let id = body.item.expect("a mass is an item's");
        let place = (body.index.0, body.event);
        let change = match correction {
            Correction::Contradicts(mass) => return self.contradict(id, mass),
            Correction::Waits(waiting) => {
                let known = self.waiting.entry(id).or_default();
                known.retain(|it| it.corrects != place || it.by != waiting.by);
                return known.push(waiting);
            }
            Correction::Counts(change) => change,
        };
        if let Some(known) = self.waiting.get_mut(&id) {
            known.retain(|it| it.corrects != place);
        }
        let item = self.item(id);
        let stands = match change {
            Change::Declared { new, .. } => {
                (item.entered, item.gained, item.left) = (new, 0, new);
                Some((Target::Item(id), new))
            }
            Change::WithParent { more, new, .. } => {
                item.entered += more;
                item.left += more;
                Some((Target::Item(id), new))
            }
            Change::Booked { more, created } => {
                item.gained += more.max(0);
                item.left += more;
                created.map(|(_, new)| (Target::Item(id), new))
            }
            Change::Lost { more, new } => {
                item.left -= more;
                Some((Target::Event(place), new))
            }
        };
        item.settle_stage();
        if let Change::WithParent { parent, more, .. } = change {
            let from = self.item(parent);
            from.left -= more;
            from.settle_stage();
            from.reached = true;
        }
        // A blend that was declared with another mass let so much more or less of each country in.
        if let Change::Declared { old, new } | Change::Booked { created: Some((old, new)), .. } = change
            && !self.items[&id].entry.is_empty()
            && let Some(entered) = self.blends.get_mut(&Source::Item(id))
        {
            entered.values_mut().for_each(|(mass, _)| *mass = portion(*mass, new, old));
        }
        if let Some((target, new)) = stands {
            let word = Word { value: new.to_string(), destroyed: false };
            self.words.insert((target, body.field.to_string()), word);
        }
    }
}
