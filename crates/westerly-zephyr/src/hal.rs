// SPDX-License-Identifier: Apache-2.0

//! embedded-hal 1.0 and embedded-io 0.7 over Zephyr's drivers: what a driver crate of the registry takes.
//!
//! ```text
//! devicetree --> a line of C, WESTERLY_I2C(sensors, DT_ALIAS(sensor_bus))
//!                  --> device!(I2c, sensors)  an I2c --> Lm75::new(i2c, address)
//! ```
//! Each object stands for a node of the devicetree that a C file of the application names (`c/westerly_devices.h` has the
//! macros, `docs/embedded-hal.md` the whole story), and each is there only if its subsystem is in the build: [`I2c`] with
//! `CONFIG_I2C`, [`Spi`] with `CONFIG_SPI`, [`Input`] and [`Output`] with `CONFIG_GPIO`, [`Pwm`] with `CONFIG_PWM`, [`Uart`]
//! with `CONFIG_SERIAL`. [`Delay`] always is.
//!
//! Every call waits where the driver waits, so none of this is for interrupts, but for pins and for [`Delay`], which then
//! keeps the processor. It brings no asynchronous traits, and it does not lock: a bus is locked by its Zephyr driver, for the
//! length of a transaction, so objects for one bus may be used from several threads, and by C beside them.

mod delay;
mod error;
mod ffi;
#[cfg(zephyr_gpio)]
mod gpio;
#[cfg(zephyr_i2c)]
mod i2c;
#[cfg(zephyr_pwm)]
mod pwm;
#[cfg(zephyr_spi)]
mod spi;
#[cfg(zephyr_serial)]
mod uart;

pub use delay::Delay;
pub use error::Error;
#[cfg(zephyr_gpio)]
pub use ffi::GpioNode;
#[cfg(zephyr_i2c)]
pub use ffi::I2cNode;
#[cfg(zephyr_pwm)]
pub use ffi::PwmNode;
#[cfg(zephyr_spi)]
pub use ffi::SpiNode;
#[cfg(zephyr_serial)]
pub use ffi::UartNode;
#[cfg(zephyr_gpio)]
pub use gpio::{Input, Output};
#[cfg(zephyr_i2c)]
pub use i2c::{I2c, MOST_OPERATIONS};
#[cfg(zephyr_pwm)]
pub use pwm::Pwm;
#[cfg(zephyr_spi)]
pub use spi::Spi;
#[cfg(zephyr_serial)]
pub use uart::{Uart, UartDevice, UartError};

/// The object for a node of the devicetree, by its kind and by the name that a line of C gave it.
///
/// | Rust | C | gives |
/// |---|---|---|
/// | `device!(I2c, sensors)` | `WESTERLY_I2C(sensors, node)` | [`I2c`](crate::hal::I2c) |
/// | `device!(Spi, flash)` | `WESTERLY_SPI(flash, node)` | [`Spi`](crate::hal::Spi) |
/// | `device!(Input, button)` | `WESTERLY_GPIO(button, node, property)` | [`Input`](crate::hal::Input) |
/// | `device!(Output, heater)` | `WESTERLY_GPIO(heater, node, property)` | [`Output`](crate::hal::Output) |
/// | `device!(Pwm, fan)` | `WESTERLY_PWM(fan, node)` | [`Pwm`](crate::hal::Pwm) |
/// | `device!(Uart, modem)` | `WESTERLY_UART(modem, node)` | [`UartDevice`](crate::hal::UartDevice) |
///
/// Each gives a `Result`, whose error is [`NotReady`](crate::hal::Error::NotReady) for a device whose driver did not start.
/// A name that no line of C defines as this kind is an undefined symbol at the linker.
#[macro_export]
macro_rules! device {
    (I2c, $name:ident) => {
        $crate::device!(@ I2c, I2cNode, "westerly_device_i2c_", $name)
    };
    (Spi, $name:ident) => {
        $crate::device!(@ Spi, SpiNode, "westerly_device_spi_", $name)
    };
    (Input, $name:ident) => {
        $crate::device!(@ Input, GpioNode, "westerly_device_gpio_", $name)
    };
    (Output, $name:ident) => {
        $crate::device!(@ Output, GpioNode, "westerly_device_gpio_", $name)
    };
    (Pwm, $name:ident) => {
        $crate::device!(@ Pwm, PwmNode, "westerly_device_pwm_", $name)
    };
    (Uart, $name:ident) => {
        $crate::device!(@ UartDevice, UartNode, "westerly_device_uart_", $name)
    };
    (@ $kind:ident, $node:ident, $prefix:literal, $name:ident) => {{
        // SAFETY: only the macro of c/westerly_devices.h that makes this kind of structure makes symbols of this name, and
        // the structures are constant.
        unsafe extern "C" {
            #[link_name = concat!($prefix, stringify!($name))]
            safe static NODE: $crate::hal::$node;
        }
        $crate::hal::$kind::open(&NODE)
    }};
}
