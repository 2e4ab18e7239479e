// SPDX-License-Identifier: Apache-2.0
//! What the golden files cannot say: policy, small buffers, what comes after an answer, counters, and any bytes at all.

mod device;

use device::{Everything, KEY};
use proptest::prelude::*;
use westerly_server::wire::cbor::{Message, Reader};
use westerly_server::wire::header::{Header, LENGTH, Operation, Version};
use westerly_server::wire::os::{Force, ResetRequest};
use westerly_server::wire::settings::{DeleteRequest, ReadRequest, WriteRequest};
use westerly_server::wire::shell::ExecuteResponse;
use westerly_server::{
    Access, After, AllowAll, Buffers, Caller, Identity, Policy, Requests, Rule, Rules, Server, ServerCounters,
    Settings as _, Transport,
};

fn caller(transport: Transport) -> Caller {
    Caller { transport, identity: Identity::Anonymous, peer: 0, buffers: Buffers { size: 384, count: 1 } }
}

struct Outcome {
    answers: Vec<(Vec<u8>, After)>,
    counters: ServerCounters,
}

fn run(policy: impl Policy, transport: Transport, packet: &[u8], room: usize) -> Outcome {
    let mut server = Server::new(policy);
    let mut device = Everything::new();
    let mut requests = Requests::new(packet);
    let mut buffer = vec![0; room];
    let mut answers = Vec::new();
    while let Some(answer) = server.handle(&mut device.groups(), &caller(transport), &mut requests, &mut buffer) {
        answers.push((buffer[..answer.length].to_vec(), answer.after));
    }
    Outcome { answers, counters: server.counters().clone() }
}

const ECHO: &[u8] = b"\x0a\0\0\x05\0\0\x07\0\xa1adaa";
const PARAMETERS: &[u8] = b"\x08\0\0\0\0\0\x07\x06";
const RESET: &[u8] = b"\x0a\0\0\x13\0\0\x07\x05\xa2eforce\xf5iboot_mode\x01";

#[test]
fn a_reset_comes_after_its_answer() {
    let outcome = run(AllowAll, Transport::Serial, RESET, 384);
    let reset = ResetRequest { force: Some(Force(true)), boot_mode: Some(1) };
    assert_eq!(outcome.answers, [(b"\x0b\0\0\x02\0\0\x07\x05\xbf\xff".to_vec(), After::Reset(reset))]);
}

#[test]
fn policy() {
    let any = Rule { transport: None, group: None, command: None, access: Access::Allow };
    let rules = [
        Rule { transport: Some(Transport::Udp), access: Access::ReadOnly, ..any },
        Rule { group: Some(0), command: Some(5), access: Access::Refuse, ..any },
    ];
    let denied = |command: u8| [&[0x0b, 0, 0, 6, 0, 0, 7, command][..], b"\xbfbrc\x0b\xff"].concat();
    for (transport, request, answer) in [
        (Transport::Udp, ECHO, Some(denied(0))),
        (Transport::Udp, RESET, Some(denied(5))),
        (Transport::Udp, PARAMETERS, None),
        (Transport::Serial, ECHO, None),
        (Transport::Serial, RESET, Some(denied(5))),
        (Transport::Serial, PARAMETERS, None),
    ] {
        let outcome = run(Rules(&rules), transport, request, 384);
        assert_eq!(outcome.counters.refused.get(), u32::from(answer.is_some()), "{transport:?} {request:02x?}");
        if let Some(answer) = answer {
            assert_eq!(outcome.answers, [(answer, After::Nothing)]);
        }
    }
}

/// The refused reset must not be carried out by the transport either, and a request behind it is not looked at.
#[test]
fn a_refusal_ends_the_packet() {
    let refuse = [Rule { transport: None, group: None, command: None, access: Access::Refuse }];
    let outcome = run(Rules(&refuse), Transport::Serial, &[RESET, ECHO].concat(), 384);
    assert_eq!(outcome.answers.len(), 1);
    assert_eq!(outcome.answers[0].1, After::Nothing);
}

