// SPDX-License-Identifier: Apache-2.0

//! C's side of westerly-zephyr and westerly-defmt: functions of the names and shapes of `c/westerly.h`, `c/hal.h` and
//! `c/westerly_defmt.h`, which Miri links to the declarations in the crates' `ffi.rs`.
//!
//! They do to the memory they are given all that C may do by the header: they read every byte of what is read, write to all
//! the room there is before they say how little of it they used, and keep nothing beyond the call where the header does not
//! say so. What they answer is canned.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char};
use std::slice;
use std::sync::Mutex;

mod crash;
mod files;
mod hal;
mod image;
mod kernel;
mod log;
mod settings;
mod shell;

pub use crash::crash;
pub use hal::{BUS, LEVEL, UARTS};
pub use kernel::{DATAGRAMS, PRINTED, UART as CHOSEN_UART};
pub use log::OUT;

static CALLED: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

/// The functions that were called so far.
pub fn called() -> BTreeSet<&'static str> {
    CALLED.lock().unwrap().clone()
}

fn note(name: &'static str) {
    CALLED.lock().unwrap().insert(name);
}

/// Functions for the crates to link to. Each notes that it was called.
macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)? $body:block)*) => { $(
        // SAFETY: the name is one of the crates' headers, which nothing else in this program defines.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $kind),*) $(-> $result)? {
            $crate::c::note(stringify!($name));
            $body
        }
    )* };
}
pub(crate) use functions;

/// Reads all of it.
fn bytes(bytes: *const u8, length: usize) -> Vec<u8> {
    if length == 0 {
        return Vec::new();
    }
    // SAFETY: what every one of these functions is promised by who calls it.
    unsafe { slice::from_raw_parts(bytes, length) }.to_vec()
}

fn text(text: *const u8, length: usize) -> String {
    String::from_utf8(bytes(text, length)).unwrap()
}

/// Writes to all of `into`, and then the value to its beginning, as far as it goes.
fn fill(into: *mut u8, size: usize, value: &[u8]) -> usize {
    if size == 0 {
        return 0;
    }
    // SAFETY: what every one of these functions is promised by who calls it.
    let into = unsafe { slice::from_raw_parts_mut(into, size) };
    into.fill(0xee);
    let count = value.len().min(size);
    into[..count].copy_from_slice(&value[..count]);
    count
}

/// Writes to a structure of who calls.
fn put<T>(place: *mut T, value: T) {
    // SAFETY: what every one of these functions is promised by who calls it.
    unsafe { place.write(value) };
}

fn literal(text: &'static CStr) -> *const c_char {
    text.as_ptr()
}
