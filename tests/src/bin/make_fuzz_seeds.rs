//! Writes the first inputs of every fuzz target, from the vectors, the sample sheets and a played trade:
//! `cargo run -p lode-tests --bin make_fuzz_seeds -- fuzz/corpus`. `fuzz/run` does that itself.
//!
//! What must not be here: what fuzzers found; that stands in `fuzz/found/` and in a test.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use lode::sheet::read_sheet;
use lode_ledger::hash::Hash;
use lode_ledger::lang::Lang;
use lode_ledger::statement::Statement;
use lode_ledger::tlog::{
    Checkpoint, Cosigner, KeyName, NoteSigner, SignedCheckpoint, TlogProof, tile::push_entry,
};
use lode_tests::workbook::workbook;
use lode_tests::world::{ORIGIN, World, secret};
use serde_json::Value;

type Done = Result<(), Box<dyn Error>>;

struct Corpus(PathBuf);

impl Corpus {
    fn put(&self, target: &str, name: &str, bytes: impl AsRef<[u8]>) -> Done {
        let folder = self.0.join(target);
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join(name), bytes)?)
    }
}

fn main() -> Done {
    let to = std::env::args().nth(1).ok_or("say into which folder")?;
    let corpus = Corpus(PathBuf::from(to));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    statements(&corpus, &root.join("tests/vectors/statements"))?;
    log(&corpus)?;
    sheets(&corpus, &root.join("tests/data"))?;
    texts(&corpus)
}

fn statements(corpus: &Corpus, folder: &Path) -> Done {
    let mut sequence = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().replace(".json", "");
        let vector: Value = serde_json::from_slice(&fs::read(file.path())?)?;
        let bytes = hex::decode(vector["statement"].as_str().ok_or("a vector has a statement")?)?;
        if bytes.len() > 4096 {
            continue;
        }
        corpus.put("statement", &name, &bytes)?;
        if let Ok(statement) = Statement::decode(bytes.clone()) {
            corpus.put("payload", &name, statement.payload())?;
        }
        if sequence.len() < 4096 {
            sequence.extend(&bytes);
        }
        corpus.put("http_statements", &name, &bytes)?;
    }
    corpus.put("http_statements", "sequence", &sequence)
}

fn log(corpus: &Corpus) -> Done {
    let world = World::traded();
    let key = |name: &str| secret(name).signing_key().clone();
    let signer = NoteSigner::new(KeyName::new(ORIGIN)?, key("log"))?;
    let witness = Cosigner::new(KeyName::new("witness.example")?, key("witness"))?;
    let tree = world.replay.tree();
    let mut signed = Checkpoint::new(ORIGIN, tree.size(), tree.root())?.sign(&signer)?;
    corpus.put("note", "signed", signed.to_string())?;
    let cosignature = witness.cosign(&signed, 1_700_000_000)?;
    signed.add(cosignature)?;
    corpus.put("note", "cosigned", signed.to_string())?;
    corpus.put("note", "body", signed.checkpoint().body())?;
    corpus.put("note", "key", signer.verifier_key().to_string())?;
    corpus.put("note", "witness key", witness.verifier_key().to_string())?;
    for (index, extra) in [(0, None), (5, Some(b"extra".to_vec())), (tree.size() - 1, None)] {
        let path = tree.inclusion_proof(index, tree.size())?;
        let checkpoint = SignedCheckpoint::parse(signed.to_string())?;
        let proof = TlogProof { extra, index, path, checkpoint };
        corpus.put("tlog_proof", &format!("entry-{index}"), proof.to_string())?;
    }
    let mut bundle = b"tile/entries/000.p/3\n".to_vec();
    for entry in world.entries.iter().take(3) {
        push_entry(&mut bundle, &entry.bytes)?;
    }
    corpus.put("tile", "bundle", &bundle)?;
    for (name, path) in [("deep", "tile/1/x001/x234/067.p/17\n"), ("full", "tile/63/999\n")] {
        corpus.put("tile", name, path)?;
    }
    let (log, cosigner) = (signer.verifier_key(), witness.verifier_key());
    corpus.put("policy", "none", format!("# a comment\nlog {log} https://ledger.example/\nquorum none\n"))?;
    let group =
        "group all-of-them any w\ngroup auditors 1 a\ngroup both all all-of-them auditors\nquorum both\n";
    let other = Cosigner::new(KeyName::new("auditor.example")?, key("auditor"))?;
    let text = format!(
        "log {log}\nwitness w {cosigner} https://w.example\nwitness a {}\n{group}",
        other.verifier_key()
    );
    corpus.put("policy", "groups", text)?;
    for (number, (_, record)) in world.replay.view().iter().enumerate() {
        if let Ok(which) = u8::try_from(number) {
            corpus.put("records", &format!("record-{number}"), [vec![which], record.to_bytes()].concat())?;
        }
    }
    let mut replay = world.replay.clone();
    let keys: Vec<Hash> = replay.view().iter().take(3).map(|(key, _)| key.map_key()).collect();
    let proof = replay.state_map().prove(&keys).to_bytes();
    corpus.put("records", "map-proof", [vec![0], proof].concat())
}

