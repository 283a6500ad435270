//! The program itself, as an operator runs it: commands to their end, and a node behind a real socket.
#![allow(dead_code, reason = "it serves several tests, and none needs all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub(crate) fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lode-node"));
    command.args(arguments).arg("--data").arg(data).env_remove("LODE_DATA").env_remove("LODE_CONFIG");
    command
}

pub(crate) fn run(data: &Path, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = command(data, arguments).output().unwrap();
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

pub(crate) fn done(data: &Path, arguments: &[&str]) -> String {
    let (good, said) = run(data, arguments);
    assert!(good, "{arguments:?}: {said}");
    said
}

pub(crate) fn refused(data: &Path, arguments: &[&str], why: &str) {
    let (good, said) = run(data, arguments);
    assert!(!good && said.contains(why), "{arguments:?}: {said}");
}

/// A running node; killed when it goes.
pub(crate) struct Serving(Child, pub(crate) String);

impl Serving {
    pub(crate) fn start(data: &Path, more: &[&str]) -> Self {
        Self::try_start(data, more).unwrap_or_else(|said| panic!("the node does not start: {said}"))
    }

    /// Starts the node, or gives what it said instead.
    pub(crate) fn try_start(data: &Path, more: &[&str]) -> Result<Self, String> {
        let mut child = command(data, &["serve", "--listen", "127.0.0.1:0"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut errors = child.stderr.take().unwrap();
        let Some((_, address)) = line.trim().rsplit_once("http://") else {
            let mut said = String::new();
            errors.read_to_string(&mut said).unwrap();
            child.wait().unwrap();
            return Err(said);
        };
        // What it says is not to wait for anybody.
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        Ok(Self(child, address.to_owned()))
    }

    pub(crate) fn ask(&self, head: &str, body: &[u8]) -> String {
        String::from_utf8_lossy(&self.exchange(head, body)).into_owned()
    }

    /// Status and body of what it answers to a GET.
    pub(crate) fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let answer = self.exchange(&format!("GET {path}"), b"");
        let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
        (status, answer[end + 4..].to_vec())
    }

    fn exchange(&self, head: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        let length = body.len();
        write!(stream, "{head} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n")
            .unwrap();
        stream.write_all(b"content-type: application/cose\r\n\r\n").unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    pub(crate) fn submit(&self, statements: &[Vec<u8>]) {
        for statement in statements {
            let answer = self.ask("POST /v1/statements", statement);
            // The story's offer has expired by the machine's clock, so it and what stands on it is refused.
            assert!(answer.starts_with("HTTP/1.1 2") || answer.contains(r#""status":"refused""#), "{answer}");
        }
    }

    /// The size in its checkpoint.
    pub(crate) fn size(&self) -> u64 {
        let answer = self.ask("GET /checkpoint", b"");
        let body = answer.split("\r\n\r\n").nth(1).unwrap();
        body.lines().find_map(|line| line.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
