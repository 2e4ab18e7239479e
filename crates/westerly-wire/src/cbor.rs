// SPDX-License-Identifier: Apache-2.0
//! CBOR (RFC 8949) as SMP uses it, read and written with fixed bounds and without a heap.
//!
//! * [`Reader`] takes definite and indefinite maps and arrays. Strings must be definite, as every SMP peer sends them.
//! * [`Writer`] writes indefinite maps and arrays, as Zephyr's own server does, so that an answer is built in one pass.
//! * [`Message`] is a map with text keys; the `message!` macro declares one. Unknown keys are skipped; a key of another type,
//!   a known key twice, a value of another type or a missing required key is [`Malformed`].
//! * Skipping follows [`DEPTH`] nested containers and no more.
//!
//! Why not minicbor: it was here first, and cost 4 KB of flash on a Cortex-M3, mostly for errors that say where and why, which
//! a peer is never told, and for one decoder an integer width. One function reads every head here, one writes it. minicbor
//! stays as the reference of the tests. Its `skip`, without an allocator, also gives up on some nested indefinite containers.
//!
//! It will not hold tags or big integers until a message needs them; as unknown values they are skipped. Floats are read by
//! [`Number`] alone.

mod number;

use core::fmt;

pub use number::Number;

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

/// The buffer has no room for what was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("message does not fit its buffer")
    }
}

impl core::error::Error for Full {}

/// Reads values off the front of a byte slice.
#[derive(Clone, Debug)]
pub struct Reader<'b> {
    rest: &'b [u8],
}

/// How many items of an array or map are still to come.
#[derive(Clone, Copy, Debug)]
pub struct Items(Option<u32>);

