// SPDX-License-Identifier: Apache-2.0
//! The simulated board over UDP, each test with a board and a port of its own.

mod common;

use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, channel};

use common::{PATIENCE, SILENCE, Udp, echo, echoed, filling, request};
use westerly_server::{Access, Rule, Transport};
use westerly_sim::{Event, Options, Reason, Simulator, StartError};
use westerly_wire::access::seal;
use westerly_wire::cbor::{List, Message};
use westerly_wire::error::{Code, SmpError};
use westerly_wire::header::{self, Operation};
use westerly_wire::os::{
    ApplicationRequest, ApplicationResponse, BootloaderModeResponse, BootloaderRequest, BootloaderResponse, DateTime,
    DateTimeRequest, DateTimeResponse, Empty, MemoryPoolsResponse, ParametersResponse, ResetRequest,
    TaskStatisticsResponse, command,
};
use westerly_wire::shell::{ExecuteRequest, ExecuteResponse};

/// The answer to a packet that is too long, an echo of sequence 3.
const TOO_LARGE: &[u8] = b"\x0b\0\0\x06\0\0\x03\0\xbfbrc\x07\xff";

/// A board that lets everybody write, but for the shell.
fn options() -> Options {
    as_it_comes().with_open_udp()
}

fn as_it_comes() -> Options {
    Options { udp: Some("127.0.0.1:0".parse().unwrap()), serial: None, ..Options::default() }
}

fn board() -> (Simulator, Udp) {
    with(options())
}

fn with(options: Options) -> (Simulator, Udp) {
    let board = Simulator::start(options, |_| {}).expect("it starts");
    let client = Udp::connect(board.udp_address().expect("UDP is on"));
    (board, client)
}

/// A board that tells a channel what it drops and when it restarts.
fn observed(options: Options) -> (Simulator, Udp, Receiver<String>) {
    let (sender, receiver) = channel();
    let board = Simulator::start(options, move |event| match event {
        Event::Dropped { reason, .. } => drop(sender.send(format!("{reason:?}"))),
        Event::Restarted { boots, .. } => drop(sender.send(format!("boot {boots}"))),
        _ => {}
    })
    .expect("it starts");
    let client = Udp::connect(board.udp_address().expect("UDP is on"));
    (board, client, receiver)
}

/// The payload of an answer to a version 2 request.
fn payload(answer: &[u8]) -> &[u8] {
    &answer[header::LENGTH..]
}

fn read(command: u8) -> Vec<u8> {
    request(Operation::Read, command, 7, &Empty {})
}

