//! Keys of this device: encrypted PKCS#8 files, and the counter that numbers what each key signs.
//!
//! A number is on disk before it is used, so no crash and no second process can use it twice (rule U4). Who a key
//! belongs to is the ledger's matter.

use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::KeypairBytes;
use lode_ledger::key::{KeyId, PublicKey, SecretKey};
use pkcs8::pkcs5::{pbes2, scrypt};
use pkcs8::{
    EncodePrivateKey as _, EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef, SecretDocument,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{ClientError, Result, Words, random, words};
use crate::home::{Home, read_json, read_text, write_durably, write_json};

const LABEL: &str = "ENCRYPTED PRIVATE KEY";
/// How far a counter is raised when its file was lost: far beyond what the ledger may have seen since a backup, far
/// below the leap that it allows.
const RAISE: u64 = 10_000;

/// How hard a passphrase is to guess from a stolen file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cost {
    /// scrypt with N = 2^15, 32 MiB and about a tenth of a second.
    Usual,
    /// scrypt with N = 2^4: for tests and demonstrations, where nothing is kept.
    Light,
}

/// What is known of a key without its passphrase; stands beside it as `NAME.json`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KeyInfo {
    /// Its name in this home folder.
    pub name: String,
    /// The public half.
    pub public: PublicKey,
    /// The thumbprint, by which statements name it.
    pub thumbprint: KeyId,
}

/// Makes a key and keeps it under a passphrase.
///
/// # Errors
/// The name is taken or not fit for a file, or the file cannot be written.
pub fn create(home: &Home, name: &str, passphrase: &str, cost: Cost) -> Result<KeyInfo> {
    let seed = Zeroizing::new(random::<32>()?);
    keep(home, name, &SecretKey::from_seed(*seed), passphrase, cost)
}

/// Keeps a given key under a passphrase.
///
/// # Errors
/// As [`create`].
pub fn keep(home: &Home, name: &str, key: &SecretKey, passphrase: &str, cost: Cost) -> Result<KeyInfo> {
    let trouble = |problem: Words| ClientError::Key { name: name.to_owned(), problem };
    let fits = (1..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !fits {
        return Err(trouble(words!(
            "a key's name has 1 to 40 of a-z, A-Z, 0-9, `-` and `_`",
            "密钥名称为1至40个 a-z、A-Z、0-9、`-`、`_`",
            "o nome de uma chave tem de 1 a 40 de a-z, A-Z, 0-9, `-` e `_`"
        )));
    }
    let (pem_path, info_path) = paths(home, name);
    if pem_path.exists() {
        return Err(trouble(words!(
            "there is a key of this name; choose another name, keys are never replaced",
            "已有同名密钥；请另取名称，密钥不会被替换",
            "já há uma chave com este nome; escolha outro, chaves nunca são substituídas"
        )));
    }
    // Without the public half, which would make it a version that other programs cannot read.
    let pair = KeypairBytes { secret_key: key.signing_key().to_bytes(), public_key: None };
    let plain = pair.to_pkcs8_der().map_err(|error| trouble(error.to_string().into()))?;
    let pem = encrypt(&plain, passphrase, cost).map_err(|problem| trouble(problem.to_string().into()))?;
    write_durably(&pem_path, pem.as_bytes())?;
    let public = key.public();
    let info = KeyInfo { name: name.to_owned(), public, thumbprint: public.thumbprint() };
    write_json(&info_path, &info)?;
    Ok(info)
}

fn paths(home: &Home, name: &str) -> (PathBuf, PathBuf) {
    (home.join(format!("keys/{name}.pem")), home.join(format!("keys/{name}.json")))
}

fn encrypt(plain: &SecretDocument, passphrase: &str, cost: Cost) -> anyhow::Result<Zeroizing<String>> {
    let log_n = match cost {
        Cost::Usual => 15,
        Cost::Light => 4,
    };
    let params = scrypt::Params::new(log_n, 8, 1)?;
    let params = pbes2::Parameters::generate_scrypt_aes256cbc(params, &random::<16>()?, random()?)?;
    let info = PrivateKeyInfoRef::try_from(plain.as_bytes())?;
    Ok(info.encrypt_with_params(params, passphrase.as_bytes())?.to_pem(LABEL, LineEnding::LF)?)
}

/// Opens a key with its passphrase.
///
/// # Errors
/// There is no such key, the passphrase is wrong, or the file is something else.
pub fn unlock(home: &Home, name: &str, passphrase: &str) -> Result<SecretKey> {
    let trouble = |problem: Words| ClientError::Key { name: name.to_owned(), problem };
    let (path, _) = paths(home, name);
    let pem = read_text(&path)?.ok_or_else(|| trouble(no_such_key()))?;
    let (label, document) = SecretDocument::from_pem(&pem).map_err(|_| trouble(not_a_key()))?;
    if label != LABEL {
        return Err(trouble(not_a_key()));
    }
    let info = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| trouble(not_a_key()))?;
    let plain = info
        .decrypt(passphrase.as_bytes())
        .map_err(|_| trouble(words!("the passphrase is wrong", "口令错误", "a senha está errada")))?;
    let key = PrivateKeyInfoRef::try_from(plain.as_bytes())
        .and_then(SigningKey::try_from)
        .map_err(|_| trouble(not_a_key()))?;
    let mut seed = Zeroizing::new([0; 32]);
    seed.copy_from_slice(key.as_bytes());
    Ok(SecretKey::from_seed(*seed))
}

