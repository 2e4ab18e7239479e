// SPDX-License-Identifier: Apache-2.0
//! The traits of the groups telemetry, log and io.

use std::sync::Arc;

use westerly_server::{ConfigureError, Io, IoError, Line, Log, NotKept, Telemetry};
use westerly_store::{Channel, Configuration, Ring};
use westerly_wire::log::{Format, Level};

use super::lines::{LINES, on_or_off};
use super::{LEVEL_SETTING, LogRing, Signals, TELEMETRY_SETTINGS, TelemetryRing};

/// Of one run of the board: after a restart another takes its place.
pub(crate) struct SimulatedTelemetry {
    signals: Signals,
    ring: Arc<TelemetryRing>,
    boots: u32,
}

/// The same for the log.
pub(crate) struct SimulatedLog {
    signals: Signals,
    ring: Arc<LogRing>,
    boots: u32,
}

/// Inputs and outputs.
pub(crate) struct SimulatedIo(pub(crate) Signals);

impl Signals {
    pub(crate) fn telemetry(&self) -> SimulatedTelemetry {
        let state = self.state();
        SimulatedTelemetry { signals: self.clone(), ring: state.ring.clone(), boots: state.boots }
    }

    pub(crate) fn log(&self) -> SimulatedLog {
        let state = self.state();
        SimulatedLog { signals: self.clone(), ring: state.log.ring.clone(), boots: state.boots }
    }
}

impl Telemetry for SimulatedTelemetry {
    fn ring(&self) -> &Ring {
        &self.ring
    }

    fn boot(&self) -> Option<u32> {
        Some(self.boots)
    }

    fn uptime(&self) -> u64 {
        self.signals.state().now()
    }

    fn channel(&mut self, index: usize, look: &mut dyn FnMut(&Channel)) -> bool {
        self.signals.state().channels.get(index).map(look).is_some()
    }

    fn configure(&mut self, topic: u8, configuration: &Configuration) -> Result<(), ConfigureError> {
        let is_default;
        {
            let mut state = self.signals.state();
            let found = state.channels.iter().position(|channel| channel.topic().id == topic);
            let channel = &mut state.channels[found.ok_or(ConfigureError::Unknown)?];
            let before = channel.raised();
            channel.configure(*configuration).map_err(|_| ConfigureError::Invalid)?;
            let name = channel.topic().name;
            is_default = *configuration == channel.topic().defaults;
            state.log(Level::Info, format_args!("telemetry: {name} configured"));
            // The alarm is forgotten, and with it what it drove.
            if let Some(output) = before.and_then(|alarm| alarm.output) {
                state.drive(output);
            }
        }
        self.signals.0.changed.notify_all();
        let mut bytes = [0; Configuration::LENGTH];
        configuration.encode(&mut bytes);
        // The defaults may be others in the next firmware, and then hold.
        let kept = (!is_default).then_some(&bytes[..]);
        let kept = self.signals.0.settings.keep(&format!("{TELEMETRY_SETTINGS}{topic}"), kept);
        kept.map_err(|_| ConfigureError::NotKept)
    }
}

impl Log for SimulatedLog {
    fn ring(&self) -> &Ring {
        &self.ring
    }

    fn boot(&self) -> Option<u32> {
        Some(self.boots)
    }

    fn format(&self) -> Format {
        Format::Text
    }

    fn build(&self) -> &[u8] {
        &[]
    }

    fn level(&self) -> Level {
        self.signals.state().log.level
    }

    fn compiled(&self) -> Level {
        Level::Trace
    }

    fn set_level(&mut self, level: Level) -> Result<(), NotKept> {
        self.signals.state().log.level = level;
        self.signals.0.settings.keep(LEVEL_SETTING, Some(level.name().as_bytes())).map_err(|_| NotKept)
    }
}

impl Io for SimulatedIo {
    fn line(&mut self, index: usize) -> Option<Line<'_>> {
        LINES.get(index).map(|&(name, output)| Line { name, output })
    }

    fn read(&mut self, index: usize) -> Result<bool, IoError> {
        Ok(self.0.state().lines.is_on(index))
    }

    fn write(&mut self, index: usize, value: bool) -> Result<(), IoError> {
        let name = output(index)?;
        let mut state = self.0.state();
        state.lines.set(index, value);
        state.log(Level::Info, format_args!("io: {name} {}", on_or_off(value)));
        Ok(())
    }

    fn pulse(&mut self, index: usize, milliseconds: u32) -> Result<(), IoError> {
        let name = output(index)?;
        let mut state = self.0.state();
        let until = state.now().saturating_add(milliseconds.into());
        state.lines.pulse(index, until);
        state.log(Level::Info, format_args!("io: {name} on for {milliseconds} ms"));
        drop(state);
        self.0.0.changed.notify_all();
        Ok(())
    }
}

fn output(index: usize) -> Result<&'static str, IoError> {
    match LINES.get(index) {
        Some((name, true)) => Ok(name),
        _ => Err(IoError::NotAnOutput),
    }
}
