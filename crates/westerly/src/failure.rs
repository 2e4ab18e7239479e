// SPDX-License-Identifier: Apache-2.0
//! Why the command ended with an error: what was tried, what was wrong, what to do.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use westerly_client::LinkError as LinkFailure;
use westerly_client::{Address, Error, KeyFileError, LoginError};
use westerly_sim::{LinkError, StartError};
use westerly_wire::error::{Code, GroupError};
use westerly_wire::group;

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
    /// A command about access, or that needs it, was not done.
    Access {
        /// What was tried, to be read before the device's name.
        tried: String,
        /// With which device.
        address: Address,
        /// Why.
        error: Error,
    },
    /// A key file cannot be used.
    KeyFile {
        /// Which.
        path: PathBuf,
        /// Why.
        error: KeyFileError,
    },
    /// A key file that is there has another number or role than was asked for.
    OtherKey {
        /// Which file.
        path: PathBuf,
        /// Its key's number and role.
        found: String,
    },
    /// A key would go over the network.
    KeyOverNetwork {
        /// To which device.
        address: Address,
    },
    /// The proxy has no key.
    NoKey,
    /// The proxy was to listen where others than this machine's programs can send.
    NotLoopback {
        /// Where.
        listen: SocketAddr,
    },
    /// The proxy cannot listen.
    Listen {
        /// Where.
        listen: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The proxy cannot reach its device.
    Proxy {
        /// Which.
        address: Address,
        /// Why.
        error: LinkFailure,
    },
    /// What the device offers did not work, at these stations of the tour.
    Tour {
        /// Their names.
        stations: Vec<&'static str>,
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
            Self::Access { tried, address, error } => {
                let (reason, advice) = (reason(error), access_advice(address, error));
                write!(f, "error: cannot {tried} {address}: {reason}\n{advice}")
            }
            Self::KeyFile { path, error } => {
                write!(
                    f,
                    "error: cannot use the key file {}: {error}\n{}",
                    path.display(),
                    key_file_advice(path, error)
                )
            }
            Self::OtherKey { path, found } => {
                writeln!(f, "error: {} is there already, and its key is {found}", path.display())?;
                write!(f, "Leave out --number and --role to use it as it is, or give another file.")
            }
            Self::KeyOverNetwork { address } => {
                writeln!(f, "error: will not send a key to {address}: everybody on the way could read it")?;
                write!(f, "Keys are given over the device's serial line: give it with --serial.")
            }
            Self::NoKey => write!(f, "error: the proxy has no key to seal with\nGive it with --key."),
            Self::NotLoopback { listen } => {
                writeln!(f, "error: will not listen on {listen}: whoever can send there does what the key may")?;
                write!(f, "Give --listen an address of this machine alone, such as 127.0.0.1:1338.")
            }
            Self::Listen { listen, source } => {
                let reason = source.to_string().to_lowercase();
                write!(f, "error: cannot listen on UDP {listen}: {reason}\nGive --listen another address or port.")
            }
            Self::Proxy { address, error } => match error {
                LinkFailure::Login(error) => Self::proxy(f, address, &Error::Login(*error)),
                last => Self::proxy(f, address, &Error::NoAnswer { attempts: 1, last: last.clone() }),
            },
            Self::Tour { stations } => {
                writeln!(f, "error: what the device offers does not work: {}", stations.join(", "))?;
                write!(f, "The lines above that say FAILED tell how; the device's own log may tell why.")
            }
            Self::File { path, source } => {
                write!(f, "error: cannot read {}: {source}\nGive a file that is there and may be read.", path.display())
            }
        }
    }
}

impl Failure {
    fn proxy(f: &mut fmt::Formatter<'_>, address: &Address, error: &Error) -> fmt::Result {
        let error = Self::Access { tried: "log in to".into(), address: address.clone(), error: error.clone() };
        write!(f, "{error}")
    }
}

/// What was wrong, with what the device said.
pub(crate) fn reason(error: &Error) -> String {
    match error {
        Error::Smp(code) => format!("it answers {}", names::code(*code)),
        Error::Group(error) => format!("it answers {}", names::group_error(*error)),
        other => other.to_string(),
    }
}

