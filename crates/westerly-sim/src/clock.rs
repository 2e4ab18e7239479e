// SPDX-License-Identifier: Apache-2.0
//! The board's clock: the host's in UTC, and how far it was set off from it.

use std::time::{SystemTime, UNIX_EPOCH};

use westerly_server::ClockError;
use westerly_wire::os::DateTime;

use crate::calendar;

const MILLISECONDS_OF_DAY: i64 = 24 * 60 * 60 * 1000;

/// A clock that starts right and can be set. It keeps its setting over a restart of the board, as one with a battery does.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Milliseconds ahead of the host's clock.
    offset: i64,
}

impl Clock {
    pub(crate) fn get(&self) -> Result<DateTime, ClockError> {
        host_milliseconds().and_then(|now| now.checked_add(self.offset)).and_then(date_time).ok_or(ClockError::Failed)
    }

    pub(crate) fn set(&mut self, date_time: &DateTime) -> Result<(), ClockError> {
        let now = host_milliseconds().ok_or(ClockError::Failed)?;
        self.offset = milliseconds(date_time) - now;
        Ok(())
    }
}

/// Since 1970; `None` on a host whose clock is beyond reason.
fn host_milliseconds() -> Option<i64> {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).ok(),
        Err(before) => i64::try_from(before.duration().as_millis()).ok().map(i64::wrapping_neg),
    }
}

/// `None` outside the years a board's clock knows.
fn date_time(milliseconds: i64) -> Option<DateTime> {
    let (year, month, day) = calendar::from_days(milliseconds.div_euclid(MILLISECONDS_OF_DAY));
    let of_day = milliseconds.rem_euclid(MILLISECONDS_OF_DAY);
    let part = |unit: i64, count: i64| u8::try_from(of_day / unit % count).ok();
    let time = (part(3_600_000, 24)?, part(60_000, 60)?, part(1000, 60)?);
    DateTime::new(u16::try_from(year).ok()?, (month, day), time, u16::try_from(of_day % 1000).ok()?)
}

fn milliseconds(date_time: &DateTime) -> i64 {
    let days = calendar::to_days(date_time.year().into(), date_time.month(), date_time.day());
    let minutes = i64::from(date_time.hour()) * 60 + i64::from(date_time.minute());
    let seconds = minutes * 60 + i64::from(date_time.second());
    days * MILLISECONDS_OF_DAY + seconds * 1000 + i64::from(date_time.millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> DateTime {
        DateTime::parse(text).expect("a valid date")
    }

    #[test]
    fn milliseconds_and_back() {
        for (text, expected) in [
            ("1970-01-01T00:00:00.000", 0),
            ("1969-12-31T23:59:59.999", -1),
            ("2026-11-22T15:09:21.500", 1_795_360_161_500),
            ("1900-01-01T00:00:00.000", -2_208_988_800_000),
            ("9999-12-31T23:59:59.999", 253_402_300_799_999),
        ] {
            assert_eq!(milliseconds(&parsed(text)), expected, "{text}");
            assert_eq!(date_time(expected), Some(parsed(text)), "{text}");
        }
    }

    #[test]
    fn years_out_of_range_are_none() {
        assert_eq!(date_time(253_402_300_800_000), None);
        assert_eq!(date_time(-2_208_988_800_001), None);
    }

    #[test]
    fn goes_on_from_what_it_was_set_to() {
        let mut clock = Clock::default();
        let set = parsed("1999-12-31T23:59:59.900");
        clock.set(&set).expect("it can be set");
        let now = clock.get().expect("it runs");
        assert!(now >= set && now < parsed("2000-01-01T00:01:00"), "{now:?}");
    }

    #[test]
    fn fails_when_it_runs_out_of_its_years() {
        let mut clock = Clock::default();
        clock.set(&parsed("9999-12-31T23:59:59.999")).expect("it can be set");
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert_eq!(clock.get(), Err(ClockError::Failed));
    }
}
