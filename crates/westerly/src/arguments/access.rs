// SPDX-License-Identifier: Apache-2.0
//! The arguments of the commands about access: keys, policy, who one is, and what needs a key over the network.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use westerly_client::{Role, Rule};

use super::device::DeviceArguments;

/// The number of a key that is told no other.
const NUMBER: u8 = 1;

/// Restart a device.
#[derive(Debug, Args)]
pub(crate) struct Reset {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    /// Restart even if its application would rather not now
    #[arg(long)]
    pub(crate) force: bool,
}

/// Who a device takes this program for.
#[derive(Debug, Args)]
pub(crate) struct Whoami {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// Keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a file with a random key, which its owner alone may read
    New(NewKey),
    /// Give a device a key over its serial line; it takes the place of an earlier one of that number
    Add(AddKey),
    /// List the numbers and roles of a device's keys
    List(ListKeys),
    /// Take a key from a device; its sessions end
    Remove(RemoveKey),
}

#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// The file, not there yet
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) kind: Kind,
}

#[derive(Debug, Args)]
pub(crate) struct AddKey {
    /// The key's file; one that is not there is made, with a random key
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) kind: Kind,
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// What a new key is to be.
#[derive(Debug, Args)]
pub(crate) struct Kind {
    /// Which of the device's keys it is [default: 1]
    #[arg(long, value_name = "N")]
    number: Option<u8>,
    /// What it may do [default: administer]
    #[arg(long, value_name = "ROLE")]
    role: Option<RoleArgument>,
}

#[derive(Debug, Args)]
pub(crate) struct ListKeys {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveKey {
    /// The key's number
    #[arg(value_name = "N")]
    pub(crate) number: u8,
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// Access rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Show the rules in force; the first that fits a request decides
    Show(ShowPolicy),
    /// Set rules, which come before the defaults of each transport
    Set(SetPolicy),
    /// Go back to the rules that the firmware was built with
    Default(ShowPolicy),
}

#[derive(Debug, Args)]
pub(crate) struct ShowPolicy {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SetPolicy {
    /// TRANSPORT GROUP COMMAND ACCESS, in quotes: 'udp 0 5 authenticated'. Transport: udp, serial or *; group and command: a
    /// number or *; access: allow, read-only, authenticated or refuse
    #[arg(value_name = "RULE", required = true)]
    pub(crate) rules: Vec<Rule>,
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
}

/// Seal the packets of other tools.
#[derive(Debug, Args)]
pub(crate) struct Proxy {
    #[command(flatten)]
    pub(crate) device: DeviceArguments,
    /// Where to listen, on this machine's own address: who can send there does what the key may
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:1338")]
    pub(crate) listen: SocketAddr,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArgument {
    /// Read what is not for everybody
    Read,
    /// And change what a running device does: outputs, settings, files, reset
    Operate,
    /// And change what it is: keys, policy, images, shell, erasing the storage
    Administer,
}

impl Kind {
    /// Number and role of a new key.
    pub(crate) fn or_default(&self) -> (u8, Role) {
        (self.number.unwrap_or(NUMBER), self.role.map_or(Role::Administer, Role::from))
    }

    /// Whether a key may be what was asked for.
    pub(crate) fn is(&self, number: u8, role: Role) -> bool {
        self.number.is_none_or(|asked| asked == number) && self.role.is_none_or(|asked| Role::from(asked) == role)
    }
}

impl From<RoleArgument> for Role {
    fn from(argument: RoleArgument) -> Self {
        match argument {
            RoleArgument::Read => Self::Read,
            RoleArgument::Operate => Self::Operate,
            RoleArgument::Administer => Self::Administer,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn parsed(line: &str) -> Result<Command, clap::Error> {
        let words = line.split(' ').map(|word| word.replace('_', " "));
        Arguments::try_parse_from(["westerly".to_owned()].into_iter().chain(words)).map(Arguments::chosen)
    }

    #[test]
    fn a_new_key_is_an_administrator_s_unless_said_otherwise() {
        for (line, expected) in [
            ("key new board.key", (1, Role::Administer)),
            ("key new board.key --number 7 --role read", (7, Role::Read)),
        ] {
            let Ok(Command::Key(Key::New(new))) = parsed(line) else { panic!("{line}") };
            assert_eq!(new.kind.or_default(), expected);
            assert!(new.kind.is(expected.0, expected.1));
        }
        let Ok(Command::Key(Key::Add(add))) = parsed("key add board.key --role read --serial /dev/x") else { panic!() };
        assert!(add.kind.is(200, Role::Read) && !add.kind.is(200, Role::Operate));
    }

    #[test]
    fn rules_are_an_argument_each() {
        let Ok(Command::Policy(Policy::Set(set))) = parsed("policy set udp_0_5_authenticated *_9_*_refuse --udp ::1")
        else {
            panic!()
        };
        let rules: Vec<_> = set.rules.iter().map(ToString::to_string).collect();
        assert_eq!(rules, ["udp 0 5 authenticated", "* 9 * refuse"]);
    }

    #[test]
    fn what_is_refused() {
        for line in [
            "policy set",
            "policy set udp_0_5_deny",
            "key new",
            "key new x --number 256",
            "key new x --role root",
            "key remove",
            "key remove x",
            "proxy --listen localhost",
            "reset --udp 127.0.0.1 --serial /dev/x",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
