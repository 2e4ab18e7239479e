// SPDX-License-Identifier: Apache-2.0
//! How the tour is shown: a name on the left, lines beside it. On a terminal names stand out by colour; elsewhere there is nothing but text.

use std::env;
use std::io::{IsTerminal as _, stdout};

use crate::failure::Failure;
use crate::logs::printable;
use crate::output::{count, print};

/// Columns of the names.
const WIDTH: usize = 11;

/// What became of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It showed something.
    Works,
    /// The device does not have it.
    Missing,
    /// The device has it, but not for this caller.
    Refused,
    /// The device has it, and it does not work.
    Failed,
}

pub(super) struct Page {
    is_terminal: bool,
    stations: Vec<(&'static str, Verdict)>,
}

impl Verdict {
    /// What precedes the text, and its colour on a terminal (ECMA-48, "select graphic rendition").
    const fn mark(self) -> (&'static str, &'static str) {
        match self {
            Self::Works => ("", "0"),
            Self::Missing => ("not offered: ", "2"),
            Self::Refused => ("refused: ", "33"),
            Self::Failed => ("FAILED: ", "31"),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Works => "shown",
            Self::Missing => "not offered",
            Self::Refused => "refused",
            Self::Failed => "FAILED",
        }
    }
}

impl Page {
    pub(super) fn new() -> Self {
        let wants_colour = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb");
        Self { is_terminal: stdout().is_terminal() && wants_colour, stations: Vec::new() }
    }

    pub(super) fn heading(&self, text: &str) -> Result<(), Failure> {
        self.put(&format!("{}\n\n", self.coloured("1", text)))
    }

    /// A station and what was seen there.
    pub(super) fn station(&mut self, name: &'static str, verdict: Verdict, lines: &[String]) -> Result<(), Failure> {
        self.stations.push((name, verdict));
        let (mark, colour) = verdict.mark();
        let mut left = self.coloured("1", &format!("{name:<WIDTH$}"));
        let mut text = String::new();
        for (at, line) in lines.iter().enumerate() {
            let mark = if at == 0 { mark } else { "" };
            let line = printable(format!("{mark}{line}").as_bytes());
            text += &format!("{left}{}\n", self.coloured(colour, &line));
            left = " ".repeat(WIDTH);
        }
        self.put(&text)
    }

    /// A line that belongs to what is above it.
    pub(super) fn note(&self, text: &str) -> Result<(), Failure> {
        self.put(&format!("{:WIDTH$}{}\n", "", printable(text.as_bytes())))
    }

    /// How many stations came to what.
    pub(super) fn summary(&self, unanswered: u64) -> Result<(), Failure> {
        let mut text = count(self.stations.len() as u64, "station");
        for verdict in [Verdict::Works, Verdict::Missing, Verdict::Refused, Verdict::Failed] {
            let names = self.named(verdict);
            if verdict == Verdict::Works {
                text += &format!(": {} {}", names.len(), verdict.word());
            } else if !names.is_empty() {
                text += &format!(", {} {} ({})", names.len(), verdict.word(), names.join(", "));
            }
        }
        if unanswered > 0 {
            text += &format!("; {} without an answer", count(unanswered, "request"));
        }
        self.put(&format!("\n{}{text}\n", self.coloured("1", &format!("{:<WIDTH$}", "summary"))))
    }

    pub(super) fn any(&self, verdict: Verdict) -> bool {
        self.stations.iter().any(|(_, of)| *of == verdict)
    }

    pub(super) fn named(&self, verdict: Verdict) -> Vec<&'static str> {
        self.stations.iter().filter(|(_, of)| *of == verdict).map(|(name, _)| *name).collect()
    }

    fn coloured(&self, colour: &str, text: &str) -> String {
        if self.is_terminal && colour != "0" { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.into() }
    }

    /// A reader who has gone does not stop the tour: it has a file to take away.
    fn put(&self, text: &str) -> Result<(), Failure> {
        print(text).map(drop)
    }
}
