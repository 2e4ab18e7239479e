// SPDX-License-Identifier: Apache-2.0

//! Levels, and what the linker knows of them: a message's index tells its level, as `defmt.ld` orders messages by level.

/// What is logged: messages of this level and of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// `defmt::error!`, and `defmt::println!`, which has no level.
    Error,
    /// `defmt::warn!` too.
    Warn,
    /// `defmt::info!` too.
    Info,
    /// `defmt::debug!` too.
    Debug,
    /// `defmt::trace!` too.
    Trace,
}

impl Level {
    /// All levels, each with more than the one before.
    pub const ALL: [Self; 6] = [Self::Off, Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];
}

/// Where in `.defmt` each level's messages begin, and where the last one's end.
#[derive(Clone, Copy)]
pub(crate) struct Markers {
    pub(crate) trace: u16,
    pub(crate) debug: u16,
    pub(crate) info: u16,
    pub(crate) warn: u16,
    pub(crate) error: u16,
    /// Behind it is what has no level.
    pub(crate) end: u16,
}

/// The messages that are logged: the indices below `first_level`, which are no messages, and those from `from` on.
#[derive(Clone, Copy)]
pub(crate) struct Filter {
    first_level: u16,
    from: u16,
}

impl Filter {
    /// Logs everything.
    pub(crate) const ALL: Self = Self { first_level: 0, from: 0 };

    pub(crate) fn new(level: Level, markers: &Markers) -> Self {
        let from = match level {
            Level::Off => u16::MAX,
            Level::Error => markers.error,
            Level::Warn => markers.warn,
            Level::Info => markers.info,
            Level::Debug => markers.debug,
            Level::Trace => markers.trace,
        };
        Self { first_level: markers.trace, from }
    }

    pub(crate) fn takes(self, index: u16) -> bool {
        index >= self.from || index < self.first_level
    }
}

impl Markers {
    /// The last level that a message of the image has.
    pub(crate) fn compiled(&self) -> Level {
        let levels = [
            (Level::Trace, self.trace, self.debug),
            (Level::Debug, self.debug, self.info),
            (Level::Info, self.info, self.warn),
            (Level::Warn, self.warn, self.error),
            (Level::Error, self.error, self.end),
        ];
        let last = levels.into_iter().find(|(_, start, end)| start < end);
        last.map_or(Level::Off, |(level, _, _)| level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKERS: Markers = Markers { trace: 10, debug: 12, info: 12, warn: 15, error: 16, end: 17 };

    #[test]
    fn a_level_takes_itself_and_what_is_graver() {
        let taken = |level, index| Filter::new(level, &MARKERS).takes(index);
        for (level, first) in
            [(Level::Trace, 10), (Level::Debug, 12), (Level::Info, 12), (Level::Warn, 15), (Level::Error, 16)]
        {
            for index in 10..40 {
                assert_eq!(taken(level, index), index >= first, "{level:?} {index}");
            }
        }
        // Behind the error messages: println, which has no level.
        assert!(taken(Level::Error, 17));
        assert!(!taken(Level::Off, 16));
        assert!(!taken(Level::Off, 17));
    }

    #[test]
    fn the_last_level_with_a_message() {
        assert_eq!(MARKERS.compiled(), Level::Trace);
        assert_eq!(Markers { trace: 12, ..MARKERS }.compiled(), Level::Info);
        assert_eq!(Markers { trace: 5, debug: 5, info: 5, warn: 5, error: 5, end: 5 }.compiled(), Level::Off);
    }
}
