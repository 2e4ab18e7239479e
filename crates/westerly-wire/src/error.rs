// SPDX-License-Identifier: Apache-2.0
//! How a request is refused: the codes of SMP itself, the codes of a group, and what protocol version 1 says instead.
//!
//! | | payload |
//! |---|---|
//! | an SMP code, any version | `{"rc": code}` |
//! | a group's code, version 2 | `{"err": {"group": group, "rc": code}}` |
//! | a group's code, version 1 | `{"rc": `[`translate`]`(group, code)}` |
//!
//! Sources: Zephyr documentation, "SMP Protocol Specification", sections "Minimal response" and "Error codes"; the
//! translations are those of each group's `*_translate_error_code` in Zephyr 4.3, but for the Zephyr group (see [`translate`])
//! and Westerly's own (docs/protocol.md).

use crate::cbor::{Full, Malformed, Reader, Value, Writer};
use crate::group;

/// An SMP code. Append only: the numbers are the protocol's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// 0: no error; a peer may send it, a server here does not.
    Ok,
    /// 1: something failed that has no code. Try again, then report.
    Unknown,
    /// 2: no memory or buffer for this request now. Try again later.
    NoMemory,
    /// 3: the request is malformed or a value in it is not valid. Do not repeat it unchanged.
    Invalid,
    /// 4: an operation took too long. Try again.
    TimedOut,
    /// 5: no such thing.
    NotFound,
    /// 6: not possible in the device's present state.
    BadState,
    /// 7: the response does not fit the device's buffer, or the request did not. Ask for less, or in smaller parts.
    TooLarge,
    /// 8: no such group or command, or not with this operation.
    NotSupported,
    /// 9: the message is damaged: it says it is longer than it is.
    Corrupt,
    /// 10: busy with something else. Try again later.
    Busy,
    /// 11: the access policy forbids it to this caller.
    AccessDenied,
    /// 12: the protocol version is too old for this command.
    VersionTooOld,
    /// 13: the protocol version is newer than the device knows.
    VersionTooNew,
    /// Any other number, 256 and up being the application's.
    Other(u32),
}

impl From<u32> for Code {
    fn from(raw: u32) -> Self {
        match raw {
            0 => Self::Ok,
            1 => Self::Unknown,
            2 => Self::NoMemory,
            3 => Self::Invalid,
            4 => Self::TimedOut,
            5 => Self::NotFound,
            6 => Self::BadState,
            7 => Self::TooLarge,
            8 => Self::NotSupported,
            9 => Self::Corrupt,
            10 => Self::Busy,
            11 => Self::AccessDenied,
            12 => Self::VersionTooOld,
            13 => Self::VersionTooNew,
            other => Self::Other(other),
        }
    }
}

impl From<Code> for u32 {
    fn from(code: Code) -> Self {
        match code {
            Code::Ok => 0,
            Code::Unknown => 1,
            Code::NoMemory => 2,
            Code::Invalid => 3,
            Code::TimedOut => 4,
            Code::NotFound => 5,
            Code::BadState => 6,
            Code::TooLarge => 7,
            Code::NotSupported => 8,
            Code::Corrupt => 9,
            Code::Busy => 10,
            Code::AccessDenied => 11,
            Code::VersionTooOld => 12,
            Code::VersionTooNew => 13,
            Code::Other(raw) => raw,
        }
    }
}

impl<'b> Value<'b> for Code {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        u32::read(reader).map(Self::from)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.unsigned(u64::from(u32::from(*self)))
    }
}

/// Something failed that a group has no code for: the same number in every group.
pub const UNKNOWN: u16 = 1;

/// The key of [`SmpError`], for writers that add another.
pub const CODE_KEY: &str = "rc";
/// The key of [`GroupErrorResponse`], for writers that add another.
pub const ERROR_KEY: &str = "err";

crate::message! {
    /// An SMP error, or, with [`Code::Ok`], the success some servers spell out.
    pub struct SmpError {
        /// What went wrong.
        code: required Code = "rc",
    }
}

crate::message! {
    /// A group and its code; 1 is "unknown" in every group.
    pub struct GroupError {
        /// The group whose code it is.
        group: required u16 = "group",
        /// The code, listed in the group's own module.
        code: required u16 = "rc",
    }
}

crate::message! {
    /// The version 2 form of a group's error.
    pub struct GroupErrorResponse {
        /// Group and code.
        error: required GroupError = "err",
    }
}

