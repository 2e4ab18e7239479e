// SPDX-License-Identifier: Apache-2.0
//! The crate lm75 over I2C.

#![forbid(unsafe_code)]

mod example;

use lm75::{Address, Error, Lm75, ic};
use westerly_zephyr::device;
use westerly_zephyr::hal::{self, I2c};

type Result<T> = core::result::Result<T, Error<hal::Error>>;

fn sensor() -> Result<Lm75<I2c, ic::Lm75>> {
    Ok(Lm75::new(device!(I2c, sensors).map_err(Error::I2C)?, Address::default()))
}

fn thousandths(value: f32) -> i32 {
    (value * 1000.0) as i32
}

pub fn millidegrees() -> Result<i32> {
    example::temperature().map(thousandths)
}

pub fn millidegrees_at(address: u8) -> Result<i32> {
    let mut sensor = Lm75::new(device!(I2c, sensors).map_err(Error::I2C)?, Address::from(address));
    sensor.read_temperature().map(thousandths)
}

/// In thousandths of a degree.
pub fn set_limits(overtemperature: i32, hysteresis: i32) -> Result<i32> {
    let mut sensor = sensor()?;
    sensor.set_os_temperature(overtemperature as f32 / 1000.0)?;
    sensor.set_hysteresis_temperature(hysteresis as f32 / 1000.0)?;
    Ok(0)
}

pub fn disable() -> Result<i32> {
    sensor()?.disable()?;
    Ok(0)
}
