// SPDX-License-Identifier: Apache-2.0
//! embedded-io over a UART, by code that knows the traits only.

#![forbid(unsafe_code)]

use embedded_io::{Read, ReadExactError, ReadReady, Write};
use westerly_zephyr::device;
use westerly_zephyr::hal::{Uart, UartError};
use westerly_zephyr::sync::Mutex;
use westerly_zephyr::uart::Line;

use crate::outcome::Failure;

/// Short, so that what a case sends does not fit into it.
static LINE: Line<17> = Line::new();
static MODEM: Mutex<Option<Uart>> = Mutex::new(None);

const STALL_MILLISECONDS: u32 = 100;
const MOST: usize = 200;

pub fn open() -> Result<i32, Failure> {
    let uart = device!(Uart, modem)?.listen(&LINE, STALL_MILLISECONDS)?;
    *MODEM.lock() = Some(uart);
    Ok(0)
}

fn write_numbers(to: &mut impl Write<Error = UartError>, length: usize) -> Result<(), UartError> {
    let mut bytes = [0; MOST];
    for (byte, number) in bytes.iter_mut().zip(0..) {
        *byte = number;
    }
    to.write_all(bytes.get(..length).unwrap_or_default())?;
    to.flush()
}

fn echo_once(on: &mut (impl Read<Error = UartError> + Write<Error = UartError>), length: usize) -> Result<(), Failure> {
    let mut bytes = [0; MOST];
    let bytes = bytes.get_mut(..length).unwrap_or_default();
    on.read_exact(bytes).map_err(|error| match error {
        ReadExactError::Other(error) => error.into(),
        ReadExactError::UnexpectedEof => Failure::Wrong,
    })?;
    Ok(on.write_all(bytes)?)
}

/// Writes the numbers from 0 on.
pub fn write(length: u32) -> Result<i32, Failure> {
    let mut modem = MODEM.lock();
    let modem = modem.as_mut().ok_or(Failure::NotReady)?;
    write_numbers(modem, length as usize)?;
    Ok(0)
}

/// Reads so many bytes and writes them back.
pub fn echo(length: u32) -> Result<i32, Failure> {
    let mut modem = MODEM.lock();
    echo_once(modem.as_mut().ok_or(Failure::NotReady)?, length as usize)?;
    Ok(0)
}

pub fn ready() -> Result<i32, Failure> {
    let mut modem = MODEM.lock();
    Ok(modem.as_mut().ok_or(Failure::NotReady)?.read_ready()?.into())
}
