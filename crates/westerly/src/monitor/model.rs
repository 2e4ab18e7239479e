// SPDX-License-Identifier: Apache-2.0
//! What the monitor knows, and what keys change of it.

use std::collections::VecDeque;
use std::time::Duration;

use westerly_client::{Batch, Error, Kind, Record, Topic, ValueType};

/// Points kept of a topic: an hour at two a second.
const POINTS: usize = 7200;
/// Events kept.
const EVENTS: usize = 200;
/// Answers kept while the screen stands still; what comes then goes on being counted, and is dropped with a line that says so.
const WAITING: usize = 10_000;
/// Seconds that plots may span.
const SPANS: [f64; 8] = [10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0];
/// The one to begin with.
const FIRST_SPAN: usize = 2;

/// What the reader tells.
#[derive(Clone, Debug)]
pub(crate) enum Update {
    /// An answer came.
    Answer(Box<Report>),
    /// None came.
    Silence {
        /// Why not.
        reason: String,
        /// How many did not come so far.
        unanswered: u64,
    },
    /// Asking on makes no sense.
    Failed(Error),
}

/// What an answer brought.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// The device's topics, if they were asked for.
    pub(crate) topics: Option<Vec<Topic>>,
    /// The device's uptime in milliseconds, if it was asked for.
    pub(crate) uptime: Option<u64>,
    pub(crate) batch: Batch<Record>,
    pub(crate) boot: Option<u32>,
    pub(crate) unanswered: u64,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Quit,
    /// Out of the zoom, or quit.
    Back,
    Pause,
    Previous,
    Next,
    Zoom,
    /// Plots of less time.
    Shorter,
    Longer,
}

/// A value at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// Seconds since the device started.
    pub(crate) time: f64,
    pub(crate) value: f64,
    pub(crate) kind: Kind,
}

/// A topic and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) topic: Topic,
    pub(crate) points: VecDeque<Point>,
    /// The latest value as text, with its unit, and when.
    pub(crate) latest: Option<(String, f64)>,
    pub(crate) alarm: bool,
    /// Its source gives no values, with the number it gives instead.
    pub(crate) fault: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Nothing has come yet.
    Connecting,
    Connected,
    /// Nothing comes any more.
    Silent {
        reason: String,
        since: Duration,
    },
}

/// How loud an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Good news.
    Good,
    /// Something is to be looked at.
    Warning,
    /// Something is wrong.
    Bad,
}

pub(crate) struct Model {
    pub(crate) address: String,
    pub(crate) connection: Connection,
    pub(crate) boot: Option<u32>,
    pub(crate) restarts: u32,
    pub(crate) unanswered: u64,
    pub(crate) channels: Vec<Channel>,
    pub(crate) events: VecDeque<(Weight, String)>,
    pub(crate) selected: usize,
    pub(crate) zoomed: bool,
    received: u64,
    lost: u64,
    /// The device's uptime in seconds, and when that was known.
    clock: (f64, Duration),
    span: usize,
    /// What came since the screen stands still, and since when it does.
    waiting: Option<(Vec<Update>, Duration)>,
    failure: Option<Error>,
}

impl Model {
    pub(crate) fn new(address: String) -> Self {
        Self {
            address,
            connection: Connection::Connecting,
            boot: None,
            restarts: 0,
            unanswered: 0,
            channels: Vec::new(),
            events: VecDeque::new(),
            selected: 0,
            zoomed: false,
            received: 0,
            lost: 0,
            clock: (0.0, Duration::ZERO),
            span: FIRST_SPAN,
            waiting: None,
            failure: None,
        }
    }

