// SPDX-License-Identifier: Apache-2.0
//! Numbers that may have a fraction: read from an integer or a float of any width, written as an integer or a float of
//! 32 bits.
//!
//! What it will not do: keep more of a 64-bit float than 32 bits hold. It is rounded to the nearest, ties to even; one out of
//! range becomes an infinity.

use super::{Full, Malformed, Reader, Value, Writer};

const HALF: u8 = 0xf9;
const SINGLE: u8 = 0xfa;
const DOUBLE: u8 = 0xfb;

/// A number as a peer wrote it. Floats are equal when their bits are, so that every number equals itself.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Without a fraction.
    Integer(i64),
    /// With one, or written as if it had one.
    Float(f32),
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Integer(one), Self::Integer(another)) => one == another,
            (Self::Float(one), Self::Float(another)) => one.to_bits() == another.to_bits(),
            _ => false,
        }
    }
}

impl Eq for Number {}

impl<'b> Value<'b> for Number {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        reader.number()
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        match *self {
            Self::Integer(value) => writer.integer(value),
            Self::Float(value) => writer.float(value),
        }
    }
}

impl Reader<'_> {
    /// An integer or a float of 16, 32 or 64 bits.
    ///
    /// # Errors
    /// [`Malformed`] for another type or an integer outside `i64`.
    pub fn number(&mut self) -> Result<Number, Malformed> {
        let (Some(initial @ HALF..=DOUBLE), mut ahead) = (self.peek(), self.clone()) else {
            return self.integer().map(Number::Integer);
        };
        let bits = ahead.head()?.argument.ok_or(Malformed)?;
        *self = ahead;
        Ok(Number::Float(match initial {
            HALF => from_half(u16::try_from(bits).map_err(|_| Malformed)?),
            SINGLE => f32::from_bits(u32::try_from(bits).map_err(|_| Malformed)?),
            _ => from_double(bits),
        }))
    }
}

impl Writer<'_> {
    /// A float of 32 bits.
    ///
    /// # Errors
    /// [`Full`].
    pub fn float(&mut self, value: f32) -> Result<(), Full> {
        let [highest, higher, high, low] = value.to_bits().to_be_bytes();
        self.append(&[SINGLE, highest, higher, high, low])
    }
}

/// The same value; 32 bits hold every one of 16.
fn from_half(half: u16) -> f32 {
    const FRACTION_BITS: u32 = 10;
    // How far the fraction and what stands for an exponent of 0 are apart in the two formats.
    const WIDER: u32 = 23 - FRACTION_BITS;
    const REBIASED: u32 = 127 - 15;
    let sign = u32::from(half & 0x8000) << 16;
    let magnitude = u32::from(half & 0x7fff);
    let (exponent, fraction) = match (magnitude >> FRACTION_BITS, magnitude & 0x3ff) {
        (0, 0) => (0, 0),
        // Subnormal there and normal here: the highest bit set moves to the place of the one that is not written.
        (0, fraction) => {
            let shift = fraction.leading_zeros().wrapping_sub(31 - FRACTION_BITS);
            (REBIASED.wrapping_add(1).wrapping_sub(shift), fraction.wrapping_shl(shift) & 0x3ff)
        }
        (0x1f, fraction) => (0xff, fraction),
        (exponent, fraction) => (exponent.wrapping_add(REBIASED), fraction),
    };
    f32::from_bits(sign | exponent << 23 | fraction << WIDER)
}

