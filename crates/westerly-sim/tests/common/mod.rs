// SPDX-License-Identifier: Apache-2.0
//! What the tests of the simulator and of the command line share: clients made of the core's own encoder and decoder.
#![allow(dead_code, unused_imports, reason = "not every test needs everything")]

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use westerly_wire::cbor::Message;
use westerly_wire::header::{Header, Operation, Version};
use westerly_wire::os::{EchoRequest, EchoResponse, command};

/// How long an answer may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long a test waits to be sure that nothing comes.
pub const SILENCE: Duration = Duration::from_millis(200);

/// A version 2 request.
pub fn request<'m>(operation: Operation, command: u8, sequence: u8, message: &impl Message<'m>) -> Vec<u8> {
    let mut payload = vec![0; 4096];
    let length = message.encode(&mut payload).expect("it fits");
    let header = Header {
        version: Version::V2,
        operation,
        length: u16::try_from(length).expect("it is short"),
        group: 0,
        sequence,
        command,
    };
    [&header.to_bytes()[..], &payload[..length]].concat()
}

/// A request to send `text` back.
pub fn echo(sequence: u8, text: &str) -> Vec<u8> {
    request(Operation::Write, command::ECHO, sequence, &EchoRequest { message: Some(text) })
}

/// A text with which an echo request has `size` bytes.
pub fn filling(size: usize) -> String {
    let overhead = echo(0, &"x".repeat(size - 20)).len() - (size - 20);
    "x".repeat(size - overhead)
}

/// What an answer to an echo says, its sequence number checked.
pub fn echoed(answer: &[u8], sequence: u8) -> String {
    let (header, payload) = Header::split(answer).expect("a header");
    assert_eq!(
        (header.operation, header.sequence, header.command),
        (Operation::WriteResponse, sequence, command::ECHO)
    );
    assert_eq!(usize::from(header.length), payload.len());
    EchoResponse::decode(payload).expect("an echo").message.into()
}

/// A client over UDP.
pub struct Udp(pub UdpSocket);

impl Udp {
    pub fn connect(address: SocketAddr) -> Self {
        let socket = UdpSocket::bind((address.ip(), 0)).expect("a port");
        socket.connect(address).expect("an address");
        Self(socket)
    }

    pub fn send(&self, packet: &[u8]) {
        self.0.send(packet).expect("it can be sent");
    }

    /// The next answer, if one comes in time.
    pub fn receive(&self, patience: Duration) -> Option<Vec<u8>> {
        self.0.set_read_timeout(Some(patience)).expect("not zero");
        let mut answer = vec![0; 65_536];
        let length = self.0.recv(&mut answer).ok()?;
        answer.truncate(length);
        Some(answer)
    }

    pub fn exchange(&self, packet: &[u8]) -> Vec<u8> {
        self.send(packet);
        self.receive(PATIENCE).expect("an answer")
    }
}

#[cfg(unix)]
pub use serial::Serial;

#[cfg(unix)]
mod serial {
    use std::os::fd::OwnedFd;
    use std::path::Path;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{Mode, OFlags, open};
    use rustix::io::{read, write};
    use westerly_wire::serial::{Decoder, Encoder, LINE_MAX};

    use super::PATIENCE;

    /// A client over a pseudo-terminal, which it leaves as it finds it.
    pub struct Serial {
        terminal: OwnedFd,
        decoder: Box<Decoder<4096>>,
        received: Vec<u8>,
    }

    impl Serial {
        pub fn open(path: &Path) -> Self {
            let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
            let terminal = open(path, flags, Mode::empty()).expect("the terminal opens");
            Self { terminal, decoder: Box::default(), received: Vec::new() }
        }

        /// Bytes as they are.
        pub fn send_bytes(&self, mut bytes: &[u8]) {
            while !bytes.is_empty() {
                bytes = &bytes[write(&self.terminal, bytes).expect("the line takes bytes")..];
            }
        }

        pub fn send(&self, packet: &[u8]) {
            self.send_bytes(&lines(packet));
        }

        /// The next answer, if one comes in time.
        pub fn receive(&mut self, patience: Duration) -> Option<Vec<u8>> {
            loop {
                let fed = self.decoder.feed(&self.received);
                let packet = fed.packet.map(<[u8]>::to_vec);
                self.received.drain(..fed.consumed);
                if packet.is_some() {
                    return packet;
                }
                let mut watched = [PollFd::new(&self.terminal, PollFlags::IN)];
                let timeout = Timespec::try_from(patience).expect("it is short");
                if poll(&mut watched, Some(&timeout)).expect("the terminal can be watched") == 0 {
                    return None;
                }
                let mut chunk = [0; 4096];
                let count = read(&self.terminal, &mut chunk).expect("the line gives bytes");
                self.received.extend(&chunk[..count]);
            }
        }

        pub fn exchange(&mut self, packet: &[u8]) -> Vec<u8> {
            self.send(packet);
            self.receive(PATIENCE).expect("an answer")
        }

        pub fn terminal(&self) -> &OwnedFd {
            &self.terminal
        }
    }

    /// A packet as it is on the line.
    pub fn lines(packet: &[u8]) -> Vec<u8> {
        let mut encoder = Encoder::new(packet).expect("it is short");
        let mut line = [0; LINE_MAX];
        let mut lines = Vec::new();
        while let Some(line) = encoder.next_line(&mut line) {
            lines.extend(line);
        }
        lines
    }
}

#[cfg(unix)]
pub use serial::lines;
