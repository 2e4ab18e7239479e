// SPDX-License-Identifier: Apache-2.0
//! Transfers that are interrupted, repeated, mixed up and taken over: a file always has the whole content one client meant it to have.

mod medium;

use std::collections::BTreeMap;

use medium::{Fault, Medium};
use proptest::prelude::*;
use westerly_server::wire::cbor::Message;
use westerly_server::wire::error::GroupError;
use westerly_server::wire::files::{DownloadRequest, DownloadResponse, UploadRequest, UploadResponse, code, command};
use westerly_server::wire::header::{Header, Operation, Version};
use westerly_server::wire::message;
use westerly_server::{AllowAll, Buffers, Caller, FilesGroup, Identity, Requests, Server, Transport};

const TRANSFERS: usize = 2;
/// Of the bytes that are there, so many must come again to take an upload up.
const REPEATED: usize = 64;

message! {
    /// What an answer may be that brings nothing.
    pub struct Refusal {
        /// By the group.
        error: optional GroupError = "err",
        /// By the server.
        code: optional u32 = "rc",
        /// Where to go on.
        length: optional u64 = "len",
    }
}

struct Device {
    server: Server<AllowAll>,
    files: FilesGroup<Medium, TRANSFERS, 16>,
}

impl Device {
    fn on(medium: &Medium) -> Self {
        Self { server: Server::new(AllowAll), files: FilesGroup::new(medium.clone()) }
    }

    fn ask<'m>(
        &mut self,
        peer: u64,
        operation: Operation,
        command: u8,
        message: &impl Message<'m>,
    ) -> Result<Vec<u8>, Refusal> {
        let mut payload = [0; 4096];
        let length = message.encode(&mut payload).expect("it fits");
        let header = Header { version: Version::V2, operation, length: length as u16, group: 8, sequence: 0, command };
        let packet = [&header.to_bytes()[..], &payload[..length]].concat();
        let buffers = Buffers { size: 512, count: 1 };
        let caller = Caller { transport: Transport::Udp, identity: Identity::Anonymous, peer, buffers };
        let mut answer = [0; 512];
        let length = self.server.handle(&mut [&mut self.files], &caller, &mut Requests::new(&packet), &mut answer);
        let answer = answer[8..length.expect("an answer").length].to_vec();
        match Refusal::decode(&answer) {
            Ok(refusal) if refusal.error.is_some() || refusal.code.is_some() => Err(refusal),
            _ => Ok(answer),
        }
    }

    fn upload(
        &mut self,
        peer: u64,
        name: &str,
        offset: usize,
        data: &[u8],
        length: Option<usize>,
    ) -> Result<usize, Refusal> {
        let length = length.map(|length| length as u64);
        let request = UploadRequest { offset: offset as u64, data: Some(data), name, length };
        let answer = self.ask(peer, Operation::Write, command::FILE, &request)?;
        Ok(UploadResponse::decode(&answer).expect("such an answer").offset as usize)
    }

    fn download(&mut self, peer: u64, name: &str, offset: usize) -> Result<(Vec<u8>, Option<usize>), Refusal> {
        let answer =
            self.ask(peer, Operation::Read, command::FILE, &DownloadRequest { offset: offset as u64, name })?;
        let answer = DownloadResponse::decode(&answer).expect("such an answer");
        assert_eq!(answer.offset as usize, offset);
        Ok((answer.data.to_vec(), answer.length.map(|length| length as usize)))
    }

    fn close(&mut self, peer: u64) {
        use westerly_server::wire::os::Empty;
        self.ask(peer, Operation::Write, command::CLOSE, &Empty {}).expect("closes whatever there is");
    }
}

