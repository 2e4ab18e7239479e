// SPDX-License-Identifier: Apache-2.0
//! The rules that an administrator set, in the form in which they are kept: a byte for that form, then four bytes a rule.
//!
//! ```text
//!  bits 0-1 access, 2-3 transport (0 any, 1 serial, 2 UDP), 4 has a group, 5 has a command | group, big endian | command
//! ```

use westerly_wire::access as wire;
use westerly_wire::cbor::List;

use super::{KEPT_POLICY, RULES};
use crate::{Access, Rule, Transport};

const FORM: u8 = 1;
const RULE: usize = 4;
const HAS_GROUP: u8 = 1 << 4;
const HAS_COMMAND: u8 = 1 << 5;
const TRANSPORTS: [Option<Transport>; 3] = [None, Some(Transport::Serial), Some(Transport::Udp)];

/// Rules, or none set, which is not the same as set to none.
#[derive(Clone, Debug)]
pub(super) struct SetRules {
    bytes: [u8; KEPT_POLICY],
    /// Of `bytes`; 0 when none are set.
    length: usize,
}

impl SetRules {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; KEPT_POLICY], length: 0 }
    }

    pub(super) fn are_set(&self) -> bool {
        self.length != 0
    }

    /// As they are kept; empty when none are set.
    pub(super) fn kept(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The rules of a request; `None` when one of them is none, or there are too many.
    pub(super) fn of(rules: &List<'_, wire::Rule<'_>>) -> Option<Self> {
        let mut set = Self { bytes: [0; KEPT_POLICY], length: 1 };
        let (form, places) = set.bytes.split_first_mut()?;
        *form = FORM;
        let mut places = places.chunks_exact_mut(RULE);
        for rule in rules.iter() {
            let bytes = encode(&read(&rule)?)?;
            for (place, byte) in places.next()?.iter_mut().zip(bytes) {
                *place = byte;
            }
            set.length = set.length.saturating_add(RULE);
        }
        Some(set)
    }

    /// What was kept; `None` when it is nothing that this could have kept.
    pub(super) fn restored(kept: &[u8]) -> Option<Self> {
        let mut set = Self::new();
        let [FORM, rules @ ..] = kept else { return None };
        let rules = rules.chunks_exact(RULE);
        if !rules.remainder().is_empty() || rules.len() > RULES || rules.map(decode).any(|rule| rule.is_none()) {
            return None;
        }
        for (place, &byte) in set.bytes.iter_mut().zip(kept) {
            *place = byte;
        }
        set.length = kept.len();
        Some(set)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Rule> {
        self.kept().get(1..).unwrap_or_default().chunks_exact(RULE).filter_map(decode)
    }
}

/// What a rule on the wire says; `None` for names of nothing.
fn read(rule: &wire::Rule<'_>) -> Option<Rule> {
    let transport = match rule.transport {
        Some(name) => Some(Transport::named(name)?),
        None => None,
    };
    Some(Rule { transport, group: rule.group, command: rule.command, access: Access::named(rule.access)? })
}

fn encode(rule: &Rule) -> Option<[u8; RULE]> {
    let access = Access::ALL.iter().position(|access| *access == rule.access)?;
    let transport = TRANSPORTS.iter().position(|transport| *transport == rule.transport)?;
    let mut first = u8::try_from(transport << 2 | access).ok()?;
    if rule.group.is_some() {
        first |= HAS_GROUP;
    }
    if rule.command.is_some() {
        first |= HAS_COMMAND;
    }
    let [high, low] = rule.group.unwrap_or_default().to_be_bytes();
    Some([first, high, low, rule.command.unwrap_or_default()])
}

fn decode(bytes: &[u8]) -> Option<Rule> {
    let &[first, high, low, command] = bytes else { return None };
    if first & !(HAS_GROUP | HAS_COMMAND | 0b1111) != 0 {
        return None;
    }
    Some(Rule {
        transport: *TRANSPORTS.get(usize::from(first >> 2 & 0b11))?,
        group: (first & HAS_GROUP != 0).then_some(u16::from_be_bytes([high, low])),
        command: (first & HAS_COMMAND != 0).then_some(command),
        access: *Access::ALL.get(usize::from(first & 0b11))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule() -> impl Strategy<Value = Rule> {
        let transport = prop::sample::select(TRANSPORTS.to_vec());
        let access = prop::sample::select(Access::ALL.to_vec());
        (transport, any::<Option<u16>>(), any::<Option<u8>>(), access)
            .prop_map(|(transport, group, command, access)| Rule { transport, group, command, access })
    }

    fn on_wire(rule: &Rule) -> wire::Rule<'static> {
        let Rule { transport, group, command, access } = *rule;
        wire::Rule { transport: transport.map(Transport::name), group, command, access: access.name() }
    }

    proptest! {
        #[test]
        fn what_was_set_is_kept_and_restored(rules in prop::collection::vec(rule(), 0..20)) {
            let sent: Vec<_> = rules.iter().map(on_wire).collect();
            let set = SetRules::of(&List::Values(&sent));
            prop_assert_eq!(set.is_some(), rules.len() <= RULES);
            let Some(set) = set else { return Ok(()) };
            prop_assert!(set.are_set() && set.iter().eq(rules.iter().copied()));
            let restored = SetRules::restored(set.kept()).unwrap();
            prop_assert!(restored.are_set() && restored.iter().eq(rules));
        }

        #[test]
        fn whatever_was_kept_is_rules_or_nothing(kept in prop::collection::vec(any::<u8>(), 0..80), form: bool) {
            let kept = if form { [&[FORM], &kept[..]].concat() } else { kept };
            if let Some(set) = SetRules::restored(&kept) {
                prop_assert_eq!(set.iter().count() * RULE + 1, kept.len());
                prop_assert_eq!(set.kept(), kept);
            }
        }
    }

    #[test]
    fn names_of_nothing() {
        let rule = wire::Rule { transport: None, group: None, command: None, access: "allow" };
        for rule in [wire::Rule { transport: Some("usb"), ..rule }, wire::Rule { access: "maybe", ..rule }] {
            assert!(SetRules::of(&List::Values(&[rule])).is_none());
        }
    }
}
