// SPDX-License-Identifier: Apache-2.0

//! A device that knows nothing: the measured requests ask it nothing, it is there for the server to be whole.

use core::ops::ControlFlow;

use westerly_server::wire::os::{DateTime, MemoryPool, ResetRequest, Task};
use westerly_server::{Application, Bootloader, ClockError, Os, ResetError};

pub struct Device;

const UNKNOWN: &str = "unknown";

impl Os for Device {
    fn tasks(&mut self, _: &mut dyn FnMut(&str, &Task) -> ControlFlow<()>) {}

    fn memory_pools(&mut self, _: &mut dyn FnMut(&str, &MemoryPool) -> ControlFlow<()>) {}

    fn date_time(&mut self) -> Result<DateTime, ClockError> {
        Err(ClockError::NotSet)
    }

    fn set_date_time(&mut self, _: &DateTime) -> Result<(), ClockError> {
        Err(ClockError::Failed)
    }

    fn prepare_reset(&mut self, _: &ResetRequest) -> Result<(), ResetError> {
        Err(ResetError::Busy)
    }

    fn application(&mut self) -> Application<'_> {
        Application {
            kernel_name: "Zephyr",
            node_name: UNKNOWN,
            kernel_release: UNKNOWN,
            kernel_version: UNKNOWN,
            build_date_time: UNKNOWN,
            machine: UNKNOWN,
            processor: UNKNOWN,
            hardware_platform: UNKNOWN,
            operating_system: "Zephyr",
        }
    }

    fn bootloader(&mut self) -> Option<Bootloader<'_>> {
        None
    }
}
