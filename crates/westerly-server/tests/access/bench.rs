// SPDX-License-Identifier: Apache-2.0
//! A device with access control, whose clock and vault the test holds, and peers that log in and seal.
#![allow(dead_code, reason = "not everybody who shares this needs all of it")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use westerly_server::wire::access::proof::{self, Key, Login};
use westerly_server::wire::access::seal::{self, Direction};
use westerly_server::wire::access::{ChallengeResponse, LoginRequest, LoginResponse, command};
use westerly_server::wire::cbor::Message;
use westerly_server::wire::error::{Code, Status};
use westerly_server::wire::group;
use westerly_server::wire::header::{Header, Operation, Version};
use westerly_server::{
    Access, AccessControl, AccessCounters, After, Buffers, Caller, Defaults, Identity, NotKept, Requests, Role, Rule,
    Server, Transport, Vault,
};

use crate::device::Everything;

/// Sealed or not, a reset; and something an operator may do, whose effect can be seen.
pub const RESET: &[u8] = b"\x0a\0\0\x01\0\0\x07\x05\xa0";
pub const SWITCH_ON: &[u8] = b"\x0a\0\0\x12\0\x42\x08\x01\xa2dnamedled0evalue\xf5";
pub const IS_ON: &[u8] = b"\x08\0\0\x0b\0\x42\x09\x01\xa1dnamedled0";
pub const ECHO: &[u8] = b"\x0a\0\0\x05\0\0\x07\0\xa1adaa";

pub const SERIAL: Caller = caller(Transport::Serial, 0);
/// 10.0.0.1, port 1000; and the same address with another port.
pub const UDP: Caller = caller(Transport::Udp, 0x0a00_0001_03e8);
pub const OTHER_PORT: Caller = caller(Transport::Udp, 0x0a00_0001_03e9);

/// The number of the key for each role; its bytes are all alike, and none of the golden answers has them.
pub const fn number(role: Role) -> u8 {
    match role {
        Role::Read => 0xa1,
        Role::Operate => 0xa2,
        Role::Administer => 0xa3,
    }
}

pub const fn key(number: u8) -> Key {
    [number; 32]
}

pub const fn caller(transport: Transport, peer: u64) -> Caller {
    Caller { transport, identity: Identity::Anonymous, peer, buffers: Buffers { size: 1472, count: 1 } }
}

/// What outlives a restart, and what the test turns.
#[derive(Debug)]
pub struct State {
    pub now: Cell<u64>,
    pub fresh: Cell<Option<[u8; 12]>>,
    pub keeps: Cell<bool>,
    pub keys: RefCell<BTreeMap<usize, Vec<u8>>>,
    pub policy: RefCell<Vec<u8>>,
}

#[derive(Debug)]
pub struct Safe(Rc<State>);

impl Vault for Safe {
    fn uptime(&self) -> u64 {
        self.0.now.get()
    }

    fn freshness(&mut self) -> Option<[u8; 12]> {
        self.0.fresh.get()
    }

    fn keep_key(&mut self, place: usize, kept: &[u8]) -> Result<(), NotKept> {
        assert!(place < westerly_server::KEYS && kept.len() <= westerly_server::KEPT_KEY);
        if !self.0.keeps.get() {
            return Err(NotKept);
        }
        self.0.keys.borrow_mut().insert(place, kept.to_vec());
        Ok(())
    }

    fn keep_policy(&mut self, kept: &[u8]) -> Result<(), NotKept> {
        assert!(kept.len() <= westerly_server::KEPT_POLICY);
        if !self.0.keeps.get() {
            return Err(NotKept);
        }
        *self.0.policy.borrow_mut() = kept.to_vec();
        Ok(())
    }
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Success,
    Smp(u32),
    Group(u16),
}

pub const DENIED: Said = Said::Smp(11);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub bytes: Vec<u8>,
    pub after: After,
}

impl Answered {
    /// The payload of its message.
    pub fn payload(&self) -> &[u8] {
        let (header, behind) = Header::split(&self.bytes).unwrap();
        &behind[..header.length.into()]
    }

