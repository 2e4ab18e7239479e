// SPDX-License-Identifier: Apache-2.0
//! Writes packets of the grammar without an end, for those who fuzz a device from outside: two bytes of length, big endian, then
//! the packet. The argument is the seed, a number. Resets are left out.

use std::io::{self, BufWriter, Write as _};

use westerly_fuzz::answers::requests_of;
use westerly_fuzz::choices::Choices;
use westerly_fuzz::grammar;

fn main() -> io::Result<()> {
    let mut state: u64 = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or_default();
    let mut out = BufWriter::new(io::stdout().lock());
    loop {
        let input: Vec<u8> = (0..32).flat_map(|_| next(&mut state).to_be_bytes()).collect();
        let mut choices = Choices::new(&input);
        let count = 1 + choices.below(8) / 6;
        let packet: Vec<u8> = (0..count).flat_map(|_| grammar::request(&mut choices)).collect();
        let is_reset = requests_of(&packet).any(|header| (header.group, header.command) == (0, 5));
        if is_reset || packet.len() > 1024 {
            continue;
        }
        let length = u16::try_from(packet.len()).unwrap_or_default();
        let written = out.write_all(&length.to_be_bytes()).and_then(|()| out.write_all(&packet));
        // Whoever reads has had enough.
        if written.is_err() {
            return Ok(());
        }
    }
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
