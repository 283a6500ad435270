//! A slow, obvious second opinion: what a history adds up to, recomputed from its first fact each time with plain
//! maps and wide integers. It knows no rule and refuses nothing; it only counts.
//!
//! Nothing of the ledger's arithmetic may be called here, or both would share their errors.

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::Event;
use lode_ledger::event::body::{Input, OutputKind, TreatmentStatement};
use lode_ledger::id::{ItemId, ItemKind, Nonce, OfferId, ParticipantId, SaleId, WorkOrderId};
use lode_ledger::record::{Item, MassBalance, Record, RecordKey};
use lode_ledger::vocab::{Code, EvidenceLevel, Finding, Nature};

use crate::world::{ORIGIN, World};

/// Where mass can be.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Node {
    /// In an item.
    Item(ItemId),
    /// In a job.
    Work(WorkOrderId),
}

/// Mass that goes from one place into a new one.
#[derive(Clone, Copy, Debug)]
struct Take {
    from: Node,
    mg: i128,
    count: i128,
}

/// What comes out of something assembled: a component as it was.
#[derive(Clone, Copy, Debug)]
struct Part {
    node: Node,
    component: usize,
    mg: i128,
    count: i128,
}

/// One thing that happened.
#[derive(Clone, Debug)]
enum Fact {
    Enters {
        item: ItemId,
        book: Box<Line>,
    },
    Made {
        node: Node,
        inputs: Vec<Take>,
        mg: i128,
        count: i128,
        by: ParticipantId,
    },
    Assembled {
        node: Node,
        inputs: Vec<Take>,
        mg: i128,
        count: i128,
        by: ParticipantId,
    },
    Joined {
        node: Node,
        mg: i128,
    },
    TakenOff {
        node: Node,
        mg: i128,
    },
    Lost {
        node: Node,
        mg: i128,
        count: i128,
    },
    Gained {
        node: Node,
        mg: i128,
    },
    Weighed {
        item: ItemId,
        mg: i128,
    },
    Said {
        node: Node,
        treatment: String,
        says: Says,
    },
    Countersigned {
        item: ItemId,
    },
    Found {
        item: ItemId,
        treatment: String,
    },
    NeverWas {
        item: ItemId,
    },
    Narrowed {
        item: ItemId,
        countries: BTreeSet<String>,
        place: Option<String>,
        by: ParticipantId,
        documented: bool,
        /// Whether he was a lab or an inspector.
        looks: bool,
    },
    Examined {
        item: ItemId,
        nature: u8,
    },
    Counted {
        item: ItemId,
        left: i128,
    },
    Beside {
        node: Node,
        nature: u8,
    },
    Apart {
        item: ItemId,
        parts: Vec<Part>,
        foreign: i128,
        by: ParticipantId,
    },
    Destroyed {
        item: ItemId,
    },
    Offered {
        offer: OfferId,
        to: ParticipantId,
        ownership: bool,
        works: Vec<WorkOrderId>,
    },
    Handed {
        offer: OfferId,
        items: Vec<(ItemId, i128)>,
    },
    Sold {
        sale: SaleId,
        items: Vec<ItemId>,
    },
    Unsold {
        sale: SaleId,
    },
    Returned {
        item: ItemId,
        by: ParticipantId,
        for_good: bool,
    },
    TitleOffered {
        offer: OfferId,
        to: ParticipantId,
        items: Vec<ItemId>,
    },
    TitleTaken {
        offer: OfferId,
    },
    Assigned {
        things: Vec<Node>,
        to: ParticipantId,
        ownership: bool,
    },
}

/// What is said of a treatment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Says {
    Present,
    Absent,
}

/// What is known of one place.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Line {
    entered: i128,
    gained: i128,
    lost: i128,
    passed_on: i128,
    count_entered: i128,
    count_lost: i128,
    count_passed_on: i128,
    count_gained: i128,
    origins: BTreeSet<String>,
    place: Option<String>,
    evidence: u8,
    ceiling: u8,
    model: u8,
    nature: u8,
    applied: BTreeSet<String>,
    /// What may have been applied beside, of what came out of something assembled.
    perhaps: BTreeSet<String>,
    none: BTreeSet<String>,
    /// How much of what is left is no stone.
    foreign: i128,
    /// What it was assembled as: itself, or what it was taken from.
    assembly: Option<Node>,
    custodian: Option<ParticipantId>,
    owner: Option<ParticipantId>,
}

