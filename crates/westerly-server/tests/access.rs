// SPDX-License-Identifier: Apache-2.0
//! Access control as those use it who may: roles, keys, rules, and the seals of answers.

#[path = "access/bench.rs"]
mod bench;
mod device;

use bench::{
    Attempt, Bench, DENIED, ECHO, IS_ON, OTHER_PORT, Peer, RESET, SERIAL, SWITCH_ON, Said, UDP, access, encoded, key,
    number,
};
use proptest::prelude::*;
use westerly_server::wire::access::{
    Key, KeyRequest, KeysResponse, PolicyRequest, PolicyResponse, PolicyWrite, Rule as WireRule, SessionResponse, code,
    command, seal,
};
use westerly_server::wire::cbor::{List, Message as _};
use westerly_server::wire::enumeration::{CountResponse, DetailsResponse, ListResponse};
use westerly_server::wire::header::Operation;
use westerly_server::{Access, AccessControl, After, Caller, KEYS, Policy, RULES, Role, Rule, Transport};

const ERASE_IMAGE: &[u8] = b"\x0a\0\0\x01\0\x01\x07\x05\xa0";
const SHELL: &[u8] = b"\x0a\0\0\x0c\0\x09\x07\0\xa1dargv\x81decho";

fn read(command: u8) -> Vec<u8> {
    access(Operation::Read, command, b"")
}

fn write_key(request: &KeyRequest<'_>) -> Vec<u8> {
    access(Operation::Write, command::KEYS, &encoded(request))
}

fn add(id: u8, role: &str, key: &[u8]) -> Vec<u8> {
    write_key(&KeyRequest { id, role: Some(role), key: Some(key), delete: None })
}

fn delete(id: u8) -> Vec<u8> {
    write_key(&KeyRequest { id, role: None, key: None, delete: Some(true) })
}

