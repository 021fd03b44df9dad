//! Who is on the other end: the peer's address, or what a trusted proxy says of it.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

/// The address the connection came from, as the listener saw it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The address to hold responsible: the peer, or, when the peer is a trusted proxy, the last address in
/// `X-Forwarded-For` that is not one. Nobody else is believed (`spec/decisions.md` 26).
pub fn address(peer: Peer, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer.0.ip().to_canonical();
    if !trusted.contains(&address) {
        return address;
    }
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let hops: Vec<&str> = hops.collect();
    for hop in hops.into_iter().rev() {
        let Ok(said) = hop.trim().parse::<IpAddr>() else { break };
        address = said.to_canonical();
        if !trusted.contains(&address) {
            break;
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.7, 10.0.0.2".parse().unwrap());
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let second: IpAddr = "10.0.0.2".parse().unwrap();
        let peer = Peer(SocketAddr::new(proxy, 1));
        assert_eq!(address(peer, &headers, &[]), proxy);
        assert_eq!(address(peer, &headers, &[proxy]), second);
        assert_eq!(address(peer, &headers, &[proxy, second]), "203.0.113.7".parse::<IpAddr>().unwrap());
    }
}
