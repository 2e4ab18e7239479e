// SPDX-License-Identifier: Apache-2.0
//! One packet of up to three requests of any group, well-formed or nearly so, to a new device, under a policy, with room for an
//! answer of any size; and once more, since by then the device is in another state.

use westerly_server::wire::header::{Operation, Version};
use westerly_server::{Access, Buffers, Caller, Identity, Policy, Server, Transport};

use crate::answers::{self, AMPLE, requests_of};
use crate::choices::Choices;
use crate::device::{Everything, KEY};
use crate::grammar;

pub fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let policy = Whim(choices.byte());
    let place = choices.byte();
    let room = if place & 0xf0 == 0xf0 { usize::from(choices.word()) % 2048 } else { AMPLE };
    let caller = Caller {
        transport: if place & 1 == 0 { Transport::Serial } else { Transport::Udp },
        identity: Identity::Anonymous,
        peer: 0,
        buffers: Buffers { size: u16::from(place) << 4, count: u16::from(place) },
    };
    let mut packet = grammar::request(&mut choices);
    for _ in 0..2 {
        if choices.once_in(3) {
            packet.extend(grammar::request(&mut choices));
        }
    }
    let mut device = Everything::new();
    let mut server = Server::new(policy);
    for room in [room, AMPLE] {
        let answers = answers::exchange(&mut server, &mut device.groups(), &caller, &packet, room, &[KEY]);
        let mut requests = requests_of(&packet);
        for answer in &answers {
            let request = requests.next().expect("as many as answers");
            let access = policy.access(&caller, request.group, request.command);
            let allowed = access == Access::Allow || access == Access::ReadOnly && request.operation == Operation::Read;
            assert!(!answer.is_success() || allowed, "not allowed: {request:?}");
        }
        let ended = answers.last().is_some_and(|answer| answer.code.is_some() || answer.header.version == Version::V1);
        assert!(requests.next().is_none() || ended || room < AMPLE, "a request unanswered");
    }
    let mut kept = [0; 16];
    let length = westerly_server::Settings::read(&mut device.settings.settings, "access/key", &mut kept);
    assert_eq!(length.map(|length| &kept[..length]), Ok(KEY), "a hidden setting was changed");
}

/// A policy without any pattern. 0 allows everything.
#[derive(Clone, Copy)]
struct Whim(u8);

impl Policy for Whim {
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access {
        let transport = u32::from(caller.transport == Transport::Udp);
        let mixed = (u32::from(group) << 9 | u32::from(command) << 1 | transport).wrapping_mul(0x9e37_79b1);
        match mixed.wrapping_mul(u32::from(self.0 >> 4)) >> 30 {
            0 | 1 => Access::Allow,
            2 => Access::ReadOnly,
            _ => Access::Refuse,
        }
    }
}
