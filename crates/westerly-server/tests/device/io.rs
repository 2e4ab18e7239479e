// SPDX-License-Identifier: Apache-2.0
//! Inputs and outputs that work and that do not.

use westerly_server::{Io, IoError, Line};

const LINES: [Line<'static>; 4] = [
    Line { name: "led0", output: true },
    Line { name: "button0", output: false },
    Line { name: "relay", output: true },
    Line { name: "loose", output: false },
];

const RELAY: usize = 2;
const LOOSE: usize = 3;

/// What each is now. A pulse never ends, as no time passes.
pub struct Lines([bool; 4]);

impl Lines {
    pub const fn new() -> Self {
        Self([false, true, false, false])
    }
}

impl Io for Lines {
    fn line(&mut self, index: usize) -> Option<Line<'_>> {
        LINES.get(index).copied()
    }

    fn read(&mut self, index: usize) -> Result<bool, IoError> {
        if index == LOOSE { Err(IoError::Failed) } else { Ok(self.0[index]) }
    }

    fn write(&mut self, index: usize, value: bool) -> Result<(), IoError> {
        if index == RELAY {
            return Err(IoError::Failed);
        }
        self.0[index] = value;
        Ok(())
    }

    fn pulse(&mut self, index: usize, _: u32) -> Result<(), IoError> {
        self.write(index, true)
    }
}
