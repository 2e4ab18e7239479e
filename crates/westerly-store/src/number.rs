// SPDX-License-Identifier: Apache-2.0
//! A sequence number of 48 bits in two words, which one thread writes and any thread reads, without a lock or a second try.
//!
//! Small cores have no atomic 64 bits. The words overlap: `low` has bits 0 to 31, `high` has bits 16 to 47. The writer stores
//! `high` first, so a reader, which loads `low` first, finds a `high` that is as new or newer. Whether it has moved past a
//! multiple of 2^32 in between shows in the sixteen bits that both hold.

use core::sync::atomic::{AtomicU32, Ordering};

/// 892 years at 10 000 records a second.
const MASK: u64 = (1 << 48) - 1;

pub struct Number {
    low: AtomicU32,
    high: AtomicU32,
}

impl Number {
    pub(crate) const fn new() -> Self {
        Self { low: AtomicU32::new(0), high: AtomicU32::new(0) }
    }

    /// What was stored before this one can be seen by whoever gets it.
    pub(crate) fn set(&self, number: u64) {
        self.high.store(word(number >> 16), Ordering::Release);
        self.low.store(word(number), Ordering::Release);
    }

    /// Wrong only for a reader that stands still between two loads while the number grows by four billion.
    pub(crate) fn get(&self) -> u64 {
        let low = self.low.load(Ordering::Acquire);
        let high = self.high.load(Ordering::Relaxed);
        let carried = (high & 0xffff) < (low >> 16);
        let top = (high >> 16).wrapping_sub(carried.into()) & 0xffff;
        (u64::from(top) << 32) | u64::from(low)
    }
}

/// So much later, in 48 bits.
pub(crate) fn after(number: u64, count: u32) -> u64 {
    number.wrapping_add(count.into()) & MASK
}

/// The lowest 32 bits.
pub(crate) fn word(number: u64) -> u32 {
    let [a, b, c, d, ..] = number.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back() {
        let number = Number::new();
        for value in [0, 1, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000, 0x1234_5678_9abc, MASK] {
            number.set(value);
            assert_eq!(number.get(), value);
        }
    }

    /// A reader between the writer's two stores, or one that was interrupted between its loads, sees the older number.
    #[test]
    fn half_written_is_the_old_one() {
        for (old, new) in [
            (0xffff, 0x1_0000),
            (0xffff_ffff, 0x1_0000_0000),
            (0x1_ffff_0000, 0x2_fffe_0000),
            (0x5_0000_1234, 0x5_ffff_0000),
            (0x5_ffff_1234, 0x6_0000_0000),
            (7, 8),
        ] {
            let number = Number::new();
            number.set(old);
            number.high.store(word(new >> 16), Ordering::Relaxed);
            assert_eq!(number.get(), old, "{old:x} to {new:x}");
        }
    }
}
