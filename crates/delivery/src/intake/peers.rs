//! How many connections one address may have open, so that nobody takes the places of all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;

/// Connections of one address at once. Mail programs of this machine, which hand over by LMTP, may have more.
const MAX_OF_ADDRESS: usize = 16;

/// Who is connected.
#[derive(Clone, Default)]
pub(super) struct Peers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection; forgotten when dropped.
pub(super) struct Peer {
    peers: Peers,
    address: IpAddr,
}

/// Networks of IPv6 are handed out whole: the first 64 bits say whose it is.
fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

impl Peers {
    /// Counts a connection; `None` when the address has too many.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Peer> {
        let mut open = self.0.lock();
        let is_own = address.to_canonical().is_loopback();
        let address = whose(address);
        let count = open.entry(address).or_default();
        if *count >= MAX_OF_ADDRESS && !is_own {
            return None;
        }
        *count += 1;
        Some(Peer { peers: self.clone(), address })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let mut open = self.peers.0.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_takes_only_its_share() {
        let peers = Peers::default();
        let from = |text: &str| text.parse::<IpAddr>().unwrap();
        let mut open: Vec<Peer> = (0..MAX_OF_ADDRESS).map(|_| peers.enter(from("192.0.2.1")).unwrap()).collect();
        assert!(peers.enter(from("192.0.2.1")).is_none() && peers.enter(from("::ffff:192.0.2.1")).is_none());
        open.push(peers.enter(from("192.0.2.2")).unwrap());
        for n in 0..MAX_OF_ADDRESS {
            open.push(peers.enter(from(&format!("2001:db8::{n:x}"))).unwrap());
        }
        assert!(peers.enter(from("2001:db8::ffff")).is_none() && peers.enter(from("2001:db8:1::1")).is_some());
        let own: Vec<Peer> = (0..MAX_OF_ADDRESS * 3).filter_map(|_| peers.enter(from("127.0.0.1"))).collect();
        assert_eq!(own.len(), MAX_OF_ADDRESS * 3);
        open.remove(0);
        assert!(peers.enter(from("192.0.2.1")).is_some());
        drop((open, own));
        assert!(peers.0.lock().is_empty());
    }
}
