// SPDX-License-Identifier: Apache-2.0
//! Requests as peers send them: every command of every group, with the keys it takes and values that mean something to the device
//! of the tests, or do not, and now and then damaged. Written by hand from the protocol's documents, so that it does not share
//! a mistake with westerly-wire.

use crate::choices::Choices;

/// The image that can be brought.
pub const UPDATE: &[u8] = include_bytes!("../../crates/westerly-server/tests/device/update.bin");

/// What a key's value should be.
#[derive(Clone, Copy)]
pub enum Kind {
    Text(&'static [&'static str]),
    Unsigned(&'static [u64]),
    /// Integers and floats.
    Number,
    Boolean,
    Bytes(&'static [&'static [u8]]),
    Texts(&'static [&'static str]),
    Numbers(&'static [u64]),
    Rules,
    /// A key for the access group: 32 bytes, or not.
    Secret,
}

pub struct Command {
    pub group: u16,
    pub command: u8,
    pub write: bool,
    pub keys: &'static [(&'static str, Kind)],
}

const fn read(group: u16, command: u8, keys: &'static [(&'static str, Kind)]) -> Command {
    Command { group, command, write: false, keys }
}

const fn write(group: u16, command: u8, keys: &'static [(&'static str, Kind)]) -> Command {
    Command { group, command, write: true, keys }
}

const NAMES: Kind = Kind::Text(&[
    "device/name",
    "device/serial",
    "device/long",
    "device/longer",
    "device/empty",
    "device/liar",
    "device/broken",
    "device/trigger",
    "filter/period",
    "device",
    "secret/a",
    "secret",
    "access/key",
    "/access//key/",
    "access/keys",
    "access",
    "nothing",
    "device/nothing",
    "",
    "a name that is too long for it",
    "access/key=",
]);
const PATHS: Kind = Kind::Text(&[
    "/ram/a",
    "/ram/b",
    "/lfs1/c",
    "/rom/hello",
    "/rom/none",
    "/ram/broken",
    "/ram/folder",
    "/ram",
    "/lfs1/none/a",
    "/ram/a.~0",
    "/ram/a/../b",
    "ram/a",
    "/other/a",
    "",
    "/ram/a name as long as none",
    "/ram/\0",
    "/ram/d",
    "/ram/e",
    "/ram/A",
]);
const SMALL: Kind = Kind::Unsigned(&[0, 1, 2, 3, 4, 5, 7, 200, 255, 256, 65_536, 0xffff_ffff, u64::MAX]);
const OFFSETS: Kind = Kind::Unsigned(&[0, 5, 8, 12, 16, 32, 36, 64, 80, 96, 97, 128, 0xffff_ffff, 1 << 32, u64::MAX]);
const LENGTHS: Kind = Kind::Unsigned(&[0, 8, 12, 16, 32, 64, 80, 96, 97, 108, 110, 512, 768, 0xffff_ffff, 1 << 32]);
const DATA: Kind = Kind::Bytes(&[
    b"",
    b"01234567",
    b"exactly 16 bytes",
    &[0x55; 32],
    &[0xaa; 64],
    &[0; 80],
    &[0xff; 96],
    crate::device::RUNNING,
    UPDATE,
]);
const SHA: Kind = Kind::Bytes(&[&[0; 32], &[1; 32], &[2; 31], b""]);
/// The hash in the TLVs of what runs and of what can be brought.
const HASHES: Kind =
    Kind::Bytes(&[crate::device::RUNNING.split_at(76).1, UPDATE.split_at(164).1, &[0; 32], &[0; 31], &[0; 48], b""]);
const LEVELS: Kind = Kind::Text(&["off", "error", "warn", "info", "debug", "trace", "loud", ""]);
const LINES: Kind = Kind::Text(&["led0", "button0", "relay", "loose", "none", ""]);
const ROLES: Kind = Kind::Text(&["read", "operate", "administer", "root", ""]);
const TOPICS: Kind = Kind::Numbers(&[1, 2, 7, 200, 3, 255, 256, u64::MAX]);
const TOPIC: Kind = Kind::Unsigned(&[1, 2, 7, 200, 3, 256]);
const PERIODS: Kind = Kind::Unsigned(&[0, 1, 100, 1000, 60_000, 3_600_000, 86_400_000, 0xffff_ffff]);

