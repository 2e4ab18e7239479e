// SPDX-License-Identifier: Apache-2.0

//! The one server behind all transports, with its command groups. The enumeration group is the server's own.

#[cfg(westerly_example)]
use westerly_example::ExampleGroup;
#[cfg(westerly_crash)]
use westerly_server::CrashGroup;
#[cfg(westerly_image)]
use westerly_server::ImageGroup;
#[cfg(westerly_io)]
use westerly_server::IoGroup;
#[cfg(westerly_log)]
use westerly_server::LogGroup;
#[cfg(westerly_shell)]
use westerly_server::ShellGroup;
#[cfg(westerly_telemetry)]
use westerly_server::TelemetryGroup;
#[cfg(westerly_erase_storage)]
use westerly_server::ZephyrGroup;
use westerly_server::wire::error::Code;
use westerly_server::{Answer, Caller, Failure, Group, GroupDescription, OsGroup, Request, Requests, Response, Server};
#[cfg(westerly_statistics)]
use westerly_server::{Counters, StatisticsGroup};
#[cfg(westerly_files)]
use westerly_server::{FilesGroup, PART_SUFFIX};
#[cfg(westerly_settings)]
use westerly_server::{SettingsGroup, SettingsLimits};
#[cfg(westerly_crash)]
use westerly_zephyr::crash::ZephyrCrash;
#[cfg(westerly_files)]
use westerly_zephyr::files::ZephyrFiles;
#[cfg(westerly_image)]
use westerly_zephyr::image::ZephyrImage;
#[cfg(westerly_io)]
use westerly_zephyr::io::ZephyrIo;
use westerly_zephyr::os::ZephyrOs;
#[cfg(westerly_settings)]
use westerly_zephyr::settings::ZephyrSettings;
#[cfg(westerly_shell)]
use westerly_zephyr::shell::ZephyrShell;
#[cfg(westerly_statistics)]
use westerly_zephyr::statistics::ZephyrStatistics;
#[cfg(westerly_erase_storage)]
use westerly_zephyr::storage::ZephyrStorage;
use westerly_zephyr::sync::Mutex;

#[cfg(westerly_test_crashes)]
use crate::crashes::CrashesGroup;
#[cfg(westerly_log)]
use crate::log;
#[cfg(westerly_telemetry)]
use crate::sampler;
#[cfg(westerly_statistics)]
use crate::serial;
#[cfg(all(westerly_statistics, westerly_udp))]
use crate::udp;
use crate::{ApplicationGroup, MOST_APPLICATION_GROUPS, access, configuration};

/// What nobody may read or change over the link it guards: keys and rules.
#[cfg(westerly_settings)]
const HIDDEN_SETTINGS: &[&str] = &["access"];

#[cfg(westerly_statistics)]
const COUNTERS: &[&dyn Counters] = &[
    #[cfg(westerly_access)]
    &access::COUNTERS,
    &serial::COUNTERS,
    #[cfg(westerly_udp)]
    &udp::COUNTERS,
    #[cfg(westerly_telemetry)]
    &sampler::COUNTERS,
];

/// Places for Westerly's own groups, of which there are fewer.
const PLACES: usize = 16 + MOST_APPLICATION_GROUPS;

/// What the application has brought. By itself, so that nothing of it is left where there is nothing.
static APPLICATION: Mutex<[Option<ApplicationGroup>; MOST_APPLICATION_GROUPS]> =
    Mutex::new([const { None }; MOST_APPLICATION_GROUPS]);

/// The server and its groups: the ones Kconfig asks for (`CONFIG_WESTERLY_FILES` and so on).
struct Westerly {
    server: Server<access::Policy>,
    os: OsGroup<ZephyrOs>,
    #[cfg(westerly_image)]
    image: ImageGroup<ZephyrImage>,
    #[cfg(westerly_statistics)]
    statistics: StatisticsGroup<'static, ZephyrStatistics>,
    #[cfg(westerly_settings)]
    settings: SettingsGroup<ZephyrSettings>,
    #[cfg(westerly_files)]
    files:
        FilesGroup<ZephyrFiles, { configuration::FILES_TRANSFERS }, { configuration::FILES_PATH_SIZE + PART_SUFFIX }>,
    #[cfg(westerly_shell)]
    shell: ShellGroup<ZephyrShell, { configuration::SHELL_LINE_SIZE - 1 }>,
    #[cfg(westerly_erase_storage)]
    storage: ZephyrGroup<ZephyrStorage>,
    #[cfg(westerly_telemetry)]
    telemetry: TelemetryGroup<sampler::Sampled>,
    #[cfg(westerly_log)]
    log: LogGroup<log::Frames>,
    #[cfg(westerly_io)]
    io: IoGroup<ZephyrIo>,
    #[cfg(westerly_crash)]
    crash: CrashGroup<ZephyrCrash>,
    #[cfg(westerly_example)]
    example: ExampleGroup,
    #[cfg(westerly_test_crashes)]
    crashes: CrashesGroup,
}

