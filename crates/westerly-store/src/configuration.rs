// SPDX-License-Identifier: Apache-2.0
//! What can be set about a topic: when it is sampled, and which of its values become records.

use crate::topic::{Kind, Value};

/// Which numbers a window gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics(u8);

impl Statistics {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The smallest value.
    pub const MINIMUM: Self = Self(1);
    /// The largest value.
    pub const MAXIMUM: Self = Self(2);
    /// The mean.
    pub const MEAN: Self = Self(4);
    /// All three.
    pub const ALL: Self = Self(7);

    /// As a number, also on the wire. None if it has other bits than those above.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// The way back.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of the other's are among these.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and the other's.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// When an alarm is raised and when it ends.
///
/// With `raise` above `clear`, or equal to it, a value of at least `raise` raises it. Then it ends with a value of at most
/// `clear` (of less, if they are equal). With `raise` below `clear` it is the other way round: at most `raise` raises it, at
/// least `clear` ends it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Of the topic's type.
    pub raise: Value,
    /// Of the topic's type.
    pub clear: Value,
    /// What is to be driven on while the alarm is raised: a place in the list of inputs and outputs.
    pub output: Option<u8>,
}

/// What can be set about a topic.
///
/// A value first meets the threshold. Then, with a window, it becomes part of that, and only the window's statistics become
/// records; without one it becomes a record unless the deadband or the rate limit keeps it back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Configuration {
    /// A value every so many milliseconds. 0: none by itself, only what events bring.
    pub period: u32,
    /// Values in a window. 0: no window.
    pub window: u16,
    /// What a window gives. With a window at least one.
    pub statistics: Statistics,
    /// A value is kept back if it differs from the last recorded one by less than this, which is of the topic's type and not
    /// negative. The first is recorded.
    pub deadband: Option<Value>,
    /// At most one sample becomes a record in so many milliseconds. 0: no limit. Of a topic of events it may keep the last
    /// state back for good; the latest value is known nevertheless.
    pub rate: u32,
    /// When to raise an alarm.
    pub threshold: Option<Threshold>,
}

/// Error returned by [`Configuration::check`] and [`Channel::configure`](crate::Channel::configure).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidConfiguration {
    /// A value is not of the topic's type, or neither finite nor a number.
    Type,
    /// The deadband is negative.
    Negative,
    /// There is a window without anything it should give.
    NoStatistics,
}

impl core::fmt::Display for InvalidConfiguration {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::Type => "a value that is not of the topic's type",
            Self::Negative => "a negative deadband",
            Self::NoStatistics => "a window without statistics",
        })
    }
}

impl core::error::Error for InvalidConfiguration {}

/// What [`Configuration::encode`] writes; told apart from later forms by the first byte.
const VERSION: u8 = 1;

mod flag {
    pub const DEADBAND: u8 = 1;
    pub const DEADBAND_FLOAT: u8 = 2;
    pub const THRESHOLD: u8 = 4;
    pub const RAISE_FLOAT: u8 = 8;
    pub const CLEAR_FLOAT: u8 = 16;
    pub const OUTPUT: u8 = 32;
    pub const ALL: u8 = 63;
}

impl Configuration {
    /// Only events, and every value a record.
    pub const EVERY_VALUE: Self =
        Self { period: 0, window: 0, statistics: Statistics::NONE, deadband: None, rate: 0, threshold: None };

    /// Bytes of the encoded form.
    pub const LENGTH: usize = 26;

    /// Whether it makes sense for a topic of this kind.
    pub const fn check(&self, kind: Kind) -> Result<(), InvalidConfiguration> {
        if let Some(deadband) = self.deadband {
            match kind.ordered(deadband) {
                None => return Err(InvalidConfiguration::Type),
                Some(..0) => return Err(InvalidConfiguration::Negative),
                Some(_) => {}
            }
        }
        if let Some(Threshold { raise, clear, .. }) = self.threshold
            && (kind.ordered(raise).is_none() || kind.ordered(clear).is_none())
        {
            return Err(InvalidConfiguration::Type);
        }
        if self.window != 0 && self.statistics.0 == 0 {
            return Err(InvalidConfiguration::NoStatistics);
        }
        Ok(())
    }

    /// For keeping: version, flags, period, window, statistics, rate, deadband, raise, clear and output in a row, lowest byte
    /// first, what is not there as zero.
    pub fn encode(&self, into: &mut [u8; Self::LENGTH]) {
        let mut flags = 0;
        let [deadband, raise, clear] = [
            (self.deadband, flag::DEADBAND, flag::DEADBAND_FLOAT),
            (self.threshold.map(|threshold| threshold.raise), flag::THRESHOLD, flag::RAISE_FLOAT),
            (self.threshold.map(|threshold| threshold.clear), flag::THRESHOLD, flag::CLEAR_FLOAT),
        ]
        .map(|(value, present, float)| match value {
            None => [0; 4],
            Some(Value::Integer(value)) => {
                flags |= present;
                value.to_le_bytes()
            }
            Some(Value::Float(value)) => {
                flags |= present | float;
                value.to_le_bytes()
            }
        });
        let output = self.threshold.and_then(|threshold| threshold.output);
        flags |= output.map_or(0, |_| flag::OUTPUT);
        let fields: [&[u8]; 9] = [
            &[VERSION, flags],
            &self.period.to_le_bytes(),
            &self.window.to_le_bytes(),
            &[self.statistics.0],
            &self.rate.to_le_bytes(),
            &deadband,
            &raise,
            &clear,
            &[output.unwrap_or(0)],
        ];
        for (to, from) in into.iter_mut().zip(fields.iter().copied().flatten()) {
            *to = *from;
        }
    }

    /// What was kept; to be checked against the topic. None if it is of another version or damaged.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[VERSION, flags], rest) = bytes.split_first_chunk()? else { return None };
        let (&period, rest) = rest.split_first_chunk()?;
        let (&window, rest) = rest.split_first_chunk()?;
        let (&statistics, rest) = rest.split_first()?;
        let (&rate, rest) = rest.split_first_chunk()?;
        let (&deadband, rest) = rest.split_first_chunk()?;
        let (&raise, rest) = rest.split_first_chunk()?;
        let (&clear, rest) = rest.split_first_chunk()?;
        let &[output] = rest else { return None };
        if flags & !flag::ALL != 0 {
            return None;
        }
        let value = |bytes, float| match flags & float {
            0 => Value::Integer(i32::from_le_bytes(bytes)),
            _ => Value::Float(f32::from_le_bytes(bytes)),
        };
        let output = (flags & flag::OUTPUT != 0).then_some(output);
        let threshold =
            Threshold { raise: value(raise, flag::RAISE_FLOAT), clear: value(clear, flag::CLEAR_FLOAT), output };
        Some(Self {
            period: u32::from_le_bytes(period),
            window: u16::from_le_bytes(window),
            statistics: Statistics::from_bits(statistics)?,
            deadband: (flags & flag::DEADBAND != 0).then(|| value(deadband, flag::DEADBAND_FLOAT)),
            rate: u32::from_le_bytes(rate),
            threshold: (flags & flag::THRESHOLD != 0).then_some(threshold),
        })
    }
}