impl Line {
    const fn left(&self) -> i128 {
        self.entered + self.gained - self.lost - self.passed_on
    }

    /// Takes its share of what is foreign out of it with a mass that leaves it, rounded down.
    fn shed(&mut self, mg: i128) -> i128 {
        let part = (self.foreign * mg / self.left().max(1)).min(self.foreign);
        self.foreign -= part;
        part
    }

    const fn count_left(&self) -> i128 {
        self.count_entered + self.count_gained - self.count_lost - self.count_passed_on
    }
}

/// A whole history, as facts.
#[derive(Clone, Debug, Default)]
pub struct History {
    facts: Vec<Fact>,
    /// Laboratories and inspectors.
    looking: BTreeSet<ParticipantId>,
}

/// What a history adds up to.
#[derive(Clone, Debug, Default)]
pub struct Book {
    lines: BTreeMap<Node, Line>,
    /// What each assembled thing was made of, in order: what was known of it, how much, and how much of that is no stone.
    components: BTreeMap<Node, Vec<(Line, i128, i128)>>,
    from_outside: i128,
    gained: i128,
    lost: i128,
}

impl History {
    /// The history of a world so far.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let mut history = Self::default();
        for entry in &world.entries {
            for event in &entry.events {
                history.add(event, entry.author);
            }
        }
        history
    }

    /// Takes an accepted event in.
    pub fn add(&mut self, event: &Event, author: Option<ParticipantId>) {
        let issuer = author.map(|id| id.to_string()).unwrap_or_default();
        let looks = |role: &str| matches!(role, "lab" | "inspector");
        match event {
            Event::ParticipantEnrolled(body) if body.roles.iter().any(|role| looks(role.as_str())) => {
                self.looking.insert(ParticipantId::derive(ORIGIN, &issuer, &body.nonce, 0));
            }
            Event::RoleGranted(body) if looks(body.role.as_str()) => {
                self.looking.insert(body.participant);
            }
            _ => {}
        }
        let facts = &mut self.facts;
        match (event, author) {
            (Event::LotDeclared(body), Some(by)) => {
                let item = ItemId::derive(ItemKind::Lot, ORIGIN, &issuer, &body.nonce, 0);
                let mut line = Line {
                    entered: i128::from(body.mass.net_mg.get()),
                    origins: body.origins.iter().map(|origin| origin.country.to_string()).collect(),
                    place: match body.origins.0.as_slice() {
                        [origin] => origin.subdivision.as_ref().map(ToString::to_string),
                        _ => None,
                    },
                    evidence: evidence(body.evidence),
                    ceiling: body
                        .entry
                        .attribute("ceiling")
                        .map_or(0, |code| evidence(crate::world::code(code))),
                    model: if body.origins.len() == 1 { 3 } else { 1 },
                    nature: nature(body.nature),
                    custodian: Some(by),
                    owner: body.owner.or(Some(by)),
                    ..Line::default()
                };
                for (treatment, says) in statements(&body.treatments) {
                    say(&mut line, treatment, says);
                }
                facts.push(Fact::Enters { item, book: Box::new(line) });
            }
            (Event::SupplierCountersigned(body), Some(_)) => {
                facts.push(Fact::Countersigned { item: body.item });
            }
            (Event::ConsignmentReceived(body), _) => facts.extend(
                body.lines
                    .iter()
                    .map(|line| Fact::Weighed { item: line.item, mg: i128::from(line.received_mg.get()) }),
            ),
            (Event::LotSplit(body), Some(by)) => {
                for (n, part) in body.parts.iter().enumerate() {
                    let item = made(body.item.kind(), &issuer, &body.nonce, n);
                    let (mg, count) = (i128::from(part.mass_mg.get()), i128::from(part.count.unwrap_or(0)));
                    let inputs = vec![Take { from: Node::Item(body.item), mg, count }];
                    facts.push(Fact::Made { node: Node::Item(item), inputs, mg, count, by });
                }
                let node = Node::Item(body.item);
                facts.extend(body.losses.iter().map(|loss| lost(node, loss)));
            }
            (Event::LotMerged(body), Some(by)) => {
                let node = Node::Item(made(ItemKind::Lot, &issuer, &body.nonce, 0));
                let mg = i128::from(body.mass_mg.get());
                facts.push(Fact::Made { node, inputs: takes(&body.inputs), mg, count: 0, by });
            }
            (Event::LossRecorded(body), _) => facts.push(lost(Node::Item(body.item), &body.loss)),
            (Event::TreatmentDeclared(body), _) => {
                let node = Node::Item(body.item);
                let said = statements(&body.treatments);
                facts.extend(said.map(|(treatment, says)| Fact::Said { node, treatment, says }));
            }
            (Event::CertificateLinked(body), _) => {
                let node = Node::Item(body.item);
                let said = statements(&body.findings).filter(|_| body.sample_count.is_none());
                facts.extend(said.map(|(treatment, says)| Fact::Said { node, treatment, says }));
            }
            (Event::TreatmentApplied(body), _) => {
                let node = body.item.map(Node::Item).or(body.work.map(Node::Work)).expect("one is named");
                facts.push(Fact::Said { node, treatment: body.treatment.to_string(), says: Says::Present });
                if let Some(added) = body.added_mg {
                    facts.push(Fact::Gained { node, mg: i128::from(added.get()) });
                }
            }
            (Event::StepLogged(body), _) => {
                let node = body.item.map(Node::Item).or(body.work.map(Node::Work)).expect("one is named");
                if let Some(treatment) = body.step.attribute("treatment") {
                    facts.push(Fact::Said { node, treatment: treatment.to_owned(), says: Says::Present });
                }
            }
            (Event::WorkStarted(body), Some(by)) => {
                let inputs = takes(&body.inputs);
                let mg = inputs.iter().map(|take| take.mg).sum();
                let node = Node::Work(WorkOrderId::derive(ORIGIN, &issuer, &body.nonce, 0));
                facts.push(Fact::Made { node, inputs, mg, count: 0, by });
            }
            (Event::WorkCompleted(body), Some(by)) => {
                let work = Node::Work(body.work);
                let gained = |gain: &lode_ledger::event::body::Gain| i128::from(gain.mass_mg.get());
                facts.extend(body.gains.iter().map(|gain| Fact::Gained { node: work, mg: gained(gain) }));
                for (n, output) in body.outputs.iter().enumerate() {
                    let node = Node::Item(made(kind_of(output.kind), &issuer, &body.nonce, n));
                    let mg = i128::from(output.mass_mg.get());
                    let count = i128::from(output.count.unwrap_or(0));
                    let inputs = vec![Take { from: work, mg, count: 0 }];
                    facts.push(Fact::Made { node, inputs, mg, count, by });
                }
                facts.extend(body.losses.iter().map(|loss| lost(work, loss)));
            }
            (Event::CustodyOffered(body), Some(_)) => {
                let offer = OfferId::derive(ORIGIN, &issuer, &body.nonce, 0);
                let ownership = body.ownership == Some(true);
                facts.push(Fact::Offered { offer, to: body.to, ownership, works: body.works.0.clone() });
            }
            (Event::CustodyAccepted(body), _) => {
                let items =
                    body.lines.iter().map(|line| (line.item, i128::from(line.measured_mg.get()))).collect();
                facts.push(Fact::Handed { offer: body.offer, items });
            }
            (Event::MassAdjusted(body), _) => {
                facts.push(Fact::Weighed { item: body.item, mg: i128::from(body.left_mg.get()) });
                let left = body.left_count.map(i128::from);
                facts.extend(left.map(|left| Fact::Counted { item: body.item, left }));
            }
            (Event::PiecesSerialised(body), Some(by)) => {
                for (n, piece) in body.pieces.iter().enumerate() {
                    let node = Node::Item(made(ItemKind::Piece, &issuer, &body.nonce, n));
                    let mg = i128::from(piece.mass_mg.get());
                    let inputs = vec![Take { from: Node::Item(body.item), mg, count: 1 }];
                    facts.push(Fact::Made { node, inputs, mg, count: 0, by });
                }
                let node = Node::Item(body.item);
                facts.extend(body.losses.iter().map(|loss| lost(node, loss)));
            }
            (Event::ItemAssembled(body), Some(by)) => {
                let node = Node::Item(made(kind_of(body.kind), &issuer, &body.nonce, 0));
                let foreign: i128 =
                    body.foreign.iter().map(|foreign| i128::from(foreign.mass_mg.get())).sum();
                let mg = i128::from(body.mass_mg.get()) - foreign;
                let count = i128::from(body.count.unwrap_or(0));
                facts.push(Fact::Assembled { node, inputs: takes(&body.components), mg, count, by });
                joined(facts, node, &body.foreign);
            }
            (Event::ItemDisassembled(body), Some(by)) => {
                let part = |(n, part): (usize, &lode_ledger::event::body::DisassembledPart)| Part {
                    node: Node::Item(made(kind_of(part.kind), &issuer, &body.nonce, n)),
                    component: usize::try_from(part.component).expect("a small number"),
                    mg: i128::from(part.mass_mg.get()),
                    count: i128::from(part.count.unwrap_or(0)),
                };
                let parts = body.parts.iter().enumerate().map(part).collect();
                let foreign = body.foreign_mg.map_or(0, |foreign| i128::from(foreign.get()));
                let node = Node::Item(body.item);
                facts.extend(body.losses.iter().map(|loss| lost(node, loss)));
                facts.push(Fact::Apart { item: body.item, parts, foreign, by });
            }
            (Event::ItemRepaired(body), _) => {
                let node = Node::Item(body.item);
                let off = body.taken_off_mg.map(|off| i128::from(off.get()));
                facts.extend(off.map(|mg| Fact::TakenOff { node, mg }));
                facts.extend(body.losses.iter().map(|loss| lost(node, loss)));
                joined(facts, node, &body.foreign);
                let by_step = body.step.attribute("treatment").map(str::to_owned);
                for treatment in by_step.into_iter().chain(body.treatment.map(|code| code.to_string())) {
                    facts.push(Fact::Said { node, treatment, says: Says::Present });
                }
            }
            (Event::ItemDestroyed(body), _) => facts.push(Fact::Destroyed { item: body.item }),
            (Event::SaleRecorded(body), Some(_)) => {
                let sale = SaleId::derive(ORIGIN, &issuer, &body.nonce, 0);
                facts.push(Fact::Sold { sale, items: body.items.0.clone() });
            }
            (Event::EventCorrected(body), _) => {
                let treatment = body.field.as_str().strip_prefix("treatments.");
                if let (Some(item), Some(treatment), Some(_)) = (body.item, treatment, &body.new) {
                    facts.push(Fact::Found { item, treatment: treatment.to_owned() });
                }
            }
            (Event::EventVoided(body), _) => {
                facts.extend(body.item.map(|item| Fact::NeverWas { item }));
            }
            (Event::OriginAsserted(body), Some(by)) => facts.push(Fact::Narrowed {
                item: body.item,
                countries: body.countries.iter().map(ToString::to_string).collect(),
                place: body.subdivision.as_ref().map(ToString::to_string),
                by,
                documented: !body.documents.is_empty(),
                looks: self.looking.contains(&by),
            }),
            (Event::InspectionRecorded(body), _) => {
                let nature = body.nature.map(nature);
                facts.extend(nature.map(|nature| Fact::Examined { item: body.item, nature }));
            }
            (Event::SaleCancelled(body), _) => facts.push(Fact::Unsold { sale: body.sale }),
            (Event::OwnershipTransferred(body), Some(_)) => match (&body.nonce, body.to, body.offer) {
                (Some(nonce), Some(to), _) => {
                    let offer = OfferId::derive(ORIGIN, &issuer, nonce, 0);
                    facts.push(Fact::TitleOffered { offer, to, items: body.items.0.clone() });
                }
                (_, _, Some(offer)) => facts.push(Fact::TitleTaken { offer }),
                _ => {}
            },
            (Event::CustodyAssigned(body), _) => {
                let ownership = body.ownership == Some(true);
                let items = body.items.iter().copied().map(Node::Item);
                let things = items.chain(body.works.iter().copied().map(Node::Work)).collect();
                facts.push(Fact::Assigned { things, to: body.to, ownership });
            }
            (Event::ItemReturned(body), Some(by)) => {
                let for_good = body.reason.as_str() != "repair";
                facts.push(Fact::Returned { item: body.item, by, for_good });
            }
            _ => {}
        }
    }

    /// Recomputes everything from the first fact on.
    #[must_use]
    pub fn book(&self) -> Book {
        let mut book = Book::default();
        let mut offers = BTreeMap::new();
        let mut sales: BTreeMap<SaleId, Vec<ItemId>> = BTreeMap::new();
        let mut sold_by: BTreeMap<ItemId, Option<ParticipantId>> = BTreeMap::new();
        let mut titles = BTreeMap::new();
        for fact in &self.facts {
            match fact {
                Fact::Enters { item, book: line } => {
                    let mut line = (**line).clone();
                    if self.never_was(*item) {
                        line.entered = 0;
                    }
                    book.from_outside += line.entered;
                    self.found_on(*item, &mut line);
                    book.lines.insert(Node::Item(*item), line);
                }
                Fact::Made { node, inputs, mg, count, by } => {
                    book.make(*node, inputs, *mg, *count, *by);
                    if let Node::Item(item) = node {
                        self.found_on(*item, book.line(*node));
                    }
                }
                Fact::Assembled { node, inputs, mg, count, by } => {
                    book.assemble(*node, inputs, *mg, *count, *by);
                }
                Fact::TakenOff { node, mg } => {
                    book.lost += mg;
                    let line = book.line(*node);
                    line.lost += mg;
                    line.foreign -= mg;
                }
                Fact::Joined { node, mg } => {
                    book.gained += mg;
                    let line = book.line(*node);
                    line.gained += mg;
                    line.foreign += mg;
                }
                Fact::Found { .. } | Fact::NeverWas { .. } => {}
                Fact::Lost { node, mg, count } => {
                    book.lost += mg;
                    let line = book.line(*node);
                    line.shed(*mg);
                    line.lost += mg;
                    line.count_lost += count;
                }
                Fact::Gained { node, mg } => {
                    book.gained += mg;
                    book.line(*node).gained += mg;
                }
                Fact::Weighed { item, mg } => book.weigh(*item, *mg),
                Fact::Said { node, treatment, says } => say(book.line(*node), treatment.clone(), *says),
                Fact::Countersigned { item } => {
                    let line = book.line(Node::Item(*item));
                    line.evidence = line.evidence.max(line.ceiling.min(2));
                }
                Fact::Narrowed { item, countries, place, by, documented, looks } => {
                    let line = book.line(Node::Item(*item));
                    // Whoever has the goods speaks for himself, but for a lab or an inspector who has those of another;
                    // nobody else is heard.
                    let holder = line.custodian == Some(*by) && !(*looks && line.owner != Some(*by));
                    let level = if holder { u8::from(*documented).min(line.ceiling) } else { 3 };
                    if countries.is_subset(&line.origins) {
                        let placed = place.is_some() && *place != line.place;
                        let says_more = placed || countries.len() < line.origins.len();
                        line.evidence = if says_more { level } else { line.evidence.max(level) };
                        line.place = place.clone().or_else(|| line.place.take());
                        line.origins.clone_from(countries);
                    }
                }
                Fact::Examined { item, nature } => {
                    let line = book.line(Node::Item(*item));
                    line.nature = if line.nature == 1 { *nature } else { line.nature.max(*nature) };
                }
                Fact::Counted { item, left } => {
                    let line = book.line(Node::Item(*item));
                    let more = left - line.count_left();
                    line.count_gained += more.max(0);
                    line.count_lost += (-more).max(0);
                }
                Fact::Beside { node, nature } => {
                    let line = book.line(*node);
                    line.nature = line.nature.max(*nature);
                }
                Fact::Apart { item, parts, foreign, by } => book.apart(*item, parts, *foreign, *by),
                Fact::Destroyed { item } => {
                    let line = book.line(Node::Item(*item));
                    let left = line.left();
                    line.lost += left;
                    line.count_lost += line.count_left();
                    line.foreign = 0;
                    book.lost += left;
                }
                Fact::Offered { offer, to, ownership, works } => {
                    offers.insert(*offer, (*to, *ownership, works.clone()));
                }
                Fact::Handed { offer, items } => {
                    let (to, ownership, works) = offers[offer].clone();
                    for work in works {
                        let line = book.line(Node::Work(work));
                        line.custodian = Some(to);
                        if ownership {
                            line.owner = Some(to);
                        }
                    }
                    for (item, mg) in items {
                        book.weigh(*item, *mg);
                        let line = book.line(Node::Item(*item));
                        line.custodian = Some(to);
                        if ownership {
                            line.owner = Some(to);
                        }
                    }
                }
                Fact::Sold { sale, items } => {
                    // A seller may sell what is another's; what comes back is that other's again.
                    for item in items {
                        sold_by.insert(*item, book.line(Node::Item(*item)).owner.take());
                    }
                    sales.insert(*sale, items.clone());
                }
                Fact::Unsold { sale } => {
                    for item in &sales[sale] {
                        book.line(Node::Item(*item)).owner = sold_by[item];
                    }
                }
                Fact::Returned { item, by, for_good } => {
                    let line = book.line(Node::Item(*item));
                    line.custodian = Some(*by);
                    if *for_good {
                        line.owner = sold_by[item];
                    }
                }
                Fact::TitleOffered { offer, to, items } => drop(titles.insert(*offer, (*to, items.clone()))),
                Fact::TitleTaken { offer } => {
                    let (to, items) = &titles[offer];
                    items.iter().for_each(|item| book.line(Node::Item(*item)).owner = Some(*to));
                }
                Fact::Assigned { things, to, ownership } => {
                    for thing in things {
                        let line = book.line(*thing);
                        line.custodian = Some(*to);
                        if *ownership {
                            line.owner = Some(*to);
                        }
                    }
                }
            }
        }
        book
    }

    /// What was found out later was so from the beginning.
    fn found_on(&self, item: ItemId, line: &mut Line) {
        for fact in &self.facts {
            if let Fact::Found { item: of, treatment } = fact
                && *of == item
            {
                say(line, treatment.clone(), Says::Present);
            }
        }
    }

    /// Whether a declared lot turned out not to exist.
    fn never_was(&self, item: ItemId) -> bool {
        self.facts.iter().any(|fact| matches!(fact, Fact::NeverWas { item: of } if *of == item))
    }
}

