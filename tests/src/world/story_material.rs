//! What goes on in the workshops after the trade: pieces out of a batch, a bracelet of three materials, its repair and
//! its end, a job that rests and changes hands, a balance set right.

use lode_ledger::event::body::{
    DisassembledPart, ForeignMass, Input, ItemAssembled, ItemDestroyed, ItemDisassembled, ItemRepaired,
    MassAdjusted, OutputKind, PiecesSerialised, SerialPiece, StepLogged, TagBound,
};
use lode_ledger::id::{ItemId, ItemKind, WorkOrderId};
use lode_ledger::tag::units_root;

use super::make::{claim_key, document, output, tag_code, text};
use super::{KG, Who, World, code, mg};

/// A gram in milligrams.
const G: u64 = 1_000;

impl World {
    /// A bracelet of 18 beads, six of each of three batches, on a cord of 2 g.
    pub fn bracelet(&mut self, beads: [ItemId; 3]) -> (ItemAssembled, ItemId) {
        let nonce = self.nonce();
        let component = |item: &ItemId| Input { item: *item, mass_mg: mg(6 * G), count: Some(6) };
        let body = ItemAssembled {
            at: self.now,
            nonce,
            components: beads.iter().map(component).collect::<Vec<_>>().into(),
            foreign: vec![ForeignMass { material: code("cord"), mass_mg: mg(2 * G) }].into(),
            losses: Vec::new().into(),
            kind: OutputKind::Piece,
            mass_mg: mg(20 * G),
            count: None,
            form: code("bracelet"),
            operator: None,
            name: Some(text("Three rivers")),
            grade: None,
            photo: None,
        };
        (body, self.item_id(ItemKind::Piece, Who::Studio, &nonce, 0))
    }

    /// Beads of one country, made by the studio of a lot of its own.
    pub fn beads_of(&mut self, country: &str) -> ItemId {
        let (body, rough) = self.lot(Who::Studio, "opening_stock", country, KG);
        self.must(Who::Studio, body);
        let (body, work) = self.work(Who::Studio, "grind_bead", vec![super::make::input(rough, KG)]);
        self.must(Who::Studio, body);
        let beads = output(OutputKind::Batch, 300 * G, Some(300), "bead");
        let (body, made) = self.yielded(Who::Studio, work, vec![beads]);
        self.must(Who::Studio, body);
        made[0]
    }

    /// Everything of this family of events.
    pub(super) fn assemble_and_mend(&mut self) {
        self.begin("beads of three countries");
        let beads = [self.beads_of("BR"), self.beads_of("MG"), self.beads_of("UY")];
        self.begin("a bracelet is strung, mended and taken apart");
        let (body, bracelet) = self.bracelet(beads);
        self.must(Who::Studio, body);
        self.items.insert("bracelet", bracelet);
        self.mend(bracelet);
        let (body, second) = self.bracelet(beads);
        self.must(Who::Studio, body);
        let nonce = self.nonce();
        let part = |component| DisassembledPart {
            component,
            kind: OutputKind::Batch,
            mass_mg: mg(6 * G),
            count: Some(6),
        };
        let apart = ItemDisassembled {
            at: self.now,
            item: second,
            nonce,
            parts: (0..3).map(part).collect::<Vec<_>>().into(),
            foreign_mg: Some(mg(2 * G)),
            losses: Vec::new().into(),
        };
        self.must(Who::Studio, apart);
        self.serialise(beads[0]);
        self.rest();
    }

    fn mend(&mut self, bracelet: ItemId) {
        let repaired = ItemRepaired {
            at: self.now,
            item: bracelet,
            step: code("string"),
            what: Some(text("new cord")),
            operator: None,
            treatment: None,
            foreign: vec![ForeignMass { material: code("cord"), mass_mg: mg(2 * G) }].into(),
            taken_off_mg: Some(mg(2 * G)),
            losses: Vec::new().into(),
            left_mg: mg(20 * G),
            recut: None,
            form: None,
            photos: Vec::new().into(),
        };
        self.must(Who::Studio, repaired);
    }

    fn serialise(&mut self, beads: ItemId) {
        self.begin("pieces out of a batch, hidden codes for the rest");
        let nonce = self.nonce();
        let left = self.item_record(&beads);
        let (mass, count) = (left.mass.left.get(), left.count.map_or(0, |count| count.left));
        let piece = SerialPiece { mass_mg: mg(G), name: None, grade: None, photo: None };
        let body = PiecesSerialised {
            at: self.now,
            item: beads,
            nonce,
            pieces: vec![piece.clone(), piece].into(),
            losses: Vec::new().into(),
            left_mg: mg(mass - 2 * G),
            left_count: count - 2,
        };
        self.must(Who::Studio, body);
        let first = self.item_id(ItemKind::Piece, Who::Studio, &nonce, 0);
        let destroyed = ItemDestroyed {
            at: self.now,
            item: first,
            reason: code("broken"),
            explanation: Some(text("fell on the floor")),
            documents: Vec::new().into(),
        };
        self.must(Who::Studio, destroyed);
        let keys: Vec<_> = (0..3).map(|n| claim_key(&format!("bead {n}")).public()).collect();
        let bound = TagBound {
            at: self.now,
            item: beads,
            code: tag_code("beads"),
            claim_key: claim_key("beads").public(),
            photo: None,
            units_root: Some(units_root(&keys)),
            units: Some(3),
        };
        self.must(Who::Studio, bound);
        self.begin("a balance is set right");
        let was = mass - 2 * G;
        let adjusted = MassAdjusted {
            at: self.now,
            item: beads,
            was_mg: mg(was),
            left_mg: mg(was + G),
            was_count: Some(count - 2),
            left_count: Some(count - 1),
            reason: code("clerical_error"),
            explanation: Some(text("a bead was left in the tray")),
            documents: vec![document("weight_ticket", "count of the beads")].into(),
        };
        self.must(Who::Studio, adjusted);
    }

    /// The carving rests, goes on, and is handed to another.
    fn rest(&mut self) {
        self.begin("a carving rests and changes hands");
        let (body, rough) = self.lot(Who::Studio, "opening_stock", "BR", KG);
        self.must(Who::Studio, body);
        let (body, work) = self.work(Who::Studio, "carve", vec![super::make::input(rough, KG)]);
        self.must(Who::Studio, body);
        self.works.insert("handed on", work);
        self.step(work, "pause");
        self.step(work, "resume");
        let (mut body, offer) = self.offer(Who::Studio, Who::Seller, &[]);
        body.works = vec![work].into();
        self.must(Who::Studio, body);
        let body = self.acceptance(offer);
        self.must(Who::Seller, body);
        self.seal();
    }

    /// One step of the studio's job, without more.
    pub fn step(&mut self, work: WorkOrderId, step: &str) {
        let logged = StepLogged {
            at: self.now,
            work: Some(work),
            item: None,
            step: code(step),
            operator: None,
            mass_mg: None,
            photos: Vec::new().into(),
        };
        self.must(Who::Studio, logged);
    }
}
