//! The record repaired: holds, disputes, a recall, what did not occur, a claim that travels forward, a salt that is gone.
//! On lots of its own, so that the rest of the story stays as it is.

use lode_ledger::event::body::{
    AnyValue, DisclosureDestroyed, DisputeAnswered, DisputeOpened, DisputeResolved, EventCorrected,
    EventVoided, HoldPlaced, HoldReleased, LedgerFrozen, RecallIssued, RecallLifted,
};
use lode_ledger::id::{DisputeId, HoldId, ItemId, RecallId};
use lode_ledger::sealed::{Sealable, digest};

use super::make::text;
use super::{KG, ORIGIN, Who, World, code};

impl World {
    /// The story, and the ledger's end after it: nothing but a seal follows.
    #[must_use]
    pub fn frozen() -> Self {
        let mut world = Self::traded();
        world.begin("the ledger ends");
        let at = world.now;
        let successor = Some("ledger.example/lode-2".parse().expect("an origin"));
        let reason = text("the ledger moves to another operator");
        world.must(Who::Registrar, LedgerFrozen { at, successor, reason });
        world.seal();
        world
    }

    pub(super) fn repair(&mut self) {
        self.hold();
        self.dispute();
        self.undo();
        self.seal();
    }

    fn stock(&mut self, who: Who, name: &'static str) -> ItemId {
        let (body, id) = self.lot(who, "opening_stock", "CN", 10 * KG);
        self.must(who, body);
        self.items.insert(name, id);
        id
    }

    /// A hold on items, and its id.
    pub fn held(&mut self, who: Who, items: &[ItemId], reason: &str) -> (HoldPlaced, HoldId) {
        let nonce = self.nonce();
        let body = HoldPlaced {
            at: self.now,
            nonce,
            items: items.to_vec().into(),
            works: Vec::new().into(),
            reason: code(reason),
            creditor: None,
            text: None,
        };
        (body, HoldId::derive(ORIGIN, &self.id(who).to_string(), &nonce, 0))
    }

    /// A dispute over items, and its id.
    pub fn disputed(&mut self, who: Who, kind: &str, items: &[ItemId]) -> (DisputeOpened, DisputeId) {
        let nonce = self.nonce();
        let body = DisputeOpened {
            at: self.now,
            nonce,
            kind: code(kind),
            items: items.to_vec().into(),
            works: Vec::new().into(),
            respondent: None,
            text: Sealable::Clear(text("this is not what was agreed")),
            documents: Vec::new().into(),
        };
        (body, DisputeId::derive(ORIGIN, &self.id(who).to_string(), &nonce, 0))
    }

    /// A recall of items, and its id.
    pub fn recalled(&mut self, who: Who, items: &[ItemId]) -> (RecallIssued, RecallId) {
        let nonce = self.nonce();
        let body = RecallIssued {
            at: self.now,
            nonce,
            items: items.to_vec().into(),
            works: Vec::new().into(),
            reason: code("treatment_found"),
            back_to: None,
            text: text("a laboratory found heat: do not sell as untreated"),
            documents: Vec::new().into(),
        };
        (body, RecallId::derive(ORIGIN, &self.id(who).to_string(), &nonce, 0))
    }

    /// A correction of a field of the event that created an item.
    #[must_use]
    pub fn corrected(
        &self,
        item: ItemId,
        field: &str,
        old: Option<AnyValue>,
        new: Option<AnyValue>,
    ) -> EventCorrected {
        let created = self.item_record(&item).created;
        EventCorrected {
            at: self.now,
            item: Some(item),
            work: None,
            index: created.index,
            event: created.event,
            field: text(field),
            old,
            new,
            counterparty: None,
            contradiction: None,
            reason: text("a clerk was mistaken"),
        }
    }

