// SPDX-License-Identifier: Apache-2.0
//! CBOR (RFC 8949) as SMP uses it: reading and writing over minicbor, with fixed bounds and without a heap.
//!
//! * [`Reader`] takes definite and indefinite maps and arrays. Strings must be definite, as every SMP peer sends them.
//! * [`Writer`] writes indefinite maps and arrays, as Zephyr's own server does, so that an answer is built in one pass.
//! * [`Message`] is a map with text keys; the `message!` macro declares one. Unknown keys are skipped; a key of another type,
//!   a known key twice, a value of another type or a missing required key is [`Malformed`].
//! * Skipping follows [`DEPTH`] nested containers and no more. minicbor's own `skip` gives up on some nested indefinite
//!   containers when it has no allocator, which is why there is one here.
//!
//! It will not hold floats, tags or big integers until a message needs them.

use core::fmt;

use minicbor::decode::Decoder;
use minicbor::encode::{Encoder, Write};

/// Nested arrays and maps that an unknown value may hold and still be skipped.
pub const DEPTH: usize = 8;

const BREAK: u8 = 0xff;

/// What was read is not CBOR, not of the expected type, incomplete, or lacks or repeats a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed message")
    }
}

impl core::error::Error for Malformed {}

impl From<minicbor::decode::Error> for Malformed {
    fn from(_: minicbor::decode::Error) -> Self {
        Self
    }
}

/// The buffer has no room for what was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("message does not fit its buffer")
    }
}

impl core::error::Error for Full {}

impl From<minicbor::encode::Error<Full>> for Full {
    fn from(_: minicbor::encode::Error<Full>) -> Self {
        Self
    }
}

/// Reads values off the front of a byte slice.
#[derive(Clone, Debug)]
pub struct Reader<'b> {
    decoder: Decoder<'b>,
}

/// How many items of an array or map are still to come.
#[derive(Clone, Copy, Debug)]
pub struct Items(Option<u64>);

