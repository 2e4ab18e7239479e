// SPDX-License-Identifier: Apache-2.0
//! The one board behind all transports: server, groups, and who watches.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use westerly_example::ExampleGroup;
use westerly_server::{
    AccessControl, After, Answer, Caller, CrashGroup, FilesGroup, Group, ImageGroup, IoGroup, LogGroup, OsGroup,
    Requests, Server, ServerCounters, SettingsGroup, ShellGroup, StatisticsGroup, TelemetryGroup, ZephyrGroup,
    too_long,
};
use westerly_wire::header::{Header, Operation};
use westerly_wire::os::ResetRequest;

use crate::access::{AccessOptions, Lasting, SimulatedVault};
use crate::activity::{Activity, measure_stack};
use crate::counters::BoardCounters;
use crate::crash::SimulatedCrash;
use crate::event::{Event, Observer, Peer, Reason};
use crate::files::{self, SimulatedFiles};
use crate::folder::Folder;
use crate::image::SimulatedImages;
use crate::os::SimulatedOs;
use crate::settings::{self, SimulatedSettings};
use crate::shell::{self, SimulatedShell};
use crate::signals::{SensorFailure, Signals, SimulatedIo, SimulatedLog, SimulatedTelemetry};

pub(crate) struct Board {
    device: Mutex<Device>,
    counters: Arc<BoardCounters>,
    signals: Signals,
    _folder: Folder,
    observer: Observer,
}

struct Device {
    server: Server<AccessControl<'static, SimulatedVault>>,
    access: Lasting,
    os: OsGroup<SimulatedOs>,
    image: ImageGroup<SimulatedImages>,
    settings: SettingsGroup<SimulatedSettings>,
    files: FilesGroup<SimulatedFiles, { files::TRANSFERS }, { files::PATH }>,
    shell: ShellGroup<SimulatedShell, { shell::LINE }>,
    storage: ZephyrGroup<SimulatedSettings>,
    telemetry: TelemetryGroup<SimulatedTelemetry>,
    log: LogGroup<SimulatedLog>,
    io: IoGroup<SimulatedIo>,
    crash: CrashGroup<SimulatedCrash>,
    example: Option<ExampleGroup>,
    signals: Signals,
    counters: Arc<BoardCounters>,
}

impl Board {
    pub(crate) fn new(
        access: &AccessOptions,
        node_name: String,
        folder: Folder,
        (files, images): (SimulatedFiles, SimulatedImages),
        (seed, failures): (u64, Vec<SensorFailure>),
        activities: Vec<Arc<Activity>>,
        observer: Observer,
    ) -> Arc<Self> {
        let access = Lasting::new(access);
        let counters = Arc::new(BoardCounters::new(access.counters));
        let settings = SimulatedSettings::new(folder.path(), node_name);
        let signals = Signals::new(seed, failures, settings.clone(), counters.telemetry.clone());
        let parts = (settings, files, images, signals.clone());
        let device = Mutex::new(Device::new(access, parts, counters.clone(), activities));
        Arc::new(Self { device, counters, signals, _folder: folder, observer })
    }

    /// Has the example's group from now on.
    pub(crate) fn add_example(&self) {
        self.device().example = Some(ExampleGroup::NEW);
    }

    /// Answers every request of a packet, each by a call of `send`.
    ///
    /// The device is locked for one message and never while an answer is sent, as in the firmware. After a reset the rest of
    /// the packet is lost, as on a board.
    pub(crate) fn answer(
        &self,
        caller: &Caller,
        peer: Peer,
        packet: &[u8],
        response: &mut [u8],
        mut send: impl FnMut(&[u8]) -> io::Result<()>,
    ) {
        let mut requests = Requests::new(packet);
        let mut rest = packet;
        let mut answers = 0u32;
        self.counters.received(peer.transport(), packet);
        while let Some(answer) = self.next_answer(caller, &mut requests, response) {
            answers += 1;
            let request = next_request(&mut rest);
            let response = response.get(..answer.length).unwrap_or_default();
            let sent = send(response);
            if sent.is_ok() {
                self.counters.sent(peer.transport(), response);
                self.tell(&Event::Answered { peer, request, response });
            } else {
                self.dropped(peer, Reason::Unsendable);
            }
            if let After::Reset(request) = answer.after {
                self.restart(request);
                return;
            }
            if sent.is_err() {
                return;
            }
        }
        if answers == 0 {
            self.dropped(peer, Reason::NoRequest);
        }
    }

    /// Tells the sender of a packet that was too long.
    pub(crate) fn too_long(
        &self,
        peer: Peer,
        start: &[u8],
        response: &mut [u8],
        send: impl FnOnce(&[u8]) -> io::Result<()>,
    ) {
        let answer = too_long(start, response).and_then(|length| response.get(..length));
        let Some(answer) = answer else { return };
        match send(answer) {
            Ok(()) => self.counters.sent(peer.transport(), answer),
            Err(_) => self.dropped(peer, Reason::Unsendable),
        }
    }

    /// A function of its own, so that the guard does not live as long as the loop's body.
    fn next_answer(&self, caller: &Caller, requests: &mut Requests<'_>, response: &mut [u8]) -> Option<Answer> {
        // Groups that ask nothing of the device leave no other trace of the stack.
        measure_stack();
        self.device().answer(caller, requests, response)
    }

