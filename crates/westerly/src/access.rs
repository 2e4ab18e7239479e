// SPDX-License-Identifier: Apache-2.0
//! Keys, the policy, who one is, and the restart that needs a key over the network.

use std::fmt::Write as _;
use std::path::Path;

use westerly_client::{Address, Caller, Error, Key, Keys, Policy};

use crate::arguments::{self, AddKey, DeviceArguments, NewKey, Reset, Whoami, read_key};
use crate::failure::Failure;
use crate::names;
use crate::output::{count, print};

pub(crate) fn reset(arguments: &Reset) -> Result<(), Failure> {
    let device = &arguments.device;
    device.device()?.reset(arguments.force).map_err(failed("restart", device))?;
    say(&format!("{} restarts\n", device.address()))
}

pub(crate) fn whoami(arguments: &Whoami) -> Result<(), Failure> {
    let caller = arguments.device.device()?.caller().map_err(failed("ask who this is", &arguments.device))?;
    say(&of_caller(&caller))
}

pub(crate) fn of_caller(caller: &Caller) -> String {
    let Caller { transport, session } = caller;
    let Some(session) = session else {
        return format!("anybody, over {transport}: no key\n");
    };
    let seconds = |number: Option<u32>| number.map_or_else(|| "?".into(), |number| number.to_string());
    format!(
        "{}, key {}, over {transport}; the session ends after {} s without a packet, and in {} s\n",
        session.role,
        session.key,
        seconds(session.idle),
        seconds(session.remaining)
    )
}

pub(crate) fn key(arguments: &arguments::Key) -> Result<(), Failure> {
    match arguments {
        arguments::Key::New(arguments) => new_key(arguments),
        arguments::Key::Add(arguments) => add_key(arguments),
        arguments::Key::List(arguments) => {
            let device = &arguments.device;
            let keys = device.device()?.keys().map_err(failed("list the keys of", device))?;
            say(&of_keys(&keys))
        }
        arguments::Key::Remove(arguments) => {
            let (device, number) = (&arguments.device, arguments.number);
            let tried = format!("remove key {number} from");
            device.device()?.remove_key(number).map_err(failed(&tried, device))?;
            say(&format!("key {number} is gone from {}, and its sessions with it\n", device.address()))
        }
    }
}

fn new_key(arguments: &NewKey) -> Result<(), Failure> {
    let (number, role) = arguments.kind.or_default();
    let key = make_key(&arguments.file, number, role)?;
    say(&format!("{} is in {}; westerly key add brings it to a device\n", named(&key), arguments.file.display()))
}

fn make_key(path: &Path, number: u8, role: westerly_client::Role) -> Result<Key, Failure> {
    let made = Key::random(number, role).and_then(|key| key.create(path).map(|()| key));
    made.map_err(|error| Failure::KeyFile { path: path.into(), error })
}

fn add_key(arguments: &AddKey) -> Result<(), Failure> {
    let AddKey { file, kind, device } = arguments;
    if let address @ Address::Udp { .. } = device.address() {
        return Err(Failure::KeyOverNetwork { address });
    }
    let mut connected = device.device()?;
    let key = if file.exists() {
        let key = read_key(file)?;
        if !kind.is(key.number, key.role) {
            return Err(Failure::OtherKey { path: file.clone(), found: named(&key) });
        }
        key
    } else {
        let (number, role) = kind.or_default();
        make_key(file, number, role)?
    };
    connected.add_key(&key).map_err(failed(&format!("give {} to", named(&key)), device))?;
    say(&format!("{} of {} has {}\n", device.address(), file.display(), named(&key)))
}

/// `key 1 (administer)`.
fn named(key: &Key) -> String {
    format!("key {} ({})", key.number, key.role.name())
}

fn of_keys(keys: &Keys) -> String {
    let mut text = String::new();
    for (number, role) in &keys.keys {
        let _ = writeln!(text, "{number:>3}  {role}");
    }
    text + &format!("{}, room for {} more\n", count(keys.keys.len() as u64, "key"), keys.room)
}

pub(crate) fn policy(arguments: &arguments::Policy) -> Result<(), Failure> {
    let (device, tried, rules) = match arguments {
        arguments::Policy::Show(arguments) => {
            let device = &arguments.device;
            let policy = device.device()?.policy().map_err(failed("show the policy of", device))?;
            return say(&of_policy(&policy));
        }
        arguments::Policy::Set(arguments) => (&arguments.device, "set the policy of", Some(&arguments.rules[..])),
        arguments::Policy::Default(arguments) => (&arguments.device, "give back the policy of", None),
    };
    let mut connected = device.device()?;
    connected.set_policy(rules).map_err(failed(tried, device))?;
    let policy = connected.policy().map_err(failed("show the policy of", device))?;
    say(&of_policy(&policy))
}

/// Each rule as it can be set, and what it is about.
fn of_policy(policy: &Policy) -> String {
    let mut text = String::new();
    for rule in &policy.rules {
        let about = match (rule.group, rule.command) {
            (Some(group), Some(command)) => names::command(group, command),
            (Some(group), None) => names::group(group),
            (None, _) => "everything else".into(),
        };
        let _ = writeln!(text, "{:<32} {about}", rule.to_string());
    }
    text + if policy.set { "the first are set by an administrator\n" } else { "as the firmware was built\n" }
}

fn failed(tried: &str, device: &DeviceArguments) -> impl Fn(Error) -> Failure {
    let (tried, address) = (tried.to_owned(), device.address());
    move |error| Failure::Access { tried: tried.clone(), address: address.clone(), error }
}

fn say(text: &str) -> Result<(), Failure> {
    print(text).map(drop)
}
