// SPDX-License-Identifier: Apache-2.0
//! Reading from the ring while it is written. Why the orderings suffice: see the head of `ring.rs`.

use core::sync::atomic::{Ordering, fence};

use crate::head::{self, Head};
use crate::number;
use crate::ring::Ring;

/// How often a reader that was overtaken begins again with the oldest record before it leaves it for another time. On one core
/// it is overtaken by what interrupts it, hardly twice in a row.
const ATTEMPTS: u32 = 16;

/// Where a reader is: the next record it wants, and how many it has lost on its way.
///
/// A cursor goes with one ring. With another it may find anything among that one's bytes.
#[derive(Clone, Debug)]
pub struct Cursor {
    sequence: u64,
    lost: u64,
    /// Where in the ring the search for `sequence` begins. Without it, at the oldest record.
    place: Option<u32>,
    /// The last read found `sequence`, and that it did not fit.
    too_long: bool,
}

impl Cursor {
    /// Before the record with this number. Finding it takes a look at every older record; going on from there does not.
    ///
    /// If the ring has not come to this number yet (the device has restarted since), reading begins at the oldest, with
    /// nothing counted as lost for that.
    #[must_use]
    pub const fn at(sequence: u64) -> Self {
        Self { sequence, lost: 0, place: None, too_long: false }
    }

    /// The number it wants next: what [`Cursor::at`] takes to go on from here.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.sequence
    }

    /// How many records it had to pass over since it was made, because they were overwritten, could not be written, or were
    /// too long.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// After [`Read::TooLong`]: passes over that record and counts it as lost. After anything else it does nothing.
    pub fn skip(&mut self) {
        if self.too_long {
            self.too_long = false;
            self.advance(number::after(self.sequence, 1));
        }
    }

    /// All up to this number that were not read are lost.
    fn advance(&mut self, sequence: u64) {
        self.lost = self.lost.saturating_add(sequence.saturating_sub(self.sequence));
        self.sequence = self.sequence.max(sequence);
    }

    /// Where to begin, if that is still in the ring.
    ///
    /// A place counts words and wraps, so a very old one could look new. Since it was taken, no more than a ring's worth of
    /// words was written per number: with few enough numbers it cannot have wrapped.
    fn known(&self, newest: u64, oldest: u32, held: u32, size: u32) -> Option<u32> {
        let numbers = newest.saturating_sub(self.sequence);
        let recent = numbers.saturating_add(2) < u64::from(u32::MAX.checked_div(size).unwrap_or(0));
        self.place.filter(|place| recent && place.wrapping_sub(oldest) <= held)
    }
}

/// What [`Ring::read`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A record, which is now in the first `length` bytes of `into`.
    Record {
        /// Its number.
        sequence: u64,
        /// In bytes.
        length: usize,
    },
    /// The next record does not fit `into`. The cursor stays before it; [`Cursor::skip`] passes over it.
    TooLong {
        /// Its number.
        sequence: u64,
        /// In bytes.
        length: usize,
    },
    /// No more for now. Rarely there is more nevertheless: when the writer overtook this reader time and again.
    End,
}

impl Ring {
    /// Copies the next record to `into` and moves the cursor behind it. It waits for nobody, and it takes no longer than a look
    /// at each record in the ring and one copy; with a cursor that has read from this ring before, no search is needed.
    ///
    /// `into` holds anything after [`Read::TooLong`] and [`Read::End`].
    pub fn read(&self, cursor: &mut Cursor, into: &mut [u8]) -> Read {
        cursor.too_long = false;
        for _ in 0..ATTEMPTS {
            if let Some(read) = self.attempt(cursor, into) {
                return read;
            }
            cursor.place = None;
        }
        Read::End
    }

    /// None when the search has to begin again.
    fn attempt(&self, cursor: &mut Cursor, into: &mut [u8]) -> Option<Read> {
        // First, so that all records below this number lie before `next`, which is loaded later.
        let newest = self.number.get();
        let next = self.next.load(Ordering::Acquire);
        let oldest = self.oldest.load(Ordering::Relaxed);
        let held = next.wrapping_sub(oldest);
        if held > self.size() {
            // It was moved between the two loads, beyond what was the end.
            return None;
        }
        let known = cursor.known(newest, oldest, held, self.size());
        let mut place = known.unwrap_or(oldest);
        let mut end = newest;
        while place != next {
            let head = self.head(place);
            if self.overtaken(place) {
                return None;
            }
            if head.words() > next.wrapping_sub(place) {
                // Only with two writers at a time, or another ring's cursor: nothing up to the end can be made out.
                break;
            }
            if head.sequence >= cursor.sequence {
                return self.copy(place, head, cursor, into);
            }
            end = end.max(number::after(head.sequence, 1));
            place = place.wrapping_add(head.words());
        }
        if known.is_none() && cursor.sequence > end {
            cursor.sequence = self.oldest();
            return None;
        }
        cursor.advance(end);
        cursor.place = Some(next);
        Some(Read::End)
    }

    fn copy(&self, place: u32, head: Head, cursor: &mut Cursor, into: &mut [u8]) -> Option<Read> {
        let (sequence, length) = (head.sequence, usize::from(head.length));
        let mut from = place.wrapping_add(head::WORDS);
        let fitting = into.get_mut(..length);
        let fits = fitting.is_some();
        let (fours, rest) = fitting.unwrap_or_default().as_chunks_mut();
        for four in fours {
            *four = self.load(from).to_le_bytes();
            from = from.wrapping_add(1);
        }
        // At the end too: there the ring is asked for a word more than the record has, and any word will do.
        for (byte, value) in rest.iter_mut().zip(self.load(from).to_le_bytes()) {
            *byte = value;
        }
        if self.overtaken(place) {
            return None;
        }
        cursor.advance(sequence);
        if !fits {
            cursor.place = Some(place);
            cursor.too_long = true;
            return Some(Read::TooLong { sequence, length });
        }
        cursor.sequence = number::after(sequence, 1);
        cursor.place = Some(place.wrapping_add(head.words()));
        Some(Read::Record { sequence, length })
    }

    /// Whether what was loaded from this place on may have been stored over.
    fn overtaken(&self, place: u32) -> bool {
        fence(Ordering::Acquire);
        place.wrapping_sub(self.oldest.load(Ordering::Relaxed)) > self.size()
    }
}
