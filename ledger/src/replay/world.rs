//! A small log for tests: a registrar, an importer and a studio, a lot, its parts, a job and a piece with a tag.
//! The tests of this crate and those of the verifier use this one file; its parent says what `lode` is.

use std::collections::BTreeMap;

use super::lode::apply::registrar_id;
use super::lode::event::Event;
use super::lode::hash::Hash;
use super::lode::id::{ItemId, ItemKind, Nonce, Origin, ParticipantId, WorkOrderId};
use super::lode::json::Json;
use super::lode::key::{SecretKey, prove_possession};
use super::lode::record::{EventRef, Record, RecordKey, View};
use super::lode::replay::{Author, Replay};
use super::lode::statemap::StateMap;
use super::lode::statement::Issuer;
use super::lode::tag::TagCode;
use super::lode::time::Timestamp;
use super::lode::tlog::{Checkpoint, Cosigner, KeyName, NoteSigner, SignedCheckpoint};

pub(crate) const ORIGIN: &str = "node.example/lode";
const START: i64 = 1_780_000_000;

pub(crate) struct World {
    pub(crate) replay: Replay,
    pub(crate) statements: Vec<Vec<u8>>,
    pub(crate) touched: BTreeMap<RecordKey, Vec<EventRef>>,
    pub(crate) seals: Vec<u64>,
    pub(crate) registrar: Author,
    pub(crate) now: i64,
    seal: Author,
    nonces: u8,
    /// Records and map as the last seal has them.
    pub(crate) sealed: (Replay, StateMap),
}

pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

pub(crate) fn log_signer() -> NoteSigner {
    NoteSigner::new(KeyName::new(ORIGIN).unwrap(), secret(201).signing_key().clone()).unwrap()
}

pub(crate) fn cosigner(seed: u8) -> Cosigner {
    Cosigner::new(KeyName::new(format!("w{seed}.example")).unwrap(), secret(seed).signing_key().clone())
        .unwrap()
}

/// A trust file: the log, witness 210, and if asked auditor 211.
pub(crate) fn trust(audited: bool) -> String {
    let mut text =
        format!("log {}\nwitness one {}\n", log_signer().verifier_key(), cosigner(210).verifier_key());
    if audited {
        text += &format!("witness auditor {}\ngroup auditors any auditor\n", cosigner(211).verifier_key());
    }
    text + "quorum one\n"
}

pub(crate) fn event(text: &str) -> Event {
    Event::from_json(&Json::parse(text.as_bytes()).unwrap()).unwrap()
}

impl World {
    /// The ledger with its first policy.
    pub(crate) fn open() -> Self {
        Self::open_with("")
    }

