// SPDX-License-Identifier: Apache-2.0

//! Pins.
//!
//! embedded-hal speaks of levels, and so do these traits: high is the supply's voltage, whatever the devicetree says. A
//! driver crate knows that the part's reset is active low, and would be wrong if the pin turned it round once more. Who
//! wants the devicetree's `GPIO_ACTIVE_LOW` to count uses `is_active` and `set_active`.

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, StatefulOutputPin};

use super::error::{Error, outcome};
use super::ffi::{self, GpioNode};

/// An input, made by [`device!`](crate::device), with the pull resistors its node asks for.
pub struct Input {
    node: &'static GpioNode,
    active_low: bool,
}

impl Input {
    /// See [`device!`](crate::device). Configures the pin.
    pub fn open(node: &'static GpioNode) -> Result<Self, Error> {
        // SAFETY: the node is a constant structure of C.
        let active_low = outcome(unsafe { ffi::westerly_gpio_input(node.as_c()) })? != 0;
        Ok(Self { node, active_low })
    }

    /// Whether the pin has the level that the devicetree calls active.
    pub fn is_active(&mut self) -> Result<bool, Error> {
        Ok(self.is_high()? != self.active_low)
    }
}

impl ErrorType for Input {
    type Error = Error;
}

impl InputPin for Input {
    fn is_high(&mut self) -> Result<bool, Error> {
        // SAFETY: the node is a constant structure of C.
        Ok(outcome(unsafe { ffi::westerly_gpio_get(self.node.as_c()) })? != 0)
    }

    fn is_low(&mut self) -> Result<bool, Error> {
        Ok(!self.is_high()?)
    }
}

/// An output, made by [`device!`](crate::device). What it was last set to is remembered here, as Zephyr cannot be asked:
/// two objects for one pin do not know of each other.
pub struct Output {
    node: &'static GpioNode,
    active_low: bool,
    high: bool,
}

impl Output {
    /// See [`device!`](crate::device). Configures the pin, and drives it to the level the devicetree calls inactive.
    pub fn open(node: &'static GpioNode) -> Result<Self, Error> {
        // SAFETY: the node is a constant structure of C.
        let active_low = outcome(unsafe { ffi::westerly_gpio_output(node.as_c()) })? != 0;
        Ok(Self { node, active_low, high: active_low })
    }

    /// Drives the pin to the level that the devicetree calls active, or to the other one.
    pub fn set_active(&mut self, active: bool) -> Result<(), Error> {
        self.set(active != self.active_low)
    }

    fn set(&mut self, high: bool) -> Result<(), Error> {
        // SAFETY: the node is a constant structure of C.
        outcome(unsafe { ffi::westerly_gpio_set(self.node.as_c(), high) })?;
        self.high = high;
        Ok(())
    }
}

impl ErrorType for Output {
    type Error = Error;
}

impl OutputPin for Output {
    fn set_low(&mut self) -> Result<(), Error> {
        self.set(false)
    }

    fn set_high(&mut self) -> Result<(), Error> {
        self.set(true)
    }
}

impl StatefulOutputPin for Output {
    fn is_set_high(&mut self) -> Result<bool, Error> {
        Ok(self.high)
    }

    fn is_set_low(&mut self) -> Result<bool, Error> {
        Ok(!self.high)
    }
}
