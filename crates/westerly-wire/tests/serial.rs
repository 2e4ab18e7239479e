// SPDX-License-Identifier: Apache-2.0
//! The serial framing as a peer meets it: any portions, any damage, log text between lines.

use proptest::prelude::*;
use westerly_wire::serial::{Decoder, Drops, Encoder, LINE_MAX, crc16};

const CAPACITY: usize = 384;

fn encode(packet: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new(packet).unwrap();
    let mut line = [0; LINE_MAX];
    let mut lines = Vec::new();
    while let Some(line) = encoder.next_line(&mut line) {
        lines.extend_from_slice(line);
    }
    lines
}

/// Every packet of a stream, fed in portions of the given sizes in turn.
fn decode(stream: &[u8], portions: &[usize]) -> (Vec<Vec<u8>>, Drops) {
    let mut decoder = Decoder::<CAPACITY>::new();
    let mut packets = Vec::new();
    let mut rest = stream;
    let mut portions = portions.iter().cycle();
    while !rest.is_empty() {
        let (mut portion, behind) = rest.split_at(rest.len().min(*portions.next().unwrap()));
        rest = behind;
        while !portion.is_empty() {
            let fed = decoder.feed(portion);
            assert!(fed.consumed > 0 && fed.consumed <= portion.len());
            assert!(fed.packet.is_some() || fed.too_long.is_some() || fed.consumed == portion.len());
            packets.extend(fed.packet.map(<[u8]>::to_vec));
            portion = &portion[fed.consumed..];
        }
    }
    (packets, *decoder.drops())
}

fn decode_whole(stream: &[u8]) -> (Vec<Vec<u8>>, Drops) {
    decode(stream, &[usize::MAX])
}

const NO_DROPS: Drops = Drops { base64: 0, length: 0, checksum: 0, orphaned: 0, interrupted: 0 };

fn packet() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 8..=CAPACITY)
}

proptest! {
    #[test]
    fn any_portions_give_the_packets_sent(
        packets in prop::collection::vec(packet(), 1..4),
        portions in prop::collection::vec(1usize..200, 1..8),
        log in "[ -~\n]{0,40}",
    ) {
        let mut stream = Vec::new();
        for packet in &packets {
            stream.extend(log.bytes());
            stream.extend(encode(packet));
        }
        let (decoded, drops) = decode(&stream, &portions);
        prop_assert_eq!(decoded, packets);
        prop_assert_eq!(drops, NO_DROPS);
    }

    #[test]
    fn portions_make_no_difference_to_any_bytes(
        stream in prop::collection::vec(
            prop_oneof![Just(6u8), Just(9), Just(4), Just(0x14), Just(b'\n'), Just(b'='), any::<u8>(), 0x41u8..0x5b], 0..400),
        portions in prop::collection::vec(1usize..9, 1..8),
    ) {
        prop_assert_eq!(decode(&stream, &portions), decode_whole(&stream));
    }

    /// A packet that was not sent is given out only where the damaged stream really carries a right checksum.
    #[test]
    fn damage_never_makes_a_packet_without_its_checksum(
        packet in packet(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..6),
    ) {
        let mut stream = encode(&packet);
        for (place, byte, kind) in damage {
            let place = place.index(stream.len());
            match kind {
                0 => stream[place] = byte,
                1 => { stream.remove(place); }
                _ => stream.insert(place, byte),
            }
            if stream.is_empty() {
                break;
            }
        }
        for decoded in decode_whole(&stream).0 {
            prop_assert!(decoded == packet || carries(&stream, &decoded), "{decoded:02x?} from {stream:02x?}");
        }
        // And the stream is in step again at the next marker.
        stream.extend(encode(&packet));
        let (decoded, _) = decode_whole(&stream);
        prop_assert_eq!(decoded.last(), Some(&packet));
    }
}

