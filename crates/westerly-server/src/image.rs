// SPDX-License-Identifier: Apache-2.0
//! The image group (1): firmware images in the slots of MCUboot. [`Image`] is what it needs of the device.
//!
//! | | |
//! |---|---|
//! | [`mcuboot`](crate::mcuboot) | the format of an image |
//! | `state.rs` | which images are there, and what MCUboot is to do with them |
//! | `upload.rs` | an upload, and in which order it goes to the flash |
//!
//! What it will not do: check signatures, which MCUboot does before it boots an image, and keep an upload over a restart of
//! the device. The time of a request is bounded by the size of a slot: erasing one, and the check at an upload's end, take
//! as long as the flash takes for all of it.

mod state;
mod upload;

use westerly_wire::cbor::{List, Value as _};
use westerly_wire::error::{Code, UNKNOWN};
use westerly_wire::group;
use westerly_wire::image::{EraseRequest, IMAGES_KEY, ImageSlots, SlotInformation, code, command};

use crate::mcuboot::{self, Source};
use crate::{Action, Failure, Group, GroupDescription, Request, Response};

/// The largest [`Image::write_alignment`], in bytes.
pub const WRITE_ALIGNMENT_MAX: usize = 32;
/// Bytes at the end of a slot in which MCUboot is told what to do: its magic, flags and the type of swap, each in a block of
/// [`WRITE_ALIGNMENT_MAX`] at most.
const TRAILER: u32 = 256;

/// A place for an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Number of the image, 0 on a device with one.
    pub image: u8,
    /// 0 or 1: MCUboot's primary and secondary slot of that image.
    pub slot: u8,
}

/// What the image group needs of a device. All offsets are bytes from the beginning of a slot.
pub trait Image {
    /// How many images the device has, each with two slots; 1 as a rule.
    fn images(&self) -> u8;

    /// Bytes of a slot.
    ///
    /// # Errors
    /// See [`FlashError`].
    fn slot_size(&mut self, slot: Slot) -> Result<u32, FlashError>;

    /// Bytes of the largest image that MCUboot can boot from this image's slots, if that is known.
    fn max_image_size(&mut self, image: u8) -> Option<u32> {
        let _ = image;
        None
    }

    /// Fills `into` from `offset` on.
    ///
    /// # Errors
    /// See [`FlashError`].
    fn read(&mut self, slot: Slot, offset: u32, into: &mut [u8]) -> Result<(), FlashError>;

    /// Erases the page that holds `offset`, and tells where the next one begins, which is the slot's size for the last. A page
    /// that is erased already may be left alone.
    ///
    /// # Errors
    /// See [`FlashError`].
    fn erase(&mut self, slot: Slot, offset: u32) -> Result<u32, FlashError>;

    /// Bytes that can only be written together: a power of two, [`WRITE_ALIGNMENT_MAX`] at most.
    fn write_alignment(&self) -> u32;

    /// Writes to erased flash. Offset and length are multiples of [`Image::write_alignment`].
    ///
    /// # Errors
    /// See [`FlashError`].
    fn write(&mut self, slot: Slot, offset: u32, data: &[u8]) -> Result<(), FlashError>;

    /// The slot an image runs from, if that is known.
    fn active(&self, image: u8) -> Option<u8>;

    /// What MCUboot will do with an image at the next start.
    fn boot_state(&mut self, image: u8) -> BootState;

    /// Asks MCUboot to boot the image that does not run: once, or for good. As its `boot_set_pending_multi`.
    ///
    /// # Errors
    /// See [`FlashError`].
    fn test(&mut self, image: u8, permanent: bool) -> Result<(), FlashError>;

    /// Asks MCUboot to keep the image that runs. As its `boot_set_confirmed_multi`.
    ///
    /// # Errors
    /// See [`FlashError`].
    fn confirm(&mut self, image: u8) -> Result<(), FlashError>;
}

/// What MCUboot will do at the next start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BootState {
    /// Boot the same image again, which is confirmed.
    #[default]
    Same,
    /// Boot the other image once.
    Test,
    /// Boot the other image for good.
    Permanent,
    /// Boot the other image again: the one that runs is not confirmed.
    Revert,
}

/// Why a slot could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlashError {
    /// There is no such slot.
    NoSlot,
    /// The layout of the flash could not be told.
    Query,
    /// The flash could not be opened.
    Open,
    /// Reading failed.
    Read,
    /// Writing failed.
    Write,
    /// Erasing failed.
    Erase,
    /// The slot's trailer holds something MCUboot does not know.
    Trailer,
    /// Something else.
    Other,
}

impl From<FlashError> for Failure {
    fn from(error: FlashError) -> Self {
        Self::Group(match error {
            FlashError::NoSlot => code::INVALID_SLOT,
            FlashError::Query => code::FLASH_CONFIG_QUERY_FAIL,
            FlashError::Open => code::FLASH_OPEN_FAILED,
            FlashError::Read => code::FLASH_READ_FAILED,
            FlashError::Write => code::FLASH_WRITE_FAILED,
            FlashError::Erase => code::FLASH_ERASE_FAILED,
            FlashError::Trailer => code::INVALID_IMAGE_HEADER_MAGIC,
            FlashError::Other => UNKNOWN,
        })
    }
}

