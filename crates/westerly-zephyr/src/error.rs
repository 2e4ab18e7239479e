// SPDX-License-Identifier: Apache-2.0

//! What the C side returns, as `enum westerly_error` in `c/westerly.h` counts it: read the two side by side.

use core::ffi::c_int;

/// Why C did not do something. Which of them a function returns is written beside it in `c/westerly.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "not every group is in every build")]
pub(crate) enum Error {
    Other,
    Invalid,
    NotFound,
    IsDirectory,
    NoDevice,
    ReadOnly,
    NotSupported,
    TooLarge,
    Fault,
}

/// A count, or an error.
pub(crate) fn outcome(result: c_int) -> Result<usize, Error> {
    usize::try_from(result).map_err(|_| match result {
        -2 => Error::Invalid,
        -3 => Error::NotFound,
        -4 => Error::IsDirectory,
        -5 => Error::NoDevice,
        -6 => Error::ReadOnly,
        -7 => Error::NotSupported,
        -8 => Error::TooLarge,
        -9 => Error::Fault,
        _ => Error::Other,
    })
}
