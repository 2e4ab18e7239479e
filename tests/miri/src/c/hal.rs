// SPDX-License-Identifier: Apache-2.0

//! Buses and pins. A node of the devicetree is known by its address alone: to Rust it is a structure without a size, whose
//! content is C's affair.

use std::ffi::{c_int, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use zephyr_sys::device;

use super::{bytes, fill, functions};

/// The UARTs that the same node leads to, one after the other; before the first, to none that is ready.
pub static UARTS: [device; 2] = [device::new(16, false), device::new(16, true)];

static ASKED: AtomicUsize = AtomicUsize::new(0);

/// What went over the buses, in order.
pub static BUS: Mutex<Vec<u8>> = Mutex::new(Vec::new());

static TAKEN: Mutex<bool> = Mutex::new(false);
/// Of the one pin.
pub static LEVEL: Mutex<bool> = Mutex::new(false);

#[repr(C)]
#[derive(Clone, Copy)]
struct I2cMessage {
    bytes: *mut u8,
    length: u32,
    flags: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct SpiBuffer {
    bytes: *mut u8,
    length: usize,
}

/// Copies of C's structures.
fn structures<T: Copy>(first: *const T, count: usize) -> Vec<T> {
    // SAFETY: what the callers below are promised.
    (0..count).map(|index| unsafe { first.add(index).read() }).collect()
}

functions! {
    fn westerly_delay_microseconds(_microseconds: u32) {}

    fn westerly_delay_milliseconds(_milliseconds: u32) {}

    fn westerly_i2c_open(_i2c: *const c_void) -> c_int {
        0
    }

    fn westerly_i2c_transfer(_i2c: *const c_void, messages: *mut I2cMessage, count: u8, address: u16) -> c_int {
        if address == 0x7f {
            return -2;
        }
        let mut bus = BUS.lock().unwrap();
        for message in structures(messages, count.into()) {
            if message.flags & 1 == 0 {
                bus.extend(bytes(message.bytes, message.length as usize));
            } else {
                fill(message.bytes, message.length as usize, b"read from the bus");
            }
        }
        0
    }

    fn westerly_spi_open(_spi: *const c_void) -> c_int {
        if std::mem::replace(&mut *TAKEN.lock().unwrap(), true) { -11 } else { 0 }
    }

    fn westerly_spi_close(_spi: *const c_void) {
        *TAKEN.lock().unwrap() = false;
    }

    // Both directions at a time, in pairs of buffers that may be the same one.
    fn westerly_spi_transceive(
        _spi: *const c_void,
        _in_parts: bool,
        transmit: *const SpiBuffer,
        transmit_count: usize,
        receive: *const SpiBuffer,
        receive_count: usize,
    ) -> c_int {
        let mut bus = BUS.lock().unwrap();
        for buffer in structures(transmit, transmit_count) {
            if !buffer.bytes.is_null() {
                bus.extend(bytes(buffer.bytes, buffer.length));
            }
        }
        for buffer in structures(receive, receive_count) {
            if !buffer.bytes.is_null() {
                fill(buffer.bytes, buffer.length, b"received");
            }
        }
        0
    }

    fn westerly_spi_release(_spi: *const c_void) -> c_int {
        0
    }

    fn westerly_gpio_input(_pin: *const c_void) -> c_int {
        1
    }

    fn westerly_gpio_output(_pin: *const c_void) -> c_int {
        1
    }

    fn westerly_gpio_get(_pin: *const c_void) -> c_int {
        c_int::from(*LEVEL.lock().unwrap())
    }

    fn westerly_gpio_set(_pin: *const c_void, high: bool) -> c_int {
        *LEVEL.lock().unwrap() = high;
        0
    }

    fn westerly_pwm_open(_pwm: *const c_void) -> c_int {
        0
    }

    fn westerly_pwm_set(_pwm: *const c_void, duty: u16) -> c_int {
        assert!(duty <= 32768);
        0
    }

    fn westerly_uart_device(_uart: *const c_void) -> *const device {
        match ASKED.fetch_add(1, Ordering::Relaxed) {
            0 => std::ptr::null(),
            number => UARTS.get(number - 1).unwrap(),
        }
    }
}
