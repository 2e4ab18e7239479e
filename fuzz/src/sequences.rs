// SPDX-License-Identifier: Apache-2.0
//! A device that keeps its state, with access control, and four peers that do one thing after the other: requests of every group,
//! logins, sealed packets as they should be and damaged, repeated and of others' sessions, files and images brought in parts by
//! several at once, settings, and readers of telemetry and log.
//!
//! Asked of it, beside what [`answers`](crate::answers) asks: what is complete is what was sent; a value written is the one
//! read; readers are told of every record or loss; nothing succeeds that the rules and the role do not let; a seal that is not
//! good lets nothing through, an answer to a good one is sealed; no key is ever said, and no hidden setting is changed.

use std::cell::Cell;
use std::rc::Rc;

use minicbor::data::Type;
use sha2::{Digest as _, Sha256};
use westerly_server::wire::error::Code;
use westerly_server::wire::header::{Header, Operation};
use westerly_server::{Access, AccessControl, AccessCounters, Defaults, Policy as _, Role, Rule, Server, Transport};

use crate::answers::{self, Answer};
use crate::choices::Choices;
use crate::device::{Everything, KEY};
use crate::grammar::{self, UPDATE};
use crate::peers::{KEYS, Kept, Peer, Session, seal};

/// Enough for any answer that is looked at here.
const ROOM: usize = 4096;
/// Paths that only modelled uploads go to.
const MODELLED: [&str; 2] = ["/ram/modelled/a", "/lfs1/modelled/b"];
/// The peers that bring them are others than those of the requests at random: their numbers begin here.
const BRINGERS: u64 = 1000;
/// Steps after which an input is over.
const STEPS: usize = 64;

pub fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let counters = AccessCounters::new();
    let rules = Rule::of_transport(Transport::Udp, Access::ReadOnly, choices.once_in(2));
    let serial = if choices.once_in(4) { Access::Authenticated } else { Access::Allow };
    let serial = Rule::of_transport(Transport::Serial, serial, true);
    let transports = [rules, serial].concat();
    let built = [Rule { transport: None, group: Some(66), command: Some(2), access: Access::Authenticated }];
    let defaults = Defaults { rules: &built, transports: &transports, idle: 300, lifetime: 3600 };
    let now = Rc::new(Cell::new(1000));
    let mut policy = AccessControl::new(Kept { now: now.clone() }, defaults, &counters);
    for (place, key) in KEYS.iter().enumerate() {
        let kept = [&[1, place as u8, place as u8 + 1], &key[..]].concat();
        assert!(policy.restore_key(place, &kept));
    }
    if choices.once_in(4) {
        let rules = choices.below(4) * 4 + choices.below(2);
        policy.restore_policy(&[&[1], choices.bytes(rules)].concat());
    }
    let mut sequence = Sequence::new(policy, now);
    for _ in 0..STEPS {
        if choices.is_over() {
            break;
        }
        sequence.step(&mut choices);
    }
    sequence.end();
}

/// A file or an image that a peer brings.
struct Bringing {
    content: Vec<u8>,
    offset: usize,
    path: usize,
}

struct Sequence<'a> {
    server: Server<AccessControl<'a, Kept>>,
    device: Everything,
    now: Rc<Cell<u64>>,
    room: usize,
    peers: [Peer; 4],
    files: [Option<Bringing>; 3],
    image: Option<Bringing>,
    /// Where the reader of telemetry, and that of the log, goes on.
    since: [u64; 2],
}