    pub fn said(&self) -> Said {
        match Status::decode(self.payload()).unwrap() {
            Status { code: Some(Code::Ok) | None, error: None } => Said::Success,
            Status { code: Some(code), .. } => Said::Smp(code.into()),
            Status { error: Some(error), .. } => Said::Group(error.code),
        }
    }

    pub fn is_sealed(&self) -> bool {
        let (header, behind) = Header::split(&self.bytes).unwrap();
        behind.len() > header.length.into()
    }
}

pub struct Bench {
    pub state: Rc<State>,
    pub server: Server<AccessControl<'static, Safe>>,
    pub device: Everything,
    pub counters: &'static AccessCounters,
    defaults: Defaults<'static>,
    /// Of the buffer for an answer.
    pub room: usize,
}

impl Bench {
    /// Serial allows, UDP is read only, as the firmware has it by default; with a key for each role.
    pub fn new() -> Self {
        Self::with(&[], Access::Allow, Access::ReadOnly)
    }

    pub fn with(rules: &[Rule], serial: Access, udp: Access) -> Self {
        let transports =
            [Rule::of_transport(Transport::Serial, serial, true), Rule::of_transport(Transport::Udp, udp, true)];
        let defaults = Defaults {
            rules: rules.to_vec().leak(),
            transports: transports.concat().leak(),
            idle: 300,
            lifetime: 3600,
        };
        let keys = Role::ALL.map(|role| [&[1, number(role), role as u8][..], &key(number(role))].concat());
        let state = State {
            now: Cell::new(1_000_000),
            fresh: Cell::new(Some(*b"\0\0\0\x07restless")),
            keeps: Cell::new(true),
            keys: RefCell::new(keys.into_iter().enumerate().collect()),
            policy: RefCell::default(),
        };
        Self::start(Rc::new(state), defaults)
    }

    fn start(state: Rc<State>, defaults: Defaults<'static>) -> Self {
        let counters: &AccessCounters = Box::leak(Box::default());
        let mut control = AccessControl::new(Safe(state.clone()), defaults, counters);
        for (&place, kept) in state.keys.borrow().iter().filter(|(_, kept)| !kept.is_empty()) {
            assert!(control.restore_key(place, kept));
        }
        let policy = state.policy.borrow().clone();
        assert!(policy.is_empty() || control.restore_policy(&policy));
        Self { state, server: Server::new(control), device: Everything::new(), counters, defaults, room: 1472 }
    }

    pub fn restart(self) -> Self {
        self.state.fresh.set(Some(*b"\0\0\0\x08restless"));
        self.state.now.set(0);
        Self::start(self.state, self.defaults)
    }

    pub fn wait(&self, seconds: u64) {
        self.state.now.set(self.state.now.get() + seconds * 1000);
    }

    pub fn send(&mut self, caller: &Caller, packet: &[u8]) -> Vec<Answered> {
        let mut requests = Requests::new(packet);
        let mut buffer = vec![0x55; self.room];
        let mut answers = Vec::new();
        while let Some(answer) = self.server.handle(&mut self.device.groups(), caller, &mut requests, &mut buffer) {
            answers.push(Answered { bytes: buffer[..answer.length].to_vec(), after: answer.after });
        }
        answers
    }

    /// What the only answer says.
    pub fn says(&mut self, caller: &Caller, packet: &[u8]) -> Said {
        let answers = self.send(caller, packet);
        assert_eq!(answers.len(), 1, "{packet:02x?}");
        answers[0].said()
    }

    /// Whether the output is on, asked of the device itself.
    pub fn is_on(&mut self) -> bool {
        use westerly_server::Io as _;
        self.device.io.io.read(0).unwrap()
    }

    pub fn challenge(&mut self, caller: &Caller) -> [u8; 16] {
        let answers = self.send(caller, &access(Operation::Read, command::CHALLENGE, b""));
        ChallengeResponse::decode(answers[0].payload()).unwrap().challenge.try_into().unwrap()
    }

