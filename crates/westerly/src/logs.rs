// SPDX-License-Identifier: Apache-2.0
//! Prints a device's log: as it is when it is text, decoded with the firmware's ELF file when it is defmt. Or a captured one.

pub(crate) mod elf;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use westerly_client::{Cursor, Frames};
use westerly_wire::log::Format;

use crate::arguments::Logs;
use crate::failure::Failure;
use crate::output::{End, Silence, count, print};
use elf::{Elf, hexadecimal};

/// Bytes read from a capture at a time.
const CHUNK: usize = 4096;

pub(crate) fn run(arguments: &Logs) -> Result<(), Failure> {
    let elf = arguments.firmware.elf.as_deref().map(|path| Elf::open(path, arguments.locations)).transpose()?;
    match (&arguments.frames, elf) {
        (Some(capture), Some(elf)) => captured(capture, &elf),
        (_, elf) => of_device(arguments, elf),
    }
}

fn of_device(arguments: &Logs, elf: Option<Elf>) -> Result<(), Failure> {
    let address = arguments.device.address();
    let failed = |error| Failure::Log { address: address.clone(), error };
    let end = End::on_signals()?;
    let mut device = arguments.device.device()?;
    if let Some(level) = arguments.level() {
        device.set_log_level(level).map_err(failed)?;
    }
    let mut cursor = Cursor::at(arguments.since, None);
    let mut silence = Silence::new(address.clone());
    let mut reader = Reader { elf, ignore_build: arguments.firmware.ignore_build, checked: None, undecoded: 0 };
    let mut begun = false;
    while !end.is_asked_for() {
        let outcome = device.frames(&mut cursor);
        // The first answer tells whether there is anything to wait for.
        let frames = if begun && !arguments.once { silence.outlast(outcome) } else { outcome.map(Some) };
        let Some(frames) = frames.map_err(failed)? else {
            end.wait(arguments.interval.duration());
            continue;
        };
        begun = true;
        let nothing_new = frames.batch.next == frames.batch.from;
        if !print(&reader.lines(&frames)?)? || nothing_new && arguments.once {
            break;
        }
        if nothing_new {
            end.wait(arguments.interval.duration());
        }
    }
    let mut summary = format!("{}, {} lost", count(cursor.received(), "frame"), cursor.lost());
    if reader.undecoded > 0 {
        summary += &format!(", {} that cannot be decoded", reader.undecoded);
    }
    eprintln!("{summary}; go on with --since {}", cursor.since());
    Ok(())
}

/// From frames to lines.
struct Reader {
    elf: Option<Elf>,
    ignore_build: bool,
    /// The build id that was compared with the ELF file's: a device may come back from a restart with another firmware.
    checked: Option<Vec<u8>>,
    undecoded: u64,
}

impl Reader {
    fn lines(&mut self, frames: &Frames) -> Result<String, Failure> {
        let mut text = String::new();
        let batch = &frames.batch;
        if batch.restarted {
            text += "-- the device has restarted; what was not read before is gone\n";
        }
        if batch.lost > 0 {
            text += &format!("-- {} lost\n", count(batch.lost, "frame"));
        }
        match frames.format {
            Some(Format::Text) => {
                batch.records.iter().for_each(|frame| text += &format!("{}\n", printable(&frame.bytes)));
            }
            Some(Format::Defmt) => {
                self.check(&frames.build)?;
                for frame in &batch.records {
                    let line = self.elf.as_ref().and_then(|elf| elf.line(&frame.bytes));
                    self.undecoded += u64::from(line.is_none());
                    text += &line.unwrap_or_else(|| undecoded(frame.sequence, frame.bytes.len()));
                    text.push('\n');
                }
            }
            None => return Err(Failure::LogFormat),
        }
        Ok(text)
    }

    /// Whether the ELF file is the one of the firmware that runs.
    fn check(&mut self, build: &[u8]) -> Result<(), Failure> {
        if self.checked.as_deref() == Some(build) {
            return Ok(());
        }
        let Some(elf) = &self.elf else {
            return Err(Failure::NoElf { build: hexadecimal(build) });
        };
        if build.is_empty() || elf.build.is_empty() {
            let which = if build.is_empty() { "the device" } else { "the ELF file" };
            eprintln!("warning: {which} has no build id, so nobody knows whether they belong together");
        } else if build != elf.build {
            let (device, elf) = (hexadecimal(build), hexadecimal(&elf.build));
            if !self.ignore_build {
                return Err(Failure::Build { device, elf });
            }
            eprintln!("warning: the device runs build {device}, the ELF file is of build {elf}: messages may be wrong");
        }
        self.checked = Some(build.into());
        Ok(())
    }
}

/// Frames from a UART, in rzCOBS.
fn captured(path: &Path, elf: &Elf) -> Result<(), Failure> {
    let failed = |source| Failure::File { path: path.into(), source };
    let mut input: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(failed)?) };
    let mut stream = elf.stream()?;
    let mut bytes = [0; CHUNK];
    loop {
        let length = input.read(&mut bytes).map_err(failed)?;
        let mut text = String::new();
        stream.take(bytes.get(..length).unwrap_or_default(), |line| {
            text += &line;
            text.push('\n');
        });
        if !print(&text)? || length == 0 {
            break;
        }
    }
    eprintln!("{}, {} that cannot be decoded", count(stream.decoded(), "frame"), stream.undecoded());
    Ok(())
}

fn undecoded(sequence: u64, length: usize) -> String {
    format!("-- frame {sequence} cannot be decoded ({})", count(length as u64, "byte"))
}

/// A terminal takes some characters for orders.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let shown = |letter: char| if letter.is_control() && letter != '\t' { '\u{fffd}' } else { letter };
    String::from_utf8_lossy(bytes).trim_end_matches(['\r', '\n']).chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use westerly_client::{Batch, Frame};

    fn frames(format: Option<Format>, build: &[u8], frames: &[&[u8]]) -> Frames {
        let records = (3..).zip(frames).map(|(sequence, bytes)| Frame { sequence, bytes: bytes.to_vec() }).collect();
        Frames { format, build: build.into(), batch: Batch { from: 1, next: 9, lost: 2, restarted: false, records } }
    }

    fn reader() -> Reader {
        Reader { elf: None, ignore_build: false, checked: None, undecoded: 0 }
    }

    #[test]
    fn text_needs_no_elf_and_gives_the_terminal_no_orders() {
        let text =
            reader().lines(&frames(Some(Format::Text), b"", &[b"one\n", b"t\xc3\xa4o\x1b[2J", b"\xff"])).unwrap();
        assert_eq!(text, "-- 2 frames lost\none\ntäo\u{fffd}[2J\n\u{fffd}\n");
    }

    #[test]
    fn defmt_needs_an_elf() {
        let error = reader().lines(&frames(Some(Format::Defmt), b"\x01\xab", &[])).unwrap_err();
        assert!(error.to_string().contains("build 01ab"), "{error}");
        assert!(matches!(reader().lines(&frames(None, b"", &[])), Err(Failure::LogFormat)));
    }
}