impl<'a> Sequence<'a> {
    fn new(policy: AccessControl<'a, Kept>, now: Rc<Cell<u64>>) -> Self {
        let address = |address: u64| address << 16 | 1337;
        Self {
            server: Server::new(policy),
            device: Everything::new(),
            now,
            room: ROOM,
            peers: [
                Peer::new(Transport::Serial, 0),
                Peer::new(Transport::Udp, address(1)),
                Peer::new(Transport::Udp, address(1) + 1),
                Peer::new(Transport::Udp, address(2)),
            ],
            files: [const { None }; 3],
            image: None,
            since: [0; 2],
        }
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        let what = choices.byte();
        let peer = usize::from(what >> 6);
        match what % 16 {
            0..=2 => {
                // With little, what is long takes several requests.
                self.room = if what & 0x30 == 0x30 { 200 } else { ROOM };
                let packet = grammar::request(choices);
                self.send(peer, &packet);
                self.room = ROOM;
            }
            3 | 4 => {
                let packet = grammar::request(choices);
                let sealed = self.peers[peer].seal(packet);
                self.send_sealed(peer, &sealed);
            }
            5 => self.forge(peer, choices),
            6 => self.log_in(peer, choices),
            7 => {
                let seconds = [0, 1, 2, 70, 299, 301, 3600, 600][choices.below(8)];
                self.now.set(self.now.get() + seconds * 1000 + 1);
            }
            8..=10 => self.bring_file(choices),
            11 => self.bring_image(choices),
            12 => self.set_and_read(peer, choices),
            13 => self.read_records(choices, 0, 64, 1),
            14 => self.read_records(choices, 1, 65, 0),
            _ => self.several(peer, choices),
        }
    }

    /// Any packet, unsealed or with any seal.
    fn give(&mut self, peer: usize, packet: &[u8]) -> Vec<Answer> {
        let caller = self.peers[peer].caller;
        let secrets = [KEY, &KEYS[0], &KEYS[1], &KEYS[2]];
        answers::exchange(&mut self.server, &mut self.device.groups(), &caller, packet, self.room, &secrets)
    }

    /// One request without a seal.
    fn send(&mut self, peer: usize, packet: &[u8]) -> Option<Answer> {
        let access = Header::split(packet)
            .map(|(header, _)| self.server.policy_mut().access(&self.peers[peer].caller, header.group, header.command));
        let answers = self.give(peer, packet);
        let answer = answers.into_iter().next()?;
        if answer.is_success() {
            let read = answer.header.operation == Operation::ReadResponse;
            let access = access.expect("there was a header");
            assert!(access == Access::Allow || access == Access::ReadOnly && read, "without a seal: {access:?}");
        }
        assert!(answer.behind.is_empty(), "sealed for nobody");
        Some(answer)
    }

    /// A packet of one request that the peer has sealed, unless it has no session.
    fn send_sealed(&mut self, peer: usize, packet: &[u8]) -> Option<Answer> {
        let Some(session) = self.peers[peer].session.clone() else { return self.send(peer, packet) };
        let access = Header::split(packet)
            .map(|(header, _)| self.server.policy_mut().access(&self.peers[peer].caller, header.group, header.command));
        let refused = self.server.counters().refused.get();
        let answer = self.give(peer, packet).into_iter().next()?;
        if !answer.behind.is_empty() {
            let mut expected = answer.bytes[..answer.bytes.len() - answer.behind.len()].to_vec();
            seal(&mut expected, &session, 0x0b);
            assert_eq!(answer.bytes, expected, "the seal of an answer");
        }
        if answer.is_success() && access.is_some_and(|access| access != Access::Allow) {
            let read = answer.header.operation == Operation::ReadResponse;
            let access = access.expect("there was a header");
            assert!(!answer.behind.is_empty() || access == Access::ReadOnly && read, "{access:?}");
            assert_ne!(access, Access::Refuse);
            // Keys of other roles may have been written since; only those three are known here.
            let role = KEYS.get(usize::from(session.key)).map(|_| Role::ALL[usize::from(session.key)]);
            if access == Access::Authenticated && !read && role == Some(Role::Read) {
                assert_eq!((answer.header.group, answer.header.command), (0, 0), "a reader has written");
            }
        }
        assert!(self.server.counters().refused.get() - refused <= 1);
        Some(answer)
    }

    /// A sealed packet that is damaged, repeated, or another's.
    fn forge(&mut self, peer: usize, choices: &mut Choices<'_>) {
        let mut packet = match choices.below(4) {
            0 => self.peers[peer].sealed.clone(),
            // Another peer's, and what that one has not sent yet.
            1 => self.peers[(peer + 1) % 4].sealed.clone(),
            2 => {
                let request = grammar::request(choices);
                let other = (peer + 1) % 4;
                // It stays the other's, who never sends it.
                let before = self.peers[other].sealed.clone();
                let sealed = self.peers[other].seal(request);
                self.peers[other].sealed = before;
                sealed
            }
            // With a key that nobody has.
            _ => {
                let mut request = grammar::request(choices);
                let number = choices.below(4) as u32;
                let secret = [choices.byte(); 32];
                seal(&mut request, &Session { number, key: 2, secret, counter: 1 << 40 }, 0x0a);
                request
            }
        };
        if packet.is_empty() {
            return;
        }
        if choices.once_in(2) {
            grammar::damage(choices, &mut packet);
        }
        let is_sealed = is_sealed(&packet);
        if !is_sealed {
            // Somebody's without a seal, of perhaps several requests.
            self.give(peer, &packet);
            return;
        }
        for answer in self.give(peer, &packet) {
            assert_eq!(answer.code, Some(Code::AccessDenied), "let through: {packet:02x?}");
            assert!(answer.behind.is_empty(), "sealed for whoever asks");
        }
    }

