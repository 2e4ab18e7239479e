// SPDX-License-Identifier: Apache-2.0
//! Values the compiler knows nothing about but their type.
//!
//! They come from functions that are declared and nowhere defined, so no optimisation can look into them. Even private
//! fields may hold anything: a proof that needs no invariant of a type does not depend on who keeps it.

use core::{ptr, slice};

#[repr(C)]
struct Parts {
    start: *const u8,
    count: usize,
}

// SAFETY: never called, as the proof is linked and never run. A caller may rely on any value being returned.
unsafe extern "C" {
    safe fn opaque_slice() -> Parts;
    safe fn opaque_reference() -> *mut u8;
    safe fn opaque_number() -> u64;
    safe fn opaque_sink(value: *const u8);
}

/// Any slice of anything.
pub fn slice<T>() -> &'static [T] {
    let Parts { start, count } = opaque_slice();
    // SAFETY: `opaque_slice` stands for all slices there are; nothing is run.
    unsafe { slice::from_raw_parts(start.cast(), count) }
}

/// Any slice of anything that may be written.
pub fn slice_mut<T>() -> &'static mut [T] {
    let Parts { start, count } = opaque_slice();
    // SAFETY: as in `slice`.
    unsafe { slice::from_raw_parts_mut(start.cast_mut().cast(), count) }
}

/// Any text.
pub fn text() -> &'static str {
    // SAFETY: `opaque_slice` stands for all texts there are; nothing is run.
    unsafe { str::from_utf8_unchecked(slice()) }
}

/// Any value.
pub fn value<T>() -> T {
    // SAFETY: `opaque_reference` stands for all places that hold a value; nothing is run.
    unsafe { ptr::read(opaque_reference().cast()) }
}

/// Any value, where it stands.
pub fn reference<T>() -> &'static T {
    // SAFETY: `opaque_reference` stands for all references there are; nothing is run.
    unsafe { &*opaque_reference().cast() }
}

/// Any value that may be changed.
pub fn reference_mut<T>() -> &'static mut T {
    // SAFETY: as in `reference`.
    unsafe { &mut *opaque_reference().cast() }
}

/// Any answer to a question.
pub fn decision() -> bool {
    opaque_number() != 0
}

/// Uses a value in a way that cannot be optimised away.
pub fn sink<T>(value: T) {
    opaque_sink((&raw const value).cast());
}
