//! Random dealings: what sellers, carriers, the registrar and buyers do with what is there, mostly allowed.

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    ClaimRedeemed, CustodyAssigned, ExportPrepared, ItemConsigned, ItemLost, ItemRecovered, ItemReserved,
    ItemReturned, ItemsPacked, ItemsUnpacked, ListingClosed, ListingOpened, OwnerTransferred,
    OwnershipTransferred, PaymentSettled, ShipmentDelivered, ShipmentDispatched, TagReplaced,
};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ListingId, OfferId, ParticipantId};
use lode_ledger::key::{KeyId, SecretKey, prove_possession};
use lode_ledger::record::{Item, ItemState, Loss, OwnerKey, Record, RecordKey, View};
use lode_ledger::replay::{Author, ReplayError};
use lode_ledger::statement::Issuer;
use lode_ledger::tag::TagCode;
use lode_ledger::time::Timestamp;
use lode_tests::world::{
    ORIGIN, SEAL_INTERVAL, Who, World, claim_key, code, document, secret, tag_code, text,
};

use super::histories::{Op, in_hand, items, jobs, picked};
use super::identity;

/// Who says something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Speaker {
    /// A participant, with the key that it uses.
    One(Who),
    /// Somebody in a participant's name, with the key of this name.
    Device(Who, String),
    /// Whoever holds the hidden code of the tag of this name.
    Tag(String),
    /// A buyer, with the key of this name.
    Owner(String),
}

/// The highest number that a key has used.
pub(super) fn last_number(world: &World, key: &SecretKey) -> u64 {
    match world.replay.view().record(&RecordKey::Sequence(key.public().thumbprint())).as_deref() {
        Some(Record::Sequence(sequence)) => sequence.highest,
        _ => 0,
    }
}

impl Speaker {
    /// In whose name.
    pub(super) fn issuer(&self, world: &World) -> Issuer {
        match self {
            Self::One(who) | Self::Device(who, _) => Issuer::Participant(world.id(*who)),
            Self::Tag(name) => Issuer::Tag(tag_code(name)),
            Self::Owner(name) => Issuer::Owner(secret(name).public().thumbprint()),
        }
    }

    fn secret(&self, world: &World) -> SecretKey {
        match self {
            Self::One(who) => world.author(*who).secret,
            Self::Tag(name) => claim_key(name),
            Self::Device(_, name) | Self::Owner(name) => secret(name),
        }
    }

    /// With which key.
    pub(super) fn key(&self, world: &World) -> KeyId {
        self.secret(world).public().thumbprint()
    }

    /// Says it to the ledger, and keeps up with what comes of it.
    pub(super) fn say(&self, world: &mut World, event: &Event) -> Result<(), ReplayError> {
        let issuer = self.issuer(world);
        let mut author = Author::new(self.secret(world), issuer, world.audience());
        author.seq = last_number(world, &author.secret) + 1;
        let statement = author.sign(std::slice::from_ref(event))?;
        world.submit(statement)?;
        identity::follow(world, issuer, event);
        Ok(())
    }
}

/// The kinds of operations that are dealings.
pub(super) const KINDS: std::ops::Range<u8> = 20..40;
/// Of them, what needs much to have happened before.
pub(super) const RARE: [u8; 4] = [30, 31, 32, 33];

/// What an operation says, and who; nothing if there is nothing to say.
pub(super) fn next(world: &mut World, op: &Op) -> Option<(Speaker, Event)> {
    let said = match op.kind {
        30 => return claim(world, op),
        31 | 38 => return pass_on(world, op),
        34 => return lose(world, op),
        20 => consign(world, op),
        21 => pack(world, op),
        22 => unpack(world, op),
        23 => list(world, op),
        24 => close(world, op),
        25 => reserve(world, op),
        26 | 39 => sell(world, op),
        27 => export(world, op),
        28 => dispatch(world, op),
        29 => deliver(world, op),
        32 => take_back(world, op),
        33 => settle(world, op),
        35 => find(world, op),
        36 => assign(world, op),
        37 => {
            if op.flag.is_multiple_of(2) {
                replace_tag(world, op)
            } else {
                offer_title(world, op)
            }
        }
        other => panic!("{other} is no dealing"),
    };
    said.map(|(who, event)| (Speaker::One(who), event))
}