impl Book {
    fn line(&mut self, node: Node) -> &mut Line {
        self.lines.get_mut(&node).unwrap_or_else(|| panic!("{node:?} was never made"))
    }

    fn weigh(&mut self, item: ItemId, mg: i128) {
        let line = self.line(Node::Item(item));
        let difference = mg - line.left();
        if difference > 0 {
            line.gained += difference;
            self.gained += difference;
        } else {
            line.shed(-difference);
            line.lost -= difference;
            self.lost -= difference;
        }
    }

    fn make(&mut self, node: Node, inputs: &[Take], mg: i128, count: i128, by: ParticipantId) {
        let mut parents = Vec::new();
        let mut foreign = 0;
        for take in inputs {
            let line = self.line(take.from);
            foreign += line.shed(take.mg);
            line.passed_on += take.mg;
            line.count_passed_on += take.count;
            parents.push(line.clone());
        }
        // What did not come out of a merge was lost between.
        self.lost += inputs.iter().map(|take| take.mg).sum::<i128>() - mg;
        let first = parents.first().expect("nothing is made of nothing").clone();
        let mut line = Line {
            entered: mg - foreign,
            gained: foreign,
            foreign,
            assembly: first.assembly.filter(|_| inputs.len() == 1),
            count_entered: count,
            custodian: Some(by),
            owner: first.owner,
            origins: BTreeSet::new(),
            none: first.none.clone(),
            evidence: u8::MAX,
            ceiling: u8::MAX,
            model: u8::MAX,
            ..Line::default()
        };
        for parent in &parents {
            line.origins.extend(parent.origins.iter().cloned());
            line.applied.extend(parent.applied.iter().cloned());
            line.perhaps.extend(parent.perhaps.iter().cloned());
            line.none.retain(|treatment| parent.none.contains(treatment));
            line.evidence = line.evidence.min(parent.evidence);
            line.ceiling = line.ceiling.min(parent.ceiling);
            line.model = line.model.min(parent.model);
            line.nature = line.nature.max(parent.nature);
        }
        if line.origins.len() == 1 && parents.iter().all(|parent| parent.place == first.place) {
            line.place.clone_from(&first.place);
        }
        if parents.len() > 1 {
            line.model = line.model.min(if line.origins.len() > 1 { 1 } else { 2 });
        }
        self.lines.insert(node, line);
    }

