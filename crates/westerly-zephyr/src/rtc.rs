// SPDX-License-Identifier: Apache-2.0

//! The real-time clock, where the devicetree has one under the alias `rtc`.

use core::ffi::c_int;

use westerly_server::ClockError;
use westerly_server::wire::os::DateTime;

use crate::ffi;

const ENODEV: c_int = -(zephyr_sys::ENODEV as c_int);
const ENODATA: c_int = -(zephyr_sys::ENODATA as c_int);

fn outcome(error: c_int) -> Result<(), ClockError> {
    match error {
        0 => Ok(()),
        // A device without a clock has, for who asks, none that was set.
        ENODATA | ENODEV => Err(ClockError::NotSet),
        _ => Err(ClockError::Failed),
    }
}

/// The clock's date and time.
pub(crate) fn get() -> Result<DateTime, ClockError> {
    let mut time = ffi::DateTime::default();
    // SAFETY: C fills the structure it is given, which has its layout.
    outcome(unsafe { ffi::westerly_rtc_get(&raw mut time) })?;
    // A clock that counts what is no date is not to be believed.
    DateTime::new(time.year, (time.month, time.day), (time.hour, time.minute, time.second), time.millisecond)
        .ok_or(ClockError::Failed)
}

/// Sets the clock. The day of the week and of the year are worked out here, as some clocks keep them.
pub(crate) fn set(time: &DateTime) -> Result<(), ClockError> {
    let day_of_year = day_of_year(time);
    let time = ffi::DateTime {
        year: time.year(),
        millisecond: time.millisecond(),
        month: time.month(),
        day: time.day(),
        hour: time.hour(),
        minute: time.minute(),
        second: time.second(),
        weekday: weekday(time.year(), day_of_year),
        day_of_year,
    };
    // SAFETY: C reads the structure it is given, which has its layout.
    outcome(unsafe { ffi::westerly_rtc_set(&raw const time) })
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days since January 1st.
fn day_of_year(time: &DateTime) -> u16 {
    let mut days = u16::from(time.day()).saturating_sub(1);
    for month in 1..time.month() {
        days += match month {
            2 => 28 + u16::from(is_leap(time.year())),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
    }
    days
}

/// Days since Sunday. January 1st of year 1 of the Gregorian calendar, carried back, was a Monday.
fn weekday(year: u16, day_of_year: u16) -> u8 {
    let years = u32::from(year.saturating_sub(1));
    let days = years * 365 + years / 4 - years / 100 + years / 400 + u32::from(day_of_year);
    u8::try_from((days + 1) % 7).unwrap_or(0)
}
