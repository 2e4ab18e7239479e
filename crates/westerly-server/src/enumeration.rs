// SPDX-License-Identifier: Apache-2.0
//! The enumeration group (10): describes the groups the server was lent, and itself behind them.

use westerly_wire::cbor::{List, Value};
use westerly_wire::enumeration::{
    CountResponse, Details, DetailsRequest, GROUPS_KEY, SingleRequest, SingleResponse, code, command,
};
use westerly_wire::error::Code;
use westerly_wire::group;

use crate::{Action, Failure, Group, GroupDescription, Request, Response};

const OWN: GroupDescription =
    GroupDescription { id: group::ENUMERATION, name: "enum mgmt", handlers: command::HANDLERS };

pub(crate) fn handle(
    groups: &[&mut dyn Group],
    request: &Request<'_>,
    response: &mut Response<'_>,
) -> Result<(), Failure> {
    if request.action != Action::Read {
        return Err(Code::NotSupported.into());
    }
    match request.command {
        command::COUNT => {
            let count = u16::try_from(descriptions(groups).count()).map_err(|_| Code::Unknown)?;
            response.message(&CountResponse { count })
        }
        command::LIST => list(groups, response),
        command::SINGLE => single(groups, request, response),
        command::DETAILS => details(groups, request, response),
        _ => Err(Code::NotSupported.into()),
    }
}

fn descriptions(groups: &[&mut dyn Group]) -> impl Iterator<Item = GroupDescription> {
    groups.iter().map(|group| group.description()).chain([OWN])
}

fn list(groups: &[&mut dyn Group], response: &mut Response<'_>) -> Result<(), Failure> {
    let writer = response.writer();
    writer.begin_map()?;
    writer.text(GROUPS_KEY)?;
    writer.begin_array()?;
    for group in descriptions(groups) {
        group.id.write(writer)?;
    }
    writer.end()?;
    Ok(writer.end()?)
}

fn single(groups: &[&mut dyn Group], request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    let index = request.message::<SingleRequest>()?.index.unwrap_or_default();
    let mut rest = descriptions(groups).skip(usize::try_from(index).map_err(|_| Code::Invalid)?);
    let group = rest.next().ok_or(Failure::Group(code::INDEX_TOO_LARGE))?.id;
    response.message(&SingleResponse { group, end: rest.next().is_none().then_some(true) })
}

fn details(groups: &[&mut dyn Group], request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
    let wanted = request.message::<DetailsRequest<'_>>()?.groups.unwrap_or(List::Values(&[]));
    let everything = wanted.iter().next().is_none();
    let writer = response.writer();
    writer.begin_map()?;
    writer.text(GROUPS_KEY)?;
    writer.begin_array()?;
    for GroupDescription { id, name, handlers } in descriptions(groups) {
        if everything || wanted.iter().any(|group| group == u32::from(id)) {
            Details { group: id, name: Some(name), handlers: Some(handlers.into()) }.write(writer)?;
        }
    }
    writer.end()?;
    Ok(writer.end()?)
}
