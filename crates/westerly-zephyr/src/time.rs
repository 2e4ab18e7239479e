// SPDX-License-Identifier: Apache-2.0

//! Time as the kernel counts it.

use crate::ffi;

/// Puts the calling thread to sleep for at least this many milliseconds.
pub fn sleep_milliseconds(milliseconds: u32) {
    ffi::westerly_sleep(milliseconds);
}

/// Milliseconds since the kernel's start.
#[must_use]
pub fn uptime_milliseconds() -> u64 {
    ffi::westerly_uptime()
}

/// Lets other threads of the calling thread's priority run first.
pub fn yield_now() {
    ffi::westerly_yield();
}

/// Sleeps for one tick of the kernel's clock, the shortest there is.
fn sleep_tick() {
    ffi::westerly_sleep_tick();
}

/// How a thread with more work than it can do leaves time to others: those of lower priority, who run only while it waits, and
/// on native_sim everybody, as the clock there stands while the processor is busy and all that sleeps sleeps on.
///
/// The thread tells of its work and its waits. After so much work, or so much time, without a wait in which the clock went on
/// it is put to sleep for a tick.
pub struct Pace {
    work: u16,
    rested: u64,
}

impl Pace {
    /// The most work without a rest: 32 messages.
    const MOST_WORK: u16 = 32 * Self::MESSAGE;
    /// In what is dropped unseen. So much of that between two rests that a flood is dropped more quickly than it comes: where each
    /// rest filled the socket's queue again, whoever else asks would find no room in it.
    const MESSAGE: u16 = 64;
    /// The most time without a rest.
    const MOST_MILLISECONDS: u64 = 40;

    /// At the thread's start.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "the time is no default")]
    pub fn new() -> Self {
        Self { work: 0, rested: uptime_milliseconds() }
    }

    /// Runs `wait`, which may wait for work or for others.
    pub fn wait<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        let before = uptime_milliseconds();
        let result = wait();
        if uptime_milliseconds() > before {
            self.rested();
        }
        result
    }

    /// A message is answered, or as many bytes of a line are looked at as are taken at a time.
    pub fn worked(&mut self) {
        self.add(Self::MESSAGE);
    }

    /// Something is dropped unseen, which is less work.
    pub fn dropped(&mut self) {
        self.add(1);
    }

    fn add(&mut self, work: u16) {
        self.work += work;
        if self.work >= Self::MOST_WORK || uptime_milliseconds() - self.rested >= Self::MOST_MILLISECONDS {
            sleep_tick();
            self.rested();
        }
    }

    fn rested(&mut self) {
        self.work = 0;
        self.rested = uptime_milliseconds();
    }
}
