// SPDX-License-Identifier: Apache-2.0
//! Every message: what is written reads back, whatever its values, and any bytes are read or refused.

use proptest::prelude::*;
use westerly_wire::cbor::{Entries, Full, List, Malformed, Message, Number, Reader, Writer};
use westerly_wire::enumeration::{
    CountResponse, Details, DetailsRequest, DetailsResponse, ListResponse, SingleRequest, SingleResponse,
};
use westerly_wire::error::{Code, GroupError, GroupErrorResponse, SmpError, Status};
use westerly_wire::os::{
    ApplicationRequest, ApplicationResponse, BootloaderModeResponse, BootloaderRequest, BootloaderResponse, DateTime,
    DateTimeRequest, DateTimeResponse, EchoRequest, EchoResponse, Empty, Force, MemoryPool, MemoryPoolsResponse,
    ParametersResponse, ResetRequest, Task, TaskStatisticsResponse,
};

/// Written and read back; and refused by every buffer that is too small.
macro_rules! survives {
    ($message:expr, $type:ty) => {{
        let message: $type = $message;
        let mut buffer = [0; 2048];
        let length = message.encode(&mut buffer).unwrap();
        prop_assert_eq!(<$type>::decode(&buffer[..length]), Ok(message));
        prop_assert_eq!(Reader::new(&buffer[..length]).skip(), Ok(&buffer[..length]));
        for room in [0, length / 2, length - 1] {
            prop_assert_eq!(message.encode(&mut [0; 2048][..room]), Err(Full));
        }
        for cut in [1, length / 2, length - 1] {
            prop_assert_eq!(<$type>::decode(&buffer[..cut]), Err(Malformed), "cut to {}", cut);
        }
    }};
}

fn task() -> impl Strategy<Value = Task> {
    (any::<[u32; 6]>(), any::<i32>(), any::<u64>()).prop_map(|(n, priority, runtime)| Task {
        priority,
        id: n[0],
        state: n[1],
        stack_used: n[2],
        stack_size: n[3],
        context_switches: n[4],
        runtime,
        last_checkin: n[5],
        next_checkin: 0,
    })
}

fn memory_pool() -> impl Strategy<Value = MemoryPool> {
    any::<[u32; 4]>().prop_map(|[block_size, blocks, free, minimum_free]| MemoryPool {
        block_size,
        blocks,
        free,
        minimum_free,
    })
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![any::<i64>().prop_map(Number::Integer), any::<f32>().prop_map(Number::Float)]
}

