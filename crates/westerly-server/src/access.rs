// SPDX-License-Identifier: Apache-2.0
//! Access control with the access group (67): peers log in with a key, and seal their packets from then on. [`Vault`] is what
//! it needs of the device.
//!
//! ```text
//! packet -> unseal: session, counter, mac -> identity -> rule for transport, group, command -> role -> group
//! answer <- seal by the same session                                                                 <-'
//! ```
//! The rules are those an administrator set, or else the build's, and behind them the transports' defaults. What may be
//! done without a session needs no seal, and then the answer has none.
//!
//! What it will not do: hide what is sent; tell a key's bytes; keep sessions over a restart; check the seal of a packet whose
//! session is another peer's. Nothing is stored for whoever asks for a challenge: it holds until somebody logs in.

mod keys;
mod lockout;
mod login;
mod rules;
mod sessions;
mod writing;

use westerly_wire::access::proof::KEY_LENGTH;
use westerly_wire::access::seal::{self, Direction};
use westerly_wire::access::{
    self as wire, KEYS_KEY, PolicyRequest, ROOM_KEY, RULES_KEY, SET_KEY, SessionResponse, command,
};
use westerly_wire::cbor::Value as _;
use westerly_wire::error::Code;
use westerly_wire::group;

use crate::stream::List;
use crate::{
    Access, AccessCounters, Action, Caller, Failure, Group, GroupDescription, Identity, NotKept, Policy, Request,
    Response, Rule, Seal, Unsealed,
};
use keys::Keys;
use lockout::LockOut;
use rules::SetRules;
use sessions::{Limits, Sessions};

/// Keys there may be.
pub const KEYS: usize = 8;
/// Sessions there may be at a time.
pub const SESSIONS: usize = 4;
/// Rules an administrator may set.
pub const RULES: usize = 16;
/// Bytes that [`Vault::keep_key`] is given at most.
pub const KEPT_KEY: usize = 3 + KEY_LENGTH;
/// Bytes that [`Vault::keep_policy`] is given at most.
pub const KEPT_POLICY: usize = 1 + 4 * RULES;

/// What access control needs of a device: a clock, something that is new with every start, and a place for what must outlive
/// one. What it keeps is secret and must be read by nobody else.
pub trait Vault {
    /// Milliseconds since the device started.
    fn uptime(&self) -> u64;

    /// Twelve bytes that are the same during a run of the device and never the same in two: a count of the starts, and random
    /// bytes where there are some. `None` where there is no such thing; then nobody can log in, as an old login could be
    /// repeated.
    fn freshness(&mut self) -> Option<[u8; 12]>;

    /// Keeps a key in one of [`KEYS`] places, or none there when `kept` is empty.
    ///
    /// # Errors
    /// [`NotKept`]; then the key is not used either.
    fn keep_key(&mut self, place: usize, kept: &[u8]) -> Result<(), NotKept>;

    /// Keeps the rules, or none when `kept` is empty.
    ///
    /// # Errors
    /// [`NotKept`]; then those before stay in force.
    fn keep_policy(&mut self, kept: &[u8]) -> Result<(), NotKept>;
}

/// What the device was built with.
#[derive(Clone, Copy, Debug)]
pub struct Defaults<'d> {
    /// The rules in whose place an administrator can set others.
    pub rules: &'d [Rule],
    /// The rules behind them, which always are in force; see [`Rule::of_transport`].
    pub transports: &'d [Rule],
    /// Seconds after its last packet that a session ends.
    pub idle: u32,
    /// Seconds after its login that a session ends in any case.
    pub lifetime: u32,
}

/// The policy for peers that log in.
#[derive(Debug)]
pub struct AccessControl<'d, V> {
    vault: V,
    defaults: Defaults<'d>,
    counters: &'d AccessCounters,
    keys: Keys,
    sessions: Sessions,
    lock_out: LockOut,
    rules: SetRules,
    /// How many there were since the device started.
    logins: u32,
    /// The session by which the request that is looked at is sealed.
    current: Option<u32>,
}

impl<'d, V: Vault> AccessControl<'d, V> {
    /// Without keys, and with the build's rules.
    pub const fn new(vault: V, defaults: Defaults<'d>, counters: &'d AccessCounters) -> Self {
        Self {
            vault,
            defaults,
            counters,
            keys: Keys::new(),
            sessions: Sessions::new(),
            lock_out: LockOut::new(),
            rules: SetRules::new(),
            logins: 0,
            current: None,
        }
    }

    /// Takes back a key that was kept in that place; gives whether it is one.
    pub fn restore_key(&mut self, place: usize, kept: &[u8]) -> bool {
        self.keys.restore(place, kept)
    }

    /// Takes back the rules that were kept; gives whether they are rules. If not the build's stay in force.
    pub fn restore_policy(&mut self, kept: &[u8]) -> bool {
        let restored = SetRules::restored(kept);
        let good = restored.is_some();
        self.rules = restored.unwrap_or(SetRules::new());
        good
    }

    fn limits(&self) -> Limits {
        let milliseconds = |seconds: u32| u64::from(seconds).saturating_mul(1000);
        Limits { idle: milliseconds(self.defaults.idle), lifetime: milliseconds(self.defaults.lifetime) }
    }

