// SPDX-License-Identifier: Apache-2.0

//! A UDP socket over Zephyr's BSD sockets (those of the host on native_sim), and the thread that serves it.

use core::ffi::c_int;

use crate::ffi;

/// Error returned by the functions of [`Socket`]: a positive errno value as Zephyr numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error(pub u32);

impl Error {
    fn from_result(result: c_int) -> Result<usize, Self> {
        usize::try_from(result).map_err(|_| Self(result.unsigned_abs()))
    }
}

/// Who a datagram came from.
pub struct Peer(ffi::UdpPeer);

impl Peer {
    /// The address alone.
    pub fn address(&self) -> u32 {
        self.0.address
    }

    /// Address and port as one number.
    pub fn number(&self) -> u64 {
        u64::from(self.0.address) << 16 | u64::from(self.0.port)
    }
}

/// A datagram that arrived.
pub struct Received {
    /// Its length, cut to the buffer.
    pub length: usize,
    /// Its sender.
    pub peer: Peer,
    /// Whether there was none before it: the socket was empty.
    pub waited: bool,
}

/// A bound IPv4 socket.
pub struct Socket(c_int);

impl Socket {
    /// Binds to the address and port of the configuration, or on native_sim of the command line.
    pub fn open() -> Result<Self, Error> {
        let socket = ffi::westerly_udp_open();
        Error::from_result(socket).map(|_| Self(socket))
    }

    /// Waits for a datagram.
    pub fn receive(&mut self, buffer: &mut [u8]) -> Result<Received, Error> {
        let (mut peer, mut waited) = (ffi::UdpPeer::default(), false);
        // SAFETY: C writes no more than `len` bytes to `buffer`, and fills a structure of its own layout and a bool.
        let length = unsafe {
            ffi::westerly_udp_receive(self.0, buffer.as_mut_ptr(), buffer.len(), &raw mut peer, &raw mut waited)
        };
        Error::from_result(length).map(|length| Received { length: length.min(buffer.len()), peer: Peer(peer), waited })
    }

    /// Whether another datagram is there already.
    pub fn has_more(&mut self) -> bool {
        ffi::westerly_udp_has_more(self.0)
    }

    /// Sends one datagram.
    pub fn send(&mut self, data: &[u8], peer: &Peer) -> Result<(), Error> {
        // SAFETY: C reads no more than `len` bytes of `data`, and a structure of its own layout.
        let sent = unsafe { ffi::westerly_udp_send(self.0, data.as_ptr(), data.len(), &raw const peer.0) };
        Error::from_result(sent).map(|_| ())
    }
}

/// Starts the thread `westerly_udp`. It has one stack: a second call does nothing.
pub fn start_thread(entry: extern "C" fn()) {
    ffi::westerly_udp_thread_start(entry);
}
