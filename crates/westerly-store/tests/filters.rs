// SPDX-License-Identifier: Apache-2.0
//! Channels against the plainest way of saying what they do, and what is kept of them against what comes back.

use core::sync::atomic::AtomicU32;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use westerly_store::{
    Alarm, Channel, Configuration, Counts, Cursor, InvalidConfiguration, Kind, Read, Record, RecordKind, Ring,
    Statistics, Threshold, Topic, Value,
};

const fn topic(id: u8, kind: Kind) -> Topic {
    Topic { id, name: "any", unit: "", kind, defaults: Configuration::EVERY_VALUE }
}

static TOPICS: [Topic; 4] =
    [topic(3, Kind::Integer), topic(4, Kind::Fixed { decimals: 3 }), topic(5, Kind::Boolean), topic(6, Kind::Float)];

/// A channel as slowly as it can be said: it keeps every value.
struct Plain {
    kind: Kind,
    configuration: Configuration,
    window: Vec<Value>,
    recorded: Option<(u64, Value)>,
    raised: bool,
    faulty: bool,
    counts: Counts,
}

/// As a number in which both types are exact.
fn number(value: Value) -> f64 {
    match value {
        Value::Integer(value) => value.into(),
        Value::Float(value) => value.into(),
    }
}

fn distance(one: Value, other: Value) -> f64 {
    match (one, other) {
        // Floats are subtracted as such, and the difference is rounded.
        (Value::Float(one), Value::Float(other)) => (one - other).abs().into(),
        _ => (number(one) - number(other)).abs(),
    }
}

impl Plain {
    fn new(kind: Kind, configuration: Configuration) -> Self {
        let counts = Counts::default();
        Self { kind, configuration, window: Vec::new(), recorded: None, raised: false, faulty: false, counts }
    }

    fn usable(&self, value: Value) -> Option<Value> {
        match (self.kind, value) {
            (Kind::Boolean, Value::Integer(value)) => Some(Value::Integer((value != 0).into())),
            (Kind::Float, Value::Float(float)) => float.is_finite().then_some(value),
            (Kind::Float, _) | (_, Value::Float(_)) => None,
            _ => Some(value),
        }
    }

    fn fault(&mut self, code: i32) -> Vec<(RecordKind, Value)> {
        self.counts.faults += 1;
        let first = !self.faulty;
        self.faulty = true;
        if first { vec![(RecordKind::Fault, Value::Integer(code))] } else { Vec::new() }
    }

    fn offer(&mut self, now: u64, value: Value) -> (Option<Alarm>, Vec<(RecordKind, Value)>) {
        let Some(value) = self.usable(value) else { return (None, self.fault(-33)) };
        self.faulty = false;
        self.counts.samples += 1;
        let alarm = self.alarm(value);
        let mut records: Vec<_> = alarm
            .iter()
            .map(|alarm| (if alarm.raised { RecordKind::Raised } else { RecordKind::Cleared }, value))
            .collect();
        if self.configuration.window > 0 {
            self.counts.filtered += 1;
            self.window.push(value);
            if self.window.len() == self.configuration.window.into() {
                records.extend(self.statistics());
                self.window.clear();
            }
        } else if self.kept_back(now, value) {
            self.counts.filtered += 1;
        } else {
            self.recorded = Some((now, value));
            records.push((RecordKind::Sample, value));
        }
        (alarm, records)
    }

    fn kept_back(&self, now: u64, value: Value) -> bool {
        let Some((then, recorded)) = self.recorded else { return false };
        let deadband = match (self.kind, self.configuration.deadband) {
            (Kind::Boolean, Some(deadband)) => number(deadband).min(1.0),
            (_, deadband) => deadband.map_or(0.0, number),
        };
        distance(value, recorded) < deadband || now - then < self.configuration.rate.into()
    }

