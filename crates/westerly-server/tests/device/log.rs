// SPDX-License-Identifier: Apache-2.0
//! A log of a few frames, the first of them overwritten.

use core::sync::atomic::AtomicU32;

use westerly_server::store::Ring;
use westerly_server::{Level, Log, LogFormat, NotKept};

pub struct Logged {
    ring: Ring<[AtomicU32; 16]>,
    level: Level,
}

impl Logged {
    /// Frame 0 is overwritten, frame 2 was too long for the ring, frame 3 is empty.
    pub fn new() -> Self {
        let logged = Self { ring: Ring::new(), level: Level::Info };
        let mut writer = logged.ring.writer();
        for frame in [&b"first of all"[..], b"\x01\x00\x10\x27", &[0; 100], b"", b"\x02\x00\x11\x27\x05", b"last"] {
            let _ = writer.append(&[frame]);
        }
        logged
    }
}

impl Log for Logged {
    fn ring(&self) -> &Ring {
        &self.ring
    }

    fn boot(&self) -> Option<u32> {
        Some(5)
    }

    fn format(&self) -> LogFormat {
        LogFormat::Defmt
    }

    fn build(&self) -> &[u8] {
        b"\x0b\x1d\x01\xd0"
    }

    fn level(&self) -> Level {
        self.level
    }

    fn compiled(&self) -> Level {
        Level::Debug
    }

    fn set_level(&mut self, level: Level) -> Result<(), NotKept> {
        self.level = level;
        // A level nothing was built for is not worth keeping here.
        if level > Level::Debug { Err(NotKept) } else { Ok(()) }
    }
}
