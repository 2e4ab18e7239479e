// SPDX-License-Identifier: Apache-2.0

//! Measures Westerly's core the way its serial transport calls it, one step of a request's way at a time. What arrives at
//! and leaves the UART is memory here.

#![no_std]

mod clock;
mod device;
mod request;

use core::ffi::CStr;
use core::hint::black_box;
use core::panic::PanicInfo;

use westerly_server::{Access, Buffers, Caller, Group, Identity, OsGroup, Requests, Rule, Rules, Server, Transport};
use westerly_wire::serial::{Decoder, Encoder, LINE_MAX};

use device::Device;
use request::{REQUESTS, Request};

/// Both sides have packets of 384 bytes, the C server's default on serial.
pub const PACKET_SIZE: usize = 384;
const LINES_SIZE: usize = 1024;

/// As the C side tells it, for the answers to be the same.
const CALLER: Caller =
    Caller { transport: Transport::Serial, identity: Identity::Anonymous, peer: 0, buffers: Buffers { size: 384, count: 4 } };

/// As the firmware has it: one rule for the transport.
const POLICY: Rules<'static> =
    Rules(&[Rule { transport: Some(Transport::Serial), group: None, command: None, access: Access::Allow }]);

// SAFETY: zephyr-lang-rust's main() calls this name, once, and nothing else of that name is linked.
#[unsafe(no_mangle)]
extern "C" fn rust_main() {
    clock::take_over();
    measure(c"none", c"empty", &mut || {
        black_box(());
    });
    let mut side =
        Side { decoder: Decoder::new(), server: Server::new(POLICY), os: OsGroup(Device), line: [0; LINE_MAX] };
    for request in &REQUESTS {
        if side.run(request).is_none() {
            return clock::fail(request.name);
        }
    }
    clock::finish();
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    clock::fail(c"a panic");
    loop {}
}

struct Side {
    decoder: Decoder<PACKET_SIZE>,
    server: Server<Rules<'static>>,
    os: OsGroup<Device>,
    line: [u8; LINE_MAX],
}

impl Side {
    /// Goes around once and shows the results, so that no error path is measured unseen; then measures each step.
    fn run(&mut self, request: &Request) -> Option<()> {
        let name = request.name;
        let mut buffer = [0; PACKET_SIZE];
        let length = request.build(&mut buffer);
        let packet = buffer.get(..length)?;
        let mut response = [0; PACKET_SIZE];
        let length = self.process(packet, &mut response)?;
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
        if self.decoder.feed(lines).packet != Some(packet) {
            return None;
        }

        measure(name, c"decode", &mut || {
            black_box(self.decoder.feed(black_box(lines)).packet);
        });
        measure(name, c"encode", &mut || encode(black_box(answer), &mut self.line));
        measure(name, c"process", &mut || {
            black_box(self.process(black_box(packet), &mut response));
        });
        Some(())
    }

    /// The length of the answer to the packet's one request.
    fn process(&mut self, packet: &[u8], response: &mut [u8]) -> Option<usize> {
        let groups: &mut [&mut dyn Group] = &mut [&mut self.os];
        let mut requests = Requests::new(packet);
        let mut length = None;
        while let Some(answer) = self.server.handle(groups, &CALLER, &mut requests, response) {
            length = Some(answer.length);
        }
        length
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

fn measure(name: &CStr, step: &CStr, run: &mut dyn FnMut()) {
    // A closure the compiler cannot see through is called through its pointer, like the function on the C side.
    let run = black_box(run);
    clock::begin();
    for _ in 0..clock::ITERATIONS {
        run();
    }
    clock::report(name, step, clock::end());
}
