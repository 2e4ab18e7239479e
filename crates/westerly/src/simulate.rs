// SPDX-License-Identifier: Apache-2.0
//! Runs a simulated board until it is to end.

use std::io::{Write as _, stdout};
use std::sync::mpsc::{Receiver, Sender, channel};

use westerly_sim::{Event, Simulator};

use crate::arguments::Simulate;
use crate::failure::Failure;
use crate::report;

/// What the main thread waits for.
enum Notice {
    /// A message was answered.
    Answered,
    /// Ctrl-C, or the system asks the program to end.
    End,
}

pub(crate) fn run(arguments: Simulate) -> Result<(), Failure> {
    let (notices, inbox) = channel();
    // Before anything is there to be cleaned up.
    let signals = notices.clone();
    ctrlc::set_handler(move || notify(&signals, Notice::End)).map_err(Failure::Signals)?;

    let quiet = arguments.quiet();
    // The greeting tells the port, which is known only once the board runs and may have been found already: the observer's
    // first line waits until it is printed.
    let output = stdout().lock();
    let board = Simulator::start(arguments.options(), move |event| {
        if !quiet {
            print(report::line(event));
        }
        if let Event::Answered { .. } = event {
            notify(&notices, Notice::Answered);
        }
    })
    .map_err(Failure::Start)?;
    if !quiet {
        print(Some(report::greeting(board.udp_address(), board.pty_path(), board.files_folder())));
    }
    drop(output);

    wait(&inbox, arguments.exit_after());
    board.stop();
    Ok(())
}

fn notify(notices: &Sender<Notice>, notice: Notice) {
    // The receiver is gone when the program is ending already.
    let _ = notices.send(notice);
}

fn wait(inbox: &Receiver<Notice>, exit_after: Option<u64>) {
    let mut left = exit_after;
    for notice in inbox {
        match (notice, &mut left) {
            (Notice::End, _) | (Notice::Answered, Some(0 | 1)) => return,
            (Notice::Answered, Some(left)) => *left -= 1,
            (Notice::Answered, None) => {}
        }
    }
}

/// Prints a line; an output that nobody reads any more does not stop a board.
fn print(line: Option<String>) {
    if let Some(line) = line {
        let _ = writeln!(stdout(), "{line}");
    }
}
