// SPDX-License-Identifier: Apache-2.0

//! What the kernel and the devicetree tell.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use westerly_server::wire::os::DateTime;
use westerly_server::{ClockError, Io, IoError, MoreStatistics, Os, Shell, Storage, StorageError};
use westerly_zephyr::io::ZephyrIo;
use westerly_zephyr::os::ZephyrOs;
use westerly_zephyr::sampler::Event;
use westerly_zephyr::shell::ZephyrShell;
use westerly_zephyr::sources::{ReadError, Source};
use westerly_zephyr::statistics::ZephyrStatistics;
use westerly_zephyr::storage::ZephyrStorage;
use westerly_zephyr::{console, io, network, os, sampler, sources, time, udp, watchdog};

use super::exactly;
use crate::c::{DATAGRAMS, PRINTED};

static STARTED: AtomicU32 = AtomicU32::new(0);

extern "C" fn entry() {
    STARTED.fetch_add(1, Ordering::Relaxed);
}

pub fn os() {
    let mut os = ZephyrOs::new("none");
    let application = os.application();
    assert_eq!((application.node_name, application.kernel_release), ("miri", "4.3.0"));
    assert_eq!(application.hardware_platform, "", "not UTF-8");
    assert_eq!(os.bootloader().map(|bootloader| bootloader.name), Some("MCUboot"));

    let mut names = Vec::new();
    os.tasks(&mut |name, _| {
        names.push(name.to_owned());
        ControlFlow::Continue(())
    });
    assert_eq!(names, ["main", "thread1", "idle", "thread3"]);
    let mut count = 0;
    os.tasks(&mut |_, _| {
        count += 1;
        ControlFlow::Break(())
    });
    assert_eq!(count, 1);

    names.clear();
    os.memory_pools(&mut |name, _| {
        names.push(name.to_owned());
        if names.len() < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    assert_eq!(names, ["system", "heap4294967295", "slab4294967295"]);

    assert_eq!(os.date_time(), Err(ClockError::NotSet));
    let now =
        DateTime::new(2024, (12, 31), (23, 59, 60), 999).or(DateTime::new(2024, (12, 31), (23, 59, 59), 999)).unwrap();
    os.set_date_time(&now).unwrap();
    assert_eq!(os.date_time(), Ok(now));

    console::print_line("printed");
    assert_eq!(*PRINTED.lock().unwrap(), ["printed"]);
    time::sleep_milliseconds(2);
    assert!(time::uptime_milliseconds() >= 2);
    time::yield_now();
    watchdog::join();
    watchdog::report();
    let mut pace = time::Pace::new();
    (0..40).for_each(|_| pace.worked());
    pace.wait(|| time::sleep_milliseconds(1));
    os::reboot();
}

pub fn groups() {
    let mut output = exactly(&[0; 4]);
    let executed = ZephyrShell.execute("a line", &mut output);
    assert_eq!((executed.length, executed.cut, executed.returned), (4, 2, -8));
    assert_eq!(&*output, b"a li");
    assert_eq!(ZephyrShell.execute("", &mut []).length, 0);

    let mut names = Vec::new();
    ZephyrStatistics.names(&mut |name| {
        names.push(name.to_owned());
        if names.len() < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    assert_eq!(names, ["first", "second"]);
    let mut counters = Vec::new();
    let known = ZephyrStatistics.counters("first", &mut |name, value| {
        counters.push((name.to_owned(), value));
        ControlFlow::Continue(())
    });
    assert!(known && counters == [("counter".to_owned(), u64::MAX), (String::new(), 1)]);
    assert!(!ZephyrStatistics.counters("", &mut |_, _| ControlFlow::Continue(())));

    io::start();
    let mut lines = ZephyrIo;
    assert_eq!(lines.line(0).map(|line| (line.name, line.output)), Some(("green", true)));
    assert!(lines.line(2).is_none() && lines.line(usize::MAX).is_none());
    assert_eq!(lines.read(1), Ok(true));
    assert_eq!(lines.write(1, true), Err(IoError::NotAnOutput));
    assert_eq!(lines.pulse(0, 5), Ok(()));

    assert_eq!(ZephyrStorage.erase(), Err(StorageError::Query));
    assert_eq!(sources::read(Source::Light), Ok(-8));
    assert_eq!(sources::read(Source::DieTemperature), Err(ReadError(-19)));
    sampler::start_thread(entry);
    assert_eq!(sampler::wait(7), Some(Event { uptime: 7, button: 1, pressed: true }));
    sampler::wake();
    assert_eq!(sampler::wait(7), None);
    assert_eq!(sampler::lost(), 2);
    assert!(STARTED.load(Ordering::Relaxed) > 0);
}

pub fn udp() {
    let mut socket = udp::Socket::open().unwrap();
    DATAGRAMS.lock().unwrap().push(b"a datagram".to_vec());
    let mut buffer = exactly(&[0; 4]);
    assert!(socket.has_more());
    let udp::Received { length, peer, waited } = socket.receive(&mut buffer).unwrap();
    assert!(!socket.has_more());
    assert_eq!((length, &*buffer, peer.number(), waited), (4, &b"a da"[..], 0x7f00_0001_0539, true));
    assert!(matches!(socket.receive(&mut buffer), Err(udp::Error(11))));
    socket.send(&exactly(b"answer"), &peer).unwrap();
    assert_eq!(DATAGRAMS.lock().unwrap().pop().unwrap(), b"answer");
    udp::start_thread(entry);
    assert_eq!(network::start(address), Ok(()));
    assert_eq!(TOLD.load(Ordering::Relaxed), 7);
}

static TOLD: AtomicU8 = AtomicU8::new(0);

extern "C" fn address(_: u8, _: u8, _: u8, last: u8) {
    TOLD.store(last, Ordering::Relaxed);
}