#[test]
fn recorded_answers() {
    let (_board, client) = board();
    for (request, answer) in [
        ("0a00000600000700 bf61646161ff", "0b00000600000700 bf61726161ff"),
        ("0200000600000700 bf61646161ff", "0300000600000700 bf61726161ff"),
        ("0a00000100000700 a0", "0b00000500000700 bf617260ff"),
        ("0a00000000000706", "0b00000600000706 bf62726308ff"),
        ("0800000000460700", "0900000600460700 bf62726308ff"),
        ("0800000000000763", "0900000600000763 bf62726308ff"),
        ("1000000000000706", "0900000600000706 bf6272630dff"),
        ("0800006400000706", "0900000600000706 bf62726309ff"),
    ] {
        assert_eq!(client.exchange(&bytes(request)), bytes(answer), "{request}");
    }
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u32> = hexadecimal.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

#[test]
fn a_burst_of_full_size_requests_is_answered_in_order() {
    let (_board, client) = board();
    let answer = client.exchange(&read(command::PARAMETERS));
    let parameters = ParametersResponse::decode(payload(&answer)).unwrap();
    assert_eq!(parameters.buffer_size, 1412);
    let text = filling(1412);
    let count = u8::try_from(parameters.buffer_count).unwrap();
    assert!(count >= 2);
    for sequence in 0..count {
        let request = echo(sequence, &text);
        assert_eq!(request.len(), 1412);
        client.send(&request);
    }
    for sequence in 0..count {
        let answer = client.receive(PATIENCE).expect("an answer to each");
        assert_eq!(answer.len(), 1412);
        assert_eq!(echoed(&answer, sequence), text);
    }
}

#[test]
fn several_requests_in_a_datagram_get_a_datagram_each() {
    let (_board, client) = board();
    client.send(&[echo(1, "one"), echo(2, "two"), echo(3, "three"), vec![0; 7]].concat());
    for (sequence, text) in [(1, "one"), (2, "two"), (3, "three")] {
        assert_eq!(echoed(&client.receive(PATIENCE).expect("an answer to each"), sequence), text);
    }
    assert_eq!(client.receive(SILENCE), None);
}

#[test]
fn what_cannot_be_answered_is_dropped_and_told() {
    let (_board, client, told) = observed(options());
    let datagrams: [(&[u8], Reason); 4] = [
        (&[0; 7], Reason::NoRequest),
        (&[], Reason::NoRequest),
        // An answer, which answered could go on for ever.
        (b"\x0b\0\0\x01\0\0\x07\0\xa0", Reason::NoRequest),
        (&[&[0x0b], &[0; 1472][..]].concat(), Reason::TooLarge),
    ];
    for (datagram, reason) in datagrams {
        client.send(datagram);
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), format!("{reason:?}"));
        assert_eq!(client.receive(SILENCE), None);
    }
    client.send(&echo(3, &filling(1473)));
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "TooLarge");
    assert_eq!(client.receive(PATIENCE).as_deref(), Some(TOO_LARGE));
    assert_eq!(echoed(&client.exchange(&echo(2, "still there")), 2), "still there");
}

#[test]
fn answers_go_to_whom_they_belong() {
    let (board, first) = board();
    let second = Udp::connect(board.udp_address().unwrap());
    first.send(&echo(1, "first"));
    second.send(&echo(2, "second"));
    assert_eq!(echoed(&second.receive(PATIENCE).unwrap(), 2), "second");
    assert_eq!(echoed(&first.receive(PATIENCE).unwrap(), 1), "first");
    assert_eq!((first.receive(SILENCE), second.receive(SILENCE)), (None, None));
}

#[test]
fn a_client_that_is_gone_before_its_answer_does_no_harm() {
    let (board, client) = board();
    for sequence in 0..20 {
        Udp::connect(board.udp_address().unwrap()).send(&echo(sequence, "gone"));
    }
    assert_eq!(echoed(&client.exchange(&echo(1, "here")), 1), "here");
}

#[test]
fn a_smaller_packet_size_is_told_and_kept() {
    let (_board, client, told) = observed(Options { udp_packet_size: 128, ..options() });
    let answer = client.exchange(&read(command::PARAMETERS));
    assert_eq!(ParametersResponse::decode(payload(&answer)).unwrap().buffer_size, 128);
    let text = filling(128);
    assert_eq!(echoed(&client.exchange(&echo(1, &text)), 1), text);
    // With a seal it would be allowed.
    let longest = 128 + seal::LENGTH;
    client.send(&[echo(1, "first"), echo(2, &filling(longest - echo(1, "first").len()))].concat());
    assert_eq!(echoed(&client.receive(PATIENCE).expect("an answer"), 1), "first");
    assert_eq!(client.receive(PATIENCE).expect("an answer")[6], 2);
    assert_eq!(client.exchange(&echo(3, &filling(longest + 1))), TOO_LARGE);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "TooLarge");
}