/// Whether `packet` with its length and checksum can be read off the lines of `stream` the plain way, starting at some marker.
fn carries(stream: &[u8], packet: &[u8]) -> bool {
    use base64::Engine as _;
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    );
    let mut expected = u16::try_from(packet.len() + 2).unwrap().to_be_bytes().to_vec();
    expected.extend(packet);
    expected.extend(crc16(packet).to_be_bytes());
    (0..stream.len()).any(|start| {
        let mut raw = Vec::new();
        let mut rest = &stream[start..];
        while let [6 | 4, 9 | 0x14, behind @ ..] = rest {
            let end = behind.iter().position(|b| matches!(b, b'\n' | b'\r' | 4 | 6)).unwrap_or(behind.len());
            match engine.decode(&behind[..end]) {
                Ok(part) => raw.extend(part),
                Err(_) => return false,
            }
            if raw == expected {
                return true;
            }
            rest = &behind[end..];
            // Between lines anything may stand.
            while !matches!(rest, [6, 9, ..] | [4, 0x14, ..] | []) {
                rest = &rest[1..];
            }
        }
        false
    })
}

const ECHO: &[u8] = b"\x0a\0\0\x06\0\0\x07\0\xbfadaa\xff";
const LINE: &[u8] = b"\x06\x09ABAKAAAGAAAHAL9hZGFh/7/0\n";

#[test]
fn golden_line() {
    assert_eq!(encode(ECHO), LINE);
    assert_eq!(decode_whole(LINE), (vec![ECHO.to_vec()], NO_DROPS));
}

#[test]
fn carriage_return_before_the_newline() {
    let mut stream = LINE.to_vec();
    stream.insert(stream.len() - 1, b'\r');
    assert_eq!(decode_whole(&stream), (vec![ECHO.to_vec()], NO_DROPS));
}

#[test]
fn a_stray_zero_before_the_marker() {
    let stream = [b"\0", LINE].concat();
    assert_eq!(decode_whole(&stream), (vec![ECHO.to_vec()], NO_DROPS));
}

#[test]
fn two_requests_in_one_burst() {
    let full: Vec<u8> = (0..CAPACITY).map(|i| i as u8).collect();
    let stream = encode(&full).repeat(2);
    assert_eq!(decode_whole(&stream), (vec![full.clone(), full], NO_DROPS));
}

#[test]
fn checksum_split_over_two_lines() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    for cut in 1..16 {
        let raw = [&[0, 16], ECHO, &crc16(ECHO).to_be_bytes()].concat();
        let stream = [
            b"\x06\x09",
            engine.encode(&raw[..cut]).as_bytes(),
            b"\n\x04\x14",
            engine.encode(&raw[cut..]).as_bytes(),
            b"\n",
        ]
        .concat();
        assert_eq!(decode_whole(&stream), (vec![ECHO.to_vec()], NO_DROPS), "cut at {cut}");
    }
}

#[test]
fn a_lost_newline_before_the_next_packet() {
    let stream = [&LINE[..LINE.len() - 1], LINE].concat();
    assert_eq!(decode_whole(&stream), (vec![ECHO.to_vec(), ECHO.to_vec()], NO_DROPS));
}

#[test]
fn what_is_dropped_is_counted() {
    let mut wrong_checksum = LINE.to_vec();
    wrong_checksum[10] = b'B';
    for (stream, drops) in [
        (&b"\x04\x14AAAA\n"[..], Drops { orphaned: 1, ..NO_DROPS }),
        (b"\x06\x09AB?K\n", Drops { base64: 1, ..NO_DROPS }),
        (b"\x06\x09ABAKA\n", Drops { base64: 1, ..NO_DROPS }),
        (b"\x06\x09AB=K\n", Drops { base64: 1, ..NO_DROPS }),
        (b"\x06\x09A===\n", Drops { base64: 1, ..NO_DROPS }),
        // Shorter than a header, longer than the decoder's capacity, longer than announced.
        (b"\x06\x09AAkAAAAA\n", Drops { length: 1, ..NO_DROPS }),
        (b"\x06\x09AYMAAAAA\n", Drops { length: 1, ..NO_DROPS }),
        (b"\x06\x09AAoAAAAAAAAAAAAAAAAA\n", Drops { length: 1, ..NO_DROPS }),
        (&wrong_checksum, Drops { checksum: 1, ..NO_DROPS }),
        (b"\x06\x09ABAK\n\x06\x09ABAK\n", Drops { interrupted: 1, ..NO_DROPS }),
    ] {
        assert_eq!(decode_whole(stream), (vec![], drops), "{stream:?}");
        let followed = [stream, LINE].concat();
        assert_eq!(decode_whole(&followed).0, [ECHO], "{stream:?}");
    }
}

