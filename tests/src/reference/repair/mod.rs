//! The record repaired: what did not occur, what was wrong, salts that are gone, and the end. State and refusals of these
//! events, side by side.

mod claims;
mod mass;
mod words;

use std::collections::BTreeSet;

use lode_ledger::event::Event;
use lode_ledger::event::body::{EventCorrected, EventVoided, Input, Loss};
use lode_ledger::id::{ItemId, ParticipantId, WorkOrderId};

use super::Place;
use super::refusals::Asked;
use super::standing::Purpose;
use super::state::{Source, Stage, State, Thing, mg};
pub(super) use claims::heavier;
use mass::Correction;
pub use mass::Waiting;
pub use words::{Target, Word};

/// What was said to be wrong and could not be put right any more.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Contradiction {
    /// By which event.
    pub stated: Place,
    /// Of what.
    pub of: ItemId,
    /// How much nothing explains, in milligrams.
    pub unexplained: i128,
}

/// What an event took out of one thing to make others.
struct Drawn {
    from: Source,
    /// Milligrams, with what was lost, without what was gained.
    mass: i128,
    /// Milligrams that the thing gained in the same event.
    gained: i128,
    /// Units.
    count: i128,
}

fn lost(losses: &[Loss]) -> (i128, i128) {
    let mass = losses.iter().map(|loss| mg(loss.mass_mg)).sum();
    (mass, losses.iter().filter_map(|loss| loss.count).map(i128::from).sum())
}

fn drawn_from_all(inputs: &[Input]) -> Vec<Drawn> {
    let drawn = |input: &Input| Drawn {
        from: Source::Item(input.item),
        mass: mg(input.mass_mg),
        gained: 0,
        count: input.count.map_or(0, i128::from),
    };
    inputs.iter().map(drawn).collect()
}

/// What an event made other things of.
fn drawn(event: &Event) -> Vec<Drawn> {
    let of = |item, masses: i128, counts: i128, losses: &[Loss]| {
        let (mass, count) = lost(losses);
        vec![Drawn { from: Source::Item(item), mass: masses + mass, gained: 0, count: counts + count }]
    };
    match event {
        Event::LotSplit(body) => {
            let mass = body.parts.iter().map(|part| mg(part.mass_mg)).sum();
            let count = body.parts.iter().filter_map(|part| part.count).map(i128::from).sum();
            of(body.item, mass, count, &body.losses)
        }
        Event::PiecesSerialised(body) => {
            let mass = body.pieces.iter().map(|piece| mg(piece.mass_mg)).sum();
            let count = i128::try_from(body.pieces.len()).expect("a short list");
            of(body.item, mass, count, &body.losses)
        }
        Event::ItemDisassembled(body) => of(body.item, 0, 0, &body.losses),
        Event::LotMerged(body) => drawn_from_all(&body.inputs),
        Event::WorkStarted(body) => drawn_from_all(&body.inputs),
        Event::ItemAssembled(body) => drawn_from_all(&body.components),
        Event::WorkCompleted(body) => {
            let out: i128 = body.outputs.iter().map(|output| mg(output.mass_mg)).sum();
            let gained: i128 = body.gains.iter().map(|gain| mg(gain.mass_mg)).sum();
            let mass = out + lost(&body.losses).0 - gained;
            vec![Drawn { from: Source::Work(body.work), mass, gained, count: 0 }]
        }
        _ => Vec::new(),
    }
}

impl State {
    pub(super) fn thing(&self, source: Source) -> Option<&Thing> {
        match source {
            Source::Item(id) => self.items.get(&id),
            Source::Work(id) => self.jobs.get(&id),
        }
    }

    fn thing_mut(&mut self, source: Source) -> &mut Thing {
        match source {
            Source::Item(id) => self.item(id),
            Source::Work(id) => self.jobs.get_mut(&id).expect("a job that was begun"),
        }
    }

    /// What a thing was made of.
    pub(super) fn sources(&self, thing: &Thing) -> Vec<Source> {
        let event = self.heard.get(&thing.created).map(|heard| &*heard.event);
        event.map(drawn).unwrap_or_default().into_iter().map(|drawn| drawn.from).collect()
    }