const TRADERS: [Who; 4] = [Who::ImporterA, Who::ImporterB, Who::Studio, Who::Seller];

pub(super) fn other_than(who: Who, pick: usize) -> Option<Who> {
    TRADERS.into_iter().cycle().skip(pick % 4).find(|other| *other != who)
}

fn later(world: &World, seals: u64) -> Timestamp {
    let seconds = i64::from(SEAL_INTERVAL) * i64::try_from(seals).expect("a small number");
    Timestamp::from_unix(world.now.unix() + seconds)
}

/// Records of one kind, in the order of their keys.
pub(super) fn records<T>(world: &World, wanted: impl Fn(&RecordKey, &Record) -> Option<T>) -> Vec<T> {
    let found = world.replay.view().iter().filter_map(|(key, record)| Some((*key, wanted(key, record)?)));
    let mut found: Vec<(RecordKey, T)> = found.collect();
    found.sort_by_key(|(key, _)| *key);
    found.into_iter().map(|(_, found)| found).collect()
}

const fn here(item: &Item) -> bool {
    matches!(item.state, ItemState::InStock | ItemState::Finished)
}

const fn with_buyer(item: &Item) -> bool {
    matches!(item.state, ItemState::Sold | ItemState::Claimed | ItemState::InRepair)
}

/// Everything that is in a box with this, or this alone.
fn boxful(world: &World, id: ItemId, item: &Item) -> Vec<ItemId> {
    let pack = item.market().pack.map(RecordKey::Pack);
    match pack.and_then(|key| world.replay.view().record(&key)).as_deref() {
        Some(Record::Pack(pack)) => pack.items.clone(),
        _ => vec![id],
    }
}

/// Something to sell, and who may: its owner, or to whom he consigned it.
fn to_sell(world: &World, op: &Op) -> Option<(Who, ItemId, Item)> {
    let there = items(world, |_, item| here(item) && item.owner.is_some());
    let (id, item) = picked(&there, op.pick)?;
    let consigned = item.market().consigned.iter().map(|given| given.seller).next();
    let seller = consigned.filter(|_| !op.flag.is_multiple_of(3)).or(item.owner)?;
    Some((world.who(seller)?, id, item))
}

fn own_listing(world: &World, who: Who, item: &Item) -> Option<ListingId> {
    let id = world.id(who);
    let view = world.replay.view();
    item.market().listings.iter().copied().find(|listing| {
        matches!(view.record(&RecordKey::Listing(*listing)).as_deref(),
            Some(Record::Listing(record)) if record.seller == id)
    })
}

fn consign(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (id, item) = picked(&items(world, |_, item| here(item) && item.owner.is_some()), op.pick)?;
    let who = world.who(item.owner?)?;
    let seller = world.id(other_than(who, op.other)?);
    let until = later(world, if op.flag.is_multiple_of(7) { 0 } else { 1 + op.share % 9 });
    Some((who, ItemConsigned { at: world.now, items: vec![id].into(), seller, until }.into()))
}

fn pack(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, _) = in_hand(world, op.pick, |_, item| item.market().pack.is_none())?;
    let mut within = vec![id];
    let second = in_hand(world, op.other, |_, item| item.market().pack.is_none());
    within.extend(second.filter(|(by, other, _)| *by == who && *other != id).map(|(_, other, _)| other));
    let (at, nonce) = (world.now, world.nonce());
    Some((who, ItemsPacked { at, nonce, items: within.into(), seal: None }.into()))
}

fn unpack(world: &World, op: &Op) -> Option<(Who, Event)> {
    let closed = records(world, |key, record| match (key, record) {
        (RecordKey::Pack(id), Record::Pack(pack)) if !pack.opened => Some((*id, pack.items[0])),
        _ => None,
    });
    let (pack, first) = picked(&closed, op.pick)?;
    let who = world.who(world.item_record(&first).custodian)?;
    Some((who, ItemsUnpacked { at: world.now, pack }.into()))
}

