// SPDX-License-Identifier: Apache-2.0
//! Four topics, a kind of value each, and a ring that has forgotten the first of their records.

use core::sync::atomic::AtomicU32;

use westerly_server::store::{
    Channel, Configuration, InvalidConfiguration, Kind, Ring, Statistics, Threshold, Topic, Value,
};
use westerly_server::{ConfigureError, Telemetry};

const TOPICS: [Topic; 4] = [
    Topic {
        id: 1,
        name: "temperature",
        unit: "°C",
        kind: Kind::Fixed { decimals: 1 },
        defaults: Configuration {
            period: 1000,
            deadband: Some(Value::Integer(5)),
            threshold: Some(Threshold { raise: Value::Integer(300), clear: Value::Integer(280), output: Some(0) }),
            ..Configuration::EVERY_VALUE
        },
    },
    Topic {
        id: 2,
        name: "supply",
        unit: "V",
        kind: Kind::Float,
        defaults: Configuration { period: 500, window: 2, statistics: Statistics::ALL, ..Configuration::EVERY_VALUE },
    },
    Topic { id: 7, name: "button", unit: "", kind: Kind::Boolean, defaults: Configuration::EVERY_VALUE },
    Topic {
        id: 200,
        name: "heap",
        unit: "B",
        kind: Kind::Integer,
        defaults: Configuration { period: 60_000, rate: 3_600_000, ..Configuration::EVERY_VALUE },
    },
];

static STATIC: [Topic; 4] = TOPICS;

/// The one whose configuration cannot be kept, and the one that was never sampled.
const HEAP: u8 = 200;

/// Room for six records.
const WORDS: usize = 32;

pub struct Sampled {
    ring: Ring<[AtomicU32; WORDS]>,
    channels: [Channel; 4],
}

impl Sampled {
    /// Two minutes after the start. Records 0 to 2 are overwritten, 6 was never there.
    pub fn new() -> Self {
        let mut sampled = Self { ring: Ring::new(), channels: STATIC.each_ref().map(Channel::new) };
        sampled.offer(0, 1000, Value::Integer(215));
        sampled.offer(1, 1500, Value::Float(3.5));
        sampled.offer(1, 2000, Value::Float(3.25));
        sampled.offer(2, 2500, Value::Integer(1));
        sampled.offer(2, 2750, Value::Integer(0));
        sampled.ring.writer().lose(1);
        sampled.offer(0, 100_000, Value::Integer(301));
        sampled.channels[1].fault(120_000, -5, &mut sampled.ring.writer());
        sampled
    }

    fn offer(&mut self, channel: usize, now: u64, value: Value) {
        let _ = self.channels[channel].offer(now, value, &mut self.ring.writer());
    }
}

impl Telemetry for Sampled {
    fn ring(&self) -> &Ring {
        &self.ring
    }

    fn boot(&self) -> Option<u32> {
        Some(5)
    }

    fn uptime(&self) -> u64 {
        123_456
    }

    fn channel(&mut self, index: usize, look: &mut dyn FnMut(&Channel)) -> bool {
        self.channels.get(index).map(look).is_some()
    }

    fn configure(&mut self, topic: u8, configuration: &Configuration) -> Result<(), ConfigureError> {
        let channel = self.channels.iter_mut().find(|channel| channel.topic().id == topic);
        let channel = channel.ok_or(ConfigureError::Unknown)?;
        channel.configure(*configuration).map_err(|_: InvalidConfiguration| ConfigureError::Invalid)?;
        if topic == HEAP { Err(ConfigureError::NotKept) } else { Ok(()) }
    }
}
