// SPDX-License-Identifier: Apache-2.0
//! westerly-wire but for the messages.

use core::fmt::Display;

use westerly_wire::cbor::{Entries, Full, Items, List, Malformed, Number, Reader, Value, Writer};
use westerly_wire::error::{Code, GroupError, translate};
use westerly_wire::files::HashOutput;
use westerly_wire::header::{Header, Operation, Version};
use westerly_wire::log::{self, Level};
use westerly_wire::os::{DateTime, Force, Format, MemoryPool, Part, Task};
use westerly_wire::serial::{Decoder, Encoder, LINE_MAX, crc16, encoded_length};
use westerly_wire::telemetry::{self, Latest};

use crate::opaque::{decision, reference, reference_mut, sink, slice, slice_mut, text, value};

/// The firmware's default, see CONFIG_WESTERLY_SERIAL_PACKET_SIZE.
const PACKET: usize = 384;

pub const ENTRIES: &[fn()] = &[
    header,
    serial_decoder,
    serial_encoder,
    reader,
    writer,
    numbers,
    records,
    log_names,
    hash_output,
    list_of_numbers,
    list_of_messages,
    entries,
    values,
    errors,
    date_time,
    format,
];

#[inline(never)]
fn header() {
    sink(Header::split(slice()));
    sink(Header::from_bytes(value()));
    sink(Header::to_bytes(value()));
    sink(Header::response(value(), value()));
    sink(Operation::response(value()));
    sink(value::<Header>() == value() && value::<Version>() == value());
}

#[inline(never)]
fn serial_decoder() {
    let mut decoder = Decoder::<PACKET>::new();
    sink(Decoder::<PACKET>::feed(&mut decoder, slice()));
    sink(Decoder::<PACKET>::feed(reference_mut(), slice()));
    sink(*Decoder::<PACKET>::drops(reference()));
    sink(Decoder::<8>::feed(reference_mut(), slice()));
    sink(Decoder::<2048>::feed(reference_mut(), slice()));
    sink(Decoder::<2048>::default());
    sink(crc16(slice()));
}

#[inline(never)]
fn serial_encoder() {
    let line = reference_mut::<[u8; LINE_MAX]>();
    if let Some(mut encoder) = Encoder::new(slice()) {
        while let Some(line) = Encoder::next_line(&mut encoder, line) {
            sink(line);
        }
    }
    sink(Encoder::next_line(reference_mut(), line));
    sink(encoded_length(value()));
}

#[inline(never)]
fn reader() {
    sink(Reader::new(slice()));
    let reader = reference_mut::<Reader<'_>>();
    sink(Reader::text(reader));
    sink(Reader::bytes(reader));
    sink(Reader::unsigned(reader));
    sink(Reader::integer(reader));
    sink(Reader::boolean(reader));
    sink(Reader::number(reader));
    sink(Reader::map(reader));
    sink(Reader::array(reader));
    sink(Reader::more(reader, reference_mut::<Items>()));
    sink(Reader::peek(reader));
    sink(Reader::left(reader));
    sink(Reader::fields(reader, slice(), &mut |place, reader| {
        sink((place, reader));
        value()
    }));
    sink(Reader::skip(reader));
}

/// Whatever anybody might put into a string, and say of it.
fn filled(place: &mut [u8]) -> Result<usize, Full> {
    sink(place);
    value()
}

#[inline(never)]
fn writer() {
    sink(Writer::new(slice_mut()));
    let writer = reference_mut::<Writer<'_>>();
    sink(Writer::position(writer));
    sink(Writer::room(writer));
    Writer::truncate(writer, value());
    sink(Writer::text(writer, text()));
    sink(Writer::text_joined(writer, slice::<&str>().iter().copied(), text()));
    sink(Writer::bytes(writer, slice()));
    sink(Writer::bytes_with(writer, value(), filled));
    sink(Writer::text_with(writer, value(), filled));
    sink(Writer::unsigned(writer, value()));
    sink(Writer::integer(writer, value()));
    sink(Writer::boolean(writer, decision()));
    sink(Writer::float(writer, value()));
    sink(Writer::begin_map(writer));
    sink(Writer::begin_array(writer));
    sink(Writer::end(writer));
}

