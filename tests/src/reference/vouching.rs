//! What surrounds the goods: who works where with which titles, how lots come over the border, which papers, origins
//! and inspections stand behind them, and what a count finds. State and refusals of these events, side by side.

use std::collections::BTreeSet;

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    CertificateLinked, ConsignmentReceived, ConsignmentShipped, CredentialIssued, CredentialRevoked,
    CustomsCleared, DocumentAttached, FacilityRegistered, InspectionRecorded, Line, OriginAsserted,
    ParticipantReinstated, ParticipantSuspended, ParticipantUpdated, StockCounted, SupplierCountersigned,
};
use lode_ledger::id::{
    ConsignmentId, CredentialId, FacilityId, ItemKind, Nonce, ParticipantId, StockCountId,
};
use lode_ledger::sealed::Sealable;

use super::refusals::{Asked, share};
use super::repair::heavier;
use super::standing::Purpose;
use super::state::{Stage, State, Thing, mg};
use crate::world::ORIGIN;

/// How many papers and titles one thing or person has at most.
const MOST: usize = 64;

/// What a lot may be called only if all of it is from Donghai in China, as it is compared: small, without blanks.
const DONGHAI: [&str; 9] = [
    "donghaicrystal",
    "donghaiquartz",
    "donghairockcrystal",
    "东海水晶",
    "东海天然水晶",
    "东海石英",
    "cristaldedonghai",
    "quartzodedonghai",
    "donghaikristall",
];

/// Titles and training that a trainer may issue; all others are the registrar's.
const OF_TRAINERS: [&str; 3] = ["streamer_training", "safety_training", "other"];

/// Lots under way, or received.
#[derive(Clone, Debug)]
pub struct Journey {
    receiver: ParticipantId,
    items: BTreeSet<lode_ledger::id::ItemId>,
    /// Who shipped and who carries, of what was shipped.
    shipped: Option<(ParticipantId, Option<ParticipantId>)>,
    papers: usize,
}

/// A title or training.
#[derive(Clone, Debug)]
pub struct Title {
    issuer: ParticipantId,
    holder: ParticipantId,
    stands: bool,
}

/// What one declarant's customs declaration lets in and has let in, in milligrams.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    net: i128,
    cleared: i128,
}

