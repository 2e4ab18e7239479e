// SPDX-License-Identifier: Apache-2.0
//! The stations that only read: each asks, and makes lines of the answer.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use westerly_client::{
    Batch, Connection, Cursor, Device, Error, Image, Kind, Line, Parameters, Record, Slot, Thread, Topic,
};
use westerly_wire::error::{Code, GroupError};
use westerly_wire::log::Format;
use westerly_wire::{group, os};

use super::listed;
use crate::access::of_caller;
use crate::crash::text::headline;
use crate::failure::reason;
use crate::logs::elf::{Elf, hexadecimal};
use crate::logs::printable;
use crate::output::count;
use crate::telemetry::meaning;

type Seen = Result<Vec<String>, Error>;

/// What is sent to be sent back.
pub(super) const ECHO: &str = "westerly";
const ECHOES: u32 = 5;
/// How many records and log lines are shown, the last ones.
const SHOWN: usize = 3;
/// The threads that are shown: those with the least room.
const THREADS: usize = 3;

pub(super) fn echo(device: &mut Device<Connection>) -> Seen {
    let mut quickest = Duration::MAX;
    for _ in 0..ECHOES {
        let begun = Instant::now();
        if device.echo(ECHO)? != ECHO {
            return Err(Error::Malformed);
        }
        quickest = quickest.min(begun.elapsed());
    }
    Ok(vec![format!("\"{ECHO}\" came back {ECHOES} times, the quickest in {:.2} ms", quickest.as_secs_f64() * 1000.0)])
}

/// What runs there, on what. A part that a device does not tell is left out.
pub(super) fn device(device: &mut Device<Connection>) -> Seen {
    let mut parts = vec![device.application("sr")?];
    for (letter, before) in [("i", "board "), ("p", "processor ")] {
        if let Some(told) = device.application(letter).ok().filter(|told| is_told(told)) {
            parts.push(format!("{before}{told}"));
        }
    }
    let mut lines = vec![parts.join(", ")];
    for (letter, before) in [("v", "version "), ("b", "built "), ("n", "its name is ")] {
        if let Some(told) = device.application(letter).ok().filter(|told| is_told(told)) {
            lines.push(format!("{before}{told}"));
        }
    }
    lines.push(match device.bootloader() {
        Ok(name) => format!("bootloader {name}"),
        // Zephyr's server answers so where it was built without MCUboot.
        Err(
            Error::Smp(Code::NotSupported) | Error::Group(GroupError { group: group::OS, code: os::code::NO_ANSWER }),
        ) => "no bootloader that it knows of".into(),
        Err(error) => format!("its bootloader is unknown: {}", reason(&error)),
    });
    Ok(lines)
}

fn is_told(text: &str) -> bool {
    !text.is_empty() && text != "unknown"
}

pub(super) fn packets(parameters: Option<Parameters>) -> Seen {
    let Parameters { packet, count: number } = parameters.ok_or(Error::Smp(Code::NotSupported))?;
    Ok(vec![format!("{packet} bytes at most, {number} at a time")])
}

pub(super) fn access(device: &mut Device<Connection>) -> Seen {
    Ok(vec![format!("it takes this program for {}", of_caller(&device.caller()?).trim_end())])
}

pub(super) fn threads(device: &mut Device<Connection>) -> Seen {
    Ok(of_threads(&device.threads()?))
}

fn of_threads(threads: &[Thread]) -> Vec<String> {
    let number = count(threads.len() as u64, "thread");
    let measured = |thread: &Thread| Some((thread.name.clone(), thread.stack_used?, thread.stack_size?));
    let mut stacks: Vec<_> = threads.iter().filter_map(measured).filter(|(_, used, size)| used <= size).collect();
    // A board that is a process has stacks of the host's, whose use nobody measures: each seems to be the same.
    let is_measured = stacks.iter().any(|(_, used, _)| Some(used) != stacks.first().map(|(_, used, _)| used));
    if stacks.len() != 1 && !is_measured {
        return vec![format!("{number}; how much of their stacks is used it does not tell")];
    }
    stacks.sort_by_key(|(_, used, size)| size - used);
    let (used, size) = stacks.iter().fold((0, 0), |sum, (_, used, size)| (sum.0 + used, sum.1 + size));
    let mut lines = vec![format!("{number}; of {size} bytes of stack {used} were ever used; the least room:")];
    let width = stacks.iter().take(THREADS).map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    lines.extend(
        stacks
            .iter()
            .take(THREADS)
            .map(|(name, used, size)| format!("  {name:<width$}  {used:>6} of {size:>6} bytes, {} left", size - used)),
    );
    lines
}