    /// Everything that was made of a thing, directly or by way of others, each after what it was made of.
    pub fn made_of(&self, root: Source) -> Vec<Source> {
        let items = self.items.iter().map(|(id, thing)| (thing.created, Source::Item(*id), thing));
        let jobs = self.jobs.iter().map(|(id, thing)| (thing.created, Source::Work(*id), thing));
        let mut all: Vec<(Place, Source, &Thing)> = items.chain(jobs).collect();
        all.sort_by_key(|(created, source, _)| (*created, *source));
        let (mut known, mut found) = (BTreeSet::from([root]), Vec::new());
        for (_, source, thing) in all {
            let made =
                thing.stage != Stage::Void && self.sources(thing).iter().any(|from| known.contains(from));
            if made && known.insert(source) {
                found.push(source);
            }
        }
        found
    }

    /// The contradictions on a thing: stated of it, or of what it was made of.
    #[must_use]
    pub fn contradictions_on(&self, thing: Source) -> BTreeSet<Contradiction> {
        let on = |known: &&Contradiction| {
            let root = Source::Item(known.of);
            root == thing || self.made_of(root).contains(&thing)
        };
        self.contradictions.iter().filter(on).copied().collect()
    }

    /// Whether anything was said of a thing since it was made.
    fn used(&self, source: Source) -> bool {
        let Some(thing) = self.thing(source) else { return false };
        let name = match source {
            Source::Item(id) => id.to_string(),
            Source::Work(id) => id.to_string(),
        };
        let mut later = self.heard.range(thing.created..).filter(|(place, _)| **place != thing.created);
        thing.reached || later.any(|(_, heard)| heard.names.contains(&name))
    }

    /// Takes an accepted event of this family in. Whether it was one.
    pub(super) fn repair(&mut self, by: ParticipantId, event: &Event) -> bool {
        match event {
            Event::EventVoided(body) => self.void(body),
            Event::EventCorrected(body) => self.correct(by, body),
            Event::DisclosureDestroyed(body) => self.destroy_salt(body),
            Event::LedgerFrozen(_) => self.frozen = true,
            _ => return false,
        }
        true
    }

    fn void(&mut self, body: &EventVoided) {
        let place = (body.index.0, body.event);
        if let Some(hold) = body.hold {
            self.standing.holds.get_mut(&hold).expect("a hold that was placed").over = true;
        }
        if let Some(dispute) = body.dispute {
            self.standing.disputes.get_mut(&dispute).expect("a dispute that was opened").over = true;
        }
        if let Some(recall) = body.recall {
            self.standing.recalls.get_mut(&recall).expect("a recall that was issued").over = true;
        }
        if body.item.is_none() && body.work.is_none() {
            return;
        }
        for drawn in drawn(&self.heard[&place].event.clone()) {
            let from = self.thing_mut(drawn.from);
            from.left += drawn.mass;
            from.gained -= drawn.gained;
            if let Some(count) = &mut from.count {
                *count += drawn.count;
            }
            from.settle_stage();
        }
        let made = self.items.values_mut().chain(self.jobs.values_mut());
        for thing in made.filter(|thing| thing.created == place) {
            thing.stage = Stage::Void;
            (thing.entered, thing.gained, thing.left, thing.foreign) = (0, 0, 0, None);
            thing.count = thing.count.map(|_| 0);
        }
    }

    fn correct(&mut self, by: ParticipantId, body: &EventCorrected) {
        match Correction::of(self, by, body) {
            Some(Ok(correction)) => self.correct_mass(body, correction),
            Some(Err(reasons)) => panic!("it was accepted, but: {reasons:?}"),
            None if body.item.is_some() && claims::is_claim(body.field.as_str()) => {
                let corrected = self.correct_claim(by, body);
                assert_eq!(corrected, Ok(()), "it was accepted");
            }
            None => self.correct_words(body),
        }
    }

    fn contradict(&mut self, of: ItemId, unexplained: i128) {
        let stated = self.present;
        for thing in self.made_of(Source::Item(of)) {
            self.thing_mut(thing).reached = true;
        }
        self.contradictions.insert(Contradiction { stated, of, unexplained });
    }
}

impl Thing {
    /// It is there again, or gone, by what is left of it.
    fn settle_stage(&mut self) {
        if self.left == 0 {
            self.stage = Stage::Gone;
        } else if self.stage == Stage::Gone {
            self.stage = Stage::Here;
        }
    }
}

