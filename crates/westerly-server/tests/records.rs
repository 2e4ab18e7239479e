// SPDX-License-Identifier: Apache-2.0
//! Records over small answers: every reader ends with each record once or counted as lost, whatever the room, the writer in
//! between, and however often it asks again.

use core::sync::atomic::AtomicU32;

use proptest::prelude::*;
use westerly_server::store::{Channel, Configuration, Kind, Record, RecordKind, Ring, Topic, Value};
use westerly_server::wire::cbor::{List, Message, Number};
use westerly_server::wire::error::{Code, SmpError};
use westerly_server::wire::header::{Header, LENGTH, Operation, Version};
use westerly_server::wire::{io, log, telemetry};
use westerly_server::{
    AllowAll, Buffers, Caller, ConfigureError, Group, Identity, Io, IoError, IoGroup, Level, Line, Log, LogFormat,
    LogGroup, NotKept, Requests, Server, Telemetry, TelemetryGroup, Transport,
};

const BOOT: u32 = 9;

/// A device whose ring the test writes.
struct Device<const N: usize> {
    ring: Ring<[AtomicU32; N]>,
    channels: Vec<Channel>,
}

impl<const N: usize> Device<N> {
    fn new() -> Self {
        Self { ring: Ring::new(), channels: Vec::new() }
    }

    fn record(&self, number: u32) {
        let _ = self.ring.writer().append(&[&record(number).encode()]);
    }
}

/// The record that a test writes as its `number`th: of one of three topics.
fn record(number: u32) -> Record {
    Record {
        uptime: u64::from(number) * 1_000_003,
        topic: u8::try_from(number % 3).unwrap(),
        kind: if number.is_multiple_of(5) { RecordKind::Mean } else { RecordKind::Sample },
        value: if number.is_multiple_of(2) { Value::Integer(i32::MIN) } else { Value::Float(0.5) },
    }
}

impl<const N: usize> Telemetry for &mut Device<N> {
    fn ring(&self) -> &Ring {
        &self.ring
    }

    fn boot(&self) -> Option<u32> {
        Some(BOOT)
    }

    fn uptime(&self) -> u64 {
        u64::MAX
    }

    fn channel(&mut self, index: usize, look: &mut dyn FnMut(&Channel)) -> bool {
        self.channels.get(index).map(look).is_some()
    }

    fn configure(&mut self, _: u8, _: &Configuration) -> Result<(), ConfigureError> {
        Err(ConfigureError::Unknown)
    }
}

impl<const N: usize> Log for &mut Device<N> {
    fn ring(&self) -> &Ring {
        &self.ring
    }

    fn boot(&self) -> Option<u32> {
        None
    }

    fn format(&self) -> LogFormat {
        LogFormat::Text
    }

    fn build(&self) -> &[u8] {
        &[]
    }

    fn level(&self) -> Level {
        Level::Off
    }

    fn compiled(&self) -> Level {
        Level::Off
    }

    fn set_level(&mut self, _: Level) -> Result<(), NotKept> {
        Err(NotKept)
    }
}

/// The payload of the answer to a read, in so much room.
fn ask<'m>(group: &mut dyn Group, command: u8, request: &impl Message<'m>, room: usize) -> Vec<u8> {
    let caller = Caller {
        transport: Transport::Udp,
        identity: Identity::Anonymous,
        peer: 0,
        buffers: Buffers { size: 384, count: 1 },
    };
    let mut payload = [0; 512];
    let length = request.encode(&mut payload).unwrap();
    let header = Header {
        version: Version::V2,
        operation: Operation::Read,
        length: u16::try_from(length).unwrap(),
        group: group.description().id,
        sequence: 0,
        command,
    };
    let packet = [&header.to_bytes()[..], &payload[..length]].concat();
    let mut buffer = vec![0; room + LENGTH];
    let mut requests = Requests::new(&packet);
    let answer = Server::new(AllowAll).handle(&mut [group], &caller, &mut requests, &mut buffer);
    buffer[LENGTH..answer.expect("there is room for an error").length].to_vec()
}

fn too_large(payload: &[u8]) -> bool {
    SmpError::decode(payload) == Ok(SmpError { code: Code::TooLarge })
}

