//! What a history adds up to: who is who, where each thing is, how much of it there is, and what is known of it.

mod market;
mod origins;
mod workshop;

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::Event;
use lode_ledger::event::body::{Input, Loss, LotDeclared, OutputKind, PolicyAdopted};
use lode_ledger::id::{
    ConsignmentId, CredentialId, FacilityId, ItemId, ItemKind, Nonce, OfferId, ParticipantId, StockCountId,
    WorkOrderId,
};
use lode_ledger::key::KeyId;
use lode_ledger::statement::Issuer;
use lode_ledger::tag::TagCode;
use lode_ledger::vocab::EvidenceLevel;

use super::identity::DeviceKey;
use super::repair::{Contradiction, Target, Waiting, Word, heavier};
use super::standing::Standing;
use super::vouching::{Allowance, Journey, Title};
use super::{Heard, Place};
use crate::world::ORIGIN;

pub use market::Dealing;
use market::Market;
pub use origins::Source;
pub(super) use origins::mixed;
pub(super) use workshop::{Ingredient, greatest_of, portion};

/// Where a thing is in its life.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Stage {
    /// Declared for import, not yet weighed here.
    #[default]
    Declared,
    /// There to be worked with: a lot, a batch or a piece.
    Here,
    /// Nothing is left.
    Gone,
    /// It is no more.
    Destroyed,
    /// It never was: what made it did not occur.
    Void,
    /// It was sold to a buyer.
    Sold,
    /// Its buyer has made it his.
    Claimed,
    /// It was sold, and is back to be mended.
    Mending,
}

/// A lot, a batch, a piece, or the goods of a job.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// What kind of item; nothing for a job.
    pub kind: Option<ItemKind>,
    /// Where it is in its life; a job is here until nothing is left in it.
    pub stage: Stage,
    /// Milligrams that it began with.
    pub entered: i128,
    /// Milligrams that were added to it.
    pub gained: i128,
    /// Milligrams that are left.
    pub left: i128,
    /// Units that are left, of a batch.
    pub count: Option<i128>,
    /// Units that it began with.
    pub count_entered: i128,
    /// Units that an adjustment found beside.
    pub count_gained: i128,
    /// What is no stone: how much was ever joined, and how much of it is left.
    pub foreign: Option<(i128, i128)>,
    /// What it was assembled as: itself, or what it was taken from.
    pub assembly: Option<ItemId>,
    /// Who else may log steps, of a job.
    pub crew: BTreeSet<ParticipantId>,
    /// Who had it before, of a job.
    pub earlier: BTreeSet<ParticipantId>,
    /// Whether a job rests.
    pub paused: bool,
    /// The scale that weighed it last, in milligrams.
    pub resolution: i128,
    /// In whose hands.
    pub custodian: Option<ParticipantId>,
    /// Whose.
    pub owner: Option<ParticipantId>,
    /// The mineral.
    pub species: String,
    /// The variety, if all of it is of one.
    pub variety: Option<String>,
    /// Natural, made by people, or not stated.
    pub nature: String,
    /// What it was taken out of, and which part of that it was.
    pub part_of: Option<(ItemId, usize)>,
    /// Where it may have been dug.
    pub origins: BTreeSet<String>,
    /// How much of it is from where, in parts per million.
    pub shares: BTreeMap<String, i128>,
    /// The blend of several origins that it was drawn from: what was made there, and nothing of it is said yet.
    pub drawn_from: Option<Source>,
    /// What the last count found: mass and number as the books had them, and as they were.
    pub counted: Option<[(i128, Option<i128>); 2]>,
    /// What was said of each treatment; what was never said is not here.
    pub treatments: BTreeMap<String, String>,
    /// Its live tag.
    pub tag: Option<TagCode>,
    /// The offer that it was last part of.
    pub offer: Option<OfferId>,
    /// Who may counter-sign it, and whether that was done.
    pub supplier: Option<(ParticipantId, bool)>,
    /// By which event it was made.
    pub created: Place,
    /// Whether a correction of something else has reached it.
    pub reached: bool,
    /// Who made its record.
    pub creator: Option<ParticipantId>,
    /// Who worked it, or put it together.
    pub maker: Option<ParticipantId>,
    /// How it entered, of a declared lot.
    pub entry: String,
    /// How well its origin is known, from the holder's word (0) to an independent party (3).
    pub evidence: usize,
    /// How well documents can make it known.
    pub ceiling: usize,
    /// The district of its one country.
    pub place: Option<String>,
    /// The consignment that it is on its way in.
    pub on_the_way: Option<ConsignmentId>,
    /// Whether customs has let it in.
    pub cleared: bool,
    /// Of a part: the declared lot that it comes from.
    pub root: Option<ItemId>,
    /// How much was split off before it was cleared.
    pub split_off: i128,
    /// What its supplier agreed was received, in milligrams.
    pub agreed: Option<i128>,
    /// What the market does with it.
    pub dealing: Dealing,
}

