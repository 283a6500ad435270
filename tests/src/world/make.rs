//! Bodies of events with everything filled in, for tests to change what they are about. Each comes with the id of
//! what it makes.

use lode_ledger::apply::RULESET;
use lode_ledger::event::body::{
    AcceptLine, CertificateLinked, ConsignmentReceived, CustodyAccepted, CustodyOffered, DocumentRef, Gain,
    Input, LedgerOpened, Loss, LossRecorded, LotDeclared, LotMerged, LotSplit, OfferLine, OriginShare,
    OutputKind, ParticipantEnrolled, PolicyAdopted, ReceiptLine, Registrar, SaleRecorded, SplitPart,
    TagBound, TreatmentDeclared, TreatmentStatement, Weighing, WorkCompleted, WorkOutput, WorkStarted,
    YieldRange,
};
use lode_ledger::event::shape::{List, Text};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ItemKind, OfferId, ParticipantId, SaleId, WorkOrderId};
use lode_ledger::key::SecretKey;
use lode_ledger::mass::Ppm;
use lode_ledger::record::{Offer, Record, RecordKey, View};
use lode_ledger::sealed::{Sealable, digest};
use lode_ledger::tag::TagCode;
use lode_ledger::time::Timestamp;

use super::{
    ORIGIN, SEAL_INTERVAL, SKEW, Who, World, code, grant, mg, nonce_of, origin, public, secret, who_name,
};

