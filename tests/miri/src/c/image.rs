// SPDX-License-Identifier: Apache-2.0

//! A flash of two slots for one image.

use std::ffi::c_int;
use std::sync::Mutex;

use super::{bytes, fill, functions, put};

const PAGE: usize = 64;
const SIZE: usize = 4 * PAGE;

static SLOTS: Mutex<[[u8; SIZE]; 2]> = Mutex::new([[0; SIZE]; 2]);

functions! {
    fn westerly_image_count() -> u8 {
        1
    }

    fn westerly_image_slot_size(image: u8, slot: u8, size: *mut u32) -> c_int {
        if image > 0 || slot > 1 {
            return -3;
        }
        put(size, u32::try_from(SIZE).unwrap());
        0
    }

    fn westerly_image_read(image: u8, slot: u8, offset: u32, into: *mut u8, size: usize) -> c_int {
        assert_eq!(image, 0);
        let slots = SLOTS.lock().unwrap();
        fill(into, size, &slots[usize::from(slot)][offset as usize..]);
        0
    }

    fn westerly_image_write(image: u8, slot: u8, offset: u32, data: *const u8, length: usize) -> c_int {
        assert_eq!(image, 0);
        let mut slots = SLOTS.lock().unwrap();
        slots[usize::from(slot)][offset as usize..][..length].copy_from_slice(&bytes(data, length));
        0
    }

    fn westerly_image_write_alignment() -> u32 {
        4
    }

    fn westerly_image_erase(image: u8, slot: u8, offset: u32, next: *mut u32) -> c_int {
        assert_eq!(image, 0);
        let page = offset as usize / PAGE * PAGE;
        SLOTS.lock().unwrap()[usize::from(slot)][page..page + PAGE].fill(0xff);
        put(next, u32::try_from(page + PAGE).unwrap());
        0
    }

    fn westerly_image_active(image: u8) -> c_int {
        if image == 0 { 0 } else { -1 }
    }

    fn westerly_image_boot_next(image: u8) -> c_int {
        c_int::from(image == 0)
    }

    fn westerly_image_test(image: u8, permanent: bool) -> c_int {
        if image == 0 && permanent { -9 } else { 0 }
    }

    fn westerly_image_confirm(image: u8) -> c_int {
        c_int::from(image) * -1
    }
}
