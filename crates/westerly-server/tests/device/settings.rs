// SPDX-License-Identifier: Apache-2.0
//! A few settings of which each refuses something else.

use westerly_server::{Settings, SettingsError};

/// What memory holds and what was saved.
pub struct Values {
    name: Value,
    saved_name: Value,
    /// Takes effect with a commit.
    period: u8,
    committed_period: u8,
    key: Value,
}

#[derive(Clone, Copy)]
struct Value {
    bytes: [u8; 16],
    length: usize,
}

impl Value {
    fn of(bytes: &[u8]) -> Result<Self, SettingsError> {
        let mut value = Self { bytes: [0; 16], length: bytes.len() };
        value.bytes.get_mut(..bytes.len()).ok_or(SettingsError::TooLarge)?.copy_from_slice(bytes);
        Ok(value)
    }

    fn give(&self, into: &mut [u8]) -> Result<usize, SettingsError> {
        give(&self.bytes[..self.length], into)
    }
}

fn give(bytes: &[u8], into: &mut [u8]) -> Result<usize, SettingsError> {
    into.get_mut(..bytes.len()).ok_or(SettingsError::TooLarge)?.copy_from_slice(bytes);
    Ok(bytes.len())
}

/// What is there before anything was saved.
const NAME: &[u8] = b"golden";

impl Values {
    pub fn new() -> Self {
        let value = |bytes| Value::of(bytes).unwrap_or(Value { bytes: [0; 16], length: 0 });
        Self { name: value(NAME), saved_name: value(NAME), period: 10, committed_period: 10, key: value(b"the key") }
    }
}

impl Settings for Values {
    fn read(&mut self, name: &str, into: &mut [u8]) -> Result<usize, SettingsError> {
        match name {
            "device/name" => self.name.give(into),
            "device/serial" => give(b"0001", into),
            "device/long" => give(b"exactly 16 bytes", into),
            "device/longer" => give(b"exactly 17 bytes.", into),
            "device/empty" => Ok(0),
            "device/liar" => Ok(into.len() + 1),
            "device/broken" => Err(SettingsError::Other),
            "device/trigger" => Err(SettingsError::ReadNotSupported),
            "filter/period" => give(&[self.committed_period], into),
            "access/key" | "secret/a" | "secret" => self.key.give(into),
            "accessory" | "access/keys" | "access" => give(b"open", into),
            _ => Err(missing(name)),
        }
    }

    fn write(&mut self, name: &str, value: &[u8]) -> Result<(), SettingsError> {
        match name {
            "device/name" => self.name = Value::of(value)?,
            "device/trigger" => {}
            "device/broken" => return Err(SettingsError::Other),
            "device/serial" => return Err(SettingsError::WriteNotSupported),
            "filter/period" => match value {
                [period] => self.period = *period,
                _ => return Err(SettingsError::Invalid),
            },
            "access/key" => self.key = Value::of(value)?,
            _ => return Err(missing(name)),
        }
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), SettingsError> {
        match name {
            "device/name" => self.saved_name = Value::of(NAME)?,
            "device/serial" => return Err(SettingsError::DeleteNotSupported),
            "access/key" => self.key = Value::of(b"")?,
            _ => return Err(missing(name)),
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), SettingsError> {
        self.committed_period = self.period;
        Ok(())
    }

    fn load(&mut self) -> Result<(), SettingsError> {
        self.name = self.saved_name;
        Ok(())
    }

    fn save(&mut self, name: Option<&str>) -> Result<(), SettingsError> {
        match name {
            None | Some("device" | "device/name") => self.saved_name = self.name,
            Some("device/broken") => return Err(SettingsError::Other),
            Some(_) => return Err(SettingsError::SaveNotSupported),
        }
        Ok(())
    }
}

fn missing(name: &str) -> SettingsError {
    match name.split('/').next() {
        Some("device" | "filter" | "access" | "secret") => SettingsError::NotFound,
        _ => SettingsError::RootNotFound,
    }
}