crate::message! {
    /// What tells an error from a success in any response: neither key is there after a success.
    pub struct Status {
        /// An SMP code.
        code: optional Code = "rc",
        /// A group's error.
        error: optional GroupError = "err",
    }
}

/// What protocol version 1 answers in place of a group's error code.
///
/// For the Zephyr group (63) this departs from Zephyr's own server, which turns two of its failures into success; a failure
/// is never answered as success here.
#[must_use]
pub const fn translate(error: GroupError) -> Code {
    match (error.group, error.code) {
        (group::OS, 2)
        | (group::IMAGE, 14 | 19 | 20 | 21 | 22 | 24 | 25)
        | (group::STATISTICS, 4)
        | (group::SETTINGS, 2)
        | (group::FILES, 2 | 13)
        | (group::SHELL, _)
        | (group::ENUMERATION, 2)
        | (group::TELEMETRY, 3)
        | (group::LOG, 2)
        | (group::IO, 3 | 5)
        | (group::ACCESS, 5 | 7 | 8) => Code::Invalid,
        (group::OS, 3 | 4 | 6)
        | (group::IMAGE, 3..=5)
        | (group::STATISTICS, 2 | 3 | 5)
        | (group::SETTINGS, 3 | 4)
        | (group::FILES, 3 | 14)
        | (group::ZEPHYR, 2)
        | (group::TELEMETRY | group::IO, 2)
        | (group::ACCESS, 4) => Code::NotFound,
        (group::IMAGE, 9 | 27 | 28) => Code::BadState,
        (group::IMAGE, 15) | (group::ACCESS, 6) => Code::NoMemory,
        (group::ACCESS, 2 | 3) => Code::Busy,
        (group::ACCESS, 9 | 11) => Code::NotSupported,
        _ => Code::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::Message;

    #[test]
    fn codes_are_lossless_both_ways() {
        for raw in (0..20).chain([256, u32::MAX]) {
            assert_eq!(u32::from(Code::from(raw)), raw);
        }
    }

    /// Every group's codes in order from 1, as SMP version 1 answers them.
    #[test]
    fn translations() {
        let table: [(u16, &[u32]); 12] = [
            (group::OS, &[1, 3, 5, 5, 1, 5]),
            (
                group::IMAGE,
                &[1, 1, 5, 5, 5, 1, 1, 1, 6, 1, 1, 1, 1, 3, 2, 1, 1, 1, 3, 3, 3, 3, 1, 3, 3, 1, 6, 6, 1, 1, 1, 1, 1, 1],
            ),
            (group::STATISTICS, &[1, 5, 5, 3, 5]),
            (group::SETTINGS, &[1, 3, 5, 5, 1, 1, 1, 1]),
            (group::FILES, &[1, 3, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 5, 1, 1]),
            (group::SHELL, &[3, 3, 3]),
            (group::ENUMERATION, &[1, 3, 1, 1]),
            (group::ZEPHYR, &[1, 5, 1, 1]),
            (group::TELEMETRY, &[1, 5, 3, 1, 1]),
            (group::LOG, &[1, 3, 1, 1]),
            (group::IO, &[1, 5, 3, 1, 3, 1]),
            (group::ACCESS, &[1, 10, 10, 5, 3, 2, 3, 3, 8, 1, 8, 1]),
        ];
        for (group, codes) in table {
            for (code, &expected) in (1..).zip(codes) {
                assert_eq!(u32::from(translate(GroupError { group, code })), expected, "group {group}, code {code}");
            }
        }
        assert_eq!(translate(GroupError { group: 70, code: 2 }), Code::Unknown);
    }

    #[test]
    fn forms() {
        let mut buffer = [0; 32];
        let length = SmpError { code: Code::NotSupported }.encode(&mut buffer).unwrap();
        assert_eq!(buffer[..length], [0xbf, 0x62, b'r', b'c', 8, 0xff]);
        let error = GroupErrorResponse { error: GroupError { group: 2, code: 3 } };
        let length = error.encode(&mut buffer).unwrap();
        assert_eq!(buffer[..length], *b"\xbf\x63err\xbf\x65group\x02\x62rc\x03\xff\xff");
        assert_eq!(Status::decode(&buffer[..length]), Ok(Status { code: None, error: Some(error.error) }));
    }
}
