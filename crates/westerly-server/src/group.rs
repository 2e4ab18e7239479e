// SPDX-License-Identifier: Apache-2.0
//! One command group, and what passes between it and the server.

use core::ops::ControlFlow;

use westerly_wire::cbor::{Full, Malformed, Message, Writer};
use westerly_wire::error::{CODE_KEY, Code, ERROR_KEY, GroupError, SmpError, translate};
use westerly_wire::header::Version;
use westerly_wire::os::ResetRequest;

use crate::{Caller, ServerCounters};

/// A command group. The server finds it by its number and hands it every request the policy lets through.
pub trait Group {
    /// What the enumeration group tells of it.
    fn description(&self) -> GroupDescription;

    /// Answers one request: reads [`Request::payload`], writes the payload of the response. A response left empty is an empty
    /// map. What was written before an error is taken back.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Code::NotSupported`] for a command, or an action on it, that the group does not have.
    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure>;
}

/// A group's number, name, and one more than its highest command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    /// Unique on the device.
    pub id: u16,
    /// For people.
    pub name: &'static str,
    /// One more than the highest command, as Zephyr's server counts.
    pub handlers: u8,
}

/// Whether a request reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Changes nothing.
    Read,
    /// May change something.
    Write,
}

/// A request to a group.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Whose it is.
    pub caller: &'a Caller,
    /// Read or write.
    pub action: Action,
    /// Command within the group.
    pub command: u8,
    /// CBOR, not yet looked at; see [`Request::message`].
    pub payload: &'a [u8],
    /// What the server has counted so far, for the statistics group.
    pub counters: &'a ServerCounters,
}

impl<'a> Request<'a> {
    /// The payload as the message it should be.
    ///
    /// # Errors
    /// [`Malformed`], which a group passes on as [`Code::Invalid`].
    pub fn message<M: Message<'a>>(&self) -> Result<M, Malformed> {
        M::decode(self.payload)
    }
}

/// What a transport does after an answer has left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// Go on.
    #[default]
    Nothing,
    /// Restart the device.
    Reset(ResetRequest),
}

/// Why a request is not answered with what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// An SMP code. The rest of the packet is not looked at, as in Zephyr's server.
    Smp(Code),
    /// A code of the group's own.
    Group(u16),
    /// A code of the group's own and, under the key `len`, how much of a transfer the device has.
    GroupAt {
        /// The code.
        code: u16,
        /// So many bytes.
        length: u64,
    },
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::Smp(code)
    }
}

impl From<Malformed> for Failure {
    fn from(_: Malformed) -> Self {
        Self::Smp(Code::Invalid)
    }
}

impl From<Full> for Failure {
    fn from(_: Full) -> Self {
        Self::Smp(Code::TooLarge)
    }
}

/// The payload of a response, being written, and what comes after it.
#[derive(Debug)]
pub struct Response<'a> {
    writer: Writer<'a>,
    after: After,
}

impl<'a> Response<'a> {
    pub(crate) fn new(payload: &'a mut [u8]) -> Self {
        Self { writer: Writer::new(payload), after: After::Nothing }
    }

    /// Writes the whole payload.
    ///
    /// # Errors
    /// [`Code::TooLarge`] when it does not fit.
    pub fn message<'m>(&mut self, message: &impl Message<'m>) -> Result<(), Failure> {
        Ok(message.write(&mut self.writer)?)
    }

    /// For payloads that come in parts: one map must be written, from its beginning to its end.
    pub fn writer(&mut self) -> &mut Writer<'a> {
        &mut self.writer
    }

    /// Asks the transport for something once the answer has left.
    pub fn after(&mut self, after: After) {
        self.after = after;
    }

    /// Ends a payload without an error; gives its length and what comes after.
    pub(crate) fn succeed(mut self) -> Result<(usize, After), Full> {
        if self.writer.position() == 0 {
            self.writer.begin_map()?;
            self.writer.end()?;
        }
        Ok((self.writer.position(), self.after))
    }

    /// Replaces what was written by an error; gives its length and whether the rest of the packet is to be looked at.
    pub(crate) fn fail(mut self, failure: Failure, group: u16, version: Version) -> Result<(usize, bool), Full> {
        use westerly_wire::cbor::Value as _;
        self.writer.truncate(0);
        let (code, length) = match failure {
            Failure::Smp(code) => {
                SmpError { code }.write(&mut self.writer)?;
                return Ok((self.writer.position(), false));
            }
            Failure::Group(code) => (code, None),
            Failure::GroupAt { code, length } => (code, Some(length)),
        };
        let error = GroupError { group, code };
        self.writer.begin_map()?;
        let go_on = version != Version::V1;
        if go_on {
            self.writer.text(ERROR_KEY)?;
            error.write(&mut self.writer)?;
        } else {
            self.writer.text(CODE_KEY)?;
            translate(error).write(&mut self.writer)?;
        }
        if let Some(length) = length {
            self.writer.text("len")?;
            self.writer.unsigned(length)?;
        }
        self.writer.end()?;
        Ok((self.writer.position(), go_on))
    }
}

/// Whether a device that tells one thing after the other is to go on: as long as there is room to write them.
pub(crate) const fn flow(outcome: Result<(), Full>) -> ControlFlow<()> {
    if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}