pub(super) fn counters(device: &mut Device<Connection>) -> Seen {
    Ok(vec![listed("group", &device.counters()?)])
}

pub(super) fn lines(device: &mut Device<Connection>) -> Seen {
    let line = |line: &Line| {
        let value = line.value.map_or("broken", |value| if value { "on" } else { "off" });
        format!("{} {value} ({})", line.name, if line.output { "output" } else { "input" })
    };
    let lines: Vec<_> = device.lines()?.iter().map(line).collect();
    Ok(vec![if lines.is_empty() { "no inputs and outputs".into() } else { lines.join(", ") }])
}

/// What it measures, and of its records the last few.
pub(super) fn telemetry(device: &mut Device<Connection>) -> Seen {
    let topics: HashMap<_, _> = device.topics()?.into_iter().map(|topic| (topic.id, topic)).collect();
    let (uptime, latest) = device.latest()?;
    let values: Vec<_> =
        latest.iter().filter_map(|latest| Some(value(topics.get(&latest.topic)?, latest.value, latest.kind))).collect();
    let mut cursor = Cursor::default();
    let mut tail = Tail::default();
    loop {
        let batch = device.records(&mut cursor, &[])?;
        let is_last = batch.next == batch.from || batch.records.last().is_some_and(|record| record.uptime > uptime);
        tail.take(batch);
        if is_last {
            break;
        }
    }
    let mut lines = vec![format!("up for {}; {}", seconds(uptime), listed("topic", &values))];
    lines.extend(with(tail.head("record", &cursor), tail.last.iter().map(|record| of_record(record, &topics))));
    Ok(lines)
}

/// The end of what a device keeps, while all of it is read.
struct Tail<R> {
    last: Vec<R>,
    /// How many were gone before the reading began; `None` before that.
    overwritten: Option<u64>,
}

impl<R> Default for Tail<R> {
    fn default() -> Self {
        Self { last: Vec::new(), overwritten: None }
    }
}

impl<R> Tail<R> {
    fn take(&mut self, batch: Batch<R>) {
        self.overwritten.get_or_insert(batch.lost);
        self.last.extend(batch.records);
        self.last.drain(..self.last.len().saturating_sub(SHOWN));
    }

    /// `3 records read, ...`.
    fn head(&self, thing: &str, cursor: &Cursor) -> String {
        let overwritten = self.overwritten.unwrap_or(0);
        let lost = cursor.lost().saturating_sub(overwritten);
        let number = count(cursor.received(), thing);
        format!("{number} read, {lost} lost meanwhile, {overwritten} older ones overwritten")
    }
}

fn of_record(record: &Record, topics: &HashMap<u8, Topic>) -> String {
    let unknown = Topic::unknown(record.topic);
    let topic = topics.get(&record.topic).unwrap_or(&unknown);
    let text = value(topic, record.value, Kind::from(record.kind));
    format!("{:>6} {:>12}  {text}", record.sequence, seconds(record.uptime))
}

fn value(topic: &Topic, value: westerly_client::Number, kind: Kind) -> String {
    // A fault's value is a number of the system's, not one of the topic's.
    if kind == Kind::Fault {
        return format!("{} {}", topic.name, meaning(kind));
    }
    let text = format!("{} {} {}", topic.name, topic.text(value), topic.unit);
    let text = text.trim_end();
    if kind == Kind::Sample { text.into() } else { format!("{text} ({})", meaning(kind)) }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000)
}

