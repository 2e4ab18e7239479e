// SPDX-License-Identifier: Apache-2.0

//! The thread `westerly_sampler`, and the events it waits for.

use crate::ffi;

/// A button that was pressed or let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, in milliseconds since the kernel's start; once the contact had settled.
    pub uptime: u64,
    /// Which: 0 for the alias `sw0`, and so on.
    pub button: u8,
    /// Pressed, or let go.
    pub pressed: bool,
}

/// Starts the thread. It has one stack: a second call does nothing.
pub fn start_thread(entry: extern "C" fn()) {
    ffi::westerly_sampler_thread_start(entry);
}

/// Waits for the next event, no longer than this many milliseconds, or until [`wake`].
pub fn wait(milliseconds: u32) -> Option<Event> {
    let mut event = ffi::Event::default();
    // SAFETY: C fills the structure it is given, which has its layout.
    let came = unsafe { ffi::westerly_event_wait(&raw mut event, milliseconds) };
    came.then_some(Event { uptime: event.uptime, button: event.button, pressed: event.pressed })
}

/// Ends a [`wait`], the one under way or the next.
pub fn wake() {
    ffi::westerly_sampler_wake();
}

/// How many events the queue had no room for, since the last call.
pub fn lost() -> u32 {
    ffi::westerly_events_lost()
}
