// SPDX-License-Identifier: Apache-2.0

//! Frames out of the ring to a UART or RTT: each outlet reads with a cursor of its own, as any reader does. Who logs never
//! waits for one; an outlet that is too slow loses frames and says in their place how many.

use core::array;

use defmt::Encoder;
use westerly_store::{Cursor, Read, Ring};

use crate::ffi;
use crate::logger;
use crate::stage::FRAME_SIZE;

/// As many as `c/westerly_defmt.h` lists.
pub(crate) const OUTLETS: usize = 2;

/// Room for the message that tells of lost frames: index, timestamp and count.
const LOSS_SIZE: usize = 18;

/// Where bytes go: one of C's outlets.
trait Sink {
    /// Whether a frame of so many bytes has room.
    fn begin(&mut self, room: usize) -> bool;
    fn byte(&mut self, byte: u8);
    fn end(&mut self);
    /// Everything before this number has gone.
    fn sent(&mut self, next: u64);
    /// Makes the message that says so many are lost. How many bytes.
    fn tell(&mut self, lost: u64, into: &mut [u8]) -> usize;
}

#[derive(Clone, Copy)]
struct Device(u32);

impl Sink for Device {
    fn begin(&mut self, room: usize) -> bool {
        ffi::westerly_defmt_begin(self.0, room)
    }

    fn byte(&mut self, byte: u8) {
        ffi::westerly_defmt_byte(self.0, byte);
    }

    fn end(&mut self) {
        ffi::westerly_defmt_end(self.0);
    }

    fn sent(&mut self, next: u64) {
        logger::set_sent(self.0 as usize, next);
    }

    fn tell(&mut self, lost: u64, into: &mut [u8]) -> usize {
        logger::divert(into, || defmt::warn!("{=u64} frames lost before the next one", lost))
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Sent,
    /// Nothing more in the ring.
    Empty,
    /// No room in the sink: the frame waits.
    Full,
}

struct Outlet<S> {
    sink: S,
    cursor: Cursor,
    /// How many of the cursor's losses were told.
    told: u64,
    encoder: Encoder,
}

impl<S: Sink> Outlet<S> {
    fn new(sink: S, next: u64) -> Self {
        Self { sink, cursor: Cursor::at(next), told: 0, encoder: Encoder::new() }
    }

    /// Sends the next frame, if there is one.
    fn step(&mut self, ring: &Ring, frame: &mut [u8; FRAME_SIZE]) -> Step {
        let before = self.cursor.clone();
        let length = match ring.read(&mut self.cursor, frame) {
            Read::Record { length, .. } => length,
            Read::TooLong { .. } => {
                self.cursor.skip();
                return Step::Sent;
            }
            Read::End => return Step::Empty,
        };
        if !self.tell() || !self.send(frame.get(..length).unwrap_or_default()) {
            self.cursor = before;
            return Step::Full;
        }
        self.sink.sent(self.cursor.next());
        Step::Sent
    }

    /// Tells what was lost since it was told last. False if there is no room for it.
    fn tell(&mut self) -> bool {
        let lost = self.cursor.lost();
        // After a frame that had no room the cursor has gone back, and its losses with it.
        if lost <= self.told {
            return true;
        }
        let mut message = [0; LOSS_SIZE];
        let length = self.sink.tell(lost - self.told, &mut message);
        if !self.send(message.get(..length).unwrap_or_default()) {
            return false;
        }
        self.told = lost;
        true
    }

    fn send(&mut self, frame: &[u8]) -> bool {
        if frame.is_empty() {
            return true;
        }
        // rzCOBS takes a byte more for every seven at most, and there are delimiters on both sides.
        if !self.sink.begin(frame.len() + frame.len() / 7 + 3) {
            return false;
        }
        let sink = &mut self.sink;
        let mut write = |bytes: &[u8]| bytes.iter().for_each(|byte| sink.byte(*byte));
        self.encoder.start_frame(&mut write);
        self.encoder.write(frame, &mut write);
        self.encoder.end_frame(&mut write);
        self.sink.end();
        true
    }
}

/// The thread, which C starts.
// SAFETY: the name is one of c/westerly_defmt.h, which nothing else defines.
#[unsafe(no_mangle)]
extern "C" fn westerly_defmt_run() {
    let mut outlets: [Outlet<Device>; OUTLETS] = array::from_fn(|index| Outlet::new(Device(index as u32), 0));
    let mut frame = [0; FRAME_SIZE];
    let mut retry = false;
    loop {
        ffi::westerly_defmt_wait(retry);
        let Some(ring) = logger::ring() else {
            continue;
        };
        retry = false;
        for outlet in outlets.iter_mut().filter(|outlet| ffi::westerly_defmt_has(outlet.sink.0)) {
            retry |= drain(outlet, ring, &mut frame) == Step::Full;
        }
    }
}

fn drain<S: Sink>(outlet: &mut Outlet<S>, ring: &Ring, frame: &mut [u8; FRAME_SIZE]) -> Step {
    loop {
        let step = outlet.step(ring, frame);
        if step != Step::Sent {
            return step;
        }
    }
}

/// Sends what is left, in the caller's place of the thread, which will not run any more: for the way into a halt.
pub(crate) fn flush() {
    let Some(ring) = logger::ring() else {
        return;
    };
    let mut frame = [0; FRAME_SIZE];
    for index in (0..OUTLETS).filter(|index| ffi::westerly_defmt_has(*index as u32)) {
        // The thread may have stopped in the middle of a frame: that one goes again, and the encoder begins with a delimiter.
        drain(&mut Outlet::new(Device(index as u32), logger::sent(index)), ring, &mut frame);
    }
}

#[cfg(test)]
mod tests;
