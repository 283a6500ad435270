//! The trade, from an opened ledger to a sold piece, as its people would sign it: one function per chapter.
//!
//! Everything goes over HTTP through the client's library, as it would from anywhere. What is asserted here is only
//! that the node accepts what it should: the frauds are in `frauds`.

use anyhow::{Context, Result, ensure};
use lode::import::{ImportOptions, declare};
use lode::sheet::{SheetLot, read_sheet};
use lode_ledger::event::Event;
use lode_ledger::event::body::{
    AcceptLine, AnyValue, CertificateLinked, ConsignmentReceived, CustodyAccepted, CustodyOffered,
    DocumentRef, EventCorrected, Input, Loss, LotDeclared, LotMerged, LotSplit, OfferLine, OriginShare,
    OutputKind, ReceiptLine, SaleRecorded, SplitPart, StepLogged, SupplierCountersigned, TagBound,
    TreatmentApplied, TreatmentStatement, Weighing, WorkCompleted, WorkOutput, WorkStarted,
};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ItemKind, LogIndex, Nonce, OfferId, WorkOrderId};
use lode_ledger::json::Json;
use lode_ledger::lang::Lang;
use lode_ledger::mass::{Milligrams, Ppm};
use lode_ledger::tag::{ClaimCode, TagCode};
use lode_ledger::vocab::{
    CertificateScope, Code, DifferenceReason, DocumentType, EntryKind, EvidenceLevel, Finding, LossReason,
    Nature, Treatment, Vocabulary, WeighingMethod,
};

use crate::people::Person;
use crate::stage::{Stage, line};

/// The workbook that the demonstration loads: an importer's own, as it came.
const WORKBOOK: &[u8] = include_bytes!("../../tests/data/inbound-2026-11.xlsx");

/// What the story leaves behind for whoever comes next.
pub(crate) struct Outcome {
    /// The sphere that was sold.
    pub(crate) piece: ItemId,
    /// Its twin, still unsold, at the seller's.
    pub(crate) twin: ItemId,
    /// Its tag.
    pub(crate) tag: TagCode,
    /// The hidden code under its scratch field.
    pub(crate) claim: ClaimCode,
    /// A lot that was declared and has not arrived, and its declared mass.
    pub(crate) under_way: (ItemId, Milligrams),
    /// What is left of the blend, at the studio.
    pub(crate) blend: ItemId,
    /// The smallest sphere, still at the studio.
    pub(crate) small: ItemId,
    /// The beads, at the studio.
    pub(crate) beads: ItemId,
}

/// A lot as the workbook brought it.
struct Lot {
    id: ItemId,
    row: SheetLot,
}

/// Plays everything.
///
/// # Errors
/// The node refused what it should accept, or could not be reached.
pub(crate) fn play(stage: &mut Stage) -> Result<Outcome> {
    let (lots, under_way) = inbound(stage)?;
    let blend = blend(stage, &lots)?;
    let Carved { spheres: [piece, twin, small], beads, index } = carve(stage, blend)?;
    certify(stage, piece)?;
    let (tag, claim) = sell(stage, piece, twin)?;
    correct(stage, twin, index)?;
    Ok(Outcome { piece, twin, tag, claim, under_way, blend: blend.item, small, beads })
}

fn code<V: Vocabulary>(text: &str) -> Result<Code<V>> {
    Ok(Code::parse(text)?)
}

fn mg(mass: u64) -> Result<Milligrams> {
    Milligrams::new(mass).context("a mass beyond the range")
}

