// SPDX-License-Identifier: Apache-2.0
//! The commands that read from a device, as processes, against the simulated board.

use std::io::{BufRead as _, BufReader};
use std::net::UdpSocket;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use mcumgr_toolkit::MCUmgrClient;
use westerly_sim::{Options, SensorFailure, Simulator};

/// Its temperature sensor, asked every 500 ms, fails for a while.
fn board_failing(until: u64) -> Simulator {
    let failure = SensorFailure { topic: "temperature".into(), from: 700, until: Some(until) };
    let options = Options {
        udp: Some("127.0.0.1:0".parse().unwrap()),
        serial: None,
        failures: vec![failure],
        ..Options::default()
    };
    Simulator::start(options.with_open_udp(), |_| {}).expect("it starts")
}

fn board() -> Simulator {
    board_failing(1300)
}

/// Waits until the board has run for so long.
fn run_for(board: &Simulator, milliseconds: u64) {
    while board.uptime() < Duration::from_millis(milliseconds) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn address(board: &Simulator) -> String {
    board.udp_address().unwrap().to_string()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_westerly"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().expect("it starts")
}

fn lines(bytes: &[u8]) -> Vec<&str> {
    str::from_utf8(bytes).expect("text").lines().collect()
}

/// The standard output and error of a command that succeeds.
fn success(output: &Output) -> (Vec<&str>, Vec<&str>) {
    assert!(output.status.success(), "{output:?}");
    (lines(&output.stdout), lines(&output.stderr))
}

/// What a command that fails says.
fn failure(arguments: &[&str], code: i32) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert_eq!(lines(&output.stdout), [""; 0]);
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn telemetry_as_comma_separated_values() {
    let board = board();
    run_for(&board, 1700);
    let output = run(&["telemetry", "--udp", &address(&board), "--csv", "--topic", "temperature"]);
    let (printed, said) = success(&output);
    assert_eq!(printed[0], "boot,sequence,uptime_ms,topic,value,unit,kind");
    let records: Vec<Vec<_>> = printed[1..].iter().map(|line| line.split(',').collect()).collect();
    assert!(records.len() >= 4, "{printed:?}");
    for record in &records {
        assert_eq!((record.len(), record[0], record[3]), (7, "1", "temperature"), "{record:?}");
    }
    let kinds: Vec<_> = records.iter().map(|record| (record[4].is_empty(), record[5], record[6])).collect();
    assert_eq!(kinds[0], (false, "\u{b0}C", "sample"));
    // Samples at 0 and 500 ms, a fault at 1000 ms, samples from 1500 ms on.
    assert_eq!((records[2][4], kinds[2].2, kinds[3].2), ("-5", "fault", "sample"), "{printed:?}");
    assert!(said[0].starts_with(&format!("{} records, 0 lost; go on with --since ", records.len())), "{said:?}");

    // From where it says, and nothing twice.
    let rest: Vec<_> = said[0].split("go on with ").nth(1).unwrap().split(' ').collect();
    let output = run(&[&["telemetry", "--udp", &address(&board), "--csv"], &rest[..]].concat());
    let (printed, _) = success(&output);
    let since: u64 = rest[1].parse().unwrap();
    let sequences = printed[1..].iter().map(|line| line.split(',').nth(1).unwrap().parse::<u64>().unwrap());
    assert!(sequences.eq((since..).take(printed.len() - 1)), "{printed:?}");
}

#[test]
fn telemetry_as_json() {
    let board = board();
    let output = run(&["telemetry", "--udp", &address(&board), "--json"]);
    let (printed, _) = success(&output);
    let objects: Vec<serde_json::Value> = printed.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let pressure = objects.iter().find(|object| object["topic"] == "pressure").expect("there is one");
    assert!((990.0..1040.0).contains(&pressure["value"].as_f64().unwrap()), "{pressure}");
    assert_eq!((&pressure["boot"], &pressure["kind"]), (&1.into(), &"sample".into()));
    assert_eq!(objects[0]["topic"], "button0");
    assert_eq!(objects[0]["value"], false);
}

#[test]
fn following_over_a_restart() {
    let board = board();
    let mut process =
        command(&["telemetry", "--udp", &address(&board), "--follow", "--interval", "20"]).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(output.next().unwrap().contains("button0"));
    let client = MCUmgrClient::new_from_udp(board.udp_address().unwrap(), Duration::from_secs(5)).unwrap();
    client.os_system_reset(false, None).unwrap();
    let told = output.find(|line| line.starts_with("--")).expect("it goes on");
    assert_eq!(told, "-- the device has restarted (boot 2); what was not read before is gone");
    // The new run from its beginning.
    assert!(output.next().unwrap().trim_start().starts_with("0 "));
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn a_text_log_and_its_level() {
    let board = board_failing(1800);
    let (udp, address) = ("--udp", &address(&board));
    run_for(&board, 1700);
    let output = run(&["logs", udp, address, "--once", "--level", "debug"]);
    let (printed, said) = success(&output);
    assert_eq!(printed[0], "     0.000 INFO  board: boot 1");
    assert!(printed[1].ends_with(" ERROR sampler: temperature cannot be read (-5)"), "{printed:?}");
    assert!(said[0].starts_with("2 frames, 0 lost; go on with --since 2"), "{said:?}");
    // A second try that fails is no news, but for those who debug, and the level outlasts a restart.
    let client = MCUmgrClient::new_from_udp(board.udp_address().unwrap(), Duration::from_secs(5)).unwrap();
    client.os_system_reset(false, None).unwrap();
    // The answer comes before the restart.
    while board.boots() < 2 {
        std::thread::sleep(Duration::from_millis(10));
    }
    run_for(&board, 1700);
    let output = run(&["logs", udp, address, "--once"]);
    let (printed, _) = success(&output);
    assert!(printed[0].ends_with("board: boot 2"), "{printed:?}");
    for (line, level) in [(1, " ERROR "), (2, " DEBUG ")] {
        assert!(printed[line].ends_with(&format!("{level}sampler: temperature cannot be read (-5)")), "{printed:?}");
    }
}

#[test]
fn a_device_that_does_not_answer() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    for (command, what) in [("telemetry", "the telemetry"), ("logs", "the log")] {
        let said = failure(&[command, "--udp", &address, "--timeout", "20", "--retries", "2"], 1);
        assert!(
            said.starts_with(&format!("error: cannot read {what} of UDP {address}: no answer in time (3 tries)\n")),
            "{said}"
        );
        assert!(said.contains("Give another with --udp, or wait longer with --timeout."), "{said}");
    }
    let said = failure(&["logs", "--serial", "/nonexistent", "--retries", "0"], 1);
    assert!(said.starts_with("error: cannot read the log of /nonexistent: "), "{said}");
    assert!(said.contains("--baud"), "{said}");
}

#[test]
fn a_topic_the_device_does_not_have() {
    let board = board();
    let said = failure(&["telemetry", "--udp", &address(&board), "--topic", "speed"], 1);
    assert_eq!(
        said,
        "error: the device has no topic 'speed'\n\
         It has: uptime, cpu_load, temperature, humidity, supply, pressure, button0.\n"
    );
}

#[test]
fn a_sensor_the_board_does_not_have() {
    let said = failure(&["--no-pty", "--port", "0", "--fail", "speed@1s"], 1);
    assert!(said.starts_with("error: there is no sensor 'speed'; there are uptime, cpu_load, "), "{said}");
}

#[test]
fn arguments_that_make_no_sense() {
    for (arguments, expected) in [
        (&["telemetry", "--csv", "--json"][..], "cannot be used with"),
        (&["telemetry", "--udp", "a b"], "not an address"),
        (&["telemetry", "--udp", "a", "--serial", "b"], "cannot be used with"),
        (&["telemetry", "--timeout", "0"], "0 is not in 1..=60000"),
        (&["logs", "--frames", "-"], "--elf"),
        (&["logs", "--level", "loud"], "possible values: off, error, warn, info, debug, trace"),
        (&["monitor", "--interval", "1"], "1 is not in 10..=60000"),
        (&["--fail", "temperature@2s..1s"], "it ends before it begins"),
    ] {
        let said = failure(arguments, 2);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    let said = failure(&["monitor"], 1);
    assert!(said.contains("The monitor needs one; westerly telemetry does not."), "{said}");
}

#[cfg(unix)]
mod unix {
    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    #[test]
    fn over_serial() {
        let board = Simulator::start(Options { udp: None, ..Options::default() }, |_| {}).expect("it starts");
        let path = board.pty_path().unwrap().to_str().unwrap();
        let output = run(&["telemetry", "--serial", path]);
        let (printed, said) = success(&output);
        assert!(printed.iter().any(|line| line.contains("temperature") && line.ends_with("\u{b0}C")), "{printed:?}");
        assert!(said[0].contains(" records, 0 lost"), "{said:?}");
        assert!(success(&run(&["logs", "--serial", path, "--once"])).0[0].ends_with("board: boot 1"));
    }

    #[test]
    fn a_signal_ends_following_with_the_sum() {
        let board = board();
        let mut process = command(&["telemetry", "--udp", &address(&board), "--follow"]).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        output.next().unwrap().unwrap();
        kill_process(Pid::from_child(&process), Signal::INT).unwrap();
        let received = 1 + output.count();
        let output = process.wait_with_output().unwrap();
        let (_, said) = success(&output);
        assert!(said[0].starts_with(&format!("{received} records, 0 lost; go on with --since ")), "{said:?}");
    }

    #[test]
    fn a_reader_that_went_away_ends_it() {
        let board = board();
        let mut process = command(&["telemetry", "--udp", &address(&board), "--follow"]).spawn().unwrap();
        drop(process.stdout.take());
        assert!(process.wait().unwrap().success());
    }
}
