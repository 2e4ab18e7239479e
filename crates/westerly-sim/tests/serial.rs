// SPDX-License-Identifier: Apache-2.0
//! The simulated board over its pseudo-terminal.
#![cfg(unix)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use common::{PATIENCE, SILENCE, Serial as Client, echo, echoed, filling, lines, request};
use westerly_server::{Access, Rule, Transport};
use westerly_sim::{Event, LinkError, Options, Serial, Simulator, StartError};
use westerly_wire::cbor::Message;
use westerly_wire::header::{self, Operation};
use westerly_wire::os::{Empty, ParametersResponse, ResetRequest, command};

fn options(link: Option<&Path>) -> Options {
    Options { udp: None, serial: Some(Serial { link: link.map(Path::to_path_buf) }), ..Options::default() }
}

fn board() -> Simulator {
    Simulator::start(options(None), |_| {}).expect("it starts")
}

fn client(board: &Simulator) -> Client {
    Client::open(board.pty_path().expect("serial is on"))
}

/// A board that tells a channel what it drops.
fn observed(options: Options) -> (Simulator, Receiver<String>) {
    let (sender, receiver) = channel();
    let board = Simulator::start(options, move |event| {
        if let Event::Dropped { reason, .. } = event {
            let _ = sender.send(format!("{reason:?}"));
        }
    });
    (board.expect("it starts"), receiver)
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("westerly-serial-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("a folder of its own");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_burst_of_full_size_requests_is_answered_in_order() {
    let board = board();
    let mut client = client(&board);
    let answer = client.exchange(&request(Operation::Read, command::PARAMETERS, 7, &Empty {}));
    let parameters = ParametersResponse::decode(&answer[header::LENGTH..]).unwrap();
    assert_eq!(parameters.buffer_size, 384);
    let count = u8::try_from(parameters.buffer_count).unwrap();
    assert!(count >= 2);
    let text = filling(384);
    let burst: Vec<u8> = (0..count).flat_map(|sequence| lines(&echo(sequence, &text))).collect();
    client.send_bytes(&burst);
    for sequence in 0..count {
        let answer = client.receive(PATIENCE).expect("an answer to each");
        assert_eq!(answer.len(), 384);
        assert_eq!(echoed(&answer, sequence), text);
    }
}

#[test]
fn the_largest_packets_there_are() {
    let options = Options { serial_packet_size: 4096, ..options(None) };
    let board = Simulator::start(options, |_| {}).expect("it starts");
    let mut client = client(&board);
    let text = filling(4096);
    client.send_bytes(&[lines(&echo(1, &text)), lines(&echo(2, &text))].concat());
    for sequence in [1, 2] {
        assert_eq!(echoed(&client.receive(PATIENCE).expect("an answer to each"), sequence), text);
    }
}

#[test]
fn a_packet_above_the_size_is_dropped_and_told() {
    let (board, told) = observed(options(None));
    let mut client = client(&board);
    // A seal may come on top. The other is more than any packet of the simulator's may be.
    for (size, reason) in [(384 + 60 + 1, "TooLarge"), (5000, "Length")] {
        client.send(&[&echo(3, "")[..], &vec![0; size - echo(3, "").len()]].concat());
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), reason);
        assert_eq!(client.receive(PATIENCE).as_deref(), Some(&b"\x0b\0\0\x06\0\0\x03\0\xbfbrc\x07\xff"[..]));
    }
    assert_eq!(echoed(&client.exchange(&echo(2, "next")), 2), "next");
}

#[test]
fn several_requests_in_a_packet_get_a_packet_each() {
    let board = board();
    let mut client = client(&board);
    client.send(&[echo(1, "one"), echo(2, "two"), echo(3, "three")].concat());
    for (sequence, text) in [(1, "one"), (2, "two"), (3, "three")] {
        assert_eq!(echoed(&client.receive(PATIENCE).expect("an answer to each"), sequence), text);
    }
    assert_eq!(client.receive(SILENCE), None);
}

