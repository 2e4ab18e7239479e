// SPDX-License-Identifier: Apache-2.0

//! The record of a crash, in memory of its own with the frames of the log behind it, and what access control asks of C.

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_int};

use super::{fill, functions, literal, put, text};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Record {
    magic: u32,
    check: u32,
    length: u32,
    count: u32,
    uptime: u64,
    boot: u32,
    code: u32,
    line: u32,
    reason: u8,
    placed: u8,
    registers: u8,
    addresses: u8,
    pc: usize,
    lr: usize,
    sp: usize,
    register_values: [usize; 14],
    stack: [usize; 16],
    build_length: u8,
    thread_length: u8,
    file_length: u8,
    build: [u8; 20],
    thread: [u8; 24],
    file: [u8; 48],
}

const FRAMES: [u8; 7] = [2, b'a', b'b', 0, 1, b'c', 9];

struct Memory(UnsafeCell<(Record, [u8; FRAMES.len()])>);

// SAFETY: written between the calls of the one thread that looks at it.
unsafe impl Sync for Memory {}

static MEMORY: Memory = Memory(UnsafeCell::new((
    Record {
        magic: 0,
        check: 0,
        length: 0,
        count: 1,
        uptime: 5,
        boot: 5,
        code: 2,
        line: 7,
        reason: 1,
        placed: 1,
        registers: 2,
        addresses: 1,
        pc: 0x100,
        lr: 0x200,
        sp: 0x300,
        register_values: [8; 14],
        stack: [9; 16],
        build_length: 20,
        thread_length: 4,
        file_length: 2,
        build: [0xb1; 20],
        thread: *b"main????????????????????",
        file: [b'f'; 48],
    },
    FRAMES,
)));

fn record() -> *const Record {
    let record: *const Record = MEMORY.0.get().cast();
    // SAFETY: the memory is there; nobody writes to it meanwhile.
    if unsafe { (*record).magic } == 1 { record } else { std::ptr::null() }
}

/// The device crashes. With wild lengths, the memory checks and says of everything that there is more than there can be.
pub fn crash(wild: bool) {
    let record: *mut Record = MEMORY.0.get().cast();
    // SAFETY: the memory is there; nobody looks at it meanwhile.
    let record = unsafe { &mut *record };
    record.magic = 1;
    if wild {
        for length in
            [&mut record.registers, &mut record.addresses, &mut record.build_length, &mut record.thread_length]
        {
            *length = 255;
        }
        record.reason = 255;
    }
}

functions! {
    fn westerly_crash_record() -> *const Record {
        record()
    }

    fn westerly_crash_checked() -> *const Record {
        record()
    }

    fn westerly_crash_frames(frames: *mut *const u8) -> usize {
        if record().is_null() {
            return 0;
        }
        let memory: *const (Record, [u8; FRAMES.len()]) = MEMORY.0.get();
        // SAFETY: the memory is there.
        put(frames, unsafe { (&raw const (*memory).1).cast() });
        FRAMES.len()
    }

    fn westerly_crash_register_name(index: u8) -> *const c_char {
        literal(if index == 0 { c"r0" } else { c"r" })
    }

    fn westerly_crash_clear() {
        let record: *mut Record = MEMORY.0.get().cast();
        // SAFETY: as in `crash`.
        unsafe { (*record).magic = 0 };
    }

    fn westerly_test_crash(kind: *const u8, length: usize) -> bool {
        text(kind, length).is_empty()
    }

    fn westerly_random(into: *mut u8, size: usize) {
        fill(into, size, b"random 8");
    }

    fn westerly_udp_access_option() -> c_int {
        -1
    }
}
