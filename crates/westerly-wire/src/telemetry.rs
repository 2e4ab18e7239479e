// SPDX-License-Identifier: Apache-2.0
//! The messages of Westerly's telemetry group (64): topics, their records since a sequence number, their latest values, and
//! how they are sampled and filtered (docs/protocol.md).

use crate::cbor::{Full, List, Malformed, Number, Reader, Value, Writer};
use crate::message;

/// Command numbers.
pub mod command {
    /// What is measured; read.
    pub const TOPICS: u8 = 0;
    /// Records from a sequence number on; read.
    pub const READ: u8 = 1;
    /// The latest value of each topic; read.
    pub const LATEST: u8 = 2;
    /// How a topic is sampled and filtered; read, or write to change it.
    pub const CONFIGURE: u8 = 3;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 4;
}

/// Codes of this group's errors.
pub mod code {
    /// There is no topic of that number.
    pub const UNKNOWN_TOPIC: u16 = 2;
    /// The topic cannot be configured so: a value of another type, out of range, or half an alarm.
    pub const INVALID_CONFIGURATION: u16 = 3;
    /// It is configured, but a restart will forget it.
    pub const NOT_KEPT: u16 = 4;
}

/// The kinds of a record. A number not listed here is data: a newer device has more.
pub mod kind {
    /// A value as it was sampled.
    pub const SAMPLE: u8 = 0;
    /// The lowest of a window.
    pub const MINIMUM: u8 = 1;
    /// The highest of a window.
    pub const MAXIMUM: u8 = 2;
    /// The mean of a window.
    pub const MEAN: u8 = 3;
    /// An alarm began, at this value.
    pub const RAISED: u8 = 4;
    /// An alarm ended, at this value.
    pub const CLEARED: u8 = 5;
    /// The source stopped giving values; the value is a negative errno or 0.
    pub const FAULT: u8 = 6;
}

/// The bits of `statistics`: what is told of a window.
pub mod statistics {
    /// The lowest sample.
    pub const MINIMUM: u8 = 1;
    /// The highest sample.
    pub const MAXIMUM: u8 = 2;
    /// The mean of the samples.
    pub const MEAN: u8 = 4;
}

/// What a topic's values are, as text under the key `type`.
pub mod kind_of_value {
    /// Integers.
    pub const INTEGER: &str = "int";
    /// Integers that stand for a number with as many decimals as the topic tells.
    pub const FIXED: &str = "fixed";
    /// 0 or 1.
    pub const BOOLEAN: &str = "bool";
    /// Numbers with a fraction.
    pub const FLOAT: &str = "float";
}

message! {
    /// Asks what there is.
    pub struct TopicsRequest {
        /// From this topic on; from the first when absent.
        from: optional u32 = "from",
    }
}

message! {
    /// What a topic is and how it is configured.
    pub struct Topic<'b> {
        /// Its number, by which everything else names it.
        id: required u8 = "id",
        /// For people.
        name: required &'b str = "name",
        /// Of its values.
        unit: required &'b str = "unit",
        /// See [`kind_of_value`].
        kind: required &'b str = "type",
        /// Decimals of a `fixed` one: a value is that many powers of ten larger than what it stands for.
        decimals: optional u8 = "decimals",
        /// Milliseconds from sample to sample; 0 when it tells of events.
        period: required u32 = "period",
        /// Samples of which one record a statistic is made; absent: every sample.
        window: optional u16 = "window",
        /// Which; bits of [`statistics`](mod@statistics).
        statistics: optional u8 = "statistics",
        /// Smaller changes make no record.
        deadband: optional Number = "deadband",
        /// Milliseconds between records at least.
        rate: optional u32 = "rate",
        /// The value at which the alarm begins.
        raise: optional Number = "raise",
        /// The value at which it ends.
        clear: optional Number = "clear",
        /// The output, by its place in the io group's list, that is on during an alarm.
        output: optional u8 = "output",
    }
}

/// The first key of [`TopicsResponse`], for writers that have no slice of topics.
pub const TOPICS_KEY: &str = "topics";
/// The key under which answers tell where the next request goes on.
pub const NEXT_KEY: &str = "next";

message! {
    /// As many topics as fit, in ascending order.
    pub struct TopicsResponse<'b> {
        /// The topics.
        topics: required List<'b, Topic<'b>> = "topics",
        /// Where to ask on; absent when this was the last.
        next: optional u32 = "next",
    }
}

