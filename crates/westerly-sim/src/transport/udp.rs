// SPDX-License-Identifier: Apache-2.0
//! UDP: one datagram, one packet; the answer goes where the request came from.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use westerly_server::{Buffers, Caller, Identity, Transport};

use super::{MESSAGES_AHEAD, Running};
use crate::activity::Activity;
use crate::board::Board;
use crate::error::StartError;
use crate::event::{Peer, Reason};
use crate::options::SEAL;

/// The thread is woken up to stop by a datagram of its own. Should that get lost, it looks this often.
const STOP_CHECK: Duration = Duration::from_secs(1);
/// How long to wait after a failing receive, so that a broken network does not keep the processor busy.
const FAILURE_PAUSE: Duration = Duration::from_millis(100);

/// A bound socket.
pub(crate) struct Socket {
    socket: UdpSocket,
    address: SocketAddr,
    packet_size: u16,
    activity: Arc<Activity>,
}

impl Socket {
    pub(crate) fn bind(address: SocketAddr, packet_size: u16) -> Result<Self, StartError> {
        let bind = || -> io::Result<(UdpSocket, SocketAddr)> {
            let socket = UdpSocket::bind(address)?;
            socket.set_read_timeout(Some(STOP_CHECK))?;
            let address = socket.local_addr()?;
            Ok((socket, address))
        };
        let (socket, bound) = bind().map_err(|source| StartError::Udp { address, source })?;
        let activity = Arc::new(Activity::new("westerly_udp", "udp_packets", packet_size));
        Ok(Self { socket, address: bound, packet_size, activity })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn activity(&self) -> Arc<Activity> {
        self.activity.clone()
    }

    pub(crate) fn serve(self, board: Arc<Board>) -> Result<Running, StartError> {
        let stopping = Arc::new(AtomicBool::new(false));
        let waker = self.socket.try_clone().map_err(|source| StartError::Udp { address: self.address, source })?;
        let own_address = reachable(self.address);
        let ask_to_stop = {
            let stopping = stopping.clone();
            move || {
                stopping.store(true, Ordering::Release);
                let _ = waker.send_to(&[], own_address);
            }
        };
        Running::start(&self.activity.clone(), ask_to_stop, move || self.run(&board, &stopping))
    }

    fn run(self, board: &Board, stopping: &AtomicBool) {
        let size = usize::from(self.packet_size + SEAL);
        let caller = Caller {
            transport: Transport::Udp,
            identity: Identity::Anonymous,
            peer: 0,
            buffers: Buffers { size: self.packet_size, count: MESSAGES_AHEAD },
        };
        // One byte more, to tell a datagram of the full size from one that was cut.
        let mut request = vec![0; size + 1];
        let mut response = vec![0; size];
        loop {
            let received = self.socket.recv_from(&mut request);
            if stopping.load(Ordering::Acquire) {
                return;
            }
            let (length, peer) = match received {
                Ok((length, peer)) => (length, Peer::Udp(peer)),
                Err(error) => {
                    pause_after(&error);
                    continue;
                }
            };
            let _awake = self.activity.wake();
            match request.get(..length) {
                // Longer than the parameters allow, and cut on arrival: what is left must not be taken for a request.
                Some(packet) if packet.len() <= size => {
                    let caller = Caller { peer: peer.number(), ..caller };
                    board.answer(&caller, peer, packet, &mut response, |answer| self.send(answer, peer));
                }
                _ => {
                    board.dropped(peer, Reason::TooLarge);
                    board.too_long(peer, &request, &mut response, |answer| self.send(answer, peer));
                }
            }
        }
    }

    fn send(&self, answer: &[u8], peer: Peer) -> io::Result<()> {
        match peer {
            Peer::Udp(address) => self.socket.send_to(answer, address).map(drop),
            Peer::Serial => Ok(()),
        }
    }
}

/// An expected failure needs no pause: nothing arrived in time, or (on some systems) an earlier answer was refused by its
/// receiver.
fn pause_after(error: &io::Error) {
    let expected = [
        ErrorKind::WouldBlock,
        ErrorKind::TimedOut,
        ErrorKind::Interrupted,
        ErrorKind::ConnectionReset,
        ErrorKind::ConnectionRefused,
    ];
    if !expected.contains(&error.kind()) {
        thread::sleep(FAILURE_PAUSE);
    }
}

/// An address under which a socket bound to `address` can be reached from this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}
