// SPDX-License-Identifier: Apache-2.0

//! Semaphore, mutex, and a cell whose content is handed out once.
//!
//! All three are made for statics. Kernel objects hold pointers into themselves, so they are set up on first use, where
//! they will stay, and not in `new`.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, Ordering};

use zephyr_sys::{k_mutex, k_mutex_init, k_mutex_unlock, k_sem, k_sem_give, k_sem_init, zr_irq_lock, zr_irq_unlock};

use crate::ffi;

/// Runs `section` with interrupts locked; on several processors Zephyr's lock holds the others off too.
pub(crate) fn interrupts_locked<R>(section: impl FnOnce() -> R) -> R {
    // SAFETY: the lock nests and may be taken in any context; the key goes back to the unlock of the same context.
    let key = unsafe { zr_irq_lock() };
    let result = section();
    // SAFETY: as above, and nothing in `section` can leave this function.
    unsafe { zr_irq_unlock(key) };
    result
}

/// A kernel object that is set up at its first use.
struct Object<T> {
    object: UnsafeCell<MaybeUninit<T>>,
    ready: AtomicBool,
}

impl<T> Object<T> {
    const fn new() -> Self {
        Self { object: UnsafeCell::new(MaybeUninit::uninit()), ready: AtomicBool::new(false) }
    }

    /// The object, set up. `set_up` runs at most once in all, and the pointer is good for ever.
    fn get(&'static self, set_up: impl FnOnce(*mut T)) -> *mut T {
        let object = self.object.get().cast();
        if !self.ready.load(Ordering::Acquire) {
            interrupts_locked(|| {
                // Again, as another thread or an interrupt may have come first.
                if !self.ready.load(Ordering::Relaxed) {
                    set_up(object);
                    self.ready.store(true, Ordering::Release);
                }
            });
        }
        object
    }
}

/// A binary semaphore: given or not. An interrupt may give it.
pub struct Semaphore(Object<k_sem>);

// SAFETY: the kernel's semaphore is made to be used from several threads and interrupts; `Object` sets it up under a lock.
unsafe impl Sync for Semaphore {}

impl Semaphore {
    /// A semaphore not yet given.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "for statics, where Default cannot be called")]
    pub const fn new() -> Self {
        Self(Object::new())
    }

    fn object(&'static self) -> *mut k_sem {
        self.0.get(|semaphore| {
            // SAFETY: points to room for a k_sem that is static, and that nobody else sees yet.
            // The only error is a count above its limit.
            let _ = unsafe { k_sem_init(semaphore, 0, 1) };
        })
    }

    /// Gives the semaphore; nothing happens if it is given already. May be called by an interrupt.
    pub fn give(&'static self) {
        // SAFETY: `object` is set up and static.
        unsafe { k_sem_give(self.object()) };
    }

    /// Waits until the semaphore is given, and takes it.
    pub fn take(&'static self) {
        // SAFETY: `object` is set up and static. A wait that ends early is to report to the watchdog: go on waiting.
        while !unsafe { ffi::westerly_semaphore_wait(self.object()) } {}
    }

    /// As [`take`](Self::take), no longer than this many milliseconds. True if it was taken.
    pub fn take_within(&'static self, milliseconds: u32) -> bool {
        // SAFETY: `object` is set up and static.
        unsafe { ffi::westerly_semaphore_take(self.object(), milliseconds) }
    }
}

/// A value that one thread at a time may use, with the kernel's priority inheritance. Not for interrupts.
pub struct Mutex<T> {
    mutex: Object<k_mutex>,
    /// Set while a guard exists: the kernel's mutex lets its owner lock it again, which would make two `&mut T`.
    held: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only through a guard, of which there is one at a time.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// A free mutex around `value`.
    pub const fn new(value: T) -> Self {
        Self { mutex: Object::new(), held: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    fn object(&'static self) -> *mut k_mutex {
        self.mutex.get(|mutex| {
            // SAFETY: points to room for a k_mutex that is static, and that nobody else sees yet. It cannot fail.
            let _ = unsafe { k_mutex_init(mutex) };
        })
    }

    /// Waits until no other thread uses the value.
    ///
    /// # Panics
    /// If this thread holds the lock already.
    pub fn lock(&'static self) -> Guard<T> {
        // SAFETY: `object` is set up and static.
        unsafe { ffi::westerly_mutex_lock(self.object()) };
        assert!(!self.held.load(Ordering::Relaxed));
        self.held.store(true, Ordering::Relaxed);
        Guard { mutex: self, not_send: core::marker::PhantomData }
    }
}

/// The use of a [`Mutex`]'s value, until it is dropped. It stays with its thread, as the kernel's mutex asks.
pub struct Guard<T: 'static> {
    mutex: &'static Mutex<T>,
    not_send: core::marker::PhantomData<*const ()>,
}

impl<T> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this guard is the only one, so nobody has a `&mut` to the value but through it.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for Guard<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard is the only one, and it is borrowed mutably.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        self.mutex.held.store(false, Ordering::Relaxed);
        // SAFETY: the thread that made the guard holds the lock and is this one, as the guard cannot be sent.
        // The only error is not to hold it.
        let _ = unsafe { k_mutex_unlock(self.mutex.object()) };
    }
}

/// A value in a static that can be taken out for use once, by whoever comes first.
pub struct TakeOnce<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only through the one `&mut` that `take` gives out.
unsafe impl<T: Send> Sync for TakeOnce<T> {}

impl<T> TakeOnce<T> {
    /// A value that waits to be taken.
    pub const fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// The value, the first time; `None` from then on.
    #[expect(clippy::mut_from_ref, reason = "once in all, so there are never two")]
    pub fn take(&'static self) -> Option<&'static mut T> {
        // Not `swap`: Cortex-M0 has loads and stores only.
        let taken = interrupts_locked(|| {
            let taken = self.taken.load(Ordering::Relaxed);
            self.taken.store(true, Ordering::Relaxed);
            taken
        });
        if taken {
            return None;
        }
        // SAFETY: `taken` was false once, and this is that once: no other reference to the value exists or ever will.
        Some(unsafe { &mut *self.value.get() })
    }
}