/// A hand-over that was offered.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Who offers.
    pub from: ParticipantId,
    /// To whom.
    pub to: ParticipantId,
    /// Item, mass and resolution of the giver's scale.
    pub lines: Vec<(ItemId, i128, i128)>,
    /// Until when, in seconds.
    pub expires: i64,
    /// Whether it becomes the taker's.
    pub ownership: bool,
    /// Whether ownership alone is offered.
    pub title_only: bool,
    /// The jobs that go along.
    pub works: Vec<WorkOrderId>,
    /// Whether it was accepted, rejected or cancelled.
    pub ended: bool,
}

/// What a history adds up to.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The roles of everybody.
    pub roles: BTreeMap<ParticipantId, BTreeSet<String>>,
    /// Who is suspended.
    pub suspended: BTreeSet<ParticipantId>,
    /// Who holds which lab's code.
    pub labs: BTreeMap<String, ParticipantId>,
    /// All items.
    pub items: BTreeMap<ItemId, Thing>,
    /// All jobs.
    pub jobs: BTreeMap<WorkOrderId, Thing>,
    /// All offers.
    pub offers: BTreeMap<OfferId, Offered>,
    /// What the market has made.
    pub market: Market,
    /// What assembled things were made of, in order.
    pub ingredients: BTreeMap<ItemId, Vec<Ingredient>>,
    /// How much of each country entered a blend, and how much of that is spoken for.
    pub blends: BTreeMap<Source, BTreeMap<String, (i128, i128)>>,
    /// All tags that were ever bound, and to what.
    pub tags: BTreeMap<TagCode, ItemId>,
    /// The keys of all participants.
    pub keys: BTreeMap<KeyId, DeviceKey>,
    /// Where people are from.
    pub countries: BTreeMap<ParticipantId, String>,
    /// Certificates that a lab has bound to a piece, by issuer and number.
    pub bound: BTreeMap<(String, String), ItemId>,
    /// Certificates that their lab has replaced.
    pub reissued: BTreeSet<(String, String)>,
    /// All consignments, shipped and received.
    pub journeys: BTreeMap<ConsignmentId, Journey>,
    /// Who is a natural person.
    pub persons: BTreeSet<ParticipantId>,
    /// Whose place each is.
    pub facilities: BTreeMap<FacilityId, ParticipantId>,
    /// All titles and training.
    pub titles: BTreeMap<CredentialId, Title>,
    /// Customs declarations by declarant, customs, and number or paper.
    pub declarations: BTreeMap<(ParticipantId, String, String), Allowance>,
    /// All counts of stock.
    pub counts: BTreeSet<StockCountId>,
    /// What participants said, by place.
    pub heard: BTreeMap<Place, Heard>,
    /// Where the present event stands.
    pub present: Place,
    /// Descriptive fields that are not as they were said first.
    pub words: BTreeMap<(Target, String), Word>,
    /// Corrections of mass that wait for the other who is concerned.
    pub waiting: BTreeMap<ItemId, Vec<Waiting>>,
    /// What was said to be wrong and could not be put right.
    pub contradictions: BTreeSet<Contradiction>,
    /// Whether the log has ended.
    pub frozen: bool,
    /// What stops or marks goods from outside.
    pub standing: Standing,
    /// The policy in force.
    pub policy: Option<PolicyAdopted>,
    /// The ledger's clock, in seconds.
    pub clock: i64,
}

/// The id of what an event makes.
pub(super) fn made(kind: ItemKind, by: ParticipantId, nonce: &Nonce, output: usize) -> ItemId {
    ItemId::derive(kind, ORIGIN, &by.to_string(), nonce, u16::try_from(output).expect("a short list"))
}

