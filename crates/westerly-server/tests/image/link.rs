// SPDX-License-Identifier: Apache-2.0
//! A client, and a link that loses and repeats what it carries.

use westerly_server::wire::cbor::Message;
use westerly_server::wire::error::Status;
use westerly_server::wire::header::{Header, Operation, Version};
use westerly_server::wire::image::{StateResponse, UploadRequest, UploadResponse};
use westerly_server::{AllowAll, Buffers, Caller, Identity, Image, ImageGroup, Requests, Server, Transport};

pub type Device<I> = ImageGroup<I>;

/// How many bytes the device has by its answer, and its verdict; or the group's code. Answers of other commands count as 0.
pub type Answer = Result<(u64, Option<bool>), u16>;

fn exchange<I: Image>(device: &mut Device<I>, peer: u64, operation: Operation, command: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len().try_into().unwrap();
    let header = Header { version: Version::V2, operation, length, group: 1, sequence: 0, command };
    let packet = [&header.to_bytes()[..], payload].concat();
    let caller = Caller {
        transport: Transport::Udp,
        identity: Identity::Anonymous,
        peer,
        buffers: Buffers { size: 1472, count: 1 },
    };
    let mut buffer = [0; 1472];
    let answer = Server::new(AllowAll).handle(&mut [device], &caller, &mut Requests::new(&packet), &mut buffer);
    buffer[8..answer.unwrap().length].to_vec()
}

/// Sends a write and gives what is answered.
pub fn answer<I: Image>(device: &mut Device<I>, peer: u64, command: u8, payload: &[u8]) -> Answer {
    let answer = exchange(device, peer, Operation::Write, command, payload);
    let status = Status::decode(&answer).unwrap();
    assert_eq!(status.code, None, "an SMP code: {answer:02x?}");
    match status.error {
        Some(error) => Err(error.code),
        None => Ok(UploadResponse::decode(&answer).map_or((0, None), |answer| (answer.offset, answer.matches))),
    }
}

/// What is told of a slot.
pub struct Told {
    pub image: Option<u32>,
    pub slot: u32,
    pub hash: Vec<u8>,
    pub pending: bool,
    pub confirmed: bool,
    pub active: bool,
}

pub fn state<I: Image>(device: &mut Device<I>) -> Vec<Told> {
    let answer = exchange(device, 0, Operation::Read, 0, &[]);
    let told = StateResponse::decode(&answer).unwrap();
    let told = told.images.iter().map(|image| Told {
        image: image.image,
        slot: image.slot,
        hash: image.hash.unwrap().to_vec(),
        pending: image.pending.unwrap(),
        confirmed: image.confirmed.unwrap(),
        active: image.active.unwrap(),
    });
    told.collect()
}

/// A link, its client and what befalls them, told by a seed.
pub struct Link {
    seed: Option<u64>,
}

impl Link {
    pub fn perfect() -> Self {
        Self { seed: None }
    }

    pub fn bad(seed: u64) -> Self {
        Self { seed: Some(seed) }
    }

    /// One time in `times`, or never on a perfect link.
    fn chance(&mut self, times: u64) -> bool {
        self.number().is_some_and(|number| number % times == 0)
    }

    fn number(&mut self) -> Option<u64> {
        let seed = self.seed.as_mut()?;
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(*seed >> 33)
    }

    pub fn encode(offset: u64, length: Option<u64>, data: &[u8], sha: Option<&[u8]>, upgrade: bool) -> Vec<u8> {
        let request =
            UploadRequest { image: None, length, offset: Some(offset), sha, data: Some(data), upgrade: Some(upgrade) };
        let mut buffer = vec![0; 1400];
        let length = request.encode(&mut buffer).unwrap();
        buffer.truncate(length);
        buffer
    }

    /// Uploads as clients do: goes on where the device says, sends again what is not answered. Gives the device's verdict when
    /// all is there, `None` when it refuses.
    pub fn upload<I: Image + Clone>(
        &mut self,
        device: &mut Device<I>,
        image: &[u8],
        sha: Option<&[u8]>,
        part: usize,
    ) -> Option<bool> {
        let whole = image.len() as u64;
        let mut offset = 0;
        for _ in 0..5000 {
            let from = usize::try_from(offset).unwrap();
            let most = self.number().map_or(part, |number| 33 + usize::try_from(number).unwrap() % part);
            let data = &image[from..image.len().min(from + most)];
            let first = offset == 0;
            let payload = Self::encode(offset, first.then_some(whole), data, if first { sha } else { None }, false);
            if self.chance(20) {
                // It restarts, and the state in its memory is lost.
                *device = ImageGroup::new(device.device.clone(), device.replace_pending);
            }
            if self.chance(8) {
                continue;
            }
            let answered = answer(device, 0, 1, &payload).ok()?;
            if self.chance(8) {
                // The network repeats it.
                answer(device, 0, 1, &payload).ok()?;
            }
            if self.chance(8) {
                continue;
            }
            offset = answered.0;
            if offset == whole {
                return answered.1;
            }
        }
        panic!("no end");
    }
}