/// The importer's spreadsheet goes in, the supplier counter-signs, and the container is weighed.
fn inbound(stage: &mut Stage) -> Result<(Vec<Lot>, (ItemId, Milligrams))> {
    stage.day(0);
    let file = stage.folder().join("inbound-2026-11.xlsx");
    std::fs::write(&file, WORKBOOK).with_context(|| format!("{} cannot be written", file.display()))?;
    let options = ImportOptions { supplier: Some(stage.exporter.id), ..ImportOptions::usual()? };
    let session = stage.importer.session(stage.node().clone(), stage.now())?;
    let report = declare(&session, &file, &options, Lang::En, &mut |_, _| ())?;
    ensure!(report.is_clean(), "the sample workbook was refused: {:?} {:?}", report.errors, report.refused);
    let rows = read_sheet(WORKBOOK, Lang::En)?.lots;
    let declared = rows.into_iter().zip(&report.lots);
    let mut lots: Vec<Lot> = declared.map(|(row, lot)| Lot { id: lot.item, row }).collect();
    stage.heard(report.lots.iter().filter_map(|lot| lot.index).max());
    let countries: std::collections::BTreeSet<_> = lots.iter().map(|lot| lot.row.country).collect();
    let mass = Milligrams::total(lots.iter().map(|lot| lot.row.net)).context("total mass")?;
    let text =
        format!("{} lots, {mass}, from {} countries, out of the workbook", lots.len(), countries.len());
    stage.tell("importer", "lot.declared", text);

    let confirmed = lots.first().context("an empty workbook")?;
    stage.day(2);
    let countersigned = SupplierCountersigned {
        at: stage.now(),
        item: confirmed.id,
        net_mg: confirmed.row.net,
        country: confirmed.row.country,
        received_mg: None,
    };
    stage.accept(&stage.exporter, &[countersigned.into()])?;
    stage.tell("exporter", "supplier.countersigned", format!("{} confirmed", short(confirmed.id)));

    // The last lot stays under way: somebody will try something with it.
    let under_way = lots.pop().context("an empty workbook")?;
    let under_way = (under_way.id, under_way.row.net);
    stage.day(9);
    let mut lines = Vec::new();
    let mut received = Vec::new();
    for (n, lot) in lots.iter_mut().enumerate() {
        // One bag in ten dried out at sea by eight in a thousand.
        let lost = if n % 10 == 3 { lot.row.net.get() / 125 } else { 0 };
        lot.row.net = mg(lot.row.net.get() - lost)?;
        received.push(lot.row.net);
        lines.push(ReceiptLine {
            item: lot.id,
            received_mg: lot.row.net,
            method: code::<WeighingMethod>("floor_scale")?,
            resolution_mg: mg(100_000)?,
            reason: (lost > 0).then(|| code::<DifferenceReason>("moisture")).transpose()?,
        });
    }
    let consignment = ConsignmentReceived {
        at: stage.now(),
        nonce: fresh()?,
        bill_of_lading: None,
        lines: lines.into(),
        consignment: None,
    };
    stage.accept(&stage.importer, &[consignment.into()])?;
    let total = Milligrams::total(received).context("total mass")?;
    stage.tell(
        "importer",
        "consignment.received",
        format!("{} lots weighed, {total}; differences say why", lots.len()),
    );
    Ok((lots, under_way))
}

/// Nine kilograms from Madagascar that another importer had bought at home, handed over.
fn second_lot(stage: &mut Stage) -> Result<ItemId> {
    stage.day(11);
    let nonce = fresh()?;
    let mass = mg(9_000_000)?;
    let lot = LotDeclared {
        at: stage.now(),
        nonce,
        entry: EntryKind::DOMESTIC_PURCHASE,
        species: code("quartz")?,
        variety: Some(code("amethyst")?),
        trade_name: Some(line("Madagascar amethyst, small")?),
        form: code("rough")?,
        nature: Nature::NATURAL,
        origins: vec![OriginShare {
            country: code("MG")?,
            share_ppm: Ppm::WHOLE,
            subdivision: None,
            mine: None,
        }]
        .into(),
        mass: Weighing {
            net_mg: mass,
            gross_mg: None,
            tare_mg: None,
            method: code::<WeighingMethod>("bench_scale")?,
            resolution_mg: mg(1_000)?,
        },
        treatments: Vec::new().into(),
        evidence: EvidenceLevel::SELF_DECLARED,
        grade: None,
        supplier: None,
        supplier_lot: None,
        supplier_participant: None,
        supplier_link: None,
        bill_of_lading: None,
        customs_declaration: None,
        certificate_of_origin: None,
        customs: None,
        documents: Vec::new().into(),
        owner: None,
    };
    let item = stage.item(&stage.second_importer, ItemKind::Lot, &nonce, 0);
    stage.accept(&stage.second_importer, &[lot.into()])?;
    hand_over(stage, Hands::ImporterToImporter, &[(item, mass, mass)])?;
    stage.tell(
        "importer",
        "custody.accepted",
        format!("{mass} of Madagascar amethyst from another importer"),
    );
    Ok(item)
}

