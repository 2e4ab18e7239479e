// SPDX-License-Identifier: Apache-2.0
//! Access rules as people write them: `udp 0 5 authenticated`, where `*` is any.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use westerly_wire::access::{self, Access, transport};

/// What may be done with a command over a transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `udp` or `serial`, or one that this program does not know; any for `None`.
    pub transport: Option<String>,
    /// The group; any for `None`.
    pub group: Option<u16>,
    /// The command in the group; any for `None`.
    pub command: Option<u8>,
    /// The name of an [`Access`] as the wire has it, or one that this program does not know.
    pub access: String,
}

/// Why a text is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidRule {
    /// Not four words.
    #[error("not four words TRANSPORT GROUP COMMAND ACCESS, as in 'udp 0 5 authenticated'")]
    Words,
    /// Another transport.
    #[error("the transport is not udp, serial or *")]
    Transport,
    /// Not a number of a group.
    #[error("the group is not a number up to 65535, or *")]
    Group,
    /// Not a number of a command.
    #[error("the command is not a number up to 255, or *")]
    Command,
    /// Another access.
    #[error("the access is not allow, read-only, authenticated or refuse")]
    Access,
}

impl FromStr for Rule {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<Self, InvalidRule> {
        let mut words = text.split_whitespace();
        let (Some(transport), Some(group), Some(command), Some(access), None) =
            (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            return Err(InvalidRule::Words);
        };
        if ![transport::SERIAL, transport::UDP, "*"].contains(&transport) {
            return Err(InvalidRule::Transport);
        }
        Ok(Self {
            transport: any_or(transport, |word| Some(word.into())).map_err(|()| InvalidRule::Transport)?,
            group: any_or(group, |word| word.parse().ok()).map_err(|()| InvalidRule::Group)?,
            command: any_or(command, |word| word.parse().ok()).map_err(|()| InvalidRule::Command)?,
            access: Access::named(&access.replace('-', "_")).ok_or(InvalidRule::Access)?.name().into(),
        })
    }
}

/// None for `*`.
fn any_or<T>(word: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ()> {
    if word == "*" { Ok(None) } else { read(word).map(Some).ok_or(()) }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: Option<u16>| number.map_or_else(|| "*".into(), |number| number.to_string());
        let (group, command) = (number(self.group), number(self.command.map(u16::from)));
        let transport = self.transport.as_deref().unwrap_or("*");
        write!(f, "{transport} {group} {command} {}", self.access.replace('_', "-"))
    }
}

impl From<access::Rule<'_>> for Rule {
    fn from(rule: access::Rule<'_>) -> Self {
        let access::Rule { transport, group, command, access } = rule;
        Self { transport: transport.map(Into::into), group, command, access: access.into() }
    }
}

impl Rule {
    /// As the wire has it.
    pub(crate) fn message(&self) -> access::Rule<'_> {
        let Self { transport, group, command, access } = self;
        access::Rule { transport: transport.as_deref(), group: *group, command: *command, access }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_them() {
        for (text, transport, group, command, access) in [
            ("udp 0 5 authenticated", Some("udp"), Some(0), Some(5), "authenticated"),
            ("* 9 * refuse", None, Some(9), None, "refuse"),
            ("serial * * read-only", Some("serial"), None, None, "read_only"),
            ("* * 255 allow", None, None, Some(255), "allow"),
        ] {
            let rule = Rule { transport: transport.map(Into::into), group, command, access: access.into() };
            assert_eq!(text.parse(), Ok(rule.clone()));
            assert_eq!(rule.to_string(), text);
            assert_eq!(Rule::from(rule.message()), rule);
        }
        assert_eq!(" udp  1\t0   read_only ".parse::<Rule>().unwrap().to_string(), "udp 1 0 read-only");
    }

    #[test]
    fn what_is_no_rule() {
        for (text, expected) in [
            ("", InvalidRule::Words),
            ("udp 0 5", InvalidRule::Words),
            ("udp 0 5 read only", InvalidRule::Words),
            ("tcp 0 5 allow", InvalidRule::Transport),
            ("udp 65536 5 allow", InvalidRule::Group),
            ("udp os 5 allow", InvalidRule::Group),
            ("udp 0 256 allow", InvalidRule::Command),
            ("udp 0 -1 allow", InvalidRule::Command),
            ("udp 0 5 deny", InvalidRule::Access),
        ] {
            assert_eq!(text.parse::<Rule>(), Err(expected), "{text}");
        }
    }
}
