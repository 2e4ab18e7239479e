// SPDX-License-Identifier: Apache-2.0
//! What a line of tests/golden says, done with a fresh ring or channel. Used on the host and by tests/vectors on target, so
//! without std. The heads of the files say what the bytes mean.

use core::sync::atomic::AtomicU32;

use westerly_store::{
    Alarm, Channel, Configuration, Cursor, InvalidConfiguration, Kind, Read, Record, Ring, Statistics, Threshold,
    Topic, Value,
};

/// What came of a step; None for a step that nobody knows.
type Outcome = Option<()>;

/// Bytes in a row; what does not fit is a wrong result.
pub struct Result {
    bytes: [u8; 80],
    length: usize,
}

impl Result {
    fn new() -> Self {
        Self { bytes: [0; 80], length: 0 }
    }

    fn put(&mut self, bytes: &[u8]) -> Outcome {
        self.bytes.get_mut(self.length..)?.get_mut(..bytes.len())?.copy_from_slice(bytes);
        self.length += bytes.len();
        Some(())
    }

    /// Sixteen bits of a number that has no more.
    fn number(&mut self, number: u64) -> Outcome {
        self.put(&u16::try_from(number).ok()?.to_be_bytes())
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Calls `each` with the result of every step until it says false. False too if there is a step that nobody knows.
pub fn run(suite: &str, steps: &[&[u8]], each: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    match suite {
        "ring" => ring(steps, each),
        "filter" => filter(steps, each).is_some(),
        _ => false,
    }
}

fn ring(steps: &[&[u8]], each: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    let ring = Ring::<[AtomicU32; 16]>::new();
    let mut cursors = [Cursor::at(0), Cursor::at(0)];
    steps.iter().all(|step| {
        let mut result = Result::new();
        ring_step(&ring, &mut cursors, step, &mut result).is_some() && each(result.bytes())
    })
}

fn ring_step(ring: &Ring, cursors: &mut [Cursor; 2], step: &[u8], result: &mut Result) -> Outcome {
    match *step {
        [b'a', ref bytes @ ..] => {
            // In two parts, which must not matter.
            let (front, back) = bytes.split_at(bytes.len() / 3);
            match ring.writer().append(&[front, back]) {
                Ok(sequence) => result.number(sequence),
                Err(_) => result.put(&[0xff]),
            }
        }
        [b'l', count] => {
            ring.writer().lose(count.into());
            result.number(ring.next())
        }
        [b'o'] => result.number(ring.oldest()).and_then(|()| result.number(ring.next())),
        [b'r', which, room] => {
            let mut bytes = [0; 64];
            let into = bytes.get_mut(..room.into())?;
            match ring.read(cursors.get_mut(usize::from(which))?, into) {
                Read::Record { sequence, length } => {
                    result.put(&[0])?;
                    result.number(sequence)?;
                    result.put(into.get(..length)?)
                }
                Read::TooLong { sequence, length } => {
                    result.put(&[1])?;
                    result.number(sequence)?;
                    result.put(&[u8::try_from(length).ok()?])
                }
                Read::End => result.put(&[2]),
            }
        }
        [b's' | b'c' | b'q', which, ref sequence @ ..] => {
            let cursor = cursors.get_mut(usize::from(which))?;
            match *step {
                [b's', ..] => cursor.skip(),
                [b'c', ..] => *cursor = Cursor::at(u16::from_be_bytes(sequence.try_into().ok()?).into()),
                _ => {}
            }
            result.number(cursor.next()).and_then(|()| result.number(cursor.lost()))
        }
        _ => None,
    }
}

const fn topic(kind: Kind) -> Topic {
    Topic { id: 5, name: "any", unit: "", kind, defaults: Configuration::EVERY_VALUE }
}

static TOPICS: [Topic; 4] =
    [topic(Kind::Integer), topic(Kind::Fixed { decimals: 1 }), topic(Kind::Boolean), topic(Kind::Float)];

/// Four bytes, the highest first.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// The same as a value of the topic.
fn value(kind: Kind, bytes: &[u8], at: usize) -> Option<Value> {
    let bits = word(bytes, at)?;
    Some(if kind == Kind::Float { Value::Float(f32::from_bits(bits)) } else { Value::Integer(bits.cast_signed()) })
}

fn put_value(value: Value, result: &mut Result) -> Outcome {
    match value {
        Value::Integer(value) => result.put(&value.to_be_bytes()),
        Value::Float(value) => result.put(&value.to_be_bytes()),
    }
}

fn filter(steps: &[&[u8]], each: &mut dyn FnMut(&[u8]) -> bool) -> Outcome {
    let ring = Ring::<[AtomicU32; 64]>::new();
    let mut cursor = Cursor::at(0);
    let ([first], steps) = steps.split_first_chunk()?;
    let (kind, mut options) = first.split_first()?;
    let mut channel = Channel::new(TOPICS.get(usize::from(*kind))?);
    while !options.is_empty() {
        let mut configuration = *channel.configuration();
        options = option(channel.topic().kind, options, &mut configuration)?;
        let code = match channel.configure(configuration) {
            Ok(()) => continue,
            Err(InvalidConfiguration::Type) => 1,
            Err(InvalidConfiguration::Negative) => 2,
            Err(InvalidConfiguration::NoStatistics) => 3,
            Err(_) => return None,
        };
        return each(&[code]).then_some(());
    }
    for step in steps {
        let mut result = Result::new();
        let now = word(step, 1).unwrap_or(0);
        filter_step(&mut channel, &ring, now, step, &mut result)?;
        let mut bytes = [0; Record::LENGTH];
        while let Read::Record { length, .. } = ring.read(&mut cursor, &mut bytes) {
            let record = Record::decode(bytes.get(..length)?)?;
            (record.topic == 5 && record.uptime == now.into()).then_some(())?;
            result.put(&[record.kind.code()])?;
            put_value(record.value, &mut result)?;
        }
        each(result.bytes()).then_some(())?;
    }
    Some(())
}

/// Sets what the bytes begin with; gives the rest of them.
fn option<'b>(kind: Kind, bytes: &'b [u8], configuration: &mut Configuration) -> Option<&'b [u8]> {
    let length = match *bytes {
        [b'p', ..] => {
            configuration.period = word(bytes, 1)?;
            5
        }
        [b'w', high, low, statistics, ..] => {
            configuration.window = u16::from_be_bytes([high, low]);
            configuration.statistics = Statistics::from_bits(statistics)?;
            4
        }
        [b'd', ..] => {
            configuration.deadband = value(kind, bytes, 1);
            5
        }
        [b'r', ..] => {
            configuration.rate = word(bytes, 1)?;
            5
        }
        [b't', ..] => {
            let output = bytes.get(9).copied()?;
            let (raise, clear) = (value(kind, bytes, 1)?, value(kind, bytes, 5)?);
            configuration.threshold = Some(Threshold { raise, clear, output: (output != 0xff).then_some(output) });
            10
        }
        _ => return None,
    };
    bytes.get(length..)
}