fn device_advice(address: &Address, error: &Error) -> &'static str {
    match (error, address) {
        (Error::NoAnswer { last: LinkFailure::Unsealed, .. }, _) => {
            "What answers does not have the key of --key: it is another device, or somebody between here and there makes answers \
             up."
        }
        (Error::NoAnswer { .. }, Address::Udp { .. }) => {
            "Is it on, and is that its address? Give another with --udp, or wait longer with --timeout."
        }
        (Error::NoAnswer { .. }, Address::Serial { .. }) => {
            "Is it on, is that its line for SMP, and does no other program have it open? Give another with --serial, its speed \
             with --baud, or wait longer with --timeout."
        }
        (Error::Login(error), _) => login_advice(*error),
        (Error::TooLong, _) => "Ask for less at a time.",
        (Error::Smp(Code::NotSupported), _) => "Its firmware does not have that group.",
        (Error::Smp(Code::AccessDenied), _) => {
            "Its access policy does not let this caller: give --key a key whose role may, or use its serial line. westerly \
             whoami tells whom it takes this for."
        }
        (Error::Smp(_) | Error::Group(_), _) => "Look at the device's own log for the cause.",
        (Error::Malformed | Error::Inconsistent(_), _) => {
            "Its group 64, 65 or 68 may be another application's than Westerly's, or of a version this program does not know."
        }
    }
}

/// The same for what is not a question of telemetry or log.
fn access_advice(address: &Address, error: &Error) -> &'static str {
    use westerly_wire::access::code;
    match error {
        Error::Group(GroupError { group: group::ACCESS, code }) => match *code {
            code::UNKNOWN_KEY => "westerly key list tells which it has.",
            code::INVALID_KEY => "A key has 32 bytes that are not all zero. Make one with westerly key new.",
            code::NO_ROOM => {
                "Remove one with westerly key remove, or give --number one that is there, whose place it then takes."
            }
            code::INVALID_RULES => "It has no room for so many rules, or does not know one of their words. Set fewer.",
            code::WOULD_LOCK_OUT => {
                "You could not change it back. Add an administrator's key and use it with --key, or leave a way over the serial \
                 line."
            }
            code::WRONG_TRANSPORT => "Keys are given and removed over its serial line alone: give it with --serial.",
            code::NOT_KEPT => "Nothing has changed. Is its storage full, or built without settings?",
            _ => "Look at the device's own log for the cause.",
        },
        Error::Malformed | Error::Inconsistent(_) => {
            "Its group 67 may be another application's than Westerly's, or of a version this program does not know."
        }
        other => device_advice(address, other),
    }
}

fn login_advice(error: LoginError) -> &'static str {
    match error {
        LoginError::Denied => {
            "Is it this device's key? westerly key list --serial tells which it has, and westerly key add gives it this one. \
             Each wrong try after the third makes the next wait longer."
        }
        LoginError::LockedOut => "Wait a minute, then try once, with the right key.",
        LoginError::Stale => "Try again.",
        LoginError::Unsupported => "Its firmware was built without access control: leave out --key.",
        LoginError::NoFreshness => "Build its firmware with settings, or use its serial line without a key.",
        LoginError::Impostor => "Look for who answers in its place: wrong address, or an attacker.",
        LoginError::NoRandomness => "Try on another machine.",
        _ => "Look at the device's own log for the cause.",
    }
}

fn key_file_advice(path: &Path, error: &KeyFileError) -> String {
    let file = path.display();
    match error {
        KeyFileError::File(error) if error.kind() == ErrorKind::AlreadyExists => {
            "Give another file, or remove this one if no device needs its key any more.".into()
        }
        KeyFileError::File(_) => {
            "Give a file that is there and may be read; westerly key new makes one.".into()
        }
        KeyFileError::Open(_) => {
            format!("Nobody else was to see it: chmod 600 {file}. If somebody may have, make another key.")
        }
        KeyFileError::Malformed(_) => {
            "A key file is a line NUMBER ROLE HEX, as westerly key new makes it: 1 administer and 64 hexadecimal digits.".into()
        }
        KeyFileError::NoRandomness => "Try on another machine.".into(),
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
