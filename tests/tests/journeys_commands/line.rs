//! A line to a node that breaks when it is told to, so that a client does not know what became of its words.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a line does to a request with statements.
#[derive(Clone, Copy)]
pub(crate) enum Break {
    /// The node never gets it.
    Before,
    /// The node takes it, and its answer is lost.
    After,
}

/// A line to a node that lets so many requests with statements through and breaks at the next one, once.
pub(crate) struct Line {
    url: String,
}

impl Line {
    pub(crate) fn to(node: &str, good: usize, at: Break) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let node = node.trim_start_matches("http://").to_owned();
        let passed = Arc::new(AtomicUsize::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (node, passed) = (node.clone(), Arc::clone(&passed));
                std::thread::spawn(move || carry(stream.unwrap(), &node, &passed, good, at));
            }
        });
        Self { url }
    }

    /// Where it begins.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// One request of a connection and its answer; the next one comes on a connection of its own.
fn carry(mut client: TcpStream, node: &str, passed: &AtomicUsize, good: usize, at: Break) {
    let Some(request) = request(&mut client) else { return };
    let statements = request.starts_with(b"POST /v1/statements ");
    let breaks = statements && passed.fetch_add(1, Ordering::SeqCst) == good;
    if breaks && matches!(at, Break::Before) {
        return;
    }
    let mut server = TcpStream::connect(node).unwrap();
    server.write_all(&request).unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    if !breaks {
        client.write_all(&answer).unwrap();
    }
}

/// A whole request, which asks for the connection to be closed after it.
fn request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some([head.as_bytes(), b"\r\nConnection: close", &bytes[end..]].concat());
            }
        }
        match client.read(&mut buffer).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}