/// Every command, and some that do not exist.
pub const COMMANDS: &[Command] = &[
    // OS.
    write(0, 0, &[("d", Kind::Text(&["", "a", "hello", "a line that is somewhat longer than the others"]))]),
    read(0, 0, &[("d", Kind::Text(&["read"]))]),
    write(0, 1, &[("echo", Kind::Boolean)]),
    read(0, 2, &[]),
    read(0, 3, &[]),
    read(0, 4, &[]),
    write(
        0,
        4,
        &[(
            "datetime",
            Kind::Text(&[
                "2026-11-22T15:09:21",
                "1999-12-31T23:59:59.999999",
                "2024-02-29T00:00:00.5Z",
                "2023-02-29T00:00:00",
                "2026-11-22T15:09:21+02:00",
                "2026-13-01T00:00:00",
                "",
            ]),
        )],
    ),
    write(0, 5, &[("force", Kind::Boolean), ("boot_mode", Kind::Unsigned(&[0, 1, 255, 256]))]),
    read(0, 6, &[]),
    read(
        0,
        7,
        &[(
            "format",
            Kind::Text(&["", "s", "n", "r", "v", "b", "m", "p", "i", "o", "a", "snrvbmpio", "z", "ss", "sa"]),
        )],
    ),
    read(0, 8, &[("query", Kind::Text(&["mode", "", "none"]))]),
    // Images.
    read(1, 0, &[]),
    write(1, 0, &[("hash", HASHES), ("confirm", Kind::Boolean)]),
    write(
        1,
        1,
        &[
            ("off", OFFSETS),
            ("data", DATA),
            ("len", LENGTHS),
            ("sha", SHA),
            ("upgrade", Kind::Boolean),
            ("image", SMALL),
        ],
    ),
    write(1, 5, &[("slot", SMALL)]),
    read(1, 6, &[]),
    // Statistics.
    read(2, 0, &[("name", Kind::Text(&["door", "wide", "none", "flood", "server", "smp_server", "nothing", ""]))]),
    read(2, 1, &[]),
    // Settings.
    read(3, 0, &[("name", NAMES), ("max_size", SMALL)]),
    write(3, 0, &[("name", NAMES), ("val", DATA)]),
    write(3, 1, &[("name", NAMES)]),
    write(3, 2, &[]),
    read(3, 3, &[]),
    write(3, 3, &[("name", NAMES)]),
    // Files.
    read(8, 0, &[("off", OFFSETS), ("name", PATHS)]),
    write(8, 0, &[("off", OFFSETS), ("data", DATA), ("name", PATHS), ("len", LENGTHS)]),
    read(8, 1, &[("name", PATHS)]),
    read(
        8,
        2,
        &[
            ("name", PATHS),
            ("type", Kind::Text(&["crc32", "sha256", "md5", "a hash of long name"])),
            ("off", OFFSETS),
            ("len", LENGTHS),
        ],
    ),
    read(8, 3, &[]),
    write(8, 4, &[]),
    // Shell.
    write(
        9,
        0,
        &[(
            "argv",
            Kind::Texts(&[
                "echo",
                "a",
                "false",
                "flood",
                "bytes",
                "",
                " ",
                "a word that makes the line too long, and more",
            ]),
        )],
    ),
    // Enumeration.
    read(10, 0, &[]),
    read(10, 1, &[]),
    read(10, 2, &[("index", Kind::Unsigned(&[0, 1, 5, 10, 11, 12, 13, 255, 1 << 32]))]),
    read(10, 3, &[("groups", Kind::Numbers(&[0, 1, 8, 10, 64, 67, 99, 65_536]))]),
    // Storage.
    write(63, 0, &[]),
    // Telemetry.
    read(64, 0, &[("from", SMALL)]),
    read(64, 1, &[("since", OFFSETS), ("max", SMALL), ("topics", TOPICS), ("boot", Kind::Unsigned(&[5, 4, 6]))]),
    read(64, 2, &[("topics", TOPICS), ("from", SMALL)]),
    write(
        64,
        3,
        &[
            ("topic", TOPIC),
            ("default", Kind::Boolean),
            ("alarm", Kind::Boolean),
            ("period", PERIODS),
            ("window", SMALL),
            ("statistics", SMALL),
            ("deadband", Kind::Number),
            ("rate", PERIODS),
            ("raise", Kind::Number),
            ("clear", Kind::Number),
            ("output", SMALL),
        ],
    ),
    // Log.
    read(65, 0, &[("since", OFFSETS), ("max", SMALL), ("boot", Kind::Unsigned(&[5, 4, 6]))]),
    read(65, 1, &[]),
    write(65, 1, &[("level", LEVELS)]),
    read(65, 2, &[]),
    // Io.
    read(66, 0, &[("from", SMALL)]),
    read(66, 1, &[("name", LINES)]),
    write(66, 1, &[("name", LINES), ("value", Kind::Boolean)]),
    write(66, 2, &[("name", LINES), ("duration", Kind::Unsigned(&[0, 1, 500, 60_000, 60_001, 1 << 32]))]),
    // Access.
    read(67, 0, &[]),
    write(67, 1, &[("key", SMALL), ("challenge", SHA), ("nonce", SHA), ("mac", SHA)]),
    write(67, 2, &[("session", SMALL), ("counter", SMALL), ("mac", SHA)]),
    write(67, 3, &[]),
    read(67, 4, &[]),
    read(67, 5, &[]),
    write(67, 5, &[("id", SMALL), ("role", ROLES), ("key", Kind::Secret), ("delete", Kind::Boolean)]),
    read(67, 6, &[("from", SMALL)]),
    write(67, 6, &[("rules", Kind::Rules), ("default", Kind::Boolean)]),
    // Crash.
    read(68, 0, &[]),
    read(68, 1, &[("from", SMALL)]),
    write(68, 2, &[]),
    // What is not there.
    read(0, 9, &[]),
    read(1, 7, &[]),
    write(2, 0, &[]),
    read(3, 4, &[]),
    read(8, 5, &[]),
    read(9, 0, &[]),
    write(10, 0, &[]),
    read(63, 0, &[]),
    read(64, 4, &[]),
    write(68, 0, &[]),
    read(70, 0, &[]),
];

