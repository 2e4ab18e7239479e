// SPDX-License-Identifier: Apache-2.0
//! What a board tells its observer.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use westerly_server::Transport;
use westerly_wire::os::ResetRequest;

/// Something that happened on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A message was answered, and the answer has left.
    Answered {
        /// With whom.
        peer: Peer,
        /// The request, header and payload as far as it arrived.
        request: &'a [u8],
        /// The answer, header and payload.
        response: &'a [u8],
    },
    /// Something arrived and was not served. A peer is told only of a packet that was too large.
    Dropped {
        /// From whom.
        peer: Peer,
        /// Why.
        reason: Reason,
    },
    /// At a restart the slots could not be swapped, or the image refused: what ran runs on.
    NotSwapped {
        /// What the host's system says.
        kind: ErrorKind,
    },
    /// The board restarted.
    Restarted {
        /// How often it has started by now.
        boots: u32,
        /// What it was asked for.
        request: ResetRequest,
    },
}

/// The other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Peer {
    /// Whoever is on the serial line.
    Serial,
    /// The sender of a datagram.
    Udp(SocketAddr),
}

impl Peer {
    /// The kind of transport that leads there.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        match self {
            Self::Serial => Transport::Serial,
            Self::Udp(_) => Transport::Udp,
        }
    }

    /// What the server tells this peer from others of its transport by.
    #[must_use]
    pub fn number(&self) -> u64 {
        match self {
            Self::Serial => 0,
            Self::Udp(address) => {
                let host = match address.ip() {
                    IpAddr::V4(ip) => u32::from(ip).into(),
                    IpAddr::V6(ip) => {
                        let mut hasher = DefaultHasher::new();
                        ip.hash(&mut hasher);
                        hasher.finish()
                    }
                };
                host << 16 | u64::from(address.port())
            }
        }
    }
}

/// Why something was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A serial line held something that is not base64.
    Base64,
    /// A serial packet's length cannot be, or was not kept to.
    Length,
    /// A serial packet's checksum is wrong.
    Checksum,
    /// A serial continuation line came without a packet to continue.
    Orphaned,
    /// A serial packet ended where the next began.
    Interrupted,
    /// A packet is larger than the parameters of the transport allow.
    TooLarge,
    /// A packet holds no request: it is shorter than a header, or holds answers only.
    NoRequest,
    /// The answer could not be sent: nobody takes it, or the network refused.
    Unsendable,
}

impl Reason {
    /// In a few words.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        match self {
            Self::Base64 => "damaged line",
            Self::Length => "wrong length",
            Self::Checksum => "wrong checksum",
            Self::Orphaned => "continuation of nothing",
            Self::Interrupted => "packet cut short by the next",
            Self::TooLarge => "packet too large",
            Self::NoRequest => "no request in the packet",
            Self::Unsendable => "answer could not be sent",
        }
    }
}

/// Is told what happens. It is called by the threads that serve the transports, which wait for it.
pub(crate) type Observer = Box<dyn Fn(&Event<'_>) + Send + Sync>;
