// SPDX-License-Identifier: Apache-2.0
//! A login and its session, as bytes: no transport, no clock.

use thiserror::Error;
use westerly_wire::access::proof::{self, CHALLENGE_LENGTH, Mac, NONCE_LENGTH};
use westerly_wire::access::seal::{self, Direction};
use westerly_wire::access::{ChallengeResponse, LoginRequest, LoginResponse, Role, code};
use westerly_wire::cbor::Message;
use westerly_wire::error::{Code, GroupError, Status};
use westerly_wire::group;

use crate::key::Key;

/// Why there is no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LoginError {
    /// The device does not know this key under this number.
    #[error("it does not take this key (rc 11)")]
    Denied,
    /// Too many logins failed; the delay grows with each.
    #[error("it is locked after too many logins with a wrong key")]
    LockedOut,
    /// The challenge was stale however often it was asked for.
    #[error("others log in at the same time")]
    Stale,
    /// The device has no access group.
    #[error("it has no access group (67)")]
    Unsupported,
    /// It does not count its starts, so that it cannot tell a new login from a recorded one.
    #[error("it keeps no settings, so it cannot tell a new login from a recorded one")]
    NoFreshness,
    /// What answers does not know the key itself.
    #[error("what answers does not know the key: it is not the device, or somebody is in between")]
    Impostor,
    /// The answer cannot be read.
    #[error("its answer cannot be read")]
    Malformed,
    /// Another SMP code.
    #[error("it answers with code {}", u32::from(*.0))]
    Smp(Code),
    /// Another code of the group's own.
    #[error("it answers with error {} of group {}", .0.code, .0.group)]
    Group(GroupError),
    /// The system gives no random numbers.
    #[error("this system gives no random numbers")]
    NoRandomness,
}

/// A login under way. It may be sent as often as it takes to get an answer.
#[derive(Debug)]
pub(crate) struct Login {
    key: Key,
    challenge: [u8; CHALLENGE_LENGTH],
    nonce: [u8; NONCE_LENGTH],
    mac: Mac,
}

/// An open session.
pub struct Session {
    key: [u8; 32],
    number: u32,
    counter: u64,
    /// What the key's owner may do, as the device says.
    pub role: Role,
    /// Seconds without a packet after which it ends.
    pub idle: u32,
    /// Seconds after which it ends.
    pub lifetime: u32,
}

impl Login {
    /// Answers the challenge in the payload of an answer.
    pub(crate) fn new(key: Key, answer: &[u8]) -> Result<Self, LoginError> {
        refusal(answer)?;
        let answer = ChallengeResponse::decode(answer).map_err(|_| LoginError::Malformed)?;
        let challenge = answer.challenge.try_into().map_err(|_| LoginError::Malformed)?;
        let mut nonce = [0; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(|_| LoginError::NoRandomness)?;
        Ok(Self::with(key, challenge, nonce))
    }

    fn with(key: Key, challenge: [u8; CHALLENGE_LENGTH], nonce: [u8; NONCE_LENGTH]) -> Self {
        let mac = proof::login_mac(key.secret(), &about(&key, &challenge, &nonce));
        Self { key, challenge, nonce, mac }
    }

    pub(crate) fn request(&self) -> LoginRequest<'_> {
        LoginRequest { key: self.key.number, challenge: &self.challenge, nonce: &self.nonce, mac: &self.mac }
    }

    /// The session that the payload of an answer opens.
    pub(crate) fn session(&self, answer: &[u8]) -> Result<Session, LoginError> {
        refusal(answer)?;
        let answer = LoginResponse::decode(answer).map_err(|_| LoginError::Malformed)?;
        let key = proof::session_key(self.key.secret(), &about(&self.key, &self.challenge, &self.nonce));
        if !proof::same(&proof::device_mac(&key, answer.session), answer.mac) {
            return Err(LoginError::Impostor);
        }
        let role = Role::named(answer.role).ok_or(LoginError::Malformed)?;
        let LoginResponse { session: number, idle, lifetime, .. } = answer;
        Ok(Session { key, number, counter: 0, role, idle, lifetime })
    }
}

impl Session {
    /// The packet with a seal, and the counter in it, which no other packet of the session has.
    pub(crate) fn seal(&mut self, packet: &[u8]) -> (Vec<u8>, u64) {
        self.counter += 1;
        let mut sealed = packet.to_vec();
        sealed.resize(packet.len() + seal::LENGTH, 0);
        // It has the room.
        let _ = seal::write(Direction::Request, &self.key, self.number, self.counter, &mut sealed, packet.len());
        (sealed, self.counter)
    }

    /// The message in a packet that the device has sealed in this session, and the counter of the packet it answers.
    pub(crate) fn open<'p>(&self, packet: &'p [u8]) -> Option<(&'p [u8], u64)> {
        let sealed = seal::split(Direction::Answer, packet)?;
        let is_good =
            sealed.session == self.number && proof::same(&proof::seal_mac(&self.key, sealed.covered), sealed.mac);
        is_good.then_some((sealed.messages, sealed.counter))
    }
}

