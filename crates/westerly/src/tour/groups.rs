// SPDX-License-Identifier: Apache-2.0
//! Which groups a device has: as it says by itself, or, where it cannot say, found by asking each for something harmless.

use westerly_client::{Connection, Device, Error, Group};
use westerly_wire::error::Code;
use westerly_wire::group;

use super::listed as named_list;
use crate::names;

/// Those that this program has names for.
const KNOWN: [u16; 13] = [
    group::OS,
    group::IMAGE,
    group::STATISTICS,
    group::SETTINGS,
    group::FILES,
    group::SHELL,
    group::ENUMERATION,
    group::ZEPHYR,
    group::TELEMETRY,
    group::LOG,
    group::IO,
    group::ACCESS,
    group::CRASH,
];
/// A setting that nobody has.
const NO_SETTING: &str = "westerly-tour";

/// The numbers, and the lines about them.
pub(super) fn listed(device: &mut Device<Connection>) -> Result<(Vec<u16>, Vec<String>), Error> {
    let groups = device.groups()?;
    let numbers: Vec<_> = groups.iter().map(|group| group.number).collect();
    let mut lines = vec![named_list("group", &groups.iter().map(called).collect::<Vec<_>>())];
    lines.extend(without(KNOWN.into_iter().filter(|known| !numbers.contains(known))));
    Ok((numbers, lines))
}

/// Its name and, above those of Zephyr, its number, by which plug-ins and `mcumgrctl raw` know it.
fn called(group: &Group) -> String {
    let Group { number, name } = group;
    if KNOWN.contains(number) {
        return names::group(*number);
    }
    name.as_ref().map_or_else(|| number.to_string(), |name| format!("{number} ({name})"))
}

fn without(groups: impl Iterator<Item = u16>) -> Option<String> {
    let names: Vec<_> = groups.map(|group| format!("{} ({group})", names::group(group))).collect();
    (!names.is_empty()).then(|| format!("without {}", names.join(", ")))
}

/// The same for a device that has no list of them.
pub(super) fn probed(device: &mut Device<Connection>) -> Vec<String> {
    let mut found = Vec::new();
    let mut absent = Vec::new();
    for group in KNOWN {
        match probe(device, group) {
            Some(true) => found.push(names::group(group)),
            Some(false) => absent.push(group),
            None => {}
        }
    }
    let mut lines =
        vec!["it cannot list its groups (no enumeration group, 10); each was asked for something harmless".into()];
    lines.push(named_list("group", &found));
    lines.extend(without(absent.into_iter()));
    lines.push(format!(
        "not asked: {} ({}), whose only command erases settings, and other applications' own",
        names::group(group::ZEPHYR),
        group::ZEPHYR
    ));
    lines
}

/// Whether a group is there; `None` where that cannot be told.
fn probe(device: &mut Device<Connection>, number: u16) -> Option<bool> {
    let error = match number {
        group::OS => device.parameters().err(),
        group::IMAGE => device.images().err(),
        group::STATISTICS => device.counters().err(),
        group::SETTINGS => device.setting(NO_SETTING).err(),
        group::FILES => device.file_length("/").err(),
        group::SHELL => device.shell(&[""]).err(),
        group::TELEMETRY => device.topics().err(),
        group::LOG => device.frames(&mut westerly_client::Cursor::default()).err(),
        group::IO => device.lines().err(),
        group::ACCESS => device.caller().err(),
        group::CRASH => device.crash().err(),
        group::ENUMERATION => return Some(false),
        _ => return None,
    };
    match error {
        Some(Error::Smp(Code::NotSupported)) => Some(false),
        // A policy may refuse what is not there.
        Some(Error::Smp(Code::AccessDenied) | Error::NoAnswer { .. } | Error::Login(_)) => None,
        // Any other complaint is one of a group that is there.
        _ => Some(true),
    }
}
