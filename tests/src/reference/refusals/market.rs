//! Why nothing may be said of a hand-over, a tag, a sale, a listing, a box, a shipment, a claim.

use std::collections::BTreeSet;

use lode_ledger::event::body::{
    ClaimRedeemed, CustodyAccepted, CustodyAssigned, CustodyOffered, ExportPrepared, ItemConsigned,
    ItemReserved, ItemReturned, ItemsPacked, ListingOpened, OwnerTransferred, OwnershipTransferred,
    PaymentSettled, SaleRecorded, ShipmentDispatched,
};
use lode_ledger::event::{Author, Event, EventType};
use lode_ledger::id::{
    ExportId, ItemId, ItemKind, ListingId, OfferId, PackId, ParticipantId, SaleId, SettlementId, ShipmentId,
};
use lode_ledger::key::{PublicKey, Signature, check_possession};
use lode_ledger::statement::Issuer;
use lode_ledger::tag::TagCode;

use super::super::standing::Purpose;
use super::{Asked, Stage, Thing, mg, share};
use crate::world::ORIGIN;

/// How many may list one thing at a time.
const MOST_LISTINGS: usize = 8;
/// How long a thing is kept for a buyer at most, in seconds.
const LONGEST_RESERVATION: i64 = 30 * 24 * 60 * 60;

