// SPDX-License-Identifier: Apache-2.0

//! The measured requests: the same, byte for byte, as `../../c/src/main.c` builds.

use core::ffi::CStr;

use crate::PACKET_SIZE;

pub struct Request {
    pub name: &'static CStr,
    /// Version and operation.
    first: u8,
    group: u8,
    command: u8,
    /// Characters to be echoed; without any the payload is an empty map.
    echo: Option<u16>,
}

pub const REQUESTS: [Request; 5] = [
    Request { name: c"echo16", first: 0x0a, group: 0, command: 0, echo: Some(16) },
    Request { name: c"echo64", first: 0x0a, group: 0, command: 0, echo: Some(64) },
    Request { name: c"echo256", first: 0x0a, group: 0, command: 0, echo: Some(256) },
    Request { name: c"params", first: 0x08, group: 0, command: 6, echo: None },
    Request { name: c"unknown", first: 0x08, group: 70, command: 0, echo: None },
];

impl Request {
    /// Writes the packet and gives its length.
    pub fn build(&self, packet: &mut [u8; PACKET_SIZE]) -> usize {
        const HEADER: usize = 8;
        let mut length = HEADER;
        let mut put = |byte| {
            packet[length] = byte;
            length += 1;
        };
        match self.echo {
            None => put(0xa0),
            Some(characters) => {
                [0xa1, 0x61, b'd'].iter().for_each(|&byte| put(byte));
                match characters.to_be_bytes() {
                    [0, short @ ..24] => put(0x60 + short),
                    [0, medium] => [0x78, medium].iter().for_each(|&byte| put(byte)),
                    [high, low] => [0x79, high, low].iter().for_each(|&byte| put(byte)),
                }
                (b'a'..=b'z').cycle().take(characters.into()).for_each(put);
            }
        }
        let [high, low] = u16::try_from(length - HEADER).unwrap_or_default().to_be_bytes();
        packet[..HEADER].copy_from_slice(&[self.first, 0, high, low, 0, self.group, 7, self.command]);
        length
    }
}
