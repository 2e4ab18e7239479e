// SPDX-License-Identifier: Apache-2.0
//! The settings group (3): values by name. [`Settings`] is what it needs of the device.
//!
//! A name is parts separated by `/`. Some names can be [hidden](SettingsGroup::hidden): a key that authenticates peers, say, must not be
//! read over the very link it guards. Names are compared part by part and without empty parts, so that `/access//key/` is
//! no way around `access/key`. A NUL or a `=` ends a name for Zephyr's settings, and what it ends could be hidden: such names
//! are refused as invalid before anything else looks at them.
//!
//! What it will not do: buffer a value (it is read straight into the answer), or give a part of one that nobody asked for. A
//! value longer than the device's limit is an error; a client that wants no more than so many bytes gets the first of them.

use westerly_wire::error::{Code, UNKNOWN};
use westerly_wire::group;
use westerly_wire::settings::{
    DeleteRequest, MAX_SIZE_KEY, ReadRequest, SaveRequest, VALUE_KEY, WriteRequest, code, command,
};

use crate::{Action, Failure, Group, GroupDescription, Request, Response};

/// What the settings group needs of a device.
pub trait Settings {
    /// Puts the whole value to the front of `into` and gives its length in bytes.
    ///
    /// # Errors
    /// See [`SettingsError`]; [`SettingsError::TooLarge`] when `into` has no room for all of it.
    fn read(&mut self, name: &str, into: &mut [u8]) -> Result<usize, SettingsError>;

    /// Changes a value in memory; [`save`](Self::save) is what makes it last.
    ///
    /// # Errors
    /// See [`SettingsError`].
    fn write(&mut self, name: &str, value: &[u8]) -> Result<(), SettingsError>;

    /// Forgets what was saved of a value. That one and no other: `a` says nothing about `a/b`.
    ///
    /// # Errors
    /// See [`SettingsError`].
    fn delete(&mut self, name: &str) -> Result<(), SettingsError>;

    /// Lets changes take effect, where they do not at once.
    ///
    /// # Errors
    /// See [`SettingsError`].
    fn commit(&mut self) -> Result<(), SettingsError>;

    /// Reads all values from storage.
    ///
    /// # Errors
    /// See [`SettingsError`].
    fn load(&mut self) -> Result<(), SettingsError>;

    /// Writes values to storage: those of that name and below it, or all. A power cut leaves the old or the new of each.
    ///
    /// # Errors
    /// See [`SettingsError`].
    fn save(&mut self, name: Option<&str>) -> Result<(), SettingsError>;
}

/// Why a device does not do what it was asked with a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// There is no value of that name.
    NotFound,
    /// Nothing on the device answers to the first part of the name.
    RootNotFound,
    /// The value does not let itself be read.
    ReadNotSupported,
    /// The value does not let itself be written.
    WriteNotSupported,
    /// The value does not let itself be deleted.
    DeleteNotSupported,
    /// A part of the settings cannot be saved by itself, or not this one.
    SaveNotSupported,
    /// The value is longer than there is room for.
    TooLarge,
    /// The value is none that this setting can have.
    Invalid,
    /// Something else failed; trying again may help.
    Other,
}

/// The longest name and value, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsLimits {
    /// Of a name. A longer one is answered with the group's error "key too long".
    pub name: usize,
    /// Of a value. A longer one cannot be written (SMP code 3) and is not given (SMP code 7).
    pub value: usize,
}

/// The settings group.
#[derive(Debug)]
pub struct SettingsGroup<S> {
    /// The device's.
    pub settings: S,
    /// How long names and values may be.
    pub limits: SettingsLimits,
    /// Names nobody may read, write, delete or save by over SMP, each with all names below it. The answer is
    /// [`Code::AccessDenied`], whether or not there is such a value. Saving and loading everything includes them.
    pub hidden: &'static [&'static str],
}

impl<S: Settings> Group for SettingsGroup<S> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::SETTINGS, name: "settings mgmt", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::VALUE, Action::Read) => self.read(request, response),
            (command::VALUE, Action::Write) => self.write(request),
            (command::DELETE, Action::Write) => {
                let DeleteRequest { name } = request.message()?;
                Ok(self.settings.delete(self.permitted(name)?)?)
            }
            (command::COMMIT, Action::Write) => Ok(self.settings.commit()?),
            (command::STORAGE, Action::Read) => Ok(self.settings.load()?),
            (command::STORAGE, Action::Write) => {
                let SaveRequest { name } = request.message()?;
                let name = name.map(|name| self.permitted(name)).transpose()?;
                self.settings.save(name)?;
                say!(info, "settings saved: {}", name.unwrap_or("all"));
                Ok(())
            }
            _ => Err(Code::NotSupported.into()),
        }
    }
}

