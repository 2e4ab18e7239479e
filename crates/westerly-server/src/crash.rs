// SPDX-License-Identifier: Apache-2.0
//! Westerly's crash group (68): what a device recorded of its last crash. [`Crash`] is what it needs of the device.
//!
//! What it will not do: record, or look for the names of addresses; the one is the device's, for the other it takes the ELF
//! file.

use westerly_wire::cbor::{Full, Writer};
use westerly_wire::crash::{LogRequest, Reason, command, key};
use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::log::Format;

use crate::stream::{List, fits};
use crate::{Action, Failure, Group, GroupDescription, Request, Response};

/// What the crash group needs of a device: a record that stays as it is until it is cleared.
pub trait Crash {
    /// The record; `None` if there is none. The group asks for it before anything of the following: a device that keeps it
    /// where it may have been damaged checks it here.
    fn record(&self) -> Option<CrashRecord<'_>>;

    /// A register of the record, with its name; `None` behind the last.
    fn register(&self, index: usize) -> Option<(&str, u64)>;

    /// A return address from the stack, the innermost first; `None` behind the last.
    fn return_address(&self, index: usize) -> Option<u64>;

    /// A frame of the log, the oldest first; `None` behind the last.
    fn frame(&self, index: usize) -> Option<&[u8]>;

    /// What the frames are.
    fn format(&self) -> Format;

    /// Forgets the record.
    fn clear(&mut self);
}

/// A crash. What is empty or `None` is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrashRecord<'r> {
    /// Crashes since the record was cleared, this one too.
    pub count: u32,
    /// What crashed.
    pub reason: Reason,
    /// The system's own number for that.
    pub code: u32,
    /// The name of the thread.
    pub thread: &'r str,
    /// Where it was.
    pub pc: Option<u64>,
    /// Where it was called from.
    pub lr: Option<u64>,
    /// The end of its stack.
    pub sp: Option<u64>,
    /// In milliseconds.
    pub uptime: Option<u64>,
    /// Which run of the device it was.
    pub boot: Option<u32>,
    /// The build id of the ELF file of what crashed.
    pub build: &'r [u8],
    /// Of a panic or an assertion: the source file, or the end of its path.
    pub file: &'r str,
    /// And the line.
    pub line: Option<u32>,
}

/// The crash group.
#[derive(Debug)]
pub struct CrashGroup<C> {
    /// The device's.
    pub crash: C,
}

impl<C: Crash> CrashGroup<C> {
    /// Over the device's record.
    pub const fn new(crash: C) -> Self {
        Self { crash }
    }
}

impl<C: Crash> Group for CrashGroup<C> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::CRASH, name: "crash", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::RECORD, Action::Read) => Ok(self.record(response.writer())?),
            (command::LOG, Action::Read) => {
                let LogRequest { from } = request.message()?;
                self.log(from.unwrap_or_default(), response.writer())
            }
            (command::CLEAR, Action::Write) => {
                self.crash.clear();
                say!(info, "the crash record is cleared");
                Ok(())
            }
            _ => Err(Code::NotSupported.into()),
        }
    }
}

/// The ends of array and map.
const ENDS: usize = 2;

impl<C: Crash> CrashGroup<C> {
    fn record(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.begin_map()?;
        let Some(record) = self.crash.record() else {
            writer.text(key::COUNT)?;
            writer.unsigned(0)?;
            return writer.end();
        };
        facts(&record, writer)?;
        self.lists(writer)?;
        writer.end()
    }

    /// What there is many of. It is the rest of the answer, and what does not fit there is left out.
    fn lists(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        let count = list(&|index| self.crash.frame(index).is_some());
        if count > 0 {
            writer.text(key::FRAMES)?;
            writer.unsigned(count.into())?;
        }
        if self.crash.register(0).is_some() {
            fits(writer, 1, &mut |writer| self.registers(writer));
        }
        if self.crash.return_address(0).is_some() {
            fits(writer, 1, &mut |writer| self.stack(writer));
        }
        Ok(())
    }

    fn registers(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.text(key::REGISTERS)?;
        writer.begin_map()?;
        let mut index = 0usize;
        while let Some((name, value)) = self.crash.register(index) {
            writer.text(name)?;
            writer.unsigned(value)?;
            index = index.wrapping_add(1);
        }
        writer.end()
    }

    fn stack(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.text(key::STACK)?;
        writer.begin_array()?;
        let mut index = 0usize;
        while let Some(address) = self.crash.return_address(index) {
            if !fits(writer, ENDS, &mut |writer| writer.unsigned(address)) {
                break;
            }
            index = index.wrapping_add(1);
        }
        writer.end()
    }

    fn log(&self, from: u32, writer: &mut Writer<'_>) -> Result<(), Failure> {
        writer.begin_map()?;
        writer.text(key::FORMAT)?;
        writer.text(self.crash.format().name())?;
        let mut list = List::begin(writer, key::FRAMES)?;
        let mut number = from;
        let is_there = self.crash.record().is_some();
        while is_there
            && list.goes_on()
            && let Some(frame) = self.crash.frame(usize::try_from(number).unwrap_or(usize::MAX))
        {
            list.entry(writer, number, &mut |writer| writer.bytes(frame));
            number = number.saturating_add(1);
        }
        list.end(writer)
    }
}

/// How many there are.
fn list(is_there: &dyn Fn(usize) -> bool) -> u32 {
    let mut count = 0u32;
    while is_there(usize::try_from(count).unwrap_or(usize::MAX)) {
        count = count.wrapping_add(1);
    }
    count
}

/// What there is one of.
fn facts(record: &CrashRecord<'_>, writer: &mut Writer<'_>) -> Result<(), Full> {
    let CrashRecord { count, reason, code, thread, pc, lr, sp, uptime, boot, build, file, line } = *record;
    writer.text(key::COUNT)?;
    writer.unsigned(count.into())?;
    for (key, text) in [(key::REASON, reason.name()), (key::THREAD, thread), (key::FILE, file)] {
        if !text.is_empty() {
            writer.text(key)?;
            writer.text(text)?;
        }
    }
    let numbers = [
        (key::PC, pc),
        (key::LR, lr),
        (key::SP, sp),
        (key::CODE, Some(code.into())),
        (key::UPTIME, uptime),
        (key::BOOT, boot.map(Into::into)),
        (key::LINE, line.map(Into::into)),
    ];
    for (key, number) in numbers {
        if let Some(number) = number {
            writer.text(key)?;
            writer.unsigned(number)?;
        }
    }
    if !build.is_empty() {
        writer.text(key::BUILD)?;
        writer.bytes(build)?;
    }
    Ok(())
}
