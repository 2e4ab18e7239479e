// SPDX-License-Identifier: Apache-2.0

//! The logger: from several threads at once, into the ring, and out of it by the thread that sends.

use std::sync::atomic::AtomicU32;
use std::thread;

use westerly_store::{Cursor, Read, Ring};

use super::exactly;
use crate::c::OUT;

unsafe extern "C" {
    // In Rust, for C: see `crates/westerly-defmt/c/westerly_defmt.h`.
    safe fn westerly_defmt_run();
    safe fn westerly_defmt_flush();
    fn westerly_defmt_last(into: *mut u8, size: usize) -> usize;
    fn westerly_defmt_fatal(reason: u32, thread: *const u8, thread_length: usize, place: usize);
}

static FRAMES: Ring<[AtomicU32; 64]> = Ring::new();

pub fn log() {
    defmt::info!("before there is a ring");
    thread::spawn(|| westerly_defmt_run());
    westerly_defmt::start(&FRAMES);
    let loggers: Vec<_> = (0..2)
        .map(|number: u32| {
            thread::spawn(move || {
                for step in 0..4_u8 {
                    defmt::warn!("thread {=u32} is at {=u8}, {=str}", number, step, "and goes on");
                }
            })
        })
        .collect();
    let mut cursor = Cursor::at(0);
    let mut frame = [0; westerly_defmt::FRAME_SIZE];
    let mut read = 0;
    while read + cursor.lost() < 9 {
        match (&FRAMES as &Ring).read(&mut cursor, &mut frame) {
            Read::Record { .. } => read += 1,
            Read::TooLong { .. } => panic!("a frame longer than frames are"),
            Read::End => thread::yield_now(),
        }
    }
    for logger in loggers {
        logger.join().unwrap();
    }
    assert_eq!(westerly_defmt::build_id(), [0xb1; 20]);
    assert_eq!(westerly_defmt::level(), westerly_defmt::Level::Trace);
    for name in [&b"main"[..], b"\xff", b""] {
        // SAFETY: a slice and its length.
        unsafe { westerly_defmt_fatal(2, name.as_ptr(), name.len(), 0x1234) };
    }
    westerly_defmt_flush();
    for size in [0, 1, 30, 400] {
        let mut newest = exactly(&vec![0; size]);
        // SAFETY: a slice and its length.
        let length = unsafe { westerly_defmt_last(newest.as_mut_ptr(), newest.len()) };
        assert!(length <= size && (length > 0) == (size > 10), "{length} of {size}");
    }
    assert!(!OUT.lock().unwrap().0.is_empty());
}
