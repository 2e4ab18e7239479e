// SPDX-License-Identifier: Apache-2.0

//! Crashes on request, for tests: what `tests/application/crashes.c` does.

use crate::ffi;

/// Crashes in the way of that name, or makes the caller or another thread stop. False if there is no such way.
#[must_use]
pub fn provoke(kind: &str) -> bool {
    // SAFETY: the pointer and the length are those of one live string, which C only reads. What it does then is a crash, and
    // that is what it is asked for.
    unsafe { ffi::westerly_test_crash(kind.as_ptr(), kind.len()) }
}