fn list(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, _) = to_sell(world, op)?;
    let (at, nonce) = (world.now, world.nonce());
    let body = ListingOpened {
        at,
        nonce,
        items: vec![id].into(),
        channel: code("live_stream"),
        session: None,
        slot: Some(u32::from(op.flag)),
        title: None,
        language: None,
    };
    Some((who, body.into()))
}

/// The listings that are open, and whose each is.
fn listings(world: &World) -> Vec<(ListingId, ParticipantId)> {
    records(world, |key, record| match (key, record) {
        (RecordKey::Listing(id), Record::Listing(listing)) if !listing.closed => Some((*id, listing.seller)),
        _ => None,
    })
}

fn close(world: &World, op: &Op) -> Option<(Who, Event)> {
    let open = listings(world);
    let (listing, seller) = picked(&open, op.pick)?;
    Some((world.who(seller)?, ListingClosed { at: world.now, listing, reason: None }.into()))
}

fn reserve(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (who, item, record) = to_sell(world, op)?;
    let seals = match op.share % 13 {
        0 => 31 * 86_400 / u64::from(SEAL_INTERVAL),
        short => short % 4,
    };
    let listing = own_listing(world, who, &record).filter(|_| op.flag.is_multiple_of(2));
    let until = later(world, seals);
    Some((who, ItemReserved { at: world.now, item, listing, until, buyer: None }.into()))
}

fn sell(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = to_sell(world, op)?;
    let listing = if op.other.is_multiple_of(5) {
        // Whatever listing there is: it may be another's, or not of this thing.
        let seller = world.id(who);
        let mut open = listings(world);
        open.retain(|(_, by)| *by == seller || op.flag.is_multiple_of(3));
        picked(&open, op.pick).map(|(listing, _)| listing)
    } else {
        own_listing(world, who, &item).filter(|_| item.market().pack.is_none())
    };
    let (mut body, _) = world.sale(who, &boxful(world, id, &item));
    body.listing = listing;
    Some((who, body.into()))
}

fn seller_of(world: &World, item: &Item) -> Option<ParticipantId> {
    match world.replay.view().record(&RecordKey::Sale(item.sale?)).as_deref() {
        Some(Record::Sale(sale)) => Some(sale.seller),
        _ => None,
    }
}

fn export(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let there = items(world, |_, item| here(item) || item.state == ItemState::Sold);
    let (id, item) = picked(&there, op.pick)?;
    let by = seller_of(world, &item).unwrap_or(item.custodian);
    let (at, nonce) = (world.now, world.nonce());
    let mut origins: Vec<_> = item.claims.origins.iter().map(|origin| origin.country).collect();
    if op.share.is_multiple_of(8) {
        origins = vec![code("CN")];
    }
    let body = ExportPrepared {
        at,
        nonce,
        items: vec![id].into(),
        destination: code(["US", "BR"][op.other % 2]),
        hs: code("7116.20"),
        tariff_code: op.flag.is_multiple_of(3).then(|| text("7116.20.4000")),
        customs_origin: code("CN"),
        material_origins: origins.into(),
        product_ids: Vec::new().into(),
        regime: code("9610"),
        incoterm: None,
        declaration: None,
        documents: Vec::new().into(),
    };
    Some((world.who(by)?, body.into()))
}

fn dispatch(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let mended = op.flag.is_multiple_of(2);
    let there = items(world, |_, item| match item.state {
        ItemState::InRepair => mended,
        state => here(item) || state == ItemState::Sold,
    });
    let (id, item) = picked(&there, op.pick)?;
    let within = boxful(world, id, &item);
    let exports = records(world, |key, record| match (key, record) {
        (RecordKey::Export(export), Record::Export(said))
            if within.iter().all(|id| said.items.contains(id)) =>
        {
            Some((*export, said.destination))
        }
        _ => None,
    });
    let export = picked(&exports, op.other);
    let (at, nonce) = (world.now, world.nonce());
    let body = ShipmentDispatched {
        at,
        nonce,
        items: within.into(),
        carrier: Some(text("EMS")),
        tracking: None,
        destination: export.map(|(_, destination)| destination),
        export: export.map(|(export, _)| export),
    };
    Some((world.who(item.custodian)?, body.into()))
}

