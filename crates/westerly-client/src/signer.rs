// SPDX-License-Identifier: Apache-2.0
//! Packets with a seal, over any transport of mcumgr-toolkit: what goes out is sealed, what comes in counts only if the device
//! has sealed it.
//!
//! ```text
//!          send                          an answer, sealed, to a packet that waits for one
//! (none) -------> login -> [session] ---------------------------------------------------> given, without its seal
//!                   ^                |  anything else
//!                   |                +---------------------> passed over
//!                   |                |  rc 11 without a seal
//!                   +----------------+  to a packet that waits: the session is gone; log in anew, once for each packet
//! ```
//! A packet that is sent again gets another counter, as the device takes each once. A login whose answer got lost is sent again
//! as it was, and the device gives the same answer: it opens one session, not two.
//!
//! What it will not do: repeat packets by itself when nothing comes, which is its user's. Whoever can make up packets can make
//! a client repeat one, by an rc 11; he can by losing the answer, too. He cannot read a session's key from that, nor answer.

use std::error;
use std::time::{Duration, Instant};

use mcumgr_toolkit::transport::{ReceiveError, SMP_HEADER_SIZE, SMP_TRANSFER_BUFFER_SIZE, SendError, Transport};
use thiserror::Error;
use westerly_wire::access::{command, seal};
use westerly_wire::cbor::Message;
use westerly_wire::error::{Code, Status};
use westerly_wire::group;
use westerly_wire::header::{Header, Operation, Version};

use crate::key::Key;
use crate::login::{Login, LoginError, Session};

/// How many packets may wait for their answers.
const WAITING: usize = 32;
/// How often a challenge that was stale when the login arrived is asked for anew: somebody else logged in meanwhile.
const CHALLENGES: u32 = 4;
/// The longest request of a login.
const LOGIN: usize = 128;

/// A transport's packets with seals.
pub struct Signer {
    transport: Box<dyn Transport + Send>,
    timeout: Duration,
    key: Key,
    login: Option<Login>,
    session: Option<Session>,
    /// How many sessions there were.
    sessions: u64,
    waiting: Vec<Waiting>,
    /// How many packets there were.
    packets: u64,
    sequence: u8,
    buffer: Box<[u8; SMP_TRANSFER_BUFFER_SIZE]>,
}

/// A packet whose answers have not all arrived.
struct Waiting {
    ticket: u64,
    packet: Vec<u8>,
    /// Answers to come, one for each request.
    answers: usize,
    /// The session it was last sealed in, and the counter there.
    session: u64,
    counter: u64,
    /// Whether a login was made for it already.
    again: bool,
}

/// Error returned by [`Signer::send`] and [`Signer::receive`].
#[derive(Debug, Error)]
pub enum SignerError {
    /// Nothing came in time.
    #[error("no answer in time")]
    Silence,
    /// Answers came, but none that the device has sealed. Somebody else may have made them.
    #[error("answers came, but without the device's seal, so they do not count")]
    Unsealed,
    /// There is no session, and none to be had.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The transport cannot send.
    #[error(transparent)]
    Send(SendError),
    /// The transport cannot receive.
    #[error(transparent)]
    Receive(ReceiveError),
}

/// What a packet that came in is.
enum Incoming {
    /// The answer to the packet at this place, so many bytes of the buffer.
    Answer(usize, usize),
    /// The device knows no session for the packet at this place.
    NoSession(usize),
    /// Nobody waits for it, or it is not the device's.
    Other,
}

impl Signer {
    /// One that logs in with the first packet. `timeout` is the transport's: how long an answer is waited for.
    #[must_use]
    pub fn new(transport: Box<dyn Transport + Send>, timeout: Duration, key: Key) -> Self {
        let buffer: Box<[u8]> = vec![0; SMP_TRANSFER_BUFFER_SIZE].into();
        let Ok(buffer) = buffer.try_into() else { unreachable!("it is as long") };
        Self {
            transport,
            timeout,
            key,
            login: None,
            session: None,
            sessions: 0,
            waiting: Vec::new(),
            packets: 0,
            sequence: 0,
            buffer,
        }
    }

    /// The session, once there is one.
    #[must_use]
    pub const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// How many packets still wait for answers.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// From now on answers to earlier packets do not count.
    pub fn forget(&mut self) {
        self.waiting.clear();
    }

    /// From now on answers to this packet do not count.
    pub fn forget_one(&mut self, ticket: u64) {
        self.waiting.retain(|waiting| waiting.ticket != ticket);
    }

    /// How long an answer is waited for from now on.
    ///
    /// # Errors
    /// The transport's.
    pub fn wait_for(&mut self, timeout: Duration) -> Result<(), Box<dyn error::Error + Send + Sync>> {
        self.transport.set_timeout(timeout)?;
        self.timeout = timeout;
        Ok(())
    }

