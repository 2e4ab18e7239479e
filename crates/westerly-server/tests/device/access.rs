// SPDX-License-Identifier: Apache-2.0
//! Who may do what in the golden files: everybody everything, but in those of the access group.

use westerly_server::{
    Access, AccessControl, AccessCounters, AllowAll, Buffers, Caller, Defaults, Group, Identity, NotKept, Policy, Rule,
    Seal, Transport, Unsealed, Vault,
};

/// Time stands, every start is the first, and what is to be kept in the last place is not.
#[derive(Debug)]
pub struct Frozen;

impl Vault for Frozen {
    fn uptime(&self) -> u64 {
        60_000
    }

    fn freshness(&mut self) -> Option<[u8; 12]> {
        Some(*b"\0\0\0\x01restless")
    }

    fn keep_key(&mut self, place: usize, _: &[u8]) -> Result<(), NotKept> {
        if place == westerly_server::KEYS - 1 { Err(NotKept) } else { Ok(()) }
    }

    fn keep_policy(&mut self, _: &[u8]) -> Result<(), NotKept> {
        Ok(())
    }
}

/// The settings are for whoever has a key.
const BUILT: [Rule; 1] =
    [Rule { transport: Some(Transport::Udp), group: Some(3), command: None, access: Access::Authenticated }];
const SERIAL: [Rule; 3] = Rule::of_transport(Transport::Serial, Access::Allow, true);
const UDP: [Rule; 3] = Rule::of_transport(Transport::Udp, Access::ReadOnly, true);
const TRANSPORTS: [Rule; 6] = [SERIAL[0], SERIAL[1], SERIAL[2], UDP[0], UDP[1], UDP[2]];
const DEFAULTS: Defaults<'static> = Defaults { rules: &BUILT, transports: &TRANSPORTS, idle: 300, lifetime: 3600 };

/// The policy of a golden file.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one at a time, and no heap where the suite runs on target")]
pub enum Guard {
    Nobody(AllowAll),
    Control(AccessControl<'static, Frozen>),
}

/// For the access group there are three keys, 1, 2 and 3, each for another role.
pub fn guard(suite: &str) -> Guard {
    static COUNTERS: AccessCounters = AccessCounters::new();
    if !suite.starts_with("access") {
        return Guard::Nobody(AllowAll);
    }
    let mut control = AccessControl::new(Frozen, DEFAULTS, &COUNTERS);
    for role in 1..=3 {
        let mut kept = [0x10 + role; 35];
        kept[..3].copy_from_slice(&[1, role, role]);
        assert!(control.restore_key(usize::from(role) - 1, &kept));
    }
    Guard::Control(control)
}

/// Whose packets those of a golden file are.
pub fn caller(suite: &str) -> Caller {
    let transport = if suite.ends_with("serial") { Transport::Serial } else { Transport::Udp };
    Caller { transport, identity: Identity::Anonymous, peer: 0, buffers: Buffers { size: 2048, count: 2 } }
}

impl Guard {
    fn policy(&self) -> &dyn Policy {
        match self {
            Self::Nobody(policy) => policy,
            Self::Control(policy) => policy,
        }
    }

    fn policy_mut(&mut self) -> &mut dyn Policy {
        match self {
            Self::Nobody(policy) => policy,
            Self::Control(policy) => policy,
        }
    }
}

impl Policy for Guard {
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access {
        self.policy().access(caller, group, command)
    }

    fn group(&mut self) -> Option<&mut dyn Group> {
        self.policy_mut().group()
    }

    fn reserve(&self) -> usize {
        self.policy().reserve()
    }

    fn unseal(&mut self, caller: &Caller, packet: &[u8]) -> Unsealed {
        self.policy_mut().unseal(caller, packet)
    }

    fn identity(&mut self, seal: Option<Seal>) -> Identity {
        self.policy_mut().identity(seal)
    }

    fn seal(&self, seal: Seal, buffer: &mut [u8], length: usize) -> usize {
        self.policy().seal(seal, buffer, length)
    }
}