    fn assemble(&mut self, node: Node, inputs: &[Take], mg: i128, count: i128, by: ParticipantId) {
        let mut components = Vec::new();
        for take in inputs {
            let line = self.line(take.from).clone();
            let foreign = line.clone().shed(take.mg);
            components.push((line, take.mg, foreign));
        }
        self.make(node, inputs, mg, count, by);
        self.line(node).assembly = Some(node);
        self.components.insert(node, components);
    }

    fn apart(&mut self, item: ItemId, parts: &[Part], foreign: i128, by: ParticipantId) {
        self.lost += foreign;
        let whole = self.line(Node::Item(item));
        whole.lost += foreign;
        whole.passed_on += parts.iter().map(|part| part.mg).sum::<i128>();
        whole.count_passed_on += whole.count_left();
        whole.foreign = 0;
        let whole = whole.clone();
        let components = self.components[&whole.assembly.expect("something assembled")].clone();
        let known: BTreeSet<&String> =
            components.iter().flat_map(|(line, ..)| line.applied.union(&line.perhaps)).collect();
        let countries: BTreeSet<&String> = components.iter().flat_map(|(line, ..)| &line.origins).collect();
        for part in parts {
            let (was, mass, foreign) = &components[part.component];
            let foreign = foreign * part.mg / mass;
            let mut line = Line {
                entered: part.mg - foreign,
                gained: foreign,
                foreign,
                lost: 0,
                passed_on: 0,
                count_entered: part.count,
                count_lost: 0,
                count_passed_on: 0,
                count_gained: 0,
                custodian: Some(by),
                owner: whole.owner,
                ..was.clone()
            };
            // What was done to the whole was done to its parts; what some of them had before need not be.
            for treatment in whole.applied.union(&whole.perhaps) {
                if whole.applied.contains(treatment) && !known.contains(treatment) {
                    say(&mut line, treatment.clone(), Says::Present);
                } else if !line.applied.contains(treatment) {
                    line.perhaps.insert(treatment.clone());
                }
            }
            let narrowed = whole.origins.len() == 1 && countries.len() > 1 && line.origins.len() > 1;
            if narrowed && whole.origins.is_subset(&line.origins) {
                line.origins.clone_from(&whole.origins);
                line.evidence = whole.evidence;
                line.place.clone_from(&whole.place);
            }
            self.lines.insert(part.node, line);
        }
    }

