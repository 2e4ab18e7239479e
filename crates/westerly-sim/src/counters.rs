// SPDX-License-Identifier: Apache-2.0
//! What the board counts, as the firmware does.

use westerly_server::{AccessCounters, Counters, SerialCounters, TelemetryCounters, Transport, UdpCounters};

use std::sync::Arc;

use crate::event::Reason;

/// The counters of all transports, whether or not the board has them, and of the samples.
#[derive(Debug)]
pub(crate) struct BoardCounters {
    pub(crate) serial: SerialCounters,
    pub(crate) udp: UdpCounters,
    pub(crate) telemetry: Arc<TelemetryCounters>,
    access: &'static AccessCounters,
}

impl BoardCounters {
    pub(crate) fn new(access: &'static AccessCounters) -> Self {
        Self { serial: Default::default(), udp: Default::default(), telemetry: Arc::default(), access }
    }

    pub(crate) fn groups(&self) -> [&dyn Counters; 4] {
        [&self.serial, &self.udp, &*self.telemetry, self.access]
    }

    /// As after a restart; those of the samples begin anew with their topics.
    pub(crate) fn restart(&self) {
        self.serial.clear();
        self.udp.clear();
        self.access.clear();
    }

    /// Bytes came off the serial line.
    pub(crate) fn serial_bytes(&self, count: usize) {
        self.serial.bytes_received.add_bytes(count);
    }

    /// A packet arrived whole.
    pub(crate) fn received(&self, transport: Transport, packet: &[u8]) {
        if transport == Transport::Serial {
            self.serial.packets_received.count();
        } else {
            self.udp.packets_received.count();
            self.udp.bytes_received.add_bytes(packet.len());
        }
    }

    /// An answer has left.
    pub(crate) fn sent(&self, transport: Transport, packet: &[u8]) {
        let (packets, bytes) = if transport == Transport::Serial {
            (&self.serial.packets_sent, &self.serial.bytes_sent)
        } else {
            (&self.udp.packets_sent, &self.udp.bytes_sent)
        };
        packets.count();
        bytes.add_bytes(packet.len());
    }

    /// Something was dropped. What the server drops it counts itself.
    pub(crate) fn dropped(&self, transport: Transport, reason: Reason) {
        let serial = transport == Transport::Serial;
        match reason {
            Reason::Base64 => self.serial.dropped_base64.count(),
            Reason::Checksum => self.serial.dropped_checksum.count(),
            Reason::Orphaned => self.serial.dropped_orphaned.count(),
            Reason::Interrupted => self.serial.dropped_interrupted.count(),
            // A board's decoder has no room for it.
            Reason::TooLarge if serial => self.serial.dropped_length.count(),
            Reason::Length => self.serial.dropped_length.count(),
            Reason::TooLarge => {
                self.udp.packets_received.count();
                self.udp.dropped_too_large.count();
            }
            Reason::Unsendable if serial => self.serial.unsent.count(),
            Reason::Unsendable => self.udp.unsent.count(),
            Reason::NoRequest => {}
        }
    }
}
