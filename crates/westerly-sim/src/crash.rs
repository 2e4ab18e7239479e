// SPDX-License-Identifier: Apache-2.0
//! The simulated board's record of a crash: none, until its shell is told `crash`. It lasts as long as the process, as RAM does.

use std::time::Duration;

use westerly_server::{Crash, CrashRecord, Log, Reason};
use westerly_store::{Cursor, Read};
use westerly_wire::log::Format;

/// Bytes the longest line of the log may have.
const LINE: usize = 512;
/// How many of the last lines are kept.
const LINES: usize = 16;

/// Zephyr's number for what the simulated board does.
const KERNEL_OOPS: u32 = 3;

/// Implements [`Crash`]. There is no processor, so no address is known.
#[derive(Default)]
pub(crate) struct SimulatedCrash(Option<Recorded>);

struct Recorded {
    count: u32,
    uptime: u64,
    boot: Option<u32>,
    frames: Vec<Vec<u8>>,
}

impl SimulatedCrash {
    /// What the handler of a board would do.
    pub(crate) fn happen(&mut self, uptime: Duration, log: &impl Log) {
        let count = self.0.as_ref().map_or(0, |last| last.count);
        self.0 = Some(Recorded {
            count: count.saturating_add(1),
            uptime: u64::try_from(uptime.as_millis()).unwrap_or(u64::MAX),
            boot: log.boot(),
            frames: last_lines(log),
        });
    }
}

fn last_lines(log: &impl Log) -> Vec<Vec<u8>> {
    let mut cursor = Cursor::at(0);
    let mut line = [0; LINE];
    let mut lines = Vec::new();
    loop {
        match log.ring().read(&mut cursor, &mut line) {
            Read::Record { length, .. } => lines.push(line[..length].to_vec()),
            Read::TooLong { .. } => cursor.skip(),
            Read::End => break,
        }
    }
    lines.split_off(lines.len().saturating_sub(LINES))
}

impl Crash for SimulatedCrash {
    fn record(&self) -> Option<CrashRecord<'_>> {
        self.0.as_ref().map(|recorded| CrashRecord {
            count: recorded.count,
            reason: Reason::KernelOops,
            code: KERNEL_OOPS,
            thread: "shell",
            pc: None,
            lr: None,
            sp: None,
            uptime: Some(recorded.uptime),
            boot: recorded.boot,
            build: &[],
            file: "",
            line: None,
        })
    }

    fn register(&self, _: usize) -> Option<(&str, u64)> {
        None
    }

    fn return_address(&self, _: usize) -> Option<u64> {
        None
    }

    fn frame(&self, index: usize) -> Option<&[u8]> {
        self.0.as_ref()?.frames.get(index).map(Vec::as_slice)
    }

    fn format(&self) -> Format {
        Format::Text
    }

    fn clear(&mut self) {
        self.0 = None;
    }
}
