// SPDX-License-Identifier: Apache-2.0

//! Zephyr's own statistics, which its C code counts where `CONFIG_STATS` is set.

#[cfg(zephyr_stats)]
use core::ffi::{c_char, c_void};
use core::ops::ControlFlow;
#[cfg(zephyr_stats)]
use core::ptr;

use westerly_server::MoreStatistics;

#[cfg(zephyr_stats)]
use crate::ffi::{self, text};

/// Implements [`MoreStatistics`] by the groups that are registered with Zephyr; without `CONFIG_STATS` there are none.
pub struct ZephyrStatistics;

type Each<'e> = &'e mut dyn FnMut(&str, u64) -> ControlFlow<()>;

#[cfg(zephyr_stats)]
impl MoreStatistics for ZephyrStatistics {
    fn names(&mut self, each: &mut dyn FnMut(&str) -> ControlFlow<()>) {
        let mut each: Each<'_> = &mut |name, _| each(name);
        // SAFETY: C calls `on_statistic` with this context, and only before it returns.
        unsafe { ffi::westerly_statistics(on_statistic, ptr::from_mut(&mut each).cast()) };
    }

    fn counters(&mut self, group: &str, mut each: Each<'_>) -> bool {
        // SAFETY: C reads the name, not beyond its length, and calls `on_statistic` with this context before it returns.
        unsafe {
            ffi::westerly_statistics_group(group.as_ptr(), group.len(), on_statistic, ptr::from_mut(&mut each).cast())
        }
    }
}

#[cfg(zephyr_stats)]
extern "C" fn on_statistic(name: *const c_char, value: u64, each: *mut c_void) -> bool {
    // SAFETY: the callers above passed a pointer to an `Each`, which nobody else uses while C walks.
    let each = unsafe { &mut *each.cast::<Each<'_>>() };
    // SAFETY: the name ends in NUL and stays for the length of this call.
    let name = unsafe { text(name) };
    each(name, value).is_continue()
}

#[cfg(not(zephyr_stats))]
impl MoreStatistics for ZephyrStatistics {
    fn names(&mut self, _: &mut dyn FnMut(&str) -> ControlFlow<()>) {}

    fn counters(&mut self, _: &str, _: Each<'_>) -> bool {
        false
    }
}
