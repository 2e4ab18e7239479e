// SPDX-License-Identifier: Apache-2.0
//! Who may do what: asked for every request, before its group sees anything. A refusal is answered with
//! [`AccessDenied`](westerly_wire::error::Code::AccessDenied).

use crate::{Caller, Transport};

/// What a caller may do with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read and write.
    Allow,
    /// Read, that is: requests with the read operation.
    ReadOnly,
    /// Nothing.
    Refuse,
}

/// Decides about access.
pub trait Policy {
    /// What `caller` may do with `command` of `group`. Both may be numbers that exist nowhere.
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access;
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

/// Rules in order: the first that fits decides, and where none fits everything is allowed.
///
/// ```
/// use westerly_server::{Access, Rule, Rules, Transport};
/// use westerly_server::wire::{group, os};
///
/// // Over UDP: echo, and what only reads.
/// let rules = Rules(&[
///     Rule { transport: Some(Transport::Udp), group: Some(group::OS), command: Some(os::command::ECHO), access: Access::Allow },
///     Rule { transport: Some(Transport::Udp), group: None, command: None, access: Access::ReadOnly },
/// ]);
/// # let _ = rules;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r>(pub &'r [Rule]);

impl Policy for Rules<'_> {
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access {
        let fits = |rule: &&Rule| {
            rule.transport.is_none_or(|transport| transport == caller.transport)
                && rule.group.is_none_or(|other| other == group)
                && rule.command.is_none_or(|other| other == command)
        };
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
            let caller = Caller { transport, identity: Identity::Anonymous, buffers: Buffers { size: 64, count: 1 } };
            Rules(&rules).access(&caller, group, command)
        };
        assert_eq!(access(Transport::Serial, 0, 5), Access::Refuse);
        assert_eq!(access(Transport::Udp, 0, 5), Access::Refuse);
        assert_eq!(access(Transport::Udp, 0, 0), Access::Allow);
        assert_eq!(access(Transport::Udp, 1, 0), Access::ReadOnly);
        assert_eq!(access(Transport::Serial, 1, 0), Access::Allow);
    }
}
