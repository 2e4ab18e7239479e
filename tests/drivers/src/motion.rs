// SPDX-License-Identifier: Apache-2.0
//! The crate bmi160, over I2C and over SPI.

#![forbid(unsafe_code)]

use bmi160::{AccelerometerPowerMode, Bmi160, Data, Error, GyroscopePowerMode, SensorSelector, SlaveAddr};
use westerly_zephyr::device;
use westerly_zephyr::hal;

type Result<T> = core::result::Result<T, Error<hal::Error>>;

/// Runs the same with the driver on either bus.
macro_rules! on {
    ($spi:expr, |$sensor:ident| $body:expr) => {
        if $spi {
            let mut $sensor = Bmi160::new_with_spi(device!(Spi, motion).map_err(Error::Comm)?);
            // As the data sheet wants it: the first access switches the part to SPI and says nothing.
            $sensor.chip_id()?;
            $body
        } else {
            let bus = device!(I2c, sensors).map_err(Error::Comm)?;
            let mut $sensor = Bmi160::new_with_i2c(bus, SlaveAddr::default());
            $body
        }
    };
}

pub fn chip(spi: bool) -> Result<i32> {
    on!(spi, |sensor| sensor.chip_id().map(i32::from))
}

pub fn start(spi: bool) -> Result<i32> {
    on!(spi, |sensor| {
        sensor.set_accel_power_mode(AccelerometerPowerMode::Normal)?;
        sensor.set_gyro_power_mode(GyroscopePowerMode::Normal)?;
        Ok(0)
    })
}

fn data(spi: bool) -> Result<Data> {
    on!(spi, |sensor| sensor.data(SensorSelector::new().accel().gyro().time()))
}

/// From 0: accelerometer x, y, z, gyroscope x, y, z.
pub fn axis(spi: bool, axis: u8) -> Result<i32> {
    let data = data(spi)?;
    let (Some(accelerometer), Some(gyroscope)) = (data.accel, data.gyro) else {
        return Err(Error::InvalidInputData);
    };
    Ok(match axis {
        0 => accelerometer.x.into(),
        1 => accelerometer.y.into(),
        2 => accelerometer.z.into(),
        3 => gyroscope.x.into(),
        4 => gyroscope.y.into(),
        _ => gyroscope.z.into(),
    })
}

pub fn time(spi: bool) -> Result<i32> {
    data(spi)?.time.and_then(|time| i32::try_from(time).ok()).ok_or(Error::InvalidInputData)
}
