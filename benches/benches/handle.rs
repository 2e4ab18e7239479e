// SPDX-License-Identifier: Apache-2.0
//! From the bytes of a request to the bytes of its answer.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use westerly_server::wire::cbor::Message;
use westerly_server::wire::header::{Header, Operation, Version};
use westerly_server::wire::os::EchoRequest;
use westerly_server::{AllowAll, Buffers, Caller, Identity, Requests, Server, Transport};

#[path = "../../crates/westerly-server/tests/device/mod.rs"]
mod device;

const CALLER: Caller = Caller {
    transport: Transport::Udp,
    identity: Identity::Anonymous,
    peer: 0,
    buffers: Buffers { size: 1472, count: 2 },
};

fn request(group: u16, command: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap();
    let header = Header { version: Version::V2, operation: Operation::Read, length, group, sequence: 0, command };
    [&header.to_bytes()[..], payload].concat()
}

fn echo(size: usize) -> Vec<u8> {
    let text = "x".repeat(size);
    let mut payload = [0; 1472];
    let length = EchoRequest { message: Some(&text) }.encode(&mut payload).unwrap();
    request(0, 0, &payload[..length])
}

fn handle(criterion: &mut Criterion) {
    let mut server = Server::new(AllowAll);
    let mut device = device::Everything::new();
    let mut response = [0; 1472];
    let mut group = criterion.benchmark_group("handle");
    for (name, packet) in [
        ("echo 16", echo(16)),
        ("echo 64", echo(64)),
        ("echo 256", echo(256)),
        ("task statistics", request(0, 2, &[])),
        ("parameters", request(0, 6, &[])),
        ("unknown group", request(70, 0, &[])),
    ] {
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            let mut groups = device.groups();
            bencher.iter(|| {
                let mut requests = Requests::new(black_box(&packet));
                server.handle(&mut groups, &CALLER, &mut requests, &mut response)
            });
        });
    }
}

criterion_group!(benches, handle);
criterion_main!(benches);
