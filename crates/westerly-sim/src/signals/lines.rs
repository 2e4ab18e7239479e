// SPDX-License-Identifier: Apache-2.0
//! The board's inputs and outputs.

/// Places in the list.
pub(super) const LED1: u8 = 1;
pub(super) const RELAY: u8 = 2;
pub(super) const BUTTON: u8 = 3;

/// Names, and which are outputs.
pub(super) const LINES: [(&str, bool); 4] = [("led0", true), ("led1", true), ("relay", true), ("button0", false)];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    on: bool,
    /// The uptime at which a pulse ends.
    until: Option<u64>,
}

/// All are off at first.
#[derive(Debug, Default)]
pub(super) struct Lines([State; LINES.len()]);

impl Lines {
    pub(super) fn is_on(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(|line| line.on)
    }

    /// Ends a pulse.
    pub(super) fn set(&mut self, index: usize, on: bool) {
        if let Some(line) = self.0.get_mut(index) {
            *line = State { on, until: None };
        }
    }

    pub(super) fn pulse(&mut self, index: usize, until: u64) {
        if let Some(line) = self.0.get_mut(index) {
            *line = State { on: true, until: Some(until) };
        }
    }

    /// Ends the pulses whose time has come.
    pub(super) fn end_pulses(&mut self, now: u64) {
        for line in &mut self.0 {
            if line.until.is_some_and(|until| until <= now) {
                *line = State::default();
            }
        }
    }

    /// When the next pulse ends.
    pub(super) fn next_end(&self) -> Option<u64> {
        self.0.iter().filter_map(|line| line.until).min()
    }
}

/// For people.
pub(super) const fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_are_those_of_the_names() {
        for (place, name) in [(LED1, "led1"), (RELAY, "relay"), (BUTTON, "button0")] {
            assert_eq!(LINES[usize::from(place)].0, name);
        }
    }

    #[test]
    fn a_pulse_ends_and_a_write_or_another_takes_its_place() {
        let mut lines = Lines::default();
        lines.pulse(0, 100);
        lines.pulse(1, 50);
        assert_eq!(lines.next_end(), Some(50));
        lines.pulse(1, 150);
        lines.end_pulses(100);
        assert_eq!((lines.is_on(0), lines.is_on(1), lines.next_end()), (false, true, Some(150)));
        lines.set(1, true);
        lines.end_pulses(1000);
        assert!(lines.is_on(1));
        assert!(!lines.is_on(9));
    }
}
