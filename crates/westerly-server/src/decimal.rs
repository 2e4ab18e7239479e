// SPDX-License-Identifier: Apache-2.0
//! Numbers as people read them, without the formatting of `core`, which costs kilobytes of flash.

/// Digits of the longest number.
pub(crate) const DIGITS: usize = 10;

/// The digits of a number, at the end of `digits`.
pub(crate) fn decimal(mut number: u32, digits: &mut [u8; DIGITS]) -> &[u8] {
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0'.wrapping_add(u8::try_from(number % 10).unwrap_or_default());
        start = start.saturating_sub(1);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    digits.get(start..).unwrap_or_default()
}
