// SPDX-License-Identifier: Apache-2.0
//! The command line: arguments and printing, and nothing else. `westerly` alone starts a simulated board.
//!
//! It has no commands of an SMP client: for the standard ones there are mcumgrctl and smpmgr.

mod arguments;
mod failure;
mod names;
mod report;
mod simulate;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match simulate::run(arguments::Arguments::parse().simulate()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
