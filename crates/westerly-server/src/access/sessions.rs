// SPDX-License-Identifier: Apache-2.0
//! Who has logged in: a few sessions, each of one peer of one transport.
//!
//! A session that was ended by its peer stays until the next packet, so that the answer that says so is sealed.

use westerly_wire::access::Role;
use westerly_wire::access::proof::{self, Key};
use westerly_wire::access::seal::Sealed;

use super::SESSIONS;
use crate::{AccessCounters, Caller, Transport};

/// A session, or with the number 0 none. A place is wiped whole, the key with it.
#[derive(Debug)]
pub(super) struct Session {
    /// From 1 on, never twice in a run of the device.
    pub(super) number: u32,
    pub(super) key: u8,
    pub(super) role: Role,
    pub(super) secret: Key,
    pub(super) opened: u64,
    transport: Transport,
    peer: u64,
    /// Of the last packet.
    counter: u64,
    /// When that came.
    used: u64,
    ended: bool,
}

impl Session {
    const NONE: Self = Self {
        number: 0,
        key: 0,
        role: Role::Read,
        secret: [0; proof::KEY_LENGTH],
        opened: 0,
        transport: Transport::Serial,
        peer: 0,
        counter: 0,
        used: 0,
        ended: false,
    };

    fn is_of(&self, caller: &Caller) -> bool {
        self.number != 0 && self.transport == caller.transport && self.peer == caller.peer
    }
}

/// How long sessions last, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) idle: u64,
    pub(super) lifetime: u64,
}

#[derive(Debug)]
pub(super) struct Sessions([Session; SESSIONS]);

impl Sessions {
    pub(super) const fn new() -> Self {
        Self([const { Session::NONE }; SESSIONS])
    }

    /// Wipes those that are over.
    pub(super) fn expire(&mut self, now: u64, limits: Limits, counters: &AccessCounters) {
        for session in self.0.iter_mut().filter(|session| session.number != 0) {
            let over = now.saturating_sub(session.used) >= limits.idle
                || now.saturating_sub(session.opened) >= limits.lifetime;
            if over {
                counters.expired.count();
            }
            if over || session.ended {
                *session = Session::NONE;
            }
        }
    }

    /// Whether a seal is good; if so its counter is remembered.
    pub(super) fn accept(&mut self, caller: &Caller, sealed: &Sealed<'_>, now: u64, counters: &AccessCounters) -> bool {
        let of_number = |session: &&mut Session| session.is_of(caller) && session.number == sealed.session;
        let Some(session) = self.0.iter_mut().find(of_number) else {
            counters.unknown_sessions.count();
            return false;
        };
        if sealed.counter <= session.counter {
            counters.replayed.count();
            return false;
        }
        if !proof::same(&proof::seal_mac(&session.secret, sealed.covered), sealed.mac) {
            counters.refused_macs.count();
            return false;
        }
        counters.accepted.count();
        session.counter = sealed.counter;
        session.used = now;
        true
    }

    /// The session of that number, ended or not.
    pub(super) fn get(&self, number: u32) -> Option<&Session> {
        self.0.iter().find(|session| session.number == number && number != 0)
    }

    /// The same while it has not ended.
    pub(super) fn open(&self, number: u32) -> Option<&Session> {
        self.get(number).filter(|session| !session.ended)
    }

    /// The session that this very login opened, as long as nothing was sealed in it.
    pub(super) fn unused(&self, caller: &Caller, secret: &Key) -> Option<u32> {
        let same =
            |session: &&Session| session.is_of(caller) && session.counter == 0 && proof::same(&session.secret, secret);
        self.0.iter().find(same).map(|session| session.number)
    }

    /// Opens one, in the place of that which was idle longest when there is none free.
    pub(super) fn add(&mut self, number: u32, key: u8, role: Role, secret: &Key, caller: &Caller, now: u64) {
        let least = self.0.iter_mut().min_by_key(|session| (session.number != 0, session.used));
        let Some(place) = least else { return };
        *place = Session {
            number,
            key,
            role,
            secret: *secret,
            opened: now,
            transport: caller.transport,
            peer: caller.peer,
            counter: 0,
            used: now,
            ended: false,
        };
    }

    /// Ends those that fit.
    pub(super) fn end(&mut self, fits: impl Fn(&Session) -> bool) {
        for session in &mut self.0 {
            session.ended |= fits(session);
        }
    }
}