    /// Compares every item and job of the world's ledger with this book, and the book with itself.
    ///
    /// # Panics
    /// They differ.
    pub fn compare(&self, world: &World) {
        let mut left = 0;
        for (node, line) in &self.lines {
            assert!(line.left() >= 0 && line.count_left() >= 0, "{node:?} has less than nothing: {line:?}");
            left += line.left();
        }
        assert_eq!(self.from_outside + self.gained, self.lost + left, "mass came from nowhere or went there");
        let mut nodes = 0;
        for (key, record) in world.replay.view().iter() {
            match (key, &**record) {
                (RecordKey::Item(id), Record::Item(item)) => {
                    nodes += 1;
                    self.compare_item(*id, item);
                }
                (RecordKey::WorkOrder(id), Record::WorkOrder(work)) => {
                    nodes += 1;
                    let line = &self.lines[&Node::Work(*id)];
                    assert_eq!(masses(&work.mass), line_masses(line), "{id}");
                    assert_eq!(Some(work.studio), line.custodian, "{id}");
                    assert_eq!(work.owner, line.owner, "{id}");
                    compare_claims(&id.to_string(), &work.claims, line);
                }
                _ => {}
            }
        }
        assert_eq!(nodes, self.lines.len(), "the ledger has other items and jobs than the history");
    }

