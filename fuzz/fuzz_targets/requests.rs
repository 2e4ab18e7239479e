// SPDX-License-Identifier: Apache-2.0
//! See `../src/requests.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| westerly_fuzz::requests::run(input));
