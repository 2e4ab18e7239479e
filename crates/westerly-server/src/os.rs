// SPDX-License-Identifier: Apache-2.0
//! The OS group (0): echo, task statistics, memory pools, date and time, reset, parameters, application and bootloader
//! information. [`Os`] is what it needs of the device.

use core::ops::ControlFlow;

use westerly_wire::cbor::{Full, Value, Writer};
use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::os::{
    ApplicationRequest, BootloaderModeResponse, BootloaderRequest, BootloaderResponse, DateTime, DateTimeRequest,
    DateTimeResponse, EchoRequest, EchoResponse, Format, MemoryPool, OUTPUT_KEY, ParametersResponse, Part, QUERY_MODE,
    ResetRequest, TASKS_KEY, Task, code, command,
};

use crate::group::flow;
use crate::{Action, After, Failure, Group, GroupDescription, Request, Response};

/// What the OS group needs of a device.
pub trait Os {
    /// Calls `each` for every thread, with its name, until it breaks. Names should differ: they are keys of one map.
    fn tasks(&mut self, each: &mut dyn FnMut(&str, &Task) -> ControlFlow<()>);

    /// Calls `each` for every memory pool, with its name, until it breaks. Names should differ: they are keys of one map.
    fn memory_pools(&mut self, each: &mut dyn FnMut(&str, &MemoryPool) -> ControlFlow<()>);

    /// What the clock says.
    ///
    /// # Errors
    /// See [`ClockError`].
    fn date_time(&mut self) -> Result<DateTime, ClockError>;

    /// Sets the clock.
    ///
    /// # Errors
    /// See [`ClockError`].
    fn set_date_time(&mut self, date_time: &DateTime) -> Result<(), ClockError>;

    /// Makes ready for a reset, or refuses it. The reset itself is the transport's, after the answer has left.
    ///
    /// # Errors
    /// See [`ResetError`].
    fn prepare_reset(&mut self, request: &ResetRequest) -> Result<(), ResetError>;

    /// What runs here.
    fn application(&mut self) -> Application<'_>;

    /// What started it, if that is known.
    fn bootloader(&mut self) -> Option<Bootloader<'_>>;
}

/// Why there is no date and time, or it was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockError {
    /// There is no clock, or it was never set.
    NotSet,
    /// The clock refused.
    Failed,
}

/// Why a reset is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetError {
    /// Something is under way that a reset would break; asking with force may help.
    Busy,
}

/// What runs on a device; "unknown" stands for what it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the parts of the format, see `Part`")]
pub struct Application<'a> {
    pub kernel_name: &'a str,
    pub node_name: &'a str,
    pub kernel_release: &'a str,
    pub kernel_version: &'a str,
    pub build_date_time: &'a str,
    pub machine: &'a str,
    pub processor: &'a str,
    pub hardware_platform: &'a str,
    pub operating_system: &'a str,
}

impl<'a> Application<'a> {
    /// The text of a part.
    #[must_use]
    pub const fn part(&self, part: Part) -> &'a str {
        match part {
            Part::KernelName => self.kernel_name,
            Part::NodeName => self.node_name,
            Part::KernelRelease => self.kernel_release,
            Part::KernelVersion => self.kernel_version,
            Part::BuildDateTime => self.build_date_time,
            Part::Machine => self.machine,
            Part::Processor => self.processor,
            Part::HardwarePlatform => self.hardware_platform,
            Part::OperatingSystem => self.operating_system,
        }
    }
}

/// What started the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootloader<'a> {
    /// `MCUboot`, or another.
    pub name: &'a str,
    /// See [`BootloaderModeResponse::mode`].
    pub mode: i32,
    /// Whether older images are refused.
    pub no_downgrade: bool,
}

/// The OS group over a device.
#[derive(Clone, Copy, Debug)]
pub struct OsGroup<O>(pub O);

