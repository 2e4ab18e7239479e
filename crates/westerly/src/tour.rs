// SPDX-License-Identifier: Apache-2.0
//! Looks around in a device, whoever wrote its server: asks for each thing once, shows the answer in short, and says plainly what the
//! device does not offer and what it refuses.
//!
//! A station is a function from the device to lines, or to the error that tells why there are none; what that error means is decided
//! here, once for all of them. The one station that changes something is the file, which cleans up behind itself (`file.rs`).
//!
//! It does not measure and does not judge: that a device lacks a group, or refuses it to this caller, is no failure. A failure is
//! what is offered and does not work.

mod file;
mod groups;
mod page;
mod stations;

use westerly_client::{Address, Connection, Device, Error};
use westerly_wire::error::{Code, GroupError};
use westerly_wire::group;

use crate::arguments::Tour as Arguments;
use crate::failure::{Failure, reason};
use crate::logs::elf::Elf;
use crate::names;
use crate::output::{End, count};
use page::{Page, Verdict};

/// Stations one after the other without an answer, after which the device counts as gone.
const GONE: u32 = 2;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let elf = arguments.firmware.elf.as_deref().map(|path| Elf::open(path, false)).transpose()?;
    let device = arguments.device.device()?;
    let end = End::on_signals()?;
    let address = arguments.device.address();
    let mut tour = Tour { device, page: Page::new(), groups: None, silent: 0, end };
    tour.page.heading(&format!("A tour of {address}"))?;
    match tour.device.echo(stations::ECHO) {
        Err(error @ (Error::NoAnswer { .. } | Error::Login(_))) => {
            return Err(Failure::Access { tried: "reach".into(), address, error });
        }
        // Whatever else it says, somebody is there.
        _ => tour.visit("echo", group::OS, stations::echo)?,
    }
    tour.visit("device", group::OS, stations::device)?;
    let parameters = tour.device.parameters().ok();
    tour.visit("packets", group::OS, |_| stations::packets(parameters))?;
    tour.list_groups()?;
    tour.visit("access", group::ACCESS, stations::access)?;
    tour.visit("threads", group::OS, stations::threads)?;
    tour.visit("counters", group::STATISTICS, stations::counters)?;
    tour.visit("telemetry", group::TELEMETRY, stations::telemetry)?;
    tour.visit("io", group::IO, stations::lines)?;
    tour.upload(&file::Plan::new(arguments, parameters))?;
    tour.visit("log", group::LOG, |device| stations::log(device, elf.as_ref(), arguments.firmware.ignore_build))?;
    tour.visit("crash", group::CRASH, stations::crash)?;
    tour.visit("images", group::IMAGE, stations::images)?;
    tour.summary(&address, arguments.device.has_key())
}

struct Tour {
    device: Device<Connection>,
    page: Page,
    /// Those that the device has; `None` while nobody knows.
    groups: Option<Vec<u16>>,
    /// Stations without an answer since the last answer.
    silent: u32,
    end: End,
}

impl Tour {
    /// Shows what a station finds.
    fn visit(
        &mut self,
        name: &'static str,
        group: u16,
        station: impl FnOnce(&mut Device<Connection>) -> Result<Vec<String>, Error>,
    ) -> Result<(), Failure> {
        if !self.is_reachable() {
            return Ok(());
        }
        if !self.offers(group) {
            return self.page.station(name, Verdict::Missing, &[missing_group(group)]);
        }
        match station(&mut self.device) {
            Ok(lines) => {
                self.silent = 0;
                self.page.station(name, Verdict::Works, &lines)
            }
            Err(error) => self.explain(name, group, &error),
        }
    }

    /// Shows why a station has nothing to show.
    fn explain(&mut self, name: &'static str, group: u16, error: &Error) -> Result<(), Failure> {
        let is_silence = matches!(error, Error::NoAnswer { .. });
        self.silent = if is_silence { self.silent + 1 } else { 0 };
        let (verdict, text) = judged(group, error);
        self.page.station(name, verdict, &[text])?;
        if !self.is_reachable() && is_silence {
            self.page.note("It does not answer any more; the rest is left out.")?;
        }
        Ok(())
    }

    fn is_reachable(&self) -> bool {
        self.silent < GONE && !self.end.is_asked_for()
    }

