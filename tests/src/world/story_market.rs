//! The market's part of the story: consigned, listed, kept for a buyer, sold, exported, claimed, passed on, given back;
//! and goods that change owner or hands otherwise, or go missing.

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    ClaimRedeemed, CustodyAssigned, ExportPrepared, ItemConsigned, ItemLost, ItemRecovered, ItemReserved,
    ItemReturned, ItemsPacked, ItemsUnpacked, ListingClosed, ListingOpened, OutputKind, OwnerTransferred,
    OwnershipTransferred, PaymentSettled, ProductId, ShipmentDelivered, ShipmentDispatched,
};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ExportId, ItemId, ListingId, Nonce, OfferId, PackId, ShipmentId};
use lode_ledger::key::prove_possession;
use lode_ledger::record::Loss;
use lode_ledger::replay::Author;
use lode_ledger::sealed::Sealable;
use lode_ledger::statement::Issuer;
use lode_ledger::time::Timestamp;

use super::make::{claim_key, document, input, output, tag_code, text};
use super::{KG, ORIGIN, Who, World, code, secret};

impl World {
    /// What the market does.
    pub(super) fn market(&mut self) {
        let (one, two, rest) = self.market_pieces();
        self.on_the_market(one);
        self.with_its_buyer(one);
        self.other_ways(two, rest);
        self.seal();
    }

    fn issuer(&self, who: Who) -> String {
        self.id(who).to_string()
    }

    fn in_days(&self, days: i64) -> Timestamp {
        Timestamp::from_unix(self.now.unix() + days * 86_400)
    }

    fn market_pieces(&mut self) -> (ItemId, ItemId, ItemId) {
        self.begin("pieces for the market");
        let (body, lot) = self.lot(Who::Studio, "opening_stock", "BR", 10 * KG);
        self.must(Who::Studio, body);
        let (body, work) = self.work(Who::Studio, "carve", vec![input(lot, 4 * KG)]);
        self.must(Who::Studio, body);
        let pieces = vec![
            output(OutputKind::Piece, KG, None, "carving"),
            output(OutputKind::Piece, KG, None, "carving"),
        ];
        let (body, made) = self.yielded(Who::Studio, work, pieces);
        self.must(Who::Studio, body);
        self.items.insert("figure", made[0]);
        self.items.insert("second figure", made[1]);
        self.items.insert("market rest", lot);
        (made[0], made[1], lot)
    }

    fn on_the_market(&mut self, piece: ItemId) {
        self.begin("a piece is consigned, listed and kept for a buyer");
        let body = self.tag(piece, "figure");
        self.must(Who::Studio, body);
        let (at, until, seller) = (self.now, self.in_days(20), self.id(Who::Seller));
        self.must(Who::Studio, ItemConsigned { at, items: vec![piece].into(), seller, until });
        let nonce = self.nonce();
        self.must(
            Who::Studio,
            ItemsPacked { at, nonce, items: vec![piece].into(), seal: Some(Sealable::Clear(text("S-0007"))) },
        );
        let nonce = self.nonce();
        let opened = |nonce: Nonce| ListingOpened {
            at,
            nonce,
            items: vec![piece].into(),
            channel: code("live_stream"),
            session: Some(text("2026-11-02 22:00")),
            slot: Some(7),
            title: Some(text("hand carved figure")),
            language: Some(text("en")),
        };
        self.must(Who::Seller, opened(nonce));
        let listing = ListingId::derive(ORIGIN, &self.issuer(Who::Seller), &nonce, 0);
        let nonce = self.nonce();
        self.must(Who::Studio, opened(nonce));
        let own = ListingId::derive(ORIGIN, &self.issuer(Who::Studio), &nonce, 0);
        self.must(
            Who::Studio,
            ListingClosed { at, listing: own, reason: Some(text("left to the streamer")) },
        );
        let until = self.in_days(1);
        let buyer = Some(Sealable::Clear(text("user 4711")));
        self.must(Who::Seller, ItemReserved { at, item: piece, listing: Some(listing), until, buyer });
        self.begin("the streamer sells it and it is exported");
        let (mut body, sale) = self.sale(Who::Seller, &[piece]);
        body.listing = Some(listing);
        body.destination = Some(code("US"));
        self.must(Who::Seller, body);
        self.sales.insert("figure", sale);
        let nonce = self.nonce();
        let export = ExportPrepared {
            at,
            nonce,
            items: vec![piece].into(),
            destination: code("US"),
            hs: code("7116.20"),
            tariff_code: Some(text("7116.20.4000")),
            customs_origin: code("CN"),
            material_origins: vec![code("BR")].into(),
            product_ids: vec![ProductId { scheme: text("sku"), value: text("FIG-0001") }].into(),
            regime: code("9610"),
            incoterm: Some(code("DAP")),
            declaration: Some(Sealable::Clear(text("230120261234567890"))),
            documents: vec![document("export_declaration", "declaration of the figure")].into(),
        };
        self.must(Who::Seller, export);
        let export = ExportId::derive(ORIGIN, &self.issuer(Who::Seller), &nonce, 0);
        let nonce = self.nonce();
        let dispatched = ShipmentDispatched {
            at,
            nonce,
            items: vec![piece].into(),
            carrier: Some(text("EMS")),
            tracking: Some(Sealable::Clear(text("EA123456789CN"))),
            destination: Some(code("US")),
            export: Some(export),
        };
        self.must(Who::Studio, dispatched);
        let shipment = ShipmentId::derive(ORIGIN, &self.issuer(Who::Studio), &nonce, 0);
        self.seal();
        let at = self.now;
        self.must(Who::Studio, ShipmentDelivered { at, shipment, proof: None });
        let nonce = self.nonce();
        let settled = PaymentSettled {
            at,
            nonce,
            sales: vec![sale].into(),
            currency: code("USD"),
            commitment: Hash::of(b"salted settlement"),
        };
        self.must(Who::Seller, settled);
    }

