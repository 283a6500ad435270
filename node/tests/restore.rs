//! The restore drill of docs/operating.md with the program itself: a backup of a node under writes, the node lost, the
//! backup restored elsewhere, refused as long as somebody has seen more, caught up from a mirror, and serving again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use lode_ledger as lode;
use lode_ledger::event::Event;
use lode_ledger::id::Origin;
use lode_ledger::replay::Replay;
use lode_node::genesis::{self, NodeKeys};

mod program;
#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../ledger/src/replay/world.rs"]
mod world;

use program::{Serving, copy, done, refused};
use world::{ORIGIN, World, secret, story};

/// What the world's people have said after the genesis.
fn people(world: &World) -> Vec<Vec<u8>> {
    let mut replay = Replay::new();
    let mut people = Vec::new();
    for bytes in &world.statements {
        let verified = replay.check(bytes.clone()).unwrap();
        replay.accept(&verified).unwrap();
        if !matches!(verified.events(), [Event::LedgerSealed(_)]) {
            people.push(bytes.clone());
        }
    }
    people.split_off(2)
}

#[test]
fn a_restored_backup_signs_nothing_until_it_has_what_the_world_has_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    let data = path("data");
    let (world, _) = story();
    let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
    genesis::init_with(&data, Origin::new(ORIGIN).unwrap(), 60, &keys).unwrap();
    genesis::begin(&data, &[world.statements[0].as_slice(), &world.statements[1]].concat()).unwrap();
    let people = people(&world);
    let (before, after) = people.split_at(2);
    std::fs::create_dir_all(data.join("documents/aa")).unwrap();
    std::fs::write(data.join("documents/aa/private"), "an invoice").unwrap();
    std::fs::write(data.join("documents/aa/private.0.part"), "half").unwrap();

    // Backups while the node is being written to: each is whole, wherever it fell.
    let node = Serving::start(&data, &[]);
    std::thread::scope(|scope| {
        scope.spawn(|| node.submit(before));
        for number in 0..4 {
            let said = done(&data, &["backup", &text(&format!("early{number}"))]);
            assert!(said.contains("the keys are not"), "{said}");
        }
    });
    done(&data, &["backup", &text("backup")]);
    refused(&data, &["backup", &text("backup")], "is there already");
    let saved = node.size();
    node.submit(after);
    let size = node.size();
    assert!(saved > 2 && size > saved, "{saved} {size}");
    // It is gone, and what it published lives on with a mirror.
    drop(node);
    done(&data, &["export", &text("mirror")]);
    std::fs::rename(data.join("keys"), path("keys")).unwrap();
    std::fs::remove_dir_all(&data).unwrap();

    assert!(!path("backup/keys").exists() && !path("backup/index").exists());
    assert_eq!(std::fs::read(path("backup/documents/aa/private")).unwrap(), b"an invoice");
    assert!(!path("backup/documents/aa/private.0.part").exists());
    for early in ["early0", "early3"] {
        copy(&path("keys"), &path(early).join("keys"));
        done(&path(early), &["check", "--accept-copy"]);
        // Looking at a copy makes nothing of it: it still asks what the world has seen before it signs.
        refused(&path(early), &["serve"], "is a copy");
    }

    // Elsewhere, with the keys from their own safe.
    let restored = path("restored");
    copy(&path("backup"), &restored);
    copy(&path("keys"), &restored.join("keys"));
    let mirror = text("mirror");
    refused(&restored, &["serve"], "is a copy");
    refused(&restored, &["serve", "--accept-copy"], "--seen");
    refused(&restored, &["serve", "--accept-copy", "--seen", &mirror], "nothing is signed");
    refused(&restored, &["serve"], "is a copy");
    let checkpoint = format!("{mirror}/checkpoint");
    refused(&restored, &["serve", "--accept-copy", "--seen", &checkpoint], "nothing is signed");

    // A mirror that lies is found out before anything is written.
    copy(&path("mirror"), &path("liar"));
    let last = lode::tlog::tile::bundles(size).last().unwrap();
    let bundle = path("liar").join(last.path());
    let mut bytes = std::fs::read(&bundle).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    refused(&restored, &["catch-up", &text("liar")], "do not add up");
    refused(&restored, &["serve", "--accept-copy", "--seen", &mirror], "nothing is signed");

    done(&restored, &["catch-up", &mirror]);
    refused(&restored, &["catch-up", &mirror], "Nothing was changed");
    let node = Serving::start(&restored, &["--accept-copy", "--seen", &mirror]);
    assert!(node.size() >= size);
    // It signs again; what it had acknowledged is acknowledged again at the same place.
    let answer = node.ask("POST /v1/statements", &people[0]);
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    drop(node);
    done(&restored, &["check", "--seen", &mirror]);

    // Another history under the same key is not taken for ours.
    let forked = path("forked");
    copy(&path("backup"), &forked);
    copy(&path("keys"), &forked.join("keys"));
    let node = Serving::start(&forked, &["--accept-copy", "--seen", "none"]);
    let mut reversed = after.to_vec();
    reversed.reverse();
    for statement in &reversed {
        // Some of them stand on others, and are refused here.
        node.ask("POST /v1/statements", statement);
    }
    let other = node.size();
    drop(node);
    let why = if other < size { "nothing is signed" } else { "Nothing is signed" };
    refused(&forked, &["serve", "--seen", &mirror], why);
}
