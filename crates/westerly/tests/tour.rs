// SPDX-License-Identifier: Apache-2.0
//! The tour, as a process: of the simulated board, and of servers that have less. docs/tour.md shows one; `tour_of_the_document` compares.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use westerly_sim::{Options, Simulator};
use westerly_wire::header::{self, Header};

fn board(open: bool) -> Simulator {
    let options = Options { udp: Some("127.0.0.1:0".parse().unwrap()), serial: None, ..Options::default() };
    let options = if open { options.with_open_udp() } else { options };
    Simulator::start(options, |_| {}).expect("it starts")
}

fn tour(address: SocketAddr, more: &[&str]) -> Output {
    let address = address.to_string();
    let arguments = [&["tour", "--udp", &address][..], more].concat();
    let mut command = Command::new(env!("CARGO_BIN_EXE_westerly"));
    command.args(arguments).stdin(Stdio::null()).output().expect("it starts")
}

/// What a tour printed that ended with 0.
fn shown(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    assert!(!text.contains('\u{1b}'), "no terminal, no orders to one: {text}");
    text
}

/// The lines of a station, the first without its name.
fn station<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let mut lines = text.lines().skip_while(|line| line.split(' ').next() != Some(name));
    let first = lines.next().unwrap_or_else(|| panic!("no {name}: {text}"));
    let rest = lines.take_while(|line| line.starts_with(' '));
    [first.strip_prefix(name).unwrap().trim()].into_iter().chain(rest.map(str::trim)).collect()
}

fn files(board: &Simulator) -> PathBuf {
    board.files_folder().to_path_buf()
}

#[test]
fn everything_works_on_an_open_board() {
    let board = board(true);
    let text = shown(&tour(board.udp_address().unwrap(), &[]));
    let file = station(&text, "file");
    assert!(file[0].starts_with("/lfs1/westerly-tour.bin: 4096 bytes up in "), "{file:?}");
    assert!(file[1].starts_with("sha256 on the device is the one here: "), "{file:?}");
    assert!(file[2].ends_with(", the same as went up"), "{file:?}");
    assert_eq!(station(&text, "crash"), ["no crash is recorded"]);
    assert_eq!(station(&text, "images").len(), 2);
    assert!(station(&text, "telemetry")[1].contains(" read, 0 lost meanwhile, "), "{text}");
    assert!(station(&text, "summary")[0].starts_with("13 stations: 13 shown"), "{text}");
    // The shell is not for everybody over UDP, so the file can be made empty, and no more.
    assert!(file[3].ends_with("/lfs1/westerly-tour.bin stays, empty"), "{file:?}");
    assert_eq!(fs::read(files(&board).join("westerly-tour.bin")).unwrap(), b"");
}

#[test]
fn what_needs_a_key_is_refused_and_said_so() {
    let board = board(false);
    let address = board.udp_address().unwrap();
    let text = shown(&tour(address, &[]));
    assert_eq!(station(&text, "file"), ["refused: it answers rc 11 (access denied)"]);
    let summary = station(&text, "summary");
    assert_eq!(summary[0], "13 stations: 12 shown, 1 refused (file)");
    assert_eq!(*summary.last().unwrap(), format!("westerly tour --udp {address} --key board.key"));
    assert_eq!(fs::read_dir(files(&board)).unwrap().count(), 0);
}

#[test]
fn a_file_of_the_users_stays() {
    let board = board(true);
    let mine = files(&board).join("mine");
    fs::write(&mine, b"mine").unwrap();
    let output = tour(board.udp_address().unwrap(), &["--file", "/lfs1/mine"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(station(&text, "file")[0].starts_with("FAILED: /lfs1/mine is there already"), "{text}");
    assert!(
        String::from_utf8(output.stderr).unwrap().starts_with("error: what the device offers does not work: file\n")
    );
    assert_eq!(fs::read(mine).unwrap(), b"mine");
}

/// A server that gives the same payload to everything but an echo; `None` for silence.
fn server(payload: Option<&'static [u8]>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut packet = [0; 2048];
        while let Ok((length, peer)) = socket.recv_from(&mut packet) {
            let (asked, _) = Header::split(&packet[..length]).expect("a header");
            let is_echo = (asked.group, asked.command) == (0, 0);
            let payload = if is_echo { Some(&b"\xbfarhwesterly\xff"[..]) } else { payload };
            let Some(payload) = payload else { continue };
            let header = asked.response(payload.len().try_into().unwrap()).to_bytes();
            assert_eq!(header.len(), header::LENGTH);
            socket.send_to(&[&header, payload].concat(), peer).unwrap();
        }
    });
    address
}