/// Room in which every reader gets ahead: an answer's frame with its longest numbers, and a short record.
const LEAST_ROOM: usize = 100;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// A reader that loses answers, with a writer that overwrites what it has not seen.
    #[test]
    fn each_record_once_or_lost(
        room in LEAST_ROOM..400,
        steps in prop::collection::vec((0u32..12, any::<bool>(), prop::option::of(1u32..4)), 1..60),
    ) {
        let mut device = Device::<64>::new();
        let (mut written, mut since, mut lost) = (0, 0, 0);
        let mut seen = Vec::new();
        // What is written meanwhile; whether the answer arrives; how many are asked for. In the end everything is fetched.
        for (more, arrives, max) in steps.into_iter().chain([(0, true, None); 30]) {
            for _ in 0..more {
                device.record(written);
                written += 1;
            }
            let request = telemetry::ReadRequest { since: Some(since), max, topics: None, boot: Some(BOOT) };
            let payload = ask(&mut TelemetryGroup::new(&mut device), telemetry::command::READ, &request, room);
            prop_assert!(payload.len() <= room);
            let again = ask(&mut TelemetryGroup::new(&mut device), telemetry::command::READ, &request, room);
            prop_assert_eq!(&payload, &again);
            let answer = telemetry::ReadResponse::decode(&payload).unwrap();
            let count = u32::try_from(answer.records.iter().count()).unwrap();
            prop_assert!(count <= max.unwrap_or(u32::MAX));
            prop_assert!(answer.next > since || since == u64::from(written), "no way ahead from {}", since);
            prop_assert_eq!(answer.next, since + answer.lost + u64::from(count));
            if arrives {
                seen.extend(answer.records.iter());
                lost += answer.lost;
                since = answer.next;
            }
        }
        prop_assert_eq!(since, u64::from(written));
        prop_assert_eq!(u64::try_from(seen.len()).unwrap() + lost, u64::from(written));
        prop_assert!(seen.is_sorted_by(|before, after| before.sequence < after.sequence));
        for told in seen {
            let Record { uptime, topic, kind, value } = record(u32::try_from(told.sequence).unwrap());
            let value = match value {
                Value::Integer(value) => Number::Integer(value.into()),
                Value::Float(value) => Number::Float(value),
            };
            let expected = telemetry::Record { sequence: told.sequence, uptime, topic, value, kind: kind.code() };
            prop_assert_eq!(told, expected);
        }
    }

    /// Frames of any length, of which those that fit no answer are lost, and only those.
    #[test]
    fn each_frame_once_or_lost(
        room in LEAST_ROOM..300,
        lengths in prop::collection::vec(prop_oneof![0usize..40, 0usize..400], 0..40),
        gaps in prop::collection::vec(0u32..3, 40),
    ) {
        let mut device = Device::<8192>::new();
        let frame = |length: usize| vec![u8::try_from(length % 251).unwrap(); length];
        for (&length, gap) in lengths.iter().zip(gaps) {
            device.ring.writer().lose(gap);
            device.ring.writer().append(&[&frame(length)]).unwrap();
        }
        let (mut since, mut lost) = (0, 0);
        let mut seen = Vec::new();
        while since < device.ring.next() {
            let request = log::ReadRequest { since: Some(since), max: None, boot: Some(3) };
            let payload = ask(&mut LogGroup::new(&mut device), log::command::READ, &request, room);
            prop_assert!(payload.len() <= room);
            let answer = log::ReadResponse::decode(&payload).unwrap();
            prop_assert!(answer.next > since);
            seen.extend(answer.records.iter().map(|record| record.frame.to_vec()));
            lost += answer.lost;
            since = answer.next;
        }
        prop_assert_eq!(u64::try_from(seen.len()).unwrap() + lost, device.ring.next());
        // What stands around a frame takes 75 bytes at most: what fits with that is there, and nothing is made up.
        let fits = |length: usize| length + 75 <= room;
        let expected: Vec<_> = lengths.iter().filter(|&&length| fits(length)).map(|&length| frame(length)).collect();
        prop_assert!(seen.iter().all(|frame| frame.len() < room && lengths.contains(&frame.len())));
        seen.retain(|frame| fits(frame.len()));
        prop_assert_eq!(seen, expected);
    }

    /// Records of other topics are passed over, and still the end is reached.
    #[test]
    fn a_topic_alone(room in LEAST_ROOM..300, count in 0u32..40, topics in prop::collection::vec(0u32..300, 0..4)) {
        let mut device = Device::<512>::new();
        (0..count).for_each(|number| device.record(number));
        let mut since = 0;
        let mut seen = Vec::new();
        while since < u64::from(count) {
            let topics = Some(List::Values(&topics[..]));
            let request = telemetry::ReadRequest { since: Some(since), max: None, topics, boot: None };
            let payload = ask(&mut TelemetryGroup::new(&mut device), telemetry::command::READ, &request, room);
            let answer = telemetry::ReadResponse::decode(&payload).unwrap();
            prop_assert!(answer.next > since && answer.lost == 0);
            seen.extend(answer.records.iter().map(|record| u32::try_from(record.sequence).unwrap()));
            since = answer.next;
        }
        let expected: Vec<u32> = (0..count).filter(|number| topics.contains(&(number % 3))).collect();
        prop_assert_eq!(seen, expected);
    }
}

