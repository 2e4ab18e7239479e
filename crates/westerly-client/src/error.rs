// SPDX-License-Identifier: Apache-2.0
//! Why an answer is missing, or is not what was asked for.

use thiserror::Error;
use westerly_wire::error::{Code, GroupError};

use crate::cursor::Inconsistent;
use crate::login::LoginError;

/// Error returned by [`Link::exchange`](crate::Link::exchange). After each but `Login` the request may be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// Nothing came in time.
    #[error("no answer in time")]
    Silence,
    /// Something came that is no whole answer to the request.
    #[error("a damaged answer")]
    Damaged,
    /// Something came that the device has not sealed, while everything has to be.
    #[error("answers came, but without the device's seal, so they do not count")]
    Unsealed,
    /// The device lets nobody in with this key. To ask again makes it worse: every failure counts.
    #[error("no login: {0}")]
    Login(LoginError),
    /// The line or the socket cannot be opened or used, as the system says. The next exchange tries to open it again.
    #[error("{0}")]
    Broken(String),
}

/// Error returned by the requests of [`Device`](crate::Device).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// No answer arrived, however often it was asked for.
    #[error("{last} ({attempts} tries)")]
    NoAnswer {
        /// How often it was asked for.
        attempts: u32,
        /// What became of the last.
        last: LinkError,
    },
    /// The device lets nobody in with this key.
    #[error("no login: {0}")]
    Login(LoginError),
    /// The device answered with an SMP code. [`Code::NotSupported`]: it has no such group or command.
    #[error("the device answered with an error")]
    Smp(Code),
    /// The device answered with a group's own code.
    #[error("the device answered with an error")]
    Group(GroupError),
    /// The request is longer than any device takes.
    #[error("the request is longer than a device takes")]
    TooLong,
    /// The answer's bytes are not those of such an answer. A repetition would bring the same again.
    #[error("the device's answer cannot be read")]
    Malformed,
    /// The answer contradicts itself or the ones before.
    #[error("the device's answer makes no sense: {0}")]
    Inconsistent(#[from] Inconsistent),
}
