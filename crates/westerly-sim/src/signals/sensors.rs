// SPDX-License-Identifier: Apache-2.0
//! Sensors that behave like real ones: a day's wave, a drift, noise, and now and then an event; the same for the same seed.
//!
//! The board's day has five minutes, or nobody would see one pass.

use std::f64::consts::TAU;

use westerly_store::Value;

use super::random::Random;
use super::topics::{CPU_LOAD, HUMIDITY, PRESSURE, SUPPLY, TEMPERATURE, TOPICS, UPTIME};

/// Milliseconds of the board's day.
const DAY: f64 = 300_000.0;
/// What a sensor gives that does not answer: a negative EIO.
pub(super) const NO_ANSWER: i32 = -5;

/// A time in which a sensor fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SensorFailure {
    /// The topic's name.
    pub topic: String,
    /// From that uptime on, in milliseconds.
    pub from: u64,
    /// Up to that uptime; `None`: for good.
    pub until: Option<u64>,
}

pub(super) struct Sensors {
    failures: Vec<SensorFailure>,
    temperature: Walk,
    humidity: Walk,
    supply: Walk,
    pressure: Walk,
    load: Walk,
    /// How deep the supply's voltage is down, in volts, and how busy the processor is besides, in percent.
    dip: f64,
    burst: f64,
    /// Where in its day the board starts, from 0 to 1.
    morning: f64,
}

/// A slow random walk that comes back, and the noise of reading.
struct Walk {
    random: Random,
    drift: f64,
}

impl Walk {
    const fn new(seed: u64, topic: u8) -> Self {
        Self { random: Random::new(seed, topic as u64), drift: 0.0 }
    }

    /// Off by some, at most about three times the `step` squared's tenfold.
    fn next(&mut self, step: f64, noise: f64) -> f64 {
        self.drift = self.drift * 0.99 + self.random.noise() * step;
        self.drift + self.random.noise() * noise
    }

    /// Once in so many times.
    fn once_in(&mut self, times: f64) -> bool {
        self.random.unit() * times < 1.0
    }
}

impl Sensors {
    pub(super) fn new(seed: u64, failures: Vec<SensorFailure>) -> Self {
        Self {
            failures,
            temperature: Walk::new(seed, TEMPERATURE),
            humidity: Walk::new(seed, HUMIDITY),
            supply: Walk::new(seed, SUPPLY),
            pressure: Walk::new(seed, PRESSURE),
            load: Walk::new(seed, CPU_LOAD),
            dip: 0.0,
            burst: 0.0,
            morning: Random::new(seed, 0).unit(),
        }
    }

    /// What the sensor of a topic gives at that uptime.
    ///
    /// # Errors
    /// A negative errno.
    pub(super) fn read(&mut self, topic: u8, now: u64) -> Result<Value, i32> {
        if self.fails(topic, now) {
            return Err(NO_ANSWER);
        }
        let sun = self.sun(now);
        Ok(match topic {
            UPTIME => Value::Integer(i32::try_from(now / 1000).unwrap_or(i32::MAX)),
            CPU_LOAD => fixed(self.load(), 10.0),
            TEMPERATURE => fixed(22.0 + 5.0 * sun + self.temperature.next(0.03, 0.04), 100.0),
            HUMIDITY => fixed(48.0 - 9.0 * sun + self.humidity.next(0.1, 0.2), 10.0),
            SUPPLY => fixed(self.supply(), 1000.0),
            PRESSURE => Value::Float(single(1013.25 + 1.5 * self.sun(now + 100_000) + self.pressure.next(0.02, 0.03))),
            _ => return Err(NO_ANSWER),
        })
    }

    /// From -1 at night to 1 at noon.
    fn sun(&self, now: u64) -> f64 {
        ((now as f64 / DAY + self.morning) * TAU).sin()
    }

