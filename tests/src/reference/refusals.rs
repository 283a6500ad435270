//! Why an event may not be said, by the events' meaning. All reasons are named, not only the first: which of them a ledger
//! gives first is its own matter. Of who may not speak at all, nothing else is asked.

mod market;
mod workshop;

use std::collections::BTreeSet;

use lode_ledger::event::body::{
    CertificateLinked, CustomsElements, Input, Loss, LotDeclared, LotMerged, LotSplit, OutputKind,
    TreatmentApplied, TreatmentDeclared, WorkCompleted,
};
use lode_ledger::event::{Author, Event};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ItemKind, OfferId, ParticipantId, WorkOrderId};
use lode_ledger::key::KeyId;
use lode_ledger::statement::Issuer;
use lode_ledger::vocab::{Code, Country, DeclarationElement};

use super::standing::Purpose;
use super::state::{Offered, Stage, State, Thing, height, item_kind, made, mg};
use crate::world::ORIGIN;

/// Treatments that leave something behind.
const ADDING: [&str; 8] = ["coat", "dye", "fill", "glass_fill", "glue", "impregnate", "oil", "wax"];

/// The reasons, by their codes.
pub(super) fn of(state: &State, issuer: Issuer, key: KeyId, event: &Event) -> BTreeSet<&'static str> {
    let author = match issuer {
        Issuer::Participant(author) => Some(author),
        _ => None,
    };
    let mut asked = Asked { state, issuer, author, key, reasons: BTreeSet::new() };
    if state.frozen {
        asked.no("ledger-frozen");
    }
    // Who may not say it at all is asked nothing else: what he names need not even be there.
    if !asked.key_is_known()
        || !asked.entitled(event)
        || asked.of_identity(event)
        || asked.market(event)
        || asked.workshop(event)
        || asked.of_standing(event)
        || asked.of_repair(event)
    {
        return asked.reasons;
    }
    match event {
        Event::LotDeclared(body) => asked.lot_declared(body),
        Event::LotSplit(body) => asked.lot_split(body),
        Event::LotMerged(body) => asked.lot_merged(body),
        Event::LossRecorded(body) => asked.loss_recorded(body),
        Event::TreatmentDeclared(body) => asked.treatment_declared(body),
        Event::TreatmentApplied(body) => asked.treatment_applied(body),
        Event::CertificateLinked(body) => asked.certificate_linked(body),
        Event::WorkStarted(body) => {
            asked.inputs(&body.inputs);
            asked.twice(body.crew.iter().copied());
            let known = body.crew.iter().all(|member| state.roles.contains_key(member));
            asked.must(known, "not-found");
            asked.unless_new(state.jobs.contains_key(&WorkOrderId::derive(
                ORIGIN,
                &issuer.to_string(),
                &body.nonce,
                0,
            )));
        }
        Event::StepLogged(body) => {
            asked.not_zero(body.mass_mg.map_or(1, mg));
            let rests = matches!(body.step.as_str(), "pause" | "resume");
            match (body.item, body.work) {
                (Some(_), None) if rests => asked.no("fields-disagree"),
                (Some(item), None) => asked.in_hand(item),
                (None, Some(work)) => asked.step_of_job(work, body.step.as_str()),
                _ => asked.no("fields-disagree"),
            }
        }
        Event::WorkCompleted(body) => asked.work_completed(body),
        other => {
            let known = asked.of_vouching(other);
            assert!(known, "{} is not in the reference", other.event_type().spec().name);
        }
    }
    asked.reasons
}

/// An event that somebody wants to say, and what speaks against it so far.
pub(super) struct Asked<'a> {
    pub(super) state: &'a State,
    issuer: Issuer,
    /// The participant that speaks; nothing where it is a buyer.
    pub(super) author: Option<ParticipantId>,
    /// The key that signs.
    pub(super) key: KeyId,
    reasons: BTreeSet<&'static str>,
}

/// A part of a mass, in parts per million, rounded down.
pub(super) const fn share(mass: i128, ppm: u32) -> i128 {
    mass * ppm as i128 / 1_000_000
}

impl<'a> Asked<'a> {
    /// Somebody who wants to say something, before anything is asked. His key was asked for before.
    pub(super) const fn nothing(state: &'a State, by: ParticipantId) -> Self {
        let (issuer, key) = (Issuer::Participant(by), KeyId(Hash::ZERO));
        Self { state, issuer, author: Some(by), key, reasons: BTreeSet::new() }
    }

