// SPDX-License-Identifier: Apache-2.0
//! The ring against the plain way: a queue of vectors behind a lock, which forgets its oldest when it has as many bytes.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use westerly_store::{Channel, Configuration, Cursor, Kind, Read, Ring, Statistics, Topic, Value};

const SIZES: [usize; 3] = [12, 64, 256];
const WORDS: usize = 4096;

#[derive(Default)]
struct Plain {
    records: VecDeque<(u64, Vec<u8>)>,
    bytes: usize,
    next: u64,
}

impl Plain {
    fn append(&mut self, bytes: &[u8]) {
        self.records.push_back((self.next, bytes.to_vec()));
        self.next += 1;
        self.bytes += bytes.len() + 8;
        while self.bytes > WORDS * 4 {
            self.bytes -= self.records.pop_front().map_or(0, |(_, bytes)| bytes.len() + 8);
        }
    }

    /// From a number on; numbers have no gaps here.
    fn read(&self, sequence: u64, into: &mut [u8]) -> Option<usize> {
        let (oldest, _) = self.records.front()?;
        let place = usize::try_from(sequence.saturating_sub(*oldest)).ok()?;
        let (_, bytes) = self.records.get(place)?;
        into.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(bytes.len())
    }
}

fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    for size in SIZES {
        let bytes = vec![7; size];
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("ring", size), |bencher| {
            let ring = Ring::<[AtomicU32; WORDS]>::new();
            let mut writer = ring.writer();
            bencher.iter(|| writer.append(&[black_box(&bytes)]));
        });
        group.bench_function(BenchmarkId::new("locked queue", size), |bencher| {
            let queue = Mutex::new(Plain::default());
            bencher.iter(|| queue.lock().unwrap().append(black_box(&bytes)));
        });
    }
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for size in SIZES {
        let bytes = vec![7; size];
        let mut into = [0; 256];
        group.throughput(Throughput::Elements(1));
        let ring = Ring::<[AtomicU32; WORDS]>::new();
        let queue = Mutex::new(Plain::default());
        for _ in 0..2000 {
            ring.writer().append(&[&bytes]).unwrap();
            queue.lock().unwrap().append(&bytes);
        }
        group.bench_function(BenchmarkId::new("ring, the next", size), |bencher| {
            let begin = Cursor::at(ring.oldest());
            let mut cursor = begin.clone();
            bencher.iter(|| match ring.read(&mut cursor, &mut into) {
                Read::End => cursor = begin.clone(),
                read => assert!(matches!(read, Read::Record { length, .. } if length == size)),
            });
        });
        group.bench_function(BenchmarkId::new("ring, the newest anew", size), |bencher| {
            let last = ring.next() - 1;
            bencher.iter(|| ring.read(&mut Cursor::at(black_box(last)), &mut into));
        });
        group.bench_function(BenchmarkId::new("locked queue", size), |bencher| {
            let last = queue.lock().unwrap().next - 1;
            bencher.iter(|| queue.lock().unwrap().read(black_box(last), &mut into));
        });
    }
}

static WHOLE: Topic =
    Topic { id: 1, name: "whole", unit: "", kind: Kind::Integer, defaults: Configuration::EVERY_VALUE };
static FLOAT: Topic = Topic { id: 2, name: "float", unit: "", kind: Kind::Float, defaults: Configuration::EVERY_VALUE };

fn offer(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("offer");
    let every = Configuration::EVERY_VALUE;
    let window = Configuration { window: 10, statistics: Statistics::ALL, ..every };
    let deadband = Configuration { deadband: Some(Value::Integer(3)), ..every };
    for (name, topic, configuration, value) in [
        ("recorded", &WHOLE, every, Value::Integer(5)),
        ("in the deadband", &WHOLE, deadband, Value::Integer(5)),
        ("window of 10", &WHOLE, window, Value::Integer(5)),
        ("window of 10 floats", &FLOAT, window, Value::Float(5.5)),
    ] {
        let ring = Ring::<[AtomicU32; WORDS]>::new();
        let mut channel = Channel::new(topic);
        channel.configure(configuration).unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| channel.offer(black_box(1), black_box(value), &mut ring.writer()));
        });
    }
}

criterion_group!(benches, append, read, offer);
criterion_main!(benches);
