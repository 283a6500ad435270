//! What is printed for a piece: the label with its public code, and, apart from it, the card with the hidden one.
//!
//! Two files, because the label hangs outside and the card is sealed inside: whoever has the card can claim the
//! piece. Only drawing here; which piece a tag is bound to is the ledger's matter.

use std::fmt::Write as _;

use lode_ledger::tag::{ClaimCode, TagCode};
use qrcode::{Color, EcLevel, QrCode};

use crate::commands::market::UnitCode;
use crate::error::{ClientError, Result, words};

/// Width and height of both prints in tenths of a millimetre: 60 mm by 40 mm, a usual size of stickers.
const WIDTH: usize = 600;
const HEIGHT: usize = 400;
/// Side of the QR code with its quiet zone: 28 mm, which a phone reads at arm's length.
const QR_SIDE: usize = 280;
/// Modules that must stay white around the code (ISO/IEC 18004).
const QUIET: usize = 4;
/// Where the words stand beside the code, and how wide a line may be: a word cut off at the edge is lost.
const WORDS_X: usize = 300;
const WORDS_WIDTH: usize = WIDTH - WORDS_X - 10;
/// Between the lines of one text, and between two texts.
const LINE_GAP: usize = 6;
const TEXT_GAP: usize = 16;

/// The language of the print; buyers abroad read English, the market Chinese.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Print {
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// The address that the label's QR code holds: `BASE/T/CODE`. Where the base is only a host it is written in
/// capitals, so that the code is alphanumeric and small.
#[must_use]
pub fn address(base: &str, code: &TagCode) -> String {
    let base = base.trim_end_matches('/');
    let host_only = base.split_once("://").is_some_and(|(_, rest)| !rest.contains('/'));
    let base = if host_only { base.to_uppercase() } else { base.to_owned() };
    format!("{base}/T/{code}")
}

/// The label: QR code, the code for people, and a few short facts, one line each.
///
/// # Errors
/// The address is too long for a QR code, or the facts for the label.
pub fn label(base: &str, code: &TagCode, facts: &[String], print: Print) -> Result<String> {
    let address = address(base, code);
    let title = match print {
        Print::En => "Scan: what it is, where from, by whom",
        Print::Zh => "扫码查看：材质、产地、制作者",
    };
    let mut lines = vec![(title.to_owned(), 18), (grouped(&code.to_string()), 26)];
    lines.extend(facts.iter().map(|fact| (fact.clone(), 18)));
    draw(&address, &lines)
}

/// The card with the hidden code, to be sealed inside. The QR code holds the hidden code behind `#`, which browsers
/// do not send to any server.
///
/// # Errors
/// The address is too long for a QR code.
pub fn claim_card(base: &str, code: &TagCode, hidden: &ClaimCode, print: Print) -> Result<String> {
    card(&format!("{}#{hidden}", address(base, code)), code, hidden, None, print)
}

/// The card of one piece of a batch: its QR code holds the piece's place among the tag's codes, counted from 0, and
/// the proof of that besides, as `HIDDEN.PLACE.PROOF`.
///
/// # Errors
/// The address is too long for a QR code.
pub fn unit_card(base: &str, code: &TagCode, unit: &UnitCode, print: Print) -> Result<String> {
    let address = format!("{}#{}", address(base, code), unit_text(unit));
    card(&address, code, &unit.hidden, Some(unit.number), print)
}

/// What stands behind `#` on the card of one piece of a batch.
#[must_use]
pub fn unit_text(unit: &UnitCode) -> String {
    // Capitals and digits: so a QR code writes them in the fewest bits.
    let path: String = unit.path.iter().map(|hash| hash.to_string().to_uppercase()).collect();
    format!("{}.{}.{path}", unit.hidden, unit.number)
}

fn card(
    address: &str,
    code: &TagCode,
    hidden: &ClaimCode,
    unit: Option<u32>,
    print: Print,
) -> Result<String> {
    let text = hidden.to_string();
    let (first, second) = text.split_at(text.len().min(18));
    let lines: [&str; 4] = match print {
        Print::En => [
            "Proof of ownership. Keep it secret.",
            "Who has this code can claim the piece.",
            "The seller printed it and has seen it:",
            "claim the piece soon after you buy it.",
        ],
        Print::Zh => {
            ["所有权凭证，请保密。", "持有此码者可认领本件。", "卖方打印时见过此码：", "购买后请尽快认领。"]
        }
    };
    let mut all = vec![(first.to_owned(), 24), (second.to_owned(), 24)];
    all.extend(lines.iter().map(|line| ((*line).to_owned(), 16)));
    // People count from one.
    let number = unit.map_or_else(String::new, |number| format!(" / {}", number.saturating_add(1)));
    all.push((format!("{code}{number}"), 14));
    draw(address, &all)
}