    fn compare_item(&self, id: ItemId, item: &Item) {
        let line = self.lines.get(&Node::Item(id)).unwrap_or_else(|| panic!("{id} was never made"));
        assert_eq!(masses(&item.mass), line_masses(line), "{id}");
        assert_eq!(item.count.is_some(), id.kind() == ItemKind::Batch, "{id}");
        if let Some(count) = item.count {
            let counts = [count.entered, count.lost, count.passed_on, count.left].map(i128::from);
            let expected = [line.count_entered, line.count_lost, line.count_passed_on, line.count_left()];
            assert_eq!(counts, expected, "{id}");
            assert_eq!(
                count.left == 0,
                item.mass.left.is_zero(),
                "{id}: beads without mass, or mass without beads"
            );
        }
        assert_eq!(Some(item.custodian), line.custodian, "{id}");
        assert_eq!(item.owner, line.owner, "{id}");
        compare_claims(&id.to_string(), &item.claims, line);
    }
}

fn compare_claims(name: &str, claims: &lode_ledger::record::Claims, line: &Line) {
    let origins: BTreeSet<String> = claims.origins.iter().map(|origin| origin.country.to_string()).collect();
    assert_eq!(origins, line.origins, "{name}");
    assert_eq!(claims.origins.len(), line.origins.len(), "{name}: a country twice");
    let shares: u64 = claims.origins.iter().map(|origin| u64::from(origin.share.get())).sum();
    assert_eq!(shares, 1_000_000, "{name}");
    let says = |says: Says| -> BTreeSet<String> {
        let states = claims.treatments.iter().filter(|state| said(state.finding) == Some(says));
        states.map(|state| state.treatment.to_string()).collect()
    };
    let (applied, none) = (says(Says::Present), says(Says::Absent));
    if line.perhaps.is_empty() {
        assert_eq!(applied, line.applied, "{name}: a treatment came or went");
        assert_eq!(none, line.none, "{name}: what is not stated became none");
    } else {
        let most = |list: &BTreeSet<String>| list.union(&line.perhaps).cloned().collect();
        assert!(applied.is_superset(&line.applied), "{name}: a treatment went: {applied:?} {line:?}");
        assert!(applied.is_subset(&most(&line.applied)), "{name}: a treatment came: {applied:?} {line:?}");
        assert!(
            none.is_subset(&most(&line.none)),
            "{name}: what is not stated became none: {none:?} {line:?}"
        );
    }
    assert_eq!(evidence(claims.origin_evidence), line.evidence, "{name}");
    assert_eq!(claims.place, line.place, "{name}");
    assert_eq!(nature(claims.nature), line.nature, "{name}");
    let model = match claims.model.as_str() {
        "identity_preserved" => 3,
        "segregated" => 2,
        "controlled_blending" => 1,
        _ => 0,
    };
    assert_eq!(model, line.model, "{name}");
}

