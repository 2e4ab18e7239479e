// SPDX-License-Identifier: Apache-2.0
//! The signer against a device in memory, between the two of which a test may do what an attacker can.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcumgr_toolkit::transport::{ReceiveError, SMP_HEADER_SIZE, SMP_TRANSFER_BUFFER_SIZE, SendError, Transport};
use westerly_client::{Key, LoginError, Role, Signer, SignerError};
use westerly_wire::access::proof::{self, Login};
use westerly_wire::access::seal::{self, Direction, LENGTH};
use westerly_wire::access::{ChallengeResponse, LoginRequest, LoginResponse, code, command};
use westerly_wire::cbor::Message;
use westerly_wire::group;
use westerly_wire::header::Header;

const SECRET: [u8; 32] = [0x5a; 32];
const REQUEST: &[u8] = b"\x0a\0\0\x01\0\0\x09\x05\xa0";
const ANSWER: &[u8] = b"\x0b\0\0\x01\0\0\x09\x05\xa0";
const DENIED: &[u8] = b"\x0b\0\0\x05\0\0\x09\x05\xa1brc\x0b";

/// What becomes of an answer on its way.
type Tamper = Box<dyn FnMut(&Header, Vec<u8>) -> Vec<Vec<u8>> + Send>;

/// A device that knows one key and answers every request it takes with an empty map.
struct Device {
    secret: [u8; 32],
    challenges: u8,
    session: Option<([u8; 32], u32)>,
    sessions: u32,
    counter: u64,
    /// Every packet that it took.
    taken: Vec<Vec<u8>>,
    /// Every packet that came.
    seen: Vec<Vec<u8>>,
    answers: VecDeque<Vec<u8>>,
    tamper: Tamper,
}

impl Device {
    fn answer(&mut self, packet: &[u8]) {
        let (header, payload) = Header::split(packet).unwrap();
        let answer = match (header.group, header.command) {
            (group::ACCESS, command::CHALLENGE) => {
                let mut challenge = [0; 16];
                challenge[15] = self.challenges;
                message(header, &ChallengeResponse { challenge: &challenge })
            }
            (group::ACCESS, command::LOGIN) => self.login(header, payload),
            _ => self.sealed(header, packet),
        };
        self.answers.extend((self.tamper)(&header, answer));
    }

    fn login(&mut self, header: Header, payload: &[u8]) -> Vec<u8> {
        let request = LoginRequest::decode(payload).unwrap();
        let [challenge, nonce] = [request.challenge, request.nonce].map(|bytes| bytes.try_into().unwrap());
        let login = Login { challenge, nonce, key: request.key };
        if challenge[15] != self.challenges {
            return raw(
                header,
                &[b"\xa1cerr\xa2egroup\x18\x43brc", &[u8::try_from(code::STALE_CHALLENGE).unwrap()][..]].concat(),
            );
        }
        if !proof::same(&proof::login_mac(&self.secret, &login), request.mac) {
            return raw(header, b"\xa1brc\x0b");
        }
        self.sessions += 1;
        let key = proof::session_key(&self.secret, &login);
        (self.session, self.counter) = (Some((key, self.sessions)), 0);
        let mac = &proof::device_mac(&key, self.sessions);
        message(header, &LoginResponse { session: self.sessions, role: "administer", idle: 300, lifetime: 3600, mac })
    }

    fn sealed(&mut self, header: Header, packet: &[u8]) -> Vec<u8> {
        let denied = raw(header, b"\xa1brc\x0b");
        let (Some((key, session)), Some(sealed)) = (self.session, seal::split(Direction::Request, packet)) else {
            return denied;
        };
        let is_good = sealed.session == session && proof::same(&proof::seal_mac(&key, sealed.covered), sealed.mac);
        if !is_good || sealed.counter <= self.counter {
            return denied;
        }
        self.counter = sealed.counter;
        self.taken.push(sealed.messages.into());
        let mut answer = raw(header, b"\xa0");
        let length = answer.len();
        answer.resize(length + LENGTH, 0);
        seal::write(Direction::Answer, &key, session, sealed.counter, &mut answer, length).unwrap();
        answer
    }
}

fn raw(header: Header, payload: &[u8]) -> Vec<u8> {
    [&header.response(payload.len().try_into().unwrap()).to_bytes()[..], payload].concat()
}

fn message<'m>(header: Header, message: &impl Message<'m>) -> Vec<u8> {
    let mut payload = [0; 256];
    let length = message.encode(&mut payload).unwrap();
    raw(header, &payload[..length])
}

#[derive(Clone)]
struct Link(Arc<Mutex<Device>>);

