//! What a participant may do with an item, held against the rules: every event type is tried on every item by everybody.
//! What the list has is not refused for hands, state, role or standing, and what it leaves out or calls stopped is refused.

use std::collections::BTreeSet;

use lode_ledger::apply::{apply, may};
use lode_ledger::event::body::{
    AcceptLine, ConsignmentShipped, CountLine, CustodyAccepted, CustodyAssigned, CustodyCancelled,
    CustodyRejected, CustomsCleared, DisassembledPart, DisputeAnswered, DisputeResolved, DocumentAttached,
    ExportPrepared, ForeignMass, HoldReleased, InspectionRecorded, ItemAssembled, ItemConsigned,
    ItemDestroyed, ItemDisassembled, ItemLost, ItemRecovered, ItemRepaired, ItemReserved, ItemReturned,
    ItemsPacked, ItemsUnpacked, ListingClosed, ListingOpened, MassAdjusted, OriginAsserted, OutputKind,
    OwnershipTransferred, PaymentSettled, PiecesSerialised, RecallLifted, RoleGranted, SaleCancelled,
    SerialPiece, ShipmentDelivered, ShipmentDispatched, StepLogged, StockCounted, SupplierCountersigned,
    TagReplaced, TreatmentApplied,
};
use lode_ledger::event::{Event, EventType};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ItemKind, ListingId, LogIndex, Nonce, OfferId};
use lode_ledger::record::{Item, ItemState, Loss, Offer, Record, RecordKey, View};
use lode_ledger::sealed::Sealable;
use lode_ledger::time::Timestamp;
use lode_ledger::violation::{Reason, Violation};
use lode_ledger::vocab::{Code, Role};
use lode_tests::world::make::input;
use lode_tests::world::{KG, ORIGIN, Who, World, claim_key, code, document, mg, output, tag_code, text};

/// About an item, but by others than participants; or about an entry or a person, and not about the item.
const NOT_ASKED: &[EventType] = &[
    EventType::ParticipantReinstated,
    EventType::CredentialRevoked,
    EventType::LotDeclared,
    EventType::WorkCompleted,
    EventType::ClaimRedeemed,
    EventType::OwnerTransferred,
    EventType::EventCorrected,
    EventType::EventVoided,
    EventType::DisclosureDestroyed,
];

/// Refusals that say who, in which state, or what stands in the way; others are of what the event states.
const OF_STANDING: &[Reason] = &[
    Reason::NotCustodian,
    Reason::NotOwner,
    Reason::NotEntitled,
    Reason::NotNamed,
    Reason::NotSeller,
    Reason::RoleForbids,
    Reason::StateForbids,
    Reason::WrongKind,
    Reason::ForeignInside,
    Reason::Held,
    Reason::Disputed,
    Reason::Recalled,
    Reason::Missing,
    Reason::NotMissing,
    Reason::Packed,
    Reason::ReservedBy,
    Reason::OfferOpen,
    Reason::OfferClosed,
    Reason::TitleOnly,
    Reason::InTransit,
    Reason::ShipmentOver,
    Reason::SaleDelivered,
    Reason::SaleSettled,
    Reason::NotInSale,
    Reason::NotGivenBack,
    Reason::TooManySellers,
    Reason::TagBoundAlready,
    Reason::Suspended,
    Reason::LedgerFrozen,
    Reason::RulesetOlder,
];

fn day(world: &World) -> Timestamp {
    Timestamp::from_unix(world.now.unix() + 86_400)
}

fn offer_of(world: &World, id: OfferId) -> Offer {
    match world.replay.view().record(&RecordKey::Offer(id)).as_deref() {
        Some(Record::Offer(offer)) => offer.clone(),
        _ => panic!("{id} is not in the ledger"),
    }
}

/// What is in the box with an item, or the item.
fn whole_box(world: &World, id: ItemId, item: &Item) -> Vec<ItemId> {
    match item.market().pack.and_then(|pack| world.replay.view().record(&RecordKey::Pack(pack))).as_deref() {
        Some(Record::Pack(pack)) => pack.items.clone(),
        _ => vec![id],
    }
}

