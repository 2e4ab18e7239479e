// SPDX-License-Identifier: Apache-2.0
//! Slots whose power goes, or whose flash fails, at a chosen write or erasure.

use westerly_server::{BootState, FlashError, Image, Slot};

use crate::device::Slots;

/// What the step during which the power goes has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing.
    Before,
    /// Its first bytes.
    Torn(usize),
    /// Its last bytes.
    TornFromTheEnd(usize),
}

/// Which step goes wrong, and how.
#[derive(Clone, Debug)]
pub struct Power {
    left: Option<u32>,
    cut: Cut,
    /// Whether nothing is done after it either.
    for_good: bool,
    on: bool,
}

impl Power {
    pub fn goes_at(step: u32, cut: Cut) -> Self {
        Self { left: Some(step), cut, for_good: true, on: true }
    }

    pub fn fails_at(step: u32) -> Self {
        Self { for_good: false, ..Self::goes_at(step, Cut::Before) }
    }

    pub fn stays() -> Self {
        Self { left: None, ..Self::goes_at(0, Cut::Before) }
    }

    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Whether the next step is done; otherwise how much of it.
    fn step(&mut self) -> Result<(), Cut> {
        if !self.on {
            return Err(Cut::Before);
        }
        match self.left {
            Some(0) => {
                self.left = None;
                self.on = !self.for_good;
                Err(self.cut)
            }
            Some(ref mut left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Slots that may fail.
#[derive(Clone)]
pub struct Faulty<const SIZE: usize, const PAGE: usize, const BLOCK: usize> {
    pub slots: Slots<SIZE, PAGE, BLOCK>,
    pub power: Power,
}

/// The part of `range` that a torn step reaches.
fn torn(range: std::ops::Range<usize>, cut: Cut) -> std::ops::Range<usize> {
    match cut {
        Cut::Before => range.start..range.start,
        Cut::Torn(count) => range.start..range.end.min(range.start + count),
        Cut::TornFromTheEnd(count) => range.start.max(range.end.saturating_sub(count))..range.end,
    }
}

impl<const SIZE: usize, const PAGE: usize, const BLOCK: usize> Image for Faulty<SIZE, PAGE, BLOCK> {
    fn images(&self) -> u8 {
        self.slots.images()
    }

    fn slot_size(&mut self, slot: Slot) -> Result<u32, FlashError> {
        self.slots.slot_size(slot)
    }

    fn read(&mut self, slot: Slot, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        self.slots.read(slot, offset, into)
    }

    fn erase(&mut self, slot: Slot, offset: u32) -> Result<u32, FlashError> {
        match self.power.step() {
            Ok(()) => self.slots.erase(slot, offset),
            Err(cut) => {
                let start = usize::try_from(offset).unwrap() / PAGE * PAGE;
                self.slots.bytes[usize::from(slot.slot)][torn(start..start + PAGE, cut)].fill(0xff);
                Err(FlashError::Erase)
            }
        }
    }

    fn write_alignment(&self) -> u32 {
        self.slots.write_alignment()
    }

    fn write(&mut self, slot: Slot, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        match self.power.step() {
            Ok(()) => self.slots.write(slot, offset, data),
            Err(cut) => {
                let start = usize::try_from(offset).unwrap();
                let reached = torn(start..start + data.len(), cut);
                let from = reached.start - start;
                self.slots.bytes[usize::from(slot.slot)][reached.clone()]
                    .copy_from_slice(&data[from..from + reached.len()]);
                Err(FlashError::Write)
            }
        }
    }

    fn active(&self, image: u8) -> Option<u8> {
        self.slots.active(image)
    }

    fn boot_state(&mut self, image: u8) -> BootState {
        self.slots.boot_state(image)
    }

    fn test(&mut self, image: u8, permanent: bool) -> Result<(), FlashError> {
        self.slots.test(image, permanent)
    }

    fn confirm(&mut self, image: u8) -> Result<(), FlashError> {
        self.slots.confirm(image)
    }
}

/// Two images, each with slots of its own.
pub struct TwoImages(pub [Slots<768>; 2]);

impl TwoImages {
    fn of(&mut self, slot: Slot) -> Result<(&mut Slots<768>, Slot), FlashError> {
        let slots = self.0.get_mut(usize::from(slot.image)).ok_or(FlashError::NoSlot)?;
        Ok((slots, Slot { image: 0, ..slot }))
    }
}

impl Image for TwoImages {
    fn images(&self) -> u8 {
        2
    }

    fn slot_size(&mut self, slot: Slot) -> Result<u32, FlashError> {
        let (slots, slot) = self.of(slot)?;
        slots.slot_size(slot)
    }

    fn read(&mut self, slot: Slot, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let (slots, slot) = self.of(slot)?;
        slots.read(slot, offset, into)
    }

    fn erase(&mut self, slot: Slot, offset: u32) -> Result<u32, FlashError> {
        let (slots, slot) = self.of(slot)?;
        slots.erase(slot, offset)
    }

    fn write_alignment(&self) -> u32 {
        self.0[0].write_alignment()
    }

    fn write(&mut self, slot: Slot, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        let (slots, slot) = self.of(slot)?;
        slots.write(slot, offset, data)
    }

    fn active(&self, image: u8) -> Option<u8> {
        self.0.get(usize::from(image))?.active(0)
    }

    fn boot_state(&mut self, image: u8) -> BootState {
        self.0[usize::from(image)].boot_state(0)
    }

    fn test(&mut self, image: u8, permanent: bool) -> Result<(), FlashError> {
        self.0[usize::from(image)].test(0, permanent)
    }

    fn confirm(&mut self, image: u8) -> Result<(), FlashError> {
        self.0[usize::from(image)].confirm(0)
    }
}
