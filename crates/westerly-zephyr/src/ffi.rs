// SPDX-License-Identifier: Apache-2.0

//! The C side of this crate, as `c/westerly.h` declares it: read the two side by side.

use core::ffi::{c_char, c_int, c_void};

use zephyr_sys::{device, k_mutex, k_sem};

#[repr(C)]
pub(crate) struct Application {
    pub(crate) kernel_release: *const c_char,
    pub(crate) kernel_version: *const c_char,
    pub(crate) build_date_time: *const c_char,
    pub(crate) machine: *const c_char,
    pub(crate) processor: *const c_char,
    pub(crate) hardware_platform: *const c_char,
}

#[repr(C)]
pub(crate) struct Bootloader {
    pub(crate) name: *const c_char,
    pub(crate) mode: i32,
    pub(crate) no_downgrade: bool,
}

#[repr(C)]
pub(crate) struct MemoryPool {
    pub(crate) kind: *const c_char,
    pub(crate) index: u32,
    pub(crate) block_size: u32,
    pub(crate) blocks: u32,
    pub(crate) free: u32,
    pub(crate) minimum_free: u32,
}

#[repr(C)]
#[derive(Default)]
pub(crate) struct DateTime {
    pub(crate) year: u16,
    pub(crate) millisecond: u16,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
    pub(crate) weekday: u8,
    pub(crate) day_of_year: u16,
}

#[repr(C)]
pub(crate) struct Thread {
    pub(crate) name: *const c_char,
    pub(crate) priority: i32,
    pub(crate) state: u32,
    pub(crate) stack_size: u32,
    pub(crate) stack_used: u32,
    pub(crate) context_switches: u32,
    pub(crate) runtime: u64,
}

#[cfg(westerly_udp)]
#[repr(C)]
#[derive(Default)]
pub(crate) struct UdpPeer {
    pub(crate) address: u32,
    pub(crate) port: u16,
}

#[allow(improper_ctypes, reason = "the kernel's structures may hold empty ones; they pass by pointer and as C's own")]
unsafe extern "C" {
    pub(crate) fn westerly_application(application: *mut Application);
    pub(crate) fn westerly_bootloader(bootloader: *mut Bootloader);
    pub(crate) fn westerly_memory_pool(position: u32, pool: *mut MemoryPool) -> bool;
    pub(crate) fn westerly_print_line(text: *const c_char, length: usize);
    pub(crate) safe fn westerly_reboot();
    pub(crate) fn westerly_fatal(file: *const c_char, file_length: usize, line: u32);
    pub(crate) fn westerly_rtc_get(time: *mut DateTime) -> c_int;
    pub(crate) fn westerly_rtc_set(time: *const DateTime) -> c_int;
    pub(crate) fn westerly_threads(each: extern "C" fn(*const Thread, *mut c_void), context: *mut c_void);
    pub(crate) safe fn westerly_uart_mcumgr() -> *const device;
    pub(crate) safe fn westerly_uart_drain_time() -> u32;
    pub(crate) safe fn westerly_sleep(milliseconds: u32);
    pub(crate) safe fn westerly_sleep_tick();
    pub(crate) safe fn westerly_uptime() -> u64;
    pub(crate) safe fn westerly_yield();
    pub(crate) fn westerly_semaphore_take(semaphore: *mut k_sem, milliseconds: u32) -> bool;
    pub(crate) fn westerly_semaphore_wait(semaphore: *mut k_sem) -> bool;
    pub(crate) fn westerly_mutex_lock(mutex: *mut k_mutex);
}

#[cfg(westerly_watchdog)]
unsafe extern "C" {
    pub(crate) safe fn westerly_watchdog_join();
    pub(crate) safe fn westerly_watchdog_report();
}

#[cfg(westerly_udp)]
unsafe extern "C" {
    pub(crate) safe fn westerly_udp_open() -> c_int;
    pub(crate) fn westerly_udp_receive(
        socket: c_int,
        buffer: *mut u8,
        size: usize,
        peer: *mut UdpPeer,
        waited: *mut bool,
    ) -> c_int;
    pub(crate) safe fn westerly_udp_has_more(socket: c_int) -> bool;
    pub(crate) fn westerly_udp_send(socket: c_int, data: *const u8, length: usize, peer: *const UdpPeer) -> c_int;
    pub(crate) safe fn westerly_udp_thread_start(entry: extern "C" fn());
}