fn set(rules: &[WireRule<'_>]) -> Vec<u8> {
    access(
        Operation::Write,
        command::POLICY,
        &encoded(&PolicyWrite { rules: Some(List::Values(rules)), default: None }),
    )
}

fn back_to_default() -> Vec<u8> {
    access(Operation::Write, command::POLICY, &encoded(&PolicyWrite { rules: None, default: Some(true) }))
}

fn rule<'n>(transport: Option<&'n str>, group: Option<u16>, access: &'n str) -> WireRule<'n> {
    WireRule { transport, group, command: None, access }
}

#[test]
fn what_each_role_may() {
    for (role, allowed) in [(Role::Read, 1), (Role::Operate, 3), (Role::Administer, 5)] {
        let mut bench = Bench::with(&[], Access::Allow, Access::Authenticated);
        let mut peer = bench.login(&UDP, number(role));
        // In the order of the role that they need.
        for (place, message) in [IS_ON, SWITCH_ON, RESET, ERASE_IMAGE, SHELL].into_iter().enumerate() {
            assert_eq!(peer.says(&mut bench, message) != DENIED, place < allowed, "{role:?} {message:02x?}");
            assert_eq!(bench.says(&UDP, message), DENIED);
        }
        assert_eq!(peer.says(&mut bench, ECHO), Said::Success);
        assert_eq!(bench.says(&UDP, ECHO), DENIED);
        assert_eq!(peer.says(&mut bench, &set(&[])) == Said::Success, role == Role::Administer);
    }
}

#[test]
fn a_reset_by_whoever_has_a_key() {
    let mut bench = Bench::new();
    let mut peer = bench.login(&UDP, number(Role::Operate));
    assert_eq!(peer.session, 1);
    let answers = peer.send(&mut bench, RESET);
    assert_eq!(answers.len(), 1);
    assert!(matches!(answers[0].after, After::Reset(_)) && answers[0].is_sealed());
    assert_eq!(bench.counters.accepted.get(), 1);
}

#[test]
fn several_requests_under_one_seal() {
    let mut bench = Bench::new();
    let mut peer = bench.login(&UDP, number(Role::Operate));
    let answers = peer.send(&mut bench, &[SWITCH_ON, IS_ON, ERASE_IMAGE, ECHO].concat());
    // What is refused ends the packet, as ever; each answer has its seal.
    assert_eq!(answers.iter().map(|answer| answer.said()).collect::<Vec<_>>(), [Said::Success, Said::Success, DENIED]);
    assert!(answers.iter().all(|answer| answer.is_sealed()));
    assert_ne!(answers[0].bytes[answers[0].bytes.len() - 16..], answers[1].bytes[answers[1].bytes.len() - 16..]);
}

#[test]
fn who_am_i() {
    let mut bench = Bench::new();
    let nobody = |transport| SessionResponse { transport, role: None, key: None, idle: None, remaining: None };
    for (caller, name) in [(SERIAL, "serial"), (UDP, "udp")] {
        let answers = bench.send(&caller, &read(command::SESSION));
        assert_eq!(SessionResponse::decode(answers[0].payload()), Ok(nobody(name)));
    }
    let mut peer = bench.login(&UDP, number(Role::Read));
    bench.wait(100);
    let answers = peer.send(&mut bench, &read(command::SESSION));
    let expected = SessionResponse {
        transport: "udp",
        role: Some("read"),
        key: Some(number(Role::Read)),
        idle: Some(300),
        remaining: Some(3500),
    };
    assert_eq!(SessionResponse::decode(answers[0].payload()), Ok(expected));
    let answers = bench.send(&UDP, &read(command::SESSION));
    assert_eq!(SessionResponse::decode(answers[0].payload()), Ok(nobody("udp")));
}

#[test]
fn logged_out() {
    let mut bench = Bench::new();
    let mut peer = bench.login(&UDP, number(Role::Operate));
    let logout = access(Operation::Write, command::LOGOUT, b"");
    assert_eq!(bench.says(&UDP, &logout), DENIED);
    // What is under the same seal behind it is nobody's.
    let answers = peer.send(&mut bench, &[&logout[..], IS_ON, SWITCH_ON].concat());
    assert_eq!(answers.iter().map(|answer| answer.said()).collect::<Vec<_>>(), [Said::Success, Said::Success, DENIED]);
    assert!(answers.iter().all(|answer| answer.is_sealed()));
    assert_eq!(peer.says(&mut bench, IS_ON), DENIED);
    assert_eq!(bench.counters.unknown_sessions.get(), 1);
}

#[test]
fn without_freshness_nobody_logs_in() {
    let mut bench = Bench::new();
    let attempt = Attempt::new(bench.challenge(&UDP), number(Role::Read), &key(number(Role::Read)));
    bench.state.fresh.set(None);
    for packet in [read(command::CHALLENGE), attempt.packet()] {
        assert_eq!(bench.says(&UDP, &packet), Said::Group(code::NO_FRESHNESS));
    }
}

#[test]
fn there_is_always_room_for_the_seal() {
    let tasks = b"\x08\0\0\0\0\0\x07\x02";
    let mut bench = Bench::new();
    let mut peer = bench.login(&UDP, number(Role::Operate));
    let whole = bench.send(&UDP, tasks)[0].bytes.len();
    for room in 0..whole + 70 {
        bench.room = room;
        let plain = bench.send(&UDP, tasks);
        let sealed = peer.send(&mut bench, tasks);
        assert_eq!(sealed.len(), usize::from(room >= 14 + seal::LENGTH), "{room} bytes");
        // The same with a seal as without.
        assert_eq!(
            plain.iter().map(|answer| answer.payload()).collect::<Vec<_>>(),
            sealed.iter().map(|answer| answer.payload()).collect::<Vec<_>>()
        );
        for answer in sealed {
            assert!(answer.is_sealed() && answer.bytes.len() <= room);
            assert_eq!(answer.said() == Said::Success, room >= whole + seal::LENGTH);
        }
    }
}

#[test]
fn the_group_is_listed_behind_the_others() {
    let mut bench = Bench::new();
    let ask = |command| [&[8, 0, 0, 0, 0, 10, 7][..], &[command]].concat();
    let count = bench.send(&UDP, &ask(0));
    let count = CountResponse::decode(count[0].payload()).unwrap().count;
    let listed = bench.send(&UDP, &ask(1));
    let listed: Vec<u16> = ListResponse::decode(listed[0].payload()).unwrap().groups.iter().collect();
    assert_eq!((listed.len(), &listed[listed.len() - 2..]), (count.into(), &[10, 67][..]));
    let single = |bench: &mut Bench, index| {
        bench.send(&UDP, &[&[8, 0, 0, 8, 0, 10, 7, 2][..], b"\xa1eindex", &[index]].concat())
    };
    let last = u8::try_from(count).unwrap() - 1;
    assert_eq!(single(&mut bench, last)[0].payload(), b"\xbfegroup\x18\x43cend\xf5\xff");
    assert_eq!(single(&mut bench, last - 1)[0].payload(), b"\xbfegroup\x0a\xff");
    assert_eq!(single(&mut bench, last + 1)[0].said(), Said::Group(4));
    let details = bench.send(&UDP, &ask(3));
    let details = DetailsResponse::decode(details[0].payload()).unwrap().groups.iter().last().unwrap();
    assert_eq!((details.group, details.name, details.handlers), (67, Some("access"), Some(7)));
}

fn keys(bench: &mut Bench) -> (Vec<(u8, String)>, u32) {
    let answers = bench.send(&SERIAL, &read(command::KEYS));
    let KeysResponse { keys, room } = KeysResponse::decode(answers[0].payload()).unwrap();
    (keys.iter().map(|Key { id, role }| (id, role.to_owned())).collect(), room)
}

#[test]
fn keys_are_written_over_serial() {
    let mut bench = Bench::new();
    let mut administrator = bench.login(&UDP, number(Role::Administer));
    let new = add(9, "operate", &[9; 32]);
    assert_eq!(administrator.says(&mut bench, &new), Said::Group(code::WRONG_TRANSPORT));
    assert_eq!(bench.says(&UDP, &new), DENIED);
    assert_eq!(bench.says(&SERIAL, &new), Said::Success);
    assert_eq!(bench.state.keys.borrow()[&3], [&[1, 9, 2][..], &[9; 32]].concat());
    let told = [(0xa1, "read"), (0xa2, "operate"), (0xa3, "administer"), (9, "operate")];
    assert_eq!(keys(&mut bench), (told.map(|(id, role)| (id, role.to_owned())).to_vec(), 4));
    assert_eq!(bench.login(&UDP, 9).says(&mut bench, RESET), Said::Success);
    // Over a restart, and until it is removed.
    let mut bench = bench.restart();
    let mut peer = bench.login(&UDP, 9);
    assert_eq!(bench.says(&SERIAL, &delete(9)), Said::Success);
    assert_eq!(peer.says(&mut bench, IS_ON), DENIED);
    let removed = Attempt::new(bench.challenge(&UDP), 9, &key(9));
    assert_eq!(bench.says(&UDP, &removed.packet()), DENIED);
    assert_eq!(bench.says(&SERIAL, &delete(9)), Said::Group(code::UNKNOWN_KEY));
    assert_eq!(bench.restart().state.keys.borrow()[&3], b"");
}

#[test]
fn another_key_in_its_place_ends_its_sessions() {
    let mut bench = Bench::new();
    let mut peer = bench.login(&UDP, number(Role::Operate));
    let mut other = bench.login(&OTHER_PORT, number(Role::Read));
    assert_eq!(bench.says(&SERIAL, &add(number(Role::Operate), "read", &[1; 32])), Said::Success);
    assert_eq!(keys(&mut bench).1, 5);
    assert_eq!(peer.says(&mut bench, IS_ON), DENIED);
    assert_eq!(other.says(&mut bench, IS_ON), Said::Success);
    let old = Attempt::new(bench.challenge(&UDP), number(Role::Operate), &key(number(Role::Operate)));
    assert_eq!(bench.says(&UDP, &old.packet()), DENIED);
    let mut new = bench.opened(&UDP, &Attempt { key: [1; 32], ..old });
    assert_eq!(new.says(&mut bench, SWITCH_ON), DENIED);
}

#[test]
fn what_is_no_key_and_where_there_is_no_room() {
    let mut bench = Bench::new();
    let invalid = Said::Group(code::INVALID_KEY);
    for (id, role, key) in [
        (9, Some("operate"), None),
        (9, None, Some(&[9; 32][..])),
        (9, Some("root"), Some(&[9; 32])),
        (9, Some("operate"), Some(&[9; 31])),
        (9, Some("operate"), Some(&[9; 33])),
        (9, Some("operate"), Some(&[0; 32])),
        (9, Some("operate"), Some(&[])),
    ] {
        let request = KeyRequest { id, role, key, delete: Some(false) };
        assert_eq!(bench.says(&SERIAL, &write_key(&request)), invalid, "{request:?}");
    }
    assert_eq!(bench.says(&SERIAL, b"\x0a\0\0\x06\0\x43\x07\x05\xa1bid\x19\x01\0"), Said::Smp(3));
    for id in 0..5 {
        assert_eq!(bench.says(&SERIAL, &add(id, "read", &[1; 32])), Said::Success);
    }
    assert_eq!((keys(&mut bench).0.len(), keys(&mut bench).1), (KEYS, 0));
    assert_eq!(bench.says(&SERIAL, &add(5, "read", &[1; 32])), Said::Group(code::NO_ROOM));
    assert_eq!(bench.says(&SERIAL, &add(4, "operate", &[2; 32])), Said::Success);
    assert_eq!(bench.says(&SERIAL, &delete(0)), Said::Success);
    assert_eq!(bench.says(&SERIAL, &add(5, "read", &[1; 32])), Said::Success);
}

#[test]
fn what_cannot_be_kept_is_not_changed() {
    let mut bench = Bench::new();
    let before = keys(&mut bench);
    let mut peer = bench.login(&UDP, number(Role::Operate));
    bench.state.keeps.set(false);
    for packet in
        [add(9, "read", &[9; 32]), add(number(Role::Operate), "read", &[9; 32]), delete(number(Role::Operate))]
    {
        assert_eq!(bench.says(&SERIAL, &packet), Said::Group(code::NOT_KEPT));
    }
    assert_eq!(bench.says(&SERIAL, &set(&[rule(None, None, "allow")])), Said::Group(code::NOT_KEPT));
    assert_eq!(keys(&mut bench), before);
    assert_eq!(peer.says(&mut bench, SWITCH_ON), Said::Success);
    assert_eq!(bench.says(&UDP, RESET), DENIED);
}

/// All rules, asked for as often as it takes, and whether they are set.
fn policy(bench: &mut Bench) -> (Vec<String>, bool) {
    let (mut told, mut from) = (Vec::new(), None);
    loop {
        let answers = bench.send(&SERIAL, &access(Operation::Read, command::POLICY, &encoded(&PolicyRequest { from })));
        let PolicyResponse { set, rules, next } = PolicyResponse::decode(answers[0].payload()).unwrap();
        told.extend(rules.iter().map(|WireRule { transport, group, command, access }| {
            let [group, command] =
                [group, command.map(u16::from)].map(|number| number.map_or("*".into(), |number| number.to_string()));
            format!("{} {group} {command} {access}", transport.unwrap_or("*"))
        }));
        from = next;
        if from.is_none() {
            return (told, set);
        }
    }
}

const TRANSPORTS: [&str; 6] = [
    "serial 0 0 allow",
    "serial 9 * allow",
    "serial * * allow",
    "udp 0 0 allow",
    "udp 9 * read_only",
    "udp * * read_only",
];

#[test]
fn rules_are_set_kept_and_taken_back() {
    let built = Rule { transport: Some(Transport::Udp), group: Some(66), command: Some(1), access: Access::Allow };
    let mut bench = Bench::with(&[built], Access::Allow, Access::ReadOnly);
    let of_build = ([&["udp 66 1 allow"][..], &TRANSPORTS].concat().into_iter().map(String::from).collect(), false);
    assert_eq!(policy(&mut bench), of_build);
    assert_eq!(bench.says(&UDP, SWITCH_ON), Said::Success);

    let mut administrator = bench.login(&UDP, number(Role::Administer));
    let reset = WireRule { command: Some(5), ..rule(Some("udp"), Some(0), "allow") };
    assert_eq!(administrator.says(&mut bench, &set(&[reset])), Said::Success);
    let expected = ([&["udp 0 5 allow"][..], &TRANSPORTS].concat().into_iter().map(String::from).collect(), true);
    assert_eq!(policy(&mut bench), expected);
    for round in 0..2 {
        // In the place of the build's, also after a restart.
        assert_eq!(bench.says(&UDP, SWITCH_ON), DENIED, "{round}");
        assert_eq!(bench.says(&UDP, RESET), Said::Success);
        bench = bench.restart();
    }
    assert_eq!(bench.says(&SERIAL, &set(&[])), Said::Success);
    assert_eq!(policy(&mut bench), (TRANSPORTS.map(String::from).to_vec(), true));
    assert_eq!(bench.says(&SERIAL, &back_to_default()), Said::Success);
    assert_eq!(policy(&mut bench), of_build);
    assert_eq!(*bench.state.policy.borrow(), b"");
    assert_eq!(bench.says(&UDP, SWITCH_ON), Said::Success);
}

#[test]
fn as_many_rules_as_there_may_be_are_told_in_parts() {
    let mut bench = Bench::new();
    let rules: Vec<_> = (0..RULES)
        .map(|place| WireRule {
            group: Some(300 + u16::try_from(place).unwrap()),
            command: Some(200),
            ..rule(Some("serial"), None, "authenticated")
        })
        .collect();
    assert_eq!(bench.says(&SERIAL, &set(&rules)), Said::Success);
    let whole = policy(&mut bench);
    assert_eq!(whole.0.len(), RULES + TRANSPORTS.len());
    assert_eq!(whole.0[15], "serial 315 200 authenticated");
    for room in [140, 200, 384] {
        bench.room = room;
        assert_eq!(policy(&mut bench), whole, "{room} bytes");
    }
    // Not even one fits.
    bench.room = 90;
    assert_eq!(bench.says(&SERIAL, &read(command::POLICY)), Said::Smp(7));
    let too_many = [&rules[..], &rules[..1]].concat();
    bench.room = 384;
    assert_eq!(bench.says(&SERIAL, &set(&too_many)), Said::Group(code::INVALID_RULES));
    assert_eq!(policy(&mut bench), whole);
}

#[test]
fn what_are_no_rules() {
    let mut bench = Bench::new();
    for one in [rule(Some("usb"), None, "allow"), rule(None, None, "maybe"), rule(Some(""), None, "allow")] {
        assert_eq!(bench.says(&SERIAL, &set(&[one])), Said::Group(code::INVALID_RULES));
    }
    let both = PolicyWrite { rules: Some(List::Values(&[])), default: Some(true) };
    let neither = PolicyWrite { rules: None, default: None };
    let not = PolicyWrite { rules: None, default: Some(false) };
    for request in [both, neither, not] {
        assert_eq!(bench.says(&SERIAL, &access(Operation::Write, command::POLICY, &encoded(&request))), Said::Smp(3));
    }
    for payload in [
        &b"\xa1erules\x81\x83\xf6\xf6\xf6"[..],
        b"\xa1erules\x81\x84\x01\xf6\xf6eallow",
        b"\xa1erules\x81\x84\xf6\x1a\0\x01\0\0\xf6eallow",
        b"\xa1erules\xf5",
    ] {
        assert_eq!(
            bench.says(&SERIAL, &access(Operation::Write, command::POLICY, payload)),
            Said::Smp(3),
            "{payload:02x?}"
        );
    }
    assert!(!policy(&mut bench).1);
}

/// Who could not set the policy again does not set it.
#[test]
fn nobody_locks_himself_out() {
    let locked = Said::Group(code::WOULD_LOCK_OUT);
    let closed = [
        rule(Some("serial"), None, "authenticated"),
        rule(None, None, "read_only"),
        rule(Some("serial"), Some(67), "refuse"),
        WireRule { command: Some(command::POLICY), ..rule(None, Some(67), "refuse") },
    ];
    let mut bench = Bench::new();
    for (place, one) in closed.into_iter().enumerate() {
        assert_eq!(bench.says(&SERIAL, &set(&[one])), locked, "{place}");
    }
    assert!(!policy(&mut bench).1);
    // An administrator's session does, as long as he can log in again.
    let mut peer = bench.login(&SERIAL, number(Role::Administer));
    assert_eq!(peer.says(&mut bench, &set(&closed[2..3])), locked);
    assert_eq!(peer.says(&mut bench, &set(&closed[3..])), locked);
    let no_login = WireRule { command: Some(command::LOGIN), ..rule(None, Some(67), "refuse") };
    assert_eq!(peer.says(&mut bench, &set(&[no_login, closed[0]])), locked);
    assert_eq!(peer.says(&mut bench, &set(&closed[..1])), Said::Success);
    // Which now is needed.
    assert_eq!(bench.says(&SERIAL, &back_to_default()), DENIED);
    assert_eq!(bench.says(&SERIAL, IS_ON), DENIED);
    // Nor does he take the key from himself, or make it less.
    let own = number(Role::Administer);
    for packet in [delete(own), add(own, "operate", &[1; 32])] {
        assert_eq!(peer.says(&mut bench, &packet), locked);
    }
    assert_eq!(peer.says(&mut bench, &delete(number(Role::Operate))), Said::Success);
    // Another key in the place of his own, by which he logs in from then on. Its answer is sealed still.
    let answers = peer.send(&mut bench, &add(own, "administer", &[1; 32]));
    assert!(answers[0].said() == Said::Success && answers[0].is_sealed());
    assert_eq!(peer.says(&mut bench, &back_to_default()), DENIED);
    let attempt = Attempt::new(bench.challenge(&SERIAL), own, &[1; 32]);
    assert_eq!(bench.opened(&SERIAL, &attempt).says(&mut bench, &back_to_default()), Said::Success);
}

#[test]
fn going_back_to_the_default_is_looked_at_too() {
    let mut bench = Bench::with(&[], Access::Allow, Access::Refuse);
    assert_eq!(bench.says(&SERIAL, &set(&[rule(Some("udp"), None, "read_only")])), Said::Success);
    let mut peer = bench.login(&UDP, number(Role::Administer));
    assert_eq!(peer.says(&mut bench, &back_to_default()), Said::Group(code::WOULD_LOCK_OUT));
    assert_eq!(bench.says(&SERIAL, &back_to_default()), Said::Success);
    assert_eq!(peer.says(&mut bench, IS_ON), DENIED);
}

/// What was kept by somebody else, or damaged, is not taken, and the build's rules stay.
#[test]
fn what_is_restored_is_looked_at() {
    let mut bench = Bench::new();
    let control: &mut AccessControl<'_, _> = bench.server.policy_mut();
    for kept in
        [&b""[..], b"\0", b"\x02", b"\x01\x00", b"\x01\x0c\0\0\0", b"\x01\x40\0\0\0", &[1; 66], &[1; 1 + 4 * 17]]
    {
        assert!(!control.restore_policy(kept), "{kept:02x?}");
    }
    let places = usize::MAX;
    assert!(!control.restore_key(places, &[1; 35]));
    assert_eq!(control.access(&UDP, 0, 5), Access::ReadOnly);
    assert!(!policy(&mut bench).1);
}

/// What a caller says to be counts for nothing.
#[test]
fn an_identity_is_the_servers_to_give() {
    let mut bench = Bench::new();
    let identity = westerly_server::Identity::Session { key: number(Role::Administer), role: Role::Administer };
    assert_eq!(bench.says(&Caller { identity, ..UDP }, SWITCH_ON), DENIED);
}

fn anybody(bench: &mut Bench) -> Vec<Peer> {
    Role::ALL.map(|role| bench.login(&SERIAL, number(role))).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever is asked, by whomever: no answer has anything of a key in it, of a session's neither.
    #[test]
    fn no_answer_tells_a_key(
        requests in prop::collection::vec((0u8..8, any::<bool>(), prop::collection::vec(any::<u8>(), 0..60), 0usize..4), 1..20),
        room in 70usize..1472,
    ) {
        let mut bench = Bench::new();
        let mut peers = anybody(&mut bench);
        let secrets: Vec<_> = Role::ALL.map(|role| key(number(role))).into_iter().chain(peers.iter().map(|peer| peer.secret)).collect();
        bench.room = room;
        for (command, write, payload, who) in requests {
            let operation = if write { Operation::Write } else { Operation::Read };
            let packet = access(operation, command, &payload);
            let answers = match peers.get_mut(who) {
                Some(peer) => peer.send(&mut bench, &packet),
                None => bench.send(&SERIAL, &packet),
            };
            for answer in answers {
                let told = |secret: &[u8; 32]| answer.bytes.windows(8).any(|part| secret.windows(8).any(|of| of == part));
                prop_assert!(!secrets.iter().any(told), "{:02x?}", answer.bytes);
            }
        }
    }
}
