//! After a sale (rules C1, C4, C5, L2): customs, carriers, payment, and goods that come back.

use std::collections::BTreeSet;

use crate::event::EventType;
use crate::event::body::{
    ExportPrepared, ItemReturned, PaymentSettled, ShipmentDelivered, ShipmentDispatched,
};
use crate::id::{ExportId, ItemId, ItemKind, SaleId, SettlementId, ShipmentId};
use crate::record::{Export, History, Item, ItemState, Market, RecordKey, Sale, Settlement, Shipment};
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, Country, ReturnReason};
use crate::words::words;

use super::context::{Context, Purpose, refuse_twice, state_forbids};
use super::listings::{check_whole_boxes, take_out};
use super::lots::keep_documents;
use super::states;
use super::units::not_sold;

/// Who may speak of goods that leave: custodian, owner, consignee, or who sold them.
fn check_trader(context: &Context<'_>, id: &ItemId, item: &Item) -> Result<(), Violation> {
    if item.custodian == context.author()? || sold_by(context, id, item).is_ok() {
        return Ok(());
    }
    context.check_may_sell(id, item)
}

/// An item that the author may prepare for customs.
pub(super) fn to_export(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    states::step(EventType::ExportPrepared, id, item.state)?;
    check_trader(context, id, &item)?;
    context.check_free(id, &item, Purpose::Change)?;
    Ok(item)
}

/// An item that the author may send, and its state on the way.
pub(super) fn to_dispatch(context: &Context<'_>, id: &ItemId) -> Result<(Item, ItemState), Violation> {
    let item = context.item(id)?;
    let mut state = states::step(EventType::ShipmentDispatched, id, item.state)?;
    context.check_custodian(id, &item)?;
    if item.state == ItemState::InRepair {
        // A workshop hands it over to the seller; the seller sends it to its buyer.
        sold_by(context, id, &item)?;
        if item.market().owner_key.is_some() {
            state = ItemState::Claimed;
        }
    }
    context.check_free(id, &item, Purpose::Change)?;
    if let Some(shipment) = item.market().shipment
        && context.shipment(&shipment)?.delivered.is_none()
    {
        return Err(Violation::new(Reason::InTransit).with(id).with(shipment));
    }
    Ok((item, state))
}

pub(super) fn export_prepared(context: &mut Context<'_>, body: &ExportPrepared) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    refuse_twice(body.material_origins.iter().copied(), "material_origins")?;
    if body
        .tariff_code
        .as_ref()
        .is_some_and(|code| !code.as_str().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
    {
        let text = words(
            "a tariff code has digits and dots only",
            "税则号只含数字和点",
            "um código tarifário tem só algarismos e pontos",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("tariff_code"));
    }
    let exporter = context.author()?;
    let id = ExportId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let mut origins: BTreeSet<Code<Country>> = BTreeSet::new();
    for (n, item_id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = to_export(context, item_id).map_err(place)?;
        context.build_on_item(&mut item).map_err(place)?;
        keep_documents(&mut item.documents, &mut item.not_kept, &body.documents);
        origins.extend(item.claims.origins.iter().map(|origin| origin.country));
        context.put_item(*item_id, item);
    }
    // Principle: customs origin is not material origin. The first is a determination that the author signs; the second
    // is what the record says.
    if origins != body.material_origins.iter().copied().collect() {
        let on_record: Vec<&str> = origins.iter().map(|country| country.as_str()).collect();
        return Err(Violation::new(Reason::MaterialOrigins)
            .with(on_record.join(", "))
            .field("material_origins"));
    }
    let export = Export {
        history: History::default(),
        exporter,
        items: body.items.0.clone(),
        destination: body.destination,
        hs: body.hs,
        tariff_code: body.tariff_code.as_ref().map(ToString::to_string),
        customs_origin: body.customs_origin,
        material_origins: origins.into_iter().collect(),
        regime: body.regime,
        incoterm: body.incoterm,
    };
    context.create(RecordKey::Export(id), id, export)
}

pub(super) fn shipment_dispatched(
    context: &mut Context<'_>,
    body: &ShipmentDispatched,
) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    check_whole_boxes(context, &body.items, |n| format!("items[{n}]"))?;
    let sender = context.author()?;
    let id = ShipmentId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    if let Some(export_id) = &body.export {
        let export = context.export(export_id).map_err(|violation| violation.field("export"))?;
        let text = words(
            "the export names other items or another destination",
            "出口备案的物品或目的国不同",
            "a exportação nomeia outros itens ou outro destino",
        );
        let same = body.items.iter().all(|item| export.items.contains(item))
            && body.destination.is_none_or(|country| country == export.destination);
        if !same {
            return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("export"));
        }
    }
    for (n, item_id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let (mut item, state) = to_dispatch(context, item_id).map_err(place)?;
        item.state = state;
        context.build_on_item(&mut item).map_err(place)?;
        item.change_market(|market| market.shipment = Some(id));
        context.put_item(*item_id, item);
    }
    let shipment = Shipment {
        history: History::default(),
        sender,
        items: body.items.0.clone(),
        destination: body.destination,
        export: body.export,
        carrier: body.carrier.as_ref().map(ToString::to_string),
        delivered: None,
    };
    context.create(RecordKey::Shipment(id), id, shipment)
}

