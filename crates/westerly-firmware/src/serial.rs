// SPDX-License-Identifier: Apache-2.0

//! The serial transport: SMP over console on the devicetree's `zephyr,uart-mcumgr`, in the main thread.

use westerly_server::{After, Buffers, Caller, Identity, Requests, SerialCounters, Transport, too_long};
use westerly_wire::serial::{Decoder, Encoder, LINE_MAX};
use westerly_zephyr::sync::TakeOnce;
use westerly_zephyr::time::Pace;
use westerly_zephyr::uart::{Line, Port, Stalled};
use westerly_zephyr::{console, os, watchdog};

use crate::configuration::{SERIAL_BUFFER, SERIAL_PACKET_SIZE, SERIAL_RECEIVE_QUEUE_SIZE, SERIAL_STALL_MS, told};
use crate::server;

/// Bytes taken out of the receive queue at a time.
const CHUNK: usize = 64;

const STALL_MILLISECONDS: u32 = told(SERIAL_STALL_MS) as u32;

const CALLER: Caller = Caller {
    transport: Transport::Serial,
    identity: Identity::Anonymous,
    peer: 0,
    // One: there is a single buffer a packet is assembled in. What else arrives waits in the receive queue and the UART.
    buffers: Buffers { size: told(SERIAL_PACKET_SIZE), count: 1 },
};

struct Packets {
    decoder: Decoder<SERIAL_BUFFER>,
    response: [u8; SERIAL_BUFFER],
    /// Static like the rest: on the stack it would be cleared for every answer.
    line: [u8; LINE_MAX],
}

// The queue keeps one place free.
static LINE: Line<{ SERIAL_RECEIVE_QUEUE_SIZE + 1 }> = Line::new();
/// What this transport counts, for the statistics group.
pub static COUNTERS: SerialCounters = SerialCounters::new();
static PACKETS: TakeOnce<Packets> =
    TakeOnce::new(Packets { decoder: Decoder::new(), response: [0; SERIAL_BUFFER], line: [0; LINE_MAX] });

/// Serves the line for ever. Returns only if there is no line to serve.
pub fn run<const GROUPS: usize>() {
    let (Ok(mut port), Some(packets)) = (LINE.open(), PACKETS.take()) else {
        console::print_line("Westerly: the UART for SMP does not start");
        return;
    };
    watchdog::join();
    defmt::info!("SMP on the serial line, packets of {=usize} bytes", SERIAL_PACKET_SIZE);
    let mut chunk = [0; CHUNK];
    let mut pace = Pace::new();
    loop {
        let count = pace.wait(|| port.read(&mut chunk));
        COUNTERS.bytes_received.add_bytes(count);
        let mut bytes = chunk.get(..count).unwrap_or_default();
        while !bytes.is_empty() {
            let fed = packets.decoder.feed(bytes);
            bytes = bytes.get(fed.consumed..).unwrap_or_default();
            if let Some(packet) = fed.packet {
                COUNTERS.packets_received.count();
                answer::<GROUPS>(&mut port, packet, &mut packets.response, &mut packets.line, &mut pace);
            } else if let Some(length) = fed.too_long.and_then(|start| too_long(start, &mut packets.response)) {
                let answer = packets.response.get(..length).unwrap_or_default();
                let _stalled = pace.wait(|| send_counted(&mut port, answer, &mut packets.line));
                pace.worked();
            }
        }
        COUNTERS.take_drops(packets.decoder.drops());
        pace.worked();
    }
}

/// Sends an answer to every request of the packet.
fn answer<const GROUPS: usize>(
    port: &mut Port,
    packet: &[u8],
    response: &mut [u8],
    line: &mut [u8; LINE_MAX],
    pace: &mut Pace,
) {
    let mut requests = Requests::new(packet);
    while let Some(answer) = server::answer::<GROUPS>(&CALLER, &mut requests, response) {
        let response = response.get(..answer.length).unwrap_or_default();
        let sent = pace.wait(|| send_counted(port, response, line));
        if let After::Reset(_) = answer.after {
            port.drain();
            os::reboot();
        }
        if sent.is_err() {
            // Nobody takes bytes from this line. A client that comes back asks again.
            return;
        }
        pace.worked();
    }
}

fn send_counted(port: &mut Port, response: &[u8], line: &mut [u8; LINE_MAX]) -> Result<(), Stalled> {
    let sent = send(port, response, line);
    if sent.is_ok() {
        COUNTERS.packets_sent.count();
        COUNTERS.bytes_sent.add_bytes(response.len());
    } else {
        COUNTERS.unsent.count();
    }
    sent
}

#[inline]
fn send(port: &mut Port, response: &[u8], line: &mut [u8; LINE_MAX]) -> Result<(), Stalled> {
    let Some(mut lines) = Encoder::new(response) else {
        // Longer than 16 bits tell; the assertions on SERIAL_PACKET_SIZE exclude it.
        return Ok(());
    };
    while let Some(line) = lines.next_line(line) {
        port.write(line, STALL_MILLISECONDS)?;
    }
    Ok(())
}
