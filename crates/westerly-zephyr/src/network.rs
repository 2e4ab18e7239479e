// SPDX-License-Identifier: Apache-2.0

//! The board's IPv4 address, where Zephyr's own network stack serves a network: by DHCP or of the configuration.

use crate::ffi;

/// The network does not start: no interface, or the configured address is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoNetwork;

/// Gives the first interface its address, at once or when DHCP has one, and tells each to `told`: its four numbers, in a thread
/// of Zephyr's with little stack. To be called once.
pub fn start(told: extern "C" fn(u8, u8, u8, u8)) -> Result<(), NoNetwork> {
    if ffi::westerly_network_start(told) == 0 { Ok(()) } else { Err(NoNetwork) }
}
