// SPDX-License-Identifier: Apache-2.0
//! The messages of the OS group (0): echo, task statistics, memory pools, date and time, reset, parameters, application and
//! bootloader information (Zephyr documentation, "Default / OS Management Group").

mod date_time;
mod format;

pub use date_time::{DATE_TIME_LENGTH, DateTime, DateTimeText};
pub use format::{Format, Part, UnknownFormat};

use crate::cbor::{Entries, Full, Malformed, Reader, Value, Writer};
use crate::message;

/// Command numbers.
pub mod command {
    /// Sends a text back; read or write.
    pub const ECHO: u8 = 0;
    /// Threads, their stacks and run times; read.
    pub const TASK_STATISTICS: u8 = 2;
    /// Heaps and slabs; read.
    pub const MEMORY_POOLS: u8 = 3;
    /// Date and time; read, or write to set.
    pub const DATE_TIME: u8 = 4;
    /// Restarts the device; write.
    pub const RESET: u8 = 5;
    /// The largest message and how many fit; read.
    pub const PARAMETERS: u8 = 6;
    /// What the device runs; read.
    pub const APPLICATION: u8 = 7;
    /// What started it; read.
    pub const BOOTLOADER: u8 = 8;
    /// One more than the highest command: what the enumeration group reports.
    pub const COUNT: u8 = 9;
}

/// Codes of this group's errors.
pub mod code {
    /// The format string of the application information holds an unknown letter.
    pub const INVALID_FORMAT: u16 = 2;
    /// The bootloader has no answer to the query.
    pub const NO_ANSWER: u16 = 3;
    /// The clock was never set, or there is none.
    pub const CLOCK_NOT_SET: u16 = 4;
    /// The clock refused.
    pub const CLOCK_FAILED: u16 = 5;
    /// The query's value is not valid.
    pub const QUERY_NOT_VALID: u16 = 6;
}

message! {
    /// Asks for a text to be sent back.
    pub struct EchoRequest<'b> {
        /// The text; none is answered by an empty one.
        message: optional &'b str = "d",
    }
}

message! {
    /// The text of the request.
    pub struct EchoResponse<'b> {
        /// The text.
        message: required &'b str = "r",
    }
}

message! {
    /// A request without keys: task statistics, memory pools, date and time read, parameters.
    pub struct Empty {}
}

message! {
    /// One thread.
    pub struct Task {
        /// Scheduling priority; Zephyr's cooperative threads have negative ones.
        priority: required i32 = "prio",
        /// Number of the thread in this answer.
        id: required u32 = "tid",
        /// The kernel's state bits.
        state: required u32 = "state",
        /// Most stack ever used, in words of four bytes.
        stack_used: required u32 = "stkuse",
        /// Size of the stack, in words of four bytes.
        stack_size: required u32 = "stksiz",
        /// Times the thread was switched to; 0 where the kernel does not count.
        context_switches: required u32 = "cswcnt",
        /// Cycles the thread ran; 0 where the kernel does not count.
        runtime: required u64 = "runtime",
        /// Always 0 on Zephyr.
        last_checkin: required u32 = "last_checkin",
        /// Always 0 on Zephyr.
        next_checkin: required u32 = "next_checkin",
    }
}

/// The key of the one entry of [`TaskStatisticsResponse`], for writers that have no slice of tasks.
pub const TASKS_KEY: &str = "tasks";

message! {
    /// The threads by name.
    pub struct TaskStatisticsResponse<'b> {
        /// Name and figures.
        tasks: required Entries<'b, Task> = "tasks",
    }
}

message! {
    /// One memory pool: a slab, or a heap counted in bytes (blocks of size 1).
    pub struct MemoryPool {
        /// Bytes of a block.
        block_size: required u32 = "blksiz",
        /// Blocks in all.
        blocks: required u32 = "nblks",
        /// Blocks free now.
        free: required u32 = "nfree",
        /// Fewest blocks free at any time.
        minimum_free: required u32 = "min",
    }
}

/// The memory pools by name, at the top of the payload.
pub type MemoryPoolsResponse<'b> = Entries<'b, MemoryPool>;

message! {
    /// Sets the clock.
    pub struct DateTimeRequest {
        /// To this.
        date_time: required DateTime = "datetime",
    }
}

message! {
    /// What the clock says.
    pub struct DateTimeResponse {
        /// Now.
        date_time: required DateTime = "datetime",
    }
}

/// Whether a reset is to happen even though something is under way: an integer in the documentation, a boolean in Zephyr's
/// server, so both are read; a boolean is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Force(pub bool);

impl<'b> Value<'b> for Force {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        const MAJOR_SIMPLE: u8 = 7;
        match reader.peek().ok_or(Malformed)? >> 5 {
            MAJOR_SIMPLE => reader.boolean().map(Self),
            _ => reader.integer().map(|number| Self(number != 0)),
        }
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.boolean(self.0)
    }
}

message! {
    /// Restarts the device after the answer was sent.
    pub struct ResetRequest {
        /// Even if busy.
        force: optional Force = "force",
        /// Boot mode for the bootloader: 0 normal, 1 stay in the bootloader (Zephyr, `enum BOOT_MODE_TYPES`).
        boot_mode: optional u8 = "boot_mode",
    }
}

message! {
    /// What the transport of the request can take.
    pub struct ParametersResponse {
        /// Bytes of the largest message, header and payload.
        buffer_size: required u32 = "buf_size",
        /// How many such messages may be under way at a time.
        buffer_count: required u32 = "buf_count",
    }
}

message! {
    /// Asks what runs on the device.
    pub struct ApplicationRequest<'b> {
        /// Letters, see [`Format`]; none means `s`.
        format: optional &'b str = "format",
    }
}

message! {
    /// What runs on the device.
    pub struct ApplicationResponse<'b> {
        /// The parts asked for, in the order of [`Part::ALL`], with a space between.
        output: required &'b str = "output",
    }
}

/// The key of [`ApplicationResponse`], for writers that have the output in parts.
pub const OUTPUT_KEY: &str = "output";

message! {
    /// Asks about the bootloader.
    pub struct BootloaderRequest<'b> {
        /// What about it: none for its name, `mode` for how MCUboot swaps images.
        query: optional &'b str = "query",
    }
}

/// The query that [`BootloaderModeResponse`] answers.
pub const QUERY_MODE: &str = "mode";

message! {
    /// The bootloader's name.
    pub struct BootloaderResponse<'b> {
        /// `MCUboot`, or another.
        bootloader: required &'b str = "bootloader",
    }
}

message! {
    /// How MCUboot is configured.
    pub struct BootloaderModeResponse {
        /// -1 unknown, 0 single slot, 1 swap using scratch, 2 overwrite only, 3 swap using move, 4 direct XIP,
        /// 5 direct XIP with revert, 6 RAM load (Zephyr documentation, "Bootloader information response").
        mode: required i32 = "mode",
        /// Present and true when older images are refused.
        no_downgrade: optional bool = "no-downgrade",
    }
}
