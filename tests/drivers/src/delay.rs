// SPDX-License-Identifier: Apache-2.0
//! Delays.

#![forbid(unsafe_code)]

use embedded_hal::delay::DelayNs;
use westerly_zephyr::hal::{Delay, Error};

pub fn nanoseconds(nanoseconds: u32) -> Result<i32, Error> {
    Delay.delay_ns(nanoseconds);
    Ok(0)
}

pub fn microseconds(microseconds: u32) -> Result<i32, Error> {
    Delay.delay_us(microseconds);
    Ok(0)
}

pub fn milliseconds(milliseconds: u32) -> Result<i32, Error> {
    Delay.delay_ms(milliseconds);
    Ok(0)
}
