// SPDX-License-Identifier: Apache-2.0
//! What the board's threads did, measured: the figures behind task statistics and memory pools.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

thread_local! {
    static STACK: Cell<Stack> = const { Cell::new(Stack { base: 0, deepest: 0 }) };
}

/// Where this thread's stack began and how far it was seen to reach, as addresses turned into distances.
#[derive(Clone, Copy)]
struct Stack {
    base: usize,
    /// Bytes from the base to the farthest place seen.
    deepest: usize,
}

/// A thread of the board with the two buffers it has for packets.
#[derive(Debug)]
pub(crate) struct Activity {
    /// The thread's name.
    pub(crate) name: &'static str,
    /// The buffers' name.
    pub(crate) buffers: &'static str,
    /// Bytes of each buffer.
    pub(crate) packet_size: u16,
    counts: Mutex<Counts>,
}

/// Counted since the board started.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Times the thread woke up with something to do.
    pub(crate) wakeups: u32,
    /// How long it was awake.
    pub(crate) busy: Duration,
    /// Bytes of its stack seen in use.
    pub(crate) stack_used: usize,
    /// Whether it is awake, and with it its buffers in use.
    pub(crate) awake: bool,
}

impl Activity {
    /// Bytes of the stack a thread of the board gets: the server needs little, an observer that prints may need more.
    pub(crate) const STACK_SIZE: usize = 256 * 1024;
    /// One for a request, one for its response.
    pub(crate) const BUFFERS: u32 = 2;

    pub(crate) fn new(name: &'static str, buffers: &'static str, packet_size: u16) -> Self {
        Self { name, buffers, packet_size, counts: Mutex::default() }
    }

    /// To be called by the thread itself before anything else.
    pub(crate) fn thread_begins() {
        STACK.set(Stack { base: here(), deepest: 0 });
    }

    /// The thread has something to do until the returned guard goes.
    pub(crate) fn wake(&self) -> Awake<'_> {
        let mut counts = self.lock();
        counts.wakeups = counts.wakeups.saturating_add(1);
        counts.awake = true;
        Awake { activity: self, since: Instant::now() }
    }

    pub(crate) fn counts(&self) -> Counts {
        *self.lock()
    }

    /// Counts from zero again, as after a restart; a thread that is awake stays so.
    pub(crate) fn restart(&self) {
        let mut counts = self.lock();
        *counts = Counts { awake: counts.awake, ..Counts::default() };
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a thread's being awake.
#[derive(Debug)]
pub(crate) struct Awake<'a> {
    activity: &'a Activity,
    since: Instant,
}

impl Drop for Awake<'_> {
    fn drop(&mut self) {
        let mut counts = self.activity.lock();
        counts.busy += self.since.elapsed();
        counts.awake = false;
        counts.stack_used = counts.stack_used.max(STACK.get().deepest);
    }
}

/// Takes a measure of the calling thread's stack. Called where the board's own code is deepest; what its callees use beyond
/// is not seen.
pub(crate) fn measure_stack() {
    let stack = STACK.get();
    let depth = stack.base.abs_diff(here());
    // A thread that is none of the board's, a test's say, has no base.
    if stack.base != 0 && depth > stack.deepest {
        STACK.set(Stack { deepest: depth, ..stack });
    }
}

/// About the address the stack has reached.
#[inline(never)]
fn here() -> usize {
    let local = 0u8;
    std::hint::black_box(&raw const local).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn deeper() {
        let filling = std::hint::black_box([1u8; 1000]);
        measure_stack();
        std::hint::black_box(&filling);
    }

    #[test]
    fn what_a_thread_does_is_counted() {
        let activity = Activity::new("thread", "buffers", 64);
        Activity::thread_begins();
        {
            let _awake = activity.wake();
            assert!(activity.counts().awake);
            deeper();
            std::thread::sleep(Duration::from_millis(2));
        }
        let counts = activity.counts();
        assert_eq!((counts.wakeups, counts.awake), (1, false));
        assert!(counts.busy >= Duration::from_millis(2));
        assert!((1000..100_000).contains(&counts.stack_used), "{counts:?}");

        activity.restart();
        assert_eq!((activity.counts().wakeups, activity.counts().stack_used), (0, 0));
    }
}
