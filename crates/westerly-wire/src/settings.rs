// SPDX-License-Identifier: Apache-2.0
//! The messages of the settings group (3): values by name, kept over restarts once saved (Zephyr documentation, "Settings
//! (Config) Management Group").

use crate::message;

/// Command numbers.
pub mod command {
    /// A value; read, or write to change it in memory.
    pub const VALUE: u8 = 0;
    /// Forgets a value; write.
    pub const DELETE: u8 = 1;
    /// Lets changes take effect; write.
    pub const COMMIT: u8 = 2;
    /// Read loads all values from storage, write saves them.
    pub const STORAGE: u8 = 3;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 4;
}

/// Codes of this group's errors.
pub mod code {
    /// The name is longer than the device can take.
    pub const KEY_TOO_LONG: u16 = 2;
    /// There is no value of that name.
    pub const KEY_NOT_FOUND: u16 = 3;
    /// The value does not let itself be read.
    pub const READ_NOT_SUPPORTED: u16 = 4;
    /// Nothing on the device answers to the first part of the name.
    pub const ROOT_KEY_NOT_FOUND: u16 = 5;
    /// The value does not let itself be written.
    pub const WRITE_NOT_SUPPORTED: u16 = 6;
    /// The value does not let itself be deleted.
    pub const DELETE_NOT_SUPPORTED: u16 = 7;
    /// A part of the settings cannot be saved by itself.
    pub const SAVE_NOT_SUPPORTED: u16 = 8;
}

message! {
    /// Asks for a value.
    pub struct ReadRequest<'b> {
        /// Its name, parts separated by `/`.
        name: required &'b str = "name",
        /// The most bytes the client wants.
        max_size: optional u32 = "max_size",
    }
}

/// The first key of [`ReadResponse`], for writers that put the value in its place.
pub const VALUE_KEY: &str = "val";
/// The second key of [`ReadResponse`].
pub const MAX_SIZE_KEY: &str = "max_size";

message! {
    /// A value.
    pub struct ReadResponse<'b> {
        /// Its bytes.
        value: required &'b [u8] = "val",
        /// The most bytes the device gives, when that is less than the client wants.
        max_size: optional u32 = "max_size",
    }
}

message! {
    /// Changes a value.
    pub struct WriteRequest<'b> {
        /// Its name, parts separated by `/`.
        name: required &'b str = "name",
        /// Its bytes.
        value: required &'b [u8] = "val",
    }
}

message! {
    /// Forgets a value.
    pub struct DeleteRequest<'b> {
        /// Its name, parts separated by `/`.
        name: required &'b str = "name",
    }
}

message! {
    /// Saves.
    pub struct SaveRequest<'b> {
        /// A value or a subtree; everything when absent.
        name: optional &'b str = "name",
    }
}
