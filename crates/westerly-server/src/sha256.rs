// SPDX-License-Identifier: Apache-2.0
//! SHA-256 (FIPS 180-4), for hashes of files and for images.

/// Bytes of a hash.
pub(crate) const LENGTH: usize = 32;
/// The same where messages say it.
pub(crate) const LENGTH_ON_WIRE: u32 = 32;

const BLOCK: usize = 64;

/// A hash being computed.
#[derive(Clone, Debug)]
pub(crate) struct Sha256 {
    state: [u32; 8],
    /// The bytes of a block that is not whole yet, at its front; the first round's words are made of it.
    block: [u8; BLOCK],
    /// All bytes so far.
    length: u64,
}

/// The first 32 bits of the fractional parts of the square roots of the first eight primes.
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The same of the cube roots of the first 64 primes.
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

impl Sha256 {
    pub(crate) const fn new() -> Self {
        Self { state: INITIAL, block: [0; BLOCK], length: 0 }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.add(byte);
        }
    }

    pub(crate) fn finish(mut self) -> [u8; LENGTH] {
        let bits = self.length.wrapping_mul(8);
        self.add(0x80);
        while self.used() != BLOCK - 8 {
            self.add(0);
        }
        self.update(&bits.to_be_bytes());
        let mut hash = [0; LENGTH];
        let places = hash.iter_mut();
        for (place, byte) in places.zip(self.state.into_iter().flat_map(u32::to_be_bytes)) {
            *place = byte;
        }
        hash
    }

    fn used(&self) -> usize {
        let [low, ..] = self.length.to_le_bytes();
        usize::from(low) % BLOCK
    }

    fn add(&mut self, byte: u8) {
        let used = self.used();
        if let Some(place) = self.block.get_mut(used) {
            *place = byte;
        }
        self.length = self.length.wrapping_add(1);
        if self.used() == 0 {
            self.compress();
        }
    }

    /// The words of the schedule are kept in a ring of 16, as each depends on the 16 before it only.
    #[inline(never)]
    fn compress(&mut self) {
        let mut words = [0u32; 16];
        for (word, bytes) in words.iter_mut().zip(self.block.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = self.state;
        for (round, constant) in ROUNDS.iter().enumerate() {
            let at = |back: usize| words.get(round.wrapping_sub(back) % 16).copied().unwrap_or_default();
            let mut word = at(0);
            if round >= 16 {
                let (near, far) = (at(2), at(15));
                let near = near.rotate_right(17) ^ near.rotate_right(19) ^ near >> 10;
                let far = far.rotate_right(7) ^ far.rotate_right(18) ^ far >> 3;
                word = word.wrapping_add(far).wrapping_add(at(7)).wrapping_add(near);
                if let Some(place) = words.get_mut(round % 16) {
                    *place = word;
                }
            }
            let mixed = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let chosen = e & f ^ !e & g;
            let first = h.wrapping_add(mixed).wrapping_add(chosen).wrapping_add(*constant).wrapping_add(word);
            let mixed = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let majority = a & b ^ a & c ^ b & c;
            (h, g, f, e, d, c, b, a) =
                (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(mixed).wrapping_add(majority));
        }
        for (old, new) in self.state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *old = old.wrapping_add(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's examples, and lengths around the padding.
    #[test]
    fn known_hashes() {
        let million = "a".repeat(1_000_000);
        for (text, expected) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            let mut hash = Sha256::new();
            text.as_bytes().chunks(7).for_each(|bytes| hash.update(bytes));
            let found: String = hash.finish().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, expected);
        }
    }
}
