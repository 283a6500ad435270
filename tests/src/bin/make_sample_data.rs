//! Writes the sample workbooks of `tests/data`: an importer's list as one really looks, and one with twenty mistakes.
//!
//! `cargo run -p lode-tests --bin make_sample_data` writes the same bytes every time. Companies, mines' lot numbers,
//! bills of lading and certificates are invented; minerals, countries, districts and ports belong together.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook};
use serde_json::json;

/// The columns, in the order of the importer's own list.
const HEADINGS: [&str; 26] = [
    "序号",
    "供应商",
    "供应商批号",
    "品名",
    "种类",
    "加工程度和状态",
    "来源（天然）",
    "等级",
    "产区",
    "矿物学名及英文名称",
    "规格（单个直径、重量）",
    "化学成分",
    "件数",
    "颜色",
    "来源国",
    "矿区",
    "HS编码",
    "毛重(公斤)",
    "皮重(公斤)",
    "净重(公斤)",
    "处理",
    "提单号",
    "产地证号",
    "起运港",
    "证据等级",
    "备注",
];
const SERIAL: usize = 0;
const SUPPLIER: usize = 1;
const LOT: usize = 2;
const PRODUCT: usize = 3;
const KIND: usize = 4;
const WORKING: usize = 5;
const SOURCE: usize = 6;
const GRADE: usize = 7;
const AREA: usize = 8;
const MINERAL: usize = 9;
const SPEC: usize = 10;
const COMPOSITION: usize = 11;
const PIECES: usize = 12;
const COLOUR: usize = 13;
const COUNTRY: usize = 14;
const MINE: usize = 15;
const HS: usize = 16;
const GROSS: usize = 17;
const TARE: usize = 18;
const NET: usize = 19;
const TREATMENT: usize = 20;
const BILL: usize = 21;
const CERTIFICATE: usize = 22;
const PORT: usize = 23;
const EVIDENCE: usize = 24;
const REMARK: usize = 25;

/// Columns that the importer merges over the lots of one supplier.
const MERGED: [usize; 3] = [SUPPLIER, BILL, PORT];

/// `> supplier | country | port | bill of lading | certificate of origin`, then its lots:
/// `lot | kind | form | grade | district | size | pieces | colour | mine | net g | tare g | unit | treatment | evidence`.
const LOTS: &str = include_str!("sample_lots.txt");

/// One row of cells; a leading `=` marks a number.
type Cells = [String; 26];

/// One supplier's lots.
struct Group {
    rows: Vec<Cells>,
}

fn main() -> Result<()> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    fs::create_dir_all(&dir)?;
    let (groups, total_g) = good_groups()?;
    let title = "连云港海岳晶石进出口有限公司  2026年11月进口原料批次登记表";
    let mut list =
        Sheet::new(title, "船期：2026年11月    制表：陈（单证部）    单位：公司统一以公斤计，另有注明除外");
    list.groups(&groups)?;
    let mut sum: Cells = Default::default();
    sum[SUPPLIER] = "合计".to_owned();
    sum[NET] = format!("={}", kilograms(total_g));
    list.single(&sum)?;
    let mut remark: Cells = Default::default();
    remark[SERIAL] = "备注：重量以到港过磅为准；水晶原石带皮壳，含泥土约百分之一。".to_owned();
    list.single(&remark)?;
    list.save(&dir.join("inbound-2026-11.xlsx"), &dir.join("inbound-2026-11.gbk.csv"), true)?;

    let (rows, expected) = twenty_mistakes(&groups)?;
    let mut wrong = Sheet::new("到货登记（含错误，用于测试）", "每个错误见同名 .expected.json");
    for row in &rows {
        wrong.single(row)?;
    }
    wrong.save(&dir.join("inbound-twenty-mistakes.xlsx"), &dir.join("inbound-twenty-mistakes.csv"), false)?;
    let text = serde_json::to_string_pretty(&json!({"errors": expected}))?;
    fs::write(dir.join("inbound-twenty-mistakes.expected.json"), text + "\n")?;
    Ok(())
}

