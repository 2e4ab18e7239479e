// SPDX-License-Identifier: Apache-2.0
//! Counters of both kinds, standing still.

use core::ops::ControlFlow;

use westerly_server::{Counter, MoreStatistics, counters};

counters! {
    /// What the door did.
    pub struct DoorCounters = "door" {
        /// It was opened.
        opened,
        /// It was shut.
        shut,
    }
}

/// The door. Nobody counts here: every line of the golden files finds the same.
pub static DOOR: DoorCounters = DoorCounters { opened: Counter::new(), shut: Counter::new() };

/// Statistics counted elsewhere, one group of them under the name of the door's.
pub struct Legacy;

const WIDE: [(&str, u64); 3] = [("small", 23), ("word", 0xffff_ffff), ("wide", 0x1_0000_0000)];

impl MoreStatistics for Legacy {
    fn names(&mut self, each: &mut dyn FnMut(&str) -> ControlFlow<()>) {
        let _ = ["wide", "none", "flood"].iter().try_for_each(|name| each(name));
    }

    fn counters(&mut self, group: &str, each: &mut dyn FnMut(&str, u64) -> ControlFlow<()>) -> bool {
        match group {
            "wide" => {
                let _ = WIDE.iter().try_for_each(|(name, value)| each(name, *value));
            }
            "none" => {}
            "flood" => {
                let _ = (0..200).try_for_each(|number| each("one of many", number));
            }
            // Never asked: the group of counters comes first.
            "door" => {
                let _ = each("another door", 0);
            }
            _ => return false,
        }
        true
    }
}
