// SPDX-License-Identifier: Apache-2.0
//! tests/golden/serial.txt, both ways.

use westerly_wire::serial::{Decoder, Encoder, LINE_MAX};

fn bytes(field: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    field.trim().as_bytes().chunks(2).map(byte).collect()
}

#[test]
fn serial() {
    let mut count = 0;
    for line in include_str!("golden/serial.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('|').collect();
        let [name, packet, lines] = fields[..] else { panic!("three fields: {line}") };
        let (packet, lines) = (bytes(packet), bytes(lines));

        let mut encoder = Encoder::new(&packet).unwrap();
        let mut line = [0; LINE_MAX];
        let mut encoded = Vec::new();
        while let Some(line) = encoder.next_line(&mut line) {
            encoded.extend_from_slice(line);
        }
        assert_eq!(encoded, lines, "{name}");

        let mut decoder = Decoder::<384>::new();
        let fed = decoder.feed(&lines);
        assert_eq!((fed.consumed, fed.packet), (lines.len(), Some(&packet[..])), "{name}");
        count += 1;
    }
    assert_eq!(count, 8);
}