#[test]
fn tasks_and_pools_are_the_transport_s_own() {
    let (_board, client) = board();
    let names = |answer: &[u8]| -> Vec<(String, u32)> {
        let tasks = TaskStatisticsResponse::decode(payload(answer)).unwrap().tasks;
        tasks.iter().map(|(name, task)| (name.into(), task.context_switches)).collect()
    };
    let first = client.exchange(&read(command::TASK_STATISTICS));
    assert_eq!(names(&first), [("westerly_udp".into(), 1)]);
    let second = client.exchange(&read(command::TASK_STATISTICS));
    assert_eq!(names(&second), [("westerly_udp".into(), 2)]);

    let tasks = TaskStatisticsResponse::decode(payload(&second)).unwrap().tasks;
    let (_, task) = tasks.iter().next().unwrap();
    assert!(task.runtime > 0, "{task:?}");
    assert!(task.stack_used > 0 && task.stack_used < task.stack_size, "{task:?}");

    let answer = client.exchange(&read(command::MEMORY_POOLS));
    let pools = MemoryPoolsResponse::decode(payload(&answer)).unwrap();
    let (name, pool) = pools.iter().next().unwrap();
    assert_eq!((name, pool.block_size, pool.blocks, pool.free, pool.minimum_free), ("udp_packets", 1412, 2, 0, 0));
}

#[test]
fn the_clock_is_the_host_s_until_it_is_set() {
    let (_board, client) = board();
    let get = || -> DateTime {
        DateTimeResponse::decode(payload(&client.exchange(&read(command::DATE_TIME)))).unwrap().date_time
    };
    assert!(get().year() >= 2025);
    let date_time = DateTime::parse("2031-02-28T23:59:58.250").unwrap();
    let answer = client.exchange(&request(Operation::Write, command::DATE_TIME, 1, &DateTimeRequest { date_time }));
    Empty::decode(payload(&answer)).unwrap();
    assert!(get() >= date_time && get() < DateTime::parse("2031-03-01T00:01:00").unwrap());

    // A restart does not change it, as on a board whose clock has a battery.
    client.exchange(&request(Operation::Write, command::RESET, 2, &ResetRequest { force: None, boot_mode: None }));
    assert!(get() >= date_time && get() < DateTime::parse("2031-03-01T00:01:00").unwrap());
}

#[test]
fn a_reset_is_answered_and_starts_all_counts_anew() {
    let (board, client, told) = observed(options());
    (0..5).for_each(|sequence| drop(client.exchange(&echo(sequence, "before"))));
    assert_eq!((board.boots(), board.counters().received.get()), (1, 5));

    let reset = request(Operation::Write, command::RESET, 6, &ResetRequest { force: None, boot_mode: Some(1) });
    // What follows the reset in its packet is lost with the board's memory.
    let answer = client.exchange(&[reset, echo(7, "lost")].concat());
    assert_eq!(answer, bytes("0b00000200000605 bfff"));
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "boot 2");
    assert_eq!(client.receive(SILENCE), None);
    assert_eq!((board.boots(), board.counters().received.get()), (2, 0));

    assert_eq!(echoed(&client.exchange(&echo(8, "after")), 8), "after");
    assert_eq!(board.counters().received.get(), 1);
}

#[test]
fn application_and_bootloader() {
    let (_board, client) = board();
    let application = |format| -> String {
        let message = ApplicationRequest { format };
        let answer = client.exchange(&request(Operation::Read, command::APPLICATION, 1, &message));
        ApplicationResponse::decode(payload(&answer)).unwrap().output.into()
    };
    assert_eq!(application(None), "westerly-sim");
    assert_eq!(application(Some("nvi")), format!("westerly {} westerly_sim", env!("CARGO_PKG_VERSION")));
    let built = DateTime::parse(&application(Some("b"))).expect("a date");
    assert!(built.year() >= 2025, "{built:?}");

    let bootloader =
        |query| client.exchange(&request(Operation::Read, command::BOOTLOADER, 1, &BootloaderRequest { query }));
    assert_eq!(BootloaderResponse::decode(payload(&bootloader(None))).unwrap().bootloader, "MCUboot");
    assert_eq!(BootloaderModeResponse::decode(payload(&bootloader(Some("mode")))).unwrap().mode, 3);
}

