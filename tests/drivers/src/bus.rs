// SPDX-License-Identifier: Apache-2.0
//! The buses without a driver crate: what a transaction becomes, and what ends it.

#![forbid(unsafe_code)]

use embedded_hal::i2c::{I2c as _, Operation};
use embedded_hal::spi::{Operation as SpiOperation, SpiDevice};
use westerly_zephyr::device;
use westerly_zephyr::hal::Error;

use crate::outcome::Failure;

/// Of the LM75.
const ADDRESS: u8 = 0x48;

const READ_DATA: u8 = 0x03;
/// Where the emulated flash has memory: see src/parts/parts.h.
const SECTOR: [u8; 3] = [0x00, 0x30, 0x00];

/// A transaction of so many writes.
pub fn operations(count: u8) -> Result<i32, Error> {
    let mut operations = [const { Operation::Write(&[0]) }; 16];
    let operations = operations.get_mut(..usize::from(count)).unwrap_or_default();
    device!(I2c, sensors)?.transaction(ADDRESS, operations)?;
    Ok(0)
}

/// Two writes that are one on the wire, a read, a write and a read. The value of the hysteresis, read in the middle, and of
/// the overtemperature.
pub fn mixed() -> Result<i32, Error> {
    let (mut hysteresis, mut overtemperature) = ([0; 2], [0; 2]);
    device!(I2c, sensors)?.transaction(
        ADDRESS,
        &mut [
            Operation::Write(&[2]),
            Operation::Write(&[0x12, 0x80]),
            Operation::Read(&mut hysteresis),
            Operation::Write(&[3]),
            Operation::Read(&mut overtemperature),
        ],
    )?;
    Ok(i32::from(u16::from_be_bytes(hysteresis)) << 16 | i32::from(u16::from_be_bytes(overtemperature)))
}

pub fn ten_bits() -> Result<i32, Error> {
    let mut bus = device!(I2c, sensors)?;
    embedded_hal::i2c::I2c::<embedded_hal::i2c::TenBitAddress>::write(&mut bus, ADDRESS.into(), &[0])?;
    Ok(0)
}

pub fn broken() -> Result<i32, Error> {
    device!(I2c, broken).map(|_| 0)
}

/// Reads a byte of the flash with a delay after the instruction.
pub fn spi_delay_between() -> Result<i32, Error> {
    let mut byte = [0];
    device!(Spi, watched)?.transaction(&mut [
        SpiOperation::Write(&[READ_DATA]),
        SpiOperation::Write(&SECTOR),
        SpiOperation::DelayNs(20_000),
        SpiOperation::Read(&mut byte),
    ])?;
    Ok(byte[0].into())
}

/// Reads `count` bytes of the flash one at a time in one transaction, and returns the sum of them.
pub fn spi_operations(count: u8) -> Result<i32, Error> {
    let mut bytes = [0; 16];
    let mut operations = read_by_bytes(&mut bytes);
    let count = usize::from(count) + 2;
    device!(Spi, watched)?.transaction(operations.get_mut(..count).unwrap_or_default())?;
    Ok(bytes.iter().map(|byte| i32::from(*byte)).sum())
}

fn read_by_bytes(bytes: &mut [u8; 16]) -> [SpiOperation<'_, u8>; 18] {
    let mut bytes = bytes.chunks_mut(1);
    core::array::from_fn(|index| match index {
        0 => SpiOperation::Write(&[READ_DATA]),
        1 => SpiOperation::Write(&SECTOR),
        _ => SpiOperation::Read(bytes.next().unwrap_or_default()),
    })
}

/// A transfer that receives more than it sends, and one that sends more than it receives.
pub fn spi_uneven() -> Result<i32, Failure> {
    let mut flash = device!(Spi, watched)?;
    let mut received = [0xaa; 6];
    flash.transfer(&mut received, &[READ_DATA, SECTOR[0], SECTOR[1], SECTOR[2]])?;
    let mut short = [0; 2];
    flash.transfer(&mut short, &[READ_DATA, SECTOR[0], SECTOR[1], SECTOR[2], 0])?;
    // The part answers 0xff until it has the address.
    if received[..4] != [0xff; 4] || short != [0xff; 2] {
        return Err(Failure::Wrong);
    }
    Ok(i32::from(received[4]) << 8 | i32::from(received[5]))
}

pub fn spi_one_way(write: bool) -> Result<i32, Error> {
    let mut flash = device!(Spi, watched)?;
    if write {
        flash.write(&[0x00, 0x01])?
    } else {
        flash.read(&mut [0; 2])?
    }
    Ok(0)
}

/// One object at a time; a second one after the first is gone.
pub fn spi_taken() -> Result<i32, Failure> {
    let first = device!(Spi, watched)?;
    let second = device!(Spi, watched).map(|_| ());
    drop(first);
    device!(Spi, watched)?;
    match second {
        Err(Error::Taken) => Ok(0),
        _ => Err(Failure::Wrong),
    }
}