impl<O: Os> Group for OsGroup<O> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::OS, name: "os mgmt", handlers: command::COUNT }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::ECHO, _) => echo(request, response),
            (command::TASK_STATISTICS, Action::Read) => self.tasks(response),
            (command::MEMORY_POOLS, Action::Read) => self.memory_pools(response),
            (command::DATE_TIME, Action::Read) => {
                response.message(&DateTimeResponse { date_time: self.0.date_time()? })
            }
            (command::DATE_TIME, Action::Write) => {
                Ok(self.0.set_date_time(&request.message::<DateTimeRequest>()?.date_time)?)
            }
            (command::RESET, Action::Write) => self.reset(request, response),
            (command::PARAMETERS, Action::Read) => parameters(request, response),
            (command::APPLICATION, Action::Read) => self.application(request, response),
            (command::BOOTLOADER, Action::Read) => self.bootloader(request, response),
            _ => Err(Code::NotSupported.into()),
        }
    }
}

fn echo(request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    // Elsewhere no payload is an empty map; Zephyr's server answers an echo without one like this.
    if request.payload.is_empty() {
        return Err(Code::Invalid.into());
    }
    let message = request.message::<EchoRequest<'_>>()?.message.unwrap_or_default();
    response.message(&EchoResponse { message })
}

fn parameters(request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    let buffers = request.caller.buffers;
    response.message(&ParametersResponse { buffer_size: buffers.size.into(), buffer_count: buffers.count.into() })
}

impl<O: Os> OsGroup<O> {
    fn tasks(&mut self, response: &mut Response<'_>) -> Result<(), Failure> {
        let writer = response.writer();
        writer.begin_map()?;
        writer.text(TASKS_KEY)?;
        entries(writer, |each| self.0.tasks(each))?;
        Ok(writer.end()?)
    }

    fn memory_pools(&mut self, response: &mut Response<'_>) -> Result<(), Failure> {
        Ok(entries(response.writer(), |each| self.0.memory_pools(each))?)
    }

    fn reset(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let reset = request.message::<ResetRequest>()?;
        self.0.prepare_reset(&reset).map_err(|ResetError::Busy| Code::Busy)?;
        say!(info, "reset");
        response.after(After::Reset(reset));
        Ok(())
    }

    fn application(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let letters = request.message::<ApplicationRequest<'_>>()?.format.unwrap_or_default();
        let format = Format::parse(letters).map_err(|_| Failure::Group(code::INVALID_FORMAT))?;
        let application = self.0.application();
        let writer = response.writer();
        writer.begin_map()?;
        writer.text(OUTPUT_KEY)?;
        writer.text_joined(format.parts().map(|part| application.part(part)), " ")?;
        Ok(writer.end()?)
    }

    fn bootloader(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let query = request.message::<BootloaderRequest<'_>>()?.query;
        let bootloader = self.0.bootloader().ok_or(Failure::Group(code::NO_ANSWER))?;
        match query {
            None => response.message(&BootloaderResponse { bootloader: bootloader.name }),
            Some(QUERY_MODE) => response.message(&BootloaderModeResponse {
                mode: bootloader.mode,
                no_downgrade: bootloader.no_downgrade.then_some(true),
            }),
            Some(_) => Err(Failure::Group(code::NO_ANSWER)),
        }
    }
}

/// A map written entry by entry, as a device tells them.
fn entries<'b, T: Value<'b>>(
    writer: &mut Writer<'_>,
    tell: impl FnOnce(&mut dyn FnMut(&str, &T) -> ControlFlow<()>),
) -> Result<(), Full> {
    writer.begin_map()?;
    let mut outcome = Ok(());
    tell(&mut |name, value| {
        outcome = writer.text(name).and_then(|()| value.write(writer));
        flow(outcome)
    });
    outcome?;
    writer.end()
}

impl From<ClockError> for Failure {
    fn from(error: ClockError) -> Self {
        Self::Group(match error {
            ClockError::NotSet => code::CLOCK_NOT_SET,
            ClockError::Failed => code::CLOCK_FAILED,
        })
    }
}