    pub(super) fn into_reasons(self) -> BTreeSet<&'static str> {
        self.reasons
    }

    pub(super) fn no(&mut self, reason: &'static str) {
        self.reasons.insert(reason);
    }

    pub(super) fn must(&mut self, holds: bool, reason: &'static str) {
        if !holds {
            self.no(reason);
        }
    }

    /// The participant that speaks, where only one can.
    pub(super) fn by(&self) -> ParticipantId {
        self.author.expect("only a participant may say it")
    }

    /// Whether the key that speaks is known as the author's, and valid. Its signature is not the reference's matter.
    fn key_is_known(&mut self) -> bool {
        let known = match self.issuer {
            Issuer::Participant(author) => return self.key_is_valid(author),
            Issuer::Tag(code) => self.state.tags.contains_key(&code),
            Issuer::Owner(key) => self.state.market.buyers.contains_key(&key),
            _ => true,
        };
        self.must(known, "key-unknown");
        known
    }

    /// Whether such an author may say such things. Whoever is suspended may still answer a dispute.
    fn entitled(&mut self, event: &Event) -> bool {
        let spec = event.event_type().spec().author;
        let answers = matches!(event, Event::DisputeAnswered(_));
        let suspended = !answers && self.author.is_some_and(|author| self.state.suspended.contains(&author));
        self.must(!suspended, "suspended");
        let entitled = match (self.issuer, spec) {
            (Issuer::Participant(author), Author::Participant(roles)) => {
                let plays = roles.is_empty() || roles.iter().any(|role| self.has_role(author, role));
                self.must(plays, "role-forbids");
                plays
            }
            // Only the registrar, or the ledger itself, ends the log.
            (Issuer::Participant(author), Author::Keeper) => {
                let keeps = self.has_role(author, "registrar");
                self.must(keeps, "not-entitled");
                keeps
            }
            (Issuer::Participant(_), Author::Supplier | Author::Holder)
            | (Issuer::Tag(_), Author::Claimant)
            | (Issuer::Owner(_), Author::Buyer | Author::Holder) => true,
            _ => {
                self.no("not-entitled");
                false
            }
        };
        let in_scope = self.in_scope(event);
        entitled && in_scope && !suspended
    }

    /// Codes and numbers of certificates are written in one way only.
    pub(super) fn normal(&mut self, text: &str) {
        let normal = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        self.must(normal, "fields-disagree");
    }

    pub(super) fn not_zero(&mut self, amount: i128) {
        self.must(amount > 0, "not-positive");
    }

    pub(super) fn unless_new(&mut self, exists: bool) {
        self.must(!exists, "id-exists");
    }

    pub(super) fn has_role(&self, who: ParticipantId, role: &str) -> bool {
        self.state.roles.get(&who).is_some_and(|roles| roles.contains(role))
    }

    pub(super) fn twice<T: Ord>(&mut self, things: impl IntoIterator<Item = T>) {
        let mut seen = BTreeSet::new();
        let all_new = things.into_iter().all(|thing| seen.insert(thing));
        self.must(all_new, "named-twice");
    }

    pub(super) fn policy(&self) -> (u32, u32, u32) {
        let policy = self.state.policy.as_ref().expect("entry 1 is a policy");
        (policy.receipt_reason_ppm.get(), policy.receipt_countersign_ppm.get(), policy.scale_ppm.get())
    }

    /// What two scales may differ by. A scale counts for no more than the second threshold.
    pub(super) fn scales(&self, mass: i128, a: i128, b: i128) -> i128 {
        let (_, most, scale) = self.policy();
        a.min(share(mass, most)) + b.min(share(mass, most)) + share(mass, scale)
    }

    /// The item is there, in the author's hands, free and workable.
    pub(super) fn in_hand(&mut self, id: ItemId) {
        self.in_hand_to(id, Purpose::Use);
    }

    /// As [`Self::in_hand`], for something that may be allowed where other things are not.
    fn in_hand_to(&mut self, id: ItemId, purpose: Purpose) {
        self.movable(id, purpose);
        let packed = self.state.items.get(&id).is_some_and(|item| item.dealing.pack.is_some());
        self.must(!packed, "packed");
    }

    /// As [`Self::in_hand`], where it may be in a box that moves with everything in it.
    fn movable(&mut self, id: ItemId, purpose: Purpose) {
        let Some(item) = self.state.items.get(&id) else { return self.no("not-found") };
        let to_workshop = item.stage == Stage::Mending && matches!(purpose, Purpose::GiveTo(_));
        self.must(item.stage == Stage::Here || to_workshop, "state-forbids");
        self.with_author(id, purpose);
    }

    /// A thing that is with the author, offered to nobody, and free for what is to be done with it.
    fn with_author(&mut self, id: ItemId, purpose: Purpose) {
        let Some(item) = self.state.items.get(&id) else { return };
        self.must(item.custodian == self.author, "not-custodian");
        self.must(!self.offered(item), "offer-open");
        self.free(id, purpose);
    }

    /// As [`Self::in_hand_to`], of a thing that may be a buyer's and be here to be mended. Whether it is.
    fn here_or_mending(&mut self, id: ItemId, purpose: Purpose) -> bool {
        let mending = self.state.items.get(&id).is_some_and(|item| item.stage == Stage::Mending);
        if mending {
            self.with_author(id, purpose)
        } else {
            self.in_hand_to(id, purpose)
        }
        mending
    }

    pub(super) fn offered(&self, item: &Thing) -> bool {
        let offer = item.offer.and_then(|offer| self.state.offers.get(&offer));
        offer.is_some_and(|offer| self.is_open(offer))
    }

    fn is_open(&self, offer: &Offered) -> bool {
        !offer.ended && self.state.clock <= offer.expires
    }

    /// The job, if the author may go on with it.
    fn job(&mut self, id: WorkOrderId, purpose: Purpose) -> Option<Thing> {
        let Some(job) = self.state.jobs.get(&id).cloned() else {
            self.no("not-found");
            return None;
        };
        self.must(job.custodian == self.author, "not-custodian");
        self.must(job.left > 0 && !job.paused, "state-forbids");
        self.must(!self.offered(&job), "offer-open");
        self.free_job(id, purpose);
        Some(job)
    }

    fn open_offer(&mut self, id: OfferId, party: impl Fn(&Offered) -> ParticipantId) -> Option<Offered> {
        let Some(offer) = self.state.offers.get(&id).cloned() else {
            self.no("not-found");
            return None;
        };
        self.must(Some(party(&offer)) == self.author, "not-named");
        self.must(self.is_open(&offer), "offer-closed");
        Some(offer)
    }

    fn lot_declared(&mut self, body: &LotDeclared) {
        let (net, gross, tare) =
            (mg(body.mass.net_mg), body.mass.gross_mg.map(mg), body.mass.tare_mg.map(mg));
        self.not_zero(net);
        let fits = match (gross, tare) {
            (Some(gross), Some(tare)) => gross == net + tare,
            (Some(gross), None) => gross >= net,
            (None, _) => true,
        };
        self.must(fits, "fields-disagree");
        let shares: Vec<u32> = body.origins.iter().map(|origin| origin.share_ppm.get()).collect();
        self.must(shares.iter().sum::<u32>() == 1_000_000 && !shares.contains(&0), "shares-not-whole");
        self.twice(body.origins.iter().map(|origin| origin.country));
        self.twice(body.treatments.iter().map(|said| said.treatment));
        let by_people = body.species.attribute("nature").is_some_and(|nature| nature != "natural");
        let said_natural = matches!(body.nature.as_str(), "natural" | "natural_glass");
        self.must(!(by_people && said_natural), "fields-disagree");
        let claimed = height(body.evidence);
        let ceiling = if body.entry.as_str() == "opening_stock" { 0 } else { 1 };
        self.must(claimed <= ceiling, "evidence-too-high");
        self.must(claimed != 1 || !body.documents.is_empty(), "evidence-needs-document");
        let by_lab = body.treatments.iter().any(|said| said.finding.as_str().starts_with("lab_"));
        self.must(!by_lab, "lab-only");
        if let Some(owner) = body.owner {
            self.must(self.state.roles.contains_key(&owner), "not-found");
        }
        if let Some(supplier) = body.supplier_participant {
            self.must(self.state.roles.contains_key(&supplier), "not-found");
            let sells = self.has_role(supplier, "exporter") || self.has_role(supplier, "miner");
            self.must(sells && Some(supplier) != self.author, "wrong-kind");
        }
        if let Some(customs) = &body.customs {
            self.customs(customs);
        }
        let lot = Thing::declared(self.by(), body);
        self.must(lot.may_be_called(body.trade_name.as_ref()), "protected-name");
        self.unless_new(self.state.items.contains_key(&made(ItemKind::Lot, self.by(), &body.nonce, 0)));
    }

    /// The one set of elements that the table has is China's for rough stones.
    fn customs(&mut self, customs: &CustomsElements) {
        let country = Code::<Country>::parse(customs.jurisdiction.as_str()).is_ok();
        let hs = customs.hs.as_str();
        let digits = hs.len() >= 6 && hs.chars().all(|c| c.is_ascii_digit());
        self.must(country && digits, "fields-disagree");
        self.twice(customs.elements.iter().map(|element| element.element.as_str()));
        if customs.jurisdiction.as_str() == "CN" && hs.starts_with("710310") {
            let known = |element: &str| Code::<DeclarationElement>::parse(element).is_ok();
            let asked = customs.elements.iter().all(|element| known(element.element.as_str()));
            self.must(customs.version.as_str() == "1" && asked, "fields-disagree");
        }
    }

    /// Losses that two scales explain are together no more than the scales allow.
    fn measurement(&mut self, losses: &[Loss], mass: i128, resolution: i128) {
        let by_scales: Vec<i128> = losses
            .iter()
            .filter(|loss| loss.reason.as_str() == "measurement_difference")
            .map(|loss| mg(loss.mass_mg))
            .collect();
        let allowed = self.scales(mass, resolution, resolution);
        self.must(by_scales.is_empty() || by_scales.iter().sum::<i128>() <= allowed, "difference-too-large");
    }

    /// What is taken out of a thing, part by part: masses and counts above zero, counts where there are any, and no
    /// more than there is.
    fn take(&mut self, item: &Thing, parts: &[(i128, Option<u32>)], losses: &[Loss]) -> (i128, i128) {
        let (mut left, mut count) = (item.left, item.count.unwrap_or(0));
        for (mass, units) in parts {
            self.not_zero(*mass);
            left -= mass;
            match units {
                Some(units) => {
                    self.must(item.count.is_some(), "count-missing");
                    self.not_zero(i128::from(*units));
                    count -= i128::from(*units);
                }
                None => self.must(item.count.is_none(), "count-missing"),
            }
        }
        for loss in losses {
            self.not_zero(mg(loss.mass_mg));
            left -= mg(loss.mass_mg);
            if let Some(units) = loss.count {
                self.must(item.count.is_some(), "count-missing");
                self.not_zero(i128::from(units));
                count -= i128::from(units);
            }
        }
        self.must(left >= 0 && count >= 0, "too-much-taken");
        (left, count)
    }

    fn lot_split(&mut self, body: &LotSplit) {
        self.in_hand(body.item);
        self.must(body.item.kind() != ItemKind::Piece, "wrong-kind");
        let Some(item) = self.state.items.get(&body.item) else { return };
        self.not_kept(item);
        let parts: Vec<_> = body.parts.iter().map(|part| (mg(part.mass_mg), part.count)).collect();
        let (left, count) = self.take(item, &parts, &body.losses);
        self.measurement(&body.losses, item.left, item.resolution);
        self.must(left == mg(body.left_mg), "not-balanced");
        match (item.count, body.left_count) {
            (None, None) => {}
            (Some(_), Some(stated)) => {
                self.must(count == i128::from(stated), "count-not-balanced");
                self.must((stated == 0) == (left == 0), "count-not-balanced");
            }
            _ => self.no("count-missing"),
        }
        self.some_stone_in(item, &parts);
        for n in 0..body.parts.len() {
            let id = made(body.item.kind(), self.by(), &body.nonce, n);
            self.unless_new(self.state.items.contains_key(&id));
        }
    }

    /// What goes into a merge or a job.
    fn inputs(&mut self, inputs: &[Input]) {
        let things = self.taken(inputs);
        self.alike(&things);
    }

    /// What goes into another: in hand, of one owner, no more than there is; a piece whole.
    fn taken(&mut self, inputs: &[Input]) -> Vec<&'a Thing> {
        self.twice(inputs.iter().map(|input| input.item));
        let state = self.state;
        let mut things = Vec::new();
        for input in inputs {
            self.in_hand(input.item);
            let Some(item) = state.items.get(&input.item) else { continue };
            self.not_kept(item);
            let (left, count) = self.take(item, &[(mg(input.mass_mg), input.count)], &[]);
            self.must(item.count.is_none() || (count == 0) == (left == 0), "count-not-balanced");
            self.must(item.kind != Some(ItemKind::Piece) || left == 0, "not-balanced");
            things.push(item);
        }
        self.must(things.windows(2).all(|two| two[0].owner == two[1].owner), "owners-differ");
        things
    }

    /// Of one mineral, and all stone.
    fn alike(&mut self, things: &[&Thing]) {
        self.must(things.windows(2).all(|two| two[0].species == two[1].species), "species-differ");
        let pure = things.iter().all(|thing| thing.assembly.is_none() && thing.foreign.is_none());
        self.must(pure, "foreign-inside");
    }

    fn lot_merged(&mut self, body: &LotMerged) {
        self.must(body.inputs.iter().all(|input| input.item.kind() == ItemKind::Lot), "wrong-kind");
        self.inputs(&body.inputs);
        let into: i128 = body.inputs.iter().map(|input| mg(input.mass_mg)).sum();
        let lost: i128 = body.losses.iter().map(|loss| mg(loss.mass_mg)).sum();
        body.losses.iter().for_each(|loss| {
            self.not_zero(mg(loss.mass_mg));
            self.must(loss.count.is_none(), "count-missing");
        });
        let coarsest = body.inputs.iter().filter_map(|input| self.state.items.get(&input.item));
        let coarsest = coarsest.map(|item| item.resolution).max().unwrap_or(0);
        self.measurement(&body.losses, into, coarsest);
        self.not_zero(mg(body.mass_mg));
        self.must(mg(body.mass_mg) + lost == into, "not-balanced");
        if let Some(blend) = self.state.blend(&body.inputs) {
            self.must(blend.may_be_called(body.trade_name.as_ref()), "protected-name");
        }
        self.unless_new(self.state.items.contains_key(&made(ItemKind::Lot, self.by(), &body.nonce, 0)));
    }

    fn loss_recorded(&mut self, body: &lode_ledger::event::body::LossRecorded) {
        self.in_hand(body.item);
        let Some(item) = self.state.items.get(&body.item) else { return };
        let losses = std::slice::from_ref(&body.loss);
        let (left, count) = self.take(item, &[], losses);
        self.measurement(losses, item.left, item.resolution);
        self.must(left == mg(body.left_mg), "not-balanced");
        self.must(item.count.is_none() || (count == 0) == (left == 0), "count-not-balanced");
    }

    fn treatment_declared(&mut self, body: &TreatmentDeclared) {
        self.twice(body.treatments.iter().map(|said| said.treatment));
        let Some(item) = self.state.items.get(&body.item) else { return self.no("not-found") };
        self.must(item.is_there(), "state-forbids");
        let lab = self.has_role(self.by(), "lab") && !item.is_of(self.by());
        let findings: Vec<&str> = body.treatments.iter().map(|said| said.finding.as_str()).collect();
        if !(lab && findings.iter().all(|finding| finding.starts_with("lab_"))) {
            self.must(item.custodian == self.author, "not-custodian");
            self.must(!self.offered(item), "offer-open");
        }
        self.must(lab || !findings.iter().any(|finding| finding.starts_with("lab_")), "lab-only");
        for said in body.treatments.iter() {
            let known = item.treatments.get(said.treatment.as_str()).map(String::as_str);
            let in_part = said.finding.as_str() == "applied_in_part" && known != Some("applied_in_part");
            let one_stone = body.item.kind() == ItemKind::Piece && item.assembly.is_none();
            self.must(!(in_part && one_stone), "in-part-of-piece");
            self.may_be_said(item, said.treatment.as_str(), said.finding.as_str());
        }
    }

    /// What was applied is not unsaid, and nothing said becomes "not stated".
    fn may_be_said(&mut self, item: &Thing, treatment: &str, said: &str) {
        let known = item.treatments.get(treatment).map_or("not_stated", String::as_str);
        let applied = matches!(known, "declared_applied" | "applied_in_part" | "lab_detected");
        let says_applied = matches!(said, "declared_applied" | "applied_in_part" | "lab_detected");
        let unsaid = said == "not_stated" && known != "not_stated";
        let undone = applied && !says_applied && !said.starts_with("lab_");
        let lessened = known == "declared_applied" && said == "applied_in_part";
        self.must(!(unsaid || undone || lessened), "treatment-undone");
    }

    fn treatment_applied(&mut self, body: &TreatmentApplied) {
        let added = body.added_mg.map(mg);
        self.not_zero(added.unwrap_or(1));
        self.must(added.is_some() == body.left_mg.is_some(), "fields-disagree");
        self.must(added.is_none() || ADDING.contains(&body.treatment.as_str()), "mass-from-nowhere");
        let thing = match (body.item, body.work) {
            (Some(id), None) => {
                self.in_hand(id);
                self.state.items.get(&id).cloned()
            }
            (None, Some(id)) => self.job(id, Purpose::Use),
            _ => return self.no("fields-disagree"),
        };
        if let (Some(thing), Some(added), Some(left)) = (thing, added, body.left_mg) {
            let (_, most, _) = self.policy();
            self.must(thing.stone_gained() + added <= share(thing.entered, most), "mass-from-nowhere");
            self.must(thing.left + added == mg(left), "not-balanced");
        }
    }

    fn certificate_linked(&mut self, body: &CertificateLinked) {
        let one_piece = body.scope.as_str() == "item";
        self.twice(body.findings.iter().map(|said| said.treatment));
        self.must(one_piece == body.sample_count.is_none(), "fields-disagree");
        self.must(!one_piece || body.item.kind() == ItemKind::Piece, "wrong-kind");
        for text in [&body.issuer_code, &body.number] {
            self.normal(text.as_str());
        }
        let Some(item) = self.state.items.get(&body.item) else { return self.no("not-found") };
        self.must(item.is_there(), "state-forbids");
        let holder = self.state.labs.get(body.issuer_code.as_str());
        let by_lab = holder == Some(&self.by()) && self.has_role(self.by(), "lab") && !item.is_of(self.by());
        if by_lab {
            for said in body.findings.iter() {
                self.may_be_said(item, said.treatment.as_str(), said.finding.as_str());
            }
        } else {
            self.must(item.custodian == self.author, "not-custodian");
            self.must(!self.offered(item), "offer-open");
            self.must(body.findings.is_empty(), "lab-only");
        }
        let number = (body.issuer_code.to_string(), body.number.to_string());
        let elsewhere = self.state.bound.get(&number).is_some_and(|bound| *bound != body.item);
        self.must(!elsewhere, "certificate-taken");
        if let Some(earlier) = &body.reissue_of {
            self.must(by_lab, "lab-only");
            let old = (number.0.clone(), earlier.to_string());
            let stands =
                self.state.bound.get(&old) == Some(&body.item) && !self.state.reissued.contains(&old);
            let new = *earlier != body.number && !self.state.reissued.contains(&number);
            self.must(one_piece && stands && new, "nothing-to-reissue");
        }
    }

    fn work_completed(&mut self, body: &WorkCompleted) {
        let purpose = if body.outputs.is_empty() { Purpose::Destroy } else { Purpose::Use };
        let Some(job) = self.job(body.work, purpose) else { return };
        self.must(!body.outputs.is_empty() || mg(body.left_mg) == 0, "fields-disagree");
        let gained: i128 = body.gains.iter().map(|gain| mg(gain.mass_mg)).sum();
        for gain in body.gains.iter() {
            self.not_zero(mg(gain.mass_mg));
            let scales = gain.reason.as_str() == "measurement_difference";
            self.must(scales && body.left_mg.is_zero(), "mass-from-nowhere");
        }
        self.must(gained == 0 || gained <= self.scales(job.entered, 0, 0), "difference-too-large");
        let mut left = job.left + gained;
        for (n, output) in body.outputs.iter().enumerate() {
            self.not_zero(mg(output.mass_mg));
            left -= mg(output.mass_mg);
            match (output.kind, output.count) {
                (OutputKind::Batch, Some(count)) => self.not_zero(i128::from(count)),
                (OutputKind::Lot | OutputKind::Piece, None) => {}
                _ => self.no("count-missing"),
            }
            self.must(job.may_be_called(output.name.as_ref()), "protected-name");
            let id = made(item_kind(output.kind), self.by(), &body.nonce, n);
            self.unless_new(self.state.items.contains_key(&id));
        }
        for loss in body.losses.iter() {
            self.not_zero(mg(loss.mass_mg));
            self.must(loss.count.is_none(), "count-missing");
            left -= mg(loss.mass_mg);
        }
        self.measurement(&body.losses, job.entered, 0);
        self.must(left >= 0, "too-much-taken");
        self.must(left == mg(body.left_mg), "not-balanced");
    }
}
