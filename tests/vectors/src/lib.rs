// SPDX-License-Identifier: Apache-2.0
//! The golden vectors of westerly-wire, westerly-server and westerly-store, run where they count: on the target.
//!
//! src/cases.c has a ztest case for each line of the golden files and calls the function that build.rs makes of it. What
//! differs is printed, and a panic fails the case it happens in.

#![no_std]
#![deny(missing_docs)]

mod overload;
mod print;
#[allow(dead_code, reason = "one of the two programs has no vectors of it")]
mod serial;
mod server;
#[allow(dead_code, reason = "one of the two programs has no vectors of it")]
mod store;
mod vectors {
    include!(concat!(env!("OUT_DIR"), "/vectors.rs"));
}

use core::panic::PanicInfo;

/// What zephyr-lang-rust's main() calls, which ztest's main() replaces.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
extern "C" fn rust_main() {}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    print::panicked(info)
}
