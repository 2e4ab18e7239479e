// SPDX-License-Identifier: Apache-2.0

//! The UDP transport: one datagram, one packet, in the thread `westerly_udp`.

use westerly_server::{After, Buffers, Caller, Identity, Requests, Shares, Transport, UdpCounters, too_long};
use westerly_zephyr::sync::TakeOnce;
use westerly_zephyr::time::{self, Pace};
use westerly_zephyr::udp::{Peer, Socket};
use westerly_zephyr::{console, os, watchdog};

use crate::configuration::{UDP_BUFFER, UDP_PACKET_SIZE, told};
use crate::server;

/// How long to wait after a failing receive, so that a broken network does not keep the processor busy.
const FAILURE_PAUSE_MILLISECONDS: u32 = 100;
/// How long the last answer has to leave the network interface before a reset.
const RESET_PAUSE_MILLISECONDS: u32 = 100;

const CALLER: Caller = Caller {
    transport: Transport::Udp,
    identity: Identity::Anonymous,
    peer: 0,
    // One: there is a single buffer to receive in. What else arrives waits in the socket, if that has room.
    buffers: Buffers { size: told(UDP_PACKET_SIZE), count: 1 },
};

/// What this transport counts, for the statistics group.
pub static COUNTERS: UdpCounters = UdpCounters::new();

/// One byte more than a packet, to tell a datagram of the full size from one that was cut.
static REQUEST: TakeOnce<[u8; UDP_BUFFER + 1]> = TakeOnce::new([0; UDP_BUFFER + 1]);
static RESPONSE: TakeOnce<[u8; UDP_BUFFER]> = TakeOnce::new([0; UDP_BUFFER]);

/// Logs the address that the device has from now on: who has its serial line finds it so.
#[cfg(westerly_network)]
pub extern "C" fn address(first: u8, second: u8, third: u8, fourth: u8) {
    defmt::info!("address {=u8}.{=u8}.{=u8}.{=u8}", first, second, third, fourth);
}

/// The thread. Returns only if there is no socket to serve; the other transports go on.
pub extern "C" fn run<const GROUPS: usize>() {
    let (Ok(mut socket), Some(request), Some(response)) = (Socket::open(), REQUEST.take(), RESPONSE.take()) else {
        console::print_line("Westerly: no SMP over UDP");
        return;
    };
    watchdog::join();
    defmt::info!("SMP over UDP, packets of {=usize} bytes", UDP_PACKET_SIZE);
    let (mut pace, mut shares) = (Pace::new(), Shares::new());
    loop {
        let Ok(received) = pace.wait(|| socket.receive(request)) else {
            time::sleep_milliseconds(FAILURE_PAUSE_MILLISECONDS);
            continue;
        };
        COUNTERS.packets_received.count();
        COUNTERS.bytes_received.add_bytes(received.length);
        if received.waited {
            shares.idle();
        }
        if !shares.admits(received.peer.address(), time::uptime_milliseconds()) {
            COUNTERS.dropped_busy.count();
            pace.dropped();
            continue;
        }
        // Longer than the parameters command allows, and cut on arrival: what is left must not be taken for a request.
        if received.length > UDP_BUFFER {
            COUNTERS.dropped_too_large.count();
            pace.worked();
            if let Some(length) = too_long(request, response) {
                count(&mut socket, &received.peer, &mut shares);
                send(&mut socket, &received.peer, response, length);
            }
        } else if let Some(packet) = request.get(..received.length) {
            answer::<GROUPS>(&mut socket, &received.peer, packet, response, &mut pace, &mut shares);
        }
    }
}

/// Counts an answer before it goes out, or that nothing waits in the socket then: behind the answer there may be the next request of
/// a client that waits for each, and of a flood there is something before it already.
fn count(socket: &mut Socket, peer: &Peer, shares: &mut Shares) {
    if shares.matter() && !socket.has_more() {
        shares.idle();
    } else {
        shares.answered(peer.address());
    }
}

/// Sends an answer to every request of the packet, each in a datagram of its own.
fn answer<const GROUPS: usize>(
    socket: &mut Socket,
    peer: &Peer,
    packet: &[u8],
    response: &mut [u8],
    pace: &mut Pace,
    shares: &mut Shares,
) {
    let mut requests = Requests::new(packet);
    let mut silent = true;
    let caller = Caller { peer: peer.number(), ..CALLER };
    while let Some(answer) = server::answer::<GROUPS>(&caller, &mut requests, response) {
        silent = false;
        count(socket, peer, shares);
        send(socket, peer, response, answer.length);
        if let After::Reset(_) = answer.after {
            time::sleep_milliseconds(RESET_PAUSE_MILLISECONDS);
            os::reboot();
        }
        pace.worked();
    }
    // A packet of nothing that gets an answer was looked at all the same.
    pace.dropped();
    if silent {
        shares.answered(peer.address());
    }
}

#[inline]
fn send(socket: &mut Socket, peer: &Peer, response: &[u8], length: usize) {
    let Some(response) = response.get(..length) else { return };
    // A lost datagram and one that could not be sent are the same to a client: it asks again.
    if socket.send(response, peer).is_ok() {
        COUNTERS.packets_sent.count();
        COUNTERS.bytes_sent.add_bytes(response.len());
    } else {
        COUNTERS.unsent.count();
    }
}
