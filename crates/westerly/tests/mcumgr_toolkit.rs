// SPDX-License-Identifier: Apache-2.0
//! The simulated board as a client sees it that others wrote: mcumgr-toolkit, every call it has for the OS, statistics,
//! settings, shell, Zephyr and enumeration groups, over UDP and over the pseudo-terminal.

use std::time::Duration;

use chrono::NaiveDateTime;
use mcumgr_toolkit::MCUmgrClient;
use mcumgr_toolkit::bootloader::BootloaderInfo;
use westerly_sim::{Options, Simulator};

const TIMEOUT: Duration = Duration::from_secs(5);

fn over_udp() -> (Simulator, MCUmgrClient) {
    let options = Options { udp: Some("127.0.0.1:0".parse().unwrap()), serial: None, ..Options::default() };
    let board = Simulator::start(options.with_open_udp(), |_| {}).expect("it starts");
    let client = MCUmgrClient::new_from_udp(board.udp_address().unwrap(), TIMEOUT).expect("it connects");
    (board, client)
}

#[cfg(unix)]
fn over_serial() -> (Simulator, MCUmgrClient) {
    let board = Simulator::start(Options { udp: None, ..Options::default() }, |_| {}).expect("it starts");
    let path = board.pty_path().unwrap().to_str().unwrap();
    let port = serialport::new(path, 115_200).timeout(TIMEOUT).open().expect("it opens");
    let client = MCUmgrClient::new_from_serial(port);
    (board, client)
}

/// What differs between the transports.
struct Expected {
    thread: &'static str,
    buffers: &'static str,
    packet_size: u32,
    counters: &'static str,
    shell: bool,
}

const UDP: Expected =
    Expected { thread: "westerly_udp", buffers: "udp_packets", packet_size: 1412, counters: "udp", shell: false };
#[cfg(unix)]
const SERIAL: Expected = Expected {
    thread: "westerly_serial",
    buffers: "serial_packets",
    packet_size: 384,
    counters: "serial",
    shell: true,
};

