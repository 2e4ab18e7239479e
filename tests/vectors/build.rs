// SPDX-License-Identifier: Apache-2.0
//! Turns each line of the golden files, which the host's tests read as well, into a function that C calls, and checks that
//! src/cases.c has a case for each. Two programs share this file, as one would not fit a small board: a golden file belongs to
//! the one whose src/cases.c has its suite.
//!
//! A file `recorded.txt` is a suite `recorded`; its line `echo_v2 | …` becomes `vector_recorded_echo_v2`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folder, and the function of the crate that checks a line of the files there.
const KINDS: [(&str, &str); 3] = [
    ("../../crates/westerly-wire/tests/golden", "serial::holds"),
    ("../../crates/westerly-server/tests/golden", "server::holds"),
    ("../../crates/westerly-store/tests/golden", "store::holds"),
];
const CASES: &str = "src/cases.c";
/// Of both programs.
const ALL_CASES: [&str; 2] = ["../vectors/src/cases.c", "../vectors_own/src/cases.c"];

fn main() {
    let mut functions = String::new();
    let mut cases = BTreeSet::new();
    for (folder, check) in KINDS {
        println!("cargo:rerun-if-changed={folder}");
        for path in text_files(folder) {
            println!("cargo:rerun-if-changed={}", path.display());
            let suite = path.file_stem().expect("a text file has a name").to_str().expect("in UTF-8").to_owned();
            if !is_ours(&suite) {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a golden file can be read");
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let (name, function) = function(&suite, check, line);
                functions += &function;
                assert!(cases.insert(format!("ZTEST({suite}, test_{name}) VECTOR({suite}, {name})")), "twice: {line}");
            }
        }
    }
    compare_cases(&cases);
    let output = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&output).join("vectors.rs"), functions).expect("OUT_DIR can be written");
}

/// Whether this program runs a suite. A suite that none runs stops the build.
fn is_ours(suite: &str) -> bool {
    let has = |cases: &str| {
        println!("cargo:rerun-if-changed={cases}");
        let source = fs::read_to_string(cases).unwrap_or_else(|error| panic!("{cases}: {error}"));
        source.contains(&format!("ZTEST_SUITE({suite},"))
    };
    assert!(ALL_CASES.into_iter().filter(|cases| has(cases)).count() == 1, "{suite} is to be in one of {ALL_CASES:?}");
    has(CASES)
}

fn text_files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let paths = entries.map(|entry| entry.expect("a folder can be read to its end").path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "txt")).collect();
    files.sort();
    files
}

/// The name and the function of a line `name | packets | packets`.
fn function(suite: &str, check: &str, line: &str) -> (String, String) {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [name, first, second] = fields[..] else { panic!("three fields: {line}") };
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "a name of a C function: {line}");
    let (first, second) = (packets(first), packets(second));
    let function = format!(
        "// SAFETY: no other function has this name: it is made of a file's name and a line's in it.\n\
         #[unsafe(no_mangle)]\n\
         extern \"C\" fn vector_{suite}_{name}() -> bool {{\n    crate::{check}(\"{suite}\", &{first}, &{second})\n}}\n"
    );
    (name.to_owned(), function)
}

/// The text of an array of slices: packets are separated by `;`, and `-` is none.
fn packets(field: &str) -> String {
    let packet = |text: &str| {
        let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        assert!(
            digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit),
            "bytes in hexadecimal: {text}"
        );
        let bytes: String = digits.chunks(2).map(|pair| format!("0x{},", pair.escape_ascii())).collect();
        format!("&[{bytes}],")
    };
    let packets: String = if field == "-" { String::new() } else { field.split(';').map(packet).collect() };
    format!("[{packets}]")
}

/// Twister reads the names of cases from C source, so they stand there too. The lines are the same, in any order.
fn compare_cases(cases: &BTreeSet<String>) {
    println!("cargo:rerun-if-changed={CASES}");
    let source = fs::read_to_string(CASES).expect("the list of cases can be read");
    let present: BTreeSet<String> =
        source.lines().filter(|line| line.starts_with("ZTEST(")).map(String::from).collect();
    let missing: Vec<_> = cases.difference(&present).map(String::as_str).collect();
    let left: Vec<_> = present.difference(cases).map(String::as_str).collect();
    assert!(missing.is_empty(), "add to {CASES}:\n{}\n", missing.join("\n"));
    assert!(left.is_empty(), "no golden file has these any more, remove them from {CASES}:\n{}\n", left.join("\n"));
}
