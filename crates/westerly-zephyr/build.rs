// SPDX-License-Identifier: Apache-2.0

//! Passes on the one Kconfig symbol that decides whether C code exists that Rust code calls.

use std::{env, fs};

fn main() {
    println!("cargo:rustc-check-cfg=cfg(westerly_udp)");
    println!("cargo:rerun-if-env-changed=DOTCONFIG");
    let Ok(path) = env::var("DOTCONFIG") else {
        panic!("DOTCONFIG is not set: this crate is built by a Zephyr build (west build), not by cargo alone");
    };
    println!("cargo:rerun-if-changed={path}");
    let configuration = fs::read_to_string(&path).expect("DOTCONFIG names a file that can be read");
    if configuration.lines().any(|line| line == "CONFIG_WESTERLY_UDP=y") {
        println!("cargo:rustc-cfg=westerly_udp");
    }
}
