// SPDX-License-Identifier: Apache-2.0
//! `westerly logs` over a defmt log: an ELF file made here, a device that answers as told, and captured frames.

use std::fs;
use std::io::Write as _;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use object::write::{Object, StandardSegment, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope};
use westerly_wire::cbor::{List, Message as _};
use westerly_wire::log::{ReadRequest, ReadResponse, Record};

const PATIENCE: Duration = Duration::from_secs(10);
const BUILD: &[u8] = &[0xab, 0xcd, 0x01];

/// The messages in the ELF file; each has the number of its place, from 1 on. The timestamp is in microseconds.
const MESSAGES: [(&str, &str); 3] =
    [("defmt_info", "started, boot {=u32}"), ("defmt_warn", "low {=u8} and {=str}"), ("defmt_error", "end")];

/// A file, removed at the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(content: &[u8]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("westerly-logs-{}-{number}", std::process::id()));
        fs::write(&path, content).expect("it is written");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("text")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// As a linker leaves it: a symbol a message, its number the address; the build id in a note.
fn elf(messages: bool) -> Temporary {
    let mut file = Object::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
    let note = file.add_section(
        file.segment_name(StandardSegment::Data).to_vec(),
        b".note.gnu.build-id".to_vec(),
        SectionKind::Note,
    );
    let header = [4u32, BUILD.len().try_into().unwrap(), 3].map(u32::to_le_bytes).concat();
    file.append_section_data(note, &[&header[..], b"GNU\0", BUILD, &[0]].concat(), 4);
    if messages {
        let section = file.add_section(Vec::new(), b".defmt".to_vec(), SectionKind::Other);
        file.append_section_data(section, &[0; 16], 1);
        let mut add = |name: String, value, section| {
            let (kind, scope) = (SymbolKind::Data, SymbolScope::Linkage);
            let flags = SymbolFlags::None;
            file.add_symbol(Symbol { name: name.into(), value, size: 1, kind, scope, weak: false, section, flags });
        };
        let place = SymbolSection::Section(section);
        let json = |tag: &str, data: &str| {
            format!(r#"{{"package":"p","disambiguator":"{data}","tag":"{tag}","data":"{data}","crate_name":"p"}}"#)
        };
        add("_defmt_version_ = 4".into(), 0, SymbolSection::Absolute);
        add("_defmt_encoding_ = rzcobs".into(), 0, SymbolSection::Absolute);
        add(json("defmt_timestamp", "{=u32:us}"), 15, place);
        for (number, (tag, data)) in (1..).zip(MESSAGES) {
            add(json(tag, data), number, place);
        }
    }
    Temporary::new(&file.write().expect("an ELF file"))
}

fn frames() -> [Vec<u8>; 3] {
    let frame = |number: u16, time: u32, rest: &[u8]| [&number.to_le_bytes()[..], &time.to_le_bytes(), rest].concat();
    [frame(1, 1_500_000, &7u32.to_le_bytes()), frame(2, 1_500_001, b"\x09\x04\0\0\0word"), frame(3, 2_000_000, b"")]
}

const LINES: [&str; 3] = ["1.500000 INFO  started, boot 7", "1.500001 WARN  low 9 and word", "2.000000 ERROR end"];

/// Answers requests for the log with these frames, at first; and with nothing new then.
fn device(build: Option<&'static [u8]>, format: &'static str, frames: Vec<Vec<u8>>) -> (String, JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let device = thread::spawn(move || {
        let mut bytes = [0; 500];
        loop {
            // One that has ended does not ask any more, and one that failed asked once.
            let Ok((length, client)) = socket.recv_from(&mut bytes) else { return };
            let request = ReadRequest::decode(&bytes[8..length]).expect("a request");
            let since = usize::try_from(request.since.unwrap_or_default()).unwrap();
            let all = (0..).zip(&frames).map(|(sequence, frame)| Record { sequence, frame });
            let records: Vec<_> = all.skip(since).collect();
            let next = frames.len().max(since).try_into().unwrap();
            let records = List::Values(&records);
            let answer = ReadResponse { boot: Some(1), format, build, oldest: 0, records, lost: 0, next };
            let mut payload = vec![0; 1000];
            let length = answer.encode(&mut payload).unwrap();
            let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
            let header = [9, 0, high, low, 0, 65, bytes[6], bytes[7]];
            socket.send_to(&[&header, &payload[..length]].concat(), client).unwrap();
            if since == frames.len() {
                return;
            }
        }
    });
    (address, device)
}

fn logs(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_westerly"));
    command.arg("logs").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("it starts");
    process.stdin.take().unwrap().write_all(input).expect("it reads");
    process.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> Vec<&str> {
    str::from_utf8(bytes).expect("text").lines().map(str::trim).collect()
}

/// rzCOBS, as defmt's encoder does it: backwards for the decoder, so zeros of a group are told behind it.
fn rzcobs(frame: &[u8]) -> Vec<u8> {
    let (mut encoded, mut run, mut zeros) = (Vec::new(), 0u8, 0u8);
    for &byte in frame {
        if run < 7 {
            if byte == 0 {
                zeros |= 1 << run;
            } else {
                encoded.push(byte);
            }
            run += 1;
            if run == 7 && zeros != 0 {
                encoded.push(zeros);
                (run, zeros) = (0, 0);
            }
        } else if byte == 0 {
            encoded.push((run - 7) | 0x80);
            (run, zeros) = (0, 0);
        } else {
            encoded.push(byte);
            run += 1;
            if run == 134 {
                encoded.push(0xff);
                (run, zeros) = (0, 0);
            }
        }
    }
    match run {
        0 => {}
        // What is missing of the group is told as zeros.
        1..7 => encoded.push((zeros | (0xff << run)) & 0x7f),
        7.. => encoded.push((run - 7) | 0x80),
    }
    encoded.push(0);
    encoded
}

#[test]
fn frames_of_a_device() {
    let elf = elf(true);
    let (address, device) = device(Some(BUILD), "defmt", frames().into());
    let output = logs(&["--udp", &address, "--elf", elf.path(), "--once"], b"");
    assert_eq!(text(&output.stdout), LINES);
    assert_eq!(text(&output.stderr), ["3 frames, 0 lost; go on with --since 3"]);
    assert!(output.status.success());
    device.join().unwrap();
}

#[test]
fn a_frame_that_is_none_is_told() {
    let elf = elf(true);
    let (address, _device) = device(Some(BUILD), "defmt", vec![b"\x63\0\0\0\0\0".to_vec(), frames()[2].clone()]);
    let output = logs(&["--udp", &address, "--elf", elf.path(), "--once"], b"");
    assert_eq!(text(&output.stdout), ["-- frame 0 cannot be decoded (6 bytes)", LINES[2]]);
    assert_eq!(text(&output.stderr), ["2 frames, 0 lost, 1 that cannot be decoded; go on with --since 2"]);
}

#[test]
fn another_build_is_refused_unless_it_is_wanted() {
    let elf = elf(true);
    let (address, _device) = device(Some(b"\xff\x01"), "defmt", frames().into());
    let output = logs(&["--udp", &address, "--elf", elf.path(), "--once"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), [""; 0]);
    assert_eq!(
        text(&output.stderr),
        [
            "error: the device runs build ff01, the ELF file is of build abcd01",
            "Give --elf the zephyr.elf of that build, or --ignore-build to decode with this one."
        ]
    );
    let output = logs(&["--udp", &address, "--elf", elf.path(), "--once", "--ignore-build"], b"");
    assert_eq!(text(&output.stdout), LINES);
    assert!(text(&output.stderr)[0].starts_with("warning: the device runs build ff01"), "{output:?}");
}

#[test]
fn without_a_file_the_build_is_named() {
    let (address, _device) = device(Some(BUILD), "defmt", frames().into());
    let output = logs(&["--udp", &address, "--once"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        [
            "error: the device's log is defmt's, which only the firmware's ELF file can decode",
            "Give --elf the zephyr.elf of the firmware it runs, build abcd01."
        ]
    );
}

#[test]
fn a_device_without_a_build_id_is_warned_of() {
    let elf = elf(true);
    let (address, _device) = device(None, "defmt", frames().into());
    let output = logs(&["--udp", &address, "--elf", elf.path(), "--once"], b"");
    assert_eq!(text(&output.stdout), LINES);
    assert!(text(&output.stderr)[0].starts_with("warning: the device has no build id"), "{output:?}");
}

#[test]
fn frames_captured_from_a_uart() {
    let elf = elf(true);
    // It began in the middle of a frame.
    let capture: Vec<u8> =
        b"\x01\x02\x03\0".iter().copied().chain(frames().iter().flat_map(|frame| rzcobs(frame))).collect();
    let expected = [&["-- a frame that cannot be decoded"][..], &LINES].concat();
    let output = logs(&["--elf", elf.path(), "--frames", "-"], &capture);
    assert_eq!(text(&output.stdout), expected);
    assert_eq!(text(&output.stderr), ["3 frames, 1 that cannot be decoded"]);
    let file = Temporary::new(&capture);
    let output = logs(&["--elf", elf.path(), "--frames", file.path()], b"");
    assert_eq!(text(&output.stdout), expected);
    assert!(output.status.success());
}

#[test]
fn files_that_are_of_no_use() {
    let (without, none) = (elf(false), Temporary::new(b"text"));
    for (file, expected) in [
        (without.path(), "has no defmt messages"),
        (none.path(), "is no ELF file"),
        ("/nonexistent", "error: cannot read /nonexistent: "),
    ] {
        let output = logs(&["--elf", file, "--once"], b"");
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("error: ") && said.contains(expected), "{said}");
    }
}