/// What the studio works on.
#[derive(Clone, Copy)]
struct Blend {
    item: ItemId,
    mass: Milligrams,
}

/// One lot is divided, a part of it poured together with another country's, and handed over: two scales differ.
fn blend(stage: &mut Stage, lots: &[Lot]) -> Result<Blend> {
    let first = lots
        .iter()
        .find(|lot| {
            lot.row.variety.is_some_and(|variety| variety.as_str() == "amethyst")
                && lot.row.country.as_str() == "BR"
                && lot.row.net.get() > 30_000_000
        })
        .context("no Brazilian amethyst in the workbook")?;
    let second = second_lot(stage)?;

    stage.day(12);
    let (part, dust) = (mg(21_000_000)?, mg(40_000)?);
    let left = mg(first.row.net.get() - part.get() - dust.get())?;
    let nonce = fresh()?;
    let split = LotSplit {
        at: stage.now(),
        item: first.id,
        nonce,
        parts: vec![SplitPart { mass_mg: part, count: None }].into(),
        losses: vec![Loss { reason: LossReason::WASTE, mass_mg: dust, count: None }].into(),
        left_mg: left,
        left_count: None,
    };
    let parted = stage.item(&stage.importer, ItemKind::Lot, &nonce, 0);
    stage.accept(&stage.importer, &[split.into()])?;
    stage.tell(
        "importer",
        "lot.split",
        format!("{} of {}; {dust} of waste, {left} left", part, short(first.id)),
    );

    let nonce = fresh()?;
    let mass = mg(30_000_000)?;
    let merged = LotMerged {
        at: stage.now(),
        nonce,
        inputs: vec![
            Input { item: parted, mass_mg: part, count: None },
            Input { item: second, mass_mg: mg(9_000_000)?, count: None },
        ]
        .into(),
        losses: Vec::new().into(),
        mass_mg: mass,
        trade_name: Some(line("Violet blend 7:3")?),
    };
    let item = stage.item(&stage.importer, ItemKind::Lot, &nonce, 0);
    stage.accept(&stage.importer, &[merged.into()])?;
    stage.tell("importer", "lot.merged", format!("{mass}: BR 70 %, MG 30 %; both stay possible origins"));

    stage.day(14);
    let measured = mg(29_996_000)?;
    hand_over(stage, Hands::ImporterToStudio, &[(item, mass, measured)])?;
    stage.tell(
        "studio",
        "custody.accepted",
        format!("{mass} offered, {measured} on the studio's scale: the difference is booked"),
    );
    Ok(Blend { item, mass: measured })
}

/// Between whom goods change hands.
#[derive(Clone, Copy)]
enum Hands {
    ImporterToImporter,
    ImporterToStudio,
    StudioToSeller,
}

fn hand_over(stage: &mut Stage, hands: Hands, items: &[(ItemId, Milligrams, Milligrams)]) -> Result<()> {
    let resolution = mg(2_000)?;
    let nonce = fresh()?;
    let (from, to): (&Person, &Person) = match hands {
        Hands::ImporterToImporter => (&stage.second_importer, &stage.importer),
        Hands::ImporterToStudio => (&stage.importer, &stage.studio),
        Hands::StudioToSeller => (&stage.studio, &stage.seller),
    };
    let offer = OfferId::derive(stage.origin(), &from.id.to_string(), &nonce, 0);
    let offered = CustodyOffered {
        at: stage.now(),
        nonce,
        to: to.id,
        lines: items
            .iter()
            .map(|(item, mass, _)| OfferLine { item: *item, mass_mg: *mass, resolution_mg: resolution })
            .collect::<Vec<_>>()
            .into(),
        works: Vec::new().into(),
        expires: stage.in_days(3650),
        ownership: Some(true),
        reference: None,
    };
    stage.accept(from, &[offered.into()])?;
    let accepted = CustodyAccepted {
        at: stage.now(),
        offer,
        lines: items
            .iter()
            .map(|(item, _, mass)| AcceptLine { item: *item, measured_mg: *mass, resolution_mg: resolution })
            .collect::<Vec<_>>()
            .into(),
        condition: None,
    };
    stage.accept(to, &[accepted.into()])?;
    Ok(())
}

