// SPDX-License-Identifier: Apache-2.0
//! What the board measures. The numbers and names of topics that real boards have too are those of the firmware.

use westerly_store::{Configuration, Kind, Statistics, Threshold, Topic, Value};

use super::lines;

pub(super) const UPTIME: u8 = 1;
pub(super) const CPU_LOAD: u8 = 2;
pub(super) const TEMPERATURE: u8 = 16;
pub(super) const HUMIDITY: u8 = 17;
pub(super) const SUPPLY: u8 = 18;
pub(super) const PRESSURE: u8 = 19;
pub(super) const BUTTON: u8 = 32;

const PLAIN: Configuration = Configuration::EVERY_VALUE;

/// In ascending order of their numbers.
pub(super) static TOPICS: [Topic; 7] = [
    Topic {
        id: UPTIME,
        name: "uptime",
        unit: "s",
        kind: Kind::Integer,
        defaults: Configuration { period: 10_000, ..PLAIN },
    },
    // Each record is of ten samples.
    Topic {
        id: CPU_LOAD,
        name: "cpu_load",
        unit: "%",
        kind: Kind::Fixed { decimals: 1 },
        defaults: Configuration { period: 200, window: 10, statistics: Statistics::ALL, ..PLAIN },
    },
    // Too warm by noon: the relay switches a fan.
    Topic {
        id: TEMPERATURE,
        name: "temperature",
        unit: "\u{b0}C",
        kind: Kind::Fixed { decimals: 2 },
        defaults: Configuration {
            period: 500,
            threshold: Some(Threshold {
                raise: Value::Integer(26_00),
                clear: Value::Integer(25_00),
                output: Some(lines::RELAY),
            }),
            ..PLAIN
        },
    },
    Topic {
        id: HUMIDITY,
        name: "humidity",
        unit: "%",
        kind: Kind::Fixed { decimals: 1 },
        defaults: Configuration { period: 1000, deadband: Some(Value::Integer(5)), ..PLAIN },
    },
    // An alarm below 3.1 V shows on a LED.
    Topic {
        id: SUPPLY,
        name: "supply",
        unit: "V",
        kind: Kind::Fixed { decimals: 3 },
        defaults: Configuration {
            period: 500,
            threshold: Some(Threshold {
                raise: Value::Integer(3_100),
                clear: Value::Integer(3_200),
                output: Some(lines::LED1),
            }),
            ..PLAIN
        },
    },
    Topic {
        id: PRESSURE,
        name: "pressure",
        unit: "hPa",
        kind: Kind::Float,
        defaults: Configuration { period: 500, rate: 1000, ..PLAIN },
    },
    Topic { id: BUTTON, name: "button0", unit: "", kind: Kind::Boolean, defaults: PLAIN },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_in_order_and_may_be_configured_so() {
        assert!(TOPICS.is_sorted_by(|one, another| one.id < another.id));
        for topic in &TOPICS {
            assert_eq!(topic.defaults.check(topic.kind), Ok(()), "{}", topic.name);
        }
    }
}
