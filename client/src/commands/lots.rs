//! Raw material: one lot declared by hand, counter-signed, weighed on arrival, split, merged, lost. Sheets of many
//! lots are [`crate::import`].

use lode_ledger::event::body::Loss;
use lode_ledger::event::body::{
    ConsignmentReceived, CustomsElements, DocumentRef, Grade, Input, Line, LossRecorded, LotDeclared,
    LotMerged, LotSplit, OriginShare, ReceiptLine, SplitPart, SupplierCountersigned, TreatmentStatement,
    Weighing,
};
use lode_ledger::id::{ConsignmentId, ItemId, ParticipantId};
use lode_ledger::key::{PublicKey, SecretKey};
use lode_ledger::mass::Milligrams;
use lode_ledger::sealed::Sealable;
use lode_ledger::statement::Issuer;
use lode_ledger::vocab::{
    Code, Country, EntryKind, EvidenceLevel, Form, Nature, Species, Variety, WeighingMethod,
};
use serde::{Deserialize, Serialize};

use crate::error::{ClientError, Result, random, words};
use crate::home::LedgerName;
use crate::session::{Done, Session};
use crate::spec;

/// One lot, as its declarant describes it.
#[derive(Clone, Debug)]
pub struct Lot {
    /// How it enters.
    pub entry: Code<EntryKind>,
    /// The mineral.
    pub species: Code<Species>,
    /// The variety.
    pub variety: Option<Code<Variety>>,
    /// What the trade calls it.
    pub trade_name: Option<Line>,
    /// Its form.
    pub form: Code<Form>,
    /// Natural or not.
    pub nature: Code<Nature>,
    /// The origin mix.
    pub origins: Vec<OriginShare>,
    /// Its mass.
    pub net: Milligrams,
    /// With packing.
    pub gross: Option<Milligrams>,
    /// The packing.
    pub tare: Option<Milligrams>,
    /// How it was weighed.
    pub method: Code<WeighingMethod>,
    /// The scale's resolution.
    pub resolution: Milligrams,
    /// What is said of treatments.
    pub treatments: Vec<TreatmentStatement>,
    /// The evidence for the origin; by the documents if absent.
    pub evidence: Option<Code<EvidenceLevel>>,
    /// The grade.
    pub grade: Option<Grade>,
    /// Who sold it.
    pub supplier: Option<Line>,
    /// The supplier's own lot number.
    pub supplier_lot: Option<Line>,
    /// An enrolled supplier who may counter-sign.
    pub supplier_participant: Option<ParticipantId>,
    /// The public half of a counter-signing link.
    pub supplier_link: Option<PublicKey>,
    /// Bill of lading.
    pub bill_of_lading: Option<Line>,
    /// Customs declaration.
    pub customs_declaration: Option<Line>,
    /// Certificate of origin.
    pub certificate_of_origin: Option<Line>,
    /// The declaration elements of its customs code.
    pub customs: Option<CustomsElements>,
    /// Documents.
    pub documents: Vec<DocumentRef>,
    /// The owner, if not the author.
    pub owner: Option<ParticipantId>,
}

impl Lot {
    /// An imported natural lot of which only the needful is said.
    ///
    /// # Errors
    /// The vocabulary lacks a usual term.
    pub fn imported(species: Code<Species>, country: &str, net: Milligrams) -> Result<Self> {
        Ok(Self {
            entry: EntryKind::IMPORT,
            species,
            variety: None,
            trade_name: None,
            form: spec::code("rough")?,
            nature: spec::code("natural")?,
            origins: vec![spec::origin(country)?],
            net,
            gross: None,
            tare: None,
            method: spec::code("packing_list")?,
            resolution: spec::mass("1g")?,
            treatments: Vec::new(),
            evidence: None,
            grade: None,
            supplier: None,
            supplier_lot: None,
            supplier_participant: None,
            supplier_link: None,
            bill_of_lading: None,
            customs_declaration: None,
            certificate_of_origin: None,
            customs: None,
            documents: Vec::new(),
            owner: None,
        })
    }
}

/// Declares one lot.
///
/// # Errors
/// As [`Session::send`].
pub fn declare(session: &Session, lot: Lot) -> Result<Done> {
    let evidence = match lot.evidence {
        Some(level) => level,
        None if lot.documents.is_empty() => spec::code("self_declared")?,
        None => spec::code("document")?,
    };
    let event = LotDeclared {
        at: session.now(),
        nonce: session.nonce()?,
        entry: lot.entry,
        species: lot.species,
        variety: lot.variety,
        trade_name: lot.trade_name,
        form: lot.form,
        nature: lot.nature,
        origins: lot.origins.into(),
        mass: Weighing {
            net_mg: lot.net,
            gross_mg: lot.gross,
            tare_mg: lot.tare,
            method: lot.method,
            resolution_mg: lot.resolution,
        },
        treatments: lot.treatments.into(),
        evidence,
        grade: lot.grade,
        supplier: lot.supplier.map(Sealable::Clear),
        supplier_lot: lot.supplier_lot.map(Sealable::Clear),
        supplier_participant: lot.supplier_participant,
        supplier_link: lot.supplier_link,
        bill_of_lading: lot.bill_of_lading.map(Sealable::Clear),
        customs_declaration: lot.customs_declaration.map(Sealable::Clear),
        certificate_of_origin: lot.certificate_of_origin.map(Sealable::Clear),
        customs: lot.customs,
        documents: lot.documents.into(),
        owner: lot.owner,
    };
    session.send(&[event.into()])
}

