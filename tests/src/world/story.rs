//! What happens in the world, step by step, from the ledger's opening to a sale. Every event type occurs.

use lode_ledger::event::body::{
    CustodyCancelled, CustodyRejected, EventCorrected, KeyAdded, KeyRevoked, OutputKind,
    ParticipantSuspended, RoleGranted, RoleRevoked, SaleCancelled, StepLogged, SupplierCountersigned,
    TagReplaced, TreatmentApplied,
};
use lode_ledger::id::{ItemId, LogIndex};
use lode_ledger::replay::Author;
use lode_ledger::sealed::{Sealable, digest};
use lode_ledger::statement::Issuer;

use super::make::{claim_key, document, input, output, tag_code, text, treatment};
use super::{KG, ORIGIN, Who, World, code, grant, mg, secret, who_name};

impl World {
    /// Entry 0 and nothing else.
    #[must_use]
    pub fn opened() -> Self {
        let mut world = Self::empty();
        world.begin("the ledger is opened");
        let opening = world.opening();
        world.must(Who::Registrar, opening);
        let ledger = match world.replay.view().iter().find_map(|(_, record)| match &**record {
            lode_ledger::record::Record::Ledger(ledger) => Some(ledger.id.clone()),
            _ => None,
        }) {
            Some(id) => id,
            None => panic!("entry 0 opens a ledger"),
        };
        world.author_mut(Who::Registrar).audience.clone_from(&ledger);
        world.seal.audience = ledger;
        world
    }

    /// The policy is in force and everybody is enrolled; one of them was suspended, one key revoked.
    #[must_use]
    pub fn enrolled() -> Self {
        let mut world = Self::opened();
        world.begin("the policy is adopted");
        let policy = world.policy();
        world.must(Who::Registrar, policy);
        world.begin("everybody is enrolled");
        for who in Who::ENROLLED {
            let (body, id) = world.enrolment(who_name(who), who.role());
            world.must(Who::Registrar, body);
            world.enlist(who, id);
        }
        world.begin("one is suspended");
        let suspended = ParticipantSuspended {
            at: world.now,
            participant: world.id(Who::Suspended),
            reason: text("business licence expired"),
        };
        world.must(Who::Registrar, suspended);
        world.begin("roles and keys");
        let (at, studio, importer) = (world.now, world.id(Who::Studio), world.id(Who::ImporterA));
        world.must(Who::Registrar, RoleGranted { at, participant: studio, role: code("trainer") });
        let reason = text("granted by mistake");
        world.must(Who::Registrar, RoleRevoked { at, participant: studio, role: code("trainer"), reason });
        // The warehouse's scanner may offer and nothing else; an old phone was lost.
        let mut scanner = grant(&secret("importer a scanner"), &importer.to_string());
        scanner.scope = vec![text("custody.offered")].into();
        let device = Some(Sealable::Clear(text("scanner at gate 2")));
        world.must(Who::ImporterA, KeyAdded { at, participant: importer, grant: scanner, device });
        let phone = secret("importer a old phone");
        let granted = grant(&phone, &importer.to_string());
        world.must(Who::ImporterA, KeyAdded { at, participant: importer, grant: granted, device: None });
        let revoked = KeyRevoked {
            at,
            participant: importer,
            key: phone.public().thumbprint(),
            suspect_since: None,
            reason: text("phone lost"),
        };
        world.must(Who::ImporterA, revoked);
        world
    }

    /// The whole story.
    #[must_use]
    pub fn traded() -> Self {
        let mut world = Self::enrolled();
        world.declare_lots();
        world.countersign();
        world.receive();
        world.divide_and_blend();
        world.hand_over();
        world.make();
        world.certify_and_tag();
        world.sell();
        world.leave_open();
        world.repair();
        world.vouch();
        world.market();
        world.assemble_and_mend();
        world
    }

    fn keep(&mut self, name: &'static str, item: ItemId) -> ItemId {
        self.items.insert(name, item);
        item
    }