/// A text of a bounded length.
#[must_use]
pub fn text<const MAX: usize>(value: &str) -> Text<MAX> {
    Text::new(value).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn ppm(value: u32) -> Ppm {
    Ppm::new(value).expect("a share")
}

fn list<T, const MIN: usize, const MAX: usize>(items: Vec<T>) -> List<T, MIN, MAX> {
    items.into()
}

/// A weight from a scale with a resolution of 10 g.
#[must_use]
pub fn weighing(net: u64) -> Weighing {
    Weighing {
        net_mg: mg(net),
        gross_mg: None,
        tare_mg: None,
        method: code("floor_scale"),
        resolution_mg: mg(10_000),
    }
}

/// A document that everybody may read.
#[must_use]
pub fn document(kind: &str, content: &str) -> DocumentRef {
    DocumentRef { kind: code(kind), sha256: Hash::of(content.as_bytes()), public: true }
}

/// What is said of a treatment.
#[must_use]
pub fn treatment(treatment: &str, finding: &str) -> TreatmentStatement {
    TreatmentStatement { treatment: code(treatment), finding: code(finding) }
}

/// Mass that is gone.
#[must_use]
pub fn loss(reason: &str, mass: u64) -> Loss {
    Loss { reason: code(reason), mass_mg: mg(mass), count: None }
}

/// Mass that goes in.
#[must_use]
pub fn input(item: ItemId, mass: u64) -> Input {
    Input { item, mass_mg: mg(mass), count: None }
}

/// Mass that was added.
#[must_use]
pub fn gain(reason: &str, mass: u64) -> Gain {
    Gain { reason: code(reason), mass_mg: mg(mass) }
}

/// One thing that a job yields.
#[must_use]
pub fn output(kind: OutputKind, mass: u64, count: Option<u32>, form: &str) -> WorkOutput {
    WorkOutput { kind, mass_mg: mg(mass), count, form: code(form), name: None, grade: None, photo: None }
}

/// The key behind the hidden code of a printed tag.
#[must_use]
pub fn claim_key(tag: &str) -> SecretKey {
    secret(&format!("tag {tag}"))
}

/// The public code of a printed tag.
#[must_use]
pub fn tag_code(tag: &str) -> TagCode {
    TagCode::of(&claim_key(tag).public())
}

impl World {
    /// What entry 0 says.
    #[must_use]
    pub fn opening(&self) -> LedgerOpened {
        let nonce = nonce_of("registrar");
        let subject = nonce.to_string();
        LedgerOpened {
            at: self.now,
            origin: origin(),
            log_key: public("log"),
            seal_key: public("seal"),
            receipt_key: public("receipt"),
            seal_interval_s: SEAL_INTERVAL,
            registrar: Registrar {
                nonce,
                name: text("Donghai Crystal Registrar"),
                keys: list(vec![
                    grant(&secret("registrar"), &subject),
                    grant(&secret("registrar spare"), &subject),
                ]),
            },
            members_only: None,
        }
    }

    /// What entry 1 says: scales may differ by 0.1 %, a receipt by 0.5 % without a reason and by 2 % at all.
    #[must_use]
    pub fn policy(&self) -> PolicyAdopted {
        PolicyAdopted {
            at: self.now,
            ruleset: RULESET,
            vocabulary: text("2026-11"),
            skew_s: SKEW,
            late_after_s: 7 * 86_400,
            receipt_reason_ppm: ppm(5_000),
            receipt_countersign_ppm: ppm(20_000),
            scale_ppm: ppm(1_000),
            yields: list(vec![YieldRange {
                step: code("grind_bead"),
                min_ppm: ppm(300_000),
                max_ppm: ppm(700_000),
            }]),
            max_forward_items: 10_000,
        }
    }

    /// An enrolment, and the id that it gives.
    #[must_use]
    pub fn enrolment(&self, name: &str, role: &str) -> (ParticipantEnrolled, ParticipantId) {
        let nonce = nonce_of(name);
        let registrar = self.id(Who::Registrar).to_string();
        let id = ParticipantId::derive(ORIGIN, &registrar, &nonce, 0);
        let person = name == who_name(Who::Studio);
        let body = ParticipantEnrolled {
            at: self.now,
            nonce,
            person,
            name: if person {
                Sealable::Sealed(digest(ORIGIN, "events[0].name", &[7; 16], "\"Li Wei\""))
            } else {
                Sealable::Clear(text(name))
            },
            country: code(if role == "exporter" { "BR" } else { "CN" }),
            roles: list(vec![code(role)]),
            keys: list(vec![grant(&secret(name), &nonce.to_string())]),
            issuer_code: (name == "lab").then(|| text("GTC")),
            registration: None,
        };
        (body, id)
    }

    /// A lot of natural quartz of one country, and its id.
    pub fn lot(&mut self, who: Who, entry: &str, country: &str, mass: u64) -> (LotDeclared, ItemId) {
        let nonce = self.nonce();
        let documented = matches!(entry, "import" | "mined" | "domestic_purchase");
        let body = LotDeclared {
            at: self.now,
            nonce,
            entry: code(entry),
            species: code("quartz"),
            variety: None,
            trade_name: Some(text("clear quartz")),
            form: code("rough"),
            nature: code("natural"),
            origins: list(vec![OriginShare {
                country: code(country),
                share_ppm: ppm(1_000_000),
                subdivision: None,
                mine: None,
            }]),
            mass: weighing(mass),
            treatments: list(Vec::new()),
            evidence: code(if documented { "document" } else { "self_declared" }),
            grade: None,
            supplier: None,
            supplier_lot: None,
            supplier_participant: None,
            supplier_link: None,
            bill_of_lading: None,
            customs_declaration: None,
            certificate_of_origin: None,
            customs: None,
            documents: list(if documented {
                vec![document("commercial_invoice", &format!("invoice {nonce}"))]
            } else {
                Vec::new()
            }),
            owner: None,
        };
        (body, self.item_id(ItemKind::Lot, who, &nonce, 0))
    }

    /// What arrived.
    pub fn receipt(&mut self, item: ItemId, received: u64) -> ConsignmentReceived {
        ConsignmentReceived {
            at: self.now,
            nonce: self.nonce(),
            bill_of_lading: None,
            consignment: None,
            lines: list(vec![ReceiptLine {
                item,
                received_mg: mg(received),
                method: code("floor_scale"),
                resolution_mg: mg(10_000),
                reason: None,
            }]),
        }
    }

    /// A division of a lot into parts of these masses; what is not named stays. With the parts' ids.
    pub fn split(&mut self, who: Who, item: ItemId, parts: &[u64]) -> (LotSplit, Vec<ItemId>) {
        let nonce = self.nonce();
        let left = self.item_record(&item).mass.left.get();
        let left = left.saturating_sub(parts.iter().sum());
        let body = LotSplit {
            at: self.now,
            item,
            nonce,
            parts: list(parts.iter().map(|mass| SplitPart { mass_mg: mg(*mass), count: None }).collect()),
            losses: list(Vec::new()),
            left_mg: mg(left),
            left_count: None,
        };
        let id = |n| self.item_id(item.kind(), who, &nonce, u16::try_from(n).expect("few parts"));
        let ids = (0..parts.len()).map(id).collect();
        (body, ids)
    }

    /// A blend without loss, and its id.
    pub fn merge(&mut self, who: Who, inputs: Vec<Input>) -> (LotMerged, ItemId) {
        let nonce = self.nonce();
        let mass = inputs.iter().map(|input| input.mass_mg.get()).sum();
        let body = LotMerged {
            at: self.now,
            nonce,
            inputs: list(inputs),
            losses: list(Vec::new()),
            mass_mg: mg(mass),
            trade_name: None,
        };
        (body, self.item_id(ItemKind::Lot, who, &nonce, 0))
    }

    /// A loss by process.
    #[must_use]
    pub fn lost(&self, item: ItemId, mass: u64) -> LossRecorded {
        let left = self.item_record(&item).mass.left.get().saturating_sub(mass);
        LossRecorded { at: self.now, item, loss: loss("process", mass), left_mg: mg(left) }
    }

    /// A word on treatments without documents.
    #[must_use]
    pub fn declared(&self, item: ItemId, statements: Vec<TreatmentStatement>) -> TreatmentDeclared {
        TreatmentDeclared { at: self.now, item, treatments: list(statements), documents: list(Vec::new()) }
    }

    /// A job, and its id.
    pub fn work(&mut self, who: Who, process: &str, inputs: Vec<Input>) -> (WorkStarted, WorkOrderId) {
        let nonce = self.nonce();
        let body = WorkStarted {
            at: self.now,
            nonce,
            process: code(process),
            title: None,
            inputs: list(inputs),
            crew: Vec::new().into(),
        };
        (body, self.work_id(who, &nonce))
    }

    /// What a job yields, the rest being lost by process; with the outputs' ids.
    pub fn yielded(
        &mut self,
        who: Who,
        work: WorkOrderId,
        outputs: Vec<WorkOutput>,
    ) -> (WorkCompleted, Vec<ItemId>) {
        let nonce = self.nonce();
        let left = self.work_record(&work).mass.left.get();
        let rest = left.saturating_sub(outputs.iter().map(|output| output.mass_mg.get()).sum());
        let ids = outputs.iter().enumerate().map(|(n, output)| {
            let kind = match output.kind {
                OutputKind::Lot => ItemKind::Lot,
                OutputKind::Batch => ItemKind::Batch,
                OutputKind::Piece => ItemKind::Piece,
            };
            self.item_id(kind, who, &nonce, u16::try_from(n).expect("few outputs"))
        });
        let ids = ids.collect();
        let losses = if rest == 0 { Vec::new() } else { vec![loss("process", rest)] };
        let body = WorkCompleted {
            at: self.now,
            work,
            nonce,
            outputs: list(outputs),
            losses: list(losses),
            gains: list(Vec::new()),
            left_mg: mg(0),
        };
        (body, ids)
    }

    /// An offer of whole items at the ledger's mass, good for a day, and its id.
    pub fn offer(&mut self, who: Who, to: Who, items: &[ItemId]) -> (CustodyOffered, OfferId) {
        let nonce = self.nonce();
        let line = |item: &ItemId| OfferLine {
            item: *item,
            mass_mg: self.item_record(item).mass.left,
            resolution_mg: mg(1),
        };
        let body = CustodyOffered {
            at: self.now,
            nonce,
            to: self.id(to),
            lines: list(items.iter().map(line).collect()),
            works: list(Vec::new()),
            expires: Timestamp::from_unix(self.now.unix() + 86_400),
            ownership: None,
            reference: None,
        };
        (body, self.offer_id(who, &nonce))
    }

    /// An acceptance at exactly the offered masses.
    #[must_use]
    pub fn acceptance(&self, offer: OfferId) -> CustodyAccepted {
        let record: Offer = match self.replay.view().record(&RecordKey::Offer(offer)).as_deref() {
            Some(Record::Offer(record)) => record.clone(),
            _ => panic!("{offer} is not in the ledger"),
        };
        let line = |offered: &lode_ledger::record::OfferedItem| AcceptLine {
            item: offered.item,
            measured_mg: offered.mass,
            resolution_mg: mg(1),
        };
        CustodyAccepted {
            at: self.now,
            offer,
            lines: list(record.items.iter().map(line).collect()),
            condition: None,
        }
    }

    /// The binding of a printed tag.
    #[must_use]
    pub fn tag(&self, item: ItemId, tag: &str) -> TagBound {
        TagBound {
            at: self.now,
            item,
            code: tag_code(tag),
            claim_key: claim_key(tag).public(),
            photo: None,
            units_root: None,
            units: None,
        }
    }

    /// A sale, and its id.
    pub fn sale(&mut self, who: Who, items: &[ItemId]) -> (SaleRecorded, SaleId) {
        let nonce = self.nonce();
        let body = SaleRecorded {
            at: self.now,
            nonce,
            items: list(items.to_vec()),
            channel: code("live_stream"),
            destination: Some(code("CN")),
            order: None,
            listing: None,
        };
        (body, self.sale_id(who, &nonce))
    }

    /// A certificate of one piece.
    #[must_use]
    pub fn certificate(&self, item: ItemId, issuer_code: &str, number: &str) -> CertificateLinked {
        let one_piece = item.kind() == ItemKind::Piece;
        CertificateLinked {
            at: self.now,
            item,
            issuer_code: text(issuer_code),
            number: text(number),
            reissue_of: None,
            document: document("commercial_invoice", number),
            scope: code(if one_piece { "item" } else { "sample" }),
            sample_count: (!one_piece).then_some(3),
            findings: list(Vec::new()),
        }
    }
}
