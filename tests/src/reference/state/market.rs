//! What the market does with things: who may sell them for whom, where they are listed, for whom they are kept, what is
//! packed, under way, sold, claimed, passed on, given back, lost.

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    ClaimRedeemed, CustodyAssigned, ItemConsigned, ItemReturned, OwnerTransferred, OwnershipTransferred,
    SaleRecorded,
};
use lode_ledger::id::{
    ExportId, ItemId, ListingId, OfferId, PackId, ParticipantId, SaleId, SettlementId, ShipmentId,
};
use lode_ledger::key::KeyId;
use lode_ledger::tag::TagCode;

use super::{Offered, Stage, State, Thing};
use crate::world::ORIGIN;

/// What the market does with one thing.
#[derive(Clone, Debug, Default)]
pub struct Dealing {
    /// Who may sell it for its owner, and until when, in seconds.
    pub consigned: BTreeMap<ParticipantId, i64>,
    /// The open listings that it stands in.
    pub listings: BTreeSet<ListingId>,
    /// Who keeps it for a buyer, and until when, in seconds.
    pub reserved: Option<(ParticipantId, i64)>,
    /// The box that it is in.
    pub pack: Option<PackId>,
    /// The shipment that it last went with.
    pub shipment: Option<ShipmentId>,
    /// The sale that took it out of the trade.
    pub sale: Option<SaleId>,
    /// The key of its buyer.
    pub buyer: Option<KeyId>,
    /// Whether its buyer has given it back.
    pub given_back: bool,
    /// Whether it is lost or stolen.
    pub missing: bool,
    /// The participant who reported that.
    pub reported_by: Option<ParticipantId>,
}

/// A sale.
#[derive(Clone, Debug)]
pub struct Sold {
    /// Who sold.
    pub seller: ParticipantId,
    /// Whose it was.
    pub owner: Option<ParticipantId>,
    /// What.
    pub items: Vec<ItemId>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Whether it was settled.
    pub settled: bool,
}

/// Things that are offered for sale.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Who sells.
    pub seller: ParticipantId,
    /// Whether it was closed.
    pub closed: bool,
}

/// Things with a carrier.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Who sent them.
    pub sender: ParticipantId,
    /// Whether they have arrived.
    pub arrived: bool,
}

/// What customs was told of.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Which things.
    pub items: Vec<ItemId>,
    /// To which country.
    pub destination: String,
}

/// What the market has made.
#[derive(Clone, Debug, Default)]
pub struct Market {
    /// All sales.
    pub sales: BTreeMap<SaleId, Sold>,
    /// All listings.
    pub listings: BTreeMap<ListingId, Listed>,
    /// All boxes, and whether each was opened.
    pub packs: BTreeMap<PackId, bool>,
    /// All shipments.
    pub shipments: BTreeMap<ShipmentId, Sent>,
    /// All exports.
    pub exports: BTreeMap<ExportId, Exported>,
    /// All settlements.
    pub settlements: BTreeSet<SettlementId>,
    /// The tags whose hidden code was used.
    pub claimed: BTreeSet<TagCode>,
    /// The keys of buyers, what each owns, and whether it has passed that on.
    pub buyers: BTreeMap<KeyId, (ItemId, bool)>,
}

impl State {
    /// What is in a box now.
    #[must_use]
    pub fn packed(&self, pack: PackId) -> BTreeSet<ItemId> {
        let within = self.items.iter().filter(|(_, thing)| thing.dealing.pack == Some(pack));
        within.map(|(id, _)| *id).collect()
    }

    /// Whether a thing is with a carrier.
    #[must_use]
    pub fn under_way(&self, item: &ItemId) -> bool {
        let shipment = self.items.get(item).and_then(|thing| thing.dealing.shipment);
        shipment.is_some_and(|shipment| !self.market.shipments[&shipment].arrived)
    }

    fn take_out(&mut self, item: ItemId) {
        if let Some(pack) = self.item(item).dealing.pack.take()
            && self.packed(pack).is_empty()
        {
            self.market.packs.insert(pack, true);
        }
    }

    /// What the former owner allowed ends with him.
    pub(super) fn end_dealing(&mut self, item: ItemId) {
        let dealing = &mut self.item(item).dealing;
        dealing.consigned.clear();
        dealing.listings.clear();
        dealing.reserved = None;
    }

