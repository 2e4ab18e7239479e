// SPDX-License-Identifier: Apache-2.0

//! Hello world: what a Zephyr application in Rust costs before it does anything. The size of Westerly is told as the
//! difference to this.
//!
//! Like the firmware it formats nothing and does without the `zephyr` crate's panic handler, which would link `core::fmt`:
//! against a larger hello world Westerly would look smaller.

#![no_std]

use core::ffi::{CStr, c_char};
use core::panic::PanicInfo;

// SAFETY: this is how Zephyr declares it in <zephyr/sys/printk.h>.
unsafe extern "C" {
    fn printk(format: *const c_char, ...);
}

const HELLO: &CStr = c"Hello world from Rust\n";

// SAFETY: zephyr-lang-rust's main() calls this name, once, and nothing else of that name is linked.
#[unsafe(no_mangle)]
extern "C" fn rust_main() {
    // SAFETY: the text ends in a zero byte, lives for ever, and names no argument.
    unsafe { printk(HELLO.as_ptr()) }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
