// SPDX-License-Identifier: Apache-2.0

//! C's side of westerly-defmt: an outlet that refuses every third frame at first, and the lock.

use std::sync::{Condvar, Mutex};

use zephyr_sys::{zr_irq_lock, zr_irq_unlock};

use super::functions;

/// What came out of the outlet, encoded, and how often it was asked.
pub static OUT: Mutex<(Vec<u8>, u32)> = Mutex::new((Vec::new(), 0));

static AWAKE: Mutex<bool> = Mutex::new(false);
static WOKEN: Condvar = Condvar::new();
static BUILD_ID: [u8; 20] = [0xb1; 20];

functions! {
    fn westerly_defmt_lock() -> u32 {
        // SAFETY: may be called by anybody.
        unsafe { zr_irq_lock() }
    }

    fn westerly_defmt_unlock(key: u32) {
        // SAFETY: with the key that the lock gave.
        unsafe { zr_irq_unlock(key) };
    }

    fn westerly_defmt_uptime() -> u64 {
        1_000_000
    }

    fn westerly_defmt_wake() {
        *AWAKE.lock().unwrap() = true;
        WOKEN.notify_all();
    }

    fn westerly_defmt_wait(retry: bool) {
        let mut awake = AWAKE.lock().unwrap();
        while !*awake && !retry {
            awake = WOKEN.wait(awake).unwrap();
        }
        *awake = false;
    }

    fn westerly_defmt_has(outlet: u32) -> bool {
        outlet == 0
    }

    fn westerly_defmt_begin(_outlet: u32, room: usize) -> bool {
        let mut out = OUT.lock().unwrap();
        out.1 += 1;
        room > 0 && out.1 % 3 != 0
    }

    fn westerly_defmt_byte(outlet: u32, byte: u8) {
        assert_eq!(outlet, 0);
        OUT.lock().unwrap().0.push(byte);
    }

    fn westerly_defmt_end(_outlet: u32) {}

    fn westerly_defmt_build_id(id: *mut *const u8) -> usize {
        super::put(id, BUILD_ID.as_ptr());
        BUILD_ID.len()
    }
}
