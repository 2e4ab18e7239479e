// SPDX-License-Identifier: Apache-2.0
//! A device's telemetry and log, request by request.

use westerly_wire::cbor::{List, Message};
use westerly_wire::error::{Code, Status};
use westerly_wire::telemetry::{self, Record};
use westerly_wire::{group, log};

use crate::cursor::{Answer, Batch, Cursor, Numbered};
use crate::error::{Error, LinkError};
use crate::topic::{Latest, Topic};

/// The longest request: as many topics as there are, and the rest.
const REQUEST: usize = 1024;

/// Brings a request to a device and its answer back.
pub trait Link {
    /// Sends a request's payload once and waits for the answer's payload, a while and no longer.
    ///
    /// # Errors
    /// [`LinkError`]: the request or its answer got lost.
    fn exchange(&mut self, write: bool, group: u16, command: u8, payload: &[u8]) -> Result<Vec<u8>, LinkError>;
}

impl<L: Link + ?Sized> Link for &mut L {
    fn exchange(&mut self, write: bool, group: u16, command: u8, payload: &[u8]) -> Result<Vec<u8>, LinkError> {
        (**self).exchange(write, group, command, payload)
    }
}

/// A device behind a link.
#[derive(Debug)]
pub struct Device<L> {
    link: L,
    attempts: u32,
    unanswered: u64,
}

/// A log record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its place among all frames since the device started.
    pub sequence: u64,
    /// In the log's format.
    pub bytes: Vec<u8>,
}

/// What an answer of the log brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames {
    /// `None`: one that this program does not know.
    pub format: Option<log::Format>,
    /// The build id of the firmware's ELF file; empty where the device has none.
    pub build: Vec<u8>,
    /// The frames.
    pub batch: Batch<Frame>,
}

impl Numbered for Record {
    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl Numbered for Frame {
    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl<L: Link> Device<L> {
    /// Every request is sent so often, 1 at least, until there is an answer.
    pub const fn new(link: L, attempts: u32) -> Self {
        Self { link, attempts, unanswered: 0 }
    }

    /// How many requests so far got no answer; most of them were answered when they were sent again.
    pub const fn unanswered(&self) -> u64 {
        self.unanswered
    }

    /// What it measures.
    ///
    /// # Errors
    /// [`Error`].
    pub fn topics(&mut self) -> Result<Vec<Topic>, Error> {
        let mut topics = Vec::new();
        let mut from = None;
        loop {
            let request = telemetry::TopicsRequest { from };
            let payload = self.ask(group::TELEMETRY, telemetry::command::TOPICS, &request)?;
            let answer = telemetry::TopicsResponse::decode(&payload).map_err(|_| Error::Malformed)?;
            topics.extend(answer.topics.iter().map(|topic| Topic::from(&topic)));
            from = further(from, answer.next)?;
            if from.is_none() {
                return Ok(topics);
            }
        }
    }

    /// The device's uptime in milliseconds, and the latest value of each topic that has one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn latest(&mut self) -> Result<(u64, Vec<Latest>), Error> {
        let mut values = Vec::new();
        let mut from = None;
        loop {
            let request = telemetry::LatestRequest { topics: None, from };
            let payload = self.ask(group::TELEMETRY, telemetry::command::LATEST, &request)?;
            let answer = telemetry::LatestResponse::decode(&payload).map_err(|_| Error::Malformed)?;
            values.extend(answer.values.iter().map(Latest::from));
            from = further(from, answer.next)?;
            if from.is_none() {
                return Ok((answer.uptime, values));
            }
        }
    }

    /// The next records of these topics, all for none; as many as fit an answer.
    ///
    /// # Errors
    /// [`Error`]; the cursor stays where it is, and the same records can be asked for again.
    pub fn records(&mut self, cursor: &mut Cursor, topics: &[u32]) -> Result<Batch<Record>, Error> {
        let request = telemetry::ReadRequest {
            since: Some(cursor.since()),
            max: None,
            topics: (!topics.is_empty()).then_some(List::Values(topics)),
            boot: cursor.boot(),
        };
        let payload = self.ask(group::TELEMETRY, telemetry::command::READ, &request)?;
        let answer = telemetry::ReadResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        let records = answer.records.iter().collect();
        let telemetry::ReadResponse { boot, oldest, lost, next, .. } = answer;
        Ok(cursor.take(Answer { boot, oldest, records, lost, next })?)
    }

    /// The next frames of the log, as many as fit an answer.
    ///
    /// # Errors
    /// [`Error`]; the cursor stays where it is, and the same frames can be asked for again.
    pub fn frames(&mut self, cursor: &mut Cursor) -> Result<Frames, Error> {
        let request = log::ReadRequest { since: Some(cursor.since()), max: None, boot: cursor.boot() };
        let payload = self.ask(group::LOG, log::command::READ, &request)?;
        let answer = log::ReadResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        let frame = |record: log::Record<'_>| Frame { sequence: record.sequence, bytes: record.frame.into() };
        let records = answer.records.iter().map(frame).collect();
        let format = format_named(answer.format);
        let build = answer.build.unwrap_or_default().into();
        let log::ReadResponse { boot, oldest, lost, next, .. } = answer;
        Ok(Frames { format, build, batch: cursor.take(Answer { boot, oldest, records, lost, next })? })
    }

    /// Sets what is logged.
    ///
    /// # Errors
    /// [`Error`].
    pub fn set_log_level(&mut self, level: log::Level) -> Result<(), Error> {
        self.request(true, group::LOG, log::command::LEVEL, &log::LevelRequest { level: level.name() }).map(drop)
    }

    fn ask<'m>(&mut self, group: u16, command: u8, request: &impl Message<'m>) -> Result<Vec<u8>, Error> {
        self.request(false, group, command, request)
    }

