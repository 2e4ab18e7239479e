// SPDX-License-Identifier: Apache-2.0
//! The seal: the last message of a packet, which shows who made the packet and that it is as it was made.
//!
//! ```text
//!  messages | 0a 00 00 34 00 43 00 02 | a3 67 "session" 1a <u32> 67 "counter" 1b <u64> 63 "mac" 50 | <16 bytes>
//!           | header                  | payload                                                    | mac
//! |<------------------------- covered by the mac ------------------------------------------------->|
//! ```
//! Integers are big endian. In an answer's seal the first byte is 0b, so that no answer can be taken for a request. Every byte
//! that is written here as a number or a text is fixed: a message that differs in one is no seal. It is valid CBOR, so that a
//! device without access control answers it as a command it does not have.
//!
//! What it will not do: decide whether a session and a counter are good; it does not even compare the mac.

use super::proof::{Key, MAC_LENGTH, Mac, seal_mac};
use crate::cbor::Full;
use crate::header::{Header, LENGTH as HEADER_LENGTH};

/// Bytes of a seal, header and payload.
pub const LENGTH: usize = 60;

const HEADER: [u8; HEADER_LENGTH] = [0x0a, 0, 0, 52, 0, 67, 0, 2];
const SESSION: &[u8; 10] = b"\xa3\x67session\x1a";
const COUNTER: &[u8; 9] = b"\x67counter\x1b";
const MAC: &[u8; 5] = b"\x63mac\x50";

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the device.
    Request,
    /// From the device.
    Answer,
}

impl Direction {
    const fn header(self) -> [u8; HEADER_LENGTH] {
        let [first, rest @ ..] = HEADER;
        let [a, b, c, d, e, f, g] = rest;
        match self {
            Self::Request => HEADER,
            Self::Answer => [first | 1, a, b, c, d, e, f, g],
        }
    }
}

/// A packet with a seal at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed<'p> {
    /// The messages before the seal; empty when it stands alone.
    pub messages: &'p [u8],
    /// What the mac is over: all of the packet before it.
    pub covered: &'p [u8],
    /// The session it says it is of.
    pub session: u32,
    /// Higher from packet to packet of a session, from 1 on.
    pub counter: u64,
    /// The proof, not yet looked at.
    pub mac: &'p Mac,
}

/// Finds the seal of a packet; `None` when its last message is none, or where its messages are no messages.
#[must_use]
pub fn split(direction: Direction, packet: &[u8]) -> Option<Sealed<'_>> {
    let (messages, seal) = packet.split_at_checked(packet.len().checked_sub(LENGTH)?)?;
    let seal = seal.strip_prefix(&direction.header())?.strip_prefix(SESSION)?;
    let (&session, seal) = seal.split_first_chunk()?;
    let (&counter, seal) = seal.strip_prefix(COUNTER)?.split_first_chunk()?;
    let mac = seal.strip_prefix(MAC)?.try_into().ok()?;
    let covered = packet.get(..packet.len().checked_sub(MAC_LENGTH)?)?;
    let (session, counter) = (u32::from_be_bytes(session), u64::from_be_bytes(counter));
    are_messages(messages).then_some(Sealed { messages, covered, session, counter, mac })
}

/// Puts a seal behind the first `length` bytes of `buffer`, which are whole messages; gives the length of both.
///
/// # Errors
/// [`Full`] when the buffer has no room for it.
pub fn write(
    direction: Direction,
    key: &Key,
    session: u32,
    counter: u64,
    buffer: &mut [u8],
    length: usize,
) -> Result<usize, Full> {
    let end = length.checked_add(LENGTH).ok_or(Full)?;
    let covered = length.checked_add(LENGTH.wrapping_sub(MAC_LENGTH)).ok_or(Full)?;
    let packet = buffer.get_mut(..end).ok_or(Full)?;
    let place = packet.get_mut(length..).ok_or(Full)?;
    let (session, counter) = (session.to_be_bytes(), counter.to_be_bytes());
    let parts: [&[u8]; 6] = [&direction.header(), SESSION, &session, COUNTER, &counter, MAC];
    for (place, &byte) in place.iter_mut().zip(parts.into_iter().flatten()) {
        *place = byte;
    }
    let (covered, place) = packet.split_at_mut_checked(covered).ok_or(Full)?;
    for (place, byte) in place.iter_mut().zip(seal_mac(key, covered)) {
        *place = byte;
    }
    Ok(end)
}