/// In groups of four, as people read.
fn grouped(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    chars.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn draw(address: &str, lines: &[(String, usize)]) -> Result<String> {
    let qr = QrCode::with_error_correction_level(address, EcLevel::M).map_err(|error| {
        ClientError::usage(words!(
            "{address}: {error}; use a shorter address for tags",
            "{address}：{error}；请使用更短的标签地址",
            "{address}: {error}; use um endereço mais curto para as etiquetas"
        ))
    })?;
    let side = qr.width() + 2 * QUIET;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60mm\" height=\"{}mm\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <svg x=\"10\" y=\"20\" width=\"{QR_SIDE}\" height=\"{QR_SIDE}\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path d=\"",
        HEIGHT / 10
    );
    for (at, color) in qr.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (at % qr.width() + QUIET, at / qr.width() + QUIET);
            // Writing to a String cannot fail.
            let _ = write!(svg, "M{x} {y}h1v1h-1z");
        }
    }
    svg.push_str("\"/></svg>\n<g font-family=\"sans-serif\" fill=\"#000\">\n");
    let mut y = 24;
    for (text, size) in lines {
        for line in wrapped(text, *size) {
            y += size + LINE_GAP;
            let line = escape(&line);
            let _ = writeln!(svg, "<text x=\"{WORDS_X}\" y=\"{y}\" font-size=\"{size}\">{line}</text>");
        }
        y += TEXT_GAP - LINE_GAP;
    }
    if y > HEIGHT {
        return Err(ClientError::usage(words!(
            "the facts do not fit on the label: say less",
            "标签放不下这些内容：请精简",
            "os fatos não cabem na etiqueta: diga menos"
        )));
    }
    svg.push_str("</g>\n</svg>\n");
    Ok(svg)
}

/// The width of a character in hundredths of its size, in the wider of the usual sans-serif fonts.
fn advance(c: char) -> usize {
    match c {
        ' ' | '.' | ',' | ':' | ';' | '-' | 'i' | 'j' | 'l' | 'I' | '(' | ')' => 40,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 95,
        'a'..='z' | '0'..='9' => 60,
        'A'..='Z' => 74,
        // Chinese, and whatever else may be as wide as it is high.
        _ => 100,
    }
}

/// A text in lines that fit beside the code: parted at blanks, and at any place where a word is too long for a line.
fn wrapped(text: &str, size: usize) -> Vec<String> {
    let most = WORDS_WIDTH * 100 / size;
    let width = |text: &str| text.chars().map(advance).sum::<usize>();
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if !line.is_empty() && width(line) + advance(' ') + width(word) <= most {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for c in word.chars() {
            let Some(line) = lines.last_mut() else { break };
            if width(line) + advance(c) > most {
                lines.push(c.to_string());
            } else {
                line.push(c);
            }
        }
    }
    lines
}