proptest! {
    #[test]
    fn os_requests(text in ".{0,40}", present: bool, force: Option<bool>, boot_mode: Option<u8>) {
        let text = present.then_some(&text[..]);
        survives!(EchoRequest { message: text }, EchoRequest);
        survives!(ApplicationRequest { format: text }, ApplicationRequest);
        survives!(BootloaderRequest { query: text }, BootloaderRequest);
        survives!(ResetRequest { force: force.map(Force), boot_mode }, ResetRequest);
        survives!(Empty {}, Empty);
    }

    #[test]
    fn os_responses(text in ".{0,40}", size: u32, count: u32, mode: i32, no_downgrade: Option<bool>) {
        survives!(EchoResponse { message: &text }, EchoResponse);
        survives!(ApplicationResponse { output: &text }, ApplicationResponse);
        survives!(BootloaderResponse { bootloader: &text }, BootloaderResponse);
        survives!(BootloaderModeResponse { mode, no_downgrade }, BootloaderModeResponse);
        survives!(ParametersResponse { buffer_size: size, buffer_count: count }, ParametersResponse);
    }

    #[test]
    fn date_times(year in 1900u16..=9999, second in 0u8..60, millisecond in 0u16..1000) {
        let date_time = DateTime::new(year, (2, 28), (23, 59, second), millisecond).unwrap();
        survives!(DateTimeRequest { date_time }, DateTimeRequest);
        survives!(DateTimeResponse { date_time }, DateTimeResponse);
    }

    #[test]
    fn figures(tasks in prop::collection::vec(("[a-z]{1,20}", task()), 0..6), pools in prop::collection::vec(("[a-z]{1,20}", memory_pool()), 0..6)) {
        let tasks: Vec<(&str, Task)> = tasks.iter().map(|(name, task)| (&name[..], *task)).collect();
        survives!(TaskStatisticsResponse { tasks: Entries::Values(&tasks) }, TaskStatisticsResponse);
        let pools: Vec<(&str, MemoryPool)> = pools.iter().map(|(name, pool)| (&name[..], *pool)).collect();
        survives!(Entries::Values(&pools), MemoryPoolsResponse);
    }

    #[test]
    fn enumeration(index: Option<u32>, group: u16, end: Option<bool>, groups: Vec<u16>, handlers: Option<u32>) {
        let wide: Vec<u32> = groups.iter().map(|&group| group.into()).collect();
        survives!(CountResponse { count: group }, CountResponse);
        survives!(ListResponse { groups: List::Values(&groups) }, ListResponse);
        survives!(SingleRequest { index }, SingleRequest);
        survives!(SingleResponse { group, end }, SingleResponse);
        survives!(DetailsRequest { groups: Some(List::Values(&wide)) }, DetailsRequest);
        let details = [Details { group, name: Some("os mgmt"), handlers }, Details { group, name: None, handlers: None }];
        survives!(DetailsResponse { groups: List::Values(&details) }, DetailsResponse);
    }

    #[test]
    fn files(text in ".{0,40}", data: Vec<u8>, offset: u64, length: Option<u64>, number: u64, present: bool) {
        use westerly_wire::files::{
            DownloadRequest, DownloadResponse, HashKind, HashOutput, HashRequest, HashResponse, HashTypesResponse,
            StatusRequest, StatusResponse, UploadRequest, UploadResponse,
        };
        let optional = present.then_some(&data[..]);
        survives!(DownloadRequest { offset, name: &text }, DownloadRequest);
        survives!(DownloadResponse { offset, data: &data, length }, DownloadResponse);
        survives!(UploadRequest { offset, data: optional, name: &text, length }, UploadRequest);
        survives!(UploadResponse { offset }, UploadResponse);
        survives!(StatusRequest { name: &text }, StatusRequest);
        survives!(StatusResponse { length: number }, StatusResponse);
        survives!(HashRequest { name: &text, kind: present.then_some("sha256"), offset: length, length }, HashRequest);
        let output = if present { HashOutput::Bytes(&data) } else { HashOutput::Number(number) };
        survives!(HashResponse { kind: &text, offset: length, length: number, output }, HashResponse);
        let kinds = [("crc32", HashKind { format: 0, size: 4 }), ("sha256", HashKind { format: 1, size: 32 })];
        survives!(HashTypesResponse { kinds: Entries::Values(&kinds) }, HashTypesResponse);
    }

    #[test]
    fn images(text in "[0-9.]{0,20}", data: Vec<u8>, number: Option<u32>, flag: Option<bool>, length: Option<u64>, offset: u64, present: bool) {
        use westerly_wire::image::{
            EraseRequest, ImageSlots, ImageState, SlotInfoResponse, SlotInformation, StateRequest, StateResponse,
            UploadRequest, UploadResponse,
        };
        let bytes = present.then_some(&data[..]);
        let state = ImageState {
            image: number,
            slot: 1,
            version: &text,
            hash: bytes,
            bootable: flag,
            pending: flag,
            confirmed: Some(present),
            active: flag,
            permanent: flag,
        };
        survives!(StateResponse { images: List::Values(&[state, ImageState { slot: 0, ..state }]), split_status: Some(-1) }, StateResponse);
        survives!(StateRequest { hash: bytes, confirm: flag }, StateRequest);
        survives!(UploadRequest { image: number, length, offset: length, sha: bytes, data: bytes, upgrade: flag }, UploadRequest);
        survives!(UploadResponse { offset, matches: flag }, UploadResponse);
        survives!(EraseRequest { slot: number }, EraseRequest);
        let slots = [SlotInformation { slot: 0, size: offset, upload_image_id: number }];
        let images = [ImageSlots { image: 0, slots: List::Values(&slots), max_image_size: length }];
        survives!(SlotInfoResponse { images: List::Values(&images) }, SlotInfoResponse);
    }

    #[test]
    fn values_by_name(text in ".{0,40}", data: Vec<u8>, size: Option<u32>, present: bool, counts in prop::collection::vec(any::<u64>(), 0..6), returned: i32) {
        use westerly_wire::settings::{DeleteRequest, ReadRequest, ReadResponse, SaveRequest, WriteRequest};
        use westerly_wire::shell::{ExecuteRequest, ExecuteResponse};
        use westerly_wire::statistics::{GroupRequest, GroupResponse, ListResponse};
        survives!(ReadRequest { name: &text, max_size: size }, ReadRequest);
        survives!(ReadResponse { value: &data, max_size: size }, ReadResponse);
        survives!(WriteRequest { name: &text, value: &data }, WriteRequest);
        survives!(DeleteRequest { name: &text }, DeleteRequest);
        survives!(SaveRequest { name: present.then_some(&text[..]) }, SaveRequest);
        survives!(ExecuteRequest { arguments: List::Values(&[&text[..], "x"]) }, ExecuteRequest);
        survives!(ExecuteResponse { output: &text, returned }, ExecuteResponse);
        survives!(GroupRequest { name: &text }, GroupRequest);
        let fields: Vec<(&str, u64)> = counts.iter().map(|&count| (&text[..], count)).collect();
        survives!(GroupResponse { name: &text, fields: Entries::Values(&fields) }, GroupResponse);
        survives!(ListResponse { names: List::Values(&[&text[..], "b"]) }, ListResponse);
    }

    #[test]
    fn telemetry(text in ".{0,40}", id: u8, next: Option<u32>, wide: Option<u64>, number in number(), numbers: Vec<u32>, flag: Option<bool>) {
        use westerly_wire::telemetry::{
            Configure, Latest, LatestRequest, LatestResponse, ReadRequest, ReadResponse, Record, Topic, TopicsRequest,
            TopicsResponse,
        };
        let (topic, kind, sequence) = (id, id / 2, wide.unwrap_or(5));
        let (window, bits, optional) = (next.map(|_| u16::MAX), next.map(|_| id), flag.map(|_| number));
        let what = Topic {
            id, name: &text, unit: &text, kind: "fixed", decimals: bits, period: 5, window, statistics: bits, deadband: optional,
            rate: next, raise: optional, clear: Some(number), output: bits,
        };
        survives!(TopicsRequest { from: next }, TopicsRequest);
        survives!(TopicsResponse { topics: List::Values(&[what, Topic { output: None, ..what }]), next }, TopicsResponse);
        let topics = next.map(|_| List::Values(&numbers[..]));
        survives!(ReadRequest { since: wide, max: next, topics, boot: next }, ReadRequest);
        let record = Record { sequence, uptime: sequence, topic, value: number, kind };
        let records = List::Values(&[record, Record { kind: 0, ..record }][..]);
        survives!(ReadResponse { boot: next, oldest: sequence, records, lost: 0, next: sequence }, ReadResponse);
        survives!(LatestRequest { topics, from: next }, LatestRequest);
        let latest = Latest { topic, uptime: sequence, value: number, kind };
        survives!(LatestResponse { uptime: sequence, values: List::Values(&[latest]), next }, LatestResponse);
        survives!(Configure {
            topic: 5, default: flag, alarm: flag, period: next, window, statistics: bits, deadband: optional, rate: next,
            raise: optional, clear: Some(number), output: bits,
        }, Configure);
    }

    #[test]
    fn access(text in ".{0,40}", data: Vec<u8>, id: u8, number: u32, counter: u64, optional: Option<u32>, flag: Option<bool>, group: Option<u16>, command: Option<u8>) {
        use westerly_wire::access::*;
        let (some_text, some_data) = (flag.map(|_| &text[..]), flag.map(|_| &data[..]));
        survives!(ChallengeResponse { challenge: &data }, ChallengeResponse);
        survives!(LoginRequest { key: id, challenge: &data, nonce: &[1; 16], mac: &data }, LoginRequest);
        survives!(LoginResponse { session: number, role: &text, idle: 300, lifetime: number, mac: &data }, LoginResponse);
        survives!(SealMessage { session: number, counter, mac: &data }, SealMessage);
        survives!(SessionResponse { transport: &text, role: some_text, key: command, idle: optional, remaining: optional }, SessionResponse);
        survives!(KeysResponse { keys: List::Values(&[Key { id, role: &text }, Key { id: 0, role: "read" }]), room: number }, KeysResponse);
        survives!(KeyRequest { id, role: some_text, key: some_data, delete: flag }, KeyRequest);
        let rule = Rule { transport: some_text, group, command, access: &text };
        let rules = [rule, Rule { transport: None, ..rule }];
        survives!(PolicyRequest { from: optional }, PolicyRequest);
        survives!(PolicyResponse { set: flag.is_some(), rules: List::Values(&rules), next: optional }, PolicyResponse);
        survives!(PolicyWrite { rules: flag.map(|_| List::Values(&rules[..])), default: flag }, PolicyWrite);
    }

    #[test]
    fn log_io_and_crash(text in ".{0,40}", data: Vec<u8>, number: Option<u32>, wide: Option<u64>, flag: Option<bool>) {
        use westerly_wire::cbor::Entries;
        use westerly_wire::{crash, io, log};
        survives!(log::ReadRequest { since: wide, max: number, boot: number }, log::ReadRequest);
        let sequence = wide.unwrap_or(5);
        let records = [log::Record { sequence, frame: &data }, log::Record { sequence: 0, frame: b"" }];
        survives!(log::ReadResponse {
            boot: number, format: &text, build: number.map(|_| &data[..]), oldest: sequence, records: List::Values(&records), lost: 0,
            next: sequence,
        }, log::ReadResponse);
        survives!(log::LevelResponse { level: &text, compiled: "info" }, log::LevelResponse);
        survives!(log::LevelRequest { level: &text }, log::LevelRequest);
        let (value, line) = (flag == Some(true), io::Line { name: &text, output: flag.is_none(), value: flag });
        survives!(io::ListRequest { from: number }, io::ListRequest);
        survives!(io::ListResponse { lines: List::Values(&[line, line]), next: number }, io::ListResponse);
        survives!(io::ReadRequest { name: &text }, io::ReadRequest);
        survives!(io::ReadResponse { value }, io::ReadResponse);
        survives!(io::WriteRequest { name: &text, value }, io::WriteRequest);
        survives!(io::PulseRequest { name: &text, duration: number.unwrap_or_default() }, io::PulseRequest);
        let (numbers, named) = ([wide.unwrap_or_default(); 3], [(&text[..], wide.unwrap_or_default()); 2]);
        let some = flag.map(|_| &text[..]);
        survives!(crash::RecordResponse {
            count: number.unwrap_or_default(), reason: some, thread: some, file: some, pc: wide, lr: wide, sp: wide, code: number,
            uptime: wide, boot: number, line: number, build: flag.map(|_| &data[..]), frames: number,
            registers: flag.map(|_| Entries::Values(&named)), stack: flag.map(|_| List::Values(&numbers)),
        }, crash::RecordResponse);
        survives!(crash::LogRequest { from: number }, crash::LogRequest);
        survives!(crash::LogResponse { format: &text, frames: List::Values(&[&data[..], &data]), next: number }, crash::LogResponse);
    }

    /// A string put in its place is the string written whole, as much room as there may be around it.
    #[test]
    fn strings_in_place(content in prop::collection::vec(any::<u8>(), 0..600), room in 0usize..700, before in 0usize..4, keep in 0usize..40) {
        let mut expected = [0; 1024];
        let mut writer = Writer::new(&mut expected);
        for _ in 0..before {
            writer.boolean(true).unwrap();
        }
        writer.bytes(&content).unwrap();
        let length = writer.position();
        let mut buffer = vec![0xaa; room];
        let mut writer = Writer::new(&mut buffer);
        if (0..before).any(|_| writer.boolean(true).is_err()) {
            return Ok(());
        }
        let outcome = writer.bytes_with(keep, |place| {
            place.get_mut(..content.len()).ok_or(Full)?.copy_from_slice(&content);
            Ok::<_, Full>(content.len())
        });
        // A head for all the room may take more than one for the content, so some strings that would just fit do not.
        let fits = length + keep <= room;
        if outcome.is_ok() {
            prop_assert!(fits);
            prop_assert_eq!(writer.position(), length);
            prop_assert_eq!(&buffer[..length], &expected[..length]);
            prop_assert!(buffer[room - keep..].iter().all(|&byte| byte == 0xaa));
        } else {
            prop_assert!(length + keep + 4 > room);
        }
    }

    /// More than the room is refused, whatever is said to have been written.
    #[test]
    fn a_string_in_place_cannot_be_longer_than_its_place(room in 0usize..600, keep in 0usize..40, claimed in 0usize..1200) {
        let mut buffer = vec![0xaa; room];
        let mut writer = Writer::new(&mut buffer);
        let mut place_length = 0;
        let outcome = writer.bytes_with(keep, |place| {
            place_length = place.len();
            Ok::<_, Full>(claimed)
        });
        prop_assert_eq!(outcome.is_ok(), claimed <= place_length && room > keep);
        prop_assert!(writer.position() + keep <= room || outcome.is_err());
    }

    #[test]
    fn texts_in_place_are_text(content in prop::collection::vec(prop_oneof![any::<u8>(), 0x20u8..0x7f, 0xc0u8..0xf5, 0x80u8..0xc0], 0..80)) {
        let mut buffer = [0; 100];
        let mut writer = Writer::new(&mut buffer);
        writer.text_with(3, |place| {
            place[..content.len()].copy_from_slice(&content);
            Ok::<_, Full>(content.len())
        }).unwrap();
        let length = writer.position();
        let text = Reader::new(&buffer[..length]).text().unwrap();
        prop_assert_eq!(text.len(), content.len());
        match std::str::from_utf8(&content) {
            Ok(valid) => prop_assert_eq!(text, valid),
            Err(_) => prop_assert!(text.bytes().zip(&content).all(|(written, &given)| written == given || written == b'?')),
        }
    }

    #[test]
    fn errors(code: u32, group: u16, rc: u16) {
        let error = GroupError { group, code: rc };
        survives!(SmpError { code: Code::from(code) }, SmpError);
        survives!(GroupErrorResponse { error }, GroupErrorResponse);
        survives!(Status { code: None, error: Some(error) }, Status);
        survives!(Status { code: Some(Code::from(code)), error: None }, Status);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(
        prop_oneof![any::<u8>(), 0xa0u8..0xa4, 0x80u8..0x84, Just(0xbf), Just(0x9f), Just(0xff), 0x60u8..0x64], 0..60)) {
        let mut reader = Reader::new(&bytes);
        if let Ok(value) = reader.skip() {
            prop_assert!(!value.is_empty() && value.len() == bytes.len() - reader.left() && bytes.starts_with(value));
        }
        let _ = EchoRequest::decode(&bytes);
        let _ = ResetRequest::decode(&bytes);
        if let Ok(read) = westerly_wire::telemetry::ReadResponse::decode(&bytes) {
            let _ = read.records.iter().count();
        }
        if let Ok(tasks) = TaskStatisticsResponse::decode(&bytes) {
            let _ = tasks.tasks.iter().count();
        }
        if let Ok(details) = DetailsResponse::decode(&bytes) {
            prop_assert!(details.groups.iter().count() <= bytes.len());
        }
    }
}

