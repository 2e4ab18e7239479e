// SPDX-License-Identifier: Apache-2.0

//! The C side of this crate, as `c/westerly_defmt.h` declares it, and what `defmt.ld` defines.

use crate::level::Markers;

unsafe extern "C" {
    pub(crate) safe fn westerly_defmt_lock() -> u32;
    pub(crate) safe fn westerly_defmt_unlock(key: u32);
    pub(crate) safe fn westerly_defmt_uptime() -> u64;
    pub(crate) safe fn westerly_defmt_wake();
    pub(crate) safe fn westerly_defmt_wait(retry: bool);
    pub(crate) safe fn westerly_defmt_has(outlet: u32) -> bool;
    pub(crate) safe fn westerly_defmt_begin(outlet: u32, room: usize) -> bool;
    pub(crate) safe fn westerly_defmt_byte(outlet: u32, byte: u8);
    pub(crate) safe fn westerly_defmt_end(outlet: u32);
    fn westerly_defmt_build_id(id: *mut *const u8) -> usize;

    // Places in `.defmt`: their addresses are what they say, and there is nothing to read.
    static __DEFMT_MARKER_TRACE_START: u8;
    static __DEFMT_MARKER_DEBUG_START: u8;
    static __DEFMT_MARKER_INFO_START: u8;
    static __DEFMT_MARKER_WARN_START: u8;
    static __DEFMT_MARKER_ERROR_START: u8;
    static __DEFMT_MARKER_ERROR_END: u8;
}

pub(crate) fn build_id() -> &'static [u8] {
    let mut id = core::ptr::null();
    // SAFETY: C writes the address there and nothing else.
    let length = unsafe { westerly_defmt_build_id(&raw mut id) };
    if length == 0 || id.is_null() {
        return &[];
    }
    // SAFETY: C found so many bytes there, in a read-only part of the image.
    unsafe { core::slice::from_raw_parts(id, length) }
}

pub(crate) fn markers() -> Markers {
    Markers {
        trace: index(&raw const __DEFMT_MARKER_TRACE_START),
        debug: index(&raw const __DEFMT_MARKER_DEBUG_START),
        info: index(&raw const __DEFMT_MARKER_INFO_START),
        warn: index(&raw const __DEFMT_MARKER_WARN_START),
        error: index(&raw const __DEFMT_MARKER_ERROR_START),
        end: index(&raw const __DEFMT_MARKER_ERROR_END),
    }
}

/// As defmt makes a message's index of its address.
#[expect(clippy::cast_possible_truncation, reason = "defmt.ld asserts that 16 bits are enough")]
fn index(place: *const u8) -> u16 {
    place.addr() as u16
}
