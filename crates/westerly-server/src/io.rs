// SPDX-License-Identifier: Apache-2.0
//! Westerly's io group (66): inputs and outputs by name. [`Io`] is what it needs of the device.
//!
//! What it will not do: wait for the end of a pulse; the device ends it by itself.

use westerly_wire::cbor::{Value as _, Writer};
use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::io::{
    self as wire, LINES_KEY, LONGEST_PULSE, ListRequest, PulseRequest, ReadRequest, ReadResponse, WriteRequest, code,
    command,
};

use crate::stream::List;
use crate::{Action, Failure, Group, GroupDescription, Request, Response};

/// What the io group needs of a device: a list of inputs and outputs that stays the same.
pub trait Io {
    /// The input or output at a place of the list; `None` behind the last.
    fn line(&mut self, index: usize) -> Option<Line<'_>>;

    /// Whether it is on: the logical value, whatever level that is on the pin.
    ///
    /// # Errors
    /// See [`IoError`].
    fn read(&mut self, index: usize) -> Result<bool, IoError>;

    /// Switches an output on or off, and ends a pulse of it.
    ///
    /// # Errors
    /// See [`IoError`].
    fn write(&mut self, index: usize, value: bool) -> Result<(), IoError>;

    /// Switches an output on now and off after so many milliseconds, unless it is written or pulsed before then.
    ///
    /// # Errors
    /// See [`IoError`].
    fn pulse(&mut self, index: usize, milliseconds: u32) -> Result<(), IoError>;
}

/// An input or an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'n> {
    /// Unique on the device.
    pub name: &'n str,
    /// Whether it can be written.
    pub output: bool,
}

/// Why an input or output does not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IoError {
    /// It is an input. The group asks no input to switch, so a device needs it only for itself.
    NotAnOutput,
    /// The device behind it failed.
    Failed,
}

/// The io group.
#[derive(Debug)]
pub struct IoGroup<I> {
    /// The device's.
    pub io: I,
}

impl<I: Io> IoGroup<I> {
    /// Over the device's inputs and outputs.
    pub const fn new(io: I) -> Self {
        Self { io }
    }
}

impl<I: Io> Group for IoGroup<I> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::IO, name: "io", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::LIST, Action::Read) => {
                let ListRequest { from } = request.message()?;
                self.list(from.unwrap_or_default(), response.writer())
            }
            (command::VALUE, Action::Read) => {
                let ReadRequest { name } = request.message()?;
                let (index, _) = self.find(name)?;
                response.message(&ReadResponse { value: self.io.read(index)? })
            }
            (command::VALUE, Action::Write) => {
                let WriteRequest { name, value } = request.message()?;
                let index = self.output(name)?;
                Ok(self.io.write(index, value)?)
            }
            (command::PULSE, Action::Write) => {
                let PulseRequest { name, duration } = request.message()?;
                let index = self.output(name)?;
                if !(1..=LONGEST_PULSE).contains(&duration) {
                    return Err(Failure::Group(code::INVALID_DURATION));
                }
                Ok(self.io.pulse(index, duration)?)
            }
            _ => Err(Code::NotSupported.into()),
        }
    }
}

impl<I: Io> IoGroup<I> {
    fn list(&mut self, from: u32, writer: &mut Writer<'_>) -> Result<(), Failure> {
        writer.begin_map()?;
        let mut list = List::begin(writer, LINES_KEY)?;
        let mut number = from;
        let place = |number| usize::try_from(number).unwrap_or(usize::MAX);
        while list.goes_on() && self.io.line(place(number)).is_some() {
            let value = self.io.read(place(number)).ok();
            // Once more: the name is the device's, and would be in the way of reading.
            if let Some(Line { name, output }) = self.io.line(place(number)) {
                list.entry(writer, number, &mut |writer| wire::Line { name, output, value }.write(writer));
            }
            number = number.saturating_add(1);
        }
        list.end(writer)
    }

    /// The place of a name and whether it is an output.
    fn find(&mut self, name: &str) -> Result<(usize, bool), Failure> {
        let mut index = 0usize;
        while let Some(line) = self.io.line(index) {
            if line.name.as_bytes() == name.as_bytes() {
                return Ok((index, line.output));
            }
            index = index.wrapping_add(1);
        }
        Err(Failure::Group(code::UNKNOWN_NAME))
    }

    fn output(&mut self, name: &str) -> Result<usize, Failure> {
        match self.find(name)? {
            (index, true) => Ok(index),
            (_, false) => Err(IoError::NotAnOutput.into()),
        }
    }
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Self {
        Self::Group(match error {
            IoError::NotAnOutput => code::NOT_AN_OUTPUT,
            IoError::Failed => code::DEVICE_FAILED,
        })
    }
}
