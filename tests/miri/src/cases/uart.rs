// SPDX-License-Identifier: Apache-2.0

//! Serial lines: a thread plays the interrupt, at any moment that is not locked against it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use embedded_io::{Read, ReadReady, Write};
use westerly_zephyr::hal::{Error, UartDevice, UartError};
use westerly_zephyr::uart::{Line, OpenError, Port, Stalled};
use zephyr_sys::device;

use super::node;
use crate::c::{CHOSEN_UART, UARTS};

/// Ends the interrupts, also when an assertion fails.
struct End<'e>(&'e AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `thread` while interrupts come.
fn with_interrupts<R>(uart: &device, thread: impl FnOnce() -> R) -> R {
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                uart.interrupt();
                thread::yield_now();
            }
        });
        let _end = End(&ended);
        thread()
    })
}

pub fn chosen() {
    static LINE: Line<8> = Line::new();
    CHOSEN_UART.arrive(b"e");
    let mut port = LINE.open().unwrap();
    assert_eq!(LINE.open().err(), Some(OpenError::Open));
    // The port is for one thread, not for the one that opened it.
    thread::spawn(move || {
        came_early(&mut port);
        receives(&mut port);
        transmits(&mut port);
        stalls(&mut port);
        port.drain();
    })
    .join()
    .unwrap();
}

/// What the UART held when the line was opened; and then, what it held while there was no room for more.
fn came_early(port: &mut Port) {
    let mut into = [0; 7];
    CHOSEN_UART.interrupt();
    assert!(port.has_received());
    assert_eq!(port.read(&mut into), 1);
    assert_eq!(into[0], b'e');

    CHOSEN_UART.arrive(b"seven and");
    CHOSEN_UART.interrupt();
    assert_eq!(port.read(&mut into), 7);
    assert!(!port.has_received());
    CHOSEN_UART.interrupt();
    assert!(port.has_received());
    assert_eq!(port.read(&mut into), 2);
    assert_eq!(into[..2], *b"nd");
}

/// More than the queue has room for: the interrupt stops, and is switched on again.
fn receives(port: &mut Port) {
    let sent: Vec<u8> = (0..40).collect();
    let mut got: Vec<u8> = Vec::new();
    let mut into = [0; 5];
    with_interrupts(&CHOSEN_UART, || {
        CHOSEN_UART.arrive(&sent);
        while got.len() < sent.len() {
            let count = port.read(&mut into);
            got.extend_from_slice(&into[..count]);
        }
    });
    assert_eq!(got, sent);
    assert!(!port.has_received());
    assert_eq!(port.read(&mut []), 0);
    CHOSEN_UART.interrupt_for_nothing();
}

fn transmits(port: &mut Port) {
    with_interrupts(&CHOSEN_UART, || {
        // Each from a place that is gone when the next one comes.
        for length in [1, 9, 4] {
            let line = vec![b'a'; length].into_boxed_slice();
            assert_eq!(port.write(&line, 1000), Ok(()));
        }
        assert_eq!(port.write(&[], 1000), Ok(()));
    });
    assert_eq!(CHOSEN_UART.transmitted(), [b'a'; 14]);
}

fn stalls(port: &mut Port) {
    let line = vec![b'b'; 6].into_boxed_slice();
    CHOSEN_UART.set_room(0);
    let result = with_interrupts(&CHOSEN_UART, || port.write(&line, 20));
    drop(line);
    CHOSEN_UART.set_room(4);
    // An interrupt that comes late does not find the line that is no more.
    // SAFETY: it is a UART.
    unsafe { zephyr_sys::uart_irq_tx_enable(&raw const CHOSEN_UART) };
    CHOSEN_UART.interrupt();
    assert_eq!(result, Err(Stalled));
    with_interrupts(&CHOSEN_UART, || assert_eq!(port.write(b"c", 20), Ok(())));
    assert_eq!(CHOSEN_UART.transmitted().last(), Some(&b'c'));
}

pub fn another() {
    static WITHOUT: Line<4> = Line::new();
    static LINE: Line<4> = Line::new();
    assert_eq!(UartDevice::open(node()).err(), Some(Error::NotReady));
    let without_interrupts = UartDevice::open(node()).unwrap();
    assert_eq!(without_interrupts.listen(&WITHOUT, 10).err(), Some(OpenError::NoInterrupts));
    let mut uart = UartDevice::open(node()).unwrap().listen(&LINE, 20).unwrap();
    with_interrupts(&UARTS[1], || {
        assert_eq!(uart.write(b"AT"), Ok(2));
        UARTS[1].arrive(b"OK");
        let mut answer = [0; 2];
        uart.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"OK");
        assert_eq!(uart.read_ready(), Ok(false));
        UARTS[1].set_room(0);
        assert_eq!(uart.write(b"AT"), Err(UartError::Stalled));
        assert_eq!(uart.flush(), Ok(()));
    });
}
