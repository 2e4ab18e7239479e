// SPDX-License-Identifier: Apache-2.0
//! What holds for every answer to every packet, read by other code than the server's: minicbor for CBOR, and a plain walk over
//! the headers.

use minicbor::data::Type;
use westerly_server::wire::cbor::Message as _;
use westerly_server::wire::error::{Code, Status};
use westerly_server::wire::group;
use westerly_server::wire::header::{Header, LENGTH, Operation, Version};
use westerly_server::{After, Caller, Group, Policy, Requests, Server, ServerCounters};

/// Bytes that every group's longest answer to an input of `../run` fits.
pub const AMPLE: usize = 32 * 1024;

/// With room for it, its header and what the policy keeps for a seal, something can always be said.
const LONGEST_ERROR: usize = 32;

/// One answer, without its seal.
pub struct Answer {
    pub header: Header,
    pub payload: Vec<u8>,
    /// Of an SMP code or a group's; both are failures.
    pub code: Option<Code>,
    pub error: Option<(u16, u16)>,
    /// What follows the answer in its packet.
    pub behind: Vec<u8>,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn is_success(&self) -> bool {
        self.code.is_none() && self.error.is_none()
    }

    /// The number under a key of the map, if that is what is there.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.value(key)?.u64().ok()
    }

    pub fn boolean(&self, key: &str) -> Option<bool> {
        self.value(key)?.bool().ok()
    }

    pub fn byte_string(&self, key: &str) -> Option<Vec<u8>> {
        self.value(key)?.bytes().ok().map(<[u8]>::to_vec)
    }

    /// A decoder that stands before the value of a key.
    pub fn value(&self, key: &str) -> Option<minicbor::Decoder<'_>> {
        let mut decoder = minicbor::Decoder::new(&self.payload);
        decoder.map().ok()?;
        while decoder.datatype().ok()? != Type::Break {
            if decoder.str().ok()? == key {
                return Some(decoder);
            }
            decoder.skip().ok()?;
        }
        None
    }
}

/// What no answer may hold, unless the packet does.
pub type Secrets<'s> = &'s [&'s [u8]];

/// Gives the packet to the server, looks at every answer, and gives them back.
pub fn exchange<P: Policy>(
    server: &mut Server<P>,
    groups: &mut [&mut dyn Group],
    caller: &Caller,
    packet: &[u8],
    room: usize,
    secrets: Secrets<'_>,
) -> Vec<Answer> {
    let before = server.counters().clone();
    let mut expected = requests_of(packet);
    let mut requests = Requests::new(packet);
    let mut buffer = vec![0x55; room];
    let mut answers = Vec::new();
    let mut ended = false;
    while let Some(answer) = server.handle(groups, caller, &mut requests, &mut buffer) {
        assert!(!ended, "an SMP error ends the packet");
        let request = expected.next().expect("an answer to a request that is there");
        let given = read(&buffer[..answer.length]);
        assert_echoes(&given.header, &request);
        for secret in secrets {
            assert!(contains(packet, secret) || !contains(&given.bytes, secret), "a secret: {:02x?}", given.bytes);
        }
        ended = given.code.is_some();
        if !given.is_success() {
            assert_eq!(answer.after, After::Nothing);
        }
        if let After::Reset(_) = answer.after {
            assert_eq!((request.operation, request.group, request.command), (Operation::Write, group::OS, 5));
        }
        answers.push(given);
    }
    // Whether or not there was room, the packet is used up.
    assert_eq!(server.handle(&mut [], caller, &mut requests, &mut buffer), None);
    let least = LENGTH + LONGEST_ERROR + server.policy_mut().reserve();
    assert_adds_up(&before, server.counters(), &answers, room < least);
    answers
}

/// An answer is one map behind a header.
pub fn read(bytes: &[u8]) -> Answer {
    let (header, rest) = Header::split(bytes).expect("an answer has a header");
    let (payload, behind) = rest.split_at(header.length.into());
    assert_is_map(payload);
    // Answers without text keys, which an application may give, are no status, and no failure.
    let status = Status::decode(payload).unwrap_or(Status { code: None, error: None });
    Answer {
        header,
        payload: payload.to_vec(),
        code: status.code,
        error: status.error.map(|error| (error.group, error.code)),
        behind: behind.to_vec(),
        bytes: bytes.to_vec(),
    }
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The headers that ask for an answer, walked the plain way.
pub fn requests_of(packet: &[u8]) -> impl Iterator<Item = Header> {
    let mut rest = packet;
    let all = std::iter::from_fn(move || {
        let (header, behind) = Header::split(rest)?;
        rest = behind.get(usize::from(header.length)..).unwrap_or_default();
        Some(header)
    });
    all.filter(|header| header.operation != Operation::WriteResponse)
}

/// An answer is to its request.
pub fn assert_echoes(answer: &Header, request: &Header) {
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

/// Every request is counted once, and every answer.
fn assert_adds_up(before: &ServerCounters, after: &ServerCounters, answers: &[Answer], little_room: bool) {
    let succeeded = answers.iter().filter(|answer| answer.is_success()).count() as u32;
    let failed = answers.len() as u32 - succeeded;
    let dropped = after.dropped_no_room.get() - before.dropped_no_room.get();
    assert_eq!(after.succeeded.get() - before.succeeded.get(), succeeded);
    assert_eq!(after.failed.get() - before.failed.get(), failed);
    assert_eq!(after.received.get() - before.received.get(), succeeded + failed + dropped);
    let refused = after.refused.get() - before.refused.get();
    assert!(refused <= failed + dropped);
    assert!(dropped == 0 || little_room, "{dropped} dropped with room for an error");
    assert!(dropped <= 1, "the packet ends where there is no room");
}
