// SPDX-License-Identifier: Apache-2.0
//! What a device is asked about access, and what is done where access matters most: restarting it.

use westerly_wire::access::{
    KeyRequest, KeysResponse, PolicyRequest, PolicyResponse, PolicyWrite, SessionResponse, command,
};
use westerly_wire::cbor::{List, Message};
use westerly_wire::{group, os};

use crate::device::{Device, Link, further};
use crate::error::Error;
use crate::key::Key;
use crate::rule::Rule;

/// Who a device takes somebody for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How he reaches it: `udp`, `serial`, or one that this program does not know.
    pub transport: String,
    /// His session.
    pub session: Option<CallerSession>,
}

/// A session, as its device tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerSession {
    /// The number of the key.
    pub key: u8,
    /// The name of a role.
    pub role: String,
    /// Seconds without a sealed packet after which it ends.
    pub idle: Option<u32>,
    /// Seconds from now after which it ends.
    pub remaining: Option<u32>,
}

/// The keys of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Number and name of the role of each.
    pub keys: Vec<(u8, String)>,
    /// How many more it has room for.
    pub room: u32,
}

/// The rules of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether an administrator set the first of them; else all are as its firmware was built.
    pub set: bool,
    /// The first that fits decides.
    pub rules: Vec<Rule>,
}

impl<L: Link> Device<L> {
    /// Who the device takes this for.
    ///
    /// # Errors
    /// [`Error`].
    pub fn caller(&mut self) -> Result<Caller, Error> {
        let payload = self.request(false, group::ACCESS, command::SESSION, &os::Empty {})?;
        let answer = SessionResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        let session = answer.key.zip(answer.role).map(|(key, role)| CallerSession {
            key,
            role: role.into(),
            idle: answer.idle,
            remaining: answer.remaining,
        });
        Ok(Caller { transport: answer.transport.into(), session })
    }

    /// Which keys the device has.
    ///
    /// # Errors
    /// [`Error`].
    pub fn keys(&mut self) -> Result<Keys, Error> {
        let payload = self.request(false, group::ACCESS, command::KEYS, &os::Empty {})?;
        let answer = KeysResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        let keys = answer.keys.iter().map(|key| (key.id, key.role.into())).collect();
        Ok(Keys { keys, room: answer.room })
    }

    /// Gives the device a key, in the place of an earlier one of that number. It is sent as it is: over a serial line alone.
    ///
    /// # Errors
    /// [`Error`].
    pub fn add_key(&mut self, key: &Key) -> Result<(), Error> {
        let (id, role) = (key.number, Some(key.role.name()));
        let request = KeyRequest { id, role, key: Some(key.secret()), delete: None };
        self.request(true, group::ACCESS, command::KEYS, &request).map(drop)
    }

    /// Takes a key from the device; its sessions end.
    ///
    /// # Errors
    /// [`Error`].
    pub fn remove_key(&mut self, number: u8) -> Result<(), Error> {
        let request = KeyRequest { id: number, role: None, key: None, delete: Some(true) };
        self.request(true, group::ACCESS, command::KEYS, &request).map(drop)
    }

    /// The rules in force.
    ///
    /// # Errors
    /// [`Error`].
    pub fn policy(&mut self) -> Result<Policy, Error> {
        let mut rules = Vec::new();
        let mut from = None;
        loop {
            let payload = self.request(false, group::ACCESS, command::POLICY, &PolicyRequest { from })?;
            let answer = PolicyResponse::decode(&payload).map_err(|_| Error::Malformed)?;
            rules.extend(answer.rules.iter().map(Rule::from));
            from = further(from, answer.next)?;
            if from.is_none() {
                return Ok(Policy { set: answer.set, rules });
            }
        }
    }

    /// Sets the rules before those of the transports, or goes back to the firmware's own for `None`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn set_policy(&mut self, rules: Option<&[Rule]>) -> Result<(), Error> {
        let messages: Option<Vec<_>> = rules.map(|rules| rules.iter().map(Rule::message).collect());
        let default = rules.is_none().then_some(true);
        let request = PolicyWrite { rules: messages.as_deref().map(List::Values), default };
        self.request(true, group::ACCESS, command::POLICY, &request).map(drop)
    }

    /// Restarts the device. It is asked once: when the answer gets lost it may have restarted, and would again.
    ///
    /// # Errors
    /// [`Error`].
    pub fn reset(&mut self, force: bool) -> Result<(), Error> {
        let force = force.then_some(os::Force(true));
        let request = os::ResetRequest { force, boot_mode: None };
        self.request_once(true, group::OS, os::command::RESET, &request).map(drop)
    }
}
