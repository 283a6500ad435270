//! What stands around every request: how long its path, how large its headers, how slow its body may be, and how much
//! memory all bodies together take.
//!
//! Sizes of single bodies are the routes' (`DefaultBodyLimit`); the time for a whole request is the router's.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};
use lode_ledger::lang::Lang;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

use super::App;
use super::asked::language;
use super::problem::{Kind, Problem};

/// Bytes of bodies are counted in pieces of this size, as a semaphore counts in 32 bits.
const PIECE: usize = 1024;

/// Memory for bodies, shared by all requests.
pub(super) fn room(bytes: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new((bytes / PIECE).min(Semaphore::MAX_PERMITS)))
}

/// 414 and 431 for a head beyond its bounds; a body that comes on under the eyes of [`Watched`].
pub(super) async fn limit_request(State(app): State<App>, request: Request, next: Next) -> Response {
    let limits = &app.settings.limits;
    let lang =
        || language(request.uri().query().unwrap_or_default(), request.headers(), app.settings.language);
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if length > limits.uri_bytes {
        // Its own words are too many to be looked through.
        return Problem::new(Kind::PathTooLong, Lang::En).detail(limits.uri_bytes).into_response();
    }
    let headers = request.headers();
    // Of each line also the colon, the blank and the line's end.
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if bytes > limits.header_bytes {
        return Problem::new(Kind::HeadersTooLarge, Lang::En).detail(limits.header_bytes).into_response();
    }
    if headers.len() > limits.header_lines {
        return Problem::new(Kind::HeadersTooLarge, lang()).detail(limits.header_lines).into_response();
    }
    let held = Held::default();
    let (room, patience) = (app.room.clone(), limits.body_time());
    let watched = |body: Body| {
        if body.is_end_stream() {
            return body;
        }
        Body::new(Watched { body, room, patience, waiting: None, held: held.clone(), part: 0 })
    };
    let response = next.run(request.map(watched)).await;
    // Only now nobody works on the body any more.
    drop(held);
    response
}

/// The memory that a request's body has taken so far.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Held {
    fn add(&self, more: OwnedSemaphorePermit) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *held {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
    }
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Cut {
    /// No byte came for too long.
    #[error("no more of the body came for too long")]
    Slow,
    /// The bodies of all requests together take too much memory.
    #[error("too many requests are being read at once")]
    NoRoom,
}

impl Cut {
    /// The cut behind an error of a body, however it was wrapped.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(cut) = error.downcast_ref() {
                return Some(*cut);
            }
            next = error.source();
        }
        None
    }
}

/// What is answered to a body that was not read to its end; `None` if it was, and is wrong otherwise.
pub(super) fn unread(rejection: &(dyn Error + 'static), status: StatusCode, lang: Lang) -> Option<Problem> {
    match Cut::of(rejection) {
        Some(Cut::Slow) => Some(Problem::new(Kind::TooSlow, lang)),
        Some(Cut::NoRoom) => Some(Problem::new(Kind::Busy, lang).retry_after(2)),
        None if status == StatusCode::PAYLOAD_TOO_LARGE => {
            Some(Problem::new(Kind::TooLarge, lang).detail(rejection))
        }
        None => None,
    }
}

/// A body that must keep coming, and whose bytes are counted against the room for all.
struct Watched {
    body: Body,
    room: Arc<Semaphore>,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    held: Held,
    /// Bytes that are not a whole piece yet.
    part: usize,
}

impl Watched {
    fn count(&mut self, bytes: usize) -> Result<(), Cut> {
        self.part += bytes;
        let pieces = u32::try_from(self.part / PIECE).unwrap_or(u32::MAX);
        self.part %= PIECE;
        if pieces > 0 {
            let more = self.room.clone().try_acquire_many_owned(pieces).map_err(|_| Cut::NoRoom)?;
            self.held.add(more);
        }
        Ok(())
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if frame.is_pending() {
            let patience = self.patience;
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
            ready!(waiting.as_mut().poll(cx));
            return Poll::Ready(Some(Err(axum::Error::new(Cut::Slow))));
        }
        self.waiting = None;
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
            && let Err(cut) = self.count(data.len())
        {
            return Poll::Ready(Some(Err(axum::Error::new(cut))));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(body: Body, room: &Arc<Semaphore>, held: &Held) -> Body {
        let patience = Duration::from_millis(20);
        Body::new(Watched { body, room: room.clone(), patience, waiting: None, held: held.clone(), part: 0 })
    }

    #[tokio::test]
    async fn bodies_share_the_room_and_give_it_back() {
        let (room, held) = (room(64 << 10), Held::default());
        let first = axum::body::to_bytes(watched(Body::from(vec![0; 40 << 10]), &room, &held), 1 << 20).await;
        assert_eq!(first.unwrap().len(), 40 << 10);
        assert_eq!(room.available_permits(), 24);
        let other = Held::default();
        let second =
            axum::body::to_bytes(watched(Body::from(vec![0; 40 << 10]), &room, &other), 1 << 20).await;
        assert_eq!(Cut::of(&second.unwrap_err()), Some(Cut::NoRoom));
        drop(held);
        assert_eq!(room.available_permits(), 64);
    }

    #[tokio::test]
    async fn a_body_that_never_comes_is_cut() {
        struct Never;
        impl HttpBody for Never {
            type Data = Bytes;
            type Error = axum::Error;
            fn poll_frame(
                self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
                Poll::Pending
            }
        }
        let body = watched(Body::new(Never), &room(1 << 20), &Held::default());
        let error = axum::body::to_bytes(body, 1 << 20).await.unwrap_err();
        assert_eq!(Cut::of(&error), Some(Cut::Slow));
    }
}
