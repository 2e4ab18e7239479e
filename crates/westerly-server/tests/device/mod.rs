// SPDX-License-Identifier: Apache-2.0
//! The reference device of the golden files, a file a group, without std so that the suite on target runs the same one.
#![allow(dead_code, unused_imports, reason = "not everybody who shares this needs all of it")]

mod access;
mod crash;
mod files;
mod image;
mod io;
mod log;
mod os;
mod recorded;
mod settings;
mod shell;
mod statistics;
mod telemetry;
mod zephyr;

pub use access::{Frozen, Guard, caller, guard};
pub use crash::Crashed;
pub use files::Memory;
pub use image::{RUNNING, Slots};
pub use io::Lines;
pub use log::Logged;
pub use os::{Device, NoStatistics};
pub use settings::{KEY, Values};
pub use shell::Commands;
pub use statistics::{DOOR, Legacy};
pub use telemetry::Sampled;
pub use zephyr::Partition;

use westerly_server::{
    Counters, CrashGroup, FilesGroup, Group, ImageGroup, IoGroup, LogGroup, OsGroup, PART_SUFFIX, SettingsGroup,
    SettingsLimits, ShellGroup, StatisticsGroup, TelemetryGroup, ZephyrGroup,
};

/// Bytes a line for the shell may have.
pub const LINE: usize = 40;

/// Transfers that are held at a time, and bytes a path may have.
pub const TRANSFERS: usize = 2;
pub const PATH: usize = 21;

/// Every group there is, each over its part of the device.
pub struct Everything {
    pub os: OsGroup<Device>,
    pub image: ImageGroup<Slots>,
    pub statistics: StatisticsGroup<'static, Legacy>,
    pub settings: SettingsGroup<Values>,
    pub files: FilesGroup<Memory, TRANSFERS, { PATH + PART_SUFFIX }>,
    pub shell: ShellGroup<Commands, LINE>,
    pub zephyr: ZephyrGroup<Partition>,
    pub telemetry: TelemetryGroup<Sampled>,
    pub log: LogGroup<Logged>,
    pub io: IoGroup<Lines>,
    pub crash: CrashGroup<Crashed>,
}

/// How many groups that is.
pub const GROUPS: usize = 11;

impl Everything {
    pub fn new() -> Self {
        static COUNTERS: [&dyn Counters; 1] = [&DOOR];
        Self {
            os: OsGroup(Device::default()),
            image: ImageGroup::new(Slots::default(), true),
            statistics: StatisticsGroup { counters: &COUNTERS, more: Legacy },
            settings: SettingsGroup {
                settings: Values::new(),
                limits: SettingsLimits { name: 24, value: 16 },
                hidden: &["access/key", "secret"],
            },
            files: FilesGroup::new(Memory::new()),
            shell: ShellGroup::new(Commands),
            zephyr: ZephyrGroup(Partition::default()),
            telemetry: TelemetryGroup::new(Sampled::new()),
            log: LogGroup::new(Logged::new()),
            io: IoGroup::new(Lines::new()),
            crash: CrashGroup::new(Crashed::new()),
        }
    }

    pub fn groups(&mut self) -> [&mut dyn Group; GROUPS] {
        [
            &mut self.os,
            &mut self.image,
            &mut self.statistics,
            &mut self.settings,
            &mut self.files,
            &mut self.shell,
            &mut self.zephyr,
            &mut self.telemetry,
            &mut self.log,
            &mut self.io,
            &mut self.crash,
        ]
    }
}

/// Lends the groups that the golden file `suite` is about. The files that tell which groups there are were written when
/// there were two.
pub fn with<R>(suite: &str, act: impl FnOnce(&mut [&mut dyn Group]) -> R) -> R {
    match suite {
        "enumeration" | "envelope" | "os" | "recorded" => {
            act(&mut [&mut OsGroup(Device::default()), &mut NoStatistics])
        }
        "recorded_files" => act(&mut [&mut FilesGroup::<_, TRANSFERS, { 64 + PART_SUFFIX }>::new(Memory::new())]),
        "recorded_values" => {
            let counters = recorded::BenchCounters::recorded();
            act(&mut [
                &mut StatisticsGroup { counters: &[&counters], more: () },
                &mut SettingsGroup {
                    settings: recorded::Bench::new(),
                    limits: SettingsLimits { name: 31, value: 32 },
                    hidden: &[],
                },
                &mut ShellGroup::<_, 255>::new(recorded::ZephyrShell),
                &mut ZephyrGroup(Partition::default()),
            ])
        }
        "recorded_image" => {
            let [running, _] = image::RECORDED;
            act(&mut [&mut ImageGroup::new(Slots::<768>::holding(running, &[]), true)])
        }
        "recorded_images" => {
            let [running, new] = image::RECORDED;
            act(&mut [&mut ImageGroup::new(Slots::<768>::holding(running, new), true)])
        }
        _ => act(&mut Everything::new().groups()),
    }
}