message! {
    /// Asks for records.
    pub struct ReadRequest<'b> {
        /// From this sequence number on; 0 when absent.
        since: optional u64 = "since",
        /// At most so many; as many as fit when absent.
        max: optional u32 = "max",
        /// Of these topics; of all when absent.
        topics: optional List<'b, u32> = "topics",
        /// The run of the device that `since` is of; not compared when absent.
        boot: optional u32 = "boot",
    }
}

/// The key of [`ReadResponse::boot`] and of the log's, for writers that have no slice of records.
pub const BOOT_KEY: &str = "boot";
/// The key of [`ReadResponse::oldest`].
pub const OLDEST_KEY: &str = "oldest";
/// The key of [`ReadResponse::records`].
pub const RECORDS_KEY: &str = "records";
/// The key of [`ReadResponse::lost`].
pub const LOST_KEY: &str = "lost";

message! {
    /// Records in the order they were made.
    pub struct ReadResponse<'b> {
        /// Which run of the device this is; absent where it does not count them.
        boot: optional u32 = "boot",
        /// The sequence number of the oldest record the device still has.
        oldest: required u64 = "oldest",
        /// The records.
        records: required List<'b, Record> = "records",
        /// How many from `since` to `next` are gone, whatever their topic.
        lost: required u64 = "lost",
        /// What to give as `since` next time.
        next: required u64 = "next",
    }
}

/// A record: an array of sequence number, uptime, topic, value and kind. [`kind::SAMPLE`] is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Counts all records of the device since it started.
    pub sequence: u64,
    /// When, in milliseconds since the device started.
    pub uptime: u64,
    /// Whose.
    pub topic: u8,
    /// What it was.
    pub value: Number,
    /// See [`kind`](mod@kind).
    pub kind: u8,
}

impl<'b> Value<'b> for Record {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        let mut items = reader.array()?;
        let sequence = item(reader, &mut items)?;
        let uptime = item(reader, &mut items)?;
        let topic = item(reader, &mut items)?;
        let value = item(reader, &mut items)?;
        let mut kind = kind::SAMPLE;
        if reader.more(&mut items)? {
            kind = u8::read(reader)?;
            rest(reader, &mut items)?;
        }
        Ok(Self { sequence, uptime, topic, value, kind })
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.begin_array()?;
        writer.unsigned(self.sequence)?;
        writer.unsigned(self.uptime)?;
        writer.unsigned(self.topic.into())?;
        self.value.write(writer)?;
        if self.kind != kind::SAMPLE {
            writer.unsigned(self.kind.into())?;
        }
        writer.end()
    }
}

/// The latest value of a topic: an array of topic, uptime, value and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// Whose.
    pub topic: u8,
    /// When, in milliseconds since the device started.
    pub uptime: u64,
    /// What it was.
    pub value: Number,
    /// See [`kind`](mod@kind).
    pub kind: u8,
}

impl<'b> Value<'b> for Latest {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        let mut items = reader.array()?;
        let latest = Self {
            topic: item(reader, &mut items)?,
            uptime: item(reader, &mut items)?,
            value: item(reader, &mut items)?,
            kind: item(reader, &mut items)?,
        };
        rest(reader, &mut items)?;
        Ok(latest)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.begin_array()?;
        writer.unsigned(self.topic.into())?;
        writer.unsigned(self.uptime)?;
        self.value.write(writer)?;
        writer.unsigned(self.kind.into())?;
        writer.end()
    }
}

message! {
    /// Asks for the latest values.
    pub struct LatestRequest<'b> {
        /// Of these topics; of all when absent.
        topics: optional List<'b, u32> = "topics",
        /// From this topic on; from the first when absent.
        from: optional u32 = "from",
    }
}

/// The key of [`LatestResponse::uptime`].
pub const UPTIME_KEY: &str = "uptime";
/// The key of [`LatestResponse::values`].
pub const VALUES_KEY: &str = "values";

message! {
    /// The latest values, as many as fit, in the order of the topics. A topic without one yet is left out.
    pub struct LatestResponse<'b> {
        /// Milliseconds since the device started.
        uptime: required u64 = "uptime",
        /// The values.
        values: required List<'b, Latest> = "values",
        /// Where to ask on; absent when this was the last.
        next: optional u32 = "next",
    }
}

