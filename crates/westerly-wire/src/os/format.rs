// SPDX-License-Identifier: Apache-2.0
//! The format letters of the application information (Zephyr documentation, "OS/Application info").

/// One part of the application information, a bit each in [`Format`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `s`
    KernelName,
    /// `n`
    NodeName,
    /// `r`
    KernelRelease,
    /// `v`
    KernelVersion,
    /// `b`
    BuildDateTime,
    /// `m`
    Machine,
    /// `p`
    Processor,
    /// `i`
    HardwarePlatform,
    /// `o`
    OperatingSystem,
}

impl Part {
    /// Every part, in the order of the output.
    pub const ALL: [Self; 9] = [
        Self::KernelName,
        Self::NodeName,
        Self::KernelRelease,
        Self::KernelVersion,
        Self::BuildDateTime,
        Self::Machine,
        Self::Processor,
        Self::HardwarePlatform,
        Self::OperatingSystem,
    ];

    /// The letter that asks for it.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::KernelName => b's',
            Self::NodeName => b'n',
            Self::KernelRelease => b'r',
            Self::KernelVersion => b'v',
            Self::BuildDateTime => b'b',
            Self::Machine => b'm',
            Self::Processor => b'p',
            Self::HardwarePlatform => b'i',
            Self::OperatingSystem => b'o',
        }
    }

    const fn bit(self) -> u16 {
        match self {
            Self::KernelName => 1,
            Self::NodeName => 1 << 1,
            Self::KernelRelease => 1 << 2,
            Self::KernelVersion => 1 << 3,
            Self::BuildDateTime => 1 << 4,
            Self::Machine => 1 << 5,
            Self::Processor => 1 << 6,
            Self::HardwarePlatform => 1 << 7,
            Self::OperatingSystem => 1 << 8,
        }
    }
}

/// The set of parts a format string asks for. Order and repetition in the string do not matter; `a` is all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format(u16);

/// The format string holds a letter that is no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl Format {
    /// Reads a format string; an empty one asks for the kernel's name.
    ///
    /// # Errors
    /// [`UnknownFormat`].
    pub fn parse(text: &str) -> Result<Self, UnknownFormat> {
        let mut set = 0;
        for letter in text.bytes() {
            set |= match letter {
                b'a' => Part::ALL.iter().fold(0, |all, part| all | part.bit()),
                _ => Part::ALL.iter().find(|part| part.letter() == letter).ok_or(UnknownFormat)?.bit(),
            };
        }
        Ok(Self(if set == 0 { Part::KernelName.bit() } else { set }))
    }

    /// The parts of the set, in the order of the output.
    pub fn parts(self) -> impl Iterator<Item = Part> + Clone {
        Part::ALL.into_iter().filter(move |part| self.0 & part.bit() != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(format: &str) -> Result<String, UnknownFormat> {
        Ok(Format::parse(format)?.parts().map(|part| char::from(part.letter())).collect())
    }

    #[test]
    fn sets() {
        assert_eq!(letters("").unwrap(), "s");
        assert_eq!(letters("a").unwrap(), "snrvbmpio");
        assert_eq!(letters("oas").unwrap(), "snrvbmpio");
        assert_eq!(letters("ivi").unwrap(), "vi");
        assert_eq!(letters("sx"), Err(UnknownFormat));
        assert_eq!(letters("S"), Err(UnknownFormat));
        assert_eq!(letters("é"), Err(UnknownFormat));
    }
}
