// SPDX-License-Identifier: Apache-2.0

//! Time as the kernel counts it.

use crate::ffi;

/// Puts the calling thread to sleep for at least this many milliseconds.
pub fn sleep_milliseconds(milliseconds: u32) {
    ffi::westerly_sleep(milliseconds);
}

/// Milliseconds since the kernel's start.
#[must_use]
pub fn uptime_milliseconds() -> u64 {
    ffi::westerly_uptime()
}

/// Lets other threads of the calling thread's priority run first.
pub fn yield_now() {
    ffi::westerly_yield();
}
