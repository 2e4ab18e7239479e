// SPDX-License-Identifier: Apache-2.0
//! Slots in memory, as flash that MCUboot looks after: pages to be erased, blocks to be written once, and a trailer.
//!
//! `running.bin` is what runs, an image made by MCUboot's own tool, and `update.bin` one that could be brought:
//! ```text
//! imgtool sign --header-size 0x20 --pad-header --slot-size 0x400 --align 8 --max-sectors 4 \
//!     --version 1.2.3 running.txt running.bin
//! imgtool sign ... --version 1.3.0+7 --custom-tlv 0xa0 0x0102 update.txt update.bin
//! ```

use westerly_server::{BootState, FlashError, Image, Slot};

/// The image in slot 0, 108 bytes.
pub const RUNNING: &[u8] = include_bytes!("running.bin");

/// What ran, and was there besides, when Zephyr's server was recorded: 1.2.3+4 and 1.2.4, made by the recording's own code.
pub const RECORDED: [&[u8]; 2] = [include_bytes!("recorded_running.bin"), include_bytes!("recorded_new.bin")];

/// What MCUboot writes at the end of a slot with a say in what is booted, where blocks are of 8 bytes.
const MAGIC: [u8; 16] =
    [0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80];
/// Where the flags are, in bytes before the end.
const IMAGE_OK: usize = 24;
const COPY_DONE: usize = 32;
const SET: u8 = 1;

/// One image's two slots of `SIZE` bytes, a multiple of `PAGE`, which is one of `BLOCK`. Slot 0 runs.
#[derive(Clone)]
pub struct Slots<const SIZE: usize = 768, const PAGE: usize = 256, const BLOCK: usize = 8> {
    /// What is in them.
    pub bytes: [[u8; SIZE]; 2],
}

impl<const SIZE: usize, const PAGE: usize, const BLOCK: usize> Default for Slots<SIZE, PAGE, BLOCK> {
    fn default() -> Self {
        Self::holding(RUNNING, &[])
    }
}

impl<const SIZE: usize, const PAGE: usize, const BLOCK: usize> Slots<SIZE, PAGE, BLOCK> {
    /// An image in each slot, or nothing in the second.
    pub fn holding(first: &[u8], second: &[u8]) -> Self {
        let mut slots = Self { bytes: [[0xff; SIZE]; 2] };
        slots.bytes[0][..first.len()].copy_from_slice(first);
        slots.bytes[1][..second.len()].copy_from_slice(second);
        slots
    }

    fn range(&self, slot: Slot, offset: u32, length: usize) -> Result<(usize, core::ops::Range<usize>), FlashError> {
        let start = usize::try_from(offset).map_err(|_| FlashError::Other)?;
        let end = start.checked_add(length).filter(|&end| end <= SIZE).ok_or(FlashError::Other)?;
        let place = usize::from(slot.slot);
        if slot.image == 0 && place < 2 { Ok((place, start..end)) } else { Err(FlashError::NoSlot) }
    }

    fn magic_is_set(&self, slot: usize) -> bool {
        self.bytes[slot].ends_with(&MAGIC)
    }

    fn flag_is_set(&self, slot: usize, flag: usize) -> bool {
        self.bytes[slot][SIZE - flag] == SET
    }

    /// As if MCUboot had just swapped the slots to test what is now in slot 0.
    pub fn swap_to_test(&mut self) {
        self.bytes.swap(0, 1);
        let [first, second] = &mut self.bytes;
        first[SIZE - PAGE..].fill(0xff);
        second[SIZE - PAGE..].fill(0xff);
        first[SIZE - MAGIC.len()..].copy_from_slice(&MAGIC);
        first[SIZE - COPY_DONE] = SET;
    }
}

impl<const SIZE: usize, const PAGE: usize, const BLOCK: usize> Image for Slots<SIZE, PAGE, BLOCK> {
    fn images(&self) -> u8 {
        1
    }

    fn slot_size(&mut self, slot: Slot) -> Result<u32, FlashError> {
        self.range(slot, 0, 0)?;
        u32::try_from(SIZE).map_err(|_| FlashError::Query)
    }

    /// All but the page of the trailer, and one to move pages with.
    fn max_image_size(&mut self, _: u8) -> Option<u32> {
        u32::try_from(SIZE - PAGE).ok()
    }

    fn read(&mut self, slot: Slot, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let (slot, range) = self.range(slot, offset, into.len())?;
        into.copy_from_slice(&self.bytes[slot][range]);
        Ok(())
    }

    fn erase(&mut self, slot: Slot, offset: u32) -> Result<u32, FlashError> {
        let (slot, range) = self.range(slot, offset, 1)?;
        let start = range.start / PAGE * PAGE;
        self.bytes[slot][start..start + PAGE].fill(0xff);
        u32::try_from(start + PAGE).map_err(|_| FlashError::Erase)
    }

    fn write_alignment(&self) -> u32 {
        u32::try_from(BLOCK).unwrap_or(0)
    }

    fn write(&mut self, slot: Slot, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        let (slot, range) = self.range(slot, offset, data.len())?;
        let place = &mut self.bytes[slot][range.clone()];
        // As flash does that corrects errors, and other flash does not mind: a block is written once.
        let erased = place.iter().all(|&byte| byte == 0xff);
        if !range.start.is_multiple_of(BLOCK) || !data.len().is_multiple_of(BLOCK) || !erased {
            return Err(FlashError::Write);
        }
        place.copy_from_slice(data);
        Ok(())
    }

    fn active(&self, _: u8) -> Option<u8> {
        Some(0)
    }

    /// The table of MCUboot's documentation, "Image trailers".
    fn boot_state(&mut self, _: u8) -> BootState {
        match (self.magic_is_set(0), self.magic_is_set(1)) {
            (_, true) if self.flag_is_set(1, IMAGE_OK) => BootState::Permanent,
            (_, true) => BootState::Test,
            (true, _) if self.flag_is_set(0, COPY_DONE) && !self.flag_is_set(0, IMAGE_OK) => BootState::Revert,
            _ => BootState::Same,
        }
    }

    fn test(&mut self, _: u8, permanent: bool) -> Result<(), FlashError> {
        let trailer = &mut self.bytes[1][SIZE - MAGIC.len()..];
        if trailer.iter().any(|&byte| byte != 0xff) {
            return Err(FlashError::Trailer);
        }
        trailer.copy_from_slice(&MAGIC);
        if permanent {
            self.bytes[1][SIZE - IMAGE_OK] = SET;
        }
        Ok(())
    }

    fn confirm(&mut self, _: u8) -> Result<(), FlashError> {
        self.bytes[0][SIZE - IMAGE_OK] = SET;
        Ok(())
    }
}
