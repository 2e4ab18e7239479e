// SPDX-License-Identifier: Apache-2.0
//! See `../src/faults.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| westerly_fuzz::faults::run(input));
