// SPDX-License-Identifier: Apache-2.0
//! The crate bme280 over I2C.

#![forbid(unsafe_code)]

use bme280::i2c::BME280;
use bme280::{Error, Measurements};
use westerly_zephyr::device;
use westerly_zephyr::hal::{self, Delay, I2c};

type Result<T> = core::result::Result<T, Error<hal::Error>>;

fn sensor() -> Result<BME280<I2c>> {
    let mut sensor = BME280::new_primary(device!(I2c, sensors).map_err(Error::Bus)?);
    sensor.init(&mut Delay)?;
    Ok(sensor)
}

fn measure() -> Result<Measurements<hal::Error>> {
    sensor()?.measure(&mut Delay)
}

pub fn initialise() -> Result<i32> {
    sensor().map(|_| 0)
}

/// In thousandths of a degree.
pub fn temperature() -> Result<i32> {
    Ok((measure()?.temperature * 1000.0) as i32)
}

/// In pascals.
pub fn pressure() -> Result<i32> {
    Ok(measure()?.pressure as i32)
}

/// In thousandths of a percent.
pub fn humidity() -> Result<i32> {
    Ok((measure()?.humidity * 1000.0) as i32)
}
