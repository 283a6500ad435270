//! What may be said of an item, in sentences: the same answers as on its page, for whoever reads them out to a buyer.
//!
//! Nothing is said here that the page does not say; each answer comes with how well it is supported.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{Admitted, Asked, Path};
use super::items::known;
use super::problem::{Kind, Problem, ProblemBody};
use super::{App, aside};
use crate::page::{PageLang, PageOptions, item_page};

/// What may be said of an item. In English where the pages have no texts in the asked language.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpokenView {
    /// The item.
    pub item: String,
    /// What it is called.
    pub title: String,
    /// What stands in the way of a sale, or must be said first.
    pub alerts: Vec<String>,
    /// What it is, whether it was treated, where the material is from, who made it.
    pub answers: Vec<SpokenAnswer>,
    /// Warnings on it and on what it was made of.
    pub warned: Vec<String>,
    /// What is not known or not checked.
    pub gaps: Vec<String>,
}

/// One answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpokenAnswer {
    /// The question.
    pub question: String,
    /// The answer in a few words.
    pub answer: String,
    /// How well it is supported; absent where nothing is said.
    pub evidence: Option<String>,
    /// Who says so.
    pub said_by: String,
    /// Sentences that belong to it.
    pub sentences: Vec<String>,
}

/// What may be said of an item, to read out to a buyer.
#[utoipa::path(get, path = "/v1/items/{id}/spoken", tag = "items", params(("id" = String, Path)),
    responses((status = 200, body = SpokenView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn spoken(
    State(app): State<App>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    Path(id): Path<String>,
) -> Result<Json<SpokenView>, Problem> {
    let (id, _) = known(&app.node, admitted, &id, lang)?;
    let options = PageOptions {
        lang: PageLang::of(lang),
        base: String::new(),
        path: String::new(),
        photo: None,
        entries_open: false,
    };
    let page = aside(lang, move || item_page(&app, &id, options)).await?;
    let page = page.ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))?;
    let texts = |texts: Vec<&'static str>| texts.into_iter().map(str::to_owned).collect();
    let photo = page.t.gap_photo();
    let answers = page.answers.into_iter().map(|answer| {
        let said = answer.lines.into_iter().chain(std::iter::once(answer.note));
        SpokenAnswer {
            question: answer.question.to_owned(),
            answer: answer.headline,
            evidence: answer.chip.map(|chip| chip.name),
            said_by: answer.who,
            sentences: said.filter(|text| !text.is_empty()).collect(),
        }
    });
    Ok(Json(SpokenView {
        item: id.to_string(),
        title: page.title,
        alerts: page.alerts,
        answers: answers.collect(),
        warned: page.warnings.into_iter().map(|warning| warning.text).collect(),
        // Who speaks shows the piece itself.
        gaps: texts(page.gaps.into_iter().filter(|gap| *gap != photo).collect()),
    }))
}
