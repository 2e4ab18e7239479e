// SPDX-License-Identifier: Apache-2.0
//! Every line of tests/golden: the packets go in, and exactly the packets named come out.

mod device;

use westerly_server::wire::access::{self, seal};
use westerly_server::wire::cbor::Message;
use westerly_server::wire::crash;
use westerly_server::wire::enumeration::{self, CountResponse, DetailsResponse, ListResponse, SingleResponse};
use westerly_server::wire::error::{Code, GroupError, GroupErrorResponse, SmpError, Status};
use westerly_server::wire::files::{
    self, DownloadResponse, HashResponse, HashTypesResponse, StatusResponse, UploadResponse,
};
use westerly_server::wire::group;
use westerly_server::wire::header::{Header, Operation};
use westerly_server::wire::image;
use westerly_server::wire::io;
use westerly_server::wire::log;
use westerly_server::wire::message;
use westerly_server::wire::os::{
    self, ApplicationResponse, BootloaderModeResponse, BootloaderResponse, DateTimeResponse, EchoResponse, Empty,
    MemoryPoolsResponse, ParametersResponse, TaskStatisticsResponse,
};
use westerly_server::wire::settings::{self, ReadResponse};
use westerly_server::wire::shell::ExecuteResponse;
use westerly_server::wire::statistics::{self, GroupResponse};
use westerly_server::wire::telemetry;
use westerly_server::{Requests, Server, ServerCounters};

message! {
    /// A group's error that says where a transfer goes on.
    pub struct GroupErrorAt {
        /// Group and code.
        error: optional GroupError = "err",
        /// What version 1 has in its place.
        code: optional Code = "rc",
        /// So many bytes.
        length: optional u64 = "len",
    }
}

fn packets(field: &str) -> Vec<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    let packet = |text: &str| -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        assert!(digits.len().is_multiple_of(2), "{text}");
        digits.chunks(2).map(byte).collect()
    };
    if field.trim() == "-" { Vec::new() } else { field.split(';').map(packet).collect() }
}

fn answers(suite: &str, requests: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let caller = device::caller(suite);
    let mut server = Server::new(device::guard(suite));
    let mut answers = Vec::new();
    device::with(suite, |groups| {
        for packet in requests {
            let mut requests = Requests::new(packet);
            let mut buffer = [0xaa; 1472];
            while let Some(answer) = server.handle(groups, &caller, &mut requests, &mut buffer) {
                answers.push(buffer[..answer.length].to_vec());
            }
        }
    });
    let ServerCounters { received, succeeded, failed, dropped_no_room, .. } = server.counters();
    assert_eq!(usize::try_from(succeeded.get() + failed.get()).unwrap(), answers.len());
    assert_eq!(received.get(), succeeded.get() + failed.get() + dropped_no_room.get());
    answers
}

