// SPDX-License-Identifier: Apache-2.0
//! The messages of the Zephyr group (63): erasing the storage partition (Zephyr documentation, "Zephyr Management Group").
//! Request and response are both empty.

/// Command numbers.
pub mod command {
    /// Erases the storage partition; write.
    pub const ERASE_STORAGE: u8 = 0;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 1;
}

/// Codes of this group's errors.
pub mod code {
    /// The flash could not be opened.
    pub const FLASH_OPEN_FAILED: u16 = 2;
    /// The layout of the flash could not be told.
    pub const FLASH_CONFIG_QUERY_FAIL: u16 = 3;
    /// The flash did not erase.
    pub const FLASH_ERASE_FAILED: u16 = 4;
}
