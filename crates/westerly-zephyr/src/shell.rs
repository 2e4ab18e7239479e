// SPDX-License-Identifier: Apache-2.0

//! Zephyr's shell, through a back end of our own (`c/shell.c`) that prints into the answer.

use westerly_server::{Executed, Shell};

use crate::ffi;

/// Implements [`Shell`]: a line runs in the thread that asks for it, on its stack, and nobody else is answered meanwhile.
pub struct ZephyrShell;

impl Shell for ZephyrShell {
    fn execute(&mut self, line: &str, output: &mut [u8]) -> Executed {
        let mut printed = ffi::ShellOutput::default();
        // SAFETY: C reads the line and writes to `output`, neither beyond its length, and keeps neither; it fills a structure
        // of its own layout.
        let returned = unsafe {
            ffi::westerly_shell_execute(line.as_ptr(), line.len(), output.as_mut_ptr(), output.len(), &raw mut printed)
        };
        Executed { length: printed.length.min(output.len()), cut: printed.cut, returned }
    }
}
