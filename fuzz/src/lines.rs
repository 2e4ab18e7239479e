// SPDX-License-Identifier: Apache-2.0
//! The console framing, written from SMP's description alone: marker, base64 of length, packet and checksum, newline.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// CRC-16/XMODEM, a bit at a time.
pub fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ u16::from(byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    })
}

/// The lines of a packet, with up to so many raw bytes in each: a multiple of 3.
pub fn lines(packet: &[u8], portion: usize) -> Vec<Vec<u8>> {
    let length = u16::try_from(packet.len() + 2).expect("a packet").to_be_bytes();
    let whole = [&length[..], packet, &checksum(packet).to_be_bytes()].concat();
    let line = |(place, raw): (usize, &[u8])| {
        let marker: &[u8] = if place == 0 { b"\x06\x09" } else { b"\x04\x14" };
        [marker, STANDARD.encode(raw).as_bytes(), b"\n"].concat()
    };
    whole.chunks(portion).enumerate().map(line).collect()
}

/// Whether the packet, its length before it and its checksum behind it can be read off the stream the plain way: from some
/// first line on, line by line.
pub fn is_carried(stream: &[u8], packet: &[u8]) -> bool {
    let length = u16::try_from(packet.len() + 2).expect("no packet here is near 64 KiB").to_be_bytes();
    let whole = [&length[..], packet, &checksum(packet).to_be_bytes()].concat();
    let mut starts = (0..stream.len()).filter(|&start| stream[start..].starts_with(b"\x06\x09"));
    starts.any(|start| carries_from(&stream[start..], &whole))
}

fn carries_from(stream: &[u8], whole: &[u8]) -> bool {
    let mut raw = Vec::new();
    let mut rest = stream;
    loop {
        // A line ends at a line end, or where the next marker may begin.
        let line = &rest[2..];
        let Some(end) = line.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 4 | 6)) else { return false };
        let Ok(bytes) = BASE64.decode(&line[..end]) else { return false };
        raw.extend(bytes);
        if raw.len() >= whole.len() {
            return raw == whole;
        }
        rest = &line[end..];
        match (0..rest.len()).find(|&place| matches!(rest[place..], [4, 0x14, ..] | [6, 9, ..])) {
            Some(place) if rest[place] == 4 => rest = &rest[place..],
            _ => return false,
        }
    }
}