const fn about<'l>(
    key: &Key,
    challenge: &'l [u8; CHALLENGE_LENGTH],
    nonce: &'l [u8; NONCE_LENGTH],
) -> proof::Login<'l> {
    proof::Login { challenge, nonce, key: key.number }
}

/// The error in an answer's payload, if it is one.
fn refusal(answer: &[u8]) -> Result<(), LoginError> {
    let status = Status::decode(answer).map_err(|_| LoginError::Malformed)?;
    match (status.error, status.code) {
        (Some(GroupError { group: group::ACCESS, code }), _) => Err(match code {
            code::LOCKED_OUT => LoginError::LockedOut,
            code::STALE_CHALLENGE => LoginError::Stale,
            code::NO_FRESHNESS => LoginError::NoFreshness,
            _ => LoginError::Group(GroupError { group: group::ACCESS, code }),
        }),
        (Some(error), _) => Err(LoginError::Group(error)),
        (None, Some(Code::AccessDenied)) => Err(LoginError::Denied),
        (None, Some(Code::NotSupported)) => Err(LoginError::Unsupported),
        (None, Some(code)) if code != Code::Ok => Err(LoginError::Smp(code)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = *b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f";
    const CHALLENGE: [u8; 16] = *b"@ABCDEFGHIJKLMNO";
    const NONCE: [u8; 16] = *b"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f";
    const NUMBER: u32 = 0x0102_0304;

    fn login() -> Login {
        Login::with(Key::new(7, Role::Administer, SECRET), CHALLENGE, NONCE)
    }

    fn answer(mac: &[u8]) -> Vec<u8> {
        let mut payload = vec![0; 200];
        let answer = LoginResponse { session: NUMBER, role: "operate", idle: 300, lifetime: 3600, mac };
        let length = answer.encode(&mut payload).unwrap();
        payload.truncate(length);
        payload
    }

    fn bytes(digits: &str) -> Vec<u8> {
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(pair).collect()
    }

    fn session() -> Session {
        login().session(&answer(&bytes("3b3defd2c3161f7651ee653529d4867e"))).unwrap()
    }

    /// The same as in tests/clients/test_sealing.py, which is Python's.
    #[test]
    fn known_answers() {
        assert_eq!(login().request().mac, bytes("c943012809b0929d705fae9b2b6a987f"));
        let mut session = session();
        assert_eq!(session.key[..], bytes("11924e8b41fbe2e07dc68efc25887cb8bbf5faaf1ddb91debf170a359a3c5c03"));
        assert_eq!((session.role, session.idle, session.lifetime), (Role::Operate, 300, 3600));
        session.counter = 4;
        let (sealed, counter) = session.seal(&bytes("0a00000100000905a0"));
        assert_eq!(counter, 5);
        let rest = "0a00003400430002a36773657373696f6e1a0102030467636f756e7465721b0000000000000005636d616350\
                    d2cdb34bcab6fa3921cfcb3cb4acbb9d";
        assert_eq!(sealed, bytes(&format!("0a00000100000905a0{rest}")));
    }

    #[test]
    fn an_answer_is_opened_in_its_own_session_and_as_it_was_made() {
        let message = bytes("0b00000100000905a0");
        let mut packet = message.clone();
        packet.resize(message.len() + seal::LENGTH, 0);
        seal::write(Direction::Answer, &session().key, NUMBER, 5, &mut packet, message.len()).unwrap();
        assert_eq!(session().open(&packet), Some((&message[..], 5)));
        for bit in 0..8 * packet.len() {
            let mut packet = packet.clone();
            packet[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(session().open(&packet), None, "bit {bit}");
        }
        for length in 0..packet.len() {
            assert_eq!(session().open(&packet[..length]), None, "{length}");
        }
        let (request, _) = session().seal(&message);
        assert_eq!(session().open(&request), None);
        let other = Login::with(Key::new(7, Role::Administer, SECRET), CHALLENGE, [0; 16]);
        assert!(matches!(
            other.session(&answer(&bytes("3b3defd2c3161f7651ee653529d4867e"))),
            Err(LoginError::Impostor)
        ));
    }

    #[test]
    fn what_opens_no_session() {
        for (payload, expected) in [
            (&b"\xa1brc\x0b"[..], LoginError::Denied),
            (b"\xa1brc\x08", LoginError::Unsupported),
            (b"\xa1brc\x02", LoginError::Smp(Code::NoMemory)),
            (b"\xa1cerr\xa2egroup\x18\x43brc\x02", LoginError::LockedOut),
            (b"\xa1cerr\xa2egroup\x18\x43brc\x03", LoginError::Stale),
            (b"\xa1cerr\xa2egroup\x18\x43brc\x0b", LoginError::NoFreshness),
            (b"\xa1cerr\xa2egroup\x01brc\x02", LoginError::Group(GroupError { group: 1, code: 2 })),
            (b"\xa0", LoginError::Malformed),
            (b"", LoginError::Malformed),
        ] {
            assert_eq!(login().session(payload).err(), Some(expected), "{payload:02x?}");
        }
        for mac in [&[0; 16][..], &[], &bytes("3b3defd2c3161f7651ee653529d4867e00")] {
            assert_eq!(login().session(&answer(mac)).err(), Some(LoginError::Impostor), "{mac:02x?}");
        }
    }
}