fn deliver(world: &World, op: &Op) -> Option<(Who, Event)> {
    let open = records(world, |key, record| match (key, record) {
        (RecordKey::Shipment(id), Record::Shipment(sent)) if sent.delivered.is_none() => {
            Some((*id, sent.sender))
        }
        _ => None,
    });
    let (shipment, sender) = picked(&open, op.pick)?;
    Some((world.who(sender)?, ShipmentDelivered { at: world.now, shipment, proof: None }.into()))
}

fn settle(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let open = records(world, |key, record| match (key, record) {
        (RecordKey::Sale(id), Record::Sale(sale)) if !sale.cancelled && sale.settled.is_none() => {
            Some((*id, sale.seller))
        }
        _ => None,
    });
    let (sale, seller) = picked(&open, op.pick)?;
    let who = if op.flag.is_multiple_of(4) { Who::Registrar } else { world.who(seller)? };
    let (at, nonce) = (world.now, world.nonce());
    let commitment = Hash::of(&nonce.0);
    let body = PaymentSettled { at, nonce, sales: vec![sale].into(), currency: code("USD"), commitment };
    Some((who, body.into()))
}

/// The name of a tag that these histories have bound.
fn tag_name(id: &ItemId, code: TagCode) -> Option<String> {
    [format!("{id}"), format!("{id} anew")].into_iter().find(|name| tag_code(name) == code)
}

fn replace_tag(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (who, item, record) = in_hand(world, op.pick, |_, item| item.tag.is_some())?;
    let new = format!("{item} anew");
    let body = TagReplaced {
        at: world.now,
        item,
        old: record.tag?,
        code: tag_code(&new),
        claim_key: claim_key(&new).public(),
        reason: text("came off"),
    };
    Some((who, body.into()))
}

/// The name of the key that the next statement gives a thing to.
fn next_owner(world: &World, item: ItemId) -> String {
    owner_name(item, u64::try_from(world.entries.len()).expect("a short log"))
}

fn owner_name(item: ItemId, since: u64) -> String {
    format!("owner of {item} since {since}")
}

fn claim(world: &World, op: &Op) -> Option<(Speaker, Event)> {
    let tagged =
        items(world, |_, item| item.tag.is_some() && (with_buyer(item) || op.flag.is_multiple_of(8)));
    let (item, record) = picked(&tagged, op.pick)?;
    let tag = record.tag?;
    let key = secret(&next_owner(world, item));
    // Now and then a proof that was made for something else.
    let over = if op.share.is_multiple_of(8) { item.to_string() } else { tag.to_string() };
    let proof = prove_possession(&key, ORIGIN, &over);
    let body = ClaimRedeemed { at: world.now, owner_key: key.public(), proof, unit: None };
    Some((Speaker::Tag(tag_name(&item, tag)?), body.into()))
}

/// The keys of buyers.
fn owners(world: &World) -> Vec<(KeyId, OwnerKey)> {
    records(world, |key, record| match (key, record) {
        (RecordKey::OwnerKey(id), Record::OwnerKey(owner)) => Some((*id, owner.clone())),
        _ => None,
    })
}

fn pass_on(world: &World, op: &Op) -> Option<(Speaker, Event)> {
    // Now and then one who owns no more.
    let mut owners = owners(world);
    owners.retain(|(_, owner)| owner.passed_on.is_none() || op.flag.is_multiple_of(8));
    let (_, owner) = picked(&owners, op.pick)?;
    let key = secret(&next_owner(world, owner.item));
    let next = (op.flag % 8 < 4).then_some(key);
    let body = OwnerTransferred {
        at: world.now,
        item: owner.item,
        owner_key: next.as_ref().map(|key| key.public()),
        proof: next.as_ref().map(|key| prove_possession(key, ORIGIN, &owner.item.to_string())),
    };
    Some((Speaker::Owner(owner_name(owner.item, owner.since.index.0)), body.into()))
}