/// Somebody else: to whom recalled goods go back, if they are.
fn another(world: &World, who: Who, item: &Item) -> Who {
    let recall = item.standing().recalls.first().copied();
    let recall = recall.and_then(|recall| world.replay.view().record(&RecordKey::Recall(recall)));
    let back_to = recall.as_deref().and_then(Record::as_recall).and_then(|recall| world.who(recall.back_to));
    let other = if who == Who::Exporter { Who::ImporterB } else { Who::Exporter };
    back_to.filter(|to| *to != who).unwrap_or(other)
}

/// Events of this type about this item, as right as somebody could state them.
fn probes(world: &mut World, who: Who, id: ItemId, event: EventType) -> Vec<Event> {
    let item = world.item_record(&id);
    let (at, left) = (world.now, item.mass.left.get());
    let count = item.count.map(|count| count.left);
    let nonce = world.nonce();
    let other = another(world, who, &item);
    let part = |mass: u64, count: Option<u32>| {
        let mut input = input(id, mass);
        input.count = count;
        input
    };
    let all = part(left, count);
    let one = |event: Event| vec![event];
    let marks = item.standing().into_owned();
    let disputes: Vec<_> = marks.title_disputes.iter().chain(&marks.other_disputes).copied().collect();
    let papers = vec![document("police_report", &format!("paper {nonce}"))];
    match event {
        EventType::SupplierCountersigned => [None, Some(left + left / 20)]
            .map(|received| {
                let country = item.claims.origins[0].country;
                let (net_mg, received_mg) = (item.mass.entered, received.map(mg));
                SupplierCountersigned { at, item: id, net_mg, country, received_mg }.into()
            })
            .into(),
        EventType::ConsignmentReceived => one(world.receipt(id, left).into()),
        EventType::ConsignmentShipped => {
            let (items, documents) = (vec![id].into(), Vec::new().into());
            let (bill_of_lading, carrier, from, to) = (None, None, None, None);
            one(ConsignmentShipped { at, nonce, bill_of_lading, carrier, from, to, items, documents }.into())
        }
        EventType::CustomsCleared => ["CN", "FR"]
            .map(|country| {
                CustomsCleared {
                    at,
                    items: vec![id].into(),
                    jurisdiction: code(country),
                    declaration: Sealable::Clear(text(&nonce.to_string())),
                    net_mg: item.mass.entered,
                    importer: None,
                    documents: Vec::new().into(),
                }
                .into()
            })
            .into(),
        EventType::LotSplit => {
            let (mut body, _) = world.split(who, id, &[left / 2]);
            if let Some(count) = count {
                body.parts.0[0].count = Some(count / 2);
                body.left_count = Some(count - count / 2);
            }
            one(body.into())
        }
        EventType::LotMerged => {
            // Another lot of the same hands, owner and mineral.
            let items: Vec<ItemId> = items(world).into_iter().filter(|known| *known != id).collect();
            let fits = |known: &&ItemId| {
                let known = world.item_record(known);
                let (a, b) = (&known, &item);
                (a.custodian, a.owner, a.claims.species) == (b.custodian, b.owner, b.claims.species)
                    && known.mass.left.get() > 1
            };
            let seconds: Vec<ItemId> = items.iter().filter(fits).copied().collect();
            let mut merge = |second: ItemId| {
                let mass = world.item_record(&second).mass.left.get();
                world.merge(who, vec![all.clone(), input(second, mass / 2)]).0.into()
            };
            seconds.into_iter().filter(|id| id.kind() == ItemKind::Lot).map(&mut merge).collect()
        }
        EventType::WorkStarted => one(world.work(who, "carve", vec![all]).0.into()),
        EventType::ItemAssembled => {
            let foreign = vec![ForeignMass { material: code("cord"), mass_mg: mg(1) }].into();
            let (losses, mass_mg) = (Vec::new().into(), mg(left + 1));
            let (components, kind, form) = (vec![all].into(), OutputKind::Piece, code("bracelet"));
            let body = ItemAssembled {
                at,
                nonce,
                components,
                foreign,
                losses,
                kind,
                mass_mg,
                count: None,
                form,
                operator: None,
                name: None,
                grade: None,
                photo: None,
            };
            one(body.into())
        }
        EventType::ItemDisassembled => {
            let part = |component| DisassembledPart {
                component,
                kind: OutputKind::Batch,
                mass_mg: mg(6_000),
                count: Some(6),
            };
            let (parts, losses) = ((0..3).map(part).collect::<Vec<_>>().into(), Vec::new().into());
            one(ItemDisassembled { at, item: id, nonce, parts, foreign_mg: Some(mg(2_000)), losses }.into())
        }
        EventType::PiecesSerialised => {
            let count = count.unwrap_or(2);
            let each = left / u64::from(count.max(1));
            let pieces = vec![SerialPiece { mass_mg: mg(each), name: None, grade: None, photo: None }].into();
            let (left_mg, left_count) = (mg(left - each), count.saturating_sub(1));
            let losses = Vec::new().into();
            one(PiecesSerialised { at, item: id, nonce, pieces, losses, left_mg, left_count }.into())
        }
        EventType::LossRecorded => one(world.lost(id, (left / 1_000).max(1)).into()),
        EventType::MassAdjusted => {
            let reason = code("clerical_error");
            let (was_mg, left_mg) = (mg(left), mg(left.saturating_sub(1).max(1)));
            let (was_count, left_count, explanation) = (count, count, None);
            let documents = papers.into();
            let body = MassAdjusted {
                at,
                item: id,
                was_mg,
                left_mg,
                was_count,
                left_count,
                reason,
                explanation,
                documents,
            };
            one(body.into())
        }
        EventType::StepLogged => {
            let (step, photos) = (code("polish"), Vec::new().into());
            one(StepLogged { at, work: None, item: Some(id), step, operator: None, mass_mg: None, photos }
                .into())
        }
        EventType::TreatmentApplied => {
            let (work, parameters, added_mg, left_mg) = (None, None, None, None);
            let (item, treatment) = (Some(id), code("heat"));
            one(TreatmentApplied { at, item, work, treatment, parameters, added_mg, left_mg }.into())
        }
        EventType::ItemRepaired => one(ItemRepaired {
            at,
            item: id,
            step: code("polish"),
            what: None,
            operator: None,
            treatment: None,
            foreign: Vec::new().into(),
            taken_off_mg: None,
            losses: Vec::new().into(),
            left_mg: mg(left),
            recut: None,
            form: None,
            photos: Vec::new().into(),
        }
        .into()),
        EventType::ItemDestroyed => {
            let (reason, explanation, documents) = (code("broken"), None, papers.into());
            one(ItemDestroyed { at, item: id, reason, explanation, documents }.into())
        }
        EventType::TreatmentDeclared => ["declared_applied", "lab_detected"]
            .map(|finding| {
                world.declared(id, vec![lode_tests::world::treatment("impregnate", finding)]).into()
            })
            .into(),
        EventType::CertificateLinked => {
            let number = nonce.to_string().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
            let number = number.to_uppercase();
            ["GTC", "XYZ"].map(|issuer| world.certificate(id, issuer, &number).into()).into()
        }
        EventType::DocumentAttached => {
            let (item, work, consignment, note) = (Some(id), None, None, None);
            one(DocumentAttached { at, item, work, consignment, documents: papers.into(), note }.into())
        }
        EventType::OriginAsserted => {
            let countries = item.claims.origins.iter().map(|origin| origin.country).collect::<Vec<_>>();
            let documents = papers.into();
            one(OriginAsserted { at, item: id, countries: countries.into(), subdivision: None, documents }
                .into())
        }
        EventType::InspectionRecorded => {
            let (grade, species, variety, nature) = (None, None, None, None);
            let documents = papers.into();
            one(InspectionRecorded { at, item: id, grade, species, variety, nature, documents, note: None }
                .into())
        }
        EventType::StockCounted => {
            let line = CountLine { item: id, found_mg: mg(left), count, resolution_mg: mg(1) };
            let (custodian, lines) = (item.custodian, vec![line].into());
            let documents = Vec::new().into();
            one(StockCounted { at, nonce, custodian, facility: None, lines, documents }.into())
        }
        EventType::HoldPlaced => ["investigation", "lab", "pledge"]
            .map(|reason| {
                let mut body = world.held(who, &[id], reason).0;
                body.creditor = (reason == "pledge").then(|| world.id(other));
                body.into()
            })
            .into(),
        EventType::HoldReleased => {
            marks.holds.iter().map(|hold| HoldReleased { at, hold: *hold, text: None }.into()).collect()
        }
        EventType::DisputeOpened => one(world.disputed(who, "mass", &[id]).0.into()),
        EventType::DisputeAnswered => disputes
            .iter()
            .map(|dispute| {
                let (text, documents) = (Sealable::Clear(text("no")), Vec::new().into());
                DisputeAnswered { at, dispute: *dispute, text, documents }.into()
            })
            .collect(),
        EventType::DisputeResolved => disputes
            .iter()
            .flat_map(|dispute| {
                ["withdrawn", "rejected"].map(|outcome| {
                    let (text, documents) = (text("so be it"), Vec::new().into());
                    DisputeResolved { at, dispute: *dispute, outcome: code(outcome), text, documents }.into()
                })
            })
            .collect(),
        EventType::RecallIssued => one(world.recalled(who, &[id]).0.into()),
        EventType::RecallLifted => marks
            .recalls
            .iter()
            .map(|recall| {
                let (text, documents) = (text("a second look"), Vec::new().into());
                RecallLifted { at, recall: *recall, text, documents }.into()
            })
            .collect(),
        _ => market_probes(world, who, other, id, &item, event, nonce),
    }
}

