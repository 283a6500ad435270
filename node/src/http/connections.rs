//! Connections: how many, of whom, and how slow they may be.
//!
//! HTTP/1.1 with a limit on the time for a request's head, which is also the time that an idle connection is kept, and
//! on the time in which a client takes some more of its answer. Who comes when all places are taken is told so. What a
//! request may be is not known here: `bounds` and the handlers say it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use lode_ledger::lang::Lang;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Sleep;
use tower::ServiceExt;

use super::guard::network;
use super::problem::{Kind, Problem};
use crate::config::Limits;
use crate::measures::precise;

/// What hyper keeps of a head before it gives up without words; our own limits are below that.
const MAX_HEAD: usize = 192 << 10;
/// The most header lines that hyper reads; our own limit is below that.
const MAX_LINES: usize = 1024;
/// How long the refused are listened to, so that they hear why.
const FAREWELL: Duration = Duration::from_secs(1);
/// The most that are being refused at once; the rest is dropped.
const MAX_FAREWELLS: usize = 64;
/// Files that the node needs beside its connections.
const OWN_FILES: usize = 256;
/// The wait after a failure to accept, such as too many open files.
const BREATH: Duration = Duration::from_millis(200);

/// Serves until `stop` resolves and open requests are answered.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    is_proxy: impl Fn(IpAddr) -> bool,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut most = limits.connections;
    if let Some(files) = open_files()
        && files.saturating_sub(OWN_FILES) < most
    {
        most = files.saturating_sub(OWN_FILES).max(1);
        tracing::warn!(
            connections = most,
            files,
            "fewer connections than limits.connections, as the process may not open more files (ulimit -n)"
        );
    }
    metrics::gauge!("lode_http_connections_limit").set(precise(most as u64));
    metrics::gauge!("lode_http_connections").set(0.0);
    let places = Arc::new(Places::new(most, limits.connections_per_address));
    let (stopping, stopped) = watch::channel(());
    let (alive, mut all_gone) = mpsc::channel::<Infallible>(1);
    let farewells = Arc::new(tokio::sync::Semaphore::new(MAX_FAREWELLS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if of_the_peer(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "a connection cannot be accepted");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        // An answer of several parts must not wait for the peer's delayed acknowledgements.
        let _ = stream.set_nodelay(true);
        let place = if is_proxy(peer.ip()) { places.take(None) } else { places.take(Some(peer.ip())) };
        let Some(place) = place else {
            metrics::counter!("lode_http_connections_refused_total").increment(1);
            if let Ok(turn) = farewells.clone().try_acquire_owned() {
                tokio::spawn(async move {
                    // Whoever is refused may have gone.
                    let _ = tokio::time::timeout(FAREWELL, refuse(stream)).await;
                    drop(turn);
                });
            }
            continue;
        };
        let (router, limits, stopped, alive) = (router.clone(), *limits, stopped.clone(), alive.clone());
        tokio::spawn(async move {
            converse(stream, peer, router, &limits, stopped).await;
            drop((place, alive));
        });
    }
    drop((listener, stopping, alive));
    // Nobody sends: this ends when the last connection has.
    let _ = all_gone.recv().await;
    Ok(())
}

/// One connection, to its end.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: &Limits,
    mut stopped: watch::Receiver<()>,
) {
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time())
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_LINES)
        .serve_connection(TokioIo::new(Patient::new(stream, limits.write_time())), service);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        _ = stopped.changed() => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    let Err(error) = ended else { return };
    tracing::debug!(%error, "a connection has ended");
    let stream = connection.into_parts().io.into_inner();
    if error.is_timeout() && stream.heard {
        // Half a head: the rest was too slow. An idle connection is closed without a word.
        let words = plain(Problem::new(Kind::TooSlow, Lang::En)).await;
        let _ = tokio::time::timeout(FAREWELL, say(&stream.stream, &words)).await;
    }
}

/// Says that all places are taken.
async fn refuse(stream: TcpStream) -> io::Result<()> {
    say(&stream, &plain(Problem::new(Kind::TooManyConnections, Lang::En).retry_after(10)).await).await?;
    let stream = stream.into_std()?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let stream = TcpStream::from_std(stream)?;
    // What was sent and never read would reset the connection before the words are read.
    let mut ignored = [0; 1024];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut ignored) {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
    }
}

/// Writes all of it.
async fn say(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A problem as the bytes of a whole answer, where no server writes them.
async fn plain(problem: Problem) -> Vec<u8> {
    let (parts, body) = problem.into_response().into_parts();
    let body = axum::body::to_bytes(body, 1 << 16).await.unwrap_or_default();
    let mut out = format!("HTTP/1.1 {}\r\n", parts.status).into_bytes();
    for (name, value) in &parts.headers {
        out.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    out.extend(format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len()).into_bytes());
    out.extend(body);
    out
}

/// Failures of one peer's connection only.
fn of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// How many files this process may have open, where the system tells (Linux).
fn open_files() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The places for connections.
struct Places {
    most: usize,
    most_of_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// A taken place; given back when dropped.
struct Place {
    places: Arc<Places>,
    of: Option<IpAddr>,
}

impl Places {
    fn new(most: usize, most_of_one: usize) -> Self {
        Self { most, most_of_one, taken: Mutex::default() }
    }

    /// A place, of an address if it is to be counted.
    fn take(self: &Arc<Self>, of: Option<IpAddr>) -> Option<Place> {
        let of = of.map(network);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.most {
            return None;
        }
        if let Some(of) = of {
            let count = taken.by.entry(of).or_default();
            if *count >= self.most_of_one {
                return None;
            }
            *count += 1;
        }
        taken.all += 1;
        metrics::gauge!("lode_http_connections").increment(1.0);
        Some(Place { places: self.clone(), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        metrics::gauge!("lode_http_connections").decrement(1.0);
        if let Some(of) = self.of
            && let Some(count) = taken.by.get_mut(&of)
        {
            *count -= 1;
            if *count == 0 {
                taken.by.remove(&of);
            }
        }
    }
}

/// A stream whose peer must take what is written to it.
struct Patient {
    stream: TcpStream,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    /// Whether something was read since something was written last: half a request, or a whole one.
    heard: bool,
}

impl Patient {
    const fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, patience, waiting: None, heard: false }
    }

    /// What became of a write; one that waits too long fails.
    fn waited<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.waiting = None;
            self.heard = false;
            return result;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not take its answer")))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.heard |= buffer.filled().len() > before;
        result
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.waited(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.waited(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        let places = Arc::new(Places::new(3, 2));
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let first = places.take(Some(address)).unwrap();
        let _second = places.take(Some(address)).unwrap();
        assert!(places.take(Some(address)).is_none(), "two of one address");
        let other = places.take(None).unwrap();
        assert!(places.take(Some("192.0.2.2".parse().unwrap())).is_none(), "three in all");
        drop((first, other));
        let _again = places.take(Some(address)).unwrap();
        assert_eq!(places.taken.lock().unwrap().by.len(), 1);
    }

    #[tokio::test]
    async fn words_without_a_server_are_an_answer() {
        let bytes = plain(Problem::new(Kind::TooManyConnections, Lang::En).retry_after(10)).await;
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{text}");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains("retry-after: 10") && head.contains(&format!("content-length: {}", body.len()))
        );
        assert!(body.contains("\"code\":\"too-many-connections\""));
    }
}