    fn alarm(&mut self, value: Value) -> Option<Alarm> {
        let Threshold { raise, clear, output } = self.configuration.threshold?;
        let limit = |value| number(self.usable(value).unwrap());
        let (value, raise, clear) = (number(value), limit(raise), limit(clear));
        let high = raise >= clear;
        let change = match self.raised {
            false => {
                if high {
                    value >= raise
                } else {
                    value <= raise
                }
            }
            true if raise == clear => value < clear,
            true => {
                if high {
                    value <= clear
                } else {
                    value >= clear
                }
            }
        };
        self.raised ^= change;
        change.then_some(Alarm { raised: self.raised, output })
    }

    fn statistics(&self) -> Vec<(RecordKind, Value)> {
        let sorted = |one: &Value, other: &Value| number(*one).total_cmp(&(number(*other) + 0.0));
        let minimum = *self.window.iter().min_by(|a, b| sorted(a, b)).unwrap();
        let maximum = *self.window.iter().max_by(|a, b| sorted(a, b)).unwrap();
        let mean = match self.kind {
            Kind::Float => Value::Float(0.0),
            _ => {
                let sum: i64 = self.window.iter().map(|value| number(*value) as i64).sum();
                let count = i64::try_from(self.window.len()).unwrap();
                // Rounded to the nearest, half upwards.
                Value::Integer(i32::try_from((2 * sum + count).div_euclid(2 * count)).unwrap())
            }
        };
        [
            (Statistics::MINIMUM, RecordKind::Minimum, minimum),
            (Statistics::MAXIMUM, RecordKind::Maximum, maximum),
            (Statistics::MEAN, RecordKind::Mean, mean),
        ]
        .into_iter()
        .filter(|(statistic, ..)| self.configuration.statistics.has(*statistic))
        .map(|(_, kind, value)| (kind, value))
        .collect()
    }

    /// The mean, and how far from it a sum of rounded floats may end up.
    fn float_mean(window: &[Value]) -> (f64, f64) {
        let count = window.len() as f64;
        let mean = window.iter().map(|value| number(*value) / count).sum();
        let size = window.iter().map(|value| number(*value).abs() / count).sum::<f64>();
        (mean, size * 4.0 * f64::from(f32::EPSILON) + count * f64::from(f32::from_bits(1)))
    }
}

#[derive(Clone, Debug)]
enum Step {
    Offer(Value),
    Fault(i32),
}

fn integer() -> impl Strategy<Value = i32> {
    prop_oneof![4 => -10..30_i32, 1 => any::<i32>(), 1 => prop_oneof![Just(i32::MIN), Just(i32::MAX)]]
}

fn float() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => (-10..30_i32).prop_map(|value| value as f32 / 4.0),
        1 => -1e6..1e6_f32,
        1 => any::<u32>().prop_map(f32::from_bits),
        1 => prop_oneof![Just(f32::MAX), Just(f32::MIN), Just(-0.0), Just(f32::MIN_POSITIVE), Just(f32::from_bits(1))],
    ]
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Float => float().prop_map(Value::Float).boxed(),
        Kind::Boolean => (0..3).prop_map(Value::Integer).boxed(),
        _ => integer().prop_map(Value::Integer).boxed(),
    }
}

fn configuration(kind: Kind) -> impl Strategy<Value = Configuration> {
    let threshold = (value(kind), value(kind), option::of(any::<u8>())).prop_map(|(raise, clear, output)| Threshold {
        raise,
        clear,
        output,
    });
    let period = prop_oneof![Just(0), 1..50_u32, any::<u32>()];
    let window = prop_oneof![2 => Just(0), 3 => 1..7_u16];
    let statistics = (0..8_u8).prop_map(|bits| Statistics::from_bits(bits).unwrap());
    let rate = prop_oneof![2 => Just(0), 2 => 1..50_u32, 1 => any::<u32>()];
    (period, window, statistics, option::of(value(kind)), rate, option::of(threshold)).prop_map(
        |(period, window, statistics, deadband, rate, threshold)| Configuration {
            period,
            window,
            statistics,
            deadband,
            rate,
            threshold,
        },
    )
}

fn steps(kind: Kind) -> impl Strategy<Value = Vec<(u16, Step)>> {
    let step = prop_oneof![
        12 => value(kind).prop_map(Step::Offer),
        1 => prop_oneof![integer().prop_map(Value::Integer), float().prop_map(Value::Float)].prop_map(Step::Offer),
        2 => any::<i32>().prop_map(Step::Fault),
    ];
    vec((prop_oneof![0..20_u16, any::<u16>()], step), 0..40)
}

