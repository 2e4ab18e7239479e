// SPDX-License-Identifier: Apache-2.0
//! Who is answered while more datagrams arrive than can be: everybody something.
//!
//! A datagram that finds the socket's queue full is lost, whoever sent it. So under a flood the queue has to be emptied more
//! quickly than it fills, by letting those go unanswered who have had the most: dropping is cheaper than answering.
//! [`Shares`] says who that is. Nobody is let go while the transport keeps up, and a client that waits for its answers is
//! not among those who have had the most.
//!
//! What it will not do: tell senders apart that share an address, or help against one that makes addresses up.

/// Places in which addresses are counted. Two that fall into the same one have one share.
const PLACES: usize = 64;

/// What has been answered lately, by address.
///
/// ```
/// use westerly_server::Shares;
///
/// let (greedy, other) = (0x7f00_0001, 0x7f00_0002);
/// let mut shares = Shares::new();
/// let answered = (0..1000).filter(|_| shares.admits(greedy, 5) && { shares.answered(greedy); true }).count();
/// assert_eq!(answered, 32);
/// assert!(shares.admits(other, 5));
/// // A while later, or when the socket is empty, it begins anew.
/// assert!(shares.admits(greedy, 5 + Shares::WINDOW));
/// ```
#[derive(Clone, Debug)]
pub struct Shares {
    /// Requests answered, by place.
    places: [u8; PLACES],
    /// Requests answered of all.
    answered: u8,
    /// When this counting began, in milliseconds since the device's start.
    since: u64,
}

impl Shares {
    /// Milliseconds until everybody has the whole share again.
    pub const WINDOW: u64 = 10;
    /// Requests answered of anybody before shares count: bursts of a client that nobody contends with.
    pub const FREE: u8 = 32;
    /// Requests of each address that are answered after these.
    pub const SHARE: u8 = 4;

    /// Nothing has been answered.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "for statics, where Default cannot be called")]
    pub const fn new() -> Self {
        Self { places: [0; PLACES], answered: 0, since: 0 }
    }

    /// Nothing waits in the socket: there is no contention.
    pub fn idle(&mut self) {
        if self.answered > 0 {
            self.places = [0; PLACES];
            self.answered = 0;
        }
    }

    /// Whether so much has been answered that it matters whether anything waits in the socket. Else nobody need ask.
    #[must_use]
    pub fn matter(&self) -> bool {
        self.answered >= Self::FREE / 2
    }

    /// Whether a packet from this address is to be looked at; `now` is the time in milliseconds since the device's start.
    pub fn admits(&mut self, address: u32, now: u64) -> bool {
        if now.saturating_sub(self.since) >= Self::WINDOW {
            self.since = now;
            self.idle();
        }
        self.answered < Self::FREE || self.places.get(place(address)).is_none_or(|&answered| answered < Self::SHARE)
    }

    /// A request from this address was answered, or a packet looked at that has no answer.
    pub fn answered(&mut self, address: u32) {
        self.answered = self.answered.saturating_add(1);
        if let Some(place) = self.places.get_mut(place(address)) {
            *place = place.saturating_add(1);
        }
    }
}

/// Neighbours, as addresses of one network are, fall into places far from each other.
fn place(address: u32) -> usize {
    const GOLDEN: u32 = 0x9e37_79b1;
    const SHIFT: u32 = u32::BITS - PLACES.ilog2();
    usize::try_from(address.wrapping_mul(GOLDEN) >> SHIFT).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many packets that arrive at once are answered, by address.
    fn flood(shares: &mut Shares, addresses: impl Iterator<Item = u32>) -> Vec<u32> {
        addresses
            .filter(|&address| {
                let admitted = shares.admits(address, 1);
                if admitted {
                    shares.answered(address);
                }
                admitted
            })
            .collect()
    }

    #[test]
    fn neighbours_have_places_of_their_own() {
        let places: std::collections::BTreeSet<_> = (0..64).map(|host| place(0x7f00_0501 + host)).collect();
        assert!(places.len() >= 50, "{} places", places.len());
        assert!(places.iter().all(|&place| place < PLACES));
    }

    #[test]
    fn a_burst_of_one_is_answered_whole() {
        let mut shares = Shares::new();
        assert_eq!(flood(&mut shares, std::iter::repeat_n(7, 32)).len(), 32);
        shares.idle();
        assert_eq!(flood(&mut shares, std::iter::repeat_n(7, 32)).len(), 32);
    }

    #[test]
    fn whoever_comes_behind_a_flood_is_answered() {
        let mut shares = Shares::new();
        let answered = flood(&mut shares, std::iter::repeat_n(7, 10_000).chain(std::iter::repeat_n(9, 10)));
        assert_eq!(answered.iter().filter(|&&address| address == 9).count(), 4);
        assert_eq!(answered.len(), 36);
    }

    #[test]
    fn whoever_finds_the_socket_empty_each_time_is_never_refused() {
        let mut shares = Shares::new();
        for _ in 0..10_000 {
            assert!(shares.admits(7, 1));
            if shares.matter() {
                shares.idle();
            } else {
                shares.answered(7);
            }
        }
    }

    #[test]
    fn many_have_the_same_share() {
        let mut shares = Shares::new();
        let peers = (0..64).map(|number| 0x0a00_0001 + number);
        let places: std::collections::BTreeSet<_> = peers.clone().map(place).collect();
        let answered = flood(&mut shares, peers.cycle().take(64_000));
        assert_eq!(answered.len(), 4 * places.len());
        assert!(shares.admits(0x0a00_0001, 1 + Shares::WINDOW));
    }

    #[test]
    fn counts_stop_at_their_highest_values() {
        let mut shares = Shares::new();
        for _ in 0..1000 {
            shares.answered(7);
        }
        assert!(!shares.admits(7, 9));
    }
}
