// SPDX-License-Identifier: Apache-2.0

//! The markers and the report, which both sides share: `../../common/clock.c` says what they do.

use core::ffi::CStr;

/// How often a step is repeated between the two markers where nothing else is said, as on the C side (`BENCH_ITERATIONS`).
pub const ITERATIONS: u32 = 1000;

mod c {
    use core::ffi::c_char;

    // SAFETY: the declarations are those of clock.h and bench_values.h. The functions marked safe take no pointer, and this application
    // calls them from its only thread.
    unsafe extern "C" {
        pub safe fn bench_take_over();
        pub safe fn bench_begin();
        pub safe fn bench_end() -> u32;
        pub safe fn bench_finish();
        pub fn bench_fail(why: *const c_char);
        pub fn bench_report(name: *const c_char, step: *const c_char, clocks: u32, iterations: u32);
        pub safe fn bench_load_settings() -> i32;
        pub fn bench_report_bytes(what: *const c_char, name: *const c_char, bytes: *const u8, length: u32);
    }
}

pub use c::{
    bench_begin as begin, bench_end as end, bench_finish as finish, bench_load_settings as load_settings,
    bench_take_over as take_over,
};

/// Says that nothing can be measured, and why.
pub fn fail(why: &CStr) {
    // SAFETY: the text ends in a zero byte and outlives the call, which does not keep it.
    unsafe { c::bench_fail(why.as_ptr()) }
}

/// Reports the clocks of one measurement of so many steps.
pub fn report(name: &CStr, step: &CStr, clocks: u32, iterations: u32) {
    // SAFETY: both texts end in a zero byte and outlive the call, which keeps neither.
    unsafe { c::bench_report(name.as_ptr(), step.as_ptr(), clocks, iterations) }
}

/// Reports bytes, so that the script can check what was measured.
pub fn report_bytes(what: &CStr, name: &CStr, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or_default();
    // SAFETY: the texts end in a zero byte, `bytes` has at least as many bytes as said, and the call keeps none of them.
    unsafe { c::bench_report_bytes(what.as_ptr(), name.as_ptr(), bytes.as_ptr(), length) }
}