/// The most that follows a value in an answer: the key `max_size` with its number, and the end of the map.
const BEHIND_VALUE: usize = 1 + MAX_SIZE_KEY.len() + 5 + 1;

impl<S: Settings> SettingsGroup<S> {
    fn read(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let ReadRequest { name, max_size } = request.message()?;
        let name = self.permitted(name)?;
        let wanted = max_size.map_or(usize::MAX, |size| usize::try_from(size).unwrap_or(usize::MAX));
        let limit = self.limits.value;
        let limited = max_size.is_some() && wanted > limit;
        let behind = if limited { BEHIND_VALUE } else { 1 };
        let writer = response.writer();
        writer.begin_map()?;
        writer.text(VALUE_KEY)?;
        let settings = &mut self.settings;
        writer.bytes_with(behind, |place| {
            let most = place.len().min(limit);
            let place = place.get_mut(..most).unwrap_or_default();
            match settings.read(name, place) {
                // More than was given to it would be bytes of an earlier answer.
                Ok(length) if length <= most => Ok(length.min(wanted)),
                Ok(_) | Err(SettingsError::TooLarge) => Err(Failure::Smp(Code::TooLarge)),
                Err(error) => Err(error.into()),
            }
        })?;
        if limited {
            writer.text(MAX_SIZE_KEY)?;
            writer.unsigned(u64::try_from(limit).unwrap_or(u64::MAX))?;
        }
        Ok(writer.end()?)
    }

    fn write(&mut self, request: &Request<'_>) -> Result<(), Failure> {
        let WriteRequest { name, value } = request.message()?;
        let name = self.permitted(name)?;
        if value.len() > self.limits.value {
            return Err(Code::Invalid.into());
        }
        Ok(self.settings.write(name, value)?)
    }

    /// The name, if it is one and anybody may use it.
    fn permitted<'n>(&self, name: &'n str) -> Result<&'n str, Failure> {
        if name.is_empty() || name.bytes().any(|byte| matches!(byte, 0 | b'=')) {
            return Err(Code::Invalid.into());
        }
        if name.len() > self.limits.name {
            return Err(Failure::Group(code::KEY_TOO_LONG));
        }
        if self.hidden.iter().any(|hidden| includes(hidden, name)) {
            return Err(Code::AccessDenied.into());
        }
        Ok(name)
    }
}

/// Whether `name` is `subtree` or a name below it.
fn includes(subtree: &str, name: &str) -> bool {
    let mut name = parts(name);
    parts(subtree).all(|part| name.next() == Some(part))
}

fn parts(name: &str) -> impl Iterator<Item = &[u8]> {
    // Bytes, as splitting text by a character costs flash; `/` is no part of another character.
    name.as_bytes().split(|&byte| byte == b'/').filter(|part| !part.is_empty())
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::Group(match error {
            SettingsError::NotFound => code::KEY_NOT_FOUND,
            SettingsError::RootNotFound => code::ROOT_KEY_NOT_FOUND,
            SettingsError::ReadNotSupported => code::READ_NOT_SUPPORTED,
            SettingsError::WriteNotSupported => code::WRITE_NOT_SUPPORTED,
            SettingsError::DeleteNotSupported => code::DELETE_NOT_SUPPORTED,
            SettingsError::SaveNotSupported => code::SAVE_NOT_SUPPORTED,
            SettingsError::Other => UNKNOWN,
            // The group has no code for it. What was asked to be written is not valid here.
            SettingsError::TooLarge | SettingsError::Invalid => return Self::Smp(Code::Invalid),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subtree_ends_at_a_part() {
        for (subtree, name, inside) in [
            ("access", "access", true),
            ("access", "access/key", true),
            ("access", "accessory", false),
            ("access", "acces", false),
            ("access", "other/access", false),
            ("access/key", "access", false),
            ("access/key", "access/keys", false),
            ("access/key", "access/key/0", true),
            ("access/key", "access//key", true),
            ("access/key", "/access/key", true),
            ("access/key", "access/key/", true),
            ("access/key", "//access///key//", true),
            ("/access/key/", "access/key", true),
            ("access", "Access", false),
            ("access", "", false),
            // A rule without a part hides everything rather than nothing.
            ("/", "access", true),
        ] {
            assert_eq!(includes(subtree, name), inside, "{subtree} {name}");
        }
    }
}
