//! The home folder of a participant's device: settings, keys, counters, names, what waits to be sent.
//!
//! Every write is whole or not at all (written beside, synced, renamed, folder synced), and readable by its owner
//! only. Nothing here knows what the files mean beyond the settings.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use lode_ledger::id::LedgerId;
use serde::{Deserialize, Serialize};

use crate::error::{ClientError, Result, words};

/// `config.toml`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The node's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Who this device signs for: `U-...`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// The name of the key that signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The address printed on tags; the node's if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_base: Option<String>,
    /// The ledger, so that statements can be signed without a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerName>,
}

/// Which ledger this device signs for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LedgerName {
    /// The log's origin.
    pub origin: String,
    /// The ledger id: origin, `#`, 32 hexadecimal digits.
    pub id: String,
}

impl LedgerName {
    /// The id as keys are derived from it.
    ///
    /// # Errors
    /// What is kept is no ledger id.
    pub fn ledger_id(&self) -> Result<LedgerId> {
        let id = &self.id;
        id.parse().map_err(|error| {
            ClientError::usage(words!(
                "{id:?} is no ledger id ({error}): run `lode setup --node ADDRESS` again",
                "{id:?} 不是账本编号（{error}）：请重新运行 `lode setup --node 地址`",
                "{id:?} não é id de registro ({error}): rode de novo `lode setup --node ENDEREÇO`"
            ))
        })
    }
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Home {
    path: PathBuf,
}

impl Home {
    /// Opens or makes the folder.
    ///
    /// # Errors
    /// It cannot be made or entered.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let home = Self { path: path.into() };
        for folder in ["", "keys", "seq", "queue", "disclosures", "imports", "tags", "owned"] {
            make_folder(&home.path.join(folder))?;
        }
        Ok(home)
    }

    /// `$LODE_HOME`, else `lode` in the user's configuration folder.
    ///
    /// # Errors
    /// Neither is set.
    pub fn default_path() -> Result<PathBuf> {
        let env = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        env("LODE_HOME")
            .or_else(|| env("XDG_CONFIG_HOME").map(|path| path.join("lode")))
            .or_else(|| env("HOME").map(|path| path.join(".config/lode")))
            .or_else(|| env("APPDATA").map(|path| path.join("lode")))
            .ok_or_else(|| {
                ClientError::usage(words!(
                    "there is no home folder: set LODE_HOME or use --home",
                    "没有主文件夹：请设置 LODE_HOME 或用 --home",
                    "não há pasta pessoal: defina LODE_HOME ou use --home"
                ))
            })
    }

    /// A path inside.
    #[must_use]
    pub fn join(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.path.join(relative)
    }

    /// The folder's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The settings; all absent if there are none yet.
    ///
    /// # Errors
    /// The file cannot be read or has an unknown setting.
    pub fn config(&self) -> Result<Config> {
        let path = self.join("config.toml");
        let Some(text) = read_text(&path)? else { return Ok(Config::default()) };
        toml::from_str(&text).map_err(|error| ClientError::io(&path, error))
    }

    /// Keeps the settings.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save_config(&self, config: &Config) -> Result<()> {
        let path = self.join("config.toml");
        let text = toml::to_string_pretty(config).map_err(|error| ClientError::io(&path, error))?;
        write_durably(&path, text.as_bytes())
    }

    /// Holds everybody else off while a counter or a queue changes.
    ///
    /// # Errors
    /// The lock cannot be had.
    pub fn lock(&self, name: &str) -> Result<File> {
        let path = self.join(format!("{name}.lock"));
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(|error| ClientError::io(&path, error))?;
        file.lock().map_err(|error| ClientError::io(&path, error))?;
        Ok(file)
    }
}

fn make_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|error| ClientError::io(path, error))
}

/// The file's text, or nothing where there is no file.
///
/// # Errors
/// It is there and cannot be read.
pub fn read_text(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ClientError::io(path, error)),
    }
}

/// Reads JSON that this program wrote.
///
/// # Errors
/// The file is missing, unreadable, or something else.
pub fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).map_err(|error| ClientError::io(path, error))?;
    serde_json::from_str(&text).map_err(|error| ClientError::io(path, error))
}

/// Writes JSON for people and programs.
///
/// # Errors
/// As [`write_durably`].
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| ClientError::io(path, error))?;
    text.push('\n');
    write_durably(path, text.as_bytes())
}

/// Replaces a file by these bytes, so that after a crash it holds the old ones or the new ones.
///
/// # Errors
/// Any step fails; the old file is then still there.
pub fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |error: std::io::Error| ClientError::io(path, error);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&beside).map_err(fail)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&beside, path)) {
        // The half-written file is of no use; that it cannot be removed changes nothing about the error.
        let _ = fs::remove_file(&beside);
        return Err(fail(error));
    }
    sync_folder(path.parent().unwrap_or(Path::new(".")));
    Ok(())
}

/// Makes a rename last. Not every file system can, and those that cannot need not.
fn sync_folder(folder: &Path) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_strange_ones_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().join("a/b")).unwrap();
        assert_eq!(home.config().unwrap(), Config::default());
        let config = Config {
            node: Some("http://127.0.0.1:1".to_owned()),
            ledger: Some(LedgerName { origin: "a.example".to_owned(), id: "a.example#00".to_owned() }),
            ..Config::default()
        };
        home.save_config(&config).unwrap();
        assert_eq!(home.config().unwrap(), config);
        fs::write(home.join("config.toml"), "nod = \"x\"\n").unwrap();
        assert!(home.config().unwrap_err().to_string().contains("nod"));
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        write_durably(&path, b"old").unwrap();
        // A folder in the place of the file beside it makes the write fail.
        fs::create_dir(folder.path().join(format!("x.{}.tmp", std::process::id()))).unwrap();
        assert!(write_durably(&path, b"new").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[cfg(unix)]
    #[test]
    fn others_cannot_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().join("h")).unwrap();
        write_durably(&home.join("keys/a"), b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(home.path()), mode(&home.join("keys/a"))), (0o700, 0o600));
    }
}