#[expect(clippy::as_conversions, reason = "there is no other conversion, and rounding is what is wanted")]
fn from_double(bits: u64) -> f32 {
    f64::from_bits(bits) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8]) -> Result<Number, Malformed> {
        let mut reader = Reader::new(bytes);
        let number = reader.number()?;
        assert_eq!(reader.left(), 0, "{bytes:02x?}");
        Ok(number)
    }

    /// The examples of RFC 8949, appendix A, as far as they are numbers that fit.
    #[test]
    fn examples_of_the_standard() {
        use Number::{Float, Integer};
        for (bytes, expected) in [
            (&b"\x00"[..], Integer(0)),
            (b"\x18\x64", Integer(100)),
            (b"\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00", Integer(1_000_000_000_000)),
            (b"\x38\x63", Integer(-100)),
            (b"\xf9\x00\x00", Float(0.0)),
            (b"\xf9\x80\x00", Float(-0.0)),
            (b"\xf9\x3c\x00", Float(1.0)),
            (b"\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a", Float(1.1)),
            (b"\xf9\x3e\x00", Float(1.5)),
            (b"\xf9\x7b\xff", Float(65504.0)),
            (b"\xfa\x47\xc3\x50\x00", Float(100_000.0)),
            (b"\xfa\x7f\x7f\xff\xff", Float(f32::MAX)),
            (b"\xfb\x7e\x37\xe4\x3c\x88\x00\x75\x9c", Float(f32::INFINITY)),
            (b"\xf9\x00\x01", Float(5.960_464_5e-8)),
            (b"\xf9\x04\x00", Float(0.000_061_035_156)),
            (b"\xf9\xc4\x00", Float(-4.0)),
            (b"\xfb\xc0\x10\x66\x66\x66\x66\x66\x66", Float(-4.1)),
            (b"\xf9\x7c\x00", Float(f32::INFINITY)),
            (b"\xf9\xfc\x00", Float(f32::NEG_INFINITY)),
            (b"\xfb\xff\xf0\x00\x00\x00\x00\x00\x00", Float(f32::NEG_INFINITY)),
        ] {
            assert_eq!(number(bytes), Ok(expected), "{bytes:02x?}");
        }
        for bytes in [&b"\xf9\x7e\x00"[..], b"\xfa\x7f\xc0\x00\x00", b"\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00"] {
            assert!(matches!(number(bytes), Ok(Float(value)) if value.is_nan()), "{bytes:02x?}");
        }
    }

    #[test]
    fn what_is_no_number() {
        for bytes in
            [&b""[..], b"\xf4", b"\xf6", b"\xf8\x20", b"\xff", b"\x61a", b"\x41a", b"\x80", b"\xa0", b"\xc1\x00"]
        {
            assert_eq!(number(bytes), Err(Malformed), "{bytes:02x?}");
        }
        for whole in [&b"\xf9\x3c\x00"[..], b"\xfa\x3f\x80\x00\x00", b"\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00"] {
            for length in 0..whole.len() {
                assert_eq!(number(&whole[..length]), Err(Malformed));
            }
        }
        // Integers of 64 bits and a sign.
        assert_eq!(number(b"\x1b\x80\x00\x00\x00\x00\x00\x00\x00"), Err(Malformed));
    }

    /// All of them, against the value that the format defines.
    #[test]
    fn every_half() {
        for half in 0..=u16::MAX {
            let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
            let fraction = f64::from(half & 0x3ff);
            let expected = match half >> 10 & 0x1f {
                0x1f if fraction == 0.0 => sign * f64::INFINITY,
                0x1f => f64::NAN,
                0 => sign * fraction * 2f64.powi(-24),
                exponent => sign * (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
            };
            let read = f64::from(from_half(half));
            assert!(read.to_bits() == expected.to_bits() || read.is_nan() && expected.is_nan(), "{half:04x}");
        }
    }

    #[test]
    fn written_and_read_back() {
        for value in [Number::Integer(i64::MIN), Number::Integer(i64::MAX), Number::Float(-0.0), Number::Float(21.5)] {
            let mut buffer = [0; 9];
            let mut writer = Writer::new(&mut buffer);
            value.write(&mut writer).unwrap();
            let length = writer.position();
            assert_eq!(number(&buffer[..length]), Ok(value));
            assert_eq!(value.write(&mut Writer::new(&mut [0; 9][..length - 1])), Err(Full));
        }
        let mut buffer = [0; 5];
        Writer::new(&mut buffer).float(100_000.0).unwrap();
        assert_eq!(buffer, *b"\xfa\x47\xc3\x50\x00");
        assert_ne!(Number::Float(1.0), Number::Integer(1));
    }
}
