// SPDX-License-Identifier: Apache-2.0
//! What the targets do with an input, each in a module of its name, and what they share: the device that the tests use, a grammar
//! of requests, and what is asked of every answer. Nothing here knows of the fuzzer.
//!
//! ```text
//! bytes -> choices -> grammar -> packet -> server -> answers -> judged by other code than the server's
//! ```

#[allow(
    clippy::large_enum_variant,
    clippy::new_without_default,
    clippy::unusual_byte_groupings,
    reason = "the tests' own, for which it is private"
)]
#[path = "../../crates/westerly-server/tests/device/mod.rs"]
pub mod device;

pub mod answers;
pub mod choices;
pub mod faults;
pub mod grammar;
pub mod lines;
pub mod links;
pub mod peers;
pub mod requests;
pub mod sequences;