/// Bytes that look like no others'.
fn content(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

fn go_on(refusal: &Refusal) -> Option<usize> {
    let error = refusal.error?;
    (error.code == code::OFFSET_NOT_VALID).then(|| refusal.length.expect("says where") as usize)
}

/// Uploads in parts, also beginning in the middle, as told; gives up at the first other error.
fn upload(device: &mut Device, peer: u64, name: &str, content: &[u8], from: usize) -> Result<(), Refusal> {
    let mut offset = from;
    for _ in 0..1000 {
        let end = content.len().min(offset + 1000);
        match device.upload(peer, name, offset, &content[offset..end], Some(content.len())) {
            Ok(next) if next == content.len() => return Ok(()),
            Ok(next) => offset = next,
            Err(refusal) => offset = go_on(&refusal).ok_or(refusal)?,
        }
    }
    panic!("never ends");
}

const NAME: &str = "/m/file";

/// Every operation on the medium goes wrong once in each way, while another client reads the file.
#[test]
fn an_upload_interrupted_anywhere_leaves_the_old_content_or_the_new() {
    let (old, new) = (content(1, 900), content(2, 70_000));
    for fault in [Fault::Fails, Fault::PowerLost, Fault::PowerLostLate] {
        let mut interrupted = 0;
        loop {
            let medium = Medium::default();
            medium.put(NAME, &old);
            let mut device = Device::on(&medium);
            medium.fault_at(interrupted, fault);
            let mut read = Vec::new();
            let mut offset = 0;
            let outcome = loop {
                let end = new.len().min(offset + 1000);
                // The reader starts again when told so, or at the end.
                match device.download(2, NAME, read.len()) {
                    Ok((data, _)) if data.is_empty() => {
                        assert!(read == old || read == new, "at {interrupted}, {fault:?}");
                        read.clear();
                    }
                    Ok((data, _)) => read.extend(data),
                    Err(_) => read.clear(),
                }
                match device.upload(1, NAME, offset, &new[offset..end], (offset == 0).then_some(new.len())) {
                    Ok(next) if next == new.len() => break Ok(()),
                    Ok(next) => offset = next,
                    Err(refusal) => break Err(refusal),
                }
            };
            let there = medium.get(NAME).expect("some content");
            assert!(there == old || there == new, "at {interrupted}, {fault:?}");
            assert!(outcome.is_err() || there == new, "at {interrupted}, {fault:?}");

            if medium.is_off() {
                medium.restart();
                device = Device::on(&medium);
                assert!(medium.get(NAME) == Some(there), "at {interrupted}, {fault:?}");
                // Takes up what is there. That there is nothing it is told, if so.
                upload(&mut device, 3, NAME, &new, 1).expect("taken up");
            } else if outcome.is_err() {
                upload(&mut device, 1, NAME, &new, 0).expect("the next one works");
            }
            assert_eq!(medium.get(NAME).as_ref(), Some(&new), "at {interrupted}, {fault:?}");
            (1..=3).for_each(|peer| device.close(peer));
            assert_eq!(medium.open_files(), 0, "at {interrupted}, {fault:?}");
            if medium.no_fault_happened() {
                break;
            }
            interrupted += 1;
        }
        assert!(interrupted > 100, "{interrupted} operations");
    }
}

/// A restart costs what came after the last checkpoint, and nothing else.
#[test]
fn after_a_restart_an_upload_goes_on_where_it_was() {
    let new = content(3, 100_000);
    let medium = Medium::default();
    let mut device = Device::on(&medium);
    let mut offset = 0;
    while offset < 80_000 {
        let length = (offset == 0).then_some(new.len());
        offset = device.upload(1, NAME, offset, &new[offset..offset + 1000], length).expect("goes on");
    }
    medium.restart();
    let mut device = Device::on(&medium);
    // Without the length nobody can tell what it is a part of.
    assert_eq!(go_on(&device.upload(1, NAME, offset, &new[offset..offset + 100], None).unwrap_err()), Some(0));
    let told = go_on(&device.upload(1, NAME, offset, b"", Some(new.len())).unwrap_err()).expect("told where");
    assert!(told > 80_000 - 32_768 - REPEATED, "{told}");
    assert_eq!(medium.get("/m/file.~0").map(|part| part.len()), Some(told + REPEATED));
    upload(&mut device, 1, NAME, &new, told).expect("goes on");
    assert_eq!(medium.get(NAME), Some(new));
    assert_eq!(medium.paths(), [NAME]);
}

/// The peer that went on from elsewhere, and the first one coming back.
#[test]
fn an_upload_is_taken_over_from_a_peer_that_is_silent() {
    let new = content(4, 1000);
    let medium = Medium::default();
    let mut device = Device::on(&medium);
    assert_eq!(device.upload(1, NAME, 0, &new[..300], Some(1000)), Ok(300));
    let told = |answer: Result<usize, Refusal>| go_on(&answer.unwrap_err());
    // Asks, and is told; but then the owner goes on.
    assert_eq!(told(device.upload(2, NAME, 999, b"", Some(1000))), Some(300 - REPEATED));
    assert_eq!(device.upload(1, NAME, 300, &new[300..400], None), Ok(400));
    assert_eq!(told(device.upload(2, NAME, 236, &new[236..500], Some(1000))), Some(400 - REPEATED));
    // A third one asks in between.
    assert_eq!(told(device.upload(3, NAME, 5, b"", Some(1000))), Some(400 - REPEATED));
    assert_eq!(told(device.upload(2, NAME, 336, &new[336..500], Some(1000))), Some(400 - REPEATED));
    assert_eq!(device.upload(2, NAME, 336, &new[336..500], Some(1000)), Ok(500));
    // It is its own now, and the first one's no longer.
    assert_eq!(device.upload(2, NAME, 500, &new[500..600], None), Ok(600));
    assert_eq!(told(device.upload(1, NAME, 400, &new[400..500], None)), Some(0));
    assert_eq!(device.upload(2, NAME, 600, &new[600..], None), Ok(1000));
    assert_eq!(medium.get(NAME), Some(new));
}

#[test]
fn an_upload_is_not_taken_over_with_another_length_or_content() {
    let (new, other) = (content(5, 1000), content(6, 1000));
    let mut device = Device::on(&Medium::default());
    assert_eq!(device.upload(1, NAME, 0, &new[..300], Some(1000)), Ok(300));
    let told = |answer: Result<usize, Refusal>| go_on(&answer.unwrap_err());
    assert_eq!(told(device.upload(2, NAME, 236, &new[236..400], Some(999))), Some(0));
    assert_eq!(told(device.upload(2, NAME, 236, &other[236..400], Some(1000))), Some(236));
    assert_eq!(told(device.upload(2, NAME, 236, &other[236..400], Some(1000))), Some(0));
    assert_eq!(device.upload(1, NAME, 300, &new[300..], None), Ok(1000));
}

#[test]
fn two_uploads_to_one_path_are_whole_each_and_the_last_wins() {
    let (one, two) = (content(7, 3000), content(8, 3000));
    let medium = Medium::default();
    let mut device = Device::on(&medium);
    for offset in (0..3000).step_by(500) {
        let length = (offset == 0).then_some(3000);
        assert_eq!(device.upload(1, NAME, offset, &one[offset..offset + 500], length), Ok(offset + 500));
        if offset == 2500 {
            assert_eq!(medium.get(NAME).as_ref(), Some(&one));
        }
        assert_eq!(device.upload(2, NAME, offset, &two[offset..offset + 500], length), Ok(offset + 500));
    }
    assert_eq!(medium.get(NAME), Some(two));
    assert_eq!(medium.paths(), [NAME]);
}

/// Downloads take no upload's place, and go on without one of their own.
#[test]
fn many_downloads_cost_no_upload_its_place() {
    let new = content(9, 4000);
    let medium = Medium::default();
    medium.put("/m/other", &new);
    let mut device = Device::on(&medium);
    for peer in [1, 2] {
        assert_eq!(device.upload(peer, NAME, 0, &new[..1000], Some(4000)), Ok(1000));
    }
    for peer in 3..9 {
        let mut read = Vec::new();
        while read.len() < new.len() {
            read.extend(device.download(peer, "/m/other", read.len()).expect("a part").0);
        }
        assert_eq!(read, new);
    }
    for peer in [1, 2] {
        assert_eq!(device.upload(peer, NAME, 1000, &new[1000..], None), Ok(4000));
    }
    assert_eq!(medium.open_files(), 0);
}

#[test]
fn a_download_does_not_go_on_with_another_content() {
    let (old, new) = (content(10, 2000), content(11, 2000));
    let medium = Medium::default();
    medium.put(NAME, &old);
    let mut device = Device::on(&medium);
    let (first, length) = device.download(2, NAME, 0).expect("a part");
    assert_eq!(length, Some(2000));
    upload(&mut device, 1, NAME, &new, 0).expect("uploaded");
    let refusal = device.download(2, NAME, first.len()).unwrap_err();
    assert_eq!(refusal.error.map(|error| error.code), Some(code::READ_FAILED));
    // Who asks once more means it.
    let (second, _) = device.download(2, NAME, first.len()).expect("a part");
    assert_eq!(second, new[first.len()..first.len() + second.len()]);
}

#[derive(Clone, Debug)]
enum Act {
    /// A client begins with a new content.
    Begin {
        peer: usize,
        path: usize,
        length: usize,
    },
    /// Another peer that believes that it began earlier asks, and goes on as told, with a content nobody has sent. (Of the same
    /// peer it is believed.)
    Pretend {
        peer: usize,
        path: usize,
        length: usize,
    },
    /// The client comes back as another peer.
    Move {
        peer: usize,
    },
    /// The next part, or from elsewhere.
    Part {
        peer: usize,
        size: usize,
        offset: Option<usize>,
        says_length: bool,
    },
    Download {
        peer: usize,
        path: usize,
    },
    Close {
        peer: usize,
    },
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    let peer = 0usize..3;
    let path = 0usize..2;
    let length = prop_oneof![Just(0usize), Just(1), Just(64), Just(65), Just(500), Just(500), Just(40_000)];
    prop_oneof![
        2 => (peer.clone(), path.clone(), length.clone())
            .prop_map(|(peer, path, length)| Act::Begin { peer, path, length }),
        1 => (peer.clone(), path.clone(), length).prop_map(|(peer, path, length)| Act::Pretend { peer, path, length }),
        1 => peer.clone().prop_map(|peer| Act::Move { peer }),
        20 => (peer.clone(), prop_oneof![0usize..200, Just(2000)], prop::option::weighted(0.1, 0usize..600), any::<bool>())
            .prop_map(|(peer, size, offset, says_length)| Act::Part { peer, size, offset, says_length }),
        8 => (peer.clone(), path).prop_map(|(peer, path)| Act::Download { peer, path }),
        1 => peer.prop_map(|peer| Act::Close { peer }),
        1 => Just(Act::Restart),
    ]
}

/// A client's idea of its upload.
#[derive(Clone, Default)]
struct Client {
    number: u64,
    path: usize,
    content: Vec<u8>,
    offset: usize,
    /// Whether the device has had the first part; before that, other parts would be taken for some of what the peer sent earlier.
    has_begun: bool,
}

const PATHS: [&str; 2] = ["/m/one", "/m/two"];

/// Whatever the clients do: what a path holds was meant by one of them, from its first byte to its last.
fn run(acts: &[Act]) {
    let medium = Medium::default();
    let mut device = Device::on(&medium);
    let mut offered: [Vec<Vec<u8>>; 2] = [vec![content(0, 700), vec![]], vec![vec![]]];
    medium.put(PATHS[0], &offered[0][0]);
    let mut clients: Vec<Client> = (0..3).map(|number| Client { number, ..Client::default() }).collect();
    let mut reads: BTreeMap<(u64, usize), usize> = BTreeMap::new();
    let mut seeds = 100;
    for act in acts {
        match act.clone() {
            Act::Begin { peer, path, length } | Act::Pretend { peer, path, length } => {
                seeds += 1;
                let begins = matches!(act, Act::Begin { .. });
                let number = clients[peer].number + if begins { 0 } else { 3 };
                let content = content(seeds, length);
                offered[path].push(content.clone());
                clients[peer] = Client {
                    number,
                    path,
                    content,
                    offset: if begins { 0 } else { length.min(1) },
                    has_begun: !begins,
                };
            }
            Act::Move { peer } => clients[peer].number += 3,
            Act::Part { peer, size, offset, says_length } => {
                let client = &mut clients[peer];
                let length = client.content.len();
                let offset = if client.has_begun { offset.unwrap_or(client.offset).min(length) } else { 0 };
                let data = &client.content[offset..length.min(offset + size)];
                let said = (says_length || offset == 0).then_some(length);
                match device.upload(client.number, PATHS[client.path], offset, data, said) {
                    Ok(next) => {
                        assert!(next <= length, "beyond the end");
                        if next == length && (client.offset < length || length == 0) {
                            assert_eq!(medium.get(PATHS[client.path]).as_ref(), Some(&client.content));
                        }
                        client.offset = next;
                        client.has_begun = true;
                    }
                    // Goes where it is told, without a thought.
                    Err(refusal) => client.offset = go_on(&refusal).expect("no other error").min(length),
                }
            }
            Act::Download { peer, path } => {
                // What it brings is for the other tests: a download without a place may go on with another content.
                let offset = reads.entry((clients[peer].number, path)).or_default();
                *offset = match device.download(clients[peer].number, PATHS[path], *offset) {
                    Ok((data, _)) if !data.is_empty() => *offset + data.len(),
                    _ => 0,
                };
            }
            Act::Close { peer } => {
                device.close(clients[peer].number);
            }
            Act::Restart => {
                medium.restart();
                device = Device::on(&medium);
            }
        }
        for (path, offered) in PATHS.iter().zip(&offered) {
            if let Some(there) = medium.get(path) {
                assert!(offered.contains(&there), "{path} holds what nobody meant it to");
            }
        }
        assert!(medium.open_files() <= TRANSFERS);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn a_path_holds_what_one_client_meant_it_to(acts in prop::collection::vec(act(), 1..120)) {
        run(&acts);
    }
}
