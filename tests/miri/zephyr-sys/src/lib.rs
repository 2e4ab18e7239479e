// SPDX-License-Identifier: Apache-2.0

//! As much of Zephyr's kernel and UART interface as westerly-zephyr calls by name, played on the host's threads. It is stricter
//! than the kernel where it can be: an object that was never set up, or that has moved since, a lock that is given back out
//! of order, or by somebody else, ends the run.

#![allow(non_camel_case_types, clippy::missing_safety_doc, reason = "the names and the contracts are C's")]

use std::ffi::{c_int, c_uint};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};
use std::time::Duration;

mod uart;

pub use uart::*;

pub const ENODEV: u32 = 19;
pub const ENODATA: u32 = 61;

/// What the kernel's scheduler lock is to the kernel.
static KERNEL: Mutex<()> = Mutex::new(());
static CHANGED: Condvar = Condvar::new();

fn kernel() -> MutexGuard<'static, ()> {
    KERNEL.lock().unwrap()
}

fn wait(guard: MutexGuard<'static, ()>) -> MutexGuard<'static, ()> {
    CHANGED.wait(guard).unwrap()
}

/// Knows where it lies, as the kernel's objects do: their wait queues point into themselves.
#[repr(C)]
pub struct k_sem {
    place: *mut k_sem,
    count: c_uint,
    limit: c_uint,
}

#[repr(C)]
pub struct k_mutex {
    place: *mut k_mutex,
    owner: Option<ThreadId>,
    depth: u32,
}

pub unsafe extern "C" fn k_sem_init(sem: *mut k_sem, count: c_uint, limit: c_uint) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { sem.write(k_sem { place: sem, count, limit }) };
    0
}

pub unsafe extern "C" fn k_sem_give(sem: *mut k_sem) {
    let _guard = kernel();
    // SAFETY: the caller's promise, and the guard.
    let this = unsafe { &mut *sem };
    assert_eq!(this.place, sem, "a semaphore that was not set up there");
    this.count = (this.count + 1).min(this.limit);
    CHANGED.notify_all();
}

/// For `westerly_semaphore_take` and `westerly_semaphore_wait`.
pub unsafe fn semaphore_take(sem: *mut k_sem, wait_at_most: Option<Duration>) -> bool {
    let mut guard = kernel();
    let mut timed_out = false;
    loop {
        // SAFETY: the caller's promise, and the guard. The reference ends before the guard is given up.
        let this = unsafe { &mut *sem };
        assert_eq!(this.place, sem, "a semaphore that was not set up there");
        if this.count > 0 {
            this.count -= 1;
            return true;
        }
        if timed_out {
            return false;
        }
        match wait_at_most {
            None => guard = wait(guard),
            Some(limit) => {
                let result;
                (guard, result) = CHANGED.wait_timeout(guard, limit).unwrap();
                timed_out = result.timed_out();
            }
        }
    }
}

pub unsafe extern "C" fn k_mutex_init(mutex: *mut k_mutex) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { mutex.write(k_mutex { place: mutex, owner: None, depth: 0 }) };
    0
}

/// For `westerly_mutex_lock`. As the kernel's, its owner may lock it again.
pub unsafe fn mutex_lock(mutex: *mut k_mutex) {
    let me = thread::current().id();
    let mut guard = kernel();
    loop {
        // SAFETY: the caller's promise, and the guard. The reference ends before the guard is given up.
        let this = unsafe { &mut *mutex };
        assert_eq!(this.place, mutex, "a mutex that was not set up there");
        if this.owner.is_none_or(|owner| owner == me) {
            this.owner = Some(me);
            this.depth += 1;
            return;
        }
        guard = wait(guard);
    }
}

pub unsafe extern "C" fn k_mutex_unlock(mutex: *mut k_mutex) -> c_int {
    let _guard = kernel();
    // SAFETY: the caller's promise, and the guard.
    let this = unsafe { &mut *mutex };
    assert_eq!(this.place, mutex, "a mutex that was not set up there");
    assert_eq!(this.owner, Some(thread::current().id()), "a mutex unlocked by who does not hold it");
    this.depth -= 1;
    if this.depth == 0 {
        this.owner = None;
        CHANGED.notify_all();
    }
    0
}

/// Who has interrupts locked, and how often.
static LOCKED: Mutex<Option<(ThreadId, c_uint)>> = Mutex::new(None);
static UNLOCKED: Condvar = Condvar::new();

/// The key is how often they were locked before.
pub unsafe extern "C" fn zr_irq_lock() -> c_uint {
    let me = thread::current().id();
    let mut locked = LOCKED.lock().unwrap();
    loop {
        match *locked {
            None => {
                *locked = Some((me, 1));
                return 0;
            }
            Some((owner, depth)) if owner == me => {
                *locked = Some((me, depth + 1));
                return depth;
            }
            Some(_) => locked = UNLOCKED.wait(locked).unwrap(),
        }
    }
}

pub unsafe extern "C" fn zr_irq_unlock(key: c_uint) {
    let mut locked = LOCKED.lock().unwrap();
    assert_eq!(*locked, Some((thread::current().id(), key + 1)), "interrupts unlocked out of order");
    *locked = (key > 0).then(|| (thread::current().id(), key));
    if key == 0 {
        UNLOCKED.notify_one();
    }
}
