// SPDX-License-Identifier: Apache-2.0
//! The link of mcumgr-toolkit, opened anew whenever it broke.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::Duration;

use mcumgr_toolkit::connection::{Connection as Toolkit, ExecuteError};
use mcumgr_toolkit::transport::serial::SerialTransport;
use mcumgr_toolkit::transport::udp::UdpTransport;
use mcumgr_toolkit::transport::{ReceiveError, SendError};
use serialport::ClearBuffer;

use crate::address::Address;
use crate::device::Link;
use crate::error::LinkError;

/// A link to a device. It opens with the first exchange, and again when it broke: a board that restarts takes its USB serial
/// line with it.
pub struct Connection {
    address: Address,
    timeout: Duration,
    open: Option<Toolkit>,
}

impl Connection {
    /// One that is not open yet; an answer is waited for so long.
    #[must_use]
    pub const fn new(address: Address, timeout: Duration) -> Self {
        Self { address, timeout, open: None }
    }

    /// Where the device is.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    fn opened(&mut self) -> Result<&mut Toolkit, LinkError> {
        let toolkit = match self.open.take() {
            Some(toolkit) => toolkit,
            None => open(&self.address, self.timeout).map_err(|error| LinkError::Broken(text(&error)))?,
        };
        Ok(self.open.insert(toolkit))
    }
}

impl Link for Connection {
    fn exchange(&mut self, write: bool, group: u16, command: u8, payload: &[u8]) -> Result<Vec<u8>, LinkError> {
        // Repetitions are the caller's, who counts them; a late answer to an earlier try has another sequence number.
        let outcome = self.opened()?.execute_raw_command(write, group, command, payload, false);
        outcome.map(Vec::from).map_err(|error| {
            let error = link_error(&error);
            if let LinkError::Broken(_) = error {
                self.open = None;
            }
            error
        })
    }
}

fn open(address: &Address, timeout: Duration) -> io::Result<Toolkit> {
    match address {
        Address::Udp { host, port } => Ok(Toolkit::new(UdpTransport::new((host.as_str(), *port), timeout)?)),
        Address::Serial { path, baud } => {
            let port = serialport::new(path, *baud).timeout(timeout).open()?;
            // What an earlier client left unread is no answer to this one.
            port.clear(ClearBuffer::Input)?;
            Ok(Toolkit::new(SerialTransport::new(port)))
        }
    }
}

fn link_error(error: &ExecuteError) -> LinkError {
    match error {
        ExecuteError::SendFailed(SendError::Timeout) | ExecuteError::ReceiveFailed(ReceiveError::Timeout) => {
            LinkError::Silence
        }
        ExecuteError::SendFailed(SendError::TransportError(source))
        | ExecuteError::ReceiveFailed(ReceiveError::TransportError(source)) => {
            LinkError::Broken(source.downcast_ref().map_or_else(|| source.to_string(), text))
        }
        ExecuteError::ReceiveFailed(_) => LinkError::Damaged,
        other => LinkError::Broken(other.source().map_or_else(|| other.to_string(), ToString::to_string)),
    }
}

/// In words that say what to look at.
fn text(error: &io::Error) -> String {
    match error.kind() {
        // The network's word for a port without a listener.
        ErrorKind::ConnectionRefused => "nobody listens there".into(),
        ErrorKind::NotFound => "there is no such line".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}