    /// Percent: some work all the time, and now and then a burst of it.
    fn load(&mut self) -> f64 {
        if self.load.once_in(40.0) {
            self.burst = self.load.random.between(20.0, 70.0);
        }
        self.burst *= 0.85;
        (9.0 + self.burst + self.load.next(0.1, 1.5)).clamp(0.0, 100.0)
    }

    /// Volts: a good supply, which a motor somewhere brings down once in a while.
    fn supply(&mut self) -> f64 {
        if self.supply.once_in(60.0) {
            self.dip = self.supply.random.between(0.1, 0.35);
        }
        self.dip *= 0.8;
        3.3 - self.dip + self.supply.next(0.001, 0.002)
    }

    fn fails(&self, topic: u8, now: u64) -> bool {
        let name = TOPICS.iter().find(|known| known.id == topic).map_or("", |topic| topic.name);
        self.failures.iter().any(|failure| {
            failure.topic == name && failure.from <= now && failure.until.is_none_or(|until| now < until)
        })
    }

    pub(super) fn fail(&mut self, failure: SensorFailure) {
        self.failures.push(failure);
    }

    /// The sensor of a topic is well, and stays so.
    pub(super) fn mend(&mut self, topic: &str) {
        self.failures.retain(|failure| failure.topic != topic);
    }
}

fn fixed(value: f64, units: f64) -> Value {
    Value::Integer((value * units).round() as i32)
}

fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two days of a sensor.
    fn read(seed: u64, topic: u8) -> Vec<i32> {
        let mut sensors = Sensors::new(seed, vec![]);
        let value = |now| match sensors.read(topic, now) {
            Ok(Value::Integer(value)) => value,
            Ok(Value::Float(value)) => fixed(value.into(), 100.0).into_integer(),
            Err(code) => panic!("fault {code}"),
        };
        (0..1200).map(|count| count * 500).map(value).collect()
    }

    trait IntoInteger {
        fn into_integer(self) -> i32;
    }

    impl IntoInteger for Value {
        fn into_integer(self) -> i32 {
            if let Self::Integer(value) = self { value } else { panic!("not an integer") }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_day() {
        for topic in [TEMPERATURE, HUMIDITY, SUPPLY, PRESSURE, CPU_LOAD] {
            assert_eq!(read(1, topic), read(1, topic));
            assert_ne!(read(1, topic), read(2, topic));
        }
    }

    #[test]
    fn the_values_are_plausible_and_reach_their_alarms() {
        for seed in 0..20 {
            for (topic, least, most, low, high) in [
                (TEMPERATURE, 15_00, 29_00, 18_50, 26_00),
                (HUMIDITY, 300, 660, 420, 540),
                (SUPPLY, 2_800, 3_350, 3_100, 3_290),
                (PRESSURE, 101_000, 101_700, 101_250, 101_400),
                (CPU_LOAD, 0, 1000, 80, 300),
            ] {
                let values = read(seed, topic);
                let (lowest, highest) = (*values.iter().min().unwrap(), *values.iter().max().unwrap());
                assert!(lowest >= least && highest <= most, "{topic} of seed {seed}: {lowest} to {highest}");
                assert!(lowest <= low && highest >= high, "{topic} of seed {seed}: {lowest} to {highest}");
            }
        }
    }

    #[test]
    fn a_sensor_fails_when_it_is_made_to() {
        let failure = |from, until| SensorFailure { topic: "temperature".into(), from, until };
        let mut sensors = Sensors::new(1, vec![failure(1000, Some(2000))]);
        for (now, well) in [(999, true), (1000, false), (1999, false), (2000, true)] {
            assert_eq!(sensors.read(TEMPERATURE, now).is_ok(), well, "{now}");
            assert!(sensors.read(HUMIDITY, now).is_ok());
        }
        sensors.fail(failure(3000, None));
        assert_eq!(sensors.read(TEMPERATURE, 1_000_000), Err(NO_ANSWER));
        sensors.mend("temperature");
        assert!(sensors.read(TEMPERATURE, 1500).is_ok());
    }
}
