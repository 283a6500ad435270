//! Where a log's files are read from: a folder, or a node's URL. Every read has a limit.
//!
//! Nothing is believed here; what is read is checked by the caller.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often a fetch is tried.
const TRIES: u32 = 4;
/// The longest that one fetch may take, in seconds.
const TIMEOUT_S: u64 = 60;

/// A log's files by their paths (C2SP tlog-tiles).
#[derive(Debug)]
pub enum Source {
    /// A folder that holds `checkpoint` and `tile/`.
    Folder(PathBuf),
    /// The address in front of `/checkpoint`, without a slash at its end.
    Url(String, Box<ureq::Agent>),
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operating system refused.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The network or the server failed, also after several tries.
    #[error("{url}: {problem}; try again later")]
    Http {
        /// What was asked for.
        url: String,
        /// What went wrong last.
        problem: String,
    },
    /// Larger than such a file can be.
    #[error("{path} is larger than {limit} bytes, which no such file of a log is")]
    TooLarge {
        /// Which.
        path: String,
        /// The limit.
        limit: usize,
    },
    /// Neither a folder nor an http address.
    #[error("neither a folder nor an address that begins with http:// or https://")]
    NoSource,
}

impl Source {
    /// The source of this name: an address if it begins with `http://` or `https://`, otherwise a folder.
    ///
    /// # Errors
    /// It is neither.
    pub fn named(name: &str) -> Result<Self, SourceError> {
        if name.starts_with("http://") || name.starts_with("https://") {
            let config = ureq::Agent::config_builder()
                .timeout_global(Some(Duration::from_secs(TIMEOUT_S)))
                .http_status_as_error(false)
                .user_agent(concat!("lode-verify/", env!("CARGO_PKG_VERSION")))
                .build();
            return Ok(Self::Url(name.trim_end_matches('/').to_owned(), Box::new(config.into())));
        }
        let folder = PathBuf::from(name);
        if folder.is_dir() { Ok(Self::Folder(folder)) } else { Err(SourceError::NoSource) }
    }

    /// The file at a path below the log's root; `None` if there is none.
    ///
    /// # Errors
    /// It is there and cannot be read, or is larger than `limit` bytes.
    pub fn get(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
        match self {
            Self::Folder(folder) => read_file(&folder.join(path), limit),
            Self::Url(base, agent) => fetch(agent, &format!("{base}/{path}"), limit),
        }
    }
}

/// Reads a file of at most `limit` bytes; `None` if there is none.
///
/// # Errors
/// It is there and cannot be read, or is larger.
pub fn read_file(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
    let failed = |error| SourceError::File { path: path.display().to_string(), error };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > limit {
        return Err(SourceError::TooLarge { path: path.display().to_string(), limit });
    }
    Ok(Some(bytes))
}

fn fetch(agent: &ureq::Agent, url: &str, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
    let mut problem = String::new();
    for attempt in 0..TRIES {
        if attempt > 0 {
            std::thread::sleep(Duration::from_millis(250 << attempt));
        }
        match fetch_once(agent, url, limit) {
            Ok(found) => return Ok(found),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Again(text)) => problem = text,
        }
    }
    Err(SourceError::Http { url: url.to_owned(), problem })
}

enum Failure {
    Again(String),
    Final(SourceError),
}

fn fetch_once(agent: &ureq::Agent, url: &str, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
    let mut response = agent.get(url).call().map_err(|error| Failure::Again(error.to_string()))?;
    match response.status().as_u16() {
        200 => {}
        404 | 410 => return Ok(None),
        status @ (429 | 500..=599) => return Err(Failure::Again(format!("the server answers {status}"))),
        status => {
            let problem = format!("the server answers {status}");
            return Err(Failure::Final(SourceError::Http { url: url.to_owned(), problem }));
        }
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    match response.body_mut().with_config().limit(most).read_to_vec() {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ureq::Error::BodyExceedsLimit(_)) => {
            Err(Failure::Final(SourceError::TooLarge { path: url.to_owned(), limit }))
        }
        Err(error) => Err(Failure::Again(error.to_string())),
    }
}
