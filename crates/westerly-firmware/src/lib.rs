// SPDX-License-Identifier: Apache-2.0

//! The firmware: Westerly's server between Zephyr's transports. Wiring only; what can be tested without a board is in
//! `westerly-wire` and `westerly-server`, what talks to Zephyr in `westerly-zephyr`. An application calls [`run`], with groups
//! of its own if it has any, and has this crate's panic handler.
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

pub use {westerly_server, westerly_zephyr};

/// A group that the application brings.
pub type ApplicationGroup = &'static mut (dyn westerly_server::Group + Send);
/// It can bring so many.
pub const MOST_APPLICATION_GROUPS: usize = 8;

/// Starts everything that this build has and serves the serial line for ever: for `rust_main`, in Zephyr's main thread. Once.
/// Returns only if there is no line to serve; the other threads go on.
///
/// `groups` answer on all transports, behind the same access rules, after Westerly's own: of two with one number the first
/// answers. Up to [`MOST_APPLICATION_GROUPS`]; with more the application does not compile.
// Generic, as is all behind it that a request passes: then it is compiled with the application. A library's own functions, and
// the generic ones that it uses, are compiled to be called from outside, and kept besides where they are inlined: 3 KB of flash.
// The others are `inline` for the same reason.
pub fn run<const GROUPS: usize>(groups: [ApplicationGroup; GROUPS]) {
    server::add(groups);
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
    #[cfg(westerly_network)]
    if westerly_zephyr::network::start(udp::address).is_err() {
        westerly_zephyr::console::print_line("Westerly: the network does not start");
        defmt::error!("the network does not start");
    }
    #[cfg(westerly_udp)]
    westerly_zephyr::udp::start_thread(udp::run::<GROUPS>);
    serial::run::<GROUPS>();
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
