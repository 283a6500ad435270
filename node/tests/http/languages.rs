//! In which language people and programs are answered, and that every error is a problem with a code.

use axum::http::{StatusCode, header};
use lode_ledger::lang::Lang;
use lode_ledger::tag::TagCode;

use crate::stage::stage;

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_problems_in_the_asked_language_wherever_they_arise() {
    let stage = stage(|_| {}).await;
    for path in [
        "/v1/items?limit=many",
        "/v1/items?limit=1&limit=2",
        "/v1/items/%FF",
        "/v1/feed?since=-1",
        "/v1/items/x/events?limit=-1",
        "/v1/participants?role=king",
        "/v1/statements/abc",
        "/v1/documents/00",
        "/v1/tags/0",
    ] {
        let got = stage.get_as(path, header::ACCEPT_LANGUAGE, "pt-BR,pt;q=0.9,en;q=0.5").await;
        got.is_problem(400, "bad-parameter");
        assert_eq!(got.json()["title"], "um parâmetro está errado", "{path}");
        assert!(!got.json()["detail"].as_str().unwrap().is_empty(), "{path}");
    }
    let said = stage.get("/v1/items?limit=many").await.json();
    assert!(said["detail"].as_str().unwrap().starts_with("limit: "), "{said}");
    let said = stage.get("/v1/items?custodian=x&lang=zh").await.json();
    assert!(said["detail"].as_str().unwrap().starts_with("custodian：值“x”不正确"), "{said}");
    let work = format!("/v1/items/W-{}/made-from", "0".repeat(26));
    stage.get(&work).await.is_problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parameter_wins_over_the_header_and_the_header_over_the_nodes_own() {
    let stage = stage(|config| config.language = Lang::Zh).await;
    let title = async |path: &str, accept: &str| {
        let got = stage.get_as(path, header::ACCEPT_LANGUAGE, accept).await.json();
        got["title"].as_str().unwrap().to_owned()
    };
    assert_eq!(title("/none", "").await, "未找到");
    assert_eq!(title("/none", "fr, de").await, "未找到");
    assert_eq!(title("/none", "fr, en;q=0.4").await, "not found");
    assert_eq!(title("/none?lang=pt", "en").await, "não encontrado");
    assert_eq!(title("/none?lang=tlh", "en").await, "not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_and_its_way_to_the_other_language_keep_the_place() {
    let stage = stage(|_| {}).await;
    let tag = stage.trade.dragon_tag;
    let pages = [
        ("/".to_owned(), 200),
        (format!("/T/{tag}"), 200),
        (format!("/items/{}", stage.trade.brazil), 200),
        (format!("/T/{}", TagCode::new([7; 10])), 404),
        ("/T/not%20a%20code".to_owned(), 404),
        ("/items/P-1".to_owned(), 404),
    ];
    for (path, status) in pages {
        let en = stage.get(&format!("{path}?lang=en")).await;
        assert_eq!(en.status.as_u16(), status, "{path}");
        assert!(en.text().contains("<html lang=\"en\">"), "{path}");
        assert!(en.text().contains(&format!("href=\"{path}?lang=zh\"")), "{path}: {}", en.text());
        let zh = stage.get(&format!("{path}?lang=zh")).await;
        assert!(zh.text().contains("<html lang=\"zh-Hans\">"), "{path}");
        assert_eq!(zh.header(header::CONTENT_LANGUAGE), "zh-Hans");
        assert!(zh.text().contains(&format!("href=\"{path}?lang=en\"")), "{path}");
        for page in [en, zh] {
            assert_eq!(page.text().matches("<h1>").count(), 1, "{path}: one first heading");
            assert!(page.header(header::VARY).contains("accept-language"));
        }
    }
    // No path is no text: still a page.
    let got = stage.get("/T/%FF").await;
    assert_eq!(
        (got.status, got.header(header::CONTENT_TYPE)),
        (StatusCode::NOT_FOUND, "text/html; charset=utf-8")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_code_can_be_looked_at_again() {
    let stage = stage(|_| {}).await;
    let got = stage.get("/t?code=%3Cb%3E+1&lang=zh").await;
    assert_eq!(got.header(header::LOCATION), "/T/%3Cb%3E%201?lang=zh");
    let page = stage.get(got.header(header::LOCATION)).await;
    assert!(
        page.text().contains("这不是标签编码") && page.text().contains("value=\"&#60;b&#62; 1\""),
        "{}",
        page.text()
    );
    assert_eq!(stage.get("/t?code=").await.header(header::LOCATION), "/?lang=en");
}