    /// Opens a session if there is none.
    ///
    /// # Errors
    /// [`SignerError`]; after `Silence` and `Unsealed` another call goes on with the same login.
    pub fn log_in(&mut self) -> Result<(), SignerError> {
        for _ in 0..CHALLENGES {
            if self.session.is_some() {
                return Ok(());
            }
            let login = match self.login.take() {
                Some(login) => login,
                None => self.challenge()?,
            };
            let mut payload = [0; LOGIN];
            let length = login.request().encode(&mut payload).map_err(|_| LoginError::Malformed)?;
            let answer = self.ask(Operation::Write, command::LOGIN, &payload[..length], |answer| {
                // One that is no error and proves nothing is not the device's.
                !matches!(login.session(answer), Err(LoginError::Impostor))
            });
            match answer.map(|answer| login.session(&answer)) {
                Ok(Ok(session)) => {
                    self.session = Some(session);
                    self.sessions += 1;
                }
                Ok(Err(LoginError::Stale)) => {}
                Ok(Err(error)) => return Err(error.into()),
                Err(error) => {
                    self.login = Some(login);
                    return Err(error);
                }
            }
        }
        if self.session.is_some() { Ok(()) } else { Err(LoginError::Stale.into()) }
    }

    fn challenge(&mut self) -> Result<Login, SignerError> {
        let answer = self.ask(Operation::Read, command::CHALLENGE, b"\xa0", |_| true)?;
        Ok(Login::new(self.key.clone(), &answer)?)
    }

    /// An exchange without seals; gives the answer's payload.
    fn ask(
        &mut self,
        operation: Operation,
        command: u8,
        payload: &[u8],
        counts: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, SignerError> {
        self.sequence = self.sequence.wrapping_add(1);
        let length = u16::try_from(payload.len()).map_err(|_| LoginError::Malformed)?;
        let (version, sequence) = (Version::V2, self.sequence);
        let asked = Header { version, operation, length, group: group::ACCESS, sequence, command };
        self.transport.send_raw_frame(asked.to_bytes(), payload).map_err(SignerError::Send)?;
        let deadline = Instant::now() + self.timeout;
        let mut unsealed = false;
        loop {
            let received = match self.transport.recv_raw_frame(&mut self.buffer) {
                Err(ReceiveError::Timeout) if unsealed => return Err(SignerError::Unsealed),
                Err(ReceiveError::Timeout) => return Err(SignerError::Silence),
                other => other.map_err(SignerError::Receive)?,
            };
            if let Some(answer) = answer_to(asked, received) {
                if counts(answer) {
                    return Ok(answer.into());
                }
                unsealed = true;
            }
            if Instant::now() > deadline {
                return Err(if unsealed { SignerError::Unsealed } else { SignerError::Silence });
            }
        }
    }

    /// Seals a packet, one request or several, and sends it. Gives a number that its answers will have.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn send(&mut self, packet: &[u8]) -> Result<u64, SignerError> {
        self.packets += 1;
        let ticket = self.packets;
        if self.waiting.len() >= WAITING {
            self.waiting.remove(0);
        }
        let answers = requests(packet);
        self.waiting.push(Waiting { ticket, packet: packet.into(), answers, session: 0, counter: 0, again: false });
        let sent = self.seal_and_send(self.waiting.len() - 1);
        if sent.is_err() {
            self.waiting.pop();
        }
        sent.map(|()| ticket)
    }

    fn seal_and_send(&mut self, place: usize) -> Result<(), SignerError> {
        self.log_in()?;
        let (Some(session), Some(waiting)) = (&mut self.session, self.waiting.get_mut(place)) else { return Ok(()) };
        let (sealed, counter) = session.seal(&waiting.packet);
        (waiting.session, waiting.counter) = (self.sessions, counter);
        let Some((header, rest)) = sealed.split_first_chunk::<SMP_HEADER_SIZE>() else { return Ok(()) };
        self.transport.send_raw_frame(*header, rest).map_err(SignerError::Send)
    }

