// SPDX-License-Identifier: Apache-2.0

//! A UART, the one that carries SMP or another: received into a queue and transmitted from the caller's slice, both by interrupt.
//!
//! ```text
//! UART --interrupt--> ByteQueue --> Port::read       (a thread)
//! UART <--interrupt-- the slice of Port::write            (the same thread, asleep until the last byte is taken)
//! ```
//! Who may switch what keeps the two sides from undoing each other's work, as drivers change their interrupt masks by
//! read-modify-write: the thread only ever enables, the interrupt only ever disables. A disable that gets lost costs one
//! more interrupt, which disables again; an enable cannot get lost.

use core::cell::UnsafeCell;
use core::ffi::{c_int, c_void};
use core::ptr;

use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use westerly_server::store::ByteQueue;
use zephyr_sys::{
    device, uart_fifo_fill, uart_fifo_read, uart_irq_callback_user_data_set, uart_irq_is_pending, uart_irq_rx_disable,
    uart_irq_rx_enable, uart_irq_rx_ready, uart_irq_tx_disable, uart_irq_tx_enable, uart_irq_tx_ready, uart_irq_update,
};

use crate::ffi;
use crate::sync::{Semaphore, TakeOnce, interrupts_locked};
use crate::time::sleep_milliseconds;

/// Bytes taken out of the UART at a time: as deep as common FIFOs. They pass over the interrupt's stack.
const FIFO_CHUNK: usize = 16;

/// How long to wait before offering bytes again to a UART that is ready but takes none (native_sim with a full pty).
const RETRY_MILLISECONDS: u32 = 10;

/// Error returned by [`Line::open`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The UART's driver did not start.
    NotReady,
    /// The driver knows no interrupts (`CONFIG_UART_INTERRUPT_DRIVEN`, or the driver itself, lacks them).
    NoInterrupts,
    /// The line is open already.
    Open,
}

/// Error returned by [`Port::write`]: the UART took no byte for the time given. What it had not taken is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stalled;

/// The part of a slice that the UART has not taken yet.
struct Transmit {
    next: *const u8,
    remaining: usize,
}

/// What the interrupt and the thread share.
struct Shared {
    /// Room for received bytes. Only the interrupt looks here, once `Line::open` has put it there.
    receive: UnsafeCell<Option<&'static ByteQueue>>,
    /// The queue was full and the receive interrupt is off: the thread is to switch it on again.
    paused: AtomicBool,
    /// There are bytes in the queue.
    received: Semaphore,
    /// Only looked at with interrupts locked.
    transmit: UnsafeCell<Transmit>,
    /// The UART took the last byte, or it takes none.
    transmitted: Semaphore,
}

// SAFETY: `receive` is set once, before the interrupt that reads it; `transmit` is only used with interrupts
// locked, on both sides; everything else is made to be shared.
unsafe impl Sync for Shared {}

/// A serial line with room for `QUEUE - 1` received bytes: a static, opened once.
pub struct Line<const QUEUE: usize> {
    queue: TakeOnce<ByteQueue<[AtomicU8; QUEUE]>>,
    shared: Shared,
}

impl<const QUEUE: usize> Line<QUEUE> {
    /// A closed line.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "for statics, where Default cannot be called")]
    pub const fn new() -> Self {
        Self {
            queue: TakeOnce::new(ByteQueue::new()),
            shared: Shared {
                receive: UnsafeCell::new(None),
                paused: AtomicBool::new(false),
                received: Semaphore::new(),
                transmit: UnsafeCell::new(Transmit { next: ptr::null(), remaining: 0 }),
                transmitted: Semaphore::new(),
            },
        }
    }

    /// Opens the devicetree's chosen `zephyr,uart-mcumgr` and starts to receive.
    pub fn open(&'static self) -> Result<Port, OpenError> {
        let uart = ffi::westerly_uart_mcumgr();
        if uart.is_null() {
            return Err(OpenError::NotReady);
        }
        // SAFETY: C found the device ready, and it is a UART.
        unsafe { self.open_device(uart) }
    }