/// The head of an item: its major type and its argument; `None` for the indefinite form.
#[derive(Clone, Copy)]
struct Head {
    major: u8,
    argument: Option<u64>,
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const INDEFINITE_LENGTH: u8 = 31;
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;

impl<'b> Reader<'b> {
    /// Starts at the first byte.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// A text string.
    ///
    /// # Errors
    /// [`Malformed`] for another type, a string in chunks, or text that is not UTF-8.
    pub fn text(&mut self) -> Result<&'b str, Malformed> {
        core::str::from_utf8(self.string(TEXT)?).map_err(|_| Malformed)
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`Malformed`] for another type or a string in chunks.
    pub fn bytes(&mut self) -> Result<&'b [u8], Malformed> {
        self.string(BYTES)
    }

    /// An unsigned integer.
    ///
    /// # Errors
    /// [`Malformed`] for another type.
    pub fn unsigned(&mut self) -> Result<u64, Malformed> {
        self.definite(UNSIGNED)
    }

    /// An integer of either sign.
    ///
    /// # Errors
    /// [`Malformed`] for another type or a value outside `i64`.
    pub fn integer(&mut self) -> Result<i64, Malformed> {
        let head = self.head()?;
        let magnitude = i64::try_from(head.argument.ok_or(Malformed)?).map_err(|_| Malformed)?;
        match head.major {
            UNSIGNED => Ok(magnitude),
            NEGATIVE => Ok(!magnitude),
            _ => Err(Malformed),
        }
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`Malformed`] for another type.
    pub fn boolean(&mut self) -> Result<bool, Malformed> {
        match self.byte()? {
            FALSE => Ok(false),
            TRUE => Ok(true),
            _ => Err(Malformed),
        }
    }

    /// Opens a map; [`Reader::more`] says whether another key follows.
    ///
    /// # Errors
    /// [`Malformed`] for another type.
    pub fn map(&mut self) -> Result<Items, Malformed> {
        self.container(MAP)
    }

    /// Opens an array; [`Reader::more`] says whether another item follows.
    ///
    /// # Errors
    /// [`Malformed`] for another type.
    pub fn array(&mut self) -> Result<Items, Malformed> {
        self.container(ARRAY)
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
            None => match self.rest {
                [BREAK, rest @ ..] => {
                    self.rest = rest;
                    Ok(false)
                }
                [] => Err(Malformed),
                _ => Ok(true),
            },
        }
    }

    /// The next byte, which tells the type of the next value.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Reads a map: calls `take` for each value whose key is one of `keys`, 32 at most, with the key's place among them, and
    /// passes over other entries. For `message!`; one copy serves all messages.
    ///
    /// # Errors
    /// [`Malformed`], also for a key that comes twice.
    #[inline(never)]
    pub fn fields(
        &mut self,
        keys: &[&str],
        take: &mut dyn FnMut(usize, &mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        let mut seen = 0u32;
        let mut items = self.map()?;
        while self.more(&mut items)? {
            let key = self.string(TEXT)?;
            let Some(place) = keys.iter().position(|known| known.as_bytes() == key) else {
                core::str::from_utf8(key).map_err(|_| Malformed)?;
                self.skip()?;
                continue;
            };
            let bit = 1u32.wrapping_shl(u32::try_from(place).map_err(|_| Malformed)?);
            if seen & bit != 0 {
                return Err(Malformed);
            }
            seen |= bit;
            take(place, self)?;
        }
        Ok(())
    }

    /// Bytes not taken yet.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// What was taken since `start`.
    fn since(&self, start: &'b [u8]) -> Result<&'b [u8], Malformed> {
        start.get(..start.len().wrapping_sub(self.rest.len())).ok_or(Malformed)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let (&first, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(first)
    }

    /// One copy for every type of value: inlined, it would be most of the code of this module.
    #[inline(never)]
    fn head(&mut self) -> Result<Head, Malformed> {
        let initial = self.byte()?;
        let (major, short) = (initial >> 5, initial & 0x1f);
        let more = match short {
            0..=23 => return Ok(Head { major, argument: Some(short.into()) }),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            INDEFINITE_LENGTH => return Ok(Head { major, argument: None }),
            _ => return Err(Malformed),
        };
        let (bytes, rest) = self.rest.split_at_checked(more).ok_or(Malformed)?;
        self.rest = rest;
        let argument = bytes.iter().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
        Ok(Head { major, argument: Some(argument) })
    }

    fn definite(&mut self, major: u8) -> Result<u64, Malformed> {
        match self.head()? {
            Head { major: found, argument: Some(argument) } if found == major => Ok(argument),
            _ => Err(Malformed),
        }
    }

    #[inline(never)]
    fn string(&mut self, major: u8) -> Result<&'b [u8], Malformed> {
        let length = usize::try_from(self.definite(major)?).map_err(|_| Malformed)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn container(&mut self, major: u8) -> Result<Items, Malformed> {
        let head = self.head()?;
        if head.major != major {
            return Err(Malformed);
        }
        // No input holds as many items as 32 bits cannot tell.
        head.argument.map(u32::try_from).transpose().map(Items).map_err(|_| Malformed)
    }

    /// Passes over one value of any type and gives its bytes.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes are no CBOR, end inside the value, or nest deeper than [`DEPTH`].
    pub fn skip(&mut self) -> Result<&'b [u8], Malformed> {
        let start = self.rest;
        // `open[..depth]`: what the containers around the next item still hold.
        let mut open = [Items(None); DEPTH];
        let mut depth = 0usize;
        loop {
            if let Some(items) = self.skip_head()? {
                *open.get_mut(depth).ok_or(Malformed)? = items;
                depth = depth.saturating_add(1);
            }
            loop {
                let Some(innermost) = depth.checked_sub(1) else { return self.since(start) };
                if self.more(open.get_mut(innermost).ok_or(Malformed)?)? {
                    break;
                }
                depth = innermost;
            }
        }
    }

    /// Passes over one item that is not a container, or over the head of one; gives the items then expected.
    fn skip_head(&mut self) -> Result<Option<Items>, Malformed> {
        let Head { major, argument } = self.head()?;
        let Some(argument) = argument else {
            return if matches!(major, ARRAY | MAP) { Ok(Some(Items(None))) } else { Err(Malformed) };
        };
        let count = u32::try_from(argument);
        match major {
            BYTES | TEXT => {
                let length = usize::try_from(argument).map_err(|_| Malformed)?;
                self.rest = self.rest.get(length..).ok_or(Malformed)?;
                Ok(None)
            }
            ARRAY => Ok(Some(Items(Some(count.map_err(|_| Malformed)?)))),
            MAP => Ok(Some(Items(Some(count.ok().and_then(|count| count.checked_mul(2)).ok_or(Malformed)?)))),
            TAG => Ok(Some(Items(Some(1)))),
            _ => Ok(None),
        }
    }
}

/// Writes values into a byte slice, front to back.
#[derive(Debug)]
pub struct Writer<'a> {
    bytes: &'a mut [u8],
    used: usize,
}

