// SPDX-License-Identifier: Apache-2.0
//! Driver crates of the registry, unmodified, over westerly-zephyr's embedded-hal objects, and those objects themselves.
//!
//! The parts are emulated (src/parts/) and sit on Zephyr's emulated buses. src/cases_*.c set a part, call a function of
//! src/drivers.h, which is one here, and look at what it returns and at what the part was told.

#![no_std]
#![deny(missing_docs)]

mod atmosphere;
mod bus;
mod delay;
mod flash;
mod humidity;
mod modem;
mod motion;
mod outcome;
mod pins;
mod thermometer;

use core::panic::PanicInfo;

/// Gives functions their C names, and their results as numbers.
macro_rules! export {
    ($($name:ident = $function:path $(, $argument:ident: $type:ty)*;)*) => {
        $(
            // SAFETY: nothing else has this name; src/drivers.h declares it with these types.
            #[unsafe(no_mangle)]
            extern "C" fn $name($($argument: $type),*) -> i32 {
                outcome::number($function($($argument),*))
            }
        )*
    };
}

export! {
    drivers_lm75_temperature = thermometer::millidegrees;
    drivers_lm75_temperature_at = thermometer::millidegrees_at, address: u8;
    drivers_lm75_set_limits = thermometer::set_limits, overtemperature: i32, hysteresis: i32;
    drivers_lm75_disable = thermometer::disable;

    drivers_shtc3_identifier = humidity::identifier;
    drivers_shtc3_temperature = humidity::temperature;
    drivers_shtc3_humidity = humidity::humidity;
    drivers_shtc3_humidity_low_power = humidity::humidity_low_power;
    drivers_shtc3_temperature_too_early = humidity::temperature_too_early;
    drivers_shtc3_sleep = humidity::sleep;
    drivers_shtc3_wake_up = humidity::wake_up;

    drivers_bme280_initialise = atmosphere::initialise;
    drivers_bme280_temperature = atmosphere::temperature;
    drivers_bme280_pressure = atmosphere::pressure;
    drivers_bme280_humidity = atmosphere::humidity;

    drivers_bmi160_chip = motion::chip, spi: bool;
    drivers_bmi160_start = motion::start, spi: bool;
    drivers_bmi160_axis = motion::axis, spi: bool, axis: u8;
    drivers_bmi160_time = motion::time, spi: bool;

    drivers_flash_identifier_byte = flash::identifier_byte, index: u8;
    drivers_flash_erase = flash::erase, address: u32;
    drivers_flash_write = flash::write, address: u32, length: u32;
    drivers_flash_check = flash::check, address: u32, length: u32;
    drivers_flash_on_hold = flash::on_hold;

    drivers_bus_operations = bus::operations, count: u8;
    drivers_bus_mixed = bus::mixed;
    drivers_bus_ten_bits = bus::ten_bits;
    drivers_bus_broken = bus::broken;
    drivers_spi_delay_between = bus::spi_delay_between;
    drivers_spi_operations = bus::spi_operations, count: u8;
    drivers_spi_uneven = bus::spi_uneven;
    drivers_spi_one_way = bus::spi_one_way, write: bool;
    drivers_spi_taken = bus::spi_taken;

    drivers_heater = pins::heater, high: bool;
    drivers_heater_toggle = pins::heater_toggle;
    drivers_valve_active = pins::valve_active, active: bool;
    drivers_door_open = pins::door_open;
    drivers_door_is_high = pins::door_is_high;
    drivers_door_is_active = pins::door_is_active;
    drivers_fan_duty = pins::fan_duty, duty: u16;
    drivers_fan_percent = pins::fan_percent, percent: u8;

    drivers_delay_nanoseconds = delay::nanoseconds, nanoseconds: u32;
    drivers_delay_microseconds = delay::microseconds, microseconds: u32;
    drivers_delay_milliseconds = delay::milliseconds, milliseconds: u32;

    drivers_modem_open = modem::open;
    drivers_modem_write = modem::write, length: u32;
    drivers_modem_echo = modem::echo, length: u32;
    drivers_modem_ready = modem::ready;
}

/// What zephyr-lang-rust's main() calls, which ztest's main() replaces.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
extern "C" fn rust_main() {}

/// Ends the case with the thread it runs in.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    westerly_zephyr::fatal::panic(info)
}
