// SPDX-License-Identifier: Apache-2.0
//! The server on any packet, by any caller, under any policy, with room for an answer of any size.
//!
//! Input: a byte for the policy, one for the caller, two for the room, then the packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use minicbor::data::Type;
use westerly_fuzz::device::{Everything, KEY};
use westerly_server::wire::cbor::Message as _;
use westerly_server::wire::error::{Code, Status};
use westerly_server::wire::group;
use westerly_server::wire::header::{Header, LENGTH, Operation, Version};
use westerly_server::{
    Access, After, Buffers, Caller, Failure, Group, GroupDescription, Identity, Policy, Request, Requests, Response,
    Server, ServerCounters, Transport, too_long,
};

/// More than any answer to an input of up to 4096 bytes, which is the most that `../run` makes: Scribbler repeats it 7 times.
const AMPLE: usize = 32 * 1024;

fuzz_target!(|input: &[u8]| {
    let [policy, caller, room_high, room_low, packet @ ..] = input else { return };
    let room = usize::from(u16::from_be_bytes([*room_high, *room_low])) % 2048;
    let caller = Caller {
        transport: if caller & 1 == 0 { Transport::Serial } else { Transport::Udp },
        identity: Identity::Anonymous,
        peer: 0,
        buffers: Buffers { size: u16::from(*caller) << 4, count: u16::from(*caller) },
    };
    let mut server = Server::new(Whim(*policy));
    let mut device = Everything::new();
    // Twice, so that the second time the device is in another state.
    for room in [room, AMPLE] {
        check(&mut server, Whim(*policy), &mut device, &caller, packet, room);
        check_too_long(packet, room);
    }
});

/// As if the packet were only the beginning of one: an error to its first message, if that is a request.
fn check_too_long(start: &[u8], room: usize) {
    let mut buffer = vec![0x55; room];
    let Some(length) = too_long(start, &mut buffer) else { return };
    let (request, _) = Header::split(start).expect("an answer to a header");
    assert!(matches!(request.operation, Operation::Read | Operation::Write));
    let (header, payload) = Header::split(&buffer[..length]).expect("an answer has a header");
    assert_echoes(&header, &request);
    assert_eq!(usize::from(header.length), payload.len());
    assert_is_map(payload);
    assert_eq!(Status::decode(payload).expect("a status").code, Some(Code::TooLarge));
}

/// A policy without any pattern. 0 allows everything.
#[derive(Clone, Copy)]
struct Whim(u8);

impl Policy for Whim {
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access {
        let transport = u32::from(caller.transport == Transport::Udp);
        let mixed = (u32::from(group) << 9 | u32::from(command) << 1 | transport).wrapping_mul(0x9e37_79b1);
        match mixed.wrapping_mul(u32::from(self.0)) >> 30 {
            0 | 1 => Access::Allow,
            2 => Access::ReadOnly,
            _ => Access::Refuse,
        }
    }
}

/// An application's group that fails after it has written, and asks for things and then fails.
struct Scribbler;

impl Group for Scribbler {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::IO + 1, name: "scribbler", handlers: u8::MAX }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let writer = response.writer();
        writer.begin_map()?;
        for number in 0..request.command % 8 {
            writer.unsigned(number.into())?;
            writer.bytes(request.payload)?;
        }
        writer.end()?;
        match request.payload.first() {
            Some(0) => Err(Failure::Group(u16::from(request.command))),
            Some(1) => Err(Failure::Smp(Code::Busy)),
            Some(2) => Err(Failure::Smp(Code::Other(u32::MAX))),
            _ => Ok(()),
        }
    }
}

/// What the answers to one packet came to.
#[derive(Default)]
struct Seen {
    succeeded: u32,
    failed: u32,
}