fn take_back(world: &World, op: &Op) -> Option<(Who, Event)> {
    let sold = items(world, |_, item| {
        with_buyer(item)
            && (item.state == ItemState::Sold
                || item.market().given_back.is_some()
                || op.flag < 20
                || op.other.is_multiple_of(3))
    });
    let (id, item) = picked(&sold, op.pick)?;
    let who = world.who(seller_of(world, &item)?)?;
    let reason = code(if op.other.is_multiple_of(3) { "repair" } else { "change_of_mind" });
    Some((who, ItemReturned { at: world.now, item: id, reason, condition: None }.into()))
}

fn lose(world: &World, op: &Op) -> Option<(Speaker, Event)> {
    let there =
        items(world, |_, item| item.state != ItemState::Exhausted && item.standing().missing.is_none());
    let (id, item) = picked(&there, op.pick)?;
    let how = if op.other.is_multiple_of(2) { Loss::Lost } else { Loss::Stolen };
    let body = ItemLost { at: world.now, items: vec![id].into(), how, report: None };
    Some((holder(world, op, &item)?, body.into()))
}

/// Who answers for a thing.
fn holder(world: &World, op: &Op, item: &Item) -> Option<Speaker> {
    if let Some(key) = item.market().owner_key {
        let (_, owner) = owners(world).into_iter().find(|(id, _)| *id == key)?;
        return Some(Speaker::Owner(owner_name(owner.item, owner.since.index.0)));
    }
    let who = item.owner.filter(|_| op.flag.is_multiple_of(2)).unwrap_or(item.custodian);
    Some(Speaker::One(world.who(who)?))
}

fn find(world: &World, op: &Op) -> Option<(Who, Event)> {
    let missing = items(world, |_, item| item.standing().missing.is_some());
    let (id, item) = picked(&missing, op.pick)?;
    let who = if op.flag.is_multiple_of(3) {
        Who::Registrar
    } else {
        world.who(item.owner.unwrap_or(item.custodian))?
    };
    Some((who, ItemRecovered { at: world.now, items: vec![id].into(), note: None }.into()))
}

fn assign(world: &World, op: &Op) -> Option<(Who, Event)> {
    let there = items(world, |_, item| !matches!(item.state, ItemState::Exhausted | ItemState::Claimed));
    let (id, item) = picked(&there, op.pick)?;
    let job = picked(&jobs(world), op.pick).filter(|_| op.share.is_multiple_of(4));
    let body = CustodyAssigned {
        at: world.now,
        items: if job.is_some() && op.other.is_multiple_of(2) { Vec::new() } else { vec![id] }.into(),
        works: job.map(|(id, _)| id).into_iter().collect::<Vec<_>>().into(),
        to: world.id(TRADERS[op.other % 4]),
        reason: code("insolvency"),
        document: document("court_order", "order of the court"),
        ownership: (item.owner.is_some() && op.flag.is_multiple_of(2)).then_some(true),
    };
    Some((Who::Registrar, body.into()))
}

fn offer_title(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (id, item) = picked(&items(world, |_, item| here(item) && item.owner.is_some()), op.pick)?;
    let who = world.who(item.owner?)?;
    let to = world.id(other_than(who, op.other)?);
    let (at, nonce) = (world.now, world.nonce());
    let body = OwnershipTransferred {
        at,
        nonce: Some(nonce),
        to: Some(to),
        items: vec![id].into(),
        expires: Some(later(world, 1 + op.share % 3)),
        offer: None,
    };
    Some((who, body.into()))
}

/// The taking of ownership alone.
pub(super) fn take_title(world: &World, offer: OfferId) -> Event {
    let (nonce, to, items, expires) = (None, None, Vec::new().into(), None);
    OwnershipTransferred { at: world.now, nonce, to, items, expires, offer: Some(offer) }.into()
}