/// A shipment under way that the author may say arrived.
pub(super) fn to_deliver(context: &Context<'_>, id: &ShipmentId) -> Result<Shipment, Violation> {
    let shipment = context.shipment(id)?;
    let handles = ["carrier", "marketplace"].iter().any(|role| context.author_has_role(role));
    if shipment.sender != context.author()? && !handles {
        return Err(Violation::new(Reason::NotEntitled).with(id));
    }
    if shipment.delivered.is_some() {
        return Err(Violation::new(Reason::ShipmentOver).with(id));
    }
    Ok(shipment)
}

/// The sender or the carrier says so, or the trading centre that handles the parcel.
pub(super) fn shipment_delivered(
    context: &mut Context<'_>,
    body: &ShipmentDelivered,
) -> Result<(), Violation> {
    let mut shipment =
        to_deliver(context, &body.shipment).map_err(|violation| violation.field("shipment"))?;
    for id in &shipment.items {
        let mut item = context.item(id)?;
        // Taken over on the way: its new custodian has said so.
        if item.market().shipment != Some(body.shipment) {
            continue;
        }
        context.build_on_item(&mut item)?;
        if let Some(proof) = &body.proof {
            keep_documents(&mut item.documents, &mut item.not_kept, std::slice::from_ref(proof));
        }
        context.put_item(*id, item);
    }
    shipment.delivered = Some(context.event_ref());
    context.put(RecordKey::Shipment(body.shipment), shipment);
    Ok(())
}

/// A sale that the author may say is paid.
pub(super) fn to_settle(context: &Context<'_>, id: &SaleId) -> Result<Sale, Violation> {
    let sale = context.sale(id)?;
    let handles = ["marketplace", "registrar"].iter().any(|role| context.author_has_role(role));
    if sale.seller != context.author()? && !handles {
        return Err(Violation::new(Reason::NotSeller).with(id).with(sale.seller));
    }
    if sale.cancelled {
        return Err(super::market::sale_is_cancelled(id));
    }
    match sale.settled {
        Some(settled) => Err(Violation::new(Reason::SaleSettled).with(id).with(settled)),
        None => Ok(sale),
    }
}

pub(super) fn payment_settled(context: &mut Context<'_>, body: &PaymentSettled) -> Result<(), Violation> {
    refuse_twice(body.sales.iter().copied(), "sales")?;
    let by = context.author()?;
    let id = SettlementId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    for (n, sale_id) in body.sales.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("sales[{n}]"));
        let mut sale = to_settle(context, sale_id).map_err(place)?;
        context.not_before(Some(sale.at))?;
        sale.settled = Some(id);
        context.put(RecordKey::Sale(*sale_id), sale);
    }
    let settlement = Settlement {
        history: History::default(),
        by,
        sales: body.sales.0.clone(),
        currency: body.currency,
        commitment: body.commitment,
    };
    context.create(RecordKey::Settlement(id), id, settlement)
}