    /// Signs an event with a buyer's key and takes it in.
    fn buyer(&mut self, key: lode_ledger::key::SecretKey, issuer: Issuer, event: Event) {
        let name = event.event_type().spec().name;
        let statement = Author::new(key, issuer, self.audience()).sign(&[event]).expect("a statement");
        self.submit(statement).unwrap_or_else(|error| panic!("a buyer, {name}: {error}"));
    }

    fn with_its_buyer(&mut self, piece: ItemId) {
        self.begin("the buyer claims it, passes it on, and it comes back");
        let (at, tag) = (self.now, tag_code("figure"));
        let (first, second) = (secret("owner one"), secret("owner two"));
        let claim = ClaimRedeemed {
            at,
            owner_key: first.public(),
            proof: prove_possession(&first, ORIGIN, &tag.to_string()),
            unit: None,
        };
        self.buyer(claim_key("figure"), Issuer::Tag(tag), claim.into());
        let passed = OwnerTransferred {
            at,
            item: piece,
            owner_key: Some(second.public()),
            proof: Some(prove_possession(&second, ORIGIN, &piece.to_string())),
        };
        self.buyer(first.clone(), Issuer::Owner(first.public().thumbprint()), passed.into());
        let back = OwnerTransferred { at, item: piece, owner_key: None, proof: None };
        self.buyer(second.clone(), Issuer::Owner(second.public().thumbprint()), back.into());
        let condition = Some(text("as new"));
        let reason = code("change_of_mind");
        self.must(Who::Seller, ItemReturned { at, item: piece, reason, condition });
    }

    fn other_ways(&mut self, piece: ItemId, rest: ItemId) {
        self.begin("packed and unpacked");
        let at = self.now;
        let nonce = self.nonce();
        let items: Vec<ItemId> = vec![piece, rest];
        self.must(Who::Studio, ItemsPacked { at, nonce, items: items.into(), seal: None });
        let pack = PackId::derive(ORIGIN, &self.issuer(Who::Studio), &nonce, 0);
        self.must(Who::Studio, ItemsUnpacked { at, pack });
        self.begin("ownership passes and the goods stay");
        let nonce = self.nonce();
        let offered = OwnershipTransferred {
            at,
            nonce: Some(nonce),
            to: Some(self.id(Who::ImporterA)),
            items: vec![rest].into(),
            expires: Some(self.in_days(1)),
            offer: None,
        };
        self.must(Who::Studio, offered);
        let offer = OfferId::derive(ORIGIN, &self.issuer(Who::Studio), &nonce, 0);
        let (nonce, to, items, expires) = (None, None, Vec::new().into(), None);
        self.must(Who::ImporterA, OwnershipTransferred { at, nonce, to, items, expires, offer: Some(offer) });
        self.begin("stolen and found again");
        let report = Some(document("police_report", "report of the theft"));
        self.must(Who::Studio, ItemLost { at, items: vec![piece].into(), how: Loss::Stolen, report });
        let note = Some(text("found by the police"));
        self.must(Who::Studio, ItemRecovered { at, items: vec![piece].into(), note });
        self.begin("the registrar puts goods into other hands");
        let assigned = CustodyAssigned {
            at,
            items: vec![rest].into(),
            works: Vec::new().into(),
            to: self.id(Who::ImporterA),
            reason: code("insolvency"),
            document: document("court_order", "order of the court"),
            ownership: None,
        };
        self.must(Who::Registrar, assigned);
    }
}
