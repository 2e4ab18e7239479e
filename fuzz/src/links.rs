// SPDX-License-Identifier: Apache-2.0
//! A serial line to which several peers send packets at once, whose lines get between each other, are damaged, doubled and lost.
//! Whatever arrives was sent, in whole; what nothing was done to arrives; and the line is never out of step for good.

use westerly_wire::serial::{Decoder, Drops, Encoder, LINE_MAX};

use crate::choices::Choices;
use crate::grammar;
use crate::lines::{is_carried, lines};

/// The firmware's capacity.
const CAPACITY: usize = 384;

const ECHO: &[u8] = b"\x0a\0\0\x06\0\0\x07\0\xbfadaa\xff";

struct Peer {
    packet: Vec<u8>,
    lines: Vec<Vec<u8>>,
    next: usize,
}

pub fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let mut peers = peers(&mut choices);
    let portions = choices.byte();
    let mut stream = Vec::new();
    let mut whole = Vec::new();
    let mut damaged = false;
    // The peer whose packet's lines have come one behind the other so far, with nothing between.
    let mut under_way = None;
    let mut steps = 0;
    while steps < 200 && peers.iter().any(|peer| peer.next < peer.lines.len()) {
        steps += 1;
        let what = choices.byte();
        let mut chosen = usize::from(what >> 4) % peers.len();
        while peers[chosen].next >= peers[chosen].lines.len() {
            chosen = (chosen + 1) % peers.len();
        }
        let peer = &mut peers[chosen];
        let mut line = peer.lines[peer.next].clone();
        match what & 15 {
            // Twice.
            8 => stream.extend_from_slice(&line.clone()),
            // Lost.
            9 => line.clear(),
            10 | 11 => grammar::damage(&mut choices, &mut line),
            // Without its end, so that the next marker ends it.
            12 => drop(line.pop()),
            // What a console prints between.
            13 => line.extend_from_slice(b"[00:00:01] uart: <inf> text\r\n"),
            // Said again from the beginning.
            14 => {
                peer.next = 0;
                line.clear();
            }
            _ => {}
        }
        damaged |= (8..=12).contains(&(what & 15));
        let is_first = peer.next == 0;
        let follows = is_first || under_way == Some(chosen);
        if what & 15 == 14 {
            continue;
        }
        stream.extend_from_slice(&line);
        peer.next += 1;
        under_way = (follows && what & 15 < 8).then_some(chosen);
        let is_over = peer.next == peer.lines.len();
        if is_over && under_way.take().is_some() && !damaged && peer.packet.len() <= CAPACITY {
            whole.push(peer.packet.clone());
        }
    }
    judge(&peers, &whole, &stream, portions);
}

fn peers(choices: &mut Choices<'_>) -> Vec<Peer> {
    let count = 1 + choices.below(4);
    let mut peer = || {
        let packet = match choices.below(4) {
            0 => ECHO.to_vec(),
            1 => grammar::request(choices),
            2 => {
                let length = usize::from(choices.word()) % 400;
                vec![choices.byte(); length.max(1)]
            }
            _ => {
                let length = 1 + choices.below(256);
                let mut packet = choices.bytes(length).to_vec();
                packet.push(0);
                packet
            }
        };
        let portion = [93, 93, 93, 3, 60][choices.below(5)];
        let lines = lines(&packet, portion);
        Peer { packet, lines, next: 0 }
    };
    (0..count).map(|_| peer()).collect()
}

fn judge(peers: &[Peer], whole: &[Vec<u8>], stream: &[u8], portions: u8) {
    let (packets, drops) = decode(stream, 1 + usize::from(portions));
    assert_eq!(decode(stream, 1), (packets.clone(), drops), "portions make a difference");
    // A checksum has 16 bits: what a fuzzer makes of a line may have the right one. Then it must have it.
    for packet in &packets {
        let sent = peers.iter().any(|peer| peer.packet == *packet);
        assert!(sent || is_carried(stream, packet), "nobody sent {packet:02x?}");
    }
    // In this order, whatever else there was.
    let mut rest = packets.iter();
    for packet in whole.iter().filter(|packet| packet.len() >= 8) {
        assert!(rest.any(|arrived| arrived == packet), "lost: {packet:02x?}");
    }
    let (packets, _) = decode(&[stream, b"\n", &encode(ECHO)].concat(), 7);
    assert_eq!(packets.last().map(Vec::as_slice), Some(ECHO), "out of step");
    for peer in peers {
        if (8..=CAPACITY).contains(&peer.packet.len()) {
            // What Westerly sends comes back, and so does what others send with a checksum over two lines.
            let sent = encode(&peer.packet);
            assert_eq!(decode(&sent, 5), (vec![peer.packet.clone()], Drops::default()));
            assert_eq!(decode(&lines(&peer.packet, 93).concat(), 64).0, std::slice::from_ref(&peer.packet));
            assert_eq!(decode(&lines(&peer.packet, 3).concat(), 64).0, std::slice::from_ref(&peer.packet));
        }
    }
}

fn encode(packet: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new(packet).expect("no packet here is near 64 KiB");
    let mut line = [0; LINE_MAX];
    let mut lines = Vec::new();
    while let Some(line) = encoder.next_line(&mut line) {
        lines.extend_from_slice(line);
    }
    lines
}

fn decode(stream: &[u8], portion: usize) -> (Vec<Vec<u8>>, Drops) {
    let mut decoder = Decoder::<CAPACITY>::new();
    let mut packets = Vec::new();
    for mut part in stream.chunks(portion) {
        while !part.is_empty() {
            let fed = decoder.feed(part);
            packets.extend(fed.packet.map(<[u8]>::to_vec));
            part = &part[fed.consumed..];
        }
    }
    (packets, *decoder.drops())
}
