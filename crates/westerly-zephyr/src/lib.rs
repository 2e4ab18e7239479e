// SPDX-License-Identifier: Apache-2.0

//! Safe Rust over what Westerly needs of Zephyr.
//!
//! The one crate of the project with `unsafe` and C in it: UART, sockets, threads, time, clock, memory pools, reboot, files,
//! settings, statistics, shell, flash, sensors, inputs and outputs, embedded-hal's buses and pins, and the locks between them. What Zephyr
//! offers as macros and inline functions is reached through the small C files in `c/`, whose shapes are in `c/westerly.h`;
//! functions that are plain symbols through the module's crate `zephyr-sys`.
//! Both sides of a structure are checked at compile time where the compiler can, and kept side by side where it cannot.
//!
//! It does not use the module's crate `zephyr`: that brings a panic handler which formats messages (about 4 KB on
//! Cortex-M3), a logger, and objects that need an allocator. It allocates nothing itself, and it holds no policy: who may
//! do what is decided in `westerly-server`.
//!
//! Objects of the kernel must not move once it knows them, so everything that contains one asks for `&'static self`.

#![no_std]

#[cfg(westerly_access)]
pub mod access;
mod application;
pub mod console;
#[cfg(westerly_crash)]
pub mod crash;
#[cfg(any(westerly_files, westerly_settings, westerly_image, westerly_io))]
mod error;
pub mod fatal;
mod ffi;
#[cfg(westerly_files)]
pub mod files;
pub mod hal;
#[cfg(westerly_image)]
pub mod image;
#[cfg(westerly_io)]
pub mod io;
mod memory_pools;
mod name;
#[cfg(westerly_network)]
pub mod network;
pub mod os;
mod rtc;
#[cfg(westerly_telemetry)]
pub mod sampler;
#[cfg(westerly_settings)]
pub mod settings;
#[cfg(westerly_shell)]
pub mod shell;
#[cfg(westerly_telemetry)]
pub mod sources;
#[cfg(westerly_statistics)]
pub mod statistics;
#[cfg(westerly_erase_storage)]
pub mod storage;
pub mod sync;
#[cfg(westerly_test_crashes)]
pub mod test_crashes;
mod threads;
pub mod time;
#[cfg(zephyr_serial)]
pub mod uart;
#[cfg(westerly_udp)]
pub mod udp;
pub mod watchdog;

/// Which start of the device this is, counted from 1 in the setting `device/boots`. `None` before the settings are started,
/// and where it is not counted: without settings, or if the number could not be stored.
#[must_use]
pub fn boots() -> Option<u32> {
    #[cfg(westerly_settings)]
    let boots = ffi::westerly_boots();
    #[cfg(not(westerly_settings))]
    let boots = 0;
    Some(boots).filter(|&boots| boots > 0)
}