pub(super) const fn item_kind(kind: OutputKind) -> ItemKind {
    match kind {
        OutputKind::Lot => ItemKind::Lot,
        OutputKind::Batch => ItemKind::Batch,
        OutputKind::Piece => ItemKind::Piece,
    }
}

impl State {
    pub(super) fn item(&mut self, id: ItemId) -> &mut Thing {
        self.items.get_mut(&id).unwrap_or_else(|| panic!("{id} was never made"))
    }

    /// A thing that the present event makes.
    fn enter(&mut self, id: ItemId, thing: Thing) {
        self.items.insert(id, Thing { created: self.present, ..thing });
    }

    /// Somebody else goes on with a job.
    pub(super) fn pass_job(&mut self, id: WorkOrderId, to: ParticipantId, ownership: bool) {
        let job = self.job(id);
        job.earlier.extend(job.custodian);
        job.custodian = Some(to);
        if ownership {
            job.owner = Some(to);
        }
    }

    pub(super) fn job(&mut self, id: WorkOrderId) -> &mut Thing {
        self.jobs.get_mut(&id).unwrap_or_else(|| panic!("{id} was never made"))
    }

    /// Takes an accepted event in.
    ///
    /// # Panics
    /// It names something that was never made: then it was not accepted by a ledger.
    pub fn take(&mut self, issuer: Issuer, event: &Event) {
        let by = match (issuer, event) {
            (Issuer::Participant(by), _) => by,
            (Issuer::Ledger, Event::LedgerSealed(seal)) => return self.clock = seal.at.unix(),
            (Issuer::Tag(code), Event::ClaimRedeemed(body)) => return self.claim(code, body),
            (Issuer::Owner(key), said) => return self.buyer_says(key, said),
            (_, other) => panic!("{issuer} does not say {}", other.event_type().spec().name),
        };
        if self.identify(by, event)
            || self.deal(by, event)
            || self.craft(by, event)
            || self.stop(by, event)
            || self.repair(by, event)
        {
            return;
        }
        match event {
            Event::ParticipantSuspended(body) => {
                self.suspended.insert(body.participant);
            }
            Event::LotDeclared(body) => {
                let id = made(ItemKind::Lot, by, &body.nonce, 0);
                let lot = self.noted(Source::Item(id), Thing::declared(by, body));
                self.enter(id, lot);
            }
            Event::LotSplit(body) => {
                for (n, part) in body.parts.iter().enumerate() {
                    let kind = body.item.kind();
                    let whole = self.item(body.item);
                    let mut new = whole.part(by, kind, mg(part.mass_mg), part.count);
                    new.root = whole.root.or((!whole.entry.is_empty()).then_some(body.item));
                    (new.cleared, new.on_the_way) = (whole.cleared, whole.on_the_way);
                    if !whole.cleared {
                        whole.split_off += mg(part.mass_mg);
                    }
                    self.enter(made(kind, by, &body.nonce, n), new);
                    self.item(body.item).give(mg(part.mass_mg), part.count);
                }
                body.losses.iter().for_each(|loss| self.item(body.item).lose(loss));
            }
            Event::LotMerged(body) => {
                let id = made(ItemKind::Lot, by, &body.nonce, 0);
                let mut new = self.join(by, &body.inputs, Some(ItemKind::Lot), mg(body.mass_mg));
                self.noted_blend(Source::Item(id), &body.inputs, &mut new);
                self.enter(id, new);
            }
            Event::LossRecorded(body) => self.item(body.item).lose(&body.loss),
            Event::TreatmentDeclared(body) => {
                for said in body.treatments.iter() {
                    self.item(body.item).hear(said.treatment.as_str(), said.finding.as_str());
                }
            }
            Event::CertificateLinked(body) if self.speaks_as_lab(by, body) && body.sample_count.is_none() => {
                let number = (body.issuer_code.to_string(), body.number.to_string());
                self.bound.insert(number, body.item);
                if let Some(earlier) = &body.reissue_of {
                    self.reissued.insert((body.issuer_code.to_string(), earlier.to_string()));
                }
                for said in body.findings.iter() {
                    self.item(body.item).hear(said.treatment.as_str(), said.finding.as_str());
                }
            }
            Event::TreatmentApplied(body) => {
                let thing = match (body.item, body.work) {
                    (Some(item), _) => self.item(item),
                    (_, Some(work)) => self.job(work),
                    _ => panic!("one is named"),
                };
                let added = body.added_mg.map_or(0, mg);
                thing.gained += added;
                thing.left += added;
                thing.treat(body.treatment.as_str());
            }
            Event::StepLogged(body) => {
                let thing = match (body.item, body.work) {
                    (Some(item), _) => self.item(item),
                    (_, Some(work)) => self.job(work),
                    _ => panic!("one is named"),
                };
                if let Some(treatment) = body.step.attribute("treatment") {
                    thing.treat(treatment);
                }
                match body.step.as_str() {
                    "pause" => thing.paused = true,
                    "resume" => thing.paused = false,
                    _ => {}
                }
            }
            Event::WorkStarted(body) => {
                let mass = body.inputs.iter().map(|input| mg(input.mass_mg)).sum();
                let source = Source::Work(WorkOrderId::derive(ORIGIN, &by.to_string(), &body.nonce, 0));
                let mut job = self.join(by, &body.inputs, None, mass);
                self.noted_blend(source, &body.inputs, &mut job);
                job.custodian = Some(by);
                job.crew = body.crew.iter().copied().collect();
                job.created = self.present;
                self.jobs.insert(WorkOrderId::derive(ORIGIN, &by.to_string(), &body.nonce, 0), job);
            }
            Event::WorkCompleted(body) => {
                for gain in body.gains.iter() {
                    let job = self.job(body.work);
                    job.gained += mg(gain.mass_mg);
                    job.left += mg(gain.mass_mg);
                }
                for (n, output) in body.outputs.iter().enumerate() {
                    let kind = item_kind(output.kind);
                    let mut new = self.job(body.work).part(by, kind, mg(output.mass_mg), output.count);
                    new.resolution = 0;
                    new.maker = Some(by);
                    self.enter(made(kind, by, &body.nonce, n), new);
                    self.job(body.work).give(mg(output.mass_mg), None);
                }
                body.losses.iter().for_each(|loss| self.job(body.work).lose(loss));
            }
            Event::CustodyOffered(body) => {
                let id = OfferId::derive(ORIGIN, &by.to_string(), &body.nonce, 0);
                let lines: Vec<(ItemId, i128, i128)> = body
                    .lines
                    .iter()
                    .map(|line| (line.item, mg(line.mass_mg), mg(line.resolution_mg)))
                    .collect();
                for (item, ..) in &lines {
                    self.item(*item).offer = Some(id);
                }
                body.works.iter().for_each(|work| self.job(*work).offer = Some(id));
                let ownership = body.ownership == Some(true);
                let (to, expires) = (body.to, body.expires.unix());
                self.offers.insert(
                    id,
                    Offered {
                        from: by,
                        to,
                        lines,
                        expires,
                        ownership,
                        title_only: false,
                        works: body.works.0.clone(),
                        ended: false,
                    },
                );
            }
            Event::CustodyAccepted(body) => {
                let offer = self.end(body.offer);
                for line in body.lines.iter() {
                    let item = self.item(line.item);
                    item.weigh(mg(line.measured_mg), mg(line.resolution_mg));
                    item.custodian = Some(offer.to);
                    item.on_the_way = None;
                    item.dealing.shipment = None;
                    if offer.ownership {
                        item.owner = Some(offer.to);
                        self.end_dealing(line.item);
                    }
                }
                for work in offer.works {
                    self.pass_job(work, offer.to, offer.ownership);
                }
            }
            Event::CustodyRejected(body) => drop(self.end(body.offer)),
            Event::CustodyCancelled(body) => drop(self.end(body.offer)),
            Event::TagBound(body) => {
                self.item(body.item).tag = Some(body.code);
                self.tags.insert(body.code, body.item);
            }
            Event::TagReplaced(body) => {
                self.item(body.item).tag = Some(body.code);
                self.tags.insert(body.code, body.item);
            }
            other => self.hear_of(by, other),
        }
    }