/// The lots of the text table, and their net mass in grams.
fn good_groups() -> Result<(Vec<Group>, u64)> {
    let (mut groups, mut total, mut serial) = (Vec::<Group>::new(), 0, 0);
    let mut supplier: Vec<&str> = Vec::new();
    for line in LOTS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix('>') {
            supplier = head.split('|').map(str::trim).collect();
            groups.push(Group { rows: Vec::new() });
            continue;
        }
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, country, port, bill, certificate] = supplier[..] else {
            bail!("bad supplier line before: {line}")
        };
        let [lot, kind, form, grade, area, size, pieces, colour, mine, net, tare, unit, treatment, evidence] =
            fields[..]
        else {
            bail!("bad lot line: {line}")
        };
        let (mineral, composition) = mineral_of(kind).with_context(|| format!("mineral of {kind}"))?;
        let (net, tare): (u64, u64) = (net.parse()?, tare.parse()?);
        serial += 1;
        total += net;
        let mut cells: Cells = Default::default();
        cells[SERIAL] = format!("={serial}");
        cells[SUPPLIER] = name.to_owned();
        cells[LOT] = lot.to_owned();
        cells[PRODUCT] = format!("{kind}{form}");
        cells[KIND] = kind.to_owned();
        cells[WORKING] = if form == "片料" { "简单锯开" } else { "未加工" }.to_owned();
        cells[SOURCE] = "天然".to_owned();
        cells[GRADE] = grade.to_owned();
        cells[AREA] = area.to_owned();
        cells[MINERAL] = mineral.to_owned();
        cells[SPEC] = size.to_owned();
        cells[COMPOSITION] = composition.to_owned();
        cells[PIECES] = if pieces.parse::<u32>().is_ok() { format!("={pieces}") } else { pieces.to_owned() };
        cells[COLOUR] = colour.to_owned();
        cells[COUNTRY] = country.to_owned();
        cells[MINE] = mine.to_owned();
        cells[HS] = if serial % 3 == 0 { "7103.10" } else { "7103100000" }.to_owned();
        cells[GROSS] = written(net + tare, unit)?;
        cells[TARE] = written(tare, if unit == "ct" { "克" } else { "" })?;
        cells[NET] = written(net, unit)?;
        cells[TREATMENT] = treatment.to_owned();
        cells[BILL] = bill.to_owned();
        cells[CERTIFICATE] = certificate.to_owned();
        cells[PORT] = port.to_owned();
        cells[EVIDENCE] = evidence.to_owned();
        groups.last_mut().context("a lot before any supplier")?.rows.push(cells);
    }
    Ok((groups, total))
}

