// SPDX-License-Identifier: Apache-2.0
//! Lines into packets.
//!
//! ```text
//!              06            09: a packet starts
//!      +----> Opening -------------------------+
//!      |                                       v
//!    Idle <------ newline, carriage return --- Line --- base64 --> Line
//!      |          or anything not base64       ^
//!      +----> Continuing ----------------------+
//!              04            14: a packet goes on
//! ```
//! Anything else leads from Opening and Continuing back to Idle, where the byte is looked at again. A newline ends a line;
//! with the last line the packet is complete, and is given out if its checksum is right. Whatever is wrong with a packet, it
//! is dropped, counted in [`Drops`], and the next marker is waited for; nothing is answered here. A packet that is longer than
//! there is room for is read to its end all the same: if its checksum is right its beginning is given out, so that whoever
//! sent it can be told.
//!
//! Only what `filled` tells of is ever given out, and all of it was written by the packet at hand: bytes of an earlier packet
//! cannot be reached from a later one.

use super::{CONTINUATION, CRC_BYTES, FIRST, base64, crc};
use crate::header;

/// Why packets were dropped, each a count that stops at its highest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// A line held something that is not base64, or ended inside a group of four characters.
    pub base64: u32,
    /// The announced length cannot hold a header, exceeds the decoder's capacity, or was not kept to. Of a packet that is
    /// counted here nothing else is counted.
    pub length: u32,
    /// The checksum was wrong.
    pub checksum: u32,
    /// A continuation line came without a packet to continue.
    pub orphaned: u32,
    /// A new packet started before this one was complete.
    pub interrupted: u32,
}

/// What [`Decoder::feed`] gives. One of the two packets at most.
#[derive(Debug, PartialEq, Eq)]
pub struct Fed<'d> {
    /// How many of the bytes were taken. Fewer than given only when a packet is complete.
    pub consumed: usize,
    /// The packet, checksum verified: at least a header, at most the decoder's capacity.
    pub packet: Option<&'d [u8]>,
    /// The beginning of a packet that exceeds the decoder's capacity, as much as that is. Its checksum is right, so what is
    /// here was sent like this.
    pub too_long: Option<&'d [u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Outside a line: log text or nothing.
    Idle,
    /// After the first byte of the marker of a first line.
    Opening,
    /// After the first byte of the marker of a continuation line.
    Continuing,
    /// Behind a marker.
    Line,
}

/// Reassembles packets of up to `N` bytes, header and payload, from a stream of bytes in any portions.
///
/// ```
/// use westerly_wire::serial::Decoder;
///
/// let mut decoder = Decoder::<384>::new();
/// let line = b"log text \x06\x09ABAKAAAGAAAHAL9hZGFh/7/0\n more";
/// let fed = decoder.feed(line);
/// assert_eq!(fed.packet, Some(&b"\x0a\0\0\x06\0\0\x07\0\xbfadaa\xff"[..]));
/// assert_eq!(&line[fed.consumed..], b" more");
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<const N: usize> {
    packet: [u8; N],
    /// Bytes taken of this packet. Those beyond the capacity are not kept.
    filled: usize,
    /// Bytes the packet will have, once its length was read.
    expected: Option<usize>,
    /// Bytes of the checksum taken.
    checksum_bytes: usize,
    /// The first byte of the length, when it is all that was read.
    length_high: Option<u8>,
    /// Of the packet and its checksum as far as taken; zero when both are complete and agree.
    crc: u16,
    state: State,
    /// A packet was opened and not dropped since.
    assembling: bool,
    /// Characters of an incomplete group of four, and their bits.
    characters: u8,
    group: u32,
    /// Padding characters seen in this line.
    padding: u8,
    drops: Drops,
}

/// A field of [`Drops`].
#[derive(Clone, Copy)]
enum Reason {
    Base64,
    Length,
    Checksum,
    Orphaned,
    Interrupted,
}

