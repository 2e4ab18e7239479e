// SPDX-License-Identifier: Apache-2.0
//! The board's transports, a thread each.

#[cfg(unix)]
mod link;
#[cfg(unix)]
pub(crate) mod pty;
#[cfg(not(unix))]
#[path = "transport/no_pty.rs"]
pub(crate) mod pty;
pub(crate) mod udp;

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use crate::activity::Activity;
use crate::error::StartError;

/// How many full-size messages a client may send ahead of the answers. Every transport has the host's own buffers before it,
/// which hold many more.
const MESSAGES_AHEAD: u16 = 4;

/// A thread of the board: a transport being served, or the sampler.
pub(crate) struct Running {
    thread: JoinHandle<()>,
    ask_to_stop: Box<dyn Fn() + Send + Sync>,
}

impl Running {
    /// Starts a thread; `ask_to_stop` makes it end soon.
    pub(crate) fn start(
        activity: &Arc<Activity>,
        ask_to_stop: impl Fn() + Send + Sync + 'static,
        serve: impl FnOnce() + Send + 'static,
    ) -> Result<Self, StartError> {
        let thread = Builder::new().name(activity.name.into()).stack_size(Activity::STACK_SIZE).spawn(|| {
            Activity::thread_begins();
            serve();
        });
        match thread {
            Ok(thread) => Ok(Self { thread, ask_to_stop: Box::new(ask_to_stop) }),
            Err(source) => Err(StartError::Thread { source }),
        }
    }

    pub(crate) fn ask_to_stop(&self) {
        (self.ask_to_stop)();
    }

    /// Waits for the end.
    pub(crate) fn join(self) {
        // An observer that panicked took the thread with it and has been reported by the panic itself.
        let _ = self.thread.join();
    }
}
