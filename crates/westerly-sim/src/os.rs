// SPDX-License-Identifier: Apache-2.0
//! The simulated board as the OS group of the server sees it.

use std::env::consts;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use westerly_server::{Application, Bootloader, ClockError, Os, ResetError};
use westerly_wire::os::{DateTime, MemoryPool, ResetRequest, Task};

use crate::activity::{Activity, measure_stack};
use crate::clock::Clock;
use crate::settings::SimulatedSettings;

/// SMP counts stacks in words of so many bytes.
const STACK_WORD: usize = 4;
/// All threads of the board are alike; on Zephyr 0 is the first preemptible priority.
const PRIORITY: i32 = 0;
/// Zephyr's state bits: waiting for something, and ready or running.
const STATE_PENDING: u32 = 1 << 1;
const STATE_QUEUED: u32 = 1 << 7;
/// The number of MCUboot's swap-using-move mode.
const MODE_SWAP_USING_MOVE: i32 = 3;

/// Implements [`Os`] by the process the board lives in.
pub(crate) struct SimulatedOs {
    activities: Vec<Arc<Activity>>,
    clock: Clock,
    settings: SimulatedSettings,
    node_name: String,
    started: Instant,
}

impl SimulatedOs {
    pub(crate) fn new(settings: SimulatedSettings, activities: Vec<Arc<Activity>>) -> Self {
        let node_name = settings.node_name();
        Self { activities, clock: Clock::default(), settings, node_name, started: Instant::now() }
    }

    pub(crate) fn restart(&mut self) {
        self.started = Instant::now();
        self.activities.iter().for_each(|activity| activity.restart());
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Os for SimulatedOs {
    fn tasks(&mut self, each: &mut dyn FnMut(&str, &Task) -> ControlFlow<()>) {
        measure_stack();
        for (id, activity) in (0..).zip(&self.activities) {
            if each(activity.name, &task(id, activity)).is_break() {
                return;
            }
        }
    }

    fn memory_pools(&mut self, each: &mut dyn FnMut(&str, &MemoryPool) -> ControlFlow<()>) {
        measure_stack();
        for activity in &self.activities {
            if each(activity.buffers, &memory_pool(activity)).is_break() {
                return;
            }
        }
    }

    fn date_time(&mut self) -> Result<DateTime, ClockError> {
        measure_stack();
        self.clock.get()
    }

    fn set_date_time(&mut self, date_time: &DateTime) -> Result<(), ClockError> {
        measure_stack();
        self.clock.set(date_time)
    }

    /// Nothing is ever under way that a restart would break.
    fn prepare_reset(&mut self, _: &ResetRequest) -> Result<(), ResetError> {
        measure_stack();
        Ok(())
    }

    fn application(&mut self) -> Application<'_> {
        measure_stack();
        self.node_name = self.settings.node_name();
        Application {
            kernel_name: "westerly-sim",
            node_name: &self.node_name,
            kernel_release: env!("CARGO_PKG_VERSION"),
            kernel_version: env!("CARGO_PKG_VERSION"),
            build_date_time: env!("WESTERLY_BUILD_DATE_TIME"),
            machine: consts::ARCH,
            processor: consts::ARCH,
            hardware_platform: "westerly_sim",
            operating_system: consts::OS,
        }
    }

    fn bootloader(&mut self) -> Option<Bootloader<'_>> {
        measure_stack();
        Some(Bootloader { name: "MCUboot", mode: MODE_SWAP_USING_MOVE, no_downgrade: false })
    }
}

fn task(id: u32, activity: &Activity) -> Task {
    let counts = activity.counts();
    Task {
        priority: PRIORITY,
        id,
        state: if counts.awake { STATE_QUEUED } else { STATE_PENDING },
        stack_used: words(counts.stack_used),
        stack_size: words(Activity::STACK_SIZE),
        context_switches: counts.wakeups,
        runtime: u64::try_from(counts.busy.as_nanos()).unwrap_or(u64::MAX),
        last_checkin: 0,
        next_checkin: 0,
    }
}

fn memory_pool(activity: &Activity) -> MemoryPool {
    let counts = activity.counts();
    let free = |in_use| if in_use { 0 } else { Activity::BUFFERS };
    MemoryPool {
        block_size: activity.packet_size.into(),
        blocks: Activity::BUFFERS,
        free: free(counts.awake),
        minimum_free: free(counts.awake || counts.wakeups > 0),
    }
}

fn words(bytes: usize) -> u32 {
    u32::try_from(bytes / STACK_WORD).unwrap_or(u32::MAX)
}
