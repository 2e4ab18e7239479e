// SPDX-License-Identifier: Apache-2.0
//! What the board measures, switches and logs: the groups telemetry, log and io, and the thread that samples.
//!
//! ```text
//! Sensors, button -> Channel a topic -> ring -> telemetry group
//!                         | alarm
//!                         v
//!                      Lines (outputs) <- io group        Logbook -> ring -> log group
//! ```
//! All of it is behind one lock, which a reader of the rings does not need.

mod groups;
mod lines;
mod logbook;
mod random;
mod sensors;
mod topics;

use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use westerly_server::TelemetryCounters;
use westerly_store::{Alarm, Channel, Configuration, RecordKind, Ring, Value};
use westerly_wire::log::Level;

use crate::settings::SimulatedSettings;
use lines::{LINES, Lines, on_or_off};
use logbook::{LogRing, Logbook};
use random::Random;
use sensors::Sensors;
use topics::TOPICS;

pub(crate) use groups::{SimulatedIo, SimulatedLog, SimulatedTelemetry};
pub use sensors::SensorFailure;

/// 16 KB, as much as a board could spare: about 800 records.
type TelemetryRing = Ring<[AtomicU32; 4096]>;

/// Where settings keep a topic's configuration, with its number behind, and what is logged.
const TELEMETRY_SETTINGS: &str = "telemetry/";
const LEVEL_SETTING: &str = "log/level";
/// How long the sampler waits when nothing is due.
const IDLE: Duration = Duration::from_secs(1);

/// Shared by the sampler, the groups and the shell.
#[derive(Clone)]
pub(crate) struct Signals(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// The sampler has something to look at before its time.
    changed: Condvar,
    counters: Arc<TelemetryCounters>,
    settings: SimulatedSettings,
}

struct State {
    started: Instant,
    boots: u32,
    ring: Arc<TelemetryRing>,
    log: Logbook,
    channels: Vec<Channel>,
    sensors: Sensors,
    lines: Lines,
    button: Button,
    stopping: bool,
}

/// Somebody presses it now and then.
struct Button {
    random: Random,
    /// The uptime of its next change.
    next: u64,
}

