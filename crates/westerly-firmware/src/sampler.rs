// SPDX-License-Identifier: Apache-2.0

//! The thread `westerly_sampler`: reads what is due and takes button events, puts both through the topics' channels into the
//! ring, and drives the outputs of alarms.
//!
//! It is the ring's only writer and waits for no reader. Clients hold it up for as long as one topic is looked at or
//! configured. What it cannot keep up with is counted: periods as missed, events as lost from the ring.

use core::sync::atomic::AtomicU32;

use westerly_server::{ConfigureError, Telemetry};
use westerly_store::{Alarm, Channel, Configuration, Ring, Value, Writer};
use westerly_zephyr::sampler::{self, Event};
use westerly_zephyr::sources::{self, ReadError};
use westerly_zephyr::sync::Mutex;
use westerly_zephyr::{time, watchdog};

use crate::configuration::TELEMETRY_SIZE;
use crate::topics::{self, COUNT, ENTRIES, Entry, Origin};

/// How long to wait if no topic has a period.
const LONG_MILLISECONDS: u32 = 3_600_000;

static RING: Ring<[AtomicU32; TELEMETRY_SIZE / size_of::<AtomicU32>()]> = Ring::new();
static CHANNELS: Mutex<[Channel; COUNT]> = Mutex::new(topics::channels());

#[cfg(westerly_statistics)]
pub use counted::COUNTERS;

/// Takes what is kept of the topics' configurations, and starts the thread. Once, after the settings.
#[inline]
pub fn start() {
    #[cfg(westerly_settings)]
    kept::load();
    sampler::start_thread(run);
}

extern "C" fn run() {
    watchdog::join();
    let mut writer = RING.writer();
    let mut lost_events = 0u32;
    loop {
        if let Some(event) = sampler::wait(until_due()) {
            take(&event, &mut writer);
        }
        let lost = sampler::lost();
        writer.lose(lost);
        lost_events = lost_events.saturating_add(lost);
        for (index, entry) in ENTRIES.iter().enumerate() {
            sample(index, entry, &mut writer);
        }
        #[cfg(westerly_statistics)]
        counted::update(&CHANNELS.lock()[..], lost_events);
        // Also if something is due all the time, the transports have their turn: they are of this thread's priority.
        time::yield_now();
    }
}

/// Milliseconds until the next topic is due.
fn until_due() -> u32 {
    let next = CHANNELS.lock().iter().filter_map(Channel::next_due).min();
    let left = next.map(|next| next.saturating_sub(time::uptime_milliseconds()));
    left.and_then(|left| u32::try_from(left).ok()).map_or(LONG_MILLISECONDS, |left| left.min(LONG_MILLISECONDS))
}

/// Reads a topic's source if it is due.
fn sample(index: usize, entry: &Entry, writer: &mut Writer<'_>) {
    let Origin::Source(source) = entry.origin else { return };
    let now = time::uptime_milliseconds();
    if !CHANNELS.lock().get_mut(index).is_some_and(|channel| channel.due(now)) {
        return;
    }
    // Not under the lock: it may take as long as a bus takes.
    let value = sources::read(source);
    let now = time::uptime_milliseconds();
    let mut channels = CHANNELS.lock();
    let Some(channel) = channels.get_mut(index) else { return };
    match value {
        Ok(value) => drive(channel.offer(now, Value::Integer(value), writer)),
        Err(ReadError(code)) => channel.fault(now, code, writer),
    }
}

fn take(event: &Event, writer: &mut Writer<'_>) {
    let is_its = |entry: &Entry| matches!(entry.origin, Origin::Button(number) if number == event.button);
    let mut channels = CHANNELS.lock();
    let channel = ENTRIES.iter().position(is_its).and_then(|index| channels.get_mut(index));
    if let Some(channel) = channel {
        drive(channel.offer(event.uptime, Value::Integer(event.pressed.into()), writer));
    }
}

/// Switches an alarm's output. With the channels locked, so that who configures a topic switches off after this and not before.
fn drive(alarm: Option<Alarm>) {
    #[cfg(westerly_io)]
    if let Some(Alarm { raised, output: Some(output) }) = alarm {
        use westerly_server::Io;
        // An output that fails is seen in the io group; the alarm is a record in any case.
        let _ = westerly_zephyr::io::ZephyrIo.write(output.into(), raised);
    }
    #[cfg(not(westerly_io))]
    let _ = alarm;
}

/// Implements [`Telemetry`] by what the thread samples.
pub struct Sampled;

impl Telemetry for Sampled {
    #[inline]
    fn ring(&self) -> &Ring {
        &RING
    }

    #[inline]
    fn boot(&self) -> Option<u32> {
        westerly_zephyr::boots()
    }

    #[inline]
    fn uptime(&self) -> u64 {
        time::uptime_milliseconds()
    }

