// SPDX-License-Identifier: Apache-2.0
//! One thread writes as fast as it can, others read at the same time: each gets whole records, in order, and knows exactly how
//! many it did not get. `cargo +nightly miri test -p westerly-store --test threads` runs it with the memory ordering of
//! machines that are laxer than this one.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use westerly_store::{Cursor, Read, Ring};

const RECORDS: u64 = if cfg!(miri) { 200 } else { 1_000_000 };

/// The bytes of a record follow from its number, and so does their length.
fn bytes_of(sequence: u64) -> impl Iterator<Item = u8> {
    let seed = sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let length = usize::try_from(seed >> 59).unwrap();
    (0..length).map(move |index| (seed >> (index % 8 * 7)).to_le_bytes()[0] ^ u8::try_from(index).unwrap())
}

fn check(sequence: u64, bytes: &[u8]) {
    assert!(bytes_of(sequence).eq(bytes.iter().copied()), "record {sequence}: {bytes:?}");
}

/// Every thousandth record or so is too long, or lost by the writer.
fn write(ring: &Ring, done: &AtomicBool) -> u64 {
    let mut writer = ring.writer();
    let mut missing = 0;
    for sequence in 0..RECORDS {
        assert_eq!(ring.next(), sequence);
        if sequence % 1009 == 7 {
            writer.lose(1);
            missing += 1;
        } else if sequence % 1009 == 9 {
            writer.append(&[&[0; 70_000]]).unwrap_err();
            missing += 1;
        } else {
            let bytes: Vec<u8> = bytes_of(sequence).collect();
            let (front, back) = bytes.split_at(bytes.len() / 3);
            assert_eq!(writer.append(&[front, back]), Ok(sequence));
        }
        // Bursts and rests, so that readers catch up and are overtaken in turns.
        if sequence % 4096 == 0 {
            thread::yield_now();
        }
    }
    done.store(true, Ordering::Release);
    missing
}

/// Reads with one cursor to the end. How many records it got.
fn follow(ring: &Ring, done: &AtomicBool) -> (u64, u64) {
    let mut cursor = Cursor::at(0);
    let mut into = [0; 64];
    let (mut received, mut expected) = (0, 0);
    loop {
        let was_done = done.load(Ordering::Acquire);
        match ring.read(&mut cursor, &mut into) {
            Read::Record { sequence, length } => {
                assert!(sequence >= expected, "{sequence} after {expected}");
                check(sequence, &into[..length]);
                received += 1;
                expected = sequence + 1;
                assert_eq!(received + cursor.lost(), expected);
            }
            Read::TooLong { sequence, length } => panic!("record {sequence} of {length} bytes"),
            Read::End if was_done => return (received, cursor.lost()),
            Read::End => thread::yield_now(),
        }
        assert_eq!(received + cursor.lost(), cursor.next());
    }
}

/// Asks as a server does that keeps nothing between requests: a new cursor each time, also twice at the same number.
fn ask_anew(ring: &Ring, done: &AtomicBool) -> (u64, u64) {
    let mut into = [0; 64];
    let (mut since, mut received, mut lost) = (0, 0, 0);
    loop {
        let was_done = done.load(Ordering::Acquire);
        let oldest = ring.oldest();
        let mut answer_lost = Cursor::at(since);
        let _ = ring.read(&mut answer_lost, &mut into);
        let mut cursor = Cursor::at(since);
        let mut got = 0;
        while got < 5
            && let Read::Record { sequence, length } = ring.read(&mut cursor, &mut into)
        {
            check(sequence, &into[..length]);
            assert!(sequence >= oldest);
            got += 1;
        }
        // (Without a record it may have been overtaken time and again, which tells nothing yet.)
        assert!(got == 0 || cursor.lost() >= answer_lost.lost(), "what was lost came back");
        assert_eq!(since + got + cursor.lost(), cursor.next());
        if got == 0 && was_done && since == cursor.next() {
            return (received, lost);
        }
        (since, received, lost) = (cursor.next(), received + got, lost + cursor.lost());
    }
}

fn run<const N: usize>() {
    let ring = Ring::<[AtomicU32; N]>::new();
    let (ring, done) = (&ring as &Ring, &AtomicBool::new(false));
    thread::scope(|scope| {
        let followers = [scope.spawn(|| follow(ring, done)), scope.spawn(|| ask_anew(ring, done))];
        let missing = write(ring, done);
        for follower in followers {
            let (received, lost) = follower.join().unwrap();
            println!("{N} words: {received} received, {lost} lost");
            assert_eq!(received + lost, RECORDS);
            assert!(lost >= missing && received > 0);
        }
    });
}

#[test]
fn a_small_ring() {
    run::<32>();
}

#[test]
fn a_middling_ring() {
    run::<512>();
}

#[test]
#[cfg_attr(miri, ignore = "too slow there")]
fn a_large_ring() {
    run::<16384>();
}
