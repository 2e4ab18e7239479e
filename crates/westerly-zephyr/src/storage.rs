// SPDX-License-Identifier: Apache-2.0

//! The partition `storage_partition`.

use westerly_server::{Storage, StorageError};

use crate::ffi;

/// Implements [`Storage`] by Zephyr's flash map. Settings that are kept there (in NVS) start over: what is saved from then on
/// is found again after a restart.
pub struct ZephyrStorage;

impl Storage for ZephyrStorage {
    fn erase(&mut self) -> Result<(), StorageError> {
        // As c/westerly.h counts them.
        match ffi::westerly_storage_erase() {
            0 => Ok(()),
            1 => Err(StorageError::Open),
            2 => Err(StorageError::Query),
            _ => Err(StorageError::Erase),
        }
    }
}