fn market_probes(
    world: &mut World,
    who: Who,
    other: Who,
    id: ItemId,
    item: &Item,
    event: EventType,
    nonce: Nonce,
) -> Vec<Event> {
    let (at, until, market) = (world.now, day(world), item.market().into_owned());
    let (items, boxed) = (vec![id], whole_box(world, id, item));
    let one = |event: Event| vec![event];
    let offer = item.offer;
    match event {
        EventType::CustodyOffered => one(world.offer(who, other, &boxed).0.into()),
        EventType::CustodyAccepted => offer
            .iter()
            .map(|offer| {
                let line = |line: &lode_ledger::record::OfferedItem| AcceptLine {
                    item: line.item,
                    measured_mg: line.mass,
                    resolution_mg: mg(1),
                };
                let lines: Vec<_> = offer_of(world, *offer).items.iter().map(line).collect();
                CustodyAccepted { at, offer: *offer, lines: lines.into(), condition: None }.into()
            })
            .collect(),
        EventType::CustodyRejected => offer
            .iter()
            .map(|offer| CustodyRejected { at, offer: *offer, reason: text("not ordered") }.into())
            .collect(),
        EventType::CustodyCancelled => {
            offer.iter().map(|offer| CustodyCancelled { at, offer: *offer }.into()).collect()
        }
        EventType::CustodyAssigned => {
            let (reason, document) = (code("insolvency"), document("court_order", "order"));
            let (works, to, ownership) = (Vec::new().into(), world.id(other), None);
            one(CustodyAssigned { at, items: items.into(), works, to, reason, document, ownership }.into())
        }
        EventType::ItemConsigned => {
            let sellers =
                [other, Who::Seller, Who::Studio, Who::ImporterA].into_iter().filter(|seller| *seller != who);
            let mut probes: Vec<Event> = sellers
                .map(|seller| {
                    let seller = world.id(seller);
                    ItemConsigned { at, items: items.clone().into(), seller, until }.into()
                })
                .collect();
            probes.extend(market.consigned.iter().map(|given| {
                let (items, seller) = (items.clone().into(), given.seller);
                ItemConsigned { at, items, seller, until: Timestamp::from_unix(0) }.into()
            }));
            probes
        }
        EventType::OwnershipTransferred => {
            let (to, expires) = (Some(world.id(other)), Some(until));
            let offered = OwnershipTransferred {
                at,
                nonce: Some(nonce),
                to,
                items: items.into(),
                expires,
                offer: None,
            };
            let (nonce, to, expires) = (None, None, None);
            let taken = |offer: OfferId| {
                let (items, offer) = (Vec::new().into(), Some(offer));
                OwnershipTransferred { at, nonce, to, items, expires, offer }.into()
            };
            std::iter::once(offered.into()).chain(offer.map(taken)).collect()
        }
        EventType::ItemLost => {
            one(ItemLost { at, items: items.into(), how: Loss::Stolen, report: None }.into())
        }
        EventType::ItemRecovered => one(ItemRecovered { at, items: items.into(), note: None }.into()),
        EventType::ItemsPacked => one(ItemsPacked { at, nonce, items: items.into(), seal: None }.into()),
        EventType::ItemsUnpacked => {
            market.pack.iter().map(|pack| ItemsUnpacked { at, pack: *pack }.into()).collect()
        }
        EventType::TagBound => one(world.tag(id, &nonce.to_string()).into()),
        EventType::TagReplaced => {
            let (tag, reason) = (nonce.to_string(), text("torn"));
            let (new, claim_key) = (tag_code(&tag), claim_key(&tag).public());
            let replaced = |old| TagReplaced { at, item: id, old, code: new, claim_key, reason }.into();
            item.tag.map(replaced).into_iter().collect()
        }
        EventType::ListingOpened => {
            let (channel, session, slot, title, language) = (code("live_stream"), None, None, None, None);
            let items = items.into();
            one(ListingOpened { at, nonce, items, channel, session, slot, title, language }.into())
        }
        EventType::ListingClosed => {
            let close = |listing: &ListingId| ListingClosed { at, listing: *listing, reason: None }.into();
            market.listings.iter().map(close).collect()
        }
        EventType::ItemReserved => {
            one(ItemReserved { at, item: id, listing: None, until, buyer: None }.into())
        }
        EventType::SaleRecorded => one(world.sale(who, &boxed).0.into()),
        EventType::SaleCancelled => item
            .sale
            .iter()
            .map(|sale| SaleCancelled { at, sale: *sale, reason: text("did not pay") }.into())
            .collect(),
        EventType::PaymentSettled => item
            .sale
            .iter()
            .map(|sale| {
                let (sales, commitment) = (vec![*sale].into(), Hash::of(b"settlement"));
                PaymentSettled { at, nonce, sales, currency: code("USD"), commitment }.into()
            })
            .collect(),
        EventType::ExportPrepared => {
            let origins: Vec<_> = item.claims.origins.iter().map(|origin| origin.country).collect();
            let body = ExportPrepared {
                at,
                nonce,
                items: items.into(),
                destination: code("US"),
                hs: code("7116.20"),
                tariff_code: None,
                customs_origin: code("CN"),
                material_origins: origins.into(),
                product_ids: Vec::new().into(),
                regime: code("9610"),
                incoterm: None,
                declaration: None,
                documents: Vec::new().into(),
            };
            one(body.into())
        }
        EventType::ShipmentDispatched => {
            let (items, carrier, tracking, destination, export) = (boxed.into(), None, None, None, None);
            one(ShipmentDispatched { at, nonce, items, carrier, tracking, destination, export }.into())
        }
        EventType::ShipmentDelivered => market
            .shipment
            .iter()
            .map(|shipment| ShipmentDelivered { at, shipment: *shipment, proof: None }.into())
            .collect(),
        EventType::ItemReturned => ["change_of_mind", "repair"]
            .map(|reason| ItemReturned { at, item: id, reason: code(reason), condition: None }.into())
            .into(),
        other => panic!("{} is not tried: give it a probe, or say why it is not asked", other.spec().name),
    }
}

