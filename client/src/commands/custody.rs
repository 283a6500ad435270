//! Hand-over: offered by the one, weighed and taken by the other.

use std::collections::BTreeMap;

use lode_ledger::event::body::{
    AcceptLine, CustodyAccepted, CustodyCancelled, CustodyOffered, CustodyRejected, Line, OfferLine,
};
use lode_ledger::id::{ItemId, OfferId, ParticipantId, WorkOrderId};
use lode_ledger::mass::Milligrams;
use lode_ledger::time::Timestamp;
use serde_json::Value;

use crate::error::{ClientError, Result, words};
use crate::session::{Done, Session};
use crate::spec;

/// An offer to a named party.
#[derive(Clone, Debug)]
pub struct Offer {
    /// To whom.
    pub to: ParticipantId,
    /// What, and its mass on the giver's scale; absent: what the node says is left.
    pub items: Vec<(ItemId, Option<Milligrams>)>,
    /// Jobs that go along, with the goods in them.
    pub works: Vec<WorkOrderId>,
    /// The scale's resolution.
    pub resolution: Milligrams,
    /// Until when.
    pub expires: Timestamp,
    /// Whether ownership passes too.
    pub ownership: bool,
    /// The counterparty's reference.
    pub reference: Option<String>,
}

/// Offers items.
///
/// # Errors
/// As [`Session::send`]; also when a mass is not known.
pub fn offer(session: &Session, offer: &Offer) -> Result<Done> {
    let mut lines = Vec::new();
    for (item, mass) in &offer.items {
        let mass_mg = match mass {
            Some(mass) => *mass,
            None => session.left(&item.to_string())?,
        };
        lines.push(OfferLine { item: *item, mass_mg, resolution_mg: offer.resolution });
    }
    let event = CustodyOffered {
        at: session.now(),
        nonce: session.nonce()?,
        to: offer.to,
        lines: lines.into(),
        works: offer.works.clone().into(),
        expires: offer.expires,
        ownership: Some(offer.ownership),
        reference: spec::sealable("reference", offer.reference.as_deref())?,
    };
    session.send(&[event.into()])
}

/// Takes what was offered. Items that were not weighed count as offered; all lines are asked of the node unless every
/// item is named in `measured`.
///
/// # Errors
/// As [`Session::send`]; offline every item must be named with its mass.
pub fn accept(
    session: &Session,
    offer: OfferId,
    measured: &BTreeMap<ItemId, Milligrams>,
    resolution: Milligrams,
    condition: Option<Line>,
) -> Result<Done> {
    let mut lines: BTreeMap<ItemId, Milligrams> = match &session.node {
        Some(_) => offered(session, offer)?,
        None if measured.is_empty() => {
            return Err(ClientError::usage(words!(
                "offline, every item of the offer is named with its mass: --measured ITEM=MASS",
                "离线时须列出交付的每件物品及重量：--measured 物品=重量",
                "sem rede, cada item da oferta é nomeado com sua massa: --measured ITEM=MASSA"
            )));
        }
        None => BTreeMap::new(),
    };
    if let Some(strange) = measured.keys().find(|item| session.node.is_some() && !lines.contains_key(item)) {
        return Err(ClientError::usage(words!(
            "{strange} is not in offer {offer}",
            "{strange} 不在交付 {offer} 中",
            "{strange} não está na oferta {offer}"
        )));
    }
    lines.extend(measured.iter().map(|(item, mass)| (*item, *mass)));
    let line = |(item, measured_mg)| AcceptLine { item, measured_mg, resolution_mg: resolution };
    let event = CustodyAccepted {
        at: session.now(),
        offer,
        lines: lines.into_iter().map(line).collect::<Vec<_>>().into(),
        condition,
    };
    session.send(&[event.into()])
}

fn offered(session: &Session, offer: OfferId) -> Result<BTreeMap<ItemId, Milligrams>> {
    let path = format!("/v1/offers/{offer}");
    let value = session.node()?.find(&path)?;
    let value = value.ok_or_else(|| {
        ClientError::usage(words!(
            "there is no offer {offer}; see `lode list --offers`",
            "没有交付 {offer}；见 `lode list --offers`",
            "não há oferta {offer}; veja `lode list --offers`"
        ))
    })?;
    if value.get("title_only").and_then(Value::as_bool) == Some(true) {
        return Err(ClientError::usage(words!(
            "offer {offer} passes ownership alone, the goods stay where they are: take it with `lode title take {offer}`",
            "交付 {offer} 仅转移所有权，货物不动：请用 `lode title take {offer}` 接受",
            "a oferta {offer} passa só a propriedade, os bens ficam onde estão: aceite com `lode title take {offer}`"
        )));
    }
    let items = ["items", "lines"].iter().find_map(|name| value.get(name)).and_then(Value::as_array);
    let line = |line: &Value| {
        let item = line.get("item").and_then(Value::as_str)?.parse().ok()?;
        let mass = ["mass", "mass_mg"].iter().find_map(|name| line.get(name)).and_then(Value::as_u64)?;
        Some((item, Milligrams::new(mass)?))
    };
    let lines = items.and_then(|items| items.iter().map(line).collect::<Option<BTreeMap<_, _>>>());
    lines.ok_or_else(|| ClientError::Node {
        url: path,
        status: 200,
        problem: words!(
            "it does not list the offered items",
            "未列出交付的物品",
            "não lista os itens oferecidos"
        ),
    })
}

/// Does not take what was offered.
///
/// # Errors
/// As [`Session::send`].
pub fn reject(session: &Session, offer: OfferId, reason: &str) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    session.send(&[CustodyRejected { at: session.now(), offer, reason }.into()])
}

/// Takes an own offer back.
///
/// # Errors
/// As [`Session::send`].
pub fn cancel(session: &Session, offer: OfferId) -> Result<Done> {
    session.send(&[CustodyCancelled { at: session.now(), offer }.into()])
}
