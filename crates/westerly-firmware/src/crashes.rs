// SPDX-License-Identifier: Apache-2.0

//! A group (127) whose one command crashes the device, for tests: `{"kind": "null_call"}` and so on, of which
//! `tests/application/crashes.c` has those that C can do. What it will not do: answer, but for a kind it does not have.

use westerly_server::wire::{error::Code, message};
use westerly_server::{Action, Failure, Group, GroupDescription, Request, Response};

const GROUP: u16 = 127;

message! {
    /// Asks for a crash.
    pub struct CrashRequest<'b> {
        /// How.
        kind: required &'b str = "kind",
    }
}

/// The group.
pub struct CrashesGroup;

impl Group for CrashesGroup {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: GROUP, name: "crashes", handlers: 1 }
    }

    fn handle(&mut self, request: &Request<'_>, _: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (0, Action::Write) => {
                let CrashRequest { kind } = request.message()?;
                if kind == "rust_panic" {
                    panic_on_request(kind);
                }
                if westerly_zephyr::test_crashes::provoke(kind) { Ok(()) } else { Err(Code::NotFound.into()) }
            }
            _ => Err(Code::NotSupported.into()),
        }
    }
}

/// By itself, so that a record of the crash has a name to show.
#[inline(never)]
fn panic_on_request(kind: &str) {
    assert!(kind.is_empty(), "as asked for");
}
