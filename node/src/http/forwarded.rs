//! Whose request it is behind proxies: the rightmost address that no trusted proxy vouches for.
//!
//! Every proxy writes at the end of the list whom it saw. What stands left of the first untrusted address was written
//! by whoever sits there, and is not believed; nor is anything if the peer itself is no trusted proxy.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};

use crate::config::{ForwardedHeader, Network};

/// Longest list that is read, from its right end.
const MAX_HOPS: usize = 32;

/// The address that the limits count for.
#[must_use]
pub(super) fn client(
    peer: IpAddr,
    headers: &HeaderMap,
    which: ForwardedHeader,
    trusted: &[Network],
) -> IpAddr {
    let is_proxy = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut nearest = peer;
    let lines = match which {
        ForwardedHeader::XForwardedFor => headers.get_all("x-forwarded-for"),
        ForwardedHeader::Forwarded => headers.get_all(header::FORWARDED),
    };
    let lines: Vec<&str> = lines.iter().filter_map(|value| value.to_str().ok()).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    for hop in hops.take(MAX_HOPS) {
        if !is_proxy(nearest) {
            break;
        }
        let said = match which {
            ForwardedHeader::XForwardedFor => address(hop.trim()),
            ForwardedHeader::Forwarded => said_for(hop),
        };
        // "unknown", a pseudonym, or a mistake: the last address that somebody vouched for stays.
        let Some(address) = said else { break };
        nearest = address;
    }
    nearest
}

/// The `for` of one element of `Forwarded` (RFC 7239).
fn said_for(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| address(value.trim().trim_matches('"')))?
    })
}

/// An address, with or without brackets and port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "127.0.0.1";

    fn asked(peer: &str, name: &'static str, lines: &[&str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, line.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted.split_whitespace().map(|text| text.parse().unwrap()).collect();
        let which =
            if name == "forwarded" { ForwardedHeader::Forwarded } else { ForwardedHeader::XForwardedFor };
        client(peer.parse().unwrap(), &headers, which, &trusted).to_string()
    }

    fn x(peer: &str, lines: &[&str], trusted: &str) -> String {
        asked(peer, "x-forwarded-for", lines, trusted)
    }

    #[test]
    fn without_trust_the_peer_counts_whatever_is_said() {
        assert_eq!(x("192.0.2.9", &["198.51.100.7"], ""), "192.0.2.9");
        assert_eq!(x("192.0.2.9", &["198.51.100.7"], PROXY), "192.0.2.9");
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_counts() {
        assert_eq!(x(PROXY, &["198.51.100.7"], PROXY), "198.51.100.7");
        // What the visitor wrote himself stands left of what the proxy saw.
        assert_eq!(x(PROXY, &["10.9.9.9, 198.51.100.7"], PROXY), "198.51.100.7");
        assert_eq!(x(PROXY, &["1.1.1.1, 198.51.100.7, 10.0.0.3"], "127.0.0.0/8 10.0.0.0/8"), "198.51.100.7");
        // Two headers are one list.
        assert_eq!(x(PROXY, &["1.1.1.1", "198.51.100.7,10.0.0.3"], "127.0.0.1 10.0.0.0/8"), "198.51.100.7");
        assert_eq!(x(PROXY, &["10.0.0.4, 10.0.0.3"], "127.0.0.1 10.0.0.0/8"), "10.0.0.4", "all are proxies");
        assert_eq!(x(PROXY, &[], PROXY), PROXY);
    }

    #[test]
    fn what_is_no_address_ends_the_list() {
        assert_eq!(x(PROXY, &["1.1.1.1, unknown"], PROXY), PROXY);
        assert_eq!(x(PROXY, &["1.1.1.1, , 10.0.0.3"], "127.0.0.1 10.0.0.3"), "10.0.0.3");
    }

    #[test]
    fn ports_brackets_and_ipv6_are_read() {
        assert_eq!(x(PROXY, &["198.51.100.7:4711"], PROXY), "198.51.100.7");
        assert_eq!(x("::1", &["[2001:db8::7]:4711"], "::1"), "2001:db8::7");
        assert_eq!(x("::ffff:127.0.0.1", &["2001:db8::7"], PROXY), "2001:db8::7");
    }

    #[test]
    fn the_standard_header_is_read_only_if_asked_for() {
        let line = r#"for=1.1.1.1, For="[2001:db8::7]:80";proto=https;by=203.0.113.43"#;
        assert_eq!(asked(PROXY, "forwarded", &[line], PROXY), "2001:db8::7");
        assert_eq!(asked(PROXY, "forwarded", &["for=_hidden"], PROXY), PROXY);
        let mut headers = HeaderMap::new();
        headers.insert("forwarded", "for=1.1.1.1".parse().unwrap());
        let trusted = [PROXY.parse().unwrap()];
        let found = client(PROXY.parse().unwrap(), &headers, ForwardedHeader::XForwardedFor, &trusted);
        assert_eq!(found.to_string(), PROXY);
    }
}