/// A request: its eight bytes of header and its payload.
pub fn request(choices: &mut Choices<'_>) -> Vec<u8> {
    request_of(choices, |_| true)
}

/// The same, of some of the commands.
pub fn request_of(choices: &mut Choices<'_>, which: impl Fn(&Command) -> bool) -> Vec<u8> {
    let commands: Vec<_> = COMMANDS.iter().filter(|command| which(command)).collect();
    let command = commands[choices.below(commands.len())];
    let shape = choices.byte();
    let mut payload = map(choices, command.keys, shape & 3 == 3);
    if shape & 0x0c == 0x0c {
        damage(choices, &mut payload);
    }
    let version = if shape & 0x30 == 0x30 { 0 } else { 1 };
    let mut packet = message(version, command.write, command.group, command.command, choices.byte(), &payload);
    if shape & 0xc0 == 0xc0 {
        damage(choices, &mut packet);
    }
    packet
}

/// A whole message of a payload, which is shorter than 64 KiB.
pub fn message(version: u8, write: bool, group: u16, command: u8, sequence: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).expect("a short payload").to_be_bytes();
    let group = group.to_be_bytes();
    let first = version << 3 | if write { 2 } else { 0 };
    [&[first, 0, length[0], length[1], group[0], group[1], sequence, command], payload].concat()
}

/// A map of some of the keys: in most cases all with what they should have.
fn map(choices: &mut Choices<'_>, keys: &[(&str, Kind)], odd: bool) -> Vec<u8> {
    if keys.is_empty() {
        return [&[][..], b"\xa0", b"\xbf\xff", b"\xa1\x61x\x01"][choices.below(4)].to_vec();
    }
    let left_out = choices.word();
    let mut chosen: Vec<_> = (0..keys.len()).filter(|place| left_out >> place & 1 == 0).collect();
    if odd && !chosen.is_empty() && choices.once_in(2) {
        chosen.rotate_left(1);
        // The same key twice, or one that nobody knows.
        chosen.extend(chosen.first().copied());
    }
    let mut map = if odd { vec![0xbf] } else { vec![0xa0 | chosen.len() as u8] };
    for place in chosen {
        let (key, kind) = keys[place];
        text(&mut map, key);
        value(choices, &mut map, kind, odd);
    }
    if odd {
        map.push(0xff);
    }
    map
}

fn value(choices: &mut Choices<'_>, into: &mut Vec<u8>, kind: Kind, odd: bool) {
    if odd && choices.once_in(4) {
        return implausible(choices, into);
    }
    match kind {
        Kind::Text(texts) => text(into, choices.of(texts)),
        Kind::Unsigned(numbers) => head(into, 0, choices.of(numbers)),
        Kind::Number => number(choices, into),
        Kind::Boolean => into.push(choices.of(&[0xf5, 0xf4])),
        Kind::Bytes(all) => bytes(into, choices.of(all)),
        Kind::Texts(texts) => {
            let count = choices.below(4);
            head(into, 4, count as u64);
            (0..count).for_each(|_| text(into, choices.of(texts)));
        }
        Kind::Numbers(numbers) => {
            let count = choices.below(4);
            head(into, 4, count as u64);
            (0..count).for_each(|_| head(into, 0, choices.of(numbers)));
        }
        Kind::Rules => rules(choices, into),
        Kind::Secret => bytes(into, &vec![choices.byte(); choices.of(&[32, 32, 32, 31, 0])]),
    }
}

