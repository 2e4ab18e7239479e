// SPDX-License-Identifier: Apache-2.0
//! Why the command ended with an error: what was tried, what was wrong, what to do.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;

use westerly_client::{Address, Error};
use westerly_sim::{LinkError, StartError};
use westerly_wire::error::Code;

use crate::names;

/// Error returned by the commands.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The board did not start.
    Start(StartError),
    /// Ctrl-C could not be caught.
    Signals(ctrlc::Error),
    /// The standard output takes nothing.
    Output(io::Error),
    /// The terminal cannot be drawn on.
    Terminal(io::Error),
    /// The telemetry could not be read.
    Telemetry {
        /// Of which device.
        address: Address,
        /// Why.
        error: Error,
    },
    /// The log could not be read.
    Log {
        /// Of which device.
        address: Address,
        /// Why.
        error: Error,
    },
    /// The record of a crash could not be read or cleared.
    Crash {
        /// Of which device.
        address: Address,
        /// Why.
        error: Error,
    },
    /// The device has no topic of that name.
    NoSuchTopic {
        /// That name.
        name: String,
        /// Those it has.
        names: Vec<String>,
    },
    /// The log is in a format that came after this program.
    LogFormat,
    /// The log is defmt's, and no ELF file was given.
    NoElf {
        /// The firmware's build id.
        build: String,
    },
    /// The ELF file is of another build.
    Build {
        /// The build id of the device's firmware.
        device: String,
        /// That of the file.
        elf: String,
    },
    /// An ELF file cannot be used.
    Elf {
        /// Which.
        path: PathBuf,
        /// What about it, to be read behind its name.
        problem: String,
    },
    /// A file cannot be read.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => write!(f, "error: {error}\n{}", advice(error)),
            Self::Signals(error) => write!(f, "error: cannot catch Ctrl-C: {error}"),
            Self::Output(error) => write!(f, "error: cannot print: {error}"),
            Self::Terminal(error) => {
                write!(
                    f,
                    "error: cannot draw on the terminal: {error}\nThe monitor needs one; westerly telemetry does not."
                )
            }
            Self::Telemetry { address, error } => {
                write!(
                    f,
                    "error: cannot read the telemetry of {address}: {}\n{}",
                    reason(error),
                    device_advice(address, error)
                )
            }
            Self::Log { address, error } => {
                write!(
                    f,
                    "error: cannot read the log of {address}: {}\n{}",
                    reason(error),
                    device_advice(address, error)
                )
            }
            Self::Crash { address, error } => {
                write!(
                    f,
                    "error: cannot read the crash record of {address}: {}\n{}",
                    reason(error),
                    device_advice(address, error)
                )
            }
            Self::NoSuchTopic { name, names } => {
                write!(f, "error: the device has no topic '{name}'\nIt has: {}.", names.join(", "))
            }
            Self::LogFormat => {
                write!(f, "error: the device's log is in a format this program does not know\nUse a newer westerly.")
            }
            Self::NoElf { build } => {
                let build = if build.is_empty() { String::new() } else { format!(", build {build}") };
                writeln!(f, "error: the device's log is defmt's, which only the firmware's ELF file can decode")?;
                write!(f, "Give --elf the zephyr.elf of the firmware it runs{build}.")
            }
            Self::Build { device, elf } => {
                writeln!(f, "error: the device runs build {device}, the ELF file is of build {elf}")?;
                write!(f, "Give --elf the zephyr.elf of that build, or --ignore-build to decode with this one.")
            }
            Self::Elf { path, problem } => {
                write!(
                    f,
                    "error: {} {problem}\nGive --elf the zephyr.elf that was built with the firmware.",
                    path.display()
                )
            }
            Self::File { path, source } => {
                write!(f, "error: cannot read {}: {source}\nGive a file that is there and may be read.", path.display())
            }
        }
    }
}

/// What was wrong, with what the device said.
fn reason(error: &Error) -> String {
    match error {
        Error::Smp(code) => format!("it answers {}", names::code(*code)),
        Error::Group(error) => format!("it answers {}", names::group_error(*error)),
        other => other.to_string(),
    }
}

fn device_advice(address: &Address, error: &Error) -> &'static str {
    match (error, address) {
        (Error::NoAnswer { .. }, Address::Udp { .. }) => {
            "Is it on, and is that its address? Give another with --udp, or wait longer with --timeout."
        }
        (Error::NoAnswer { .. }, Address::Serial { .. }) => {
            "Is it on, is that its line for SMP, and does no other program have it open? Give another with --serial, its speed \
             with --baud, or wait longer with --timeout."
        }
        (Error::Smp(Code::NotSupported), _) => "Its firmware does not have that group.",
        (Error::Smp(Code::AccessDenied), _) => "Its access policy does not let this transport read it.",
        (Error::Smp(_) | Error::Group(_), _) => "Look at the device's own log for the cause.",
        (Error::Malformed | Error::Inconsistent(_), _) => {
            "Its group 64, 65 or 68 may be another application's than Westerly's, or of a version this program does not know."
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
        StartError::NoSuchSensor { .. } => "Give --fail one of these names.".into(),
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
