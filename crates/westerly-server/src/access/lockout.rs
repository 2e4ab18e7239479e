// SPDX-License-Identifier: Apache-2.0
//! Keeps those waiting whose logins fail: three are free, then it is a second, two, four, up to 64.
//!
//! Counted by address, as a peer is free to take another port. A serial line has an entry of its own, so that nobody on the
//! network locks out who stands in front of the device. Where more addresses fail than there are entries the others share
//! one: whoever fakes addresses slows down the logins of strangers, but not open sessions.

use crate::{Caller, Transport};

const ADDRESSES: usize = 4;
/// Failures without a delay.
const FREE: u8 = 3;
/// Milliseconds after the first that has one; each further doubles them, up to so often.
const FIRST_DELAY: u64 = 1000;
const DOUBLINGS: u8 = 6;
/// Failures are forgotten so many milliseconds after the last.
const MEMORY: u64 = 10 * 60 * 1000;

/// The failures of an address; free without any.
#[derive(Clone, Copy, Debug)]
struct Entry {
    address: u64,
    failures: u8,
    last: u64,
}

impl Entry {
    const FREE: Self = Self { address: 0, failures: 0, last: 0 };

    fn is_locked(&self, now: u64) -> bool {
        let Some(delays) = self.failures.checked_sub(FREE.saturating_add(1)) else { return false };
        now.saturating_sub(self.last) < FIRST_DELAY.wrapping_shl(delays.min(DOUBLINGS).into())
    }
}

#[derive(Debug)]
pub(super) struct LockOut {
    serial: Entry,
    shared: Entry,
    addresses: [Entry; ADDRESSES],
}

impl LockOut {
    pub(super) const fn new() -> Self {
        Self { serial: Entry::FREE, shared: Entry::FREE, addresses: [Entry::FREE; ADDRESSES] }
    }

    /// Whether a login is not to be looked at.
    pub(super) fn is_locked(&mut self, caller: &Caller, now: u64) -> bool {
        self.entry(caller, now).is_locked(now)
    }

    pub(super) fn failed(&mut self, caller: &Caller, now: u64) {
        let entry = self.entry(caller, now);
        entry.failures = entry.failures.saturating_add(1);
        entry.last = now;
    }

    pub(super) fn succeeded(&mut self, caller: &Caller, now: u64) {
        *self.entry(caller, now) = Entry::FREE;
    }

    /// Where the caller's failures are counted.
    fn entry(&mut self, caller: &Caller, now: u64) -> &mut Entry {
        let address = caller.peer >> 16;
        let Self { serial, shared, addresses } = self;
        for entry in [&mut *serial, &mut *shared].into_iter().chain(&mut *addresses) {
            if now.saturating_sub(entry.last) >= MEMORY {
                *entry = Entry::FREE;
            }
        }
        if caller.transport == Transport::Serial {
            return serial;
        }
        let of_caller = |entry: &Entry| entry.failures != 0 && entry.address == address;
        let place = addresses.iter().position(of_caller);
        let place = place.or_else(|| addresses.iter().position(|entry| entry.failures == 0));
        match place.and_then(|place| addresses.get_mut(place)) {
            Some(entry) => {
                entry.address = address;
                entry
            }
            None => shared,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Buffers, Identity};

    fn caller(transport: Transport, address: u64, port: u64) -> Caller {
        let buffers = Buffers { size: 384, count: 1 };
        Caller { transport, identity: Identity::Anonymous, peer: address << 16 | port, buffers }
    }

    #[test]
    fn three_are_free_and_then_it_doubles() {
        let mut lock_out = LockOut::new();
        let peer = caller(Transport::Udp, 1, 1);
        let mut now = 5000;
        for delay in [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 64, 64] {
            assert!(!lock_out.is_locked(&peer, now));
            lock_out.failed(&peer, now);
            if delay > 0 {
                assert!(lock_out.is_locked(&peer, now + delay * 1000 - 1), "{delay}");
            }
            now += delay * 1000;
        }
        for _ in 0..300 {
            lock_out.failed(&peer, now);
        }
        assert!(lock_out.is_locked(&peer, now + 63_999));
        assert!(!lock_out.is_locked(&peer, now + 64_000));
        // A success clears: three are free again.
        lock_out.succeeded(&peer, now);
        for _ in 0..3 {
            lock_out.failed(&peer, now);
            assert!(!lock_out.is_locked(&peer, now));
        }
        lock_out.failed(&peer, now);
        assert!(lock_out.is_locked(&peer, now));
    }

    fn lock(lock_out: &mut LockOut, peer: &Caller, now: u64) {
        (0..4).for_each(|_| lock_out.failed(peer, now));
        assert!(lock_out.is_locked(peer, now));
    }

    #[test]
    fn by_address_and_not_by_port() {
        let mut lock_out = LockOut::new();
        for port in 0..4 {
            lock_out.failed(&caller(Transport::Udp, 1, port), 0);
        }
        assert!(lock_out.is_locked(&caller(Transport::Udp, 1, 99), 0));
        assert!(!lock_out.is_locked(&caller(Transport::Udp, 2, 1), 0));
        assert!(!lock_out.is_locked(&caller(Transport::Serial, 0, 0), 0));
    }

    #[test]
    fn those_beyond_share_one_and_serial_does_not() {
        let mut lock_out = LockOut::new();
        (0..4).for_each(|address| lock(&mut lock_out, &caller(Transport::Udp, address, 1), 0));
        let [fifth, sixth] = [5, 6].map(|address| caller(Transport::Udp, address, 1));
        assert!(!lock_out.is_locked(&sixth, 0));
        lock(&mut lock_out, &fifth, 0);
        assert!(lock_out.is_locked(&sixth, 0));
        let serial = caller(Transport::Serial, 0, 0);
        assert!(!lock_out.is_locked(&serial, 0));
        lock(&mut lock_out, &serial, 0);
        // Serial's success clears its own alone.
        lock_out.succeeded(&serial, 0);
        assert!(!lock_out.is_locked(&serial, 0) && lock_out.is_locked(&sixth, 0));
        // One of the four has had a success, and its place is the next one's.
        lock_out.succeeded(&caller(Transport::Udp, 2, 7), 0);
        assert!(!lock_out.is_locked(&sixth, 0));
    }

    #[test]
    fn forgotten_after_ten_minutes() {
        let mut lock_out = LockOut::new();
        let peer = caller(Transport::Udp, 1, 1);
        (0..3).for_each(|_| lock_out.failed(&peer, 0));
        (0..3).for_each(|_| lock_out.failed(&peer, MEMORY));
        assert!(!lock_out.is_locked(&peer, MEMORY));
        lock_out.failed(&peer, 2 * MEMORY - 1);
        assert!(lock_out.is_locked(&peer, 2 * MEMORY - 1));
    }
}
