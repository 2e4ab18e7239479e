// SPDX-License-Identifier: Apache-2.0

//! The build's facts, the kernel, its clock, threads and sockets.

use std::ffi::{c_char, c_int, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use zephyr_sys::{device, k_mutex, k_sem};

use super::{bytes, fill, functions, literal, put, text};

#[repr(C)]
struct Application([*const c_char; 6]);

#[repr(C)]
struct Bootloader {
    name: *const c_char,
    mode: i32,
    no_downgrade: bool,
}

#[repr(C)]
struct MemoryPool {
    kind: *const c_char,
    index: u32,
    block_size: u32,
    blocks: u32,
    free: u32,
    minimum_free: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct DateTime {
    year: u16,
    millisecond: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    weekday: u8,
    day_of_year: u16,
}

#[repr(C)]
struct Thread {
    name: *const c_char,
    priority: i32,
    state: u32,
    stack_size: u32,
    stack_used: u32,
    context_switches: u32,
    runtime: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct UdpPeer {
    address: u32,
    port: u16,
}

#[repr(C)]
struct Event {
    uptime: u64,
    button: u8,
    pressed: bool,
}

/// The chosen UART.
pub static UART: device = device::new(4, true);

/// What was printed.
pub static PRINTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The datagrams that wait, and those that were sent.
pub static DATAGRAMS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

static RTC: Mutex<Option<DateTime>> = Mutex::new(None);
static EVENTS: AtomicU32 = AtomicU32::new(0);
static NOW: AtomicU64 = AtomicU64::new(0);

functions! {
    fn westerly_application(application: *mut Application) {
        put(application, Application([
            literal(c"4.3.0"), literal(c"4.3.0-0"), literal(c""), literal(c"arm"), literal(c"cortex-m3"),
            // Not UTF-8: the text of none.
            literal(c"\xff"),
        ]));
    }

    fn westerly_bootloader(bootloader: *mut Bootloader) {
        put(bootloader, Bootloader { name: literal(c"MCUboot"), mode: 3, no_downgrade: true });
    }

    fn westerly_memory_pool(position: u32, pool: *mut MemoryPool) -> bool {
        let kind = match position {
            0 => c"system",
            1 => c"heap",
            2 => c"slab",
            _ => return false,
        };
        put(pool, MemoryPool { kind: literal(kind), index: u32::MAX, block_size: 1, blocks: 2, free: 3, minimum_free: 4 });
        true
    }

    fn westerly_print_line(line: *const c_char, length: usize) {
        PRINTED.lock().unwrap().push(text(line.cast(), length));
    }

    fn westerly_reboot() {}

    fn westerly_rtc_get(time: *mut DateTime) -> c_int {
        match *RTC.lock().unwrap() {
            Some(set) => {
                put(time, set);
                0
            }
            None => -61,
        }
    }

    fn westerly_rtc_set(time: *const DateTime) -> c_int {
        // SAFETY: what the caller promises.
        *RTC.lock().unwrap() = Some(unsafe { time.read() });
        0
    }

    fn westerly_threads(each: extern "C" fn(*const Thread, *mut c_void), context: *mut c_void) {
        for name in [c"main", c"", c"idle"] {
            // On C's stack, and gone when the next one comes.
            let name = name.to_owned();
            let thread = Thread {
                name: name.as_ptr(), priority: -1, state: 0, stack_size: 1024, stack_used: 512, context_switches: 7, runtime: 1 << 40,
            };
            each(&raw const thread, context);
        }
        let nameless = Thread {
            name: std::ptr::null(), priority: 0, state: 0, stack_size: 0, stack_used: 0, context_switches: 0, runtime: 0,
        };
        each(&raw const nameless, context);
    }

    fn westerly_uart_mcumgr() -> *const device {
        &raw const UART
    }

    fn westerly_uart_drain_time() -> u32 {
        1
    }

    // A millisecond of the device's is one of the host's, so that waiting is waiting.
    fn westerly_sleep(milliseconds: u32) {
        NOW.fetch_add(milliseconds.into(), Ordering::Relaxed);
        thread::sleep(Duration::from_millis(milliseconds.into()));
    }

    fn westerly_watchdog_join() {}

    fn westerly_watchdog_report() {}

    fn westerly_sleep_tick() {
        NOW.fetch_add(10, Ordering::Relaxed);
    }

    fn westerly_uptime() -> u64 {
        NOW.load(Ordering::Relaxed)
    }

    fn westerly_yield() {
        thread::yield_now();
    }

    fn westerly_semaphore_take(semaphore: *mut k_sem, milliseconds: u32) -> bool {
        // SAFETY: what the caller promises.
        unsafe { zephyr_sys::semaphore_take(semaphore, Some(Duration::from_millis(milliseconds.into()))) }
    }

    fn westerly_semaphore_wait(semaphore: *mut k_sem) -> bool {
        // SAFETY: what the caller promises.
        unsafe { zephyr_sys::semaphore_take(semaphore, None) }
    }

    fn westerly_mutex_lock(mutex: *mut k_mutex) {
        // SAFETY: what the caller promises.
        unsafe { zephyr_sys::mutex_lock(mutex) };
    }

    fn westerly_udp_open() -> c_int {
        3
    }

    // As recvfrom() with MSG_TRUNC: the length told may be more than there was room for.
    fn westerly_udp_receive(socket: c_int, buffer: *mut u8, size: usize, peer: *mut UdpPeer, waited: *mut bool) -> c_int {
        assert_eq!(socket, 3);
        let Some(datagram) = DATAGRAMS.lock().unwrap().pop() else {
            return -11;
        };
        fill(buffer, size, &datagram);
        put(waited, true);
        put(peer, UdpPeer { address: 0x7f00_0001, port: 1337 });
        c_int::try_from(datagram.len()).unwrap()
    }

    fn westerly_udp_has_more(socket: c_int) -> bool {
        assert_eq!(socket, 3);
        !DATAGRAMS.lock().unwrap().is_empty()
    }

    fn westerly_udp_send(socket: c_int, data: *const u8, length: usize, peer: *const UdpPeer) -> c_int {
        assert_eq!(socket, 3);
        // SAFETY: what the caller promises.
        assert_eq!(unsafe { peer.read() }.port, 1337);
        DATAGRAMS.lock().unwrap().push(bytes(data, length));
        c_int::try_from(length).unwrap()
    }

    fn westerly_udp_thread_start(entry: extern "C" fn()) {
        thread::spawn(move || entry()).join().unwrap();
    }

    fn westerly_network_start(told: extern "C" fn(u8, u8, u8, u8)) -> c_int {
        told(192, 0, 2, 7);
        0
    }

    fn westerly_sampler_thread_start(entry: extern "C" fn()) {
        thread::spawn(move || entry()).join().unwrap();
    }

    fn westerly_source_read(source: u8, value: *mut i32) -> c_int {
        if source == 3 {
            return -19;
        }
        put(value, -i32::from(source));
        0
    }

    fn westerly_event_wait(event: *mut Event, milliseconds: u32) -> bool {
        let came = EVENTS.swap(0, Ordering::Relaxed) == 0;
        if came {
            put(event, Event { uptime: milliseconds.into(), button: 1, pressed: true });
        }
        came
    }

    fn westerly_sampler_wake() {
        EVENTS.store(1, Ordering::Relaxed);
    }

    fn westerly_events_lost() -> u32 {
        2
    }

    fn westerly_statistics(each: extern "C" fn(*const c_char, u64, *mut c_void) -> bool, context: *mut c_void) {
        for name in [c"first", c"second", c"third"] {
            let name = name.to_owned();
            if !each(name.as_ptr(), 0, context) {
                return;
            }
        }
    }

    fn westerly_statistics_group(
        name: *const u8,
        length: usize,
        each: extern "C" fn(*const c_char, u64, *mut c_void) -> bool,
        context: *mut c_void,
    ) -> bool {
        if text(name, length) != "first" {
            return false;
        }
        let _ = each(c"counter".as_ptr(), u64::MAX, context) && each(std::ptr::null(), 1, context);
        true
    }
}