    /// Takes an accepted event of the market in. Whether it was one.
    pub(super) fn deal(&mut self, by: ParticipantId, event: &Event) -> bool {
        let author = by.to_string();
        match event {
            Event::SaleRecorded(body) => self.sell(by, body),
            Event::SaleCancelled(body) => {
                let sale = self.sale(body.sale);
                sale.cancelled = true;
                let (owner, items) = (sale.owner, sale.items.clone());
                for id in items {
                    let item = self.item(id);
                    item.stage = Stage::Here;
                    item.owner = owner;
                    item.dealing.sale = None;
                }
            }
            Event::CustodyAssigned(body) => self.assign(body),
            Event::ItemConsigned(body) => self.consign(body),
            Event::OwnershipTransferred(body) => self.give_title(by, body),
            Event::ItemLost(body) => self.lose(Some(by), &body.items),
            Event::ItemRecovered(body) => {
                body.items.iter().for_each(|id| self.item(*id).dealing.missing = false);
            }
            Event::ItemsPacked(body) => {
                let pack = PackId::derive(ORIGIN, &author, &body.nonce, 0);
                body.items.iter().for_each(|id| self.item(*id).dealing.pack = Some(pack));
                self.market.packs.insert(pack, false);
            }
            Event::ItemsUnpacked(body) => {
                for id in self.packed(body.pack) {
                    self.item(id).dealing.pack = None;
                }
                self.market.packs.insert(body.pack, true);
            }
            Event::ListingOpened(body) => {
                let listing = ListingId::derive(ORIGIN, &author, &body.nonce, 0);
                for id in body.items.iter() {
                    self.item(*id).dealing.listings.insert(listing);
                }
                self.market.listings.insert(listing, Listed { seller: by, closed: false });
            }
            Event::ListingClosed(body) => {
                for thing in self.items.values_mut() {
                    thing.dealing.listings.remove(&body.listing);
                }
                self.market.listings.get_mut(&body.listing).expect("a listing that was made").closed = true;
            }
            Event::ItemReserved(body) => {
                let until = body.until.unix();
                let kept = (until > self.clock).then_some((by, until));
                self.item(body.item).dealing.reserved = kept;
            }
            Event::ExportPrepared(body) => {
                let export = ExportId::derive(ORIGIN, &author, &body.nonce, 0);
                let destination = body.destination.to_string();
                self.market.exports.insert(export, Exported { items: body.items.0.clone(), destination });
            }
            Event::ShipmentDispatched(body) => {
                let shipment = ShipmentId::derive(ORIGIN, &author, &body.nonce, 0);
                for id in body.items.iter() {
                    let thing = self.item(*id);
                    thing.dealing.shipment = Some(shipment);
                    if thing.stage == Stage::Mending {
                        let claimed = thing.dealing.buyer.is_some();
                        thing.stage = if claimed { Stage::Claimed } else { Stage::Sold };
                    }
                }
                self.market.shipments.insert(shipment, Sent { sender: by, arrived: false });
            }
            Event::ShipmentDelivered(body) => {
                self.market.shipments.get_mut(&body.shipment).expect("a shipment that was made").arrived =
                    true;
            }
            Event::PaymentSettled(body) => {
                body.sales.iter().for_each(|sale| self.sale(*sale).settled = true);
                let settlement = SettlementId::derive(ORIGIN, &author, &body.nonce, 0);
                self.market.settlements.insert(settlement);
            }
            Event::ItemReturned(body) => self.bring_back(by, body),
            _ => return false,
        }
        true
    }

    /// Who sold a thing.
    pub(crate) fn seller(&self, thing: &Thing) -> Option<ParticipantId> {
        thing.dealing.sale.map(|sale| self.market.sales[&sale].seller)
    }

    fn sale(&mut self, id: SaleId) -> &mut Sold {
        self.market.sales.get_mut(&id).expect("a sale that was made")
    }

    fn sell(&mut self, by: ParticipantId, body: &SaleRecorded) {
        let id = SaleId::derive(ORIGIN, &by.to_string(), &body.nonce, 0);
        let mut owner = None;
        for item in body.items.iter() {
            let arrived_before = !self.under_way(item);
            let thing = self.item(*item);
            thing.stage = Stage::Sold;
            owner = thing.owner.take();
            thing.dealing.sale = Some(id);
            thing.dealing.listings.clear();
            thing.dealing.reserved = None;
            if arrived_before {
                thing.dealing.shipment = None;
            }
        }
        let items = body.items.0.clone();
        self.market.sales.insert(id, Sold { seller: by, owner, items, cancelled: false, settled: false });
    }