proptest! {
    #[test]
    fn values_agree_with_minicbor_both_ways(unsigned: u64, integer: i64, text in ".{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..300), boolean: bool, shift in 0u32..64) {
        let (unsigned, integer) = (unsigned >> shift, integer >> shift);
        let mut ours = [0; 2048];
        let mut writer = Writer::new(&mut ours);
        writer.unsigned(unsigned).unwrap();
        writer.integer(integer).unwrap();
        writer.text(&text).unwrap();
        writer.text_joined(text.split(' '), " ").unwrap();
        writer.bytes(&bytes).unwrap();
        writer.boolean(boolean).unwrap();
        let length = writer.position();

        let mut encoder = minicbor::Encoder::new(Vec::new());
        encoder.u64(unsigned).unwrap().i64(integer).unwrap().str(&text).unwrap().str(&text).unwrap();
        encoder.bytes(&bytes).unwrap().bool(boolean).unwrap();
        let theirs = encoder.into_writer();
        prop_assert_eq!(&ours[..length], &theirs[..]);

        let mut reader = Reader::new(&theirs);
        prop_assert_eq!(reader.unsigned(), Ok(unsigned));
        prop_assert_eq!(reader.integer(), Ok(integer));
        prop_assert_eq!(reader.text(), Ok(&text[..]));
        prop_assert_eq!(reader.text(), Ok(&text[..]));
        prop_assert_eq!(reader.bytes(), Ok(&bytes[..]));
        prop_assert_eq!(reader.boolean(), Ok(boolean));
        prop_assert_eq!(reader.left(), 0);
    }

    #[test]
    fn floats_agree_with_minicbor(single: u32, double: u64) {
        let (single, double) = (f32::from_bits(single), f64::from_bits(double));
        let mut ours = [0; 5];
        Writer::new(&mut ours).float(single).unwrap();
        let mut encoder = minicbor::Encoder::new(Vec::new());
        encoder.f32(single).unwrap().f64(double).unwrap();
        let theirs = encoder.into_writer();
        prop_assert_eq!(&ours[..], &theirs[..5]);
        let mut reader = Reader::new(&theirs);
        prop_assert_eq!(reader.number(), Ok(Number::Float(single)));
        let read = reader.number();
        #[expect(clippy::cast_possible_truncation, reason = "rounding is what is asked for")]
        let rounded = double as f32;
        let same = read == Ok(Number::Float(rounded)) || matches!(read, Ok(Number::Float(read)) if read.is_nan() && double.is_nan());
        prop_assert!(same, "{read:?}");
    }

    /// What minicbor reads as a value of a type, so is read here, and the other way round.
    #[test]
    fn any_bytes_agree_with_minicbor(bytes in prop::collection::vec(any::<u8>(), 1..12)) {
        use minicbor::Decoder;
        prop_assert_eq!(Reader::new(&bytes).unsigned().ok(), Decoder::new(&bytes).u64().ok());
        prop_assert_eq!(Reader::new(&bytes).integer().ok(), Decoder::new(&bytes).i64().ok());
        prop_assert_eq!(Reader::new(&bytes).text().ok(), Decoder::new(&bytes).str().ok());
        prop_assert_eq!(Reader::new(&bytes).bytes().ok(), Decoder::new(&bytes).bytes().ok());
        prop_assert_eq!(Reader::new(&bytes).boolean().ok(), Decoder::new(&bytes).bool().ok());
    }
}

