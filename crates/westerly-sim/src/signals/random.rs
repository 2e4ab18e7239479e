// SPDX-License-Identifier: Apache-2.0
//! Numbers that look like chance and come again with the same seed (SplitMix64).

#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// Other numbers for every pair of seed and stream.
    pub(super) const fn new(seed: u64, stream: u64) -> Self {
        Self(seed.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(stream.wrapping_mul(0xaf25_1af3_b0f0_25b5)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 up to but not 1.
    pub(super) fn unit(&mut self) -> f64 {
        let [.., a, b, c, d] = self.next().to_be_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }

    /// Around 0, most of them closer to it than 1: the sum of three even ones.
    pub(super) fn noise(&mut self) -> f64 {
        2.0 * (self.unit() + self.unit() + self.unit()) - 3.0
    }

    /// From the first to the second.
    pub(super) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.unit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_again_and_another_gives_others() {
        let numbers = |seed, stream| {
            let mut random = Random::new(seed, stream);
            [random.next(), random.next()]
        };
        assert_eq!(numbers(1, 2), numbers(1, 2));
        assert_ne!(numbers(1, 2), numbers(2, 1));
        assert_ne!(numbers(0, 0), numbers(0, 1));
    }

    #[test]
    fn they_are_spread() {
        let mut random = Random::new(7, 0);
        let units: Vec<_> = (0..10_000).map(|_| random.unit()).collect();
        assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
        let mean = units.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
        let noise: Vec<_> = (0..10_000).map(|_| random.noise()).collect();
        let square = noise.iter().map(|noise| noise * noise).sum::<f64>() / 10_000.0;
        assert!((0.9..1.1).contains(&square), "{square}");
    }
}