/// One topic, its configuration, and what happens how many milliseconds later.
fn case() -> impl Strategy<Value = (&'static Topic, Configuration, Vec<(u16, Step)>)> {
    (0..TOPICS.len()).prop_flat_map(|index| {
        let topic = &TOPICS[index];
        (Just(topic), configuration(topic.kind), steps(topic.kind))
    })
}

fn records(ring: &Ring, cursor: &mut Cursor) -> Vec<Record> {
    let mut bytes = [0; Record::LENGTH];
    let mut records = Vec::new();
    while let Read::Record { length, .. } = ring.read(cursor, &mut bytes) {
        records.push(Record::decode(&bytes[..length]).unwrap());
    }
    records
}

/// 0 and -0 are one value.
fn same(one: Value, other: Value) -> bool {
    matches!((one, other), (Value::Integer(_), Value::Integer(_)) | (Value::Float(_), Value::Float(_)))
        && number(one) == number(other)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn as_said_plainly((topic, configuration, steps) in case()) {
        let ring = Ring::<[AtomicU32; 256]>::new();
        let (mut writer, mut cursor) = (ring.writer(), Cursor::at(0));
        let mut channel = Channel::new(topic);
        if channel.configure(configuration).is_err() {
            prop_assert!(configuration.check(topic.kind).is_err());
            return Ok(());
        }
        let mut plain = Plain::new(topic.kind, configuration);
        let mut now = u64::from(u32::MAX) - 100_000;
        for (later, step) in steps {
            now += u64::from(later);
            // The plain window is emptied by what completes it.
            let mut window = plain.window.clone();
            let expected = match step {
                Step::Offer(value) => {
                    window.extend(plain.usable(value));
                    let (alarm, expected) = plain.offer(now, value);
                    prop_assert_eq!(channel.offer(now, value, &mut writer), alarm);
                    if let Some(value) = plain.usable(value) {
                        let kind = if plain.raised { RecordKind::Raised } else { RecordKind::Sample };
                        let latest = channel.latest().unwrap();
                        prop_assert!((latest.0, latest.2) == (now, kind) && same(latest.1, value));
                    }
                    expected
                }
                Step::Fault(code) => {
                    channel.fault(now, code, &mut writer);
                    prop_assert_eq!(channel.latest(), Some((now, Value::Integer(code), RecordKind::Fault)));
                    plain.fault(code)
                }
            };
            let got = records(&ring, &mut cursor);
            prop_assert_eq!(got.len(), expected.len(), "{:?}, not {:?}", got, expected);
            for (record, (kind, value)) in got.iter().zip(expected) {
                prop_assert_eq!((record.uptime, record.topic, record.kind), (now, topic.id, kind));
                if (topic.kind, kind) == (Kind::Float, RecordKind::Mean) {
                    let (mean, error) = Plain::float_mean(&window);
                    prop_assert!((number(record.value) - mean).abs() <= error, "{:?}, not {} of {:?}", record, mean, window);
                } else {
                    prop_assert!(same(record.value, value), "{:?}, not {:?}", record, value);
                }
            }
            prop_assert_eq!(channel.counts(), plain.counts);
            prop_assert_eq!(channel.raised().is_some(), plain.raised);
        }
        prop_assert_eq!(cursor.lost(), 0);
    }

    /// The grid of periods does not move, and none is missed without being counted.
    #[test]
    fn due_in_a_grid(
        period in prop_oneof![1..20_u32, 1..100_000_u32, any::<u32>()],
        start in any::<u32>(),
        steps in vec(prop_oneof![0..10_u32, 0..100_000_u32, 0..0x400_0000_u32], 0..50),
    ) {
        let mut channel = Channel::new(&TOPICS[0]);
        prop_assert_eq!(channel.next_due(), None);
        channel.configure(Configuration { period, ..Configuration::EVERY_VALUE }).unwrap();
        let period = u64::from(period);
        let start = u64::from(start);
        let mut now = start;
        let (mut taken, mut next) = (0, None);
        for step in steps {
            prop_assert_eq!(channel.next_due(), (period != 0).then_some(next.unwrap_or(0)));
            let due = period != 0 && next.is_none_or(|next| now >= next);
            prop_assert_eq!(channel.due(now), due);
            if due {
                taken += 1;
                // So many periods have begun since the start, and every one was taken or missed.
                let begun = (now - start) / period + 1;
                prop_assert_eq!(taken + u64::from(channel.counts().missed), begun);
                next = Some(start + begun * period);
            }
            now += u64::from(step);
        }
    }

    #[test]
    fn a_configuration_comes_back(
        configuration in prop_oneof![configuration(Kind::Integer), configuration(Kind::Float)], damaged: [u8; 26],
        length in 0..40_usize,
    ) {
        let mut bytes = [0xaa; Configuration::LENGTH];
        configuration.encode(&mut bytes);
        let again = Configuration::decode(&bytes);
        // Written and not compared: NaN is not equal to itself.
        prop_assert_eq!(format!("{again:?}"), format!("{:?}", Some(configuration)));
        let mut other = bytes.to_vec();
        other.resize(length, 0);
        prop_assert_eq!(Configuration::decode(&other).is_some(), length == bytes.len());
        if let Some(configuration) = Configuration::decode(&damaged) {
            let mut bytes = [0; Configuration::LENGTH];
            configuration.encode(&mut bytes);
            prop_assert_eq!(bytes[0], damaged[0]);
        }
    }

    #[test]
    fn a_record_comes_back(uptime in 0..1_u64 << 48, topic: u8, code in 0..7_u8, bits: i32, float: bool, damaged: [u8; 12]) {
        let value = if float { Value::Float(f32::from_bits(bits.cast_unsigned())) } else { Value::Integer(bits) };
        let kind = RecordKind::from_code(code).unwrap();
        prop_assert_eq!(kind.code(), code);
        let record = Record { uptime, topic, kind, value };
        let again = Record::decode(&record.encode()).unwrap();
        prop_assert_eq!(format!("{again:?}"), format!("{record:?}"));
        prop_assert_eq!(Record::decode(&record.encode()[1..]), None);
        if let Some(record) = Record::decode(&damaged) {
            prop_assert_eq!(record.encode(), damaged);
        }
    }
}

