// SPDX-License-Identifier: Apache-2.0
//! The walk over a ring of records that telemetry and log share: where it begins, where it ends, and what it tells besides.

use westerly_store::{Cursor, Read, Ring};
use westerly_wire::cbor::{Full, Writer};
use westerly_wire::telemetry::{BOOT_KEY, LOST_KEY, NEXT_KEY, OLDEST_KEY, RECORDS_KEY};

/// The most that comes behind the last record: the end of the array, two keys with a number of 64 bits, the end of the map.
pub(crate) const BEHIND_RECORDS: usize = 1 + (1 + LOST_KEY.len() + 9) + (1 + NEXT_KEY.len() + 9) + 1;

/// What a request asks for.
pub(crate) struct Wanted {
    pub(crate) since: Option<u64>,
    pub(crate) max: Option<u32>,
    pub(crate) boot: Option<u32>,
}

/// A walk under way.
pub(crate) struct Reading<'r> {
    pub(crate) ring: &'r Ring,
    pub(crate) cursor: Cursor,
    /// Records after this one came when the answer was already being written. Without that end, a device that writes as fast
    /// as it is read would keep an answer whose records are all of other topics from ending.
    end: u64,
    /// Records that may still be told of.
    left: u32,
    told: bool,
    /// Lost without the cursor's knowing.
    passed_over: u64,
}

impl<'r> Reading<'r> {
    /// Begins where the request wants. After another boot of the device everything since its start is wanted.
    pub(crate) fn new(ring: &'r Ring, boot: Option<u32>, wanted: &Wanted) -> Self {
        let same = match (wanted.boot, boot) {
            (Some(wanted), Some(boot)) => wanted == boot,
            _ => true,
        };
        let since = wanted.since.filter(|_| same).unwrap_or_default();
        let end = ring.next();
        // What never was has not been lost.
        let since = if since > end { ring.oldest() } else { since };
        let left = wanted.max.unwrap_or(u32::MAX);
        Self { ring, cursor: Cursor::at(since), end, left, told: false, passed_over: 0 }
    }

    /// Writes what comes before the records and opens their array.
    pub(crate) fn begin(&self, writer: &mut Writer<'_>, boot: Option<u32>) -> Result<(), Full> {
        if let Some(boot) = boot {
            writer.text(BOOT_KEY)?;
            writer.unsigned(boot.into())?;
        }
        writer.text(OLDEST_KEY)?;
        writer.unsigned(self.ring.oldest())?;
        writer.text(RECORDS_KEY)?;
        writer.begin_array()
    }

    /// Whether there is another record to be looked at.
    pub(crate) fn goes_on(&self) -> bool {
        self.left > 0 && self.cursor.next() < self.end
    }

    /// The record before the cursor is in the answer.
    pub(crate) fn tell(&mut self) {
        self.told = true;
        self.left = self.left.saturating_sub(1);
    }

    /// The record behind this cursor does not fit; gives whether to go on. It is left for the next answer, unless it did not fit
    /// an answer without any other: then it never will, and is lost.
    pub(crate) fn does_not_fit(&mut self, before: Cursor) -> bool {
        self.cursor = before;
        if self.told {
            return false;
        }
        // Once more, to come behind a gap before it.
        match self.ring.read(&mut self.cursor, &mut []) {
            Read::TooLong { .. } => self.cursor.skip(),
            Read::Record { .. } => self.passed_over = self.passed_over.saturating_add(1),
            Read::End => {}
        }
        true
    }

    /// Ends the array and writes what comes behind it.
    pub(crate) fn end(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.end()?;
        writer.text(LOST_KEY)?;
        writer.unsigned(self.cursor.lost().saturating_add(self.passed_over))?;
        writer.text(NEXT_KEY)?;
        writer.unsigned(self.cursor.next())?;
        writer.end()
    }
}
