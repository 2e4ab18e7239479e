// SPDX-License-Identifier: Apache-2.0
//! Tells the crate when it was built, for the application information.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

#[allow(dead_code, reason = "the build needs one direction only")]
#[path = "src/calendar.rs"]
mod calendar;

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

fn main() {
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=build.rs");
    let seconds = env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok()).unwrap_or_else(now);
    println!("cargo:rustc-env=WESTERLY_BUILD_DATE_TIME={}", text(seconds));
}

/// Seconds since 1970; 0 on a machine whose clock is before that.
fn now() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(passed.as_secs()).unwrap_or_default()
}

/// In the form the firmware's build has it.
fn text(seconds: i64) -> String {
    let (year, month, day) = calendar::from_days(seconds.div_euclid(SECONDS_OF_DAY));
    let second = seconds.rem_euclid(SECONDS_OF_DAY);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second % 60)
}
