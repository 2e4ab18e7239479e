// SPDX-License-Identifier: Apache-2.0

//! The one server behind all transports, with its command groups. The enumeration group is the server's own.

use westerly_server::{Answer, Caller, Group, OsGroup, Requests, Rules, Server};
use westerly_zephyr::os::ZephyrOs;
use westerly_zephyr::sync::Mutex;

use crate::{access, configuration};

struct Westerly {
    server: Server<Rules<'static>>,
    os: OsGroup<ZephyrOs>,
}

static WESTERLY: Mutex<Westerly> =
    Mutex::new(Westerly { server: Server::new(access::POLICY), os: OsGroup(ZephyrOs::new(configuration::NODE_NAME)) });

/// Answers the next request of a packet into `response`, while no other transport is served; `None` after the last.
///
/// The lock is held for one message and never while a transport sends: a slow line cannot keep the others waiting.
pub fn answer(caller: &Caller, requests: &mut Requests<'_>, response: &mut [u8]) -> Option<Answer> {
    let mut westerly = WESTERLY.lock();
    let Westerly { server, os } = &mut *westerly;
    let groups: &mut [&mut dyn Group] = &mut [os];
    server.handle(groups, caller, requests, response)
}
