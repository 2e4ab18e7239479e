// SPDX-License-Identifier: Apache-2.0
//! westerly-store: a ring that holds anything, and channels in any state.

use core::fmt::Display;
use core::ops::Deref;
use core::sync::atomic::{AtomicU8, AtomicU32};

use westerly_store::{
    ByteQueue, Channel, Configuration, Cursor, InvalidConfiguration, Kind, Record, RecordKind, Ring, Statistics,
    TooLong, Topic, Value, Writer,
};

use crate::opaque::{reference, reference_mut, sink, slice, slice_mut, value};

pub const ENTRIES: &[fn()] =
    &[ring, byte_queue, writer, cursor, record, statistics, configuration, channel, sampling, errors];

/// Of any size.
pub fn any_ring() -> &'static Ring {
    value()
}

#[inline(never)]
fn ring() {
    sink(Ring::<[AtomicU32; 1024]>::new());
    sink::<Ring<[AtomicU32; 4]>>(Ring::default());
    sink(Ring::deref(reference::<Ring<[AtomicU32; 1024]>>()));
    sink(Ring::oldest(any_ring()));
    sink(Ring::next(any_ring()));
    sink(Ring::longest(any_ring()));
    sink(Ring::read(any_ring(), reference_mut(), slice_mut()));
    sink(Ring::writer(any_ring()));
}

/// Of any size, and in any state.
#[inline(never)]
fn byte_queue() {
    sink(ByteQueue::<[AtomicU8; 1537]>::new());
    sink::<ByteQueue<[AtomicU8; 4]>>(ByteQueue::default());
    let queue = value::<&'static ByteQueue>();
    sink(ByteQueue::put(queue, value()));
    sink(ByteQueue::take(queue));
    sink(ByteQueue::free(queue));
    sink(ByteQueue::is_empty(queue));
}

#[inline(never)]
fn writer() {
    let writer = reference_mut::<Writer<'static>>();
    sink(Writer::append(writer, slice()));
    Writer::lose(writer, value());
}

#[inline(never)]
fn cursor() {
    let cursor = reference_mut::<Cursor>();
    sink(Cursor::at(value()));
    sink(Cursor::next(cursor));
    sink(Cursor::lost(cursor));
    Cursor::skip(cursor);
}

#[inline(never)]
fn record() {
    sink(Record::encode(reference()));
    sink(Record::decode(slice()));
    sink(RecordKind::code(value()));
    sink(RecordKind::from_code(value()));
}

#[inline(never)]
fn statistics() {
    sink(Statistics::from_bits(value()));
    sink(Statistics::bits(value()));
    sink(Statistics::has(value(), value()));
    sink(Statistics::and(value(), value()));
}

#[inline(never)]
fn configuration() {
    sink(Configuration::check(reference(), value::<Kind>()));
    Configuration::encode(reference(), reference_mut());
    sink(Configuration::decode(slice()));
}

#[inline(never)]
fn channel() {
    // Either arithmetic, of a topic that is not known.
    sink(Channel::new(reference::<Topic>()));
    let channel = reference_mut::<Channel>();
    sink(Channel::configure(channel, value()));
    sink(Channel::latest(channel));
    sink(Channel::raised(channel));
    sink(Channel::topic(channel));
    sink(Channel::configuration(channel));
    sink(Channel::counts(channel));
}

#[inline(never)]
fn sampling() {
    let (channel, writer) = (reference_mut::<Channel>(), reference_mut());
    sink(Channel::offer(channel, value(), value::<Value>(), writer));
    Channel::fault(channel, value(), value(), writer);
    sink(Channel::due(channel, value()));
    sink(Channel::next_due(channel));
}

#[inline(never)]
fn errors() {
    sink(<TooLong as Display>::fmt(reference(), reference_mut()));
    sink(<InvalidConfiguration as Display>::fmt(reference(), reference_mut()));
}
