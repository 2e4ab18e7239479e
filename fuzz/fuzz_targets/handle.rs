// SPDX-License-Identifier: Apache-2.0
//! The server on any packet, by any caller, under any policy, with room for an answer of any size.
//!
//! Input: a byte for the policy, one for the caller, two for the room, then the packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use westerly_fuzz::answers::{AMPLE, assert_echoes, exchange, read, requests_of};
use westerly_fuzz::device::{Everything, KEY};
use westerly_server::wire::error::Code;
use westerly_server::wire::group;
use westerly_server::wire::header::{Header, Operation};
use westerly_server::{
    Access, Buffers, Caller, Failure, Group, GroupDescription, Identity, Policy, Request, Response, Server, Transport,
    too_long,
};

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
    let answer = read(&buffer[..length]);
    assert_echoes(&answer.header, &request);
    assert!(answer.behind.is_empty());
    assert_eq!(answer.code, Some(Code::TooLarge));
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

/// Answers the packet, and looks at what holds for this policy and this application beyond what holds for all.
fn check(
    server: &mut Server<Whim>,
    policy: Whim,
    device: &mut Everything,
    caller: &Caller,
    packet: &[u8],
    room: usize,
) {
    let mut scribbler = Scribbler;
    let mut groups = device.groups().into_iter().chain([&mut scribbler as &mut dyn Group]).collect::<Vec<_>>();
    let answers = exchange(server, &mut groups, caller, packet, room, &[KEY]);
    let mut requests = requests_of(packet);
    for (answer, request) in answers.iter().zip(&mut requests) {
        assert!(answer.behind.is_empty());
        assert!(!answer.is_success() || is_allowed(policy, caller, &request));
    }
    let missing = requests.count();
    let ended = answers.last().is_some_and(|answer| answer.code.is_some());
    assert!(missing == 0 || ended || room < AMPLE, "{missing} requests unanswered");
}

fn is_allowed(policy: Whim, caller: &Caller, request: &Header) -> bool {
    let access = policy.access(caller, request.group, request.command);
    access == Access::Allow || access == Access::ReadOnly && request.operation == Operation::Read
}