impl<const N: usize> Default for Decoder<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Decoder<N> {
    /// A decoder outside any packet.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N >= header::LENGTH, "a packet holds a header at least") };
        Self {
            packet: [0; N],
            filled: 0,
            expected: None,
            checksum_bytes: 0,
            length_high: None,
            crc: 0,
            state: State::Idle,
            assembling: false,
            characters: 0,
            group: 0,
            padding: 0,
            drops: Drops { base64: 0, length: 0, checksum: 0, orphaned: 0, interrupted: 0 },
        }
    }

    /// What was dropped so far.
    #[must_use]
    pub const fn drops(&self) -> &Drops {
        &self.drops
    }

    /// Takes bytes until a packet is complete or all are taken. Call again with the rest.
    pub fn feed(&mut self, bytes: &[u8]) -> Fed<'_> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.state == State::Line {
                rest = self.take_groups(rest);
            }
            let Some((&byte, behind)) = rest.split_first() else { break };
            rest = behind;
            if self.take(byte) {
                let packet = self.packet.get(..self.filled);
                return Fed {
                    consumed: bytes.len().saturating_sub(rest.len()),
                    packet,
                    too_long: packet.is_none().then_some(&self.packet),
                };
            }
        }
        Fed { consumed: bytes.len(), packet: None, too_long: None }
    }

    /// Takes one byte; true when it completed a packet.
    fn take(&mut self, byte: u8) -> bool {
        match self.state {
            State::Line => match byte {
                b'\n' | b'\r' => return self.end_line(),
                // The end of this line was lost, and the next begins.
                _ if byte == FIRST[0] || byte == CONTINUATION[0] => {
                    let complete = self.end_line();
                    self.take_idle(byte);
                    return complete;
                }
                _ => {
                    if let Err(reason) = self.take_character(byte) {
                        self.drop_packet(reason);
                    }
                }
            },
            State::Opening if byte == FIRST[1] => self.open(),
            State::Continuing if byte == CONTINUATION[1] => self.resume(),
            State::Idle | State::Opening | State::Continuing => self.take_idle(byte),
        }
        false
    }

    fn take_idle(&mut self, byte: u8) {
        self.state = match byte {
            _ if byte == FIRST[0] => State::Opening,
            _ if byte == CONTINUATION[0] => State::Continuing,
            _ => State::Idle,
        };
    }

    /// A first line begins.
    fn open(&mut self) {
        if self.assembling {
            self.drop_packet(Reason::Interrupted);
        }
        self.assembling = true;
        self.filled = 0;
        self.expected = None;
        self.checksum_bytes = 0;
        self.length_high = None;
        self.crc = 0;
        self.begin_line();
    }

    /// A continuation line begins.
    fn resume(&mut self) {
        if self.assembling {
            self.begin_line();
        } else {
            self.drop_packet(Reason::Orphaned);
        }
    }

    fn begin_line(&mut self) {
        self.state = State::Line;
        self.characters = 0;
        self.group = 0;
        self.padding = 0;
    }

    /// Ends a line; true when the packet is complete and its checksum right.
    fn end_line(&mut self) -> bool {
        self.state = State::Idle;
        if self.characters != 0 {
            self.drop_packet(Reason::Base64);
            return false;
        }
        if self.checksum_bytes < CRC_BYTES {
            return false;
        }
        if self.crc != 0 {
            self.drop_packet(Reason::Checksum);
            return false;
        }
        self.assembling = false;
        true
    }

    /// Forgets the packet and waits for the next marker.
    fn drop_packet(&mut self, reason: Reason) {
        // One that is too long was counted when its length was read.
        if !(self.assembling && self.too_long()) {
            self.count(reason);
        }
        self.assembling = false;
        self.state = State::Idle;
    }

    #[inline(never)]
    fn count(&mut self, reason: Reason) {
        let count = match reason {
            Reason::Base64 => &mut self.drops.base64,
            Reason::Length => &mut self.drops.length,
            Reason::Checksum => &mut self.drops.checksum,
            Reason::Orphaned => &mut self.drops.orphaned,
            Reason::Interrupted => &mut self.drops.interrupted,
        };
        *count = count.saturating_add(1);
    }

    /// Whether the packet is longer than there is room for.
    fn too_long(&self) -> bool {
        self.expected.is_some_and(|expected| expected > N)
    }

    /// Whole groups as far as they reach; gives the bytes left over, which [`Self::take`] then looks at one by one.
    fn take_groups<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        if self.characters != 0 || self.padding != 0 {
            return bytes;
        }
        let mut rest = self.take_run(bytes);
        // Groups that hold the length, the end of the packet or the checksum.
        while let Some((characters, behind)) = rest.split_first_chunk() {
            let Some(decoded) = base64::decode_small(*characters) else { break };
            rest = behind;
            if decoded.into_iter().try_for_each(|byte| self.take_decoded(byte)).is_err() {
                self.drop_packet(Reason::Length);
                break;
            }
            rest = self.take_run(rest);
        }
        rest
    }

    /// The fast way, for all but the ends of a packet: groups that hold nothing but bytes of the packet, as far as they
    /// reach; gives the rest. No group is half taken when this is called.
    fn take_run<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let Some(expected) = self.expected else { return bytes };
        let room = self.packet.get_mut(self.filled..expected).unwrap_or_default();
        let mut crc = self.crc;
        let mut taken = 0usize;
        for (characters, slot) in bytes.as_chunks().0.iter().zip(room.as_chunks_mut().0) {
            let Some(decoded) = base64::decode(*characters) else { break };
            crc = crc::step3(crc, decoded);
            *slot = decoded;
            taken = taken.wrapping_add(1);
        }
        self.crc = crc;
        // Neither can wrap: `taken` groups were there.
        self.filled = self.filled.wrapping_add(taken.wrapping_mul(3));
        bytes.get(taken.wrapping_mul(4)..).unwrap_or_default()
    }

    /// One character of a line.
    fn take_character(&mut self, byte: u8) -> Result<(), Reason> {
        let sextet = match byte {
            b'=' if self.characters >= 2 => {
                self.padding = self.padding.saturating_add(1);
                0
            }
            // Behind padding nothing may follow but padding.
            _ if self.padding != 0 => return Err(Reason::Base64),
            _ => match base64::sextet(byte) {
                base64::NOT_BASE64 => return Err(Reason::Base64),
                sextet => sextet,
            },
        };
        self.group = self.group << 6 | u32::from(sextet);
        self.characters = self.characters.saturating_add(1);
        if self.characters < 4 {
            return Ok(());
        }
        let [_, decoded @ ..] = self.group.to_be_bytes();
        let count = decoded.len().saturating_sub(self.padding.into());
        self.characters = 0;
        self.group = 0;
        decoded.into_iter().take(count).try_for_each(|byte| self.take_decoded(byte)).map_err(|()| Reason::Length)
    }

    /// One byte of length, packet or checksum.
    fn take_decoded(&mut self, byte: u8) -> Result<(), ()> {
        let Some(expected) = self.expected else {
            return match self.length_high.take() {
                None => {
                    self.length_high = Some(byte);
                    Ok(())
                }
                Some(high) => self.announce(u16::from_be_bytes([high, byte]).into()),
            };
        };
        if self.filled < expected {
            if let Some(place) = self.packet.get_mut(self.filled) {
                *place = byte;
            }
            self.filled = self.filled.saturating_add(1);
        } else if self.checksum_bytes < CRC_BYTES {
            self.checksum_bytes = self.checksum_bytes.saturating_add(1);
        } else {
            return Err(());
        }
        self.crc = crc::step(self.crc, byte);
        Ok(())
    }

    /// The length, before any byte of the packet is touched.
    fn announce(&mut self, length: usize) -> Result<(), ()> {
        let expected = length.checked_sub(CRC_BYTES).ok_or(())?;
        if expected < header::LENGTH {
            return Err(());
        }
        self.expected = Some(expected);
        if self.too_long() {
            self.count(Reason::Length);
        }
        Ok(())
    }
}
