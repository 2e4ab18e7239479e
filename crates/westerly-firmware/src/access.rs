// SPDX-License-Identifier: Apache-2.0

//! Who may do what: Kconfig's rules and one access a transport, and behind them, with access control, keys and sessions.

use westerly_server::{Access, Rule, Transport};

use crate::configuration;

#[cfg(westerly_udp)]
const UDP: Access = access(configuration::UDP_ACCESS);
#[cfg(not(westerly_udp))]
const UDP: Access = Access::Refuse;

// Whether a transport is given the shell: CONFIG_WESTERLY_SERIAL_SHELL and so on.
const SERIAL_SHELL: bool = cfg!(westerly_serial_shell);
const UDP_SHELL: bool = cfg!(westerly_udp_shell);

static TRANSPORTS: [Rule; 7] = transports(UDP);

const fn transports(udp: Access) -> [Rule; 7] {
    let [serial_echo, serial_shell, serial] =
        Rule::of_transport(Transport::Serial, access(configuration::SERIAL_ACCESS), SERIAL_SHELL);
    let [udp_echo, udp_shell, udp] = Rule::of_transport(Transport::Udp, udp, UDP_SHELL);
    // A transport that is not above would have been forgotten here.
    let others = Rule { transport: None, group: None, command: None, access: Access::Refuse };
    [serial_echo, serial_shell, serial, udp_echo, udp_shell, udp, others]
}

/// The hidden symbols `*_ACCESS` of Kconfig.
const fn access(symbol: usize) -> Access {
    match symbol {
        0 => Access::Allow,
        1 => Access::ReadOnly,
        2 => Access::Authenticated,
        _ => Access::Refuse,
    }
}

#[cfg(not(westerly_access))]
mod policy {
    use westerly_server::Rules;

    pub type Policy = Rules<'static>;

    /// The policy of this build.
    pub const POLICY: Policy = Rules(&super::TRANSPORTS);
    /// Bytes by which a packet with its seal is longer.
    pub const SEAL: usize = 0;
}

#[cfg(westerly_access)]
mod policy {
    use westerly_server::wire::access::seal;
    #[allow(unused_imports, reason = "what the rules speak of is Kconfig's")]
    use westerly_server::{Access, Transport};
    use westerly_server::{AccessControl, AccessCounters, Defaults, Rule};
    use westerly_zephyr::access::ZephyrVault;

    use crate::configuration::{ACCESS_IDLE_S, ACCESS_LIFETIME_S};

    include!(concat!(env!("OUT_DIR"), "/rules.rs"));

    pub type Policy = AccessControl<'static, ZephyrVault>;

    /// What access control counts, for the statistics group.
    pub static COUNTERS: AccessCounters = AccessCounters::new();

    /// The policy of this build.
    pub const POLICY: Policy = policy(&super::TRANSPORTS, seconds(ACCESS_IDLE_S), seconds(ACCESS_LIFETIME_S));
    /// Bytes by which a packet with its seal is longer.
    pub const SEAL: usize = seal::LENGTH;

    #[expect(clippy::cast_possible_truncation, reason = "checked in the line before; `try_from` is not const")]
    const fn seconds(symbol: usize) -> u32 {
        assert!(symbol as u64 <= u32::MAX as u64);
        symbol as u32
    }

    const fn policy(transports: &'static [Rule], idle: u32, lifetime: u32) -> Policy {
        AccessControl::new(ZephyrVault::new(), Defaults { rules: RULES, transports, idle, lifetime }, &COUNTERS)
    }

    /// Takes back keys and rules, and on native_sim what its command line says. After the settings.
    #[inline]
    pub fn start(policy: &mut Policy) {
        #[cfg(westerly_udp_access_option)]
        option(policy);
        if !westerly_zephyr::access::restore(policy) {
            defmt::error!("the rules that were set cannot be read: the build's are in force");
        }
    }

    #[cfg(westerly_udp_access_option)]
    fn option(policy: &mut Policy) {
        static ASKED_FOR: [[Rule; 7]; 4] = [
            super::transports(Access::Allow),
            super::transports(Access::ReadOnly),
            super::transports(Access::Authenticated),
            super::transports(Access::Refuse),
        ];
        let asked = westerly_zephyr::access::asked();
        if let Some(transports) = ASKED_FOR.get(asked.udp) {
            *policy = self::policy(transports, asked.idle, asked.lifetime);
        }
    }
}

pub use policy::*;