fn say(line: &mut Line, treatment: String, says: Says) {
    match says {
        Says::Present => {
            line.none.remove(&treatment);
            line.applied.insert(treatment);
        }
        Says::Absent if line.applied.contains(&treatment) => {}
        Says::Absent => {
            line.none.insert(treatment);
        }
    }
}

fn said(finding: Code<Finding>) -> Option<Says> {
    match finding.as_str() {
        "declared_applied" | "applied_in_part" | "lab_detected" => Some(Says::Present),
        "declared_none" | "lab_none_detected" => Some(Says::Absent),
        _ => None,
    }
}

fn statements(list: &[TreatmentStatement]) -> impl Iterator<Item = (String, Says)> + '_ {
    list.iter().filter_map(|statement| Some((statement.treatment.to_string(), said(statement.finding)?)))
}

fn evidence(level: Code<EvidenceLevel>) -> u8 {
    match level.as_str() {
        "self_declared" => 0,
        "document" => 1,
        "counter_signed" => 2,
        _ => 3,
    }
}

/// How far from natural: natural, unknown, made by people.
fn nature(nature: Code<Nature>) -> u8 {
    match nature.as_str() {
        "natural" | "natural_glass" => 0,
        "not_stated" => 1,
        _ => 2,
    }
}

fn made(kind: ItemKind, issuer: &str, nonce: &Nonce, output: usize) -> ItemId {
    ItemId::derive(kind, ORIGIN, issuer, nonce, u16::try_from(output).expect("few outputs"))
}

