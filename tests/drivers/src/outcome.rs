// SPDX-License-Identifier: Apache-2.0
//! Results as numbers, for C.

#![forbid(unsafe_code)]

use core::fmt::Debug;

use embedded_hal::digital;
use embedded_hal::i2c::{Error as _, ErrorKind, NoAcknowledgeSource};
use westerly_zephyr::hal::{Error, UartError};
use westerly_zephyr::uart::OpenError;

/// As src/drivers.h counts them.
#[derive(Clone, Copy)]
#[repr(i32)]
pub enum Failure {
    NoAcknowledgeUnknown = i32::MIN,
    NoAcknowledgeAddress,
    ArbitrationLoss,
    Bus,
    Overrun,
    Other,
    Checksum,
    WrongChip,
    WriteEnable,
    Readback,
    NotReady,
    Taken,
    TooManyOperations,
    Invalid,
    NotSupported,
    Stalled,
    Wrong,
}

/// For C: the value, or the number of what failed.
pub fn number<E: Into<Failure>>(result: Result<i32, E>) -> i32 {
    result.unwrap_or_else(|error| error.into() as i32)
}

/// The kind that embedded-hal knows, and for its `Other` what Westerly does.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown) => Self::NoAcknowledgeUnknown,
            ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address) => Self::NoAcknowledgeAddress,
            ErrorKind::ArbitrationLoss => Self::ArbitrationLoss,
            ErrorKind::Bus => Self::Bus,
            ErrorKind::Overrun => Self::Overrun,
            ErrorKind::Other => match error {
                Error::NotReady => Self::NotReady,
                Error::Taken => Self::Taken,
                Error::TooManyOperations => Self::TooManyOperations,
                Error::Invalid => Self::Invalid,
                Error::NotSupported => Self::NotSupported,
                _ => Self::Other,
            },
            _ => Self::Wrong,
        }
    }
}

impl From<lm75::Error<Error>> for Failure {
    fn from(error: lm75::Error<Error>) -> Self {
        match error {
            lm75::Error::I2C(error) => error.into(),
            lm75::Error::InvalidInputData => Self::Invalid,
        }
    }
}

impl From<shtcx::Error<Error>> for Failure {
    fn from(error: shtcx::Error<Error>) -> Self {
        match error {
            shtcx::Error::I2c(error) => error.into(),
            shtcx::Error::Crc => Self::Checksum,
        }
    }
}

impl From<bme280::Error<Error>> for Failure {
    fn from(error: bme280::Error<Error>) -> Self {
        match error {
            bme280::Error::Bus(error) => error.into(),
            bme280::Error::UnsupportedChip => Self::WrongChip,
            _ => Self::Wrong,
        }
    }
}

impl From<bmi160::Error<Error>> for Failure {
    fn from(error: bmi160::Error<Error>) -> Self {
        match error {
            bmi160::Error::Comm(error) => error.into(),
            bmi160::Error::InvalidInputData => Self::Invalid,
        }
    }
}

impl<P: Debug + digital::Error> From<w25q32jv::Error<Error, P>> for Failure {
    fn from(error: w25q32jv::Error<Error, P>) -> Self {
        match error {
            w25q32jv::Error::SpiError(error) => error.into(),
            w25q32jv::Error::WriteEnableFail => Self::WriteEnable,
            w25q32jv::Error::ReadbackFail => Self::Readback,
            w25q32jv::Error::NotAligned | w25q32jv::Error::OutOfBounds => Self::Invalid,
            _ => Self::Wrong,
        }
    }
}

impl From<UartError> for Failure {
    fn from(error: UartError) -> Self {
        match error {
            UartError::Stalled => Self::Stalled,
            _ => Self::Wrong,
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotReady => Self::NotReady,
            OpenError::Open => Self::Taken,
            _ => Self::Wrong,
        }
    }
}
