// SPDX-License-Identifier: Apache-2.0
//! The keys of those who may log in, by number. Their bytes go in and never out; a place is wiped whole.

use westerly_wire::access::Role;
use westerly_wire::access::proof::{KEY_LENGTH, Key};

use super::{KEPT_KEY, KEYS};

/// How a key is kept: this, its number, its role, its bytes.
const FORM: u8 = 1;

/// A place for a key; free without a role.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) number: u8,
    pub(super) role: Option<Role>,
    pub(super) key: Key,
}

impl Place {
    const FREE: Self = Self { number: 0, role: None, key: [0; KEY_LENGTH] };

    /// As it is kept.
    pub(super) fn kept(number: u8, role: Role, key: &Key) -> [u8; KEPT_KEY] {
        let mut kept = [0; KEPT_KEY];
        let head = [FORM, number, role_byte(role)];
        for (place, &byte) in kept.iter_mut().zip(head.iter().chain(key)) {
            *place = byte;
        }
        kept
    }
}

#[derive(Debug)]
pub(super) struct Keys([Place; KEYS]);

impl Keys {
    pub(super) const fn new() -> Self {
        Self([const { Place::FREE }; KEYS])
    }

    /// Takes what was kept; gives whether it is a key.
    pub(super) fn restore(&mut self, place: usize, kept: &[u8]) -> bool {
        let Some((&[FORM, number, role], key)) = kept.split_first_chunk() else { return false };
        let Some(role) = Role::ALL.into_iter().find(|known| role_byte(*known) == role) else { return false };
        let Ok(key) = key.try_into() else { return false };
        if self.find(number).is_some() {
            return false;
        }
        self.put(place, number, role, key)
    }

    pub(super) fn put(&mut self, place: usize, number: u8, role: Role, key: &Key) -> bool {
        let Some(place) = self.0.get_mut(place) else { return false };
        *place = Place { number, role: Some(role), key: *key };
        true
    }

    pub(super) fn remove(&mut self, place: usize) {
        if let Some(place) = self.0.get_mut(place) {
            *place = Place::FREE;
        }
    }

    /// The place of a number.
    pub(super) fn find(&self, number: u8) -> Option<usize> {
        self.0.iter().position(|place| place.role.is_some() && place.number == number)
    }

    pub(super) fn free(&self) -> Option<usize> {
        self.0.iter().position(|place| place.role.is_none())
    }

    /// The role and the bytes of a number's key.
    pub(super) fn get(&self, number: u8) -> Option<(Role, &Key)> {
        let place = self.0.get(self.find(number)?)?;
        Some((place.role?, &place.key))
    }

    /// Numbers and roles.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u8, Role)> {
        self.0.iter().filter_map(|place| Some((place.number, place.role?)))
    }
}

const fn role_byte(role: Role) -> u8 {
    match role {
        Role::Read => 1,
        Role::Operate => 2,
        Role::Administer => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_restored() {
        let mut keys = Keys::new();
        for (place, role) in Role::ALL.into_iter().enumerate() {
            let number = 200 + u8::try_from(place).unwrap();
            let kept = Place::kept(number, role, &[number; 32]);
            assert!(keys.restore(place, &kept));
            assert_eq!(keys.get(number), Some((role, &[number; 32])));
        }
        assert_eq!(keys.free(), Some(3));
        keys.remove(1);
        assert_eq!((keys.free(), keys.get(201)), (Some(1), None));
    }

    #[test]
    fn what_is_no_key_is_none() {
        let good = Place::kept(1, Role::Operate, &[9; 32]);
        let changed = |place: usize, byte| {
            let mut kept = good;
            kept[place] = byte;
            kept
        };
        let mut keys = Keys::new();
        for kept in [&good[..34], &[&good[..], b"\0"].concat(), b"", &changed(0, 2), &changed(2, 0), &changed(2, 4)] {
            assert!(!keys.restore(0, kept), "{kept:02x?}");
        }
        assert!(!keys.restore(KEYS, &good));
        assert_eq!(keys.iter().count(), 0);
        assert!(keys.restore(0, &good));
        // Twice the same number: which would be it?
        assert!(!keys.restore(1, &changed(3, 5)));
        assert_eq!(keys.get(1), Some((Role::Operate, &[9; 32])));
    }
}
