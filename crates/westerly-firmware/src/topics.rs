// SPDX-License-Identifier: Apache-2.0

//! The topics of this build: which there are is Kconfig's, what they do unless they are configured is said here.
//!
//! Numbers stand for the same on every board, as configurations are kept under them.

use westerly_store::{Channel, Configuration, Kind, Topic, Value};
use westerly_zephyr::sources::Source;

/// Where the values of a topic come from.
pub enum Origin {
    /// It is read when it is due.
    Source(Source),
    /// Events of the button of this number.
    Button(u8),
}

/// A topic and where its values come from.
pub struct Entry {
    /// What clients know of it.
    pub topic: Topic,
    /// Where its values come from.
    pub origin: Origin,
}

#[allow(dead_code, reason = "which topics there are is Kconfig's")]
const HUNDREDTHS: Kind = Kind::Fixed { decimals: 2 };
#[allow(dead_code, reason = "which topics there are is Kconfig's")]
const THOUSANDTHS: Kind = Kind::Fixed { decimals: 3 };

/// In the order of their numbers.
pub const ENTRIES: &[Entry] = &[
    #[cfg(westerly_telemetry_uptime)]
    source(1, Source::Uptime, "uptime", "s", Kind::Integer, every(10_000)),
    #[cfg(westerly_telemetry_cpu_load)]
    source(2, Source::CpuLoad, "cpu_load", "%", Kind::Fixed { decimals: 1 }, every(5_000)),
    #[cfg(westerly_telemetry_heap)]
    source(3, Source::HeapUsed, "heap_used", "B", Kind::Integer, changes(1_000, 1)),
    #[cfg(westerly_telemetry_die_temperature)]
    source(16, Source::DieTemperature, "die_temperature", "°C", HUNDREDTHS, changes(1_000, 50)),
    #[cfg(westerly_telemetry_ambient_temperature)]
    source(17, Source::AmbientTemperature, "temperature", "°C", HUNDREDTHS, changes(1_000, 10)),
    #[cfg(westerly_telemetry_humidity)]
    source(18, Source::Humidity, "humidity", "%", HUNDREDTHS, changes(1_000, 50)),
    #[cfg(westerly_telemetry_pressure)]
    source(19, Source::Pressure, "pressure", "kPa", THOUSANDTHS, changes(1_000, 10)),
    #[cfg(westerly_telemetry_voltage)]
    source(20, Source::Voltage, "voltage", "V", THOUSANDTHS, changes(1_000, 20)),
    #[cfg(westerly_telemetry_light)]
    source(21, Source::Light, "light", "lx", Kind::Integer, changes(1_000, 5)),
    #[cfg(westerly_telemetry_acceleration)]
    source(22, Source::AccelerationX, "acceleration_x", "m/s²", HUNDREDTHS, changes(200, 20)),
    #[cfg(westerly_telemetry_acceleration)]
    source(23, Source::AccelerationY, "acceleration_y", "m/s²", HUNDREDTHS, changes(200, 20)),
    #[cfg(westerly_telemetry_acceleration)]
    source(24, Source::AccelerationZ, "acceleration_z", "m/s²", HUNDREDTHS, changes(200, 20)),
    #[cfg(westerly_telemetry_button0)]
    button(32, 0, "button0"),
    #[cfg(westerly_telemetry_button1)]
    button(33, 1, "button1"),
    #[cfg(westerly_telemetry_button2)]
    button(34, 2, "button2"),
    #[cfg(westerly_telemetry_button3)]
    button(35, 3, "button3"),
];

/// How many there are.
pub const COUNT: usize = ENTRIES.len();

const _: () = assert!(COUNT > 0, "CONFIG_WESTERLY_TELEMETRY without a topic");

/// A channel for each, in the same order.
pub const fn channels() -> [Channel; COUNT] {
    let mut channels = [const { Channel::new(&ENTRIES[0].topic) }; COUNT];
    let mut index = 0;
    while index < COUNT {
        channels[index] = Channel::new(&ENTRIES[index].topic);
        index += 1;
    }
    channels
}

/// The place of a topic.
pub fn position(id: u8) -> Option<usize> {
    ENTRIES.iter().position(|entry| entry.topic.id == id)
}

#[allow(dead_code, reason = "which topics there are is Kconfig's")]
const fn source(
    id: u8,
    source: Source,
    name: &'static str,
    unit: &'static str,
    kind: Kind,
    defaults: Configuration,
) -> Entry {
    Entry { topic: Topic { id, name, unit, kind, defaults }, origin: Origin::Source(source) }
}

#[allow(dead_code, reason = "which topics there are is Kconfig's")]
const fn button(id: u8, number: u8, name: &'static str) -> Entry {
    let topic = Topic { id, name, unit: "", kind: Kind::Boolean, defaults: Configuration::EVERY_VALUE };
    Entry { topic, origin: Origin::Button(number) }
}

/// A record every so many milliseconds.
#[allow(dead_code, reason = "which topics there are is Kconfig's")]
const fn every(period: u32) -> Configuration {
    Configuration { period, ..Configuration::EVERY_VALUE }
}

/// A look every so many milliseconds, and a record when the value is so much another one.
#[allow(dead_code, reason = "which topics there are is Kconfig's")]
const fn changes(period: u32, deadband: i32) -> Configuration {
    Configuration { period, deadband: Some(Value::Integer(deadband)), ..Configuration::EVERY_VALUE }
}
