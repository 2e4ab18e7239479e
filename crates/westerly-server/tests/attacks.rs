// SPDX-License-Identifier: Apache-2.0
//! What somebody without a key, or with another's packets, may try against access control, and what comes of it.

#[path = "access/bench.rs"]
mod bench;
mod device;

use bench::{
    Answered, Attempt, Bench, DENIED, ECHO, IS_ON, OTHER_PORT, Peer, RESET, SERIAL, SWITCH_ON, Said, UDP, access,
    caller, key, number, sealed,
};
use proptest::prelude::*;
use westerly_server::wire::access::{code, command, seal};
use westerly_server::wire::header::Operation;
use westerly_server::{Access, AccessCounters, After, Caller, Role, Transport};

const STALE: Said = Said::Group(code::STALE_CHALLENGE);
const LOCKED: Said = Said::Group(code::LOCKED_OUT);

fn is_reset(answer: &Answered) -> bool {
    matches!(answer.after, After::Reset(_))
}

/// Sends what nobody may do in this way, and sees that nothing came of it.
fn is_refused(bench: &mut Bench, caller: &Caller, packet: &[u8]) {
    let answers = bench.send(caller, packet);
    assert_eq!(answers.len(), 1);
    assert_eq!((answers[0].said(), answers[0].after), (DENIED, After::Nothing));
    assert!(!answers[0].is_sealed());
    assert!(!bench.is_on());
}

fn operator() -> (Bench, Peer) {
    let mut bench = Bench::new();
    let peer = bench.login(&UDP, number(Role::Operate));
    (bench, peer)
}

#[test]
fn without_a_seal_nothing_is_written_even_beside_an_open_session() {
    let (mut bench, mut peer) = operator();
    is_refused(&mut bench, &UDP, RESET);
    is_refused(&mut bench, &UDP, SWITCH_ON);
    assert_eq!(bench.says(&UDP, IS_ON), Said::Success);
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
    assert!(bench.is_on());
}

#[test]
fn replayed() {
    let (mut bench, mut peer) = operator();
    let packet = peer.sealed(RESET);
    assert!(is_reset(&bench.send(&UDP, &packet)[0]));
    is_refused(&mut bench, &UDP, &packet);
    let _ = peer.send(&mut bench, IS_ON);
    is_refused(&mut bench, &UDP, &packet);
    assert_eq!(bench.counters.replayed.get(), 2);
    // Also when what it asked for failed.
    let packet = peer.sealed(b"\x0a\0\0\x01\0\x42\x08\x02\xa0");
    assert_eq!(bench.says(&UDP, &packet), Said::Smp(3));
    is_refused(&mut bench, &UDP, &packet);
}

#[test]
fn reordered() {
    let (mut bench, mut peer) = operator();
    let [first, second, third] = [SWITCH_ON, IS_ON, RESET].map(|message| peer.sealed(message));
    assert_eq!(bench.says(&UDP, &second), Said::Success);
    is_refused(&mut bench, &UDP, &first);
    assert!(is_reset(&bench.send(&UDP, &third)[0]));
}

#[test]
fn the_counter_begins_at_1_and_may_jump_to_its_end() {
    let (mut bench, mut peer) = operator();
    is_refused(&mut bench, &UDP, &sealed(&peer.secret, peer.session, 0, SWITCH_ON));
    peer.counter = u64::MAX - 1;
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
    is_refused_after_on(&mut bench, &peer.sealed_at(1, RESET));
    is_refused_after_on(&mut bench, &peer.sealed_at(u64::MAX, RESET));
}

impl Peer {
    fn sealed_at(&self, counter: u64, messages: &[u8]) -> Vec<u8> {
        sealed(&self.secret, self.session, counter, messages)
    }
}

fn is_refused_after_on(bench: &mut Bench, packet: &[u8]) {
    assert_eq!(bench.says(&UDP, packet), DENIED);
}

/// None of them does anything, and the whole packet is good afterwards.
#[test]
fn truncated_at_every_length() {
    let (mut bench, mut peer) = operator();
    let packet = peer.sealed(&[SWITCH_ON, RESET].concat());
    for length in 0..packet.len() {
        let answers = bench.send(&UDP, &packet[..length]);
        assert!(answers.iter().all(|answer| answer.said() != Said::Success && !is_reset(answer)), "{length} bytes");
        assert!(!bench.is_on(), "{length} bytes");
    }
    assert_eq!(bench.counters.accepted.get(), 0);
    assert_eq!(bench.send(&UDP, &packet).len(), 2);
    assert!(bench.is_on());
}

