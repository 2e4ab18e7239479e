// SPDX-License-Identifier: Apache-2.0
//! One topic at work: its filters, its alarm, when it is due and what it counted.

use crate::arithmetic::{Arithmetic, FLOAT, INTEGER, Sum};
use crate::configuration::{Configuration, InvalidConfiguration, Statistics, Threshold};
use crate::record::{Record, RecordKind};
use crate::ring::Writer;
use crate::topic::{Kind, Topic, Value};

/// The code of the fault that a value of the wrong type, an infinite one or NaN is: a negative EDOM.
const NO_VALUE: i32 = -33;

/// An alarm was raised or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// False: it has ended.
    pub raised: bool,
    /// What is to be driven on or off with it, see [`Threshold`].
    pub output: Option<u8>,
}

/// What a channel counted since it was made. A count stops at its highest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Values that came in.
    pub samples: u32,
    /// Values that did not become a record of their own: kept back by deadband or rate, or part of a window.
    pub filtered: u32,
    /// Periods in which no value was asked for.
    pub missed: u32,
    /// How often there was no value to be had.
    pub faults: u32,
}

/// One [`Topic`] at work. Whoever samples it holds it; its size is fixed.
pub struct Channel {
    topic: &'static Topic,
    arithmetic: &'static Arithmetic,
    configuration: Configuration,
    counts: Counts,
    /// When, and what in the form of `Kind::ordered`; of a fault its code.
    latest: Option<(u64, i32)>,
    faulty: bool,
    filter: Filter,
}

/// What begins anew with a configuration.
struct Filter {
    /// When the next value is due. None: as soon as anybody asks.
    due: Option<u64>,
    raised: bool,
    /// The last sample that became a record.
    recorded: Option<(u64, i32)>,
    window: Window,
}

/// Of values in the form of `Kind::ordered`.
struct Window {
    count: u16,
    minimum: i32,
    maximum: i32,
    sum: Sum,
}

impl Window {
    const EMPTY: Self = Self { count: 0, minimum: i32::MAX, maximum: i32::MIN, sum: Sum::EMPTY };
}

impl Filter {
    const NEW: Self = Self { due: None, raised: false, recorded: None, window: Window::EMPTY };
}

impl Channel {
    /// With the topic's defaults; should they not pass [`Configuration::check`], with [`Configuration::EVERY_VALUE`].
    #[must_use]
    pub const fn new(topic: &'static Topic) -> Self {
        Self {
            topic,
            arithmetic: if let Kind::Float = topic.kind { &FLOAT } else { &INTEGER },
            configuration: match topic.defaults.check(topic.kind) {
                Ok(()) => topic.defaults,
                Err(_) => Configuration::EVERY_VALUE,
            },
            counts: Counts { samples: 0, filtered: 0, missed: 0, faults: 0 },
            latest: None,
            faulty: false,
            filter: Filter::NEW,
        }
    }

    /// Sets how it goes on. Filters, window, alarm and period begin anew, counts and the latest value stay.
    ///
    /// An alarm that is [raised](Self::raised) is forgotten without a word: look first if an output is to be turned off.
    pub fn configure(&mut self, configuration: Configuration) -> Result<(), InvalidConfiguration> {
        configuration.check(self.topic.kind)?;
        self.configuration = configuration;
        self.filter = Filter::NEW;
        Ok(())
    }

    /// A value has come in. Gives the alarm that it raised or ended.
    ///
    /// A value of another type than the topic's, an infinite one or NaN is a [`fault`](Self::fault) (-33, EDOM).
    pub fn offer(&mut self, now: u64, value: Value, writer: &mut Writer<'_>) -> Option<Alarm> {
        let Some(value) = self.topic.kind.ordered(value) else {
            self.fault(now, NO_VALUE, writer);
            return None;
        };
        count(&mut self.counts.samples, 1);
        self.faulty = false;
        self.latest = Some((now, value));
        let alarm = self.watch(value);
        if let Some(alarm) = alarm {
            let kind = if alarm.raised { RecordKind::Raised } else { RecordKind::Cleared };
            self.record(now, kind, value, writer);
        }
        if self.configuration.window != 0 {
            count(&mut self.counts.filtered, 1);
            self.gather(now, value, writer);
        } else if self.passes(now, value) {
            self.filter.recorded = Some((now, value));
            self.record(now, RecordKind::Sample, value, writer);
        } else {
            count(&mut self.counts.filtered, 1);
        }
        alarm
    }

    /// No value could be had; `code` is a negative errno, or 0. The first one becomes a record, those after it only count,
    /// until a value comes in. Filters and alarm stay as they are.
    pub fn fault(&mut self, now: u64, code: i32, writer: &mut Writer<'_>) {
        count(&mut self.counts.faults, 1);
        self.latest = Some((now, code));
        if !self.faulty {
            self.faulty = true;
            append(
                &Record { uptime: now, topic: self.topic.id, kind: RecordKind::Fault, value: Value::Integer(code) },
                writer,
            );
        }
    }

