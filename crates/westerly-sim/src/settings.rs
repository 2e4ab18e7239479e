// SPDX-License-Identifier: Apache-2.0
//! The simulated board's settings, and the storage they are saved on.
//!
//! | name | value |
//! |---|---|
//! | `device/name` | text; what the application information gives as the node's name |
//! | `device/location` | text; where the board is |
//! | `device/boots` | read only: how often the board has started, 32 bits, the lowest byte first |
//! | `telemetry/`number, `log/level` | read and delete only: what the groups telemetry and log keep |
//!
//! A text that is written or loaded waits until it is committed; loading commits. An empty one stands for the default, which is
//! not saved.

mod storage;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use westerly_server::{Settings, SettingsError, SettingsLimits, StorageError};

use storage::{HostDisk, Storage};

/// How long names and values may be.
pub(crate) const LIMITS: SettingsLimits = SettingsLimits { name: 32, value: 64 };
/// What nobody may see or change over SMP by its name: keys of peers, and the rules.
pub(crate) const HIDDEN: &[&str] = &["access"];

/// The first part of all names.
const ROOT: &str = "device";
const BOOTS: &str = "device/boots";
/// The first parts of names that are the board's own.
const KEPT_ROOTS: [&str; 2] = ["telemetry", "log"];
/// The settings people give. Below, a place in this list is a text.
const TEXTS: [&str; 2] = ["device/name", "device/location"];
const NAME: usize = 0;
/// The longest text, in bytes.
const LONGEST_TEXT: usize = 32;

/// Settings that those who need them share.
#[derive(Clone)]
pub(crate) struct SimulatedSettings(Arc<Mutex<State>>);

struct State {
    storage: Storage,
    defaults: [String; TEXTS.len()],
    /// As written or loaded; empty for the default.
    waiting: [String; TEXTS.len()],
    /// As committed.
    in_use: [String; TEXTS.len()],
    boots: u32,
}

impl SimulatedSettings {
    /// Those of a board that starts for the first time in this process.
    pub(crate) fn new(folder: &Path, node_name: String) -> Self {
        let state = State {
            storage: Storage::new(Box::new(HostDisk), folder),
            defaults: [node_name, String::new()],
            waiting: Default::default(),
            in_use: Default::default(),
            boots: 0,
        };
        let settings = Self(Arc::new(Mutex::new(state)));
        settings.restart();
        settings
    }

    /// What is not saved is lost.
    pub(crate) fn restart(&self) {
        let mut state = self.state();
        state.boots = state.boots.saturating_add(1);
        state.waiting = Default::default();
        state.in_use = Default::default();
        // What cannot be read has the defaults; asking to load tells that something is wrong.
        let _ = state.load();
    }

    pub(crate) fn boots(&self) -> u32 {
        self.state().boots
    }

    /// Keeps a value of the board's own, which holds from the next start, or none.
    pub(crate) fn keep(&self, name: &str, value: Option<&[u8]>) -> io::Result<()> {
        let storage = &mut self.state().storage;
        let mut saved = storage.read()?;
        let before = match value {
            Some(value) => saved.insert(name.into(), value.into()),
            None => saved.remove(name),
        };
        if before.as_deref() == value { Ok(()) } else { storage.replace(&saved) }
    }

    /// A value of the board's own.
    pub(crate) fn kept(&self, name: &str) -> Option<Vec<u8>> {
        self.state().storage.read().ok()?.remove(name)
    }

