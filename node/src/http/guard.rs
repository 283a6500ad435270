//! What stands before and behind every handler: the limit per address, headers, metrics, and an answer for a panic.

use std::any::Any;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use lode_ledger::lang::Lang;

use super::App;
use super::asked::language;
use super::forwarded::client;
use super::problem::{Kind, Problem};

/// An address may save up so many seconds of requests: a page and its parts, or a verifier fetching tiles.
const BURST_S: u32 = 10;
/// So many statements of one request weigh as much as a request: their signatures are checked before anything else is
/// known of them.
const STATEMENTS_A_REQUEST: usize = 64;

/// The limit per address.
pub(super) struct Guard {
    limiter: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, DefaultClock>,
    clock: DefaultClock,
    burst: NonZeroU32,
}

impl Guard {
    /// So many requests a second on average.
    #[must_use]
    pub(super) fn new(per_second: u32) -> Self {
        let rate = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST_S - 1));
        let quota = Quota::per_second(rate).allow_burst(burst);
        Self { limiter: RateLimiter::hashmap(quota), clock: DefaultClock::default(), burst }
    }

    /// Whether the address may ask now for so many requests' worth of work; otherwise after how many seconds.
    fn admit(&self, address: IpAddr, worth: u32) -> Result<(), u64> {
        let wait = |refused: governor::NotUntil<_>| refused.wait_time_from(self.clock.now()).as_secs() + 1;
        // What no address can save up is taken from one that has saved all it can.
        let Some(worth) = NonZeroU32::new(worth.min(self.burst.get())) else { return Ok(()) };
        match self.limiter.check_key_n(&network(address), worth) {
            Ok(admitted) => admitted.map_err(wait),
            Err(governor::InsufficientCapacity(_)) => Err(u64::from(BURST_S)),
        }
    }

    /// 429 for an address that sends too many statements: each so many of one request count as one request more.
    pub(super) fn admit_statements(
        &self,
        address: Option<IpAddr>,
        count: usize,
        lang: Lang,
    ) -> Result<(), Problem> {
        let worth = u32::try_from(count.saturating_sub(1) / STATEMENTS_A_REQUEST).unwrap_or(u32::MAX);
        address
            .map_or(Ok(()), |address| self.admit(address, worth))
            .map_err(|seconds| Problem::new(Kind::RateLimited, lang).retry_after(seconds))
    }

    /// Forgets addresses that have not asked for a while.
    pub(super) fn forget(&self) {
        self.limiter.retain_recent();
    }
}

/// Of IPv6 the first 64 bits: one household has them all.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6
            .to_ipv4_mapped()
            .map_or(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))), IpAddr::V4),
    }
}

/// Whom the limits count a request for; stands in its extensions.
#[derive(Clone, Copy, Debug)]
pub struct Asker(pub IpAddr);

/// 429 for who asks too often: the peer, or whom a trusted proxy saw.
pub(super) async fn limit_rate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let settings = &app.settings;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let asks = |peer| client(peer, request.headers(), settings.forwarded_header, &settings.trusted_proxies);
    let asker = peer.map(asks);
    if let Some(address) = asker
        && let Err(seconds) = app.guard.admit(address, 1)
    {
        let lang =
            language(request.uri().query().unwrap_or_default(), request.headers(), app.settings.language);
        return Problem::new(Kind::RateLimited, lang).retry_after(seconds).into_response();
    }
    if let Some(asker) = asker {
        request.extensions_mut().insert(Asker(asker));
    }
    next.run(request).await
}

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Security headers on every answer, a count of it, and words for a timeout.
pub(super) async fn dress(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known_method(request.method()).to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let lang = language(request.uri().query().unwrap_or_default(), request.headers(), Lang::En);
    let personal = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.run(request).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE
        && response.headers().get(header::CONTENT_TYPE).is_none()
    {
        response = Problem::new(Kind::Timeout, lang).into_response();
    }
    let headers = response.headers_mut();
    if personal {
        // What a session opened is nobody else's to see, whatever the handler says of its caching.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::VARY, "accept, accept-language, authorization"),
        (HeaderName::from_static("permissions-policy"), "interest-cohort=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let status = response.status().as_u16().to_string();
    metrics::histogram!("lode_http_request_seconds", "route" => route.clone()).record(started.elapsed());
    let labels = [("method", method), ("route", route), ("status", status)];
    metrics::counter!("lode_http_requests_total", &labels).increment(1);
    response
}

/// What a method is counted as. HTTP lets anybody invent one, and each would be a counter that stays for ever.
fn known_method(method: &Method) -> &str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::OPTIONS, Method::DELETE];
    if known.contains(method) { method.as_str() } else { "other" }
}

/// A defect of ours: the visitor is told, the log says where.
pub(super) fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request handler panicked");
    Problem::new(Kind::Internal, Lang::En).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_runs_out_and_another_does_not() {
        let guard = Guard::new(1);
        let (one, two): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert_eq!((0..BURST_S).filter(|_| guard.admit(one, 1).is_ok()).count(), 10);
        assert!(guard.admit(one, 1).is_err_and(|seconds| seconds >= 1));
        assert!(guard.admit(two, 1).is_ok());
    }

    #[test]
    fn a_household_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn a_panic_is_a_problem() {
        assert_eq!(panicked(Box::new("x")).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