/// Reads a response as the type its header calls for, and writes it again: the very bytes must come back.
fn read_and_write_again(packet: &[u8]) -> Vec<u8> {
    fn again<'p, M: Message<'p>>(payload: &'p [u8]) -> Vec<u8> {
        let mut buffer = [0; 2048];
        let length = M::decode(payload).unwrap().encode(&mut buffer).unwrap();
        buffer[..length].to_vec()
    }
    // A seal has one form, which is not that of messages.
    let end = seal::split(seal::Direction::Answer, packet).map_or(packet.len(), |sealed| sealed.messages.len());
    let (packet, seal) = packet.split_at(end);
    let (header, payload) = Header::split(packet).unwrap();
    assert_eq!(payload.len(), usize::from(header.length));
    let payload = match (Status::decode(payload).unwrap(), header.group, header.command) {
        (Status { code: Some(_), .. } | Status { error: Some(_), .. }, group::FILES, _) => {
            again::<GroupErrorAt>(payload)
        }
        (Status { code: Some(_), .. }, ..) => again::<SmpError>(payload),
        (Status { error: Some(_), .. }, ..) => again::<GroupErrorResponse>(payload),
        (_, group::OS, os::command::ECHO) => again::<EchoResponse>(payload),
        (_, group::OS, os::command::TASK_STATISTICS) => again::<TaskStatisticsResponse>(payload),
        (_, group::OS, os::command::MEMORY_POOLS) => again::<MemoryPoolsResponse>(payload),
        (_, group::OS, os::command::DATE_TIME) if payload.len() > 2 => again::<DateTimeResponse>(payload),
        (_, group::OS, os::command::DATE_TIME | os::command::RESET) => again::<Empty>(payload),
        (_, group::OS, os::command::PARAMETERS) => again::<ParametersResponse>(payload),
        (_, group::OS, os::command::APPLICATION) => again::<ApplicationResponse>(payload),
        (_, group::OS, os::command::BOOTLOADER) if BootloaderResponse::decode(payload).is_ok() => {
            again::<BootloaderResponse>(payload)
        }
        (_, group::OS, os::command::BOOTLOADER) => again::<BootloaderModeResponse>(payload),
        (_, group::STATISTICS, statistics::command::GROUP) => again::<GroupResponse>(payload),
        (_, group::STATISTICS, statistics::command::LIST) => again::<statistics::ListResponse>(payload),
        (_, group::SETTINGS, settings::command::VALUE) if payload.len() > 2 => again::<ReadResponse>(payload),
        (_, group::SETTINGS | group::ZEPHYR, _) => again::<Empty>(payload),
        (_, group::SHELL, _) => again::<ExecuteResponse>(payload),
        (_, group::FILES, files::command::FILE) if header.operation == Operation::WriteResponse => {
            again::<UploadResponse>(payload)
        }
        (_, group::FILES, files::command::FILE) => again::<DownloadResponse<'_>>(payload),
        (_, group::FILES, files::command::STATUS) => again::<StatusResponse>(payload),
        (_, group::FILES, files::command::HASH) => again::<HashResponse<'_>>(payload),
        (_, group::FILES, files::command::HASH_TYPES) => again::<HashTypesResponse<'_>>(payload),
        (_, group::FILES, files::command::CLOSE) => again::<Empty>(payload),
        (_, group::IMAGE, image::command::STATE) => again::<image::StateResponse>(payload),
        (_, group::IMAGE, image::command::UPLOAD) => again::<image::UploadResponse>(payload),
        (_, group::IMAGE, image::command::ERASE) => again::<Empty>(payload),
        (_, group::IMAGE, image::command::SLOT_INFO) => again::<image::SlotInfoResponse>(payload),
        (_, group::ENUMERATION, enumeration::command::COUNT) => again::<CountResponse>(payload),
        (_, group::ENUMERATION, enumeration::command::LIST) => again::<ListResponse>(payload),
        (_, group::ENUMERATION, enumeration::command::SINGLE) => again::<SingleResponse>(payload),
        (_, group::ENUMERATION, enumeration::command::DETAILS) => again::<DetailsResponse>(payload),
        (_, group::TELEMETRY, telemetry::command::TOPICS) => again::<telemetry::TopicsResponse>(payload),
        (_, group::TELEMETRY, telemetry::command::READ) => again::<telemetry::ReadResponse>(payload),
        (_, group::TELEMETRY, telemetry::command::LATEST) => again::<telemetry::LatestResponse>(payload),
        (_, group::TELEMETRY, telemetry::command::CONFIGURE) if header.operation == Operation::ReadResponse => {
            again::<telemetry::Configure>(payload)
        }
        (_, group::LOG, log::command::READ) => again::<log::ReadResponse>(payload),
        (_, group::LOG, log::command::LEVEL) if header.operation == Operation::ReadResponse => {
            again::<log::LevelResponse>(payload)
        }
        (_, group::IO, io::command::LIST) => again::<io::ListResponse>(payload),
        (_, group::IO, io::command::VALUE) if header.operation == Operation::ReadResponse => {
            again::<io::ReadResponse>(payload)
        }
        (_, group::ACCESS, access::command::CHALLENGE) => again::<access::ChallengeResponse>(payload),
        (_, group::ACCESS, access::command::LOGIN) => again::<access::LoginResponse>(payload),
        (_, group::ACCESS, access::command::SESSION) => again::<access::SessionResponse>(payload),
        (_, group::ACCESS, access::command::KEYS) if header.operation == Operation::ReadResponse => {
            again::<access::KeysResponse>(payload)
        }
        (_, group::ACCESS, access::command::POLICY) if header.operation == Operation::ReadResponse => {
            again::<access::PolicyResponse>(payload)
        }
        (_, group::CRASH, crash::command::RECORD) => again::<crash::RecordResponse>(payload),
        (_, group::CRASH, crash::command::LOG) => again::<crash::LogResponse>(payload),
        (_, group::ACCESS | group::TELEMETRY | group::LOG | group::IO | group::CRASH, _) => again::<Empty>(payload),
        (_, group, command) => panic!("no type for group {group}, command {command}"),
    };
    [&header.to_bytes()[..], &payload, seal].concat()
}

fn check(suite: &str, file: &str) {
    let mut lines = 0;
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, requests, expected] = fields[..] else { panic!("three fields: {line}") };
        for packet in packets(expected) {
            assert_eq!(read_and_write_again(&packet), packet, "{name}");
        }
        let hex = |packets: Vec<Vec<u8>>| -> Vec<String> {
            packets.iter().map(|packet| packet.iter().map(|byte| format!("{byte:02x}")).collect()).collect()
        };
        assert_eq!(hex(answers(suite, &packets(requests))), hex(packets(expected)), "{name}");
        lines += 1;
    }
    assert!(lines >= 10, "only {lines} lines");
}

/// A test a file.
macro_rules! files {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name), include_str!(concat!("golden/", stringify!($name), ".txt")));
        }
    )*};
}

files! {
    access
    access_serial
    crash
    enumeration
    envelope
    files
    image
    io
    log
    os
    recorded
    recorded_image
    recorded_images
    recorded_files
    recorded_values
    settings
    shell
    statistics
    telemetry
    zephyr
}
