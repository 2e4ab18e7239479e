// SPDX-License-Identifier: Apache-2.0

//! Measures Westerly's core the way its serial transport calls it, one step of a request's way at a time. What arrives at
//! and leaves the UART is memory here.

#![no_std]

mod clock;
mod request;
mod store;

use core::ffi::CStr;
use core::hint::black_box;
use core::panic::PanicInfo;

use westerly_server::{
    Access, Buffers, Caller, Counters, FilesGroup, Group, Identity, OsGroup, PART_SUFFIX, Requests, Rule, Rules,
    Server, SettingsGroup, SettingsLimits, StatisticsGroup, Transport, counters,
};
use westerly_wire::serial::{Decoder, Encoder, LINE_MAX};
use westerly_zephyr::files::ZephyrFiles;
use westerly_zephyr::os::ZephyrOs;
use westerly_zephyr::settings::ZephyrSettings;
use westerly_zephyr::statistics::ZephyrStatistics;

use request::{CHUNKS, CLOSE, Process, REQUESTS, Request, set_chunk};

/// Both sides have packets of this size: task statistics take more than the 384 bytes C has by default.
pub const PACKET_SIZE: usize = 640;
const LINES_SIZE: usize = 1024;
/// The firmware's defaults.
const TRANSFERS: usize = 2;
const PATH_SIZE: usize = 64;
const LIMITS: SettingsLimits = SettingsLimits { name: 32, value: 64 };

/// As the C side tells it, for the answers to be the same.
const CALLER: Caller = Caller {
    transport: Transport::Serial,
    identity: Identity::Anonymous,
    peer: 0,
    buffers: Buffers { size: 640, count: 4 },
};

/// As the firmware has it: one rule for the transport.
const POLICY: Rules<'static> =
    Rules(&[Rule { transport: Some(Transport::Serial), group: None, command: None, access: Access::Allow }]);

counters! {
    /// The statistics to be asked for, as `../../common/statistics.c` has them.
    struct BenchCounters = "bench" {
        ticks,
        requests,
        errors,
        dropped,
        received,
        sent,
        opened,
        closed,
    }
}

static COUNTERS: BenchCounters = BenchCounters::new();
const ALL_COUNTERS: &[&dyn Counters] = &[&COUNTERS];

// SAFETY: zephyr-lang-rust's main() calls this name, once, and nothing else of that name is linked.
#[unsafe(no_mangle)]
extern "C" fn rust_main() {
    if clock::load_settings() != 0 {
        return clock::fail(c"no settings");
    }
    COUNTERS.ticks.add(5);
    clock::take_over();
    measure(c"none", c"empty", clock::ITERATIONS, 1, &mut || {
        black_box(());
    });
    let mut side = Side {
        decoder: Decoder::new(),
        groups: Groups {
            server: Server::new(POLICY),
            os: OsGroup(ZephyrOs::new("bench")),
            statistics: StatisticsGroup { counters: ALL_COUNTERS, more: ZephyrStatistics },
            settings: SettingsGroup { settings: ZephyrSettings, limits: LIMITS, hidden: &[] },
            files: FilesGroup::new(ZephyrFiles),
        },
        line: [0; LINE_MAX],
        first: ([0; PACKET_SIZE], 0),
    };
    for request in &REQUESTS {
        if side.run(request).is_none() {
            return clock::fail(request.name);
        }
    }
    if store::run().is_none() {
        return clock::fail(c"the store");
    }
    clock::finish();
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    clock::fail(c"a panic");
    loop {}
}

/// The groups that C has, in C's order as far as there is one.
struct Groups {
    server: Server<Rules<'static>>,
    os: OsGroup<ZephyrOs>,
    statistics: StatisticsGroup<'static, ZephyrStatistics>,
    settings: SettingsGroup<ZephyrSettings>,
    files: FilesGroup<ZephyrFiles, TRANSFERS, { PATH_SIZE + PART_SUFFIX }>,
}

impl Groups {
    /// The length of the answer to the packet's one request.
    fn process(&mut self, packet: &[u8], response: &mut [u8]) -> Option<usize> {
        let groups: &mut [&mut dyn Group] =
            &mut [&mut self.os, &mut self.statistics, &mut self.settings, &mut self.files];
        let mut requests = Requests::new(packet);
        let mut length = None;
        while let Some(answer) = self.server.handle(groups, &CALLER, &mut requests, response) {
            length = Some(answer.length);
        }
        length
    }
}