#[test]
fn lengthened() {
    let (mut bench, mut peer) = operator();
    let packet = peer.sealed(SWITCH_ON);
    for more in [&b"\0"[..], ECHO, RESET, &packet[SWITCH_ON.len()..]] {
        let _ = bench.send(&UDP, &[&packet[..], more].concat());
        let _ = bench.send(&UDP, &[more, &packet[..]].concat());
        assert!(!bench.is_on());
    }
    assert_eq!(bench.says(&UDP, &packet), Said::Success);
}

#[test]
fn every_bit_flipped() {
    let (mut bench, mut peer) = operator();
    let packet = peer.sealed(&[SWITCH_ON, RESET].concat());
    for bit in 0..packet.len() * 8 {
        let mut packet = packet.clone();
        packet[bit / 8] ^= 1 << (bit % 8);
        let answers = bench.send(&UDP, &packet);
        // Some become a read, which anybody may.
        assert!(answers.iter().all(|answer| !is_reset(answer) && !answer.is_sealed()), "bit {bit}");
        assert!(!bench.is_on(), "bit {bit}");
    }
    assert_eq!(bench.counters.accepted.get(), 0);
    assert_eq!(bench.send(&UDP, &packet).len(), 2);
    assert!(bench.is_on());
}

#[test]
fn of_another_session() {
    let mut bench = Bench::new();
    let mut one = bench.login(&UDP, number(Role::Operate));
    let mut other = bench.login(&OTHER_PORT, number(Role::Operate));
    assert_ne!((one.session, one.secret), (other.session, other.secret));
    // One's packet under the other's number, and one's seal behind the other's messages.
    is_refused(&mut bench, &OTHER_PORT, &sealed(&one.secret, other.session, 1, SWITCH_ON));
    let (ours, theirs) = (one.sealed(SWITCH_ON), other.sealed(RESET));
    is_refused(&mut bench, &UDP, &[RESET, &ours[SWITCH_ON.len()..]].concat());
    is_refused(&mut bench, &OTHER_PORT, &[SWITCH_ON, &theirs[RESET.len()..]].concat());
    // The same peer, twice.
    let again = bench.login(&UDP, number(Role::Read));
    is_refused(&mut bench, &UDP, &sealed(&again.secret, one.session, 9, SWITCH_ON));
    assert_eq!(bench.counters.refused_macs.get(), 4);
    assert_eq!(bench.says(&UDP, &ours), Said::Success);
}

#[test]
fn of_another_peer_or_transport() {
    let (mut bench, mut peer) = operator();
    let packet = peer.sealed(SWITCH_ON);
    let elsewhere =
        [OTHER_PORT, caller(Transport::Udp, UDP.peer + (1 << 16)), caller(Transport::Serial, UDP.peer), SERIAL];
    for other in elsewhere {
        is_refused(&mut bench, &other, &packet);
    }
    assert_eq!(bench.counters.unknown_sessions.get(), 4);
    assert_eq!(bench.says(&UDP, &packet), Said::Success);
}

#[test]
fn idle_for_too_long() {
    let (mut bench, mut peer) = operator();
    for _ in 0..3 {
        bench.wait(299);
        assert_eq!(peer.says(&mut bench, IS_ON), Said::Success);
    }
    bench.wait(300);
    let packet = peer.sealed(SWITCH_ON);
    is_refused(&mut bench, &UDP, &packet);
    assert_eq!((bench.counters.expired.get(), bench.counters.unknown_sessions.get()), (1, 1));
}

/// What is refused keeps no session open.
#[test]
fn a_lifetime_is_not_prolonged() {
    let (mut bench, mut peer) = operator();
    bench.wait(200);
    is_refused(&mut bench, &UDP, &sealed(&[0; 32], peer.session, 9, SWITCH_ON));
    bench.wait(100);
    let packet = peer.sealed(SWITCH_ON);
    is_refused(&mut bench, &UDP, &packet);

    let mut peer = bench.login(&UDP, number(Role::Operate));
    for _ in 0..17 {
        bench.wait(200);
        assert_eq!(peer.says(&mut bench, IS_ON), Said::Success);
    }
    bench.wait(200);
    let packet = peer.sealed(SWITCH_ON);
    is_refused(&mut bench, &UDP, &packet);
    assert_eq!(bench.counters.expired.get(), 2);
}

