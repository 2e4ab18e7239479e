// SPDX-License-Identifier: Apache-2.0
//! A date and time of day as the OS group writes it: `yyyy-mm-ddThh:mm:ss.mmm`.
//!
//! Zephyr's documentation adds a time zone, its server reads none and writes none, and a real-time clock keeps none: the
//! fields are the clock's own. A zone in a request is checked for its form and otherwise ignored.

use core::str;

use crate::cbor::{Full, Malformed, Reader, Value, Writer};

/// Bytes of the text written.
pub const DATE_TIME_LENGTH: usize = 23;

/// A date of the Gregorian calendar and a time of day; a value that exists is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    millisecond: u16,
}

/// The text of a [`DateTime`].
pub type DateTimeText = [u8; DATE_TIME_LENGTH];

impl DateTime {
    /// Checks the fields: year 1900 to 9999, month from 1, day from 1 to the month's length, second 0 to 59; `None` if one
    /// is out of range.
    #[must_use]
    pub fn new(
        year: u16,
        (month, day): (u8, u8),
        (hour, minute, second): (u8, u8, u8),
        millisecond: u16,
    ) -> Option<Self> {
        let valid = (1900..=9999).contains(&year)
            && (1..=days_of_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60
            && millisecond < 1000;
        valid.then_some(Self { year, month, day, hour, minute, second, millisecond })
    }

    /// 1900 to 9999.
    #[must_use]
    pub const fn year(&self) -> u16 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub const fn month(&self) -> u8 {
        self.month
    }

    /// 1 to 31.
    #[must_use]
    pub const fn day(&self) -> u8 {
        self.day
    }

    /// 0 to 23.
    #[must_use]
    pub const fn hour(&self) -> u8 {
        self.hour
    }

    /// 0 to 59.
    #[must_use]
    pub const fn minute(&self) -> u8 {
        self.minute
    }

    /// 0 to 59.
    #[must_use]
    pub const fn second(&self) -> u8 {
        self.second
    }

    /// 0 to 999.
    #[must_use]
    pub const fn millisecond(&self) -> u16 {
        self.millisecond
    }

    /// Reads `yyyy-mm-ddThh:mm:ss`, with a fraction of up to nine digits (kept to the millisecond) and a zone `Z` or `±hh:mm`
    /// (or `±hhmm`) allowed behind it; a space may stand for the `T`. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut cursor = Cursor(text.as_bytes());
        let year = cursor.number::<4>()?;
        cursor.one_of(b"-")?;
        let month = cursor.small()?;
        cursor.one_of(b"-")?;
        let day = cursor.small()?;
        cursor.one_of(b"Tt ")?;
        let hour = cursor.small()?;
        cursor.one_of(b":")?;
        let minute = cursor.small()?;
        cursor.one_of(b":")?;
        let second = cursor.small()?;
        let millisecond = cursor.fraction()?;
        cursor.zone()?;
        cursor.0.is_empty().then_some(())?;
        Self::new(year, (month, day), (hour, minute, second), millisecond)
    }

    /// The text, ASCII.
    #[must_use]
    pub fn to_text(&self) -> DateTimeText {
        let mut text = *b"0000-00-00T00:00:00.000";
        let [y3, y2, y1, y0, _, m1, m0, _, d1, d0, _, h1, h0, _, n1, n0, _, s1, s0, _, f2, f1, f0] = &mut text;
        put(self.year, [y3, y2, y1, y0]);
        put(self.month.into(), [m1, m0]);
        put(self.day.into(), [d1, d0]);
        put(self.hour.into(), [h1, h0]);
        put(self.minute.into(), [n1, n0]);
        put(self.second.into(), [s1, s0]);
        put(self.millisecond, [f2, f1, f0]);
        text
    }
}

impl<'b> Value<'b> for DateTime {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        Self::parse(reader.text()?).ok_or(Malformed)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        let text = self.to_text();
        writer.text(str::from_utf8(&text).unwrap_or_default())
    }
}

const fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Adds a number's decimal digits to zeros, the last digit last; higher digits are dropped.
fn put<const N: usize>(mut number: u16, digits: [&mut u8; N]) {
    for digit in digits.into_iter().rev() {
        // The remainder is below 10.
        *digit = digit.saturating_add(u8::try_from(number % 10).unwrap_or_default());
        number /= 10;
    }
}