fn number(choices: &mut Choices<'_>, into: &mut Vec<u8>) {
    match choices.below(8) {
        0 => head(into, 0, choices.word().into()),
        1 => head(into, 1, choices.word().into()),
        2 => into.extend([&[0xfa][..], &(f32::from(choices.word()) / 16.0).to_be_bytes()].concat()),
        3 => into.extend([&[0xfb][..], &(-f64::from(choices.word()) / 1000.0).to_be_bytes()].concat()),
        4 => into.extend([&[0xf9][..], &choices.word().to_be_bytes()].concat()),
        5 => into.extend([&[0xfa][..], &choices.of(&[f32::NAN, f32::INFINITY, f32::MAX, -0.0]).to_be_bytes()].concat()),
        6 => head(into, 0, choices.of(&[0x7fff_ffff, 0x8000_0000, 1 << 32, u64::MAX])),
        _ => into.push(0xf6),
    }
}

fn rules(choices: &mut Choices<'_>, into: &mut Vec<u8>) {
    let count = choices.of(&[0, 1, 2, 3, 4, 1, 2, 3, 4, 16, 17]);
    head(into, 4, count);
    for _ in 0..count {
        into.push(0x84);
        match choices.below(5) {
            0 | 1 => into.push(0xf6),
            2 => text(into, "serial"),
            3 => text(into, "udp"),
            _ => text(into, "pigeon"),
        }
        match choices.below(4) {
            0 | 1 => into.push(0xf6),
            2 => head(into, 0, choices.of(&[0, 1, 3, 8, 9, 63, 64, 67, 300])),
            _ => head(into, 0, 65_536),
        }
        match choices.below(3) {
            0 => into.push(0xf6),
            _ => head(into, 0, choices.below(8) as u64),
        }
        text(into, choices.of(&["allow", "read_only", "authenticated", "refuse", "perhaps"]));
    }
}

/// What no key wants, or wants written so.
fn implausible(choices: &mut Choices<'_>, into: &mut Vec<u8>) {
    match choices.below(12) {
        0 => into.push(0xf6),
        1 => into.extend(b"\x7f\x61a\x61b\xff"),
        2 => into.extend(b"\x5f\x41a\x41b\xff"),
        3 => into.extend(b"\x9f\x01\x9f\xff\xff"),
        4 => into.extend(b"\xbf\x01\xa0\xff"),
        5 => into.extend(b"\xc2\x42\x01\x02"),
        6 => into.extend(b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"),
        7 => into.extend(b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"),
        8 => into.extend(b"\x63\xff\xfe\xfd"),
        9 => into.extend([0x81; 20]),
        10 => {
            let count = choices.below(24);
            bytes(into, choices.bytes(count));
        }
        _ => {
            let count = choices.below(24);
            into.extend(choices.bytes(count));
        }
    }
}

/// Damages bytes as a line, or somebody, may.
pub fn damage(choices: &mut Choices<'_>, bytes: &mut Vec<u8>) {
    let place = usize::from(choices.word()) % (bytes.len() + 1);
    match choices.below(6) {
        0 => bytes.truncate(place),
        1 => bytes.insert(place, choices.byte()),
        2 => {
            let more = choices.below(32);
            bytes.extend_from_slice(choices.bytes(more));
        }
        3 if place < bytes.len() => drop(bytes.remove(place)),
        4 if place < bytes.len() => bytes[place] = choices.byte(),
        _ => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1 << choices.below(8);
            }
        }
    }
}

/// The head of an item: major type and number, as short as can be.
pub fn head(into: &mut Vec<u8>, major: u8, number: u64) {
    let major = major << 5;
    match number {
        0..24 => into.push(major | number as u8),
        24..0x100 => into.extend([major | 24, number as u8]),
        0x100..0x1_0000 => into.extend([&[major | 25][..], &(number as u16).to_be_bytes()].concat()),
        0x1_0000..0x1_0000_0000 => into.extend([&[major | 26][..], &(number as u32).to_be_bytes()].concat()),
        _ => into.extend([&[major | 27][..], &number.to_be_bytes()].concat()),
    }
}

pub fn text(into: &mut Vec<u8>, text: &str) {
    head(into, 3, text.len() as u64);
    into.extend(text.as_bytes());
}

pub fn bytes(into: &mut Vec<u8>, bytes: &[u8]) {
    head(into, 2, bytes.len() as u64);
    into.extend(bytes);
}
