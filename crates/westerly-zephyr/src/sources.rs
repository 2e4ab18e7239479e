// SPDX-License-Identifier: Apache-2.0

//! What can be sampled: the kernel's figures, and the sensors of the devicetree through Zephyr's sensor API.
//!
//! Values are fixed-point integers: a sensor is read, and its value scaled, in C (`c/sources.c`).

use core::ffi::c_int;

use crate::ffi;

/// A source of samples, as `enum westerly_source` in `c/westerly.h` counts them. Which sensors there are is Kconfig's
/// (`CONFIG_WESTERLY_TELEMETRY_*`, one an alias of the devicetree); reading another fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Source {
    /// Seconds since the kernel's start.
    Uptime,
    /// Tenths of a per cent of the time since it was last read in which something ran. One reader.
    CpuLoad,
    /// Bytes given out by all heaps.
    HeapUsed,
    /// Of the processor, in hundredths of a degree Celsius. Alias `die-temp0`.
    DieTemperature,
    /// Of the air, in hundredths of a degree Celsius. Alias `ambient-temp0`.
    AmbientTemperature,
    /// Relative, in hundredths of a per cent. Alias `dht0`.
    Humidity,
    /// Of the air, in pascals. Alias `pressure-sensor`.
    Pressure,
    /// In millivolts. Alias `volt-sensor0`.
    Voltage,
    /// In lux. Alias `light-sensor`.
    Light,
    /// In hundredths of a metre per second squared. Alias `accel0`.
    AccelerationX,
    /// As [`AccelerationX`](Self::AccelerationX).
    AccelerationY,
    /// As [`AccelerationX`](Self::AccelerationX).
    AccelerationZ,
}

/// Error returned by [`read`]: the driver's error, a negative errno value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError(pub c_int);

/// Reads a source now. A sensor behind a bus is waited for.
pub fn read(source: Source) -> Result<i32, ReadError> {
    let mut value = 0;
    // SAFETY: C writes one value where it is told.
    match unsafe { ffi::westerly_source_read(source as u8, &raw mut value) } {
        0 => Ok(value),
        error => Err(ReadError(error)),
    }
}
