// SPDX-License-Identifier: Apache-2.0
//! Logging in: a challenge, and the proof over it.

use westerly_wire::access::proof::{self, CHALLENGE_LENGTH, Login};
use westerly_wire::access::{ChallengeResponse, LoginRequest, LoginResponse, code};
use westerly_wire::error::Code;

use super::{AccessControl, Vault};
use crate::{Failure, Request, Response};

impl<V: Vault> AccessControl<'_, V> {
    /// The challenge for the next login: what is new with this start, and the number of logins before.
    fn challenge(&mut self) -> Result<[u8; CHALLENGE_LENGTH], Failure> {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = self.vault.freshness().ok_or(Failure::Group(code::NO_FRESHNESS))?;
        let [m, n, o, p] = self.logins.to_be_bytes();
        Ok([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }

    pub(super) fn tell_challenge(&mut self, response: &mut Response<'_>) -> Result<(), Failure> {
        response.message(&ChallengeResponse { challenge: &self.challenge()? })
    }

    pub(super) fn login(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let (caller, now) = (request.caller, self.vault.uptime());
        if self.lock_out.is_locked(caller, now) {
            self.counters.locked_out.count();
            return Err(Failure::Group(code::LOCKED_OUT));
        }
        let fresh = self.challenge()?;
        let LoginRequest { key: number, challenge, nonce, mac } = request.message()?;
        let login = Login {
            challenge: challenge.try_into().map_err(|_| Code::Invalid)?,
            nonce: nonce.try_into().map_err(|_| Code::Invalid)?,
            key: number,
        };
        let proven = |&(_, key): &(_, _)| proof::same(&proof::login_mac(key, &login), mac);
        let Some((role, key)) = self.keys.get(number).filter(proven) else {
            self.counters.failed_logins.count();
            self.lock_out.failed(caller, now);
            say!(warn, "login refused: key {}", number);
            return Err(Code::AccessDenied.into());
        };
        let secret = proof::session_key(key, &login);
        let session = match self.sessions.unused(caller, &secret) {
            // The answer was lost, and the login is repeated.
            Some(session) => session,
            None if *login.challenge != fresh => return Err(Failure::Group(code::STALE_CHALLENGE)),
            None => {
                // The last number there is would make an old challenge new.
                self.logins = self.logins.checked_add(1).ok_or(Failure::Group(code::NO_FRESHNESS))?;
                self.sessions.add(self.logins, number, role, &secret, caller, now);
                self.lock_out.succeeded(caller, now);
                self.counters.logins.count();
                say!(info, "session {}: key {}", self.logins, number);
                self.logins
            }
        };
        response.message(&LoginResponse {
            session,
            role: role.name(),
            idle: self.defaults.idle,
            lifetime: self.defaults.lifetime,
            mac: &proof::device_mac(&secret, session),
        })
    }
}
