// SPDX-License-Identifier: Apache-2.0

//! Runs the unsafe code of westerly-zephyr and westerly-defmt where undefined behaviour is found: under Miri, as the crates
//! are, with C's side played in Rust (`c.rs`) and Zephyr's kernel on the host's threads (`zephyr-sys/`).
//!
//! What it cannot show: that C's real side keeps to its header (the sanitizers on native_sim look at that), and that the
//! layouts on both sides agree. Every function of C that the crates declare must be called here or be in [`NOT_CALLED`].

use std::collections::BTreeSet;

mod c;
mod cases;

/// What no case calls, and why.
const NOT_CALLED: [(&str, &str); 1] =
    [("westerly_fatal", "ends in a loop without end; it passes a string and its length, as westerly_print_line does")];

const DECLARATIONS: [&str; 3] = [
    include_str!("../../../crates/westerly-zephyr/src/ffi.rs"),
    include_str!("../../../crates/westerly-zephyr/src/hal/ffi.rs"),
    include_str!("../../../crates/westerly-defmt/src/ffi.rs"),
];

/// The functions of C that the crates declare.
fn declared() -> BTreeSet<&'static str> {
    let names = |text: &'static str| {
        text.match_indices("fn westerly_").filter_map(move |(at, _)| text[at + 3..].split('(').next())
    };
    DECLARATIONS.into_iter().flat_map(names).collect()
}

fn main() {
    // Parts of the cases' names; then only those run.
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let cases = cases::ALL
        .iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())));
    let mut passed = 0;
    for (name, case) in cases {
        println!("{name}");
        case();
        passed += 1;
    }
    assert!(passed > 0, "no case is called like that");
    if wanted.is_empty() {
        check_called();
    }
    println!("{passed} passed, 0 failed");
    // Threads that run for ever are still there.
    std::process::exit(0);
}

fn check_called() {
    let (declared, called) = (declared(), c::called());
    let excused: BTreeSet<&str> = NOT_CALLED.iter().map(|(name, _)| *name).collect();
    let missing: Vec<_> = declared.iter().filter(|name| !called.contains(*name) && !excused.contains(*name)).collect();
    assert!(missing.is_empty(), "no case calls {missing:?}: add one in src/cases/, and C's side in src/c/");
    let idle: Vec<_> = excused.iter().filter(|name| called.contains(*name) || !declared.contains(*name)).collect();
    assert!(idle.is_empty(), "NOT_CALLED names {idle:?} without need");
    println!("{} functions of C called, {} not", called.len(), excused.len());
    for (name, reason) in NOT_CALLED {
        println!("  not called: {name}: {reason}");
    }
}
