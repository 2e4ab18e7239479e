// SPDX-License-Identifier: Apache-2.0
//! The enumeration group (10): describes the groups the server was lent, and itself and the policy's behind them.

use westerly_wire::cbor::{Full, List, Value, Writer};
use westerly_wire::enumeration::{
    CountResponse, Details, DetailsRequest, GROUPS_KEY, SingleRequest, SingleResponse, code, command,
};
use westerly_wire::error::Code;
use westerly_wire::group;

use crate::{Action, Failure, Group, GroupDescription, Request, Response};

const OWN: GroupDescription =
    GroupDescription { id: group::ENUMERATION, name: "enum mgmt", handlers: command::HANDLERS };

/// The groups lent, and the policy's if it has one.
#[derive(Clone, Copy)]
pub(crate) struct Groups<'g, 'd> {
    pub(crate) lent: &'g [&'d mut dyn Group],
    pub(crate) of_policy: Option<GroupDescription>,
}

impl Groups<'_, '_> {
    /// The description at a place: the groups in order, this one behind them, and then the policy's.
    fn at(&self, place: usize) -> Option<GroupDescription> {
        match self.lent.get(place) {
            Some(group) => Some(group.description()),
            None if place == self.lent.len() => Some(OWN),
            None if place == self.last() => self.of_policy,
            None => None,
        }
    }

    fn last(&self) -> usize {
        self.lent.len().wrapping_add(self.of_policy.is_some().into())
    }
}

pub(crate) fn handle(
    groups: Groups<'_, '_>,
    request: &Request<'_>,
    response: &mut Response<'_>,
) -> Result<(), Failure> {
    if request.action != Action::Read {
        return Err(Code::NotSupported.into());
    }
    match request.command {
        command::COUNT => {
            let count = u16::try_from(groups.last().wrapping_add(1)).map_err(|_| Code::Unknown)?;
            response.message(&CountResponse { count })
        }
        command::LIST => list(groups, response),
        command::SINGLE => single(groups, request, response),
        command::DETAILS => details(groups, request, response),
        _ => Err(Code::NotSupported.into()),
    }
}

fn list(groups: Groups<'_, '_>, response: &mut Response<'_>) -> Result<(), Failure> {
    Ok(each(groups, response.writer(), &mut |group, writer| group.id.write(writer))?)
}

fn each(
    groups: Groups<'_, '_>,
    writer: &mut Writer<'_>,
    write: &mut dyn FnMut(&GroupDescription, &mut Writer<'_>) -> Result<(), Full>,
) -> Result<(), Full> {
    writer.begin_map()?;
    writer.text(GROUPS_KEY)?;
    writer.begin_array()?;
    let mut place = 0usize;
    while let Some(group) = groups.at(place) {
        write(&group, writer)?;
        place = place.wrapping_add(1);
    }
    writer.end()?;
    writer.end()
}

fn single(groups: Groups<'_, '_>, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    let index = request.message::<SingleRequest>()?.index.unwrap_or_default();
    let index = usize::try_from(index).map_err(|_| Code::Invalid)?;
    let group = groups.at(index).ok_or(Failure::Group(code::INDEX_TOO_LARGE))?.id;
    response.message(&SingleResponse { group, end: (index == groups.last()).then_some(true) })
}

/// With the groups' names, which are optional; without them when not all would fit.
fn details(groups: Groups<'_, '_>, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    let wanted = request.message::<DetailsRequest<'_>>()?.groups.unwrap_or(List::Values(&[]));
    let everything = wanted.iter().next().is_none();
    let writer = response.writer();
    let mut named = true;
    loop {
        let told = each(groups, writer, &mut |&GroupDescription { id, name, handlers }, writer| {
            if everything || wanted.iter().any(|group| group == u32::from(id)) {
                let name = named.then_some(name);
                Details { group: id, name, handlers: Some(handlers.into()) }.write(writer)?;
            }
            Ok(())
        });
        if told.is_ok() || !named {
            return Ok(told?);
        }
        writer.truncate(0);
        named = false;
    }
}
