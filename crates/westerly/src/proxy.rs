// SPDX-License-Identifier: Apache-2.0
//! Lends a key to tools that know nothing of keys: what they send to a port of this machine goes to the device sealed, and what the
//! device has sealed comes back to them without its seal.
//!
//! ```text
//! smpmgr, mcumgrctl, ... --UDP--> proxy --UDP or serial, sealed--> device
//! ```
//! One packet is under way at a time, as a device does one thing at a time; when its answer takes long, the next waits for one
//! timeout and is sent then. Nothing is repeated here but the login: the tools repeat by themselves. Nothing is changed either, but
//! parts of uploads that would not fit the device with their seal.

mod fit;

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use westerly_client::{LinkError, LoginError, Signer, SignerError, open};
use westerly_wire::cbor::Message;
use westerly_wire::error::{Code, SmpError};
use westerly_wire::header::{self, Header, Operation, Version};
use westerly_wire::{group, os};

use crate::arguments::Proxy;
use crate::failure::Failure;
use crate::output::{End, print};

/// How often a wait for a tool looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);
/// How often a login is tried at the start before the device counts as gone.
const LOGINS: u32 = 5;
/// The longest datagram.
const LONGEST: usize = 65535;
/// How long the answer to one tool may keep others waiting for a timeout each.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

pub(crate) fn run(arguments: &Proxy) -> Result<(), Failure> {
    let key = arguments.device.key()?.ok_or(Failure::NoKey)?;
    let listen = arguments.listen;
    if !listen.ip().is_loopback() {
        return Err(Failure::NotLoopback { listen });
    }
    let end = End::on_signals()?;
    let address = arguments.device.address();
    let failed = |error| Failure::Proxy { address: address.clone(), error };
    let tools = UdpSocket::bind(listen).map_err(|source| Failure::Listen { listen, source })?;
    tools.set_read_timeout(Some(LOOK)).map_err(|source| Failure::Listen { listen, source })?;
    let timeout = arguments.device.timeout();
    let transport = open(&address, timeout).map_err(|error| failed(LinkError::Broken(error.to_string())))?;
    let mut signer = Signer::new(transport, timeout, key);
    log_in(&mut signer, &end).map_err(|error| failed(LinkError::from(&error)))?;
    let limit = packet_size(&mut signer).unwrap_or(LONGEST);

    let local = tools.local_addr().map_err(|source| Failure::Listen { listen, source })?;
    let role = signer.session().map_or("", |session| session.role.name());
    print(&format!("{local} is {address} with the key, role {role}; Ctrl-C ends it\n"))?;
    Run { tools, signer, limit, asked: HashMap::new() }.until(&end).map_err(|error| failed(LinkError::Login(error)))
}

fn log_in(signer: &mut Signer, end: &End) -> Result<(), SignerError> {
    let mut tries = 1;
    loop {
        match signer.log_in() {
            Err(SignerError::Silence | SignerError::Unsealed) if tries < LOGINS && !end.is_asked_for() => tries += 1,
            outcome => return outcome,
        }
    }
}

/// The longest packet that the device takes, if it says so.
fn packet_size(signer: &mut Signer) -> Option<usize> {
    let (version, operation) = (Version::V2, Operation::Read);
    let (group, command) = (group::OS, os::command::PARAMETERS);
    let header = Header { version, operation, length: 1, group, sequence: 0, command };
    signer.send(&[&header.to_bytes()[..], b"\xa0"].concat()).ok()?;
    let answer = signer
        .receive()
        .map(|(_, answer)| os::ParametersResponse::decode(answer.get(header::LENGTH..).unwrap_or_default()).ok());
    // Should it come late, it is nobody's.
    let size = answer.ok().flatten().and_then(|parameters| usize::try_from(parameters.buffer_size).ok());
    signer.forget();
    size
}

struct Run {
    tools: UdpSocket,
    signer: Signer,
    /// The longest packet that the device takes.
    limit: usize,
    /// Who waits for the answers to which packet.
    asked: HashMap<u64, Asked>,
}

/// A packet of a tool's.
struct Asked {
    tool: SocketAddr,
    /// Of its first request.
    header: Header,
    since: Instant,
}

impl Run {
    /// Until the end, or the device does not take the key any more: to go on would lock its owner out.
    fn until(&mut self, end: &End) -> Result<(), LoginError> {
        while !end.is_asked_for() {
            if self.signer.waiting() > 0 {
                self.bring_back()?;
            }
            self.take()?;
        }
        Ok(())
    }

    /// What a tool sends, if it comes within a while; or at once when an answer that is late is waited for.
    fn take(&mut self) -> Result<(), LoginError> {
        let mut packet = [0; LONGEST];
        if self.tools.set_nonblocking(self.signer.waiting() > 0).is_err() {
            return Ok(());
        }
        let Ok((length, tool)) = self.tools.recv_from(&mut packet) else { return Ok(()) };
        let packet = packet.get(..length).unwrap_or_default();
        // What is shorter than a header nobody can answer.
        let Some((header, _)) = Header::split(packet) else { return Ok(()) };
        // Who asks again has given up on the answer to what he asked before.
        self.forget(|asked| asked.tool == tool || asked.since.elapsed() > LONGEST_WAIT);
        let asked = Asked { tool, header, since: Instant::now() };
        let packet = fit::shortened(packet, self.limit).map_or(Cow::Borrowed(packet), Cow::Owned);
        match self.signer.send(&packet) {
            Ok(ticket) => {
                self.asked.insert(ticket, asked);
                Ok(())
            }
            Err(error) => self.failed(&error, [asked]),
        }
    }

    /// The answer to a tool's packet, if it comes in time.
    fn bring_back(&mut self) -> Result<(), LoginError> {
        match self.signer.receive() {
            Ok((ticket, answer)) => {
                if let Some(asked) = self.asked.get(&ticket) {
                    // A tool that is gone is none of the others' business.
                    let _ = self.tools.send_to(answer, asked.tool);
                }
                Ok(())
            }
            Err(SignerError::Silence) => Ok(()),
            Err(error @ SignerError::Unsealed) => self.failed(&error, []),
            Err(error) => {
                self.signer.forget();
                let asked: Vec<_> = self.asked.drain().map(|(_, asked)| asked).collect();
                self.failed(&error, asked)
            }
        }
    }

    fn forget(&mut self, which: impl Fn(&Asked) -> bool) {
        let signer = &mut self.signer;
        self.asked.retain(|ticket, asked| {
            let forgotten = which(asked);
            if forgotten {
                signer.forget_one(*ticket);
            }
            !forgotten
        });
    }

    /// Says so, and tells the tools that there is no way to the device just now, as the device would.
    fn failed(&self, error: &SignerError, asked: impl IntoIterator<Item = Asked>) -> Result<(), LoginError> {
        eprintln!("{}", LinkError::from(error));
        let SignerError::Login(error) = error else { return Ok(()) };
        for asked in asked {
            if let Some(refusal) = refusal(asked.header) {
                let _ = self.tools.send_to(&refusal, asked.tool);
            }
        }
        if *error == LoginError::Denied { Err(*error) } else { Ok(()) }
    }
}

/// The answer that says that access is denied.
fn refusal(asked: Header) -> Option<Vec<u8>> {
    let mut payload = [0; 16];
    let length = SmpError { code: Code::AccessDenied }.encode(&mut payload).ok()?;
    let header = asked.response(u16::try_from(length).ok()?).to_bytes();
    Some([&header, payload.get(..length)?].concat())
}