/// The image group over a device.
#[derive(Debug)]
pub struct ImageGroup<I> {
    /// The slots.
    pub device: I,
    /// Whether a slot that waits to be booted may be erased or uploaded to, as Zephyr's server allows unless told otherwise.
    pub replace_pending: bool,
    upload: Option<upload::Upload>,
}

impl<I: Image> ImageGroup<I> {
    /// Without an upload under way; `replace_pending` as the field.
    pub const fn new(device: I, replace_pending: bool) -> Self {
        Self { device, replace_pending, upload: None }
    }

    /// Forgets an upload under way, as a restart does: it starts again from 0.
    pub const fn end_upload(&mut self) {
        self.upload = None;
    }
}

impl<I: Image> Group for ImageGroup<I> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::IMAGE, name: "img mgmt", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let device: &mut dyn Image = &mut self.device;
        match (request.command, request.action) {
            (command::STATE, Action::Read) => state::read(device, response),
            (command::STATE, Action::Write) => {
                state::change(device, &request.message()?)?;
                state::read(device, response)
            }
            (command::UPLOAD, Action::Write) => {
                let answer = upload::take(&mut self.upload, device, self.replace_pending, request)?;
                response.message(&answer)
            }
            (command::ERASE, Action::Write) => {
                // Whatever becomes of it, what was uploaded so far may be gone.
                self.upload = None;
                erase(device, self.replace_pending, &request.message()?)
            }
            (command::SLOT_INFO, Action::Read) => slot_info(device, response),
            _ => Err(Code::NotSupported.into()),
        }
    }
}

/// A slot as what an image is read from.
pub(crate) struct SlotSource<'d> {
    device: &'d mut dyn Image,
    slot: Slot,
    size: u32,
}

impl<'d> SlotSource<'d> {
    fn open(device: &'d mut dyn Image, slot: Slot) -> Result<Self, FlashError> {
        let size = device.slot_size(slot)?;
        Ok(Self { device, slot, size })
    }
}

impl Source for SlotSource<'_> {
    fn length(&self) -> u32 {
        self.size
    }

    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        self.device.read(self.slot, offset, into)
    }
}

/// The image in a slot.
fn information(device: &mut dyn Image, slot: Slot) -> Result<mcuboot::Information, mcuboot::ImageError> {
    mcuboot::parse(&mut SlotSource::open(device, slot)?)
}

/// Whether a slot must be left as it is: it runs, or is what MCUboot goes back to, or waits to be booted.
fn in_use(device: &mut dyn Image, slot: Slot, replace_pending: bool) -> bool {
    match device.boot_state(slot.image) {
        _ if device.active(slot.image) == Some(slot.slot) => true,
        BootState::Same => false,
        BootState::Test | BootState::Permanent => !replace_pending,
        BootState::Revert => true,
    }
}

fn erase(device: &mut dyn Image, replace_pending: bool, request: &EraseRequest) -> Result<(), Failure> {
    let slot = match request.slot {
        None => Slot { image: 0, slot: other(device.active(0)) },
        Some(number) => {
            let image = u8::try_from(number >> 1).ok().filter(|&image| image < device.images());
            Slot { image: image.ok_or(FlashError::NoSlot)?, slot: u8::from(number & 1 != 0) }
        }
    };
    // What is no image waits for nothing. Zephyr's server then erases even the slot that runs; this one does not.
    let active = device.active(slot.image) == Some(slot.slot);
    if active || information(device, slot).is_ok() && in_use(device, slot, replace_pending) {
        return Err(Failure::Group(code::NO_FREE_SLOT));
    }
    let size = device.slot_size(slot)?;
    // MCUboot must not be told to boot an image that is half gone.
    erase_pages(device, slot, size.saturating_sub(TRAILER), size)?;
    erase_pages(device, slot, 0, size)?;
    Ok(())
}

/// Erases the pages that hold `from..to`, and tells where the page behind them begins.
fn erase_pages(device: &mut dyn Image, slot: Slot, from: u32, to: u32) -> Result<u32, FlashError> {
    let mut offset = from;
    while offset < to {
        let next = device.erase(slot, offset)?;
        if next <= offset {
            return Err(FlashError::Query);
        }
        offset = next;
    }
    Ok(offset)
}

/// The slot beside the one that runs; 1 where that is not known.
fn other(active: Option<u8>) -> u8 {
    u8::from(active != Some(1))
}

fn slot_info(device: &mut dyn Image, response: &mut Response<'_>) -> Result<(), Failure> {
    let writer = response.writer();
    writer.begin_map()?;
    writer.text(IMAGES_KEY)?;
    writer.begin_array()?;
    for image in 0..device.images() {
        let slots = [slot_information(device, image, 0)?, slot_information(device, image, 1)?];
        let max_image_size = device.max_image_size(image).map(Into::into);
        ImageSlots { image: image.into(), slots: List::Values(&slots), max_image_size }.write(writer)?;
    }
    writer.end()?;
    Ok(writer.end()?)
}

fn slot_information(device: &mut dyn Image, image: u8, slot: u8) -> Result<SlotInformation, FlashError> {
    let size = device.slot_size(Slot { image, slot })?;
    let active = device.active(image) == Some(slot);
    Ok(SlotInformation { slot: slot.into(), size: size.into(), upload_image_id: (!active).then_some(image.into()) })
}