    fn log_in(&mut self, peer: usize, choices: &mut Choices<'_>) {
        let how = choices.byte();
        let number = how & 3;
        if how & 4 == 0 {
            let answer = self.send(peer, &grammar::message(1, false, 67, 0, 0, b"\xa0"));
            if let Some(challenge) = answer.and_then(|answer| answer.byte_string("challenge")) {
                self.peers[peer].challenge = challenge;
            }
        }
        // Now and then with the key of another number.
        let known = usize::from(if how & 0x18 == 0x18 { (number + 1) & 3 } else { number });
        if known != usize::from(number) && peer == 3 {
            // From another address, where it has no session.
            self.peers[peer] = Peer::new(Transport::Udp, (2 + u64::from(how >> 5)) << 16 | 7);
        }
        let key = KEYS.get(known).copied().unwrap_or([7; 32]);
        let (request, secret) = self.peers[peer].login(number, &key, choices.below(3) as u8);
        let Some(answer) = self.send(peer, &request) else { return };
        let Some(session) = answer.number("session").filter(|_| answer.is_success()) else { return };
        let session = Session { number: session as u32, key: number, secret, counter: 0 };
        let proof = crate::peers::hmac(&secret, &[b"westerly device", &session.number.to_be_bytes()[..]].concat());
        assert_eq!(answer.byte_string("mac").as_deref(), Some(&proof[..16]), "the device's proof");
        assert!(known == usize::from(number), "logged in with another's key");
        // The same login said again leaves the session as it is.
        if self.peers[peer].session.as_ref().is_none_or(|known| known.number != session.number) {
            self.peers[peer].session = Some(session);
        }
    }

    /// The next part of a file: mostly as the last answer told, sometimes again, or too early.
    fn bring_file(&mut self, choices: &mut Choices<'_>) {
        let how = choices.byte();
        let bringer = usize::from(how & 3) % 3;
        let path = usize::from(how >> 2 & 1);
        if self.files[bringer].is_none() || how & 0xf8 == 0xf8 {
            // No 64 bytes are the same in two of them.
            let length = [0, 1, 20, 63, 64, 65, 90, 96, 97][choices.below(9)];
            let content = noise(choices.byte(), length);
            self.files[bringer] = Some(Bringing { content, offset: 0, path });
        }
        let Some(bringing) = &self.files[bringer] else { return };
        let portion = 1 + usize::from(how >> 3 & 15) * 6;
        // Who brings something else than before, of the same length, begins it: the device cannot tell its parts from the others'.
        let has_begun = bringing.offset > 0;
        let skipped = if how & 0x80 != 0 && choices.once_in(4) && has_begun { 7 } else { 0 };
        let start = (bringing.offset + skipped).min(bringing.content.len());
        let end = (start + portion).min(bringing.content.len());
        let (content, path) = (bringing.content.clone(), bringing.path);
        let is_last = end == content.len();
        let payload = part(start, &content[start..end], Some(content.len()), &[("name", MODELLED[path])], &[]);
        let Some(answer) = self.bring(bringer, 8, 0, &payload) else { return };
        if answer.is_success() {
            let offset = answer.number("off").expect("how far it is") as usize;
            assert!(offset <= content.len());
            if offset == content.len() && is_last && skipped == 0 && bringing_was_short(&self.files[bringer], offset) {
                assert_eq!(self.content_of(MODELLED[path]), Some(content), "what is there is not what was sent");
            }
            if let Some(bringing) = &mut self.files[bringer] {
                bringing.offset = offset;
            }
            if offset == end && is_last {
                self.files[bringer] = None;
            }
        } else {
            let there = answer.number("len").filter(|&there| there <= content.len() as u64);
            match (&mut self.files[bringer], there) {
                (Some(bringing), Some(there)) if how & 0x40 == 0 && has_begun => bringing.offset = there as usize,
                (file, _) => *file = None,
            }
        }
    }

