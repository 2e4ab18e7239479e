// SPDX-License-Identifier: Apache-2.0
//! The host's side of the proof of no panic; `../run` calls it.
//!
//! * `no-panic-tool covered ENTRIES CRATE...`: fails if a public function of a crate is called by no entry.
//! * `no-panic-tool explain ELF`: says which code reaches the panic in an ELF linked for that purpose.

mod covered;
mod explain;

use std::path::Path;
use std::process::ExitCode;

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["covered", entries, ref crates @ ..] if !crates.is_empty() => covered::run(Path::new(entries), crates),
        ["explain", elf] => explain::run(Path::new(elf)),
        _ => Err("usage: no-panic-tool covered ENTRIES CRATE... | explain ELF".into()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("no-panic-tool: {error}");
        ExitCode::FAILURE
    })
}