#[test]
fn the_longest_and_the_shortest_packet() {
    for length in [8, CAPACITY] {
        let packet = vec![0x5a; length];
        assert_eq!(decode_whole(&encode(&packet)).0, [packet]);
    }
    assert_eq!(decode_whole(&encode(&[0; CAPACITY + 1])), (vec![], Drops { length: 1, ..NO_DROPS }));
    assert_eq!(decode_whole(&encode(&[0; 7])), (vec![], Drops { length: 1, ..NO_DROPS }));
}

/// The beginnings of packets that were too long, fed in portions of `portion` bytes.
fn too_long(stream: &[u8], portion: usize) -> (Vec<Vec<u8>>, Drops) {
    let mut decoder = Decoder::<CAPACITY>::new();
    let mut starts = Vec::new();
    for mut portion in stream.chunks(portion) {
        while !portion.is_empty() {
            let fed = decoder.feed(portion);
            assert!(fed.packet.is_none() || fed.too_long.is_none());
            starts.extend(fed.too_long.map(<[u8]>::to_vec));
            portion = &portion[fed.consumed..];
        }
    }
    (starts, *decoder.drops())
}

#[test]
fn the_beginning_of_a_packet_that_is_too_long_is_told_when_all_of_it_was_right() {
    for length in [CAPACITY + 1, CAPACITY + 2, 2000, 65_533] {
        let packet: Vec<u8> = (0..length).map(|place| (place % 251) as u8).collect();
        let stream = encode(&packet);
        for portion in [1, 7, 64, stream.len()] {
            let told = too_long(&stream, portion);
            assert_eq!(
                told,
                (vec![packet[..CAPACITY].to_vec()], Drops { length: 1, ..NO_DROPS }),
                "{length} {portion}"
            );
        }
        // And the next packet arrives.
        assert_eq!(decode_whole(&[&stream[..], LINE].concat()).0, [ECHO]);
    }
}

#[test]
fn a_damaged_packet_that_is_too_long_is_not_told_of_and_counted_once() {
    let stream = encode(&[0x5a; CAPACITY + 1]);
    let first_line = 1 + stream.iter().position(|&byte| byte == b'\n').unwrap();
    let mut checksum = stream.clone();
    // Base64 all the same.
    checksum[first_line + 10] ^= 1;
    let mut not_base64 = stream.clone();
    not_base64[first_line + 10] = b'?';
    let mut damaged_length = LINE.to_vec();
    damaged_length[2] = b'Q';
    for (damaged, drops) in [
        (checksum, Drops { length: 1, ..NO_DROPS }),
        // Its last lines continue nothing.
        (not_base64, Drops { length: 1, orphaned: 3, ..NO_DROPS }),
        (stream[..first_line].to_vec(), Drops { length: 1, ..NO_DROPS }),
        (damaged_length, Drops { length: 1, ..NO_DROPS }),
    ] {
        assert_eq!(too_long(&damaged, usize::MAX), (vec![], drops));
        let (packets, counted) = decode_whole(&[&damaged[..], LINE].concat());
        assert_eq!((packets, counted), (vec![ECHO.to_vec()], drops));
    }
}

#[test]
fn a_continuation_behind_a_packet_that_was_too_long_is_orphaned() {
    let stream = [&encode(&[0; CAPACITY + 1])[..], b"\x04\x14AAAA\n"].concat();
    assert_eq!(decode_whole(&stream), (vec![], Drops { length: 1, orphaned: 1, ..NO_DROPS }));
}
