// SPDX-License-Identifier: Apache-2.0
//! Base64 (RFC 4648, section 4) a group at a time: three bytes are four characters.

/// What [`sextet`] gives for a byte outside the alphabet: no sextet has this bit.
pub(super) const NOT_BASE64: u8 = 0x80;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static SEXTETS: [u8; 256] = sextets();

#[expect(clippy::indexing_slicing, clippy::as_conversions, reason = "evaluated when compiling")]
const fn sextets() -> [u8; 256] {
    let mut table = [NOT_BASE64; 256];
    let mut value = 0u8;
    while value < 64 {
        table[ALPHABET[value as usize] as usize] = value;
        value = value.wrapping_add(1);
    }
    table
}

/// The six bits a character stands for, or [`NOT_BASE64`].
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a byte cannot be beyond a table of 256 entries")]
pub(super) fn sextet(character: u8) -> u8 {
    SEXTETS[usize::from(character)]
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "six bits cannot be beyond an alphabet of 64")]
fn character(group: u32, shift: u32) -> u8 {
    ALPHABET[usize::try_from((group >> shift) & 0x3f).unwrap_or_default()]
}

/// The four characters of three bytes.
#[inline(always)]
pub(super) fn encode([first, second, third]: [u8; 3]) -> [u8; 4] {
    let group = u32::from(first) << 16 | u32::from(second) << 8 | u32::from(third);
    [character(group, 18), character(group, 12), character(group, 6), character(group, 0)]
}

/// [`encode`] for where it is not in a loop: one copy.
#[inline(never)]
pub(super) fn encode_small(bytes: [u8; 3]) -> [u8; 4] {
    encode(bytes)
}

/// [`decode`] for where it is not in a loop: one copy.
#[inline(never)]
pub(super) fn decode_small(characters: [u8; 4]) -> Option<[u8; 3]> {
    decode(characters)
}

/// The three bytes of four characters, or `None` if one is outside the alphabet (padding is).
#[inline(always)]
pub(super) fn decode([first, second, third, fourth]: [u8; 4]) -> Option<[u8; 3]> {
    let (first, second, third, fourth) = (sextet(first), sextet(second), sextet(third), sextet(fourth));
    if (first | second | third | fourth) & NOT_BASE64 != 0 {
        return None;
    }
    let group = u32::from(first) << 18 | u32::from(second) << 12 | u32::from(third) << 6 | u32::from(fourth);
    let [_, first, second, third] = group.to_be_bytes();
    Some([first, second, third])
}