    pub(crate) const fn received(&self) -> u64 {
        self.received
    }

    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }

    /// Why it is over.
    pub(crate) const fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// How many records wait for the screen to move again.
    pub(crate) fn paused(&self) -> Option<usize> {
        self.waiting.as_ref().map(|(updates, _)| updates.iter().map(records).sum())
    }

    /// Seconds the plots span.
    pub(crate) fn span(&self) -> f64 {
        SPANS[self.span]
    }

    /// The device's uptime in seconds, as far as can be told.
    pub(crate) fn uptime(&self, now: Duration) -> f64 {
        let (uptime, known) = self.clock;
        let now = self.waiting.as_ref().map_or(now, |(_, since)| *since);
        // A silent device may have stopped: no guesses.
        let passed = if self.connection == Connection::Connected { now.saturating_sub(known) } else { Duration::ZERO };
        uptime + passed.as_secs_f64()
    }

    pub(crate) fn update(&mut self, update: Update, now: Duration) {
        match (&mut self.waiting, update) {
            (_, Update::Failed(error)) => self.failure = Some(error),
            (Some((waiting, _)), update) if waiting.len() < WAITING => waiting.push(update),
            (Some(_), _) => {
                self.order(Order::Pause, now);
                self.event(Weight::Warning, "too much has come to stand still any longer".into());
            }
            (None, update) => self.apply(update, now),
        }
    }

    fn apply(&mut self, update: Update, now: Duration) {
        match update {
            Update::Answer(report) => self.answer(*report, now),
            Update::Silence { reason, unanswered } => {
                self.unanswered = unanswered;
                let since = match self.connection {
                    Connection::Silent { since, .. } => since,
                    _ => now,
                };
                let uptime = self.uptime(now);
                self.clock = (uptime, now);
                self.connection = Connection::Silent { reason, since };
            }
            Update::Failed(error) => self.failure = Some(error),
        }
    }

    fn answer(&mut self, report: Report, now: Duration) {
        let Report { topics, uptime, batch, boot, unanswered } = report;
        let before = self.uptime(now);
        self.connection = Connection::Connected;
        self.clock = (before, now);
        (self.boot, self.unanswered) = (boot, unanswered);
        self.received += batch.records.len() as u64;
        self.lost += batch.lost;
        if batch.restarted {
            self.restart();
        }
        if let Some(topics) = topics {
            self.take_topics(topics);
        }
        if batch.lost > 0 {
            let from = if batch.from == 0 { "at the beginning".into() } else { format!("from {}", batch.from) };
            self.event(Weight::Warning, format!("{} lost {from}", crate::output::count(batch.lost, "record")));
        }
        for record in &batch.records {
            self.record(record);
        }
        if let Some(uptime) = uptime {
            self.clock.0 = seconds(uptime);
        }
        let latest = batch.records.iter().map(|record| seconds(record.uptime)).fold(0.0, f64::max);
        self.clock.0 = self.clock.0.max(latest);
    }

    fn restart(&mut self) {
        self.restarts += 1;
        self.clock.0 = 0.0;
        for channel in &mut self.channels {
            channel.points.clear();
            channel.latest = None;
            channel.alarm = false;
            channel.fault = None;
        }
        let run = self.boot.map_or_else(String::new, |boot| format!(", boot {boot}"));
        self.event(Weight::Warning, format!("the device has restarted{run}; what was not read before is gone"));
    }

    fn take_topics(&mut self, topics: Vec<Topic>) {
        let mut old = std::mem::take(&mut self.channels);
        self.channels = topics
            .into_iter()
            .map(|topic| match old.iter().position(|channel| channel.topic == topic) {
                Some(place) => old.swap_remove(place),
                None => Channel::new(topic),
            })
            .collect();
        self.selected = self.selected.min(self.channels.len().saturating_sub(1));
    }

    fn record(&mut self, record: &Record) {
        let place = self.channels.iter().position(|channel| channel.topic.id == record.topic).unwrap_or_else(|| {
            self.channels.push(Channel::new(Topic::unknown(record.topic)));
            self.channels.len() - 1
        });
        if let Some((weight, text)) = self.channels[place].record(record) {
            let uptime = seconds(record.uptime);
            self.event(weight, format!("{uptime:.1} s  {text}"));
        }
    }

    fn event(&mut self, weight: Weight, text: String) {
        self.events.push_front((weight, text));
        self.events.truncate(EVENTS);
    }

    pub(crate) fn order(&mut self, order: Order, now: Duration) {
        let last = self.channels.len().saturating_sub(1);
        match order {
            Order::Back if self.zoomed => self.zoomed = false,
            Order::Zoom => self.zoomed = !self.zoomed && !self.channels.is_empty(),
            Order::Previous => self.selected = self.selected.checked_sub(1).unwrap_or(last),
            Order::Next => self.selected = if self.selected >= last { 0 } else { self.selected + 1 },
            Order::Shorter => self.span = self.span.saturating_sub(1),
            Order::Longer => self.span = (self.span + 1).min(SPANS.len() - 1),
            Order::Pause => match self.waiting.take() {
                None => self.waiting = Some((Vec::new(), now)),
                Some((updates, _)) => updates.into_iter().for_each(|update| self.apply(update, now)),
            },
            // Who draws ends.
            Order::Quit | Order::Back => {}
        }
    }
}

impl Channel {
    fn new(topic: Topic) -> Self {
        Self { topic, points: VecDeque::new(), latest: None, alarm: false, fault: None }
    }

    /// Gives what there is to say about it.
    fn record(&mut self, record: &Record) -> Option<(Weight, String)> {
        let (time, kind) = (seconds(record.uptime), Kind::from(record.kind));
        let name = &self.topic.name;
        let text = format!("{} {}", self.topic.text(record.value), self.topic.unit).trim_end().to_owned();
        if kind == Kind::Fault {
            let plain = Topic { value_type: ValueType::Integer, ..self.topic.clone() };
            let fault = format!("fault {}", plain.text(record.value));
            let said = format!("{name} gives no values: {fault}");
            self.fault = Some(fault);
            return Some((Weight::Bad, said));
        }
        let said = match kind {
            Kind::Raised => {
                self.alarm = true;
                Some((Weight::Bad, format!("{name} ALARM at {text}")))
            }
            Kind::Cleared => {
                self.alarm = false;
                Some((Weight::Good, format!("{name} alarm over at {text}")))
            }
            _ if self.fault.take().is_some() => Some((Weight::Good, format!("{name} gives values again: {text}"))),
            _ => None,
        };
        // Of a window its mean stands for it.
        if !matches!(kind, Kind::Minimum | Kind::Maximum) {
            self.latest = Some((text, time));
        }
        self.points.push_back(Point { time, value: self.topic.number(record.value), kind });
        if self.points.len() > POINTS {
            self.points.pop_front();
        }
        said
    }
}

fn records(update: &Update) -> usize {
    match update {
        Update::Answer(report) => report.batch.records.len(),
        _ => 0,
    }
}

fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1000.0
}
