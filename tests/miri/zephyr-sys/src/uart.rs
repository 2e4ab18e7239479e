// SPDX-License-Identifier: Apache-2.0

//! A UART whose interrupt is a call of [`device::interrupt`], from a thread that the case starts. As the CMSDK one, it raises the
//! receive interrupt when bytes arrive, and not for those that arrived while it was off.

use std::collections::VecDeque;
use std::ffi::{c_int, c_void};
use std::mem;
use std::slice;
use std::sync::{Mutex, MutexGuard};

pub type uart_irq_callback_user_data_t = Option<unsafe extern "C" fn(*const device, *mut c_void)>;

/// A UART.
pub struct device(Mutex<State>);

struct State {
    callback: uart_irq_callback_user_data_t,
    user_data: *mut c_void,
    receive: bool,
    /// Bytes arrived, and the interrupt that says so has not been carried out.
    arrived: bool,
    transmit: bool,
    received: VecDeque<u8>,
    transmitted: Vec<u8>,
    /// How many bytes it takes at a time.
    room: usize,
    knows_interrupts: bool,
}

// SAFETY: of the two only the user's pointer is not sent by itself; it is for the callback, whose affair it is.
unsafe impl Send for State {}

impl device {
    pub const fn new(room: usize, knows_interrupts: bool) -> Self {
        Self(Mutex::new(State {
            callback: None,
            user_data: std::ptr::null_mut(),
            receive: false,
            arrived: false,
            transmit: false,
            received: VecDeque::new(),
            transmitted: Vec::new(),
            room,
            knows_interrupts,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Bytes arrive.
    pub fn arrive(&self, bytes: &[u8]) {
        let mut state = self.state();
        state.received.extend(bytes);
        state.arrived = state.receive;
    }

    /// What left it so far.
    pub fn transmitted(&self) -> Vec<u8> {
        self.state().transmitted.clone()
    }

    /// The other side takes so many bytes at a time from now on.
    pub fn set_room(&self, room: usize) {
        self.state().room = room;
    }

    /// One interrupt, if there is anything that raises one.
    pub fn interrupt(&self) {
        let mut state = self.state();
        let (callback, user_data) = (state.callback, state.user_data);
        let pending = mem::take(&mut state.arrived) || state.transmit;
        drop(state);
        if let Some(callback) = callback.filter(|_| pending) {
            // SAFETY: with the pointer that came with it.
            unsafe { callback(self, user_data) };
        }
    }

    /// As a spurious interrupt: the handler is called whatever there is.
    pub fn interrupt_for_nothing(&self) {
        let state = self.state();
        let (callback, user_data) = (state.callback, state.user_data);
        drop(state);
        if let Some(callback) = callback {
            // SAFETY: with the pointer that came with it.
            unsafe { callback(self, user_data) };
        }
    }
}

unsafe fn of<'a>(uart: *const device) -> MutexGuard<'a, State> {
    // SAFETY: the caller's promise.
    unsafe { &*uart }.state()
}

pub unsafe extern "C" fn uart_irq_callback_user_data_set(
    uart: *const device,
    callback: uart_irq_callback_user_data_t,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    let mut state = unsafe { of(uart) };
    if !state.knows_interrupts {
        return -88;
    }
    (state.callback, state.user_data) = (callback, user_data);
    0
}

pub unsafe extern "C" fn uart_irq_update(_: *const device) -> c_int {
    1
}

pub unsafe extern "C" fn uart_irq_is_pending(uart: *const device) -> c_int {
    // SAFETY: the caller's promise.
    let state = unsafe { of(uart) };
    c_int::from(state.transmit || state.receive && !state.received.is_empty())
}

pub unsafe extern "C" fn uart_irq_rx_ready(uart: *const device) -> c_int {
    // SAFETY: the caller's promise.
    let state = unsafe { of(uart) };
    c_int::from(state.receive && !state.received.is_empty())
}

pub unsafe extern "C" fn uart_irq_tx_ready(uart: *const device) -> c_int {
    // SAFETY: the caller's promise.
    c_int::from(unsafe { of(uart) }.transmit)
}

pub unsafe extern "C" fn uart_irq_rx_enable(uart: *const device) {
    // SAFETY: the caller's promise.
    unsafe { of(uart) }.receive = true;
}

pub unsafe extern "C" fn uart_irq_rx_disable(uart: *const device) {
    // SAFETY: the caller's promise.
    let mut state = unsafe { of(uart) };
    (state.receive, state.arrived) = (false, false);
}

pub unsafe extern "C" fn uart_irq_tx_enable(uart: *const device) {
    // SAFETY: the caller's promise.
    unsafe { of(uart) }.transmit = true;
}

pub unsafe extern "C" fn uart_irq_tx_disable(uart: *const device) {
    // SAFETY: the caller's promise.
    unsafe { of(uart) }.transmit = false;
}

pub unsafe extern "C" fn uart_fifo_read(uart: *const device, into: *mut u8, size: c_int) -> c_int {
    let size = usize::try_from(size).unwrap();
    // SAFETY: the caller's promise: there is room for as many.
    let into = unsafe { slice::from_raw_parts_mut(into, size) };
    // All of it is a driver's to write to.
    into.fill(0xee);
    // SAFETY: the caller's promise.
    let mut state = unsafe { of(uart) };
    let count = size.min(state.received.len());
    for (place, byte) in into.iter_mut().zip(state.received.drain(..count)) {
        *place = byte;
    }
    c_int::try_from(count).unwrap()
}

pub unsafe extern "C" fn uart_fifo_fill(uart: *const device, bytes: *const u8, length: c_int) -> c_int {
    let length = usize::try_from(length).unwrap();
    // SAFETY: the caller's promise: there are as many.
    let bytes = unsafe { slice::from_raw_parts(bytes, length) };
    // SAFETY: the caller's promise.
    let mut state = unsafe { of(uart) };
    let count = length.min(state.room);
    state.transmitted.extend_from_slice(bytes.get(..count).unwrap());
    c_int::try_from(count).unwrap()
}