/// The last lines of the log, decoded as far as that is possible here.
pub(super) fn log(device: &mut Device<Connection>, elf: Option<&Elf>, ignore_build: bool) -> Seen {
    let mut cursor = Cursor::default();
    let mut tail = Tail::default();
    let (format, build) = loop {
        let frames = device.frames(&mut cursor)?;
        let is_last = frames.batch.next == frames.batch.from;
        tail.take(frames.batch);
        // Every request may be logged: then the end would run away from the reader.
        if is_last || cursor.received() > MOST_FRAMES {
            break (frames.format, frames.build);
        }
    };
    let head = tail.head("frame", &cursor);
    let is_same = elf.is_some_and(|elf| ignore_build || elf.build == build);
    Ok(match (format, elf) {
        (None, _) => vec![head, "in a format that came after this program: use a newer westerly".into()],
        (Some(Format::Text), _) => with(head, tail.last.iter().map(|frame| printable(&frame.bytes))),
        (Some(Format::Defmt), Some(elf)) if is_same => {
            let line = |bytes: &[u8]| elf.line(bytes).unwrap_or_else(|| "-- a frame that cannot be decoded".into());
            with(head, tail.last.iter().map(|frame| line(&frame.bytes)))
        }
        (Some(Format::Defmt), Some(elf)) => {
            let (runs, file) = (hexadecimal(&build), hexadecimal(&elf.build));
            vec![head, format!("not decoded: it runs build {runs}, the ELF file is of build {file}")]
        }
        (Some(Format::Defmt), None) => {
            vec![head, format!("in defmt: give --elf the zephyr.elf of build {} to read them", hexadecimal(&build))]
        }
    })
}

/// More than a device's ring holds.
const MOST_FRAMES: u64 = 100_000;

fn with(head: String, lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut all = vec![format!("{head}; the last:")];
    all.extend(lines.map(|line| format!("  {line}")));
    all
}

pub(super) fn crash(device: &mut Device<Connection>) -> Seen {
    let Some(crash) = device.crash()? else { return Ok(vec!["no crash is recorded".into()]) };
    let mut lines = vec![headline(&crash).trim_end().to_owned()];
    if let Some((file, line)) = &crash.place {
        lines.push(format!("at {file}:{line}"));
    } else if let Some(pc) = crash.pc {
        lines.push(format!("at {pc:#010x}"));
    }
    lines.push("westerly crash tells all of it, and with --elf where in the source it was".into());
    Ok(lines)
}

/// Each slot, and what is in it.
pub(super) fn images(device: &mut Device<Connection>) -> Seen {
    let images = device.images()?;
    // An older server does not tell of the slots themselves.
    let slots = device.slots().unwrap_or_default();
    let in_slot = |slot: &Slot| images.iter().find(|image| (image.image, image.slot) == (slot.image, slot.slot));
    let mut lines: Vec<_> = slots
        .iter()
        .map(|slot| {
            let Slot { image, slot: number, size } = *slot;
            format!("image {image} slot {number}, {size} bytes: {}", in_slot(slot).map_or("empty".into(), of_image))
        })
        .collect();
    let known = |image: &&Image| slots.iter().any(|slot| (slot.image, slot.slot) == (image.image, image.slot));
    lines.extend(
        images
            .iter()
            .filter(|image| !known(image))
            .map(|image| format!("image {} slot {}: {}", image.image, image.slot, of_image(image))),
    );
    if lines.is_empty() {
        lines.push("no slots and no images".into());
    }
    Ok(lines)
}

fn of_image(image: &Image) -> String {
    let mut text = format!("version {}", image.version);
    for (is, word) in [(image.active, ", runs"), (image.confirmed, ", confirmed"), (image.pending, ", is booted next")]
    {
        text += if is { word } else { "" };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_with_the_least_room_come_first() {
        let thread = |name: &str, used, size| Thread { name: name.into(), stack_used: used, stack_size: size };
        let threads = [
            thread("main", Some(100), Some(4096)),
            thread("idle", Some(200), Some(256)),
            thread("strange", Some(9), Some(8)),
            thread("unmeasured", None, Some(99)),
        ];
        let expected = [
            "4 threads; of 4352 bytes of stack 300 were ever used; the least room:",
            "  idle     200 of    256 bytes, 56 left",
            "  main     100 of   4096 bytes, 3996 left",
        ];
        assert_eq!(of_threads(&threads), expected);
        assert_eq!(of_threads(&threads[..1]).len(), 2);
        let same = [thread("main", Some(40), Some(4096)), thread("idle", Some(40), Some(40))];
        assert_eq!(of_threads(&same), ["2 threads; how much of their stacks is used it does not tell"]);
        assert_eq!(of_threads(&threads[3..]), ["1 thread; how much of their stacks is used it does not tell"]);
    }
}