    fn offers(&self, group: u16) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups.contains(&group))
    }

    fn list_groups(&mut self) -> Result<(), Failure> {
        if !self.is_reachable() {
            return Ok(());
        }
        match groups::listed(&mut self.device) {
            Ok((groups, lines)) => {
                self.groups = Some(groups);
                self.page.station("groups", Verdict::Works, &lines)
            }
            Err(Error::Smp(Code::NotSupported)) => {
                let lines = groups::probed(&mut self.device);
                self.page.station("groups", Verdict::Missing, &lines)
            }
            Err(error) => self.explain("groups", group::ENUMERATION, &error),
        }
    }

    fn upload(&mut self, plan: &file::Plan) -> Result<(), Failure> {
        if !self.is_reachable() {
            return Ok(());
        }
        if !self.offers(group::FILES) {
            return self.page.station("file", Verdict::Missing, &[missing_group(group::FILES)]);
        }
        let shell = self.offers(group::SHELL);
        let (outcome, lines) = file::visit(&mut self.device, plan, shell, &self.end);
        match outcome {
            Ok(()) => self.page.station("file", Verdict::Works, &lines),
            Err(file::Problem::Device(error)) => {
                self.explain("file", group::FILES, &error)?;
                lines.iter().try_for_each(|line| self.page.note(line))
            }
            Err(file::Problem::NowhereToPut(text)) => self.page.station("file", Verdict::Missing, &[text]),
            Err(file::Problem::Wrong(text)) => {
                self.page.station("file", Verdict::Failed, &[text])?;
                lines.iter().try_for_each(|line| self.page.note(line))
            }
        }
    }

    /// What all of it came to.
    fn summary(&mut self, address: &Address, has_key: bool) -> Result<(), Failure> {
        self.page.summary(self.device.unanswered())?;
        if self.page.any(Verdict::Refused) {
            for line in advice(address, has_key) {
                self.page.note(&line)?;
            }
        }
        if self.end.is_asked_for() {
            self.page.note("Ended before the last station.")?;
        }
        let stations = self.page.named(Verdict::Failed);
        if stations.is_empty() { Ok(()) } else { Err(Failure::Tour { stations }) }
    }
}

fn missing_group(group: u16) -> String {
    format!("it has no group {group} ({})", names::group(group))
}

/// What an error says of a station, and how to put it.
fn judged(group: u16, error: &Error) -> (Verdict, String) {
    let text = reason(error);
    match error {
        Error::Smp(Code::NotSupported) => (Verdict::Missing, text),
        Error::Smp(Code::TooLarge) => (Verdict::Missing, format!("{text}: it is longer than one of its packets")),
        Error::Smp(Code::AccessDenied) => (Verdict::Refused, text),
        // Another application's group under a number that Westerly uses too.
        Error::Malformed | Error::Inconsistent(_) | Error::Group(GroupError { .. })
            if group >= group::FIRST_OF_APPLICATION && !matches!(error, Error::Group(of) if of.group == group) =>
        {
            (Verdict::Missing, format!("its group {group} is another application's: {text}"))
        }
        _ => (Verdict::Failed, text),
    }
}

/// What to do about what was refused.
fn advice(address: &Address, has_key: bool) -> Vec<String> {
    let first = "What is refused here needs the right of another caller (rc 11, the device's access policy).";
    let mut lines = vec![first.to_owned()];
    if has_key {
        lines.push("This key's role may not: give --key one that may; westerly key list tells which it has.".into());
    } else if let Address::Udp { .. } = address {
        lines.push("Make a key, give it to the device over its serial line, and come again with it:".into());
        lines.push("  westerly key add board.key --serial PORT".into());
        lines.push(format!("  westerly tour --udp {} --key board.key", address.argument()));
    } else {
        lines.push("Give --key a key that the device has; westerly policy show tells its rules.".into());
    }
    lines
}

/// `3 groups: a, b, c`.
fn listed(thing: &str, names: &[String]) -> String {
    let number = count(names.len() as u64, thing);
    if names.is_empty() { number } else { format!("{number}: {}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use westerly_client::LinkError;

    #[test]
    fn what_is_not_offered_is_no_failure() {
        let group = |group, code| Error::Group(GroupError { group, code });
        let silence = Error::NoAnswer { attempts: 5, last: LinkError::Silence };
        for (of, error, expected) in [
            (group::OS, Error::Smp(Code::NotSupported), Verdict::Missing),
            (group::OS, Error::Smp(Code::TooLarge), Verdict::Missing),
            (group::OS, Error::Malformed, Verdict::Failed),
            (group::FILES, Error::Smp(Code::AccessDenied), Verdict::Refused),
            (group::FILES, group(group::FILES, 10), Verdict::Failed),
            (group::TELEMETRY, Error::Malformed, Verdict::Missing),
            (group::TELEMETRY, group(70, 1), Verdict::Missing),
            (group::TELEMETRY, group(group::TELEMETRY, 1), Verdict::Failed),
            (group::TELEMETRY, Error::Smp(Code::Unknown), Verdict::Failed),
            (group::LOG, silence, Verdict::Failed),
        ] {
            assert_eq!(judged(of, &error).0, expected, "group {of}: {error:?}");
        }
    }

    #[test]
    fn what_to_do_about_a_refusal() {
        let udp = |text| Address::udp(text).unwrap();
        assert_eq!(
            advice(&udp("10.0.0.7"), false).last().unwrap(),
            "  westerly tour --udp 10.0.0.7:1337 --key board.key"
        );
        assert_eq!(advice(&udp("::1"), false).last().unwrap(), "  westerly tour --udp [::1]:1337 --key board.key");
        assert!(advice(&udp("10.0.0.7"), true)[1].starts_with("This key's role may not"));
        let serial = Address::Serial { path: "/dev/ttyACM0".into(), baud: 115_200 };
        assert!(advice(&serial, false)[1].starts_with("Give --key"));
    }
}
