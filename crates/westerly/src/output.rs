// SPDX-License-Identifier: Apache-2.0
//! What the printing commands share: an output that may go away, an end that may be asked for, and a device that may be silent
//! for a while.

use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use westerly_client::{Address, Error};

use crate::failure::Failure;

/// How often a wait looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);

/// Whether it is time to end: Ctrl-C, or the system asks the program to.
#[derive(Clone)]
pub(crate) struct End(Arc<AtomicBool>);

impl End {
    pub(crate) fn on_signals() -> Result<Self, Failure> {
        let end = Self(Arc::default());
        let asked = end.clone();
        ctrlc::set_handler(move || asked.0.store(true, Ordering::Release)).map_err(Failure::Signals)?;
        Ok(end)
    }

    pub(crate) fn is_asked_for(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn ask_for(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Waits so long, or until the end.
    pub(crate) fn wait(&self, duration: Duration) {
        let begun = Instant::now();
        while let Some(left) = duration.checked_sub(begun.elapsed()).filter(|_| !self.is_asked_for()) {
            thread::sleep(left.min(LOOK));
        }
    }
}

/// Prints to the standard output; gives whether anybody still reads it.
pub(crate) fn print(text: &str) -> Result<bool, Failure> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// What a reader that goes on says about a device that does not answer: once when that begins and once when it ends.
pub(crate) struct Silence {
    address: Address,
    since: Option<Instant>,
}

impl Silence {
    pub(crate) const fn new(address: Address) -> Self {
        Self { address, since: None }
    }

    /// Gives what was asked for, or `None` when no answer came and asking on may help.
    pub(crate) fn outlast<T>(&mut self, outcome: Result<T, Error>) -> Result<Option<T>, Error> {
        match outcome {
            Ok(answer) => {
                if let Some(since) = self.since.take() {
                    eprintln!("{} answers again after {} s", self.address, since.elapsed().as_secs());
                }
                Ok(Some(answer))
            }
            Err(Error::NoAnswer { last, .. }) => {
                if self.since.is_none() {
                    eprintln!("{}: {last}; asking on", self.address);
                }
                self.since.get_or_insert_with(Instant::now);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// `1 record`, `2 records`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