    fn channel(&mut self, index: usize, look: &mut dyn FnMut(&Channel)) -> bool {
        CHANNELS.lock().get(index).map(look).is_some()
    }

    fn configure(&mut self, topic: u8, configuration: &Configuration) -> Result<(), ConfigureError> {
        let index = topics::position(topic).ok_or(ConfigureError::Unknown)?;
        let entry = ENTRIES.get(index).ok_or(ConfigureError::Unknown)?;
        if !suits(entry, configuration) {
            return Err(ConfigureError::Invalid);
        }
        apply(index, configuration)?;
        sampler::wake();
        #[cfg(westerly_settings)]
        kept::keep(&entry.topic, configuration)?;
        #[cfg(not(westerly_settings))]
        return Err(ConfigureError::NotKept);
        #[cfg(westerly_settings)]
        Ok(())
    }
}

/// What a channel cannot know: events have no period, and an alarm's output must be one.
fn suits(entry: &Entry, configuration: &Configuration) -> bool {
    let output = configuration.threshold.and_then(|threshold| threshold.output);
    let is_event = matches!(entry.origin, Origin::Button(_));
    !(is_event && configuration.period != 0) && output.is_none_or(is_output)
}

fn is_output(index: u8) -> bool {
    #[cfg(westerly_io)]
    return {
        use westerly_server::Io;
        westerly_zephyr::io::ZephyrIo.line(index.into()).is_some_and(|line| line.output)
    };
    #[cfg(not(westerly_io))]
    {
        let _ = index;
        false
    }
}

/// Configures a channel. The output of an alarm that ends with it is switched off.
fn apply(index: usize, configuration: &Configuration) -> Result<(), ConfigureError> {
    let mut channels = CHANNELS.lock();
    let channel = channels.get_mut(index).ok_or(ConfigureError::Unknown)?;
    let raised = channel.raised();
    channel.configure(*configuration).map_err(|_| ConfigureError::Invalid)?;
    drive(raised.map(|alarm| Alarm { raised: false, ..alarm }));
    Ok(())
}

/// Configurations in the settings, under `telemetry/` and the topic's number. Defaults are not kept: a build with other
/// defaults then has those.
#[cfg(westerly_settings)]
mod kept {
    use westerly_server::ConfigureError;
    use westerly_store::{Configuration, Topic};
    use westerly_zephyr::settings;

    use super::{ENTRIES, apply, suits};

    const PREFIX: &[u8] = b"telemetry/";
    const LONGEST: usize = PREFIX.len() + 3;

    /// The name of a topic's setting, in `room`.
    fn name(id: u8, room: &mut [u8; LONGEST]) -> &str {
        let digits = [id / 100, id / 10 % 10, id % 10];
        let leading = digits.iter().take(2).take_while(|&&digit| digit == 0).count();
        let bytes = PREFIX.iter().copied().chain(digits.iter().skip(leading).map(|digit| b'0' + digit));
        let mut length = 0;
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = byte;
            length += 1;
        }
        room.get(..length).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub fn load() {
        let mut bytes = [0; Configuration::LENGTH];
        let mut room = [0; LONGEST];
        for (index, entry) in ENTRIES.iter().enumerate() {
            let kept = settings::kept(name(entry.topic.id, &mut room), &mut bytes).and_then(Configuration::decode);
            // One that no longer suits, as of an output that is gone, is as good as none.
            if let Some(configuration) = kept.filter(|configuration| suits(entry, configuration)) {
                let _ = apply(index, &configuration);
            }
        }
    }

    pub fn keep(topic: &Topic, configuration: &Configuration) -> Result<(), ConfigureError> {
        let mut bytes = [0; Configuration::LENGTH];
        configuration.encode(&mut bytes);
        let value: &[u8] = if *configuration == topic.defaults { &[] } else { &bytes };
        settings::keep(name(topic.id, &mut [0; LONGEST]), value).map_err(|_| ConfigureError::NotKept)
    }
}

/// What the statistics group tells: the sums of all topics.
#[cfg(westerly_statistics)]
mod counted {
    use westerly_server::TelemetryCounters;
    use westerly_store::{Channel, Counts};

    pub static COUNTERS: TelemetryCounters = TelemetryCounters::new();

    pub fn update(channels: &[Channel], lost_events: u32) {
        let sum =
            |of: fn(Counts) -> u32| channels.iter().fold(0u32, |sum, channel| sum.saturating_add(of(channel.counts())));
        COUNTERS.samples.set(sum(|counts| counts.samples));
        COUNTERS.filtered.set(sum(|counts| counts.filtered));
        COUNTERS.missed.set(sum(|counts| counts.missed).saturating_add(lost_events));
        COUNTERS.faults.set(sum(|counts| counts.faults));
    }
}
