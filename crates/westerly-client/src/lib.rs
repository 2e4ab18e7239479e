// SPDX-License-Identifier: Apache-2.0
//! Reads telemetry, logs and the record of a crash of a device over SMP: every record once, and exactly how many were lost. Has a
//! key, where a device asks for one.
//!
//! ```text
//! Connection (UDP or serial, mcumgr-toolkit)  \
//!   with a key by way of a Signer              Link -> Device -> Cursor -> Batch
//! a fake of a test                            /
//! ```
//! A [`Signer`] is a transport of mcumgr-toolkit over another: it logs in (docs/protocol.md, group 67), seals what goes out and
//! takes nothing in that the device has not sealed. So every command of that library can be sealed.
//!
//! A device keeps its records in a ring and gives those from a sequence number on. The [`Cursor`] is that number: it moves when
//! an answer has arrived and not before, so an answer that got lost is asked for again and no record comes twice. What the
//! ring has overwritten meanwhile the next answer tells as a number. When the device has restarted the cursor begins anew
//! with the records of the new run, and [`Batch::restarted`] says so: how many of the earlier run were not read yet is the one
//! thing nobody knows.
//!
//! What it will not do: print, draw, or wait between requests; that is its user's. The standard groups have a whole client in
//! mcumgr-toolkit, which this is built on; here are only those of its commands that one asks an unknown device first.

mod access;
mod address;
mod connection;
mod crash;
mod cursor;
mod device;
mod error;
mod file;
mod key;
mod login;
mod rule;
mod signer;
mod standard;
mod topic;

pub use access::{Caller, CallerSession, Keys, Policy};
pub use address::{Address, InvalidAddress, UDP_PORT};
pub use connection::{Connection, open};
pub use crash::{Crash, CrashLog};
pub use cursor::{Answer, Batch, Cursor, Inconsistent, Numbered};
pub use device::{Device, Frame, Frames, Link};
pub use error::{Error, LinkError};
pub use file::Hash;
pub use key::{Key, KeyFileError};
pub use login::{LoginError, Session};
pub use rule::{InvalidRule, Rule};
pub use signer::{Signer, SignerError};
pub use standard::{Group, Image, Line, Parameters, Slot, Thread};
pub use topic::{Kind, Latest, Topic, ValueType};
pub use westerly_wire::access::Role;
pub use westerly_wire::cbor::Number;
pub use westerly_wire::telemetry::Record;
