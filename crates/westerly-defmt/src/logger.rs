// SPDX-License-Identifier: Apache-2.0

//! The global logger. Interrupts are locked while a frame is open: what it is made of was copied by then.

use core::cell::UnsafeCell;

use westerly_store::Ring;

use crate::ffi;
use crate::level::{Filter, Level};
use crate::outlet::OUTLETS;
use crate::stage::{Ended, Stage};

defmt::timestamp!("{=u64:us}", ffi::westerly_defmt_uptime());

struct Shared {
    ring: Option<&'static Ring>,
    stage: Stage,
    level: Level,
    filter: Filter,
    /// What the interrupt lock of the open frame gave.
    key: u32,
    /// Frames from before there was a ring.
    early: u32,
    /// Leave the frame on the stage instead of taking it into the ring.
    diverted: bool,
    /// Up to where each outlet has sent.
    sent: [u64; OUTLETS],
}

impl Shared {
    fn lose(&mut self, count: u32) {
        match self.ring {
            Some(ring) if count > 0 => ring.writer().lose(count),
            Some(_) => (),
            None => self.early = self.early.saturating_add(count),
        }
    }

    /// Ends the frame. The key of the lock, if this was the outermost one.
    fn end(&mut self) -> Option<u32> {
        let Ended::Whole { frame, lost } = self.stage.end() else {
            return None;
        };
        if self.diverted {
            return Some(self.key);
        }
        match (self.ring, frame) {
            // A frame longer than the ring counts as lost there.
            (Some(ring), Some(frame)) => drop(ring.writer().append(&[frame])),
            (None, Some(_)) => self.lose(1),
            (_, None) => (),
        }
        self.lose(lost);
        Some(self.key)
    }
}

struct Locked(UnsafeCell<Shared>);

// SAFETY: only `with` looks inside, and it keeps everybody else away meanwhile.
unsafe impl Sync for Locked {}

static SHARED: Locked = Locked(UnsafeCell::new(Shared {
    ring: None,
    stage: Stage::new(),
    level: Level::Trace,
    filter: Filter::ALL,
    key: 0,
    early: 0,
    diverted: false,
    sent: [0; OUTLETS],
}));

/// Runs `look` with interrupts locked. It must not come back here, so it must not log: nothing in this module does that.
fn with<R>(look: impl FnOnce(&mut Shared) -> R) -> R {
    let key = ffi::westerly_defmt_lock();
    // SAFETY: interrupts are locked (on several processors Zephyr's lock holds the others off), and `look` does not come
    // back here: this is the only reference.
    let result = look(unsafe { &mut *SHARED.0.get() });
    ffi::westerly_defmt_unlock(key);
    result
}

#[defmt::global_logger]
struct Logger;

// SAFETY: `acquire` locks interrupts, so nobody else logs until `release`; a frame inside an open one is counted and dropped.
unsafe impl defmt::Logger for Logger {
    fn acquire() {
        let key = ffi::westerly_defmt_lock();
        let outermost = with(|shared| {
            let outermost = shared.stage.begin();
            if outermost {
                shared.key = key;
            }
            outermost
        });
        if !outermost {
            // Still locked by the outer one.
            ffi::westerly_defmt_unlock(key);
        }
    }

    unsafe fn write(bytes: &[u8]) {
        with(|shared| {
            let filter = if shared.diverted { Filter::ALL } else { shared.filter };
            shared.stage.write(bytes, filter);
        });
    }

    unsafe fn release() {
        if let Some(key) = with(Shared::end) {
            ffi::westerly_defmt_unlock(key);
            ffi::westerly_defmt_wake();
        }
    }

    unsafe fn flush() {
        // Whoever reads the ring does it when it suits him.
    }
}

/// From now on frames go into `ring`, which nobody else writes. What was logged before is counted there as lost.
///
/// Everything is logged until [`set_level`] says otherwise.
pub fn start(ring: &'static Ring) {
    with(|shared| {
        shared.ring = Some(ring);
        let early = core::mem::take(&mut shared.early);
        shared.lose(early);
    });
    ffi::westerly_defmt_wake();
}

/// What is logged.
#[must_use]
pub fn level() -> Level {
    with(|shared| shared.level)
}

/// Logs messages of this level and graver ones from now on; of those the build contains (`DEFMT_LOG`).
pub fn set_level(level: Level) {
    let filter = Filter::new(level, &ffi::markers());
    with(|shared| {
        shared.level = level;
        shared.filter = filter;
    });
}

/// The last level of which the image contains a message at all.
#[must_use]
pub fn compiled() -> Level {
    ffi::markers().compiled()
}

pub(crate) fn ring() -> Option<&'static Ring> {
    with(|shared| shared.ring)
}

pub(crate) fn sent(outlet: usize) -> u64 {
    with(|shared| shared.sent.get(outlet).copied().unwrap_or_default())
}

pub(crate) fn set_sent(outlet: usize, next: u64) {
    with(|shared| {
        if let Some(sent) = shared.sent.get_mut(outlet) {
            *sent = next;
        }
    });
}

/// Gives up a frame that somebody began who will not end it: the caller has taken over for good.
pub(crate) fn abandon() {
    let key = with(|shared| {
        let key = shared.stage.is_open().then_some(shared.key);
        let lost = shared.stage.abandon();
        shared.diverted = false;
        shared.lose(lost);
        key
    });
    if let Some(key) = key {
        ffi::westerly_defmt_unlock(key);
    }
}

/// A frame that is in no ring: what `log` logs, which is one message. How many bytes; 0 if there was none.
pub(crate) fn divert(into: &mut [u8], log: impl FnOnce()) -> usize {
    let key = ffi::westerly_defmt_lock();
    with(|shared| {
        shared.diverted = true;
        shared.stage.clear();
    });
    log();
    let length = with(|shared| {
        shared.diverted = false;
        shared.stage.copy(into)
    });
    ffi::westerly_defmt_unlock(key);
    length
}
