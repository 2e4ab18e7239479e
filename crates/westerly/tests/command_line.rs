// SPDX-License-Identifier: Apache-2.0
//! The command line as a process.

#[path = "../../westerly-sim/tests/common/mod.rs"]
mod common;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use common::{PATIENCE, SILENCE, Udp, echo, echoed, filling};

/// A simulator as a process; killed if it outlives its test.
struct Simulator {
    process: Child,
    output: BufReader<ChildStdout>,
    udp: Option<SocketAddr>,
    pty: Option<PathBuf>,
}

fn westerly(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_westerly"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command that ends by itself.
fn run(arguments: &[&str]) -> Output {
    westerly(arguments).output().expect("it starts")
}

/// What a command that must fail says.
fn failure(arguments: &[&str], code: i32) -> String {
    let output = run(arguments);
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    text
}

impl Simulator {
    /// Starts one and reads what it prints about itself.
    fn start(arguments: &[&str]) -> Self {
        let mut simulator = Self::start_quiet(arguments);
        let first = simulator.line();
        assert!(first.starts_with("Westerly ") && first.ends_with(": a simulated board. Ctrl-C ends it."), "{first}");
        // Paragraphs after a line that is empty: the transports, then where the files are.
        assert_eq!(simulator.line(), "");
        let mut files = false;
        loop {
            let line = simulator.line();
            if let Some(address) = line.strip_prefix("UDP     ") {
                simulator.udp = Some(address.parse().expect("an address"));
            } else if let Some(path) = line.strip_prefix("Serial  ") {
                simulator.pty = Some(path.into());
            } else if let Some(command) = line.strip_prefix("Watch   ") {
                assert!(command.starts_with("westerly monitor"), "{command}");
            } else if line.starts_with("Files   /lfs1 is ") {
                files = true;
            } else if line.is_empty() && files {
                return simulator;
            }
        }
    }

    fn start_quiet(arguments: &[&str]) -> Self {
        let mut process = westerly(arguments).stderr(Stdio::inherit()).spawn().expect("it starts");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        Self { process, output, udp: None, pty: None }
    }

    /// The next line printed, without its end.
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.output.read_line(&mut line).expect("text"), 0, "the simulator has ended");
        line.trim_end().into()
    }

    fn client(&self) -> Udp {
        Udp::connect(self.udp.expect("UDP is on"))
    }

    /// Waits for the end, but not for ever.
    fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("a child") {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What is printed up to the end.
    fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("text");
        rest
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn version_and_help() {
    let version = run(&["--version"]);
    assert_eq!(String::from_utf8_lossy(&version.stdout).trim(), concat!("westerly ", env!("CARGO_PKG_VERSION")));
    assert!(version.status.success());
    assert!(String::from_utf8_lossy(&run(&["--help"]).stdout).contains("--pty-link"));
}

#[test]
fn prints_how_to_talk_to_it_and_a_line_a_message() {
    let mut simulator = Simulator::start(&["simulate", "--port", "0", "--no-pty", "--access-udp", "allow"]);
    let client = simulator.client();
    let own = client.0.local_addr().unwrap();
    assert_eq!(echoed(&client.exchange(&echo(1, "hello")), 1), "hello");
    let columns =
        |line: String| line.split("  ").filter(|part| !part.is_empty()).map(str::trim).collect::<Vec<_>>().join("|");
    assert_eq!(columns(simulator.line()), format!("udp {own}|write|os echo|18 -> 18 bytes|ok"));
    client.exchange(b"\x08\0\0\0\0\x46\x07\x01");
    assert_eq!(
        columns(simulator.line()),
        format!("udp {own}|read|group 70 command 1|8 -> 14 bytes|rc 8 (not supported)")
    );
    client.exchange(b"\x0a\0\0\0\0\0\x07\x05");
    assert_eq!(columns(simulator.line()), format!("udp {own}|write|os reset|8 -> 10 bytes|ok"));
    assert_eq!(simulator.line(), "restarted: boot 2");
    client.send(&[0; 3]);
    assert_eq!(columns(simulator.line()), format!("udp {own}|dropped: no request in the packet"));
}

#[test]
fn once_ends_after_the_first_answer() {
    let mut simulator = Simulator::start(&["--port", "0", "--no-pty", "--once"]);
    assert_eq!(echoed(&simulator.client().exchange(&echo(1, "once")), 1), "once");
    assert_eq!(simulator.wait().code(), Some(0));
}

#[test]
fn exit_after_counts_answers() {
    let mut simulator = Simulator::start(&["--port", "0", "--no-pty", "--exit-after", "3"]);
    let client = simulator.client();
    // Dropped: no answer.
    client.send(&[0; 3]);
    (1..3).for_each(|sequence| drop(client.exchange(&echo(sequence, "text"))));
    std::thread::sleep(SILENCE);
    assert!(simulator.process.try_wait().unwrap().is_none(), "it ended too early");
    client.exchange(&echo(3, "text"));
    assert_eq!(simulator.wait().code(), Some(0));
    assert_eq!(simulator.rest().lines().count(), 4);
}

#[test]
fn a_taken_port() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let text = failure(&["--no-pty", "--port", &address.port().to_string()], 1);
    let mut lines = text.lines();
    let first = lines.next().unwrap();
    assert!(first.starts_with(&format!("error: cannot listen on UDP {address}: ")), "{text}");
    assert_eq!(
        lines.next(),
        Some("Another program listens there, perhaps another simulator: end it, or choose with --port or --address.")
    );
}