#[test]
fn evicted_by_those_who_came_later() {
    let mut bench = Bench::new();
    let mut peers: Vec<_> = (0..4)
        .map(|port| {
            bench.wait(1);
            bench.login(&caller(Transport::Udp, UDP.peer + port), number(Role::Operate))
        })
        .collect();
    bench.wait(1);
    // All but the second are used again.
    for place in [0, 2, 3] {
        assert_eq!(peers[place].says(&mut bench, IS_ON), Said::Success);
    }
    let mut fifth = bench.login(&SERIAL, number(Role::Operate));
    let packet = peers[1].sealed(SWITCH_ON);
    let second = peers[1].caller;
    is_refused(&mut bench, &second, &packet);
    for place in [0, 2, 3] {
        assert_eq!(peers[place].says(&mut bench, IS_ON), Said::Success);
    }
    assert_eq!(fifth.says(&mut bench, RESET), Said::Success);
}

#[test]
fn a_challenge_holds_until_somebody_logs_in() {
    let mut bench = Bench::new();
    let [early, same] = [UDP, OTHER_PORT].map(|caller| bench.challenge(&caller));
    assert_eq!(early, same);
    let attempt = Attempt::new(early, number(Role::Read), &key(number(Role::Read)));
    let _ = bench.opened(&UDP, &attempt);
    assert_ne!(bench.challenge(&UDP), early);
    assert_eq!(bench.says(&OTHER_PORT, &attempt.packet()), STALE);
    let other = Attempt::new(early, number(Role::Operate), &key(number(Role::Operate)));
    assert_eq!(bench.says(&UDP, &other.packet()), STALE);
    // That was no failure: the mac was right.
    assert_eq!(bench.counters.failed_logins.get(), 0);
}

#[test]
fn a_recorded_session_after_a_restart() {
    let mut bench = Bench::new();
    let attempt = Attempt::new(bench.challenge(&UDP), number(Role::Operate), &key(number(Role::Operate)));
    let mut peer = bench.opened(&UDP, &attempt);
    let packet = peer.sealed(SWITCH_ON);
    let mut bench = bench.restart();
    is_refused(&mut bench, &UDP, &packet);
    assert_eq!(bench.says(&UDP, &attempt.packet()), STALE);
    is_refused(&mut bench, &UDP, &packet);
    // Somebody else has the same number of a session now.
    let other = bench.login(&UDP, number(Role::Operate));
    assert_eq!(other.session, peer.session);
    is_refused(&mut bench, &UDP, &packet);
}

#[test]
fn a_login_is_repeated() {
    let mut bench = Bench::new();
    let attempt = Attempt::new(bench.challenge(&UDP), number(Role::Operate), &key(number(Role::Operate)));
    let first = bench.send(&UDP, &attempt.packet());
    assert_eq!(bench.send(&UDP, &attempt.packet()), first);
    assert_eq!(bench.says(&OTHER_PORT, &attempt.packet()), STALE);
    assert_eq!(bench.counters.logins.get(), 1);
    let mut peer = bench.opened(&UDP, &attempt);
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
    // Once it is used, it cannot be: nor does the session begin anew.
    assert_eq!(bench.says(&UDP, &attempt.packet()), STALE);
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
}

#[test]
fn wrong_and_unknown_keys() {
    let mut bench = Bench::new();
    let challenge = bench.challenge(&UDP);
    let right = Attempt::new(challenge, number(Role::Operate), &key(number(Role::Operate)));
    let wrong = Attempt { key: key(0xee), ..right.clone() };
    let of_another = Attempt { number: number(Role::Administer), ..right.clone() };
    let unknown = Attempt { number: 0xee, ..right.clone() };
    for attempt in [&wrong, &of_another, &unknown] {
        assert_eq!(bench.says(&UDP, &attempt.packet()), DENIED);
    }
    assert_eq!(bench.counters.failed_logins.get(), 3);
    // A good mac, cut; it is cut at every length, with time for the lock-out to pass.
    let packet = right.packet();
    for length in 0..16u8 {
        bench.wait(64);
        let mut packet = packet[..packet.len() - 1 - (16 - usize::from(length))].to_vec();
        packet.push(0xff);
        let head = packet.len() - 2 - usize::from(length);
        packet[head] = 0x40 | length;
        packet[3] = u8::try_from(packet.len() - 8).unwrap();
        assert_eq!(bench.says(&UDP, &packet), DENIED, "{length} bytes of mac");
    }
    bench.wait(64);
    let _ = bench.opened(&UDP, &right);
}

