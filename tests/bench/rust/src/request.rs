// SPDX-License-Identifier: Apache-2.0

//! The measured requests: the same, byte for byte, as `../../c/src/main.c` builds.

use core::ffi::CStr;

use crate::PACKET_SIZE;
use crate::clock::ITERATIONS;

const HEADER: usize = 8;

/// An upload is a file of this size in requests of [`CHUNK_SIZE`], over and over again.
pub const FILE_SIZE: u16 = 8192;
const CHUNK_SIZE: u16 = 256;
/// Requests a file.
pub const CHUNKS: u16 = FILE_SIZE / CHUNK_SIZE;

pub struct Request {
    pub name: &'static CStr,
    /// Version and operation.
    first: u8,
    group: u8,
    command: u8,
    payload: Payload,
    pub process: Process,
}

enum Payload {
    /// Characters to be echoed.
    Echo(u16),
    Bytes(&'static [u8]),
    /// Part of a file, from this offset.
    Chunk(u16),
}

/// What is measured of processing.
#[derive(Clone, Copy)]
pub enum Process {
    /// The request, so many times.
    Times(u32),
    /// Nothing: the packet begins a file of the request after it.
    Begins,
    /// So many files.
    Files(u32),
}

const MANY: Process = Process::Times(ITERATIONS);

const fn request(
    name: &'static CStr,
    first: u8,
    group: u8,
    command: u8,
    payload: Payload,
    process: Process,
) -> Request {
    Request { name, first, group, command, payload, process }
}

pub const REQUESTS: [Request; 11] = [
    request(c"echo16", 0x0a, 0, 0, Payload::Echo(16), MANY),
    request(c"echo64", 0x0a, 0, 0, Payload::Echo(64), MANY),
    request(c"echo256", 0x0a, 0, 0, Payload::Echo(256), MANY),
    request(c"params", 0x08, 0, 6, Payload::Bytes(b"\xa0"), MANY),
    request(c"unknown", 0x08, 70, 0, Payload::Bytes(b"\xa0"), MANY),
    request(c"tasks", 0x08, 0, 2, Payload::Bytes(b"\xa0"), MANY),
    request(c"setting", 0x08, 3, 0, Payload::Bytes(b"\xa1\x64name\x6cbench/number"), MANY),
    request(c"counters", 0x08, 2, 0, Payload::Bytes(b"\xa1\x64name\x65bench"), MANY),
    request(c"upload-first", 0x0a, 8, 0, Payload::Chunk(0), Process::Begins),
    request(c"upload", 0x0a, 8, 0, Payload::Chunk(CHUNK_SIZE), Process::Files(50)),
    request(c"hash", 0x08, 8, 2, Payload::Bytes(b"\xa1\x64name\x68/lfs1/up"), Process::Times(50)),
];

/// Ends whatever transfer there is.
pub const CLOSE: [u8; 9] = [0x0a, 0, 0, 1, 0, 8, 7, 4, 0xa0];

/// Where a further chunk's packet says its offset.
const OFFSET_AT: usize = HEADER + b"\xa3\x64name\x68/lfs1/up\x63off\x19".len();

/// Makes of the packet of a further chunk that of another.
pub fn set_chunk(packet: &mut [u8], index: u16) {
    packet[OFFSET_AT..OFFSET_AT + 2].copy_from_slice(&(index * CHUNK_SIZE).to_be_bytes());
}

impl Request {
    /// Writes the packet and gives its length.
    pub fn build(&self, packet: &mut [u8; PACKET_SIZE]) -> usize {
        let mut length = HEADER;
        let mut put = |bytes: &[u8]| {
            packet[length..length + bytes.len()].copy_from_slice(bytes);
            length += bytes.len();
        };
        match self.payload {
            Payload::Bytes(bytes) => put(bytes),
            Payload::Echo(characters) => {
                put(b"\xa1\x61d");
                match characters.to_be_bytes() {
                    [0, short @ ..24] => put(&[0x60 + short]),
                    [0, medium] => put(&[0x78, medium]),
                    [high, low] => put(&[0x79, high, low]),
                }
                letters(characters, &mut put);
            }
            Payload::Chunk(offset) => {
                put(if offset == 0 { b"\xa4" } else { b"\xa3" });
                put(b"\x64name\x68/lfs1/up\x63off");
                match offset.to_be_bytes() {
                    [0, 0] => {
                        let [high, low] = FILE_SIZE.to_be_bytes();
                        put(b"\x00\x63len");
                        put(&[0x19, high, low]);
                    }
                    [high, low] => put(&[0x19, high, low]),
                }
                let [high, low] = CHUNK_SIZE.to_be_bytes();
                put(b"\x64data");
                put(&[0x59, high, low]);
                letters(CHUNK_SIZE, &mut put);
            }
        }
        let [high, low] = u16::try_from(length - HEADER).unwrap_or_default().to_be_bytes();
        packet[..HEADER].copy_from_slice(&[self.first, 0, high, low, 0, self.group, 7, self.command]);
        length
    }
}

fn letters(count: u16, put: &mut impl FnMut(&[u8])) {
    (b'a'..=b'z').cycle().take(count.into()).for_each(|letter| put(&[letter]));
}
