//! Protected names (rule L6): a name that belongs to stone of one place is given to nothing else.

use crate::record::Claims;
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, Country, EvidenceLevel, ProtectedName, fold};

use super::context::Context;

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
    let mut places = protected.attribute("place").unwrap_or_default().split(' ');
    country_of(protected) == Some(origin.country)
        && claims.origin_evidence != EvidenceLevel::SELF_DECLARED
        && places.any(|part| place.contains(part))
}
