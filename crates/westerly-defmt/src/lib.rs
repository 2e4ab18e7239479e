// SPDX-License-Identifier: Apache-2.0

//! [defmt](https://defmt.ferrous-systems.com) on Zephyr: a global logger whose frames go into a ring in RAM.
//!
//! ```text
//! defmt::info! --stage, interrupts locked--> westerly_store::Ring --Cursor--> readers (Westerly's group 65)
//!                                                                 --Cursor--> thread westerly_defmt --> UART, RTT
//! ```
//! Who logs never waits for a reader: the ring overwrites its oldest frame, and each reader learns how many it has missed.
//! The ring holds frames as defmt makes them; rzCOBS is added on the UART and over RTT.
//!
//! For any application of zephyr-lang-rust, Westerly or not: add this folder in CMake (`add_subdirectory`), which brings the
//! linker section, and start the logger before the first message that matters:
//!
//! ```ignore
//! static FRAMES: Ring<[AtomicU32; 512]> = Ring::new();
//!
//! #[unsafe(no_mangle)]
//! extern "C" fn rust_main() {
//!     westerly_defmt::start(&FRAMES);
//!     defmt::info!("up");
//! }
//! ```
//! It needs neither the crate `zephyr` nor an allocator, nor Zephyr's own logging. What it will not do: decode, keep frames
//! over a restart, log from a non-maskable interrupt, or from a thread in user mode (where interrupts cannot be locked).
//!
//! Its `unsafe` is in three places: the logger's state, which the interrupt lock guards (`logger.rs`), calls of its C side
//! (`ffi.rs`), and names that C calls.

#![cfg_attr(not(test), no_std)]

mod ffi;
mod last;
mod level;
mod logger;
mod outlet;
mod panic;
mod stage;
#[cfg(test)]
mod stand_in;

pub use level::Level;
pub use logger::{compiled, level, set_level, start};
pub use panic::{STOPPED, fatal, log_fatal, log_panic, panic};
pub use stage::FRAME_SIZE;

/// The GNU build id of the image: the hash that `readelf -n` shows of its ELF file. Empty if it was linked without.
#[must_use]
pub fn build_id() -> &'static [u8] {
    ffi::build_id()
}
