// SPDX-License-Identifier: Apache-2.0
//! What is measured, and what its numbers mean.

use westerly_wire::cbor::Number;
use westerly_wire::telemetry::{self, kind, kind_of_value};

/// What the values of a topic are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Integers.
    Integer,
    /// Integers in units of ten to the minus so many.
    Fixed {
        /// So many.
        decimals: u8,
    },
    /// 0 or 1.
    Boolean,
    /// Numbers with a fraction.
    Float,
    /// One that this program does not know.
    Unknown,
}

/// What a record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A value as it was sampled.
    Sample,
    /// The lowest of a window.
    Minimum,
    /// The highest of a window.
    Maximum,
    /// The mean of a window.
    Mean,
    /// An alarm began.
    Raised,
    /// An alarm ended.
    Cleared,
    /// The source gives no values; the value is a negative errno or 0.
    Fault,
    /// One that this program does not know.
    Unknown(u8),
}

/// A topic, as the device describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its number.
    pub id: u8,
    /// For people.
    pub name: String,
    /// Of its values.
    pub unit: String,
    /// What these are.
    pub value_type: ValueType,
    /// Milliseconds from sample to sample; 0 when it tells of events.
    pub period: u32,
    /// Where its alarm begins, if it has one.
    pub raise: Option<Number>,
    /// Where its alarm ends.
    pub clear: Option<Number>,
}

/// The latest value of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// Whose.
    pub topic: u8,
    /// When, in milliseconds since the device started.
    pub uptime: u64,
    /// What it was.
    pub value: Number,
    /// Of which kind.
    pub kind: Kind,
}

impl Topic {
    /// One that the device has not told of.
    #[must_use]
    pub fn unknown(id: u8) -> Self {
        let name = format!("topic {id}");
        Self { id, name, unit: String::new(), value_type: ValueType::Unknown, period: 0, raise: None, clear: None }
    }

    /// A value of this topic in its unit.
    #[must_use]
    pub fn number(&self, value: Number) -> f64 {
        let number = match value {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value.into(),
        };
        match self.value_type {
            ValueType::Fixed { decimals } => number / 10f64.powi(decimals.into()),
            _ => number,
        }
    }

    /// A value of this topic as text, without its unit: as many decimals as it has, `on` and `off` for booleans.
    #[must_use]
    pub fn text(&self, value: Number) -> String {
        match (self.value_type, value) {
            (ValueType::Fixed { decimals }, Number::Integer(value)) => fixed(value, decimals.into()),
            (ValueType::Boolean, Number::Integer(0)) => "off".into(),
            (ValueType::Boolean, Number::Integer(1)) => "on".into(),
            (_, Number::Integer(value)) => value.to_string(),
            (_, Number::Float(value)) => value.to_string(),
        }
    }
}

/// Exact, whatever the number of decimals.
fn fixed(value: i64, decimals: usize) -> String {
    if decimals == 0 {
        return value.to_string();
    }
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>1$}", value.unsigned_abs(), decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    format!("{sign}{whole}.{fraction}")
}

impl From<&telemetry::Topic<'_>> for Topic {
    fn from(topic: &telemetry::Topic<'_>) -> Self {
        let value_type = match topic.kind {
            kind_of_value::INTEGER => ValueType::Integer,
            kind_of_value::FIXED => ValueType::Fixed { decimals: topic.decimals.unwrap_or(0) },
            kind_of_value::BOOLEAN => ValueType::Boolean,
            kind_of_value::FLOAT => ValueType::Float,
            _ => ValueType::Unknown,
        };
        Self {
            id: topic.id,
            name: topic.name.into(),
            unit: topic.unit.into(),
            value_type,
            period: topic.period,
            raise: topic.raise,
            clear: topic.clear,
        }
    }
}

impl From<telemetry::Latest> for Latest {
    fn from(latest: telemetry::Latest) -> Self {
        Self { topic: latest.topic, uptime: latest.uptime, value: latest.value, kind: latest.kind.into() }
    }
}

impl From<u8> for Kind {
    fn from(raw: u8) -> Self {
        match raw {
            kind::SAMPLE => Self::Sample,
            kind::MINIMUM => Self::Minimum,
            kind::MAXIMUM => Self::Maximum,
            kind::MEAN => Self::Mean,
            kind::RAISED => Self::Raised,
            kind::CLEARED => Self::Cleared,
            kind::FAULT => Self::Fault,
            other => Self::Unknown(other),
        }
    }
}

impl Kind {
    /// In a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::Mean => "mean",
            Self::Raised => "raised",
            Self::Cleared => "cleared",
            Self::Fault => "fault",
            Self::Unknown(_) => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(value_type: ValueType) -> Topic {
        Topic { value_type, ..Topic::unknown(1) }
    }

    #[test]
    fn values_have_the_decimals_of_their_topic() {
        for (value_type, value, text, number) in [
            (ValueType::Fixed { decimals: 2 }, Number::Integer(2345), "23.45", 23.45),
            (ValueType::Fixed { decimals: 2 }, Number::Integer(-5), "-0.05", -0.05),
            (ValueType::Fixed { decimals: 3 }, Number::Integer(i64::from(i32::MIN)), "-2147483.648", -2_147_483.648),
            (ValueType::Fixed { decimals: 0 }, Number::Integer(7), "7", 7.0),
            (ValueType::Integer, Number::Integer(-7), "-7", -7.0),
            (ValueType::Boolean, Number::Integer(1), "on", 1.0),
            (ValueType::Boolean, Number::Integer(0), "off", 0.0),
            (ValueType::Float, Number::Float(1013.25), "1013.25", 1013.25),
            // A shorter float may come as an integer.
            (ValueType::Float, Number::Integer(3), "3", 3.0),
        ] {
            assert_eq!(topic(value_type).text(value), text);
            assert!((topic(value_type).number(value) - number).abs() < 1e-9, "{text}");
        }
    }

    #[test]
    fn the_smallest_number_is_told() {
        assert_eq!(fixed(i64::MIN, 19), "-0.9223372036854775808");
        assert_eq!(fixed(3, 19), "0.0000000000000000003");
    }
}
