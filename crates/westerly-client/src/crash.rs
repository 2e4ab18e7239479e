// SPDX-License-Identifier: Apache-2.0
//! What a device recorded of its last crash.

use westerly_wire::cbor::Message as _;
use westerly_wire::crash::{LogRequest, LogResponse, RecordResponse, command};
use westerly_wire::group;
use westerly_wire::log::Format;
use westerly_wire::os::Empty;

use crate::device::{Device, Link, format_named, further};
use crate::error::Error;

/// A crash, as the device tells of it. What is `None` or empty it does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crash {
    /// Crashes since the record was cleared; this is the last of them.
    pub count: u32,
    /// What crashed, by the name of a [`Reason`](westerly_wire::crash::Reason), or one that this program does not know.
    pub reason: String,
    /// The thread; `None` in an interrupt.
    pub thread: Option<String>,
    /// Where it was.
    pub pc: Option<u64>,
    /// Where it was called from.
    pub lr: Option<u64>,
    /// The end of its stack.
    pub sp: Option<u64>,
    /// The system's own number for the reason.
    pub code: Option<u32>,
    /// In milliseconds.
    pub uptime: Option<u64>,
    /// Which run of the device it was.
    pub boot: Option<u32>,
    /// The build id of the firmware that crashed.
    pub build: Vec<u8>,
    /// Of a panic or an assertion: source file, or the end of its path, and line.
    pub place: Option<(String, u32)>,
    /// By name, in the device's order.
    pub registers: Vec<(String, u64)>,
    /// Return addresses found on the stack, the innermost first.
    pub stack: Vec<u64>,
}

/// The last of the log before the crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrashLog {
    /// `None`: one that this program does not know.
    pub format: Option<Format>,
    /// The frames, the oldest first.
    pub frames: Vec<Vec<u8>>,
}

impl<L: Link> Device<L> {
    /// The record of the last crash; `None` if there is none.
    ///
    /// # Errors
    /// [`Error`].
    pub fn crash(&mut self) -> Result<Option<Crash>, Error> {
        let payload = self.request(false, group::CRASH, command::RECORD, &Empty {})?;
        let answer = RecordResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        Ok(answer.reason.map(|reason| Crash {
            count: answer.count,
            reason: reason.into(),
            thread: answer.thread.map(Into::into),
            pc: answer.pc,
            lr: answer.lr,
            sp: answer.sp,
            code: answer.code,
            uptime: answer.uptime,
            boot: answer.boot,
            build: answer.build.unwrap_or_default().into(),
            place: answer.file.map(|file| (file.into(), answer.line.unwrap_or_default())),
            registers: answer.registers.iter().flat_map(|all| all.iter()).map(|(name, at)| (name.into(), at)).collect(),
            stack: answer.stack.iter().flat_map(|all| all.iter()).collect(),
        }))
    }

    /// The last frames of the log before the crash.
    ///
    /// # Errors
    /// [`Error`].
    pub fn crash_log(&mut self) -> Result<CrashLog, Error> {
        let mut frames = Vec::new();
        let mut from = None;
        loop {
            let payload = self.request(false, group::CRASH, command::LOG, &LogRequest { from })?;
            let answer = LogResponse::decode(&payload).map_err(|_| Error::Malformed)?;
            frames.extend(answer.frames.iter().map(<[u8]>::to_vec));
            let format = format_named(answer.format);
            from = further(from, answer.next)?;
            if from.is_none() {
                return Ok(CrashLog { format, frames });
            }
        }
    }

    /// Makes the device forget the record.
    ///
    /// # Errors
    /// [`Error`].
    pub fn clear_crash(&mut self) -> Result<(), Error> {
        self.request(true, group::CRASH, command::CLEAR, &Empty {}).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkError;
    use westerly_wire::cbor::{Entries, List};

    /// Answers in turn.
    struct Answers(Vec<Vec<u8>>);

    impl Link for Answers {
        fn exchange(&mut self, _: bool, group: u16, _: u8, _: &[u8]) -> Result<Vec<u8>, LinkError> {
            assert_eq!(group, 68);
            Ok(self.0.remove(0))
        }
    }

    fn encoded<'m>(message: &impl westerly_wire::cbor::Message<'m>) -> Vec<u8> {
        let mut payload = vec![0; 500];
        let length = message.encode(&mut payload).unwrap();
        payload.truncate(length);
        payload
    }

    #[test]
    fn no_record() {
        let mut device = Device::new(Answers(vec![b"\xbfecount\0\xff".to_vec()]), 1);
        assert_eq!(device.crash(), Ok(None));
    }

    #[test]
    fn a_record_of_which_little_is_known() {
        let mut device = Device::new(Answers(vec![b"\xbfecount\x01freasonenovel\xff".to_vec()]), 1);
        let expected = Crash { count: 1, reason: "novel".into(), ..Crash::default() };
        assert_eq!(device.crash(), Ok(Some(expected)));
    }

    #[test]
    fn a_whole_record() {
        let answer = RecordResponse {
            count: 2,
            reason: Some("assertion"),
            thread: Some("main"),
            file: Some("a.c"),
            pc: Some(1),
            lr: Some(2),
            sp: Some(3),
            code: Some(4),
            uptime: Some(5),
            boot: Some(6),
            line: Some(7),
            build: Some(b"id"),
            frames: Some(9),
            registers: Some(Entries::Values(&[("r0", 10), ("pc", 11)])),
            stack: Some(List::Values(&[12, 13])),
        };
        let crash = Device::new(Answers(vec![encoded(&answer)]), 1).crash().unwrap().unwrap();
        let expected = Crash {
            count: 2,
            reason: "assertion".into(),
            thread: Some("main".into()),
            pc: Some(1),
            lr: Some(2),
            sp: Some(3),
            code: Some(4),
            uptime: Some(5),
            boot: Some(6),
            build: b"id".to_vec(),
            place: Some(("a.c".into(), 7)),
            registers: vec![("r0".into(), 10), ("pc".into(), 11)],
            stack: vec![12, 13],
        };
        assert_eq!(crash, expected);
    }

    #[test]
    fn a_log_in_parts() {
        let part =
            |frames: &[&[u8]], next| encoded(&LogResponse { format: "defmt", frames: List::Values(frames), next });
        let mut device = Device::new(Answers(vec![part(&[b"a", b""], Some(2)), part(&[b"c"], None)]), 1);
        let frames = vec![b"a".to_vec(), Vec::new(), b"c".to_vec()];
        assert_eq!(device.crash_log(), Ok(CrashLog { format: Some(Format::Defmt), frames }));
        // One that does not move on would never end.
        let mut device = Device::new(Answers(vec![part(&[b"a"], Some(2)), part(&[], Some(2))]), 1);
        assert_eq!(device.crash_log(), Err(Error::Malformed));
    }
}