fn sheets(corpus: &Corpus, data: &Path) -> Done {
    for file in fs::read_dir(data)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".csv") || name.ends_with(".xlsx") {
            corpus.put("sheet_text", &name, fs::read(file.path())?)?;
        }
    }
    let header = "供应商,供应商批号,矿种,来源国,净重(公斤),处理\n";
    let small = format!("{header}Pedra,1,石英,巴西,12.5,无\n合计,,,,12.5,\n");
    read(small.as_bytes())?;
    corpus.put("sheet_text", "small.csv", small)?;
    let row = |number: u32, cells: &[&str]| {
        let cells: String = cells
            .iter()
            .zip('A'..)
            .map(|(text, column)| {
                format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
            })
            .collect();
        format!("<row r=\"{number}\">{cells}</row>")
    };
    let headings = row(1, &["供应商", "供应商批号", "矿种", "来源国", "净重(公斤)", "处理"]);
    let lots = row(2, &["Pedra", "1", "石英", "巴西", "12.5", "无"]);
    let shared = "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>0</v></c><c r=\"E3\"><v>1.25</v></c></row>";
    let sheet = format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <sheetData>{headings}{lots}{shared}</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A2:A3\"/>\
         </mergeCells></worksheet>"
    );
    let texts = "<?xml version=\"1.0\"?><sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
                 count=\"1\" uniqueCount=\"1\"><si><t>Pedra</t></si></sst>";
    read(&workbook(sheet.as_bytes(), texts.as_bytes()))?;
    corpus.put("sheet_workbook", "small", [sheet.as_bytes(), &[0], texts.as_bytes()].concat())?;
    let cells = "Pedra Clara\nBR-1\n石英\n白水晶\n原石\nBrazil\n12.5 kg\n0.5公斤\n１２．００\nkg\n3\n加热、注油\n1,234.5 kg\n\
                 30斤\n2.5两\n1.005 ct\n马达加斯加\nMG\n不处理\nSantos\n";
    corpus.put("sheet_cells", "cells", cells)
}

/// A first input that reaches no row is of no use.
fn read(sheet: &[u8]) -> Done {
    let report = read_sheet(sheet, Lang::En).map_err(|refused| refused.message(Lang::En))?;
    let column = |error: &lode::sheet::SheetError| error.code == lode::sheet::ErrorCode::MissingColumn;
    if report.errors.iter().any(column) {
        return Err(format!("the sheet's rows are not read: {:?}", report.errors).into());
    }
    Ok(())
}

fn texts(corpus: &Corpus) -> Done {
    let world = World::traded();
    let item = world.item("brazil");
    let author = world.author(lode_tests::world::Who::Studio);
    let codes = [
        ("item", item.to_string()),
        ("issuer", author.issuer.to_string()),
        ("key", author.secret.public().to_string()),
        ("thumbprint", author.secret.public().thumbprint().to_string()),
        ("ledger", author.audience.clone()),
        ("origin", ORIGIN.to_owned()),
        ("tag", lode_tests::world::tag_code("one").to_string()),
        ("claim", "00000-00000-00000-00000-00000-1".to_owned()),
        ("time", "2026-11-02T08:00:00+08:00".to_owned()),
        ("hash", Hash::of(b"").to_string()),
        ("nonce", lode_tests::world::nonce_of("n").to_string()),
    ];
    for (name, text) in codes {
        corpus.put("codes", name, text)?;
    }
    for (number, uri) in [
        "v1/items?species=quartz&limit=2&lang=zh\napplication/json",
        "v1/items?state=in_stock&kind=lot&text=a&cursor=AAAA",
        "v1/items/l_0/proof",
        "v1/items/x/events?after=3.0&limit=1",
        "v1/items/x/made-from?limit=1&cursor=",
        "v1/participants?role=importer&limit=1",
        "v1/offers?to=p_0",
        "v1/entries/3\napplication/cose",
        "v1/entries/3/receipt",
        "v1/entries/3/tlog-proof",
        "v1/feed?from=2&limit=3\napplication/cbor-seq",
        "v1/vocabulary/species?lang=pt",
        "v1/tags/0000000000000000",
        "v1/work/w_0",
        "v1/documents/00",
        "tile/entries/000.p/3",
        "tile/0/000.p/9",
        "T/0000000000000000\ntext/html",
        "items/l_0\ntext/html;q=0.9,*/*;q=0.8",
        "t?code=0000\nzh-CN,zh;q=0.9",
        "openapi.json",
        "trust.policy",
        "checkpoint",
        "v1/ledger",
    ]
    .into_iter()
    .enumerate()
    {
        corpus.put("http_queries", &format!("uri-{number}"), uri)?;
    }
    let png = concat!(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489",
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    );
    corpus.put("document", "png", hex::decode(png)?)?;
    let jpeg = "ffd8ffe000104a46494600010100000100010000ffe1000a457869660000aabbffda0003010102ffd9";
    corpus.put("document", "jpeg", hex::decode(jpeg)?)?;
    corpus.put("document", "pdf", "%PDF-1.7\n")
}