    /// A file as a peer that has nothing to do with it reads it.
    fn content_of(&mut self, path: &str) -> Option<Vec<u8>> {
        let mut payload = vec![0xa2];
        grammar::text(&mut payload, "off");
        grammar::head(&mut payload, 0, 0);
        grammar::text(&mut payload, "name");
        grammar::text(&mut payload, path);
        let answer = self.bring(9, 8, 0x80, &payload)?;
        let data = answer.byte_string("data");
        assert_eq!(data.as_ref().map(|data| data.len() as u64), answer.number("len"));
        data
    }

    /// A request of a modelled peer over a line of its own that the rules let. `command` has its highest bit set to read.
    fn bring(&mut self, bringer: usize, group: u16, command: u8, payload: &[u8]) -> Option<Answer> {
        let caller = westerly_server::Caller { peer: BRINGERS + bringer as u64, ..self.peers[0].caller };
        let packet = grammar::message(1, command < 0x80, group, command & 0x7f, 7, payload);
        let secrets = [KEY];
        let answers = answers::exchange(&mut self.server, &mut self.device.groups(), &caller, &packet, ROOM, &secrets);
        // Rules that somebody set may refuse it; then it is for another time.
        answers.into_iter().next().filter(|answer| answer.code != Some(Code::AccessDenied))
    }

    fn bring_image(&mut self, choices: &mut Choices<'_>) {
        let how = choices.byte();
        if self.image.is_none() || how & 0xf0 == 0xf0 {
            let mut content = if how & 1 == 0 { UPDATE } else { crate::device::RUNNING }.to_vec();
            if how & 0x0e == 0x0e {
                let place = 32 + choices.below(60);
                content[place] ^= 1;
            }
            self.image = Some(Bringing { content, offset: 0, path: 0 });
        }
        let Some(Bringing { content, offset, .. }) = &self.image else { return };
        let (content, offset) = (content.clone(), *offset);
        let end = (offset + 32 + usize::from(how >> 1 & 7) * 20).min(content.len());
        let sha = Sha256::digest(&content);
        let first: &[(&str, &[u8])] = if offset == 0 { &[("sha", &sha)] } else { &[] };
        let length = (offset == 0).then_some(content.len());
        let payload = part(offset, &content[offset..end], length, &[], first);
        let Some(answer) = self.bring(0, 1, 1, &payload) else { return };
        let Some(next) = answer.number("off").filter(|_| answer.is_success()) else {
            self.image = None;
            return;
        };
        let next = (next as usize).min(content.len());
        if answer.boolean("match") == Some(true) && offset < content.len() && end == content.len() {
            assert!(
                self.device.image.device.bytes[1].starts_with(&content),
                "what is in the slot is not what was sent"
            );
        }
        match &mut self.image {
            Some(image) if next < content.len() => image.offset = next,
            image => *image = None,
        }
    }

    /// What is written and taken is what is read.
    fn set_and_read(&mut self, peer: usize, choices: &mut Choices<'_>) {
        let length = choices.below(18);
        let value = noise(choices.byte(), length);
        let mut payload = vec![0xa2];
        grammar::text(&mut payload, "name");
        grammar::text(&mut payload, "device/name");
        grammar::text(&mut payload, "val");
        grammar::bytes(&mut payload, &value);
        let write = grammar::message(1, true, 3, 0, 7, &payload);
        let mut payload = vec![0xa1];
        grammar::text(&mut payload, "name");
        grammar::text(&mut payload, "device/name");
        let read = grammar::message(1, false, 3, 0, 8, &payload);
        let [mut written, mut read] = [write, read];
        if choices.once_in(2) {
            written = self.peers[peer].seal(written);
        }
        let Some(answer) = self.send_sealed_or_not(peer, &written) else { return };
        if choices.once_in(2) {
            read = self.peers[peer].seal(read);
        }
        let Some(told) = self.send_sealed_or_not(peer, &read).filter(Answer::is_success) else { return };
        assert!(!answer.is_success() || length <= 16);
        if answer.is_success() {
            assert_eq!(told.byte_string("val"), Some(value));
        }
    }

