// SPDX-License-Identifier: Apache-2.0
//! Checks that docs/embedded-hal.md shows code that is compiled and run here.

use std::fs;

const GUIDE: &str = "../../docs/embedded-hal.md";
/// A file, and where in it begins what the guide shows.
const SHOWN: [(&str, &str); 1] = [("src/thermometer/example.rs", "use lm75::")];
/// Lines that the guide shows, too.
const LINES: [(&str, &str); 3] =
    [("src/devices.c", "#include <"), ("src/devices.c", "WESTERLY_"), ("boards/parts.dtsi", "sensor-bus =")];

fn main() {
    let guide = read(GUIDE);
    for (path, start) in SHOWN {
        let text = read(path);
        let shown = text.find(start).map(|start| &text[start..]).expect("the file holds its own start");
        assert!(guide.contains(shown), "{GUIDE} does not show what {path} has from '{start}' on");
    }
    for (path, start) in LINES {
        let text = read(path);
        let line =
            text.lines().map(str::trim).find(|line| line.starts_with(start)).expect("the file holds such a line");
        assert!(guide.contains(line), "{GUIDE} does not show '{line}' of {path}");
    }
}

fn read(path: &str) -> String {
    println!("cargo:rerun-if-changed={path}");
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