impl Asked<'_> {
    /// Asks of an event of the market. Whether it was one.
    pub(super) fn market(&mut self, event: &Event) -> bool {
        match event {
            Event::CustodyOffered(body) => self.custody_offered(body),
            Event::CustodyAccepted(body) => self.custody_accepted(body),
            Event::CustodyRejected(body) => drop(self.open_offer(body.offer, |offer| offer.to)),
            Event::CustodyCancelled(body) => drop(self.open_offer(body.offer, |offer| offer.from)),
            Event::TagBound(body) => {
                self.in_hand(body.item);
                if self.state.items.get(&body.item).is_some_and(|item| item.tag.is_some()) {
                    self.no("tag-bound-already");
                }
                self.units(body);
                self.tag(body.code, &body.claim_key);
            }
            Event::TagReplaced(body) => {
                self.in_hand(body.item);
                if self.state.items.get(&body.item).is_none_or(|item| item.tag != Some(body.old)) {
                    self.no("tag-unknown");
                }
                self.tag(body.code, &body.claim_key);
            }
            Event::SaleRecorded(body) => self.sale_recorded(body),
            Event::SaleCancelled(body) => self.sale_cancelled(body.sale),
            Event::CustodyAssigned(body) => self.custody_assigned(body),
            Event::ItemConsigned(body) => self.item_consigned(body),
            Event::OwnershipTransferred(body) => self.ownership_transferred(body),
            Event::ItemLost(body) => {
                self.twice(body.items.iter().copied());
                for id in body.items.iter() {
                    let Some(item) = self.held(*id) else { continue };
                    self.must(item.is_there(), "state-forbids");
                    self.must(!item.dealing.missing, "missing");
                }
            }
            Event::ItemRecovered(body) => {
                self.twice(body.items.iter().copied());
                let watches = self.author.is_some_and(|author| self.has_role(author, "registrar"));
                for id in body.items.iter() {
                    let item = if watches { self.thing(*id) } else { self.held(*id) };
                    let Some(item) = item else { continue };
                    self.must(item.dealing.missing, "not-missing");
                    let keeps_only = self.author.is_some() && item.owner != self.author;
                    let reported = item.dealing.reported_by == self.author;
                    self.must(watches || !keeps_only || reported, "not-owner");
                }
            }
            Event::ItemsPacked(body) => self.items_packed(body),
            Event::ItemsUnpacked(body) => self.items_unpacked(body.pack),
            Event::ListingOpened(body) => self.listing_opened(body),
            Event::ListingClosed(body) => {
                self.own_listing(body.listing);
                let closed = self.state.market.listings.get(&body.listing).is_some_and(|list| list.closed);
                self.must(!closed, "state-forbids");
            }
            Event::ItemReserved(body) => self.item_reserved(body),
            Event::ExportPrepared(body) => self.export_prepared(body),
            Event::ShipmentDispatched(body) => self.shipment_dispatched(body),
            Event::ShipmentDelivered(body) => self.shipment_delivered(body.shipment),
            Event::PaymentSettled(body) => self.payment_settled(body),
            Event::ItemReturned(body) => self.item_returned(body),
            Event::ClaimRedeemed(body) => self.claim_redeemed(body),
            Event::OwnerTransferred(body) => self.owner_transferred(body),
            _ => return false,
        }
        true
    }

    fn thing(&mut self, id: ItemId) -> Option<Thing> {
        let thing = self.state.items.get(&id).cloned();
        self.must(thing.is_some(), "not-found");
        thing
    }

    fn is_author(&self, who: Option<ParticipantId>) -> bool {
        who.is_some() && who == self.author
    }

    /// A thing that the author answers for: it is his, or with him and not a buyer's, or his key owns it.
    fn held(&mut self, id: ItemId) -> Option<Thing> {
        let thing = self.thing(id)?;
        let answers = match self.issuer {
            Issuer::Owner(key) => thing.dealing.buyer == Some(key),
            _ => {
                self.is_author(thing.owner)
                    || (self.is_author(thing.custodian) && thing.stage != Stage::Claimed)
            }
        };
        self.must(answers, "not-owner");
        Some(thing)
    }

    fn tag(&mut self, code: TagCode, claim_key: &PublicKey) {
        self.must(TagCode::of(claim_key) == code, "tag-not-hash");
        self.must(claim_key.check().is_ok(), "key-refused");
        self.unless_new(self.state.tags.contains_key(&code));
    }

    /// Somebody who can be given something, and whose role lets him say what takers say next.
    fn taker(&mut self, to: ParticipantId, then: EventType) {
        self.must(self.state.roles.contains_key(&to), "not-found");
        self.must(!self.state.suspended.contains(&to), "state-forbids");
        let Author::Participant(roles) = then.spec().author else { return };
        self.must(roles.is_empty() || roles.iter().any(|role| self.has_role(to, role)), "wrong-kind");
    }

    fn may_sell(&mut self, item: &Thing) {
        let clock = self.state.clock;
        let lets = |who: Option<ParticipantId>| {
            who.is_some_and(|who| item.dealing.consigned.get(&who).is_some_and(|until| clock <= *until))
        };
        self.must(item.owner.is_some() && (self.is_author(item.owner) || lets(self.author)), "not-owner");
        let within_reach = self.is_author(item.custodian)
            || (item.owner.is_some() && item.owner == item.custodian)
            || lets(item.custodian);
        self.must(within_reach, "not-custodian");
    }

    fn for_sale(&mut self, id: ItemId) -> Option<Thing> {
        let item = self.thing(id)?;
        self.must(item.stage == Stage::Here, "state-forbids");
        self.may_sell(&item);
        self.must(!self.offered(&item), "offer-open");
        self.free(id, Purpose::Use);
        Some(item)
    }

    /// Kept by somebody else for a buyer.
    pub(super) fn not_kept(&mut self, item: &Thing) {
        let kept = item
            .dealing
            .reserved
            .is_some_and(|(by, until)| self.state.clock <= until && !self.is_author(Some(by)));
        self.must(!kept, "reserved");
    }

    /// Who names one thing of a box names all.
    fn whole_boxes(&mut self, ids: &[ItemId]) {
        let packs: BTreeSet<PackId> =
            ids.iter().filter_map(|id| self.state.items.get(id)?.dealing.pack).collect();
        let whole = packs.iter().all(|pack| self.state.packed(*pack).iter().all(|id| ids.contains(id)));
        self.must(whole, "packed");
    }

    fn own_listing(&mut self, id: ListingId) {
        match self.state.market.listings.get(&id) {
            None => self.no("not-found"),
            Some(listing) => self.must(self.is_author(Some(listing.seller)), "not-owner"),
        }
    }

    fn listed(&mut self, item: &Thing, listing: Option<ListingId>) {
        if let Some(listing) = listing {
            self.own_listing(listing);
            self.must(item.dealing.listings.contains(&listing), "not-listed");
        }
    }

    /// A weighing that takes the place of what the book has.
    fn weighing(&mut self, item: &Thing, weighed: i128, resolution: i128) {
        let (_, most, _) = self.policy();
        let scales = self.scales(item.left, item.resolution, resolution);
        let more = weighed - item.left;
        let allowed = share(item.entered, most).max(scales);
        self.must(more <= 0 || item.stone_gained() + more <= allowed, "mass-from-nowhere");
        self.must(more >= 0 || -more <= share(item.left, most).max(scales), "loss-unstated");
    }

    fn custody_offered(&mut self, body: &CustodyOffered) {
        self.twice(body.lines.iter().map(|line| line.item));
        self.must(Some(body.to) != self.author, "to-self");
        self.taker(body.to, EventType::CustodyAccepted);
        let ids: Vec<ItemId> = body.lines.iter().map(|line| line.item).collect();
        self.whole_boxes(&ids);
        self.must(body.expires.unix() > self.state.clock, "fields-disagree");
        self.works_offered(body);
        for line in body.lines.iter() {
            self.movable(line.item, Purpose::GiveTo(body.to));
            self.not_zero(mg(line.mass_mg));
            let Some(item) = self.state.items.get(&line.item) else { continue };
            if body.ownership == Some(true) {
                self.must(item.owner == self.author, "not-owner");
                self.not_kept(item);
            }
            self.weighing(item, mg(line.mass_mg), mg(line.resolution_mg));
        }
        let id = OfferId::derive(ORIGIN, &self.by().to_string(), &body.nonce, 0);
        self.unless_new(self.state.offers.contains_key(&id));
    }

    fn custody_accepted(&mut self, body: &CustodyAccepted) {
        self.twice(body.lines.iter().map(|line| line.item));
        let Some(offer) = self.open_offer(body.offer, |offer| offer.to) else { return };
        self.must(!offer.title_only, "title-only");
        self.must(body.lines.len() == offer.lines.len(), "lines-differ");
        for work in &offer.works {
            self.free_job(*work, Purpose::GiveTo(offer.to));
        }
        for line in body.lines.iter() {
            let Some((_, mass, resolution)) = offer.lines.iter().find(|(item, ..)| *item == line.item) else {
                self.no("lines-differ");
                continue;
            };
            let measured = mg(line.measured_mg);
            self.not_zero(measured);
            let allowed = self.scales(*mass, *resolution, mg(line.resolution_mg));
            self.must((measured - mass).abs() <= allowed, "difference-too-large");
            if let Some(item) = self.state.items.get(&line.item) {
                self.free(line.item, Purpose::GiveTo(offer.to));
                self.weighing(item, measured, mg(line.resolution_mg));
            }
        }
    }

    fn sale_recorded(&mut self, body: &SaleRecorded) {
        self.twice(body.items.iter().copied());
        self.whole_boxes(&body.items);
        let mut owners = BTreeSet::new();
        for id in body.items.iter() {
            let Some(item) = self.for_sale(*id) else { continue };
            self.not_kept(&item);
            self.listed(&item, body.listing);
            owners.insert(item.owner);
        }
        self.must(owners.len() < 2, "owners-differ");
        let id = SaleId::derive(ORIGIN, &self.issuer.to_string(), &body.nonce, 0);
        self.unless_new(self.state.market.sales.contains_key(&id));
    }

    fn sale_cancelled(&mut self, id: SaleId) {
        let Some(sale) = self.state.market.sales.get(&id) else { return self.no("not-found") };
        self.must(self.is_author(Some(sale.seller)), "not-owner");
        self.must(!sale.cancelled, "state-forbids");
        for item in &sale.items {
            let thing = &self.state.items[item];
            self.must(thing.dealing.sale == Some(id), "not-in-sale");
            self.must(thing.stage == Stage::Sold, "state-forbids");
            self.must(thing.dealing.shipment.is_none() || self.state.under_way(item), "sale-delivered");
        }
    }

    fn custody_assigned(&mut self, body: &CustodyAssigned) {
        self.twice(body.items.iter().copied());
        self.twice(body.works.iter().copied());
        self.must(!body.items.is_empty() || !body.works.is_empty(), "not-positive");
        self.taker(body.to, EventType::CustodyOffered);
        for id in body.works.iter() {
            match self.state.jobs.get(id) {
                None => self.no("not-found"),
                Some(job) => self.must(job.left > 0, "state-forbids"),
            }
        }
        for id in body.items.iter() {
            let Some(item) = self.thing(*id) else { continue };
            self.must(item.is_there() && item.stage != Stage::Claimed, "state-forbids");
            self.must(body.ownership != Some(true) || item.owner.is_some(), "not-owner");
        }
    }

    fn item_consigned(&mut self, body: &ItemConsigned) {
        self.twice(body.items.iter().copied());
        self.must(!self.is_author(Some(body.seller)), "to-self");
        let begins = body.until.unix() > self.state.clock;
        if begins {
            self.taker(body.seller, EventType::SaleRecorded);
        }
        for id in body.items.iter() {
            let Some(item) = self.thing(*id) else { continue };
            self.must(self.is_author(item.owner), "not-owner");
            self.must(item.stage == Stage::Here, "state-forbids");
            if begins {
                self.must(!self.offered(&item), "offer-open");
                self.free(*id, Purpose::Use);
            }
        }
    }

    fn ownership_transferred(&mut self, body: &OwnershipTransferred) {
        match (body.nonce, body.to, body.expires, body.offer) {
            (Some(nonce), Some(to), Some(expires), None) if !body.items.is_empty() => {
                self.twice(body.items.iter().copied());
                self.must(!self.is_author(Some(to)), "to-self");
                self.taker(to, EventType::OwnershipTransferred);
                self.must(expires.unix() > self.state.clock, "fields-disagree");
                for id in body.items.iter() {
                    let Some(item) = self.thing(*id) else { continue };
                    self.must(self.is_author(item.owner), "not-owner");
                    self.must(item.stage == Stage::Here, "state-forbids");
                    self.must(!self.offered(&item), "offer-open");
                    self.free(*id, Purpose::GiveTo(to));
                    self.not_kept(&item);
                }
                let id = OfferId::derive(ORIGIN, &self.issuer.to_string(), &nonce, 0);
                self.unless_new(self.state.offers.contains_key(&id));
            }
            (None, None, None, Some(offer)) if body.items.is_empty() => {
                let Some(offer) = self.open_offer(offer, |offer| offer.to) else { return };
                self.must(offer.title_only, "fields-disagree");
                for (id, ..) in offer.lines {
                    self.must(self.state.items[&id].stage == Stage::Here, "state-forbids");
                    self.free(id, Purpose::GiveTo(offer.to));
                }
            }
            _ => self.no("fields-disagree"),
        }
    }

    fn items_packed(&mut self, body: &ItemsPacked) {
        self.twice(body.items.iter().copied());
        body.items.iter().for_each(|id| self.in_hand(*id));
        let id = PackId::derive(ORIGIN, &self.issuer.to_string(), &body.nonce, 0);
        self.unless_new(self.state.market.packs.contains_key(&id));
    }

    fn items_unpacked(&mut self, pack: PackId) {
        let Some(opened) = self.state.market.packs.get(&pack) else { return self.no("not-found") };
        self.must(!opened, "state-forbids");
        for id in self.state.packed(pack) {
            let item = &self.state.items[&id];
            self.must(self.is_author(item.custodian), "not-custodian");
            self.must(matches!(item.stage, Stage::Here | Stage::Sold), "state-forbids");
            self.must(!self.offered(item), "offer-open");
            self.free(id, Purpose::Use);
        }
    }

    fn listing_opened(&mut self, body: &ListingOpened) {
        self.twice(body.items.iter().copied());
        for id in body.items.iter() {
            let Some(item) = self.for_sale(*id) else { continue };
            self.must(item.may_be_called(body.title.as_ref()), "protected-name");
            self.must(item.dealing.listings.len() < MOST_LISTINGS, "too-many-sellers");
        }
        let id = ListingId::derive(ORIGIN, &self.issuer.to_string(), &body.nonce, 0);
        self.unless_new(self.state.market.listings.contains_key(&id));
    }

    fn item_reserved(&mut self, body: &ItemReserved) {
        self.must(body.until.unix() <= self.state.clock + LONGEST_RESERVATION, "fields-disagree");
        let Some(item) = self.for_sale(body.item) else { return };
        self.not_kept(&item);
        self.listed(&item, body.listing);
    }

    fn export_prepared(&mut self, body: &ExportPrepared) {
        self.twice(body.items.iter().copied());
        self.twice(body.material_origins.iter().copied());
        let digits = |text: &str| text.chars().all(|c| c == '.' || c.is_ascii_digit());
        self.must(body.tariff_code.as_ref().is_none_or(|code| digits(code.as_str())), "fields-disagree");
        let mut origins = BTreeSet::new();
        for id in body.items.iter() {
            let Some(item) = self.thing(*id) else { continue };
            self.must(matches!(item.stage, Stage::Here | Stage::Sold | Stage::Mending), "state-forbids");
            if !self.is_author(item.custodian) && !self.is_author(self.state.seller(&item)) {
                self.may_sell(&item);
            }
            self.free(*id, Purpose::Use);
            origins.extend(item.origins);
        }
        let stated: BTreeSet<String> = body.material_origins.iter().map(ToString::to_string).collect();
        self.must(stated == origins, "material-origins");
        let id = ExportId::derive(ORIGIN, &self.issuer.to_string(), &body.nonce, 0);
        self.unless_new(self.state.market.exports.contains_key(&id));
    }

    fn shipment_dispatched(&mut self, body: &ShipmentDispatched) {
        self.twice(body.items.iter().copied());
        self.whole_boxes(&body.items);
        if let Some(export) = body.export {
            match self.state.market.exports.get(&export) {
                None => self.no("not-found"),
                Some(export) => {
                    let named = body.items.iter().all(|id| export.items.contains(id));
                    let there = body.destination.is_none_or(|country| country.as_str() == export.destination);
                    self.must(named && there, "fields-disagree");
                }
            }
        }
        for id in body.items.iter() {
            let Some(item) = self.thing(*id) else { continue };
            let mending = item.stage == Stage::Mending;
            self.must(mending || matches!(item.stage, Stage::Here | Stage::Sold), "state-forbids");
            self.must(self.is_author(item.custodian), "not-custodian");
            self.must(!mending || self.is_author(self.state.seller(&item)), "not-seller");
            self.free(*id, Purpose::Use);
            self.must(!self.state.under_way(id), "in-transit");
        }
        let id = ShipmentId::derive(ORIGIN, &self.issuer.to_string(), &body.nonce, 0);
        self.unless_new(self.state.market.shipments.contains_key(&id));
    }

    fn handles_for_others(&self, roles: [&str; 2]) -> bool {
        self.author.is_some_and(|author| roles.iter().any(|role| self.has_role(author, role)))
    }

    fn shipment_delivered(&mut self, id: ShipmentId) {
        let Some(shipment) = self.state.market.shipments.get(&id) else { return self.no("not-found") };
        let may =
            self.is_author(Some(shipment.sender)) || self.handles_for_others(["carrier", "marketplace"]);
        self.must(may, "not-entitled");
        self.must(!shipment.arrived, "shipment-over");
    }

    fn payment_settled(&mut self, body: &PaymentSettled) {
        self.twice(body.sales.iter().copied());
        for id in body.sales.iter() {
            let Some(sale) = self.state.market.sales.get(id) else {
                self.no("not-found");
                continue;
            };
            let may =
                self.is_author(Some(sale.seller)) || self.handles_for_others(["marketplace", "registrar"]);
            self.must(may, "not-seller");
            self.must(!sale.cancelled, "state-forbids");
            self.must(!sale.settled, "sale-settled");
        }
        let id = SettlementId::derive(ORIGIN, &self.issuer.to_string(), &body.nonce, 0);
        self.unless_new(self.state.market.settlements.contains(&id));
    }

    fn item_returned(&mut self, body: &ItemReturned) {
        let Some(item) = self.thing(body.item) else { return };
        self.must(item.is_buyers(), "state-forbids");
        self.must(self.is_author(self.state.seller(&item)), "not-seller");
        self.free(body.item, Purpose::GiveBack);
        let mending = item.stage == Stage::Mending;
        if body.reason.as_str() == "repair" {
            self.must(body.item.kind() != ItemKind::Lot, "wrong-kind");
            self.must(!mending, "state-forbids");
            return;
        }
        self.must(item.may_leave_its_buyer(), "not-given-back");
        if mending {
            self.must(self.is_author(item.custodian), "not-custodian");
            self.must(!self.offered(&item), "offer-open");
        }
    }

    fn fresh_key(&mut self, key: &PublicKey, proof: &Signature, over: &str) {
        self.must(check_possession(key, proof, ORIGIN, over).is_ok(), "key-refused");
        let id = key.thumbprint();
        let used = self.state.keys.contains_key(&id) || self.state.market.buyers.contains_key(&id);
        self.must(!used, "key-in-use");
    }

    fn claim_redeemed(&mut self, body: &ClaimRedeemed) {
        let Issuer::Tag(code) = self.issuer else { return };
        let Some(id) = self.state.tags.get(&code).copied() else { return };
        let item = &self.state.items[&id];
        self.must(item.tag == Some(code), "tag-unknown");
        self.must(body.unit.is_none(), "claim-not-unit");
        self.must(!self.state.market.claimed.contains(&code), "claim-taken");
        self.must(matches!(item.stage, Stage::Sold | Stage::Mending), "state-forbids");
        self.free(id, Purpose::Use);
        self.fresh_key(&body.owner_key, &body.proof, &code.to_string());
    }

    fn owner_transferred(&mut self, body: &OwnerTransferred) {
        let Issuer::Owner(key) = self.issuer else { return };
        let Some((owned, over)) = self.state.market.buyers.get(&key) else { return };
        self.must(*owned == body.item && !over, "not-owner");
        let Some(item) = self.thing(body.item) else { return };
        self.must(item.is_buyers(), "state-forbids");
        self.free(body.item, if body.owner_key.is_some() { Purpose::Use } else { Purpose::GiveBack });
        match (&body.owner_key, &body.proof) {
            (Some(next), Some(proof)) => self.fresh_key(next, proof, &body.item.to_string()),
            (None, None) => {}
            _ => self.no("fields-disagree"),
        }
    }
}
