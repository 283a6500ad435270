//! What happens around the trade: participants and their titles, a lot on its way over the border, and what others show
//! and find of goods. It stands at the end of the story.

use lode_ledger::event::body::{
    ConsignmentShipped, CountLine, CredentialIssued, CredentialRevoked, CustomsCleared, DocumentAttached,
    FacilityRegistered, Grade, InspectionRecorded, OriginAsserted, ParticipantReinstated,
    ParticipantSuspended, ParticipantUpdated, RoleGranted, StockCounted, SupplierCountersigned,
};
use lode_ledger::id::{ConsignmentId, CredentialId};
use lode_ledger::sealed::Sealable;

use super::make::{document, text};
use super::{KG, ORIGIN, Who, World, code, mg};

impl World {
    pub(super) fn vouch(&mut self) {
        self.take_part();
        self.bring_in();
        self.look_at();
        self.seal();
    }

    fn take_part(&mut self) {
        self.begin("a suspension ends");
        let (at, participant) = (self.now, self.id(Who::ImporterB));
        let reason = text("a complaint");
        self.must(Who::Registrar, ParticipantSuspended { at, participant, reason });
        let reason = text("the complaint was withdrawn");
        self.must(Who::Registrar, ParticipantReinstated { at, participant, reason });
        self.begin("a participant's details, place and titles");
        let updated = ParticipantUpdated {
            at,
            participant,
            name: Some(Sealable::Clear(text("importer b and sons"))),
            registration: None,
            country: None,
        };
        self.must(Who::ImporterB, updated);
        let nonce = self.nonce();
        let facility = FacilityRegistered {
            at,
            nonce,
            kind: code("warehouse"),
            name: text("warehouse 3"),
            country: code("CN"),
            subdivision: Some(text("Donghai, Jiangsu")),
            gln: Some(Sealable::Clear(text("4006381333931"))),
            register_number: None,
        };
        self.must(Who::ImporterA, facility);
        for (kind, title, stays) in
            [("senior_craftsman", "Senior craftsman", true), ("gemmologist", "Gemmologist", false)]
        {
            let nonce = self.nonce();
            let issued = CredentialIssued {
                at,
                nonce,
                participant: self.id(Who::Studio),
                kind: code(kind),
                title: text(title),
                document: Some(document("credential", title)),
                valid_until: None,
            };
            self.must(Who::Registrar, issued);
            if !stays {
                let registrar = self.id(Who::Registrar).to_string();
                let credential = CredentialId::derive(ORIGIN, &registrar, &nonce, 0);
                let reason = text("issued to the wrong person");
                self.must(Who::Registrar, CredentialRevoked { at, credential, reason });
            }
        }
    }

    fn bring_in(&mut self) {
        self.begin("a lot is on its way, cleared, and more than declared");
        let at = self.now;
        let (mut body, lot) = self.lot(Who::ImporterA, "import", "BR", 100 * KG);
        body.supplier_participant = Some(self.id(Who::Exporter));
        self.must(Who::ImporterA, body);
        self.items.insert("shipped", lot);
        let nonce = self.nonce();
        let shipped = ConsignmentShipped {
            at,
            nonce,
            bill_of_lading: Some(Sealable::Clear(text("COSU 7654321"))),
            carrier: None,
            from: None,
            to: None,
            items: vec![lot].into(),
            documents: vec![document("packing_list", "packing list of COSU 7654321")].into(),
        };
        self.must(Who::Exporter, shipped);
        let consignment = ConsignmentId::derive(ORIGIN, &self.id(Who::Exporter).to_string(), &nonce, 0);
        let cleared = CustomsCleared {
            at,
            items: vec![lot].into(),
            jurisdiction: code("CN"),
            declaration: Sealable::Clear(text("220120261100000001")),
            net_mg: mg(100 * KG),
            importer: None,
            documents: vec![document("import_declaration", "declaration")].into(),
        };
        self.must(Who::ImporterA, cleared);
        let agreed = SupplierCountersigned {
            at,
            item: lot,
            net_mg: mg(100 * KG),
            country: code("BR"),
            received_mg: Some(mg(105 * KG)),
        };
        self.must(Who::Exporter, agreed);
        let mut receipt = self.receipt(lot, 105 * KG);
        receipt.lines.0[0].reason = Some(code("over_shipment"));
        receipt.consignment = Some(consignment);
        self.must(Who::ImporterA, receipt);
    }

    fn look_at(&mut self) {
        self.begin("papers, origin, inspection and count");
        let (at, lot, lab) = (self.now, self.item("shipped"), self.id(Who::Lab));
        let attached = DocumentAttached {
            at,
            item: Some(lot),
            work: None,
            consignment: None,
            documents: vec![document("certificate_of_origin", "certificate of origin")].into(),
            note: Some(text("came by courier")),
        };
        self.must(Who::ImporterA, attached);
        let asserted = OriginAsserted {
            at,
            item: lot,
            countries: vec![code("BR")].into(),
            subdivision: Some(text("Minas Gerais")),
            documents: vec![document("certificate_of_origin", "certificate of origin")].into(),
        };
        self.must(Who::ImporterA, asserted);
        self.must(Who::Registrar, RoleGranted { at, participant: lab, role: code("inspector") });
        let inspected = InspectionRecorded {
            at,
            item: lot,
            grade: Some(Grade { scheme: text("rough"), value: text("A"), grader: text("the lab") }),
            species: Some(code("quartz")),
            variety: None,
            nature: Some(code("natural")),
            documents: vec![document("inspection_report", "inspection")].into(),
            note: None,
        };
        self.must(Who::Lab, inspected);
        let line = CountLine { item: lot, found_mg: mg(90 * KG), count: None, resolution_mg: mg(10_000) };
        let nonce = self.nonce();
        let counted = StockCounted {
            at,
            nonce,
            custodian: self.id(Who::ImporterA),
            facility: None,
            lines: vec![line].into(),
            documents: Vec::new().into(),
        };
        self.must(Who::Lab, counted);
    }
}
