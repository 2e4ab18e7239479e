// SPDX-License-Identifier: Apache-2.0

//! What happens when a promise of the code is broken: the place is printed and the kernel's own panic takes over.

use core::panic::PanicInfo;

use crate::ffi;

/// For the application's `#[panic_handler]`: prints file and line, then stops the way Zephyr stops.
///
/// It does not print the panic's message. Formatting it would link `core::fmt`, about 4 KB on Cortex-M3.
pub fn panic(info: &PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |location| (location.file(), location.line()));
    // SAFETY: the pointer and the length are those of one live string, which C only reads.
    unsafe { ffi::westerly_fatal(file.as_ptr().cast(), file.len(), line) };
    // The kernel's panic ends this thread. An application may replace its handler by one that returns: stay here then.
    loop {
        ffi::westerly_sleep(u32::MAX / 2);
    }
}