fn items(world: &World) -> Vec<ItemId> {
    let mut found: Vec<ItemId> = world
        .replay
        .view()
        .iter()
        .filter_map(|(key, record)| match (key, &**record) {
            (RecordKey::Item(id), Record::Item(_)) => Some(*id),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found
}

/// Whether the event types of the table are about an item at all, by their fields or by what the item's record names.
fn is_tried(event: EventType) -> bool {
    let spec = event.spec();
    let of_item = |rule: &lode_ledger::violation::Rule| {
        ["C1", "C2", "C3", "C4", "C5", "L5", "U3"].contains(&rule.code())
    };
    spec.rules.iter().any(of_item) && !NOT_ASKED.contains(&event)
}

/// What came of all probes.
#[derive(Default)]
struct Tried {
    possible: BTreeSet<&'static str>,
    accepted: BTreeSet<&'static str>,
    stopped: BTreeSet<&'static str>,
}

impl Tried {
    fn all(&mut self, world: &mut World) {
        let everybody: Vec<Who> = std::iter::once(Who::Registrar).chain(Who::ENROLLED).collect();
        for id in items(world) {
            for who in &everybody {
                self.one(world, *who, id);
            }
        }
    }

    fn one(&mut self, world: &mut World, who: Who, id: ItemId) {
        let list = may(world.replay.view(), &id, &world.id(who));
        for event in EventType::ALL.iter().copied().filter(|event| is_tried(*event)) {
            let name = event.spec().name;
            let said = list.iter().find(|may| may.event == event).map(|may| may.stopped.clone());
            let verdicts: Vec<Result<(), Violation>> =
                probes(world, who, id, event).iter().map(|probe| verdict(world, who, probe)).collect();
            let state = world.item_record(&id).state;
            match said {
                Some(None) => {
                    self.possible.insert(name);
                    let of_standing = |verdict: &Result<(), Violation>| {
                        verdict.as_ref().is_err_and(|violation| OF_STANDING.contains(&violation.reason))
                    };
                    // Nothing may be there to merge it with.
                    let refused = !verdicts.is_empty() && verdicts.iter().all(of_standing);
                    assert!(!refused, "{who:?} may {name} on {id} ({state:?}), and cannot: {verdicts:?}");
                    if verdicts.iter().any(Result::is_ok) {
                        self.accepted.insert(name);
                    }
                }
                not => {
                    let done = verdicts.iter().any(Result::is_ok);
                    assert!(!done, "{who:?} may not {name} on {id} ({state:?}; {not:?}), and did");
                    self.stopped
                        .extend(not.map(|stopped| stopped.map_or("", |stopped| stopped.reason.code())));
                }
            }
        }
        for may in list {
            assert!(is_tried(may.event), "{} is in the list and was not tried", may.event.spec().name);
        }
    }
}

fn verdict(world: &World, who: Who, event: &Event) -> Result<(), Violation> {
    let statement = world.author(who).sign(std::slice::from_ref(event)).unwrap();
    let verified = world.replay.check(statement.into_bytes()).unwrap();
    apply(world.replay.view(), LogIndex(world.replay.size()), &verified).map(drop)
}

/// A piece of the studio's.
fn piece(world: &mut World) -> ItemId {
    let (body, lot) = world.lot(Who::Studio, "opening_stock", "CN", KG);
    world.must(Who::Studio, body);
    let (body, work) = world.work(Who::Studio, "carve", vec![input(lot, KG)]);
    world.must(Who::Studio, body);
    let outputs = vec![output(OutputKind::Piece, KG / 2, None, "carving")];
    let (body, made) = world.yielded(Who::Studio, work, outputs);
    world.must(Who::Studio, body);
    made[0]
}

/// The story's goods, and some in each of the states that it leaves again.
fn busy() -> World {
    let mut world = World::traded();
    let (at, until, seller) = (world.now, day(&world), world.id(Who::Seller));
    let lost = piece(&mut world);
    let how = Loss::Lost;
    world.must(Who::Studio, ItemLost { at, items: vec![lost].into(), how, report: None });
    let packed = [piece(&mut world), piece(&mut world)];
    let nonce = world.nonce();
    world.must(Who::Studio, ItemsPacked { at, nonce, items: packed.to_vec().into(), seal: None });
    let listed = piece(&mut world);
    world.must(Who::Studio, ItemConsigned { at, items: vec![listed].into(), seller, until });
    let nonce = world.nonce();
    let (channel, session, slot, title, language) = (code("live_stream"), None, None, None, None);
    let items = vec![listed].into();
    world.must(Who::Seller, ListingOpened { at, nonce, items, channel, session, slot, title, language });
    world.must(Who::Seller, ItemReserved { at, item: listed, listing: None, until, buyer: None });
    let titled = piece(&mut world);
    let (to, items) = (Some(world.id(Who::ImporterB)), vec![titled].into());
    let nonce = Some(world.nonce());
    let expires = Some(until);
    world.must(Who::Studio, OwnershipTransferred { at, nonce, to, items, expires, offer: None });
    for (arrives, comes_back) in [(false, false), (true, false), (true, true)] {
        let sent = piece(&mut world);
        let (body, _) = world.sale(Who::Studio, &[sent]);
        world.must(Who::Studio, body);
        let nonce = world.nonce();
        let (items, carrier, tracking, destination, export) = (vec![sent].into(), None, None, None, None);
        world.must(
            Who::Studio,
            ShipmentDispatched { at, nonce, items, carrier, tracking, destination, export },
        );
        let shipment =
            lode_ledger::id::ShipmentId::derive(ORIGIN, &world.id(Who::Studio).to_string(), &nonce, 0);
        if arrives {
            world.must(Who::Studio, ShipmentDelivered { at, shipment, proof: None });
        }
        if comes_back {
            let reason = code("repair");
            world.must(Who::Studio, ItemReturned { at, item: sent, reason, condition: None });
        }
    }
    let recalled = piece(&mut world);
    let (mut body, _) = world.recalled(Who::Registrar, &[recalled]);
    body.back_to = Some(world.id(Who::ImporterA));
    world.must(Who::Registrar, body);
    let disputed = piece(&mut world);
    let (body, _) = world.disputed(Who::Registrar, "mass", &[disputed]);
    world.must(Who::Registrar, body);
    world
}

#[test]
fn the_list_says_what_the_rules_say() {
    let mut tried = Tried::default();
    let mut world = busy();
    tried.all(&mut world);
    // Roles are no obstacle then: what is left is whose hands, whose goods, which state.
    let (at, everybody) = (world.now, Who::ENROLLED);
    for who in everybody.into_iter().filter(|who| *who != Who::Suspended) {
        for role in Code::<Role>::all().filter(|role| !["registrar", "lab"].contains(&role.as_str())) {
            let granted = RoleGranted { at, participant: world.id(who), role };
            let _ = world.say(Who::Registrar, &[granted.into()]);
        }
    }
    tried.all(&mut world);
    let never: Vec<&str> = EventType::ALL
        .iter()
        .filter(|event| is_tried(**event))
        .map(|event| event.spec().name)
        .filter(|name| !tried.accepted.contains(name))
        .collect();
    assert!(never.is_empty(), "nobody could ever do {never:?}: the probes show nothing of them");
    assert_eq!(tried.possible, tried.accepted);
    for reason in
        ["held", "disputed", "recalled", "missing", "packed", "reserved", "offer-open", "in-transit"]
    {
        assert!(tried.stopped.contains(reason), "nothing was stopped as {reason}: {:?}", tried.stopped);
    }
}

#[test]
fn who_is_suspended_answers_disputes_and_does_nothing_else() {
    let mut world = busy();
    let (at, participant) = (world.now, world.id(Who::Studio));
    let reason = text("a complaint");
    let body = lode_ledger::event::body::ParticipantSuspended { at, participant, reason };
    world.must(Who::Registrar, body);
    let mut answers = 0;
    for id in items(&world) {
        Tried::default().one(&mut world, Who::Studio, id);
        for may in lode_ledger::apply::may(world.replay.view(), &id, &participant) {
            match may.stopped {
                Some(_) => assert_ne!(may.event, EventType::DisputeAnswered),
                None => {
                    assert_eq!(may.event, EventType::DisputeAnswered);
                    answers += 1;
                }
            }
        }
    }
    assert!(answers > 0, "no dispute of its goods is open");
}

#[test]
fn where_the_ledger_ended_nothing_is_possible() {
    let world = World::frozen();
    let mut stopped = 0;
    for id in items(&world) {
        for who in std::iter::once(Who::Registrar).chain(Who::ENROLLED) {
            for may in may(world.replay.view(), &id, &world.id(who)) {
                assert_eq!(may.stopped.map(|stopped| stopped.reason), Some(Reason::LedgerFrozen));
                stopped += 1;
            }
        }
    }
    assert!(stopped > 0);
    assert!(items(&world).iter().any(|id| world.item_record(id).state == ItemState::InStock));
    let nobody = "U-01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    assert!(may(world.replay.view(), &items(&world)[0], &nobody).is_empty());
}