struct Side {
    decoder: Decoder<PACKET_SIZE>,
    groups: Groups,
    line: [u8; LINE_MAX],
    /// The packet that begins a file, and its length.
    first: ([u8; PACKET_SIZE], usize),
}

impl Side {
    /// Goes around once and shows the results, so that no error path is measured unseen; then measures each step.
    fn run(&mut self, request: &Request) -> Option<()> {
        let name = request.name;
        let mut buffer = [0; PACKET_SIZE];
        let length = request.build(&mut buffer);
        let packet = buffer.get_mut(..length)?;
        let mut response = [0; PACKET_SIZE];
        let length = self.groups.process(packet, &mut response)?;
        let answer = response.get(..length)?;
        let mut answer_lines = [0; LINES_SIZE];
        let mut lines = [0; LINES_SIZE];
        let length = collect(answer, &mut answer_lines)?;
        let answer_lines = answer_lines.get(..length)?;
        let length = collect(packet, &mut lines)?;
        let lines = lines.get(..length)?;
        clock::report_bytes(c"request", name, packet);
        clock::report_bytes(c"answer", name, answer);
        clock::report_bytes(c"answer-lines", name, answer_lines);
        clock::report_bytes(c"request-lines", name, lines);
        if self.decoder.feed(lines).packet != Some(&*packet) {
            return None;
        }

        measure(name, c"decode", clock::ITERATIONS, 1, &mut || {
            black_box(self.decoder.feed(black_box(lines)).packet);
        });
        measure(name, c"encode", clock::ITERATIONS, 1, &mut || encode(black_box(answer), &mut self.line));
        match request.process {
            Process::Times(runs) => measure(name, c"process", runs, 1, &mut || {
                black_box(self.groups.process(black_box(packet), &mut response));
            }),
            Process::Begins => {
                self.first.0.get_mut(..packet.len())?.copy_from_slice(packet);
                self.first.1 = packet.len();
            }
            Process::Files(runs) => self.measure_files(name, runs, packet, &mut response)?,
        }
        Some(())
    }

    /// Whole files: the packet remembered as the first, and the others made of `next`.
    fn measure_files(&mut self, name: &CStr, runs: u32, next: &mut [u8], response: &mut [u8]) -> Option<()> {
        // Ends the transfer that trying the two packets has begun.
        self.groups.process(&CLOSE, response)?;
        let first = self.first.0.get(..self.first.1)?;
        measure(name, c"copy", runs, CHUNKS.into(), &mut || {
            (1..CHUNKS).for_each(|index| set_chunk(black_box(next), index));
        });
        let groups = &mut self.groups;
        measure(name, c"process", runs, CHUNKS.into(), &mut || {
            black_box(groups.process(black_box(first), response));
            for index in 1..CHUNKS {
                set_chunk(next, index);
                black_box(groups.process(black_box(next), response));
            }
        });
        Some(())
    }
}

/// As the firmware does it, which keeps the buffer of a line from answer to answer.
fn encode(packet: &[u8], line: &mut [u8; LINE_MAX]) {
    let Some(mut encoder) = Encoder::new(packet) else { return };
    while let Some(line) = encoder.next_line(line) {
        sink(line);
    }
}

/// Where a transport would take the line.
#[inline(never)]
fn sink(line: &[u8]) {
    black_box(line.len());
}

/// All lines of a packet in one buffer; gives their length.
fn collect(packet: &[u8], lines: &mut [u8]) -> Option<usize> {
    let mut line = [0; LINE_MAX];
    let mut encoder = Encoder::new(packet)?;
    let mut length = 0;
    while let Some(line) = encoder.next_line(&mut line) {
        lines.get_mut(length..length + line.len())?.copy_from_slice(line);
        length += line.len();
    }
    Some(length)
}

fn measure(name: &CStr, step: &CStr, runs: u32, steps_a_run: u32, run: &mut dyn FnMut()) {
    // A closure the compiler cannot see through is called through its pointer, like the function on the C side.
    let run = black_box(run);
    clock::begin();
    for _ in 0..runs {
        run();
    }
    clock::report(name, step, clock::end(), runs * steps_a_run);
}
