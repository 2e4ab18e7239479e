// SPDX-License-Identifier: Apache-2.0
//! A vector of westerly-server: packets to a fresh device, and the packets it answers.

#[path = "../../../crates/westerly-server/tests/device/mod.rs"]
mod device;

use westerly_server::{Group, Requests, Server};

use crate::print::{same, wrong};

/// Whether the requests are answered by exactly these answers.
pub fn holds(suite: &str, requests: &[&[u8]], answers: &[&[u8]]) -> bool {
    device::with(suite, |groups| holds_with(suite, groups, requests, answers))
}

fn holds_with(suite: &str, groups: &mut [&mut dyn Group], requests: &[&[u8]], answers: &[&[u8]]) -> bool {
    let caller = device::caller(suite);
    let mut server = Server::new(device::guard(suite));
    let mut expected = answers.iter();
    for packet in requests {
        let mut requests = Requests::new(packet);
        let mut buffer = [0xaa; 1472];
        while let Some(answer) = server.handle(groups, &caller, &mut requests, &mut buffer) {
            let Some(got) = buffer.get(..answer.length) else { return wrong(format_args!("length {}", answer.length)) };
            let Some(expected) = expected.next() else { return same("an answer too many", &[], got) };
            if !same("answer", expected, got) {
                return false;
            }
        }
    }
    expected.next().is_none_or(|missing| same("no answer", missing, &[]))
}
