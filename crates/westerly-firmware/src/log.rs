// SPDX-License-Identifier: Apache-2.0

//! The log: defmt frames in RAM, what of them is logged, and what the log group tells of them.

use core::sync::atomic::AtomicU32;

use westerly_server::{Level, Log, LogFormat, NotKept};
use westerly_store::Ring;
#[cfg(westerly_settings)]
use westerly_zephyr::settings;

use crate::configuration;

const WORD: usize = size_of::<AtomicU32>();

const _: () = assert!(configuration::LOG_SIZE.is_power_of_two(), "CONFIG_WESTERLY_LOG_SIZE is not a power of two");

/// The setting that keeps the level, as the wire names it.
#[cfg(westerly_settings)]
const SETTING: &str = "log/level";
#[cfg(westerly_settings)]
const LONGEST_LEVEL: usize = 5;

static FRAMES: Ring<[AtomicU32; configuration::LOG_SIZE / WORD]> = Ring::new();

/// Before the first message.
#[inline]
pub fn start() {
    westerly_defmt::start(&FRAMES);
    westerly_defmt::set_level(westerly_defmt::Level::ALL[configuration::LOG_LEVEL]);
    defmt::info!("Westerly {=str} starts", env!("CARGO_PKG_VERSION"));
}

/// Takes the level that a client has set before, once there are settings.
#[cfg(westerly_settings)]
#[inline]
pub fn restore() {
    let mut name = [0; LONGEST_LEVEL];
    let kept = settings::kept(SETTING, &mut name).and_then(|name| core::str::from_utf8(name).ok());
    if let Some(level) = kept.and_then(Level::named) {
        westerly_defmt::set_level(logged(level));
        defmt::info!("level {=str}, as set before", level.name());
    }
}

/// Implements [`Log`] by the frames of westerly-defmt.
pub struct Frames;

impl Log for Frames {
    #[inline]
    fn ring(&self) -> &Ring {
        &FRAMES
    }

    #[inline]
    fn boot(&self) -> Option<u32> {
        westerly_zephyr::boots()
    }

    #[inline]
    fn format(&self) -> LogFormat {
        LogFormat::Defmt
    }

    #[inline]
    fn build(&self) -> &[u8] {
        westerly_defmt::build_id()
    }

    #[inline]
    fn level(&self) -> Level {
        told(westerly_defmt::level())
    }

    #[inline]
    fn compiled(&self) -> Level {
        told(westerly_defmt::compiled())
    }

    #[inline]
    fn set_level(&mut self, level: Level) -> Result<(), NotKept> {
        westerly_defmt::set_level(logged(level));
        defmt::info!("level {=str}", level.name());
        keep(level)
    }
}

#[cfg(westerly_settings)]
#[inline]
fn keep(level: Level) -> Result<(), NotKept> {
    settings::keep(SETTING, level.name().as_bytes()).map_err(|_| NotKept)
}

#[cfg(not(westerly_settings))]
#[inline]
fn keep(_: Level) -> Result<(), NotKept> {
    Err(NotKept)
}

/// The wire's level as the logger knows it.
#[inline]
fn logged(level: Level) -> westerly_defmt::Level {
    use westerly_defmt::Level as Logged;
    match level {
        Level::Off => Logged::Off,
        Level::Error => Logged::Error,
        Level::Warn => Logged::Warn,
        Level::Info => Logged::Info,
        Level::Debug => Logged::Debug,
        Level::Trace => Logged::Trace,
    }
}

/// The logger's level as the wire tells it.
#[inline]
fn told(level: westerly_defmt::Level) -> Level {
    use westerly_defmt::Level as Logged;
    match level {
        Logged::Off => Level::Off,
        Logged::Error => Level::Error,
        Logged::Warn => Level::Warn,
        Logged::Info => Level::Info,
        Logged::Debug => Level::Debug,
        Logged::Trace => Level::Trace,
    }
}
