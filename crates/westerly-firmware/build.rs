// SPDX-License-Identifier: Apache-2.0

//! Turns the CONFIG_WESTERLY_* symbols of this build into constants: `configuration::UDP_PORT` and so on.

mod build_rules;

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

const PREFIX: &str = "CONFIG_WESTERLY_";
/// Those that decide what code there is: `CONFIG_WESTERLY_FILES` is `cfg(westerly_files)` too, and so on.
const CODE: [&str; 33] = [
    "ACCESS",
    "CRASH",
    "ERASE_STORAGE",
    "EXAMPLE",
    "FILES",
    "IMAGE",
    "IMAGE_REPLACE_PENDING",
    "IO",
    "LOG",
    "NETWORK",
    "SERIAL_SHELL",
    "SETTINGS",
    "SHELL",
    "STATISTICS",
    "TELEMETRY",
    "TELEMETRY_ACCELERATION",
    "TELEMETRY_AMBIENT_TEMPERATURE",
    "TELEMETRY_BUTTON0",
    "TELEMETRY_BUTTON1",
    "TELEMETRY_BUTTON2",
    "TELEMETRY_BUTTON3",
    "TELEMETRY_CPU_LOAD",
    "TELEMETRY_DIE_TEMPERATURE",
    "TELEMETRY_HEAP",
    "TELEMETRY_HUMIDITY",
    "TELEMETRY_LIGHT",
    "TELEMETRY_PRESSURE",
    "TELEMETRY_UPTIME",
    "TELEMETRY_VOLTAGE",
    "TEST_CRASHES",
    "UDP",
    "UDP_ACCESS_OPTION",
    "UDP_SHELL",
];

fn main() {
    for name in CODE {
        println!("cargo:rustc-check-cfg=cfg(westerly_{})", name.to_lowercase());
    }
    println!("cargo:rerun-if-env-changed=DOTCONFIG");
    let path = env::var("DOTCONFIG").expect("DOTCONFIG is set by Zephyr's build: use west build");
    println!("cargo:rerun-if-changed={path}");
    let configuration = fs::read_to_string(&path).expect("DOTCONFIG names a file that can be read");

    let mut constants = String::new();
    for (name, value) in configuration.lines().filter_map(symbol) {
        let (kind, value) = match value {
            "y" => ("bool", "true"),
            text if text.starts_with('"') => ("&str", text),
            number => ("usize", number),
        };
        writeln!(constants, "#[allow(dead_code)]\npub const {name}: {kind} = {value};").expect("a String grows");
        if CODE.contains(&name) {
            println!("cargo:rustc-cfg=westerly_{}", name.to_lowercase());
        }
    }
    let rules = configuration.lines().filter_map(symbol).find(|(name, _)| *name == "ACCESS_RULES");
    let rules = rules.map_or(Ok(Vec::new()), |(_, text)| build_rules::rules(text.trim_matches('"')));
    let rules = rules.unwrap_or_else(|wrong| panic!("CONFIG_WESTERLY_ACCESS_RULES: {wrong}")).join(", ");
    let rules = format!("/// `CONFIG_WESTERLY_ACCESS_RULES`.\npub const RULES: &[Rule] = &[{rules}];\n");
    let output = env::var("OUT_DIR").expect("OUT_DIR is set by cargo");
    fs::write(Path::new(&output).join("configuration.rs"), constants).expect("OUT_DIR can be written");
    fs::write(Path::new(&output).join("rules.rs"), rules).expect("OUT_DIR can be written");
}

/// `CONFIG_WESTERLY_NAME=value` as name and value.
fn symbol(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix(PREFIX)?.split_once('=')
}
