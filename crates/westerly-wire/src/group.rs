// SPDX-License-Identifier: Apache-2.0
//! The numbers of the command groups (Zephyr, `include/zephyr/mgmt/mcumgr/mgmt/mgmt_defines.h`).
//!
//! A peer may name any number; an unknown one is data, so groups stay plain integers on the wire.

/// Operating system: echo, statistics, date and time, reset, information.
pub const OS: u16 = 0;
/// Firmware images.
pub const IMAGE: u16 = 1;
/// Named counters.
pub const STATISTICS: u16 = 2;
/// Persistent settings.
pub const SETTINGS: u16 = 3;
/// Files.
pub const FILES: u16 = 8;
/// Shell commands.
pub const SHELL: u16 = 9;
/// Which groups a device has.
pub const ENUMERATION: u16 = 10;
/// Zephyr's own basic commands.
pub const ZEPHYR: u16 = 63;
/// The first number free for an application's own groups. Westerly's own begin here, so another's on the same device take
/// numbers behind them.
pub const FIRST_OF_APPLICATION: u16 = 64;
/// Westerly's telemetry: records of sensors and events.
pub const TELEMETRY: u16 = 64;
/// Westerly's log, as records.
pub const LOG: u16 = 65;
/// Westerly's named inputs and outputs.
pub const IO: u16 = 66;
/// Westerly's access control: who may do what, and who is who.
pub const ACCESS: u16 = 67;
/// Westerly's record of a crash.
pub const CRASH: u16 = 68;