/// What is left to read.
struct Cursor<'t>(&'t [u8]);

impl Cursor<'_> {
    fn digit(&mut self) -> Option<u16> {
        let (&first, rest) = self.0.split_first()?;
        first.is_ascii_digit().then_some(())?;
        self.0 = rest;
        Some(u16::from(first & 0x0f))
    }

    /// Exactly `N` digits, four at most.
    fn number<const N: usize>(&mut self) -> Option<u16> {
        let mut number = 0u16;
        for _ in 0..N {
            number = number.saturating_mul(10).saturating_add(self.digit()?);
        }
        Some(number)
    }

    fn small(&mut self) -> Option<u8> {
        self.number::<2>().and_then(|number| u8::try_from(number).ok())
    }

    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        allowed.contains(&first).then_some(())?;
        self.0 = rest;
        Some(first)
    }

    /// Nothing, or a point and one to nine digits; gives milliseconds.
    fn fraction(&mut self) -> Option<u16> {
        if self.one_of(b".,").is_none() {
            return Some(0);
        }
        let mut milliseconds = self.digit()?.saturating_mul(100);
        for weight in [10, 1, 0, 0, 0, 0, 0, 0] {
            match self.digit() {
                Some(digit) => milliseconds = milliseconds.saturating_add(digit.saturating_mul(weight)),
                None => break,
            }
        }
        Some(milliseconds)
    }

    /// Nothing, `Z`, or an offset below a day.
    fn zone(&mut self) -> Option<()> {
        if self.one_of(b"Zz").is_some() || self.one_of(b"+-").is_none() {
            return Some(());
        }
        let hours = self.small()?;
        let _ = self.one_of(b":");
        let minutes = self.small()?;
        (hours < 24 && minutes < 60).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(date_time: DateTime) -> String {
        String::from_utf8(date_time.to_text().to_vec()).unwrap()
    }

    #[test]
    fn accepted() {
        for (input, output) in [
            ("2026-11-22T15:09:21", "2026-11-22T15:09:21.000"),
            ("2026-11-22 15:09:21", "2026-11-22T15:09:21.000"),
            ("2026-11-22T15:09:21.5", "2026-11-22T15:09:21.500"),
            ("2026-11-22T15:09:21.123456", "2026-11-22T15:09:21.123"),
            ("2026-11-22T15:09:21.123456+01:00", "2026-11-22T15:09:21.123"),
            ("2026-11-22T15:09:21Z", "2026-11-22T15:09:21.000"),
            ("2026-11-22T15:09:21-0330", "2026-11-22T15:09:21.000"),
            ("2024-02-29T23:59:59.999", "2024-02-29T23:59:59.999"),
            ("1900-01-01T00:00:00", "1900-01-01T00:00:00.000"),
        ] {
            assert_eq!(DateTime::parse(input).map(text).as_deref(), Some(output), "{input}");
        }
    }

    #[test]
    fn refused() {
        for input in [
            "",
            "2026",
            "2026-11-22",
            "2026-11-22T15:09",
            "2026-13-01T00:00:00",
            "2026-00-01T00:00:00",
            "2026-02-29T00:00:00",
            "1900-02-29T00:00:00",
            "2026-04-31T00:00:00",
            "2026-11-22T24:00:00",
            "2026-11-22T15:60:00",
            "2026-11-22T15:09:60",
            "1899-12-31T00:00:00",
            "2026-11-22T15:09:21.",
            "2026-11-22T15:09:21.1234567890",
            "2026-11-22T15:09:21+25:00",
            "2026-11-22T15:09:21+1",
            "2026-11-22T15:09:21 ",
            "2026-11-22T15:09:21ZZ",
            "+026-11-22T15:09:21",
            "２026-11-22T15:09:21",
        ] {
            assert_eq!(DateTime::parse(input), None, "{input}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            year in 1900u16..=9999, month in 1u8..=12, day in 1u8..=28,
            hour in 0u8..24, minute in 0u8..60, second in 0u8..60, millisecond in 0u16..1000,
        ) {
            let date_time = DateTime::new(year, (month, day), (hour, minute, second), millisecond).unwrap();
            prop_assert_eq!(DateTime::parse(&text(date_time)), Some(date_time));
        }

        #[test]
        fn any_text_is_read_or_refused(input: String) {
            let _ = DateTime::parse(&input);
        }
    }
}
