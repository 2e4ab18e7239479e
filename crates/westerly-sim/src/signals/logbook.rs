// SPDX-License-Identifier: Apache-2.0
//! The board's log: lines of text in a ring.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use westerly_store::Ring;
use westerly_wire::log::Level;

/// 8 KB, as much as a board could spare.
pub(super) type LogRing = Ring<[AtomicU32; 2048]>;

pub(super) struct Logbook {
    pub(super) ring: Arc<LogRing>,
    pub(super) level: Level,
}

impl Logbook {
    pub(super) fn new(level: Level) -> Self {
        Self { ring: Arc::default(), level }
    }

    /// Logs a line, if its level is logged.
    pub(super) fn write(&self, now: u64, level: Level, text: fmt::Arguments<'_>) {
        if level <= self.level {
            let (seconds, milliseconds) = (now / 1000, now % 1000);
            let level = level.name().to_uppercase();
            let line = format!("{seconds:>6}.{milliseconds:03} {level:<5} {text}");
            // A line too long for the ring has its number, and so counts as lost.
            let _ = self.ring.writer().append(&[line.as_bytes()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use westerly_store::{Cursor, Read};

    #[test]
    fn lines_above_the_level_are_left_out() {
        let log = Logbook::new(Level::Info);
        log.write(12_034, Level::Warn, format_args!("one"));
        log.write(12_035, Level::Debug, format_args!("two"));
        log.write(12_036, Level::Info, format_args!("three"));
        let (mut cursor, mut bytes, mut lines) = (Cursor::at(0), [0; 100], vec![]);
        while let Read::Record { length, .. } = log.ring.read(&mut cursor, &mut bytes) {
            lines.push(String::from_utf8(bytes[..length].to_vec()).unwrap());
        }
        assert_eq!(lines, ["    12.034 WARN  one", "    12.036 INFO  three"]);
    }
}