fn escape(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).fold(String::new(), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn code() -> TagCode {
        TagCode::new([7; 10])
    }

    /// The dark modules of a print, by column and row without the quiet zone.
    fn modules(svg: &str) -> BTreeSet<(usize, usize)> {
        let path = svg.split_once("<path d=\"").unwrap().1.split_once('"').unwrap().0;
        path.split('M')
            .skip(1)
            .map(|square| {
                let (x, rest) = square.split_once(' ').unwrap();
                let y = rest.split_once('h').unwrap().0;
                (x.parse::<usize>().unwrap() - QUIET, y.parse::<usize>().unwrap() - QUIET)
            })
            .collect()
    }

    #[test]
    fn the_label_holds_the_address_as_a_small_alphanumeric_code() {
        let address = address("https://lode.example/", &code());
        assert_eq!(address, format!("HTTPS://LODE.EXAMPLE/T/{}", code()));
        // 41 characters fit version 3 at level M only as alphanumerics (61); as bytes it holds 42.
        let qr = QrCode::with_error_correction_level(&address, EcLevel::M).unwrap();
        assert!(qr.width() <= 29, "{}", qr.width());
        let svg = label("https://lode.example/", &code(), &["A & B <quartz>".to_owned()], Print::En).unwrap();
        assert!(svg.contains("A &amp; B &lt;quartz&gt;"));
        let drawn = modules(&svg);
        let dark: BTreeSet<_> = (0..qr.width() * qr.width())
            .filter(|at| qr.to_colors()[*at] == Color::Dark)
            .map(|at| (at % qr.width(), at / qr.width()))
            .collect();
        assert_eq!(drawn, dark);
        // The three finder patterns: 7 by 7, and none at the fourth corner.
        let last = qr.width() - 1;
        for (x, y) in [(0, 0), (last - 6, 0), (0, last - 6)] {
            assert!((0..7).all(|n| drawn.contains(&(x + n, y)) && drawn.contains(&(x, y + n))));
            assert!(!drawn.contains(&(x + 1, y + 1)) && drawn.contains(&(x + 3, y + 3)));
        }
    }

    #[test]
    fn the_hidden_code_stands_on_the_card_only() {
        let hidden = ClaimCode([9; 16]);
        let label = label("https://lode.example", &code(), &[], Print::Zh).unwrap();
        let card = claim_card("https://lode.example", &code(), &hidden, Print::Zh).unwrap();
        let text = hidden.to_string();
        let (first, second) = text.split_at(18);
        assert!(card.contains(first) && card.contains(second));
        assert!(!label.contains(first) && modules(&label) != modules(&card));
    }

    #[test]
    fn the_card_of_one_piece_holds_its_place_and_proof() {
        // 1024 pieces: ten hashes.
        let path = (0..10).map(|n| lode_ledger::hash::Hash([n; 32])).collect();
        let unit = UnitCode { hidden: ClaimCode([9; 16]), number: 1023, path };
        let card = unit_card("https://lode.example", &code(), &unit, Print::En).unwrap();
        let text = format!("{}#{}", address("https://lode.example", &code()), unit_text(&unit));
        let qr = QrCode::with_error_correction_level(&text, EcLevel::M).unwrap();
        // 28 mm in 97 modules and the quiet zone: 0.27 mm each, three dots of a label printer.
        assert!(qr.width() <= 97, "{}", qr.width());
        let dark = qr.to_colors().into_iter().filter(|color| *color == Color::Dark).count();
        assert_eq!(modules(&card).len(), dark);
        assert!(card.contains(&format!("{} / 1024", code())), "which piece it is for");
    }

    #[test]
    fn no_word_of_a_print_stands_beyond_its_edge() {
        let fact = "Rock crystal from Brazil or Madagascar, heated, 1.204 kg".to_owned();
        let facts = [fact, "紫水晶，巴西或马达加斯加，经热处理，重一千二百零四克".to_owned()];
        let hidden = ClaimCode([9; 16]);
        for print in [Print::En, Print::Zh] {
            let label = label("https://lode.example", &code(), &facts, print).unwrap();
            let card = claim_card("https://lode.example", &code(), &hidden, print).unwrap();
            for svg in [&label, &card] {
                for text in svg.split("<text ").skip(1) {
                    let attribute = |name: &str| -> usize {
                        let (_, rest) = text.split_once(&format!("{name}=\"")).unwrap();
                        rest.split_once('"').unwrap().0.parse().unwrap()
                    };
                    let words = text.split_once('>').unwrap().1.split_once("</text>").unwrap().0;
                    let wide = words.chars().map(advance).sum::<usize>() * attribute("font-size") / 100;
                    assert!(attribute("x") + wide <= WIDTH, "{words:?} is {wide} wide");
                    assert!(attribute("y") < HEIGHT, "{words:?}");
                }
            }
            let said: String = label.split("<text ").skip(1).collect();
            for group in grouped(&code().to_string()).split(' ') {
                assert!(said.contains(group), "{group} of the code is missing");
            }
        }
        let long = vec!["far too much to say of a stone".to_owned(); 12];
        assert!(label("https://lode.example", &code(), &long, Print::En).is_err());
    }

    #[test]
    fn a_path_keeps_its_letters() {
        let address = address("https://lode.example/Donghai", &code());
        assert!(address.starts_with("https://lode.example/Donghai/T/"));
    }
}
