// SPDX-License-Identifier: Apache-2.0
//! The device whose answers were recorded from Zephyr's server: the subtree `bench`, the counters `bench`, and what two
//! commands of Zephyr's shell print.

use westerly_server::{Counter, Executed, Settings, SettingsError, Shell, counters};

use super::shell::Printed;

counters! {
    /// As the recorded device had them.
    pub struct BenchCounters = "bench" {
        /// Five.
        ticks,
        /// None.
        requests,
    }
}

impl BenchCounters {
    pub fn recorded() -> Self {
        Self { ticks: 5.into(), requests: Counter::new() }
    }
}

/// `bench/number`, `bench/text` and `bench/fixed`, which cannot be set.
pub struct Bench {
    text: Text,
    saved: Option<Text>,
}

#[derive(Clone, Copy)]
struct Text {
    bytes: [u8; 15],
    length: usize,
}

const NUMBER: [u8; 4] = 42u32.to_le_bytes();

impl Bench {
    pub fn new() -> Self {
        let mut text = Text { bytes: [0; 15], length: 5 };
        text.bytes[..5].copy_from_slice(b"hello");
        Self { text, saved: None }
    }
}

fn missing(name: &str) -> SettingsError {
    if name.split('/').next() == Some("bench") { SettingsError::NotFound } else { SettingsError::RootNotFound }
}

impl Settings for Bench {
    fn read(&mut self, name: &str, into: &mut [u8]) -> Result<usize, SettingsError> {
        let value = match name {
            "bench/number" => &NUMBER[..],
            "bench/text" => &self.text.bytes[..self.text.length],
            "bench/fixed" => &[7],
            _ => return Err(missing(name)),
        };
        into.get_mut(..value.len()).ok_or(SettingsError::TooLarge)?.copy_from_slice(value);
        Ok(value.len())
    }

    fn write(&mut self, name: &str, value: &[u8]) -> Result<(), SettingsError> {
        if name != "bench/text" {
            return Err(missing(name));
        }
        self.text.bytes.get_mut(..value.len()).ok_or(SettingsError::TooLarge)?.copy_from_slice(value);
        self.text.length = value.len();
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), SettingsError> {
        if name == "bench/text" {
            self.saved = None;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), SettingsError> {
        Ok(())
    }

    fn load(&mut self) -> Result<(), SettingsError> {
        self.text = self.saved.unwrap_or(self.text);
        Ok(())
    }

    fn save(&mut self, name: Option<&str>) -> Result<(), SettingsError> {
        if let None | Some("bench" | "bench/text") = name {
            self.saved = Some(self.text);
        }
        Ok(())
    }
}

/// Prints what Zephyr's shell does.
pub struct ZephyrShell;

impl Shell for ZephyrShell {
    fn execute(&mut self, line: &str, output: &mut [u8]) -> Executed {
        let mut printed = Printed::to(output);
        let mut print = |texts: &[&str]| texts.iter().for_each(|text| printed.print(text.as_bytes()));
        let returned = match line {
            "kernel version" => {
                print(&["\r\nZephyr version 4.3.0\r\n"]);
                0
            }
            "kernel sleep" => {
                print(&["\r\n\x1b[1;31msleep: wrong parameter count\r\n\x1b[msleep - ms\r\n"]);
                -22
            }
            _ => {
                print(&["\r\n\x1b[1;31m", line, ": command not found\r\n\x1b[m"]);
                -8
            }
        };
        printed.executed(returned)
    }
}
