// SPDX-License-Identifier: Apache-2.0
//! Records on a device: a ring of them that readers may ask again, and filters for what goes into it.
//!
//! ```text
//! value -> Channel (threshold, then window or deadband and rate) -> Writer -> Ring -> read with a Cursor, by as many as like
//! ```
//! A [`Ring`] holds records of any length under sequence numbers and overwrites the oldest. One thread writes, any number
//! read, and nobody waits for anybody: a reader that was overtaken counts exactly how many records it lost. Asking again with
//! the same number gives the same again, so an answer that got lost on its way costs nothing.
//!
//! A [`Channel`] is one [`Topic`] with its [`Configuration`]: it decides which values become a [`Record`], raises alarms and
//! says when the next value is due. Its memory is fixed, its arithmetic cannot overflow.
//!
//! Topics whose values are integers or of fixed point cost no floating point: the code for it is linked only where a channel
//! is made for a topic of [`Kind::Float`], or where the compiler cannot see for which: make channels in constants.
//!
//! A [`ByteQueue`] is what an interrupt leaves bytes in for a thread.
//!
//! What it will not do: tell the time, read a sensor, drive an output, keep a configuration, or stop two threads that both
//! write to one ring; who puts it to use does that.
//!
//! ```
//! use core::sync::atomic::AtomicU32;
//! use westerly_store::{Channel, Configuration, Cursor, Kind, Read, Record, Ring, Topic, Value};
//!
//! static RING: Ring<[AtomicU32; 256]> = Ring::new();
//! static OUTSIDE: Topic = Topic {
//!     id: 1,
//!     name: "outside",
//!     unit: "°C",
//!     kind: Kind::Fixed { decimals: 1 },
//!     // Once a second, but only what differs by half a degree.
//!     defaults: Configuration { period: 1000, deadband: Some(Value::Integer(5)), ..Configuration::EVERY_VALUE },
//! };
//!
//! // The sampler's thread.
//! let mut writer = RING.writer();
//! let mut outside = Channel::new(&OUTSIDE);
//! for (now, tenths) in [(0, 215), (1000, 217), (2000, 221)] {
//!     if outside.due(now) {
//!         outside.offer(now, Value::Integer(tenths), &mut writer);
//!     }
//! }
//!
//! // Another thread.
//! let mut cursor = Cursor::at(0);
//! let mut bytes = [0; Record::LENGTH];
//! let mut values = Vec::new();
//! while let Read::Record { length, .. } = RING.read(&mut cursor, &mut bytes) {
//!     values.extend(Record::decode(&bytes[..length]).map(|record| record.value));
//! }
//! assert_eq!(values, [Value::Integer(215), Value::Integer(221)]);
//! assert_eq!((cursor.next(), cursor.lost()), (2, 0));
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

mod arithmetic;
mod byte_queue;
mod channel;
mod configuration;
mod head;
#[cfg(test)]
mod model;
mod number;
mod read;
mod record;
mod ring;
mod topic;

pub use byte_queue::ByteQueue;
pub use channel::{Alarm, Channel, Counts};
pub use configuration::{Configuration, InvalidConfiguration, Statistics, Threshold};
pub use read::{Cursor, Read};
pub use record::{Record, RecordKind};
pub use ring::{Ring, TooLong, Writer};
pub use topic::{Kind, Topic, Value};
