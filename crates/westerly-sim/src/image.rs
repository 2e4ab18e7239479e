// SPDX-License-Identifier: Apache-2.0
//! The two slots of the board's image, and what MCUboot does with them at a start.
//!
//! A slot is a file, `slot0.bin` or `slot1.bin`, with all that flash of that size would hold: pages are erased to 0xff, a
//! block that is not erased cannot be written, and the trailer at the end is MCUboot's. A file of another's making may be put
//! in the place of one while no board runs.
//!
//! Like MCUboot (swap using move), [`SimulatedImages::boot`] swaps the slots when an image waits in slot 1, and back when it
//! was not confirmed; an image whose hash is not right, or that it could not check, is not booted and its header erased.
//! Swapping means two new files beside the old ones, and once both are whole a third that says so: however the process ends,
//! the next start finds both slots swapped or neither. Unlike MCUboot it has no keys: signatures are not checked.

mod made;
mod slot;

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use westerly_server::mcuboot::{self, Source};
use westerly_server::{BootState, FlashError, Image, Slot};

use crate::activity::measure_stack;
use slot::{BLOCK, Contents, PAGE};

/// Pages of a slot that an image cannot use: one for the trailer, and one to move the others by.
const PAGES_KEPT: u32 = 2;
/// The fewest pages a slot has.
const PAGES_MIN: u32 = 8;
/// Is there while two new slots are to take the place of the old ones.
const SWAP: &str = "swap";

/// The least bytes of a slot, and the most; it is made of whole pages.
pub(crate) const SLOT_SIZES: std::ops::RangeInclusive<u32> = PAGES_MIN * PAGE..=64 * 1024 * 1024;

/// Whether a slot can have this size.
pub(crate) fn is_slot_size(size: u32) -> bool {
    SLOT_SIZES.contains(&size) && size.is_multiple_of(PAGE)
}

/// Implements [`Image`] by two files.
#[derive(Debug)]
pub(crate) struct SimulatedImages {
    folder: PathBuf,
    slots: [Contents; 2],
}

impl SimulatedImages {
    /// The slots in a folder, which are made if they are not there: this board's own image in slot 0, and none in slot 1.
    /// A swap that was under way is finished. What MCUboot does at a start is done.
    pub(crate) fn start(folder: &Path, slot_size: u32) -> io::Result<Self> {
        let swapped = finish_swap(folder)?;
        let first = Contents::open(&path(folder, 0), slot_size, &made::own_image())?;
        let second = Contents::open(&path(folder, 1), slot_size, &[])?;
        let mut images = Self { folder: folder.into(), slots: [first, second] };
        if !swapped {
            images.boot()?;
        }
        Ok(images)
    }

    /// What MCUboot does at a start.
    pub(crate) fn boot(&mut self) -> io::Result<()> {
        let state = self.boot_state(0);
        let bootable = is_bootable(&mut self.slots[1]);
        match (state, bootable) {
            (BootState::Same, _) => Ok(()),
            (BootState::Test, true) => self.swap(false),
            (BootState::Permanent | BootState::Revert, true) => self.swap(true),
            // There is nothing to go back to: what runs stays.
            (BootState::Revert, false) => self.slots[0].confirm(),
            (BootState::Test | BootState::Permanent, false) => self.slots[1].reject(),
        }
    }

    /// Each image in the other slot; the trailers as MCUboot leaves them.
    fn swap(&mut self, confirmed: bool) -> io::Result<()> {
        let [first, second] = &self.slots;
        second.copy_with_trailer(&next(&self.folder, 0), Some(confirmed))?;
        first.copy_with_trailer(&next(&self.folder, 1), None)?;
        File::create_new(self.folder.join(SWAP))?.sync_all()?;
        finish_swap(&self.folder)?;
        let size = first.size();
        self.slots =
            [Contents::open(&path(&self.folder, 0), size, &[])?, Contents::open(&path(&self.folder, 1), size, &[])?];
        Ok(())
    }

    fn slot(&mut self, slot: Slot) -> Result<&mut Contents, FlashError> {
        measure_stack();
        let slot = if slot.image == 0 { self.slots.get_mut(usize::from(slot.slot)) } else { None };
        slot.ok_or(FlashError::NoSlot)
    }
}

/// Brings a swap to its end if there is one; tells whether there was.
fn finish_swap(folder: &Path) -> io::Result<bool> {
    let swap = folder.join(SWAP);
    let committed = swap.try_exists()?;
    for number in [0, 1] {
        let new = next(folder, number);
        let done = if committed { fs::rename(&new, path(folder, number)) } else { fs::remove_file(&new) };
        match done {
            // This one was done before.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            done => done?,
        }
    }
    if committed {
        fs::remove_file(swap)?;
    }
    Ok(committed)
}

