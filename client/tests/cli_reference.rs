//! `docs/cli.md` says what the program says.

#[test]
fn the_reference_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md");
    let now = lode::cli::reference();
    if std::env::var("UPDATE").as_deref() == Ok("1") {
        std::fs::write(path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == now, "docs/cli.md is out of date: UPDATE=1 cargo test -p lode --test cli_reference");
    for command in ["lode lot declare", "lode sync", "lode tag label", "lode enrol grant"] {
        assert!(now.contains(&format!("## `{command}`\n")), "{command}");
    }
}