    /// The rules in force when those are set, in order.
    fn rules<'a>(&'a self, set: &'a SetRules) -> impl Iterator<Item = Rule> + use<'a, 'd, V> {
        let built = if set.are_set() { Default::default() } else { self.defaults.rules };
        set.iter().chain(built.iter().chain(self.defaults.transports).copied())
    }

    /// What the rules say when those are set. Logging in is for everybody who is not refused.
    fn decide(&self, set: &SetRules, caller: &Caller, group: u16, command: u8) -> Access {
        let mut rules = self.rules(set);
        let rule = rules.find(|rule| rule.fits(caller.transport, group, command));
        match rule.map_or(Access::Allow, |rule| rule.access) {
            Access::Refuse => Access::Refuse,
            _ if group == group::ACCESS && !matches!(command, command::KEYS | command::POLICY) => Access::Allow,
            access => access,
        }
    }
}

impl<V: Vault> Policy for AccessControl<'_, V> {
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access {
        self.decide(&self.rules, caller, group, command)
    }

    fn group(&mut self) -> Option<&mut dyn Group> {
        Some(self)
    }

    fn reserve(&self) -> usize {
        seal::LENGTH
    }

    fn unseal(&mut self, caller: &Caller, packet: &[u8]) -> Unsealed {
        let now = self.vault.uptime();
        self.sessions.expire(now, self.limits(), self.counters);
        // A seal that is alone seals nothing, and is answered as the command it then is.
        let sealed = seal::split(Direction::Request, packet).filter(|sealed| !sealed.messages.is_empty());
        let Some(sealed) = sealed else { return Unsealed::Without };
        if self.sessions.accept(caller, &sealed, now, self.counters) {
            Unsealed::Sealed(Seal { session: sealed.session, counter: sealed.counter })
        } else {
            say!(warn, "seal refused: session {}", sealed.session);
            Unsealed::Refused
        }
    }

    fn identity(&mut self, seal: Option<Seal>) -> Identity {
        let session = seal.and_then(|seal| self.sessions.open(seal.session));
        self.current = session.map(|session| session.number);
        session.map_or(Identity::Anonymous, |session| Identity::Session { key: session.key, role: session.role })
    }

    fn seal(&self, seal: Seal, buffer: &mut [u8], length: usize) -> usize {
        let Some(session) = self.sessions.get(seal.session) else { return length };
        seal::write(Direction::Answer, &session.secret, seal.session, seal.counter, buffer, length).unwrap_or(length)
    }
}

impl<V: Vault> Group for AccessControl<'_, V> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::ACCESS, name: "access", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::CHALLENGE, Action::Read) => self.tell_challenge(response),
            (command::LOGIN, Action::Write) => self.login(request, response),
            (command::LOGOUT, Action::Write) => {
                let current = self.current.ok_or(Code::AccessDenied)?;
                self.sessions.end(|session| session.number == current);
                Ok(())
            }
            (command::SESSION, Action::Read) => self.tell_session(request.caller, response),
            (command::KEYS, Action::Read) => self.tell_keys(response),
            (command::KEYS, Action::Write) => self.write_key(request),
            (command::POLICY, Action::Read) => self.tell_policy(request, response),
            (command::POLICY, Action::Write) => self.write_policy(request),
            _ => Err(Code::NotSupported.into()),
        }
    }
}

impl<V: Vault> AccessControl<'_, V> {
    fn tell_session(&self, caller: &Caller, response: &mut Response<'_>) -> Result<(), Failure> {
        let session = self.current.and_then(|number| self.sessions.open(number));
        let age = session.map(|session| self.vault.uptime().saturating_sub(session.opened));
        let remaining = age.map(|age| self.limits().lifetime.saturating_sub(age) / 1000);
        response.message(&SessionResponse {
            transport: caller.transport.name(),
            role: session.map(|session| session.role.name()),
            key: session.map(|session| session.key),
            idle: session.map(|_| self.defaults.idle),
            remaining: remaining.and_then(|seconds| u32::try_from(seconds).ok()),
        })
    }

    fn tell_keys(&self, response: &mut Response<'_>) -> Result<(), Failure> {
        let writer = response.writer();
        let mut room = KEYS;
        writer.begin_map()?;
        writer.text(KEYS_KEY)?;
        writer.begin_array()?;
        for (id, role) in self.keys.iter() {
            room = room.saturating_sub(1);
            wire::Key { id, role: role.name() }.write(writer)?;
        }
        writer.end()?;
        writer.text(ROOM_KEY)?;
        u32::try_from(room).unwrap_or_default().write(writer)?;
        Ok(writer.end()?)
    }

    fn tell_policy(&self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let PolicyRequest { from } = request.message()?;
        let from = from.unwrap_or_default();
        let writer = response.writer();
        writer.begin_map()?;
        writer.text(SET_KEY)?;
        writer.boolean(self.rules.are_set())?;
        let mut list = List::begin(writer, RULES_KEY)?;
        for (number, rule) in (0..).zip(self.rules(&self.rules)) {
            if number >= from && list.goes_on() {
                let Rule { transport, group, command, access } = rule;
                let transport = transport.map(crate::Transport::name);
                let rule = wire::Rule { transport, group, command, access: access.name() };
                list.entry(writer, number, &mut |writer| rule.write(writer));
            }
        }
        list.end(writer)
    }
}