    fn assign(&mut self, body: &CustodyAssigned) {
        for id in body.items.iter() {
            if let Some(offer) = self.item(*id).offer {
                drop(self.end(offer));
            }
            self.take_out(*id);
            self.end_dealing(*id);
            let thing = self.item(*id);
            thing.custodian = Some(body.to);
            if body.ownership == Some(true) {
                thing.owner = Some(body.to);
            }
        }
        for id in body.works.iter() {
            if let Some(offer) = self.job(*id).offer {
                drop(self.end(offer));
            }
            self.pass_job(*id, body.to, body.ownership == Some(true));
        }
    }

    fn consign(&mut self, body: &ItemConsigned) {
        let (clock, until) = (self.clock, body.until.unix());
        for id in body.items.iter() {
            let consigned = &mut self.item(*id).dealing.consigned;
            consigned.remove(&body.seller);
            consigned.retain(|_, until| *until >= clock);
            if until > clock {
                consigned.insert(body.seller, until);
            }
        }
    }

    fn give_title(&mut self, by: ParticipantId, body: &OwnershipTransferred) {
        if let Some(offer) = body.offer {
            let taken = self.end(offer);
            for (id, ..) in taken.lines {
                self.item(id).owner = Some(taken.to);
                self.end_dealing(id);
            }
            return;
        }
        let (Some(nonce), Some(to), Some(expires)) = (body.nonce, body.to, body.expires) else {
            panic!("an offer of ownership says to whom and until when");
        };
        let id = OfferId::derive(ORIGIN, &by.to_string(), &nonce, 0);
        let mut lines = Vec::new();
        for item in body.items.iter() {
            let thing = self.item(*item);
            thing.offer = Some(id);
            lines.push((*item, thing.left, thing.resolution));
        }
        let expires = expires.unix();
        let offer = Offered {
            from: by,
            to,
            lines,
            expires,
            ownership: true,
            title_only: true,
            works: Vec::new(),
            ended: false,
        };
        self.offers.insert(id, offer);
    }

    fn bring_back(&mut self, by: ParticipantId, body: &ItemReturned) {
        self.take_out(body.item);
        if body.reason.as_str() == "repair" {
            let thing = self.item(body.item);
            thing.stage = Stage::Mending;
            thing.custodian = Some(by);
            thing.dealing.shipment = None;
            return;
        }
        let sale = self.item(body.item).dealing.sale.expect("it was sold");
        let owner = self.sale(sale).owner;
        let thing = self.item(body.item);
        thing.stage = Stage::Here;
        thing.owner = owner;
        thing.custodian = Some(by);
        thing.dealing = Dealing::default();
    }

    /// A buyer redeems the hidden code.
    pub(super) fn claim(&mut self, tag: TagCode, body: &ClaimRedeemed) {
        let item = self.tags[&tag];
        let key = body.owner_key.thumbprint();
        self.market.claimed.insert(tag);
        self.market.buyers.insert(key, (item, false));
        self.take_out(item);
        let thing = self.item(item);
        if thing.stage == Stage::Sold {
            thing.stage = Stage::Claimed;
        }
        thing.dealing.buyer = Some(key);
    }

    /// A buyer says something with the key that owns.
    pub(super) fn buyer_says(&mut self, key: KeyId, event: &Event) {
        match event {
            Event::OwnerTransferred(body) => self.pass_on(key, body),
            Event::ItemLost(body) => self.lose(None, &body.items),
            Event::ItemRecovered(body) => {
                body.items.iter().for_each(|id| self.item(*id).dealing.missing = false);
            }
            other => panic!("{} is not a buyer's to say", other.event_type().spec().name),
        }
    }

    fn lose(&mut self, by: Option<ParticipantId>, items: &[ItemId]) {
        for id in items {
            let dealing = &mut self.item(*id).dealing;
            (dealing.missing, dealing.reported_by) = (true, by);
        }
    }

    fn pass_on(&mut self, key: KeyId, body: &OwnerTransferred) {
        self.market.buyers.insert(key, (body.item, true));
        if let Some(next) = &body.owner_key {
            let next = next.thumbprint();
            self.market.buyers.insert(next, (body.item, false));
            self.item(body.item).dealing.buyer = Some(next);
        } else {
            self.item(body.item).dealing.given_back = true;
        }
    }
}
