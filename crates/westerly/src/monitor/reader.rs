// SPDX-License-Identifier: Apache-2.0
//! Asks the device, for as long as somebody watches.

use std::time::Duration;

use westerly_client::{Connection, Cursor, Device, Error, Link};

use super::model::{Report, Update};
use crate::arguments::DeviceArguments;
use crate::failure::Failure;
use crate::output::End;

pub(crate) struct Reader<L> {
    device: Device<L>,
    cursor: Cursor,
    interval: Duration,
    /// Whether the device has told of its topics, since it last started.
    topics_known: bool,
}

impl Reader<Connection> {
    /// One try a request: the screen is to show that no answer came, and the request is made again anyway.
    pub(crate) fn new(arguments: &DeviceArguments, interval: Duration, since: u64) -> Result<Self, Failure> {
        Ok(Self::of(Device::new(arguments.connection()?, 1), interval, since))
    }
}

impl<L: Link> Reader<L> {
    fn of(device: Device<L>, interval: Duration, since: u64) -> Self {
        Self { device, cursor: Cursor::at(since, None), interval, topics_known: false }
    }

    /// Until the end, or `tell` says that nobody listens.
    pub(crate) fn run(mut self, end: &End, tell: &dyn Fn(Update) -> bool) {
        while !end.is_asked_for() {
            let (update, pause) = self.step();
            let is_last = matches!(update, Update::Failed(_));
            if !tell(update) || is_last {
                return;
            }
            if pause {
                end.wait(self.interval);
            }
        }
    }

    /// Gives what there is to tell, and whether to wait before the next step.
    fn step(&mut self) -> (Update, bool) {
        match self.ask() {
            Ok(report) => {
                let pause = report.batch.next == report.batch.from;
                (Update::Answer(Box::new(report)), pause)
            }
            Err(Error::NoAnswer { last, .. }) => {
                (Update::Silence { reason: last.to_string(), unanswered: self.device.unanswered() }, true)
            }
            Err(error) => (Update::Failed(error), false),
        }
    }

    fn ask(&mut self) -> Result<Report, Error> {
        let mut topics = None;
        let mut uptime = None;
        if !self.topics_known {
            topics = Some(self.device.topics()?);
            uptime = Some(self.device.latest()?.0);
        }
        let batch = self.device.records(&mut self.cursor, &[])?;
        // Another firmware after a restart may have other topics.
        self.topics_known = !batch.restarted;
        let unanswered = self.device.unanswered();
        Ok(Report { topics, uptime, batch, boot: self.cursor.boot(), unanswered })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use westerly_client::LinkError;
    use westerly_wire::cbor::{List, Message};
    use westerly_wire::telemetry::{LatestResponse, ReadResponse, TopicsResponse};

    /// A device without topics, which restarts when it is asked for records the third time; every second answer gets lost.
    #[derive(Default)]
    struct Fake {
        asked: u32,
        records: u32,
        commands: Vec<u8>,
    }

    impl Link for &mut Fake {
        fn exchange(&mut self, _: bool, _: u16, command: u8, _: &[u8]) -> Result<Vec<u8>, LinkError> {
            self.asked += 1;
            if self.asked.is_multiple_of(2) {
                return Err(LinkError::Silence);
            }
            self.commands.push(command);
            self.records += u32::from(command == 1);
            let boot = Some(if self.records < 3 { 1 } else { 2 });
            let mut payload = vec![0; 100];
            let length = match command {
                0 => TopicsResponse { topics: List::Values(&[]), next: None }.encode(&mut payload),
                1 => {
                    ReadResponse { boot, oldest: 0, records: List::Values(&[]), lost: 0, next: 0 }.encode(&mut payload)
                }
                _ => LatestResponse { uptime: 5, values: List::Values(&[]), next: None }.encode(&mut payload),
            };
            payload.truncate(length.unwrap());
            Ok(payload)
        }
    }

    #[test]
    fn topics_are_asked_for_at_the_start_and_after_a_restart() {
        let mut fake = Fake::default();
        let mut reader = Reader::of(Device::new(&mut fake, 2), Duration::ZERO, 0);
        for (topics, restarted) in [(true, false), (false, false), (false, true), (true, false), (false, false)] {
            let (Update::Answer(report), true) = reader.step() else { panic!("no answer") };
            assert_eq!((report.topics.is_some(), report.uptime.is_some()), (topics, topics));
            assert_eq!(report.batch.restarted, restarted);
        }
        assert_eq!(fake.commands, [0, 2, 1, 1, 1, 0, 2, 1, 1]);
    }

    #[test]
    fn a_lost_answer_is_told_and_asked_for_again() {
        let mut fake = Fake::default();
        let mut reader = Reader::of(Device::new(&mut fake, 1), Duration::ZERO, 0);
        let (update, pause) = reader.step();
        assert!(matches!(update, Update::Silence { ref reason, unanswered: 1 } if reason == "no answer in time"));
        assert!(pause);
    }
}
