// SPDX-License-Identifier: Apache-2.0
//! A vector of westerly-wire: a packet and its lines.

use westerly_wire::serial::{Decoder, Drops, Encoder, LINE_MAX};

use crate::print::{same, wrong};

const CAPACITY: usize = 384;

/// Whether the packet becomes these lines and the lines this packet, fed at once and byte by byte.
pub fn holds(_: &str, packets: &[&[u8]], lines: &[&[u8]]) -> bool {
    let ([packet], [lines]) = (packets, lines) else { return wrong(format_args!("one packet, one text of lines")) };
    encodes(packet, lines) && decodes(packet, lines, lines.len()) && decodes(packet, lines, 1)
}

fn encodes(packet: &[u8], lines: &[u8]) -> bool {
    let Some(mut encoder) = Encoder::new(packet) else { return wrong(format_args!("packet too long")) };
    let mut line = [0; LINE_MAX];
    let mut rest = lines;
    while let Some(line) = encoder.next_line(&mut line) {
        let (expected, behind) = rest.split_at_checked(line.len()).unwrap_or((rest, &[]));
        if !same("line", expected, line) {
            return false;
        }
        rest = behind;
    }
    same("lines not sent", &[], rest)
}

fn decodes(packet: &[u8], lines: &[u8], portion: usize) -> bool {
    let mut decoder = Decoder::<CAPACITY>::new();
    let mut fed = 0;
    for bytes in lines.chunks(portion) {
        let outcome = decoder.feed(bytes);
        fed += outcome.consumed;
        if let Some(decoded) = outcome.packet {
            return same("packet", packet, decoded)
                && (fed == lines.len() || wrong(format_args!("complete after {fed} bytes")))
                && *decoder.drops() == Drops::default();
        }
    }
    wrong(format_args!("no packet, fed {portion} bytes at a time: {:?}", decoder.drops()))
}
