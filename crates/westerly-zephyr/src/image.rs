// SPDX-License-Identifier: Apache-2.0

//! MCUboot's slots through Zephyr's flash map, and MCUboot's own calls that say what is booted next.

use core::ffi::c_int;

use westerly_server::{BootState, FlashError, Image, Slot};

use crate::error::{self, Error};
use crate::ffi;

/// Implements [`Image`] by the partitions `slot0_partition`, `slot1_partition` and so on.
pub struct ZephyrImage;

/// What C returned; `otherwise` is what the call was to do.
fn outcome(result: c_int, otherwise: FlashError) -> Result<(), FlashError> {
    error::outcome(result).map(drop).map_err(|error| match error {
        Error::NotFound => FlashError::NoSlot,
        Error::NoDevice => FlashError::Open,
        // Of an erase: the slot does not begin or end with a page of the flash.
        Error::Invalid if otherwise == FlashError::Erase => FlashError::Query,
        // Of a request to MCUboot: it does not know what is in the slot's trailer.
        Error::Fault => FlashError::Trailer,
        _ => otherwise,
    })
}

impl Image for ZephyrImage {
    fn images(&self) -> u8 {
        ffi::westerly_image_count()
    }

    fn slot_size(&mut self, slot: Slot) -> Result<u32, FlashError> {
        let mut size = 0;
        // SAFETY: C writes to a local.
        outcome(unsafe { ffi::westerly_image_slot_size(slot.image, slot.slot, &raw mut size) }, FlashError::Query)?;
        Ok(size)
    }

    fn read(&mut self, slot: Slot, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        // SAFETY: C writes to `into`, not beyond its length.
        let result = unsafe { ffi::westerly_image_read(slot.image, slot.slot, offset, into.as_mut_ptr(), into.len()) };
        outcome(result, FlashError::Read)
    }

    fn erase(&mut self, slot: Slot, offset: u32) -> Result<u32, FlashError> {
        let mut next = 0;
        // SAFETY: C writes to a local.
        let result = unsafe { ffi::westerly_image_erase(slot.image, slot.slot, offset, &raw mut next) };
        outcome(result, FlashError::Erase).map(|()| next)
    }

    fn write_alignment(&self) -> u32 {
        ffi::westerly_image_write_alignment()
    }

    fn write(&mut self, slot: Slot, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        // SAFETY: C reads `data`, not beyond its length.
        let result = unsafe { ffi::westerly_image_write(slot.image, slot.slot, offset, data.as_ptr(), data.len()) };
        outcome(result, FlashError::Write)
    }

    fn active(&self, image: u8) -> Option<u8> {
        u8::try_from(ffi::westerly_image_active(image)).ok()
    }

    fn boot_state(&mut self, image: u8) -> BootState {
        // As c/westerly.h counts them.
        match ffi::westerly_image_boot_next(image) {
            1 => BootState::Test,
            2 => BootState::Permanent,
            3 => BootState::Revert,
            _ => BootState::Same,
        }
    }

    fn test(&mut self, image: u8, permanent: bool) -> Result<(), FlashError> {
        outcome(ffi::westerly_image_test(image, permanent), FlashError::Write)
    }

    fn confirm(&mut self, image: u8) -> Result<(), FlashError> {
        outcome(ffi::westerly_image_confirm(image), FlashError::Write)
    }
}
