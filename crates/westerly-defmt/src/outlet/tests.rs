// SPDX-License-Identifier: Apache-2.0

use core::sync::atomic::AtomicU32;

use super::*;

/// An outlet that keeps what it gets, and has room as told.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    room: usize,
    begun: usize,
    next: u64,
}

impl Sink for Kept {
    fn begin(&mut self, room: usize) -> bool {
        self.begun = self.bytes.len() + room;
        room <= self.room
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        assert!(self.bytes.len() <= self.begun, "a frame longer than it said");
    }

    fn end(&mut self) {}

    fn sent(&mut self, next: u64) {
        self.next = next;
    }

    fn tell(&mut self, lost: u64, into: &mut [u8]) -> usize {
        into[0] = 0xaa;
        into[1..9].copy_from_slice(&lost.to_le_bytes());
        9
    }
}

/// rzCOBS undone, from its description: groups that end in a byte which says where zeros were left out.
fn decode(encoded: &[u8]) -> Vec<u8> {
    let mut reversed = Vec::new();
    let mut bytes = encoded.iter().rev();
    while let Some(&mark) = bytes.next() {
        match mark {
            0x00 => panic!("a zero inside a frame"),
            0x01..=0x7f => {
                for bit in (0..7).rev() {
                    reversed.push(if mark & (1 << bit) == 0 { *bytes.next().expect("a byte") } else { 0 });
                }
            }
            0x80..=0xfe => {
                reversed.push(0);
                reversed.extend(bytes.by_ref().take(usize::from(mark & 0x7f) + 7));
            }
            0xff => reversed.extend(bytes.by_ref().take(134)),
        }
    }
    reversed.reverse();
    reversed
}

/// The frames of a stream. Decoding may add zeros at a frame's end.
fn frames(stream: &[u8]) -> Vec<Vec<u8>> {
    assert_eq!(stream.last(), Some(&0));
    stream.split(|byte| *byte == 0).filter(|frame| !frame.is_empty()).map(decode).collect()
}

fn begins(frame: &[u8], with: &[u8]) -> bool {
    frame.starts_with(with) && frame[with.len()..].iter().all(|byte| *byte == 0)
}

fn outlet(room: usize) -> Outlet<Kept> {
    Outlet::new(Kept { room, ..Kept::default() }, 0)
}

#[test]
fn every_frame_comes_out_once_whatever_is_in_it() {
    let ring: Ring<[AtomicU32; 1024]> = Ring::new();
    let mut all = Vec::new();
    for length in 2..FRAME_SIZE {
        // The longest frames that rzCOBS makes have no zeros, the shortest nothing else.
        for fill in [0_u8, 1, 0xff] {
            let frame: Vec<u8> = (0..length).map(|place| if place % 11 == 10 { 0 } else { fill }).collect();
            all.push(frame);
        }
    }
    let mut outlet = outlet(usize::MAX);
    let mut room = [0; FRAME_SIZE];
    for chunk in all.chunks(20) {
        for frame in chunk {
            ring.writer().append(&[frame]).unwrap();
        }
        assert_eq!(drain(&mut outlet, &ring, &mut room), Step::Empty);
    }
    let out = frames(&outlet.sink.bytes);
    assert_eq!(out.len(), all.len());
    for (out, frame) in out.iter().zip(&all) {
        assert!(begins(out, frame), "{out:x?} for {frame:x?}");
    }
    assert_eq!(outlet.sink.next, all.len() as u64);
}

#[test]
fn what_the_ring_overwrote_is_told_in_its_place_and_counted_exactly() {
    let ring: Ring<[AtomicU32; 16]> = Ring::new();
    let mut outlet = outlet(usize::MAX);
    let mut room = [0; FRAME_SIZE];
    ring.writer().append(&[&[1, 1]]).unwrap();
    assert_eq!(drain(&mut outlet, &ring, &mut room), Step::Empty);
    for number in 2..=50_u8 {
        ring.writer().append(&[&[number, 1]]).unwrap();
    }
    assert_eq!(drain(&mut outlet, &ring, &mut room), Step::Empty);
    let out = frames(&outlet.sink.bytes);
    assert!(begins(&out[0], &[1, 1]));
    // Three words a record: five are left.
    assert!(begins(&out[1], &[0xaa, 44]), "{:x?}", out[1]);
    for (frame, number) in out[2..].iter().zip(46..) {
        assert!(begins(frame, &[number, 1]));
    }
    assert_eq!(out.len(), 7);
}

#[test]
fn an_outlet_without_room_keeps_its_place_and_tells_each_loss_once() {
    let ring: Ring<[AtomicU32; 16]> = Ring::new();
    let mut outlet = outlet(0);
    let mut room = [0; FRAME_SIZE];
    for number in 1..=5_u8 {
        ring.writer().append(&[&[number, 1]]).unwrap();
    }
    assert_eq!(drain(&mut outlet, &ring, &mut room), Step::Full);
    for number in 6..=9_u8 {
        ring.writer().append(&[&[number, 1]]).unwrap();
        assert_eq!(drain(&mut outlet, &ring, &mut room), Step::Full);
    }
    assert!(outlet.sink.bytes.is_empty());
    // Room for the frame, and none for the longer message of what was lost before it.
    outlet.sink.room = 6;
    assert_eq!(drain(&mut outlet, &ring, &mut room), Step::Full);
    assert!(outlet.sink.bytes.is_empty());
    outlet.sink.room = usize::MAX;
    assert_eq!(drain(&mut outlet, &ring, &mut room), Step::Empty);
    let out = frames(&outlet.sink.bytes);
    assert!(begins(&out[0], &[0xaa, 4]), "{:x?}", out[0]);
    assert_eq!(out.iter().skip(1).map(|frame| frame[0]).collect::<Vec<_>>(), [5, 6, 7, 8, 9]);
}

#[test]
fn numbers_without_a_frame_are_told_too() {
    let ring: Ring<[AtomicU32; 16]> = Ring::new();
    let mut outlet = outlet(usize::MAX);
    ring.writer().lose(3);
    ring.writer().append(&[&[7, 1]]).unwrap();
    assert_eq!(drain(&mut outlet, &ring, &mut [0; FRAME_SIZE]), Step::Empty);
    let out = frames(&outlet.sink.bytes);
    assert!(begins(&out[0], &[0xaa, 3]));
    assert!(begins(&out[1], &[7, 1]));
}
