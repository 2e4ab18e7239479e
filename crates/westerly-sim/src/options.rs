// SPDX-License-Identifier: Apache-2.0
//! What a board is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::signals::{SensorFailure, is_sensor};
use westerly_server::{Access, Rule, Transport};
use westerly_wire::access::seal;

use crate::error::StartError;
use crate::image;

/// The port MCUmgr's clients expect.
const UDP_PORT: u16 = 1337;
/// The least a packet must hold, in bytes: the longest answer that does not depend on the device.
pub const SMALLEST_PACKET: u16 = 128;
/// The most a packet over serial can hold, in bytes.
pub const SERIAL_PACKET_MAX: u16 = 4096;
/// Bytes that a packet may have beyond those sizes, for its seal.
pub(crate) const SEAL: u16 = seal::LENGTH as u16;
/// The most a packet over UDP can hold before its seal, in bytes: both are what IPv4 carries in an Ethernet frame. SMP has no way
/// to split one.
pub const UDP_PACKET_MAX: u16 = 1472 - SEAL;
/// The same for IPv6, whose header is longer.
const UDP_PACKET_MAX_IPV6: u16 = 1452 - SEAL;

/// How a board is to be. The default is what the firmware has by default: everything allowed over serial, over UDP what only
/// reads unless with a key, and the shell not even then; packets of 384 bytes over serial and 1412 over UDP, here at
/// 127.0.0.1:1337.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen for UDP; port 0 lets the system choose. `None`: not at all.
    pub udp: Option<SocketAddr>,
    /// The serial line, a pseudo-terminal, which only Unix has. `None`: none.
    pub serial: Option<Serial>,
    /// The largest packet over UDP in bytes, header and payload, in either direction; never more than [`UDP_PACKET_MAX`], and
    /// somewhat less over IPv6.
    pub udp_packet_size: u16,
    /// The largest packet over serial in bytes, header and payload, in either direction.
    pub serial_packet_size: u16,
    /// Who may do what behind the rules that an administrator sets, the first rule that fits decides; see
    /// [`westerly_server::Rules`].
    pub rules: Vec<Rule>,
    /// Seconds after its last packet that a session ends.
    pub session_idle: u32,
    /// Seconds after its login that a session ends in any case.
    pub session_lifetime: u32,
    /// Where the board keeps what outlasts it, a folder that is made if it is not there. `None`: a temporary one, which goes with
    /// the board.
    pub folder: Option<PathBuf>,
    /// Bytes of each of the two slots for images, a multiple of 4096; slots that are there already must be of that size.
    pub slot_size: u32,
    /// What the sensors give is made of this.
    pub seed: u64,
    /// When which sensors fail.
    pub failures: Vec<SensorFailure>,
    /// Whether the board has the group of docs/add-a-message.md as well.
    pub example: bool,
    /// What the application information gives as the node's name, unless the settings say otherwise.
    pub node_name: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            udp: Some((Ipv4Addr::LOCALHOST, UDP_PORT).into()),
            serial: cfg!(unix).then(Serial::default),
            udp_packet_size: UDP_PACKET_MAX,
            serial_packet_size: 384,
            rules: [
                Rule::of_transport(Transport::Serial, Access::Allow, true),
                Rule::of_transport(Transport::Udp, Access::ReadOnly, false),
            ]
            .concat(),
            session_idle: 300,
            session_lifetime: 3600,
            folder: None,
            slot_size: 512 * 1024,
            seed: 1,
            failures: Vec::new(),
            example: false,
            node_name: "westerly".into(),
        }
    }
}

impl Options {
    /// The same with all allowed to everybody over UDP, but for the shell.
    #[must_use]
    pub fn with_open_udp(mut self) -> Self {
        self.rules = Rule::of_transport(Transport::Udp, Access::Allow, false).to_vec();
        self
    }

    pub(crate) fn check(&self) -> Result<(), StartError> {
        if self.udp.is_none() && self.serial.is_none() {
            return Err(StartError::NoTransport);
        }
        for size in [self.udp_packet_size, self.serial_packet_size] {
            if !(SMALLEST_PACKET..=SERIAL_PACKET_MAX).contains(&size) {
                return Err(StartError::PacketSize { size });
            }
        }
        if !image::is_slot_size(self.slot_size) {
            return Err(StartError::SlotSize { size: self.slot_size });
        }
        if let Some(failure) = self.failures.iter().find(|failure| !is_sensor(&failure.topic)) {
            return Err(StartError::NoSuchSensor { name: failure.topic.clone() });
        }
        Ok(())
    }

    pub(crate) fn udp_limit(&self, address: SocketAddr) -> u16 {
        self.udp_packet_size.min(if address.is_ipv4() { UDP_PACKET_MAX } else { UDP_PACKET_MAX_IPV6 })
    }
}

/// A serial line.
#[derive(Clone, Debug, Default)]
pub struct Serial {
    /// Where to put a symbolic link to the pseudo-terminal, whose own name changes from run to run. A link left over from an
    /// earlier run is replaced, anything else is not. Removed at the end.
    pub link: Option<PathBuf>,
}
