// SPDX-License-Identifier: Apache-2.0
//! The serial decoder on any stream in any portions, and the encoder on what came out.
//!
//! Input: a byte that chooses the portions, then the stream.
#![no_main]

use std::iter::{repeat, repeat_with};

use libfuzzer_sys::fuzz_target;
use westerly_fuzz::lines::is_carried;
use westerly_wire::header;
use westerly_wire::serial::{Decoder, Drops, Encoder, Fed, LINE_MAX, crc16, encoded_length};

/// The firmware's capacity, and one so small that lengths beyond it are common, and one beyond which no length is.
const CAPACITY: usize = 384;
const SMALL: usize = 16;
const LARGEST: usize = 65_533;

const ECHO: &[u8] = b"\x0a\0\0\x06\0\0\x07\0\xbfadaa\xff";

fuzz_target!(|input: &[u8]| {
    let Some((&seed, stream)) = input.split_first() else { return };
    check::<CAPACITY>(seed, stream);
    check::<SMALL>(seed, stream);
    let (whole, _) = told::<LARGEST>(stream, &mut repeat(usize::MAX));
    cut_and_told::<CAPACITY>(stream, &whole);
    cut_and_told::<SMALL>(stream, &whole);
});

/// What is too long is what a decoder with room for it gives, as much of it as there is room for.
fn cut_and_told<const N: usize>(stream: &[u8], whole: &[Vec<u8>]) {
    let (told, _) = told::<N>(stream, &mut repeat(usize::MAX));
    let cut: Vec<&[u8]> = whole.iter().map(|packet| &packet[..packet.len().min(N)]).collect();
    assert_eq!(told, cut, "a smaller decoder makes a difference");
}

fn check<const N: usize>(seed: u8, stream: &[u8]) {
    let (packets, drops) = decode::<N>(stream, &mut repeat(usize::MAX));
    assert_eq!(told::<N>(stream, &mut portions(seed)), told::<N>(stream, &mut repeat(usize::MAX)));
    assert_eq!(decode::<N>(stream, &mut portions(seed)), (packets.clone(), drops), "portions make a difference");
    for packet in &packets {
        assert!((header::LENGTH..=N).contains(&packet.len()));
        assert!(is_carried(stream, packet), "nobody sent {packet:02x?}");
        round_trip::<N>(packet);
    }
    let losses = [drops.base64, drops.length, drops.checksum, drops.orphaned, drops.interrupted];
    // Each packet or loss took a marker at least.
    assert!(packets.len() + losses.iter().sum::<u32>() as usize <= stream.len() / 2);

    // Whatever came before, the next whole packet arrives.
    let (packets, _) = decode::<N>(&[stream, &encode(ECHO)].concat(), &mut portions(seed));
    assert_eq!(packets.last().map(Vec::as_slice), Some(ECHO), "out of step");
}

/// Sizes of 1 to 16 or so bytes, told by the seed; 0 gives single bytes.
fn portions(seed: u8) -> impl Iterator<Item = usize> {
    let mut state = u32::from(seed);
    repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(u32::from(seed));
        1 + (state >> 28) as usize
    })
}

/// The packets, and what was dropped.
fn decode<const N: usize>(stream: &[u8], portions: &mut dyn Iterator<Item = usize>) -> (Vec<Vec<u8>>, Drops) {
    feed::<N>(stream, portions, |fed| fed.packet.map(<[u8]>::to_vec))
}

/// The packets and the beginnings of those that were too long, in their order.
fn told<const N: usize>(stream: &[u8], portions: &mut dyn Iterator<Item = usize>) -> (Vec<Vec<u8>>, Drops) {
    feed::<N>(stream, portions, |fed| fed.packet.or(fed.too_long).map(<[u8]>::to_vec))
}

fn feed<const N: usize>(
    stream: &[u8],
    portions: &mut dyn Iterator<Item = usize>,
    taken: fn(&Fed<'_>) -> Option<Vec<u8>>,
) -> (Vec<Vec<u8>>, Drops) {
    let mut decoder = Box::new(Decoder::<N>::new());
    let mut packets = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let (mut portion, behind) = rest.split_at(rest.len().min(portions.next().unwrap_or(1)));
        rest = behind;
        while !portion.is_empty() {
            let fed = decoder.feed(portion);
            assert!((1..=portion.len()).contains(&fed.consumed));
            assert!(fed.packet.is_none() || fed.too_long.is_none());
            assert!(fed.packet.is_some() || fed.too_long.is_some() || fed.consumed == portion.len());
            packets.extend(taken(&fed));
            portion = &portion[fed.consumed..];
        }
    }
    (packets, *decoder.drops())
}

fn encode(packet: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new(packet).expect("no packet here is near 64 KiB");
    let mut line = [0; LINE_MAX];
    let mut lines = Vec::new();
    while let Some(line) = encoder.next_line(&mut line) {
        assert_eq!(line.iter().position(|&byte| byte == b'\n'), Some(line.len() - 1));
        lines.extend_from_slice(line);
    }
    assert!(lines.len() <= encoded_length(packet.len()));
    lines
}

fn round_trip<const N: usize>(packet: &[u8]) {
    assert_eq!(decode::<N>(&encode(packet), &mut repeat(usize::MAX)), (vec![packet.to_vec()], Drops::default()));
    assert_eq!(crc16(&[packet, &crc16(packet).to_be_bytes()].concat()), 0);
}
