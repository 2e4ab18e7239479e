// SPDX-License-Identifier: Apache-2.0
//! A ring that is written faster than it is read: what the threads of overload.c do with it.

use core::sync::atomic::AtomicU32;

use westerly_store::{Cursor, Read, Record, RecordKind, Ring, Value};

use crate::print::{same, wrong};

/// For 102 records.
static RING: Ring<[AtomicU32; 512]> = Ring::new();

/// As many of each as the reader counted.
#[repr(C)]
pub struct Followed {
    received: u32,
    lost: u32,
    /// Whether each record was the one its number says, in order.
    right: bool,
}

/// All of a record follows from its number.
fn record(number: u32) -> Record {
    Record {
        uptime: u64::from(number) * 3,
        topic: 7,
        kind: RecordKind::Sample,
        value: Value::Integer(!number.cast_signed()),
    }
}

/// Appends record `number`. Whether the ring gave it that number.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
pub extern "C" fn overload_append(number: u32) -> bool {
    RING.writer().append(&[&record(number).encode()]) == Ok(number.into())
}

/// Reads with one cursor: after each record `pause` is called with its number, and when there is none `goes_on` is asked
/// whether there will be more.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
pub extern "C" fn overload_follow(pause: extern "C" fn(u32), goes_on: extern "C" fn() -> bool) -> Followed {
    let mut cursor = Cursor::at(0);
    let mut bytes = [0; Record::LENGTH];
    let mut followed = Followed { received: 0, lost: 0, right: true };
    loop {
        // Asked first: what is written between the question and a read that finds nothing is found by the next one.
        let more = goes_on();
        let expected = cursor.next();
        match RING.read(&mut cursor, &mut bytes) {
            Read::Record { sequence, length } => {
                followed.received += 1;
                let number = u32::try_from(sequence).unwrap_or(u32::MAX);
                let right = same("record", &record(number).encode(), bytes.get(..length).unwrap_or_default());
                followed.right &= right && (sequence >= expected || wrong(format_args!("{sequence} after {expected}")));
                pause(number);
            }
            Read::TooLong { sequence, length } => {
                followed.right = wrong(format_args!("record {sequence} of {length} bytes"));
                cursor.skip();
            }
            Read::End if more => pause(0),
            Read::End => break,
        }
    }
    followed.lost = u32::try_from(cursor.lost()).unwrap_or(u32::MAX);
    followed
}
