// SPDX-License-Identifier: Apache-2.0
//! Westerly's log group (65): what a device logged, as it logged it, and what it logs from now on. [`Log`] is what it needs of
//! the device.
//!
//! A read changes nothing, so a client that loses an answer asks again and misses nothing that the ring still holds.
//!
//! What it will not do: look into a frame, or put one together from several packets: a frame that no packet holds is counted
//! as lost.

use westerly_store::{Read, Ring};
use westerly_wire::cbor::{Full, Writer};
use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::log::{
    BUILD_KEY, FORMAT_KEY, Format, Level, LevelRequest, LevelResponse, ReadRequest, code, command,
};

use crate::reading::{BEHIND_RECORDS, Reading, Wanted};
use crate::stream::fits;
use crate::{Action, Failure, Group, GroupDescription, Request, Response};

/// What the log group needs of a device.
pub trait Log {
    /// The frames.
    fn ring(&self) -> &Ring;

    /// The number of this run of the device; `None` where nobody counts.
    fn boot(&self) -> Option<u32>;

    /// What the frames are.
    fn format(&self) -> Format;

    /// The build id of the ELF file the frames belong to; empty where there is none.
    fn build(&self) -> &[u8];

    /// What is logged now.
    fn level(&self) -> Level;

    /// The highest level the firmware was built with.
    fn compiled(&self) -> Level;

    /// Sets what is logged from now on, and keeps it over restarts. A level above [`compiled`](Self::compiled) is allowed.
    ///
    /// # Errors
    /// [`NotKept`]; the level is set all the same.
    fn set_level(&mut self, level: Level) -> Result<(), NotKept>;
}

/// It is set until the restart, which will forget it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotKept;

/// The log group.
#[derive(Debug)]
pub struct LogGroup<L> {
    /// The device's.
    pub log: L,
}

impl<L: Log> LogGroup<L> {
    /// Over the device's log.
    pub const fn new(log: L) -> Self {
        Self { log }
    }
}

impl<L: Log> Group for LogGroup<L> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::LOG, name: "log", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::READ, Action::Read) => Ok(self.read(&request.message()?, response.writer())?),
            (command::LEVEL, Action::Read) => response
                .message(&LevelResponse { level: self.log.level().name(), compiled: self.log.compiled().name() }),
            (command::LEVEL, Action::Write) => {
                let LevelRequest { level } = request.message()?;
                let level = Level::named(level).ok_or(Failure::Group(code::UNKNOWN_LEVEL))?;
                Ok(self.log.set_level(level)?)
            }
            _ => Err(Code::NotSupported.into()),
        }
    }
}

impl<L: Log> LogGroup<L> {
    fn read(&mut self, request: &ReadRequest, writer: &mut Writer<'_>) -> Result<(), Full> {
        let ReadRequest { since, max, boot } = *request;
        let running = self.log.boot();
        let mut reading = Reading::new(self.log.ring(), running, &Wanted { since, max, boot });
        writer.begin_map()?;
        writer.text(FORMAT_KEY)?;
        writer.text(self.log.format().name())?;
        let build = self.log.build();
        if !build.is_empty() {
            writer.text(BUILD_KEY)?;
            writer.bytes(build)?;
        }
        reading.begin(writer, running)?;
        while reading.goes_on() {
            if !frame(&mut reading, writer) {
                break;
            }
        }
        reading.end(writer)
    }
}

/// Writes the next frame; gives whether there may be room for another.
fn frame(reading: &mut Reading<'_>, writer: &mut Writer<'_>) -> bool {
    let before = reading.cursor.clone();
    // Its number comes before its bytes, and is to be had without them.
    let (Read::TooLong { sequence, .. } | Read::Record { sequence, .. }) =
        reading.ring.read(&mut reading.cursor, &mut [])
    else {
        return false;
    };
    // An empty one is behind the cursor now.
    reading.cursor = before.clone();
    let mut overtaken = false;
    let fitted = fits(writer, BEHIND_RECORDS, &mut |writer| {
        writer.begin_array()?;
        writer.unsigned(sequence)?;
        writer.bytes_with(BEHIND_RECORDS.wrapping_add(1), |place| {
            match reading.ring.read(&mut reading.cursor, place) {
                Read::Record { sequence: found, length } if found == sequence => return Ok(length),
                // Another has taken the place of the one whose number is written.
                Read::Record { .. } | Read::End => overtaken = true,
                Read::TooLong { .. } => {}
            }
            Err(Full)
        })?;
        writer.end()
    });
    if fitted {
        reading.tell();
        return true;
    }
    if overtaken {
        // That moves on, as the one that was overtaken is gone when it is looked for again.
        reading.cursor = before;
        return true;
    }
    reading.does_not_fit(before)
}

impl From<NotKept> for Failure {
    fn from(_: NotKept) -> Self {
        Self::Group(code::NOT_KEPT)
    }
}