/// The sale of an item, if the author made it.
fn sold_by(context: &Context<'_>, id: &ItemId, item: &Item) -> Result<Sale, Violation> {
    let Some(sale_id) = item.sale else {
        return Err(Violation::new(Reason::NotSeller).with(id).with(item.custodian));
    };
    let sale = context.sale(&sale_id)?;
    if sale.seller != context.author()? {
        return Err(Violation::new(Reason::NotSeller).with(id).with(sale.seller));
    }
    Ok(sale)
}

/// Only a buyer who has claimed something says that it is his no more.
pub(super) fn check_given_back(id: &ItemId, item: &Item) -> Result<(), Violation> {
    let market = item.market();
    let claimed = market.owner_key.is_some() || market.units_claimed.is_some();
    if claimed && market.given_back.is_none() {
        return Err(Violation::new(Reason::NotGivenBack).with(id));
    }
    Ok(())
}

/// An item that its seller may take back, of which sale, and its state from then on; `to_mend`: only for a repair.
pub(super) fn to_take_back(
    context: &Context<'_>,
    id: &ItemId,
    to_mend: bool,
) -> Result<(Item, Sale, ItemState), Violation> {
    let item = context.item(id)?;
    let state = states::step(EventType::ItemReturned, id, item.state)?;
    let sale = sold_by(context, id, &item)?;
    context.check_free(id, &item, Purpose::ComeBack)?;
    if to_mend {
        check_is_finished(id)?;
        if item.state == ItemState::InRepair {
            return Err(state_forbids(id, item.state));
        }
        return Ok((item, sale, state));
    }
    check_given_back(id, &item)?;
    if item.state == ItemState::InRepair {
        // It may lie with a workshop.
        context.check_keeps(id, &item)?;
    }
    Ok((item, sale, state))
}

/// Goods come back: to the seller's hands, and to whom they belonged before the sale. For a repair they come in and stay
/// their buyer's.
pub(super) fn item_returned(context: &mut Context<'_>, body: &ItemReturned) -> Result<(), Violation> {
    let place = |violation: Violation| violation.field("item");
    let to_mend = body.reason == ReturnReason::REPAIR;
    let (mut item, sale, state) = to_take_back(context, &body.item, to_mend).map_err(place)?;
    if to_mend {
        return bring_in(context, body.item, item).map_err(place);
    }
    let author = context.author()?;
    context.build_on_item(&mut item).map_err(place)?;
    take_out(context, &body.item, &mut item)?;
    not_sold(context, &body.item, &item);
    item.state = state;
    item.sale = None;
    item.owner = Some(sale.owner.unwrap_or(author));
    item.custodian = author;
    item.change_market(|market| *market = Market::default());
    context.put_item(body.item, item);
    Ok(())
}

/// What is assembled and mended is finished: no lot is.
pub(super) fn check_is_finished(id: &ItemId) -> Result<(), Violation> {
    if id.kind() != ItemKind::Lot {
        return Ok(());
    }
    let what = words("a piece or a batch", "单件或批件", "uma peça ou um lote contado");
    Err(Violation::new(Reason::WrongKind).with(id).saying(what))
}

/// What was sold comes in to be mended: it is in the seller's hands, and whose it is does not change.
fn bring_in(context: &mut Context<'_>, id: ItemId, mut item: Item) -> Result<(), Violation> {
    context.build_on_item(&mut item)?;
    take_out(context, &id, &mut item)?;
    item.state = ItemState::InRepair;
    item.custodian = context.author()?;
    item.change_market(|market| market.shipment = None);
    context.put_item(id, item);
    Ok(())
}