#[test]
fn every_bit_of_a_login_flipped() {
    let mut bench = Bench::new();
    let attempt = Attempt::new(bench.challenge(&UDP), number(Role::Operate), &key(number(Role::Operate)));
    let packet = attempt.packet();
    for bit in 0..packet.len() * 8 {
        // Whatever was counted is forgotten.
        bench.wait(600);
        let mut packet = packet.clone();
        packet[bit / 8] ^= 1 << (bit % 8);
        let _ = bench.send(&UDP, &packet);
        // The sequence number, reserved bits and the flags are not in the mac.
        let free = matches!(bit, 5..16 | 48..56);
        // Version 1 is as good.
        assert_eq!(bench.counters.logins.get() != 0, free || bit == 3, "bit {bit}");
        bench.counters.clear();
        bench = Bench::new();
    }
}

#[test]
fn locked_out_for_longer_and_longer() {
    let mut bench = Bench::new();
    let challenge = bench.challenge(&UDP);
    let right = Attempt::new(challenge, number(Role::Operate), &key(number(Role::Operate)));
    let wrong = Attempt { key: key(0xee), ..right.clone() }.packet();
    for delay in [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 64] {
        assert_eq!(bench.says(&UDP, &wrong), DENIED, "before {delay} s");
        if delay != 0 {
            // By the right key too, and from another port.
            assert_eq!(bench.says(&UDP, &right.packet()), LOCKED);
            bench.state.now.set(bench.state.now.get() + delay * 1000 - 1);
            assert_eq!(bench.says(&OTHER_PORT, &right.packet()), LOCKED);
            bench.state.now.set(bench.state.now.get() + 1);
        }
    }
    assert_eq!(bench.counters.locked_out.get(), 16);
    // Not those of another address, nor who stands before the device; and a success begins anew.
    let elsewhere = caller(Transport::Udp, 0x0a00_0002_0001);
    let _ = bench.says(&UDP, &wrong);
    let mut peer = bench.login(&elsewhere, number(Role::Operate));
    let _ = bench.login(&SERIAL, number(Role::Operate));
    assert_eq!(bench.says(&UDP, &wrong), LOCKED);
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
    bench.wait(64);
    let _ = bench.login(&UDP, number(Role::Operate));
    for _ in 0..4 {
        assert_eq!(bench.says(&UDP, &wrong), DENIED);
    }
}

/// Many addresses: those beyond the four that are remembered share an entry, and open sessions go on.
#[test]
fn locked_out_by_others() {
    let (mut bench, mut peer) = operator();
    let wrong = Attempt::new([0; 16], number(Role::Operate), &key(0xee)).packet();
    let from = |address: u64| caller(Transport::Udp, address << 16);
    for address in 0..20 {
        let _ = bench.send(&from(address), &wrong);
    }
    assert_eq!(bench.says(&from(30), &wrong), LOCKED);
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
    let _ = bench.login(&SERIAL, number(Role::Administer));
    bench.wait(600);
    let _ = bench.login(&from(30), number(Role::Operate));
}

/// Where serial allows everything, a bad seal is a bad seal all the same.
#[test]
fn a_seal_that_does_not_verify_refuses_what_would_be_allowed() {
    let mut bench = Bench::new();
    assert_eq!(bench.says(&SERIAL, ECHO), Said::Success);
    let packet = sealed(&[1; 32], 1, 1, &[ECHO, RESET].concat());
    is_refused(&mut bench, &SERIAL, &packet);
    assert_eq!(bench.counters.unknown_sessions.get(), 1);
}

