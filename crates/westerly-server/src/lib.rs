// SPDX-License-Identifier: Apache-2.0
//! An SMP server as one function: a request goes in, a response comes out.
//!
//! ```text
//! packet -> Requests -> Server::handle -> policy -> group -> Response -> Answer
//! ```
//! [`Server::handle`] has no I/O, clock, global or allocation behind it. What a command needs of the device comes through a
//! small trait of its group ([`Os`], [`Settings`], [`Shell`], ...), which the firmware and the simulator both implement; a group of one's own implements
//! [`Group`]. The [`Caller`] says which transport and which identity a packet came from, and the [`Policy`] decides before a
//! group sees anything. [`AccessControl`] is the policy for peers that log in; it brings the access group (67) along.
//!
//! Everything a peer can reach is total: some answer or none, in time bounded by the input's length, and no panic; the last
//! is proved at link time for the firmware's target.
//!
//! What it will not do: keep a request beyond its answer, send anything unasked, or reset: [`After`] tells the transport what
//! to do once the answer has left.
//!
//! ```
//! use westerly_server::{AllowAll, Buffers, Caller, Failure, Group, GroupDescription, Identity, Request, Requests, Response, Server, Transport};
//! use westerly_server::wire::{message, error::Code};
//!
//! message! {
//!     /// How many times the button was pressed.
//!     pub struct Presses {
//!         /// As many.
//!         count: required u32 = "count",
//!     }
//! }
//!
//! struct Button { presses: u32 }
//!
//! impl Group for Button {
//!     fn description(&self) -> GroupDescription {
//!         GroupDescription { id: 70, name: "button", handlers: 1 }
//!     }
//!
//!     fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
//!         match request.command {
//!             0 => response.message(&Presses { count: self.presses }),
//!             _ => Err(Code::NotSupported.into()),
//!         }
//!     }
//! }
//!
//! let mut server = Server::new(AllowAll);
//! let caller = Caller { transport: Transport::Serial, identity: Identity::Anonymous, peer: 0, buffers: Buffers { size: 384, count: 1 } };
//! let mut requests = Requests::new(&[0x08, 0, 0, 0, 0, 70, 7, 0]);
//! let mut buffer = [0; 384];
//! let answer = server.handle(&mut [&mut Button { presses: 3 }], &caller, &mut requests, &mut buffer).expect("one request");
//! assert_eq!(&buffer[..answer.length], b"\x09\0\0\x09\0\x46\x07\0\xbf\x65count\x03\xff");
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

#[macro_use]
mod say;

mod access;
mod caller;
mod counters;
mod crash;
mod decimal;
mod enumeration;
mod files;
mod group;
mod image;
mod io;
mod log;
pub mod mcuboot;
mod os;
mod policy;
mod reading;
mod server;
mod settings;
mod shares;
mod shell;
mod statistics;
mod stream;
mod telemetry;
mod zephyr;

pub use access::{AccessControl, Defaults, KEPT_KEY, KEPT_POLICY, KEYS, RULES, SESSIONS, Vault};
pub use caller::{Buffers, Caller, Identity, Transport};
pub use counters::{
    AccessCounters, Counter, Counters, SerialCounters, ServerCounters, TelemetryCounters, UdpCounters, tell_counters,
};
pub use crash::{Crash, CrashGroup, CrashRecord};
pub use files::{FileError, Files, FilesGroup, OpenMode, PART_SUFFIX};
pub use group::{Action, After, Failure, Group, GroupDescription, Request, Response};
pub use image::{BootState, FlashError, Image, ImageGroup, Slot, WRITE_ALIGNMENT_MAX};
pub use io::{Io, IoError, IoGroup, Line};
pub use log::{Log, LogGroup, NotKept};
pub use os::{Application, Bootloader, ClockError, Os, OsGroup, ResetError};
pub use policy::{Access, AllowAll, Policy, Role, Rule, Rules, Seal, Unsealed};
pub use server::{Answer, Requests, Server, too_long};
pub use settings::{Settings, SettingsError, SettingsGroup, SettingsLimits};
pub use shares::Shares;
pub use shell::{Executed, Shell, ShellGroup};
pub use statistics::{MoreStatistics, StatisticsGroup};
pub use telemetry::{ConfigureError, Telemetry, TelemetryGroup};
pub use westerly_store as store;
pub use westerly_wire as wire;
pub use westerly_wire::crash::Reason;
pub use westerly_wire::log::{Format as LogFormat, Level};
pub use zephyr::{Storage, StorageError, ZephyrGroup};
