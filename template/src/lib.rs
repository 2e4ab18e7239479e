// SPDX-License-Identifier: Apache-2.0

//! A doorbell that is managed over SMP: Westerly's firmware and one group more.

#![no_std]

mod bell;

use bell::Bell;
use westerly_firmware::westerly_zephyr::sync::TakeOnce;

static BELL: TakeOnce<Bell> = TakeOnce::new(Bell { rings: 0 });

/// What Zephyr's main thread runs.
// SAFETY: the name is what zephyr-lang-rust's main() calls, and nothing else of that name is linked.
#[unsafe(no_mangle)]
pub extern "C" fn rust_main() {
    if let Some(bell) = BELL.take() {
        westerly_firmware::run([bell]);
    }
}
