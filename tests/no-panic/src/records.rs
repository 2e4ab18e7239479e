// SPDX-License-Identifier: Apache-2.0
//! westerly-server: telemetry, log, io and crash, on a device of which nothing is known.

use westerly_server::store::{Channel, Configuration, Ring};
use westerly_server::{
    ConfigureError, Crash, CrashGroup, CrashRecord, Failure, Group, Io, IoError, IoGroup, Level, Line, Log, LogFormat,
    LogGroup, NotKept, Reason, Telemetry, TelemetryGroup,
};

use crate::opaque::{decision, reference, reference_mut, sink, slice, text, value};
use crate::store::any_ring;

pub const ENTRIES: &[fn()] = &[telemetry_group, log_group, io_group, crash_group];

pub struct Device;

impl Telemetry for Device {
    fn ring(&self) -> &Ring {
        any_ring()
    }

    fn boot(&self) -> Option<u32> {
        value()
    }

    fn uptime(&self) -> u64 {
        value()
    }

    fn channel(&mut self, index: usize, look: &mut dyn FnMut(&Channel)) -> bool {
        sink(index);
        while decision() {
            look(reference());
        }
        value()
    }

    fn configure(&mut self, topic: u8, configuration: &Configuration) -> Result<(), ConfigureError> {
        sink((topic, configuration));
        value()
    }
}

impl Log for Device {
    fn ring(&self) -> &Ring {
        any_ring()
    }

    fn boot(&self) -> Option<u32> {
        value()
    }

    fn format(&self) -> LogFormat {
        value()
    }

    fn build(&self) -> &[u8] {
        slice()
    }

    fn level(&self) -> Level {
        value()
    }

    fn compiled(&self) -> Level {
        value()
    }

    fn set_level(&mut self, level: Level) -> Result<(), NotKept> {
        sink(level);
        value()
    }
}

impl Io for Device {
    fn line(&mut self, index: usize) -> Option<Line<'_>> {
        sink(index);
        decision().then(|| Line { name: text(), output: decision() })
    }

    fn read(&mut self, index: usize) -> Result<bool, IoError> {
        sink(index);
        value()
    }

    fn write(&mut self, index: usize, on: bool) -> Result<(), IoError> {
        sink((index, on));
        value()
    }

    fn pulse(&mut self, index: usize, milliseconds: u32) -> Result<(), IoError> {
        sink((index, milliseconds));
        value()
    }
}

impl Crash for Device {
    fn record(&self) -> Option<CrashRecord<'_>> {
        decision().then(|| CrashRecord {
            count: value(),
            reason: value(),
            code: value(),
            thread: text(),
            pc: value(),
            lr: value(),
            sp: value(),
            uptime: value(),
            boot: value(),
            build: slice(),
            file: text(),
            line: value(),
        })
    }

    fn register(&self, index: usize) -> Option<(&str, u64)> {
        sink(index);
        decision().then(|| (text(), value()))
    }

    fn return_address(&self, index: usize) -> Option<u64> {
        sink(index);
        value()
    }

    fn frame(&self, index: usize) -> Option<&[u8]> {
        sink(index);
        decision().then(slice)
    }

    fn format(&self) -> LogFormat {
        value()
    }

    fn clear(&mut self) {}
}

#[inline(never)]
fn telemetry_group() {
    sink(TelemetryGroup::new(Device));
    let group = reference_mut::<TelemetryGroup<Device>>();
    sink(TelemetryGroup::description(group));
    sink(TelemetryGroup::handle(group, reference(), reference_mut()));
    sink(<Failure as From<ConfigureError>>::from(value()));
}

#[inline(never)]
fn log_group() {
    sink(LogGroup::new(Device));
    let group = reference_mut::<LogGroup<Device>>();
    sink(LogGroup::description(group));
    sink(LogGroup::handle(group, reference(), reference_mut()));
    sink(<Failure as From<NotKept>>::from(value()));
}

#[inline(never)]
fn io_group() {
    sink(IoGroup::new(Device));
    let group = reference_mut::<IoGroup<Device>>();
    sink(IoGroup::description(group));
    sink(IoGroup::handle(group, reference(), reference_mut()));
    sink(<Failure as From<IoError>>::from(value()));
}

#[inline(never)]
fn crash_group() {
    sink(CrashGroup::new(Device));
    let group = reference_mut::<CrashGroup<Device>>();
    sink(CrashGroup::description(group));
    sink(CrashGroup::handle(group, reference(), reference_mut()));
    sink(Reason::name(value()));
}
