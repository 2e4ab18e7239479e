// SPDX-License-Identifier: Apache-2.0
//! westerly-server: requests from anybody, to the groups it has and to groups it does not know, under each policy.

use core::ops::ControlFlow;

use westerly_server::wire::os::{DateTime, EchoRequest, MemoryPool, ParametersResponse, Part, ResetRequest, Task};
use westerly_server::{
    Access, After, AllowAll, Application, Bootloader, Caller, ClockError, Failure, Group, GroupDescription, Os,
    OsGroup, Policy, Request, Requests, ResetError, Response, Rule, Rules, Server, Shares, too_long,
};

use crate::opaque::{decision, reference, reference_mut, sink, slice, slice_mut, text, value};

pub const ENTRIES: &[fn()] = &[
    handle_allow_all,
    handle_rules,
    handle_outside_policy,
    handle_unknown_groups,
    packet_too_long,
    os_group,
    request_and_response,
    failures,
    policies,
    application,
    shares,
];

/// A device of which nothing is known.
struct Device;

impl Os for Device {
    fn tasks(&mut self, each: &mut dyn FnMut(&str, &Task) -> ControlFlow<()>) {
        while decision() && each(text(), reference()).is_continue() {}
    }

    fn memory_pools(&mut self, each: &mut dyn FnMut(&str, &MemoryPool) -> ControlFlow<()>) {
        while decision() && each(text(), reference()).is_continue() {}
    }

    fn date_time(&mut self) -> Result<DateTime, ClockError> {
        value()
    }

    fn set_date_time(&mut self, date_time: &DateTime) -> Result<(), ClockError> {
        sink(date_time);
        value()
    }

    fn prepare_reset(&mut self, request: &ResetRequest) -> Result<(), ResetError> {
        sink(request);
        value()
    }

    fn application(&mut self) -> Application<'_> {
        value()
    }

    fn bootloader(&mut self) -> Option<Bootloader<'_>> {
        value()
    }
}

/// A group from outside that writes whatever it likes.
pub struct Outside;

impl Group for Outside {
    fn description(&self) -> GroupDescription {
        value()
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        sink(request);
        while decision() {
            Response::message(response, reference::<ParametersResponse>())?;
            Response::writer(response).bytes(slice())?;
            Response::writer(response).truncate(value());
            Response::after(response, value());
        }
        value()
    }
}

/// A policy from outside.
struct Unknown;

impl Policy for Unknown {
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access {
        sink((caller, group, command));
        value()
    }
}

/// One packet from its first request to the last, as a transport does it.
pub fn answer_packet<P: Policy>(server: &mut Server<P>, groups: &mut [&mut dyn Group]) {
    let mut requests = Requests::new(slice());
    let response = slice_mut();
    while let Some(answer) = Server::handle(server, groups, reference(), &mut requests, response) {
        sink(answer);
        sink(response.as_ptr());
    }
    sink(Server::counters(server));
}

#[inline(never)]
fn handle_allow_all() {
    let mut server = Server::new(AllowAll);
    answer_packet(&mut server, &mut [&mut OsGroup(Device), &mut Outside]);
    answer_packet(reference_mut::<Server<AllowAll>>(), &mut []);
}

#[inline(never)]
fn handle_rules() {
    let mut server = Server::new(Rules(slice()));
    answer_packet(&mut server, &mut [&mut Outside, &mut OsGroup(Device)]);
    answer_packet(reference_mut::<Server<Rules<'_>>>(), &mut [&mut OsGroup(Device)]);
}

#[inline(never)]
fn handle_outside_policy() {
    answer_packet(&mut Server::new(Unknown), &mut [&mut OsGroup(Device)]);
}

/// Groups behind function tables nobody knows, as many as there may be, and a packet already begun.
#[inline(never)]
fn handle_unknown_groups() {
    let groups: &mut [&mut dyn Group] = slice_mut();
    let server = reference_mut::<Server<AllowAll>>();
    sink(Server::handle(server, groups, reference(), reference_mut(), slice_mut()));
}

#[inline(never)]
fn packet_too_long() {
    sink(too_long(slice(), slice_mut()));
}

#[inline(never)]
fn os_group() {
    let group = reference_mut::<OsGroup<Device>>();
    sink(OsGroup::description(group));
    sink(OsGroup::handle(group, reference(), reference_mut()));
}

#[inline(never)]
fn request_and_response() {
    sink(Request::message::<EchoRequest<'_>>(reference()));
    let response = reference_mut::<Response<'_>>();
    sink(Response::message(response, reference::<EchoRequest<'_>>()));
    sink(Response::writer(response).position());
    Response::after(response, value::<After>());
}

#[inline(never)]
fn failures() {
    use westerly_server::wire::cbor::{Full, Malformed};
    use westerly_server::wire::error::Code;
    sink(<Failure as From<Code>>::from(value()));
    sink(<Failure as From<Malformed>>::from(value()));
    sink(<Failure as From<Full>>::from(value()));
    sink(<Failure as From<ClockError>>::from(value()));
}

#[inline(never)]
fn policies() {
    sink(AllowAll::access(reference(), reference(), value(), value()));
    sink(Rules::access(reference(), reference(), value(), value()));
    sink(Rule::of_transport(value(), value(), value()));
}

#[inline(never)]
fn application() {
    sink(Application::part(reference(), value::<Part>()));
}

fn shares() {
    let shares: &mut Shares = reference_mut();
    sink(Shares::admits(shares, value(), value()));
    Shares::answered(shares, value());
    sink(Shares::matter(shares));
    Shares::idle(shares);
    sink(Shares::new());
}