    fn end(&mut self, id: OfferId) -> Offered {
        let offer = self.offers.get_mut(&id).expect("an offer that was made");
        offer.ended = true;
        offer.clone()
    }

    /// Takes from every input and puts it together.
    fn join(&mut self, by: ParticipantId, inputs: &[Input], kind: Option<ItemKind>, mass: i128) -> Thing {
        let blend = self.blend(inputs).expect("nothing is made of nothing");
        for input in inputs {
            self.item(input.item).give(mg(input.mass_mg), input.count);
        }
        Thing { kind, entered: mass, left: mass, creator: Some(by), ..blend }
    }

    /// What inputs are together, without their mass; nothing if they are not all there.
    pub(super) fn blend(&self, inputs: &[Input]) -> Option<Thing> {
        let before: Option<Vec<&Thing>> = inputs.iter().map(|input| self.items.get(&input.item)).collect();
        let before = before?;
        let first = before.first()?;
        let lowest = |level: fn(&Thing) -> usize| before.iter().map(|thing| level(thing)).min().unwrap_or(0);
        let mut joined = Thing {
            stage: Stage::Here,
            custodian: first.custodian,
            owner: first.owner,
            species: first.species.clone(),
            variety: first.variety.clone().filter(|_| before.iter().all(|t| t.variety == first.variety)),
            nature: before.iter().fold(first.nature.clone(), |known, thing| heavier(&known, &thing.nature)),
            resolution: before.iter().map(|thing| thing.resolution).max().unwrap_or(0),
            evidence: lowest(|thing| thing.evidence),
            ceiling: lowest(|thing| thing.ceiling),
            ..Thing::default()
        };
        for thing in &before {
            joined.origins.extend(thing.origins.iter().cloned());
        }
        if joined.origins.len() == 1 && before.iter().all(|thing| thing.place == first.place) {
            joined.place.clone_from(&first.place);
        }
        joined.treatments = all_together(before.iter().map(|thing| &thing.treatments));
        joined.shares = first.shares.clone();
        joined.drawn_from =
            first.drawn_from.filter(|from| before.iter().all(|t| t.drawn_from == Some(*from)));
        if before.len() > 1 {
            let masses = inputs.iter().map(|input| mg(input.mass_mg));
            joined.shares = mixed(before.iter().map(|thing| &thing.shares).zip(masses), [].iter());
        }
        if joined.origins.len() < 2 && before.len() > 1 {
            joined.drawn_from = None;
        }
        Some(joined)
    }
}