    /// The same with more fields in `ledger.opened`, as in `,"members_only":true`.
    pub(crate) fn open_with(more: &str) -> Self {
        let nonce = Nonce([1; 16]);
        let origin = Origin::new(ORIGIN).unwrap();
        let registrar = registrar_id(&origin, &nonce);
        let grant = |seed| grant(seed, &nonce.to_string());
        let mut world = Self {
            replay: Replay::new(),
            statements: Vec::new(),
            touched: BTreeMap::new(),
            seals: Vec::new(),
            registrar: Author::new(secret(1), Issuer::Participant(registrar), ORIGIN),
            now: START,
            seal: Author::new(secret(202), Issuer::Ledger, ORIGIN),
            nonces: 1,
            sealed: (Replay::new(), StateMap::new()),
        };
        let opened = format!(
            r#"{{"type":"ledger.opened","at":"{}","origin":"{ORIGIN}","log_key":"{}","seal_key":"{}","receipt_key":"{}",
            "seal_interval_s":60{more},"registrar":{{"nonce":"{nonce}","name":"Registrar","keys":[{},{}]}}}}"#,
            world.at(),
            secret(201).public(),
            secret(202).public(),
            secret(203).public(),
            grant(1),
            grant(2),
        );
        let mut author = world.registrar.clone();
        world.by(&mut author, &[event(&opened)]);
        let Some(Record::Ledger(ledger)) = world.replay.view().record(&RecordKey::Ledger).as_deref().cloned()
        else {
            panic!("no ledger")
        };
        author.audience.clone_from(&ledger.id);
        world.seal.audience = ledger.id;
        world.registrar = author;
        let policy = format!(
            r#"{{"type":"policy.adopted","at":"{}","ruleset":2,"vocabulary":"1","skew_s":600,"late_after_s":86400,
            "receipt_reason_ppm":5000,"receipt_countersign_ppm":20000,"scale_ppm":2000,"max_forward_items":100}}"#,
            world.at()
        );
        world.registrar(&policy);
        world
    }

    pub(crate) fn at(&self) -> Timestamp {
        Timestamp::from_unix(self.now)
    }

    pub(crate) fn nonce(&mut self) -> Nonce {
        self.nonces += 1;
        Nonce([self.nonces; 16])
    }

    /// Signs and appends; the event's time is up to the caller.
    pub(crate) fn by(&mut self, author: &mut Author, events: &[Event]) -> u64 {
        let bytes = author.sign(events).unwrap().into_bytes();
        self.append(bytes)
    }

    pub(crate) fn append(&mut self, bytes: Vec<u8>) -> u64 {
        let applied = self.replay.append(bytes.clone()).unwrap_or_else(|error| panic!("{error}"));
        for (event, keys) in applied.delta.touched().iter().enumerate() {
            for key in keys {
                let at = EventRef { index: applied.index, event: u16::try_from(event).unwrap() };
                self.touched.entry(*key).or_default().push(at);
            }
        }
        self.statements.push(bytes);
        self.now += 1;
        applied.index.0
    }

    pub(crate) fn registrar(&mut self, text: &str) -> u64 {
        let mut author = self.registrar.clone();
        let index = self.by(&mut author, &[event(text)]);
        self.registrar = author;
        index
    }

    pub(crate) fn enrol(&mut self, seed: u8, name: &str, role: &str) -> (Author, ParticipantId) {
        let nonce = self.nonce();
        let id = ParticipantId::derive(ORIGIN, &self.registrar.issuer.to_string(), &nonce, 0);
        let text = format!(
            r#"{{"type":"participant.enrolled","at":"{}","nonce":"{nonce}","person":false,"name":"{name}","country":"CN",
            "roles":["{role}"],"keys":[{}]}}"#,
            self.at(),
            grant(seed, &nonce.to_string()),
        );
        self.registrar(&text);
        (Author::new(secret(seed), Issuer::Participant(id), self.registrar.audience.clone()), id)
    }

    pub(crate) fn declare(&mut self, author: &mut Author, mg: u64, more: &str) -> ItemId {
        let nonce = self.nonce();
        let text = format!(
            r#"{{"type":"lot.declared","at":"{}","nonce":"{nonce}","entry":"domestic_purchase","species":"turquoise",
            "form":"rough","nature":"natural","origins":[{{"country":"BR","share_ppm":1000000}}],
            "mass":{{"net_mg":{mg},"method":"bench_scale","resolution_mg":100}},"evidence":"self_declared"{more}}}"#,
            self.at()
        );
        self.by(author, &[event(&text)]);
        ItemId::derive(ItemKind::Lot, ORIGIN, &author.issuer.to_string(), &nonce, 0)
    }

    pub(crate) fn split(
        &mut self,
        author: &mut Author,
        item: ItemId,
        parts: &[u64],
        left: u64,
    ) -> Vec<ItemId> {
        let nonce = self.nonce();
        let list: Vec<String> = parts.iter().map(|mg| format!(r#"{{"mass_mg":{mg}}}"#)).collect();
        let text = format!(
            r#"{{"type":"lot.split","at":"{}","item":"{item}","nonce":"{nonce}","parts":[{}],"left_mg":{left}}}"#,
            self.at(),
            list.join(",")
        );
        self.by(author, &[event(&text)]);
        let id = |n| ItemId::derive(ItemKind::Lot, ORIGIN, &author.issuer.to_string(), &nonce, n);
        (0..u16::try_from(parts.len()).unwrap()).map(id).collect()
    }

    /// Cuts a lot into one piece and dust.
    pub(crate) fn cut(
        &mut self,
        author: &mut Author,
        lot: ItemId,
        mg: u64,
        piece_mg: u64,
    ) -> (WorkOrderId, ItemId) {
        let (start, end) = (self.nonce(), self.nonce());
        let issuer = author.issuer.to_string();
        let work = WorkOrderId::derive(ORIGIN, &issuer, &start, 0);
        let text = format!(
            r#"{{"type":"work.started","at":"{}","nonce":"{start}","process":"carve",
            "inputs":[{{"item":"{lot}","mass_mg":{mg}}}]}}"#,
            self.at()
        );
        self.by(author, &[event(&text)]);
        let text = format!(
            r#"{{"type":"work.completed","at":"{}","work":"{work}","nonce":"{end}",
            "outputs":[{{"kind":"piece","mass_mg":{piece_mg},"form":"carving"}}],
            "losses":[{{"reason":"process","mass_mg":{}}}],"left_mg":0}}"#,
            self.at(),
            mg - piece_mg
        );
        self.by(author, &[event(&text)]);
        (work, ItemId::derive(ItemKind::Piece, ORIGIN, &issuer, &end, 0))
    }

    pub(crate) fn hand_over(
        &mut self,
        from: &mut Author,
        to: (&mut Author, ParticipantId),
        item: ItemId,
        mg: u64,
    ) {
        let nonce = self.nonce();
        let text = format!(
            r#"{{"type":"custody.offered","at":"{}","nonce":"{nonce}","to":"{}","expires":"{}","ownership":true,
            "lines":[{{"item":"{item}","mass_mg":{mg},"resolution_mg":100}}]}}"#,
            self.at(),
            to.1,
            Timestamp::from_unix(self.now + 100_000)
        );
        self.by(from, &[event(&text)]);
        let offer = super::lode::id::OfferId::derive(ORIGIN, &from.issuer.to_string(), &nonce, 0);
        let text = format!(
            r#"{{"type":"custody.accepted","at":"{}","offer":"{offer}",
            "lines":[{{"item":"{item}","measured_mg":{mg},"resolution_mg":100}}]}}"#,
            self.at()
        );
        self.by(to.0, &[event(&text)]);
    }

    pub(crate) fn tag(&mut self, author: &mut Author, item: ItemId, seed: u8) -> TagCode {
        let key = secret(seed).public();
        let code = TagCode::of(&key);
        let text = format!(
            r#"{{"type":"tag.bound","at":"{}","item":"{item}","code":"{code}","claim_key":"{key}"}}"#,
            self.at()
        );
        self.by(author, &[event(&text)]);
        code
    }

    pub(crate) fn seal(&mut self) -> u64 {
        let map = self.replay.state_map().clone();
        let sealed = (self.replay.clone(), map);
        let index = self.seal_with(sealed.1.root());
        self.sealed = sealed;
        index
    }

    pub(crate) fn seal_with(&mut self, state_root: Hash) -> u64 {
        let bytes = self.seal_bytes(state_root);
        let index = self.append(bytes);
        self.seals.push(index);
        index
    }

    /// A seal as the node would sign it now.
    pub(crate) fn seal_bytes(&mut self, state_root: Hash) -> Vec<u8> {
        let size = self.replay.size();
        let text = format!(
            r#"{{"type":"ledger.sealed","at":"{}","size":{size},"state_root":"{state_root}"}}"#,
            self.at()
        );
        self.seal.sign(&[event(&text)]).unwrap().into_bytes()
    }

    pub(crate) fn checkpoint(&self, cosigners: &[u8]) -> SignedCheckpoint {
        let checkpoint = Checkpoint::new(ORIGIN, self.replay.size(), self.replay.root()).unwrap();
        let mut signed = checkpoint.sign(&log_signer()).unwrap();
        for seed in cosigners {
            let line = cosigner(*seed).cosign(&signed, u64::try_from(self.now).unwrap()).unwrap();
            signed.add(line).unwrap();
        }
        signed
    }
}