message! {
    /// How a topic is sampled and filtered: a write's request, of which what is absent stays as it is; and a read's answer.
    /// A read's request has `topic` alone.
    pub struct Configure {
        /// Which topic.
        topic: required u32 = "topic",
        /// Present and true in a request: begins from what the device was built with.
        default: optional bool = "default",
        /// Present and false in a request: takes the alarm away.
        alarm: optional bool = "alarm",
        /// Milliseconds from sample to sample; 0 for events alone.
        period: optional u32 = "period",
        /// Samples of which one record a statistic is made; 0 or, in an answer, absent: every sample.
        window: optional u16 = "window",
        /// Which; bits of [`statistics`](mod@statistics).
        statistics: optional u8 = "statistics",
        /// Smaller changes make no record; 0 or, in an answer, absent: any change does.
        deadband: optional Number = "deadband",
        /// Milliseconds between records at least; 0 or, in an answer, absent: no limit.
        rate: optional u32 = "rate",
        /// The value at which the alarm begins.
        raise: optional Number = "raise",
        /// The value at which it ends.
        clear: optional Number = "clear",
        /// The output, by its place in the io group's list, that is on during an alarm.
        output: optional u8 = "output",
    }
}

/// The next item of an array that must have it.
pub(crate) fn item<'b, T: Value<'b>>(reader: &mut Reader<'b>, items: &mut crate::cbor::Items) -> Result<T, Malformed> {
    if reader.more(items)? { T::read(reader) } else { Err(Malformed) }
}

/// Passes over what a newer device has in the array besides.
pub(crate) fn rest(reader: &mut Reader<'_>, items: &mut crate::cbor::Items) -> Result<(), Malformed> {
    while reader.more(items)? {
        reader.skip()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::Message;

    #[test]
    fn a_record_on_the_wire() {
        let sample = Record { sequence: 300, uptime: 1000, topic: 1, value: Number::Float(21.5), kind: kind::SAMPLE };
        let raised = Record { kind: kind::RAISED, value: Number::Integer(-5), ..sample };
        for (record, bytes) in [
            (sample, &b"\x9f\x19\x01\x2c\x19\x03\xe8\x01\xfa\x41\xac\x00\x00\xff"[..]),
            (raised, b"\x9f\x19\x01\x2c\x19\x03\xe8\x01\x24\x04\xff"),
        ] {
            let mut buffer = [0; 32];
            let mut writer = Writer::new(&mut buffer);
            record.write(&mut writer).unwrap();
            let length = writer.position();
            assert_eq!(&buffer[..length], bytes);
            assert_eq!(Record::read(&mut Reader::new(bytes)), Ok(record));
        }
    }

    /// Definite arrays, floats of other widths, and what a newer device adds.
    #[test]
    fn records_of_others() {
        let record = Record { sequence: 1, uptime: 2, topic: 3, value: Number::Float(1.5), kind: 7 };
        for bytes in [&b"\x85\x01\x02\x03\xf9\x3e\x00\x07"[..], b"\x86\x01\x02\x03\xf9\x3e\x00\x07\xa1\x61a\x80"] {
            let mut reader = Reader::new(bytes);
            assert_eq!(Record::read(&mut reader), Ok(record));
            assert_eq!(reader.left(), 0);
        }
        for bytes in [&b"\x83\x01\x02\x03"[..], b"\x84\x01\x02\x03\x61a", b"\x84\x01\x02\x19\x01\x00\x00", b"\xa0", b""]
        {
            assert_eq!(Record::read(&mut Reader::new(bytes)), Err(Malformed), "{bytes:02x?}");
        }
        let latest = Latest { topic: 3, uptime: 2, value: Number::Integer(-1), kind: 0 };
        assert_eq!(Latest::read(&mut Reader::new(b"\x85\x03\x02\x20\x00\xf6")), Ok(latest));
        assert_eq!(Latest::read(&mut Reader::new(b"\x83\x03\x02\x20")), Err(Malformed));
    }

    /// A peer may write numbers as it likes.
    #[test]
    fn a_float_where_a_number_is_expected() {
        let mut payload = [0; 32];
        payload[..18].copy_from_slice(b"\xa2etopic\x01eraise\xfb\x40\x35\x80");
        let length = 18 + 5;
        assert_eq!(Configure::decode(&payload[..length]).unwrap().raise, Some(Number::Float(21.5)));
    }
}
