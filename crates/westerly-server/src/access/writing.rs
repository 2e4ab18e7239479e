// SPDX-License-Identifier: Apache-2.0
//! Changing keys and rules. Both are kept before they are used, and neither may take from whoever asks the right to ask again.

use westerly_wire::access::proof::Key;
use westerly_wire::access::{KeyRequest, PolicyWrite, code, command};
use westerly_wire::error::Code;
use westerly_wire::group;

use super::keys::Place;
use super::rules::SetRules;
use super::{AccessControl, Vault};
use crate::policy::permits;
use crate::{Access, Action, Caller, Failure, Identity, NotKept, Request, Role, Transport};

impl<V: Vault> AccessControl<'_, V> {
    pub(super) fn write_key(&mut self, request: &Request<'_>) -> Result<(), Failure> {
        if request.caller.transport != Transport::Serial {
            return Err(Failure::Group(code::WRONG_TRANSPORT));
        }
        let KeyRequest { id, role, key, delete } = request.message()?;
        let found = self.keys.find(id);
        let new = if delete == Some(true) { None } else { Some(new_key(role, key)?) };
        let place = match new {
            Some(_) => found.or(self.keys.free()).ok_or(Failure::Group(code::NO_ROOM))?,
            None => found.ok_or(Failure::Group(code::UNKNOWN_KEY))?,
        };
        if let Identity::Session { key, .. } = request.caller.identity
            && key == id
        {
            let identity = new.map_or(Identity::Anonymous, |(role, _)| Identity::Session { key, role });
            self.may_write_again(&self.rules, &Caller { identity, ..*request.caller }, command::KEYS)?;
        }
        match new {
            Some((role, key)) => {
                self.vault.keep_key(place, &Place::kept(id, role, key)).map_err(not_kept)?;
                self.keys.put(place, id, role, key);
            }
            None => {
                self.vault.keep_key(place, &[]).map_err(not_kept)?;
                self.keys.remove(place);
            }
        }
        self.sessions.end(|session| session.key == id);
        say!(info, "key {} changed", id);
        Ok(())
    }

    pub(super) fn write_policy(&mut self, request: &Request<'_>) -> Result<(), Failure> {
        let set = match request.message()? {
            PolicyWrite { rules: Some(rules), default: None | Some(false) } => {
                SetRules::of(&rules).ok_or(Failure::Group(code::INVALID_RULES))?
            }
            PolicyWrite { rules: None, default: Some(true) } => SetRules::new(),
            _ => return Err(Code::Invalid.into()),
        };
        self.may_write_again(&set, request.caller, command::POLICY)?;
        self.vault.keep_policy(set.kept()).map_err(not_kept)?;
        self.rules = set;
        say!(info, "policy changed");
        Ok(())
    }

    /// Whether the caller could write again, after a new login if that takes one.
    fn may_write_again(&self, set: &SetRules, caller: &Caller, command: u8) -> Result<(), Failure> {
        let access = |command| self.decide(set, caller, group::ACCESS, command);
        let login = access(command::CHALLENGE) != Access::Refuse && access(command::LOGIN) != Access::Refuse;
        let identity = if login { caller.identity } else { Identity::Anonymous };
        if permits(access(command), identity, Action::Write, group::ACCESS, command) {
            return Ok(());
        }
        Err(Failure::Group(code::WOULD_LOCK_OUT))
    }
}

fn new_key<'k>(role: Option<&str>, key: Option<&'k [u8]>) -> Result<(Role, &'k Key), Failure> {
    let role = role.and_then(Role::named);
    let key = key.and_then(|key| key.try_into().ok()).filter(|key: &&Key| key.iter().any(|&byte| byte != 0));
    role.zip(key).ok_or(Failure::Group(code::INVALID_KEY))
}

/// Not by `From`, which is for the log group's code.
fn not_kept(_: NotKept) -> Failure {
    Failure::Group(code::NOT_KEPT)
}
