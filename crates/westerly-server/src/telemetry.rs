// SPDX-License-Identifier: Apache-2.0
//! Westerly's telemetry group (64): what a device measures, and the records of it. [`Telemetry`] is what it needs of the
//! device.
//!
//! A read changes nothing, so a client that loses an answer asks again and misses nothing that the ring still holds.
//!
//! What it will not do: sample, filter, or send unasked; keep anything of a client.

mod configuration;

use westerly_store::{Channel, Configuration, Read, Record, Ring};
use westerly_wire::cbor::{Full, List, Value as _, Writer};
use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::telemetry::{
    self as wire, Configure, LatestRequest, ReadRequest, TOPICS_KEY, TopicsRequest, UPTIME_KEY, VALUES_KEY, code,
    command,
};

use crate::reading::{BEHIND_RECORDS, Reading, Wanted};
use crate::stream::{self, fits};
use crate::{Action, Failure, Group, GroupDescription, Request, Response};

/// What the telemetry group needs of a device.
pub trait Telemetry {
    /// The records of all topics.
    fn ring(&self) -> &Ring;

    /// The number of this run of the device; `None` where nobody counts.
    fn boot(&self) -> Option<u32>;

    /// Milliseconds since the device started.
    fn uptime(&self) -> u64;

    /// Lends the topic at a place; `false` behind the last. The topics are in ascending order of their numbers. A device may
    /// hold up its sampling meanwhile: `look` is short.
    fn channel(&mut self, index: usize, look: &mut dyn FnMut(&Channel)) -> bool;

    /// Configures a topic from now on, and keeps it over restarts.
    ///
    /// # Errors
    /// See [`ConfigureError`].
    fn configure(&mut self, topic: u8, configuration: &Configuration) -> Result<(), ConfigureError>;
}

/// Why a topic is not configured as it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigureError {
    /// There is no such topic.
    Unknown,
    /// The topic does not let itself be configured so; it is as it was.
    Invalid,
    /// It is configured until the restart, which will forget it.
    NotKept,
}

/// The telemetry group.
#[derive(Debug)]
pub struct TelemetryGroup<T> {
    /// The device's.
    pub telemetry: T,
}

impl<T: Telemetry> TelemetryGroup<T> {
    /// Over the device's topics.
    pub const fn new(telemetry: T) -> Self {
        Self { telemetry }
    }
}

impl<T: Telemetry> Group for TelemetryGroup<T> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::TELEMETRY, name: "telemetry", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::TOPICS, Action::Read) => {
                let TopicsRequest { from } = request.message()?;
                let writer = response.writer();
                writer.begin_map()?;
                self.list(from, TOPICS_KEY, writer, &mut |channel, writer| configuration::topic(channel).write(writer))
            }
            (command::READ, Action::Read) => Ok(self.read(&request.message()?, response.writer())?),
            (command::LATEST, Action::Read) => self.latest(&request.message()?, response.writer()),
            (command::CONFIGURE, Action::Read) => {
                let request = request.message()?;
                let mut outcome = Ok(());
                self.look(&request, &mut |channel| outcome = response.message(&configuration::tell(channel)))?;
                outcome
            }
            (command::CONFIGURE, Action::Write) => self.configure(&request.message()?),
            _ => Err(Code::NotSupported.into()),
        }
    }
}

