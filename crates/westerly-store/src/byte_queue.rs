// SPDX-License-Identifier: Apache-2.0

//! Bytes from an interrupt to a thread.

use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// A queue of at most `N - 1` bytes, for one that puts in and one that takes out, which may be an interrupt and the thread it
/// interrupts. A static.
///
/// It only loads and stores, since some cores have no other atomic operation (riscv32i, Cortex-M0+): libraries for the same
/// take a critical section there. Two that put in at a time, or two that take out, lose or repeat bytes, and nothing worse.
#[derive(Debug)]
pub struct ByteQueue<P: ?Sized = [AtomicU8]> {
    /// The place of the oldest byte; only who takes out stores it.
    oldest: AtomicUsize,
    /// The place for the next byte; only who puts in stores it. The queue is empty where the two are the same, so one place
    /// is always free.
    next: AtomicUsize,
    places: P,
}

impl<const N: usize> ByteQueue<[AtomicU8; N]> {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self { oldest: AtomicUsize::new(0), next: AtomicUsize::new(0), places: [const { AtomicU8::new(0) }; N] }
    }
}

impl<const N: usize> Default for ByteQueue<[AtomicU8; N]> {
    fn default() -> Self {
        Self::new()
    }
}

impl ByteQueue {
    /// Puts a byte in. Gives it back where the queue is full.
    pub fn put(&self, byte: u8) -> Result<(), u8> {
        let next = self.next.load(Ordering::Relaxed);
        let after = self.after(next);
        match self.places.get(next) {
            Some(place) if after != self.oldest.load(Ordering::Acquire) => {
                place.store(byte, Ordering::Relaxed);
                // Who sees the new place sees the byte.
                self.next.store(after, Ordering::Release);
                Ok(())
            }
            _ => Err(byte),
        }
    }

    /// Takes the oldest byte out.
    pub fn take(&self) -> Option<u8> {
        let oldest = self.oldest.load(Ordering::Relaxed);
        if oldest == self.next.load(Ordering::Acquire) {
            return None;
        }
        let byte = self.places.get(oldest)?.load(Ordering::Relaxed);
        // Who sees the place free has it free: the byte was read before.
        self.oldest.store(self.after(oldest), Ordering::Release);
        Some(byte)
    }

    /// How many bytes can be put in. More, meanwhile, where somebody takes some out.
    #[must_use]
    pub fn free(&self) -> usize {
        let oldest = self.oldest.load(Ordering::Acquire);
        let next = self.next.load(Ordering::Relaxed);
        let ahead = if oldest > next { 0 } else { self.places.len() };
        oldest.saturating_add(ahead).saturating_sub(next).saturating_sub(1)
    }

    /// Whether there is none to take out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.oldest.load(Ordering::Relaxed) == self.next.load(Ordering::Acquire)
    }

    fn after(&self, place: usize) -> usize {
        let after = place.saturating_add(1);
        if after < self.places.len() { after } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::thread;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn holds_one_less_than_its_places() {
        let queue = ByteQueue::<[AtomicU8; 4]>::new();
        let queue: &ByteQueue = &queue;
        assert_eq!([queue.put(1), queue.put(2), queue.put(3), queue.put(4)], [Ok(()), Ok(()), Ok(()), Err(4)]);
        assert_eq!((queue.free(), queue.is_empty()), (0, false));
        assert_eq!([queue.take(), queue.take(), queue.take(), queue.take()], [Some(1), Some(2), Some(3), None]);
        assert_eq!((queue.free(), queue.is_empty()), (3, true));
    }

    #[test]
    fn without_places_it_is_full_and_empty() {
        for queue in [&ByteQueue::<[AtomicU8; 0]>::new() as &ByteQueue, &ByteQueue::<[AtomicU8; 1]>::new()] {
            assert_eq!((queue.put(1), queue.take(), queue.free()), (Err(1), None, 0));
        }
    }

    #[test]
    fn every_byte_arrives_once_and_in_order_between_threads() {
        const COUNT: usize = 200_000;
        static QUEUE: ByteQueue<[AtomicU8; 17]> = ByteQueue::new();
        let queue: &ByteQueue = &QUEUE;
        let sender = thread::spawn(move || {
            for number in 0..COUNT {
                while queue.put(number.to_le_bytes()[0]).is_err() {
                    thread::yield_now();
                }
            }
        });
        for number in 0..COUNT {
            let byte = loop {
                if let Some(byte) = queue.take() {
                    break byte;
                }
                thread::yield_now();
            };
            assert_eq!(byte, number.to_le_bytes()[0], "byte {number}");
        }
        sender.join().expect("the sender does not panic");
        assert!(queue.is_empty());
    }

    proptest! {
        #[test]
        fn is_a_queue(steps in prop::collection::vec(prop::option::of(any::<u8>()), 0..200)) {
            let queue = ByteQueue::<[AtomicU8; 8]>::new();
            let queue: &ByteQueue = &queue;
            let mut model = VecDeque::new();
            for step in steps {
                match step {
                    Some(byte) if model.len() < 7 => {
                        prop_assert_eq!(queue.put(byte), Ok(()));
                        model.push_back(byte);
                    }
                    Some(byte) => prop_assert_eq!(queue.put(byte), Err(byte)),
                    None => prop_assert_eq!(queue.take(), model.pop_front()),
                }
                prop_assert_eq!((queue.free(), queue.is_empty()), (7 - model.len(), model.is_empty()));
            }
        }
    }
}
