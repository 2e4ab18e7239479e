// SPDX-License-Identifier: Apache-2.0

//! The C side of `src/hal/`, as `c/hal.h` and `c/westerly_devices.h` declare it: read them side by side.

#[allow(unused_imports, reason = "what is used depends on the configuration")]
use core::ffi::c_int;

/// A structure of `c/westerly_devices.h`, which only its C file and C functions look into.
macro_rules! node {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[repr(C)]
        pub struct $name {
            opaque: [u8; 0],
        }

        impl $name {
            /// What C's functions take.
            pub(crate) fn as_c(&'static self) -> *const Self {
                self
            }
        }
    };
}

#[cfg(zephyr_i2c)]
node! {
    /// What `WESTERLY_I2C` defines. Only [`device!`](crate::device) has a use for it.
    I2cNode
}

#[cfg(zephyr_spi)]
node! {
    /// What `WESTERLY_SPI` defines. Only [`device!`](crate::device) has a use for it.
    SpiNode
}

#[cfg(zephyr_gpio)]
node! {
    /// What `WESTERLY_GPIO` defines. Only [`device!`](crate::device) has a use for it.
    GpioNode
}

#[cfg(zephyr_pwm)]
node! {
    /// What `WESTERLY_PWM` defines. Only [`device!`](crate::device) has a use for it.
    PwmNode
}

#[cfg(zephyr_serial)]
node! {
    /// What `WESTERLY_UART` defines. Only [`device!`](crate::device) has a use for it.
    UartNode
}

unsafe extern "C" {
    pub(crate) safe fn westerly_delay_microseconds(microseconds: u32);
    pub(crate) safe fn westerly_delay_milliseconds(milliseconds: u32);
}

#[cfg(zephyr_i2c)]
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct I2cMessage {
    pub(crate) bytes: *mut u8,
    pub(crate) length: u32,
    pub(crate) flags: u8,
}

#[cfg(zephyr_i2c)]
pub(crate) mod i2c_flags {
    pub(crate) const READ: u8 = 1;
    pub(crate) const STOP: u8 = 2;
    pub(crate) const RESTART: u8 = 4;
    pub(crate) const TEN_BITS: u8 = 8;
}

#[cfg(zephyr_i2c)]
unsafe extern "C" {
    pub(crate) fn westerly_i2c_open(i2c: *const I2cNode) -> c_int;
    pub(crate) fn westerly_i2c_transfer(
        i2c: *const I2cNode,
        messages: *mut I2cMessage,
        count: u8,
        address: u16,
    ) -> c_int;
}

#[cfg(zephyr_spi)]
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct SpiBuffer {
    pub(crate) bytes: *mut u8,
    pub(crate) length: usize,
}

#[cfg(zephyr_spi)]
unsafe extern "C" {
    pub(crate) fn westerly_spi_open(spi: *const SpiNode) -> c_int;
    pub(crate) fn westerly_spi_close(spi: *const SpiNode);
    pub(crate) fn westerly_spi_transceive(
        spi: *const SpiNode,
        in_parts: bool,
        transmit: *const SpiBuffer,
        transmit_count: usize,
        receive: *const SpiBuffer,
        receive_count: usize,
    ) -> c_int;
    pub(crate) fn westerly_spi_release(spi: *const SpiNode) -> c_int;
}

#[cfg(zephyr_gpio)]
unsafe extern "C" {
    pub(crate) fn westerly_gpio_input(pin: *const GpioNode) -> c_int;
    pub(crate) fn westerly_gpio_output(pin: *const GpioNode) -> c_int;
    pub(crate) fn westerly_gpio_get(pin: *const GpioNode) -> c_int;
    pub(crate) fn westerly_gpio_set(pin: *const GpioNode, high: bool) -> c_int;
}

/// WESTERLY_PWM_FULL.
#[cfg(zephyr_pwm)]
pub(crate) const PWM_FULL: u16 = 32768;

#[cfg(zephyr_pwm)]
unsafe extern "C" {
    pub(crate) fn westerly_pwm_open(pwm: *const PwmNode) -> c_int;
    pub(crate) fn westerly_pwm_set(pwm: *const PwmNode, duty: u16) -> c_int;
}

#[cfg(zephyr_serial)]
#[allow(improper_ctypes, reason = "the kernel's structures may hold empty ones; they pass by pointer and as C's own")]
unsafe extern "C" {
    pub(crate) fn westerly_uart_device(uart: *const UartNode) -> *const zephyr_sys::device;
}
