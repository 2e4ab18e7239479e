// SPDX-License-Identifier: Apache-2.0
//! Days since 1970-01-01 and dates of the Gregorian calendar, for any year.
//!
//! Years are counted from March, so that the day a leap year has more is the last of its year, and in cycles of 400 years,
//! after which the calendar repeats.

const DAYS_OF_CYCLE: i64 = 146_097;
/// From the first of March of the year 0 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// The date, as year, month from 1 and day from 1, that many days after 1970-01-01.
pub(crate) fn from_days(days: i64) -> (i64, u8, u8) {
    let days = days + DAYS_TO_1970;
    let (cycle, day_of_cycle) = (days.div_euclid(DAYS_OF_CYCLE), days.rem_euclid(DAYS_OF_CYCLE));
    // Taking the leap days out leaves years of 365 days.
    let leap_days = day_of_cycle / 1460 - day_of_cycle / 36_524 + day_of_cycle / (DAYS_OF_CYCLE - 1);
    let year = (day_of_cycle - leap_days) / 365;
    let day_of_year = day_of_cycle - (365 * year + year / 4 - year / 100);
    // From March on, five months have 153 days.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - days_before(month_from_march) + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = 400 * cycle + year + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

/// Days from 1970-01-01 to a date given as year, month from 1 and day from 1.
pub(crate) fn to_days(year: i64, month: u8, day: u8) -> i64 {
    let (year, month_from_march) =
        if month <= 2 { (year - 1, i64::from(month) + 9) } else { (year, i64::from(month) - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + days_before(month_from_march) + i64::from(day) - 1 - DAYS_TO_1970
}

/// Days of a year from March that come before a month of it.
fn days_before(month_from_march: i64) -> i64 {
    (153 * month_from_march + 2) / 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_known_from_elsewhere() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (-25_567, (1900, 1, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_779, (2026, 11, 22)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
            (2_932_896, (9999, 12, 31)),
        ] {
            assert_eq!(from_days(days), date, "{days}");
            let (year, month, day) = date;
            assert_eq!(to_days(year, month, day), days, "{date:?}");
        }
    }

    #[test]
    fn every_day_of_the_clock_s_range_follows_the_one_before() {
        let mut before = from_days(-25_568);
        for days in -25_567..=2_932_896 {
            let date = from_days(days);
            let (year, month, day) = date;
            assert!(date > before && (1..=12).contains(&month) && (1..=31).contains(&day), "{days}: {date:?}");
            assert_eq!(to_days(year, month, day), days);
            before = date;
        }
    }
}