impl Signals {
    /// Those of a board that starts for the first time in this process.
    pub(crate) fn new(
        seed: u64,
        failures: Vec<SensorFailure>,
        settings: SimulatedSettings,
        counters: Arc<TelemetryCounters>,
    ) -> Self {
        let state = State {
            started: Instant::now(),
            boots: 0,
            ring: Arc::default(),
            log: Logbook::new(Level::Info),
            channels: Vec::new(),
            sensors: Sensors::new(seed, failures),
            lines: Lines::default(),
            button: Button { random: Random::new(seed, topics::BUTTON.into()), next: 0 },
            stopping: false,
        };
        let signals = Self(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new(), counters, settings }));
        signals.restart();
        signals
    }

    /// As the power comes: rings are empty, outputs off, and what was kept holds. The sensors go on, as the world does.
    pub(crate) fn restart(&self) {
        let level = self.0.settings.kept(LEVEL_SETTING).and_then(|name| Level::named(str::from_utf8(&name).ok()?));
        let mut state = self.state();
        let state = &mut *state;
        state.started = Instant::now();
        state.boots = self.0.settings.boots();
        state.ring = Arc::default();
        state.log = Logbook::new(level.unwrap_or(Level::Info));
        state.lines = Lines::default();
        state.channels = TOPICS.iter().map(|topic| self.channel(topic)).collect();
        state.button.next = state.button.wait();
        self.0.counters.clear();
        state.log(Level::Info, format_args!("board: boot {}", state.boots));
        // Events tell of changes, and of what there is at first.
        state.offer(topics::BUTTON, Value::Integer(0));
        self.0.changed.notify_all();
    }

    /// With what was kept of its configuration, unless it no longer makes sense.
    fn channel(&self, topic: &'static westerly_store::Topic) -> Channel {
        let mut channel = Channel::new(topic);
        let kept = self.0.settings.kept(&format!("{TELEMETRY_SETTINGS}{}", topic.id));
        if let Some(configuration) = kept.and_then(|bytes| Configuration::decode(&bytes)) {
            let _ = channel.configure(configuration);
        }
        channel
    }

    /// Samples what is due, until it is to stop.
    pub(crate) fn sample(&self) {
        let mut state = self.state();
        while !state.stopping {
            let wait = state.work();
            self.count(&state);
            let outcome = self.0.changed.wait_timeout(state, wait);
            state = outcome.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(crate) fn stop(&self) {
        self.state().stopping = true;
        self.0.changed.notify_all();
    }

    /// Makes a sensor fail from now on, for so long or for good; `false` when there is none of that name.
    pub(crate) fn fail(&self, topic: &str, duration: Option<Duration>) -> bool {
        let mut state = self.state();
        let from = state.now();
        let until = duration.map(|duration| from.saturating_add(milliseconds(duration)));
        state.sensors.fail(SensorFailure { topic: topic.into(), from, until });
        is_sensor(topic)
    }

    /// Makes a sensor well; `false` when there is none of that name.
    pub(crate) fn mend(&self, topic: &str) -> bool {
        self.state().sensors.mend(topic);
        is_sensor(topic)
    }

    /// Presses the button for so long.
    pub(crate) fn press(&self, duration: Duration) {
        let mut state = self.state();
        state.press(true);
        state.button.next = state.now().saturating_add(milliseconds(duration));
        self.0.changed.notify_all();
    }

    fn count(&self, state: &State) {
        let sum = |count: fn(&westerly_store::Counts) -> u32| {
            state.channels.iter().fold(0u32, |sum, channel| sum.saturating_add(count(&channel.counts())))
        };
        let counters = &self.0.counters;
        counters.samples.set(sum(|counts| counts.samples));
        counters.filtered.set(sum(|counts| counts.filtered));
        counters.missed.set(sum(|counts| counts.missed));
        counters.faults.set(sum(|counts| counts.faults));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock panics.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there is a topic of that name that a sensor stands behind.
pub(crate) fn is_sensor(name: &str) -> bool {
    sensor_names().any(|sensor| sensor == name)
}

/// Their topics' names.
pub(crate) fn sensor_names() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().filter(|topic| topic.id != topics::BUTTON).map(|topic| topic.name)
}

impl State {
    /// Milliseconds since the board started.
    fn now(&self) -> u64 {
        milliseconds(self.started.elapsed())
    }

    fn log(&self, level: Level, text: fmt::Arguments<'_>) {
        self.log.write(self.now(), level, text);
    }

    /// Does what is due; gives how long nothing else will be.
    fn work(&mut self) -> Duration {
        let now = self.now();
        self.lines.end_pulses(now);
        if self.button.next <= now {
            let pressed = !self.lines.is_on(lines::BUTTON.into());
            self.press(pressed);
            self.button.next = now.saturating_add(if pressed { self.button.hold() } else { self.button.wait() });
        }
        for place in 0..self.channels.len() {
            if self.channels[place].due(now) {
                self.measure(place, now);
            }
        }
        let due = self.channels.iter().filter_map(Channel::next_due);
        let next = due.chain(self.lines.next_end()).chain([self.button.next]).min();
        // Not too early, or it would look twice for nothing.
        let wait = next.map_or(IDLE, |next| Duration::from_millis(next.saturating_sub(self.now())));
        wait.clamp(Duration::from_millis(1), IDLE)
    }

    fn measure(&mut self, place: usize, now: u64) {
        let channel = &mut self.channels[place];
        let name = channel.topic().name;
        let failed = matches!(channel.latest(), Some((.., RecordKind::Fault)));
        match self.sensors.read(channel.topic().id, now) {
            Ok(value) => {
                let alarm = channel.offer(now, value, &mut self.ring.writer());
                if failed {
                    self.log(Level::Info, format_args!("sampler: {name} can be read again"));
                }
                self.log(Level::Trace, format_args!("sampler: {name} {value:?}"));
                self.react(place, alarm);
            }
            Err(code) => {
                channel.fault(now, code, &mut self.ring.writer());
                let level = if failed { Level::Debug } else { Level::Error };
                self.log(level, format_args!("sampler: {name} cannot be read ({code})"));
            }
        }
    }

    /// Takes a value that no sensor gave.
    fn offer(&mut self, topic: u8, value: Value) {
        let now = self.now();
        let Some(place) = self.channels.iter().position(|channel| channel.topic().id == topic) else { return };
        let alarm = self.channels[place].offer(now, value, &mut self.ring.writer());
        self.react(place, alarm);
    }

    /// Does what an alarm asks for.
    fn react(&mut self, place: usize, alarm: Option<Alarm>) {
        let Some(Alarm { raised, output }) = alarm else { return };
        let name = self.channels[place].topic().name;
        let level = if raised { Level::Warn } else { Level::Info };
        self.log(level, format_args!("alarm: {name} {}", if raised { "raised" } else { "over" }));
        if let Some(output) = output {
            self.drive(output);
        }
    }

    /// On while any alarm that asks for it is raised.
    fn drive(&mut self, output: u8) {
        let asked = |channel: &Channel| channel.raised().is_some_and(|alarm| alarm.output == Some(output));
        let on = self.channels.iter().any(asked);
        if let Some((name, true)) = LINES.get(usize::from(output)) {
            self.lines.set(output.into(), on);
            self.log(Level::Info, format_args!("alarm: {name} {}", on_or_off(on)));
        }
    }

    fn press(&mut self, pressed: bool) {
        self.lines.set(lines::BUTTON.into(), pressed);
        self.log(Level::Info, format_args!("button0: {}", if pressed { "pressed" } else { "let go" }));
        self.offer(topics::BUTTON, Value::Integer(pressed.into()));
    }
}

impl Button {
    /// Milliseconds until it is pressed again.
    fn wait(&mut self) -> u64 {
        self.random.between(8_000.0, 40_000.0) as u64
    }

    /// Milliseconds it is held.
    fn hold(&mut self) -> u64 {
        self.random.between(300.0, 2_500.0) as u64
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use westerly_server::{Io as _, Log as _, Telemetry as _};
    use westerly_store::{Cursor, Read, Record, RecordKind, Threshold};

    use super::*;
    use crate::folder::Folder;

    fn signals(folder: &Folder) -> Signals {
        let settings = SimulatedSettings::new(folder.path(), "board".into());
        Signals::new(1, vec![], settings, Arc::default())
    }

    fn records(telemetry: &SimulatedTelemetry) -> Vec<Record> {
        let (mut cursor, mut bytes, mut records) = (Cursor::at(0), [0; Record::LENGTH], vec![]);
        while let Read::Record { .. } = telemetry.ring().read(&mut cursor, &mut bytes) {
            records.push(Record::decode(&bytes).unwrap());
        }
        records
    }

    #[test]
    fn an_alarm_switches_its_output_until_it_is_over_or_taken_away() {
        let folder = Folder::open(None).unwrap();
        let signals = signals(&folder);
        let (mut telemetry, mut io) = (signals.telemetry(), SimulatedIo(signals.clone()));
        let relay = usize::from(lines::RELAY);
        let threshold =
            Threshold { raise: Value::Integer(0), clear: Value::Integer(-1000), output: Some(lines::RELAY) };
        let always = Configuration { period: 1, threshold: Some(threshold), ..Configuration::EVERY_VALUE };
        telemetry.configure(topics::TEMPERATURE, &always).unwrap();
        signals.state().work();
        assert_eq!(io.read(relay), Ok(true));
        assert!(records(&telemetry).iter().any(|record| record.kind == RecordKind::Raised));
        telemetry.configure(topics::TEMPERATURE, &Configuration { threshold: None, ..always }).unwrap();
        assert_eq!(io.read(relay), Ok(false));
    }

    #[test]
    fn a_configuration_outlasts_a_restart_and_the_records_do_not() {
        let folder = Folder::open(None).unwrap();
        let signals = signals(&folder);
        let mut telemetry = signals.telemetry();
        let configuration = Configuration { period: 77, ..Configuration::EVERY_VALUE };
        telemetry.configure(topics::SUPPLY, &configuration).unwrap();
        signals.log().set_level(Level::Error).unwrap();
        signals.state().work();
        assert!(records(&telemetry).len() > 3);
        signals.0.settings.restart();
        signals.restart();
        let mut telemetry = signals.telemetry();
        assert_eq!(telemetry.boot(), Some(2));
        // The button's state, which nobody asked for.
        assert_eq!(records(&telemetry).len(), 1);
        let mut periods = vec![];
        let mut index = 0;
        while telemetry
            .channel(index, &mut |channel| periods.push((channel.topic().id, channel.configuration().period)))
        {
            index += 1;
        }
        assert!(
            periods.contains(&(topics::SUPPLY, 77)) && periods.contains(&(topics::TEMPERATURE, 500)),
            "{periods:?}"
        );
        assert_eq!(signals.log().level(), Level::Error);
        // The defaults are nothing to be kept.
        let defaults = TOPICS.iter().find(|topic| topic.id == topics::SUPPLY).unwrap().defaults;
        telemetry.configure(topics::SUPPLY, &defaults).unwrap();
        assert_eq!(signals.0.settings.kept("telemetry/18"), None);
        assert_eq!(telemetry.configure(99, &defaults), Err(westerly_server::ConfigureError::Unknown));
    }

    #[test]
    fn a_pulse_ends_by_itself_and_inputs_are_not_written() {
        let folder = Folder::open(None).unwrap();
        let signals = signals(&folder);
        let mut io = SimulatedIo(signals.clone());
        io.pulse(0, 20).unwrap();
        assert_eq!(io.read(0), Ok(true));
        std::thread::sleep(Duration::from_millis(30));
        signals.state().work();
        assert_eq!(io.read(0), Ok(false));
        assert_eq!(io.write(3, true), Err(westerly_server::IoError::NotAnOutput));
        assert_eq!(io.line(4), None);
    }

    #[test]
    fn the_button_makes_a_record_of_each_change() {
        let folder = Folder::open(None).unwrap();
        let signals = signals(&folder);
        signals.press(Duration::ZERO);
        signals.state().work();
        let of_button: Vec<_> =
            records(&signals.telemetry()).into_iter().filter(|record| record.topic == topics::BUTTON).collect();
        let values: Vec<_> = of_button.iter().map(|record| record.value).collect();
        assert_eq!(values, [Value::Integer(0), Value::Integer(1), Value::Integer(0)]);
    }
}