#[cfg(westerly_network)]
unsafe extern "C" {
    pub(crate) safe fn westerly_network_start(told: extern "C" fn(u8, u8, u8, u8)) -> c_int;
}

#[cfg(westerly_access)]
unsafe extern "C" {
    pub(crate) fn westerly_random(into: *mut u8, size: usize);
    #[cfg(westerly_udp_access_option)]
    pub(crate) safe fn westerly_udp_access_option() -> c_int;
    #[cfg(westerly_udp_access_option)]
    pub(crate) safe fn westerly_session_idle_option() -> u32;
    #[cfg(westerly_udp_access_option)]
    pub(crate) safe fn westerly_session_lifetime_option() -> u32;
}

#[cfg(westerly_files)]
#[repr(u8)]
pub(crate) enum FileMode {
    Read,
    Create,
    Continue,
}

#[cfg(westerly_files)]
unsafe extern "C" {
    pub(crate) fn westerly_file_open(name: *const u8, length: usize, mode: u8) -> c_int;
    pub(crate) fn westerly_file_length(file: c_int, length: *mut u32) -> c_int;
    pub(crate) fn westerly_file_seek(file: c_int, offset: u32) -> c_int;
    pub(crate) fn westerly_file_read(file: c_int, into: *mut u8, size: usize) -> c_int;
    pub(crate) fn westerly_file_write(file: c_int, data: *const u8, length: usize) -> c_int;
    pub(crate) fn westerly_file_close(file: c_int) -> c_int;
    pub(crate) fn westerly_file_rename(from: *const u8, from_length: usize, to: *const u8, to_length: usize) -> c_int;
    pub(crate) fn westerly_file_remove(name: *const u8, length: usize) -> c_int;
}

#[cfg(westerly_settings)]
unsafe extern "C" {
    pub(crate) safe fn westerly_settings_start() -> c_int;
    pub(crate) fn westerly_settings_read(name: *const u8, name_length: usize, into: *mut u8, size: usize) -> c_int;
    pub(crate) fn westerly_settings_write(
        name: *const u8,
        name_length: usize,
        value: *const u8,
        length: usize,
    ) -> c_int;
    pub(crate) fn westerly_settings_delete(name: *const u8, name_length: usize) -> c_int;
    pub(crate) safe fn westerly_settings_commit() -> c_int;
    pub(crate) safe fn westerly_settings_load() -> c_int;
    pub(crate) fn westerly_settings_save(name: *const u8, name_length: usize) -> c_int;
    pub(crate) fn westerly_device_name(into: *mut u8, size: usize) -> usize;
    pub(crate) fn westerly_settings_keep(name: *const u8, name_length: usize, value: *const u8, length: usize)
    -> c_int;
    pub(crate) fn westerly_settings_kept(name: *const u8, name_length: usize, into: *mut u8, size: usize) -> c_int;
    pub(crate) safe fn westerly_boots() -> u32;
}

/// Shows one statistic: its name, its value, and the context. False to see no more.
#[cfg(all(westerly_statistics, zephyr_stats))]
pub(crate) type EachStatistic = extern "C" fn(*const c_char, u64, *mut c_void) -> bool;

#[cfg(all(westerly_statistics, zephyr_stats))]
unsafe extern "C" {
    pub(crate) fn westerly_statistics(each: EachStatistic, context: *mut c_void);
    pub(crate) fn westerly_statistics_group(
        name: *const u8,
        length: usize,
        each: EachStatistic,
        context: *mut c_void,
    ) -> bool;
}

#[cfg(westerly_shell)]
#[repr(C)]
#[derive(Default)]
pub(crate) struct ShellOutput {
    pub(crate) length: usize,
    pub(crate) cut: usize,
}

#[cfg(westerly_shell)]
unsafe extern "C" {
    pub(crate) fn westerly_shell_execute(
        line: *const u8,
        line_length: usize,
        output: *mut u8,
        size: usize,
        result: *mut ShellOutput,
    ) -> c_int;
}

