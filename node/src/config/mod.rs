//! How the node is set up: one file (TOML), overridden by the environment (`LODE_*`), overridden by flags.
//!
//! A key has the same name in all three, and an error names it.
//! Nothing secret stands in it: keys are files in the data folder. `LODE_LOG` filters log lines, as `RUST_LOG` does
//! elsewhere.

mod limits;
mod network;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use lode_ledger::lang::Lang;
use serde::Deserialize;

pub use limits::{Bound, Limits};

pub use network::{BadNetwork, ForwardedHeader, Network};

/// What `--seen` says where nobody has ever seen a checkpoint.
const SEEN_NONE: &str = "none";

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// The node's configuration, complete and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Where HTTP is served; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How the world reaches the node, without a slash at the end; labels and pages carry it.
    pub base_url: Option<String>,
    /// The language of pages whose reader asks for none of ours.
    pub language: Lang,
    /// The proxies that are believed about whose request they pass on.
    pub trusted_proxies: Vec<Network>,
    /// Where they write it.
    pub forwarded_header: ForwardedHeader,
    /// Bounds.
    pub limits: Limits,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Take over a copied data folder, once; see the error that asks for it.
    pub accept_copy: bool,
    /// Checkpoints that others hold: files, or folders with a static log. Nothing is signed if one is ahead or of
    /// another history.
    pub seen: Vec<PathBuf>,
}

impl Config {
    /// Defaults for everything but the data folder.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            language: Lang::En,
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::default(),
            limits: Limits::default(),
            log_format: LogFormat::Human,
            accept_copy: false,
            seen: Vec::new(),
        }
    }

    /// Puts flags and environment over the file.
    ///
    /// # Errors
    /// With the key that is missing or wrong.
    pub fn load(given: &Given) -> Result<Self, ConfigError> {
        let file = match &given.config {
            Some(path) => File::read(path)?,
            None => File::default(),
        };
        let data = given.data.clone().or(file.data).ok_or(ConfigError::Missing("data"))?;
        let defaults = Self::new(data);
        let base_url = given.base_url.clone().or(file.base_url);
        if let Some(url) = &base_url {
            check_base_url(url)?;
        }
        let language = match given.language.clone().or(file.language) {
            Some(tag) => tag.parse().map_err(|_| ConfigError::wrong("language", "one of en, zh, pt"))?,
            None => defaults.language,
        };
        let limits = Limits::of(file.limits.unwrap_or_default(), &given.limits)?;
        Ok(Self {
            listen: given.listen.or(file.listen).unwrap_or(defaults.listen),
            base_url,
            language,
            trusted_proxies: given.trusted_proxies.clone().or(file.trusted_proxies).unwrap_or_default(),
            forwarded_header: given.forwarded_header.or(file.forwarded_header).unwrap_or_default(),
            limits,
            log_format: given.log_format.or(file.log_format).unwrap_or_default(),
            accept_copy: given.accept_copy,
            seen: given.seen.iter().filter(|place| place.as_os_str() != SEEN_NONE).cloned().collect(),
            ..defaults
        })
    }
}

