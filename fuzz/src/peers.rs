// SPDX-License-Identifier: Apache-2.0
//! Peers of a device with access control: what they know, and the proofs they make of it, with their own HMAC.

use std::cell::Cell;
use std::rc::Rc;

use sha2::{Digest as _, Sha256};
use westerly_server::{Buffers, Caller, Identity, NotKept, Transport, Vault};

use crate::grammar;

/// The keys the device has at its start: their number is the place, and their roles read, operate, administer.
pub const KEYS: [[u8; 32]; 3] =
    [*b"the key of those who only read !", *b"the key of those who operate it!", *b"the key of its administrators !!"];

/// What the device keeps, and its clock.
pub struct Kept {
    pub now: Rc<Cell<u64>>,
}

impl Vault for Kept {
    fn uptime(&self) -> u64 {
        self.now.get()
    }

    fn freshness(&mut self) -> Option<[u8; 12]> {
        Some(*b"just started")
    }

    fn keep_key(&mut self, place: usize, kept: &[u8]) -> Result<(), NotKept> {
        assert!(place < westerly_server::KEYS && (kept.is_empty() || kept.len() == westerly_server::KEPT_KEY));
        // The last place is worn out.
        if place == westerly_server::KEYS - 1 { Err(NotKept) } else { Ok(()) }
    }

    fn keep_policy(&mut self, kept: &[u8]) -> Result<(), NotKept> {
        assert!(kept.len() <= westerly_server::KEPT_POLICY);
        // So many rules at once are too many for it.
        if kept.len() == westerly_server::KEPT_POLICY { Err(NotKept) } else { Ok(()) }
    }
}

/// A session as its peer knows it.
#[derive(Clone)]
pub struct Session {
    pub number: u32,
    pub key: u8,
    pub secret: [u8; 32],
    pub counter: u64,
}

pub struct Peer {
    pub caller: Caller,
    pub session: Option<Session>,
    /// The last packet it sealed.
    pub sealed: Vec<u8>,
    /// The last challenge it was told.
    pub challenge: Vec<u8>,
}

impl Peer {
    pub fn new(transport: Transport, peer: u64) -> Self {
        let buffers = Buffers { size: 1024, count: 2 };
        let caller = Caller { transport, identity: Identity::Anonymous, peer, buffers };
        Self { caller, session: None, sealed: Vec::new(), challenge: vec![0; 16] }
    }

    /// A login with a key, with the proof of that key or of another; gives the request and what the session's key would be.
    pub fn login(&self, number: u8, key: &[u8; 32], nonce: u8) -> (Vec<u8>, [u8; 32]) {
        let nonce = [nonce; 16];
        let proof = |what: &[u8]| hmac(key, &[what, &self.challenge, &nonce, &[number]].concat());
        let mut payload = vec![0xa4];
        grammar::text(&mut payload, "key");
        grammar::head(&mut payload, 0, number.into());
        for (name, value) in
            [("challenge", &self.challenge[..]), ("nonce", &nonce), ("mac", &proof(b"westerly login")[..16])]
        {
            grammar::text(&mut payload, name);
            grammar::bytes(&mut payload, value);
        }
        (grammar::message(1, true, 67, 1, nonce[0], &payload), proof(b"westerly session"))
    }

    /// The packet with a seal behind it, under the session's next number.
    pub fn seal(&mut self, mut packet: Vec<u8>) -> Vec<u8> {
        let Some(session) = &mut self.session else { return packet };
        session.counter += 1;
        seal(&mut packet, session, 0x0a);
        self.sealed = packet.clone();
        packet
    }
}

/// Adds a seal: first byte 0x0a in a request, 0x0b in an answer.
pub fn seal(packet: &mut Vec<u8>, session: &Session, first: u8) {
    packet.extend([first, 0, 0, 52, 0, 67, 0, 2]);
    packet.extend(b"\xa3\x67session\x1a");
    packet.extend(session.number.to_be_bytes());
    packet.extend(b"\x67counter\x1b");
    packet.extend(session.counter.to_be_bytes());
    packet.extend(b"\x63mac\x50");
    packet.extend(&hmac(&session.secret, packet)[..16]);
}

/// RFC 2104.
pub fn hmac(key: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    let padded = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(place, byte)| *place ^= byte);
        block
    };
    let inner = Sha256::digest([&padded(0x36)[..], bytes].concat());
    Sha256::digest([&padded(0x5c)[..], &inner].concat()).into()
}
