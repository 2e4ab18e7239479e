// SPDX-License-Identifier: Apache-2.0
//! The standard commands that one asks a device first, whoever wrote its server: who it is, what it takes, what it has.
//!
//! These are no second client of SMP beside mcumgr-toolkit, whose client owns its link. They go over the link of the
//! [`Device`], so that one login, one serial line and one count of lost answers serve the standard groups and Westerly's
//! own, and what a device does not offer is [`Error::Smp`] with everybody's code.

use westerly_wire::cbor::{Entries, List, Message};
use westerly_wire::{enumeration, group, image, io, message, os, settings, shell, statistics};

use crate::device::{Device, Link, further};
use crate::error::Error;

/// What a device takes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Bytes of the longest packet, header and payload.
    pub packet: u32,
    /// How many such packets it can hold.
    pub count: u32,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// What it is called.
    pub name: String,
    /// The most bytes of its stack that were ever used; `None` where nobody measures it.
    pub stack_used: Option<u64>,
    /// Bytes of its stack.
    pub stack_size: Option<u64>,
}

/// A group of commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its number.
    pub number: u16,
    /// What the device calls it, if it says so.
    pub name: Option<String>,
}

/// An image in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Which of several images of the device.
    pub image: u32,
    /// Which slot of that image.
    pub slot: u32,
    /// As the device writes it.
    pub version: String,
    /// Whether it runs.
    pub active: bool,
    /// Whether it stays for good.
    pub confirmed: bool,
    /// Whether it is booted next.
    pub pending: bool,
}

/// A slot for an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which of several images of the device.
    pub image: u32,
    /// Which slot of that image.
    pub slot: u32,
    /// Bytes.
    pub size: u64,
}

/// A named input or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// By which it is read and written.
    pub name: String,
    /// Whether it can be written.
    pub output: bool,
    /// Whether it is on; `None` when the device behind it failed.
    pub value: Option<bool>,
}

message! {
    /// A thread, of which Zephyr's C server leaves out what the kernel does not count.
    pub struct Task {
        /// In words of four bytes.
        stack_used: optional u32 = "stkuse",
        /// In words of four bytes.
        stack_size: optional u32 = "stksiz",
    }
}

message! {
    /// The threads by name.
    pub struct Tasks<'b> {
        /// Name and figures.
        tasks: required Entries<'b, Task> = "tasks",
    }
}

impl<L: Link> Device<L> {
    /// Has a text sent back.
    ///
    /// # Errors
    /// [`Error`].
    pub fn echo(&mut self, text: &str) -> Result<String, Error> {
        let request = os::EchoRequest { message: Some(text) };
        let payload = self.request(true, group::OS, os::command::ECHO, &request)?;
        Ok(os::EchoResponse::decode(&payload).map_err(|_| Error::Malformed)?.message.into())
    }

    /// What runs on the device: the parts these letters stand for ([`os::Format`]), with a space between.
    ///
    /// # Errors
    /// [`Error`].
    pub fn application(&mut self, parts: &str) -> Result<String, Error> {
        let request = os::ApplicationRequest { format: Some(parts) };
        let payload = self.request(false, group::OS, os::command::APPLICATION, &request)?;
        Ok(os::ApplicationResponse::decode(&payload).map_err(|_| Error::Malformed)?.output.into())
    }

    /// The bootloader's name.
    ///
    /// # Errors
    /// [`Error`].
    pub fn bootloader(&mut self) -> Result<String, Error> {
        let request = os::BootloaderRequest { query: None };
        let payload = self.request(false, group::OS, os::command::BOOTLOADER, &request)?;
        Ok(os::BootloaderResponse::decode(&payload).map_err(|_| Error::Malformed)?.bootloader.into())
    }

    /// What the device takes over the way that leads to it here.
    ///
    /// # Errors
    /// [`Error`].
    pub fn parameters(&mut self) -> Result<Parameters, Error> {
        let payload = self.request(false, group::OS, os::command::PARAMETERS, &os::Empty {})?;
        let answer = os::ParametersResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        Ok(Parameters { packet: answer.buffer_size, count: answer.buffer_count })
    }

    /// The threads, in the device's order.
    ///
    /// # Errors
    /// [`Error`].
    pub fn threads(&mut self) -> Result<Vec<Thread>, Error> {
        const WORD: u64 = 4;
        let payload = self.request(false, group::OS, os::command::TASK_STATISTICS, &os::Empty {})?;
        let answer = Tasks::decode(&payload).map_err(|_| Error::Malformed)?;
        let bytes = |words: Option<u32>| words.map(|words| u64::from(words) * WORD);
        let thread = |(name, task): (&str, Task)| Thread {
            name: name.into(),
            stack_used: bytes(task.stack_used),
            stack_size: bytes(task.stack_size),
        };
        Ok(answer.tasks.iter().map(thread).collect())
    }

    /// The groups the device says it has; with names if it gives any.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Smp`] with [`NotSupported`](westerly_wire::error::Code::NotSupported) where it cannot say.
    pub fn groups(&mut self) -> Result<Vec<Group>, Error> {
        let payload = self.request(false, group::ENUMERATION, enumeration::command::LIST, &os::Empty {})?;
        let answer = enumeration::ListResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        let mut groups: Vec<_> = answer.groups.iter().map(|number| Group { number, name: None }).collect();
        // The names are an extra: a server may be built without them, or its answer be too long for a packet.
        for group in &mut groups {
            let Ok(name) = self.name_of(group.number) else { break };
            group.name = name;
        }
        Ok(groups)
    }

