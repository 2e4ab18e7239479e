// SPDX-License-Identifier: Apache-2.0

//! Names for what the kernel leaves unnamed, made without `core::fmt`.

/// Room for the longest kind and a number of ten digits.
const NAME_LENGTH: usize = 16;

/// A text made of a kind and a number.
pub(crate) struct Name {
    bytes: [u8; NAME_LENGTH],
    length: usize,
}

impl Name {
    /// `kind` and behind it `number`, cut to 16 bytes.
    pub(crate) fn numbered(kind: &str, number: u32) -> Self {
        let mut name = Self { bytes: [0; NAME_LENGTH], length: 0 };
        for byte in kind.bytes() {
            name.push(byte);
        }
        name.push_number(number);
        name
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn push_number(&mut self, number: u32) {
        let mut unit = 1;
        while number / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            let digit = number / unit % 10;
            self.push(b'0' + u8::try_from(digit).unwrap_or(0));
            unit /= 10;
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}
