// SPDX-License-Identifier: Apache-2.0
//! Records as text, comma separated values and JSON.
//!
//! What was lost stands where the records would, as a line of its own, so that no table looks whole that is not.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;
use westerly_client::{Batch, Kind, Number, Record, Topic, ValueType};

use crate::arguments::Output;
use crate::output::count;

pub(crate) struct Printer {
    output: Output,
    /// Of the longest name, in characters.
    width: usize,
}

impl Printer {
    pub(crate) fn new(output: Output, topics: &HashMap<u8, Topic>) -> Self {
        let width = topics.values().map(|topic| topic.name.chars().count()).max().unwrap_or_default();
        Self { output, width }
    }

    /// What comes before the first record.
    pub(crate) const fn heading(&self) -> &'static str {
        match self.output {
            Output::Csv => "boot,sequence,uptime_ms,topic,value,unit,kind\n",
            Output::Text | Output::Json => "",
        }
    }

    /// All lines about an answer.
    pub(crate) fn batch(&self, batch: &Batch<Record>, boot: Option<u32>, topics: &HashMap<u8, Topic>) -> String {
        let mut text = String::new();
        if batch.restarted {
            text += &self.restart(boot);
        }
        if batch.lost > 0 {
            text += &self.lost(batch, boot);
        }
        for record in &batch.records {
            let unknown;
            let topic = match topics.get(&record.topic) {
                Some(topic) => topic,
                None => {
                    unknown = Topic::unknown(record.topic);
                    &unknown
                }
            };
            text += &self.record(record, boot, topic);
        }
        text
    }

    fn restart(&self, boot: Option<u32>) -> String {
        match self.output {
            Output::Text => {
                let run = boot.map_or_else(String::new, |boot| format!(" (boot {boot})"));
                format!("-- the device has restarted{run}; what was not read before is gone\n")
            }
            Output::Csv => format!("{},,,,,,restart\n", number(boot)),
            Output::Json => object(&[("boot", json(boot)), ("kind", "restart".into())]),
        }
    }

    fn lost(&self, batch: &Batch<Record>, boot: Option<u32>) -> String {
        let Batch { from, next, lost, .. } = batch;
        match self.output {
            Output::Text => format!("-- {} lost of {from} to {}\n", count(*lost, "record"), next - 1),
            Output::Csv => format!("{},{from},,,{lost},records,lost\n", number(boot)),
            Output::Json => object(&[
                ("boot", json(boot)),
                ("from", (*from).into()),
                ("next", (*next).into()),
                ("lost", (*lost).into()),
                ("kind", "lost".into()),
            ]),
        }
    }

    fn record(&self, record: &Record, boot: Option<u32>, topic: &Topic) -> String {
        let kind = Kind::from(record.kind);
        let Record { sequence, uptime, .. } = record;
        // A fault's value is a number of the system's, not one of the topic's.
        let fault = Topic { value_type: ValueType::Integer, unit: String::new(), ..topic.clone() };
        let topic = if kind == Kind::Fault { &fault } else { topic };
        let value = topic.text(record.value);
        match self.output {
            Output::Text => {
                let width = self.width;
                let uptime = format!("{}.{:03}", uptime / 1000, uptime % 1000);
                let mut line =
                    format!("{sequence:>8} {uptime:>12} s  {:<width$}  {value:>10} {}", topic.name, topic.unit);
                if kind != Kind::Sample {
                    let _ = write!(line, "  {}", meaning(kind));
                }
                format!("{}\n", line.trim_end())
            }
            Output::Csv => {
                let (name, unit) = (quoted(&topic.name), quoted(&topic.unit));
                format!("{},{sequence},{uptime},{name},{value},{unit},{}\n", number(boot), kind.name())
            }
            Output::Json => object(&[
                ("boot", json(boot)),
                ("sequence", (*sequence).into()),
                ("uptime_ms", (*uptime).into()),
                ("topic", topic.name.as_str().into()),
                ("value", json_value(topic, record.value)),
                ("unit", topic.unit.as_str().into()),
                ("kind", kind.name().into()),
            ]),
        }
    }
}

