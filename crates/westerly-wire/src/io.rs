// SPDX-License-Identifier: Apache-2.0
//! The messages of Westerly's io group (66): inputs and outputs by name (docs/protocol.md).

use crate::cbor::List;
use crate::message;

/// Command numbers.
pub mod command {
    /// What there is; read.
    pub const LIST: u8 = 0;
    /// Whether one is on; read, or write to an output.
    pub const VALUE: u8 = 1;
    /// Switches an output on for a time; write.
    pub const PULSE: u8 = 2;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 3;
}

/// Codes of this group's errors.
pub mod code {
    /// There is none of that name.
    pub const UNKNOWN_NAME: u16 = 2;
    /// It is an input.
    pub const NOT_AN_OUTPUT: u16 = 3;
    /// The device behind it failed.
    pub const DEVICE_FAILED: u16 = 4;
    /// A pulse is 1 to [`LONGEST_PULSE`](super::LONGEST_PULSE) milliseconds long.
    pub const INVALID_DURATION: u16 = 5;
}

/// Milliseconds of the longest pulse.
pub const LONGEST_PULSE: u32 = 60_000;

message! {
    /// Asks what there is.
    pub struct ListRequest {
        /// From this place of the list on, counted from 0; from the first when absent.
        from: optional u32 = "from",
    }
}

message! {
    /// An input or an output.
    pub struct Line<'b> {
        /// By which it is read and written.
        name: required &'b str = "name",
        /// Whether it can be written.
        output: required bool = "output",
        /// Whether it is on; absent when the device behind it failed.
        value: optional bool = "value",
    }
}

/// The key of [`ListResponse::lines`], for writers that have no slice.
pub const LINES_KEY: &str = "io";

pub use crate::telemetry::NEXT_KEY;

message! {
    /// As many as fit, in the device's order.
    pub struct ListResponse<'b> {
        /// Inputs and outputs.
        lines: required List<'b, Line<'b>> = "io",
        /// Where to ask on; absent when this was the last.
        next: optional u32 = "next",
    }
}

message! {
    /// Asks for a value.
    pub struct ReadRequest<'b> {
        /// Whose.
        name: required &'b str = "name",
    }
}

message! {
    /// A value.
    pub struct ReadResponse {
        /// Whether it is on: the logical value, whatever level that is on the pin.
        value: required bool = "value",
    }
}

message! {
    /// Switches an output.
    pub struct WriteRequest<'b> {
        /// Which.
        name: required &'b str = "name",
        /// On or off.
        value: required bool = "value",
    }
}

message! {
    /// Switches an output on, and off after a time. A write or another pulse takes the place of one under way.
    pub struct PulseRequest<'b> {
        /// Which.
        name: required &'b str = "name",
        /// After so many milliseconds.
        duration: required u32 = "duration",
    }
}
