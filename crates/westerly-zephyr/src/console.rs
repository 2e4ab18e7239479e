// SPDX-License-Identifier: Apache-2.0

//! Zephyr's console, for the little there is to say there.

use crate::ffi;

/// Prints `text` and a newline, unformatted.
pub fn print_line(text: &str) {
    // SAFETY: the pointer and the length are those of one live string, which C only reads.
    unsafe { ffi::westerly_print_line(text.as_ptr().cast(), text.len()) };
}
