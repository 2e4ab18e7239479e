// SPDX-License-Identifier: Apache-2.0
//! Why the command ended with an error: what was tried, what was wrong, what to do.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use westerly_sim::{LinkError, StartError};

/// Error returned by [`simulate::run`](crate::simulate::run).
#[derive(Debug)]
pub(crate) enum Failure {
    /// The board did not start.
    Start(StartError),
    /// Ctrl-C could not be caught.
    Signals(ctrlc::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => write!(f, "error: {error}\n{}", advice(error)),
            Self::Signals(error) => write!(f, "error: cannot catch Ctrl-C: {error}"),
        }
    }
}

/// What to do about it.
fn advice(error: &StartError) -> String {
    match error {
        StartError::NoTransport => "Leave out --no-udp or --no-pty.".into(),
        StartError::Udp { address, source } => udp_advice(*address, source),
        StartError::Pty { .. } => "Use --no-pty to do without one.".into(),
        StartError::Link { source: LinkError::Occupied, .. } => "Give --pty-link another path, or move it away.".into(),
        StartError::Link { source: LinkError::InUse { .. }, .. } => {
            "Another simulator may be running: give --pty-link another path. If none is, remove the link.".into()
        }
        StartError::Link { .. } => "Give --pty-link a path in a folder that exists and that you may write to.".into(),
        StartError::Folder { .. } => "Give --folder a path that is a folder or may become one.".into(),
        _ => "Try again with other arguments; --help tells which there are.".into(),
    }
}

fn udp_advice(address: SocketAddr, source: &io::Error) -> String {
    match source.kind() {
        ErrorKind::AddrInUse => {
            "Another program listens there, perhaps another simulator: end it, or choose with --port or --address."
                .into()
        }
        ErrorKind::PermissionDenied if address.port() < 1024 => {
            "Ports below 1024 are for privileged programs: choose another with --port.".into()
        }
        ErrorKind::AddrNotAvailable => {
            format!("This machine does not have the address {}: choose one it has with --address.", address.ip())
        }
        _ => "Choose another address or port with --address and --port, or use --no-udp to do without.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn udp(address: &str, kind: ErrorKind) -> String {
        let error = StartError::Udp { address: address.parse().expect("an address"), source: kind.into() };
        Failure::Start(error).to_string()
    }

    // Needs no unprivileged user, whom a test cannot count on being.
    #[test]
    fn a_privileged_port() {
        assert_eq!(
            udp("127.0.0.1:80", ErrorKind::PermissionDenied),
            "error: cannot listen on UDP 127.0.0.1:80: permission denied\n\
             Ports below 1024 are for privileged programs: choose another with --port."
        );
    }

    #[test]
    fn permission_denied_for_another_reason_is_not_blamed_on_the_port() {
        assert!(!udp("127.0.0.1:1337", ErrorKind::PermissionDenied).contains("1024"));
    }
}
