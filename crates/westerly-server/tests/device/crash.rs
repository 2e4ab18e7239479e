// SPDX-License-Identifier: Apache-2.0
//! A record of a crash, until it is cleared.

use westerly_server::{Crash, CrashRecord, LogFormat, Reason};

pub struct Crashed(bool);

impl Crashed {
    pub const fn new() -> Self {
        Self(true)
    }
}

const REGISTERS: [(&str, u64); 3] = [("r0", 0), ("r12", 0xffff_ffff), ("xpsr", 0x6100_0000)];
const STACK: [u64; 3] = [0x1a35, 0x2b47, 0x10];
const FRAMES: [&[u8]; 4] = [b"\x01\x00\x10\x27", b"", b"\x02\x00\x11\x27\x05", b"last"];

impl Crash for Crashed {
    fn record(&self) -> Option<CrashRecord<'_>> {
        self.0.then_some(CrashRecord {
            count: 3,
            reason: Reason::Assertion,
            code: 4,
            thread: "main",
            pc: Some(0x0000_1234),
            lr: Some(0x1a35),
            sp: Some(0x2000_0ff0),
            uptime: Some(70_000),
            boot: Some(4),
            build: b"\x0b\x1d\x01\xd0",
            file: "src/door.c",
            line: Some(300),
        })
    }

    fn register(&self, index: usize) -> Option<(&str, u64)> {
        REGISTERS.get(index).copied().filter(|_| self.0)
    }

    fn return_address(&self, index: usize) -> Option<u64> {
        STACK.get(index).copied().filter(|_| self.0)
    }

    fn frame(&self, index: usize) -> Option<&[u8]> {
        FRAMES.get(index).copied().filter(|_| self.0)
    }

    fn format(&self) -> LogFormat {
        LogFormat::Defmt
    }

    fn clear(&mut self) {
        self.0 = false;
    }
}