    fn declare_lots(&mut self) {
        self.begin("lots are declared");
        let exporter = self.id(Who::Exporter);
        let (mut body, id) = self.lot(Who::ImporterA, "import", "BR", 400 * KG);
        body.supplier_participant = Some(exporter);
        body.supplier =
            Some(Sealable::Sealed(digest(ORIGIN, "events[0].supplier", &[1; 16], "\"Cristais\"")));
        body.bill_of_lading = Some(Sealable::Clear(text("MAEU 1234567")));
        self.must(Who::ImporterA, body);
        self.keep("brazil", id);
        let (mut body, id) = self.lot(Who::ImporterA, "import", "MG", 100 * KG);
        body.supplier_link = Some(secret("link").public());
        self.must(Who::ImporterA, body);
        self.keep("madagascar", id);
        let (mut body, id) = self.lot(Who::ImporterA, "import", "BR", 400 * KG);
        body.supplier_participant = Some(exporter);
        self.must(Who::ImporterA, body);
        self.keep("not arrived", id);
        let (mut body, id) = self.lot(Who::ImporterA, "opening_stock", "CN", 50 * KG);
        body.treatments =
            vec![treatment("heat", "declared_applied"), treatment("dye", "declared_none")].into();
        self.must(Who::ImporterA, body);
        self.keep("heated stock", id);
        let (mut body, id) = self.lot(Who::ImporterA, "opening_stock", "CN", 20 * KG);
        body.species = code("fluorite");
        body.trade_name = None;
        self.must(Who::ImporterA, body);
        self.keep("fluorite", id);
        let (body, id) = self.lot(Who::ImporterB, "domestic_purchase", "BR", 30 * KG);
        self.must(Who::ImporterB, body);
        self.keep("of b", id);
    }

    fn countersign(&mut self) {
        self.begin("the supplier counter-signs");
        // The exporter's device starts far ahead, so that low numbers are too old for its key.
        self.author_mut(Who::Exporter).seq = 5_000;
        let (at, item) = (self.now, self.item("brazil"));
        let body =
            SupplierCountersigned { at, item, net_mg: mg(400 * KG), country: code("BR"), received_mg: None };
        self.must(Who::Exporter, body);
        let key = secret("link");
        let issuer = Issuer::Link(key.public().thumbprint());
        let mut link = Author::new(key, issuer, self.audience());
        let item = self.item("madagascar");
        let body =
            SupplierCountersigned { at, item, net_mg: mg(100 * KG), country: code("MG"), received_mg: None };
        let statement = link.sign(&[body.into()]).expect("a statement");
        self.submit(statement).expect("the link may counter-sign its lot");
    }

    fn receive(&mut self) {
        self.seal();
        self.begin("the lots arrive");
        let brazil = self.item("brazil");
        let body = self.receipt(brazil, 399 * KG);
        self.must(Who::ImporterA, body);
        let madagascar = self.item("madagascar");
        let body = self.receipt(madagascar, 100 * KG);
        self.must(Who::ImporterA, body);
    }

    fn divide_and_blend(&mut self) {
        self.begin("a lot is divided");
        let brazil = self.item("brazil");
        let (body, parts) = self.split(Who::ImporterA, brazil, &[100 * KG, 70 * KG, 9 * KG]);
        self.must(Who::ImporterA, body);
        self.keep("part", parts[0]);
        self.keep("for the studio", parts[1]);
        self.keep("offered", parts[2]);
        self.begin("lots are poured together");
        let (part, madagascar) = (self.item("part"), self.item("madagascar"));
        let inputs = vec![input(part, 70 * KG), input(madagascar, 30 * KG)];
        let (mut body, id) = self.merge(Who::ImporterA, inputs);
        body.losses = vec![super::loss("waste", KG)].into();
        body.mass_mg = mg(99 * KG);
        self.must(Who::ImporterA, body);
        self.keep("blend", id);
        self.begin("a loss");
        let body = self.lost(madagascar, 2 * KG);
        self.must(Who::ImporterA, body);
        self.begin("treatments are declared");
        let body = self.declared(brazil, vec![treatment("irradiation", "declared_none")]);
        self.must(Who::ImporterA, body);
        self.begin("a correction");
        let index = self.item_record(&brazil).created.index;
        let body = EventCorrected {
            at: self.now,
            item: Some(brazil),
            work: None,
            index: LogIndex(index.0),
            event: 0,
            field: text("trade_name"),
            old: Some(lode_ledger::event::body::AnyValue("clear quartz".into())),
            new: Some(lode_ledger::event::body::AnyValue("rock crystal".into())),
            counterparty: None,
            contradiction: None,
            reason: text("the invoice says rock crystal"),
        };
        self.must(Who::ImporterA, body);
    }

    fn hand_over(&mut self) {
        self.seal();
        self.begin("material is handed to the studio");
        let item = self.item("for the studio");
        let (mut body, offer) = self.offer(Who::ImporterA, Who::Studio, &[item]);
        body.ownership = Some(true);
        self.must(Who::ImporterA, body);
        self.offers.insert("accepted", offer);
        let mut body = self.acceptance(offer);
        // The studio's scale shows 20 g less.
        body.lines.0[0].measured_mg = mg(70 * KG - 20_000);
        self.must(Who::Studio, body);
        self.begin("a lot of B's is kept by A");
        let item = self.item("of b");
        let (body, offer) = self.offer(Who::ImporterB, Who::ImporterA, &[item]);
        self.must(Who::ImporterB, body);
        let body = self.acceptance(offer);
        self.must(Who::ImporterA, body);
    }

