//! Protected names (rule L6): a name that belongs to stone of one place is given to nothing else.

use crate::json::Json;
use crate::record::{Claims, Item};
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, Country, EvidenceLevel, ProtectedName, fold};

use super::context::{Context, warn_item_once};

/// Refuses a name of goods that uses a protected name without the right to it.
///
/// # Errors
/// L6 with the name and the country that it needs.
pub(super) fn check_name(
    context: &Context<'_>,
    name: Option<&str>,
    claims: &Claims,
) -> Result<(), Violation> {
    check(context, name, |protected| is_of(protected, claims))
}

/// [`check_name`] of goods that are not all at hand: they get no protected name.
///
/// # Errors
/// L6 with the name and the country that it needs.
pub(super) fn check_name_of_unknown(context: &Context<'_>, name: Option<&str>) -> Result<(), Violation> {
    check(context, name, |_| false)
}

/// Marks goods that bear a protected name by their own words and have lost the right to it, as their origin was corrected.
pub(super) fn warn_of_name(context: &Context<'_>, item: &mut Item) {
    let names: Vec<String> = item
        .details
        .iter()
        .filter(|detail| matches!(detail.field.rsplit('.').next(), Some("name" | "trade_name")))
        .filter_map(|detail| Json::parse(detail.value.as_bytes()).ok()?.as_str().map(str::to_owned))
        .collect();
    for name in names {
        if let Some(protected) = lost(context, &name, &item.claims) {
            let country = country_of(protected).map_or_else(String::new, |country| country.to_string());
            warn_item_once(item, context, Reason::ProtectedName, [protected.to_string(), country]);
        }
    }
}

/// The protected name that a name of goods uses without the right to it.
fn lost(context: &Context<'_>, name: &str, claims: &Claims) -> Option<Code<ProtectedName>> {
    if context.ruleset() < 2 {
        return None;
    }
    let name = fold(name);
    Code::<ProtectedName>::all().find(|protected| is_used(*protected, &name) && !is_of(*protected, claims))
}

/// Whether a place is one that a protected name belongs to.
pub(super) fn is_protected_place(place: &str) -> bool {
    let place = fold(place);
    Code::<ProtectedName>::all().any(|protected| is_in(protected, &place))
}

fn is_in(protected: Code<ProtectedName>, folded: &str) -> bool {
    protected.attribute("place").unwrap_or_default().split(' ').any(|part| folded.contains(part))
}

fn check(
    context: &Context<'_>,
    name: Option<&str>,
    is_entitled: impl Fn(Code<ProtectedName>) -> bool,
) -> Result<(), Violation> {
    let Some(name) = name.filter(|_| context.ruleset() >= 2) else { return Ok(()) };
    let name = fold(name);
    match Code::<ProtectedName>::all()
        .find(|protected| is_used(*protected, &name) && !is_entitled(*protected))
    {
        None => Ok(()),
        Some(protected) => {
            let mut violation = Violation::new(Reason::ProtectedName).saying(protected);
            if let Some(country) = country_of(protected) {
                violation = violation.saying(country);
            }
            Err(violation)
        }
    }
}

/// Whether a folded name of goods contains the protected name in any language.
fn is_used(protected: Code<ProtectedName>, folded: &str) -> bool {
    let term = protected.term();
    term.names.iter().chain(term.synonyms).any(|name| folded.contains(&fold(name)))
}

fn country_of(protected: Code<ProtectedName>) -> Option<Code<Country>> {
    protected.attribute("country").and_then(|code| Code::parse(code).ok())
}

/// Whether all of the material is from the place, with more than the holder's word for it.
fn is_of(protected: Code<ProtectedName>, claims: &Claims) -> bool {
    let [origin] = claims.origins.as_slice() else { return false };
    let place = claims.place.as_deref().map(fold).unwrap_or_default();
    country_of(protected) == Some(origin.country)
        && claims.origin_evidence != EvidenceLevel::SELF_DECLARED
        && is_in(protected, &place)
}
