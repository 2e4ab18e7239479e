// SPDX-License-Identifier: Apache-2.0
//! westerly-server: statistics, settings, shell and storage, on a device of which nothing is known.

use core::ops::ControlFlow;

use westerly_server::{
    Counter, Counters, Executed, Failure, Group, MoreStatistics, SerialCounters, ServerCounters, Settings,
    SettingsError, SettingsGroup, Shell, ShellGroup, StatisticsGroup, Storage, StorageError, UdpCounters, ZephyrGroup,
    tell_counters,
};

use crate::opaque::{decision, reference, reference_mut, sink, slice, text, value};

pub const ENTRIES: &[fn()] = &[counters, statistics_group, settings_group, shell_group, zephyr_group];

pub struct Device;

impl MoreStatistics for Device {
    fn names(&mut self, each: &mut dyn FnMut(&str) -> ControlFlow<()>) {
        while decision() && each(text()).is_continue() {}
    }

    fn counters(&mut self, group: &str, each: &mut dyn FnMut(&str, u64) -> ControlFlow<()>) -> bool {
        sink(group);
        while decision() && each(text(), value()).is_continue() {}
        decision()
    }
}

impl Settings for Device {
    fn read(&mut self, name: &str, into: &mut [u8]) -> Result<usize, SettingsError> {
        sink((name, into));
        value()
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), SettingsError> {
        sink((name, bytes));
        value()
    }

    fn delete(&mut self, name: &str) -> Result<(), SettingsError> {
        sink(name);
        value()
    }

    fn commit(&mut self) -> Result<(), SettingsError> {
        value()
    }

    fn load(&mut self) -> Result<(), SettingsError> {
        value()
    }

    fn save(&mut self, name: Option<&str>) -> Result<(), SettingsError> {
        sink(name);
        value()
    }
}

impl Shell for Device {
    fn execute(&mut self, line: &str, output: &mut [u8]) -> Executed {
        sink((line, output));
        value()
    }
}

impl Storage for Device {
    fn erase(&mut self) -> Result<(), StorageError> {
        value()
    }
}

#[inline(never)]
fn counters() {
    let counter = reference::<Counter>();
    Counter::count(counter);
    Counter::add(counter, value());
    Counter::add_bytes(counter, value());
    Counter::set(counter, value());
    sink(Counter::get(counter));
    sink(Counter::new());
    sink(<Counter as From<u32>>::from(value()));
    sink(Counter::eq(&Counter::clone(counter), reference()));
    sink((ServerCounters::new(), SerialCounters::new(), UdpCounters::new()));
    SerialCounters::take_drops(reference(), reference());
    let each: &mut dyn FnMut(&str, u64) -> ControlFlow<()> = &mut |name, count| {
        sink((name, count));
        value()
    };
    Counters::each(reference::<ServerCounters>(), each);
    Counters::each(reference::<SerialCounters>(), each);
    Counters::each(reference::<UdpCounters>(), each);
    tell_counters(slice(), slice(), each);
    sink(Counters::name(reference::<ServerCounters>()));
    sink(Counters::name(reference::<SerialCounters>()));
    sink(Counters::name(reference::<UdpCounters>()));
    sink(<() as MoreStatistics>::counters(&mut (), text(), each));
    <() as MoreStatistics>::names(&mut (), &mut |name| {
        sink(name);
        value()
    });
}

#[inline(never)]
fn statistics_group() {
    let group = reference_mut::<StatisticsGroup<'static, Device>>();
    sink(StatisticsGroup::description(group));
    sink(StatisticsGroup::handle(group, reference(), reference_mut()));
    sink(StatisticsGroup::handle(reference_mut::<StatisticsGroup<'static, ()>>(), reference(), reference_mut()));
}

#[inline(never)]
fn settings_group() {
    let group = reference_mut::<SettingsGroup<Device>>();
    sink(SettingsGroup::description(group));
    sink(SettingsGroup::handle(group, reference(), reference_mut()));
    sink(<Failure as From<SettingsError>>::from(value()));
}

#[inline(never)]
fn shell_group() {
    let mut group = ShellGroup::<Device, 255>::new(Device);
    sink(ShellGroup::description(&group));
    sink(ShellGroup::handle(&mut group, reference(), reference_mut()));
    sink(ShellGroup::handle(reference_mut::<ShellGroup<Device, 0>>(), reference(), reference_mut()));
    sink(ShellGroup::handle(reference_mut::<ShellGroup<Device, 1024>>(), reference(), reference_mut()));
}

#[inline(never)]
fn zephyr_group() {
    let group = reference_mut::<ZephyrGroup<Device>>();
    sink(ZephyrGroup::description(group));
    sink(ZephyrGroup::handle(group, reference(), reference_mut()));
    sink(<Failure as From<StorageError>>::from(value()));
}