/// What is known of every treatment of a whole made of such parts.
fn all_together<'a>(parts: impl Iterator<Item = &'a BTreeMap<String, String>>) -> BTreeMap<String, String> {
    let parts: Vec<_> = parts.collect();
    let named: BTreeSet<&String> = parts.iter().flat_map(|part| part.keys()).collect();
    let known = named.into_iter().filter_map(|treatment| {
        let said: Vec<&str> =
            parts.iter().map(|part| part.get(treatment).map_or("not_stated", |said| said)).collect();
        Some((treatment.clone(), together(&said)?.to_owned()))
    });
    known.collect()
}

/// What is known of a treatment of a whole whose parts differ; nothing if it is not stated.
fn together(said: &[&str]) -> Option<&'static str> {
    let present = |word: &str| matches!(word, "declared_applied" | "lab_detected");
    let all_the_same = said.iter().all(|word| *word == said[0]);
    if all_the_same {
        return ["declared_none", "declared_applied", "applied_in_part", "lab_none_detected", "lab_detected"]
            .into_iter()
            .find(|word| *word == said[0]);
    }
    if said.iter().all(|word| present(word)) {
        Some("declared_applied")
    } else if said.iter().any(|word| present(word) || *word == "applied_in_part") {
        Some("applied_in_part")
    } else if said.contains(&"not_stated") {
        None
    } else {
        Some("declared_none")
    }
}

impl Thing {
    /// Whether there is still something of it, wherever it is.
    pub(super) const fn is_there(&self) -> bool {
        !matches!(self.stage, Stage::Gone | Stage::Destroyed | Stage::Void)
    }

    /// Whether it was sold, and has not come back for good.
    pub(super) const fn is_buyers(&self) -> bool {
        matches!(self.stage, Stage::Sold | Stage::Claimed | Stage::Mending)
    }

    /// Whether no buyer stands in the way of its being the seller's again.
    pub(super) const fn may_leave_its_buyer(&self) -> bool {
        self.dealing.buyer.is_none() || self.dealing.given_back
    }