/// What came out of the studio's job.
struct Carved {
    spheres: [ItemId; 3],
    beads: ItemId,
    /// The entry that says so.
    index: LogIndex,
}

/// The studio heats and turns part of the blend into spheres, beads and chips; every gram is accounted for.
fn carve(stage: &mut Stage, blend: Blend) -> Result<Carved> {
    stage.day(15);
    let nonce = fresh()?;
    let put_in = mg(12_000_000)?;
    let work = WorkOrderId::derive(stage.origin(), &stage.studio.id.to_string(), &nonce, 0);
    let started = WorkStarted {
        at: stage.now(),
        nonce,
        process: code("grind_sphere")?,
        title: Some(line("Three spheres and beads")?),
        inputs: vec![Input { item: blend.item, mass_mg: put_in, count: None }].into(),
        crew: Vec::new().into(),
    };
    stage.accept(&stage.studio, &[started.into()])?;
    let rest = mg(blend.mass.get() - put_in.get())?;
    stage.tell(
        "studio",
        "work.started",
        format!("{put_in} goes into {}; {rest} stays in stock", short(work)),
    );

    stage.day(17);
    let heated = TreatmentApplied {
        at: stage.now(),
        item: None,
        work: Some(work),
        treatment: Treatment::HEAT,
        parameters: Some(line("450 °C, 6 h, in sand")?),
        added_mg: None,
        left_mg: None,
    };
    stage.accept(&stage.studio, &[heated.into()])?;
    stage.tell(
        "studio",
        "treatment.applied",
        "heated: from here on nothing made of it can be called untreated".to_owned(),
    );
    for (day, step) in [(20, "saw"), (26, "grind_sphere"), (31, "polish")] {
        stage.day(day);
        let logged = StepLogged {
            at: stage.now(),
            work: Some(work),
            item: None,
            step: code(step)?,
            operator: None,
            mass_mg: None,
            photos: Vec::new().into(),
        };
        stage.accept(&stage.studio, &[logged.into()])?;
    }
    stage.tell("studio", "step.logged", "saw, grind, polish".to_owned());
    complete(stage, work)
}

fn complete(stage: &mut Stage, work: WorkOrderId) -> Result<Carved> {
    stage.day(33);
    let piece = |mass, name: &str| -> Result<WorkOutput> {
        Ok(WorkOutput {
            kind: OutputKind::Piece,
            mass_mg: mg(mass)?,
            count: None,
            form: code("sphere")?,
            name: Some(line(name)?),
            grade: None,
            photo: None,
        })
    };
    let bulk = |kind, mass, count, form: &str| -> Result<WorkOutput> {
        Ok(WorkOutput {
            kind,
            mass_mg: mg(mass)?,
            count,
            form: code(form)?,
            name: None,
            grade: None,
            photo: None,
        })
    };
    let nonce = fresh()?;
    let completed = WorkCompleted {
        at: stage.now(),
        work,
        nonce,
        outputs: vec![
            piece(1_204_300, "Evening sphere")?,
            piece(987_450, "Morning sphere")?,
            piece(812_020, "Small sphere")?,
            bulk(OutputKind::Batch, 1_500_000, Some(300), "bead")?,
            bulk(OutputKind::Lot, 2_350_000, None, "chips")?,
        ]
        .into(),
        losses: vec![Loss { reason: LossReason::PROCESS, mass_mg: mg(5_146_230)?, count: None }].into(),
        gains: Vec::new().into(),
        left_mg: mg(0)?,
    };
    let index = stage.accept(&stage.studio, &[completed.into()])?;
    let text = "3 spheres, 300 beads, 2.35 kg of chips, 5.146 kg of dust: nothing unaccounted for";
    stage.tell("studio", "work.completed", text.to_owned());
    let sphere = |n| stage.item(&stage.studio, ItemKind::Piece, &nonce, n);
    let beads = stage.item(&stage.studio, ItemKind::Batch, &nonce, 3);
    Ok(Carved { spheres: [sphere(0), sphere(1), sphere(2)], beads, index })
}