#[test]
fn an_answer_that_does_not_fit_is_an_error_and_without_room_for_that_nothing() {
    let tasks = b"\x08\0\0\0\0\0\x07\x02";
    let whole = run(AllowAll, Transport::Serial, tasks, 1472).answers[0].0.len();
    for room in 0..=whole {
        let outcome = run(AllowAll, Transport::Serial, tasks, room);
        match room {
            ..14 => {
                assert_eq!(outcome.answers, []);
                assert_eq!(outcome.counters.dropped_no_room.get(), 1);
            }
            _ if room < whole => {
                assert_eq!(outcome.answers[0].0, b"\x09\0\0\x06\0\0\x07\x02\xbfbrc\x07\xff", "{room} bytes");
            }
            _ => assert_eq!(outcome.answers[0].0.len(), whole),
        }
    }
}

/// With as much of the packet as a header at least, and whatever follows it.
#[test]
fn the_sender_of_a_packet_that_is_too_long_is_told_so() {
    let told = |start: &[u8], room: usize| {
        let mut buffer = vec![0; room];
        westerly_server::too_long(start, &mut buffer).map(|length| buffer[..length].to_vec())
    };
    let answer = |start: &str| Some([start.as_bytes(), b"\xbfbrc\x07\xff"].concat());
    assert_eq!(told(b"\x0a\0\xff\xff\0\x08\x2a\0", 14), answer("\x0b\0\0\x06\0\x08\x2a\0"));
    assert_eq!(told(b"\x00\0\x10\0\x12\x34\x07\x05\xbf", 384), answer("\x01\0\0\x06\x12\x34\x07\x05"));
    // Of a version nobody knows yet.
    assert_eq!(told(b"\x12\0\0\0\0\0\x07\x05", 384), answer("\x0b\0\0\x06\0\0\x07\x05"));
    // Answers, operations that are none, no header, no room.
    for first in [1, 3, 4, 5, 6, 7] {
        assert_eq!(told(&[first, 0, 0, 0, 0, 0, 7, 5, 0xa0], 384), None, "{first}");
    }
    for length in 0..8 {
        assert_eq!(told(&RESET[..length], 384), None);
    }
    for room in 0..14 {
        assert_eq!(told(RESET, room), None, "{room} bytes");
    }
}

/// A payload of 65536 bytes would not fit the header's length: it used to be counted as a success and dropped.
#[test]
fn an_answer_longer_than_a_header_can_tell_is_too_large() {
    let text = vec![b'x'; 65_535 - 6];
    // A definite map around it, so that the answer with its indefinite one is a byte longer.
    let echo = [b"\x0a\0\xff\xff\0\0\x07\0\xa1ad\x79\xff\xf9", &text[..]].concat();
    let outcome = run(AllowAll, Transport::Udp, &echo, 70_000);
    assert_eq!(outcome.answers, [(b"\x0b\0\0\x06\0\0\x07\0\xbfbrc\x07\xff".to_vec(), After::Nothing)]);
    assert_eq!(outcome.counters, ServerCounters { received: 1.into(), failed: 1.into(), ..ServerCounters::new() });
}

#[test]
fn counters() {
    let outcome =
        run(AllowAll, Transport::Serial, &[ECHO, ECHO, b"\x0b\0\0\0\0\0\0\0", b"\x08\0\0\0\0\x46\0\0"].concat(), 384);
    let expected = ServerCounters {
        received: 3.into(),
        succeeded: 2.into(),
        failed: 1.into(),
        dropped_answers: 1.into(),
        ..ServerCounters::new()
    };
    assert_eq!(outcome.counters, expected);
    let outcome = run(AllowAll, Transport::Serial, &[ECHO, b"\x08\0"].concat(), 384);
    let expected =
        ServerCounters { received: 1.into(), succeeded: 1.into(), dropped_short: 1.into(), ..ServerCounters::new() };
    assert_eq!(outcome.counters, expected);
}