impl<'b> Reader<'b> {
    /// Starts at the first byte.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { decoder: Decoder::new(bytes) }
    }

    /// A text string.
    ///
    /// # Errors
    /// [`Malformed`] for another type, a string in chunks, or text that is not UTF-8.
    pub fn text(&mut self) -> Result<&'b str, Malformed> {
        Ok(self.decoder.str()?)
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`Malformed`] for another type or a string in chunks.
    pub fn bytes(&mut self) -> Result<&'b [u8], Malformed> {
        Ok(self.decoder.bytes()?)
    }

    /// An unsigned integer.
    ///
    /// # Errors
    /// [`Malformed`] for another type.
    pub fn unsigned(&mut self) -> Result<u64, Malformed> {
        Ok(self.decoder.u64()?)
    }

    /// An integer of either sign.
    ///
    /// # Errors
    /// [`Malformed`] for another type or a value outside `i64`.
    pub fn integer(&mut self) -> Result<i64, Malformed> {
        Ok(self.decoder.i64()?)
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`Malformed`] for another type.
    pub fn boolean(&mut self) -> Result<bool, Malformed> {
        Ok(self.decoder.bool()?)
    }

    /// Opens a map; [`Reader::more`] says whether another key follows.
    ///
    /// # Errors
    /// [`Malformed`] for another type.
    pub fn map(&mut self) -> Result<Items, Malformed> {
        Ok(Items(self.decoder.map()?))
    }

    /// Opens an array; [`Reader::more`] says whether another item follows.
    ///
    /// # Errors
    /// [`Malformed`] for another type.
    pub fn array(&mut self) -> Result<Items, Malformed> {
        Ok(Items(self.decoder.array()?))
    }

    /// Whether another entry follows in the container `items` belongs to; takes the break off an indefinite one at its end.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes end inside the container.
    pub fn more(&mut self, items: &mut Items) -> Result<bool, Malformed> {
        match &mut items.0 {
            Some(0) => Ok(false),
            Some(left) => {
                *left = left.saturating_sub(1);
                Ok(true)
            }
            None => {
                let end = self.peek().ok_or(Malformed)? == BREAK;
                if end {
                    self.advance(1);
                }
                Ok(!end)
            }
        }
    }

    /// The next byte, which tells the type of the next value.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.decoder.input().get(self.decoder.position()).copied()
    }

    /// Bytes taken so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.decoder.position()
    }

    /// Passes over one value of any type and gives its bytes.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes are no CBOR, end inside the value, or nest deeper than [`DEPTH`].
    pub fn skip(&mut self) -> Result<&'b [u8], Malformed> {
        let start = self.decoder.position();
        let mut open = [0u64; DEPTH];
        // `open[..depth]` holds, for each container around the next item, how many items it still needs.
        let mut depth = 0usize;
        loop {
            if let Some(items) = self.skip_head()? {
                *open.get_mut(depth).ok_or(Malformed)? = items;
                depth = depth.saturating_add(1);
            }
            loop {
                let Some(innermost) = depth.checked_sub(1) else {
                    return self.decoder.input().get(start..self.decoder.position()).ok_or(Malformed);
                };
                let left = open.get_mut(innermost).ok_or(Malformed)?;
                let ended = match *left {
                    0 => true,
                    INDEFINITE => self.peek() == Some(BREAK) && self.advance(1),
                    _ => {
                        *left = left.saturating_sub(1);
                        false
                    }
                };
                if !ended {
                    break;
                }
                depth = innermost;
            }
        }
    }

    /// Passes over one item that is not a container, or over the head of one; gives the number of items then expected.
    fn skip_head(&mut self) -> Result<Option<u64>, Malformed> {
        let initial = self.peek().ok_or(Malformed)?;
        self.advance(1);
        let (major, short) = (initial >> 5, initial & 0x1f);
        let argument = match short {
            0..=23 => u64::from(short),
            24 => u64::from(self.take::<1>()?[0]),
            25 => u64::from(u16::from_be_bytes(self.take()?)),
            26 => u64::from(u32::from_be_bytes(self.take()?)),
            27 => u64::from_be_bytes(self.take()?),
            31 if matches!(major, 4 | 5) => return Ok(Some(INDEFINITE)),
            _ => return Err(Malformed),
        };
        match major {
            2 | 3 => {
                let length = usize::try_from(argument).map_err(|_| Malformed)?;
                let left = self.decoder.input().len().saturating_sub(self.decoder.position());
                if length > left {
                    return Err(Malformed);
                }
                self.advance(length);
                Ok(None)
            }
            // A count near `INDEFINITE` cannot be met by any input, and twice it is a map's number of items.
            4 if argument <= COUNT_MAX => Ok(Some(argument)),
            5 if argument <= COUNT_MAX => Ok(Some(argument.saturating_mul(2))),
            4 | 5 => Err(Malformed),
            6 => Ok(Some(1)),
            _ => Ok(None),
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let rest = self.decoder.input().get(self.decoder.position()..).ok_or(Malformed)?;
        let bytes = rest.first_chunk().ok_or(Malformed)?;
        self.advance(N);
        Ok(*bytes)
    }

    /// Always true, so that it can end a condition.
    fn advance(&mut self, bytes: usize) -> bool {
        self.decoder.set_position(self.decoder.position().saturating_add(bytes));
        true
    }
}

const INDEFINITE: u64 = u64::MAX;
const COUNT_MAX: u64 = 0xffff_ffff;

/// The bytes a [`Writer`] fills, from the front.
#[derive(Debug)]
struct Buffer<'a> {
    bytes: &'a mut [u8],
    used: usize,
}

impl Write for Buffer<'_> {
    type Error = Full;

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let room = self.bytes.get_mut(self.used..).and_then(|rest| rest.get_mut(..bytes.len())).ok_or(Full)?;
        // As long as each other. `copy_from_slice` would ask again, and where size comes first that panic stays in.
        room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.used = self.used.saturating_add(bytes.len());
        Ok(())
    }
}

/// Writes values into a byte slice, front to back.
#[derive(Debug)]
pub struct Writer<'a> {
    encoder: Encoder<Buffer<'a>>,
}

