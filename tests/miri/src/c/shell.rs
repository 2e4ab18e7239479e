// SPDX-License-Identifier: Apache-2.0

//! The shell, and the devicetree's inputs and outputs.

use std::ffi::{c_char, c_int};

use super::{fill, functions, literal, put, text};

#[repr(C)]
struct ShellOutput {
    length: usize,
    cut: usize,
}

functions! {
    // Prints its line.
    fn westerly_shell_execute(
        line: *const u8,
        line_length: usize,
        output: *mut u8,
        size: usize,
        result: *mut ShellOutput,
    ) -> c_int {
        let line = text(line, line_length);
        let length = fill(output, size, line.as_bytes());
        put(result, ShellOutput { length, cut: line.len() - length });
        -8
    }

    fn westerly_io_start() {}

    fn westerly_io_line(index: u8, output: *mut bool) -> *const c_char {
        put(output, index == 0);
        match index {
            0 => literal(c"green"),
            1 => literal(c"button"),
            _ => std::ptr::null(),
        }
    }

    fn westerly_io_read(index: u8) -> c_int {
        if index < 2 { 1 } else { -1 }
    }

    fn westerly_io_write(index: u8, value: bool) -> c_int {
        if index == 0 && value { 0 } else { -6 }
    }

    fn westerly_io_pulse(index: u8, milliseconds: u32) -> c_int {
        if index == 0 && milliseconds > 0 { 0 } else { -6 }
    }
}
