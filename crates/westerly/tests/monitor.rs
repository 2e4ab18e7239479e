// SPDX-License-Identifier: Apache-2.0
//! The monitor in a terminal: the real program, a pseudo-terminal, and a terminal emulator that says what is to be seen.
//!
//! `WESTERLY_CAPTURE=1 cargo test -p westerly --test monitor capture` renews the screen shown in docs/telemetry.md.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, UdpSocket};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mcumgr_toolkit::MCUmgrClient;
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use westerly_sim::{Options, SensorFailure, Simulator};

/// How long something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(20);
const ROWS: u16 = 34;
const COLUMNS: u16 = 120;

/// A monitor in a terminal of its own; killed if it outlives its test.
struct Monitor {
    process: Child,
    terminal: Arc<Pty>,
    screen: Arc<Mutex<vt100::Parser>>,
    reader: Option<JoinHandle<()>>,
}

impl Monitor {
    fn start(address: SocketAddr, arguments: &[&str]) -> Self {
        let (terminal, other_side) = open().expect("a pseudo-terminal");
        terminal.resize(Size::new(ROWS, COLUMNS)).expect("a size");
        let command = Command::new(env!("CARGO_BIN_EXE_westerly")).arg("monitor").env("TERM", "xterm-256color");
        let command = command.arg("--udp").arg(address.to_string()).args(["--timeout", "300"]).args(arguments);
        let process = command.spawn(other_side).expect("it starts");
        let (terminal, screen) = (Arc::new(terminal), Arc::new(Mutex::new(vt100::Parser::new(ROWS, COLUMNS, 0))));
        let (from, to) = (terminal.clone(), screen.clone());
        // It ends with an error once the process has ended.
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = (&*from).read(&mut bytes) {
                to.lock().unwrap().process(&bytes[..length]);
            }
        });
        Self { process, terminal, screen, reader: Some(reader) }
    }

    fn press(&self, keys: &str) {
        (&*self.terminal).write_all(keys.as_bytes()).expect("it takes keys");
    }

    /// What is to be seen, without spaces at the ends of lines.
    fn text(&self) -> String {
        let screen = self.screen.lock().unwrap();
        let lines: Vec<_> = screen.screen().rows(0, COLUMNS).map(|line| line.trim_end().to_owned()).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// Waits until that is to be seen, and gives the screen.
    fn until(&self, seen: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let text = self.text();
            if seen(&text) {
                return text;
            }
            assert!(begun.elapsed() < PATIENCE, "not to be seen:\n{text}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn until_there_is(&self, expected: &str) -> String {
        self.until(|text| text.contains(expected))
    }

    /// Waits for the end; gives the exit code and what is to be seen then.
    fn end(&mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().expect("a child") {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            thread::sleep(Duration::from_millis(20));
        };
        self.reader.take().map(JoinHandle::join);
        assert!(!self.screen.lock().unwrap().screen().alternate_screen(), "the screen is still the monitor's");
        (status.code(), self.text())
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn board(udp: &str, seed: u64, failures: Vec<SensorFailure>) -> Simulator {
    let options = Options { udp: Some(udp.parse().unwrap()), serial: None, seed, failures, ..Options::default() };
    Simulator::start(options.with_open_udp(), |_| {}).expect("it starts")
}

fn failure(topic: &str, from: u64, until: u64) -> SensorFailure {
    SensorFailure { topic: topic.into(), from, until: Some(until) }
}

/// The line of the table about a topic.
fn line<'t>(text: &'t str, topic: &str) -> &'t str {
    text.lines().find(|line| line.starts_with("\u{2502}") && line.contains(topic)).unwrap_or_default()
}

#[test]
fn keys_and_what_they_show() {
    let board = board("127.0.0.1:0", 1, vec![failure("humidity", 2_000, 3_500)]);
    let mut monitor = Monitor::start(board.udp_address().unwrap(), &[]);
    let text = monitor.until(|text| line(text, "supply").contains(" V") && line(text, "pressure").contains("hPa"));
    assert!(text.contains("connected") && text.contains("boot 1") && text.contains("0 lost"), "{text}");
    for topic in ["uptime", "cpu_load", "temperature", "humidity", "button0"] {
        assert!(!line(&text, topic).is_empty(), "{topic}:\n{text}");
    }
    // A sensor that fails and is well again.
    let text = monitor.until_there_is("humidity gives no values: fault -5");
    assert!(line(&text, "humidity").contains("fault -5"), "{text}");
    let text = monitor.until_there_is("humidity gives values again");
    assert!(!line(&text, "humidity").contains("fault"), "{text}");

    // The third topic, large.
    monitor.press("jj");
    monitor.until(|text| line(text, "temperature").contains('\u{25b6}'));
    monitor.press("\r");
    let text = monitor.until_there_is("alarm from 26.00 \u{b0}C, over at 25.00 \u{b0}C");
    assert!(text.contains("-60 s") && text.contains("now") && !text.contains("cpu_load"), "{text}");
    monitor.press("+");
    monitor.until_there_is("-30 s");
    monitor.press("z");
    monitor.until_there_is("cpu_load");

    // What stands still goes on behind.
    monitor.press("p");
    let still = monitor.until_there_is("PAUSED");
    monitor.until(|text| text.contains("records wait"));
    assert_eq!(line(&monitor.text(), "supply"), line(&still, "supply"));
    monitor.press("p");
    monitor.until(|text| !text.contains("PAUSED"));

    monitor.press("q");
    let (code, text) = monitor.end();
    assert_eq!(code, Some(0));
    assert!(text.ends_with(" records, 0 lost"), "{text}");
}

#[test]
fn a_restart_and_a_silence_are_told_and_outlasted() {
    let first = board("127.0.0.1:0", 2, vec![]);
    let address = first.udp_address().unwrap();
    let mut monitor = Monitor::start(address, &[]);
    monitor.until_there_is("connected");
    let client = MCUmgrClient::new_from_udp(address, Duration::from_secs(5)).unwrap();
    client.os_system_reset(false, None).unwrap();
    let text = monitor.until_there_is("the device has restarted, boot 2");
    assert!(text.contains("connected  boot 2"), "{text}");
    first.stop();
    monitor.until(|text| text.contains("nobody listens there, for ") || text.contains("no answer in time, for "));
    let _second = board(&address.to_string(), 2, vec![]);
    let text = monitor.until_there_is("the device has restarted, boot 1");
    assert!(text.contains("connected  boot 1"), "{text}");
    // Ctrl-C.
    monitor.press("\x03");
    assert_eq!(monitor.end().0, Some(0));
}

#[test]
fn a_device_without_telemetry_ends_it_with_an_error() {
    let device = UdpSocket::bind("127.0.0.1:0").unwrap();
    device.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut monitor = Monitor::start(device.local_addr().unwrap(), &[]);
    let mut request = [0; 100];
    let (length, client) = device.recv_from(&mut request).expect("it asks");
    assert_eq!(request[..8][..length.min(2)], [0x08, 0]);
    let [.., sequence, command] = request[..8] else { unreachable!() };
    device.send_to(&[&[9, 0, 0, 6, 0, 64, sequence, command], &b"\xbfbrc\x08\xff"[..]].concat(), client).unwrap();
    let (code, text) = monitor.end();
    assert_eq!(code, Some(1));
    assert!(text.contains("it answers rc 8 (not supported)"), "{text}");
    assert!(text.ends_with("Its firmware does not have that group."), "{text}");
}

/// An alarm, a fault and a minute of plots. Only a capture waits for them.
#[test]
fn capture() {
    const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/telemetry.md");
    const BEGIN: &str = "<!-- capture: begin -->\n";
    const END: &str = "<!-- capture: end -->\n";
    let renew = std::env::var_os("WESTERLY_CAPTURE").is_some();
    let port = if renew { 1337 } else { 0 };
    let board = board(&format!("127.0.0.1:{port}"), SEED, vec![failure("humidity", 52_000, 90_000)]);
    let monitor = Monitor::start(board.udp_address().unwrap(), &[]);
    thread::sleep(Duration::from_secs(if renew { 62 } else { 2 }));
    let text = monitor.until(|text| line(text, "temperature").contains("\u{b0}C"));
    // Something of every plot is there.
    assert!(text.chars().filter(|letter| ('\u{2801}'..='\u{28ff}').contains(letter)).count() > 20, "{text}");
    let document = std::fs::read_to_string(DOCUMENT).expect("the document");
    let (before, rest) = document.split_once(BEGIN).expect("where the capture begins");
    let (shown, behind) = rest.split_once(END).expect("where the capture ends");
    if renew {
        std::fs::write(DOCUMENT, format!("{before}{BEGIN}```text\n{text}\n```\n{END}{behind}")).expect("it is written");
        return;
    }
    // The words that do not change with the values are those of the document.
    for words in ["topics", "latest", "alarms, faults, losses", "q quit  p pause"] {
        assert!(text.contains(words) && shown.contains(words), "{words}:\n{text}");
    }
}

/// With this one noon is near.
const SEED: u64 = 38;
