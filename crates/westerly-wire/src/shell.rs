// SPDX-License-Identifier: Apache-2.0
//! The messages of the shell group (9): one line for the device's shell (Zephyr documentation, "Shell Management Group").

use crate::cbor::List;
use crate::message;

/// Command numbers.
pub mod command {
    /// Executes a line; write.
    pub const EXECUTE: u8 = 0;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 1;
}

/// Codes of this group's errors.
pub mod code {
    /// The line is longer than the device can take.
    pub const COMMAND_TOO_LONG: u16 = 2;
    /// There is nothing in the line.
    pub const EMPTY_COMMAND: u16 = 3;
}

message! {
    /// A line for the shell.
    pub struct ExecuteRequest<'b> {
        /// Its words. Many clients send the whole line as one.
        arguments: required List<'b, &'b str> = "argv",
    }
}

/// The first key of [`ExecuteResponse`], for writers that put the output in its place.
pub const OUTPUT_KEY: &str = "o";
/// The second key of [`ExecuteResponse`].
pub const RETURN_KEY: &str = "ret";

message! {
    /// What a line came to.
    pub struct ExecuteResponse<'b> {
        /// What it printed.
        output: required &'b str = "o",
        /// What it returned; 0 is success, as in the device's shell.
        returned: required i32 = "ret",
    }
}