fn path(folder: &Path, number: u8) -> PathBuf {
    folder.join(format!("slot{number}.bin"))
}

fn next(folder: &Path, number: u8) -> PathBuf {
    folder.join(format!("slot{number}.next"))
}

/// Whether MCUboot would boot the image in a slot.
fn is_bootable(slot: &mut Contents) -> bool {
    let bootable = |found: mcuboot::Information| found.header.is_bootable();
    mcuboot::verify(slot) == Ok(true) && mcuboot::parse(slot).is_ok_and(bootable)
}

impl Source for Contents {
    fn length(&self) -> u32 {
        self.size()
    }

    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        Self::read(self, offset, into)
    }
}

impl Image for SimulatedImages {
    fn images(&self) -> u8 {
        1
    }

    fn slot_size(&mut self, slot: Slot) -> Result<u32, FlashError> {
        Ok(self.slot(slot)?.size())
    }

    fn max_image_size(&mut self, _: u8) -> Option<u32> {
        self.slots[0].size().checked_sub(PAGES_KEPT * PAGE)
    }

    fn read(&mut self, slot: Slot, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        self.slot(slot)?.read(offset, into)
    }

    fn erase(&mut self, slot: Slot, offset: u32) -> Result<u32, FlashError> {
        self.slot(slot)?.erase(offset)
    }

    fn write_alignment(&self) -> u32 {
        BLOCK
    }

    fn write(&mut self, slot: Slot, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        self.slot(slot)?.write(offset, data)
    }

    fn active(&self, _: u8) -> Option<u8> {
        Some(0)
    }

    /// The table of MCUboot's documentation, "Image trailers".
    fn boot_state(&mut self, _: u8) -> BootState {
        let [first, second] = &self.slots;
        match (first.trailer(), second.trailer()) {
            (_, second) if second.magic && second.image_ok => BootState::Permanent,
            (_, second) if second.magic => BootState::Test,
            (first, _) if first.magic && first.copy_done && !first.image_ok => BootState::Revert,
            _ => BootState::Same,
        }
    }

    fn test(&mut self, _: u8, permanent: bool) -> Result<(), FlashError> {
        let [_, second] = &mut self.slots;
        second.request(permanent)
    }