/// Grams as kilograms, exactly.
fn kilograms(grams: u64) -> String {
    let text = format!("{}.{:03}", grams / 1000, grams % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A mass as different clerks write it.
fn written(grams: u64, unit: &str) -> Result<String> {
    Ok(match unit {
        "" => format!("={}", kilograms(grams)),
        "full" => thousands(&kilograms(grams)).chars().map(full_width).collect(),
        "sep" => thousands(&kilograms(grams)),
        "吨" => {
            let text = format!("{}.{:06}", grams / 1_000_000, grams % 1_000_000);
            format!("{}吨", text.trim_end_matches('0').trim_end_matches('.'))
        }
        "斤" => format!("{}斤", kilograms(grams * 2)),
        "两" => format!("{}两", kilograms(grams * 20)),
        "克" => format!("{}克", thousands(&grams.to_string())),
        "ct" => format!("{} ct", grams * 5),
        other => bail!("{grams} g cannot be written in {other}"),
    })
}

fn thousands(number: &str) -> String {
    let (whole, decimals) =
        number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    decimals.map_or(grouped.clone(), |part| format!("{grouped}.{part}"))
}

fn full_width(c: char) -> char {
    if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c }
}

/// Mineralogical name with English, and chemistry, of a kind as the list writes it.
fn mineral_of(kind: &str) -> Option<(&'static str, &'static str)> {
    let silica = "SiO2";
    Some(match kind.trim_start_matches("天然") {
        "紫水晶" | "紫晶" | "黄水晶" | "白水晶" | "烟晶" | "茶晶" | "粉晶" | "芙蓉石" | "发晶" | "黑发晶"
        | "绿幽灵" | "紫黄晶" | "墨晶" | "草莓晶" | "东陵石" | "虎眼石" | "红胶花" => {
            ("石英 Quartz", silica)
        }
        "玛瑙" | "蓝纹玛瑙" | "红玉髓" | "澳玉" | "碧石" => ("玉髓 Chalcedony", silica),
        "萤石" => ("萤石 Fluorite", "CaF2"),
        "黑碧玺" | "红碧玺" | "碧玺" => ("电气石 Tourmaline", "硼硅酸盐"),
        "海蓝宝" | "摩根石" => ("绿柱石 Beryl", "Be3Al2Si6O18"),
        "拉长石" | "月光石" | "天河石" | "日光石" => ("长石 Feldspar", "铝硅酸盐"),
        "青金石" => ("青金石 Lapis lazuli", "(Na,Ca)8(AlSiO4)6(SO4,S,Cl)2"),
        "孔雀石" => ("孔雀石 Malachite", "Cu2CO3(OH)2"),
        "舒俱来" => ("舒俱来 Sugilite", "KNa2Fe2Li3Si12O30"),
        "紫龙晶" => ("查罗石 Charoite", "硅酸盐"),
        "方钠石" => ("方钠石 Sodalite", "Na8Al6Si6O24Cl2"),
        "拉利玛" => ("针钠钙石 Pectolite", "NaCa2Si3O8(OH)"),
        "黑曜石" | "金曜石" => ("黑曜石 Obsidian", "以SiO2为主的火山玻璃"),
        "磷灰石" => ("磷灰石 Apatite", "Ca5(PO4)3F"),
        "蓝晶石" => ("蓝晶石 Kyanite", "Al2SiO5"),
        "石榴石" => ("石榴石 Garnet", "岛状硅酸盐"),
        "天青石" => ("天青石 Celestite", "SrSO4"),
        "蔷薇辉石" => ("蔷薇辉石 Rhodonite", "MnSiO3"),
        _ => return None,
    })
}

/// Good rows with one mistake each, and where and what each mistake is.
fn twenty_mistakes(groups: &[Group]) -> Result<(Vec<Cells>, Vec<serde_json::Value>)> {
    let good: Vec<&Cells> = groups.iter().flat_map(|group| &group.rows).collect();
    // Column, value put there, code; other cells that the mistake needs stand below.
    let mistakes: [(usize, &str, &str); 20] = [
        (LOT, "", "missing_value"),
        (COUNTRY, "巴细", "unknown_country"),
        (KIND, "紫水精", "unknown_variety"),
        (MINERAL, "石音 Quarz", "unknown_species"),
        (KIND, "萤石", "wrong_species"),
        (SOURCE, "天然", "not_natural"),
        (TREATMENT, "熏香", "unknown_treatment"),
        (TREATMENT, "无、染色", "treated_and_not"),
        (HS, "7103.11", "unknown_hs"),
        (EVIDENCE, "检测机构或检查员认定", "evidence_too_high"),
        (EVIDENCE, "有单证", "evidence_without_document"),
        (NET, "约两百公斤", "not_a_mass"),
        (NET, "=-35", "negative_mass"),
        (NET, "=0", "zero_mass"),
        (NET, "12,5", "ambiguous_mass"),
        (NET, "120磅", "unknown_unit"),
        (NET, "=3.1234567", "inexact_mass"),
        (GROSS, "=9999", "masses_disagree"),
        (PIECES, "=12.5", "not_a_count"),
        (LOT, "", "duplicate_lot"),
    ];
    let (mut rows, mut expected) = (Vec::<Cells>::new(), Vec::new());
    for (at, (column, value, code)) in mistakes.into_iter().enumerate() {
        let mut row = (*good.get(at).context("too few good rows")?).clone();
        value.clone_into(&mut row[column]);
        match code {
            "not_natural" => {
                "K9玻璃".clone_into(&mut row[KIND]);
                "玻璃 Glass".clone_into(&mut row[MINERAL]);
                "K9玻璃原料".clone_into(&mut row[PRODUCT]);
            }
            "evidence_without_document" => [BILL, CERTIFICATE].iter().for_each(|field| row[*field].clear()),
            "zero_mass" => row[GROSS] = row[TARE].clone(),
            "duplicate_lot" => {
                (row[SUPPLIER], row[LOT]) = (rows[1][SUPPLIER].clone(), "BR-AM-2611-10".to_owned())
            }
            _ => {}
        }
        // The lot that the last mistake repeats.
        if at == 18 {
            let mut twin = (*good[40]).clone();
            (twin[SUPPLIER], twin[LOT]) = (rows[1][SUPPLIER].clone(), "BR-AM-2611-10".to_owned());
            rows.push(twin);
        }
        let number = rows.len() + Sheet::FIRST_ROW + 1;
        let letter = char::from(b'A' + u8::try_from(column)?);
        expected.push(json!({"row": number, "column": letter.to_string(), "code": code}));
        rows.push(row);
    }
    for (place, row) in rows.iter_mut().enumerate() {
        row[SERIAL] = format!("={}", place + 1);
    }
    Ok((rows, expected))
}

/// The same rows as a workbook and as delimited text.
struct Sheet {
    lines: Vec<Cells>,
    /// First and last line of each merged run.
    merges: Vec<(usize, usize)>,
}

impl Sheet {
    /// Lines above the lots: title, remark, blank, headings.
    const FIRST_ROW: usize = 4;

    fn new(title: &str, remark: &str) -> Self {
        let mut lines: Vec<Cells> = vec![Cells::default(); 3];
        title.clone_into(&mut lines[0][SERIAL]);
        remark.clone_into(&mut lines[1][SERIAL]);
        lines.push(HEADINGS.map(str::to_owned));
        Self { lines, merges: Vec::new() }
    }

    fn groups(&mut self, groups: &[Group]) -> Result<()> {
        for group in groups {
            let first = self.lines.len();
            for row in &group.rows {
                self.single(row)?;
            }
            self.merges.push((first, self.lines.len() - 1));
        }
        Ok(())
    }

    fn single(&mut self, row: &Cells) -> Result<()> {
        self.lines.push(row.clone());
        Ok(())
    }

    fn save(&self, book: &PathBuf, text: &PathBuf, gbk: bool) -> Result<()> {
        self.workbook(book)?;
        let bytes = if gbk {
            let written = self.delimited();
            let (bytes, _, unmappable) = encoding_rs::GBK.encode(&written);
            if unmappable {
                bail!("a character is not in GBK");
            }
            bytes.into_owned()
        } else {
            format!("\u{feff}{}", self.delimited()).into_bytes()
        };
        fs::write(text, bytes)?;
        Ok(())
    }

    fn workbook(&self, path: &PathBuf) -> Result<()> {
        let mut book = Workbook::new();
        // A fixed date, so that the same rows make the same bytes.
        let created = ExcelDateTime::from_ymd(2026, 11, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let sheet = book.add_worksheet();
        sheet.set_name("到货登记")?;
        let bold = Format::new().set_bold().set_align(FormatAlign::Center);
        let middle = Format::new().set_align(FormatAlign::VerticalCenter).set_text_wrap();
        sheet.merge_range(0, 0, 0, 25, &self.lines[0][SERIAL], &bold)?;
        sheet.merge_range(1, 0, 1, 25, &self.lines[1][SERIAL], &Format::new())?;
        for (first, last) in self.merges.iter().filter(|(first, last)| last > first) {
            for column in MERGED {
                let (top, bottom, at) =
                    (u32::try_from(*first)?, u32::try_from(*last)?, u16::try_from(column)?);
                sheet.merge_range(top, at, bottom, at, &self.lines[*first][column], &middle)?;
            }
        }
        for (number, line) in self.lines.iter().enumerate().skip(2) {
            for (column, value) in line.iter().enumerate() {
                let (row, at) = (u32::try_from(number)?, u16::try_from(column)?);
                if value.is_empty() || self.covered(number, column) {
                    continue;
                }
                match value.strip_prefix('=') {
                    Some(digits) => sheet.write_number(row, at, digits.parse::<f64>()?)?,
                    None if number == Self::FIRST_ROW - 1 => {
                        sheet.write_string_with_format(row, at, value, &bold)?
                    }
                    None => sheet.write_string(row, at, value)?,
                };
            }
        }
        for column in [SUPPLIER, LOT, PRODUCT, MINERAL, SPEC, BILL, CERTIFICATE, REMARK] {
            sheet.set_column_width(u16::try_from(column)?, 22)?;
        }
        sheet.set_freeze_panes(4, 3)?;
        book.save(path)?;
        Ok(())
    }

    /// Whether a cell lies in a merged run of its column (its value is written with the run).
    fn covered(&self, line: usize, column: usize) -> bool {
        MERGED.contains(&column)
            && self.merges.iter().any(|(first, last)| last > first && (*first..=*last).contains(&line))
    }

    /// As a spreadsheet writes it: a merged run keeps its value in the first line only.
    fn delimited(&self) -> String {
        let mut text = String::new();
        for (number, line) in self.lines.iter().enumerate() {
            let hidden = |column: usize| {
                MERGED.contains(&column)
                    && self.merges.iter().any(|(first, last)| number > *first && number <= *last)
            };
            let fields: Vec<String> = line
                .iter()
                .enumerate()
                .map(
                    |(column, value)| {
                        if hidden(column) { String::new() } else { quoted(value.trim_start_matches('=')) }
                    },
                )
                .collect();
            text.push_str(&fields.join(","));
            text.push_str("\r\n");
        }
        text
    }
}

fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}
