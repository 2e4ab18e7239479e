// SPDX-License-Identifier: Apache-2.0
//! Where a packet came from.

/// The kind of transport; a policy's first question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// A serial line.
    Serial,
    /// UDP datagrams.
    Udp,
}

/// Who the peer has shown to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// Nobody in particular.
    Anonymous,
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
    /// Who the peer has shown to be.
    pub identity: Identity,
    /// Which peer of that transport: the same number for the same peer, for instance address and port. It tells transfers
    /// of several peers apart and is no proof of anything. Always 0 where there can be only one, as on a serial line.
    pub peer: u64,
    /// What that transport can take.
    pub buffers: Buffers,
}