    /// Opens a UART and starts to receive.
    ///
    /// # Safety
    /// `uart` is a UART's device that is ready.
    pub(crate) unsafe fn open_device(&'static self, uart: *const device) -> Result<Port, OpenError> {
        let received: &'static ByteQueue = self.queue.take().ok_or(OpenError::Open)?;
        // SAFETY: the queue can be taken once, so this runs once, and the interrupt that reads it is not set up yet.
        unsafe { *self.shared.receive.get() = Some(received) };
        let shared = ptr::from_ref(&self.shared).cast_mut().cast::<c_void>();
        // With interrupts locked, as drivers store the two one after the other, and an interrupt between would hand somebody
        // else's pointer to this callback.
        // SAFETY: `uart` is a device that is ready; the callback gets back `shared`, which is static.
        let set = || unsafe { uart_irq_callback_user_data_set(uart, Some(on_interrupt), shared) };
        if interrupts_locked(set) != 0 {
            return Err(OpenError::NoInterrupts);
        }
        let mut port = Port { uart, received, shared: &self.shared };
        port.enable_receive();
        Ok(port)
    }
}

/// An open line, for one thread.
pub struct Port {
    uart: *const device,
    /// Only this takes out, only the interrupt puts in.
    received: &'static ByteQueue,
    shared: &'static Shared,
}

// SAFETY: a device is a constant of the kernel, whose calls take it from any thread; the rest is made to be sent and shared.
unsafe impl Send for Port {}

impl Port {
    /// Waits for bytes and moves them into `into`. Returns how many: at least one, unless `into` is empty.
    pub fn read(&mut self, into: &mut [u8]) -> usize {
        if into.is_empty() {
            return 0;
        }
        loop {
            let mut count = 0;
            for (place, byte) in into.iter_mut().zip(core::iter::from_fn(|| self.received.take())) {
                *place = byte;
                count += 1;
            }
            self.resume();
            if count > 0 {
                return count;
            }
            self.shared.received.take();
        }
    }

    /// Whether there are bytes to read without waiting.
    #[must_use]
    pub fn has_received(&self) -> bool {
        !self.received.is_empty()
    }

    /// Switches the receive interrupt on again after a full queue.
    fn resume(&mut self) {
        if self.shared.paused.load(Ordering::Acquire) {
            self.shared.paused.store(false, Ordering::Release);
            self.enable_receive();
        }
    }

    /// Switches the receive interrupt on, and sees to bytes that the UART holds already.
    ///
    /// Some UARTs (the CMSDK one of mps2/an385) raise the interrupt when a byte comes, and not for one that came while it was
    /// off; as they have room for no other, no further byte would ever come. So the transmit interrupt, which every driver raises
    /// for a UART that can take bytes, is asked for: the handler looks at both sides, and disables it as there is nothing to send.
    fn enable_receive(&mut self) {
        // SAFETY: `uart` is a device that is ready, with its callback in place.
        unsafe {
            uart_irq_rx_enable(self.uart);
            uart_irq_tx_enable(self.uart);
        }
    }

    /// Hands `bytes` to the UART and sleeps until it has taken them all, or none for `stall_milliseconds`.
    pub fn write(&mut self, bytes: &[u8], stall_milliseconds: u32) -> Result<(), Stalled> {
        if self.write_some(bytes, stall_milliseconds) == bytes.len() { Ok(()) } else { Err(Stalled) }
    }

    /// As [`write`](Self::write). Returns how many bytes the UART has taken: all, or those before it stalled.
    pub fn write_some(&mut self, bytes: &[u8], stall_milliseconds: u32) -> usize {
        self.set_transmit(Transmit { next: bytes.as_ptr(), remaining: bytes.len() });
        self.transmit(bytes.len(), stall_milliseconds);
        // From here on the interrupt does not know the slice any more, on whatever way the call ends.
        let left = self.set_transmit(Transmit { next: ptr::null(), remaining: 0 }).remaining;
        bytes.len().saturating_sub(left)
    }

    /// Returns when the UART has taken everything, or nothing for too long.
    fn transmit(&mut self, length: usize, stall_milliseconds: u32) {
        let mut remaining = length;
        let mut idle = 0;
        while remaining > 0 {
            // SAFETY: `uart` is a device that is ready, with its callback in place.
            unsafe { uart_irq_tx_enable(self.uart) };
            // A give left over from a transmission that was given up ends the first wait early: one more turn.
            let waited = if self.shared.transmitted.take_within(stall_milliseconds) {
                RETRY_MILLISECONDS
            } else {
                stall_milliseconds
            };
            // SAFETY: interrupts are locked.
            let now = interrupts_locked(|| unsafe { (*self.shared.transmit.get()).remaining });
            if now < remaining {
                idle = 0;
            } else {
                idle += waited;
                if idle >= stall_milliseconds {
                    return;
                }
                sleep_milliseconds(RETRY_MILLISECONDS);
            }
            remaining = now;
        }
    }

