// SPDX-License-Identifier: Apache-2.0
//! Counters by name: `counters!` declares a group of them, a line each, and the statistics group tells of it.
//!
//! Whoever counts writes alone and whoever reads may be another thread. A load and a store are enough for that, and so they
//! work on cores that cannot exchange a word in one step (Cortex-M0). A count stops at its highest value and does not start
//! over.

use core::ops::ControlFlow;
use core::sync::atomic::{AtomicU32, Ordering};

use westerly_wire::serial::Drops;

/// How often something happened. One thread at a time may count; any may read.
#[derive(Debug, Default)]
pub struct Counter(AtomicU32);

impl Counter {
    /// Zero.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// One more.
    pub fn count(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u32) {
        self.set(self.get().saturating_add(more));
    }

    /// The same for a number of bytes.
    pub fn add_bytes(&self, more: usize) {
        self.add(u32::try_from(more).unwrap_or(u32::MAX));
    }

    /// As many, counted by somebody else.
    pub fn set(&self, count: u32) {
        self.0.store(count, Ordering::Relaxed);
    }

    /// As many so far.
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl From<u32> for Counter {
    fn from(count: u32) -> Self {
        Self(AtomicU32::new(count))
    }
}

impl Clone for Counter {
    fn clone(&self) -> Self {
        self.get().into()
    }
}

impl PartialEq for Counter {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Counter {}

/// A group of counters; `counters!` implements it.
pub trait Counters: Sync {
    /// The group's name, which tells it from others on the device.
    fn name(&self) -> &'static str;

    /// Calls `each` with the name and the value of every counter until it breaks.
    fn each(&self, each: &mut dyn FnMut(&str, u64) -> ControlFlow<()>);
}

/// For `counters!`: one copy serves all groups.
#[doc(hidden)]
#[inline(never)]
pub fn tell_counters(names: &[&str], counters: &[&Counter], each: &mut dyn FnMut(&str, u64) -> ControlFlow<()>) {
    for (name, counter) in names.iter().zip(counters) {
        if each(name, counter.get().into()).is_break() {
            return;
        }
    }
}

/// Declares a group of counters: a struct of [`Counter`]s that implements [`Counters`].
///
/// ```
/// westerly_server::counters! {
///     /// What the door did.
///     pub struct DoorCounters = "door" {
///         /// It was opened.
///         opened,
///         /// It was opened by force.
///         forced,
///     }
/// }
///
/// static DOOR: DoorCounters = DoorCounters::new();
///
/// DOOR.opened.count();
/// assert_eq!((DOOR.opened.get(), DOOR.forced.get()), (1, 0));
/// ```
#[macro_export]
macro_rules! counters {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident = $text:literal {
        $($(#[$field_meta:meta])* $field:ident,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        $visibility struct $name {
            $($(#[$field_meta])* pub $field: $crate::Counter,)+
        }

        impl $name {
            /// All zero.
            #[must_use]
            pub const fn new() -> Self {
                Self { $($field: $crate::Counter::new(),)+ }
            }

            /// From zero again, when nobody counts.
            pub fn clear(&self) {
                $(self.$field.set(0);)+
            }
        }

        impl $crate::Counters for $name {
            fn name(&self) -> &'static str {
                $text
            }

            fn each(&self, each: &mut dyn FnMut(&str, u64) -> ::core::ops::ControlFlow<()>) {
                let Self { $($field,)+ } = self;
                $crate::tell_counters(&[$(stringify!($field),)+], &[$($field,)+], each);
            }
        }
    };
}

counters! {
    /// What the server counts about itself: requests by what became of them.
    pub struct ServerCounters = "server" {
        /// Requests taken up: each is answered, or counted under a reason below.
        received,
        /// Answers without an error.
        succeeded,
        /// Answers with an error, those the policy refused among them.
        failed,
        /// Answers with "access denied" by the policy.
        refused,
        /// Dropped: bytes too few for a header, at the end of a packet or instead of one.
        dropped_short,
        /// Dropped: answers that nobody here asked for. They get no answer, or two servers could answer each other for ever.
        dropped_answers,
        /// Dropped: the transport's buffer had no room even for an error.
        dropped_no_room,
    }
}

counters! {
    /// What a transport over UDP counts.
    pub struct UdpCounters = "udp" {
        /// Datagrams that arrived, whatever became of them.
        packets_received,
        /// Bytes in them.
        bytes_received,
        /// Answers sent.
        packets_sent,
        /// Bytes in them.
        bytes_sent,
        /// Datagrams dropped: longer than a packet may be.
        dropped_too_large,
        /// Datagrams dropped: more waited than could be answered, and their sender had had its share.
        dropped_busy,
        /// Answers the network did not take.
        unsent,
    }
}

counters! {
    /// What access control counts.
    pub struct AccessCounters = "access" {
        /// Sessions opened.
        logins,
        /// Logins with a wrong proof or an unknown key.
        failed_logins,
        /// Logins not looked at, as too many had failed.
        locked_out,
        /// Packets with a good seal.
        accepted,
        /// Packets refused: the seal is not over these bytes by this session.
        refused_macs,
        /// Packets refused: their number is not above the last one's.
        replayed,
        /// Packets refused: there is no such session, or it is another peer's.
        unknown_sessions,
        /// Sessions that ended by themselves.
        expired,
    }
}

counters! {
    /// What the sampling of all topics counts.
    pub struct TelemetryCounters = "telemetry" {
        /// Values that came in.
        samples,
        /// Values that became no record of their own.
        filtered,
        /// Periods without a look at the source, and events for which there was no room.
        missed,
        /// Values that could not be had.
        faults,
    }
}

counters! {
    /// What a serial line counts.
    pub struct SerialCounters = "serial" {
        /// Packets that arrived whole.
        packets_received,
        /// Bytes off the line, those between packets included.
        bytes_received,
        /// Answers sent.
        packets_sent,
        /// Bytes of these packets; on the line they are about a third more.
        bytes_sent,
        /// Packets dropped: a line of them is not base64.
        dropped_base64,
        /// Packets dropped: longer than a packet may be, or shorter than a header.
        dropped_length,
        /// Packets dropped: the checksum is another.
        dropped_checksum,
        /// Lines dropped: they continue a packet that never began.
        dropped_orphaned,
        /// Packets dropped: another began before they were whole.
        dropped_interrupted,
        /// Answers nobody took off the line.
        unsent,
    }
}

impl SerialCounters {
    /// Takes over what the decoder of the line has dropped so far.
    pub fn take_drops(&self, drops: &Drops) {
        self.dropped_base64.set(drops.base64);
        self.dropped_length.set(drops.length);
        self.dropped_checksum.set(drops.checksum);
        self.dropped_orphaned.set(drops.orphaned);
        self.dropped_interrupted.set(drops.interrupted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_stops_at_its_highest_value() {
        let counter = Counter::from(u32::MAX - 1);
        counter.count();
        counter.count();
        assert_eq!(counter.get(), u32::MAX);
        counter.set(7);
        counter.add_bytes(usize::MAX);
        assert_eq!(counter.get(), u32::MAX);
    }

    #[test]
    fn counters_are_told_in_order_until_it_is_enough() {
        let counters = UdpCounters { bytes_received: 9.into(), ..UdpCounters::new() };
        let mut told = Vec::new();
        counters.each(&mut |name, value| {
            told.push((name.to_owned(), value));
            if told.len() < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let told: Vec<_> = told.iter().map(|(name, value)| (&name[..], *value)).collect();
        assert_eq!(told, [("packets_received", 0), ("bytes_received", 9), ("packets_sent", 0)]);
    }
}
