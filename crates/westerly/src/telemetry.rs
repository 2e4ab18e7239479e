// SPDX-License-Identifier: Apache-2.0
//! Prints records, and what was lost.

mod print;

use std::collections::HashMap;

use westerly_client::{Batch, Cursor, Device, Error, Link, Record, Topic};

use crate::arguments::Telemetry;
use crate::failure::Failure;
use crate::output::{End, Silence, count, print};
use print::Printer;
pub(crate) use print::meaning;

pub(crate) fn run(arguments: &Telemetry) -> Result<(), Failure> {
    let address = arguments.device.address();
    let failed = |error| Failure::Telemetry { address: address.clone(), error };
    let end = End::on_signals()?;
    let mut device = arguments.device.device()?;
    let mut topics = Topics::ask(&mut device).map_err(failed)?;
    let chosen = arguments.topics.iter().map(|name| topics.id(name)).collect::<Result<Vec<_>, _>>()?;
    // Records made while these are read are for the next time, or it might never end.
    let (until, _) = device.latest().map_err(failed)?;

    let printer = Printer::new(arguments.output(), &topics.by_id);
    let mut cursor = Cursor::at(arguments.since, arguments.boot);
    let mut silence = Silence::new(address.clone());
    let mut read = print(printer.heading())?;
    while read && !end.is_asked_for() {
        let outcome = device.records(&mut cursor, &chosen);
        let batch = if arguments.follow { silence.outlast(outcome) } else { outcome.map(Some) }.map_err(failed)?;
        let Some(batch) = batch else {
            end.wait(arguments.interval.duration());
            continue;
        };
        topics.complete(&mut device, &batch);
        read = print(&printer.batch(&batch, cursor.boot(), &topics.by_id))?;
        let is_last = batch.next == batch.from || batch.records.last().is_some_and(|record| record.uptime > until);
        if is_last && !arguments.follow {
            break;
        }
        if batch.next == batch.from {
            end.wait(arguments.interval.duration());
        }
    }
    eprintln!("{}", summary(&cursor, device.unanswered()));
    Ok(())
}

/// What came, what did not, and how to go on from there.
fn summary(cursor: &Cursor, unanswered: u64) -> String {
    let mut text = format!("{}, {} lost", count(cursor.received(), "record"), cursor.lost());
    if unanswered > 0 {
        text += &format!(", {} unanswered and asked for again", count(unanswered, "request"));
    }
    if cursor.restarts() > 0 {
        text += &format!(
            ", {} of the device; what was not read before is not counted",
            count(cursor.restarts().into(), "restart")
        );
    }
    text += &format!("; go on with --since {}", cursor.since());
    if let Some(boot) = cursor.boot() {
        text += &format!(" --boot {boot}");
    }
    text
}

/// What the device has told of its topics.
pub(crate) struct Topics {
    by_id: HashMap<u8, Topic>,
}

impl Topics {
    fn ask<L: Link>(device: &mut Device<L>) -> Result<Self, Error> {
        let topics = device.topics()?;
        Ok(Self { by_id: topics.into_iter().map(|topic| (topic.id, topic)).collect() })
    }

    fn id(&self, name: &str) -> Result<u32, Failure> {
        let found = self.by_id.values().find(|topic| topic.name == name);
        found.map(|topic| topic.id.into()).ok_or_else(|| {
            let mut topics: Vec<_> = self.by_id.values().collect();
            topics.sort_by_key(|topic| topic.id);
            let names: Vec<_> = topics.into_iter().map(|topic| topic.name.clone()).collect();
            Failure::NoSuchTopic { name: name.into(), names }
        })
    }

    /// Another firmware after a restart may have others. Without an answer a topic goes by its number.
    fn complete<L: Link>(&mut self, device: &mut Device<L>, batch: &Batch<Record>) {
        let unknown = batch.records.iter().any(|record| !self.by_id.contains_key(&record.topic));
        if batch.restarted || unknown {
            if let Ok(topics) = Self::ask(device) {
                *self = topics;
            }
            for record in &batch.records {
                self.by_id.entry(record.topic).or_insert_with(|| Topic::unknown(record.topic));
            }
        }
    }
}
