// SPDX-License-Identifier: Apache-2.0
//! The statistics group (2): groups of named counters. The server's own come first, then those the group was given, then
//! those a device counts in another way ([`MoreStatistics`]).
//!
//! What it will not do: keep a snapshot. Counters are read one after the other while others count on, so two of a group may
//! be a moment apart.

use core::ops::ControlFlow;

use westerly_wire::cbor::{Full, Writer};
use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::statistics::{FIELDS_KEY, GroupRequest, LIST_KEY, NAME_KEY, code, command};

use crate::group::flow;
use crate::{Action, Counters, Failure, Group, GroupDescription, Request, Response};

/// Statistics a device has besides [`Counters`], Zephyr's own for instance; `()` has none.
pub trait MoreStatistics {
    /// Calls `each` with the name of every group until it breaks.
    fn names(&mut self, each: &mut dyn FnMut(&str) -> ControlFlow<()>);

    /// Calls `each` with the name and the value of every counter of a group until it breaks. Gives whether there is such a
    /// group; where there is none `each` is not called.
    fn counters(&mut self, group: &str, each: &mut dyn FnMut(&str, u64) -> ControlFlow<()>) -> bool;
}

impl MoreStatistics for () {
    fn names(&mut self, _: &mut dyn FnMut(&str) -> ControlFlow<()>) {}

    fn counters(&mut self, _: &str, _: &mut dyn FnMut(&str, u64) -> ControlFlow<()>) -> bool {
        false
    }
}

/// The statistics group.
pub struct StatisticsGroup<'c, M> {
    /// Groups of counters beside the server's own, in order.
    pub counters: &'c [&'c dyn Counters],
    /// What else there is.
    pub more: M,
}

impl<M: MoreStatistics> Group for StatisticsGroup<'_, M> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::STATISTICS, name: "stat mgmt", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::GROUP, Action::Read) => self.group(request, response.writer()),
            (command::LIST, Action::Read) => Ok(self.list(request, response.writer())?),
            _ => Err(Code::NotSupported.into()),
        }
    }
}

impl<M: MoreStatistics> StatisticsGroup<'_, M> {
    fn group(&mut self, request: &Request<'_>, writer: &mut Writer<'_>) -> Result<(), Failure> {
        let name = request.message::<GroupRequest<'_>>()?.name;
        if name.is_empty() {
            return Err(Code::Invalid.into());
        }
        writer.begin_map()?;
        writer.text(NAME_KEY)?;
        writer.text(name)?;
        writer.text(FIELDS_KEY)?;
        writer.begin_map()?;
        let mut outcome = Ok(());
        let each: &mut dyn FnMut(&str, u64) -> ControlFlow<()> = &mut |name, value| {
            outcome = writer.text(name).and_then(|()| writer.unsigned(value));
            flow(outcome)
        };
        let found = match ours(request, self.counters).find(|counters| counters.name() == name) {
            Some(counters) => {
                counters.each(each);
                true
            }
            None => self.more.counters(name, each),
        };
        outcome?;
        if !found {
            return Err(Failure::Group(code::INVALID_NAME));
        }
        writer.end()?;
        Ok(writer.end()?)
    }

    fn list(&mut self, request: &Request<'_>, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.begin_map()?;
        writer.text(LIST_KEY)?;
        writer.begin_array()?;
        for counters in ours(request, self.counters) {
            writer.text(counters.name())?;
        }
        let mut outcome = Ok(());
        self.more.names(&mut |name| {
            outcome = writer.text(name);
            flow(outcome)
        });
        outcome?;
        writer.end()?;
        writer.end()
    }
}

/// The server's own counters and those behind them.
fn ours<'a>(request: &Request<'a>, others: &'a [&'a dyn Counters]) -> impl Iterator<Item = &'a dyn Counters> {
    let own: &dyn Counters = request.counters;
    core::iter::once(own).chain(others.iter().copied())
}