#[test]
fn access_rules_hold() {
    let rule = |access| Rule { transport: Some(Transport::Udp), group: None, command: None, access };
    let refused = |answer: &[u8]| {
        SmpError::decode(payload(answer)).map(|error| error.code == Code::AccessDenied).unwrap_or(false)
    };
    for (access, read_refused, write_refused) in
        [(Access::Allow, false, false), (Access::ReadOnly, false, true), (Access::Refuse, true, true)]
    {
        let (_board, client) = with(Options { rules: vec![rule(access)], ..options() });
        assert_eq!(refused(&client.exchange(&read(command::PARAMETERS))), read_refused, "{access:?}");
        assert_eq!(refused(&client.exchange(&echo(1, "text"))), write_refused, "{access:?}");
    }
}

#[test]
fn as_it_comes_everybody_reads_and_echoes_and_nobody_writes_without_a_key() {
    let (_board, client) = with(as_it_comes());
    let answer = client.exchange(&read(command::PARAMETERS));
    assert_eq!(ParametersResponse::decode(payload(&answer)).unwrap().buffer_size, 1412);
    assert_eq!(echoed(&client.exchange(&echo(1, "text")), 1), "text");
    for command in [command::RESET, command::DATE_TIME] {
        let answer = client.exchange(&request(Operation::Write, command, 7, &Empty {}));
        assert_eq!(SmpError::decode(payload(&answer)).unwrap().code, Code::AccessDenied, "{command}");
    }
}

#[test]
fn a_taken_port_is_an_error() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = Simulator::start(Options { udp: Some(address), ..options() }, |_| {}).unwrap_err();
    let StartError::Udp { address: told, source } = &error else { panic!("{error:?}") };
    assert_eq!((*told, source.kind()), (address, std::io::ErrorKind::AddrInUse));
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[test]
fn impossible_options_are_errors() {
    let start = |options| Simulator::start(options, |_| {}).unwrap_err();
    assert!(matches!(start(Options { udp: None, ..options() }), StartError::NoTransport));
    for size in [127, 4097] {
        assert!(matches!(start(Options { udp_packet_size: size, ..options() }), StartError::PacketSize { .. }));
        assert!(matches!(start(Options { serial_packet_size: size, ..options() }), StartError::PacketSize { .. }));
    }
    for slot_size in [0, 4096, 500_000, u32::MAX] {
        assert!(matches!(start(Options { slot_size, ..options() }), StartError::SlotSize { .. }));
    }
}

#[test]
fn stopping_frees_the_port() {
    let (board, client) = board();
    let address = board.udp_address().unwrap();
    client.exchange(&echo(1, "served"));
    let begun = std::time::Instant::now();
    board.stop();
    assert!(begun.elapsed() < std::time::Duration::from_millis(500), "it had to be waited for");
    let again = with(Options { udp: Some(address), ..options() });
    assert_eq!(echoed(&again.1.exchange(&echo(2, "again")), 2), "again");
}

#[test]
fn all_addresses_at_once() {
    let (board, _) = with(Options { udp: Some("0.0.0.0:0".parse().unwrap()), ..options() });
    let port = board.udp_address().unwrap().port();
    let client = Udp::connect(([127, 0, 0, 1], port).into());
    assert_eq!(echoed(&client.exchange(&echo(1, "any")), 1), "any");
}

/// More than the packet holds is cut, and the board says how much.
#[test]
fn the_output_of_the_shell_is_cut_to_the_packet() {
    let rules = Rule::of_transport(Transport::Udp, Access::Allow, true).to_vec();
    let (_board, client) = with(Options { udp_packet_size: 128, rules, ..options() });
    let mut request = request(Operation::Write, 0, 1, &ExecuteRequest { arguments: List::Values(&["help"]) });
    request[5] = 9;
    let answer = client.exchange(&request);
    let answer = ExecuteResponse::decode(payload(&answer)).unwrap();
    let (kept, cut) = answer.output.strip_suffix(" bytes cut]").unwrap().rsplit_once("\n[").unwrap();
    assert!(kept.starts_with("crash    record a crash and restart"));
    assert!(kept.len() > 70 && cut.parse::<usize>().unwrap() > 100 && answer.returned == 0, "{answer:?}");
}