/// Flags and environment.
#[derive(Args, Clone, Debug, Default)]
pub struct Given {
    /// The configuration file (TOML)
    #[arg(long, env = "LODE_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// The data folder
    #[arg(long, env = "LODE_DATA", global = true)]
    pub data: Option<PathBuf>,
    /// Address and port to serve HTTP on (default 127.0.0.1:8080)
    #[arg(long, env = "LODE_LISTEN", global = true)]
    pub listen: Option<SocketAddr>,
    /// How the world reaches this node, such as <https://ledger.example>
    #[arg(long, env = "LODE_BASE_URL", global = true)]
    pub base_url: Option<String>,
    /// The language of pages whose reader asks for none of ours: en, zh or pt
    #[arg(long, env = "LODE_LANGUAGE", global = true)]
    pub language: Option<String>,
    /// Proxies that are believed about whose request they pass on: addresses or networks, with commas between them
    #[arg(long, env = "LODE_TRUSTED_PROXIES", value_delimiter = ',', global = true)]
    pub trusted_proxies: Option<Vec<Network>>,
    /// The header in which these proxies write it
    #[arg(long, env = "LODE_FORWARDED_HEADER", value_enum, global = true)]
    pub forwarded_header: Option<ForwardedHeader>,
    /// Bounds, such as queue=1024, with commas between them: the keys of `[limits]` in the file
    #[arg(long, env = "LODE_LIMITS", value_name = "KEY=NUMBER", value_delimiter = ',', global = true)]
    pub limits: Vec<Bound>,
    /// How log lines look
    #[arg(long, env = "LODE_LOG_FORMAT", value_enum, global = true)]
    pub log_format: Option<LogFormat>,
    /// Take over a copied data folder. Only if the original is gone for good: two nodes on one log fork it
    #[arg(long, global = true)]
    pub accept_copy: bool,
    /// A checkpoint that a mirror, witness or reader holds: its file, or a folder with the log's files. If it is
    /// ahead of the data folder, nothing is signed. `none`: nobody has ever seen one. May be repeated
    #[arg(long, global = true)]
    pub seen: Vec<PathBuf>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key that must be given is not.
    #[error(
        "`{0}` is not set: give --{0}, LODE_DATA in the environment, or `{0} = ...` in the file of --config"
    )]
    Missing(&'static str),
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The file is not TOML, or has a key that is unknown or of another type; the text names line and key.
    #[error("the configuration {path} is wrong: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// Where and what.
        reason: String,
    },
    /// A bound is unknown or of another type; the text names it.
    #[error("`limits`: {0}")]
    Limits(String),
    /// A value is out of its range.
    #[error("`{key}` must be {expected}")]
    Wrong {
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

impl ConfigError {
    const fn wrong(key: &'static str, expected: &'static str) -> Self {
        Self::Wrong { key, expected }
    }
}

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    base_url: Option<String>,
    language: Option<String>,
    trusted_proxies: Option<Vec<Network>>,
    forwarded_header: Option<ForwardedHeader>,
    log_format: Option<LogFormat>,
    limits: Option<toml::Table>,
}

impl File {
    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|error| ConfigError::File { path: path.to_owned(), reason: error.to_string() })
    }
}

fn check_base_url(url: &str) -> Result<(), ConfigError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let good = rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.ends_with('/')
            && rest.bytes().all(|b| b.is_ascii_graphic() && !b"?#\"<>".contains(&b))
    });
    if good {
        Ok(())
    } else {
        Err(ConfigError::wrong("base_url", "http:// or https:// and a host, without a slash at the end"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, given: Given) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&Given { config: Some(path), ..given }).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let text = "data = '/a'\nlisten = '127.0.0.1:1'\nlanguage = 'zh'\n[limits]\nqueue = 2000\n";
        let limits = vec!["statements=9".parse().unwrap()];
        let config = load(text, Given { data: Some("/b".into()), limits, ..Given::default() }).unwrap();
        assert_eq!(config.data, PathBuf::from("/b"));
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.language, Lang::Zh);
        assert_eq!(config.limits, Limits { queue: 2000, statements: 9, ..Limits::default() });
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let text =
            "data = '/a'\ntrusted_proxies = ['127.0.0.1', '10.0.0.0/8']\nforwarded_header = 'forwarded'\n";
        let config = load(text, Given::default()).unwrap();
        assert_eq!(config.trusted_proxies, ["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()]);
        assert_eq!(config.forwarded_header, ForwardedHeader::Forwarded);
        let given = Given { trusted_proxies: Some(vec!["::1".parse().unwrap()]), ..Given::default() };
        assert_eq!(load(text, given).unwrap().trusted_proxies, ["::1".parse().unwrap()]);
        assert!(Config::new("/a").trusted_proxies.is_empty(), "nobody is believed unless named");
    }

    #[test]
    fn an_error_names_the_key() {
        let error = |text: &str| load(text, Given::default()).unwrap_err();
        assert!(error("").contains("`data`"));
        assert!(error("data = '/a'\nlisen = '127.0.0.1:1'").contains("lisen"));
        assert!(error("data = '/a'\nlisten = 'here'").contains("listen"));
        assert!(error("data = '/a'\nlanguage = 'xx'").contains("`language`"));
        assert!(error("data = '/a'\nbase_url = 'ledger.example/'").contains("`base_url`"));
        assert!(error("data = '/a'\ntrusted_proxies = ['proxy']").contains("trusted_proxies"));
        assert!(error("data = '/a'\n[limits]\nqueue = 1").contains("`limits.queue`"));
        assert!(error("data = '/a'\n[limits]\nqeue = 1").contains("qeue"));
        assert!(
            error("data = '/a'\n[limits]\njournal_segment_bytes = 1")
                .contains("`limits.journal_segment_bytes`")
        );
    }
}