    /// A lot as it was declared.
    pub(super) fn declared(by: ParticipantId, body: &LotDeclared) -> Self {
        let entry = body.entry.to_string();
        let place = match body.origins.0.as_slice() {
            [origin] => origin.subdivision.as_ref().map(ToString::to_string),
            _ => None,
        };
        let mut lot = Self {
            kind: Some(ItemKind::Lot),
            stage: if entry == "import" { Stage::Declared } else { Stage::Here },
            entered: mg(body.mass.net_mg),
            left: mg(body.mass.net_mg),
            resolution: mg(body.mass.resolution_mg),
            custodian: Some(by),
            owner: body.owner.or(Some(by)),
            creator: Some(by),
            species: body.species.to_string(),
            variety: body.variety.map(|variety| variety.to_string()),
            nature: body.nature.to_string(),
            origins: body.origins.iter().map(|origin| origin.country.to_string()).collect(),
            shares: body
                .origins
                .iter()
                .map(|origin| (origin.country.to_string(), i128::from(origin.share_ppm.get())))
                .collect(),
            supplier: body.supplier_participant.map(|supplier| (supplier, false)),
            evidence: height(body.evidence),
            ceiling: usize::from(entry != "opening_stock"),
            entry,
            place,
            ..Self::default()
        };
        for said in body.treatments.iter().filter(|said| said.finding.as_str() != "not_stated") {
            lot.treatments.insert(said.treatment.to_string(), said.finding.to_string());
        }
        lot
    }

    /// What is taken from it as a thing of its own.
    fn part(&self, by: ParticipantId, kind: ItemKind, mass: i128, count: Option<u32>) -> Self {
        let foreign = self.foreign_in(mass);
        Self {
            kind: Some(kind),
            stage: Stage::Here,
            entered: mass - foreign,
            gained: foreign,
            left: mass,
            count: count.map(i128::from),
            count_entered: count.map_or(0, i128::from),
            count_gained: 0,
            foreign: (foreign > 0).then_some((foreign, foreign)),
            crew: BTreeSet::new(),
            earlier: BTreeSet::new(),
            paused: false,
            tag: None,
            offer: None,
            reached: false,
            part_of: None,
            supplier: None,
            creator: Some(by),
            entry: String::new(),
            on_the_way: None,
            cleared: false,
            root: None,
            split_off: 0,
            agreed: None,
            counted: None,
            dealing: Dealing::default(),
            ..self.clone()
        }
    }

    fn give(&mut self, mass: i128, count: Option<u32>) {
        self.shed(mass);
        self.left -= mass;
        if let (Some(left), Some(count)) = (&mut self.count, count) {
            *left -= i128::from(count);
        }
        if self.left == 0 {
            self.stage = Stage::Gone;
        }
    }

    fn lose(&mut self, loss: &Loss) {
        self.give(mg(loss.mass_mg), loss.count);
    }

    pub(super) fn weigh(&mut self, mass: i128, resolution: i128) {
        self.shed((self.left - mass).max(0));
        self.gained += (mass - self.left).max(0);
        self.left = mass;
        self.resolution = resolution;
    }

    /// The treatment was carried out.
    fn treat(&mut self, treatment: &str) {
        let known = self.treatments.entry(treatment.to_owned()).or_default();
        if known != "lab_detected" {
            "declared_applied".clone_into(known);
        }
    }

    /// Something was said of a treatment. What was applied stays; what a lab found counts more than what a holder says.
    fn hear(&mut self, treatment: &str, said: &str) {
        if said == "not_stated" {
            return;
        }
        let known = self.treatments.entry(treatment.to_owned()).or_default();
        let present = |word: &str| matches!(word, "declared_applied" | "applied_in_part" | "lab_detected");
        let stays = (present(known) && !present(said))
            || known == "lab_detected"
            || (known == "lab_none_detected" && said == "declared_none");
        if !stays {
            said.clone_into(known);
        }
    }
}

pub(super) fn mg(mass: lode_ledger::mass::Milligrams) -> i128 {
    i128::from(mass.get())
}

/// How high an evidence level is, by its place in the design.
///
/// # Panics
/// The design does not have it.
#[must_use]
pub fn height(level: lode_ledger::vocab::Code<EvidenceLevel>) -> usize {
    let levels = ["self_declared", "document", "counter_signed", "lab_or_inspector"];
    levels.iter().position(|name| *name == level.as_str()).expect("a level of the design")
}
