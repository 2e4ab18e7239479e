// SPDX-License-Identifier: Apache-2.0
//! A command group of one's own: named counters, to be read and set. docs/add-a-message.md walks through it.
//!
//! What it will not do: be of use. It is what an application's own group begins with.
#![no_std]
#![forbid(unsafe_code)]

use westerly_server::wire::{error::Code, message};
use westerly_server::{Action, Failure, Group, GroupDescription, Request, Response};

/// From 64 on the numbers are an application's to give; Westerly itself has 64 to 68.
pub const GROUP: u16 = 70;
/// The code of this group for a name it does not have.
pub const UNKNOWN_NAME: u16 = 2;

message! {
    /// Asks for a counter.
    pub struct ReadRequest<'b> {
        /// Which.
        name: required &'b str = "name",
    }
}

message! {
    /// Sets a counter.
    pub struct WriteRequest<'b> {
        /// Which.
        name: required &'b str = "name",
        /// To this.
        count: required u32 = "count",
    }
}

message! {
    /// What a counter says.
    pub struct ReadResponse {
        /// Now.
        count: required u32 = "count",
    }
}

/// The group over its counters.
#[derive(Debug)]
pub struct ExampleGroup(pub [(&'static str, u32); 2]);

impl ExampleGroup {
    /// Two counters at zero.
    pub const NEW: Self = Self([("visits", 0), ("coffees", 0)]);

    fn counter(&mut self, name: &str) -> Result<&mut u32, Failure> {
        let counter = self.0.iter_mut().find(|(known, _)| *known == name);
        counter.map(|(_, count)| count).ok_or(Failure::Group(UNKNOWN_NAME))
    }
}

impl Group for ExampleGroup {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: GROUP, name: "example", handlers: 1 }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (0, Action::Read) => {
                let ReadRequest { name } = request.message()?;
                response.message(&ReadResponse { count: *self.counter(name)? })
            }
            (0, Action::Write) => {
                let WriteRequest { name, count } = request.message()?;
                *self.counter(name)? = count;
                Ok(())
            }
            _ => Err(Code::NotSupported.into()),
        }
    }
}
