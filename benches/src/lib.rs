// SPDX-License-Identifier: Apache-2.0
//! Nothing but a home for the benchmarks: `cargo bench -p westerly-benches`.
//!
//! They compare on the host. What the core costs on a device is measured in instructions by `tests/bench`.
