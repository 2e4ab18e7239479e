// SPDX-License-Identifier: Apache-2.0
//! A shell of a few commands.

use westerly_server::{Executed, Shell};

/// Says back what follows `echo`; `false` returns -8, `flood` prints more than anybody reads, `bytes` what is no text.
pub struct Commands;

impl Shell for Commands {
    fn execute(&mut self, line: &str, output: &mut [u8]) -> Executed {
        let mut printed = Printed::to(output);
        let returned = match line.split(' ').next() {
            Some("echo") => {
                printed.print(line.get(5..).unwrap_or_default().as_bytes());
                0
            }
            Some("false") => -8,
            Some("flood") => {
                (0..100).for_each(|_| printed.print("flooding the line ✓\n".as_bytes()));
                1
            }
            Some("bytes") => {
                printed.print(b"a\xffb\xc3");
                0
            }
            _ => {
                printed.print(b"no such command");
                i32::MIN
            }
        };
        printed.executed(returned)
    }
}

/// What was printed, as far as there is room.
pub struct Printed<'o> {
    output: &'o mut [u8],
    length: usize,
    cut: usize,
}

impl<'o> Printed<'o> {
    pub fn to(output: &'o mut [u8]) -> Self {
        Self { output, length: 0, cut: 0 }
    }

    pub fn executed(&self, returned: i32) -> Executed {
        Executed { length: self.length, cut: self.cut, returned }
    }

    pub fn print(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match self.output.get_mut(self.length) {
                Some(place) => {
                    *place = byte;
                    self.length += 1;
                }
                None => self.cut += 1,
            }
        }
    }
}