    fn make(&mut self) {
        self.begin("the studio works");
        let (at, rough) = (self.now, self.item("for the studio"));
        let (body, work) = self.work(Who::Studio, "grind_bead", vec![input(rough, 10 * KG)]);
        self.must(Who::Studio, body);
        self.works.insert("done", work);
        let logged = StepLogged {
            at,
            work: Some(work),
            item: None,
            step: code("drill"),
            operator: None,
            mass_mg: Some(mg(9 * KG)),
            photos: vec![document("photo", "photo of drilling")].into(),
        };
        self.must(Who::Studio, logged);
        let waxed = TreatmentApplied {
            at,
            item: None,
            work: Some(work),
            treatment: code("wax"),
            parameters: Some(text("beeswax, 60 C")),
            added_mg: Some(mg(5_000)),
            left_mg: Some(mg(10 * KG + 5_000)),
        };
        self.must(Who::Studio, waxed);
        let outputs = vec![
            output(OutputKind::Batch, 2 * KG, Some(108), "bead"),
            output(OutputKind::Piece, 900_000, None, "sphere"),
            output(OutputKind::Piece, 800_000, None, "sphere"),
            output(OutputKind::Piece, 700_000, None, "sphere"),
            output(OutputKind::Lot, KG, None, "chips"),
        ];
        let (body, made) = self.yielded(Who::Studio, work, outputs);
        self.must(Who::Studio, body);
        for (name, item) in
            ["beads", "sphere", "second sphere", "third sphere", "chips"].into_iter().zip(made)
        {
            self.keep(name, item);
        }
        self.begin("a job is begun");
        let (body, work) = self.work(Who::Studio, "carve", vec![input(rough, 5 * KG)]);
        self.must(Who::Studio, body);
        self.works.insert("open", work);
    }

    fn certify_and_tag(&mut self) {
        self.seal();
        self.begin("the lab certifies");
        let (sphere, second) = (self.item("sphere"), self.item("second sphere"));
        let mut body = self.certificate(sphere, "GTC", "2026000001");
        body.findings = vec![treatment("irradiation", "lab_none_detected")].into();
        self.must(Who::Lab, body);
        let body = self.certificate(second, "XYZ", "77");
        self.must(Who::Studio, body);
        self.begin("tags are bound");
        for (item, tag) in [(sphere, "one"), (second, "two")] {
            let body = self.tag(item, tag);
            self.must(Who::Studio, body);
        }
        let body = TagReplaced {
            at: self.now,
            item: second,
            old: tag_code("two"),
            code: tag_code("three"),
            claim_key: claim_key("three").public(),
            reason: text("seal torn"),
        };
        self.must(Who::Studio, body);
    }

    fn sell(&mut self) {
        self.begin("the spheres go to the seller");
        let (sphere, second) = (self.item("sphere"), self.item("second sphere"));
        let (mut body, offer) = self.offer(Who::Studio, Who::Seller, &[sphere, second]);
        body.ownership = Some(true);
        self.must(Who::Studio, body);
        let body = self.acceptance(offer);
        self.must(Who::Seller, body);
        self.begin("one is sold, one sale is cancelled");
        let (body, sale) = self.sale(Who::Seller, &[sphere]);
        self.must(Who::Seller, body);
        self.sales.insert("sold", sale);
        let (body, sale) = self.sale(Who::Seller, &[second]);
        self.must(Who::Seller, body);
        self.sales.insert("cancelled", sale);
        let reason = text("buyer did not pay");
        let at = self.now;
        self.must(Who::Seller, SaleCancelled { at, sale, reason });
    }

    fn leave_open(&mut self) {
        self.begin("offers that came to nothing");
        let (at, blend) = (self.now, self.item("blend"));
        let (body, offer) = self.offer(Who::ImporterA, Who::ImporterB, &[blend]);
        self.must(Who::ImporterA, body);
        self.must(Who::ImporterB, CustodyRejected { at, offer, reason: text("not what was ordered") });
        let (body, offer) = self.offer(Who::ImporterA, Who::Seller, &[blend]);
        self.must(Who::ImporterA, body);
        self.must(Who::ImporterA, CustodyCancelled { at, offer });
        self.offers.insert("cancelled", offer);
        self.begin("an offer is open");
        let offered = self.item("offered");
        let (body, offer) = self.offer(Who::ImporterA, Who::ImporterB, &[offered]);
        self.must(Who::ImporterA, body);
        self.offers.insert("open", offer);
        self.seal();
    }
}