    fn confirm(&mut self, _: u8) -> Result<(), FlashError> {
        let [first, _] = &mut self.slots;
        first.confirm().map_err(|_| FlashError::Write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    const SIZE: u32 = PAGES_MIN * PAGE;
    const OTHER: Slot = Slot { image: 0, slot: 1 };

    /// An image that differs from the board's own in its version.
    fn update() -> Vec<u8> {
        let mut image = made::own_image();
        image[20] = 9;
        let end = image.len() - 40;
        let (hashed, tlvs) = image.split_at_mut(end);
        tlvs[8..].copy_from_slice(&<sha2::Sha256 as sha2::Digest>::digest(hashed));
        image
    }

    fn bring(images: &mut SimulatedImages, image: &[u8]) {
        let whole = image.len().next_multiple_of(8);
        let padded: Vec<u8> = image.iter().copied().chain(std::iter::repeat(0xff)).take(whole).collect();
        images.erase(OTHER, 0).unwrap();
        images.erase(OTHER, SIZE - 1).unwrap();
        images.write(OTHER, 0, &padded).unwrap();
    }

    /// The major versions of what is in the slots, 0 for the board's own and 9 for the update.
    fn majors(images: &mut SimulatedImages) -> [Option<u8>; 2] {
        let [first, second] = &mut images.slots;
        [first, second].map(|slot| mcuboot::parse(slot).ok().map(|found| found.header.version.major))
    }

    fn ready(folder: &Folder) -> SimulatedImages {
        let mut images = SimulatedImages::start(folder.path(), SIZE).unwrap();
        bring(&mut images, &update());
        images
    }

    #[test]
    fn the_board_s_own_image_is_one() {
        let folder = Folder::open(None).unwrap();
        let mut images = SimulatedImages::start(folder.path(), SIZE).unwrap();
        assert_eq!(mcuboot::verify(&mut images.slots[0]), Ok(true));
        let version = mcuboot::parse(&mut images.slots[0]).unwrap().header.version;
        assert_eq!(format!("{}.{}.{}", version.major, version.minor, version.revision), env!("CARGO_PKG_VERSION"));
        assert_eq!((majors(&mut images)[1], images.boot_state(0)), (None, BootState::Same));
    }

    #[test]
    fn tested_and_not_confirmed_it_goes_back() {
        let folder = Folder::open(None).unwrap();
        let mut images = ready(&folder);
        images.boot().unwrap();
        assert_eq!(majors(&mut images), [Some(0), Some(9)]);
        images.test(0, false).unwrap();
        assert_eq!(images.boot_state(0), BootState::Test);
        images.boot().unwrap();
        assert_eq!((majors(&mut images), images.boot_state(0)), ([Some(9), Some(0)], BootState::Revert));
        images.boot().unwrap();
        assert_eq!((majors(&mut images), images.boot_state(0)), ([Some(0), Some(9)], BootState::Same));
        images.boot().unwrap();
        assert_eq!(majors(&mut images), [Some(0), Some(9)]);
    }

    /// A start of the process is a start of the board.
    #[test]
    fn tested_and_confirmed_it_stays() {
        let folder = Folder::open(None).unwrap();
        let mut images = ready(&folder);
        images.test(0, false).unwrap();
        let mut images = SimulatedImages::start(folder.path(), SIZE).unwrap();
        assert_eq!((majors(&mut images), images.boot_state(0)), ([Some(9), Some(0)], BootState::Revert));
        images.confirm(0).unwrap();
        assert_eq!(images.boot_state(0), BootState::Same);
        let mut images = SimulatedImages::start(folder.path(), SIZE).unwrap();
        assert_eq!((majors(&mut images), images.boot_state(0)), ([Some(9), Some(0)], BootState::Same));
    }

    #[test]
    fn for_good_it_stays() {
        let folder = Folder::open(None).unwrap();
        let mut images = ready(&folder);
        images.test(0, true).unwrap();
        assert_eq!(images.boot_state(0), BootState::Permanent);
        images.boot().unwrap();
        images.boot().unwrap();
        assert_eq!((majors(&mut images), images.boot_state(0)), ([Some(9), Some(0)], BootState::Same));
    }

    #[test]
    fn what_is_no_good_image_is_not_booted() {
        let not_bootable = |image: &mut Vec<u8>| image[16] = 0x10;
        let damaged = |image: &mut Vec<u8>| image[40] ^= 1;
        for spoil in [&not_bootable as &dyn Fn(&mut Vec<u8>), &damaged] {
            let folder = Folder::open(None).unwrap();
            let mut images = SimulatedImages::start(folder.path(), SIZE).unwrap();
            let mut image = update();
            spoil(&mut image);
            bring(&mut images, &image);
            images.test(0, true).unwrap();
            images.boot().unwrap();
            assert_eq!((majors(&mut images), images.boot_state(0)), ([Some(0), None], BootState::Same));
        }
    }

    #[test]
    fn flash_is_erased_by_pages_and_written_once() {
        let folder = Folder::open(None).unwrap();
        let mut images = SimulatedImages::start(folder.path(), SIZE).unwrap();
        assert_eq!(images.write(OTHER, 4096, &[1; 16]), Ok(()));
        assert_eq!(images.write(OTHER, 4104, &[1; 8]), Err(FlashError::Write));
        assert_eq!(images.write(OTHER, 4, &[1; 8]), Err(FlashError::Write));
        assert_eq!(images.write(OTHER, 0, &[1; 7]), Err(FlashError::Write));
        assert_eq!(images.write(OTHER, SIZE, &[1; 8]), Err(FlashError::Write));
        assert_eq!(images.erase(OTHER, 4200), Ok(8192));
        assert_eq!(images.write(OTHER, 4104, &[1; 8]), Ok(()));
        assert_eq!(images.erase(OTHER, SIZE), Err(FlashError::Erase));
        assert_eq!(images.erase(Slot { image: 1, slot: 0 }, 0), Err(FlashError::NoSlot));
        assert!(SimulatedImages::start(folder.path(), SIZE + PAGE).is_err());
    }

    /// The process ends after each step of a swap in turn: the next start finds it done or not begun, and then does it.
    #[test]
    fn a_swap_that_is_interrupted() {
        for steps in 0..7 {
            let folder = Folder::open(None).unwrap();
            let path = |name: &str| folder.path().join(name);
            let mut images = ready(&folder);
            images.test(0, false).unwrap();
            let [first, second] = &images.slots;
            let step: [&dyn Fn() -> io::Result<()>; 6] = [
                &|| fs::write(path("slot0.next"), "half of it"),
                &|| second.copy_with_trailer(&path("slot0.next"), Some(false)),
                &|| first.copy_with_trailer(&path("slot1.next"), None),
                &|| File::create_new(path(SWAP)).map(|_| ()),
                &|| fs::rename(path("slot0.next"), path("slot0.bin")),
                &|| fs::rename(path("slot1.next"), path("slot1.bin")),
            ];
            step.iter().take(steps).for_each(|step| step().unwrap());
            let mut images = SimulatedImages::start(folder.path(), SIZE).unwrap();
            let state = (majors(&mut images), images.boot_state(0));
            assert_eq!(state, ([Some(9), Some(0)], BootState::Revert), "after {steps} steps");
            let mut names: Vec<_> =
                fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            assert_eq!(names, ["slot0.bin", "slot1.bin"], "after {steps} steps");
        }
    }
}
