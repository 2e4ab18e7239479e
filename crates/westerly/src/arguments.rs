// SPDX-License-Identifier: Apache-2.0
//! The arguments.

mod access;
mod device;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

pub(crate) use access::{AddKey, Key, NewKey, Policy, Proxy, Reset, Whoami};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
pub(crate) use device::{Crash, DeviceArguments, Logs, Monitor, Output, Telemetry, Tour, read_key};
use westerly_server::{Access, Rule, Transport};
use westerly_sim::{Options, SERIAL_PACKET_MAX, SMALLEST_PACKET, SensorFailure, Serial, UDP_PACKET_MAX};

/// Westerly: a board that answers SMP, the protocol of Zephyr's MCUmgr. Without a command it simulates one.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    simulate: Simulate,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulate a board until Ctrl-C: it answers over UDP and a pseudo-terminal
    Simulate(Simulate),
    /// Look around in a device: what it is, what it offers and what it refuses, each tried once
    Tour(Tour),
    /// Watch a device's telemetry in the terminal: plots, latest values, alarms, losses
    Monitor(Monitor),
    /// Print a device's telemetry, every record once, and how many were lost
    Telemetry(Telemetry),
    /// Print a device's log, or a log captured from its UART
    Logs(Logs),
    /// Restart a device
    Reset(Reset),
    /// Make keys, and give them to devices
    #[command(subcommand)]
    Key(Key),
    /// Show or set what a device lets its peers do
    #[command(subcommand)]
    Policy(Policy),
    /// Show who a device takes this program for
    Whoami(Whoami),
    /// Seal the packets of other tools: they talk to this machine, and the device hears its key
    Proxy(Proxy),
    /// Print what a device recorded of its last crash, and with the firmware's ELF file where in the source it was
    Crash(Crash),
}

/// How the simulated board is to be.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// IP address to listen on; 0.0.0.0 for all of this machine's
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_parser = address)]
    address: IpAddr,
    /// UDP port; 0 lets the system choose one
    #[arg(long, default_value_t = 1337)]
    port: u16,
    /// Do not listen for UDP
    #[arg(long)]
    no_udp: bool,
    /// Do not open a pseudo-terminal
    #[arg(long)]
    no_pty: bool,
    /// Put a symbolic link to the pseudo-terminal there, and remove it at the end
    #[arg(long, value_name = "PATH", conflicts_with = "no_pty")]
    pty_link: Option<PathBuf>,
    /// What clients may do over UDP
    #[arg(long, value_name = "ACCESS", default_value = "read-only")]
    access_udp: AccessArgument,
    /// Let clients over UDP use the shell, with an administrator's key unless --access-udp allows everything; over serial they
    /// always may
    #[arg(long, conflicts_with = "no_udp")]
    shell_udp: bool,
    /// What clients may do over serial
    #[arg(long, value_name = "ACCESS", default_value = "allow")]
    access_serial: AccessArgument,
    /// End a session that has sealed no packet for so long
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = value_parser!(u32).range(1..))]
    session_idle: u32,
    /// End a session so long after its login
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = value_parser!(u32).range(1..))]
    session_lifetime: u32,
    /// Keep there what outlasts a board, its settings and images for instance; without, all is gone at the end
    #[arg(long, value_name = "PATH")]
    folder: Option<PathBuf>,
    /// Bytes of each of the two slots for images, a multiple of 4096
    #[arg(long, value_name = "BYTES", default_value_t = 512 * 1024)]
    slot_size: u32,
    /// What the simulated sensors give is made of this number: the same gives the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Make a sensor fail from one uptime to another (temperature@10s..20s), from one on (temperature@10s), or always; may be
    /// given several times
    #[arg(long, value_name = "SENSOR[@FROM[..UNTIL]]", value_parser = sensor_failure)]
    fail: Vec<SensorFailure>,
    /// Add the example's group (70), which docs/add-a-message.md walks through
    #[arg(long)]
    example: bool,
    /// Largest packet in bytes, header and payload; over UDP never more than 1412; a seal comes on top [default: 1412 over
    /// UDP, 384 over serial]
    #[arg(long, value_name = "BYTES", value_parser = packet_size())]
    packet_size: Option<u16>,
    /// End after the first answered message
    #[arg(long, conflicts_with = "exit_after")]
    once: bool,
    /// End after so many answered messages
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    exit_after: Option<u64>,
    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AccessArgument {
    /// Everything
    Allow,
    /// Requests that read, and the echo; the rest with a key
    ReadOnly,
    /// Everything, and all of it with a key
    Authenticated,
    /// Nothing, not even with a key
    Refuse,
}

impl Arguments {
    /// What to do: without a command's name, to simulate.
    pub(crate) fn chosen(self) -> Command {
        self.command.unwrap_or(Command::Simulate(self.simulate))
    }
}

