// SPDX-License-Identifier: Apache-2.0
//! A packet into lines.

use super::{CONTINUATION, CRC_BYTES, FIRST, LENGTH_BYTES, LINE_MAX, NEWLINE, base64, crc};

/// Bytes a line carries before base64.
const RAW_MAX: usize = 93;
/// Bytes base64 takes at a time.
const GROUP: usize = 3;

/// Turns a packet into lines, one call a line, in one pass over the packet.
///
/// ```
/// use westerly_wire::serial::{Encoder, LINE_MAX};
///
/// let packet = [0x0a, 0, 0, 6, 0, 0, 7, 0, 0xbf, 0x61, b'd', 0x61, b'a', 0xff];
/// let mut encoder = Encoder::new(&packet).expect("the length fits 16 bits");
/// let mut line = [0; LINE_MAX];
/// assert_eq!(encoder.next_line(&mut line), Some(&b"\x06\x09ABAKAAAGAAAHAL9hZGFh/7/0\n"[..]));
/// assert_eq!(encoder.next_line(&mut line), None);
/// ```
#[derive(Clone, Debug)]
pub struct Encoder<'p> {
    rest: &'p [u8],
    /// Of the packet up to `rest`.
    crc: u16,
    /// The length field, until the first line is made.
    length: Option<[u8; LENGTH_BYTES]>,
    finished: bool,
}

impl<'p> Encoder<'p> {
    /// Starts with a packet; `None` when its length and a checksum cannot be told in 16 bits.
    #[must_use]
    pub fn new(packet: &'p [u8]) -> Option<Self> {
        let length = u16::try_from(packet.len()).ok()?.checked_add(2)?;
        Some(Self { rest: packet, crc: 0, length: Some(length.to_be_bytes()), finished: packet.is_empty() })
    }

    /// Writes the next line into `line` and gives it, or `None` after the last.
    ///
    /// Only the last line is padded, and the checksum is never split or alone: as Zephyr's own sender has it, for receivers
    /// that rely on it.
    pub fn next_line<'l>(&mut self, line: &'l mut [u8; LINE_MAX]) -> Option<&'l [u8]> {
        if self.finished {
            return None;
        }
        let (marker, body) = line.split_first_chunk_mut()?;
        let (slots, _) = body.as_chunks_mut();
        let mut slots = slots.iter_mut();
        let mut groups = 0usize;
        let mut room = RAW_MAX;

        if let Some([high, low]) = self.length.take() {
            *marker = FIRST;
            let (&first, rest) = self.rest.split_first()?;
            self.rest = rest;
            self.crc = crc::step(0, first);
            *slots.next()? = base64::encode_small([high, low, first]);
            groups = 1;
            room = RAW_MAX - GROUP;
        } else {
            *marker = CONTINUATION;
        }

        let left = self.rest.len();
        self.finished = left.saturating_add(CRC_BYTES) <= room;
        let whole = if self.finished || left > room {
            left.min(room) / GROUP
        } else {
            // All would fit but the checksum: keep a group back for the last line.
            (room / GROUP).saturating_sub(1)
        };
        let (now, rest) = self.rest.split_at_checked(whole.checked_mul(GROUP)?)?;
        self.rest = rest;
        let mut crc = self.crc;
        for (bytes, slot) in now.as_chunks::<GROUP>().0.iter().zip(&mut slots) {
            crc = crc::step3(crc, *bytes);
            *slot = base64::encode(*bytes);
        }
        self.crc = crc;
        groups = groups.saturating_add(whole);

        if self.finished {
            groups = groups.saturating_add(self.tail(slots)?);
        }
        let end = groups.checked_mul(4)?.checked_add(2)?;
        *line.get_mut(end)? = NEWLINE;
        line.get(..=end)
    }

    /// Writes the last bytes of the packet, two at most, and the checksum; gives the number of groups, one or two.
    fn tail<'l>(&self, mut slots: impl Iterator<Item = &'l mut [u8; 4]>) -> Option<usize> {
        let [high, low] = self.rest.iter().fold(self.crc, |crc, &byte| crc::step(crc, byte)).to_be_bytes();
        match *self.rest {
            [] => {
                *slots.next()? = padded([high, low, 0], 1);
                Some(1)
            }
            [first] => {
                *slots.next()? = base64::encode_small([first, high, low]);
                Some(1)
            }
            [first, second] => {
                *slots.next()? = base64::encode_small([first, second, high]);
                *slots.next()? = padded([low, 0, 0], 2);
                Some(2)
            }
            _ => None,
        }
    }
}

/// A group whose last `padding` characters are padding.
fn padded(bytes: [u8; GROUP], padding: usize) -> [u8; 4] {
    let mut characters = base64::encode_small(bytes);
    characters.iter_mut().rev().take(padding).for_each(|character| *character = b'=');
    characters
}

/// Bytes that a packet of `length` bytes is on the line, all lines counted: what a receive buffer for one needs.
#[must_use]
pub const fn encoded_length(length: usize) -> usize {
    let raw = length.saturating_add(LENGTH_BYTES + CRC_BYTES);
    let groups = raw.div_ceil(GROUP);
    // One line more than the bytes alone need: the checksum may be kept back for it.
    let lines = raw.div_ceil(RAW_MAX).saturating_add(1);
    groups.saturating_mul(4).saturating_add(lines.saturating_mul(3))
}

const _: () = assert!(2 + RAW_MAX / GROUP * 4 + 1 == LINE_MAX, "marker, characters and newline make a line");

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;

    /// Lines built the plain way.
    fn reference(packet: &[u8]) -> Vec<u8> {
        let crc = crc::crc16(packet).to_be_bytes();
        let length = u16::try_from(packet.len() + 2).unwrap().to_be_bytes();
        let mut raw = length.to_vec();
        raw.extend(packet);
        let mut lines = Vec::new();
        let mut marker = FIRST;
        loop {
            let last = raw.len() + 2 <= RAW_MAX;
            let count = if last || raw.len() > RAW_MAX { raw.len().min(RAW_MAX) } else { RAW_MAX - GROUP };
            let mut part: Vec<u8> = raw.drain(..count).collect();
            if last {
                part.extend(crc);
            }
            lines.extend(marker);
            lines.extend(STANDARD.encode(part).bytes());
            lines.push(NEWLINE);
            if last {
                return lines;
            }
            marker = CONTINUATION;
        }
    }

    #[test]
    fn every_length_up_to_four_lines() {
        for length in 1..=4 * RAW_MAX {
            let packet: Vec<u8> = (0..length).map(|i| (i * 7 + length) as u8).collect();
            let mut encoder = Encoder::new(&packet).unwrap();
            let mut lines: Vec<u8> = Vec::new();
            let mut line = [0; LINE_MAX];
            while let Some(line) = encoder.next_line(&mut line) {
                assert!(line.len() <= LINE_MAX);
                lines.extend(line);
            }
            assert_eq!(lines, reference(&packet), "{length} bytes");
            assert!(lines.len() <= encoded_length(length));
        }
    }

    #[test]
    fn lengths_that_cannot_be_told() {
        assert!(Encoder::new(&vec![0; 65_533]).is_some());
        assert!(Encoder::new(&vec![0; 65_534]).is_none());
        assert_eq!(Encoder::new(&[]).unwrap().next_line(&mut [0; LINE_MAX]), None);
    }
}