#[test]
fn bytes_one_by_one_with_log_text_between() {
    let board = board();
    let mut client = client(&board);
    let mut stream = b"[00:00:01.000] <inf> app: \x06 text\r\n".to_vec();
    stream.extend(lines(&echo(1, &filling(200))));
    stream.extend(b"more text");
    for byte in stream {
        client.send_bytes(&[byte]);
    }
    assert_eq!(echoed(&client.receive(PATIENCE).expect("an answer"), 1).len(), filling(200).len());
}

#[test]
fn a_damaged_packet_is_dropped_and_the_next_answered() {
    let (board, told) = observed(options(None));
    let mut client = client(&board);
    // Two lines.
    let intact = lines(&echo(1, &filling(150)));
    let second_line = intact.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let changed = |position: usize, byte: u8| {
        let mut lines = intact.clone();
        assert_ne!(lines[position], byte);
        lines[position] = byte;
        lines
    };
    let damaged = [
        (changed(40, b'!'), &["Base64", "Orphaned"][..]),
        // A letter for another: the length is right, the checksum is not.
        (changed(second_line + 10, if intact[second_line + 10] == b'A' { b'B' } else { b'A' }), &["Checksum"]),
        (intact[second_line..].to_vec(), &["Orphaned"]),
        // Length 0xffff and more, and what is taken for the rest of it.
        (b"\x06\x09//////==\n".to_vec(), &["Length"]),
        (intact[second_line..].to_vec(), &[]),
        // Half a packet, told when the next begins.
        (intact[..second_line].to_vec(), &[]),
    ];
    for (bytes, reasons) in damaged {
        client.send_bytes(&bytes);
        for reason in reasons {
            assert_eq!(told.recv_timeout(PATIENCE).unwrap(), *reason);
        }
    }
    assert_eq!(echoed(&client.exchange(&echo(9, "next")), 9), "next");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "Interrupted");
    assert_eq!(client.receive(SILENCE), None);
}

#[test]
fn clients_come_and_go() {
    let board = board();
    for sequence in 0..30 {
        let mut client = client(&board);
        assert_eq!(echoed(&client.exchange(&echo(sequence, "again")), sequence), "again");
    }
    // Two at a time share the line, as two on a real one.
    let (mut first, second) = (client(&board), client(&board));
    second.send(&echo(40, "shared"));
    assert_eq!(echoed(&first.receive(PATIENCE).unwrap(), 40), "shared");
}

#[test]
fn the_line_is_raw_and_stays_so() {
    let board = board();
    for _ in 0..2 {
        let client = client(&board);
        let settings = rustix::termios::tcgetattr(client.terminal()).unwrap();
        assert!(!settings.local_modes.intersects(
            rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO | rustix::termios::LocalModes::ISIG
        ));
        assert!(!settings.output_modes.contains(rustix::termios::OutputModes::OPOST));
    }
}

#[test]
fn a_client_that_reads_nothing_does_not_hold_the_board_for_ever() {
    let (board, told) = observed(options(None));
    let mut client = client(&board);
    let packet = lines(&echo(1, &filling(384)));
    // More answers than the system's buffers hold; the board then reads no more either, so the last may not fit.
    let flooding = std::thread::scope(|scope| {
        let handle = scope.spawn(|| (0..400).for_each(|_| client.send_bytes(&packet)));
        assert_eq!(told.recv_timeout(Duration::from_secs(20)).unwrap(), "Unsendable");
        // Taking what is there lets it go on.
        let mut drained = Client::open(board.pty_path().unwrap());
        while !handle.is_finished() {
            let _ = drained.receive(Duration::from_millis(50));
        }
        handle.join()
    });
    flooding.expect("all was sent");
    while client.receive(SILENCE).is_some() {}
    assert_eq!(echoed(&client.exchange(&echo(2, "after")), 2), "after");
}

