// SPDX-License-Identifier: Apache-2.0
//! Why a board does not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::image::SLOT_SIZES;
use crate::options::{SERIAL_PACKET_MAX, SMALLEST_PACKET};
use crate::signals::sensor_names;

/// Error returned by [`Simulator::start`](crate::Simulator::start). Nothing is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Neither UDP nor a serial line was asked for.
    #[error("a board without UDP and without a serial line cannot be reached")]
    NoTransport,
    /// A packet size is out of range.
    #[error("packets of {size} bytes: the size must be between {SMALLEST_PACKET} and {SERIAL_PACKET_MAX}")]
    PacketSize {
        /// As asked for.
        size: u16,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on UDP {address}: {source}")]
    Udp {
        /// As asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// There is no pseudo-terminal to be had.
    #[error("cannot open a pseudo-terminal: {source}")]
    Pty {
        /// What the system says.
        source: io::Error,
    },
    /// The link to the pseudo-terminal cannot be made.
    #[error("cannot link {} to the pseudo-terminal: {source}", path.display())]
    Link {
        /// As asked for.
        path: PathBuf,
        /// What is in the way.
        source: LinkError,
    },
    /// There is no folder for what the board keeps.
    #[error("cannot use the folder {}: {source}", path.display())]
    Folder {
        /// As asked for, or where a temporary one was to be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no sensor that could fail.
    #[error("there is no sensor '{name}'; there are {}", sensor_names().collect::<Vec<_>>().join(", "))]
    NoSuchSensor {
        /// As asked for.
        name: String,
    },
    /// A slot for images cannot have this size.
    #[error("slots of {size} bytes: the size must be a multiple of 4096 between {} and {}", SLOT_SIZES.start(), SLOT_SIZES.end())]
    SlotSize {
        /// As asked for.
        size: u32,
    },
    /// The slots for images cannot be used.
    #[error("cannot use the slots in {}: {source}", folder.display())]
    Slots {
        /// Where they are to be.
        folder: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The system gives no thread.
    #[error("cannot start a thread: {source}")]
    Thread {
        /// What the system says.
        source: io::Error,
    },
}

/// Why a link cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Something is there that no simulator of ours has made.
    #[error("there is something else of that name, which is left alone")]
    Occupied,
    /// There is a link to a terminal that exists: another simulator's, or one left over whose number was given out again.
    #[error("it is a link to {} already, which is in use", target.display())]
    InUse {
        /// Where it leads.
        target: PathBuf,
    },
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}