impl<'a> Writer<'a> {
    /// Starts at the first byte of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self { encoder: Encoder::new(Buffer { bytes, used: 0 }) }
    }

    /// Bytes written so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.encoder.writer().used
    }

    /// Takes back everything after the first `position` bytes.
    pub fn truncate(&mut self, position: usize) {
        let buffer = self.encoder.writer_mut();
        buffer.used = buffer.used.min(position);
    }

    /// A text string.
    ///
    /// # Errors
    /// [`Full`].
    pub fn text(&mut self, text: &str) -> Result<(), Full> {
        self.encoder.str(text)?;
        Ok(())
    }

    /// A text string in parts, written one after the other: no buffer is needed to join them.
    ///
    /// # Errors
    /// [`Full`].
    pub fn text_parts<'t>(&mut self, parts: impl Iterator<Item = &'t str> + Clone) -> Result<(), Full> {
        let length = parts.clone().fold(0usize, |sum, part| sum.saturating_add(part.len()));
        self.encoder.str_len(u64::try_from(length).map_err(|_| Full)?)?;
        for part in parts {
            self.encoder.writer_mut().write_all(part.as_bytes())?;
        }
        Ok(())
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`Full`].
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.encoder.bytes(bytes)?;
        Ok(())
    }

    /// An unsigned integer, in the shortest form.
    ///
    /// # Errors
    /// [`Full`].
    pub fn unsigned(&mut self, value: u64) -> Result<(), Full> {
        // On 32-bit targets the narrow forms are much cheaper to tell apart in 32 bits.
        match u32::try_from(value) {
            Ok(narrow) => self.encoder.u32(narrow)?,
            Err(_) => self.encoder.u64(value)?,
        };
        Ok(())
    }

    /// An integer of either sign, in the shortest form.
    ///
    /// # Errors
    /// [`Full`].
    pub fn integer(&mut self, value: i64) -> Result<(), Full> {
        match i32::try_from(value) {
            Ok(narrow) => self.encoder.i32(narrow)?,
            Err(_) => self.encoder.i64(value)?,
        };
        Ok(())
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`Full`].
    pub fn boolean(&mut self, value: bool) -> Result<(), Full> {
        self.encoder.bool(value)?;
        Ok(())
    }

    /// Opens a map that [`Writer::end`] closes.
    ///
    /// # Errors
    /// [`Full`].
    pub fn begin_map(&mut self) -> Result<(), Full> {
        self.encoder.begin_map()?;
        Ok(())
    }

    /// Opens an array that [`Writer::end`] closes.
    ///
    /// # Errors
    /// [`Full`].
    pub fn begin_array(&mut self) -> Result<(), Full> {
        self.encoder.begin_array()?;
        Ok(())
    }

    /// Closes the innermost open map or array.
    ///
    /// # Errors
    /// [`Full`].
    pub fn end(&mut self) -> Result<(), Full> {
        self.encoder.end()?;
        Ok(())
    }
}

/// Something that can stand for a key of a [`Message`], be an item of a [`List`] or an entry of [`Entries`].
pub trait Value<'b>: Sized {
    /// Reads one value.
    ///
    /// # Errors
    /// [`Malformed`] for anything but such a value.
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed>;

    /// Writes the value.
    ///
    /// # Errors
    /// [`Full`].
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full>;
}

/// A whole payload: a map with text keys.
pub trait Message<'b>: Value<'b> {
    /// Reads a payload. No payload at all means an empty map; bytes behind the map are ignored, as Zephyr's server does.
    ///
    /// # Errors
    /// [`Malformed`], see the module's head for the rules.
    fn decode(payload: &'b [u8]) -> Result<Self, Malformed> {
        const EMPTY_MAP: &[u8] = &[0xa0];
        Self::read(&mut Reader::new(if payload.is_empty() { EMPTY_MAP } else { payload }))
    }

    /// Writes the payload to the front of `buffer` and gives its length.
    ///
    /// # Errors
    /// [`Full`].
    fn encode(&self, buffer: &mut [u8]) -> Result<usize, Full> {
        let mut writer = Writer::new(buffer);
        self.write(&mut writer)?;
        Ok(writer.position())
    }
}

impl<'b> Value<'b> for &'b str {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        reader.text()
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.text(self)
    }
}

