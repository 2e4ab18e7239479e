// SPDX-License-Identifier: Apache-2.0
//! A record of a topic, and its bytes in the ring.

use crate::topic::Value;

/// What a record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordKind {
    /// A value as it was measured.
    Sample = 0,
    /// The smallest value of a window.
    Minimum = 1,
    /// The largest value of a window.
    Maximum = 2,
    /// The mean of a window, rounded to the nearest (half upwards) where it is a whole number.
    Mean = 3,
    /// This value raised the alarm.
    Raised = 4,
    /// This value ended the alarm.
    Cleared = 5,
    /// No value could be had. The record's value is a negative errno, or 0.
    Fault = 6,
}

impl RecordKind {
    const ALL: [Self; 7] =
        [Self::Sample, Self::Minimum, Self::Maximum, Self::Mean, Self::Raised, Self::Cleared, Self::Fault];

    /// Its number, also on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Sample => 0,
            Self::Minimum => 1,
            Self::Maximum => 2,
            Self::Mean => 3,
            Self::Raised => 4,
            Self::Cleared => 5,
            Self::Fault => 6,
        }
    }

    /// The way back.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// One record of a topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// When, in milliseconds since the device started. Of the 64 bits 48 are kept.
    pub uptime: u64,
    /// The topic's id.
    pub topic: u8,
    /// What it tells.
    pub kind: RecordKind,
    /// Of the topic's type; of a fault an integer.
    pub value: Value,
}

/// In the first byte, beside the kind: the value is a float.
const FLOAT: u8 = 0x80;

impl Record {
    /// In bytes.
    pub const LENGTH: usize = 12;

    /// Kind and type, topic, uptime (6 bytes), value (4 bytes), lowest byte first.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LENGTH] {
        let [a, b, c, d, e, f, ..] = self.uptime.to_le_bytes();
        let (float, value) = match self.value {
            Value::Integer(value) => (0, value.to_le_bytes()),
            Value::Float(value) => (FLOAT, value.to_le_bytes()),
        };
        let [g, h, i, j] = value;
        [self.kind.code() | float, self.topic, a, b, c, d, e, f, g, h, i, j]
    }

    /// The way back. None for anything that [`encode`](Self::encode) does not give.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let &[first, topic, a, b, c, d, e, f, ref value @ ..] = bytes else { return None };
        let value = <[u8; 4]>::try_from(value).ok()?;
        let kind = RecordKind::from_code(first & !FLOAT)?;
        let value = if first & FLOAT == 0 {
            Value::Integer(i32::from_le_bytes(value))
        } else {
            Value::Float(f32::from_le_bytes(value))
        };
        Some(Self { uptime: u64::from_le_bytes([a, b, c, d, e, f, 0, 0]), topic, kind, value })
    }
}
