// SPDX-License-Identifier: Apache-2.0
//! Answers that hold as many entries as fit: each is written in its place, and taken back when it does not fit.

use westerly_wire::cbor::{Full, Writer};
use westerly_wire::error::Code;
use westerly_wire::telemetry::NEXT_KEY;

use crate::Failure;

/// The most that [`List::end`] writes: the ends of array and map, and a key with a number of 32 bits.
const END_OF_LIST: usize = 1 + 1 + NEXT_KEY.len() + 5 + 1;

/// Writes an entry unless it does not fit together with the `behind` bytes that come after the last; gives whether it did.
#[inline(never)]
pub(crate) fn fits(
    writer: &mut Writer<'_>,
    behind: usize,
    write: &mut dyn FnMut(&mut Writer<'_>) -> Result<(), Full>,
) -> bool {
    let before = writer.position();
    if write(writer).is_ok() && writer.room() >= behind {
        return true;
    }
    writer.truncate(before);
    false
}

/// The last array of an answer, and behind it where to ask on when not everything fitted.
#[derive(Debug, Default)]
pub(crate) struct List {
    begun: bool,
    /// The number of the first entry that did not fit.
    next: Option<u32>,
}

impl List {
    /// Opens the array.
    pub(crate) fn begin(writer: &mut Writer<'_>, key: &str) -> Result<Self, Full> {
        writer.text(key)?;
        writer.begin_array()?;
        Ok(Self::default())
    }

    /// Whether there may be room for another entry.
    pub(crate) const fn goes_on(&self) -> bool {
        self.next.is_none()
    }

    /// Writes the entry of that number if it fits.
    pub(crate) fn entry(
        &mut self,
        writer: &mut Writer<'_>,
        number: u32,
        write: &mut dyn FnMut(&mut Writer<'_>) -> Result<(), Full>,
    ) {
        if fits(writer, END_OF_LIST, write) {
            self.begun = true;
        } else {
            self.next = Some(number);
        }
    }

    /// Closes array and map.
    ///
    /// # Errors
    /// [`Code::TooLarge`] when not even one entry fitted: asking on would never end.
    pub(crate) fn end(self, writer: &mut Writer<'_>) -> Result<(), Failure> {
        writer.end()?;
        if let Some(next) = self.next {
            if !self.begun {
                return Err(Code::TooLarge.into());
            }
            writer.text(NEXT_KEY)?;
            writer.unsigned(next.into())?;
        }
        Ok(writer.end()?)
    }
}