/// An answer without room for its own keys is an error; one with room for these but no record passes records over.
#[test]
fn every_room() {
    let request = telemetry::ReadRequest { since: None, max: None, topics: None, boot: None };
    let (mut refused, mut passed_over) = (0, 0);
    for room in 32..200 {
        let mut device = Device::<64>::new();
        (0..3).for_each(|number| device.record(number));
        let payload = ask(&mut TelemetryGroup::new(&mut device), telemetry::command::READ, &request, room);
        if too_large(&payload) {
            assert_eq!(passed_over, 0, "{room} bytes");
            refused += 1;
            continue;
        }
        let answer = telemetry::ReadResponse::decode(&payload).unwrap();
        let count = u64::try_from(answer.records.iter().count()).unwrap();
        assert_eq!(answer.next, count + answer.lost, "{room} bytes");
        assert!(count > 0 || answer.lost == 3, "{room} bytes");
        passed_over += u32::from(count == 0);
    }
    assert!(refused > 0 && passed_over > 0);
}

static TOPIC: Topic = Topic {
    id: 0,
    name: "a topic with a name of some length",
    unit: "m/s",
    kind: Kind::Integer,
    defaults: Configuration::EVERY_VALUE,
};
static OTHERS: [Topic; 3] = [Topic { id: 3, ..TOPIC }, Topic { id: 4, ..TOPIC }, Topic { id: 255, ..TOPIC }];

/// Lists come in as many parts as it takes, and one of which no entry fits says so rather than nothing for ever.
#[test]
fn lists_in_parts() {
    let mut device = Device::<64>::new();
    device.channels = [&TOPIC].into_iter().chain(&OTHERS).map(Channel::new).collect();
    for channel in &mut device.channels {
        channel.offer(u64::MAX, Value::Integer(i32::MIN), &mut device.ring.writer());
    }
    for room in 32..400 {
        let (mut topics, mut from) = (Vec::new(), Some(0));
        while from.is_some() {
            let request = telemetry::TopicsRequest { from };
            let payload = ask(&mut TelemetryGroup::new(&mut device), telemetry::command::TOPICS, &request, room);
            if too_large(&payload) {
                assert!(room < 110, "{room} bytes");
                break;
            }
            let answer = telemetry::TopicsResponse::decode(&payload).unwrap();
            topics.extend(answer.topics.iter().map(|topic| topic.id));
            from = answer.next;
        }
        assert!(from.is_some() || topics == [0, 3, 4, 255], "{room} bytes: {topics:?}");

        let (mut latest, mut from) = (Vec::new(), Some(1));
        while from.is_some() {
            let request = telemetry::LatestRequest { topics: Some(List::Values(&[0, 3, 255])), from };
            let payload = ask(&mut TelemetryGroup::new(&mut device), telemetry::command::LATEST, &request, room);
            if too_large(&payload) {
                assert!(room < 70, "{room} bytes");
                break;
            }
            let answer = telemetry::LatestResponse::decode(&payload).unwrap();
            latest.extend(answer.values.iter().map(|latest| latest.topic));
            from = answer.next;
        }
        assert!(from.is_some() || latest == [3, 255], "{room} bytes: {latest:?}");
    }
}

/// More lines than an answer holds.
struct Many;

impl Io for Many {
    fn line(&mut self, index: usize) -> Option<Line<'_>> {
        (index < 100).then_some(Line { name: "one of many", output: true })
    }

    fn read(&mut self, _: usize) -> Result<bool, IoError> {
        Ok(true)
    }

    fn write(&mut self, _: usize, _: bool) -> Result<(), IoError> {
        Ok(())
    }

    fn pulse(&mut self, _: usize, _: u32) -> Result<(), IoError> {
        Ok(())
    }
}

#[test]
fn inputs_and_outputs_in_parts() {
    for room in 14..400 {
        let (mut count, mut from) = (0, Some(0));
        while from.is_some() {
            let payload = ask(&mut IoGroup::new(Many), io::command::LIST, &io::ListRequest { from }, room);
            if too_large(&payload) {
                assert!(count == 0 && room < 60, "{room} bytes");
                break;
            }
            let answer = io::ListResponse::decode(&payload).unwrap();
            count += answer.lines.iter().count();
            from = answer.next;
        }
        assert!(from.is_some() || count == 100, "{room} bytes: {count}");
    }
}
