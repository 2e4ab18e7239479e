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
        let mut fields = [0u16; 6];
        for (field, (before, digits)) in fields.iter_mut().zip(LAYOUT) {
            if !before.is_empty() {
                cursor.one_of(before)?;
            }
            *field = cursor.number(digits)?;
        }
        let millisecond = cursor.fraction()?;
        cursor.zone()?;
        cursor.0.is_empty().then_some(())?;
        let [year, ..] = fields;
        // Two digits each: the high byte is zero.
        let [_, month, day, hour, minute, second] = fields.map(|field| {
            let [_, low] = field.to_be_bytes();
            low
        });
        Self::new(year, (month, day), (hour, minute, second), millisecond)
    }

    /// The text, ASCII.
    #[must_use]
    pub fn to_text(&self) -> DateTimeText {
        let mut text = *b"yyyy-mm-ddThh:mm:ss.mmm";
        let fields = [
            (self.year, 1000),
            (self.month.into(), 10),
            (self.day.into(), 10),
            (self.hour.into(), 10),
            (self.minute.into(), 10),
            (self.second.into(), 10),
            (self.millisecond, 100),
        ];
        let mut places = text.iter_mut();
        for (mut number, mut weight) in fields {
            // The step that finds no weight left passes over the separator behind the field.
            // By subtraction: a division costs a Cortex-M0 more than the nine steps at most.
            while let (1.., Some(place)) = (weight, places.next()) {
                *place = b'0';
                while number >= weight {
                    number = number.wrapping_sub(weight);
                    *place = place.wrapping_add(1);
                }
                weight /= 10;
            }
        }
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

/// Of each field: what may stand before it, and its digits.
const LAYOUT: [(&[u8], usize); 6] = [(b"", 4), (b"-", 2), (b"-", 2), (b"Tt ", 2), (b":", 2), (b":", 2)];

/// What is left to read.
struct Cursor<'t>(&'t [u8]);

impl Cursor<'_> {
    #[inline(never)]
    fn digit(&mut self) -> Option<u16> {
        let (&first, rest) = self.0.split_first()?;
        first.is_ascii_digit().then_some(())?;
        self.0 = rest;
        Some(u16::from(first & 0x0f))
    }

    /// Exactly so many digits, four at most.
    #[inline(never)]
    fn number(&mut self, digits: usize) -> Option<u16> {
        let mut number = 0u16;
        for _ in 0..digits {
            number = number.wrapping_mul(10).wrapping_add(self.digit()?);
        }
        Some(number)
    }

    #[inline(never)]
    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        #[expect(
            clippy::manual_contains,
            reason = "for bytes that is core's word-wise search: 400 bytes of code for three"
        )]
        let found = allowed.iter().any(|&byte| byte == first);
        found.then_some(())?;
        self.0 = rest;
        Some(first)
    }

    /// Nothing, or a point and one to nine digits; gives milliseconds.
    fn fraction(&mut self) -> Option<u16> {
        if self.one_of(b".,").is_none() {
            return Some(0);
        }
        let mut milliseconds = self.digit()?.wrapping_mul(100);
        let mut weight = 10u16;
        for _ in 0..8 {
            let Some(digit) = self.digit() else { break };
            milliseconds = milliseconds.wrapping_add(digit.wrapping_mul(weight));
            weight /= 10;
        }
        Some(milliseconds)
    }

    /// Nothing, `Z`, or an offset below a day.
    fn zone(&mut self) -> Option<()> {
        if self.one_of(b"Zz").is_some() || self.one_of(b"+-").is_none() {
            return Some(());
        }
        let hours = self.number(2)?;
        let _ = self.one_of(b":");
        let minutes = self.number(2)?;
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
