// SPDX-License-Identifier: Apache-2.0
//! The crate shtcx over I2C.

#![forbid(unsafe_code)]

use shtcx::{Error, LowPower, PowerMode, ShtC3, shtc3};
use westerly_zephyr::device;
use westerly_zephyr::hal::{self, Delay, I2c};

type Result<T> = core::result::Result<T, Error<hal::Error>>;

fn sensor() -> Result<ShtC3<I2c>> {
    Ok(shtc3(device!(I2c, sensors).map_err(Error::I2c)?))
}

pub fn identifier() -> Result<i32> {
    sensor()?.device_identifier().map(i32::from)
}

pub fn temperature() -> Result<i32> {
    let measurement = sensor()?.measure(PowerMode::NormalMode, &mut Delay)?;
    Ok(measurement.temperature.as_millidegrees_celsius())
}

pub fn humidity() -> Result<i32> {
    let measurement = sensor()?.measure(PowerMode::NormalMode, &mut Delay)?;
    Ok(measurement.humidity.as_millipercent())
}

pub fn humidity_low_power() -> Result<i32> {
    Ok(sensor()?.measure_humidity(PowerMode::LowPower, &mut Delay)?.as_millipercent())
}

/// Reads while the part measures.
pub fn temperature_too_early() -> Result<i32> {
    let mut sensor = sensor()?;
    sensor.start_measurement(PowerMode::NormalMode)?;
    Ok(sensor.get_measurement_result()?.temperature.as_millidegrees_celsius())
}

pub fn sleep() -> Result<i32> {
    sensor()?.sleep()?;
    Ok(0)
}

pub fn wake_up() -> Result<i32> {
    sensor()?.wakeup(&mut Delay)?;
    Ok(0)
}
