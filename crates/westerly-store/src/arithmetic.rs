// SPDX-License-Identifier: Apache-2.0
//! What the filters do with values beyond comparing them. A channel knows which of the two it needs when it is made, so that
//! where no topic is of floats, the linker leaves their code out.
//!
//! Values are in the form of `Kind::ordered`.

use crate::topic::{float, ordered};

/// The state of a mean.
pub struct Sum {
    /// Of the values divided by their number.
    whole: i32,
    /// What rounding has left of it.
    rest: i32,
}

impl Sum {
    pub const EMPTY: Self = Self { whole: 0, rest: 0 };
}

/// How values of one type are subtracted and averaged.
pub struct Arithmetic {
    /// Whether two values differ by at least so much.
    pub apart: fn(i32, i32, i32) -> bool,
    /// Adds one of so many (1 to 65535) values.
    pub add: fn(&mut Sum, i32, u16),
    /// The mean, once all so many were added.
    pub mean: fn(&Sum, u16) -> i32,
}

/// Without overflow and exactly: the sum is kept as what it is divided by the number of values, and the remainder. No 64 bits
/// are needed, the division of which takes small cores long.
pub static INTEGER: Arithmetic = Arithmetic { apart: integer_apart, add: integer_add, mean: integer_mean };

/// The sum is of values that were already divided, so it stays within what a float can hold, and what each addition rounds
/// away is carried on (Kahan).
pub static FLOAT: Arithmetic = Arithmetic { apart: float_apart, add: float_add, mean: float_mean };

fn integer_apart(one: i32, other: i32, distance: i32) -> bool {
    one.abs_diff(other) >= distance.unsigned_abs()
}

fn integer_add(sum: &mut Sum, value: i32, count: u16) {
    let count = i32::from(count);
    let rest = value.checked_rem_euclid(count).unwrap_or(0);
    // Both rests are below the count, so their sum is far from overflow. The quotients may be one too low for 32 bits until
    // the carry is added; wrapping forgives that.
    let rest = sum.rest.wrapping_add(rest);
    let carry = rest >= count;
    sum.rest = if carry { rest.wrapping_sub(count) } else { rest };
    sum.whole = sum.whole.wrapping_add(value.checked_div_euclid(count).unwrap_or(0)).wrapping_add(carry.into());
}

fn integer_mean(sum: &Sum, count: u16) -> i32 {
    let up = sum.rest.wrapping_mul(2) >= i32::from(count);
    sum.whole.wrapping_add(up.into())
}

fn float_apart(one: i32, other: i32, distance: i32) -> bool {
    (float(one) - float(other)).abs() >= float(distance)
}

fn float_add(sum: &mut Sum, value: i32, count: u16) {
    let before = from_bits(sum.whole);
    let value = float(value) / f32::from(count) - from_bits(sum.rest);
    let after = before + value;
    sum.rest = to_bits((after - before) - value);
    sum.whole = to_bits(after);
}

fn float_mean(sum: &Sum, _count: u16) -> i32 {
    // May be infinite by its last digit if all values are the largest there is; who asks for it limits it to what it is of.
    ordered(from_bits(sum.whole))
}

fn from_bits(bits: i32) -> f32 {
    f32::from_bits(bits.cast_unsigned())
}

fn to_bits(value: f32) -> i32 {
    value.to_bits().cast_signed()
}