/// For people.
pub(crate) const fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Raised => "ALARM",
        Kind::Cleared => "alarm over",
        Kind::Fault => "FAULT: no value",
        other => other.name(),
    }
}

/// A field of comma separated values (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into() }
}

fn number(number: Option<u32>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

fn json(number: Option<u32>) -> Value {
    number.map_or(Value::Null, Value::from)
}

/// As many digits as the text has: 21.3 as 32 bits is not 21.3 as 64.
fn json_value(topic: &Topic, value: Number) -> Value {
    match (topic.value_type, value) {
        (ValueType::Boolean, Number::Integer(0)) => false.into(),
        (ValueType::Boolean, Number::Integer(1)) => true.into(),
        (ValueType::Fixed { .. }, _) | (_, Number::Float(_)) => {
            topic.text(value).parse::<f64>().map_or(Value::Null, Value::from)
        }
        (_, Number::Integer(value)) => value.into(),
    }
}

/// A line with an object whose keys stay in order.
fn object(entries: &[(&str, Value)]) -> String {
    let entries: Vec<_> = entries.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}\n", entries.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics() -> HashMap<u8, Topic> {
        let temperature = Topic {
            name: "temperature".into(),
            unit: "°C".into(),
            value_type: ValueType::Fixed { decimals: 2 },
            ..Topic::unknown(1)
        };
        let door = Topic { name: "door, \"left\"".into(), value_type: ValueType::Boolean, ..Topic::unknown(2) };
        [(1, temperature), (2, door)].into()
    }

    fn record(sequence: u64, topic: u8, value: i64, kind: u8) -> Record {
        Record { sequence, uptime: 61_002, topic, value: Number::Integer(value), kind }
    }

    fn printed(output: Output) -> String {
        let records = vec![record(9, 1, 2345, 0), record(10, 2, 1, 4), record(11, 1, -5, 6), record(12, 7, 3, 99)];
        let batch = Batch { from: 2, next: 13, lost: 7, restarted: true, records };
        Printer::new(output, &topics()).batch(&batch, Some(3), &topics())
    }

    #[test]
    fn as_text() {
        assert_eq!(
            printed(Output::Text),
            "-- the device has restarted (boot 3); what was not read before is gone\n\
             -- 7 records lost of 2 to 12\n\
             \x20      9       61.002 s  temperature        23.45 °C\n\
             \x20     10       61.002 s  door, \"left\"          on   ALARM\n\
             \x20     11       61.002 s  temperature           -5   FAULT: no value\n\
             \x20     12       61.002 s  topic 7                3   unknown\n"
        );
    }

    #[test]
    fn as_comma_separated_values() {
        assert_eq!(
            printed(Output::Csv),
            "3,,,,,,restart\n\
             3,2,,,7,records,lost\n\
             3,9,61002,temperature,23.45,°C,sample\n\
             3,10,61002,\"door, \"\"left\"\"\",on,,raised\n\
             3,11,61002,temperature,-5,,fault\n\
             3,12,61002,topic 7,3,,unknown\n"
        );
    }

    #[test]
    fn as_json() {
        let lines = [
            r#"{"boot":3,"kind":"restart"}"#,
            r#"{"boot":3,"from":2,"next":13,"lost":7,"kind":"lost"}"#,
            r#"{"boot":3,"sequence":9,"uptime_ms":61002,"topic":"temperature","value":23.45,"unit":"°C","kind":"sample"}"#,
            r#"{"boot":3,"sequence":10,"uptime_ms":61002,"topic":"door, \"left\"","value":true,"unit":"","kind":"raised"}"#,
            r#"{"boot":3,"sequence":11,"uptime_ms":61002,"topic":"temperature","value":-5,"unit":"","kind":"fault"}"#,
            r#"{"boot":3,"sequence":12,"uptime_ms":61002,"topic":"topic 7","value":3,"unit":"","kind":"unknown"}"#,
            "",
        ];
        assert_eq!(printed(Output::Json), lines.join("\n"));
        let float = Topic { value_type: ValueType::Float, ..Topic::unknown(1) };
        assert_eq!(json_value(&float, Number::Float(21.3)).to_string(), "21.3");
        assert_eq!(json_value(&float, Number::Float(f32::NAN)), Value::Null);
    }
}
