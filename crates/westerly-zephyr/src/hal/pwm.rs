// SPDX-License-Identifier: Apache-2.0

//! A channel of a PWM.

use embedded_hal::pwm::{ErrorType, SetDutyCycle};

use super::error::{Error, outcome};
use super::ffi::{self, PWM_FULL, PwmNode};

/// A channel at the period its node gives, made by [`device!`](crate::device). Does nothing before the first duty is set.
///
/// The duty counts in parts of 32768, whatever the hardware's resolution: the driver rounds.
pub struct Pwm {
    node: &'static PwmNode,
}

impl Pwm {
    /// See [`device!`](crate::device).
    pub fn open(node: &'static PwmNode) -> Result<Self, Error> {
        // SAFETY: the node is a constant structure of C.
        outcome(unsafe { ffi::westerly_pwm_open(node.as_c()) })?;
        Ok(Self { node })
    }
}

impl ErrorType for Pwm {
    type Error = Error;
}

impl SetDutyCycle for Pwm {
    fn max_duty_cycle(&self) -> u16 {
        PWM_FULL
    }

    /// [`Error::Invalid`] above [`max_duty_cycle`](Self::max_duty_cycle).
    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Error> {
        if duty > PWM_FULL {
            return Err(Error::Invalid);
        }
        // SAFETY: the node is a constant structure of C.
        outcome(unsafe { ffi::westerly_pwm_set(self.node.as_c(), duty) }).map(|_| ())
    }
}