/// The longest window of the largest values: where a sum in 32 bits, or one of floats, would leave its range.
#[test]
fn the_mean_of_extremes() {
    for (topic, value, mean) in [
        (&TOPICS[0], Value::Integer(i32::MAX), Value::Integer(i32::MAX)),
        (&TOPICS[0], Value::Integer(i32::MIN), Value::Integer(i32::MIN)),
        (&TOPICS[3], Value::Float(f32::MAX), Value::Float(f32::MAX)),
        (&TOPICS[3], Value::Float(f32::MIN), Value::Float(f32::MIN)),
        (&TOPICS[3], Value::Float(1.1), Value::Float(1.1)),
    ] {
        let ring = Ring::<[AtomicU32; 64]>::new();
        let mut channel = Channel::new(topic);
        let window = Configuration { window: u16::MAX, statistics: Statistics::MEAN, ..Configuration::EVERY_VALUE };
        channel.configure(window).unwrap();
        for now in 0..65535 {
            channel.offer(now, value, &mut ring.writer());
        }
        let record = Record { uptime: 65534, topic: topic.id, kind: RecordKind::Mean, value: mean };
        assert_eq!(records(&ring, &mut Cursor::at(0)), [record]);
    }
}

#[test]
fn what_is_no_configuration() {
    let every = Configuration::EVERY_VALUE;
    let check = |index: usize, configuration: Configuration| Channel::new(&TOPICS[index]).configure(configuration);
    let deadband = |value| Configuration { deadband: Some(value), ..every };
    let threshold = |raise, clear| Configuration { threshold: Some(Threshold { raise, clear, output: None }), ..every };
    let (integer, float) = (Value::Integer(1), Value::Float(1.0));
    assert_eq!(check(0, deadband(float)), Err(InvalidConfiguration::Type));
    assert_eq!(check(3, deadband(integer)), Err(InvalidConfiguration::Type));
    assert_eq!(check(3, deadband(Value::Float(f32::NAN))), Err(InvalidConfiguration::Type));
    assert_eq!(check(3, deadband(Value::Float(-1.0))), Err(InvalidConfiguration::Negative));
    assert_eq!(check(3, deadband(Value::Float(-0.0))), Ok(()));
    assert_eq!(check(1, deadband(Value::Integer(-1))), Err(InvalidConfiguration::Negative));
    assert_eq!(check(2, threshold(integer, float)), Err(InvalidConfiguration::Type));
    assert_eq!(check(3, threshold(float, Value::Float(f32::INFINITY))), Err(InvalidConfiguration::Type));
    assert_eq!(check(0, Configuration { window: 1, ..every }), Err(InvalidConfiguration::NoStatistics));
    assert_eq!(check(0, Configuration { statistics: Statistics::ALL, ..every }), Ok(()));
}

