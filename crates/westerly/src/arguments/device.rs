// SPDX-License-Identifier: Apache-2.0
//! The arguments of the commands that talk to a device.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum, value_parser};
use westerly_client::{Address, Connection, Device, InvalidAddress, Key, UDP_PORT};
use westerly_wire::log::Level;

use crate::failure::Failure;

/// Where the device is and how patient to be with it.
#[derive(Clone, Debug, Args)]
pub(crate) struct DeviceArguments {
    /// The device's host and port over UDP [default: 127.0.0.1:1337, where the simulated board is]
    #[arg(long, value_name = "HOST[:PORT]", value_parser = udp)]
    udp: Option<Address>,
    /// The device's serial line
    #[arg(long, value_name = "PORT", conflicts_with = "udp")]
    serial: Option<String>,
    /// Bits a second on the serial line
    #[arg(long, value_name = "BITS", default_value_t = 115_200, requires = "serial")]
    baud: u32,
    /// Milliseconds to wait for an answer
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = value_parser!(u64).range(1..=60_000))]
    timeout: u64,
    /// How often to ask again when no answer came
    #[arg(long, value_name = "N", default_value_t = 4)]
    retries: u32,
    /// Log in with the key in this file, and seal every packet
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// Watch telemetry in the terminal.
#[derive(Debug, Args)]
pub(crate) struct Monitor {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    #[command(flatten)]
    pub(crate) interval: Interval,
    /// Begin with records from this sequence number on; without, with all that the device still has
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) since: u64,
}

/// Print telemetry.
#[derive(Debug, Args)]
pub(crate) struct Telemetry {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    /// Print comma separated values
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print a JSON object a line
    #[arg(long)]
    json: bool,
    /// Go on until Ctrl-C
    #[arg(long, short)]
    pub(crate) follow: bool,
    #[command(flatten)]
    pub(crate) interval: Interval,
    /// Print records from this sequence number on
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) since: u64,
    /// The run of the device that --since is of: when another is running, begin with its oldest record
    #[arg(long, value_name = "N", requires = "since")]
    pub(crate) boot: Option<u32>,
    /// Print this topic alone; may be given several times
    #[arg(long = "topic", value_name = "NAME")]
    pub(crate) topics: Vec<String>,
}

/// By what a defmt log is read.
#[derive(Debug, Args)]
pub(crate) struct FirmwareArguments {
    /// The firmware's ELF file, zephyr.elf (zephyr.exe on native_sim), that a defmt log needs to be read
    #[arg(long, value_name = "FILE")]
    pub(crate) elf: Option<PathBuf>,
    /// Decode with the ELF file even if the device runs another build; what comes out may be wrong
    #[arg(long, requires = "elf")]
    pub(crate) ignore_build: bool,
}

/// Print a log.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    #[command(flatten)]
    pub(crate) firmware: FirmwareArguments,
    /// Read frames that were captured from the device's log UART (rzCOBS) from there instead of asking a device; - is the
    /// standard input
    #[arg(long, value_name = "FILE", requires = "elf", conflicts_with_all = ["udp", "serial", "since", "once", "level"])]
    pub(crate) frames: Option<PathBuf>,
    /// Print where in the source each message is from
    #[arg(long, requires = "elf")]
    pub(crate) locations: bool,
    /// Print what there is and end, instead of going on until Ctrl-C
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) interval: Interval,
    /// Print frames from this sequence number on
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) since: u64,
    /// Set what the device logs from now on; it keeps that
    #[arg(long, value_name = "LEVEL")]
    level: Option<LevelArgument>,
}

/// Print what a device recorded of its last crash.
#[derive(Debug, Args)]
pub(crate) struct Crash {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    /// The firmware's ELF file, zephyr.elf (zephyr.exe on native_sim): names functions, files and lines, decodes the log
    #[arg(long, value_name = "FILE")]
    pub(crate) elf: Option<PathBuf>,
    /// Use the ELF file even if another build has crashed; what comes out may be wrong
    #[arg(long, requires = "elf")]
    pub(crate) ignore_build: bool,
    /// Make the device forget the record once it is printed
    #[arg(long)]
    pub(crate) clear: bool,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Look around in a device.
#[derive(Debug, Args)]
pub(crate) struct Tour {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    #[command(flatten)]
    pub(crate) firmware: FirmwareArguments,
    /// Where on the device to put a file for a while [default: westerly-tour.bin where its file system is]
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<String>,
    /// Bytes of that file
    #[arg(long, value_name = "BYTES", default_value_t = 4096, value_parser = value_parser!(u32).range(1..=16 * 1024 * 1024))]
    pub(crate) size: u32,
}

/// How often to ask.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Interval {
    /// Milliseconds between requests when there is nothing new
    #[arg(long, value_name = "MS", default_value_t = 250, value_parser = value_parser!(u64).range(10..=60_000))]
    interval: u64,
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Text,
    Csv,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LevelArgument {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl DeviceArguments {
    pub(crate) fn address(&self) -> Address {
        match (&self.udp, &self.serial) {
            (Some(udp), _) => udp.clone(),
            (None, Some(path)) => Address::Serial { path: path.clone(), baud: self.baud },
            (None, None) => Address::Udp { host: "127.0.0.1".into(), port: UDP_PORT },
        }
    }

    /// Not opened yet; each request is repeated as asked for.
    pub(crate) fn device(&self) -> Result<Device<Connection>, Failure> {
        Ok(Device::new(self.connection()?, self.retries.saturating_add(1)))
    }

    pub(crate) fn connection(&self) -> Result<Connection, Failure> {
        let connection = Connection::new(self.address(), self.timeout());
        Ok(match self.key()? {
            Some(key) => connection.with_key(key),
            None => connection,
        })
    }

    /// Whether there is a key to log in with.
    pub(crate) const fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The key, read from its file.
    pub(crate) fn key(&self) -> Result<Option<Key>, Failure> {
        self.key.as_deref().map(read_key).transpose()
    }

    pub(crate) const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout)
    }
}

/// A key from its file.
pub(crate) fn read_key(path: &Path) -> Result<Key, Failure> {
    Key::read(path).map_err(|error| Failure::KeyFile { path: path.into(), error })
}

impl Interval {
    pub(crate) const fn duration(self) -> Duration {
        Duration::from_millis(self.interval)
    }
}

impl Telemetry {
    pub(crate) const fn output(&self) -> Output {
        match (self.csv, self.json) {
            (true, _) => Output::Csv,
            (_, true) => Output::Json,
            _ => Output::Text,
        }
    }
}

impl Logs {
    pub(crate) fn level(&self) -> Option<Level> {
        self.level.map(|level| match level {
            LevelArgument::Off => Level::Off,
            LevelArgument::Error => Level::Error,
            LevelArgument::Warn => Level::Warn,
            LevelArgument::Info => Level::Info,
            LevelArgument::Debug => Level::Debug,
            LevelArgument::Trace => Level::Trace,
        })
    }
}

fn udp(text: &str) -> Result<Address, InvalidAddress> {
    Address::udp(text)
}