    /// Returns what was set before.
    fn set_transmit(&mut self, transmit: Transmit) -> Transmit {
        // SAFETY: interrupts are locked.
        interrupts_locked(|| unsafe { ptr::replace(self.shared.transmit.get(), transmit) })
    }

    /// Waits until what the UART took has left its hardware, and switches its interrupts off: for the time before a restart.
    ///
    /// Without that, boards under QEMU went silent after some restarts under load. Presumably its PL011 keeps the interrupt
    /// mask over a restart, and a byte that comes before the line is open raises an interrupt without a handler, for ever.
    pub fn drain(&mut self) {
        sleep_milliseconds(ffi::westerly_uart_drain_time());
        // SAFETY: `uart` is a device that is ready, with its callback in place.
        unsafe {
            uart_irq_rx_disable(self.uart);
            uart_irq_tx_disable(self.uart);
        }
    }
}

/// The UART's interrupt (a thread of the highest priority on native_sim).
extern "C" fn on_interrupt(uart: *const device, shared: *mut c_void) {
    // SAFETY: `Line::open` registered this callback with a pointer to a static Shared.
    let shared = unsafe { &*shared.cast_const().cast::<Shared>() };
    // SAFETY: this is the interrupt handler of `uart`, where these two belong.
    while unsafe { uart_irq_update(uart) > 0 && uart_irq_is_pending(uart) > 0 } {
        // SAFETY: `uart_irq_update` was called.
        let receive = unsafe { uart_irq_rx_ready(uart) } > 0 && receive(uart, shared);
        // SAFETY: `uart_irq_update` was called.
        let transmit = unsafe { uart_irq_tx_ready(uart) } > 0 && transmit(uart, shared);
        // Some drivers report an interrupt as pending although it is switched off: do not stay for it. But stay until nothing
        // else is pending: a controller that looks at edges (QEMU's PLIC) says nothing more of a line that was never low.
        if !receive && !transmit {
            break;
        }
    }
}

/// Moves bytes from the UART into the queue, or switches off the interrupt that says they are there. False if neither came of it.
fn receive(uart: *const device, shared: &'static Shared) -> bool {
    // SAFETY: nobody changes it after `Line::open`, which did so before this interrupt was set up.
    let Some(queue) = (unsafe { *shared.receive.get() }) else {
        return false;
    };
    let mut chunk = [0; FIFO_CHUNK];
    let free = queue.free();
    if free == 0 {
        // Do not read what there is no room for: bytes left in the UART are kept, and hold the sender off where there is
        // flow control; bytes read and discarded break the packet for certain. `Port::read` switches on again.
        let first = !shared.paused.load(Ordering::Acquire);
        shared.paused.store(true, Ordering::Release);
        // SAFETY: `uart` is the device this interrupt belongs to.
        unsafe { uart_irq_rx_disable(uart) };
        shared.received.give();
        return first;
    }
    let size = free.min(FIFO_CHUNK);
    // SAFETY: `chunk` has room for `size` bytes, and `size` is at most 16.
    let count = unsafe { uart_fifo_read(uart, chunk.as_mut_ptr(), size as c_int) };
    let count = usize::try_from(count).unwrap_or(0);
    for byte in chunk.iter().take(count) {
        // There is room: `count` is at most `free`, and only the reader changes the queue meanwhile.
        let _ = queue.put(*byte);
    }
    shared.received.give();
    count > 0
}

/// Gives the UART more of the slice. False if there was nothing to give or it takes nothing.
fn transmit(uart: *const device, shared: &'static Shared) -> bool {
    interrupts_locked(|| {
        // SAFETY: interrupts are locked.
        let transmit = unsafe { &mut *shared.transmit.get() };
        let length = c_int::try_from(transmit.remaining).unwrap_or(c_int::MAX);
        let taken = if length > 0 {
            // SAFETY: `next` and `remaining` describe the rest of the slice of `Port::write`, which does not return
            // before it has set `remaining` to 0, with interrupts locked.
            unsafe { uart_fifo_fill(uart, transmit.next, length) }
        } else {
            0
        };
        let taken = usize::try_from(taken).unwrap_or(0).min(transmit.remaining);
        // SAFETY: at most one past the end of the slice.
        transmit.next = unsafe { transmit.next.add(taken) };
        transmit.remaining -= taken;
        if transmit.remaining == 0 || taken == 0 {
            // SAFETY: `uart` is the device this interrupt belongs to.
            unsafe { uart_irq_tx_disable(uart) };
            shared.transmitted.give();
        }
        taken > 0
    })
}