/// As `c/crash.h` declares it, but for the frames behind it.
#[cfg(westerly_crash)]
#[repr(C)]
pub(crate) struct CrashRecord {
    magic: u32,
    check: u32,
    length: u32,
    pub(crate) count: u32,
    pub(crate) uptime: u64,
    pub(crate) boot: u32,
    pub(crate) code: u32,
    pub(crate) line: u32,
    pub(crate) reason: u8,
    pub(crate) placed: u8,
    pub(crate) registers: u8,
    pub(crate) addresses: u8,
    pub(crate) pc: usize,
    pub(crate) lr: usize,
    pub(crate) sp: usize,
    pub(crate) register_values: [usize; 14],
    pub(crate) stack: [usize; 16],
    pub(crate) build_length: u8,
    pub(crate) thread_length: u8,
    pub(crate) file_length: u8,
    pub(crate) build: [u8; 20],
    pub(crate) thread: [u8; 24],
    pub(crate) file: [u8; 48],
}

#[cfg(westerly_crash)]
unsafe extern "C" {
    pub(crate) safe fn westerly_crash_record() -> *const CrashRecord;
    pub(crate) safe fn westerly_crash_checked() -> *const CrashRecord;
    pub(crate) fn westerly_crash_frames(frames: *mut *const u8) -> usize;
    pub(crate) safe fn westerly_crash_register_name(index: u8) -> *const c_char;
    pub(crate) safe fn westerly_crash_clear();
}

#[cfg(westerly_test_crashes)]
unsafe extern "C" {
    pub(crate) fn westerly_test_crash(kind: *const u8, length: usize) -> bool;
}

#[cfg(westerly_erase_storage)]
unsafe extern "C" {
    pub(crate) safe fn westerly_storage_erase() -> c_int;
}

#[cfg(westerly_image)]
unsafe extern "C" {
    pub(crate) safe fn westerly_image_count() -> u8;
    pub(crate) fn westerly_image_slot_size(image: u8, slot: u8, size: *mut u32) -> c_int;
    pub(crate) fn westerly_image_read(image: u8, slot: u8, offset: u32, into: *mut u8, size: usize) -> c_int;
    pub(crate) fn westerly_image_write(image: u8, slot: u8, offset: u32, data: *const u8, length: usize) -> c_int;
    pub(crate) safe fn westerly_image_write_alignment() -> u32;
    pub(crate) fn westerly_image_erase(image: u8, slot: u8, offset: u32, next: *mut u32) -> c_int;
    pub(crate) safe fn westerly_image_active(image: u8) -> c_int;
    pub(crate) safe fn westerly_image_boot_next(image: u8) -> c_int;
    pub(crate) safe fn westerly_image_test(image: u8, permanent: bool) -> c_int;
    pub(crate) safe fn westerly_image_confirm(image: u8) -> c_int;
}

#[cfg(westerly_telemetry)]
#[repr(C)]
#[derive(Default)]
pub(crate) struct Event {
    pub(crate) uptime: u64,
    pub(crate) button: u8,
    pub(crate) pressed: bool,
}

#[cfg(westerly_telemetry)]
unsafe extern "C" {
    pub(crate) fn westerly_source_read(source: u8, value: *mut i32) -> c_int;
    pub(crate) safe fn westerly_sampler_thread_start(entry: extern "C" fn());
    pub(crate) fn westerly_event_wait(event: *mut Event, milliseconds: u32) -> bool;
    pub(crate) safe fn westerly_sampler_wake();
    pub(crate) safe fn westerly_events_lost() -> u32;
}

#[cfg(westerly_io)]
unsafe extern "C" {
    pub(crate) safe fn westerly_io_start();
    pub(crate) fn westerly_io_line(index: u8, output: *mut bool) -> *const c_char;
    pub(crate) safe fn westerly_io_read(index: u8) -> c_int;
    pub(crate) safe fn westerly_io_write(index: u8, value: bool) -> c_int;
    pub(crate) safe fn westerly_io_pulse(index: u8, milliseconds: u32) -> c_int;
}

/// Text of a string that ends in NUL. Empty if there is none, or if it is not UTF-8.
///
/// # Safety
/// `text` is null, or points to bytes that end in NUL, stay where they are, and do not change during `'a`.
pub(crate) unsafe fn text<'a>(text: *const c_char) -> &'a str {
    if text.is_null() {
        return "";
    }
    // SAFETY: not null; the rest is this function's own condition.
    let text = unsafe { core::ffi::CStr::from_ptr(text) };
    text.to_str().unwrap_or_default()
}
