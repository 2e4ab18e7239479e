// SPDX-License-Identifier: Apache-2.0
//! The way out through C.

use core::fmt::{self, Write as _};
use core::panic::PanicInfo;

// SAFETY: defined in cases.c with these types; they take values only and may be called from any thread.
unsafe extern "C" {
    safe fn vector_print(character: u8);
    safe fn vector_panicked() -> !;
}

struct Printer;

impl fmt::Write for Printer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| vector_print(byte));
        Ok(())
    }
}

struct Hexadecimal<'b>(&'b [u8]);

impl fmt::Display for Hexadecimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Whether the two are the same; prints them if not.
pub fn same(what: &str, expected: &[u8], got: &[u8]) -> bool {
    if expected != got {
        // Printing does not fail.
        let _ = writeln!(Printer, "{what}\n  expected {}\n  got      {}", Hexadecimal(expected), Hexadecimal(got));
    }
    expected == got
}

/// Prints what is wrong.
pub fn wrong(what: fmt::Arguments<'_>) -> bool {
    let _ = writeln!(Printer, "{what}");
    false
}

/// Fails the case.
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    let _ = writeln!(Printer, "{info}");
    vector_panicked()
}
