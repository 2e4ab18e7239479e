// SPDX-License-Identifier: Apache-2.0
//! The messages of Westerly's log group (65): frames of the log since a sequence number, and what is logged
//! (docs/protocol.md).

use crate::cbor::{Full, List, Malformed, Reader, Value, Writer};
use crate::message;

pub use crate::telemetry::{BOOT_KEY, LOST_KEY, NEXT_KEY, OLDEST_KEY, RECORDS_KEY};

/// Command numbers.
pub mod command {
    /// Frames from a sequence number on; read.
    pub const READ: u8 = 0;
    /// What is logged; read, or write to change it.
    pub const LEVEL: u8 = 1;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 2;
}

/// Codes of this group's errors.
pub mod code {
    /// There is no level of that name.
    pub const UNKNOWN_LEVEL: u16 = 2;
    /// The level is set, but a restart will forget it.
    pub const NOT_KEPT: u16 = 3;
}

/// What is logged: messages of this level and of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing.
    Off,
    /// What failed.
    Error,
    /// What may fail.
    Warn,
    /// What happened.
    Info,
    /// How it happened.
    Debug,
    /// Every step.
    Trace,
}

impl Level {
    /// All levels, each with more than the one before.
    pub const ALL: [Self; 6] = [Self::Off, Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// As the wire has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name().as_bytes() == name.as_bytes())
    }
}

/// What the frames are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// defmt's own encoding, without rzCOBS. The ELF file of the firmware is needed to read it.
    Defmt,
    /// Lines of UTF-8 without their ends.
    Text,
}

impl Format {
    /// As the wire has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Defmt => "defmt",
            Self::Text => "text",
        }
    }
}

message! {
    /// Asks for frames.
    pub struct ReadRequest {
        /// From this sequence number on; 0 when absent.
        since: optional u64 = "since",
        /// At most so many; as many as fit when absent.
        max: optional u32 = "max",
        /// The run of the device that `since` is of; not compared when absent.
        boot: optional u32 = "boot",
    }
}

/// The key of [`ReadResponse::format`].
pub const FORMAT_KEY: &str = "format";
/// The key of [`ReadResponse::build`].
pub const BUILD_KEY: &str = "build";

message! {
    /// Frames in the order they were logged.
    pub struct ReadResponse<'b> {
        /// The name of a [`Format`].
        format: required &'b str = "format",
        /// The build id (GNU, `.note.gnu.build-id`) of the ELF file that the frames belong to; absent where there is none.
        build: optional &'b [u8] = "build",
        /// Which run of the device this is; absent where it does not count them.
        boot: optional u32 = "boot",
        /// The sequence number of the oldest frame the device still has.
        oldest: required u64 = "oldest",
        /// The frames.
        records: required List<'b, Record<'b>> = "records",
        /// How many from `since` to `next` are gone.
        lost: required u64 = "lost",
        /// What to give as `since` next time.
        next: required u64 = "next",
    }
}

/// A frame: an array of sequence number and bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'b> {
    /// Counts all frames of the device since it started.
    pub sequence: u64,
    /// In the response's format.
    pub frame: &'b [u8],
}

impl<'b> Value<'b> for Record<'b> {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        let mut items = reader.array()?;
        let sequence = if reader.more(&mut items)? { reader.unsigned()? } else { return Err(Malformed) };
        let frame = if reader.more(&mut items)? { reader.bytes()? } else { return Err(Malformed) };
        while reader.more(&mut items)? {
            reader.skip()?;
        }
        Ok(Self { sequence, frame })
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.begin_array()?;
        writer.unsigned(self.sequence)?;
        writer.bytes(self.frame)?;
        writer.end()
    }
}

message! {
    /// What is logged now and what could be.
    pub struct LevelResponse<'b> {
        /// The name of the [`Level`] set.
        level: required &'b str = "level",
        /// The name of the highest level the firmware was built with; setting a higher one changes nothing.
        compiled: required &'b str = "compiled",
    }
}

message! {
    /// Changes what is logged.
    pub struct LevelRequest<'b> {
        /// The name of a [`Level`].
        level: required &'b str = "level",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_their_levels() {
        for level in Level::ALL {
            assert_eq!(Level::named(level.name()), Some(level));
        }
        for name in ["", "Info", "information", "inf", "info "] {
            assert_eq!(Level::named(name), None, "{name}");
        }
        assert!(Level::ALL.is_sorted());
    }

    #[test]
    fn a_record_on_the_wire() {
        let record = Record { sequence: 24, frame: b"ab" };
        let mut buffer = [0; 16];
        let mut writer = Writer::new(&mut buffer);
        record.write(&mut writer).unwrap();
        assert_eq!(writer.position(), 7);
        assert_eq!(buffer[..7], *b"\x9f\x18\x18\x42ab\xff");
        for bytes in [&b"\x82\x18\x18\x42ab"[..], b"\x83\x18\x18\x42ab\xf5", b"\x9f\x18\x18\x42ab\xff"] {
            assert_eq!(Record::read(&mut Reader::new(bytes)), Ok(record));
        }
        for bytes in [&b"\x81\x01"[..], b"\x80", b"\x82\x01\x61a", b"\x82\x01\x42a", b""] {
            assert_eq!(Record::read(&mut Reader::new(bytes)), Err(Malformed), "{bytes:02x?}");
        }
    }
}
