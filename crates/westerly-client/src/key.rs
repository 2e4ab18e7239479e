// SPDX-License-Identifier: Apache-2.0
//! Keys, and the files they are kept in.
//!
//! A key file is text: a line `NUMBER ROLE HEX`, such as `1 administer 00..1f` with 64 hexadecimal digits; lines that are empty
//! or begin with `#` are passed over. Whoever can read the file can be who the key is for, so one that others than its owner may
//! read is refused where the system tells that (Unix).

use std::fmt::{self, Write as _};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use thiserror::Error;
use westerly_wire::access::Role;

/// Bytes of a key.
pub const SECRET: usize = 32;
/// Bytes that a key file has at most.
const LARGEST_FILE: u64 = 4096;

/// A key: what device and client both know.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Which of the device's keys it is.
    pub number: u8,
    /// What it is for, as its file says. What it may do the device decides.
    pub role: Role,
    secret: [u8; SECRET],
}

/// Error returned by [`Key::read`] and [`Key::create`].
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The file cannot be read or made.
    #[error("{0}")]
    File(#[from] io::Error),
    /// Others than the owner may read or write it: these are its permissions.
    #[error("others than its owner may read or write it (mode {0:03o})")]
    Open(u32),
    /// It is none.
    #[error("it is no key file: {0}")]
    Malformed(&'static str),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

impl Key {
    /// One of these bytes.
    #[must_use]
    pub const fn new(number: u8, role: Role, secret: [u8; SECRET]) -> Self {
        Self { number, role, secret }
    }

    /// A random one.
    ///
    /// # Errors
    /// [`KeyFileError::NoRandomness`].
    pub fn random(number: u8, role: Role) -> Result<Self, KeyFileError> {
        let mut secret = [0; SECRET];
        getrandom::fill(&mut secret).map_err(|_| KeyFileError::NoRandomness)?;
        Ok(Self { number, role, secret })
    }

    /// Its bytes.
    #[must_use]
    pub const fn secret(&self) -> &[u8; SECRET] {
        &self.secret
    }

    /// From a key file.
    ///
    /// # Errors
    /// [`KeyFileError`]; also of a file that others may read.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let file = File::open(path)?;
        refuse_open(&file)?;
        let mut text = String::new();
        file.take(LARGEST_FILE).read_to_string(&mut text)?;
        Self::parse(&text)
    }

    /// Writes it to a file that is not there yet and that its owner alone may read.
    ///
    /// # Errors
    /// [`KeyFileError::File`]; of the kind `AlreadyExists` when it is there.
    pub fn create(&self, path: &Path) -> Result<(), KeyFileError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(self.text().as_bytes())?;
        Ok(file.sync_all()?)
    }

    fn text(&self) -> String {
        let mut text = format!("{} {} ", self.number, self.role.name());
        for byte in self.secret {
            let _ = write!(text, "{byte:02x}");
        }
        text + "\n"
    }

    fn parse(text: &str) -> Result<Self, KeyFileError> {
        let wrong = KeyFileError::Malformed;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().ok_or(wrong("it has no line NUMBER ROLE HEX"))?;
        if lines.next().is_some() {
            return Err(wrong("it has more than one line NUMBER ROLE HEX"));
        }
        let mut words = line.split_whitespace();
        let (Some(number), Some(role), Some(digits), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(wrong("its line is not NUMBER ROLE HEX"));
        };
        Ok(Self {
            number: number.parse().map_err(|_| wrong("the number is not one of 0 to 255"))?,
            role: Role::named(role).ok_or(wrong("the role is not one of read, operate, administer"))?,
            secret: secret(digits).ok_or(wrong("the key is not 64 hexadecimal digits"))?,
        })
    }
}

/// Without the secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("number", &self.number).field("role", &self.role).finish_non_exhaustive()
    }
}

fn secret(digits: &str) -> Option<[u8; SECRET]> {
    if digits.len() != 2 * SECRET || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut secret = [0; SECRET];
    for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(secret)
}

#[cfg(unix)]
fn refuse_open(file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata()?;
    let mode = metadata.permissions().mode() & 0o777;
    // A pipe, as of `<(pass show board)`, is nobody else's to open.
    if metadata.is_file() && mode & 0o077 != 0 { Err(KeyFileError::Open(mode)) } else { Ok(()) }
}

#[cfg(not(unix))]
fn refuse_open(_: &File) -> Result<(), KeyFileError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new(7, Role::Operate, core::array::from_fn(|index| u8::try_from(index).unwrap()))
    }

    #[test]
    fn as_text() {
        let text = "7 operate 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
        assert_eq!(key().text(), text);
        assert_eq!(Key::parse(text).unwrap(), key());
        assert_eq!(
            Key::parse(&format!("# a board's\n\n  {}  ", text.trim().to_uppercase().replace("OPERATE", "operate")))
                .unwrap(),
            key()
        );
        assert!(!format!("{:?}", key()).contains("1f"));
    }

    #[test]
    fn what_is_no_key_file() {
        let digits = "00".repeat(32);
        for (text, said) in [
            (String::new(), "it has no line NUMBER ROLE HEX"),
            ("# nothing\n".into(), "it has no line NUMBER ROLE HEX"),
            (format!("1 read {digits}\n2 read {digits}\n"), "it has more than one line NUMBER ROLE HEX"),
            (digits.clone(), "its line is not NUMBER ROLE HEX"),
            (format!("1 read {digits} 1"), "its line is not NUMBER ROLE HEX"),
            (format!("256 read {digits}"), "the number is not one of 0 to 255"),
            (format!("1 root {digits}"), "the role is not one of read, operate, administer"),
            (format!("1 read {digits}0"), "the key is not 64 hexadecimal digits"),
            (format!("1 read {}", "+0".repeat(32)), "the key is not 64 hexadecimal digits"),
            (format!("1 read {}", "\u{e4}".repeat(32)), "the key is not 64 hexadecimal digits"),
        ] {
            match Key::parse(&text) {
                Err(KeyFileError::Malformed(reason)) => assert_eq!(reason, said, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn random_ones_differ() {
        let random = || Key::random(1, Role::Read).unwrap();
        assert_ne!(random(), random());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_its_owner_s_alone_and_one_that_is_not_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("westerly-key-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        key().create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Key::read(&path).unwrap(), key());
        assert!(
            matches!(key().create(&path), Err(KeyFileError::File(error)) if error.kind() == io::ErrorKind::AlreadyExists)
        );
        for mode in [0o640, 0o604, 0o620, 0o666] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(Key::read(&path), Err(KeyFileError::Open(seen)) if seen == mode), "{mode:o}");
        }
        std::fs::remove_file(&path).unwrap();
    }
}
