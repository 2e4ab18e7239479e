// SPDX-License-Identifier: Apache-2.0
//! Between a topic's configuration and the keys that stand for it on the wire.

use westerly_store::{Channel, Configuration, Kind, Statistics, Threshold, Value};
use westerly_wire::cbor::Number;
use westerly_wire::telemetry::{Configure, Topic, kind_of_value};

/// A value as it is written.
pub(super) fn number(value: Value) -> Number {
    match value {
        Value::Integer(value) => Number::Integer(value.into()),
        Value::Float(value) => Number::Float(value),
    }
}

/// A number as a value of a kind; `None` when it can be none. Whole numbers are written as integers by some clients, whatever
/// the topic.
#[expect(clippy::as_conversions, reason = "there is no other conversion to a float, and rounding is what is wanted")]
fn value(kind: Kind, number: Number) -> Option<Value> {
    match (kind, number) {
        (Kind::Float, Number::Float(value)) => Some(Value::Float(value)),
        (Kind::Float, Number::Integer(value)) => i32::try_from(value).ok().map(|value| Value::Float(value as f32)),
        (_, Number::Integer(value)) => i32::try_from(value).ok().map(Value::Integer),
        (_, Number::Float(_)) => None,
    }
}

/// All about a topic.
pub(super) fn topic(channel: &Channel) -> Topic<'static> {
    let topic = channel.topic();
    let (kind, decimals) = match topic.kind {
        Kind::Integer => (kind_of_value::INTEGER, None),
        Kind::Fixed { decimals } => (kind_of_value::FIXED, Some(decimals)),
        Kind::Boolean => (kind_of_value::BOOLEAN, None),
        Kind::Float => (kind_of_value::FLOAT, None),
    };
    let told = tell(channel);
    Topic {
        id: topic.id,
        name: topic.name,
        unit: topic.unit,
        kind,
        decimals,
        period: told.period.unwrap_or_default(),
        window: told.window,
        statistics: told.statistics,
        deadband: told.deadband,
        rate: told.rate,
        raise: told.raise,
        clear: told.clear,
        output: told.output,
    }
}

/// How a topic is configured. What is switched off is left out.
pub(super) fn tell(channel: &Channel) -> Configure {
    let Configuration { period, window, statistics, deadband, rate, threshold } = *channel.configuration();
    Configure {
        topic: channel.topic().id.into(),
        default: None,
        alarm: None,
        period: Some(period),
        window: (window != 0).then_some(window),
        statistics: (window != 0).then_some(statistics.bits()),
        deadband: deadband.map(number),
        rate: (rate != 0).then_some(rate),
        raise: threshold.map(|threshold| number(threshold.raise)),
        clear: threshold.map(|threshold| number(threshold.clear)),
        output: threshold.and_then(|threshold| threshold.output),
    }
}

/// What a topic's configuration becomes by a request; `None` when a number is not of the topic's kind or half an alarm is
/// asked for. Whether the whole is valid is the channel's to say.
pub(super) fn changed(channel: &Channel, request: &Configure) -> Option<Configuration> {
    let topic = channel.topic();
    let value = |number| value(topic.kind, number);
    let mut to = if request.default == Some(true) { topic.defaults } else { *channel.configuration() };
    to.period = request.period.unwrap_or(to.period);
    to.window = request.window.unwrap_or(to.window);
    to.rate = request.rate.unwrap_or(to.rate);
    if let Some(bits) = request.statistics {
        to.statistics = Statistics::from_bits(bits)?;
    }
    if let Some(deadband) = request.deadband {
        let deadband = value(deadband)?;
        to.deadband = (deadband != Value::Integer(0) && deadband != Value::Float(0.0)).then_some(deadband);
    }
    if request.alarm == Some(false) {
        to.threshold = None;
    }
    if request.raise.is_some() || request.clear.is_some() || request.output.is_some() {
        let before = to.threshold;
        let or_before = |number: Option<Number>, before: Option<Value>| match number {
            Some(number) => value(number),
            None => before,
        };
        to.threshold = Some(Threshold {
            raise: or_before(request.raise, before.map(|before| before.raise))?,
            clear: or_before(request.clear, before.map(|before| before.clear))?,
            output: request.output.or(before.and_then(|before| before.output)),
        });
    }
    Some(to)
}
