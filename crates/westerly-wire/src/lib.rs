// SPDX-License-Identifier: Apache-2.0
//! SMP, the protocol of Zephyr's MCUmgr, as bytes: the header, the serial framing, CBOR, and a request and a response
//! type for every command.
//!
//! | module | what it holds |
//! |---|---|
//! | [`header`] | the eight bytes every message starts with |
//! | [`serial`] | the console framing: marker, base64, length and checksum, streamed |
//! | [`cbor`] | bounded reading and writing of CBOR |
//! | [`error`] | SMP codes, group errors, and what protocol version 1 says instead |
//! | [`os`], [`image`], [`statistics`], [`settings`], [`files`], [`shell`], [`enumeration`], [`zephyr`] | the messages of a group, one file a group |
//! | [`telemetry`], [`log`], [`io`], [`access`], [`crash`] | the same for Westerly's own groups; access with seals and proofs |
//!
//! The firmware, the simulator and the host's tools share this crate unchanged.
//!
//! What it will not do: no I/O, no clock, no allocation, no policy, no state beyond a packet being assembled. Everything a
//! peer can reach is total: it gives a value for any input, in time bounded by the input's length, and contains no panic.
//! That last point is proved at link time for the firmware's target, so the code uses `get`, slice patterns and checked
//! conversions throughout.
//!
//! ```
//! use westerly_wire::cbor::Message as _;
//! use westerly_wire::header::{Header, Operation, Version};
//! use westerly_wire::os::EchoRequest;
//!
//! let packet = [0x0a, 0, 0, 6, 0, 0, 7, 0, 0xbf, 0x61, b'd', 0x61, b'a', 0xff];
//! let (header, payload) = Header::split(&packet).expect("eight bytes are there");
//! assert_eq!((header.version, header.operation), (Version::V2, Operation::Write));
//! assert_eq!(EchoRequest::decode(payload)?.message, Some("a"));
//! # Ok::<(), westerly_wire::cbor::Malformed>(())
//! ```
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::as_conversions,
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub mod access;
pub mod cbor;
pub mod crash;
pub mod enumeration;
pub mod error;
pub mod files;
pub mod group;
pub mod header;
pub mod image;
pub mod io;
pub mod log;
pub mod os;
pub mod serial;
pub mod settings;
pub mod sha256;
pub mod shell;
pub mod statistics;
pub mod telemetry;
pub mod zephyr;
