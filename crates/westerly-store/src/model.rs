// SPDX-License-Identifier: Apache-2.0
//! The ring against a queue: whatever is written, lost and read in whatever order, both say the same.

use core::sync::atomic::AtomicU32;
use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Cursor, Read, Ring, TooLong};

const MASK: u64 = (1 << 48) - 1;

/// What a ring is to be, as plainly as it can be said.
struct Plain {
    words: usize,
    records: VecDeque<(u64, Vec<u8>)>,
    next: u64,
    oldest: u64,
}

/// What a cursor is to be.
#[derive(Clone)]
struct PlainCursor {
    sequence: u64,
    lost: u64,
    too_long: bool,
}

impl PlainCursor {
    fn at(sequence: u64) -> Self {
        Self { sequence, lost: 0, too_long: false }
    }
}

fn words(bytes: usize) -> usize {
    2 + bytes.div_ceil(4)
}

impl Plain {
    fn append(&mut self, bytes: Vec<u8>) -> Result<u64, TooLong> {
        let sequence = self.next;
        self.next += 1;
        if words(bytes.len()) > self.words {
            return Err(TooLong);
        }
        self.records.push_back((sequence, bytes));
        while self.records.iter().map(|(_, bytes)| words(bytes.len())).sum::<usize>() > self.words {
            let (gone, _) = self.records.pop_front().unwrap();
            self.oldest = gone + 1;
        }
        Ok(sequence)
    }

