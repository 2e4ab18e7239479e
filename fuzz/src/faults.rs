// SPDX-License-Identifier: Apache-2.0
//! A medium that fails now and then, at any step of a transfer: files and images whose operations fail as the input says, and
//! requests of their two groups, most of them such that they follow each other. Whatever fails, every answer is one, and a
//! device whose medium has recovered takes an upload from its beginning.

use std::cell::RefCell;
use std::rc::Rc;

use westerly_server::{
    AllowAll, BootState, Buffers, Caller, FileError, Files, FilesGroup, FlashError, Identity, Image, ImageGroup,
    OpenMode, PART_SUFFIX, Server, Slot, Transport,
};

use crate::answers::{self, Answer};
use crate::choices::Choices;
use crate::device::{Memory, PATH, RUNNING, Slots, TRANSFERS};
use crate::grammar;

/// Which of the coming operations fail, a byte each: 0 for none that does.
type Plan = Rc<RefCell<Vec<u8>>>;

struct Failing<T> {
    inner: T,
    plan: Plan,
    boot_state: BootState,
}

impl<T> Failing<T> {
    fn next(&self) -> usize {
        self.plan.borrow_mut().pop().unwrap_or_default().into()
    }

    fn file(&self) -> Result<(), FileError> {
        use FileError::*;
        let all = [
            InvalidName,
            NotFound,
            IsDirectory,
            Open,
            Seek,
            Read,
            Truncate,
            Delete,
            Write,
            MountPointNotFound,
            ReadOnly,
            Other,
        ];
        all.get(self.next().wrapping_sub(1)).map_or(Ok(()), |&error| Err(error))
    }

    fn flash(&self) -> Result<(), FlashError> {
        use FlashError::*;
        let all = [NoSlot, Query, Open, Read, Write, Erase, Trailer, Other];
        all.get(self.next().wrapping_sub(1)).map_or(Ok(()), |&error| Err(error))
    }
}

impl Files for Failing<Memory> {
    type File = <Memory as Files>::File;

    fn length(&mut self, path: &str) -> Result<u32, FileError> {
        self.file()?;
        self.inner.length(path)
    }

    fn open(&mut self, path: &str, mode: OpenMode) -> Result<Self::File, FileError> {
        self.file()?;
        self.inner.open(path, mode)
    }

    fn read(&mut self, file: &mut Self::File, offset: u32, into: &mut [u8]) -> Result<usize, FileError> {
        self.file()?;
        self.inner.read(file, offset, into)
    }

    fn write(&mut self, file: &mut Self::File, offset: u32, data: &[u8]) -> Result<(), FileError> {
        self.file()?;
        self.inner.write(file, offset, data)
    }

    fn close(&mut self, file: Self::File) -> Result<(), FileError> {
        self.file()?;
        self.inner.close(file)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        self.file()?;
        self.inner.rename(from, to)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.file()?;
        self.inner.remove(path)
    }
}

impl Image for Failing<Slots> {
    fn images(&self) -> u8 {
        self.inner.images()
    }

    fn slot_size(&mut self, slot: Slot) -> Result<u32, FlashError> {
        self.flash()?;
        self.inner.slot_size(slot)
    }

    fn read(&mut self, slot: Slot, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        self.flash()?;
        self.inner.read(slot, offset, into)
    }

    fn erase(&mut self, slot: Slot, offset: u32) -> Result<u32, FlashError> {
        self.flash()?;
        self.inner.erase(slot, offset)
    }

    fn write_alignment(&self) -> u32 {
        self.inner.write_alignment()
    }

    fn write(&mut self, slot: Slot, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        self.flash()?;
        self.inner.write(slot, offset, data)
    }

    fn active(&self, image: u8) -> Option<u8> {
        self.inner.active(image)
    }

    fn boot_state(&mut self, image: u8) -> BootState {
        if self.boot_state == BootState::Same { self.inner.boot_state(image) } else { self.boot_state }
    }

    fn test(&mut self, image: u8, permanent: bool) -> Result<(), FlashError> {
        self.flash()?;
        self.inner.test(image, permanent)
    }

    fn confirm(&mut self, image: u8) -> Result<(), FlashError> {
        self.flash()?;
        self.inner.confirm(image)
    }
}

pub fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let plan = Plan::default();
    let boot_state = choices.of(&[BootState::Same, BootState::Test, BootState::Permanent, BootState::Revert]);
    let slots = if choices.once_in(2) { Slots::holding(RUNNING, grammar::UPDATE) } else { Slots::default() };
    let mut files = FilesGroup::<_, TRANSFERS, { PATH + PART_SUFFIX }>::new(Failing {
        inner: Memory::new(),
        plan: plan.clone(),
        boot_state,
    });
    let mut images = ImageGroup::new(Failing { inner: slots, plan: plan.clone(), boot_state }, choices.once_in(2));
    let mut server = Server::new(AllowAll);
    let mut send = |packet: &[u8], peer: u8, room: usize| {
        let buffers = Buffers { size: 1024, count: 1 };
        let caller = Caller { transport: Transport::Udp, identity: Identity::Anonymous, peer: peer.into(), buffers };
        answers::exchange(&mut server, &mut [&mut files, &mut images], &caller, packet, room, &[])
    };
    for _ in 0..48 {
        if choices.is_over() {
            break;
        }
        let how = choices.byte();
        if how & 3 == 3 {
            // So many that work, and then one that does not.
            let mut coming = vec![1 + choices.below(12) as u8];
            coming.resize(1 + usize::from(how >> 2 & 15), 0);
            *plan.borrow_mut() = coming;
        }
        let packet = grammar::request_of(&mut choices, |command| matches!(command.group, 1 | 8));
        // With little room downloads take several requests.
        let room = choices.of(&[4096, 4096, 128, 100]);
        send(&packet, how >> 6 & 1, room);
    }
    plan.borrow_mut().clear();
    let mut payload = vec![0xa4];
    grammar::text(&mut payload, "off");
    grammar::head(&mut payload, 0, 0);
    grammar::text(&mut payload, "data");
    grammar::bytes(&mut payload, b"whole");
    grammar::text(&mut payload, "len");
    grammar::head(&mut payload, 0, 5);
    grammar::text(&mut payload, "name");
    grammar::text(&mut payload, "/rom/hello");
    // The places of the tests' medium may all be taken; that this one is read only needs none, and shows that it answers.
    let answers = send(&grammar::message(1, true, 8, 0, 7, &payload), 9, 4096);
    assert!(matches!(answers[..], [Answer { error: Some((8, 15)), .. }]), "not recovered");
}
