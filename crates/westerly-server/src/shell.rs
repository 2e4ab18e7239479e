// SPDX-License-Identifier: Apache-2.0
//! The shell group (9): a line for the device's shell, and what it prints. [`Shell`] is what it needs of the device.
//!
//! The output is put straight into the answer. What does not fit is cut, and the end of the text says how much it was.
//!
//! Whoever reaches a shell can do what it can, and no policy looks into a line: see
//! [`Rule::of_transport`](crate::Rule::of_transport), which refuses the group on a transport that was not given it.

use westerly_wire::cbor::{Full, List};
use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::shell::{ExecuteRequest, OUTPUT_KEY, RETURN_KEY, code, command};

use crate::decimal::{DIGITS, decimal};
use crate::{Action, Failure, Group, GroupDescription, Request, Response};

/// What the shell group needs of a device.
pub trait Shell {
    /// Runs a line, which holds neither a NUL nor only blanks; puts what it prints at the front of `output` as far as it goes.
    fn execute(&mut self, line: &str, output: &mut [u8]) -> Executed;
}

/// What a line came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Bytes printed that are in the output. Those that are no UTF-8 become `?`.
    pub length: usize,
    /// Bytes printed that did not fit.
    pub cut: usize,
    /// What it returned, 0 being success.
    pub returned: i32,
}

/// The shell group. A line may have `LINE` bytes.
#[derive(Debug)]
pub struct ShellGroup<S, const LINE: usize> {
    /// The device's.
    pub shell: S,
    /// Where words are joined. Here and not on a stack: there is a stack for every transport.
    line: [u8; LINE],
}

impl<S, const LINE: usize> ShellGroup<S, LINE> {
    /// The group over a shell.
    pub const fn new(shell: S) -> Self {
        Self { shell, line: [0; LINE] }
    }
}

impl<S: Shell, const LINE: usize> Group for ShellGroup<S, LINE> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::SHELL, name: "shell mgmt", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::EXECUTE, Action::Write) => execute(&mut self.shell, &mut self.line, request, response),
            _ => Err(Code::NotSupported.into()),
        }
    }
}

/// What follows the output in an answer: the key `ret` with its number, and the end of the map.
const BEHIND_OUTPUT: usize = 1 + RETURN_KEY.len() + 5 + 1;
/// The end of a text that was cut: a number between these.
const NOTICE: (&[u8], &[u8]) = (b"\n[", b" bytes cut]");
const NOTICE_LENGTH: usize = NOTICE.0.len() + DIGITS + NOTICE.1.len();

fn execute(
    shell: &mut dyn Shell,
    line: &mut [u8],
    request: &Request<'_>,
    response: &mut Response<'_>,
) -> Result<(), Failure> {
    let ExecuteRequest { arguments } = request.message()?;
    let line = join(arguments, line)?;
    let mut returned = 0;
    let writer = response.writer();
    writer.begin_map()?;
    writer.text(OUTPUT_KEY)?;
    writer.text_with::<Full>(BEHIND_OUTPUT, |place| {
        // Before anything is executed: without an answer a client would do it again.
        if place.len() < NOTICE_LENGTH {
            return Err(Full);
        }
        let executed = shell.execute(line, place);
        returned = executed.returned;
        Ok(if executed.cut == 0 { executed.length } else { state_cut(place, &executed) })
    })?;
    writer.text(RETURN_KEY)?;
    writer.integer(returned.into())?;
    Ok(writer.end()?)
}

/// The words with a blank between them.
fn join<'l>(arguments: List<'_, &str>, line: &'l mut [u8]) -> Result<&'l str, Failure> {
    const TOO_LONG: Failure = Failure::Group(code::COMMAND_TOO_LONG);
    let mut length = 0usize;
    let mut blank = true;
    for (place, argument) in arguments.iter().enumerate() {
        let separator: &[u8] = if place == 0 { b"" } else { b" " };
        for &byte in separator.iter().chain(argument.as_bytes()) {
            // A shell in C would take it for the end and execute another line than a policy or a log saw.
            if byte == 0 {
                return Err(Code::Invalid.into());
            }
            blank &= byte.is_ascii_whitespace();
            *line.get_mut(length).ok_or(TOO_LONG)? = byte;
            length = length.wrapping_add(1);
        }
    }
    if blank {
        return Err(Failure::Group(code::EMPTY_COMMAND));
    }
    let line = line.get(..length).ok_or(TOO_LONG)?;
    // Whole texts and blanks: it cannot be anything else.
    core::str::from_utf8(line).map_err(|_| Code::Invalid.into())
}

/// Puts a notice at the end of an output that was cut; gives the length with it.
fn state_cut(output: &mut [u8], executed: &Executed) -> usize {
    let room = output.len().saturating_sub(NOTICE_LENGTH);
    let mut kept = executed.length.min(room);
    // Not in the middle of a character.
    while kept > 0 && output.get(kept).is_some_and(|&byte| byte & 0xc0 == 0x80) {
        kept = kept.saturating_sub(1);
    }
    let cut = executed.length.saturating_sub(kept).saturating_add(executed.cut);
    let mut digits = [0; DIGITS];
    let digits = decimal(u32::try_from(cut).unwrap_or(u32::MAX), &mut digits);
    let notice = NOTICE.0.iter().chain(digits).chain(NOTICE.1);
    let mut end = kept;
    for (place, &byte) in output.iter_mut().skip(kept).zip(notice) {
        *place = byte;
        end = end.saturating_add(1);
    }
    end
}
