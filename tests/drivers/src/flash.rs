// SPDX-License-Identifier: Apache-2.0
//! The crate w25q32jv over SPI, with its two pins.

#![forbid(unsafe_code)]

use embedded_hal::digital::PinState;
use w25q32jv::{Error, SECTOR_SIZE, W25q32jv};
use westerly_zephyr::device;
use westerly_zephyr::hal::{self, Output, Spi};

type Result<T> = core::result::Result<T, Error<hal::Error, hal::Error>>;

/// Bytes read or written at a time: more than a page.
const CHUNK: usize = 300;

fn flash() -> Result<W25q32jv<Spi, Output, Output>> {
    let spi = device!(Spi, flash).map_err(Error::SpiError)?;
    let hold = device!(Output, flash_hold).map_err(Error::PinError)?;
    let write_protect = device!(Output, flash_write_protect).map_err(Error::PinError)?;
    W25q32jv::new(spi, hold, write_protect)
}

/// What byte is written at an address.
fn pattern(address: u32) -> u8 {
    address.wrapping_mul(167).to_be_bytes()[2] ^ address.to_be_bytes()[3]
}

/// The addresses and lengths of chunks.
fn chunks(address: u32, length: u32) -> impl Iterator<Item = (u32, usize)> {
    let end = address + length;
    (address..end).step_by(CHUNK).map(move |start| (start, CHUNK.min((end - start) as usize)))
}

pub fn identifier_byte(index: u8) -> Result<i32> {
    flash()?.device_id()?.get(usize::from(index)).map(|byte| i32::from(*byte)).ok_or(Error::OutOfBounds)
}

pub fn erase(address: u32) -> Result<i32> {
    flash()?.erase_sector(address / SECTOR_SIZE)?;
    Ok(0)
}

pub fn write(address: u32, length: u32) -> Result<i32> {
    let mut flash = flash()?;
    let mut bytes = [0; CHUNK];
    for (start, count) in chunks(address, length) {
        for (byte, address) in bytes.iter_mut().zip(start..) {
            *byte = pattern(address);
        }
        flash.write_blocking(start, bytes.get(..count).unwrap_or_default())?;
    }
    Ok(0)
}

/// How many bytes are not those written.
pub fn check(address: u32, length: u32) -> Result<i32> {
    let mut flash = flash()?;
    let mut bytes = [0; CHUNK];
    let mut wrong = 0;
    for (start, count) in chunks(address, length) {
        let bytes = bytes.get_mut(..count).unwrap_or_default();
        flash.read(start, bytes)?;
        wrong += bytes.iter().zip(start..).filter(|(byte, address)| **byte != pattern(*address)).count();
    }
    i32::try_from(wrong).map_err(|_| Error::OutOfBounds)
}

/// Writes with the part held, so that it does not see it.
pub fn on_hold() -> Result<i32> {
    let mut flash = flash()?;
    flash.set_hold(PinState::Low)?;
    let result = flash.write_blocking(0, &[0]);
    flash.set_hold(PinState::High)?;
    result.map(|()| 0)
}