impl<T: Telemetry> TelemetryGroup<T> {
    /// Writes an entry a topic from a number on, as many as fit, and ends the answer.
    fn list(
        &mut self,
        from: Option<u32>,
        key: &str,
        writer: &mut Writer<'_>,
        write: &mut dyn FnMut(&Channel, &mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<(), Failure> {
        let from = from.unwrap_or_default();
        let mut list = stream::List::begin(writer, key)?;
        let mut index = 0usize;
        while list.goes_on()
            && self.telemetry.channel(index, &mut |channel| {
                let number = u32::from(channel.topic().id);
                if number >= from {
                    list.entry(writer, number, &mut |writer| write(channel, writer));
                }
            })
        {
            index = index.wrapping_add(1);
        }
        list.end(writer)
    }
}

impl<T: Telemetry> TelemetryGroup<T> {
    fn read(&mut self, request: &ReadRequest<'_>, writer: &mut Writer<'_>) -> Result<(), Full> {
        let ReadRequest { since, max, topics, boot } = *request;
        let wanted = Topics::listed(topics);
        let running = self.telemetry.boot();
        let mut reading = Reading::new(self.telemetry.ring(), running, &Wanted { since, max, boot });
        writer.begin_map()?;
        reading.begin(writer, running)?;
        let mut bytes = [0; Record::LENGTH];
        while reading.goes_on() {
            let before = reading.cursor.clone();
            let Read::Record { sequence, .. } = reading.ring.read(&mut reading.cursor, &mut bytes) else { break };
            let Some(record) = Record::decode(&bytes).filter(|record| wanted.has(record.topic)) else { continue };
            let record = wire::Record {
                sequence,
                uptime: record.uptime,
                topic: record.topic,
                value: configuration::number(record.value),
                kind: record.kind.code(),
            };
            if fits(writer, BEHIND_RECORDS, &mut |writer| record.write(writer)) {
                reading.tell();
            } else if !reading.does_not_fit(before) {
                break;
            }
        }
        reading.end(writer)
    }

    fn latest(&mut self, request: &LatestRequest<'_>, writer: &mut Writer<'_>) -> Result<(), Failure> {
        let wanted = Topics::listed(request.topics);
        writer.begin_map()?;
        writer.text(UPTIME_KEY)?;
        writer.unsigned(self.telemetry.uptime())?;
        self.list(request.from, VALUES_KEY, writer, &mut |channel, writer| {
            let topic = channel.topic().id;
            match channel.latest().filter(|_| wanted.has(topic)) {
                Some((uptime, value, kind)) => {
                    wire::Latest { topic, uptime, value: configuration::number(value), kind: kind.code() }.write(writer)
                }
                None => Ok(()),
            }
        })
    }

    fn configure(&mut self, request: &Configure) -> Result<(), Failure> {
        let mut configuration = None;
        self.look(request, &mut |channel| configuration = configuration::changed(channel, request))?;
        let configuration = configuration.ok_or(ConfigureError::Invalid)?;
        let topic = u8::try_from(request.topic).map_err(|_| ConfigureError::Unknown)?;
        Ok(self.telemetry.configure(topic, &configuration)?)
    }

    /// Looks at the topic that a request is about.
    fn look(&mut self, request: &Configure, look: &mut dyn FnMut(&Channel)) -> Result<(), ConfigureError> {
        let mut found = false;
        let mut index = 0usize;
        while !found
            && self.telemetry.channel(index, &mut |channel| {
                found = u32::from(channel.topic().id) == request.topic;
                if found {
                    look(channel);
                }
            })
        {
            index = index.wrapping_add(1);
        }
        if found { Ok(()) } else { Err(ConfigureError::Unknown) }
    }
}

/// A set of topics.
struct Topics([u32; 8]);

impl Topics {
    /// Those of a list; all without one. Numbers no topic can have are passed over.
    fn listed(list: Option<List<'_, u32>>) -> Self {
        let Some(list) = list else { return Self([u32::MAX; 8]) };
        let mut set = [0; 8];
        for topic in list.iter() {
            if let Some(word) = usize::try_from(topic / 32).ok().and_then(|word| set.get_mut(word)) {
                *word |= 1u32.wrapping_shl(topic);
            }
        }
        Self(set)
    }

    fn has(&self, topic: u8) -> bool {
        self.0.get(usize::from(topic / 32)).is_some_and(|word| word.wrapping_shr(topic.into()) & 1 != 0)
    }
}

impl From<ConfigureError> for Failure {
    fn from(error: ConfigureError) -> Self {
        Self::Group(match error {
            ConfigureError::Unknown => code::UNKNOWN_TOPIC,
            ConfigureError::Invalid => code::INVALID_CONFIGURATION,
            ConfigureError::NotKept => code::NOT_KEPT,
        })
    }
}
