// SPDX-License-Identifier: Apache-2.0

//! Delays by the kernel's clock.

use embedded_hal::delay::DelayNs;

use super::ffi;

/// Waits at least as long as asked for.
///
/// Less than a tick of the kernel (`CONFIG_SYS_CLOCK_TICKS_PER_SEC`) keeps the processor, which is as exact as the hardware's
/// counter; a tick and more puts the thread to sleep, and rounds up to whole ticks and one more. Where a thread cannot
/// sleep (in an interrupt, before the kernel runs) it always keeps the processor.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delay;

impl DelayNs for Delay {
    fn delay_ns(&mut self, ns: u32) {
        self.delay_us(ns.div_ceil(1000));
    }

    fn delay_us(&mut self, us: u32) {
        ffi::westerly_delay_microseconds(us);
    }

    fn delay_ms(&mut self, ms: u32) {
        ffi::westerly_delay_milliseconds(ms);
    }
}