/// Operation, group and command of everything there is, and of what there is not.
#[test]
fn every_operation_of_every_command() {
    const READ: u8 = 1;
    const WRITE: u8 = 2;
    let commands: [(u16, &[u8]); 13] = [
        (0, &[READ | WRITE, 0, READ, READ, READ | WRITE, WRITE, READ, READ, READ]),
        (1, &[READ | WRITE, WRITE, 0, 0, 0, WRITE, READ]),
        (2, &[READ, READ]),
        (3, &[READ | WRITE, WRITE, WRITE, READ | WRITE]),
        (8, &[READ | WRITE, READ, READ, READ, WRITE]),
        (9, &[WRITE]),
        (10, &[READ, READ, READ, READ]),
        (63, &[WRITE]),
        (64, &[READ, READ, READ, READ | WRITE]),
        (65, &[READ, READ | WRITE]),
        (66, &[READ, READ | WRITE, WRITE]),
        // Comes with a policy that knows its peers.
        (67, &[READ, WRITE, 0, WRITE, READ, READ | WRITE, READ | WRITE]),
        (68, &[READ, READ, WRITE]),
    ];
    for (group, operations) in commands {
        for command in 0..=255u8 {
            let allowed = operations.get(usize::from(command)).copied().unwrap_or(0);
            for (operation, bit) in [(Operation::Read, READ), (Operation::Write, WRITE)] {
                let header = Header { version: Version::V2, operation, length: 1, group, sequence: 3, command };
                let packet = [&header.to_bytes()[..], &[0xa0]].concat();
                let with_access = if group == 67 { "access_serial" } else { "" };
                let outcome = run(device::guard(with_access), Transport::Serial, &packet, 1472);
                let supported = !outcome.answers[0].0.ends_with(b"\xbfbrc\x08\xff");
                assert_eq!(supported, allowed & bit != 0, "{operation:?} {group} {command}");
            }
        }
    }
}

/// What a shell printed is cut to the room there is: what is left and what the notice says add up, and a character stays whole.
#[test]
fn output_that_is_cut_says_how_much() {
    let flood = b"\x0a\0\0\x0d\0\x09\x07\0\xa1dargv\x81eflood";
    let whole = 100 * "flooding the line \u{2713}\n".len();
    let mut fitted = false;
    for room in 0..3000 {
        let outcome = run(AllowAll, Transport::Serial, flood, room);
        let Some((answer, _)) = outcome.answers.first() else { continue };
        let (_, payload) = Header::split(answer).unwrap();
        let Ok(ExecuteResponse { output, returned }) = ExecuteResponse::decode(payload) else {
            assert!(room < 64 && payload == b"\xbfbrc\x07\xff", "{room} bytes");
            continue;
        };
        assert_eq!(returned, 1);
        let Some(text) = output.strip_suffix(" bytes cut]") else {
            assert_eq!(output.len(), whole);
            fitted = true;
            continue;
        };
        assert!(!fitted, "{room} bytes");
        let (kept, cut) = text.rsplit_once("\n[").unwrap();
        assert_eq!(kept.len() + cut.parse::<usize>().unwrap(), whole, "{room} bytes");
        assert!(!kept.contains('?'), "{room} bytes");
        // The notice takes up to 23 bytes, a number shorter than the longest leaves some free.
        assert!(answer.len() > room - 24 && answer.len() <= room, "{room} bytes");
    }
    assert!(fitted);
}

/// A value is read straight into the answer, so the room there decides too.
#[test]
fn a_value_that_does_not_fit_is_too_large() {
    let read = b"\x08\0\0\x12\0\x03\x07\0\xa1dnamekdevice/long";
    let whole = b"\x09\0\0\x17\0\x03\x07\0\xbfcvalPexactly 16 bytes\xff";
    for room in 14..80 {
        let outcome = run(AllowAll, Transport::Serial, read, room);
        let answer = &outcome.answers[0].0;
        let fits = room >= whole.len();
        let expected = if fits { &whole[..] } else { b"\x09\0\0\x06\0\x03\x07\0\xbfbrc\x07\xff" };
        assert_eq!(answer, expected, "{room} bytes");
    }
}

#[test]
fn the_shell_is_refused_where_it_was_not_given() {
    let echo = b"\x0a\0\0\x0c\0\x09\x07\0\xa1dargv\x81decho";
    for (shell, answer) in [
        (false, &b"\x0b\0\0\x06\0\x09\x07\0\xbfbrc\x0b\xff"[..]),
        (true, b"\x0b\0\0\x0a\0\x09\x07\0\xbfao\x60cret\0\xff"),
    ] {
        let rules = Rule::of_transport(Transport::Udp, Access::Allow, shell);
        let outcome = run(Rules(&rules), Transport::Udp, echo, 384);
        assert_eq!(outcome.answers, [(answer.to_vec(), After::Nothing)]);
    }
}

