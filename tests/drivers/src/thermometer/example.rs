// SPDX-License-Identifier: Apache-2.0
//! What docs/embedded-hal.md shows, word for word from the first use on: build.rs looks.

use lm75::{Address, Error, Lm75};
use westerly_zephyr::{device, hal};

/// In degrees Celsius.
pub fn temperature() -> Result<f32, Error<hal::Error>> {
    let bus = device!(I2c, sensors).map_err(Error::I2C)?;
    let mut sensor = Lm75::new(bus, Address::default());
    sensor.read_temperature()
}
