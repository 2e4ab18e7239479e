// SPDX-License-Identifier: Apache-2.0

//! The watchdog: a thread that has joined and then neither works nor waits in this crate's functions for too long is named in
//! the crash record, and the device restarts.
//!
//! Every wait of this crate reports for the thread that waits, and so does each page of flash. A thread that only computes
//! calls [`report`] itself. Without `CONFIG_WESTERLY_WATCHDOG` both functions do nothing.

#[cfg(westerly_watchdog)]
use crate::ffi;

/// From now on the calling thread has to report. For a thread that does not end.
pub fn join() {
    #[cfg(westerly_watchdog)]
    ffi::westerly_watchdog_join();
}

/// The calling thread lives.
pub fn report() {
    #[cfg(westerly_watchdog)]
    ffi::westerly_watchdog_report();
}