/// A test over each transport.
macro_rules! over_both {
    ($($name:ident)*) => {
        mod udp {
            $(#[test] fn $name() { let (board, client) = super::over_udp(); super::$name(&board, &client, &super::UDP); })*
        }
        #[cfg(unix)]
        mod serial {
            $(#[test] fn $name() { let (board, client) = super::over_serial(); super::$name(&board, &client, &super::SERIAL); })*
        }
    };
}

over_both! {
    echo
    parameters_and_the_frames_they_allow
    task_statistics
    memory_pools
    date_time
    application
    bootloader
    reset
    enumeration
    settings
    erased_storage
    statistics
    shell
    files
}

fn echo(_: &Simulator, client: &MCUmgrClient, _: &Expected) {
    client.check_connection().unwrap();
    for text in ["", "hello", "ünïcödé ✓", &"long ".repeat(50)] {
        assert_eq!(client.os_echo(text).unwrap(), text);
    }
}

fn parameters_and_the_frames_they_allow(_: &Simulator, client: &MCUmgrClient, expected: &Expected) {
    let parameters = client.os_mcumgr_parameters().unwrap();
    assert_eq!((parameters.buf_size, parameters.buf_count), (expected.packet_size, 4));
    client.use_auto_frame_size().unwrap();
    // What header, map, key and the text's own head leave for the text. The map takes one byte here and two in the answer,
    // which is the larger of both.
    let text = "x".repeat(usize::try_from(parameters.buf_size).unwrap() - 8 - 2 - 2 - 3);
    assert_eq!(client.os_echo(&text).unwrap(), text);
}

fn task_statistics(_: &Simulator, client: &MCUmgrClient, expected: &Expected) {
    let tasks = client.os_task_statistics().unwrap();
    assert_eq!(tasks.keys().collect::<Vec<_>>(), [expected.thread]);
    let task = &tasks[expected.thread];
    assert_eq!((task.prio, task.tid, task.state), (0, 0, 1 << 7));
    let (used, size) = (task.stkuse.unwrap(), task.stksiz.unwrap());
    assert!(used < size && size == 256 * 1024, "{used} of {size}");
    assert!(task.cswcnt.unwrap() > 0);
}

fn memory_pools(_: &Simulator, client: &MCUmgrClient, expected: &Expected) {
    let pools = client.os_memory_pool_statistics().unwrap();
    assert_eq!(pools.keys().collect::<Vec<_>>(), [expected.buffers]);
    let pool = &pools[expected.buffers];
    assert_eq!((pool.blksiz, pool.nblks, pool.nfree, pool.min), (expected.packet_size.into(), 2, 0, 0));
}

fn date_time(_: &Simulator, client: &MCUmgrClient, _: &Expected) {
    client.os_get_datetime().unwrap();
    let set: NaiveDateTime = "2040-02-29T23:59:59.900".parse().unwrap();
    client.os_set_datetime(set).unwrap();
    let got = client.os_get_datetime().unwrap();
    assert!(got >= set && got < set + chrono::TimeDelta::minutes(1), "{got}");
}

fn application(_: &Simulator, client: &MCUmgrClient, _: &Expected) {
    assert_eq!(client.os_application_info(None).unwrap(), "westerly-sim");
    let all = client.os_application_info(Some("a")).unwrap();
    assert_eq!(all.split(' ').count(), 9, "{all}");
    let letters: Vec<_> = "snrvbmpio".chars().map(|letter| letter.to_string()).collect();
    let one_by_one: Vec<_> = letters.iter().map(|letter| client.os_application_info(Some(letter)).unwrap()).collect();
    assert_eq!(one_by_one.join(" "), all);
    assert!(client.os_application_info(Some("x")).is_err());
}

fn bootloader(_: &Simulator, client: &MCUmgrClient, _: &Expected) {
    let expected = BootloaderInfo::MCUboot { mode: 3, no_downgrade: false };
    assert_eq!(client.os_bootloader_info().unwrap(), expected);
}

fn reset(board: &Simulator, client: &MCUmgrClient, _: &Expected) {
    client.os_system_reset(false, None).unwrap();
    client.os_system_reset(true, Some(0)).unwrap();
    client.check_connection().unwrap();
    assert_eq!(board.boots(), 3);
}

/// The groups in the board's order, with names and one more than the highest command of each.
const GROUPS: [(u16, &str, u8); 13] = [
    (0, "os mgmt", 9),
    (1, "img mgmt", 7),
    (2, "stat mgmt", 2),
    (3, "settings mgmt", 4),
    (8, "fs mgmt", 5),
    (9, "shell mgmt", 1),
    (63, "zephyr basic mgmt", 1),
    (64, "telemetry", 4),
    (65, "log", 2),
    (66, "io", 3),
    (68, "crash", 3),
    (10, "enum mgmt", 4),
    (67, "access", 7),
];

fn enumeration(_: &Simulator, client: &MCUmgrClient, expected: &Expected) {
    let ids: Vec<_> = GROUPS.iter().map(|(id, ..)| *id).collect();
    assert_eq!(usize::from(client.enum_get_group_count().unwrap()), ids.len());
    assert_eq!(client.enum_get_group_ids().unwrap(), ids);
    assert_eq!(client.enum_get_group_id(1).unwrap(), ids[1]);
    assert!(client.enum_get_group_id(u16::try_from(ids.len()).unwrap()).is_err());
    assert_eq!(client.enum_iter_group_ids().map(Result::unwrap).collect::<Vec<_>>(), ids);
    let details = client.enum_get_group_details(None).unwrap();
    let details: Vec<_> =
        details.iter().map(|group| (group.group, group.name.as_deref(), group.handlers.unwrap())).collect();
    // A serial packet has no room for the names of all groups.
    let named = expected.packet_size > 400;
    assert_eq!(details, GROUPS.map(|(id, name, handlers)| (id, named.then_some(name), handlers)));
    assert_eq!(client.enum_get_group_details(Some(&[10, 99])).unwrap().len(), 1);
}

fn settings(_: &Simulator, client: &MCUmgrClient, _: &Expected) {
    assert_eq!(client.settings_read("device/name").unwrap(), b"westerly");
    client.settings_write("device/name", b"roof").unwrap();
    assert_eq!(client.os_application_info(Some("n")).unwrap(), "westerly");
    client.settings_commit().unwrap();
    assert_eq!(client.os_application_info(Some("n")).unwrap(), "roof");

    let first = client.settings_read_ext("device/name", Some(2)).unwrap();
    assert_eq!((first.val, first.max_size), (b"ro".to_vec(), None));
    assert_eq!(client.settings_read_ext("device/name", Some(1000)).unwrap().max_size, Some(64));

    // What is saved lasts, what is not does not.
    client.settings_write("device/location", b"here").unwrap();
    client.settings_save(Some("device/name")).unwrap();
    client.os_system_reset(false, None).unwrap();
    assert_eq!(client.settings_read("device/name").unwrap(), b"roof");
    assert_eq!(client.settings_read("device/location").unwrap(), b"");
    client.settings_write("device/name", b"cellar").unwrap();
    client.settings_load().unwrap();
    assert_eq!(client.settings_read("device/name").unwrap(), b"roof");
    client.settings_delete("device/name").unwrap();
    client.settings_save(None::<&str>).unwrap();
    client.settings_delete("device/name").unwrap();
    client.os_system_reset(false, None).unwrap();
    assert_eq!(client.settings_read("device/name").unwrap(), b"westerly");
    let boots = client.settings_read("device/boots").unwrap();
    assert_eq!(boots, 3u32.to_le_bytes());
}

fn erased_storage(_: &Simulator, client: &MCUmgrClient, _: &Expected) {
    client.settings_write("device/name", b"roof").unwrap();
    client.settings_save(None::<&str>).unwrap();
    client.zephyr_erase_storage().unwrap();
    assert_eq!(client.settings_read("device/name").unwrap(), b"roof");
    client.os_system_reset(false, None).unwrap();
    assert_eq!(client.settings_read("device/name").unwrap(), b"westerly");
}

fn statistics(board: &Simulator, client: &MCUmgrClient, expected: &Expected) {
    assert_eq!(client.stats_list_groups().unwrap(), ["server", "serial", "udp", "telemetry", "access"]);
    let server = client.stats_get_group_data("server").unwrap();
    assert_eq!((server["received"], server["succeeded"], server["failed"]), (2, 1, 0));
    assert_eq!(u64::from(board.counters().received.get()), 2);
    let own = client.stats_get_group_data(expected.counters).unwrap();
    // Each request is counted before it is answered, each answer after it has left.
    assert_eq!((own["packets_received"], own["packets_sent"], own["unsent"]), (3, 2, 0));
    assert!(own["bytes_received"] > 3 * 8 && own["bytes_sent"] > 2 * 8);
    assert!(client.stats_get_group_data("none").is_err());
    client.os_system_reset(false, None).unwrap();
    // The answer to the reset had left before the counts started anew.
    assert_eq!(client.stats_get_group_data(expected.counters).unwrap()["packets_received"], 1);
}

fn shell(_: &Simulator, client: &MCUmgrClient, expected: &Expected) {
    let run = |line: &str| client.shell_execute(&line.split(' ').map(String::from).collect::<Vec<_>>(), false);
    if !expected.shell {
        assert!(format!("{:?}", run("help").unwrap_err()).contains("rc: 11"));
        return;
    }
    assert_eq!(run("echo a b").unwrap(), (0, "a b\n".into()));
    assert_eq!(run("false").unwrap(), (1, String::new()));
    assert_eq!(run("none").unwrap(), (-8, "none: command not found\n".into()));
    assert!(run("uptime").unwrap().1.starts_with("Uptime: "));
    assert!(run("stat serial").unwrap().1.contains("packets_received"));
    assert!(run(&"x".repeat(256)).is_err());
    assert!(run("").is_err());
}

fn files(board: &Simulator, client: &MCUmgrClient, _: &Expected) {
    let content: Vec<u8> = (0..20_000u32).flat_map(u32::to_le_bytes).collect();
    let length = u64::try_from(content.len()).unwrap();
    client.fs_file_upload("/lfs1/numbers", &content[..], length, None).unwrap();
    assert_eq!(std::fs::read(board.files_folder().join("numbers")).unwrap(), content);
    let mut downloaded = Vec::new();
    client.fs_file_download("/lfs1/numbers", &mut downloaded, None).unwrap();
    assert_eq!(downloaded, content);
    assert_eq!(client.fs_file_status("/lfs1/numbers").unwrap().len, length);
    client.fs_file_close().unwrap();
    let kinds = client.fs_supported_checksum_types().unwrap();
    assert_eq!(kinds.len(), 2);
    for kind in kinds.keys() {
        let sum = client.fs_file_checksum("/lfs1/numbers", Some(kind), 100, Some(1000)).unwrap();
        assert_eq!((&*sum.r#type, sum.off, sum.len), (&**kind, 100, 1000));
    }
    assert!(client.fs_file_status("/lfs1/none").is_err());
    client.check_connection().unwrap();
}
