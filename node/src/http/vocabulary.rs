//! The vocabulary's tables, as programs that write events need them.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;
use lode_ledger::lang::Lang;
use lode_ledger::vocab::{self, Term, Vocabulary};

use super::asked::{Asked, Path};
use super::problem::{Kind, Problem, ProblemBody};
use super::view::TermView;

macro_rules! tables {
    ($($table:ident)*) => {
        /// The terms of a table.
        #[must_use]
        pub fn terms(name: &str) -> Option<&'static [Term]> {
            match name {
                $(<vocab::$table as Vocabulary>::NAME => Some(<vocab::$table as Vocabulary>::TERMS),)*
                _ => None,
            }
        }

        /// The names of all tables.
        pub const NAMES: &[&str] = &[$(<vocab::$table as Vocabulary>::NAME),*];
    };
}

tables! {
    AssignmentReason CertificateScope ChainModel Country CredentialKind Currency DeclarationElement DestroyReason DifferenceReason
    DisputeKind DocumentType EntryKind EvidenceLevel FacilityKind Finding ForeignMaterial Form GainReason HoldReason HsCode Incoterm LossReason
    Nature Port ProtectedName RecallReason Regime ReturnReason Role SaleChannel Species Step Treatment Unit Variety WeighingMethod
    WorkKind
}

fn view(term: &Term) -> TermView {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    TermView {
        code: term.code.to_owned(),
        names: Lang::ALL.iter().map(|lang| (lang.tag().to_owned(), term.name(*lang).to_owned())).collect(),
        attributes: term.attributes.iter().map(own).collect::<BTreeMap<_, _>>(),
        rank: term.rank,
    }
}

/// A table: stable codes with names in every language.
#[utoipa::path(get, path = "/v1/vocabulary/{table}", tag = "vocabulary", params(("table" = String, Path)),
    responses((status = 200, body = Vec<TermView>), (status = 404, body = ProblemBody)))]
pub async fn get(Asked(lang): Asked, Path(table): Path<String>) -> Result<impl IntoResponse, Problem> {
    let terms = terms(&table).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(NAMES.join(", ")))?;
    let views: Vec<TermView> = terms.iter().map(view).collect();
    Ok(([(header::CACHE_CONTROL, "public, max-age=3600")], Json(views)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_table_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/vocabulary");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
            // The sets say which elements a customs code asks for; they are no table of terms.
            if name != "declaration_element_sets" {
                assert!(terms(&name).is_some(), "{name}");
            }
        }
    }
}