fn put_alarm(alarm: Option<Alarm>, result: &mut Result) -> Outcome {
    match alarm {
        None => result.put(&[0]),
        Some(Alarm { raised, output }) => result.put(&[2 - u8::from(raised), output.unwrap_or(0xff)]),
    }
}

fn filter_step(channel: &mut Channel, ring: &Ring, now: u32, step: &[u8], result: &mut Result) -> Outcome {
    let kind = channel.topic().kind;
    match step {
        [b'o', ..] => put_alarm(channel.offer(now.into(), value(kind, step, 5)?, &mut ring.writer()), result),
        [b'x', ..] => {
            let other = if kind == Kind::Float { Kind::Integer } else { Kind::Float };
            put_alarm(channel.offer(now.into(), value(other, step, 5)?, &mut ring.writer()), result)
        }
        [b'f', ..] => {
            channel.fault(now.into(), word(step, 5)?.cast_signed(), &mut ring.writer());
            Some(())
        }
        [b'd', ..] => result.put(&[channel.due(now.into()).into()]),
        [b'n'] => match channel.next_due() {
            Some(due) => result.put(&u32::try_from(due).ok()?.to_be_bytes()),
            None => Some(()),
        },
        [b'l'] => {
            let Some((uptime, value, kind)) = channel.latest() else { return Some(()) };
            result.put(&[kind.code()])?;
            result.put(&u32::try_from(uptime).ok()?.to_be_bytes())?;
            put_value(value, result)
        }
        [b'c'] => {
            let counts = channel.counts();
            [counts.samples, counts.filtered, counts.missed, counts.faults]
                .into_iter()
                .try_for_each(|count| result.number(count.into()))
        }
        [b'a'] => put_alarm(channel.raised(), result),
        [b'e'] => {
            let mut bytes = [0; Configuration::LENGTH];
            channel.configuration().encode(&mut bytes);
            (Configuration::decode(&bytes)? == *channel.configuration()).then_some(())?;
            result.put(&bytes)
        }
        _ => None,
    }
}