/// What a supplier is sent so that he can counter-sign without an account. Who has it can counter-sign, so it goes
/// to the supplier only.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierLink {
    /// `supplier-link-1`.
    pub lode: String,
    /// The ledger.
    pub ledger: LedgerName,
    /// The node.
    pub node: Option<String>,
    /// The seed of the link's key, in hexadecimal digits.
    pub secret: String,
}

impl SupplierLink {
    /// A link with a fresh key.
    ///
    /// # Errors
    /// The machine has no random numbers.
    pub fn fresh(ledger: LedgerName, node: Option<String>) -> Result<Self> {
        let secret = lode_ledger::hash::Hash(random()?).to_string();
        Ok(Self { lode: "supplier-link-1".to_owned(), ledger, node, secret })
    }

    /// The link's key.
    ///
    /// # Errors
    /// The file was changed.
    pub fn key(&self) -> Result<SecretKey> {
        let seed = self.secret.parse::<lode_ledger::hash::Hash>();
        seed.map(|seed| SecretKey::from_seed(seed.0)).map_err(|_| {
            ClientError::usage(words!(
                "the link is damaged: ask the importer to send it again",
                "链接已损坏：请进口商重新发送",
                "o link está danificado: peça ao importador que o envie de novo"
            ))
        })
    }

    /// Who signs by it.
    ///
    /// # Errors
    /// As [`SupplierLink::key`].
    pub fn issuer(&self) -> Result<Issuer> {
        Ok(Issuer::Link(self.key()?.public().thumbprint()))
    }
}

/// Confirms what was sold, as enrolled supplier or by a link's session.
///
/// # Errors
/// As [`Session::send`].
pub fn countersign(
    session: &Session,
    item: ItemId,
    net_mg: Milligrams,
    country: Code<Country>,
    received_mg: Option<Milligrams>,
) -> Result<Done> {
    session.send(&[SupplierCountersigned { at: session.now(), item, net_mg, country, received_mg }.into()])
}

/// Weighs what arrived under one bill of lading.
///
/// # Errors
/// As [`Session::send`].
pub fn receive(
    session: &Session,
    lines: Vec<ReceiptLine>,
    bill_of_lading: Option<&str>,
    consignment: Option<ConsignmentId>,
) -> Result<Done> {
    let event = ConsignmentReceived {
        at: session.now(),
        nonce: session.nonce()?,
        bill_of_lading: spec::sealable("bill_of_lading", bill_of_lading)?,
        lines: lines.into(),
        consignment,
    };
    session.send(&[event.into()])
}

/// What is left of a thing after these masses went out of it; asked of the node unless stated.
///
/// # Errors
/// Offline and not stated, or more goes out than is there.
pub(crate) fn left_after(
    session: &Session,
    id: &str,
    stated: Option<Milligrams>,
    gained: &[Milligrams],
    out: &[Milligrams],
) -> Result<Milligrams> {
    if let Some(left) = stated {
        return Ok(left);
    }
    let before = session.left(id)?;
    let there = gained.iter().try_fold(before, |sum, mass| sum.checked_add(*mass));
    let sum = Milligrams::total(out.iter().copied());
    there.zip(sum).and_then(|(there, sum)| there.checked_sub(sum)).ok_or_else(|| {
        let sum = sum.unwrap_or(Milligrams::MAX);
        ClientError::usage(words!(
            "{id} has {before} left, and {sum} would go out: check the masses",
            "{id} 现余 {before}，却要转出 {sum}：请核对重量",
            "restam {before} de {id}, e sairiam {sum}: confira as massas"
        ))
    })
}

/// Divides a lot or batch; the rest stays what it was.
///
/// # Errors
/// As [`Session::send`]; also when what is left is not known.
pub fn split(
    session: &Session,
    item: ItemId,
    parts: Vec<SplitPart>,
    losses: Vec<Loss>,
    left: Option<Milligrams>,
    left_count: Option<u32>,
) -> Result<Done> {
    let out: Vec<Milligrams> =
        parts.iter().map(|part| part.mass_mg).chain(losses.iter().map(|loss| loss.mass_mg)).collect();
    let event = LotSplit {
        at: session.now(),
        item,
        nonce: session.nonce()?,
        left_mg: left_after(session, &item.to_string(), left, &[], &out)?,
        parts: parts.into(),
        losses: losses.into(),
        left_count,
    };
    session.send(&[event.into()])
}

/// Pours lots together. What comes out is what goes in less the losses, unless stated.
///
/// # Errors
/// As [`Session::send`].
pub fn merge(
    session: &Session,
    inputs: Vec<Input>,
    losses: Vec<Loss>,
    mass: Option<Milligrams>,
    trade_name: Option<Line>,
) -> Result<Done> {
    let sum = Milligrams::total(inputs.iter().map(|input| input.mass_mg));
    let lost = Milligrams::total(losses.iter().map(|loss| loss.mass_mg));
    let rest = || sum.zip(lost).and_then(|(sum, lost)| sum.checked_sub(lost));
    let mass_mg = mass.or_else(rest).ok_or_else(|| {
        ClientError::usage(words!(
            "more is lost than goes in: check the masses",
            "损耗多于投入：请核对重量",
            "perde-se mais do que entra: confira as massas"
        ))
    })?;
    let event = LotMerged {
        at: session.now(),
        nonce: session.nonce()?,
        inputs: inputs.into(),
        losses: losses.into(),
        mass_mg,
        trade_name,
    };
    session.send(&[event.into()])
}

/// Records that mass is gone.
///
/// # Errors
/// As [`split`].
pub fn loss(session: &Session, item: ItemId, loss: Loss, left: Option<Milligrams>) -> Result<Done> {
    let left_mg = left_after(session, &item.to_string(), left, &[], &[loss.mass_mg])?;
    session.send(&[LossRecorded { at: session.now(), item, loss, left_mg }.into()])
}
