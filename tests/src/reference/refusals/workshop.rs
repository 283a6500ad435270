//! Why nothing may be said of pieces out of batches, of things assembled, taken apart, mended, destroyed, of balances set
//! right, and of jobs that rest or go along with an offer.

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    CustodyOffered, ItemAssembled, ItemDisassembled, ItemRepaired, Loss, MassAdjusted, OutputKind,
    PiecesSerialised, TagBound,
};
use lode_ledger::id::{ItemId, ItemKind, WorkOrderId};

use super::super::standing::Purpose;
use super::super::state::{Thing, item_kind, made, mg, portion};
use super::{Asked, share};

impl Asked<'_> {
    /// Asks of an event of the workshops. Whether it was one.
    pub(super) fn workshop(&mut self, event: &Event) -> bool {
        match event {
            Event::MassAdjusted(body) => self.mass_adjusted(body),
            Event::PiecesSerialised(body) => self.pieces_serialised(body),
            Event::ItemDestroyed(body) => {
                if self.here_or_mending(body.item, Purpose::Destroy) {
                    self.must(self.state.items[&body.item].may_leave_its_buyer(), "not-given-back");
                }
            }
            Event::ItemAssembled(body) => self.item_assembled(body),
            Event::ItemDisassembled(body) => self.item_disassembled(body),
            Event::ItemRepaired(body) => self.item_repaired(body),
            _ => return false,
        }
        true
    }

    /// The job, if the author may log this step of it.
    pub(super) fn step_of_job(&mut self, id: WorkOrderId, step: &str) {
        let Some(job) = self.state.jobs.get(&id) else { return self.no("not-found") };
        let among = self.author.is_some_and(|author| job.crew.contains(&author));
        self.must(job.custodian == self.author || among, "not-custodian");
        self.must(job.left > 0 && job.paused == (step == "resume"), "state-forbids");
        self.must(!self.offered(job), "offer-open");
        self.free_job(id, Purpose::Use);
    }

    /// The jobs that an offer takes along.
    pub(super) fn works_offered(&mut self, body: &CustodyOffered) {
        self.twice(body.works.iter().copied());
        self.must(!body.lines.is_empty() || !body.works.is_empty(), "not-positive");
        for id in body.works.iter() {
            let Some(job) = self.state.jobs.get(id) else {
                self.no("not-found");
                continue;
            };
            self.must(job.custodian == self.author, "not-custodian");
            self.must(job.left > 0, "state-forbids");
            self.must(!self.offered(job), "offer-open");
            self.must(body.ownership != Some(true) || job.owner == job.custodian, "not-owner");
            self.free_job(*id, Purpose::GiveTo(body.to));
        }
    }

    /// The hidden codes of a batch's single pieces.
    pub(super) fn units(&mut self, body: &TagBound) {
        self.must(body.units.is_some() == body.units_root.is_some(), "fields-disagree");
        let (Some(units), Some(item)) = (body.units, self.state.items.get(&body.item)) else { return };
        self.must(item.count.is_some(), "count-missing");
        self.not_zero(i128::from(units));
        self.must(i128::from(units) <= item.count.unwrap_or(0), "count-not-balanced");
    }

    /// A thing begins with some stone in it.
    pub(super) fn some_stone_in(&mut self, item: &Thing, parts: &[(i128, Option<u32>)]) {
        let (mut left, mut foreign) = (item.left, item.foreign.map_or(0, |(_, left)| left));
        for (mass, _) in parts {
            let part = portion(foreign, *mass, left).min(foreign);
            self.not_zero(mass - part);
            foreign -= part;
            left = (left - mass).max(0);
        }
    }

    fn mass_adjusted(&mut self, body: &MassAdjusted) {
        self.in_hand(body.item);
        self.must(!body.documents.is_empty(), "adjustment-needs-document");
        self.not_zero(mg(body.left_mg));
        self.not_zero(i128::from(body.was_mg != body.left_mg || body.was_count != body.left_count));
        let Some(item) = self.state.items.get(&body.item) else { return };
        let (was, left) = (mg(body.was_mg), mg(body.left_mg));
        self.must(item.left == was, "not-balanced");
        let (_, most, _) = self.policy();
        let (by, allowed) = ((left - was).abs(), share(item.entered, most));
        let before = if left > was { item.stone_gained() } else { 0 };
        let papers = |mass, count: Option<u32>| (mass, count.map(i128::from));
        let counted = item.counted == Some([papers(was, body.was_count), papers(left, body.left_count)]);
        self.must(counted || before + by <= allowed, "adjustment-too-large");
        self.must(left > was || by < item.stone(), "adjustment-too-large");
        match (item.count, body.was_count.map(i128::from), body.left_count.map(i128::from)) {
            (None, None, None) => {}
            (Some(count), Some(was), Some(left)) => {
                self.must(count == was, "count-not-balanced");
                self.not_zero(left);
                let allowed = share(item.count_entered, most).max(1);
                let before = if left > was { item.count_gained } else { 0 };
                self.must(counted || before + (left - was).abs() <= allowed, "adjustment-too-large");
            }
            _ => self.no("count-missing"),
        }
    }

    fn pieces_serialised(&mut self, body: &PiecesSerialised) {
        self.must(body.item.kind() == ItemKind::Batch, "wrong-kind");
        self.in_hand(body.item);
        let Some(item) = self.state.items.get(&body.item) else { return };
        self.not_kept(item);
        let parts: Vec<_> = body.pieces.iter().map(|piece| (mg(piece.mass_mg), Some(1))).collect();
        let (left, count) = self.take(item, &parts, &body.losses);
        self.some_stone_in(item, &parts);
        self.measurement(&body.losses, item.left, item.resolution);
        self.must(left == mg(body.left_mg), "not-balanced");
        self.must(count == i128::from(body.left_count), "count-not-balanced");
        self.must((body.left_count == 0) == (left == 0), "count-not-balanced");
        for piece in body.pieces.iter() {
            self.must(item.may_be_called(piece.name.as_ref()), "protected-name");
        }
        for n in 0..body.pieces.len() {
            let id = made(ItemKind::Piece, self.by(), &body.nonce, n);
            self.unless_new(self.state.items.contains_key(&id));
        }
    }

    /// A piece has no count, a batch has one.
    fn piece_or_batch(&mut self, kind: OutputKind, count: Option<u32>) {
        match (kind, count) {
            (OutputKind::Batch, Some(count)) => self.not_zero(i128::from(count)),
            (OutputKind::Piece, None) => {}
            (OutputKind::Lot, _) => self.no("wrong-kind"),
            _ => self.no("count-missing"),
        }
    }

    /// Losses of mass alone, and what they come to.
    fn losses_of_mass(&mut self, losses: &[Loss]) -> i128 {
        for loss in losses {
            self.not_zero(mg(loss.mass_mg));
            self.must(loss.count.is_none(), "count-missing");
        }
        losses.iter().map(|loss| mg(loss.mass_mg)).sum()
    }

    fn item_assembled(&mut self, body: &ItemAssembled) {
        self.piece_or_batch(body.kind, body.count);
        let lots = body.components.iter().any(|input| input.item.kind() == ItemKind::Lot);
        self.must(!lots, "wrong-kind");
        let things = self.taken(&body.components);
        body.foreign.iter().for_each(|foreign| self.not_zero(mg(foreign.mass_mg)));
        let lost = self.losses_of_mass(&body.losses);
        let into: i128 = body.components.iter().map(|input| mg(input.mass_mg)).sum();
        let coarsest = things.iter().map(|thing| thing.resolution).max().unwrap_or(0);
        self.measurement(&body.losses, into, coarsest);
        let joined: i128 = body.foreign.iter().map(|foreign| mg(foreign.mass_mg)).sum();
        self.not_zero(mg(body.mass_mg));
        self.must(into + joined == mg(body.mass_mg) + lost, "not-balanced");
        let foreign = |id: &ItemId, mass| self.state.items.get(id).map_or(0, |thing| thing.foreign_in(mass));
        let inherited: i128 =
            body.components.iter().map(|input| foreign(&input.item, mg(input.mass_mg))).sum();
        self.not_zero(mg(body.mass_mg) - joined - inherited);
        if let Some(whole) = self.state.blend(&body.components) {
            self.must(whole.may_be_called(body.name.as_ref()), "protected-name");
        }
        let id = made(item_kind(body.kind), self.by(), &body.nonce, 0);
        self.unless_new(self.state.items.contains_key(&id));
    }

    fn item_disassembled(&mut self, body: &ItemDisassembled) {
        self.in_hand(body.item);
        let Some(item) = self.state.items.get(&body.item) else { return };
        self.not_kept(item);
        let Some(assembly) = item.assembly else { return self.no("wrong-kind") };
        let lost = self.losses_of_mass(&body.losses);
        self.measurement(&body.losses, item.left, item.resolution);
        let stone_out = self.parts_of(body, item, assembly);
        self.must(stone_out <= item.stone(), "part-beyond-component");
        let foreign = body.foreign_mg.map(mg);
        self.not_zero(foreign.unwrap_or(1));
        let there = item.foreign.map_or(0, |(_, left)| left);
        self.must(foreign.unwrap_or(0) <= there, "too-much-taken");
        let parts: i128 = body.parts.iter().map(|part| mg(part.mass_mg)).sum();
        let out = parts + lost + foreign.unwrap_or(0);
        self.must(out <= item.left, "too-much-taken");
        self.must(out == item.left, "not-balanced");
        for (n, part) in body.parts.iter().enumerate() {
            let id = made(item_kind(part.kind), self.by(), &body.nonce, n);
            self.unless_new(self.state.items.contains_key(&id));
        }
    }

    /// What comes out of each ingredient, and how much stone that is together.
    fn parts_of(&mut self, body: &ItemDisassembled, item: &Thing, assembly: ItemId) -> i128 {
        let state = self.state;
        let known = &state.ingredients[&assembly];
        let (of, things) = (state.items[&assembly].count_entered.max(1), item.count.unwrap_or(1));
        let (_, most, _) = self.policy();
        let mut out = vec![(0, 0); known.len()];
        let mut stone = 0;
        for part in body.parts.iter() {
            self.piece_or_batch(part.kind, part.count);
            let mass = mg(part.mass_mg);
            self.not_zero(mass);
            let place = usize::try_from(part.component).expect("a small number");
            let (Some(from), Some((masses, units))) = (known.get(place), out.get_mut(place)) else {
                self.no("not-found");
                continue;
            };
            *masses += mass;
            *units += part.count.map_or(1, i128::from);
            // Of some of a batch: their part, and a little more, as like things are not equal.
            let part_of = portion(from.mass, things, of).min(from.mass);
            let allowed = if things == of { from.mass } else { part_of + share(part_of, most) };
            let (masses, units) = (*masses, *units);
            self.must(masses <= allowed.min(from.mass - from.out), "part-beyond-component");
            let allowed = (from.units * things + of - 1) / of;
            self.must(units <= allowed.min(from.units - from.units_out), "count-not-balanced");
            let foreign = portion(from.foreign, mass, from.mass);
            self.not_zero(mass - foreign);
            stone += mass - foreign;
        }
        stone
    }

    fn item_repaired(&mut self, body: &ItemRepaired) {
        self.must(body.item.kind() != ItemKind::Lot, "wrong-kind");
        self.here_or_mending(body.item, Purpose::Use);
        let added: i128 = body.foreign.iter().map(|foreign| mg(foreign.mass_mg)).sum();
        body.foreign.iter().for_each(|foreign| self.not_zero(mg(foreign.mass_mg)));
        let Some(item) = self.state.items.get(&body.item) else { return };
        let off = body.taken_off_mg.map(mg);
        self.not_zero(off.unwrap_or(1));
        let off = off.unwrap_or(0);
        self.must(off <= item.foreign.map_or(0, |(_, left)| left), "too-much-taken");
        let mut after = item.clone();
        after.take_off(off);
        let (left, count) = self.take(&after, &[], &body.losses);
        self.measurement(&body.losses, item.left, item.resolution);
        self.must(left + added == mg(body.left_mg), "not-balanced");
        self.must(item.count.is_none() || count > 0, "count-not-balanced");
        for loss in body.losses.iter() {
            after.foreign =
                after.foreign.map(|(added, left)| (added, left - after.foreign_in(mg(loss.mass_mg))));
            after.left -= mg(loss.mass_mg);
        }
        self.not_zero(after.stone());
    }
}
