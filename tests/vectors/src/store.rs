// SPDX-License-Identifier: Apache-2.0
//! A vector of westerly-store: steps with a fresh ring or channel, and what comes of each.

#[path = "../../../crates/westerly-store/tests/script/mod.rs"]
mod script;

use crate::print::{same, wrong};

/// Whether exactly these results come of the steps.
pub fn holds(suite: &str, steps: &[&[u8]], results: &[&[u8]]) -> bool {
    let mut expected = results.iter();
    let known = script::run(suite, steps, &mut |got| match expected.next() {
        Some(expected) => same("result", expected, got),
        None => same("a result too many", &[], got),
    });
    known && expected.next().is_none() || wrong(format_args!("not all steps could be done"))
}