impl<'b> Value<'b> for &'b [u8] {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        reader.bytes()
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.bytes(self)
    }
}

impl<'b> Value<'b> for bool {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        reader.boolean()
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.boolean(*self)
    }
}

macro_rules! integers {
    ($($type:ty, $read:ident, $write:ident;)*) => {$(
        impl<'b> Value<'b> for $type {
            fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
                Self::try_from(reader.$read()?).map_err(|_| Malformed)
            }

            fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
                writer.$write((*self).into())
            }
        }
    )*};
}

integers! {
    u8, unsigned, unsigned;
    u16, unsigned, unsigned;
    u32, unsigned, unsigned;
    u64, unsigned, unsigned;
    i32, integer, integer;
    i64, integer, integer;
}

/// An array of values of one kind: either values to be written, or what was read, decoded as it is walked.
#[derive(Clone, Copy, Debug)]
pub enum List<'b, T> {
    /// To be written.
    Values(&'b [T]),
    /// As read: the whole array, each item checked.
    Encoded(&'b [u8]),
}

impl<'b, T: Value<'b> + Copy> List<'b, T> {
    /// The items in order.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'b, T> {
        let (values, mut walk) = match *self {
            Self::Values(values) => (values, None),
            Self::Encoded(bytes) => (Default::default(), Walk::open(bytes, Reader::array)),
        };
        let mut values = values.iter().copied();
        core::iter::from_fn(move || values.next().or_else(|| walk.as_mut()?.next(T::read)))
    }
}

impl<'b, T: Value<'b> + Copy> Value<'b> for List<'b, T> {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        checked(reader, Reader::array, |reader| T::read(reader).map(|_| ())).map(Self::Encoded)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.begin_array()?;
        self.iter().try_for_each(|item| item.write(writer))?;
        writer.end()
    }
}

/// A map from names to values of one kind, in the order given: either entries to be written, or what was read.
#[derive(Clone, Copy, Debug)]
pub enum Entries<'b, T> {
    /// To be written.
    Values(&'b [(&'b str, T)]),
    /// As read: the whole map, each entry checked.
    Encoded(&'b [u8]),
}

impl<'b, T: Value<'b> + Copy> Entries<'b, T> {
    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'b str, T)> + use<'b, T> {
        let (values, mut walk) = match *self {
            Self::Values(values) => (values, None),
            Self::Encoded(bytes) => (Default::default(), Walk::open(bytes, Reader::map)),
        };
        let mut values = values.iter().copied();
        core::iter::from_fn(move || values.next().or_else(|| walk.as_mut()?.next(read_entry)))
    }
}

impl<'b, T: Value<'b> + Copy> Value<'b> for Entries<'b, T> {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        checked(reader, Reader::map, |reader| read_entry::<T>(reader).map(|_| ())).map(Self::Encoded)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.begin_map()?;
        for (name, value) in self.iter() {
            writer.text(name)?;
            value.write(writer)?;
        }
        writer.end()
    }
}

impl<'b, T: Value<'b> + Copy> Message<'b> for Entries<'b, T> {}

impl<'b, T: Value<'b> + Copy + PartialEq> PartialEq for List<'b, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'b, T: Value<'b> + Copy + Eq> Eq for List<'b, T> {}

impl<'b, T: Value<'b> + Copy + PartialEq> PartialEq for Entries<'b, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'b, T: Value<'b> + Copy + Eq> Eq for Entries<'b, T> {}

fn read_entry<'b, T: Value<'b>>(reader: &mut Reader<'b>) -> Result<(&'b str, T), Malformed> {
    Ok((reader.text()?, T::read(reader)?))
}

/// Reads a whole container, checking each entry, and gives its bytes.
fn checked<'b>(
    reader: &mut Reader<'b>,
    open: impl FnOnce(&mut Reader<'b>) -> Result<Items, Malformed>,
    mut entry: impl FnMut(&mut Reader<'b>) -> Result<(), Malformed>,
) -> Result<&'b [u8], Malformed> {
    let start = reader.position();
    let mut items = open(reader)?;
    while reader.more(&mut items)? {
        entry(reader)?;
    }
    reader.decoder.input().get(start..reader.position()).ok_or(Malformed)
}

