// SPDX-License-Identifier: Apache-2.0
//! A storage partition that wears out.

use westerly_server::{Storage, StorageError};

/// It can be erased once; after that another step fails every time.
#[derive(Default)]
pub struct Partition {
    erased: u32,
}

impl Storage for Partition {
    fn erase(&mut self) -> Result<(), StorageError> {
        self.erased += 1;
        match self.erased {
            1 => Ok(()),
            2 => Err(StorageError::Open),
            3 => Err(StorageError::Query),
            _ => Err(StorageError::Erase),
        }
    }
}