static WESTERLY: Mutex<Westerly> = Mutex::new(Westerly {
    server: Server::new(access::POLICY),
    os: OsGroup(ZephyrOs::new(configuration::NODE_NAME)),
    #[cfg(westerly_image)]
    image: ImageGroup::new(ZephyrImage, cfg!(westerly_image_replace_pending)),
    #[cfg(westerly_statistics)]
    statistics: StatisticsGroup { counters: COUNTERS, more: ZephyrStatistics },
    #[cfg(westerly_settings)]
    settings: SettingsGroup {
        settings: ZephyrSettings,
        limits: SettingsLimits { name: configuration::SETTINGS_NAME_SIZE, value: configuration::SETTINGS_VALUE_SIZE },
        hidden: HIDDEN_SETTINGS,
    },
    #[cfg(westerly_files)]
    files: FilesGroup::new(ZephyrFiles),
    #[cfg(westerly_shell)]
    shell: ShellGroup::new(ZephyrShell),
    #[cfg(westerly_erase_storage)]
    storage: ZephyrGroup(ZephyrStorage),
    #[cfg(westerly_telemetry)]
    telemetry: TelemetryGroup::new(sampler::Sampled),
    #[cfg(westerly_log)]
    log: LogGroup::new(log::Frames),
    #[cfg(westerly_io)]
    io: IoGroup::new(ZephyrIo),
    #[cfg(westerly_crash)]
    crash: CrashGroup::new(ZephyrCrash),
    #[cfg(westerly_example)]
    example: ExampleGroup::NEW,
    #[cfg(westerly_test_crashes)]
    crashes: CrashesGroup,
});

/// Takes the application's groups. Once, before the first request.
pub fn add<const GROUPS: usize>(groups: [ApplicationGroup; GROUPS]) {
    const { assert!(GROUPS <= MOST_APPLICATION_GROUPS, "more groups than there are places") };
    if GROUPS > 0 {
        for (place, group) in APPLICATION.lock().iter_mut().zip(groups) {
            *place = Some(group);
        }
    }
}

/// Takes back what access control has kept. Once, after the settings and before the first request.
#[cfg(westerly_access)]
#[inline]
pub fn start() {
    access::start(WESTERLY.lock().server.policy_mut());
}

/// Answers the next request of a packet into `response`, while no other transport is served; `None` after the last.
///
/// The lock is held for one message and never while a transport sends: a slow line cannot keep the others waiting.
pub fn answer<const GROUPS: usize>(
    caller: &Caller,
    requests: &mut Requests<'_>,
    response: &mut [u8],
) -> Option<Answer> {
    let mut westerly = WESTERLY.lock();
    let westerly = &mut *westerly;
    let groups: &mut [&mut dyn Group] = &mut [
        &mut westerly.os,
        #[cfg(westerly_image)]
        &mut westerly.image,
        #[cfg(westerly_statistics)]
        &mut westerly.statistics,
        #[cfg(westerly_settings)]
        &mut westerly.settings,
        #[cfg(westerly_files)]
        &mut westerly.files,
        #[cfg(westerly_shell)]
        &mut westerly.shell,
        #[cfg(westerly_erase_storage)]
        &mut westerly.storage,
        #[cfg(westerly_telemetry)]
        &mut westerly.telemetry,
        #[cfg(westerly_log)]
        &mut westerly.log,
        #[cfg(westerly_io)]
        &mut westerly.io,
        #[cfg(westerly_crash)]
        &mut westerly.crash,
        #[cfg(westerly_example)]
        &mut westerly.example,
        #[cfg(westerly_test_crashes)]
        &mut westerly.crashes,
    ];
    if GROUPS == 0 {
        return westerly.server.handle(groups, caller, requests, response);
    }
    let mut application = APPLICATION.lock();
    let application = application.iter_mut().flatten().map(|group| &mut **group as &mut dyn Group);
    let westerlys = groups.iter_mut().map(|group| &mut **group as &mut dyn Group);
    let mut nothing = [const { Nothing }; PLACES];
    let mut all = nothing.each_mut().map(|place| place as &mut dyn Group);
    let mut count = 0;
    for (place, group) in all.iter_mut().zip(westerlys.chain(application)) {
        *place = group;
        count += 1;
    }
    westerly.server.handle(all.get_mut(..count).unwrap_or_default(), caller, requests, response)
}

/// What a place holds before a group does.
struct Nothing;

impl Group for Nothing {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: 0, name: "", handlers: 0 }
    }

    fn handle(&mut self, _: &Request<'_>, _: &mut Response<'_>) -> Result<(), Failure> {
        Err(Code::NotSupported.into())
    }
}
