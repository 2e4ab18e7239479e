// SPDX-License-Identifier: Apache-2.0
//! Where a packet came from.

use westerly_wire::access::{Role, transport};

/// The kind of transport; a policy's first question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// A serial line.
    Serial,
    /// UDP datagrams.
    Udp,
}

impl Transport {
    /// As the access group's rules and answers have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serial => transport::SERIAL,
            Self::Udp => transport::UDP,
        }
    }

    /// The transport of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Serial, Self::Udp].into_iter().find(|transport| transport.name().as_bytes() == name.as_bytes())
    }
}

/// Who the peer has shown to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// Nobody in particular.
    Anonymous,
    /// Whoever opened the session that the request is sealed by.
    Session {
        /// The number of the key.
        key: u8,
        /// What the key is for.
        role: Role,
    },
}

/// What a transport can take; the answer to the OS group's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffers {
    /// Bytes of the largest message, header and payload, in either direction.
    pub size: u16,
    /// How many such messages may be under way at a time.
    pub count: u16,
}

/// The transport and the identity a packet came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Its kind of transport.
    pub transport: Transport,
    /// Who the peer has shown to be. The server says it to groups, request by request, and does not listen to what a
    /// transport says.
    pub identity: Identity,
    /// Which peer of that transport: the same number for the same peer, for instance address and port (address << 16 | port over UDP: failed logins are counted by
    /// address). It tells transfers
    /// of several peers apart and is no proof of anything. Always 0 where there can be only one, as on a serial line.
    pub peer: u64,
    /// What that transport can take.
    pub buffers: Buffers,
}