/// The whole story: a lot is declared, split, handed over, cut, and the piece gets a tag; then a seal.
pub(crate) fn story() -> (World, ItemId) {
    let mut world = World::open();
    let (mut importer, _) = world.enrol(10, "Importer", "importer");
    let (mut studio, studio_id) = world.enrol(11, "Studio", "studio");
    world.seal();
    let lot = world.declare(&mut importer, 1_000_000, "");
    let parts = world.split(&mut importer, lot, &[400_000, 100_000], 500_000);
    world.hand_over(&mut importer, (&mut studio, studio_id), parts[0], 400_000);
    world.seal();
    let (_, piece) = world.cut(&mut studio, parts[0], 400_000, 250_000);
    world.tag(&mut studio, piece, 100);
    world.seal();
    (world, piece)
}

fn grant(seed: u8, subject: &str) -> String {
    let key = secret(seed);
    format!(r#"{{"key":"{}","proof":"{}"}}"#, key.public(), prove_possession(&key, ORIGIN, subject))
}

/// A source as a node has it: everything as of the last seal.
pub(crate) struct Source<'a> {
    pub(crate) world: &'a World,
    pub(crate) cosigners: &'a [u8],
}

impl super::lode::proof::ProofSource for Source<'_> {
    fn statement(&self, index: super::lode::id::LogIndex) -> Option<Vec<u8>> {
        self.world.statements.get(usize::try_from(index.0).ok()?).cloned()
    }

    fn sealed_record(&self, key: &RecordKey) -> Option<std::sync::Arc<Record>> {
        self.world.sealed.0.view().record(key)
    }

    fn events_of(&self, key: &RecordKey, limit: usize) -> Vec<EventRef> {
        self.world.touched.get(key).into_iter().flatten().take(limit).copied().collect()
    }

    fn newest_seal(&self) -> Option<super::lode::id::LogIndex> {
        self.world.seals.last().copied().map(super::lode::id::LogIndex)
    }

    fn seal_before(&self, index: super::lode::id::LogIndex) -> Option<super::lode::id::LogIndex> {
        self.world.seals.iter().rev().find(|seal| **seal < index.0).copied().map(super::lode::id::LogIndex)
    }

    fn checkpoint(&self) -> Option<String> {
        Some(self.world.checkpoint(self.cosigners).to_string())
    }

    fn tree_hash(&self, level: u8, index: u64) -> Option<Hash> {
        super::lode::tlog::HashReader::hash(self.world.replay.tree(), level, index)
    }

    fn prove(&self, keys: &[Hash]) -> Option<super::lode::statemap::MapProof> {
        Some(self.world.sealed.1.prove(keys))
    }
}
