// SPDX-License-Identifier: Apache-2.0
//! From the bytes of a packet to the bytes of its answers.

use westerly_wire::access::seal;
use westerly_wire::error::Code;
use westerly_wire::group;
use westerly_wire::header::{Header, Operation, Version};

use crate::policy::{Seal, Unsealed, permits};
use crate::{Action, After, Caller, Failure, Group, Policy, Request, Response, ServerCounters, enumeration};

/// The requests of one packet that are not answered yet: there may be several, one behind the other, without padding. The
/// packet's seal, if it has one, is looked at with the first of them.
#[derive(Clone, Debug)]
pub struct Requests<'p> {
    rest: &'p [u8],
    /// `None` before the first.
    unsealed: Option<Unsealed>,
}

impl<'p> Requests<'p> {
    /// All requests of `packet`.
    #[must_use]
    pub const fn new(packet: &'p [u8]) -> Self {
        Self { rest: packet, unsealed: None }
    }

    fn end(&mut self) {
        self.rest = &[];
    }

    fn seal(&self) -> Option<Seal> {
        match self.unsealed {
            Some(Unsealed::Sealed(seal)) => Some(seal),
            _ => None,
        }
    }
}

/// An answer, written to the buffer that [`Server::handle`] was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Bytes of it: header, payload and, to a sealed request, its seal.
    pub length: usize,
    /// What to do once it has left.
    pub after: After,
}

/// The answer to a packet that is longer than the transport has room for: [`Code::TooLarge`] to the request it begins with,
/// written to the front of `response`; gives the answer's length. `start` is as much of the packet as was kept.
///
/// `None` where nothing may be answered: there is no whole header, or it is not a request's. No group and no policy is asked,
/// and the answer is not sealed, since a packet that was not kept whole cannot be verified.
#[must_use]
pub fn too_long(start: &[u8], response: &mut [u8]) -> Option<usize> {
    let (header, _) = Header::split(start)?;
    if !matches!(header.operation, Operation::Read | Operation::Write) {
        return None;
    }
    let (place, payload) = response.split_first_chunk_mut()?;
    let (length, _) = Response::new(payload).fail(Code::TooLarge.into(), header.group, header.version).ok()?;
    *place = header.response(u16::try_from(length).ok()?).to_bytes();
    Some(length.saturating_add(place.len()))
}

/// The server: a policy and its own counters. The groups are lent to it for each request.
#[derive(Debug)]
pub struct Server<P> {
    policy: P,
    counters: ServerCounters,
}

impl<P: Policy> Server<P> {
    /// A server that has seen nothing.
    pub const fn new(policy: P) -> Self {
        Self { policy, counters: ServerCounters::new() }
    }

    /// The policy, for instance to restore what it kept.
    pub const fn policy_mut(&mut self) -> &mut P {
        &mut self.policy
    }

    /// What became of the requests so far.
    pub const fn counters(&self) -> &ServerCounters {
        &self.counters
    }

    /// Answers the next request of a packet into the front of `response`; `None` when there is none left. One packet is
    /// answered by calling this until it gives `None` and sending each answer as a packet of its own.
    ///
    /// Taken one by one so that a transport need not hold whatever guards server and groups while it sends.
    ///
    /// The enumeration group is the server's own: it describes `groups`, which therefore need not hold one.
    pub fn handle(
        &mut self,
        groups: &mut [&mut dyn Group],
        caller: &Caller,
        requests: &mut Requests<'_>,
        response: &mut [u8],
    ) -> Option<Answer> {
        let (header, behind) = self.next(caller, requests)?;
        let buffer = response;
        let Some((place, payload)) = buffer.split_first_chunk_mut() else {
            return self.no_room(requests);
        };
        // A header cannot tell of more; what does not fit is answered as too large.
        let most = payload.len().saturating_sub(self.policy.reserve()).min(u16::MAX.into());
        let mut response = Response::new(payload.get_mut(..most).unwrap_or_default());
        let outcome = self.answer(groups, caller, requests, (&header, behind), &mut response);
        let finished = match outcome {
            Ok(rest) => {
                requests.rest = rest;
                response.succeed().inspect(|_| self.counters.succeeded.count())
            }
            Err(failure) => response.fail(failure, header.group, header.version).map(|(length, go_on)| {
                requests.rest = behind.get(header.length.into()..).filter(|_| go_on).unwrap_or_default();
                self.counters.failed.count();
                say!(debug, "failed: group {} command {}", header.group, header.command);
                (length, After::Nothing)
            }),
        };
        let Ok((payload_length, after)) = finished else {
            return self.no_room(requests);
        };
        let Ok(length) = u16::try_from(payload_length) else {
            return self.no_room(requests);
        };
        *place = header.response(length).to_bytes();
        let mut length = payload_length.saturating_add(place.len());
        if let Some(seal) = requests.seal() {
            length = self.policy.seal(seal, buffer, length);
        }
        Some(Answer { length, after })
    }

