// SPDX-License-Identifier: Apache-2.0

//! Settings, and the device's own.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::Mutex;

use super::{bytes, fill, functions, text};

static STORED: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());

fn store(name: String, value: Vec<u8>) -> c_int {
    STORED.lock().unwrap().insert(name, value);
    0
}

/// How long the value is, which may be more than what fits.
fn read(name: &str, into: *mut u8, size: usize) -> Option<c_int> {
    let stored = STORED.lock().unwrap();
    fill(into, size, stored.get(name)?);
    Some(c_int::try_from(stored.get(name)?.len()).unwrap())
}

functions! {
    fn westerly_settings_start() -> c_int {
        0
    }

    fn westerly_settings_read(name: *const u8, name_length: usize, into: *mut u8, size: usize) -> c_int {
        read(&text(name, name_length), into, size).unwrap_or(-3)
    }

    fn westerly_settings_write(name: *const u8, name_length: usize, value: *const u8, length: usize) -> c_int {
        let name = text(name, name_length);
        if name.starts_with("nobody") { -2 } else { store(name, bytes(value, length)) }
    }

    fn westerly_settings_delete(name: *const u8, name_length: usize) -> c_int {
        STORED.lock().unwrap().remove(&text(name, name_length)).map_or(-3, |_| 0)
    }

    fn westerly_settings_commit() -> c_int {
        0
    }

    fn westerly_settings_load() -> c_int {
        -1
    }

    fn westerly_settings_save(name: *const u8, name_length: usize) -> c_int {
        assert_eq!(name.is_null(), name_length == 0);
        bytes(name, name_length);
        0
    }

    fn westerly_device_name(into: *mut u8, size: usize) -> usize {
        assert_eq!(size, 64);
        fill(into, size, b"miri")
    }

    fn westerly_settings_keep(name: *const u8, name_length: usize, value: *const u8, length: usize) -> c_int {
        store(text(name, name_length), bytes(value, length))
    }

    fn westerly_settings_kept(name: *const u8, name_length: usize, into: *mut u8, size: usize) -> c_int {
        read(&text(name, name_length), into, size).unwrap_or(0)
    }

    fn westerly_boots() -> u32 {
        5
    }
}