#[test]
fn a_seal_in_the_middle_seals_nothing() {
    let (mut bench, mut peer) = operator();
    let packet = peer.sealed(SWITCH_ON);
    is_refused(&mut bench, &UDP, &[&packet[..], RESET].concat());
    let reading = [&peer.sealed(IS_ON)[..], RESET].concat();
    let said: Vec<_> = bench.send(&UDP, &reading).iter().map(Answered::said).collect();
    // The read is anybody's; the seal is then a command, which does not exist, and ends the packet.
    assert_eq!(said, [Said::Success, Said::Smp(8)]);
    assert_eq!(bench.counters.accepted.get(), 0);
}

#[test]
fn a_seal_alone_is_a_command_that_does_not_exist() {
    let (mut bench, mut peer) = operator();
    let packet = peer.sealed(b"");
    for caller in [UDP, OTHER_PORT, SERIAL] {
        assert_eq!(bench.says(&caller, &packet), Said::Smp(8));
    }
    assert_eq!(bench.counters.accepted.get(), 0);
    // Its number is not used up.
    peer.counter = 0;
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
}

/// An answer sent back is no request, and neither is its seal a request's.
#[test]
fn reflected() {
    let (mut bench, mut peer) = operator();
    let answers = peer.send(&mut bench, IS_ON);
    assert!(bench.send(&UDP, &answers[0].bytes).iter().all(|answer| answer.said() != Said::Success));
    let mut as_request = answers[0].bytes.clone();
    let place = as_request.len() - seal::LENGTH;
    as_request[place] = 0x0a;
    as_request[0] = 0x0a;
    is_refused(&mut bench, &UDP, &as_request);
    assert_eq!(bench.counters.accepted.get(), 1);
}

#[test]
fn refused_to_everybody_is_refused_to_an_administrator() {
    let mut bench = Bench::with(&[], Access::Allow, Access::Refuse);
    for command in 0..8 {
        for operation in [Operation::Read, Operation::Write] {
            assert_eq!(bench.says(&UDP, &access(operation, command, b"")), DENIED);
        }
    }
    let refuse_reset =
        westerly_server::Rule { transport: None, group: Some(0), command: Some(5), access: Access::Refuse };
    let mut bench = Bench::with(&[refuse_reset], Access::Allow, Access::ReadOnly);
    let mut peer = bench.login(&UDP, number(Role::Administer));
    assert_eq!(peer.says(&mut bench, RESET), DENIED);
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever is sealed by a key that is not the session's is refused, whatever it says it is.
    #[test]
    fn sealed_by_any_other_key(secret: [u8; 32], session in 0u32..4, counter: u64, twice: bool) {
        let (mut bench, _) = operator();
        let messages = if twice { [SWITCH_ON, RESET].concat() } else { SWITCH_ON.to_vec() };
        is_refused(&mut bench, &UDP, &sealed(&secret, session, counter, &messages));
        prop_assert_eq!(bench.counters.accepted.get(), 0);
    }

    /// Any change of a sealed packet, of any bytes by any others.
    #[test]
    fn changed_in_any_way(at: prop::sample::Index, bytes in prop::collection::vec(any::<u8>(), 1..20), remove in 0usize..20) {
        let (mut bench, mut peer) = operator();
        let packet = peer.sealed(&[SWITCH_ON, RESET].concat());
        let at = at.index(packet.len());
        let end = (at + remove).min(packet.len());
        let changed = [&packet[..at], &bytes, &packet[end..]].concat();
        prop_assume!(changed != packet);
        let answers = bench.send(&UDP, &changed);
        prop_assert!(answers.iter().all(|answer| !is_reset(answer) && !answer.is_sealed()));
        prop_assert!(!bench.is_on());
        prop_assert_eq!(bench.counters.accepted.get(), 0);
    }

    /// No bytes at all log anybody in.
    #[test]
    fn any_login(payload in prop::collection::vec(any::<u8>(), 0..120), mac: [u8; 16], number: u8, serial: bool) {
        let mut bench = Bench::new();
        let from = if serial { SERIAL } else { UDP };
        let _ = bench.send(&from, &access(Operation::Write, command::LOGIN, &payload));
        let challenge = bench.challenge(&from);
        let login = westerly_server::wire::access::LoginRequest { key: number, challenge: &challenge, nonce: &[0; 16], mac: &mac };
        prop_assert_eq!(bench.says(&from, &access(Operation::Write, command::LOGIN, &bench::encoded(&login))), DENIED);
        prop_assert_eq!(bench.counters, &AccessCounters { failed_logins: bench.counters.failed_logins.clone(), ..AccessCounters::new() });
    }
}