    /// Gives the payload of an answer that is no error.
    pub(crate) fn request<'m>(
        &mut self,
        write: bool,
        group: u16,
        command: u8,
        request: &impl Message<'m>,
    ) -> Result<Vec<u8>, Error> {
        self.ask_often(self.attempts, write, group, command, request)
    }

    /// The same for what must not be done twice.
    pub(crate) fn request_once<'m>(
        &mut self,
        write: bool,
        group: u16,
        command: u8,
        request: &impl Message<'m>,
    ) -> Result<Vec<u8>, Error> {
        self.ask_often(1, write, group, command, request)
    }

    fn ask_often<'m>(
        &mut self,
        attempts: u32,
        write: bool,
        group: u16,
        command: u8,
        request: &impl Message<'m>,
    ) -> Result<Vec<u8>, Error> {
        let mut buffer = [0; REQUEST];
        // There are 256 topics at most.
        let length = request.encode(&mut buffer).map_err(|_| Error::TooLong)?;
        let payload = self.exchange(attempts, write, group, command, &buffer[..length])?;
        let status = Status::decode(&payload).map_err(|_| Error::Malformed)?;
        match (status.error, status.code) {
            (Some(error), _) => Err(Error::Group(error)),
            (None, Some(code)) if code != Code::Ok => Err(Error::Smp(code)),
            _ => Ok(payload),
        }
    }

    fn exchange(&mut self, tries: u32, write: bool, group: u16, command: u8, payload: &[u8]) -> Result<Vec<u8>, Error> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.link.exchange(write, group, command, payload) {
                Ok(payload) => return Ok(payload),
                Err(LinkError::Login(error)) => return Err(Error::Login(error)),
                Err(last) => {
                    self.unanswered += 1;
                    if attempts >= tries {
                        return Err(Error::NoAnswer { attempts, last });
                    }
                }
            }
        }
    }
}

