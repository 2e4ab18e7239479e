// SPDX-License-Identifier: Apache-2.0

//! What access control needs of Zephyr: the clock, something new with every start, and a place in the settings for keys and
//! rules. Nobody reads them there: they have no handler, so the settings group does not know them.

use westerly_server::{AccessControl, KEPT_KEY, KEPT_POLICY, KEYS, NotKept, Vault};

use crate::{boots, ffi, settings, time};

const POLICY: &str = "access/policy";
/// The names of the keys' places.
const PLACES: [&str; KEYS] = [
    "access/key/0",
    "access/key/1",
    "access/key/2",
    "access/key/3",
    "access/key/4",
    "access/key/5",
    "access/key/6",
    "access/key/7",
];

/// Implements [`Vault`] by Zephyr's settings.
pub struct ZephyrVault {
    /// What is random of this start, once it was asked for: it must stay the same until the next.
    random: Option<[u8; 8]>,
}

impl ZephyrVault {
    /// For a start of the device.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "for statics, where Default cannot be called")]
    pub const fn new() -> Self {
        Self { random: None }
    }
}

impl Vault for ZephyrVault {
    fn uptime(&self) -> u64 {
        time::uptime_milliseconds()
    }

    fn freshness(&mut self) -> Option<[u8; 12]> {
        let [a, b, c, d] = boots()?.to_be_bytes();
        let [e, f, g, h, i, j, k, l] = *self.random.get_or_insert_with(random);
        Some([a, b, c, d, e, f, g, h, i, j, k, l])
    }

    fn keep_key(&mut self, place: usize, kept: &[u8]) -> Result<(), NotKept> {
        keep(PLACES.get(place).ok_or(NotKept)?, kept)
    }

    fn keep_policy(&mut self, kept: &[u8]) -> Result<(), NotKept> {
        keep(POLICY, kept)
    }
}

fn keep(name: &str, kept: &[u8]) -> Result<(), NotKept> {
    settings::keep(name, kept).map_err(|_| NotKept)
}

fn random() -> [u8; 8] {
    let mut bytes = [0; 8];
    // SAFETY: C writes as many bytes as the array has.
    unsafe { ffi::westerly_random(bytes.as_mut_ptr(), bytes.len()) };
    bytes
}

/// Takes back what was kept. After the settings are started, and before the first request. Gives whether the rules, if any
/// were kept, are in force.
pub fn restore(control: &mut AccessControl<'_, ZephyrVault>) -> bool {
    let mut kept = [0; KEPT_KEY];
    for (place, name) in PLACES.iter().enumerate() {
        if let Some(kept) = settings::kept(name, &mut kept) {
            control.restore_key(place, kept);
        }
    }
    // Not left on the stack for whoever comes next.
    kept.fill(0);
    core::hint::black_box(&kept);
    let mut kept = [0; KEPT_POLICY];
    settings::kept(POLICY, &mut kept).is_none_or(|kept| control.restore_policy(kept))
}

/// What native_sim's command line asks for, or else Kconfig.
#[cfg(westerly_udp_access_option)]
pub struct Asked {
    /// The access over UDP, as `CONFIG_WESTERLY_UDP_ACCESS` counts it.
    pub udp: usize,
    /// Seconds after its last packet that a session ends.
    pub idle: u32,
    /// Seconds after its login that a session ends in any case.
    pub lifetime: u32,
}

/// The options of native_sim's command line.
#[cfg(westerly_udp_access_option)]
pub fn asked() -> Asked {
    Asked {
        udp: usize::try_from(ffi::westerly_udp_access_option()).unwrap_or(usize::MAX),
        idle: ffi::westerly_session_idle_option(),
        lifetime: ffi::westerly_session_lifetime_option(),
    }
}
