// SPDX-License-Identifier: Apache-2.0
//! The serial framing against the plain way: a line at a time through the `base64` and `crc` crates, into a growing buffer,
//! checksum last.

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc::{CRC_16_XMODEM, Crc, NoTable, Table};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use westerly_wire::serial::{Decoder, Encoder, LINE_MAX, crc16};

const SIZES: [usize; 3] = [64, 384, 2048];
const TABLE: Crc<u16, Table<1>> = Crc::<u16, Table<1>>::new(&CRC_16_XMODEM);

fn packet(size: usize) -> Vec<u8> {
    (0..=255).cycle().take(size).collect()
}

fn lines(packet: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new(packet).unwrap();
    let mut line = [0; LINE_MAX];
    let mut lines = Vec::new();
    while let Some(line) = encoder.next_line(&mut line) {
        lines.extend_from_slice(line);
    }
    lines
}

fn plain_decode(lines: &[u8]) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        raw.extend(STANDARD.decode(line.get(2..)?).ok()?);
    }
    let packet = raw.get(2..raw.len() - 2)?;
    (TABLE.checksum(&raw[2..]) == 0).then(|| packet.to_vec())
}

fn plain_encode(packet: &[u8]) -> Vec<u8> {
    let mut raw = u16::try_from(packet.len() + 2).unwrap().to_be_bytes().to_vec();
    raw.extend(packet);
    raw.extend(TABLE.checksum(packet).to_be_bytes());
    let mut lines = Vec::new();
    for (number, part) in raw.chunks(93).enumerate() {
        lines.extend(if number == 0 { [6, 9] } else { [4, 0x14] });
        lines.extend(STANDARD.encode(part).bytes());
        lines.push(b'\n');
    }
    lines
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for size in SIZES {
        let lines = lines(&packet(size));
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("westerly, whole", size), |bencher| {
            let mut decoder = Decoder::<2048>::new();
            bencher.iter(|| decoder.feed(black_box(&lines)).packet.map(<[u8]>::len));
        });
        group.bench_function(BenchmarkId::new("westerly, a byte at a time", size), |bencher| {
            let mut decoder = Decoder::<2048>::new();
            bencher.iter(|| black_box(&lines).iter().any(|&byte| decoder.feed(&[byte]).packet.is_some()));
        });
        group.bench_function(BenchmarkId::new("base64 and crc crates", size), |bencher| {
            bencher.iter(|| plain_decode(black_box(&lines)));
        });
    }
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for size in SIZES {
        let packet = packet(size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("westerly", size), |bencher| {
            let mut line = [0; LINE_MAX];
            bencher.iter(|| {
                let mut encoder = Encoder::new(black_box(&packet)).unwrap();
                let mut total = 0;
                while let Some(line) = encoder.next_line(&mut line) {
                    total += black_box(line).len();
                }
                total
            });
        });
        group.bench_function(BenchmarkId::new("base64 and crc crates", size), |bencher| {
            bencher.iter(|| plain_encode(black_box(&packet)).len());
        });
    }
}

fn checksum(criterion: &mut Criterion) {
    const BITWISE: Crc<u16, NoTable> = Crc::<u16, NoTable>::new(&CRC_16_XMODEM);
    let bytes = packet(384);
    let mut group = criterion.benchmark_group("crc16 of 384 bytes");
    group.throughput(Throughput::Bytes(384));
    group.bench_function("westerly", |bencher| bencher.iter(|| crc16(black_box(&bytes))));
    group.bench_function("crc crate, table", |bencher| bencher.iter(|| TABLE.checksum(black_box(&bytes))));
    group.bench_function("crc crate, bit by bit", |bencher| bencher.iter(|| BITWISE.checksum(black_box(&bytes))));
}

criterion_group!(serial, decode, encode, checksum);
criterion_main!(serial);