/// Whether there is one message behind the other, and nothing else.
fn are_messages(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((header, behind)) = Header::split(rest) {
        let Some(next) = behind.get(header.length.into()..) else { return false };
        rest = next;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::SealMessage;
    use crate::cbor::Message as _;

    const ECHO: &[u8] = b"\x0a\0\0\x05\0\0\x07\0\xa1adaa";

    fn sealed(direction: Direction, messages: &[u8]) -> Vec<u8> {
        let mut packet = messages.to_vec();
        packet.resize(messages.len() + LENGTH, 0);
        let length = write(direction, &[7; 32], 3, 0x0102_0304_0506_0708, &mut packet, messages.len()).unwrap();
        assert_eq!(length, packet.len());
        packet
    }

    /// By Python's hmac: `hmac.new(b"\7" * 32, packet[:-16], "sha256").digest()[:16]`.
    #[test]
    fn the_bytes_of_a_seal() {
        let seal = b"\x0a\0\0\x34\0\x43\0\x02\xa3\x67session\x1a\0\0\0\x03\x67counter\x1b\x01\x02\x03\x04\x05\x06\x07\x08\x63mac\x50";
        let packet = sealed(Direction::Request, ECHO);
        let (covered, mac) = packet.split_at(packet.len() - 16);
        assert_eq!(covered, [ECHO, seal].concat());
        assert_eq!(mac, MAC_OF_REQUEST);
        let sealed_answer = sealed(Direction::Answer, ECHO);
        assert_eq!(sealed_answer[ECHO.len()], 0x0b);
        assert_eq!(sealed_answer[ECHO.len() + 1..packet.len() - 16], packet[ECHO.len() + 1..packet.len() - 16]);
        assert_eq!(sealed_answer[packet.len() - 16..], MAC_OF_ANSWER);
        let message = SealMessage::decode(&packet[ECHO.len() + HEADER_LENGTH..]).unwrap();
        assert_eq!(message, SealMessage { session: 3, counter: 0x0102_0304_0506_0708, mac });
    }

    const MAC_OF_REQUEST: [u8; 16] =
        [0xff, 0xb6, 0xe8, 0x47, 0xb4, 0x08, 0x0c, 0x21, 0xcd, 0x13, 0x9c, 0xe0, 0x99, 0x81, 0xe3, 0x95];
    const MAC_OF_ANSWER: [u8; 16] =
        [0x09, 0x4f, 0xa2, 0xd0, 0xca, 0x04, 0xbf, 0x46, 0xba, 0xd6, 0x77, 0x1c, 0xdb, 0x01, 0xc3, 0x1d];

    #[test]
    fn what_was_written_is_found() {
        for messages in [&b""[..], ECHO, &[ECHO, ECHO].concat()] {
            for (direction, other) in [(Direction::Request, Direction::Answer), (Direction::Answer, Direction::Request)]
            {
                let packet = sealed(direction, messages);
                let found = split(direction, &packet).unwrap();
                assert_eq!(found.messages, messages);
                assert_eq!((found.session, found.counter), (3, 0x0102_0304_0506_0708));
                assert_eq!(*found.mac, seal_mac(&[7; 32], found.covered));
                assert_eq!(split(other, &packet), None);
            }
        }
    }

    #[test]
    fn every_fixed_bit_is_looked_at() {
        let packet = sealed(Direction::Request, ECHO);
        let free = [18..22, 31..39, 44..60];
        for bit in 0..LENGTH * 8 {
            let mut packet = packet.clone();
            packet[ECHO.len() + bit / 8] ^= 1 << (bit % 8);
            let is_free = free.iter().any(|range| range.contains(&(bit / 8)));
            assert_eq!(split(Direction::Request, &packet).is_some(), is_free, "bit {bit}");
        }
    }

    /// A seal's bytes within a message's payload are no seal, nor are they one with anything behind them.
    #[test]
    fn only_at_a_boundary_and_at_the_end() {
        let seal = sealed(Direction::Request, b"");
        for packet in [
            [b"\x0a\0\0\x3c\0\0\x07\0", &seal[..]].concat(),
            [b"\x0a\0\0\x3d\0\0\x07\0\0", &seal[..]].concat(),
            [b"\x0a\0\0\x01\0\0\x07\0", &seal[..]].concat(),
            [&[0; 7], &seal[..]].concat(),
            [&seal[..], ECHO].concat(),
            [&seal[..], b"\0"].concat(),
            seal[..59].to_vec(),
            Vec::new(),
        ] {
            assert_eq!(split(Direction::Request, &packet), None, "{packet:02x?}");
        }
    }

    #[test]
    fn without_room_nothing_is_written() {
        let mut buffer = [0; LENGTH + 3];
        for length in 4..70 {
            assert_eq!(write(Direction::Answer, &[0; 32], 1, 1, &mut buffer, length), Err(Full));
        }
        assert_eq!(write(Direction::Answer, &[0; 32], 1, 1, &mut buffer, usize::MAX), Err(Full));
        assert_eq!(buffer, [0; LENGTH + 3]);
        assert_eq!(write(Direction::Answer, &[0; 32], 1, 1, &mut buffer, 3), Ok(LENGTH + 3));
    }
}
