// SPDX-License-Identifier: Apache-2.0

//! The kernel's threads.

use core::ffi::c_void;
use core::ops::ControlFlow;
use core::ptr;

use westerly_server::wire::os::Task;

use crate::ffi::{self, text};
use crate::name::Name;

/// SMP counts stacks in words of this many bytes, whatever the processor's own word is.
const STACK_WORD: u32 = 4;

type Each<'e> = &'e mut dyn FnMut(&str, &Task) -> ControlFlow<()>;

struct Walk<'e> {
    each: Each<'e>,
    /// What SMP calls the identity of a thread is its place in the list.
    position: u32,
    /// The kernel's walk cannot be ended early: the rest is passed over.
    ended: bool,
}

/// Shows each thread to `each` until it has seen enough.
pub(crate) fn for_each(each: Each<'_>) {
    let mut walk = Walk { each, position: 0, ended: false };
    // SAFETY: C calls `on_thread` with this context, and only before it returns.
    unsafe { ffi::westerly_threads(on_thread, ptr::from_mut(&mut walk).cast()) };
}

extern "C" fn on_thread(thread: *const ffi::Thread, walk: *mut c_void) {
    // SAFETY: `for_each` passed a Walk, which nobody else uses while C walks. C passes a filled structure.
    let (walk, thread) = unsafe { (&mut *walk.cast::<Walk<'_>>(), &*thread) };
    if walk.ended {
        return;
    }
    // SAFETY: the name is in the thread's own structure, which stays for the length of the walk; the kernel ends it with
    // NUL. It only changes when somebody renames the thread, which this application does before the thread runs.
    let name = unsafe { text(thread.name) };
    // Names are keys of one map: threads that have none are told apart by their number.
    let numbered = Name::numbered("thread", walk.position);
    let name = if name.is_empty() { numbered.as_str() } else { name };
    let task = Task {
        priority: thread.priority,
        id: walk.position,
        state: thread.state,
        stack_used: thread.stack_used / STACK_WORD,
        stack_size: thread.stack_size / STACK_WORD,
        context_switches: thread.context_switches,
        runtime: thread.runtime,
        // Zephyr's threads do not check in with anybody.
        last_checkin: 0,
        next_checkin: 0,
    };
    walk.position += 1;
    walk.ended = (walk.each)(name, &task).is_break();
}