impl<'a> Writer<'a> {
    /// Starts at the first byte of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, used: 0 }
    }

    /// Bytes written so far.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.used
    }

    /// Bytes there is still room for.
    #[must_use]
    pub const fn room(&self) -> usize {
        self.bytes.len().saturating_sub(self.used)
    }

    /// Takes back everything after the first `position` bytes.
    pub fn truncate(&mut self, position: usize) {
        self.used = self.used.min(position);
    }

    // The functions below are kept out of line for the same reason as the reader's `head`.
    #[inline(never)]
    fn byte(&mut self, byte: u8) -> Result<(), Full> {
        *self.bytes.get_mut(self.used).ok_or(Full)? = byte;
        self.used = self.used.wrapping_add(1);
        Ok(())
    }

    #[inline(never)]
    fn append(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let place = self.bytes.get_mut(self.used..).and_then(|rest| rest.get_mut(..bytes.len())).ok_or(Full)?;
        // As long as each other. `copy_from_slice` would ask again, and where size comes first that panic stays in.
        for (place, &byte) in place.iter_mut().zip(bytes) {
            *place = byte;
        }
        self.used = self.used.wrapping_add(bytes.len());
        Ok(())
    }

    #[inline(never)]
    fn head(&mut self, major: u8, argument: u32) -> Result<(), Full> {
        let initial = major << 5;
        let [highest, higher, high, low] = argument.to_be_bytes();
        match argument {
            0..=23 => self.byte(initial | low),
            24..=0xff => {
                self.byte(initial | 24)?;
                self.byte(low)
            }
            0x100..=0xffff => self.append(&[initial | 25, high, low]),
            _ => self.append(&[initial | 26, highest, higher, high, low]),
        }
    }

    fn head64(&mut self, major: u8, argument: u64) -> Result<(), Full> {
        match u32::try_from(argument) {
            Ok(narrow) => self.head(major, narrow),
            Err(_) => {
                self.byte(major << 5 | 27)?;
                self.append(&argument.to_be_bytes())
            }
        }
    }

    /// A text string.
    ///
    /// # Errors
    /// [`Full`].
    #[inline(never)]
    pub fn text(&mut self, text: &str) -> Result<(), Full> {
        self.head(TEXT, u32::try_from(text.len()).map_err(|_| Full)?)?;
        self.append(text.as_bytes())
    }

    /// One text string of several parts with a separator between them: no buffer is needed to join them.
    ///
    /// # Errors
    /// [`Full`].
    pub fn text_joined<'t>(
        &mut self,
        parts: impl Iterator<Item = &'t str> + Clone,
        separator: &str,
    ) -> Result<(), Full> {
        let mut length = 0usize;
        let mut before = 0usize;
        for part in parts.clone() {
            length = length.saturating_add(before).saturating_add(part.len());
            before = separator.len();
        }
        self.head(TEXT, u32::try_from(length).map_err(|_| Full)?)?;
        let mut before = "";
        for part in parts {
            self.append(before.as_bytes())?;
            self.append(part.as_bytes())?;
            before = separator;
        }
        Ok(())
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`Full`].
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.head(BYTES, u32::try_from(bytes.len()).map_err(|_| Full)?)?;
        self.append(bytes)
    }

    /// A byte string whose content is put in its place by `fill`: no buffer is needed to gather it. `fill` is given all the
    /// room there is, except the last `keep` bytes, which are left for what follows, and tells how much of it it used.
    ///
    /// # Errors
    /// [`Full`] when there is not even room for an empty string, or what `fill` fails with.
    pub fn bytes_with<E: From<Full>>(
        &mut self,
        keep: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        let length = fill(self.place(keep).ok_or(Full)?)?;
        Ok(self.placed(BYTES, keep, length)?)
    }

    /// The same for a text string. What is not UTF-8 becomes `?`, byte by byte.
    ///
    /// # Errors
    /// [`Full`] when there is not even room for an empty string, or what `fill` fails with.
    pub fn text_with<E: From<Full>>(
        &mut self,
        keep: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        let place = self.place(keep).ok_or(Full)?;
        let length = fill(place)?;
        make_text(place.get_mut(..length).ok_or(Full)?);
        Ok(self.placed(TEXT, keep, length)?)
    }

    /// Where the content of a string goes that may fill all but `keep` bytes.
    #[inline(never)]
    fn place(&mut self, keep: usize) -> Option<&mut [u8]> {
        let end = self.bytes.len().checked_sub(keep)?;
        let rest = self.bytes.get_mut(self.used..end)?;
        let head = head_length(rest.len());
        rest.get_mut(head..)
    }

    /// Writes the head of a string whose content is in its [`place`](Self::place), which was for a longer one perhaps.
    #[inline(never)]
    fn placed(&mut self, major: u8, keep: usize, length: usize) -> Result<(), Full> {
        let rest = self.bytes.len().saturating_sub(keep).saturating_sub(self.used);
        let from = self.used.saturating_add(head_length(rest));
        if length > rest.saturating_sub(head_length(rest)) {
            return Err(Full);
        }
        self.head(major, u32::try_from(length).map_err(|_| Full)?)?;
        if from > self.used {
            for offset in 0..length {
                let byte = *self.bytes.get(from.saturating_add(offset)).ok_or(Full)?;
                *self.bytes.get_mut(self.used.saturating_add(offset)).ok_or(Full)? = byte;
            }
        }
        self.used = self.used.saturating_add(length);
        Ok(())
    }

    /// An unsigned integer, in the shortest form.
    ///
    /// # Errors
    /// [`Full`].
    #[inline(never)]
    pub fn unsigned(&mut self, value: u64) -> Result<(), Full> {
        self.head64(UNSIGNED, value)
    }

    /// An integer of either sign, in the shortest form.
    ///
    /// # Errors
    /// [`Full`].
    #[inline(never)]
    pub fn integer(&mut self, value: i64) -> Result<(), Full> {
        match u64::try_from(value) {
            Ok(value) => self.head64(UNSIGNED, value),
            Err(_) => self.head64(NEGATIVE, u64::from_ne_bytes((!value).to_ne_bytes())),
        }
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`Full`].
    pub fn boolean(&mut self, value: bool) -> Result<(), Full> {
        self.byte(if value { TRUE } else { FALSE })
    }

    /// Opens a map that [`Writer::end`] closes.
    ///
    /// # Errors
    /// [`Full`].
    pub fn begin_map(&mut self) -> Result<(), Full> {
        self.byte(MAP << 5 | INDEFINITE_LENGTH)
    }

    /// Opens an array that [`Writer::end`] closes.
    ///
    /// # Errors
    /// [`Full`].
    pub fn begin_array(&mut self) -> Result<(), Full> {
        self.byte(ARRAY << 5 | INDEFINITE_LENGTH)
    }

    /// Closes the innermost open map or array.
    ///
    /// # Errors
    /// [`Full`].
    pub fn end(&mut self) -> Result<(), Full> {
        self.byte(BREAK)
    }
}