fn no_such_key() -> Words {
    words!(
        "is not in this home folder; see `lode key list`, or make it with `lode key new`",
        "不在本主文件夹中；见 `lode key list`，或用 `lode key new` 生成",
        "não está nesta pasta; veja `lode key list`, ou crie-a com `lode key new`"
    )
}

fn not_a_key() -> Words {
    words!(
        "the file is no encrypted Ed25519 key (PKCS#8, PEM); restore it from a backup",
        "文件不是加密的 Ed25519 密钥（PKCS#8，PEM）；请从备份恢复",
        "o arquivo não é uma chave Ed25519 cifrada (PKCS#8, PEM); restaure-o de um backup"
    )
}

/// What is known of a key without its passphrase.
///
/// # Errors
/// There is no such key.
pub fn info(home: &Home, name: &str) -> Result<KeyInfo> {
    let (_, path) = paths(home, name);
    if !path.exists() {
        return Err(ClientError::Key { name: name.to_owned(), problem: no_such_key() });
    }
    read_json(&path)
}

/// Every key of the home folder, by name.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub fn list(home: &Home) -> Result<Vec<KeyInfo>> {
    let folder = home.join("keys");
    let mut keys = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|error| ClientError::io(&folder, error))? {
        let path = entry.map_err(|error| ClientError::io(&folder, error))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            keys.push(read_json::<KeyInfo>(&path)?);
        }
    }
    keys.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(keys)
}

/// The next number of a key; on disk before it is given out.
///
/// # Errors
/// The counter cannot be read or kept; then nothing may be signed.
pub fn next_sequence(home: &Home, key: KeyId) -> Result<u64> {
    step_sequence(home, key, 1)
}

/// Skips numbers, after a home folder was restored from a backup and the ledger has seen later ones.
///
/// # Errors
/// As [`next_sequence`].
pub fn raise_sequence(home: &Home, key: KeyId) -> Result<u64> {
    step_sequence(home, key, RAISE)
}

fn step_sequence(home: &Home, key: KeyId, by: u64) -> Result<u64> {
    let lock = home.lock("seq/sequence")?;
    let path = home.join(format!("seq/{key}"));
    let before = match read_text(&path)? {
        None => 0,
        Some(text) => text.trim().parse::<u64>().map_err(|_| {
            ClientError::file(
                &path,
                words!(
                    "is no number; restore it from a backup, or delete it and use `lode key raise`",
                    "不是数字；请从备份恢复，或删除后运行 `lode key raise`",
                    "não é número; restaure-o de um backup, ou apague-o e use `lode key raise`"
                ),
            )
        })?,
    };
    let next = before.saturating_add(by);
    write_durably(&path, format!("{next}\n").as_bytes())?;
    drop(lock);
    Ok(next)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        (folder, home)
    }

    #[test]
    fn keys_open_with_their_passphrase_only() {
        let (_folder, home) = home();
        let made = create(&home, "main", "correct horse", Cost::Light).unwrap();
        assert_eq!(unlock(&home, "main", "correct horse").unwrap().public(), made.public);
        assert!(unlock(&home, "main", "wrong").unwrap_err().to_string().contains("passphrase is wrong"));
        assert!(unlock(&home, "other", "").unwrap_err().to_string().contains("not in this home folder"));
        assert_eq!(list(&home).unwrap(), std::slice::from_ref(&made));
        assert_eq!(info(&home, "main").unwrap(), made);
        let pem = std::fs::read_to_string(home.join("keys/main.pem")).unwrap();
        assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    }

    #[test]
    fn a_key_is_never_replaced_and_its_name_is_a_file_name() {
        let (_folder, home) = home();
        create(&home, "a", "", Cost::Light).unwrap();
        let error = create(&home, "a", "", Cost::Light).unwrap_err();
        assert!(error.to_string().contains("never replaced"), "{error}");
        for bad in ["", "a/b", "..", "a b", "é"] {
            assert!(create(&home, bad, "", Cost::Light).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_on_disk_before_they_are_used_and_never_twice() {
        let (_folder, home) = home();
        let key = SecretKey::from_seed([1; 32]).public().thumbprint();
        let other = SecretKey::from_seed([2; 32]).public().thumbprint();
        let numbers: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        (0..10)
                            .map(|_| {
                                let number = next_sequence(&home, key).unwrap();
                                let kept = std::fs::read_to_string(home.join(format!("seq/{key}"))).unwrap();
                                assert!(kept.trim().parse::<u64>().unwrap() >= number);
                                number
                            })
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(numbers.iter().copied().collect::<BTreeSet<_>>(), (1..=40).collect());
        assert_eq!(next_sequence(&Home::open(home.path()).unwrap(), key).unwrap(), 41);
        assert_eq!(next_sequence(&home, other).unwrap(), 1);
        assert_eq!(raise_sequence(&home, key).unwrap(), 10_041);
        std::fs::write(home.join(format!("seq/{key}")), "").unwrap();
        assert!(next_sequence(&home, key).is_err());
    }
}
