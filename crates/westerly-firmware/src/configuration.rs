// SPDX-License-Identifier: Apache-2.0

//! The `CONFIG_WESTERLY_*` symbols of this build (see Kconfig for what they mean), and what must hold between them.

include!(concat!(env!("OUT_DIR"), "/configuration.rs"));

use crate::access::SEAL;

/// The least a packet must hold: all of the application information, as long as it usually is.
const SMALLEST_PACKET: usize = 128;
/// What UDP over IPv4 carries in an Ethernet frame; SMP has no way to split a packet over datagrams.
#[cfg(westerly_udp)]
const LARGEST_DATAGRAM: usize = 1472;

const _: () = assert!(SERIAL_PACKET_SIZE >= SMALLEST_PACKET, "CONFIG_WESTERLY_SERIAL_PACKET_SIZE is too small");
// The console framing tells the length, with a checksum of two bytes, in 16 bits.
const _: () = assert!(SERIAL_PACKET_SIZE + SEAL + 2 <= 0xffff, "CONFIG_WESTERLY_SERIAL_PACKET_SIZE is too large");
const _: () = assert!(SERIAL_RECEIVE_QUEUE_SIZE > 0, "CONFIG_WESTERLY_SERIAL_RECEIVE_QUEUE_SIZE is too small");
#[cfg(westerly_udp)]
const _: () = assert!(UDP_PACKET_SIZE >= SMALLEST_PACKET, "CONFIG_WESTERLY_UDP_PACKET_SIZE is too small");
#[cfg(westerly_udp)]
const _: () = assert!(UDP_PACKET_SIZE + SEAL <= LARGEST_DATAGRAM, "CONFIG_WESTERLY_UDP_PACKET_SIZE is too large");

#[cfg(westerly_shell)]
const _: () = assert!(SHELL_LINE_SIZE > 1, "CONFIG_SHELL_CMD_BUFF_SIZE is too small");

#[cfg(westerly_telemetry)]
const _: () = assert!(TELEMETRY_SIZE.is_power_of_two(), "CONFIG_WESTERLY_TELEMETRY_SIZE is no power of two");

/// What the serial line takes and sends: a packet and its seal.
pub const SERIAL_BUFFER: usize = SERIAL_PACKET_SIZE + SEAL;
/// The same over UDP.
#[cfg(westerly_udp)]
pub const UDP_BUFFER: usize = UDP_PACKET_SIZE + SEAL;

/// A symbol's value in 16 bits, as the parameters command tells sizes. In a constant, what does not fit does not compile.
#[expect(clippy::cast_possible_truncation, reason = "checked in the line before; `try_from` is not const")]
pub const fn told(size: usize) -> u16 {
    assert!(size <= u16::MAX as usize);
    size as u16
}
