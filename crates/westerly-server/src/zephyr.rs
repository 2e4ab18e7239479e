// SPDX-License-Identifier: Apache-2.0
//! The Zephyr group (63): erasing the storage partition. [`Storage`] is what it needs of the device.

use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::zephyr::{code, command};

use crate::{Action, Failure, Group, GroupDescription, Request, Response};

/// What the Zephyr group needs of a device.
pub trait Storage {
    /// Erases all there is on the storage partition. What is in memory stays as it is until a restart.
    ///
    /// # Errors
    /// See [`StorageError`].
    fn erase(&mut self) -> Result<(), StorageError>;
}

/// Why the storage partition was not erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageError {
    /// It could not be opened.
    Open,
    /// Its flash could not be told.
    Query,
    /// It did not erase; it may be erased in part.
    Erase,
}

/// The Zephyr group.
#[derive(Debug)]
pub struct ZephyrGroup<S>(pub S);

impl<S: Storage> Group for ZephyrGroup<S> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::ZEPHYR, name: "zephyr basic mgmt", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, _: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::ERASE_STORAGE, Action::Write) => Ok(self.0.erase()?),
            _ => Err(Code::NotSupported.into()),
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Group(match error {
            StorageError::Open => code::FLASH_OPEN_FAILED,
            StorageError::Query => code::FLASH_CONFIG_QUERY_FAIL,
            StorageError::Erase => code::FLASH_ERASE_FAILED,
        })
    }
}