/// What was set stays, and what was not: a refused configuration changes nothing, an accepted one begins anew.
#[test]
fn a_configuration_begins_anew() {
    let ring = Ring::<[AtomicU32; 64]>::new();
    let mut writer = ring.writer();
    let mut channel = Channel::new(&TOPICS[0]);
    let threshold = Threshold { raise: Value::Integer(10), clear: Value::Integer(5), output: Some(1) };
    let configuration = Configuration { period: 10, threshold: Some(threshold), ..Configuration::EVERY_VALUE };
    channel.configure(configuration).unwrap();
    assert!(channel.due(100));
    let alarm = Some(Alarm { raised: true, output: Some(1) });
    assert_eq!(channel.offer(100, Value::Integer(10), &mut writer), alarm);
    let refused = Configuration { window: 4, ..configuration };
    channel.configure(refused).unwrap_err();
    assert_eq!((channel.configuration(), channel.raised(), channel.next_due()), (&configuration, alarm, Some(110)));
    channel.configure(configuration).unwrap();
    assert_eq!((channel.raised(), channel.next_due()), (None, Some(0)));
    assert_eq!(channel.latest(), Some((100, Value::Integer(10), RecordKind::Sample)));
    assert_eq!(channel.offer(101, Value::Integer(11), &mut writer), alarm);
    assert_eq!(channel.counts().samples, 2);
}

/// Nobody asked for 50 days: the count stops at what 49 days hold, and the grid begins anew.
#[test]
fn nobody_asks_for_long() {
    let mut channel = Channel::new(&TOPICS[0]);
    channel.configure(Configuration { period: 1000, ..Configuration::EVERY_VALUE }).unwrap();
    assert!(channel.due(7));
    let now = 50 * 24 * 3_600_000;
    assert!(channel.due(now) && !channel.due(now));
    assert_eq!((channel.counts().missed, channel.next_due()), (u32::MAX / 1000, Some(now + 1000)));
}

/// Defaults that make no sense for the topic are not taken.
#[test]
fn nonsensical_defaults() {
    static NONSENSE: Topic = Topic {
        defaults: Configuration { deadband: Some(Value::Float(1.0)), period: 5, ..Configuration::EVERY_VALUE },
        ..topic(1, Kind::Integer)
    };
    assert_eq!(Channel::new(&NONSENSE).configuration(), &Configuration::EVERY_VALUE);
}

#[test]
fn boolean_deadband_above_one() {
    // Of a boolean every number but 0 is 1, a deadband's too.
    let ring = Ring::<[AtomicU32; 64]>::new();
    let mut channel = Channel::new(&TOPICS[2]);
    channel.configure(Configuration { deadband: Some(Value::Integer(2)), ..Configuration::EVERY_VALUE }).unwrap();
    for value in [0, 1, 5, 0] {
        channel.offer(0, Value::Integer(value), &mut ring.writer());
    }
    assert_eq!(records(&ring, &mut Cursor::at(0)).len(), 3);
}
