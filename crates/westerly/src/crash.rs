// SPDX-License-Identifier: Apache-2.0
//! Prints what a device recorded of its last crash: as it is, and with the firmware's ELF file where in the source it was.

mod json;
pub(crate) mod text;

use std::path::Path;

use westerly_client::{Crash, CrashLog};
use westerly_wire::log::Format;

use crate::arguments::Crash as Arguments;
use crate::failure::Failure;
use crate::logs::elf::{Elf, hexadecimal};
use crate::logs::printable;
use crate::output::print;
use crate::symbols::{Place, Symbols};

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    // First: a file that cannot be used is to be known before the record is cleared.
    let symbols = arguments.elf.as_deref().map(Symbols::open).transpose()?;
    let address = arguments.device.address();
    let failed = |error| Failure::Crash { address: address.clone(), error };
    let mut device = arguments.device.device()?;
    let Some(crash) = device.crash().map_err(failed)? else {
        print(if arguments.json { "{\"count\":0}\n" } else { "no crash is recorded\n" })?;
        return Ok(());
    };
    let log = device.crash_log().map_err(failed)?;
    let symbols = symbols.filter(|symbols| belongs(symbols, &crash, arguments.ignore_build));
    let elf = arguments.elf.as_deref().filter(|_| symbols.is_some());
    let report = Report { lines: lines(&log, elf), places: Places::of(&crash, symbols.as_ref()), crash };
    let shown = print(&if arguments.json { json::of(&report) } else { text::of(&report) })?;
    if shown && arguments.clear {
        device.clear_crash().map_err(failed)?;
        eprintln!("the record is cleared");
    }
    Ok(())
}

/// All there is to print.
struct Report {
    crash: Crash,
    places: Places,
    /// The last lines of the log, as far as they can be read.
    lines: Vec<String>,
}

/// Where the crash's addresses are in the source. Empty: not known.
#[derive(Default)]
struct Places {
    pc: Vec<Place>,
    lr: Vec<Place>,
    stack: Vec<Vec<Place>>,
}

impl Places {
    fn of(crash: &Crash, symbols: Option<&Symbols>) -> Self {
        let Some(symbols) = symbols else { return Self::default() };
        Self {
            pc: crash.pc.map(|address| symbols.at(address)).unwrap_or_default(),
            lr: crash.lr.map(|address| symbols.before(address)).unwrap_or_default(),
            stack: crash.stack.iter().map(|address| symbols.before(*address)).collect(),
        }
    }
}

/// Whether names are to be taken from that file; says why not.
fn belongs(symbols: &Symbols, crash: &Crash, ignore: bool) -> bool {
    if symbols.build.is_empty() || crash.build.is_empty() {
        let which = if crash.build.is_empty() { "the record" } else { "the ELF file" };
        eprintln!("warning: {which} has no build id, so nobody knows whether they belong together");
        return true;
    }
    if symbols.build == crash.build {
        return true;
    }
    let (crashed, elf) = (hexadecimal(&crash.build), hexadecimal(&symbols.build));
    eprintln!("warning: build {crashed} has crashed, the ELF file is of another build, {elf}");
    eprintln!(
        "{}",
        if ignore { "Names and lines may be wrong." } else { "Its names would be wrong; --ignore-build shows them." }
    );
    ignore
}

fn lines(log: &CrashLog, elf: Option<&Path>) -> Vec<String> {
    let elf = elf.filter(|_| log.format == Some(Format::Defmt) && !log.frames.is_empty());
    let elf = elf.and_then(|path| Elf::open(path, false).inspect_err(|error| eprintln!("{error}")).ok());
    let line = |frame: &Vec<u8>| match (log.format, &elf) {
        (Some(Format::Text), _) => printable(frame),
        (Some(Format::Defmt), Some(elf)) => elf.line(frame).unwrap_or_else(|| undecoded(frame)),
        _ => undecoded(frame),
    };
    log.frames.iter().map(line).collect()
}

fn undecoded(frame: &[u8]) -> String {
    format!("-- frame {}", hexadecimal(frame))
}
