// SPDX-License-Identifier: Apache-2.0
//! CRC-16/XMODEM: polynomial 0x1021, initial value 0, nothing reflected, nothing inverted; of "123456789" it is 0x31c3.
//!
//! One table of 512 bytes, one look-up a byte. Four tables would be faster still on a host and cost 1.5 KiB of a device's
//! flash; a table of 16 entries would save 480 bytes and double the work.

static TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut value = 0u16;
    let mut rest: &mut [u16] = &mut table;
    while let Some((entry, tail)) = rest.split_first_mut() {
        let mut crc = value << 8;
        let mut bit = 0u8;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit = bit.wrapping_add(1);
        }
        *entry = crc;
        value = value.wrapping_add(1);
        rest = tail;
    }
    table
}

/// The checksum of what `crc` is the checksum of with `byte` appended.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a byte cannot be beyond a table of 256 entries")]
pub(super) const fn step(crc: u16, byte: u8) -> u16 {
    let [high, _] = crc.to_be_bytes();
    // `as` because `From` is not const; widening.
    #[expect(clippy::as_conversions, reason = "widening; `usize::from` is not const")]
    let index = (high ^ byte) as usize;
    (crc << 8) ^ TABLE[index]
}

/// Three steps, written out: a compiler that optimises for size would make a loop of them.
#[inline(always)]
pub(super) const fn step3(crc: u16, [first, second, third]: [u8; 3]) -> u16 {
    step(step(step(crc, first), second), third)
}

/// CRC-16/XMODEM of `bytes`.
#[must_use]
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| step(crc, byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn check_value() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    proptest! {
        #[test]
        fn agrees_with_the_crc_crate(bytes: Vec<u8>) {
            let reference = ::crc::Crc::<u16>::new(&::crc::CRC_16_XMODEM).checksum(&bytes);
            prop_assert_eq!(crc16(&bytes), reference);
        }

        #[test]
        fn with_its_checksum_appended_it_is_zero(mut bytes: Vec<u8>) {
            bytes.extend(crc16(&bytes).to_be_bytes());
            prop_assert_eq!(crc16(&bytes), 0);
        }
    }
}