/// minicbor, with its allocator, is the reference for what is one whole value.
#[test]
fn skip_agrees_with_minicbor() {
    let samples: [&[u8]; 12] = [
        b"\x00",
        b"\x9f\x9f\xff\x82\x01\x9f\xff\xff",
        b"\xbf\x61a\x81\x9f\x00\xff\xff",
        b"\xa1\x01\xbf\xff",
        b"\xc1\x1a\0\0\0\x01",
        b"\xfb\0\0\0\0\0\0\0\0",
        b"\xf4",
        b"\xf8\x20",
        b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x58\x02ab",
        b"\x79\0\x02ab",
        b"\x80",
    ];
    for sample in samples {
        for cut in 0..sample.len() {
            assert_eq!(Reader::new(&sample[..cut]).skip(), Err(Malformed), "{sample:02x?} cut to {cut}");
        }
        let mut longer = sample.to_vec();
        longer.push(0);
        assert_eq!(Reader::new(&longer).skip(), Ok(sample));
        let mut decoder = minicbor::Decoder::new(&longer);
        decoder.skip().unwrap();
        assert_eq!(decoder.position(), sample.len());
    }
    for sample in
        [&b"\xff"[..], b"\x1c", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", b"\x5f\xff", b"\xbb\x80\0\0\0\0\0\0\0"]
    {
        assert_eq!(Reader::new(sample).skip(), Err(Malformed), "{sample:02x?}");
    }
}
