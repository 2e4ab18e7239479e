// SPDX-License-Identifier: Apache-2.0

//! A part on an SPI bus.

use core::ptr;

use embedded_hal::delay::DelayNs;
use embedded_hal::spi::{ErrorType, Operation, SpiDevice};

use super::delay::Delay;
use super::error::{Error, outcome};
use super::ffi::{self, SpiBuffer, SpiNode};

/// How many buffers go to the driver at a time, in each direction: most transactions in one go.
const BUFFERS: usize = 8;

/// A part on an SPI bus with its chip select, frequency and mode, made by [`device!`](crate::device) for one user at a time:
/// to ask again before the first is dropped gives [`Error::Taken`].
///
/// Other parts on the bus may be used from other threads: each transaction has the bus to itself. One that holds a delay, or
/// more than eight operations, keeps the chip selected over several calls of Zephyr's driver (`SPI_HOLD_ON_CS` and
/// `SPI_LOCK_ON`), which the driver must be able to do.
pub struct Spi {
    node: &'static SpiNode,
}

impl Spi {
    /// See [`device!`](crate::device).
    pub fn open(node: &'static SpiNode) -> Result<Self, Error> {
        // SAFETY: the node is a constant structure of C.
        outcome(unsafe { ffi::westerly_spi_open(node.as_c()) })?;
        Ok(Self { node })
    }

    /// Everything in one call of the driver, if it fits.
    fn whole(&mut self, operations: &mut [Operation<'_, u8>]) -> Option<Result<(), Error>> {
        let mut buffers = Buffers::new();
        for operation in operations {
            if matches!(operation, Operation::DelayNs(_)) || !buffers.add(operation) {
                return None;
            }
        }
        Some(self.transceive(false, &buffers))
    }

    /// In several calls between which the chip stays selected.
    fn in_parts(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        let mut buffers = Buffers::new();
        for operation in operations {
            let delay = if let Operation::DelayNs(delay) = operation { Some(*delay) } else { None };
            if delay.is_some() || !buffers.add(operation) {
                self.transceive(true, &buffers)?;
                buffers = Buffers::new();
                match delay {
                    Some(delay) => Delay.delay_ns(delay),
                    None => {
                        // There is room: an operation takes two places at most.
                        buffers.add(operation);
                    }
                }
            }
        }
        self.transceive(true, &buffers)
    }

    fn transceive(&mut self, in_parts: bool, buffers: &Buffers) -> Result<(), Error> {
        if buffers.count == 0 {
            return Ok(());
        }
        // A direction that nothing goes in is left out, which drivers do with less work.
        let used = |side: &[SpiBuffer]| side.iter().take(buffers.count).any(|buffer| !buffer.bytes.is_null());
        let transmit = if used(&buffers.transmit) { buffers.count } else { 0 };
        let receive = if used(&buffers.receive) { buffers.count } else { 0 };
        // SAFETY: the node is a constant structure of C; each buffer is NULL or describes a live slice, which the driver
        // writes to only if it is one to read into, and has done with when it returns. As this is the only object for the
        // node, nobody else uses the bus while it is kept.
        outcome(unsafe {
            ffi::westerly_spi_transceive(
                self.node.as_c(),
                in_parts,
                buffers.transmit.as_ptr(),
                transmit,
                buffers.receive.as_ptr(),
                receive,
            )
        })
        .map(|_| ())
    }
}

impl Drop for Spi {
    fn drop(&mut self) {
        // SAFETY: the node is a constant structure of C, and this is its only object.
        unsafe { ffi::westerly_spi_close(self.node.as_c()) };
    }
}

impl ErrorType for Spi {
    type Error = Error;
}

impl SpiDevice for Spi {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        if let Some(result) = self.whole(operations) {
            return result;
        }
        let result = self.in_parts(operations);
        // Also after an error, or the bus would stay taken.
        // SAFETY: the node is a constant structure of C.
        let released = outcome(unsafe { ffi::westerly_spi_release(self.node.as_c()) });
        result.and(released.map(|_| ()))
    }
}

/// What goes to the driver in one call: the buffers of both directions, of the same lengths in pairs.
struct Buffers {
    transmit: [SpiBuffer; BUFFERS],
    receive: [SpiBuffer; BUFFERS],
    count: usize,
}

impl Buffers {
    fn new() -> Self {
        let none = SpiBuffer { bytes: ptr::null_mut(), length: 0 };
        Self { transmit: [none; BUFFERS], receive: [none; BUFFERS], count: 0 }
    }

    /// Puts an operation at the end. False if there is no room for all of it; a delay takes none.
    fn add(&mut self, operation: &mut Operation<'_, u8>) -> bool {
        let before = self.count;
        let added = match operation {
            Operation::Read(bytes) => self.push(ptr::null_mut(), bytes.as_mut_ptr(), bytes.len()),
            Operation::Write(bytes) => self.push(bytes.as_ptr().cast_mut(), ptr::null_mut(), bytes.len()),
            Operation::TransferInPlace(bytes) => {
                let pointer = bytes.as_mut_ptr();
                self.push(pointer, pointer, bytes.len())
            }
            Operation::Transfer(read, write) => self.push_transfer(read, write),
            Operation::DelayNs(_) => true,
        };
        if !added {
            self.count = before;
        }
        added
    }

    /// The shorter of the two ends first: what is received beyond `read` is dropped, what is sent beyond `write` says nothing.
    fn push_transfer(&mut self, read: &mut [u8], write: &[u8]) -> bool {
        let both = read.len().min(write.len());
        let (read, more_read) = read.split_at_mut(both);
        let (write, more_write) = write.split_at(both);
        self.push(write.as_ptr().cast_mut(), read.as_mut_ptr(), both)
            && self.push(ptr::null_mut(), more_read.as_mut_ptr(), more_read.len())
            && self.push(more_write.as_ptr().cast_mut(), ptr::null_mut(), more_write.len())
    }

    fn push(&mut self, transmit: *mut u8, receive: *mut u8, length: usize) -> bool {
        if length == 0 {
            return true;
        }
        let (Some(to), Some(from)) = (self.transmit.get_mut(self.count), self.receive.get_mut(self.count)) else {
            return false;
        };
        *to = SpiBuffer { bytes: transmit, length };
        *from = SpiBuffer { bytes: receive, length };
        self.count += 1;
        true
    }
}
