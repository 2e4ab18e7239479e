// SPDX-License-Identifier: Apache-2.0

//! What a Zephyr driver reports, and what embedded-hal calls it. `enum westerly_hal_error` in `c/hal.h` has the numbers.

use core::ffi::c_int;
use core::fmt;

use embedded_hal::i2c::NoAcknowledgeSource;
use embedded_hal::{digital, i2c, pwm, spi};

/// Error of the objects for I2C, SPI, pins and PWM.
///
/// Zephyr says little: nearly every I2C driver has the one `EIO` for a part that does not answer, for one that stops
/// answering, and for a bus fault. So do not conclude more from [`kind`](i2c::Error::kind) than it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// `EIO`. On I2C nobody acknowledged, as far as one can tell: look at the address and the part's supply.
    InputOutput,
    /// `ENXIO`. On I2C nobody acknowledged the address, from drivers that tell it from the rest.
    NoAddress,
    /// `EBUSY`. The bus is held by somebody: another controller, or a part that keeps a line low.
    Busy,
    /// `EAGAIN`. Another controller won the bus: try again.
    Again,
    /// `ETIMEDOUT`. The transfer did not end: a part stretches the clock, or the controller's own interrupt does not come.
    TimedOut,
    /// `EOVERFLOW`, `ENOBUFS`. Bytes came faster than the driver took them.
    Overrun,
    /// `EINVAL`, `ERANGE`. The driver does not take these values: a frequency, a mode, a period, a length.
    Invalid,
    /// `ENOTSUP`, `ENOSYS`. The driver cannot do that at all.
    NotSupported,
    /// `ENODEV`. The device is not ready: its driver did not start.
    NotReady,
    /// There is an object for this device already, and the device allows one at a time.
    Taken,
    /// A transaction of more operations than [`MOST_OPERATIONS`](crate::hal::MOST_OPERATIONS).
    TooManyOperations,
    /// Anything else.
    Other,
}

/// A count, or an error.
#[allow(dead_code, reason = "not every kind of device is in every build")]
pub(crate) fn outcome(result: c_int) -> Result<u32, Error> {
    u32::try_from(result).map_err(|_| match result {
        -2 => Error::InputOutput,
        -3 => Error::NoAddress,
        -4 => Error::Busy,
        -5 => Error::Again,
        -6 => Error::TimedOut,
        -7 => Error::Overrun,
        -8 => Error::Invalid,
        -9 => Error::NotSupported,
        -10 => Error::NotReady,
        -11 => Error::Taken,
        _ => Error::Other,
    })
}

impl i2c::Error for Error {
    fn kind(&self) -> i2c::ErrorKind {
        match self {
            Self::InputOutput => i2c::ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown),
            Self::NoAddress => i2c::ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address),
            Self::Busy | Self::Again => i2c::ErrorKind::ArbitrationLoss,
            Self::TimedOut => i2c::ErrorKind::Bus,
            Self::Overrun => i2c::ErrorKind::Overrun,
            _ => i2c::ErrorKind::Other,
        }
    }
}

impl spi::Error for Error {
    fn kind(&self) -> spi::ErrorKind {
        match self {
            Self::Overrun => spi::ErrorKind::Overrun,
            _ => spi::ErrorKind::Other,
        }
    }
}

impl digital::Error for Error {
    fn kind(&self) -> digital::ErrorKind {
        digital::ErrorKind::Other
    }
}

impl pwm::Error for Error {
    fn kind(&self) -> pwm::ErrorKind {
        pwm::ErrorKind::Other
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InputOutput => "input/output error",
            Self::NoAddress => "no such address on the bus",
            Self::Busy => "the bus is busy",
            Self::Again => "the bus was lost to another controller",
            Self::TimedOut => "timed out",
            Self::Overrun => "overrun",
            Self::Invalid => "the driver does not take these values",
            Self::NotSupported => "the driver cannot do that",
            Self::NotReady => "the device is not ready",
            Self::Taken => "there is an object for this device already",
            Self::TooManyOperations => "too many operations in a transaction",
            Self::Other => "error of the driver",
        })
    }
}

impl core::error::Error for Error {}