impl Asked<'_> {
    /// Why an event of this family may not be said. Whether it was one.
    pub(super) fn of_repair(&mut self, event: &Event) -> bool {
        match event {
            Event::EventVoided(body) => self.event_voided(body),
            Event::EventCorrected(body) => self.event_corrected(body),
            Event::DisclosureDestroyed(body) => self.disclosure_destroyed(body),
            Event::LedgerFrozen(body) => {
                let itself =
                    body.successor.as_ref().is_some_and(|next| next.as_str() == crate::world::ORIGIN);
                self.must(!itself, "fields-disagree");
            }
            _ => return false,
        }
        true
    }

    fn event_corrected(&mut self, body: &EventCorrected) {
        self.must(body.item.is_none() || body.work.is_none(), "fields-disagree");
        match Correction::of(self.state, self.by(), body) {
            Some(Ok(_)) => {}
            Some(Err(reasons)) => reasons.into_iter().for_each(|reason| self.no(reason)),
            None => {
                self.must(body.counterparty.is_none(), "fields-disagree");
                if body.item.is_some() && claims::is_claim(body.field.as_str()) {
                    let refused = self.state.clone().correct_claim(self.by(), body).err();
                    return refused.into_iter().flatten().for_each(|reason| self.no(reason));
                }
                self.must(body.contradiction.is_none(), "fields-disagree");
                self.words_corrected(body);
            }
        }
    }

    fn event_voided(&mut self, body: &EventVoided) {
        let place = (body.index.0, body.event);
        let standing = &self.state.standing;
        match (body.item, body.work, body.hold, body.dispute, body.recall) {
            (Some(id), None, None, None, None) => self.item_voided(id, place),
            (None, Some(id), None, None, None) => self.job_voided(id, place),
            (None, None, Some(id), None, None) => {
                let hold = standing.holds.get(&id);
                let known = hold.map(|hold| (hold.placed, hold.by, hold.over));
                let secures = hold.is_some_and(|hold| hold.creditor.is_some());
                self.must(!secures, "not-entitled");
                self.mark_voided(known, place);
            }
            (None, None, None, Some(id), None) => {
                let known = standing.disputes.get(&id);
                let known = known.map(|it| (it.opened, it.by, it.over || it.answered));
                self.mark_voided(known, place);
            }
            (None, None, None, None, Some(id)) => {
                let known = standing.recalls.get(&id).map(|it| (it.issued, it.by, it.over));
                self.mark_voided(known, place);
            }
            _ => self.no("fields-disagree"),
        }
    }

    /// Whoever placed a hold, opened a dispute or issued a recall takes it back while nothing came of it.
    fn mark_voided(&mut self, known: Option<(Place, ParticipantId, bool)>, place: Place) {
        let Some((made, by, used)) = known else { return self.no("not-found") };
        self.must(made == place, "correction-target");
        self.must(self.author == Some(by), "correction-author");
        self.must(!used, "void-used");
    }

    fn item_voided(&mut self, id: ItemId, place: Place) {
        let Some(item) = self.state.items.get(&id) else { return self.no("not-found") };
        self.must(item.created == place, "correction-target");
        self.must(item.creator == self.author, "correction-author");
        let state = self.state;
        for (id, made) in state.items.iter().filter(|(_, thing)| thing.created == item.created) {
            self.must(!state.used(Source::Item(*id)), "void-used");
            self.must(made.custodian == self.author, "not-custodian");
        }
        self.can_go_back(item.created);
    }

    fn job_voided(&mut self, id: WorkOrderId, place: Place) {
        let Some(job) = self.state.jobs.get(&id) else { return self.no("not-found") };
        self.must(job.created == place, "correction-target");
        let by = self.state.heard.get(&job.created).map(|heard| heard.by);
        self.must(by == self.author && job.custodian == self.author, "correction-author");
        self.must(!self.state.used(Source::Work(id)), "void-used");
        self.free_job(id, Purpose::Use);
        self.can_go_back(job.created);
    }

    /// What was taken can go back to where it came from: it is there, in the author's hands and free.
    fn can_go_back(&mut self, place: Place) {
        let Some(heard) = self.state.heard.get(&place) else { return };
        for drawn in drawn(&heard.event) {
            let Some(from) = self.state.thing(drawn.from) else { continue };
            self.must(from.custodian == self.author, "not-custodian");
            self.must(!self.offered(from), "offer-open");
            match drawn.from {
                Source::Item(id) => {
                    self.must(matches!(from.stage, Stage::Here | Stage::Gone), "state-forbids");
                    self.free(id, Purpose::Use);
                    self.must(!from.holds_foreign(), "void-used");
                }
                Source::Work(id) => self.free_job(id, Purpose::Use),
            }
        }
    }
}
