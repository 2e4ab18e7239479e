// SPDX-License-Identifier: Apache-2.0
//! The ELF file of a firmware: what the numbers in its defmt frames stand for, and which build it is.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use defmt_decoder::{DecodeError, Encoding, Frame, Locations, StreamDecoder, Table};
use object::Object as _;

use crate::failure::Failure;

pub(crate) struct Elf {
    path: PathBuf,
    table: Table,
    locations: Option<Locations>,
    /// The GNU build id; empty when the linker wrote none.
    pub(crate) build: Vec<u8>,
}

impl Elf {
    /// Reads a file; with `locations` also where in the source each message is.
    pub(crate) fn open(path: &Path, locations: bool) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|source| Failure::File { path: path.into(), source })?;
        let failed = |problem: String| Failure::Elf { path: path.into(), problem };
        let build = object::File::parse(&*bytes).and_then(|file| Ok(file.build_id()?.unwrap_or_default().to_vec()));
        let build = build.map_err(|error| failed(format!("is no ELF file: {error}")))?;
        let table = Table::parse(&bytes).map_err(|error| failed(format!("cannot be used: {error}")))?;
        let table = table.ok_or_else(|| failed("has no defmt messages".into()))?;
        let locations = locations.then(|| table.get_locations(&bytes)).transpose();
        let locations = locations.map_err(|error| failed(format!("does not say where its messages are: {error}")))?;
        Ok(Self { path: path.into(), table, locations, build })
    }

    /// What a whole frame says; `None` when it is none of this firmware's.
    pub(crate) fn line(&self, frame: &[u8]) -> Option<String> {
        let (decoded, _) = self.table.decode(frame).ok()?;
        Some(self.text(&decoded))
    }

    /// For frames one behind the other in rzCOBS.
    pub(crate) fn stream(&self) -> Result<Stream<'_>, Failure> {
        if self.table.encoding() != Encoding::Rzcobs {
            let problem = "says that its frames are not in rzCOBS: in a stream they cannot be told apart".into();
            return Err(Failure::Elf { path: self.path.clone(), problem });
        }
        Ok(Stream { elf: self, decoder: self.table.new_stream_decoder(), decoded: 0, undecoded: 0 })
    }

    fn text(&self, frame: &Frame<'_>) -> String {
        let mut text = String::new();
        if let Some(timestamp) = frame.display_timestamp() {
            let _ = write!(text, "{timestamp:>12} ");
        }
        let level = frame.level().map_or("", |level| level.as_str());
        let _ = write!(text, "{:<5} {}", level.to_uppercase(), frame.display_message());
        if let Some(location) = self.locations.as_ref().and_then(|locations| locations.get(&frame.index())) {
            let _ = write!(text, "  ({}:{})", location.file.display(), location.line);
        }
        text
    }
}

/// Takes bytes as they come.
pub(crate) struct Stream<'e> {
    elf: &'e Elf,
    decoder: Box<dyn StreamDecoder + Send + Sync + 'e>,
    decoded: u64,
    undecoded: u64,
}

impl Stream<'_> {
    /// Calls `each` with the line of every frame that has become whole.
    pub(crate) fn take(&mut self, bytes: &[u8], mut each: impl FnMut(String)) {
        self.decoder.received(bytes);
        loop {
            match self.decoder.decode() {
                Ok(frame) => {
                    self.decoded += 1;
                    each(self.elf.text(&frame));
                }
                Err(DecodeError::UnexpectedEof) => return,
                // The beginning of a capture is often the end of a frame.
                Err(DecodeError::Malformed) => {
                    self.undecoded += 1;
                    each("-- a frame that cannot be decoded".into());
                }
            }
        }
    }

    pub(crate) const fn decoded(&self) -> u64 {
        self.decoded
    }

    pub(crate) const fn undecoded(&self) -> u64 {
        self.undecoded
    }
}

/// As `readelf -n` and `file` print a build id.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
