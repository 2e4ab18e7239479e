// SPDX-License-Identifier: Apache-2.0
//! The simulated board as a client sees it that others wrote: mcumgr-toolkit, every call it has for the OS and the
//! enumeration group, over UDP and over the pseudo-terminal.

use std::time::Duration;

use chrono::NaiveDateTime;
use mcumgr_toolkit::MCUmgrClient;
use mcumgr_toolkit::bootloader::BootloaderInfo;
use westerly_sim::{Options, Simulator};

const TIMEOUT: Duration = Duration::from_secs(5);

fn over_udp() -> (Simulator, MCUmgrClient) {
    let options = Options { udp: Some("127.0.0.1:0".parse().unwrap()), serial: None, ..Options::default() };
    let board = Simulator::start(options, |_| {}).expect("it starts");
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
}

const UDP: Expected = Expected { thread: "westerly_udp", buffers: "udp_packets", packet_size: 1472 };
#[cfg(unix)]
const SERIAL: Expected = Expected { thread: "westerly_serial", buffers: "serial_packets", packet_size: 384 };

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
    what_is_not_there
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

fn enumeration(_: &Simulator, client: &MCUmgrClient, _: &Expected) {
    let groups = [0, 10];
    assert_eq!(client.enum_get_group_count().unwrap(), 2);
    assert_eq!(client.enum_get_group_ids().unwrap(), groups);
    assert_eq!(client.enum_get_group_id(1).unwrap(), 10);
    assert!(client.enum_get_group_id(2).is_err());
    assert_eq!(client.enum_iter_group_ids().map(Result::unwrap).collect::<Vec<_>>(), groups);
    let details = client.enum_get_group_details(None).unwrap();
    let details: Vec<_> = details.iter().map(|group| (group.group, group.name.as_deref(), group.handlers)).collect();
    assert_eq!(details, [(0, Some("os mgmt"), Some(9)), (10, Some("enum mgmt"), Some(4))]);
    assert_eq!(client.enum_get_group_details(Some(&[10, 99])).unwrap().len(), 1);
}

/// Groups that are not built in say so, which the client can tell from a failure.
fn what_is_not_there(_: &Simulator, client: &MCUmgrClient, _: &Expected) {
    assert!(client.image_get_state().unwrap_err().command_not_supported());
    assert!(client.fs_file_status("/lfs/none").unwrap_err().command_not_supported());
    assert!(client.settings_read("none").unwrap_err().command_not_supported());
    assert!(client.shell_execute(&["help".into()], false).unwrap_err().command_not_supported());
    assert!(client.stats_list_groups().unwrap_err().command_not_supported());
    client.check_connection().unwrap();
}