    /// The header of the next request and what follows it; messages that get no answer are passed over.
    fn next<'p>(&mut self, caller: &Caller, requests: &mut Requests<'p>) -> Option<(Header, &'p [u8])> {
        if requests.unsealed.is_none() {
            let unsealed = self.policy.unseal(caller, requests.rest);
            requests.unsealed = Some(unsealed);
            if let Unsealed::Sealed(_) = unsealed {
                let end = requests.rest.len().saturating_sub(seal::LENGTH);
                requests.rest = requests.rest.get(..end).unwrap_or_default();
            }
        }
        loop {
            let Some((header, behind)) = Header::split(requests.rest) else {
                if !requests.rest.is_empty() {
                    self.counters.dropped_short.count();
                    say!(warn, "{} bytes are no message", requests.rest.len());
                    requests.end();
                }
                return None;
            };
            if header.operation != Operation::WriteResponse {
                self.counters.received.count();
                return Some((header, behind));
            }
            self.counters.dropped_answers.count();
            requests.rest = behind.get(header.length.into()..).unwrap_or_default();
        }
    }

    /// Lets the policy and then a group decide about a request; gives what follows it in the packet.
    fn answer<'p>(
        &mut self,
        groups: &mut [&mut dyn Group],
        caller: &Caller,
        requests: &Requests<'_>,
        (header, behind): (&Header, &'p [u8]),
        response: &mut Response<'_>,
    ) -> Result<&'p [u8], Failure> {
        if requests.unsealed == Some(Unsealed::Refused) {
            return Err(self.refuse(header));
        }
        let Some((payload, rest)) = behind.split_at_checked(header.length.into()) else {
            say!(warn, "malformed: {} bytes of {} announced", behind.len(), header.length);
            return Err(Code::Corrupt.into());
        };
        let action = match header.operation {
            Operation::Read => Action::Read,
            Operation::Write => Action::Write,
            _ => return Err(Code::NotSupported.into()),
        };
        if let Version::Reserved(_) = header.version {
            return Err(Code::VersionTooNew.into());
        }
        let caller = &Caller { identity: self.policy.identity(requests.seal()), ..*caller };
        let access = self.policy.access(caller, header.group, header.command);
        if !permits(access, caller.identity, action, header.group, header.command) {
            return Err(self.refuse(header));
        }
        // A reader of the log would never come to its end if each of its requests were in it.
        if header.group != group::LOG {
            say!(trace, "group {} command {} in {} bytes", header.group, header.command, payload.len());
        }
        let request = Request { caller, action, command: header.command, payload, counters: &self.counters };
        let of_policy = self.policy.group();
        if header.group == group::ENUMERATION {
            let of_policy = of_policy.map(|group| group.description());
            enumeration::handle(enumeration::Groups { lent: groups, of_policy }, &request, response)?;
        } else if let Some(group) = of_policy.filter(|group| group.description().id == header.group) {
            group.handle(&request, response)?;
        } else {
            let group = groups.iter_mut().find(|group| group.description().id == header.group);
            group.ok_or(Code::NotSupported)?.handle(&request, response)?;
        }
        Ok(rest)
    }

    fn refuse(&self, header: &Header) -> Failure {
        self.counters.refused.count();
        say!(warn, "refused: group {} command {}", header.group, header.command);
        Code::AccessDenied.into()
    }

    fn no_room(&mut self, requests: &mut Requests<'_>) -> Option<Answer> {
        self.counters.dropped_no_room.count();
        requests.end();
        None
    }
}