    /// Logs in as an honest client does.
    pub fn login(&mut self, caller: &Caller, number: u8) -> Peer {
        let challenge = self.challenge(caller);
        let attempt = Attempt::new(challenge, number, &key(number));
        self.opened(caller, &attempt)
    }

    pub fn opened(&mut self, caller: &Caller, attempt: &Attempt) -> Peer {
        let answers = self.send(caller, &attempt.packet());
        assert_eq!(answers[0].said(), Said::Success);
        assert!(!answers[0].is_sealed());
        let told = LoginResponse::decode(answers[0].payload()).unwrap();
        assert_eq!(told.mac, proof::device_mac(&attempt.secret(), told.session), "the device knows the key too");
        Peer { caller: *caller, session: told.session, secret: attempt.secret(), counter: 0 }
    }
}

/// A login to be.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub challenge: [u8; 16],
    pub nonce: [u8; 16],
    pub number: u8,
    pub key: Key,
}

impl Attempt {
    pub fn new(challenge: [u8; 16], number: u8, key: &Key) -> Self {
        Self { challenge, nonce: [0x6e; 16], number, key: *key }
    }

    fn login(&self) -> Login<'_> {
        Login { challenge: &self.challenge, nonce: &self.nonce, key: self.number }
    }

    pub fn secret(&self) -> Key {
        proof::session_key(&self.key, &self.login())
    }

    pub fn packet(&self) -> Vec<u8> {
        let mac = proof::login_mac(&self.key, &self.login());
        let request = LoginRequest { key: self.number, challenge: &self.challenge, nonce: &self.nonce, mac: &mac };
        access(Operation::Write, command::LOGIN, &encoded(&request))
    }
}

/// Somebody with a session.
#[derive(Clone, Debug)]
pub struct Peer {
    pub caller: Caller,
    pub session: u32,
    pub secret: Key,
    pub counter: u64,
}

impl Peer {
    /// Messages under the next seal.
    pub fn sealed(&mut self, messages: &[u8]) -> Vec<u8> {
        self.counter += 1;
        sealed(&self.secret, self.session, self.counter, messages)
    }

    /// Sends messages under the next seal; looks at the answers' seals.
    pub fn send(&mut self, bench: &mut Bench, messages: &[u8]) -> Vec<Answered> {
        let packet = self.sealed(messages);
        let answers = bench.send(&self.caller.clone(), &packet);
        answers.iter().filter(|answer| answer.is_sealed()).for_each(|answer| self.verify(answer));
        answers
    }

    /// What the only answer says.
    pub fn says(&mut self, bench: &mut Bench, message: &[u8]) -> Said {
        let answers = self.send(bench, message);
        assert_eq!(answers.len(), 1);
        answers[0].said()
    }

    /// Checks an answer's seal as a client has to.
    pub fn verify(&self, answer: &Answered) {
        let found = seal::split(Direction::Answer, &answer.bytes).expect("a seal");
        assert_eq!((found.session, found.counter), (self.session, self.counter));
        assert_eq!(*found.mac, proof::seal_mac(&self.secret, found.covered));
        assert_eq!(found.messages.len(), 8 + answer.payload().len());
    }
}

pub fn sealed(secret: &Key, session: u32, counter: u64, messages: &[u8]) -> Vec<u8> {
    let mut packet = messages.to_vec();
    packet.resize(messages.len() + seal::LENGTH, 0);
    seal::write(Direction::Request, secret, session, counter, &mut packet, messages.len()).unwrap();
    packet
}

pub fn encoded<'m>(message: &impl Message<'m>) -> Vec<u8> {
    let mut buffer = vec![0; 1400];
    let length = message.encode(&mut buffer).unwrap();
    buffer.truncate(length);
    buffer
}

/// A request to the access group.
pub fn access(operation: Operation, command: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap();
    let header = Header { version: Version::V2, operation, length, group: group::ACCESS, sequence: 7, command };
    [&header.to_bytes()[..], payload].concat()
}
