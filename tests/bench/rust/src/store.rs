// SPDX-License-Identifier: Apache-2.0

//! What a record costs: to append, to filter, to read. C has nothing to compare it with.

use core::ffi::CStr;
use core::hint::black_box;
use core::sync::atomic::AtomicU32;

use westerly_store::{Channel, Configuration, Cursor, Kind, Read, Record, RecordKind, Ring, Statistics, Topic, Value};

use crate::{clock, measure};

/// Full after 102 records of a topic.
static RING: Ring<[AtomicU32; 512]> = Ring::new();
/// Read in a row where a cursor is to go on.
const READS: u32 = 100;
/// As the table of the script names it.
const STEP: &CStr = c"store";

static WHOLE: Topic = topic(Kind::Integer);
static FLOAT: Topic = topic(Kind::Float);

const fn topic(kind: Kind) -> Topic {
    Topic { id: 1, name: "bench", unit: "", kind, defaults: Configuration::EVERY_VALUE }
}

/// None if anything did not do what is to be measured.
pub fn run() -> Option<()> {
    appends()?;
    reads()?;
    channels()
}

fn appends() -> Option<()> {
    for (name, length) in [(c"append-12", 12), (c"append-64", 64), (c"append-256", 256)] {
        let bytes = [7; 256];
        let bytes = bytes.get(..length)?;
        // Full before it is measured, so that each has to make room.
        (0..200).try_for_each(|_| RING.writer().append(&[bytes]).map(drop)).ok()?;
        measure(name, STEP, clock::ITERATIONS, 1, &mut || {
            let _ = black_box(RING.writer().append(&[black_box(bytes)]));
        });
    }
    let record = Record { uptime: 123_456, topic: 1, kind: RecordKind::Sample, value: Value::Integer(-5) };
    (0..200).try_for_each(|_| RING.writer().append(&[&record.encode()]).map(drop)).ok()?;
    measure(c"append-a-record", STEP, clock::ITERATIONS, 1, &mut || {
        let _ = black_box(RING.writer().append(&[&black_box(&record).encode()]));
    });
    Some(())
}

/// The ring is full of records.
fn reads() -> Option<()> {
    let (oldest, next) = (RING.oldest(), RING.next());
    let mut bytes = [0; Record::LENGTH];
    let mut cursor = Cursor::at(oldest);
    measure(c"read-the-next", STEP, READS, 1, &mut || {
        black_box(RING.read(&mut cursor, &mut bytes));
    });
    (cursor.next() == oldest + u64::from(READS) && cursor.lost() == 0).then_some(())?;
    measure(c"read-the-oldest-anew", STEP, clock::ITERATIONS, 1, &mut || {
        black_box(RING.read(&mut Cursor::at(oldest), &mut bytes));
    });
    measure(c"read-the-newest-anew", STEP, clock::ITERATIONS, 1, &mut || {
        black_box(RING.read(&mut Cursor::at(next - 1), &mut bytes));
    });
    let last = RING.read(&mut Cursor::at(next - 1), &mut bytes);
    (last == Read::Record { sequence: next - 1, length: Record::LENGTH }).then_some(())
}

fn channels() -> Option<()> {
    let every = Configuration::EVERY_VALUE;
    let window = Configuration { window: 10, statistics: Statistics::ALL, ..every };
    for (name, topic, configuration, value) in [
        (c"offer-recorded", &WHOLE, every, Value::Integer(5)),
        (
            c"offer-in-the-deadband",
            &WHOLE,
            Configuration { deadband: Some(Value::Integer(3)), ..every },
            Value::Integer(5),
        ),
        (c"offer-to-a-window-of-10", &WHOLE, window, Value::Integer(5)),
        (c"offer-to-a-window-of-10-floats", &FLOAT, window, Value::Float(5.5)),
    ] {
        let mut channel = Channel::new(topic);
        channel.configure(configuration).ok()?;
        channel.offer(0, value, &mut RING.writer());
        let before = RING.next();
        measure(name, STEP, clock::ITERATIONS, 1, &mut || {
            black_box(channel.offer(black_box(1), black_box(value), &mut RING.writer()));
        });
        let expected = if configuration == every {
            1000
        } else if configuration == window {
            300
        } else {
            0
        };
        (RING.next() - before == expected && RING.oldest() > 0).then_some(())?;
    }
    Some(())
}