impl Simulate {
    /// After how many answered messages to end, if at all.
    pub(crate) fn exit_after(&self) -> Option<u64> {
        if self.once { Some(1) } else { self.exit_after }
    }

    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    pub(crate) fn options(&self) -> Options {
        let defaults = Options::default();
        let serial = defaults.serial.filter(|_| !self.no_pty).map(|_| Serial { link: self.pty_link.clone() });
        Options {
            udp: (!self.no_udp).then_some(SocketAddr::new(self.address, self.port)),
            // Asked for by name it is an error where there is none; by default it is left out there.
            serial: serial.or_else(|| self.pty_link.clone().map(|link| Serial { link: Some(link) })),
            udp_packet_size: self.packet_size.map_or(defaults.udp_packet_size, |size| size.min(UDP_PACKET_MAX)),
            serial_packet_size: self.packet_size.unwrap_or(defaults.serial_packet_size),
            rules: [
                Rule::of_transport(Transport::Serial, self.access_serial.into(), true),
                Rule::of_transport(Transport::Udp, self.access_udp.into(), self.shell_udp),
            ]
            .concat(),
            session_idle: self.session_idle,
            session_lifetime: self.session_lifetime,
            folder: self.folder.clone(),
            slot_size: self.slot_size,
            seed: self.seed,
            failures: self.fail.clone(),
            example: self.example,
            ..defaults
        }
    }
}

impl From<AccessArgument> for Access {
    fn from(argument: AccessArgument) -> Self {
        match argument {
            AccessArgument::Allow => Self::Allow,
            AccessArgument::ReadOnly => Self::ReadOnly,
            AccessArgument::Authenticated => Self::Authenticated,
            AccessArgument::Refuse => Self::Refuse,
        }
    }
}

fn address(text: &str) -> Result<IpAddr, &'static str> {
    text.parse().map_err(|_| "not an IP address; give one of this machine's, such as 127.0.0.1, or 0.0.0.0 for all")
}

fn sensor_failure(text: &str) -> Result<SensorFailure, &'static str> {
    let (topic, times) = text.split_once('@').unwrap_or((text, "0s"));
    let (from, until) = times.split_once("..").map_or((times, None), |(from, until)| (from, Some(until)));
    let (from, until) = (milliseconds(from)?, until.map(milliseconds).transpose()?);
    if until.is_some_and(|until| until <= from) {
        return Err("it ends before it begins");
    }
    Ok(SensorFailure { topic: topic.into(), from, until })
}

/// From seconds or milliseconds with their unit.
fn milliseconds(text: &str) -> Result<u64, &'static str> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').unwrap_or(text), 1000),
    };
    let number: Option<u64> = number.parse().ok();
    number.and_then(|number| number.checked_mul(unit)).ok_or("not a time; give seconds, 10s, or milliseconds, 500ms")
}

fn packet_size() -> clap::builder::RangedI64ValueParser<u16> {
    value_parser!(u16).range(i64::from(SMALLEST_PACKET)..=i64::from(SERIAL_PACKET_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn options(arguments: &[&str]) -> Options {
        let arguments = Arguments::try_parse_from([&["westerly"], arguments].concat()).expect("valid arguments");
        let Command::Simulate(simulate) = arguments.chosen() else { panic!("not simulate") };
        simulate.options()
    }

    #[test]
    fn the_declarations_agree() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_command_s_name_may_be_left_out() {
        for arguments in [&[][..], &["simulate"]] {
            let options = options(arguments);
            assert_eq!(options.udp, Some("127.0.0.1:1337".parse().unwrap()));
            assert_eq!((options.udp_packet_size, options.serial_packet_size), (1412, 384));
        }
        assert_eq!(options(&["--port", "7"]).udp, options(&["simulate", "--port", "7"]).udp);
    }

    #[test]
    fn a_packet_size_is_for_both_as_far_as_udp_goes() {
        let sizes = |size| {
            let options = options(&["--packet-size", size]);
            (options.udp_packet_size, options.serial_packet_size)
        };
        assert_eq!(sizes("256"), (256, 256));
        assert_eq!(sizes("4096"), (1412, 4096));
    }

    #[test]
    fn failures_of_sensors() {
        let failure = |from, until| Ok(SensorFailure { topic: "temperature".into(), from, until });
        for (text, expected) in [
            ("temperature", failure(0, None)),
            ("temperature@10s", failure(10_000, None)),
            ("temperature@10s..20s", failure(10_000, Some(20_000))),
            ("temperature@500ms..2", failure(500, Some(2000))),
        ] {
            assert_eq!(sensor_failure(text), expected, "{text}");
        }
        for text in ["t@", "t@x", "t@1s..", "t@2s..2s", "t@-1s", "t@99999999999999999999s", "t@18446744073709551615s"] {
            assert!(sensor_failure(text).is_err(), "{text}");
        }
    }

    #[test]
    fn access_becomes_rules() {
        let rules = options(&["--access-udp", "read-only", "--access-serial", "refuse"]).rules;
        let serial = Rule::of_transport(Transport::Serial, Access::Refuse, true);
        let udp = Rule::of_transport(Transport::Udp, Access::ReadOnly, false);
        assert_eq!(rules, [serial, udp].concat());
    }

    #[test]
    fn the_defaults_are_the_simulator_s() {
        assert_eq!(options(&[]).rules, Options::default().rules);
        let shell = Rule::of_transport(Transport::Udp, Access::ReadOnly, true);
        assert!(options(&["--shell-udp"]).rules.ends_with(&shell));
    }
}
