// SPDX-License-Identifier: Apache-2.0
//! Who may do what: asked for every request, before its group sees anything. A refusal is answered with
//! [`AccessDenied`](westerly_wire::error::Code::AccessDenied).

use westerly_wire::group;
use westerly_wire::os::command;

pub use westerly_wire::access::{Access, Role};

use crate::{Action, Caller, Group, Identity, Transport};

/// Decides about access.
///
/// The functions but [`access`](Self::access) are for a policy that knows its peers; without them nobody is anybody and a
/// [seal](westerly_wire::access::seal) is a command that does not exist.
pub trait Policy {
    /// What a rule says about `command` of `group` over the transport of `caller`. Both may be numbers that exist nowhere.
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access;

    /// The group by which the policy is managed. The server finds it by itself; it is not among those lent to it.
    #[inline]
    fn group(&mut self) -> Option<&mut dyn Group> {
        None
    }

    /// Bytes that every answer leaves free at the end of its buffer, for its seal.
    #[inline]
    fn reserve(&self) -> usize {
        0
    }

    /// Looks at the seal of a packet that has just come in, and remembers it.
    #[inline]
    fn unseal(&mut self, _caller: &Caller, _packet: &[u8]) -> Unsealed {
        Unsealed::Without
    }

    /// Who sealed the packet of the request that is looked at next.
    #[inline]
    fn identity(&mut self, _seal: Option<Seal>) -> Identity {
        Identity::Anonymous
    }

    /// Seals an answer, the first `length` bytes of `buffer`; gives the length of both. The same length for a session that is no more.
    #[inline]
    fn seal(&self, _seal: Seal, _buffer: &mut [u8], length: usize) -> usize {
        length
    }
}

/// What there is to say about a packet's seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsealed {
    /// It has none.
    Without,
    /// It is good: the packet was made by whoever opened the session, and is new.
    Sealed(Seal),
    /// It is not good, and nothing in the packet is to be looked at.
    Refused,
}

/// Which packet of which session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The session.
    pub session: u32,
    /// The packet's number in it.
    pub counter: u64,
}

/// Whether `access` lets somebody do it. A role is asked for only where the rule does not let everybody.
pub(crate) fn permits(access: Access, identity: Identity, action: Action, group: u16, command: u8) -> bool {
    match (access, action) {
        (Access::Allow, _) | (Access::ReadOnly, Action::Read) => return true,
        (Access::Refuse, _) => return false,
        _ => {}
    }
    let needed = match action {
        Action::Read => Role::Read,
        Action::Write => role_to_write(group, command),
    };
    matches!(identity, Identity::Session { role, .. } if role >= needed)
}

const fn role_to_write(group: u16, command: u8) -> Role {
    match (group, command) {
        // It is a write by name only.
        (group::OS, command::ECHO) => Role::Read,
        (group::ACCESS | group::IMAGE | group::SHELL | group::ZEPHYR, _) => Role::Administer,
        _ => Role::Operate,
    }
}

/// Everything is allowed to everybody.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

impl Policy for AllowAll {
    fn access(&self, _: &Caller, _: u16, _: u8) -> Access {
        Access::Allow
    }
}

/// One line of [`Rules`]; `None` means any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The kind of transport it speaks of.
    pub transport: Option<Transport>,
    /// The group.
    pub group: Option<u16>,
    /// The command.
    pub command: Option<u8>,
    /// What is then allowed.
    pub access: Access,
}

impl Rule {
    /// One access for everything on a transport. Read only lets an echo through: it changes nothing, but some clients
    /// (smpmgr) send it as a write, and it is the first thing anybody tries.
    ///
    /// The shell group is refused unless `shell` says otherwise, and then has the same access: no rule can look into a line
    /// for the shell, so it is for transports whose users are trusted with all of the device. A serial line is one by
    /// default, as who has it has the device in hand; a network is not.
    #[must_use]
    pub const fn of_transport(transport: Transport, access: Access, shell: bool) -> [Self; 3] {
        let everything = Self { transport: Some(transport), group: None, command: None, access };
        let echo = match access {
            Access::ReadOnly => Access::Allow,
            other => other,
        };
        let of_shell = if shell { access } else { Access::Refuse };
        [
            Self { group: Some(group::OS), command: Some(command::ECHO), access: echo, ..everything },
            Self { group: Some(group::SHELL), access: of_shell, ..everything },
            everything,
        ]
    }

