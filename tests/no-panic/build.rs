// SPDX-License-Identifier: Apache-2.0
//! Tells the linker which symbols it may take as given.
//!
//! The sources of opaque values are: what they do does not matter, as nothing is ever run. The symbol that the panic handler
//! calls is not, so that a panic which is reachable leaves it undefined; only to explain such a failure it is given too.

use std::env;

fn main() {
    println!("cargo:rerun-if-env-changed=NO_PANIC_EXPLAIN");
    for symbol in ["opaque_slice", "opaque_reference", "opaque_number", "opaque_sink"] {
        println!("cargo:rustc-link-arg=--defsym={symbol}=0");
    }
    for argument in ["--gc-sections", "--no-undefined"] {
        println!("cargo:rustc-link-arg={argument}");
    }
    if env::var_os("NO_PANIC_EXPLAIN").is_some() {
        for argument in ["--defsym=a_panic_can_be_reached=0", "--emit-relocs"] {
            println!("cargo:rustc-link-arg={argument}");
        }
    }
}