    /// Whether it is time for the next value. If so it is due again a period later, in the grid that begins with the first call
    /// that was answered so: being late once does not move it. Periods that have passed altogether count as missed.
    pub fn due(&mut self, now: u64) -> bool {
        let period = self.configuration.period;
        let due = self.filter.due.unwrap_or(now);
        let Some(late) = now.checked_sub(due).filter(|_| period != 0) else { return false };
        // After 49 days without a call the grid begins anew: 64 bits are divided by nobody for that.
        let late = u32::try_from(late).ok();
        let since = late.and_then(|late| late.checked_rem(period)).unwrap_or(0);
        count(&mut self.counts.missed, late.unwrap_or(u32::MAX).checked_div(period).unwrap_or(0));
        self.filter.due = Some(now.saturating_sub(since.into()).saturating_add(period.into()));
        true
    }

    /// When the next value is due: 0 before the first, none without a period.
    pub fn next_due(&self) -> Option<u64> {
        (self.configuration.period != 0).then(|| self.filter.due.unwrap_or(0))
    }

    /// The latest value whether or not it became a record, and when it came: [`RecordKind::Raised`] while the alarm is raised,
    /// [`RecordKind::Sample`] else. If none could be had since, [`RecordKind::Fault`] with its code.
    pub fn latest(&self) -> Option<(u64, Value, RecordKind)> {
        let (uptime, value) = self.latest?;
        let of_topic = self.topic.kind.value(value);
        Some(match (self.faulty, self.filter.raised) {
            (true, _) => (uptime, Value::Integer(value), RecordKind::Fault),
            (false, true) => (uptime, of_topic, RecordKind::Raised),
            (false, false) => (uptime, of_topic, RecordKind::Sample),
        })
    }

    /// The alarm, while it is raised.
    pub fn raised(&self) -> Option<Alarm> {
        let Threshold { output, .. } = self.configuration.threshold?;
        self.filter.raised.then_some(Alarm { raised: true, output })
    }

    /// What it is of.
    pub fn topic(&self) -> &'static Topic {
        self.topic
    }

    /// What holds now.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// What it counted.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The threshold.
    fn watch(&mut self, value: i32) -> Option<Alarm> {
        let Threshold { raise, clear, output } = self.configuration.threshold?;
        let (raise, clear) = (self.topic.kind.ordered(raise)?, self.topic.kind.ordered(clear)?);
        let raises = if raise >= clear { value >= raise } else { value <= raise };
        let clears = if raise >= clear { value <= clear } else { value >= clear };
        let raised = raises || (self.filter.raised && !clears);
        if raised == self.filter.raised {
            return None;
        }
        self.filter.raised = raised;
        Some(Alarm { raised, output })
    }

    /// Deadband, then rate limit.
    fn passes(&self, now: u64, value: i32) -> bool {
        let Some((recorded_at, recorded)) = self.filter.recorded else { return true };
        let deadband = self.configuration.deadband.and_then(|deadband| self.topic.kind.ordered(deadband));
        deadband.is_none_or(|deadband| (self.arithmetic.apart)(value, recorded, deadband))
            && now.saturating_sub(recorded_at) >= self.configuration.rate.into()
    }

    /// The window.
    fn gather(&mut self, now: u64, value: i32, writer: &mut Writer<'_>) {
        let Configuration { window: size, statistics, .. } = self.configuration;
        let window = &mut self.filter.window;
        window.count = window.count.saturating_add(1);
        window.minimum = window.minimum.min(value);
        window.maximum = window.maximum.max(value);
        if statistics.has(Statistics::MEAN) {
            (self.arithmetic.add)(&mut window.sum, value, size);
        }
        if window.count < size {
            return;
        }
        let (minimum, maximum) = (window.minimum, window.maximum);
        let mean = (self.arithmetic.mean)(&window.sum, size).max(minimum).min(maximum);
        self.filter.window = Window::EMPTY;
        for (statistic, kind, value) in [
            (Statistics::MINIMUM, RecordKind::Minimum, minimum),
            (Statistics::MAXIMUM, RecordKind::Maximum, maximum),
            (Statistics::MEAN, RecordKind::Mean, mean),
        ] {
            if statistics.has(statistic) {
                self.record(now, kind, value, writer);
            }
        }
    }

    fn record(&self, now: u64, kind: RecordKind, value: i32, writer: &mut Writer<'_>) {
        let value = self.topic.kind.value(value);
        append(&Record { uptime: now, topic: self.topic.id, kind, value }, writer);
    }
}

fn append(record: &Record, writer: &mut Writer<'_>) {
    // In a ring too small for it the record has its number, and so counts as lost.
    let _ = writer.append(&[&record.encode()]);
}

fn count(counter: &mut u32, more: u32) {
    *counter = counter.saturating_add(more);
}
