// SPDX-License-Identifier: Apache-2.0

//! Zephyr's settings, by name, and the device's own among them (`c/device_settings.c`).

use core::ffi::c_int;
use core::{ptr, slice};

use westerly_server::{Settings, SettingsError};

use crate::error::{self, Error};
use crate::ffi;

/// Error returned by [`start`]: there is no room for settings, or what is there cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartError;

/// Starts Zephyr's settings and loads what is stored. Before anything asks for a setting, and once.
pub fn start() -> Result<(), StartError> {
    error::outcome(ffi::westerly_settings_start()).map(drop).map_err(|_| StartError)
}

/// Error returned by [`keep`]: the value is not stored, and what was stored before is or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotKept;

/// Stores a value of the firmware's own under a name that is no other setting's; an empty one deletes it. Nobody reads or
/// writes it by the settings group, which knows the names that a part of the firmware has registered.
pub fn keep(name: &str, value: &[u8]) -> Result<(), NotKept> {
    // SAFETY: C reads the name and the value, neither beyond its length.
    let result = unsafe { ffi::westerly_settings_keep(name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
    error::outcome(result).map(drop).map_err(|_| NotKept)
}

/// The value that [`keep`] stored under this name, and nothing if there is none or it is longer than `into`.
pub fn kept<'i>(name: &str, into: &'i mut [u8]) -> Option<&'i [u8]> {
    // SAFETY: C reads the name and writes to `into`, neither beyond the length given.
    let result = unsafe { ffi::westerly_settings_kept(name.as_ptr(), name.len(), into.as_mut_ptr(), into.len()) };
    let length = error::outcome(result).ok().filter(|&length| length > 0)?;
    into.get(..length)
}

/// Implements [`Settings`] by Zephyr's, of whatever part of the firmware they are.
pub struct ZephyrSettings;

/// What C returned; `unsupported` is what the call was to do.
fn outcome(result: c_int, unsupported: SettingsError) -> Result<usize, SettingsError> {
    error::outcome(result).map_err(|error| match error {
        // Zephyr's way to say that nobody has registered the subtree.
        Error::Invalid => SettingsError::RootNotFound,
        Error::NotFound => SettingsError::NotFound,
        Error::NotSupported => unsupported,
        Error::TooLarge => SettingsError::TooLarge,
        _ => SettingsError::Other,
    })
}

impl Settings for ZephyrSettings {
    fn read(&mut self, name: &str, into: &mut [u8]) -> Result<usize, SettingsError> {
        // SAFETY: C reads the name and writes to `into`, neither beyond the length given.
        let result = unsafe { ffi::westerly_settings_read(name.as_ptr(), name.len(), into.as_mut_ptr(), into.len()) };
        let length = outcome(result, SettingsError::ReadNotSupported)?;
        // Handlers that cut a value tell, if they are well made, how long it is.
        if length > into.len() { Err(SettingsError::TooLarge) } else { Ok(length) }
    }

    fn write(&mut self, name: &str, value: &[u8]) -> Result<(), SettingsError> {
        // SAFETY: C reads the name and the value, neither beyond its length.
        let result = unsafe { ffi::westerly_settings_write(name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
        outcome(result, SettingsError::WriteNotSupported).map(drop)
    }

    fn delete(&mut self, name: &str) -> Result<(), SettingsError> {
        // SAFETY: C reads the name, not beyond its length.
        let result = unsafe { ffi::westerly_settings_delete(name.as_ptr(), name.len()) };
        outcome(result, SettingsError::DeleteNotSupported).map(drop)
    }

    fn commit(&mut self) -> Result<(), SettingsError> {
        outcome(ffi::westerly_settings_commit(), SettingsError::Other).map(drop)
    }

    fn load(&mut self) -> Result<(), SettingsError> {
        outcome(ffi::westerly_settings_load(), SettingsError::Other).map(drop)
    }

    fn save(&mut self, name: Option<&str>) -> Result<(), SettingsError> {
        let (name, length) = name.map_or((ptr::null(), 0), |name| (name.as_ptr(), name.len()));
        // SAFETY: C reads the name if there is one, not beyond its length.
        let result = unsafe { ffi::westerly_settings_save(name, length) };
        outcome(result, SettingsError::SaveNotSupported).map(drop)
    }
}

/// As large as `WESTERLY_DEVICE_NAME_SIZE`.
const NAME_SIZE: usize = 64;

/// Room for the setting `device/name`, which may change while an answer with it is written.
pub(crate) struct DeviceName([u8; NAME_SIZE]);

impl DeviceName {
    pub(crate) const fn new() -> Self {
        Self([0; NAME_SIZE])
    }

    /// The name as last committed. `None` if there is none, which does not happen: its default is not empty.
    pub(crate) fn get(&mut self) -> Option<&str> {
        // SAFETY: C writes to the array, not beyond the length given.
        let length = unsafe { ffi::westerly_device_name(self.0.as_mut_ptr(), self.0.len()) };
        let name = self.0.get(..length)?;
        core::str::from_utf8(name).ok().filter(|name| !name.is_empty())
    }
}

/// For C: whether these bytes may go into an answer as text.
// SAFETY: the name is one of c/westerly.h, which nothing else defines.
#[unsafe(no_mangle)]
unsafe extern "C" fn westerly_is_text(bytes: *const u8, length: usize) -> bool {
    if length == 0 {
        return true;
    }
    // SAFETY: C passes bytes of its own that nobody changes during the call.
    let bytes = unsafe { slice::from_raw_parts(bytes, length) };
    core::str::from_utf8(bytes).is_ok()
}