/// Answers the packet and looks at every answer.
fn check(
    server: &mut Server<Whim>,
    policy: Whim,
    device: &mut Everything,
    caller: &Caller,
    packet: &[u8],
    room: usize,
) {
    let before = server.counters().clone();
    let mut expected = requests_of(packet);
    let mut requests = Requests::new(packet);
    let mut buffer = vec![0x55; room];
    let mut scribbler = Scribbler;
    let mut groups = device.groups().into_iter().chain([&mut scribbler as &mut dyn Group]).collect::<Vec<_>>();
    let mut seen = Seen::default();
    let mut ended = false;
    // Groups say back what they were told.
    let knows_key = contains(packet, KEY);
    while let Some(answer) = server.handle(&mut groups, caller, &mut requests, &mut buffer) {
        assert!(!ended, "an SMP error ends the packet");
        let request = expected.next().expect("an answer to a request that is there");
        let (header, payload) = Header::split(&buffer[..answer.length]).expect("an answer has a header");
        assert_echoes(&header, &request);
        assert_eq!(usize::from(header.length), payload.len());
        assert_is_map(payload);
        assert!(knows_key || !contains(payload, KEY), "a hidden setting: {payload:02x?}");
        // Scribbler's answers have no text keys, so they are no status, and no failure.
        let status = Status::decode(payload).unwrap_or(Status { code: None, error: None });
        if status.code.is_none() && status.error.is_none() {
            seen.succeeded += 1;
            assert_allowed(policy, caller, &request);
        } else {
            seen.failed += 1;
            ended = status.code.is_some();
            assert_eq!(answer.after, After::Nothing);
        }
        if let After::Reset(_) = answer.after {
            assert_eq!((request.operation, request.group, request.command), (Operation::Write, group::OS, 5));
        }
    }
    // Whether or not there was room, the packet is used up.
    assert_eq!(server.handle(&mut [], caller, &mut requests, &mut buffer), None);
    let missing = expected.count();
    assert_adds_up(&before, server.counters(), &seen, room);
    assert!(missing == 0 || ended || room < AMPLE, "{missing} requests unanswered");
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The headers that ask for an answer, walked the plain way.
fn requests_of(packet: &[u8]) -> impl Iterator<Item = Header> {
    let mut rest = packet;
    let all = std::iter::from_fn(move || {
        let (header, behind) = Header::split(rest)?;
        rest = behind.get(usize::from(header.length)..).unwrap_or_default();
        Some(header)
    });
    all.filter(|header| header.operation != Operation::WriteResponse)
}

fn assert_echoes(answer: &Header, request: &Header) {
    let version = if request.version == Version::V1 { Version::V1 } else { Version::V2 };
    let operation =
        if request.operation == Operation::Read { Operation::ReadResponse } else { Operation::WriteResponse };
    assert_eq!((answer.version, answer.operation), (version, operation));
    assert_eq!((answer.group, answer.sequence, answer.command), (request.group, request.sequence, request.command));
}

/// One map and nothing behind it, by minicbor's own reading.
fn assert_is_map(payload: &[u8]) {
    let mut decoder = minicbor::Decoder::new(payload);
    assert!(matches!(decoder.datatype(), Ok(Type::Map | Type::MapIndef)), "{payload:02x?}");
    decoder.skip().expect("well-formed CBOR");
    assert_eq!(decoder.position(), payload.len(), "{payload:02x?}");
}

fn assert_allowed(policy: Whim, caller: &Caller, request: &Header) {
    let access = policy.access(caller, request.group, request.command);
    assert!(access == Access::Allow || access == Access::ReadOnly && request.operation == Operation::Read);
}

/// Every request is counted once, and every answer.
fn assert_adds_up(before: &ServerCounters, after: &ServerCounters, seen: &Seen, room: usize) {
    let dropped = after.dropped_no_room.get() - before.dropped_no_room.get();
    assert_eq!(after.succeeded.get() - before.succeeded.get(), seen.succeeded);
    assert_eq!(after.failed.get() - before.failed.get(), seen.failed);
    assert_eq!(after.received.get() - before.received.get(), seen.succeeded + seen.failed + dropped);
    assert!(after.refused.get() - before.refused.get() <= seen.failed + dropped);
    // The longest error and its header; with that, something can always be said.
    assert!(dropped == 0 || room < LENGTH + 32, "{dropped} dropped with room for {room} bytes");
    assert!(dropped <= 1, "the packet ends where there is no room");
}