fn consignment(by: ParticipantId, nonce: &Nonce) -> ConsignmentId {
    ConsignmentId::derive(ORIGIN, &by.to_string(), nonce, 0)
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

/// Whether a district is Donghai.
pub(super) fn is_in_donghai(place: &str) -> bool {
    let place = squeezed(place);
    place.contains("donghai") || place.contains("东海")
}

/// What a declaration is known again by: its readable number, and its readable paper.
fn marks(by: ParticipantId, body: &CustomsCleared) -> BTreeSet<(ParticipantId, String, String)> {
    let mut marks = BTreeSet::new();
    if let Sealable::Clear(number) = &body.declaration {
        let kept = number.as_str().chars().filter(|c| !c.is_whitespace() && !"-/._#:".contains(*c));
        marks.insert(format!("number {}", kept.collect::<String>().to_uppercase()));
    }
    for paper in body.documents.iter() {
        if paper.public && paper.kind.as_str() == "import_declaration" {
            marks.insert(format!("paper {}", paper.sha256));
        }
    }
    marks.into_iter().map(|mark| (by, body.jurisdiction.to_string(), mark)).collect()
}

/// A sum of digits with weights 1 and 3 in turn that a multiple of ten must be.
fn is_location_number(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let (odd, even): (u32, u32) = (digits.iter().step_by(2).sum(), digits.iter().skip(1).step_by(2).sum());
    digits.len() == 13 && text.len() == 13 && (odd + 3 * even) % 10 == 0
}

impl State {
    /// Takes in an accepted event of this family, or one that changes nothing here.
    pub(super) fn hear_of(&mut self, by: ParticipantId, event: &Event) {
        let id = by.to_string();
        match event {
            Event::ParticipantReinstated(body) => {
                self.suspended.remove(&body.participant);
            }
            Event::FacilityRegistered(body) => {
                self.facilities.insert(FacilityId::derive(ORIGIN, &id, &body.nonce, 0), by);
            }
            Event::CredentialIssued(body) => {
                let title = Title { issuer: by, holder: body.participant, stands: true };
                self.titles.insert(CredentialId::derive(ORIGIN, &id, &body.nonce, 0), title);
            }
            Event::CredentialRevoked(body) => {
                self.titles.get_mut(&body.credential).expect("a title that was issued").stands = false;
            }
            Event::SupplierCountersigned(body) => {
                let item = self.item(body.item);
                if let Some((_, signed)) = &mut item.supplier {
                    *signed = true;
                }
                // An import's counter-signature counts as such, everything else as a document at most.
                let level = match item.entry.as_str() {
                    "import" => 2,
                    "opening_stock" => 0,
                    _ => 1,
                };
                item.evidence = item.evidence.max(level);
                item.agreed = body.received_mg.map(mg).or(item.agreed);
            }
            Event::ConsignmentShipped(body) => {
                let to = consignment(by, &body.nonce);
                let receiver = self.items[&body.items[0]].custodian.expect("goods are in somebody's hands");
                body.items.iter().for_each(|item| self.item(*item).on_the_way = Some(to));
                let items = body.items.iter().copied().collect();
                let (shipped, papers) = (Some((by, body.carrier)), body.documents.len());
                self.journeys.insert(to, Journey { receiver, items, shipped, papers });
            }
            Event::ConsignmentReceived(body) => {
                for line in body.lines.iter() {
                    let item = self.item(line.item);
                    item.weigh(mg(line.received_mg), mg(line.resolution_mg));
                    item.stage = Stage::Here;
                    item.on_the_way = None;
                }
                let items = body.lines.iter().map(|line| line.item).collect();
                let journey = Journey { receiver: by, items, shipped: None, papers: 0 };
                self.journeys.insert(consignment(by, &body.nonce), journey);
            }
            Event::CustomsCleared(body) => {
                let mass: i128 = body.items.iter().map(|item| self.items[item].to_clear()).sum();
                body.items.iter().for_each(|item| self.item(*item).cleared = true);
                for mark in marks(by, body) {
                    let new = Allowance { net: mg(body.net_mg), cleared: 0 };
                    self.declarations.entry(mark).or_insert(new).cleared += mass;
                }
            }
            Event::DocumentAttached(body) => {
                if let Some(id) = body.consignment {
                    let journey = self.journeys.get_mut(&id).expect("a consignment that was made");
                    journey.papers += body.documents.len();
                }
            }
            Event::OriginAsserted(body) => {
                let independent = self.looks_from_outside(by, &self.items[&body.item]);
                let named: BTreeSet<String> = body.countries.iter().map(ToString::to_string).collect();
                let possible = &self.items[&body.item].origins;
                if named.is_subset(possible) && named.len() < possible.len() {
                    self.say_of(body.item, &named);
                }
                let item = self.item(body.item);
                item.narrow(body, independent);
                item.keep_origins();
            }
            Event::StockCounted(body) => {
                self.counts.insert(StockCountId::derive(ORIGIN, &id, &body.nonce, 0));
                for line in body.lines.iter() {
                    let item = self.item(line.item);
                    let found = (mg(line.found_mg), line.count.map(i128::from));
                    item.counted = Some([(item.left, item.count), found]);
                }
            }
            Event::InspectionRecorded(body) => {
                let item = self.item(body.item);
                if let Some(found) = body.species
                    && found.as_str() != item.species
                    && !found.is_natural()
                {
                    item.nature = heavier(&item.nature, found.nature().as_str());
                }
                item.variety = item.variety.take().or_else(|| body.variety.map(|found| found.to_string()));
                if let Some(found) = body.nature.map(|found| found.to_string()) {
                    // What nobody has said is what was found; else what people made stays so.
                    let unknown = item.nature == "not_stated";
                    item.nature = if unknown { found } else { heavier(&item.nature, &found) };
                }
            }
            // What people are called, and what a certificate says of a lot's sample or without the lab's key, change
            // nothing that is kept here.
            Event::ParticipantUpdated(body) => {
                if let Some(country) = body.country {
                    self.countries.insert(body.participant, country.to_string());
                }
            }
            Event::CertificateLinked(_) => {}
            other => panic!("{} is not in the reference", other.event_type().spec().name),
        }
    }

    fn has_one_of(&self, who: ParticipantId, roles: &[&str]) -> bool {
        self.roles.get(&who).is_some_and(|has| roles.iter().any(|role| has.contains(*role)))
    }

    /// Whether a certificate is the word of the lab whose number it bears, of goods that are not its own.
    pub(super) fn speaks_as_lab(&self, who: ParticipantId, body: &CertificateLinked) -> bool {
        let numbers = self.labs.get(body.issuer_code.as_str()) == Some(&who);
        numbers && self.has_one_of(who, &["lab"]) && !self.items[&body.item].is_of(who)
    }

    fn looks_from_outside(&self, who: ParticipantId, item: &Thing) -> bool {
        self.has_one_of(who, &["lab", "inspector"]) && !item.is_of(who)
    }
}

impl Thing {
    /// Whether somebody owns it, made it, or declared it.
    pub(super) fn is_of(&self, who: ParticipantId) -> bool {
        let declared = !self.entry.is_empty() && self.creator == Some(who);
        declared || [self.owner, self.maker].contains(&Some(who))
    }

    /// What a clearance counts of it: without parts that are cleared for themselves.
    fn to_clear(&self) -> i128 {
        if self.split_off == 0 { self.entered } else { (self.entered - self.split_off).max(self.left).max(0) }
    }

    fn narrow(&mut self, body: &OriginAsserted, independent: bool) {
        let named: BTreeSet<String> = body.countries.iter().map(ToString::to_string).collect();
        if !named.is_subset(&self.origins) {
            return;
        }
        let level = match (independent, body.documents.is_empty()) {
            (true, _) => 3,
            (false, true) => 0,
            (false, false) => self.ceiling.min(1),
        };
        let place = body.subdivision.as_ref().map(ToString::to_string);
        let says_more = named.len() < self.origins.len() || (place.is_some() && place != self.place);
        self.evidence = if says_more { level } else { self.evidence.max(level) };
        self.origins = named;
        self.place = place.or_else(|| self.place.take());
    }

    /// Whether goods like this may bear this name.
    pub(super) fn may_be_called(&self, name: Option<&Line>) -> bool {
        let name = name.map(|name| squeezed(name.as_str())).unwrap_or_default();
        let of_donghai = self.place.as_deref().is_some_and(is_in_donghai);
        let entitled = self.origins.iter().eq(["CN"]) && of_donghai && self.evidence > 0;
        entitled || !DONGHAI.iter().any(|protected| name.contains(protected))
    }
}

impl Asked<'_> {
    /// Why an event of this family may not be said. Nothing: it is of another one.
    pub(super) fn of_vouching(&mut self, event: &Event) -> bool {
        match event {
            Event::ParticipantSuspended(body) => self.participant_suspended(body),
            Event::ParticipantReinstated(body) => self.participant_reinstated(body),
            Event::ParticipantUpdated(body) => self.participant_updated(body),
            Event::FacilityRegistered(body) => self.facility_registered(body),
            Event::CredentialIssued(body) => self.credential_issued(body),
            Event::CredentialRevoked(body) => self.credential_revoked(body),
            Event::SupplierCountersigned(body) => self.supplier_countersigned(body),
            Event::ConsignmentShipped(body) => self.consignment_shipped(body),
            Event::ConsignmentReceived(body) => self.consignment_received(body),
            Event::CustomsCleared(body) => self.customs_cleared(body),
            Event::DocumentAttached(body) => self.document_attached(body),
            Event::OriginAsserted(body) => self.origin_asserted(body),
            Event::InspectionRecorded(body) => self.inspection_recorded(body),
            Event::StockCounted(body) => self.stock_counted(body),
            _ => return false,
        }
        true
    }

    pub(super) fn enrolled(&mut self, who: ParticipantId) -> bool {
        let known = self.state.roles.contains_key(&who);
        self.must(known, "not-found");
        known
    }

    fn participant_suspended(&mut self, body: &ParticipantSuspended) {
        self.enrolled(body.participant);
        self.must(!self.state.suspended.contains(&body.participant), "state-forbids");
        self.somebody_can_enrol_without(|_, key| key.holder == body.participant);
    }

    fn participant_reinstated(&mut self, body: &ParticipantReinstated) {
        self.enrolled(body.participant);
        self.must(self.state.suspended.contains(&body.participant), "state-forbids");
    }

    fn participant_updated(&mut self, body: &ParticipantUpdated) {
        self.enrolled(body.participant);
        let registrar = self.has_role(self.by(), "registrar");
        self.must(registrar || self.by() == body.participant, "not-entitled");
        self.must(registrar || body.country.is_none(), "not-entitled");
        let changes = body.name.is_some() || body.registration.is_some() || body.country.is_some();
        self.must(changes, "fields-disagree");
        let person = self.state.persons.contains(&body.participant);
        self.must(!(person && matches!(body.name, Some(Sealable::Clear(_)))), "person-name-open");
    }

    fn facility_registered(&mut self, body: &FacilityRegistered) {
        if let Some(Sealable::Clear(number)) = &body.gln {
            self.must(is_location_number(number.as_str()), "fields-disagree");
        }
        let id = FacilityId::derive(ORIGIN, &self.by().to_string(), &body.nonce, 0);
        self.unless_new(self.state.facilities.contains_key(&id));
    }

    fn credential_issued(&mut self, body: &CredentialIssued) {
        self.enrolled(body.participant);
        self.must(self.by() != body.participant, "not-entitled");
        let of_trainers = OF_TRAINERS.contains(&body.kind.as_str());
        let trains = self.has_role(self.by(), "trainer") && of_trainers;
        self.must(trains || self.has_role(self.by(), "registrar"), "not-entitled");
        let ends_first = body.valid_until.is_some_and(|until| until.unix() <= body.at.unix());
        self.must(!ends_first, "fields-disagree");
        let held =
            self.state.titles.values().filter(|title| title.stands && title.holder == body.participant);
        let full = held.count() >= MOST;
        self.must(!full, "too-many-kept");
        let id = CredentialId::derive(ORIGIN, &self.by().to_string(), &body.nonce, 0);
        self.unless_new(self.state.titles.contains_key(&id));
    }

    fn credential_revoked(&mut self, body: &CredentialRevoked) {
        let Some(title) = self.state.titles.get(&body.credential) else { return self.no("not-found") };
        self.must(title.issuer == self.by() || self.has_role(self.by(), "registrar"), "not-entitled");
        self.must(title.stands, "state-forbids");
    }

    fn supplier_countersigned(&mut self, body: &SupplierCountersigned) {
        let Some(item) = self.state.items.get(&body.item) else { return self.no("not-found") };
        self.must(item.stage != Stage::Void, "state-forbids");
        self.must(item.supplier.is_some_and(|(supplier, _)| Some(supplier) == self.author), "not-entitled");
        // A second signature adds what was received, once.
        let adds = body.received_mg.is_some() && item.agreed.is_none();
        self.must(adds || item.supplier.is_none_or(|(_, signed)| !signed), "state-forbids");
        self.must(mg(body.net_mg) == item.entered, "not-balanced");
        self.must(item.origins.contains(body.country.as_str()), "not-found");
        if let Some(received) = body.received_mg.map(mg) {
            self.not_zero(received);
            self.must(item.stage == Stage::Declared, "state-forbids");
            let (_, most, _) = self.policy();
            self.must((received - item.left).abs() > share(item.left, most), "agreed-differs");
        }
    }

    fn consignment_shipped(&mut self, body: &ConsignmentShipped) {
        self.twice(body.items.iter().copied());
        if let Some(carrier) = body.carrier
            && self.enrolled(carrier)
        {
            self.must(self.has_role(carrier, "carrier"), "wrong-kind");
        }
        let carries = self.has_role(self.by(), "carrier");
        let mut receivers = BTreeSet::new();
        for id in body.items.iter() {
            let Some(item) = self.state.items.get(id) else {
                self.no("not-found");
                continue;
            };
            let sends = ["miner", "exporter"].iter().any(|role| self.has_role(self.by(), role));
            if sends && item.stage == Stage::Here && id.kind() == ItemKind::Lot {
                self.in_hand(*id);
                receivers.insert(item.custodian);
                continue;
            }
            self.must(item.stage == Stage::Declared, "state-forbids");
            self.free(*id, Purpose::Use);
            let sells = item.supplier.is_some_and(|(supplier, _)| Some(supplier) == self.author);
            self.must(carries || sells || item.custodian == self.author, "not-entitled");
            receivers.insert(item.custodian);
        }
        self.must(receivers.len() < 2, "fields-disagree");
        self.unless_new(self.state.journeys.contains_key(&consignment(self.by(), &body.nonce)));
    }

    fn consignment_received(&mut self, body: &ConsignmentReceived) {
        self.twice(body.lines.iter().map(|line| line.item));
        for line in body.lines.iter() {
            let Some(item) = self.state.items.get(&line.item) else {
                self.no("not-found");
                continue;
            };
            self.must(item.stage == Stage::Declared, "state-forbids");
            self.must(!item.dealing.missing, "missing");
            self.not_detained(line.item);
            self.must(item.custodian == self.author, "not-custodian");
            let (received, declared) = (mg(line.received_mg), item.left);
            self.not_zero(received);
            let (reason, most, _) = self.policy();
            let scales = self.scales(declared, item.resolution, mg(line.resolution_mg));
            let difference = (received - declared).abs();
            let small = difference <= share(declared, reason).max(scales);
            self.must(small || line.reason.is_some(), "receipt-reason");
            let agreed = item.agreed.is_some_and(|agreed| (agreed - received).abs() <= scales);
            let too_much = received > declared && difference > share(declared, most).max(scales);
            self.must(agreed || !too_much, "receipt-difference");
        }
        if let Some(id) = body.consignment {
            match self.state.journeys.get(&id) {
                None => self.no("not-found"),
                Some(journey) => {
                    let all = body.lines.iter().all(|line| journey.items.contains(&line.item));
                    self.must(all && journey.shipped.is_some(), "wrong-kind");
                }
            }
        }
        self.unless_new(self.state.journeys.contains_key(&consignment(self.by(), &body.nonce)));
    }

    fn customs_cleared(&mut self, body: &CustomsCleared) {
        self.twice(body.items.iter().copied());
        if let Some(importer) = body.importer {
            self.enrolled(importer);
        }
        let net = mg(body.net_mg);
        self.not_zero(net);
        let mut mass = 0;
        for id in body.items.iter() {
            let Some(item) = self.state.items.get(id) else {
                self.no("not-found");
                continue;
            };
            self.must(item.stage != Stage::Void, "state-forbids");
            let lot = item.root.map_or(item, |root| &self.state.items[&root]);
            let home = lot.creator.and_then(|creator| self.state.countries.get(&creator));
            let abroad = home.is_some_and(|home| home != body.jurisdiction.as_str());
            self.must(lot.entry == "import" || (!lot.entry.is_empty() && abroad), "wrong-kind");
            let own = item.custodian == self.author || item.owner == self.author;
            self.must(own || self.has_role(self.by(), "broker"), "not-entitled");
            self.must(!item.cleared, "state-forbids");
            self.must(!item.dealing.missing, "missing");
            self.not_detained(*id);
            mass += item.to_clear();
        }
        let (reason, ..) = self.policy();
        let allowed = net + share(net, reason);
        self.must(mass <= allowed, "declaration-exceeded");
        for mark in marks(self.by(), body) {
            if let Some(known) = self.state.declarations.get(&mark) {
                self.must(known.net == net, "fields-disagree");
                self.must(known.cleared + mass <= allowed, "declaration-exceeded");
            }
        }
    }

    fn document_attached(&mut self, body: &DocumentAttached) {
        let (state, author) = (self.state, self.by());
        let outside = state.has_one_of(author, &["lab", "inspector", "grader", "broker", "registrar"]);
        let near = match (body.item, body.work, body.consignment) {
            (Some(id), None, None) => state
                .items
                .get(&id)
                .map(|item| [item.custodian, item.owner, item.creator].contains(&Some(author))),
            (None, Some(id), None) => {
                state.jobs.get(&id).map(|job| [job.custodian, job.owner].contains(&Some(author)))
            }
            (None, None, Some(id)) => state.journeys.get(&id).map(|journey| {
                self.must(journey.papers + body.documents.len() <= MOST, "too-many-kept");
                let (by, carrier) = journey.shipped.unwrap_or((journey.receiver, None));
                [Some(journey.receiver), Some(by), carrier].contains(&Some(author))
            }),
            _ => return self.no("fields-disagree"),
        };
        match near {
            None => self.no("not-found"),
            Some(near) => self.must(near || outside, "not-entitled"),
        }
    }

    fn origin_asserted(&mut self, body: &OriginAsserted) {
        self.twice(body.countries.iter().copied());
        self.must(body.subdivision.is_none() || body.countries.len() == 1, "fields-disagree");
        let Some(item) = self.state.items.get(&body.item) else { return self.no("not-found") };
        self.must(item.is_there(), "state-forbids");
        if !self.state.looks_from_outside(self.by(), item) {
            self.must(item.custodian == self.author, "not-custodian");
            self.must(!self.offered(item), "offer-open");
            let possible = body.countries.iter().all(|country| item.origins.contains(country.as_str()));
            self.must(possible, "origin-not-in-set");
            let named: BTreeSet<String> = body.countries.iter().map(ToString::to_string).collect();
            if possible && named.len() < item.origins.len() {
                for (country, said) in item.parts_of(&named) {
                    self.must(said <= self.state.free_of(item, &country), "origin-beyond-entered");
                }
            }
        }
    }

    fn inspection_recorded(&mut self, body: &InspectionRecorded) {
        let finds = body.species.is_some() || body.variety.is_some() || body.nature.is_some();
        let shows = body.grade.is_some() || body.note.is_some() || !body.documents.is_empty();
        self.must(finds || shows, "fields-disagree");
        self.must(body.nature.is_none_or(|nature| nature.as_str() != "not_stated"), "fields-disagree");
        let made = body.species.is_some_and(|species| !species.is_natural());
        let natural =
            body.nature.is_some_and(|nature| ["natural", "natural_glass"].contains(&nature.as_str()));
        self.must(!(made && natural), "fields-disagree");
        let Some(item) = self.state.items.get(&body.item) else { return self.no("not-found") };
        self.must(item.is_there(), "state-forbids");
        self.must(!item.is_of(self.by()), "not-entitled");
        self.must(!finds || self.state.looks_from_outside(self.by(), item), "role-forbids");
    }

    fn stock_counted(&mut self, body: &StockCounted) {
        self.twice(body.lines.iter().map(|line| line.item));
        self.enrolled(body.custodian);
        self.must(self.by() != body.custodian, "not-entitled");
        if let Some(facility) = body.facility {
            match self.state.facilities.get(&facility) {
                None => self.no("not-found"),
                Some(whose) => self.must(*whose == body.custodian, "wrong-kind"),
            }
        }
        for line in body.lines.iter() {
            let Some(item) = self.state.items.get(&line.item) else {
                self.no("not-found");
                continue;
            };
            self.must(item.custodian == Some(body.custodian), "not-custodian");
            self.must(matches!(item.stage, Stage::Here | Stage::Mending), "state-forbids");
            self.must(item.count.is_some() == line.count.is_some(), "count-missing");
        }
        let id = StockCountId::derive(ORIGIN, &self.by().to_string(), &body.nonce, 0);
        self.unless_new(self.state.counts.contains(&id));
    }
}
