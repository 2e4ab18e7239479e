// SPDX-License-Identifier: Apache-2.0

//! Passes on the Kconfig symbols that decide whether C code exists that Rust code calls.

use std::{env, fs};

/// `CONFIG_WESTERLY_FILES` as `cfg(westerly_files)`, and so on.
const SYMBOLS: [&str; 15] = [
    "ACCESS",
    "CRASH",
    "ERASE_STORAGE",
    "FILES",
    "IMAGE",
    "IO",
    "NETWORK",
    "SETTINGS",
    "SHELL",
    "STATISTICS",
    "TELEMETRY",
    "TEST_CRASHES",
    "UDP",
    "UDP_ACCESS_OPTION",
    "WATCHDOG",
];
/// `CONFIG_I2C` as `cfg(zephyr_i2c)`, and so on.
const SUBSYSTEMS: [&str; 5] = ["GPIO", "I2C", "PWM", "SERIAL", "SPI"];

fn main() {
    println!("cargo:rerun-if-env-changed=DOTCONFIG");
    let Ok(path) = env::var("DOTCONFIG") else {
        panic!("DOTCONFIG is not set: this crate is built by a Zephyr build (west build), not by cargo alone");
    };
    println!("cargo:rerun-if-changed={path}");
    let configuration = fs::read_to_string(&path).expect("DOTCONFIG names a file that can be read");
    let is_set = |symbol: &str| configuration.lines().any(|line| line.strip_suffix("=y") == Some(symbol));
    for symbol in SYMBOLS {
        let name = symbol.to_lowercase();
        println!("cargo:rustc-check-cfg=cfg(westerly_{name})");
        if is_set(&format!("CONFIG_WESTERLY_{symbol}")) {
            println!("cargo:rustc-cfg=westerly_{name}");
        }
    }
    for symbol in SUBSYSTEMS {
        let name = symbol.to_lowercase();
        println!("cargo:rustc-check-cfg=cfg(zephyr_{name})");
        if is_set(&format!("CONFIG_{symbol}")) {
            println!("cargo:rustc-cfg=zephyr_{name}");
        }
    }
    println!("cargo:rustc-check-cfg=cfg(zephyr_stats)");
    if is_set("CONFIG_STATS") {
        println!("cargo:rustc-cfg=zephyr_stats");
    }
}