    fn send_sealed_or_not(&mut self, peer: usize, packet: &[u8]) -> Option<Answer> {
        if is_sealed(packet) { self.send_sealed(peer, packet) } else { self.send(peer, packet) }
    }

    /// A reader that goes on where it was: nothing is missing that it is not told of.
    fn read_records(&mut self, choices: &mut Choices<'_>, reader: usize, group: u16, command: u8) {
        if choices.once_in(4) {
            self.since[reader] = 0;
        }
        let since = self.since[reader];
        let mut payload = vec![0xa2];
        grammar::text(&mut payload, "since");
        grammar::head(&mut payload, 0, since);
        grammar::text(&mut payload, "max");
        grammar::head(&mut payload, 0, choices.below(5) as u64);
        let Some(answer) = self.bring(9, group, command | 0x80, &payload).filter(Answer::is_success) else { return };
        let next = answer.number("next").expect("where to go on");
        let lost = answer.number("lost").expect("how many are lost");
        let records = sequences(&answer);
        assert!(next >= since && records.is_sorted_by(|one, next| one < next));
        assert!(records.iter().all(|&record| (since..next).contains(&record)), "{records:?} of {since}..{next}");
        assert_eq!(records.len() as u64 + lost, next - since, "records and losses from {since} to {next}");
        self.since[reader] = next;
    }

    /// Several requests in a packet, under one seal where there is a session.
    fn several(&mut self, peer: usize, choices: &mut Choices<'_>) {
        let packet = (0..2 + choices.below(2)).flat_map(|_| grammar::request(choices)).collect();
        let sealed = self.peers[peer].seal(packet);
        self.give(peer, &sealed);
    }

    fn end(mut self) {
        let mut kept = [0; 16];
        let length = westerly_server::Settings::read(&mut self.device.settings.settings, "access/key", &mut kept);
        assert_eq!(length.map(|length| &kept[..length]), Ok(KEY), "a hidden setting was changed");
    }
}

/// Whether there was something left to bring.
fn bringing_was_short(file: &Option<Bringing>, offset: usize) -> bool {
    file.as_ref().is_some_and(|bringing| bringing.offset < offset)
}

/// Bytes that do not repeat, of so many.
fn noise(seed: u8, length: usize) -> Vec<u8> {
    let blocks = (0u8..).flat_map(|block| Sha256::digest([seed, length as u8, block]));
    blocks.take(length).collect()
}

/// The map of a part of a transfer.
fn part(offset: usize, data: &[u8], length: Option<usize>, texts: &[(&str, &str)], more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut map = vec![0xbf];
    grammar::text(&mut map, "off");
    grammar::head(&mut map, 0, offset as u64);
    grammar::text(&mut map, "data");
    grammar::bytes(&mut map, data);
    if let Some(length) = length {
        grammar::text(&mut map, "len");
        grammar::head(&mut map, 0, length as u64);
    }
    for (key, value) in texts {
        grammar::text(&mut map, key);
        grammar::text(&mut map, value);
    }
    for (key, value) in more {
        grammar::text(&mut map, key);
        grammar::bytes(&mut map, value);
    }
    map.push(0xff);
    map
}

/// The first number of each record.
fn sequences(answer: &Answer) -> Vec<u64> {
    let mut decoder = answer.value("records").expect("records");
    decoder.array().expect("an array");
    let mut numbers = Vec::new();
    while decoder.datatype().expect("an item") != Type::Break {
        let mut record = decoder.clone();
        record.array().expect("a record");
        numbers.push(record.u64().expect("its number"));
        decoder.skip().expect("well-formed CBOR");
    }
    numbers
}

/// Whether the last message is a seal and every one before it is whole, as docs/protocol.md says.
fn is_sealed(packet: &[u8]) -> bool {
    let mut rest = packet;
    while rest.len() > 60 {
        let Some((header, behind)) = Header::split(rest) else { return false };
        let Some(next) = behind.get(usize::from(header.length)..) else { return false };
        rest = next;
    }
    rest.len() == 60
        && packet.len() > 60
        && rest.starts_with(b"\x0a\0\0\x34\0\x43\0\x02\xa3\x67session\x1a")
        && rest[22..].starts_with(b"\x67counter\x1b")
        && rest[39..].starts_with(b"\x63mac\x50")
}
