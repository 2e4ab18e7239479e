// SPDX-License-Identifier: Apache-2.0
//! The messages of Westerly's access group (67): logging in, sessions, keys, and the policy (docs/protocol.md). [`seal`] is
//! how a packet is signed, [`proof`] what shows that somebody has a key.

pub mod proof;
pub mod seal;

use crate::cbor::{Full, List, Malformed, Reader, Value, Writer};
use crate::message;
use crate::telemetry::{item, rest};

pub use crate::telemetry::NEXT_KEY;

/// Command numbers.
pub mod command {
    /// What a login has to answer; read.
    pub const CHALLENGE: u8 = 0;
    /// Opens a session; write.
    pub const LOGIN: u8 = 1;
    /// The [seal](super::seal) of a packet; write, and only as the last message of one.
    pub const SEAL: u8 = 2;
    /// Ends the session of the seal; write.
    pub const LOGOUT: u8 = 3;
    /// Who is asking; read.
    pub const SESSION: u8 = 4;
    /// Which keys there are; read, or write to add or remove one.
    pub const KEYS: u8 = 5;
    /// The rules in force; read, or write to set them.
    pub const POLICY: u8 = 6;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 7;
}

/// Codes of this group's errors.
pub mod code {
    /// Too many logins failed from this address. Try again later: after 64 seconds at most.
    pub const LOCKED_OUT: u16 = 2;
    /// Somebody logged in since the challenge was given, or the device restarted. Ask for another.
    pub const STALE_CHALLENGE: u16 = 3;
    /// There is no key of that number.
    pub const UNKNOWN_KEY: u16 = 4;
    /// A key has a role and 32 bytes, which are not all zero.
    pub const INVALID_KEY: u16 = 5;
    /// No room for another key.
    pub const NO_ROOM: u16 = 6;
    /// A rule names a transport or an access that is none, or there are too many.
    pub const INVALID_RULES: u16 = 7;
    /// Whoever asked could not ask again. Log in as an administrator first.
    pub const WOULD_LOCK_OUT: u16 = 8;
    /// Keys are written over a serial line alone.
    pub const WRONG_TRANSPORT: u16 = 9;
    /// It could not be kept, and nothing has changed.
    pub const NOT_KEPT: u16 = 10;
    /// The device cannot give a challenge that it never gave before: it counts no restarts.
    pub const NO_FRESHNESS: u16 = 11;
}

/// What a rule says about a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Anybody may read and write.
    Allow,
    /// Anybody may read; a write needs a session with the role for it.
    ReadOnly,
    /// Reading needs a session too.
    Authenticated,
    /// Nobody may anything, whatever his role.
    Refuse,
}

impl Access {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Allow, Self::ReadOnly, Self::Authenticated, Self::Refuse];

    /// As the wire has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::ReadOnly => "read_only",
            Self::Authenticated => "authenticated",
            Self::Refuse => "refuse",
        }
    }

    /// The access of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.name().as_bytes() == name.as_bytes())
    }
}

/// What a key is for; one further on may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads what the policy keeps from strangers.
    Read = 1,
    /// Writes, but for what needs [`Role::Administer`].
    Operate = 2,
    /// Also changes images, keys and the policy, and uses the shell.
    Administer = 3,
}

impl Role {
    /// All roles in order.
    pub const ALL: [Self; 3] = [Self::Read, Self::Operate, Self::Administer];

    /// As the wire has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Operate => "operate",
            Self::Administer => "administer",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name().as_bytes() == name.as_bytes())
    }
}

/// Transports as a rule and an answer name them. A name not listed here is data: a newer device has more.
pub mod transport {
    /// A serial line.
    pub const SERIAL: &str = "serial";
    /// UDP datagrams.
    pub const UDP: &str = "udp";
}

message! {
    /// What a login has to answer.
    pub struct ChallengeResponse<'b> {
        /// [`CHALLENGE_LENGTH`](proof::CHALLENGE_LENGTH) bytes.
        challenge: required &'b [u8] = "challenge",
    }
}

message! {
    /// Opens a session.
    pub struct LoginRequest<'b> {
        /// The number of the key.
        key: required u8 = "key",
        /// As the device gave it.
        challenge: required &'b [u8] = "challenge",
        /// [`NONCE_LENGTH`](proof::NONCE_LENGTH) random bytes.
        nonce: required &'b [u8] = "nonce",
        /// See [`proof::login_mac`].
        mac: required &'b [u8] = "mac",
    }
}

message! {
    /// A session is open.
    pub struct LoginResponse<'b> {
        /// Its number.
        session: required u32 = "session",
        /// The name of a [`Role`].
        role: required &'b str = "role",
        /// It ends so many seconds after the last sealed packet,
        idle: required u32 = "idle",
        /// and so many after the login in any case.
        lifetime: required u32 = "lifetime",
        /// See [`proof::device_mac`].
        mac: required &'b [u8] = "mac",
    }
}

message! {
    /// What a [seal]'s payload says to a reader of CBOR. It is written and read by [`seal`] alone, which knows its one form.
    pub struct SealMessage<'b> {
        /// The session.
        session: required u32 = "session",
        /// Higher from packet to packet.
        counter: required u64 = "counter",
        /// See [`proof::seal_mac`].
        mac: required &'b [u8] = "mac",
    }
}

