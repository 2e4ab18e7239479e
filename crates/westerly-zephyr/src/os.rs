// SPDX-License-Identifier: Apache-2.0

//! Zephyr as the OS group of the server sees it.

use core::ops::ControlFlow;

use westerly_server::wire::os::{DateTime, MemoryPool, ResetRequest, Task};
use westerly_server::{Application, Bootloader, ClockError, Os, ResetError};

#[cfg(westerly_settings)]
use crate::settings;
use crate::{application, ffi, memory_pools, rtc, threads};

/// Implements [`Os`] by the kernel, the clock of the devicetree, and what the build knows.
pub struct ZephyrOs {
    node_name: &'static str,
    #[cfg(westerly_settings)]
    named: settings::DeviceName,
}

impl ZephyrOs {
    /// A device that calls itself `node_name`, unless the setting `device/name` gives it another name.
    #[must_use]
    pub const fn new(node_name: &'static str) -> Self {
        Self {
            node_name,
            #[cfg(westerly_settings)]
            named: settings::DeviceName::new(),
        }
    }
}

impl Os for ZephyrOs {
    fn tasks(&mut self, each: &mut dyn FnMut(&str, &Task) -> ControlFlow<()>) {
        threads::for_each(each);
    }

    fn memory_pools(&mut self, each: &mut dyn FnMut(&str, &MemoryPool) -> ControlFlow<()>) {
        memory_pools::for_each(each);
    }

    fn date_time(&mut self) -> Result<DateTime, ClockError> {
        rtc::get()
    }

    fn set_date_time(&mut self, time: &DateTime) -> Result<(), ClockError> {
        rtc::set(time)
    }

    /// Nothing to prepare: the kernel restarts at once, and nothing is kept that would have to be written first. The boot
    /// mode is not passed on, as Zephyr's own server does not without retained memory for it.
    fn prepare_reset(&mut self, _request: &ResetRequest) -> Result<(), ResetError> {
        Ok(())
    }

    fn application(&mut self) -> Application<'_> {
        #[cfg(westerly_settings)]
        let node_name = self.named.get().unwrap_or(self.node_name);
        #[cfg(not(westerly_settings))]
        let node_name = self.node_name;
        application::application(node_name)
    }

    fn bootloader(&mut self) -> Option<Bootloader<'_>> {
        application::bootloader()
    }
}

/// Restarts the device at once. It does not come back where the kernel can restart.
pub fn reboot() {
    ffi::westerly_reboot();
}
