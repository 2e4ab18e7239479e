// SPDX-License-Identifier: Apache-2.0
//! SMP over a console: packets as lines of base64 that share a serial line with log text
//! (Zephyr documentation, "SMP Transport Specification", section "UART/serial and console").
//!
//! ```text
//! packet   = first line, continuation lines
//! first    = 06 09 base64 \n
//! continue = 04 14 base64 \n
//! base64 of all lines, joined = length (16 bits, big endian) | packet | CRC-16/XMODEM of the packet (big endian)
//! ```
//! The length counts packet and checksum. A line is [`LINE_MAX`] bytes at most and is decoded on its own.
//!
//! [`Decoder`] takes bytes in any portions and keeps no more than the packet. [`Encoder`] gives one line after the other.
//! Both look every byte up once: base64, checksum and copy happen in the same pass.
//!
//! What is not here: the raw UART form of Zephyr 4.4 and the COBS form of MCUboot.

mod base64;
mod crc;
mod decode;
mod encode;

pub use crc::crc16;
pub use decode::{Decoder, Drops, Fed};
pub use encode::{Encoder, encoded_length};

/// The most bytes of a line, marker and newline counted.
pub const LINE_MAX: usize = 127;

const FIRST: [u8; 2] = [0x06, 0x09];
const CONTINUATION: [u8; 2] = [0x04, 0x14];
const NEWLINE: u8 = b'\n';

/// Bytes of the length and of the checksum.
const LENGTH_BYTES: usize = 2;
const CRC_BYTES: usize = 2;