fn packet() -> impl Strategy<Value = Vec<u8>> {
    let header = (
        any::<u8>(),
        0u16..40,
        prop_oneof![Just(0u16), Just(2), Just(3), Just(9), Just(10), Just(63), 64u16..69, any::<u16>()],
        any::<u8>(),
        0u8..12,
    );
    let request = (header, prop::collection::vec(any::<u8>(), 0..40), any::<bool>()).prop_map(
        |((first, length, group, sequence, command), payload, honest)| {
            let length = if honest { u16::try_from(payload.len()).unwrap() } else { length };
            let [lh, ll] = length.to_be_bytes();
            let [gh, gl] = group.to_be_bytes();
            [&[first & 0x0a, 0, lh, ll, gh, gl, sequence, command][..], &payload].concat()
        },
    );
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(request, 1..5).prop_map(|requests| requests.concat()),
    ]
}

/// `access/key` with something before, between and behind its parts.
fn name_like_the_hidden_one() -> impl Strategy<Value = String> {
    let pieces = |count| {
        let piece = prop::sample::select(vec!["/", "/", "/", "=", "\0", "a", "key"]);
        prop::collection::vec(piece, count).prop_map(|pieces| pieces.concat())
    };
    (pieces(0..3), pieces(1..3), pieces(0..4))
        .prop_map(|(before, between, behind)| format!("{before}access{between}key{behind}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn any_packet_gets_answers_in_order_that_are_whole_messages(packet in packet(), room in 0usize..600) {
        let outcome = run(AllowAll, Transport::Udp, &packet, room);
        prop_assert!(outcome.answers.len() <= packet.len() / LENGTH);
        for (answer, _) in &outcome.answers {
            prop_assert!(answer.len() <= room);
            let (header, payload) = Header::split(answer).unwrap();
            prop_assert_eq!(usize::from(header.length), payload.len());
            prop_assert!(matches!(header.operation, Operation::ReadResponse | Operation::WriteResponse));
            let mut reader = Reader::new(payload);
            prop_assert_eq!(reader.skip().unwrap(), payload);
        }
        let ServerCounters { received, succeeded, failed, dropped_no_room, .. } = outcome.counters;
        prop_assert_eq!(received.get(), succeeded.get() + failed.get() + dropped_no_room.get());
    }

    /// Whatever is made of the name: neither is it told, nor changed. The device finds it by more names than it should.
    #[test]
    fn a_hidden_value_stays_hidden(
        name in name_like_the_hidden_one(),
        max_size: Option<u32>,
        version in prop::sample::select(vec![Version::V1, Version::V2]),
    ) {
        let mut payload = [0; 128];
        let mut packets = Vec::new();
        let mut add = |operation, command, payload: &[u8]| {
            let length = u16::try_from(payload.len()).unwrap();
            let header = Header { version, operation, length, group: 3, sequence: 0, command };
            packets.push([&header.to_bytes()[..], payload].concat());
        };
        let length = ReadRequest { name: &name, max_size }.encode(&mut payload).unwrap();
        add(Operation::Read, 0, &payload[..length]);
        let length = WriteRequest { name: &name, value: b"mine" }.encode(&mut payload).unwrap();
        add(Operation::Write, 0, &payload[..length]);
        let length = DeleteRequest { name: &name }.encode(&mut payload).unwrap();
        add(Operation::Write, 1, &payload[..length]);
        let mut server = Server::new(AllowAll);
        let mut device = Everything::new();
        for packet in packets {
            let mut buffer = [0; 256];
            let mut requests = Requests::new(&packet);
            let answer = server.handle(&mut device.groups(), &caller(Transport::Udp), &mut requests, &mut buffer).unwrap();
            prop_assert!(!buffer[..answer.length].windows(4).any(|part| part == &KEY[..4]), "{:?}", name);
        }
        let mut key = [0; 16];
        let length = device.settings.settings.read("access/key", &mut key).unwrap();
        prop_assert_eq!(&key[..length], KEY);
    }
}