#[inline(never)]
fn numbers() {
    sink(Number::read(reference_mut()));
    sink(Number::write(reference(), reference_mut()));
    sink(Number::eq(reference(), reference()));
}

#[inline(never)]
fn records() {
    sink(telemetry::Record::read(reference_mut()));
    sink(telemetry::Record::write(reference(), reference_mut()));
    sink(Latest::read(reference_mut()));
    sink(Latest::write(reference(), reference_mut()));
    sink(log::Record::read(reference_mut()));
    sink(log::Record::write(reference(), reference_mut()));
}

#[inline(never)]
fn log_names() {
    sink(Level::name(value()));
    sink(Level::named(text()));
    sink(log::Format::name(value()));
}

#[inline(never)]
fn hash_output() {
    sink(HashOutput::read(reference_mut()));
    sink(HashOutput::write(reference(), reference_mut()));
}

#[inline(never)]
fn list_of_numbers() {
    let list = reference::<List<'_, u16>>();
    List::iter(list).for_each(sink);
    sink(List::eq(list, reference()));
    sink(List::<u32>::read(reference_mut()));
    sink(List::<u32>::write(reference(), reference_mut()));
}

#[inline(never)]
fn list_of_messages() {
    let list = reference::<List<'_, GroupError>>();
    List::iter(list).for_each(sink);
    sink(List::eq(list, reference()));
    sink(List::<Task>::read(reference_mut()));
    sink(List::<&str>::write(reference(), reference_mut()));
}

#[inline(never)]
fn entries() {
    let entries = reference::<Entries<'_, Task>>();
    Entries::iter(entries).for_each(sink);
    sink(Entries::eq(entries, reference()));
    sink(Entries::<MemoryPool>::read(reference_mut()));
    sink(Entries::<u64>::write(reference(), reference_mut()));
}

/// Reads and writes any value of each type.
macro_rules! values {
    ($($type:ty),* $(,)?) => {$(
        sink(<$type as Value>::read(reference_mut()));
        sink(<$type as Value>::write(reference(), reference_mut()));
    )*};
}

#[inline(never)]
fn values() {
    values!(u8, u16, u32, u64, i32, i64);
    sink(<&str as Value>::read(reference_mut()));
    sink(<&str as Value>::write(reference(), reference_mut()));
    sink(<&[u8] as Value>::read(reference_mut()));
    sink(<&[u8] as Value>::write(reference(), reference_mut()));
    sink(<bool as Value>::read(reference_mut()));
    sink(<bool as Value>::write(reference(), reference_mut()));
    sink(Code::read(reference_mut()));
    sink(Code::write(reference(), reference_mut()));
    sink(DateTime::read(reference_mut()));
    sink(DateTime::write(reference(), reference_mut()));
    sink(Force::read(reference_mut()));
    sink(Force::write(reference(), reference_mut()));
}

#[inline(never)]
fn errors() {
    sink(<Code as From<u32>>::from(value()));
    sink(<u32 as From<Code>>::from(value()));
    sink(translate(value()));
    // `Debug` is left out, and the firmware must not use it: what core's derive calls for structs of six fields and more
    // asserts that names and values are equally many, and that assertion is compiled into core.
    sink(<Malformed as Display>::fmt(reference(), reference_mut()));
    sink(<Full as Display>::fmt(reference(), reference_mut()));
    sink(reference::<Malformed>() == reference() && reference::<Full>() == reference());
}

#[inline(never)]
fn date_time() {
    sink(DateTime::new(value(), value(), value(), value()));
    sink(DateTime::parse(text()));
    let date_time = reference::<DateTime>();
    sink(DateTime::to_text(date_time));
    sink((DateTime::year(date_time), DateTime::month(date_time), DateTime::day(date_time)));
    sink((DateTime::hour(date_time), DateTime::minute(date_time), DateTime::second(date_time)));
    sink(DateTime::millisecond(date_time));
    sink(date_time.cmp(reference()));
}

#[inline(never)]
fn format() {
    sink(Format::parse(text()));
    Format::parts(value()).for_each(sink);
    sink(Part::letter(value()));
}