    fn read(&self, cursor: &mut PlainCursor, room: usize) -> (Read, Option<&[u8]>) {
        if cursor.sequence > self.next {
            cursor.sequence = self.oldest;
        }
        let found = self.records.iter().find(|(sequence, _)| *sequence >= cursor.sequence);
        let sequence = found.map_or(self.next, |(sequence, _)| *sequence);
        cursor.lost += sequence - cursor.sequence;
        cursor.sequence = sequence;
        cursor.too_long = found.is_some_and(|(_, bytes)| bytes.len() > room);
        match found {
            None => (Read::End, None),
            Some((_, bytes)) if cursor.too_long => (Read::TooLong { sequence, length: bytes.len() }, None),
            Some((_, bytes)) => {
                cursor.sequence += 1;
                (Read::Record { sequence, length: bytes.len() }, Some(bytes))
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<Vec<u8>>),
    Lose(u32),
    /// Which cursor, how often, into how many bytes.
    Read(usize, usize, usize),
    Skip(usize),
    /// A new cursor in the place of this one, so far from the next number.
    At(usize, i64),
    /// Two cursors at one place.
    Clone(usize, usize),
}

const CURSORS: usize = 4;

fn step() -> impl Strategy<Value = Step> {
    let cursor = 0..CURSORS;
    prop_oneof![
        8 => vec(vec(any::<u8>(), 0..30), 0..4).prop_map(Step::Append),
        1 => vec(vec(any::<u8>(), 0..300), 0..3).prop_map(Step::Append),
        1 => prop_oneof![Just(0), Just(1), 0..9_u32, Just(0x8000_0000), any::<u32>()].prop_map(Step::Lose),
        8 => (cursor.clone(), 1..6_usize, prop_oneof![Just(300), 0..40_usize]).prop_map(|(c, n, r)| Step::Read(c, n, r)),
        1 => cursor.clone().prop_map(Step::Skip),
        2 => (cursor.clone(), prop_oneof![-40..4_i64, any::<i32>().prop_map(i64::from)]).prop_map(|(c, d)| Step::At(c, d)),
        1 => (cursor.clone(), cursor).prop_map(|(from, to)| Step::Clone(from, to)),
    ]
}

/// A ring that has been in use for long: its words hold anything, its positions and numbers are about to wrap or not.
fn run<const N: usize>(place: u32, number: u64, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let ring = Ring::<[AtomicU32; N]>::begun_at(place, number);
    let ring: &Ring = &ring;
    let mut writer = ring.writer();
    let mut plain = Plain { words: N, records: VecDeque::new(), next: number, oldest: number };
    let mut cursors = vec![(Cursor::at(number), PlainCursor::at(number)); CURSORS];
    for step in steps {
        match step {
            Step::Append(parts) => {
                let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                prop_assert_eq!(writer.append(&slices), plain.append(parts.concat()));
            }
            Step::Lose(count) => {
                writer.lose(count);
                plain.next += u64::from(count);
            }
            Step::Read(which, times, room) => {
                let (cursor, plain_cursor) = &mut cursors[which];
                for _ in 0..times {
                    let mut into = vec![0xaa; room];
                    let read = ring.read(cursor, &mut into);
                    let (expected, bytes) = plain.read(plain_cursor, room);
                    prop_assert_eq!(read, expected);
                    if let Some(bytes) = bytes {
                        prop_assert_eq!(&into[..bytes.len()], bytes);
                        prop_assert!(into[bytes.len()..].iter().all(|byte| *byte == 0xaa), "written beyond the record");
                    }
                }
            }
            Step::Skip(which) => {
                let (cursor, plain_cursor) = &mut cursors[which];
                cursor.skip();
                plain_cursor.sequence += u64::from(plain_cursor.too_long);
                plain_cursor.lost += u64::from(plain_cursor.too_long);
                plain_cursor.too_long = false;
            }
            Step::At(which, distance) => {
                let sequence = plain.next.saturating_add_signed(distance);
                cursors[which] = (Cursor::at(sequence), PlainCursor::at(sequence));
            }
            Step::Clone(from, to) => cursors[to] = cursors[from].clone(),
        }
        prop_assert_eq!((ring.oldest(), ring.next()), (plain.oldest, plain.next));
        for (cursor, plain_cursor) in &cursors {
            prop_assert_eq!((cursor.next(), cursor.lost()), (plain_cursor.sequence, plain_cursor.lost));
        }
    }
    Ok(())
}

/// Below, at and beyond the places where words and halves of them wrap.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 0xfff0..0x1_0010_u64, 0xffff_ffc0..0x1_0000_0040_u64, 0..MASK >> 4]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 1000 }))]

    #[test]
    fn as_a_queue_is(
        place in prop_oneof![Just(0), u32::MAX - 100..=u32::MAX, any::<u32>()],
        number in number(),
        steps in vec(step(), 0..120),
        size in 0..4_usize,
    ) {
        match size {
            0 => run::<4>(place, number, steps)?,
            1 => run::<16>(place, number, steps)?,
            2 => run::<64>(place, number, steps)?,
            _ => run::<256>(place, number, steps)?,
        }
    }

    /// A ring in which two writers mixed up everything: nobody hangs, panics or reads beyond.
    #[test]
    fn nonsense_is_survived(
        place: u32, ahead: u32, number: u64, words: [u32; 16], steps in vec((any::<bool>(), vec(any::<u8>(), 0..80)), 0..40),
    ) {
        let ring = Ring::<[AtomicU32; 16]>::nonsense(place, place.wrapping_add(ahead), number, words);
        let mut cursor = Cursor::at(number);
        for (write, mut bytes) in steps {
            if write {
                let _ = ring.writer().append(&[&bytes]);
            } else {
                let _ = ring.read(&mut cursor, &mut bytes);
            }
        }
        // Once everything was overwritten, all is well again.
        for byte in 0..20 {
            ring.writer().append(&[&[byte; 50]]).unwrap();
        }
        let mut cursor = Cursor::at(ring.oldest());
        let mut into = [0; 64];
        prop_assert_eq!(ring.read(&mut cursor, &mut into), Read::Record { sequence: ring.next() - 1, length: 50 });
        prop_assert_eq!(&into[..50], &[19; 50]);
    }
}

/// A cursor that rested until the count of words came round to its place again must not take that for its own.
#[test]
fn an_old_place_is_not_taken_for_a_new_one() {
    let ring = Ring::<[AtomicU32; 16]>::begun_at(0, 0);
    let mut cursor = Cursor::at(0);
    ring.writer().append(&[&[1; 8]]).unwrap();
    let mut into = [0; 64];
    assert_eq!(ring.read(&mut cursor, &mut into), Read::Record { sequence: 0, length: 8 });
    // Four words were written so far; as if 2^32 more had been, in records of 16 words: the place is now amid a record.
    let later = Ring::<[AtomicU32; 16]>::begun_at(0_u32.wrapping_sub(13), 1 << 28);
    later.writer().append(&[&[0; 56]]).unwrap();
    later.writer().append(&[&[0; 4]]).unwrap();
    assert_eq!(later.read(&mut cursor, &mut into), Read::Record { sequence: (1 << 28) + 1, length: 4 });
    assert_eq!(cursor.lost(), 1 << 28);
}