#[test]
fn an_address_of_another_machine() {
    // Set aside for documentation: no machine has it.
    let text = failure(&["--no-pty", "--address", "192.0.2.1", "--port", "0"], 1);
    assert!(text.starts_with("error: cannot listen on UDP 192.0.2.1:0: "), "{text}");
    assert!(text.contains("This machine does not have the address 192.0.2.1"), "{text}");
}

#[test]
fn arguments_that_make_no_sense() {
    for (arguments, expected) in [
        (&["--address", "localhost"][..], "not an IP address"),
        (&["--port", "65536"], "65536 is not in 0..=65535"),
        (&["--packet-size", "127"], "127 is not in 128..=4096"),
        (&["--exit-after", "0"], "0 is not in 1.."),
        (&["--access-udp", "some"], "[possible values: allow, read-only, authenticated, refuse]"),
        (&["--no-pty", "--pty-link", "somewhere"], "cannot be used with"),
        (&["--nonsense"], "unexpected argument"),
    ] {
        let text = failure(arguments, 2);
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
    assert!(failure(&["--no-udp", "--no-pty"], 1).contains("Leave out --no-udp or --no-pty."));
}

#[test]
fn access_and_packet_size() {
    let simulator = Simulator::start(&["--port", "0", "--no-pty", "--access-udp", "read-only", "--packet-size", "200"]);
    let client = simulator.client();
    let answer = client.exchange(b"\x08\0\0\0\0\0\x07\x06");
    assert!(answer.windows(2).any(|pair| pair == [0x18, 200]), "{answer:?}");
    assert_eq!(client.exchange(&echo(1, "text"))[8..], *b"\xbf\x61r\x64text\xff");
    assert_eq!(client.exchange(b"\x0a\0\0\0\0\0\x01\x05")[8..], *b"\xbf\x62rc\x0b\xff");
    // The packet's size and a seal's.
    assert_eq!(client.exchange(&echo(2, &filling(200 + 60 + 1))), b"\x0b\0\0\x06\0\0\x02\0\xbf\x62rc\x07\xff");
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::path::Path;

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;
    use common::{Serial, lines};

    fn signal(simulator: &Simulator, signal: Signal) {
        let process = Pid::from_child(&simulator.process);
        kill_process(process, signal).expect("it runs");
    }

    /// A path that no other test has, and nothing there.
    fn link(test: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("westerly-{test}-{}", std::process::id()));
        let _ = fs::remove_file(&path);
        path
    }

    fn exists(path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok()
    }

    #[test]
    fn signals_end_it_cleanly() {
        for (name, number) in [("int", Signal::INT), ("term", Signal::TERM), ("hup", Signal::HUP)] {
            let link = link(name);
            let mut simulator = Simulator::start(&["--port", "0", "--pty-link", link.to_str().unwrap()]);
            assert_eq!(fs::read_link(&link).unwrap(), *simulator.pty.as_ref().unwrap());
            let mut client = Serial::open(&link);
            assert_eq!(echoed(&client.exchange(&echo(1, "linked")), 1), "linked");
            signal(&simulator, number);
            assert_eq!(simulator.wait().code(), Some(0), "{name}");
            assert!(!exists(&link), "{name}: the link is still there");
        }
    }

    #[test]
    fn once_over_serial_lets_the_client_have_its_answer() {
        for _ in 0..5 {
            let mut simulator = Simulator::start(&["--no-udp", "--once"]);
            let mut client = Serial::open(simulator.pty.as_ref().unwrap());
            client.send_bytes(&lines(&echo(1, &filling(384))));
            std::thread::sleep(Duration::from_millis(50));
            assert_eq!(echoed(&client.receive(PATIENCE).expect("an answer"), 1), filling(384));
            assert_eq!(simulator.wait().code(), Some(0));
        }
    }

    #[test]
    fn quiet_prints_nothing() {
        let link = link("quiet");
        let mut simulator =
            Simulator::start_quiet(&["--quiet", "--no-udp", "--once", "--pty-link", link.to_str().unwrap()]);
        let begun = Instant::now();
        while !exists(&link) {
            assert!(begun.elapsed() < PATIENCE, "no link");
            std::thread::sleep(Duration::from_millis(10));
        }
        Serial::open(&link).exchange(&echo(1, "hush"));
        assert_eq!(simulator.wait().code(), Some(0));
        assert_eq!(simulator.rest(), "");
    }

    #[test]
    fn a_reader_that_went_away_does_not_stop_the_board() {
        let mut simulator = Simulator::start(&["--port", "0", "--no-pty"]);
        let client = simulator.client();
        let (reader, _writer) = std::io::pipe().unwrap();
        drop(std::mem::replace(
            &mut simulator.output,
            BufReader::new(ChildStdout::from(std::os::fd::OwnedFd::from(reader))),
        ));
        (1..5).for_each(|sequence| drop(client.exchange(&echo(sequence, "unprinted"))));
        signal(&simulator, Signal::TERM);
        assert_eq!(simulator.wait().code(), Some(0));
    }

    #[test]
    fn a_link_path_that_is_taken() {
        let path = link("taken");
        fs::write(&path, "precious").unwrap();
        let text = failure(&["--no-udp", "--pty-link", path.to_str().unwrap()], 1);
        assert!(text.starts_with(&format!("error: cannot link {} to the pseudo-terminal: ", path.display())), "{text}");
        assert!(text.contains("Give --pty-link another path"), "{text}");
        assert_eq!(fs::read(&path).unwrap(), b"precious");
        fs::remove_file(&path).unwrap();
    }
}
