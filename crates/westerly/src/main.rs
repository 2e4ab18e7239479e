// SPDX-License-Identifier: Apache-2.0
//! The command line: arguments, printing and drawing, and nothing else. `westerly` alone starts a simulated board.
//!
//! It has no commands of an SMP client for the standard groups, for these there are mcumgrctl and smpmgr: but for the reset, which
//! needs a key over the network, and for the tour, which shows what there is. To the others a key is lent by the proxy.

mod access;
mod arguments;
mod crash;
mod failure;
mod logs;
mod monitor;
mod names;
mod output;
mod proxy;
mod report;
mod simulate;
mod symbols;
mod telemetry;
mod tour;

use std::process::ExitCode;

use arguments::Command;
use clap::Parser as _;

fn main() -> ExitCode {
    let outcome = match arguments::Arguments::parse().chosen() {
        Command::Simulate(arguments) => simulate::run(arguments),
        Command::Monitor(arguments) => monitor::run(&arguments),
        Command::Telemetry(arguments) => telemetry::run(&arguments),
        Command::Logs(arguments) => logs::run(&arguments),
        Command::Reset(arguments) => access::reset(&arguments),
        Command::Key(arguments) => access::key(&arguments),
        Command::Policy(arguments) => access::policy(&arguments),
        Command::Whoami(arguments) => access::whoami(&arguments),
        Command::Proxy(arguments) => proxy::run(&arguments),
        Command::Crash(arguments) => crash::run(&arguments),
        Command::Tour(arguments) => tour::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
