// SPDX-License-Identifier: Apache-2.0

//! The firmware: Westerly's server between Zephyr's transports. Wiring only; what can be tested without a board is in
//! `westerly-wire` and `westerly-server`, what talks to Zephyr in `westerly-zephyr`.
//!
//! ```text
//! main thread          serial.rs   UART, console framing  \
//!                                                           server.rs, one message at a time
//! thread westerly_udp  udp.rs      datagrams              /
//!
//! thread westerly_defmt    frames of the log to a UART or RTT, where the build has one
//! thread westerly_sampler  sampler.rs  topics.rs: what is due, through its filters into the ring that the server reads
//! ```
//! It allocates nothing and formats nothing. Sizes and access come from Kconfig through [`configuration`].

#![no_std]
#![deny(missing_docs)]

mod access;
mod configuration;
#[cfg(westerly_test_crashes)]
mod crashes;
#[cfg(westerly_log)]
mod log;
#[cfg(westerly_telemetry)]
mod sampler;
mod serial;
mod server;
#[cfg(westerly_telemetry)]
mod topics;
#[cfg(westerly_udp)]
mod udp;

use core::panic::PanicInfo;

/// What Zephyr's main thread runs. The thread goes on as the serial transport, which saves a stack.
// SAFETY: the name is what zephyr-lang-rust's main() calls, and nothing else of that name is linked.
#[unsafe(no_mangle)]
pub extern "C" fn rust_main() {
    #[cfg(westerly_log)]
    log::start();
    #[cfg(westerly_settings)]
    if westerly_zephyr::settings::start().is_err() {
        westerly_zephyr::console::print_line("Westerly: the settings do not start");
        defmt::error!("the settings do not start");
    }
    #[cfg(all(westerly_log, westerly_settings))]
    log::restore();
    #[cfg(westerly_access)]
    server::start();
    // Before the sampler, whose alarms switch outputs.
    #[cfg(westerly_io)]
    westerly_zephyr::io::start();
    #[cfg(westerly_telemetry)]
    sampler::start();
    #[cfg(westerly_udp)]
    westerly_zephyr::udp::start_thread(udp::run);
    serial::run();
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // Behind it comes the handler of fatal errors, which sends what is logged.
    #[cfg(all(westerly_log, westerly_crash))]
    westerly_defmt::log_panic(info);
    #[cfg(all(westerly_log, not(westerly_crash)))]
    westerly_defmt::panic(info);
    westerly_zephyr::fatal::panic(info)
}
