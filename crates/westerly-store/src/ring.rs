// SPDX-License-Identifier: Apache-2.0
//! The ring and its writer.
//!
//! ```text
//! words:   …  [ head | bytes ] [ head | bytes ] [ head | bytes ]  …
//!             ^ oldest                                           ^ next
//! ```
//! `oldest` and `next` count words and wrap; their remainder by the ring's size is a place in it. Who writes
//!
//! 1. moves `oldest` past the records that have to make room,
//! 2. fence (release),
//! 3. stores the words of the new record,
//! 4. moves `next` behind it (release).
//!
//! Who reads loads `next` (acquire, so that it finds what 3 stored), copies the words between, then fence (acquire) and looks
//! at `oldest` again. Had one of its loads met a word of 3 that was stored over the record, then the two fences order 1 before
//! that look, and it sees that it was overtaken; what it copied is dropped.
//! Nothing is exchanged in one step, so the smallest cores (Cortex-M0) do it too, and the writer never looks at readers.

use core::ops::Deref;
use core::sync::atomic::{AtomicU32, Ordering, fence};

use crate::head::{self, Head};
use crate::number::{self, Number};

/// Records in the order in which they were written, the oldest overwritten by the newest. See the [crate](crate).
///
/// All of it works on `Ring`, of whatever size, so that there is one copy of its code:
/// ```
/// # use core::sync::atomic::AtomicU32;
/// # use westerly_store::Ring;
/// static EVENTS: Ring<[AtomicU32; 512]> = Ring::new();
/// let events: &Ring = &EVENTS;
/// assert_eq!(events.longest(), EVENTS.longest());
/// ```
pub struct Ring<W: ?Sized = [AtomicU32]> {
    pub(crate) oldest: AtomicU32,
    pub(crate) next: AtomicU32,
    /// The next record's sequence number. Set after `next` was moved, so whoever sees a number here finds all before it.
    pub(crate) number: Number,
    /// No record below this number is left.
    gone: Number,
    words: W,
}

impl<const N: usize> Ring<[AtomicU32; N]> {
    const SIZE: () = assert!(N.is_power_of_two() && N >= 4 && N <= 1 << 24, "a power of two of words, 4 to 2^24");

    /// Empty, for as many words of 32 bits as the type says. A record takes two words and its bytes.
    #[must_use]
    pub const fn new() -> Self {
        let () = Self::SIZE;
        Self {
            oldest: AtomicU32::new(0),
            next: AtomicU32::new(0),
            number: Number::new(),
            gone: Number::new(),
            words: [const { AtomicU32::new(0) }; N],
        }
    }
}

impl<const N: usize> Default for Ring<[AtomicU32; N]> {
    fn default() -> Self {
        Self::new()
    }
}

/// So that methods are found on a ring of any size.
impl<const N: usize> Deref for Ring<[AtomicU32; N]> {
    type Target = Ring;

    fn deref(&self) -> &Ring {
        self
    }
}

impl Ring {
    /// Who may write. Of these there is to be one at a time; a later one continues where the ring is.
    ///
    /// Two that write at the same time mix up records and numbers; they do no harm to anything else, and readers go on.
    pub fn writer(&self) -> Writer<'_> {
        Writer { ring: self }
    }

    /// No record with a lower number is left.
    pub fn oldest(&self) -> u64 {
        self.gone.get()
    }

    /// The number the next record will have. A record that is being appended in this moment can be readable an instant before
    /// it counts here.
    pub fn next(&self) -> u64 {
        self.number.get()
    }

    /// How many bytes a record may have to fit in.
    pub fn longest(&self) -> usize {
        self.words.len().saturating_sub(2).saturating_mul(4).min(usize::from(u16::MAX))
    }

    /// In words.
    pub(crate) fn size(&self) -> u32 {
        u32::try_from(self.words.len()).unwrap_or(u32::MAX)
    }

    fn word(&self, place: u32) -> Option<&AtomicU32> {
        let place = place & self.size().wrapping_sub(1);
        self.words.get(usize::try_from(place).unwrap_or(usize::MAX))
    }

    pub(crate) fn load(&self, place: u32) -> u32 {
        self.word(place).map_or(0, |word| word.load(Ordering::Relaxed))
    }

    fn store(&self, place: u32, value: u32) {
        if let Some(word) = self.word(place) {
            word.store(value, Ordering::Relaxed);
        }
    }

    pub(crate) fn head(&self, place: u32) -> Head {
        Head::from_words(self.load(place), self.load(place.wrapping_add(1)))
    }
}

