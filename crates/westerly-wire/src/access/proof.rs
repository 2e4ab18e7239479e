// SPDX-License-Identifier: Apache-2.0
//! What shows that somebody has a key: HMAC-SHA-256 (RFC 2104, FIPS 180-4), cut to 16 bytes where it is sent.
//!
//! Each proof is over a text of its own, so that none can stand for another. A seal is told from the device's proof by its
//! length and form: what a seal covers begins with a message's header and is longer than that proof's text.
//!
//! HMAC is written out here over the one copy of SHA-256: the crate hmac brings a second one, in which the firmware's profile
//! leaves panics. It is what the tests compare with.
//!
//! What it will not do: hold a key beyond the call, and wipe the stack behind it.

use subtle::ConstantTimeEq as _;

use crate::sha256::Sha256;

/// Bytes of a key, be it a peer's or a session's.
pub const KEY_LENGTH: usize = 32;
/// Bytes of a proof as it is sent.
pub const MAC_LENGTH: usize = 16;
/// Bytes of a challenge.
pub const CHALLENGE_LENGTH: usize = 16;
/// Bytes of the number a client adds.
pub const NONCE_LENGTH: usize = 16;

/// A key.
pub type Key = [u8; KEY_LENGTH];
/// A proof as it is sent.
pub type Mac = [u8; MAC_LENGTH];

/// What one login is about: what both sides know, and an observer too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login<'l> {
    /// The device's.
    pub challenge: &'l [u8; CHALLENGE_LENGTH],
    /// The client's, random.
    pub nonce: &'l [u8; NONCE_LENGTH],
    /// The number of the key.
    pub key: u8,
}

/// The client's proof that it has the key.
#[must_use]
pub fn login_mac(key: &Key, login: &Login<'_>) -> Mac {
    cut(of_login(key, b"westerly login", login))
}

/// The key of the session that a login opens.
#[must_use]
pub fn session_key(key: &Key, login: &Login<'_>) -> Key {
    of_login(key, b"westerly session", login)
}

/// The device's proof, in its answer to a login, that it has the key too.
#[must_use]
pub fn device_mac(session_key: &Key, session: u32) -> Mac {
    cut(hmac(session_key, &[b"westerly device", &session.to_be_bytes()]))
}

/// The proof in a [seal](super::seal): over everything of the packet before it.
#[must_use]
pub fn seal_mac(session_key: &Key, covered: &[u8]) -> Mac {
    cut(hmac(session_key, &[covered]))
}

/// Whether two proofs are the same, in a time that does not tell where they differ.
#[must_use]
#[inline(never)]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

fn of_login(key: &Key, what: &[u8], login: &Login<'_>) -> [u8; 32] {
    hmac(key, &[what, login.challenge, login.nonce, &[login.key]])
}

fn cut(mac: [u8; 32]) -> Mac {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = mac;
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

/// Keys are shorter than a block of the hash, so they are never hashed first.
#[inline(never)]
fn hmac(key: &Key, parts: &[&[u8]]) -> [u8; 32] {
    let inner = keyed(key, 0x36, parts);
    keyed(key, 0x5c, &[&inner])
}

/// The hash of a block of the key, changed by `pad`, and of what follows.
#[inline(never)]
fn keyed(key: &Key, pad: u8, parts: &[&[u8]]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = [pad; BLOCK];
    for (byte, of_key) in block.iter_mut().zip(key) {
        *byte ^= of_key;
    }
    let mut hash = Sha256::new();
    hash.update(&block);
    for part in parts {
        hash.update(part);
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231, test case 2, with its key filled up with zeroes to 32 bytes, which HMAC does too.
    #[test]
    fn known_to_everybody() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac(&key, &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    /// By Python's hmac, for instance `hmac.new(key, b"westerly login" + challenge + nonce + b"\x09", "sha256")`.
    #[test]
    fn proofs_of_a_login() {
        let count = |from: u8| -> [u8; 16] { core::array::from_fn(|place| from + u8::try_from(place).unwrap()) };
        let key: Key = core::array::from_fn(|place| u8::try_from(place).unwrap());
        let login = Login { challenge: &count(0x40), nonce: &count(0x80), key: 9 };
        assert_eq!(hex(&login_mac(&key, &login)), "3e0fcc11785e75d300b62b30933d21b8");
        let session = session_key(&key, &login);
        assert_eq!(hex(&session), "c3988c36fd27a9d42d2a2325cc2fbe5f96bd3f8095a99216d03f8a235b5555fa");
        assert_eq!(hex(&device_mac(&session, 0x0102_0304)), "88f21ddb2a00c7c7d89f00965fd82855");
        assert_eq!(hex(&seal_mac(&session, b"abc")), "fa55931d643b7eca90303f49829f411e");
    }

    proptest! {
        #[test]
        fn as_the_crate_has_it(key: Key, text in prop::collection::vec(any::<u8>(), 0..300), at in 0usize..300) {
            use ::hmac::Mac as _;
            let (front, back) = text.split_at(at.min(text.len()));
            let mut reference = ::hmac::Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
            reference.update(&text);
            let reference = reference.finalize().into_bytes();
            prop_assert_eq!(hmac(&key, &[front, back]), <[u8; 32]>::from(reference));
        }
    }

    #[test]
    fn the_same_is_every_byte_and_no_more() {
        assert!(same(b"", b""));
        assert!(same(b"abc", b"abc"));
        for other in [&b"abd"[..], b"bbc", b"ab", b"abcd", b""] {
            assert!(!same(b"abc", other));
        }
    }
}