/// A log's format; `None` for one that this program does not know.
pub(crate) fn format_named(name: &str) -> Option<log::Format> {
    [log::Format::Defmt, log::Format::Text].into_iter().find(|format| format.name() == name)
}

/// Where a list goes on. One that does not move on would never end.
pub(crate) fn further(from: Option<u32>, next: Option<u32>) -> Result<Option<u32>, Error> {
    if next.is_some() && next <= from { Err(Error::Malformed) } else { Ok(next) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use westerly_wire::cbor::Number;

    /// Gives what it was told to, and keeps what it was asked.
    #[derive(Default)]
    struct Fake {
        answers: Vec<Result<Vec<u8>, LinkError>>,
        requests: Vec<Vec<u8>>,
    }

    impl Link for Fake {
        fn exchange(&mut self, _: bool, group: u16, command: u8, payload: &[u8]) -> Result<Vec<u8>, LinkError> {
            assert_eq!((group, command), (64, 1));
            self.requests.push(payload.into());
            self.answers.remove(0)
        }
    }

    fn answer(records: &[Record], lost: u64, next: u64) -> Result<Vec<u8>, LinkError> {
        let mut payload = vec![0; 500];
        let answer = telemetry::ReadResponse { boot: Some(3), oldest: 0, records: List::Values(records), lost, next };
        let length = answer.encode(&mut payload).unwrap();
        payload.truncate(length);
        Ok(payload)
    }

    fn record(sequence: u64) -> Record {
        Record { sequence, uptime: 0, topic: 1, value: Number::Integer(1), kind: 0 }
    }

    #[test]
    fn an_answer_that_got_lost_is_asked_for_again() {
        let answers =
            vec![Err(LinkError::Silence), Err(LinkError::Damaged), answer(&[record(0)], 0, 1), answer(&[], 0, 1)];
        let mut fake = Fake { answers, ..Fake::default() };
        let mut device = Device::new(&mut fake, 3);
        let mut cursor = Cursor::default();
        assert_eq!(device.records(&mut cursor, &[]).unwrap().records, [record(0)]);
        assert_eq!(device.records(&mut cursor, &[]).unwrap().records, []);
        assert_eq!(device.unanswered(), 2);
        assert!(fake.requests[..3].iter().all(|request| *request == fake.requests[0]));
        assert_eq!(fake.requests[3], b"\xbfesince\x01dboot\x03\xff");
    }

    #[test]
    fn after_the_last_try_the_cursor_is_where_it_was() {
        let answers = vec![Err(LinkError::Silence), Err(LinkError::Broken("gone".into()))];
        let mut device = Device::new(Fake { answers, ..Fake::default() }, 2);
        let mut cursor = Cursor::at(7, Some(3));
        let expected = Error::NoAnswer { attempts: 2, last: LinkError::Broken("gone".into()) };
        assert_eq!(device.records(&mut cursor, &[]), Err(expected));
        assert_eq!(cursor, Cursor::at(7, Some(3)));
    }

    #[test]
    fn errors_are_told_apart() {
        for (payload, expected) in [
            (&b"\xbfbrc\x08\xff"[..], Error::Smp(Code::NotSupported)),
            (
                b"\xbfcerr\xbfegroup\x18\x40brc\x02\xff\xff",
                Error::Group(westerly_wire::error::GroupError { group: 64, code: 2 }),
            ),
            (b"\xbf\xff", Error::Malformed),
            (b"\x01", Error::Malformed),
        ] {
            let mut device = Device::new(Fake { answers: vec![Ok(payload.into())], ..Fake::default() }, 1);
            assert_eq!(device.records(&mut Cursor::default(), &[]), Err(expected));
        }
    }

    #[test]
    fn a_list_that_does_not_move_on_ends() {
        assert_eq!(further(None, Some(0)), Ok(Some(0)));
        assert_eq!(further(Some(3), Some(3)), Err(Error::Malformed));
        assert_eq!(further(Some(3), None), Ok(None));
    }
}
