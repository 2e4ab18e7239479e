// SPDX-License-Identifier: Apache-2.0

//! A controller of an I2C bus.

use core::ptr;

use embedded_hal::i2c::{self, ErrorType, Operation, SevenBitAddress, TenBitAddress};

use super::error::{Error, outcome};
use super::ffi::{self, I2cMessage, I2cNode, i2c_flags};

/// How many operations a transaction may have: Zephyr wants them all at once, and they lie on the caller's stack until then.
/// Driver crates use one to three.
pub const MOST_OPERATIONS: usize = 8;

/// A controller of an I2C bus, made by [`device!`](crate::device). The driver crate knows the part's address.
///
/// It may be copied, one for each part on the bus: Zephyr's driver lets one transaction at a time on the bus, whoever it
/// comes from. What a bus cannot do (a speed, addresses of ten bits) is what its driver cannot do.
#[derive(Clone, Copy)]
pub struct I2c {
    node: &'static I2cNode,
}

impl I2c {
    /// See [`device!`](crate::device).
    pub fn open(node: &'static I2cNode) -> Result<Self, Error> {
        // SAFETY: the node is a constant structure of C.
        outcome(unsafe { ffi::westerly_i2c_open(node.as_c()) })?;
        Ok(Self { node })
    }

    fn transfer(&self, address: u16, address_flag: u8, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let none = I2cMessage { bytes: ptr::null_mut(), length: 0, flags: 0 };
        let mut messages = [none; MOST_OPERATIONS];
        let Some(messages) = messages.get_mut(..operations.len()) else {
            return Err(Error::TooManyOperations);
        };
        let mut direction = None;
        for (message, operation) in messages.iter_mut().zip(operations) {
            let (bytes, length, read) = match operation {
                Operation::Read(bytes) => (bytes.as_mut_ptr(), bytes.len(), i2c_flags::READ),
                Operation::Write(bytes) => (bytes.as_ptr().cast_mut(), bytes.len(), 0),
            };
            // Operations of one direction are one transfer on the bus, without a condition between them.
            let restart = if direction.is_some_and(|before| before != read) { i2c_flags::RESTART } else { 0 };
            direction = Some(read);
            let length = u32::try_from(length).map_err(|_| Error::Invalid)?;
            *message = I2cMessage { bytes, length, flags: read | restart | address_flag };
        }
        if let Some(last) = messages.last_mut() {
            last.flags |= i2c_flags::STOP;
        }
        let count = u8::try_from(messages.len()).map_err(|_| Error::TooManyOperations)?;
        // SAFETY: the node is a constant structure of C; each message describes a live slice, which the driver writes to
        // only if it is one to read into, and has done with when it returns.
        let result = unsafe { ffi::westerly_i2c_transfer(self.node.as_c(), messages.as_mut_ptr(), count, address) };
        outcome(result).map(|_| ())
    }
}

impl ErrorType for I2c {
    type Error = Error;
}

impl i2c::I2c<SevenBitAddress> for I2c {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        self.transfer(address.into(), 0, operations)
    }
}

impl i2c::I2c<TenBitAddress> for I2c {
    fn transaction(&mut self, address: u16, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        self.transfer(address, i2c_flags::TEN_BITS, operations)
    }
}
