// SPDX-License-Identifier: Apache-2.0
//! The two words in front of a record's bytes: its length and its sequence number.

use crate::number::word;

/// As many words as a head takes.
pub const WORDS: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub sequence: u64,
    pub length: u16,
}

impl Head {
    pub(crate) fn from_words(first: u32, second: u32) -> Self {
        let [low, high, sequence_low, sequence_high] = first.to_le_bytes();
        let top = u16::from_le_bytes([sequence_low, sequence_high]);
        Self { sequence: (u64::from(top) << 32) | u64::from(second), length: u16::from_le_bytes([low, high]) }
    }

    /// Length (bits 0 to 15) and sequence number (bits 32 to 47), then the rest of the sequence number.
    pub(crate) fn to_words(self) -> [u32; 2] {
        [u32::from(self.length) | (word(self.sequence >> 32) << 16), word(self.sequence)]
    }

    /// How many words the record takes, this head included: at most 16386.
    pub(crate) fn words(self) -> u32 {
        u32::from(self.length).div_ceil(4).wrapping_add(WORDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_back() {
        let head = Head { sequence: 0x1234_5678_9abc, length: 0xfedc };
        assert_eq!(head.to_words(), [0x1234_fedc, 0x5678_9abc]);
        assert_eq!(Head::from_words(0x1234_fedc, 0x5678_9abc), head);
        assert_eq!(head.words(), 2 + 0xfedc / 4);
        assert_eq!(Head { length: 1, ..head }.words(), 3);
        assert_eq!(Head { length: 0, ..head }.words(), 2);
    }
}
