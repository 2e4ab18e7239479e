// SPDX-License-Identifier: Apache-2.0

//! The record of the last crash, as `c/crash.c` has written it before the restart.

use westerly_server::{Crash, CrashRecord, LogFormat, Reason};

use crate::ffi::{self, text};

/// Implements [`Crash`]. The record is checked where the group asks for it; what comes after is of the one that was checked.
pub struct ZephyrCrash;

/// The part of an array that is filled, whatever the memory says.
fn filled<T>(array: &[T], length: u8) -> &[T] {
    array.get(..usize::from(length)).unwrap_or_default()
}

fn text_of(bytes: &[u8], length: u8) -> &str {
    core::str::from_utf8(filled(bytes, length)).unwrap_or_default()
}

fn reason(number: u8) -> Reason {
    Reason::ALL.get(usize::from(number)).copied().unwrap_or(Reason::Unknown)
}

fn checked() -> Option<&'static ffi::CrashRecord> {
    // SAFETY: null, or memory that only `clear` changes, which has the record to itself then, and a crash, after which nobody
    // looks any more. Every pattern of bits is a value of each field.
    unsafe { ffi::westerly_crash_checked().as_ref() }
}

impl Crash for ZephyrCrash {
    fn record(&self) -> Option<CrashRecord<'_>> {
        // SAFETY: as in `checked`.
        let record = unsafe { ffi::westerly_crash_record().as_ref() }?;
        let placed = |address| (record.placed != 0).then_some(address as u64);
        Some(CrashRecord {
            count: record.count,
            reason: reason(record.reason),
            code: record.code,
            thread: text_of(&record.thread, record.thread_length),
            pc: placed(record.pc),
            lr: placed(record.lr).filter(|&address| address != 0),
            sp: Some(record.sp as u64).filter(|&address| address != 0),
            uptime: Some(record.uptime).filter(|&uptime| uptime != u64::MAX),
            boot: Some(record.boot).filter(|&boot| boot != 0),
            build: filled(&record.build, record.build_length),
            file: text_of(&record.file, record.file_length),
            line: Some(record.line).filter(|&line| line != 0),
        })
    }

    fn register(&self, index: usize) -> Option<(&str, u64)> {
        let record = checked()?;
        let value = *filled(&record.register_values, record.registers).get(index)?;
        // SAFETY: C returns a string literal for any number.
        let name = unsafe { text(ffi::westerly_crash_register_name(u8::try_from(index).ok()?)) };
        Some((name, value as u64))
    }

    fn return_address(&self, index: usize) -> Option<u64> {
        let record = checked()?;
        filled(&record.stack, record.addresses).get(index).map(|&address| address as u64)
    }

    fn frame(&self, index: usize) -> Option<&[u8]> {
        let mut frames = core::ptr::null();
        // SAFETY: C writes the address there and nothing else.
        let length = unsafe { ffi::westerly_crash_frames(&raw mut frames) };
        if frames.is_null() {
            return None;
        }
        // SAFETY: so many bytes of the record, see `checked`.
        let mut rest = unsafe { core::slice::from_raw_parts(frames, length) };
        for _ in 0..index {
            (_, rest) = split(rest)?;
        }
        split(rest).map(|(frame, _)| frame)
    }

    fn format(&self) -> LogFormat {
        LogFormat::Defmt
    }

    fn clear(&mut self) {
        ffi::westerly_crash_clear();
    }
}

/// The first frame, which is behind its length, and the others.
fn split(frames: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = frames.split_first()?;
    rest.split_at_checked(usize::from(length))
}