/// The least of all servers: an echo.
#[test]
fn a_device_that_offers_nothing_else() {
    let text = shown(&tour(server(Some(b"\xbfbrc\x08\xff")), &[]));
    let groups = station(&text, "groups");
    assert!(groups[0].starts_with("not offered: it cannot list its groups"), "{groups:?}");
    assert!(groups[2].contains("image (1)") && groups[2].contains("crash (68)"), "{groups:?}");
    for name in ["device", "packets", "threads", "telemetry", "file", "log", "crash", "images"] {
        assert_eq!(station(&text, name)[0], "not offered: it answers rc 8 (not supported)", "{name}");
    }
    assert!(station(&text, "summary")[0].starts_with("13 stations: 1 shown, 12 not offered ("), "{text}");
}

/// One that falls silent is left alone soon, and that is a failure.
#[test]
fn a_device_that_falls_silent() {
    let output = tour(server(None), &["--timeout", "20", "--retries", "1"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("It does not answer any more; the rest is left out."), "{text}");
    assert!(!text.contains("images"), "{text}");
}

/// What was offered and is broken is a failure: a file group that cannot write.
#[test]
fn what_fails_is_told() {
    let output = tour(server(Some(b"\xbfbrc\x01\xff")), &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(station(&text, "file")[0].starts_with("FAILED: it answers rc 1"), "{text}");
}

#[test]
fn nobody_there() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let output = tour(silent.local_addr().unwrap(), &["--timeout", "20", "--retries", "1"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot reach UDP 127.0.0.1:"));
}

/// The same line with what differs from run to run taken out: figures, and whether there is one or several.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    let mut figures = false;
    for letter in line.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        let is_figure = letter.is_ascii_digit() || figures && ".:-".contains(letter);
        if !(is_figure && figures) {
            shape.push(if is_figure { '#' } else { letter });
        }
        figures = is_figure;
    }
    shape.replace("frames", "frame").replace("records", "record")
}

/// Where the document's capture begins and ends.
const FENCE: &str = "```text\n";

/// Runs what the document shows and compares line by line, but for figures. With WESTERLY_CAPTURE=1 it writes the document anew instead.
#[test]
fn tour_of_the_document() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tour.md");
    let text = fs::read_to_string(&document).expect("the document").replace("\r\n", "\n");
    let (before, rest) = text.split_once(FENCE).expect("a capture");
    let (captured, after) = rest.split_once("```").expect("its end");

    let board = board(true);
    let address = board.udp_address().unwrap();
    while board.uptime() < std::time::Duration::from_millis(2200) {
        thread::sleep(std::time::Duration::from_millis(20));
    }
    let seen = shown(&tour(address, &[])).replace(&address.to_string(), "127.0.0.1:1337");
    if std::env::var_os("WESTERLY_CAPTURE").is_some() {
        return fs::write(&document, format!("{before}{FENCE}{seen}```{after}")).unwrap();
    }
    let machine = format!("processor {}", std::env::consts::ARCH);
    let shapes = |text: &str| text.replace("processor x86_64", &machine).lines().map(shape).collect::<Vec<_>>();
    // Which records were the last three depends on the moment: their topics are figures too.
    let is_record = |line: &String| line.starts_with(" # # s") || line.starts_with("# # s ");
    let stable = |text: &str| shapes(text).into_iter().filter(|line| !is_record(line)).collect::<Vec<_>>();
    assert_eq!(stable(&seen), stable(captured), "WESTERLY_CAPTURE=1 cargo test -p westerly --test tour writes it anew");
}
