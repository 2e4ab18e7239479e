// SPDX-License-Identifier: Apache-2.0

//! The bell's group (71): rings, and tells how often it has rung.

use westerly_firmware::westerly_server::wire::{error::Code, message};
use westerly_firmware::westerly_server::{Action, Failure, Group, GroupDescription, Request, Response};

message! {
    /// Rings the bell.
    pub struct Ring {
        /// So often.
        times: required u8 = "times",
    }
}

message! {
    /// What the bell tells.
    pub struct Rings {
        /// How often it has rung since the start.
        rings: required u32 = "rings",
    }
}

/// The bell and its group.
pub struct Bell {
    /// How often it has rung.
    pub rings: u32,
}

impl Group for Bell {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: 71, name: "bell", handlers: 1 }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (0, Action::Read) => response.message(&Rings { rings: self.rings }),
            (0, Action::Write) => {
                let Ring { times } = request.message()?;
                self.rings = self.rings.saturating_add(times.into());
                response.message(&Rings { rings: self.rings })
            }
            _ => Err(Code::NotSupported.into()),
        }
    }
}
