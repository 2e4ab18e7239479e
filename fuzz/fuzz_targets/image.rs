// SPDX-License-Identifier: Apache-2.0
//! Any bytes as an image: parsed and verified against a second, plain reading; in a slot, listed if and only if they are one;
//! and uploaded in portions, after which they are there, or nothing is.
//!
//! Input: a byte that chooses the portions, then what is to be an image. So that the fuzzer gets further than the magic, the
//! first four bytes are taken for it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sha2::{Digest as _, Sha256};
use westerly_fuzz::device::Slots;
use westerly_server::mcuboot::{self, ImageError, Source};
use westerly_server::wire::cbor::Message as _;
use westerly_server::wire::error::Status;
use westerly_server::wire::header::{Header, Operation, Version};
use westerly_server::wire::image::{StateResponse, UploadRequest, UploadResponse};
use westerly_server::{AllowAll, Buffers, Caller, FlashError, Identity, ImageGroup, Requests, Server, Transport};

/// As `../run` makes them.
const SIZE: usize = 4096;
const PAGE: usize = 512;
type Group = ImageGroup<Slots<SIZE, PAGE, 8>>;

const CALLER: Caller = Caller {
    transport: Transport::Serial,
    identity: Identity::Anonymous,
    peer: 0,
    buffers: Buffers { size: 1472, count: 1 },
};

fuzz_target!(|input: &[u8]| {
    let Some((&portion, rest)) = input.split_first() else { return };
    let mut image = rest.to_vec();
    if image.len() < mcuboot::HEADER_LENGTH {
        return;
    }
    image[..4].copy_from_slice(&mcuboot::MAGIC.to_le_bytes());
    let hash = plain(&image);
    assert_eq!(mcuboot::parse(&mut Bytes::new(&image)).map(|found| found.hash.as_bytes().to_vec()).ok(), hash);
    verify(&image);
    listed(&image);
    upload(&image, usize::from(portion) + mcuboot::HEADER_LENGTH);
});

/// A source that counts what is read, and takes no reading beyond its end.
struct Bytes<'b> {
    bytes: &'b [u8],
    read: usize,
}

impl<'b> Bytes<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, read: 0 }
    }
}

impl Source for Bytes<'_> {
    fn length(&self) -> u32 {
        self.bytes.len() as u32
    }

    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        self.read += into.len();
        let offset = offset as usize;
        into.copy_from_slice(self.bytes.get(offset..offset + into.len()).expect("within the source"));
        Ok(())
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length].iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

/// The plain reading, with all bytes at hand: the hash, if this is an image.
fn plain(image: &[u8]) -> Option<Vec<u8>> {
    let (header_size, protected) = (number(image, 8, 2), number(image, 10, 2));
    let code_end = header_size + number(image, 12, 4);
    let hashed = code_end + protected;
    if header_size < 32 || hashed + 4 > image.len() {
        return None;
    }
    if protected != 0 && (number(image, code_end, 2), number(image, code_end + 2, 2)) != (0x6908, protected) {
        return None;
    }
    let end = hashed + number(image, hashed + 2, 2);
    if number(image, hashed, 2) != 0x6907 || end > image.len() {
        return None;
    }
    let mut tlvs = image.get(hashed + 4..end).unwrap_or_default();
    let mut hashes = Vec::new();
    while !tlvs.is_empty() {
        // The head may reach beyond its area, into what follows; its value may not.
        let place = end - tlvs.len();
        if place + 4 > image.len() {
            return None;
        }
        let (kind, length) = (number(image, place, 2), number(image, place + 2, 2));
        let value = tlvs.get(4..)?.get(..length)?;
        let expected = match kind {
            0x10 => Some(32),
            0x11 => Some(48),
            0x12 => Some(64),
            _ => None,
        };
        if let Some(expected) = expected {
            if length != expected {
                return None;
            }
            hashes.push(value.to_vec());
        }
        tlvs = &tlvs[4 + length..];
    }
    (hashes.len() == 1).then(|| hashes.remove(0))
}

fn verify(image: &[u8]) {
    let mut source = Bytes::new(image);
    let verified = mcuboot::verify(&mut source);
    // Each byte once for the hash, and header and TLVs once more.
    assert!(source.read <= 2 * image.len() + 64, "{} of {} bytes read", source.read, image.len());
    let hash = plain(image);
    let hashed = number(image, 8, 2) + number(image, 12, 4) + number(image, 10, 2);
    match verified {
        Ok(matches) => assert_eq!(matches, Some(Sha256::digest(&image[..hashed]).to_vec()) == hash),
        Err(ImageError::Unverifiable) => assert!(hash.is_some()),
        Err(_) => assert_eq!(hash, None),
    }
}

fn exchange(group: &mut Group, operation: Operation, command: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u16;
    let header = Header { version: Version::V2, operation, length, group: 1, sequence: 0, command };
    let packet = [&header.to_bytes()[..], payload].concat();
    let mut buffer = [0; 1472];
    let answer = Server::new(AllowAll).handle(&mut [group], &CALLER, &mut Requests::new(&packet), &mut buffer);
    buffer[8..answer.expect("an answer").length].to_vec()
}

fn listed(image: &[u8]) {
    let mut slots = Slots::default();
    let count = image.len().min(SIZE);
    slots.bytes[1][..count].copy_from_slice(&image[..count]);
    let expected = plain(&slots.bytes[1]);
    let mut group = Group::new(slots, true);
    let answer = exchange(&mut group, Operation::Read, 0, &[]);
    let state = StateResponse::decode(&answer).expect("a state");
    let hash = state.images.iter().find(|image| image.slot == 1).map(|image| image.hash.expect("a hash").to_vec());
    assert_eq!(hash, expected);
}

fn upload(image: &[u8], portion: usize) {
    let sha: [u8; 32] = Sha256::digest(image).into();
    let mut group = Group::new(Slots::default(), true);
    let mut offset = 0;
    while offset < image.len() {
        let data = &image[offset..image.len().min(offset + portion)];
        let first = offset == 0;
        let request = UploadRequest {
            image: None,
            length: first.then_some(image.len() as u64),
            offset: Some(offset as u64),
            sha: first.then_some(&sha[..]),
            data: Some(data),
            upgrade: None,
        };
        let mut payload = [0; 512];
        let length = request.encode(&mut payload).expect("room");
        let answer = exchange(&mut group, Operation::Write, 1, &payload[..length]);
        if Status::decode(&answer).expect("a status").error.is_some() {
            // Only at the beginning, and then nothing was touched.
            assert!(first && group.device.bytes[1] == [0xff; SIZE]);
            return;
        }
        let answer = UploadResponse::decode(&answer).expect("how far");
        offset += data.len();
        assert_eq!(answer.offset, offset as u64);
        assert_eq!(answer.matches, (offset == image.len()).then_some(true));
    }
    assert!(group.device.bytes[1].starts_with(image));
}
