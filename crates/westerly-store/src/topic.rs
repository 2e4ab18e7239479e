// SPDX-License-Identifier: Apache-2.0
//! What is measured: topics, the kinds of their values, and values.

use crate::configuration::Configuration;

/// What the values of a topic are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Integer,
    /// A whole number in units of 10^-`decimals`: 215 with one decimal is 21.5.
    Fixed {
        /// 0 to 9.
        decimals: u8,
    },
    /// 0 or 1; any other number is taken as 1.
    Boolean,
    /// An IEEE 754 number of 32 bits, neither infinite nor NaN.
    Float,
}

impl Kind {
    /// A value as a number by which values of this kind are compared, and in which the filters keep it. None for a value of
    /// another type, an infinite one or NaN.
    pub(crate) const fn ordered(self, value: Value) -> Option<i32> {
        match (self, value) {
            (Self::Integer | Self::Fixed { .. }, Value::Integer(value)) => Some(value),
            (Self::Boolean, Value::Integer(0)) => Some(0),
            (Self::Boolean, Value::Integer(_)) => Some(1),
            (Self::Float, Value::Float(value)) if value.is_finite() => Some(ordered(value)),
            _ => None,
        }
    }

    /// The way back.
    pub(crate) const fn value(self, ordered: i32) -> Value {
        match self {
            Self::Float => Value::Float(float(ordered)),
            _ => Value::Integer(ordered),
        }
    }
}

/// The bits of a float, changed so that they compare as the floats do, without any floating point: of negative ones, which
/// grow downwards, all but the sign are inverted. -0 is taken as 0.
pub(crate) const fn ordered(value: f32) -> i32 {
    match value.to_bits().cast_signed() {
        i32::MIN => 0,
        bits if bits < 0 => bits ^ i32::MAX,
        bits => bits,
    }
}

/// The way back.
pub(crate) const fn float(ordered: i32) -> f32 {
    let bits = if ordered < 0 { ordered ^ i32::MAX } else { ordered };
    f32::from_bits(bits.cast_unsigned())
}

/// A value of a topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of [`Kind::Integer`], [`Kind::Fixed`] and [`Kind::Boolean`].
    Integer(i32),
    /// Of [`Kind::Float`].
    Float(f32),
}

/// Something that is measured, or happens: what does not change about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Its number in records.
    pub id: u8,
    /// Its name for people and programs.
    pub name: &'static str,
    /// What its values are in, for people; may be empty.
    pub unit: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What holds as long as nothing else was configured.
    pub defaults: Configuration,
}
