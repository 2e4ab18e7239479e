// SPDX-License-Identifier: Apache-2.0
//! Where a device is.

use std::fmt;
use std::net::Ipv6Addr;

use thiserror::Error;

/// The UDP port of SMP.
pub const UDP_PORT: u16 = 1337;

/// Where a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Over UDP: a host's name or IP address, and a port.
    Udp {
        /// A name or an address, IPv6 without brackets.
        host: String,
        /// The port, [`UDP_PORT`] as a rule.
        port: u16,
    },
    /// Over a serial line.
    Serial {
        /// The device's file, or COM and a number on Windows.
        path: String,
        /// Bits a second.
        baud: u32,
    },
}

/// Error returned by [`Address::udp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an address; give a host, HOST:PORT, or [IPv6]:PORT")]
pub struct InvalidAddress;

impl Address {
    /// From `HOST`, `HOST:PORT`, an IPv6 address, or one in brackets with or without a port. Names are not looked up here.
    ///
    /// # Errors
    /// [`InvalidAddress`] when it is none of these.
    pub fn udp(text: &str) -> Result<Self, InvalidAddress> {
        let (host, port) = if text.parse::<Ipv6Addr>().is_ok() {
            (text, None)
        } else if let Some(rest) = text.strip_prefix('[') {
            let (host, behind) = rest.split_once(']').ok_or(InvalidAddress)?;
            host.parse::<Ipv6Addr>().map_err(|_| InvalidAddress)?;
            (host, if behind.is_empty() { None } else { Some(behind.strip_prefix(':').ok_or(InvalidAddress)?) })
        } else {
            text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
        };
        let port = port.map_or(Ok(UDP_PORT), |port| port.parse().map_err(|_| InvalidAddress))?;
        if host.is_empty()
            || host.contains(|letter: char| letter.is_whitespace() || "/[]".contains(letter))
            || port == 0
        {
            return Err(InvalidAddress);
        }
        Ok(Self::Udp { host: host.into(), port })
    }

    /// As a command line takes it: `HOST:PORT`, with an IPv6 address in brackets, or a path.
    #[must_use]
    pub fn argument(&self) -> String {
        match self {
            Self::Udp { host, port } if host.contains(':') => format!("[{host}]:{port}"),
            Self::Udp { host, port } => format!("{host}:{port}"),
            Self::Serial { path, .. } => path.clone(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Udp { .. } = self {
            f.write_str("UDP ")?;
        }
        f.write_str(&self.argument())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_may_be_left_out() {
        for (text, host, port) in [
            ("127.0.0.1", "127.0.0.1", 1337),
            ("127.0.0.1:7", "127.0.0.1", 7),
            ("board.local", "board.local", 1337),
            ("::1", "::1", 1337),
            ("[::1]", "::1", 1337),
            ("[fe80::1]:99", "fe80::1", 99),
        ] {
            assert_eq!(Address::udp(text), Ok(Address::Udp { host: host.into(), port }), "{text}");
        }
        for text in ["", ":1337", "a:b", "a:70000", "a:0", "[::1", "[x]:1", "[::1]1", "a b", "/dev/ttyACM0"] {
            assert_eq!(Address::udp(text), Err(InvalidAddress), "{text}");
        }
        assert_eq!(Address::udp("::1").unwrap().to_string(), "UDP [::1]:1337");
    }
}