/// A container that was checked once, walked again.
struct Walk<'b> {
    reader: Reader<'b>,
    items: Items,
}

impl<'b> Walk<'b> {
    fn open(bytes: &'b [u8], open: impl FnOnce(&mut Reader<'b>) -> Result<Items, Malformed>) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let items = open(&mut reader).ok()?;
        Some(Self { reader, items })
    }

    fn next<T>(&mut self, read: impl FnOnce(&mut Reader<'b>) -> Result<T, Malformed>) -> Option<T> {
        if !self.reader.more(&mut self.items).ok()? {
            return None;
        }
        read(&mut self.reader).ok()
    }
}

/// Declares a [`Message`]: a struct whose fields are `required` or `optional` values under text keys.
///
/// ```
/// westerly_wire::message! {
///     /// Switches a lamp.
///     pub struct LampRequest<'b> {
///         /// Which one.
///         name: required &'b str = "name",
///         /// How bright, 0 to 255; 255 when absent.
///         level: optional u8 = "level",
///     }
/// }
///
/// use westerly_wire::cbor::Message;
/// let lamp = LampRequest { name: "green", level: None };
/// let mut payload = [0; 32];
/// let length = lamp.encode(&mut payload)?;
/// assert_eq!(&payload[..length], b"\xbf\x64name\x65green\xff");
/// assert_eq!(LampRequest::decode(&payload[..length]), Ok(lamp));
/// # Ok::<(), westerly_wire::cbor::Full>(())
/// ```
#[macro_export]
macro_rules! message {
    ($(#[$meta:meta])* pub struct $name:ident<$life:lifetime> { $($fields:tt)* }) => {
        $crate::message!(@declare $(#[$meta])* $name (<$life>) ($life) $($fields)*);
    };
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $crate::message!(@declare $(#[$meta])* $name () ('value) $($fields)*);
    };
    (@declare $(#[$meta:meta])* $name:ident ($($generics:tt)*) ($life:lifetime)
        $($(#[$field_meta:meta])* $field:ident: $presence:ident $type:ty = $key:literal,)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name $($generics)* {
            $($(#[$field_meta])* pub $field: $crate::message!(@type $presence $type),)*
        }

        impl<$life> $crate::cbor::Value<$life> for $name $($generics)* {
            fn read(reader: &mut $crate::cbor::Reader<$life>) -> ::core::result::Result<Self, $crate::cbor::Malformed> {
                $(let mut $field: ::core::option::Option<$type> = ::core::option::Option::None;)*
                let mut items = reader.map()?;
                while reader.more(&mut items)? {
                    match reader.text()? {
                        $($key if $field.is_some() => return ::core::result::Result::Err($crate::cbor::Malformed),
                        $key => $field = ::core::option::Option::Some($crate::cbor::Value::read(reader)?),)*
                        _ => { reader.skip()?; }
                    }
                }
                ::core::result::Result::Ok(Self { $($field: $crate::message!(@take $presence $field),)* })
            }

            fn write(&self, writer: &mut $crate::cbor::Writer<'_>) -> ::core::result::Result<(), $crate::cbor::Full> {
                writer.begin_map()?;
                $($crate::message!(@write $presence self.$field, $key, writer);)*
                writer.end()
            }
        }

        impl<$life> $crate::cbor::Message<$life> for $name $($generics)* {}
    };
    (@type required $type:ty) => { $type };
    (@type optional $type:ty) => { ::core::option::Option<$type> };
    (@take required $field:ident) => { $field.ok_or($crate::cbor::Malformed)? };
    (@take optional $field:ident) => { $field };
    (@write required $field:expr, $key:literal, $writer:ident) => {
        $writer.text($key)?;
        $crate::cbor::Value::write(&$field, $writer)?;
    };
    (@write optional $field:expr, $key:literal, $writer:ident) => {
        if let ::core::option::Option::Some(value) = &$field {
            $writer.text($key)?;
            $crate::cbor::Value::write(value, $writer)?;
        }
    };
}