#[test]
fn an_exclusive_client_that_did_not_clean_up_is_followed_by_the_next() {
    let board = board();
    let mut first = client(&board);
    rustix::termios::ioctl_tiocexcl(first.terminal()).unwrap();
    assert_eq!(echoed(&first.exchange(&echo(1, "first")), 1), "first");
    drop(first);
    // A privileged user may open it anyway, so that this bites for others only.
    let begun = Instant::now();
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
    while rustix::fs::open(board.pty_path().unwrap(), flags, rustix::fs::Mode::empty()).is_err() {
        assert!(begun.elapsed() < PATIENCE, "the line stays closed");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(echoed(&client(&board).exchange(&echo(2, "second")), 2), "second");
}

#[test]
fn a_reset_is_answered_and_the_line_goes_on() {
    let board = board();
    let mut client = client(&board);
    let reset = request(Operation::Write, command::RESET, 6, &ResetRequest { force: None, boot_mode: None });
    assert_eq!(client.exchange(&reset), b"\x0b\0\0\x02\0\0\x06\x05\xbf\xff");
    assert_eq!(echoed(&client.exchange(&echo(7, "after")), 7), "after");
    assert_eq!(board.boots(), 2);
}

#[test]
fn access_is_by_transport() {
    let refuse = Rule { transport: Some(Transport::Serial), group: None, command: None, access: Access::Refuse };
    let options = Options { udp: Some("127.0.0.1:0".parse().unwrap()), rules: vec![refuse], ..options(None) };
    let board = Simulator::start(options, |_| {}).expect("it starts");
    assert_eq!(client(&board).exchange(&echo(1, "a"))[header::LENGTH..], *b"\xbf\x62rc\x0b\xff");
    let udp = common::Udp::connect(board.udp_address().unwrap());
    assert_eq!(echoed(&udp.exchange(&echo(2, "b")), 2), "b");
}

#[test]
fn the_last_answer_outlives_the_board() {
    let board = board();
    let mut client = client(&board);
    client.send(&echo(1, "last"));
    let reader = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        client.receive(PATIENCE)
    });
    while board.counters().received.get() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    board.stop();
    assert_eq!(echoed(&reader.join().unwrap().expect("the answer"), 1), "last");
}

#[test]
fn the_link_comes_and_goes() {
    let folder = Folder::new();
    let path = folder.0.join("board");
    let board = Simulator::start(options(Some(&path)), |_| {}).expect("it starts");
    assert_eq!(fs::read_link(&path).unwrap(), board.pty_path().unwrap());
    assert_eq!(echoed(&Client::open(&path).exchange(&echo(1, "linked")), 1), "linked");
    board.stop();
    assert!(fs::symlink_metadata(&path).is_err(), "it is still there");
}

#[test]
fn a_link_left_behind_is_replaced() {
    let folder = Folder::new();
    let path = folder.0.join("board");
    // No system gives out that number.
    symlink(board().pty_path().unwrap().with_file_name("4294967295"), &path).unwrap();
    let board = Simulator::start(options(Some(&path)), |_| {}).expect("it starts");
    assert_eq!(fs::read_link(&path).unwrap(), board.pty_path().unwrap());
}

#[test]
fn nothing_else_is_replaced() {
    let folder = Folder::new();
    let start = |path: &Path| match Simulator::start(options(Some(path)), |_| {}) {
        Err(StartError::Link { source, .. }) => source,
        other => panic!("{other:?}"),
    };
    let file = folder.0.join("file");
    fs::write(&file, "precious").unwrap();
    assert!(matches!(start(&file), LinkError::Occupied));
    assert_eq!(fs::read(&file).unwrap(), b"precious");

    let elsewhere = folder.0.join("elsewhere");
    symlink("/nowhere/at/all", &elsewhere).unwrap();
    assert!(matches!(start(&elsewhere), LinkError::Occupied));

    let used = folder.0.join("used");
    let other = Simulator::start(options(Some(&used)), |_| {}).expect("it starts");
    assert!(matches!(start(&used), LinkError::InUse { .. }));
    assert_eq!(fs::read_link(&used).unwrap(), other.pty_path().unwrap());

    assert!(matches!(start(&folder.0.join("no such folder/board")), LinkError::Io(_)));
}

#[test]
fn a_link_that_became_somebody_else_s_is_left() {
    let folder = Folder::new();
    let path = folder.0.join("board");
    let board = Simulator::start(options(Some(&path)), |_| {}).expect("it starts");
    fs::remove_file(&path).unwrap();
    fs::write(&path, "mine now").unwrap();
    board.stop();
    assert_eq!(fs::read(&path).unwrap(), b"mine now");
}