    /// The name in use.
    pub(crate) fn node_name(&self) -> String {
        let state = self.state();
        let name = &state.in_use[NAME];
        if name.is_empty() { state.defaults[NAME].clone() } else { name.clone() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn load(&mut self) -> Result<(), SettingsError> {
        let saved = self.storage.read().map_err(|_| SettingsError::Other)?;
        for (name, waiting) in TEXTS.iter().zip(&mut self.waiting) {
            if let Some(value) = saved.get(*name) {
                *waiting = text(value)?;
            }
        }
        self.in_use = self.waiting.clone();
        Ok(())
    }

    /// Brings what is saved of the texts that `chosen` picks up to date; `None` is no value.
    fn save(
        &mut self,
        chosen: impl Fn(&str) -> bool,
        value: impl Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<(), SettingsError> {
        let before = self.storage.read().map_err(|_| SettingsError::Other)?;
        let mut saved = before.clone();
        for (name, waiting) in TEXTS.iter().zip(&self.waiting).filter(|(name, _)| chosen(name)) {
            match value(waiting) {
                Some(value) => drop(saved.insert((*name).into(), value)),
                None => drop(saved.remove(*name)),
            }
        }
        // A flash wears out, and so does a disk.
        if saved == before { Ok(()) } else { self.storage.replace(&saved).map_err(|_| SettingsError::Other) }
    }
}

impl Settings for SimulatedSettings {
    fn read(&mut self, name: &str, into: &mut [u8]) -> Result<usize, SettingsError> {
        let mut state = self.state();
        let boots = state.boots.to_le_bytes();
        let kept;
        let value = match place(name) {
            Some(place) if state.waiting[place].is_empty() => state.defaults[place].as_bytes(),
            Some(place) => state.waiting[place].as_bytes(),
            None if name == BOOTS => &boots,
            None if is_kept(name) => {
                let saved = state.storage.read().map_err(|_| SettingsError::Other)?;
                kept = saved.get(name).ok_or(SettingsError::NotFound)?.clone();
                &*kept
            }
            None => return Err(missing(name)),
        };
        into.get_mut(..value.len()).ok_or(SettingsError::TooLarge)?.copy_from_slice(value);
        Ok(value.len())
    }

    fn write(&mut self, name: &str, value: &[u8]) -> Result<(), SettingsError> {
        match place(name) {
            Some(place) => self.state().waiting[place] = text(value)?,
            None if name == BOOTS || is_kept(name) => return Err(SettingsError::WriteNotSupported),
            None => return Err(missing(name)),
        }
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), SettingsError> {
        match place(name) {
            Some(_) => self.state().save(|text| text == name, |_| None),
            None if name == BOOTS => Err(SettingsError::DeleteNotSupported),
            None if is_kept(name) => {
                let storage = &mut self.state().storage;
                let mut saved = storage.read().map_err(|_| SettingsError::Other)?;
                saved.remove(name).ok_or(SettingsError::NotFound)?;
                storage.replace(&saved).map_err(|_| SettingsError::Other)
            }
            None => Err(missing(name)),
        }
    }

    fn commit(&mut self) -> Result<(), SettingsError> {
        let mut state = self.state();
        state.in_use = state.waiting.clone();
        Ok(())
    }

    fn load(&mut self) -> Result<(), SettingsError> {
        self.state().load()
    }

    fn save(&mut self, name: Option<&str>) -> Result<(), SettingsError> {
        let value = |text: &str| (!text.is_empty()).then(|| text.into());
        match name {
            None | Some(ROOT) => self.state().save(|_| true, value),
            Some(name) if place(name).is_some() => self.state().save(|text| text == name, value),
            Some(BOOTS) => Err(SettingsError::SaveNotSupported),
            Some(name) if is_kept(name) => Err(SettingsError::SaveNotSupported),
            Some(name) => Err(missing(name)),
        }
    }
}

impl westerly_server::Storage for SimulatedSettings {
    fn erase(&mut self) -> Result<(), StorageError> {
        self.state().storage.erase().map_err(|_| StorageError::Erase)
    }
}

fn place(name: &str) -> Option<usize> {
    TEXTS.iter().position(|text| *text == name)
}

/// Whether a value of that name is the board's own.
fn is_kept(name: &str) -> bool {
    KEPT_ROOTS.iter().any(|root| name.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
}

fn missing(name: &str) -> SettingsError {
    if name.split('/').next() == Some(ROOT) { SettingsError::NotFound } else { SettingsError::RootNotFound }
}

fn text(value: &[u8]) -> Result<String, SettingsError> {
    if value.len() > LONGEST_TEXT {
        return Err(SettingsError::TooLarge);
    }
    str::from_utf8(value).map(String::from).map_err(|_| SettingsError::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    fn read(settings: &mut SimulatedSettings, name: &str) -> Result<Vec<u8>, SettingsError> {
        let mut value = [0; 64];
        let length = settings.read(name, &mut value)?;
        Ok(value[..length].to_vec())
    }

    #[test]
    fn a_text_waits_for_a_commit_and_lasts_when_saved() {
        let folder = Folder::open(None).unwrap();
        let mut settings = SimulatedSettings::new(folder.path(), "default".into());
        assert_eq!(read(&mut settings, "device/name").unwrap(), b"default");

        settings.write("device/name", b"other").unwrap();
        assert_eq!(read(&mut settings, "device/name").unwrap(), b"other");
        assert_eq!(settings.node_name(), "default");
        settings.commit().unwrap();
        assert_eq!(settings.node_name(), "other");

        settings.restart();
        assert_eq!(settings.node_name(), "default");
        settings.write("device/name", b"other").unwrap();
        settings.save(Some("device/location")).unwrap();
        settings.restart();
        assert_eq!(settings.node_name(), "default");
        settings.write("device/name", b"other").unwrap();
        settings.write("device/location", b"roof").unwrap();
        settings.save(Some("device/name")).unwrap();
        settings.restart();
        assert_eq!((settings.node_name(), read(&mut settings, "device/location").unwrap()), ("other".into(), vec![]));

        // Another process.
        let mut later = SimulatedSettings::new(folder.path(), "default".into());
        assert_eq!((later.node_name(), later.boots()), ("other".into(), 1));
        later.delete("device/name").unwrap();
        assert_eq!(later.node_name(), "other");
        later.restart();
        assert_eq!((later.node_name(), later.boots()), ("default".into(), 2));
    }

    #[test]
    fn erasing_leaves_what_is_in_use() {
        use westerly_server::Storage as _;
        let folder = Folder::open(None).unwrap();
        let mut settings = SimulatedSettings::new(folder.path(), "default".into());
        settings.write("device/name", b"other").unwrap();
        settings.save(Some("device")).unwrap();
        settings.load().unwrap();
        settings.erase().unwrap();
        assert_eq!(settings.node_name(), "other");
        settings.load().unwrap();
        assert_eq!(settings.node_name(), "other");
        settings.restart();
        assert_eq!(settings.node_name(), "default");
    }

    #[test]
    fn refusals() {
        let folder = Folder::open(None).unwrap();
        let mut settings = SimulatedSettings::new(folder.path(), "default".into());
        assert_eq!(read(&mut settings, BOOTS).unwrap(), [1, 0, 0, 0]);
        assert_eq!(settings.write(BOOTS, b"1"), Err(SettingsError::WriteNotSupported));
        assert_eq!(settings.delete(BOOTS), Err(SettingsError::DeleteNotSupported));
        assert_eq!(settings.save(Some(BOOTS)), Err(SettingsError::SaveNotSupported));
        assert_eq!(settings.write("device/name", &[b'x'; LONGEST_TEXT + 1]), Err(SettingsError::TooLarge));
        assert_eq!(settings.write("device/name", b"\xff"), Err(SettingsError::Invalid));
        for (name, error) in [
            ("device", SettingsError::NotFound),
            ("device/none", SettingsError::NotFound),
            ("none/name", SettingsError::RootNotFound),
            ("/device/name", SettingsError::RootNotFound),
        ] {
            assert_eq!(read(&mut settings, name), Err(error));
            assert_eq!(settings.write(name, b""), Err(error));
            assert_eq!(settings.delete(name), Err(error));
        }
    }

    #[test]
    fn what_the_board_keeps_outlasts_it_and_can_be_deleted() {
        let folder = Folder::open(None).unwrap();
        let mut settings = SimulatedSettings::new(folder.path(), "default".into());
        settings.keep("telemetry/16", Some(b"one")).unwrap();
        settings.keep("log/level", Some(b"debug")).unwrap();
        settings.write("device/name", b"other").unwrap();
        settings.save(None).unwrap();
        let mut later = SimulatedSettings::new(folder.path(), "default".into());
        assert_eq!((later.kept("telemetry/16").unwrap(), later.node_name()), (b"one".to_vec(), "other".into()));
        assert_eq!(read(&mut later, "log/level").unwrap(), b"debug");
        assert_eq!(later.write("log/level", b"info"), Err(SettingsError::WriteNotSupported));
        later.delete("log/level").unwrap();
        assert_eq!((later.kept("log/level"), later.delete("log/level")), (None, Err(SettingsError::NotFound)));
        later.keep("telemetry/16", None).unwrap();
        assert_eq!(later.kept("telemetry/16"), None);
        assert_eq!(read(&mut later, "telemetry/17"), Err(SettingsError::NotFound));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_said_so_when_asked_and_gives_defaults_at_the_start() {
        let folder = Folder::open(None).unwrap();
        std::fs::write(folder.path().join("settings"), "nonsense\n").unwrap();
        let mut settings = SimulatedSettings::new(folder.path(), "default".into());
        assert_eq!(settings.node_name(), "default");
        assert_eq!(settings.load(), Err(SettingsError::Other));
        assert_eq!(settings.save(None), Err(SettingsError::Other));
    }
}
