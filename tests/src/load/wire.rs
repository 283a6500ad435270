//! One HTTP/1.1 connection kept open, requests as bytes that were made beforehand: what the load tool costs must be
//! small beside what it measures. Blocking, no pool, no redirects; an answer has a length.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How long an answer may take before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// The longest answer that is taken.
const MAX_ANSWER: usize = 64 << 20;

/// An answer; the body is the connection's until the next exchange.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

/// A connection that is made anew when it was lost.
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    sent: Vec<u8>,
    read: Vec<u8>,
}

impl Connection {
    /// To a node; nothing is opened yet.
    #[must_use]
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, sent: Vec::new(), read: Vec::new() }
    }

    /// Sends statements; `many` as a sequence.
    ///
    /// # Errors
    /// The connection failed: whether the statements were taken is unknown.
    pub fn post_statements(&mut self, body: &[u8], many: bool) -> Result<Answer<'_>> {
        let kind = if many { "application/cbor-seq" } else { "application/cose" };
        self.sent.clear();
        write!(
            self.sent,
            "POST /v1/statements HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        )?;
        self.sent.extend_from_slice(body);
        self.exchange()
    }

    /// Asks for a path.
    ///
    /// # Errors
    /// The connection failed.
    pub fn get(&mut self, path: &str) -> Result<Answer<'_>> {
        self.sent.clear();
        write!(self.sent, "GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address)?;
        self.exchange()
    }

    fn exchange(&mut self) -> Result<Answer<'_>> {
        match self.try_exchange() {
            Ok((status, start, end)) => {
                Ok(Answer { status, body: self.read.get(start..end).unwrap_or_default() })
            }
            Err(error) => {
                self.stream = None;
                Err(error)
            }
        }
    }

    fn try_exchange(&mut self) -> Result<(u16, usize, usize)> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.address).context("cannot connect to the node")?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                none.insert(stream)
            }
        };
        stream.write_all(&self.sent).context("the connection broke while sending")?;
        self.read.clear();
        let mut filled = 0;
        let mut needed = None;
        loop {
            if let Some((status, start, end)) = needed
                && filled >= end
            {
                return Ok((status, start, end));
            }
            let room = needed.map_or(filled + (16 << 10), |(_, _, end): (u16, usize, usize)| end);
            if self.read.len() < room {
                self.read.resize(room, 0);
            }
            let free = self.read.get_mut(filled..).unwrap_or_default();
            match stream.read(free) {
                Ok(0) => bail!("the node closed the connection"),
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("no answer"),
            }
            if needed.is_none() {
                needed = head(self.read.get(..filled).unwrap_or_default())?;
            }
        }
    }
}

/// Status, and where the body begins and ends; `None` while the head is not whole.
fn head(bytes: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = response.parse(bytes)? else { return Ok(None) };
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.context("the answer has no content-length")?;
    let length: usize = std::str::from_utf8(length.value)?.parse()?;
    if length > MAX_ANSWER {
        bail!("an answer of {length} bytes");
    }
    Ok(Some((response.code.unwrap_or_default(), start, start + length)))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let text = b"HTTP/1.1 422 Nope\r\nContent-Length: 3\r\nx: y\r\n\r\nabc";
        for cut in 0..text.len() - 3 {
            assert_eq!(head(&text[..cut]).unwrap(), None);
        }
        assert_eq!(head(text).unwrap(), Some((422, text.len() - 3, text.len())));
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(head(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").is_err());
        assert!(head(b"SSH-2.0\r\n\r\n").is_err());
    }

    #[test]
    fn a_connection_serves_many_requests_and_outlives_its_loss() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let mut seen = Vec::new();
            // Two requests on the first connection, which then ends; one on the next.
            for requests in [2, 1] {
                let (mut stream, _) = listener.accept().unwrap();
                for _ in 0..requests {
                    let mut request = Vec::new();
                    let mut byte = [0];
                    while !request.ends_with(b"\r\n\r\n") {
                        stream.read_exact(&mut byte).unwrap();
                        request.push(byte[0]);
                    }
                    seen.push(String::from_utf8(request).unwrap());
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 20000\r\n\r\n").unwrap();
                    stream.write_all(&[b'x'; 20_000]).unwrap();
                }
            }
            seen
        });
        let mut connection = Connection::new(address);
        for path in ["/a", "/b"] {
            let answer = connection.get(path).unwrap();
            assert_eq!((answer.status, answer.body.len()), (200, 20_000));
        }
        assert!(connection.get("/lost").is_err());
        assert_eq!(connection.get("/c").unwrap().status, 200);
        let seen = server.join().unwrap();
        assert!(seen[0].starts_with("GET /a HTTP/1.1\r\n"));
        assert!(seen[2].starts_with("GET /c HTTP/1.1\r\n"));
    }
}
