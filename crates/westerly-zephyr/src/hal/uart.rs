// SPDX-License-Identifier: Apache-2.0

//! A UART's bytes, received into a queue by its interrupt.

use core::fmt;

use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write};

use super::error::Error;
use super::ffi::{self, UartNode};
use crate::uart::{Line, OpenError, Port};

/// A UART, made by [`device!`](crate::device), to be opened.
#[derive(Clone, Copy)]
pub struct UartDevice {
    device: *const zephyr_sys::device,
}

// SAFETY: a device is a constant of the kernel, and the kernel's calls take it from any thread.
unsafe impl Send for UartDevice {}

impl UartDevice {
    /// See [`device!`](crate::device).
    pub fn open(node: &'static UartNode) -> Result<Self, Error> {
        // SAFETY: the node is a constant structure of C.
        let device = unsafe { ffi::westerly_uart_device(node.as_c()) };
        if device.is_null() { Err(Error::NotReady) } else { Ok(Self { device }) }
    }

    /// Starts to receive into `line`, a static of the size that what arrives between two reads asks for. It takes the
    /// UART's interrupt away from whoever had it. A write gives up when the UART takes no byte for `stall_milliseconds`.
    pub fn listen<const QUEUE: usize>(
        self,
        line: &'static Line<QUEUE>,
        stall_milliseconds: u32,
    ) -> Result<Uart, OpenError> {
        // SAFETY: `open` found the device ready, and it is a UART.
        let port = unsafe { line.open_device(self.device) }?;
        Ok(Uart { port, stall_milliseconds })
    }
}

/// An open UART, for one thread. See [`UartDevice::listen`].
pub struct Uart {
    port: Port,
    stall_milliseconds: u32,
}

/// Error of [`Uart`]. Reading has none: Zephyr's interrupt interface reports no framing or parity errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UartError {
    /// The UART took no byte for the time given to [`UartDevice::listen`]: the other side holds the line by flow control.
    Stalled,
}

impl fmt::Display for UartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the UART takes no bytes")
    }
}

impl core::error::Error for UartError {}

impl embedded_io::Error for UartError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::TimedOut
    }
}

impl ErrorType for Uart {
    type Error = UartError;
}

impl Read for Uart {
    /// Waits for the first byte.
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, UartError> {
        Ok(self.port.read(buf))
    }
}

impl ReadReady for Uart {
    fn read_ready(&mut self) -> Result<bool, UartError> {
        Ok(self.port.has_received())
    }
}

impl Write for Uart {
    /// Waits until the UART has taken all of `buf`, or, with the other side holding the line, as much of it as it took.
    fn write(&mut self, buf: &[u8]) -> Result<usize, UartError> {
        match self.port.write_some(buf, self.stall_milliseconds) {
            0 if !buf.is_empty() => Err(UartError::Stalled),
            count => Ok(count),
        }
    }

    /// Nothing is kept on this side: what was written is with the UART, whose FIFO Zephyr cannot be asked about.
    fn flush(&mut self) -> Result<(), UartError> {
        Ok(())
    }
}