    fn name_of(&mut self, number: u16) -> Result<Option<String>, Error> {
        let numbers = [number.into()];
        let request = enumeration::DetailsRequest { groups: Some(List::Values(&numbers)) };
        let payload = self.request(false, group::ENUMERATION, enumeration::command::DETAILS, &request)?;
        let answer = enumeration::DetailsResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        Ok(answer.groups.iter().next().and_then(|details| details.name).map(Into::into))
    }

    /// A setting's value.
    ///
    /// # Errors
    /// [`Error`].
    pub fn setting(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let request = settings::ReadRequest { name, max_size: None };
        let payload = self.request(false, group::SETTINGS, settings::command::VALUE, &request)?;
        Ok(settings::ReadResponse::decode(&payload).map_err(|_| Error::Malformed)?.value.into())
    }

    /// The names of the groups of counters.
    ///
    /// # Errors
    /// [`Error`].
    pub fn counters(&mut self) -> Result<Vec<String>, Error> {
        let payload = self.request(false, group::STATISTICS, statistics::command::LIST, &os::Empty {})?;
        let answer = statistics::ListResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        Ok(answer.names.iter().map(Into::into).collect())
    }

    /// The images in the slots that hold one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn images(&mut self) -> Result<Vec<Image>, Error> {
        let payload = self.request(false, group::IMAGE, image::command::STATE, &os::Empty {})?;
        let answer = image::StateResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        let image = |state: image::ImageState<'_>| Image {
            image: state.image.unwrap_or(0),
            slot: state.slot,
            version: state.version.into(),
            active: state.active == Some(true),
            confirmed: state.confirmed == Some(true),
            pending: state.pending == Some(true),
        };
        Ok(answer.images.iter().map(image).collect())
    }

    /// The slots for images.
    ///
    /// # Errors
    /// [`Error`].
    pub fn slots(&mut self) -> Result<Vec<Slot>, Error> {
        let payload = self.request(false, group::IMAGE, image::command::SLOT_INFO, &os::Empty {})?;
        let answer = image::SlotInfoResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        let slots = answer.images.iter().flat_map(|image| {
            let slot =
                move |slot: image::SlotInformation| Slot { image: image.image, slot: slot.slot, size: slot.size };
            image.slots.iter().map(slot).collect::<Vec<_>>()
        });
        Ok(slots.collect())
    }

    /// Has the device's shell execute a line, once; gives what it printed and what it returned, 0 for success.
    ///
    /// # Errors
    /// [`Error`].
    pub fn shell(&mut self, words: &[&str]) -> Result<(String, i32), Error> {
        let request = shell::ExecuteRequest { arguments: List::Values(words) };
        let payload = self.request_once(true, group::SHELL, shell::command::EXECUTE, &request)?;
        let answer = shell::ExecuteResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        Ok((answer.output.into(), answer.returned))
    }

    /// The inputs and outputs of Westerly's io group.
    ///
    /// # Errors
    /// [`Error`].
    pub fn lines(&mut self) -> Result<Vec<Line>, Error> {
        let mut lines = Vec::new();
        let mut from = None;
        loop {
            let payload = self.request(false, group::IO, io::command::LIST, &io::ListRequest { from })?;
            let answer = io::ListResponse::decode(&payload).map_err(|_| Error::Malformed)?;
            let line = |line: io::Line<'_>| Line { name: line.name.into(), output: line.output, value: line.value };
            lines.extend(answer.lines.iter().map(line));
            from = further(from, answer.next)?;
            if from.is_none() {
                return Ok(lines);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkError;

    /// Answers in turn.
    struct Answers(Vec<&'static [u8]>);

    impl Link for Answers {
        fn exchange(&mut self, _: bool, _: u16, _: u8, _: &[u8]) -> Result<Vec<u8>, LinkError> {
            Ok(self.0.remove(0).to_vec())
        }
    }

    /// What a C server answers whose kernel counts nothing but stacks: it is read all the same.
    #[test]
    fn threads_of_which_little_is_known() {
        let answer =
            b"\xbfetasks\xbfdmain\xbfdprio\0ctid\0estate\x01fstkuse\x18\x20fstksiz\x18\x40\xffdidle\xbf\xff\xff\xff";
        let thread = |name: &str, stack_used, stack_size| Thread { name: name.into(), stack_used, stack_size };
        let expected = vec![thread("main", Some(128), Some(256)), thread("idle", None, None)];
        assert_eq!(Device::new(Answers(vec![answer]), 1).threads(), Ok(expected));
    }

    #[test]
    fn groups_without_names_are_groups() {
        let answers = vec![&b"\xbffgroups\x9f\0\x18\x40\xff\xff"[..], b"\xbfbrc\x08\xff"];
        let group = |number| Group { number, name: None };
        assert_eq!(Device::new(Answers(answers), 1).groups(), Ok(vec![group(0), group(64)]));
    }
}
