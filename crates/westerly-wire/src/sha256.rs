// SPDX-License-Identifier: Apache-2.0
//! SHA-256 (FIPS 180-4), for hashes of files, for images, and for the proofs of the access group: the crate sha2, in its small
//! form. All users share this one copy; a second instantiation anywhere would bring back panics that the first has lost.
//!
//! sha2 stays below 0.11: there `update` keeps a check that can panic in the firmware's profile, which the proof of no panic
//! refuses. It takes about 0.5 KB of flash more than the plainest code of one's own would.

use sha2::Digest as _;

/// Bytes of a hash.
pub const LENGTH: usize = 32;
/// The same where messages say it.
pub const LENGTH_ON_WIRE: u32 = 32;

/// A hash being computed.
#[derive(Clone, Debug)]
pub struct Sha256(sha2::Sha256);

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl Sha256 {
    /// Of nothing so far.
    #[must_use]
    pub fn new() -> Self {
        Self(sha2::Sha256::new())
    }

    /// Takes more.
    #[inline(never)]
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all that was taken.
    #[must_use]
    #[inline(never)]
    pub fn finish(self) -> [u8; LENGTH] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's examples, in pieces, as they come from a file.
    #[test]
    fn known_hashes() {
        let million = "a".repeat(1_000_000);
        for (text, expected) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            let mut hash = Sha256::new();
            text.as_bytes().chunks(7).for_each(|bytes| hash.update(bytes));
            let found: String = hash.finish().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, expected);
        }
    }
}
