// SPDX-License-Identifier: Apache-2.0

//! Settings, and what is text.

use westerly_server::{Settings, SettingsError};
use westerly_zephyr::settings::{ZephyrSettings, keep, kept, start};

use super::exactly;

unsafe extern "C" {
    /// In Rust, for C: see `crates/westerly-zephyr/c/westerly.h`.
    fn westerly_is_text(bytes: *const u8, length: usize) -> bool;
}

pub fn settings() {
    start().unwrap();
    let mut settings = ZephyrSettings;
    settings.write("a/b", &exactly(b"value")).unwrap();
    assert_eq!(settings.write("nobody/b", &[]), Err(SettingsError::RootNotFound));
    let mut into = exactly(&[0; 5]);
    assert_eq!(settings.read("a/b", &mut into), Ok(5));
    assert_eq!(&*into, b"value");
    assert_eq!(settings.read("a/b", &mut exactly(&[0; 4])), Err(SettingsError::TooLarge));
    assert_eq!(settings.read("a/b", &mut []), Err(SettingsError::TooLarge));
    assert_eq!(settings.read("a/c", &mut into), Err(SettingsError::NotFound));
    settings.commit().unwrap();
    settings.save(None).unwrap();
    settings.save(Some("a/b")).unwrap();
    assert_eq!(settings.load(), Err(SettingsError::Other));
    settings.delete("a/b").unwrap();
    assert_eq!(settings.delete("a/b"), Err(SettingsError::NotFound));
    assert_eq!(westerly_zephyr::boots(), Some(5));
}

pub fn kept_and_texts() {
    let mut into = exactly(&[0; 8]);
    keep("kept", &exactly(b"12345678")).unwrap();
    assert_eq!(kept("kept", &mut into), Some(&b"12345678"[..]));
    assert_eq!(kept("kept", &mut into[..7]), None);
    keep("kept", &[]).unwrap();
    assert_eq!(kept("kept", &mut into), None);
    for (bytes, expected) in [(&b"text"[..], true), (&b"\xff"[..], false), (&[], true)] {
        let bytes = exactly(bytes);
        // SAFETY: a slice and its length.
        assert_eq!(unsafe { westerly_is_text(bytes.as_ptr(), bytes.len()) }, expected);
    }
    // SAFETY: as C passes what is empty.
    assert!(unsafe { westerly_is_text(std::ptr::null(), 0) });
}