const fn kind_of(kind: OutputKind) -> ItemKind {
    match kind {
        OutputKind::Lot => ItemKind::Lot,
        OutputKind::Batch => ItemKind::Batch,
        OutputKind::Piece => ItemKind::Piece,
    }
}

/// What is joined to a thing and is no stone.
fn joined(facts: &mut Vec<Fact>, node: Node, foreign: &[lode_ledger::event::body::ForeignMass]) {
    for foreign in foreign {
        facts.push(Fact::Joined { node, mg: i128::from(foreign.mass_mg.get()) });
        if let Some(treatment) = foreign.material.attribute("treatment") {
            facts.push(Fact::Said { node, treatment: treatment.to_owned(), says: Says::Present });
        }
        if let Some(code) = foreign.material.attribute("nature") {
            facts.push(Fact::Beside { node, nature: nature(crate::world::code(code)) });
        }
    }
}

fn takes(inputs: &[Input]) -> Vec<Take> {
    let take = |input: &Input| Take {
        from: Node::Item(input.item),
        mg: i128::from(input.mass_mg.get()),
        count: i128::from(input.count.unwrap_or(0)),
    };
    inputs.iter().map(take).collect()
}

fn lost(node: Node, loss: &lode_ledger::event::body::Loss) -> Fact {
    Fact::Lost { node, mg: i128::from(loss.mass_mg.get()), count: i128::from(loss.count.unwrap_or(0)) }
}

fn masses(mass: &MassBalance) -> [i128; 5] {
    [mass.entered, mass.gained, mass.lost, mass.passed_on, mass.left].map(|mass| i128::from(mass.get()))
}

const fn line_masses(line: &Line) -> [i128; 5] {
    [line.entered, line.gained, line.lost, line.passed_on, line.left()]
}