impl Link {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Device {
            secret: SECRET,
            challenges: 0,
            session: None,
            sessions: 0,
            counter: 0,
            taken: Vec::new(),
            seen: Vec::new(),
            answers: VecDeque::new(),
            tamper: Box::new(|_, answer| vec![answer]),
        })))
    }

    fn signer(&self) -> Signer {
        Signer::new(Box::new(self.clone()), Duration::from_secs(5), Key::new(1, Role::Administer, SECRET))
    }

    fn with<T>(&self, run: impl FnOnce(&mut Device) -> T) -> T {
        run(&mut self.0.lock().unwrap())
    }

    fn tampering(tamper: impl FnMut(&Header, Vec<u8>) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        let link = Self::new();
        link.with(|device| device.tamper = Box::new(tamper));
        link
    }
}

impl Transport for Link {
    fn send_raw_frame(&mut self, header: [u8; SMP_HEADER_SIZE], data: &[u8]) -> Result<(), SendError> {
        let packet = [&header[..], data].concat();
        self.with(|device| {
            device.seen.push(packet.clone());
            device.answer(&packet);
        });
        Ok(())
    }

    fn recv_raw_frame<'a>(&mut self, buffer: &'a mut [u8; SMP_TRANSFER_BUFFER_SIZE]) -> Result<&'a [u8], ReceiveError> {
        let answer = self.with(|device| device.answers.pop_front()).ok_or(ReceiveError::Timeout)?;
        buffer[..answer.len()].copy_from_slice(&answer);
        Ok(&buffer[..answer.len()])
    }

    fn set_timeout(&mut self, _: Duration) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

/// The answer to a packet, or why there is none.
fn ask(signer: &mut Signer, packet: &[u8]) -> Result<Vec<u8>, SignerError> {
    signer.send(packet)?;
    signer.receive().map(|(_, answer)| answer.into())
}

fn is_access(header: &Header) -> bool {
    header.group == group::ACCESS
}

#[test]
fn it_logs_in_once_and_every_packet_has_a_counter_of_its_own() {
    let link = Link::new();
    let mut signer = link.signer();
    for _ in 0..3 {
        assert_eq!(ask(&mut signer, REQUEST).unwrap(), ANSWER);
    }
    assert_eq!(signer.session().unwrap().role, Role::Administer);
    assert_eq!(signer.waiting(), 0);
    link.with(|device| {
        assert_eq!((device.sessions, device.counter), (1, 3));
        assert_eq!(device.taken, [REQUEST; 3]);
    });
    drop(signer);
    // It takes its leave, sealed.
    link.with(|device| assert_eq!(device.taken[3][..8], *b"\x0a\0\0\x01\0\x43\x03\x03"));
}

#[test]
fn a_session_that_is_gone_is_made_anew_once() {
    let link = Link::new();
    let mut signer = link.signer();
    ask(&mut signer, REQUEST).unwrap();
    link.with(|device| device.session = None);
    assert_eq!(ask(&mut signer, REQUEST).unwrap(), ANSWER);
    link.with(|device| assert_eq!((device.sessions, device.taken.len()), (2, 2)));

    // A device that goes on refusing is not asked for ever.
    let link = Link::tampering(|header, answer| vec![if is_access(header) { answer } else { DENIED.into() }]);
    let mut signer = link.signer();
    assert!(matches!(ask(&mut signer, REQUEST), Err(SignerError::Unsealed)));
    link.with(|device| assert_eq!((device.sessions, device.taken.len()), (2, 2)));
}

#[test]
fn what_is_not_sealed_does_not_count() {
    let flips = (0..8 * (ANSWER.len() + LENGTH)).map(|bit| {
        Box::new(move |mut answer: Vec<u8>| {
            answer[bit / 8] ^= 1 << (bit % 8);
            vec![answer]
        }) as Box<dyn FnMut(Vec<u8>) -> Vec<Vec<u8>> + Send>
    });
    let cuts = (0..ANSWER.len() + LENGTH).map(|length| {
        Box::new(move |answer: Vec<u8>| vec![answer[..length].into()]) as Box<dyn FnMut(Vec<u8>) -> Vec<Vec<u8>> + Send>
    });
    for mut change in flips.chain(cuts) {
        let link = Link::tampering(move |header, answer| if is_access(header) { vec![answer] } else { change(answer) });
        assert!(matches!(ask(&mut link.signer(), REQUEST), Err(SignerError::Unsealed)));
    }
}

