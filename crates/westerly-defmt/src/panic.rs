// SPDX-License-Identifier: Apache-2.0

//! The last frames: panics of Rust and fatal errors of Zephyr, and what was in the ring before them.

use core::panic::PanicInfo;
use core::{slice, str};

use crate::{logger, outlet};

/// The reason that [`log_fatal`] takes for a thread that has stopped: none of Zephyr's.
pub const STOPPED: u32 = u32::MAX;

/// For the application's `#[panic_handler]`: logs the place and sends what is left in the ring. Returns; what stops the
/// system is the application's choice.
///
/// The place and not the message: formatting that would link `core::fmt`, about 4 KB on Cortex-M3.
pub fn panic(info: &PanicInfo<'_>) {
    log_panic(info);
    outlet::flush();
}

/// As [`panic()`], but for sending: where a handler of fatal errors comes behind it that does.
pub fn log_panic(info: &PanicInfo<'_>) {
    logger::abandon();
    match info.location() {
        Some(place) => defmt::error!("panic at {=str}:{=u32}", place.file(), place.line()),
        None => defmt::error!("panic"),
    }
}

/// For a handler of Zephyr's fatal errors (`CONFIG_WESTERLY_DEFMT_FATAL` brings one): logs the reason (`K_ERR_*`), the thread
/// and the program counter, 0 if that is not known, and sends what is left in the ring.
pub fn fatal(reason: u32, thread: &str, place: usize) {
    log_fatal(reason, thread, place);
    outlet::flush();
}

/// As [`fatal`], but for sending. [`STOPPED`] is a reason too.
pub fn log_fatal(reason: u32, thread: &str, place: usize) {
    logger::abandon();
    let what = match reason {
        0 => defmt::intern!("processor exception"),
        1 => defmt::intern!("unhandled interrupt"),
        2 => defmt::intern!("stack overflow"),
        3 => defmt::intern!("kernel oops"),
        4 => defmt::intern!("kernel panic"),
        STOPPED => defmt::intern!("a thread that has stopped"),
        _ => defmt::intern!("of the architecture"),
    };
    defmt::error!("fatal error {=u32} ({=istr}) in thread {=str} at {=usize:#x}", reason, what, thread, place);
}

/// For C.
///
/// # Safety
/// `thread` points to `thread_length` bytes.
// SAFETY: the name is one of c/westerly_defmt.h, which nothing else defines.
#[unsafe(no_mangle)]
unsafe extern "C" fn westerly_defmt_fatal(reason: u32, thread: *const u8, thread_length: usize, place: usize) {
    // SAFETY: C passes the thread's name, which is not null, with its length.
    let name = unsafe { slice::from_raw_parts(thread, thread_length) };
    log_fatal(reason, str::from_utf8(name).unwrap_or_default(), place);
}

/// For C.
// SAFETY: the name is one of c/westerly_defmt.h, which nothing else defines.
#[unsafe(no_mangle)]
extern "C" fn westerly_defmt_flush() {
    outlet::flush();
}