/// The lab looks at one sphere and binds its certificate to it.
fn certify(stage: &mut Stage, piece: ItemId) -> Result<()> {
    stage.day(36);
    let none = TreatmentStatement { treatment: code("dye")?, finding: Finding::LAB_NONE_DETECTED };
    let linked = certificate(stage, piece, vec![none])?;
    stage.accept(&stage.lab, &[linked])?;
    stage.tell(
        "lab",
        "certificate.linked",
        format!("GTC 2026004711 bound to {} alone; no dye found", short(piece)),
    );
    Ok(())
}

/// The certificate of the story, linked to an item.
///
/// # Errors
/// Never with the vocabulary of this program.
pub(crate) fn certificate(stage: &Stage, item: ItemId, findings: Vec<TreatmentStatement>) -> Result<Event> {
    Ok(CertificateLinked {
        at: stage.now(),
        item,
        issuer_code: line("GTC")?,
        number: line("2026004711")?,
        reissue_of: None,
        document: DocumentRef {
            kind: code::<DocumentType>("lab_report")?,
            sha256: Hash::of(b"the report's bytes stay with the lab"),
            public: true,
        },
        scope: CertificateScope::ITEM,
        sample_count: None,
        findings: findings.into(),
    }
    .into())
}

/// The seller takes two spheres over, tags both and sells one.
fn sell(stage: &mut Stage, piece: ItemId, twin: ItemId) -> Result<(TagCode, ClaimCode)> {
    stage.day(38);
    let masses = [mg(1_204_300)?, mg(987_450)?];
    hand_over(stage, Hands::StudioToSeller, &[(piece, masses[0], masses[0]), (twin, masses[1], masses[1])])?;
    stage.tell("seller", "custody.accepted", "two spheres, to the milligram".to_owned());

    let (tag, claim) = bind(stage, piece)?;
    bind(stage, twin)?;
    stage.tell("seller", "tag.bound", format!("{tag} and one more: a code is the hash of the hidden one"));

    stage.day(40);
    let sale = sale(stage, piece)?;
    stage.accept(&stage.seller, &[sale])?;
    stage.tell("seller", "sale.recorded", format!("{} sold on a live stream", short(piece)));
    Ok((tag, claim))
}

/// A tag of its own on a piece of the seller's, and its hidden code.
fn bind(stage: &mut Stage, item: ItemId) -> Result<(TagCode, ClaimCode)> {
    let claim = ClaimCode(lode::error::random()?);
    let claim_key = claim.claim_key(stage.ledger()).public();
    let code = TagCode::of(&claim_key);
    let bound =
        TagBound { at: stage.now(), item, code, claim_key, photo: None, units_root: None, units: None };
    stage.accept(&stage.seller, &[bound.into()])?;
    Ok((code, claim))
}

/// A sale of an item by the seller.
///
/// # Errors
/// Never with the vocabulary of this program.
pub(crate) fn sale(stage: &Stage, item: ItemId) -> Result<Event> {
    Ok(SaleRecorded {
        at: stage.now(),
        nonce: fresh()?,
        items: vec![item].into(),
        channel: code("live_stream")?,
        destination: Some(code("US")?),
        order: None,
        listing: None,
    }
    .into())
}

/// A slip of the pen is put right, and stays visible.
fn correct(stage: &mut Stage, twin: ItemId, index: LogIndex) -> Result<()> {
    stage.day(41);
    let corrected = EventCorrected {
        at: stage.now(),
        item: Some(twin),
        work: None,
        counterparty: None,
        contradiction: None,
        index,
        event: 0,
        field: line("outputs[1].name")?,
        old: Some(AnyValue(Json::from("Morning sphere"))),
        new: Some(AnyValue(Json::from("Dawn sphere"))),
        reason: line("The name on the stand is another")?,
    };
    stage.accept(&stage.studio, &[corrected.into()])?;
    stage.tell("studio", "event.corrected", "a name; the old one stays readable for ever".to_owned());
    Ok(())
}

/// An id as people read it in a table: its letter and its first eight characters.
pub(crate) fn short(id: impl std::fmt::Display) -> String {
    id.to_string().chars().take(10).collect()
}

/// A nonce of 128 random bits.
///
/// # Errors
/// The system has no randomness.
pub(crate) fn fresh() -> Result<Nonce> {
    Ok(Nonce(lode::error::random()?))
}