#[test]
fn the_answer_to_an_earlier_packet_does_not_count() {
    let mut earlier: Option<Vec<u8>> = None;
    let link = Link::tampering(move |header, answer| {
        if is_access(header) {
            return vec![answer];
        }
        vec![earlier.get_or_insert(answer).clone()]
    });
    let mut signer = link.signer();
    assert_eq!(ask(&mut signer, REQUEST).unwrap(), ANSWER);
    assert!(matches!(ask(&mut signer, REQUEST), Err(SignerError::Unsealed)));
}

/// The one that is not the device's comes first.
#[test]
fn the_good_one_behind_a_bad_one_counts() {
    let link = Link::tampering(|header, answer| {
        if is_access(header) && header.command == command::LOGIN {
            // As if it were a login's, of somebody who does not have the key.
            let forged = LoginResponse { session: 9, role: "administer", idle: 1, lifetime: 1, mac: &[0; 16] };
            return vec![message(*header, &forged), answer];
        }
        vec![ANSWER.into(), answer]
    });
    assert_eq!(ask(&mut link.signer(), REQUEST).unwrap(), ANSWER);
}

#[test]
fn who_does_not_know_the_key_is_not_the_device() {
    let link = Link::tampering(|header, answer| {
        if header.command != command::LOGIN {
            return vec![answer];
        }
        let forged = LoginResponse { session: 9, role: "administer", idle: 1, lifetime: 1, mac: &[0; 16] };
        vec![message(*header, &forged)]
    });
    assert!(matches!(ask(&mut link.signer(), REQUEST), Err(SignerError::Unsealed)));
    link.with(|device| assert!(device.taken.is_empty()));
}

#[test]
fn a_wrong_key_is_told_at_once() {
    let link = Link::new();
    link.with(|device| device.secret = [1; 32]);
    let mut signer = link.signer();
    assert!(matches!(ask(&mut signer, REQUEST), Err(SignerError::Login(LoginError::Denied))));
    // A challenge and a login: every failure counts.
    link.with(|device| assert_eq!(device.seen.len(), 2));
}

#[test]
fn a_login_whose_answer_gets_lost_is_sent_again_as_it_was() {
    let mut lost = false;
    let link = Link::tampering(move |header, answer| {
        if header.command == command::LOGIN && !std::mem::replace(&mut lost, true) { vec![] } else { vec![answer] }
    });
    let mut signer = link.signer();
    assert!(matches!(ask(&mut signer, REQUEST), Err(SignerError::Silence)));
    assert_eq!(ask(&mut signer, REQUEST).unwrap(), ANSWER);
    link.with(|device| {
        // But for the sequence number.
        assert_eq!(device.seen[1][8..], device.seen[2][8..]);
        assert_eq!(device.taken, [REQUEST]);
    });
}

#[test]
fn a_stale_challenge_is_asked_for_anew() {
    let mut first = true;
    let link = Link::tampering(move |header, mut answer| {
        if header.command == command::CHALLENGE && std::mem::take(&mut first) {
            // The challenge's last byte, before the end of the map.
            let place = answer.len() - 2;
            answer[place] = 77;
        }
        vec![answer]
    });
    assert_eq!(ask(&mut link.signer(), REQUEST).unwrap(), ANSWER);
    link.with(|device| assert_eq!((device.sessions, device.seen.len()), (1, 5 + 1)));
}

#[test]
fn several_requests_have_several_answers() {
    let link =
        Link::tampering(
            |header, answer| {
                if is_access(header) { vec![answer] } else { vec![answer.clone(), answer.clone(), answer] }
            },
        );
    let mut signer = link.signer();
    let ticket = signer.send(&[REQUEST, REQUEST].concat()).unwrap();
    for waiting in [1, 0] {
        assert_eq!(signer.receive().unwrap(), (ticket, ANSWER));
        assert_eq!(signer.waiting(), waiting);
    }
    // The same once more is nobody's answer.
    assert!(matches!(signer.receive(), Err(SignerError::Unsealed)));
}

#[test]
fn the_toolkit_s_repetition_takes_the_answer_to_either() {
    let mut late: Option<Vec<u8>> = None;
    let link = Link::tampering(move |header, answer| {
        if is_access(header) {
            return vec![answer];
        }
        match late.take() {
            None => {
                late = Some(answer);
                vec![]
            }
            Some(late) => vec![late, answer],
        }
    });
    let client = mcumgr_toolkit::connection::Connection::new(link.signer());
    client.set_retries(1);
    let answer = client.execute_raw_command(true, 0, 5, b"\xa0", true).unwrap();
    assert_eq!(*answer, *b"\xa0");
    link.with(|device| assert_eq!(device.counter, 2));
}