/// Rings as they are after long use, and after misuse.
#[cfg(test)]
impl<const N: usize> Ring<[AtomicU32; N]> {
    pub(crate) fn begun_at(place: u32, number: u64) -> Self {
        let ring = Self::nonsense(place, place, number, [0x0102_0304; N]);
        ring.gone.set(number);
        ring
    }

    pub(crate) fn nonsense(oldest: u32, next: u32, number: u64, words: [u32; N]) -> Self {
        let ring = Self { oldest: oldest.into(), next: next.into(), words: words.map(AtomicU32::new), ..Self::new() };
        ring.number.set(number);
        ring
    }
}

/// Error returned by [`Writer::append`]: the record does not fit into the ring, or has more than 65535 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl core::fmt::Display for TooLong {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("a record too long for the ring")
    }
}

impl core::error::Error for TooLong {}

/// Who writes into a [`Ring`]. One at a time, see [`Ring::writer`].
pub struct Writer<'r> {
    ring: &'r Ring,
}

impl Writer<'_> {
    /// Appends one record, the parts in a row, and gives its sequence number. It waits for nobody.
    ///
    /// The time depends on the record's length alone: its words are stored, and at most half as many records overwritten as it
    /// has words, each by a look at its head. A record that is too long is not there, but has its number, so that readers
    /// count it as lost.
    pub fn append(&mut self, parts: &[&[u8]]) -> Result<u64, TooLong> {
        let ring = self.ring;
        let sequence = ring.number.get();
        let appended = self.place(sequence, parts);
        // After `next` was moved: see the field.
        ring.number.set(number::after(sequence, 1));
        appended
    }

    /// So many records could not be written: their numbers are passed over, and readers count them as lost.
    pub fn lose(&mut self, count: u32) {
        // In two steps, as a number's reader must not meet one of four billion.
        let half = count >> 1;
        for step in [half, count.wrapping_sub(half)] {
            self.ring.number.set(number::after(self.ring.number.get(), step));
        }
    }

    fn place(&mut self, sequence: u64, parts: &[&[u8]]) -> Result<u64, TooLong> {
        let ring = self.ring;
        let length = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len()));
        let head = Head { sequence, length: u16::try_from(length).map_err(|_| TooLong)? };
        if head.words() > ring.size() {
            return Err(TooLong);
        }
        let start = ring.next.load(Ordering::Relaxed);
        let next = start.wrapping_add(head.words());
        self.make_room(start, next);
        fence(Ordering::Release);
        let [first, second] = head.to_words();
        ring.store(start, first);
        ring.store(start.wrapping_add(1), second);
        self.store_parts(start.wrapping_add(head::WORDS), parts);
        ring.next.store(next, Ordering::Release);
        Ok(sequence)
    }

    /// Moves `oldest` until no more than the ring's size lies before `next`.
    fn make_room(&mut self, start: u32, next: u32) {
        let ring = self.ring;
        let mut oldest = ring.oldest.load(Ordering::Relaxed);
        let mut gone = None;
        while next.wrapping_sub(oldest) > ring.size() {
            let head = ring.head(oldest);
            gone = Some(head.sequence);
            // The heads are what this writer wrote. Where two mixed them up, it still ends: what is held is given up.
            let held = start.wrapping_sub(oldest);
            oldest = if held > ring.size() { start } else { oldest.wrapping_add(head.words().min(held)) };
        }
        if let Some(gone) = gone {
            ring.oldest.store(oldest, Ordering::Relaxed);
            ring.gone.set(number::after(gone, 1));
        }
    }

    /// Bytes in a row as words, the first byte lowest; the last word is filled up with zeros.
    fn store_parts(&mut self, mut place: u32, parts: &[&[u8]]) {
        // What has not filled a word yet: so many of its lowest bits.
        let (mut word, mut bits) = (0_u32, 0_u32);
        for part in parts {
            let (fours, rest) = part.as_chunks();
            for four in fours {
                let next = u32::from_le_bytes(*four);
                self.ring.store(place, word | next.wrapping_shl(bits));
                place = place.wrapping_add(1);
                word = next.checked_shr(32_u32.wrapping_sub(bits)).unwrap_or(0);
            }
            for &byte in rest {
                word |= u32::from(byte).wrapping_shl(bits);
                bits = bits.wrapping_add(8);
                if bits == 32 {
                    self.ring.store(place, word);
                    place = place.wrapping_add(1);
                    (word, bits) = (0, 0);
                }
            }
        }
        if bits != 0 {
            self.ring.store(place, word);
        }
    }
}
