// SPDX-License-Identifier: Apache-2.0

//! The log: defmt frames in RAM, and what of them is logged.

use core::sync::atomic::AtomicU32;

use westerly_defmt::Level;
use westerly_store::Ring;

use crate::configuration;

const WORD: usize = size_of::<AtomicU32>();

const _: () = assert!(configuration::LOG_SIZE.is_power_of_two(), "CONFIG_WESTERLY_LOG_SIZE is not a power of two");

static FRAMES: Ring<[AtomicU32; configuration::LOG_SIZE / WORD]> = Ring::new();

/// Before the first message.
pub fn start() {
    westerly_defmt::start(&FRAMES);
    westerly_defmt::set_level(Level::ALL[configuration::LOG_LEVEL]);
    defmt::info!("Westerly {=str} starts", env!("CARGO_PKG_VERSION"));
}