/// The bytes before the longest string that fits `room`, head included.
const fn head_length(room: usize) -> usize {
    match room {
        0..=24 => 1,
        25..=257 => 2,
        258..=0x1_0002 => 3,
        _ => 5,
    }
}

/// Replaces every byte that is no part of a UTF-8 character by `?`.
#[inline(never)]
fn make_text(bytes: &mut [u8]) {
    let mut rest = bytes;
    while let Err(error) = core::str::from_utf8(rest) {
        let Some((wrong, behind)) = rest.get_mut(error.valid_up_to()..).and_then(<[u8]>::split_first_mut) else {
            return;
        };
        *wrong = b'?';
        rest = behind;
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

/// `null` for none.
impl<'b, T: Value<'b>> Value<'b> for Option<T> {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        if reader.peek() == Some(NULL) {
            reader.byte()?;
            return Ok(None);
        }
        T::read(reader).map(Some)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        match self {
            Some(value) => value.write(writer),
            None => writer.byte(NULL),
        }
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
    let start = reader.rest;
    let mut items = open(reader)?;
    while reader.more(&mut items)? {
        entry(reader)?;
    }
    reader.since(start)
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
                reader.fields(&[$($key),*], &mut |place, reader| {
                    // The fields in order, counted down to the one meant.
                    #[allow(unused_mut, reason = "a message may have no keys")]
                    let mut before = place;
                    $(if before == 0 {
                        $field = ::core::option::Option::Some($crate::cbor::Value::read(reader)?);
                        return ::core::result::Result::Ok(());
                    }
                    before = before.wrapping_sub(1);)*
                    let _ = (before, reader);
                    ::core::result::Result::Ok(())
                })?;
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
