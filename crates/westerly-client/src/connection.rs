// SPDX-License-Identifier: Apache-2.0
//! The link of mcumgr-toolkit, opened anew whenever it broke; with a key its packets are sealed.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::Duration;

use mcumgr_toolkit::connection::{Connection as Toolkit, ExecuteError};
use mcumgr_toolkit::transport::serial::SerialTransport;
use mcumgr_toolkit::transport::udp::UdpTransport;
use mcumgr_toolkit::transport::{ReceiveError, SendError, Transport};
use serialport::ClearBuffer;

use crate::address::Address;
use crate::device::Link;
use crate::error::LinkError;
use crate::key::Key;
use crate::signer::{Signer, SignerError};

/// A link to a device. It opens with the first exchange, and again when it broke: a board that restarts takes its USB serial
/// line with it.
pub struct Connection {
    address: Address,
    timeout: Duration,
    key: Option<Key>,
    open: Option<Toolkit>,
}

impl Connection {
    /// One that is not open yet; an answer is waited for so long.
    #[must_use]
    pub const fn new(address: Address, timeout: Duration) -> Self {
        Self { address, timeout, key: None, open: None }
    }

    /// Logs in with this key and seals every packet; an answer without the device's seal does not count.
    #[must_use]
    pub fn with_key(self, key: Key) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Where the device is.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    fn opened(&mut self) -> Result<&mut Toolkit, LinkError> {
        let toolkit = match self.open.take() {
            Some(toolkit) => toolkit,
            None => {
                let transport = open(&self.address, self.timeout).map_err(|error| LinkError::Broken(text(&error)))?;
                match &self.key {
                    Some(key) => Toolkit::new(Signer::new(transport, self.timeout, key.clone())),
                    None => Toolkit::new(transport),
                }
            }
        };
        Ok(self.open.insert(toolkit))
    }
}

impl Link for Connection {
    fn exchange(&mut self, write: bool, group: u16, command: u8, payload: &[u8]) -> Result<Vec<u8>, LinkError> {
        // Repetitions are the caller's, who counts them; a late answer to an earlier try has another sequence number.
        let toolkit = self.opened()?;
        let outcome = loop {
            let outcome = toolkit.execute_raw_command(write, group, command, payload, false);
            // A signal, Ctrl-C say, ended the wait. Nothing was lost.
            if !outcome.as_ref().is_err_and(interrupted) {
                break outcome;
            }
        };
        outcome.map(Vec::from).map_err(|error| {
            let error = link_error(&error);
            if let LinkError::Broken(_) = error {
                self.open = None;
            }
            error
        })
    }
}

/// A transport to a device. It is opened here, and waits so long for each packet.
///
/// # Errors
/// The system's.
pub fn open(address: &Address, timeout: Duration) -> io::Result<Box<dyn Transport + Send>> {
    match address {
        Address::Udp { host, port } => Ok(Box::new(UdpTransport::new((host.as_str(), *port), timeout)?)),
        Address::Serial { path, baud } => {
            let port = serialport::new(path, *baud).timeout(timeout).open()?;
            // What an earlier client left unread is no answer to this one.
            port.clear(ClearBuffer::Input)?;
            Ok(Box::new(SerialTransport::new(port)))
        }
    }
}

fn interrupted(error: &ExecuteError) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == ErrorKind::Interrupted) {
            return true;
        }
        source = error.source();
    }
    false
}

fn link_error(error: &ExecuteError) -> LinkError {
    match error {
        ExecuteError::SendFailed(error) => sending(error),
        ExecuteError::ReceiveFailed(error) => receiving(error),
        other => LinkError::Broken(other.source().map_or_else(|| other.to_string(), ToString::to_string)),
    }
}

fn sending(error: &SendError) -> LinkError {
    match error {
        SendError::Timeout => LinkError::Silence,
        SendError::TransportError(source) => transport(source.as_ref()),
        SendError::DataTooBig => LinkError::Broken(error.to_string()),
    }
}

fn receiving(error: &ReceiveError) -> LinkError {
    match error {
        ReceiveError::Timeout => LinkError::Silence,
        ReceiveError::TransportError(source) => transport(source.as_ref()),
        _ => LinkError::Damaged,
    }
}

fn transport(source: &(dyn std::error::Error + 'static)) -> LinkError {
    match source.downcast_ref() {
        Some(error) => LinkError::from(error as &SignerError),
        None => LinkError::Broken(source.downcast_ref().map_or_else(|| source.to_string(), text)),
    }
}

impl From<&SignerError> for LinkError {
    fn from(error: &SignerError) -> Self {
        match error {
            SignerError::Silence => Self::Silence,
            SignerError::Unsealed => Self::Unsealed,
            SignerError::Login(error) => Self::Login(*error),
            SignerError::Send(error) => sending(error),
            SignerError::Receive(error) => receiving(error),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a signal does to a wait (EINTR): it counted as a request without an answer.
    #[test]
    fn a_signal_is_no_lost_answer() {
        for (kind, expected) in
            [(ErrorKind::Interrupted, true), (ErrorKind::TimedOut, false), (ErrorKind::ConnectionRefused, false)]
        {
            let error = ExecuteError::ReceiveFailed(io::Error::from(kind).into());
            assert_eq!(interrupted(&error), expected, "{kind:?}");
            assert_eq!(interrupted(&ExecuteError::SendFailed(io::Error::from(kind).into())), expected, "{kind:?}");
        }
    }
}
