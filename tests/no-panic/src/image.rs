// SPDX-License-Identifier: Apache-2.0
//! westerly-server's image group over slots of which nothing is known, and images from a source of which nothing is known.

use westerly_server::mcuboot::{Hash, Header, ImageError, Source, parse, verify};
use westerly_server::{BootState, Failure, FlashError, Group, Image, ImageGroup, Slot};

use crate::opaque::{reference, reference_mut, sink, value};

pub const ENTRIES: &[fn()] = &[image_group, format, errors];

/// Slots of any size, with anything in them.
struct Slots;

impl Image for Slots {
    fn images(&self) -> u8 {
        value()
    }

    fn slot_size(&mut self, slot: Slot) -> Result<u32, FlashError> {
        sink(slot);
        value()
    }

    fn max_image_size(&mut self, image: u8) -> Option<u32> {
        sink(image);
        value()
    }

    fn read(&mut self, slot: Slot, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        sink((slot, offset, into.as_mut_ptr()));
        value()
    }

    fn erase(&mut self, slot: Slot, offset: u32) -> Result<u32, FlashError> {
        sink((slot, offset));
        value()
    }

    fn write_alignment(&self) -> u32 {
        value()
    }

    fn write(&mut self, slot: Slot, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        sink((slot, offset, data));
        value()
    }

    fn active(&self, image: u8) -> Option<u8> {
        sink(image);
        value()
    }

    fn boot_state(&mut self, image: u8) -> BootState {
        sink(image);
        value()
    }

    fn test(&mut self, image: u8, permanent: bool) -> Result<(), FlashError> {
        sink((image, permanent));
        value()
    }

    fn confirm(&mut self, image: u8) -> Result<(), FlashError> {
        sink(image);
        value()
    }
}

impl Source for Slots {
    fn length(&self) -> u32 {
        value()
    }

    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        sink((offset, into.as_mut_ptr()));
        value()
    }
}

#[inline(never)]
fn image_group() {
    sink(ImageGroup::new(Slots, value()));
    let group = reference_mut::<ImageGroup<Slots>>();
    ImageGroup::end_upload(group);
    sink(ImageGroup::description(group));
    sink(ImageGroup::handle(group, reference(), reference_mut()));
}

#[inline(never)]
fn format() {
    sink(parse(&mut Slots));
    sink(verify(&mut Slots));
    sink(Header::parse(reference()));
    sink(Header::hashed_length(reference()));
    sink(Header::is_bootable(reference()));
    sink(Header::is_encrypted(reference()));
    sink(Hash::as_bytes(reference()));
}

#[inline(never)]
fn errors() {
    sink(<Failure as From<FlashError>>::from(value()));
    sink(<ImageError as From<FlashError>>::from(value()));
}
