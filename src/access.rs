// SPDX-License-Identifier: Apache-2.0

//! Who may do what: one rule a transport, from Kconfig.

use westerly_server::{Access, Rule, Rules, Transport};

use crate::configuration;

static RULES: &[Rule] = &[
    rule(Transport::Serial, configuration::SERIAL_ACCESS),
    #[cfg(westerly_udp)]
    rule(Transport::Udp, configuration::UDP_ACCESS),
    // A transport that is not above would have been forgotten here.
    Rule { transport: None, group: None, command: None, access: Access::Refuse },
];

/// The policy of this build.
pub const POLICY: Rules<'static> = Rules(RULES);

/// The hidden symbols `*_ACCESS` of Kconfig as a rule for every group and command.
const fn rule(transport: Transport, access: usize) -> Rule {
    let access = match access {
        0 => Access::Allow,
        1 => Access::ReadOnly,
        _ => Access::Refuse,
    };
    Rule { transport: Some(transport), group: None, command: None, access }
}
