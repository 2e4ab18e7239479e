// SPDX-License-Identifier: Apache-2.0

//! The newest frames in one piece, for a record of a crash: by whom and when is none of this file's business, so it neither
//! locks nor waits.

use core::slice;

use westerly_store::{Cursor, Read, Ring};

use crate::logger;

/// For C: the newest frames that fit, the oldest of them first, each behind a byte with its length. How many bytes that is.
///
/// # Safety
/// `into` points to `size` bytes that nobody else uses meanwhile.
// SAFETY: the name is one of c/westerly_defmt.h, which nothing else defines.
#[unsafe(no_mangle)]
unsafe extern "C" fn westerly_defmt_last(into: *mut u8, size: usize) -> usize {
    let Some(ring) = logger::ring() else {
        return 0;
    };
    // SAFETY: C passes memory of its own with its size.
    last(ring, unsafe { slice::from_raw_parts_mut(into, size) })
}

/// See [`westerly_defmt_last`].
fn last(ring: &Ring, into: &mut [u8]) -> usize {
    let mut held = 0;
    let mut cursor = Cursor::at(0);
    while let Some(length) = length(ring, &mut cursor) {
        held += 1 + length;
    }
    let mut cursor = Cursor::at(0);
    while held > into.len() {
        let Some(length) = length(ring, &mut cursor) else {
            return 0;
        };
        held -= 1 + length;
    }
    let mut filled = 0;
    while let Some((head, rest)) = into.get_mut(filled..).and_then(<[u8]>::split_first_mut) {
        let Read::Record { length, .. } = ring.read(&mut cursor, rest) else {
            break;
        };
        let Ok(told) = u8::try_from(length) else {
            break;
        };
        *head = told;
        filled += 1 + length;
    }
    filled
}

/// The length of the next frame, which is passed over.
fn length(ring: &Ring, cursor: &mut Cursor) -> Option<usize> {
    match ring.read(cursor, &mut []) {
        Read::Record { length, .. } => Some(length),
        Read::TooLong { length, .. } => {
            cursor.skip();
            Some(length)
        }
        Read::End => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::AtomicU32;

    fn ring(frames: &[&[u8]]) -> Ring<[AtomicU32; 16]> {
        let ring = Ring::new();
        for frame in frames {
            ring.writer().append(&[frame]).unwrap();
        }
        ring
    }

    fn taken(ring: &Ring, size: usize) -> Vec<u8> {
        let mut into = vec![0xee; size];
        let length = last(ring, &mut into);
        assert!(into[length..].iter().all(|byte| *byte == 0xee) || length + 1 == size, "{into:02x?}");
        into.truncate(length);
        into
    }

    #[test]
    fn as_many_of_the_newest_as_fit() {
        let ring = ring(&[b"abc", b"", b"de", b"f"]);
        assert_eq!(taken(&ring, 100), b"\x03abc\0\x02de\x01f");
        assert_eq!(taken(&ring, 10), b"\x03abc\0\x02de\x01f");
        assert_eq!(taken(&ring, 9), b"\0\x02de\x01f");
        assert_eq!(taken(&ring, 6), b"\0\x02de\x01f");
        assert_eq!(taken(&ring, 5), b"\x02de\x01f");
        assert_eq!(taken(&ring, 4), b"\x01f");
        assert_eq!(taken(&ring, 2), b"\x01f");
        assert_eq!(taken(&ring, 1), b"");
        assert_eq!(taken(&ring, 0), b"");
    }

    #[test]
    fn of_a_ring_that_has_overwritten_its_oldest_and_lost_some() {
        let ring = ring(&[b"one", b"two"]);
        ring.writer().lose(5);
        for number in 0..40u8 {
            ring.writer().append(&[&[number]]).unwrap();
        }
        assert_eq!(taken(&ring, 100), b"\x01\x23\x01\x24\x01\x25\x01\x26\x01\x27");
        assert_eq!(taken(&ring, 5), b"\x01\x26\x01\x27");
    }

    #[test]
    fn of_an_empty_ring() {
        assert_eq!(taken(&ring(&[]), 10), b"");
    }
}
