// SPDX-License-Identifier: Apache-2.0
//! What the OS group asks, and a group of no statistics.

use core::ops::ControlFlow;

use westerly_server::wire::os::{DateTime, MemoryPool, ResetRequest, Task};
use westerly_server::{
    Application, Bootloader, ClockError, Failure, Group, GroupDescription, Os, Request, ResetError, Response,
};

/// Fixed figures, and a clock that is not set and refuses the years before 2000.
#[derive(Default)]
pub struct Device {
    date_time: Option<DateTime>,
}

const fn task(priority: i32, id: u32, state: u32, (stack_used, stack_size): (u32, u32)) -> Task {
    Task {
        priority,
        id,
        state,
        stack_used,
        stack_size,
        context_switches: 0,
        runtime: 0,
        last_checkin: 0,
        next_checkin: 0,
    }
}

impl Os for Device {
    fn tasks(&mut self, each: &mut dyn FnMut(&str, &Task) -> ControlFlow<()>) {
        let tasks = [
            ("main", Task { context_switches: 9, runtime: 1_234_567_890_123, ..task(0, 0, 0, (120, 512)) }),
            ("idle", Task { context_switches: 70_000, runtime: 42, ..task(15, 1, 128, (20, 80)) }),
            ("workqueue", task(-1, 2, 2, (61, 256))),
        ];
        let _ = tasks.iter().try_for_each(|(name, task)| each(name, task));
    }

    fn memory_pools(&mut self, each: &mut dyn FnMut(&str, &MemoryPool) -> ControlFlow<()>) {
        let pools = [
            ("heap", MemoryPool { block_size: 1, blocks: 2048, free: 1000, minimum_free: 900 }),
            ("slab", MemoryPool { block_size: 64, blocks: 8, free: 8, minimum_free: 3 }),
        ];
        let _ = pools.iter().try_for_each(|(name, pool)| each(name, pool));
    }

    fn date_time(&mut self) -> Result<DateTime, ClockError> {
        self.date_time.ok_or(ClockError::NotSet)
    }

    fn set_date_time(&mut self, date_time: &DateTime) -> Result<(), ClockError> {
        if date_time.year() < 2000 {
            return Err(ClockError::Failed);
        }
        self.date_time = Some(*date_time);
        Ok(())
    }

    fn prepare_reset(&mut self, _: &ResetRequest) -> Result<(), ResetError> {
        Ok(())
    }

    fn application(&mut self) -> Application<'_> {
        Application {
            kernel_name: "Zephyr",
            node_name: "golden",
            kernel_release: "v4.3.0",
            kernel_version: "4.3.0",
            build_date_time: "Sun Nov 22 15:09:21 2026",
            machine: "arm",
            processor: "cortex-m3",
            hardware_platform: "qemu_cortex_m3/ti_lm3s6965",
            operating_system: "Zephyr",
        }
    }

    fn bootloader(&mut self) -> Option<Bootloader<'_>> {
        Some(Bootloader { name: "MCUboot", mode: 3, no_downgrade: true })
    }
}

/// A group 2 that knows no statistics by any name.
pub struct NoStatistics;

impl Group for NoStatistics {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: 2, name: "stat mgmt", handlers: 2 }
    }

    fn handle(&mut self, _: &Request<'_>, _: &mut Response<'_>) -> Result<(), Failure> {
        Err(Failure::Group(3))
    }
}
