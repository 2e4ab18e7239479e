// SPDX-License-Identifier: Apache-2.0

//! The devicetree's outputs (`gpio-leds`) and inputs (`gpio-keys`), by name.

use westerly_server::{Io, IoError, Line};

use crate::error::{self, Error};
use crate::ffi::{self, text};

/// Implements [`Io`]: the outputs first, then the inputs, each in the order of the devicetree. A pulse ends on the system's
/// work queue. An output whose controller cannot tell its level reads as it was last written.
pub struct ZephyrIo;

/// Configures all of them, the outputs to off. Once, before anything else here.
pub fn start() {
    ffi::westerly_io_start();
}

/// There are no more than 255 lines: a place beyond is none's.
fn place(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

fn outcome(result: core::ffi::c_int) -> Result<usize, IoError> {
    error::outcome(result).map_err(|error| match error {
        Error::ReadOnly => IoError::NotAnOutput,
        _ => IoError::Failed,
    })
}

impl Io for ZephyrIo {
    fn line(&mut self, index: usize) -> Option<Line<'_>> {
        let mut output = false;
        // SAFETY: C writes one value where it is told.
        let name = unsafe { ffi::westerly_io_line(place(index), &raw mut output) };
        // SAFETY: C returns null or a string literal.
        let name = (!name.is_null()).then(|| unsafe { text(name) })?;
        Some(Line { name, output })
    }

    fn read(&mut self, index: usize) -> Result<bool, IoError> {
        outcome(ffi::westerly_io_read(place(index))).map(|value| value != 0)
    }

    fn write(&mut self, index: usize, value: bool) -> Result<(), IoError> {
        outcome(ffi::westerly_io_write(place(index), value)).map(drop)
    }

    fn pulse(&mut self, index: usize, milliseconds: u32) -> Result<(), IoError> {
        outcome(ffi::westerly_io_pulse(place(index), milliseconds)).map(drop)
    }
}
