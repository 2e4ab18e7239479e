// SPDX-License-Identifier: Apache-2.0

//! Who may do what: one access a transport, from Kconfig.

use westerly_server::{Access, Rule, Rules, Transport};

use crate::configuration;

#[cfg(westerly_udp)]
const UDP: Access = access(configuration::UDP_ACCESS);
#[cfg(not(westerly_udp))]
const UDP: Access = Access::Refuse;

// Whether a transport is given the shell: CONFIG_WESTERLY_SERIAL_SHELL and so on.
const SERIAL_SHELL: bool = cfg!(westerly_serial_shell);
const UDP_SHELL: bool = cfg!(westerly_udp_shell);

static RULES: [Rule; 7] = {
    let [serial_echo, serial_shell, serial] =
        Rule::of_transport(Transport::Serial, access(configuration::SERIAL_ACCESS), SERIAL_SHELL);
    let [udp_echo, udp_shell, udp] = Rule::of_transport(Transport::Udp, UDP, UDP_SHELL);
    // A transport that is not above would have been forgotten here.
    let others = Rule { transport: None, group: None, command: None, access: Access::Refuse };
    [serial_echo, serial_shell, serial, udp_echo, udp_shell, udp, others]
};

/// The policy of this build.
pub const POLICY: Rules<'static> = Rules(&RULES);

/// The hidden symbols `*_ACCESS` of Kconfig.
const fn access(symbol: usize) -> Access {
    match symbol {
        0 => Access::Allow,
        1 => Access::ReadOnly,
        _ => Access::Refuse,
    }
}
