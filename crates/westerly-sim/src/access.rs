// SPDX-License-Identifier: Apache-2.0
//! The board's access control: keys and rules are kept among the settings, where no client sees them.

use std::sync::Arc;
use std::time::Instant;

use westerly_server::{AccessControl, AccessCounters, Defaults, KEYS, NotKept, Rule, Vault};

use crate::settings::SimulatedSettings;

const POLICY: &str = "access/policy";
/// Random bytes of each start.
const RANDOM: usize = 8;

/// What the board was started with.
#[derive(Clone)]
pub(crate) struct AccessOptions {
    /// Behind those that an administrator sets.
    pub(crate) rules: Arc<[Rule]>,
    /// Seconds.
    pub(crate) idle: u32,
    /// Seconds.
    pub(crate) lifetime: u32,
}

/// The clock and the storage of access control.
pub(crate) struct SimulatedVault {
    settings: SimulatedSettings,
    started: Instant,
    random: Option<[u8; RANDOM]>,
}

/// What lives as long as the process: a board's access control begins anew with each of its restarts and refers to it.
#[derive(Clone, Copy)]
pub(crate) struct Lasting {
    defaults: Defaults<'static>,
    pub(crate) counters: &'static AccessCounters,
}

impl Lasting {
    /// Some hundred bytes a board, which are not given back.
    pub(crate) fn new(options: &AccessOptions) -> Self {
        let transports = Box::leak(options.rules.to_vec().into_boxed_slice());
        let defaults = Defaults { rules: &[], transports, idle: options.idle, lifetime: options.lifetime };
        Self { defaults, counters: Box::leak(Box::default()) }
    }

    /// Of a board that starts, with the keys and the rules that it kept.
    pub(crate) fn start(self, settings: SimulatedSettings) -> AccessControl<'static, SimulatedVault> {
        let kept: Vec<_> = (0..KEYS).map(|place| (place, settings.kept(&name(place)))).collect();
        let policy = settings.kept(POLICY);
        let mut control = AccessControl::new(SimulatedVault::new(settings), self.defaults, self.counters);
        for (place, key) in kept {
            if let Some(key) = key {
                control.restore_key(place, &key);
            }
        }
        if let Some(policy) = policy {
            control.restore_policy(&policy);
        }
        control
    }
}

impl SimulatedVault {
    fn new(settings: SimulatedSettings) -> Self {
        let mut random = [0; RANDOM];
        let random = getrandom::fill(&mut random).ok().map(|()| random);
        Self { settings, started: Instant::now(), random }
    }

    fn keep(&self, name: &str, kept: &[u8]) -> Result<(), NotKept> {
        let value = (!kept.is_empty()).then_some(kept);
        self.settings.keep(name, value).map_err(|_| NotKept)
    }
}

impl Vault for SimulatedVault {
    fn uptime(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The starts are counted within a process, and the folder may outlast it: the random bytes make the difference.
    fn freshness(&mut self) -> Option<[u8; 12]> {
        let mut fresh = [0; 12];
        let (boots, random) = fresh.split_at_mut(4);
        boots.copy_from_slice(&self.settings.boots().to_be_bytes());
        random.copy_from_slice(&self.random?);
        Some(fresh)
    }

    fn keep_key(&mut self, place: usize, kept: &[u8]) -> Result<(), NotKept> {
        self.keep(&name(place), kept)
    }

    fn keep_policy(&mut self, kept: &[u8]) -> Result<(), NotKept> {
        self.keep(POLICY, kept)
    }
}

fn name(place: usize) -> String {
    format!("access/key/{place}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    #[test]
    fn no_two_starts_are_alike() {
        let folder = Folder::open(None).unwrap();
        let fresh = || SimulatedVault::new(SimulatedSettings::new(folder.path(), String::new())).freshness().unwrap();
        assert_ne!(fresh(), fresh());
    }

    #[test]
    fn what_is_kept_comes_back() {
        let folder = Folder::open(None).unwrap();
        let settings = SimulatedSettings::new(folder.path(), String::new());
        let mut vault = SimulatedVault::new(settings.clone());
        vault.keep_key(3, b"key").unwrap();
        vault.keep_policy(b"rules").unwrap();
        let others = SimulatedSettings::new(folder.path(), String::new());
        assert_eq!(others.kept("access/key/3").as_deref(), Some(&b"key"[..]));
        assert_eq!(others.kept(POLICY).as_deref(), Some(&b"rules"[..]));
        vault.keep_key(3, b"").unwrap();
        assert_eq!(settings.kept("access/key/3"), None);
    }
}