    pub(crate) fn fits(&self, transport: Transport, group: u16, command: u8) -> bool {
        self.transport.is_none_or(|own| own == transport)
            && self.group.is_none_or(|own| own == group)
            && self.command.is_none_or(|own| own == command)
    }
}

/// Rules in order: the first that fits decides, and where none fits everything is allowed.
///
/// ```
/// use westerly_server::{Access, Rule, Rules, Transport};
///
/// // Over UDP: echo, and what only reads.
/// let rules = Rule::of_transport(Transport::Udp, Access::ReadOnly, false);
/// let rules = Rules(&rules);
/// # let _ = rules;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r>(pub &'r [Rule]);

impl Policy for Rules<'_> {
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access {
        let fits = |rule: &&Rule| rule.fits(caller.transport, group, command);
        self.0.iter().find(fits).map_or(Access::Allow, |rule| rule.access)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Buffers, Identity};

    #[test]
    fn the_first_rule_that_fits_decides() {
        let any = Rule { transport: None, group: None, command: None, access: Access::Allow };
        let rules = [
            Rule { group: Some(0), command: Some(5), access: Access::Refuse, ..any },
            Rule { transport: Some(Transport::Udp), group: Some(0), ..any },
            Rule { transport: Some(Transport::Udp), access: Access::ReadOnly, ..any },
        ];
        let access = |transport, group, command| {
            let caller =
                Caller { transport, identity: Identity::Anonymous, peer: 0, buffers: Buffers { size: 64, count: 1 } };
            Rules(&rules).access(&caller, group, command)
        };
        assert_eq!(access(Transport::Serial, 0, 5), Access::Refuse);
        assert_eq!(access(Transport::Udp, 0, 5), Access::Refuse);
        assert_eq!(access(Transport::Udp, 0, 0), Access::Allow);
        assert_eq!(access(Transport::Udp, 1, 0), Access::ReadOnly);
        assert_eq!(access(Transport::Serial, 1, 0), Access::Allow);
    }

    #[test]
    fn read_only_lets_an_echo_through_and_refuse_does_not() {
        let caller = Caller {
            transport: Transport::Udp,
            identity: Identity::Anonymous,
            peer: 0,
            buffers: Buffers { size: 64, count: 1 },
        };
        for (access, echo, other) in [
            (Access::Allow, Access::Allow, Access::Allow),
            (Access::ReadOnly, Access::Allow, Access::ReadOnly),
            (Access::Refuse, Access::Refuse, Access::Refuse),
        ] {
            let rules = Rule::of_transport(Transport::Udp, access, false);
            assert_eq!(Rules(&rules).access(&caller, group::OS, command::ECHO), echo);
            assert_eq!(Rules(&rules).access(&caller, group::OS, command::RESET), other);
            assert_eq!(Rules(&rules).access(&caller, 64, command::ECHO), other);
        }
    }

    #[test]
    fn the_shell_is_for_those_it_was_given_to() {
        let of_shell = |access, shell| {
            let caller = Caller {
                transport: Transport::Udp,
                identity: Identity::Anonymous,
                peer: 0,
                buffers: Buffers { size: 64, count: 1 },
            };
            Rules(&Rule::of_transport(Transport::Udp, access, shell)).access(&caller, group::SHELL, 0)
        };
        for access in [Access::Allow, Access::ReadOnly, Access::Refuse] {
            assert_eq!(of_shell(access, false), Access::Refuse);
            // Not more than everything else on the transport.
            assert_eq!(of_shell(access, true), access);
        }
    }
}
