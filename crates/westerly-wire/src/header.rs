// SPDX-License-Identifier: Apache-2.0
//! The SMP header: eight bytes, big endian, before every message
//! (Zephyr documentation, "SMP Protocol Specification", section "Frame: The envelope").
//!
//! ```text
//!  0        1        2        3        4        5        6         7
//! +--------+--------+--------+--------+--------+--------+---------+--------+
//! |rrrvvooo| flags  | payload length  |      group      |sequence |command |
//! +--------+--------+--------+--------+--------+--------+---------+--------+
//! ```
//! Reserved bits (`r`) and flags are ignored when read and zero when written.

/// Bytes of a header.
pub const LENGTH: usize = 8;

/// Which revision of the protocol a message follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The original protocol: every error is `{"rc": code}`.
    V1,
    /// Group errors are `{"err": {"group", "rc"}}`.
    V2,
    /// 2 or 3: not defined; a server answers "too new".
    Reserved(u8),
}

impl Version {
    const fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0 => Self::V1,
            1 => Self::V2,
            other => Self::Reserved(other),
        }
    }

    const fn bits(self) -> u8 {
        match self {
            Self::V1 => 0,
            Self::V2 => 1,
            Self::Reserved(raw) => raw & 0b11,
        }
    }
}

/// What a message asks for, or answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A request that changes nothing.
    Read,
    /// The answer to [`Operation::Read`].
    ReadResponse,
    /// A request that may change something.
    Write,
    /// The answer to [`Operation::Write`].
    WriteResponse,
    /// 4 to 7: not defined.
    Reserved(u8),
}

impl Operation {
    const fn from_bits(bits: u8) -> Self {
        match bits & 0b111 {
            0 => Self::Read,
            1 => Self::ReadResponse,
            2 => Self::Write,
            3 => Self::WriteResponse,
            other => Self::Reserved(other),
        }
    }

    const fn bits(self) -> u8 {
        match self {
            Self::Read => 0,
            Self::ReadResponse => 1,
            Self::Write => 2,
            Self::WriteResponse => 3,
            Self::Reserved(raw) => raw & 0b111,
        }
    }

    /// The operation an answer to this one carries: a read is answered as a read, anything else as a write.
    #[must_use]
    #[inline]
    pub const fn response(self) -> Self {
        match self {
            Self::Read => Self::ReadResponse,
            _ => Self::WriteResponse,
        }
    }
}

/// A header, any combination of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Protocol revision.
    pub version: Version,
    /// Request or response, read or write.
    pub operation: Operation,
    /// Bytes of payload that follow the header.
    pub length: u16,
    /// Command group, see [`crate::group`].
    pub group: u16,
    /// Chosen by the requester, echoed in the response.
    pub sequence: u8,
    /// Command within the group.
    pub command: u8,
}

impl Header {
    /// Reads a header off the front of `bytes`; gives it and what follows, or `None` when fewer than [`LENGTH`] bytes are
    /// there. What follows may be shorter or longer than [`Header::length`] says: the caller decides what that means.
    #[must_use]
    #[inline]
    pub fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (header, rest) = bytes.split_first_chunk()?;
        Some((Self::from_bytes(*header), rest))
    }

    /// Reads a header; every bit pattern is one.
    #[must_use]
    #[inline]
    pub const fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        let [first, _flags, length_high, length_low, group_high, group_low, sequence, command] = bytes;
        Self {
            version: Version::from_bits(first >> 3),
            operation: Operation::from_bits(first),
            length: u16::from_be_bytes([length_high, length_low]),
            group: u16::from_be_bytes([group_high, group_low]),
            sequence,
            command,
        }
    }

    /// Writes the header, reserved bits and flags zero.
    #[must_use]
    #[inline]
    pub const fn to_bytes(self) -> [u8; LENGTH] {
        let [length_high, length_low] = self.length.to_be_bytes();
        let [group_high, group_low] = self.group.to_be_bytes();
        let first = (self.version.bits() << 3) | self.operation.bits();
        [first, 0, length_high, length_low, group_high, group_low, self.sequence, self.command]
    }

    /// The header of the answer to this request, with a payload of `length` bytes: the newest version both sides know,
    /// group, sequence and command echoed.
    #[must_use]
    #[inline]
    pub const fn response(self, length: u16) -> Self {
        let version = match self.version {
            Version::V1 => Version::V1,
            Version::V2 | Version::Reserved(_) => Version::V2,
        };
        Self { version, operation: self.operation.response(), length, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_where_the_specification_puts_them() {
        let (header, rest) = Header::split(&[0x0a, 0xff, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07]).unwrap();
        let expected = Header {
            version: Version::V2,
            operation: Operation::Write,
            length: 0x0102,
            group: 0x0304,
            sequence: 5,
            command: 6,
        };
        assert_eq!(header, expected);
        assert_eq!(rest, [7]);
        assert_eq!(header.to_bytes(), [0x0a, 0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn seven_bytes_are_no_header() {
        assert_eq!(Header::split(&[0; 7]), None);
    }

    #[test]
    fn first_bytes_of_the_four_messages_of_both_versions() {
        for (first, version, operation) in [
            (0x00, Version::V1, Operation::Read),
            (0x01, Version::V1, Operation::ReadResponse),
            (0x02, Version::V1, Operation::Write),
            (0x03, Version::V1, Operation::WriteResponse),
            (0x08, Version::V2, Operation::Read),
            (0x09, Version::V2, Operation::ReadResponse),
            (0x0a, Version::V2, Operation::Write),
            (0x0b, Version::V2, Operation::WriteResponse),
            (0x10, Version::Reserved(2), Operation::Read),
            (0x1c, Version::Reserved(3), Operation::Reserved(4)),
        ] {
            let header = Header::from_bytes([first, 0, 0, 0, 0, 0, 0, 0]);
            assert_eq!((header.version, header.operation), (version, operation), "{first:#04x}");
            assert_eq!(header.to_bytes()[0], first);
        }
    }

    #[test]
    fn a_reserved_version_is_answered_as_version_2() {
        let header = Header::from_bytes([0x10, 0, 0, 0, 0, 0, 7, 6]).response(6);
        assert_eq!(header.to_bytes(), [0x09, 0, 0, 6, 0, 0, 7, 6]);
    }

    proptest! {
        #[test]
        fn every_pattern_survives_but_for_what_is_reserved(bytes: [u8; LENGTH]) {
            let mut expected = bytes;
            expected[0] &= 0b0001_1111;
            expected[1] = 0;
            prop_assert_eq!(Header::from_bytes(bytes).to_bytes(), expected);
        }
    }
}