message! {
    /// Who is asking. All but the transport is absent without a session.
    pub struct SessionResponse<'b> {
        /// One of [`transport`](mod@transport).
        transport: required &'b str = "transport",
        /// The name of a [`Role`].
        role: optional &'b str = "role",
        /// The number of the key.
        key: optional u8 = "key",
        /// The session ends so many seconds after the last sealed packet.
        idle: optional u32 = "idle",
        /// Seconds it lasts at most from now.
        remaining: optional u32 = "remaining",
    }
}

message! {
    /// A key, of which its bytes are never told.
    pub struct Key<'b> {
        /// Its number.
        id: required u8 = "id",
        /// The name of a [`Role`].
        role: required &'b str = "role",
    }
}

message! {
    /// The keys there are.
    pub struct KeysResponse<'b> {
        /// The keys.
        keys: required List<'b, Key<'b>> = "keys",
        /// So many more can be added.
        room: required u32 = "room",
    }
}

/// The key of [`KeysResponse::keys`], for writers that have no slice.
pub const KEYS_KEY: &str = "keys";
/// The key of [`KeysResponse::room`].
pub const ROOM_KEY: &str = "room";

message! {
    /// Adds or replaces a key, or removes one.
    pub struct KeyRequest<'b> {
        /// Its number.
        id: required u8 = "id",
        /// The name of a [`Role`]; needed to add.
        role: optional &'b str = "role",
        /// [`KEY_LENGTH`](proof::KEY_LENGTH) bytes; needed to add.
        key: optional &'b [u8] = "key",
        /// Present and true: removes it.
        delete: optional bool = "delete",
    }
}

/// A rule: an array of transport, group, command and access, of which the first three may be null for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'b> {
    /// One of [`transport`](mod@transport).
    pub transport: Option<&'b str>,
    /// The group.
    pub group: Option<u16>,
    /// The command.
    pub command: Option<u8>,
    /// The name of an [`Access`].
    pub access: &'b str,
}

impl<'b> Value<'b> for Rule<'b> {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        let mut items = reader.array()?;
        let rule = Self {
            transport: item(reader, &mut items)?,
            group: item(reader, &mut items)?,
            command: item(reader, &mut items)?,
            access: item(reader, &mut items)?,
        };
        rest(reader, &mut items)?;
        Ok(rule)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.begin_array()?;
        self.transport.write(writer)?;
        self.group.write(writer)?;
        self.command.write(writer)?;
        writer.text(self.access)?;
        writer.end()
    }
}

message! {
    /// Asks for the rules.
    pub struct PolicyRequest {
        /// From this one on, counted from 0; from the first when absent.
        from: optional u32 = "from",
    }
}

/// The key of [`PolicyResponse::set`], for writers that have no slice.
pub const SET_KEY: &str = "set";
/// The key of [`PolicyResponse::rules`].
pub const RULES_KEY: &str = "rules";

message! {
    /// The rules in force, as many as fit. The first that fits a request decides; where none does everything is allowed.
    pub struct PolicyResponse<'b> {
        /// Whether an administrator set the first of them; else all are the build's.
        set: required bool = "set",
        /// The rules.
        rules: required List<'b, Rule<'b>> = "rules",
        /// Where to ask on; absent when this was the last.
        next: optional u32 = "next",
    }
}

message! {
    /// Sets the rules that come before the transports' defaults, or goes back to those the device was built with.
    pub struct PolicyWrite<'b> {
        /// All of them, in order.
        rules: optional List<'b, Rule<'b>> = "rules",
        /// Present and true, without rules: goes back.
        default: optional bool = "default",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::Message as _;

    #[test]
    fn names_lead_to_what_they_name() {
        for access in Access::ALL {
            assert_eq!(Access::named(access.name()), Some(access));
        }
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        for name in ["", "Allow", "read only", "admin"] {
            assert_eq!((Access::named(name), Role::named(name)), (None, None));
        }
        assert!(Role::Read < Role::Operate && Role::Operate < Role::Administer);
    }

    #[test]
    fn a_rule_on_the_wire() {
        let any = Rule { transport: None, group: None, command: None, access: "refuse" };
        let rule = Rule { transport: Some("udp"), group: Some(300), command: Some(5), access: "allow" };
        for (rule, bytes) in
            [(any, &b"\x9f\xf6\xf6\xf6\x66refuse\xff"[..]), (rule, b"\x9f\x63udp\x19\x01\x2c\x05\x65allow\xff")]
        {
            let mut buffer = [0; 32];
            let mut writer = Writer::new(&mut buffer);
            rule.write(&mut writer).unwrap();
            let length = writer.position();
            assert_eq!(&buffer[..length], bytes);
            assert_eq!(Rule::read(&mut Reader::new(bytes)), Ok(rule));
        }
        // Definite, and with what a newer device may add.
        let write = PolicyWrite::decode(b"\xa1erules\x81\x85\xf6\xf6\xf6frefuse\x80").unwrap();
        assert!(write.rules.unwrap().iter().eq([any]));
        for bytes in [
            &b"\x83\xf6\xf6\xf6"[..],
            b"\x84\xf6\x1a\0\x01\0\0\xf6ac",
            b"\x84\xf6\xf6\x19\x01\0aa",
            b"\x84\xf7\xf6\xf6aa",
            b"\x84\xf6\xf6\xf6\xf6",
        ] {
            assert_eq!(Rule::read(&mut Reader::new(bytes)), Err(Malformed), "{bytes:02x?}");
        }
    }
}