    fn hold(&mut self) {
        self.begin("goods are held");
        let pledged = self.stock(Who::ImporterA, "pledged");
        let (mut body, hold) = self.held(Who::ImporterA, &[pledged], "pledge");
        body.creditor = Some(self.id(Who::ImporterB));
        self.must(Who::ImporterA, body);
        let at = self.now;
        self.must(Who::ImporterB, HoldReleased { at, hold, text: Some(text("paid")) });
        let held = self.stock(Who::ImporterA, "held");
        let (body, _) = self.held(Who::Registrar, &[held], "investigation");
        self.must(Who::Registrar, body);
        self.begin("goods are recalled");
        let recalled = self.stock(Who::ImporterA, "recalled");
        let (body, _) = self.recalled(Who::ImporterA, &[recalled]);
        self.must(Who::ImporterA, body);
        self.begin("a recall is lifted");
        let tested = self.stock(Who::ImporterA, "tested again");
        let (body, recall) = self.recalled(Who::ImporterA, &[tested]);
        self.must(Who::ImporterA, body);
        let (text, documents) = (text("a second laboratory found nothing"), Vec::new().into());
        self.must(Who::ImporterA, RecallLifted { at: self.now, recall, text, documents });
    }

    fn dispute(&mut self) {
        self.begin("a dispute is opened, answered and resolved");
        let lent = self.stock(Who::ImporterB, "lent");
        let (body, offer) = self.offer(Who::ImporterB, Who::ImporterA, &[lent]);
        self.must(Who::ImporterB, body);
        let body = self.acceptance(offer);
        self.must(Who::ImporterA, body);
        let (mut body, dispute) = self.disputed(Who::ImporterB, "mass", &[lent]);
        body.respondent = Some(self.id(Who::ImporterA));
        self.must(Who::ImporterB, body);
        let at = self.now;
        let answer = Sealable::Clear(text("it was weighed in your presence"));
        self.must(
            Who::ImporterA,
            DisputeAnswered { at, dispute, text: answer, documents: Vec::new().into() },
        );
        let resolved = DisputeResolved {
            at,
            dispute,
            outcome: code("rejected"),
            text: text("the weighing slip bears both names"),
            documents: Vec::new().into(),
        };
        self.must(Who::Registrar, resolved);
        self.begin("a dispute over title stays open");
        let contested = self.stock(Who::ImporterA, "contested");
        let (body, _) = self.disputed(Who::Registrar, "title", &[contested]);
        self.must(Who::Registrar, body);
    }

    fn undo(&mut self) {
        self.begin("what did not occur");
        let mistaken = self.stock(Who::ImporterA, "mistaken");
        let created = self.item_record(&mistaken).created;
        let voided = EventVoided {
            at: self.now,
            index: created.index,
            event: created.event,
            item: Some(mistaken),
            work: None,
            hold: None,
            dispute: None,
            recall: None,
            reason: text("entered twice"),
        };
        self.must(Who::ImporterA, voided);
        self.begin("a claim is corrected and travels forward");
        let lot = self.stock(Who::ImporterA, "found heated");
        let (body, parts) = self.split(Who::ImporterA, lot, &[4 * KG]);
        self.must(Who::ImporterA, body);
        self.items.insert("part found heated", parts[0]);
        let body = self.corrected(lot, "treatments.heat", None, Some(AnyValue("declared_applied".into())));
        self.must(Who::ImporterA, body);
        self.begin("the salt of a sealed field is destroyed");
        let (mut body, id) = self.lot(Who::ImporterA, "opening_stock", "CN", KG);
        let sealed = digest(ORIGIN, "events[0].supplier", &[2; 16], "\"Senhor Silva\"");
        body.supplier = Some(Sealable::Sealed(sealed));
        self.must(Who::ImporterA, body);
        let created = self.item_record(&id).created;
        let destroyed = DisclosureDestroyed {
            at: self.now,
            item: Some(id),
            index: created.index,
            event: created.event,
            field: text("supplier"),
            digest: sealed,
            reason: Some(text("a person asked to be forgotten")),
        };
        self.must(Who::ImporterA, destroyed);
    }
}