    pub(crate) fn dropped(&self, peer: Peer, reason: Reason) {
        self.counters.dropped(peer.transport(), reason);
        self.tell(&Event::Dropped { peer, reason });
    }

    /// Bytes came off the serial line, whatever they are.
    pub(crate) fn serial_bytes(&self, count: usize) {
        self.counters.serial_bytes(count);
    }

    pub(crate) fn counters(&self) -> ServerCounters {
        self.device().server.counters().clone()
    }

    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    pub(crate) fn boots(&self) -> u32 {
        self.device().settings.settings.boots()
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.device().os.0.uptime()
    }

    fn restart(&self, request: ResetRequest) {
        let (boots, booted) = self.device().restart();
        if let Err(error) = booted {
            self.tell(&Event::NotSwapped { kind: error.kind() });
        }
        self.tell(&Event::Restarted { boots, request });
    }

    fn tell(&self, event: &Event<'_>) {
        (self.observer)(event);
    }

    fn device(&self) -> MutexGuard<'_, Device> {
        // Nothing that holds the lock panics; if it did, the next message could still be answered.
        self.device.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device {
    fn new(
        access: Lasting,
        (settings, files, images, signals): (SimulatedSettings, SimulatedFiles, SimulatedImages, Signals),
        counters: Arc<BoardCounters>,
        activities: Vec<Arc<Activity>>,
    ) -> Self {
        Self {
            server: Server::new(access.start(settings.clone())),
            access,
            os: OsGroup(SimulatedOs::new(settings.clone(), activities)),
            image: ImageGroup::new(images, true),
            settings: SettingsGroup { settings: settings.clone(), limits: settings::LIMITS, hidden: settings::HIDDEN },
            files: FilesGroup::new(files.clone()),
            shell: ShellGroup::new(SimulatedShell::new(settings.clone(), counters.clone(), signals.clone(), files)),
            storage: ZephyrGroup(settings),
            telemetry: TelemetryGroup::new(signals.telemetry()),
            log: LogGroup::new(signals.log()),
            io: IoGroup::new(SimulatedIo(signals.clone())),
            crash: CrashGroup::new(SimulatedCrash::default()),
            example: None,
            signals,
            counters,
        }
    }

    fn answer(&mut self, caller: &Caller, requests: &mut Requests<'_>, response: &mut [u8]) -> Option<Answer> {
        let counters = self.counters.groups();
        let mut statistics = StatisticsGroup { counters: &counters, more: () };
        let mut groups: Vec<&mut dyn Group> = vec![
            &mut self.os,
            &mut self.image,
            &mut statistics,
            &mut self.settings,
            &mut self.files,
            &mut self.shell,
            &mut self.storage,
            &mut self.telemetry,
            &mut self.log,
            &mut self.io,
            &mut self.crash,
        ];
        if let Some(example) = &mut self.example {
            groups.push(example);
        }
        let mut answer = self.server.handle(&mut groups, caller, requests, response)?;
        if self.shell.shell.is_to_crash() {
            self.crash.crash.happen(self.os.0.uptime(), &self.log.log);
            answer.after = After::Reset(ResetRequest { force: None, boot_mode: None });
        }
        Some(answer)
    }

    /// Gives the number of starts, and whether MCUboot could do its part.
    fn restart(&mut self) -> (u32, io::Result<()>) {
        self.counters.restart();
        self.settings.settings.restart();
        self.server = Server::new(self.access.start(self.settings.settings.clone()));
        // What was open is lost, what was written is not.
        self.files = FilesGroup::new(self.files.files().clone());
        self.shell.shell.restart();
        self.os.0.restart();
        self.signals.restart();
        self.telemetry.telemetry = self.signals.telemetry();
        self.log.log = self.signals.log();
        self.example = self.example.is_some().then_some(ExampleGroup::NEW);
        self.image.end_upload();
        (self.settings.settings.boots(), self.image.device.boot())
    }
}

/// The bytes of the next request, for the observer only: which requests there are is the server's to decide, and this goes by
/// the same rule.
fn next_request<'p>(rest: &mut &'p [u8]) -> &'p [u8] {
    loop {
        let Some((header, behind)) = Header::split(rest) else {
            return std::mem::take(rest);
        };
        let payload = behind.get(..header.length.into()).unwrap_or(behind);
        let whole = rest.len() - behind.len() + payload.len();
        let (message, others) = rest.split_at(whole);
        *rest = others;
        if header.operation != Operation::WriteResponse {
            return message;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_as_the_server_does() {
        let parameters = [0x08, 0, 0, 0, 0, 0, 1, 6];
        let response = [0x0b, 0, 0, 1, 0, 0, 2, 6, 0xa0];
        let cut = [0x0a, 0, 0, 9, 0, 0, 3, 0, 0xa0];
        let packet = [&parameters[..], &response, &cut].concat();
        let mut rest = &packet[..];
        assert_eq!(next_request(&mut rest), parameters);
        assert_eq!(next_request(&mut rest), cut);
        assert_eq!(next_request(&mut rest), []);
    }
}
