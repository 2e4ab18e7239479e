// SPDX-License-Identifier: Apache-2.0

//! The firmware of this repository: westerly-firmware, with no groups but Westerly's own. An application of your own begins
//! with template/ instead.

#![no_std]
#![deny(missing_docs)]

/// What Zephyr's main thread runs. The thread goes on as the serial transport, which saves a stack.
// SAFETY: the name is what zephyr-lang-rust's main() calls, and nothing else of that name is linked.
#[unsafe(no_mangle)]
pub extern "C" fn rust_main() {
    westerly_firmware::run([]);
}
