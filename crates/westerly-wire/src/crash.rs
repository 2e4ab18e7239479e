// SPDX-License-Identifier: Apache-2.0
//! The messages of Westerly's crash group (68): what a device recorded of its last crash (docs/protocol.md).

use crate::cbor::{Entries, List};
use crate::message;

/// Command numbers.
pub mod command {
    /// The record, but for its log; read.
    pub const RECORD: u8 = 0;
    /// The last log frames before the crash; read.
    pub const LOG: u8 = 1;
    /// Forgets the record; write.
    pub const CLEAR: u8 = 2;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 3;
}

/// What crashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nobody knows.
    Unknown,
    /// A fault of the processor: an access, an instruction, a state that is not allowed.
    Fault,
    /// A thread has used more than its stack.
    StackOverflow,
    /// The kernel has given up (`k_panic()`).
    KernelPanic,
    /// The kernel has given up one thread (`k_oops()`).
    KernelOops,
    /// A panic of Rust.
    RustPanic,
    /// An assertion of C.
    Assertion,
    /// A thread has stopped, and the watchdog found it.
    Watchdog,
    /// An interrupt that nobody handles.
    Interrupt,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Fault,
        Self::StackOverflow,
        Self::KernelPanic,
        Self::KernelOops,
        Self::RustPanic,
        Self::Assertion,
        Self::Watchdog,
        Self::Interrupt,
    ];

    /// As the wire has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Fault => "fault",
            Self::StackOverflow => "stack_overflow",
            Self::KernelPanic => "kernel_panic",
            Self::KernelOops => "kernel_oops",
            Self::RustPanic => "rust_panic",
            Self::Assertion => "assertion",
            Self::Watchdog => "watchdog",
            Self::Interrupt => "interrupt",
        }
    }
}

/// The keys of [`RecordResponse`], for writers that have no slices.
pub mod key {
    /// Of [`RecordResponse::count`](super::RecordResponse::count).
    pub const COUNT: &str = "count";
    /// Of [`RecordResponse::reason`](super::RecordResponse::reason).
    pub const REASON: &str = "reason";
    /// Of [`RecordResponse::thread`](super::RecordResponse::thread).
    pub const THREAD: &str = "thread";
    /// Of [`RecordResponse::pc`](super::RecordResponse::pc).
    pub const PC: &str = "pc";
    /// Of [`RecordResponse::lr`](super::RecordResponse::lr).
    pub const LR: &str = "lr";
    /// Of [`RecordResponse::sp`](super::RecordResponse::sp).
    pub const SP: &str = "sp";
    /// Of [`RecordResponse::code`](super::RecordResponse::code).
    pub const CODE: &str = "code";
    /// Of [`RecordResponse::uptime`](super::RecordResponse::uptime).
    pub const UPTIME: &str = "uptime";
    /// Of [`RecordResponse::boot`](super::RecordResponse::boot).
    pub const BOOT: &str = "boot";
    /// Of [`RecordResponse::build`](super::RecordResponse::build).
    pub const BUILD: &str = "build";
    /// Of [`RecordResponse::file`](super::RecordResponse::file).
    pub const FILE: &str = "file";
    /// Of [`RecordResponse::line`](super::RecordResponse::line).
    pub const LINE: &str = "line";
    /// Of [`RecordResponse::registers`](super::RecordResponse::registers).
    pub const REGISTERS: &str = "registers";
    /// Of [`RecordResponse::stack`](super::RecordResponse::stack).
    pub const STACK: &str = "stack";
    /// Of [`RecordResponse::frames`](super::RecordResponse::frames) and [`LogResponse::frames`](super::LogResponse::frames).
    pub const FRAMES: &str = "frames";
    /// Of [`LogResponse::format`](super::LogResponse::format).
    pub const FORMAT: &str = "format";
}

pub use crate::telemetry::NEXT_KEY;

message! {
    /// The record. Without a reason there is none; what of the others is absent is not known.
    pub struct RecordResponse<'b> {
        /// Crashes since somebody cleared the record; it is of the last of them.
        count: required u32 = "count",
        /// The name of a [`Reason`].
        reason: optional &'b str = "reason",
        /// Its name; absent in an interrupt.
        thread: optional &'b str = "thread",
        /// Of a panic or an assertion: the source file, or the end of its path.
        file: optional &'b str = "file",
        /// Where it was, as the processor has it.
        pc: optional u64 = "pc",
        /// Where it was called from.
        lr: optional u64 = "lr",
        /// The end of its stack.
        sp: optional u64 = "sp",
        /// The system's own number for the reason: Zephyr's `K_ERR_*`.
        code: optional u32 = "code",
        /// In milliseconds.
        uptime: optional u64 = "uptime",
        /// Which run of the device it was.
        boot: optional u32 = "boot",
        /// The line in the file.
        line: optional u32 = "line",
        /// The build id (GNU, `.note.gnu.build-id`) of the ELF file of what crashed.
        build: optional &'b [u8] = "build",
        /// How many frames of the log there are.
        frames: optional u32 = "frames",
        /// Registers by name.
        registers: optional Entries<'b, u64> = "registers",
        /// What on the stack looks like a return address, the innermost first, as many as fit.
        stack: optional List<'b, u64> = "stack",
    }
}

message! {
    /// Asks for the last log frames before the crash.
    pub struct LogRequest {
        /// From this place of the list on, counted from 0; from the first when absent.
        from: optional u32 = "from",
    }
}

message! {
    /// As many as fit, the oldest first.
    pub struct LogResponse<'b> {
        /// The name of a [`Format`](crate::log::Format).
        format: required &'b str = "format",
        /// The frames.
        frames: required List<'b, &'b [u8]> = "frames",
        /// Where to ask on; absent when this was the last.
        next: optional u32 = "next",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (index, reason) in Reason::ALL.into_iter().enumerate() {
            assert!(Reason::ALL[..index].iter().all(|before| before.name() != reason.name()), "{reason:?}");
        }
    }
}
