// SPDX-License-Identifier: Apache-2.0

//! Time as the kernel counts it.

use crate::ffi;

/// Puts the calling thread to sleep for at least this many milliseconds.
pub fn sleep_milliseconds(milliseconds: u32) {
    ffi::westerly_sleep(milliseconds);
}
