// SPDX-License-Identifier: Apache-2.0
//! Pins and PWM.

#![forbid(unsafe_code)]

use embedded_hal::digital::{InputPin, OutputPin, StatefulOutputPin};
use embedded_hal::pwm::SetDutyCycle;
use westerly_zephyr::device;
use westerly_zephyr::hal::{Error, Input};
use westerly_zephyr::sync::Mutex;

use crate::outcome::Failure;

pub fn heater(high: bool) -> Result<i32, Failure> {
    let mut heater = device!(Output, heater)?;
    heater.set_state(high.into())?;
    if heater.is_set_high()? != high || heater.is_set_low()? == high {
        return Err(Failure::Wrong);
    }
    Ok(0)
}

/// From low, where a pin starts that is active high.
pub fn heater_toggle() -> Result<i32, Error> {
    let mut heater = device!(Output, heater)?;
    heater.toggle()?;
    Ok(0)
}

/// As the devicetree has it, where the valve is active low.
pub fn valve_active(active: bool) -> Result<i32, Failure> {
    let mut valve = device!(Output, valve)?;
    if valve.is_set_low()? {
        return Err(Failure::Wrong);
    }
    valve.set_active(active)?;
    Ok(valve.is_set_high()?.into())
}

/// Kept, as to configure the pin again would give the emulated one the level of its pull-up resistor.
static DOOR: Mutex<Option<Input>> = Mutex::new(None);

pub fn door_open() -> Result<i32, Error> {
    *DOOR.lock() = Some(device!(Input, door)?);
    Ok(0)
}

pub fn door_is_high() -> Result<i32, Failure> {
    let mut door = DOOR.lock();
    let door = door.as_mut().ok_or(Failure::NotReady)?;
    if door.is_high()? == door.is_low()? {
        return Err(Failure::Wrong);
    }
    Ok(door.is_high()?.into())
}

pub fn door_is_active() -> Result<i32, Failure> {
    let mut door = DOOR.lock();
    Ok(door.as_mut().ok_or(Failure::NotReady)?.is_active()?.into())
}

/// In parts of the largest duty.
pub fn fan_duty(duty: u16) -> Result<i32, Error> {
    let mut fan = device!(Pwm, fan)?;
    fan.set_duty_cycle(duty)?;
    Ok(fan.max_duty_cycle().into())
}

pub fn fan_percent(percent: u8) -> Result<i32, Error> {
    device!(Pwm, fan)?.set_duty_cycle_percent(percent)?;
    Ok(0)
}