    /// Waits for an answer to a packet that waits for one; gives the packet's number and the answer without its seal.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn receive(&mut self) -> Result<(u64, &[u8]), SignerError> {
        let deadline = Instant::now() + self.timeout;
        let mut unsealed = false;
        loop {
            let length = match self.transport.recv_raw_frame(&mut self.buffer) {
                Err(ReceiveError::Timeout) if unsealed => return Err(SignerError::Unsealed),
                Err(ReceiveError::Timeout) => return Err(SignerError::Silence),
                other => other.map_err(SignerError::Receive)?.len(),
            };
            match self.incoming(length) {
                Incoming::Answer(place, length) => {
                    let ticket = self.answered(place);
                    return Ok((ticket, self.buffer.get(..length).unwrap_or_default()));
                }
                Incoming::NoSession(place) => self.again(place)?,
                Incoming::Other => unsealed = true,
            }
            if Instant::now() > deadline {
                return Err(if unsealed { SignerError::Unsealed } else { SignerError::Silence });
            }
        }
    }

    fn incoming(&self, length: usize) -> Incoming {
        let packet = self.buffer.get(..length).unwrap_or_default();
        if let Some((message, counter)) = self.session.as_ref().and_then(|session| session.open(packet)) {
            let waits = |waiting: &Waiting| {
                (waiting.session, waiting.counter) == (self.sessions, counter) && is_answer_to(&waiting.packet, message)
            };
            return match self.waiting.iter().position(waits) {
                Some(place) => Incoming::Answer(place, message.len()),
                None => Incoming::Other,
            };
        }
        let refused = |waiting: &Waiting| {
            let asked = Header::split(&waiting.packet);
            let answer = asked.and_then(|(asked, _)| answer_to(asked, packet));
            answer.is_some_and(|answer| {
                Status::decode(answer).is_ok_and(|status| status.code == Some(Code::AccessDenied))
            })
        };
        let place = self.waiting.iter().position(|waiting| !waiting.again && refused(waiting));
        place.map_or(Incoming::Other, Incoming::NoSession)
    }

    fn answered(&mut self, place: usize) -> u64 {
        let Some(waiting) = self.waiting.get_mut(place) else { return 0 };
        let ticket = waiting.ticket;
        waiting.answers = waiting.answers.saturating_sub(1);
        if waiting.answers == 0 {
            self.waiting.remove(place);
        }
        ticket
    }

    /// Sends a packet again, in a new session unless there is one already that it was not in.
    fn again(&mut self, place: usize) -> Result<(), SignerError> {
        let Some(waiting) = self.waiting.get_mut(place) else { return Ok(()) };
        waiting.again = true;
        if waiting.session == self.sessions {
            self.session = None;
        }
        self.seal_and_send(place)
    }
}

/// So every command of mcumgr-toolkit can be sealed. It has one request under way at a time.
impl Transport for Signer {
    fn send_raw_frame(&mut self, header: [u8; SMP_HEADER_SIZE], data: &[u8]) -> Result<(), SendError> {
        let packet = [&header, data].concat();
        // The same again is a repetition: the answer to either will do.
        if self.waiting.last().is_none_or(|waiting| waiting.packet != packet) {
            self.forget();
        }
        self.send(&packet).map(drop).map_err(|error| match error {
            SignerError::Silence => SendError::Timeout,
            SignerError::Send(error) => error,
            error => SendError::TransportError(error.into()),
        })
    }

    fn recv_raw_frame<'a>(&mut self, buffer: &'a mut [u8; SMP_TRANSFER_BUFFER_SIZE]) -> Result<&'a [u8], ReceiveError> {
        let (_, answer) = self.receive().map_err(|error| match error {
            SignerError::Silence => ReceiveError::Timeout,
            SignerError::Receive(error) => error,
            error => ReceiveError::TransportError(error.into()),
        })?;
        let place = buffer.get_mut(..answer.len()).ok_or(ReceiveError::FrameTooBig)?;
        place.copy_from_slice(answer);
        Ok(place)
    }

    fn set_timeout(&mut self, timeout: Duration) -> Result<(), Box<dyn error::Error + Send + Sync>> {
        self.wait_for(timeout)
    }

    fn max_smp_frame_size(&self) -> usize {
        self.transport.max_smp_frame_size().saturating_sub(seal::LENGTH)
    }

    fn device_rx_buffer_overhead(&self) -> usize {
        self.transport.device_rx_buffer_overhead()
    }
}

/// A device has room for a few sessions. Whether this one's end arrives is not waited for: without it the session expires.
impl Drop for Signer {
    fn drop(&mut self) {
        let Some(mut session) = self.session.take() else { return };
        let (version, operation, sequence) = (Version::V2, Operation::Write, self.sequence.wrapping_add(1));
        let logout = Header { version, operation, length: 1, group: group::ACCESS, sequence, command: command::LOGOUT };
        let (sealed, _) = session.seal(&[&logout.to_bytes()[..], b"\xa0"].concat());
        if let Some((header, rest)) = sealed.split_first_chunk::<SMP_HEADER_SIZE>() {
            let _ = self.transport.send_raw_frame(*header, rest);
        }
    }
}

/// The payload of a packet that is an answer to this request.
fn answer_to(asked: Header, packet: &[u8]) -> Option<&[u8]> {
    let (header, payload) = Header::split(packet)?;
    let Header { operation, group, sequence, command, .. } = asked.response(header.length);
    let expected = (operation, group, sequence, command);
    let is_answer = (header.operation, header.group, header.sequence, header.command) == expected;
    (is_answer && usize::from(header.length) == payload.len()).then_some(payload)
}

fn is_answer_to(packet: &[u8], message: &[u8]) -> bool {
    headers(packet).any(|asked| answer_to(asked, message).is_some())
}

/// How many answers a packet will have.
fn requests(packet: &[u8]) -> usize {
    headers(packet).count().max(1)
}

/// The headers of a packet's requests.
fn headers(mut packet: &[u8]) -> impl Iterator<Item = Header> {
    std::iter::from_fn(move || {
        let (header, rest) = Header::split(packet)?;
        packet = rest.get(usize::from(header.length)..).unwrap_or_default();
        Some(header)
    })
}
