// SPDX-License-Identifier: Apache-2.0
//! A reader that loses every second answer ends with every record exactly once and the losses exactly counted.
//!
//! The device is the simulated board, over UDP through a forwarder that drops by a seed. A second reader, beside the forwarder,
//! sees every record and is the witness.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use westerly_client::{Address, Connection, Cursor, Device, Link, Record};
use westerly_sim::{Options, Simulator};
use westerly_wire::cbor::Message;
use westerly_wire::telemetry::{Configure, command};
use westerly_wire::{group, os};

/// How long a reader waits for an answer. A slow machine only makes for more answers that come too late.
const TIMEOUT: Duration = Duration::from_millis(40);
/// Topics of the simulated board that a sensor stands behind.
const SENSORS: [u32; 5] = [2, 16, 17, 18, 19];

fn board(seed: u64) -> Simulator {
    let options = Options { udp: Some("127.0.0.1:0".parse().unwrap()), serial: None, seed, ..Options::default() };
    Simulator::start(options.with_open_udp(), |_| {}).expect("it starts")
}

/// Forwards datagrams between clients and a board; of the answers it drops every second, or those its seed picks.
struct Forwarder {
    address: SocketAddr,
    dropped: Arc<AtomicU32>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone, Copy)]
enum Loss {
    EverySecond,
    Seeded(u64),
}

impl Loss {
    fn drops(&mut self, number: u32) -> bool {
        match self {
            Self::EverySecond => number % 2 == 1,
            Self::Seeded(state) => {
                // Xorshift.
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                *state & 0x100 != 0
            }
        }
    }
}

impl Forwarder {
    fn start(board: SocketAddr, mut loss: Loss) -> Self {
        let front = UdpSocket::bind("127.0.0.1:0").unwrap();
        let back = UdpSocket::bind("127.0.0.1:0").unwrap();
        back.connect(board).unwrap();
        front.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        back.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        let address = front.local_addr().unwrap();
        let (dropped, stopping) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let (counter, stop) = (dropped.clone(), stopping.clone());
        let thread = thread::spawn(move || {
            let (mut bytes, mut answers) = ([0; 2000], 0);
            while !stop.load(Ordering::Acquire) {
                // One request at a time, as the reader asks.
                let Ok((length, client)) = front.recv_from(&mut bytes) else { continue };
                back.send(&bytes[..length]).unwrap();
                let length = back.recv(&mut bytes).expect("the board answers");
                answers += 1;
                if loss.drops(answers) {
                    counter.fetch_add(1, Ordering::Relaxed);
                } else {
                    front.send_to(&bytes[..length], client).unwrap();
                }
            }
        });
        Self { address, dropped, stopping, thread: Some(thread) }
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        let outcome = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            outcome.unwrap().expect("the forwarder did not fail");
        }
    }
}

fn connection(address: SocketAddr, timeout: Duration) -> Connection {
    Connection::new(Address::udp(&address.to_string()).unwrap(), timeout)
}

/// A reader that asks again until there is an answer.
fn reader(address: SocketAddr, timeout: Duration) -> Device<Connection> {
    Device::new(connection(address, timeout), 100)
}

fn set_periods(board: &Simulator, period: u32) {
    let mut link = connection(board.udp_address().unwrap(), Duration::from_secs(5));
    for topic in SENSORS {
        let (window, deadband, rate) = (Some(0), Some(westerly_client::Number::Integer(0)), Some(0));
        let request = Configure {
            topic,
            default: None,
            alarm: Some(false),
            period: Some(period),
            window,
            statistics: None,
            deadband,
            rate,
            raise: None,
            clear: None,
            output: None,
        };
        let mut payload = [0; 200];
        let length = request.encode(&mut payload).unwrap();
        let answer = link.exchange(true, group::TELEMETRY, command::CONFIGURE, &payload[..length]).unwrap();
        assert_eq!(answer, b"\xbf\xff");
    }
}

/// Reads until there is nothing new, or the other has nothing new either; gives every record and checks what a reader promises.
#[derive(Default)]
struct Collected {
    cursor: Cursor,
    records: BTreeMap<u64, Record>,
}

impl Collected {
    /// Takes one answer; gives whether it told of anything.
    fn step(&mut self, device: &mut Device<Connection>) -> bool {
        let before = self.cursor.clone();
        let batch = device.records(&mut self.cursor, &[]).expect("an answer in the end");
        assert!(!batch.restarted);
        assert_eq!(batch.from, before.since());
        for record in &batch.records {
            assert_eq!(self.records.insert(record.sequence, *record), None, "{record:?} came twice");
        }
        // Of all sequence numbers up to the cursor each is a record that came or one that is counted as lost.
        let came = self.records.len() as u64;
        assert_eq!(came + self.cursor.lost(), self.cursor.since());
        assert_eq!(came, self.cursor.received());
        batch.next != batch.from
    }
}

/// The witness asks all the time, and so fast that nothing is overwritten before.
fn witness(board: &Simulator, stop: Arc<AtomicBool>) -> JoinHandle<Collected> {
    let address = board.udp_address().unwrap();
    thread::spawn(move || {
        let mut device = reader(address, Duration::from_secs(5));
        let mut collected = Collected::default();
        loop {
            let is_last = stop.load(Ordering::Acquire);
            let news = collected.step(&mut device);
            if is_last && !news {
                assert_eq!((collected.cursor.lost(), device.unanswered()), (0, 0), "the witness missed something");
                return collected;
            }
            if !news {
                thread::sleep(Duration::from_millis(5));
            }
        }
    })
}

/// A reader behind a lossy link and the witness read while the board samples at that period, and then until the end.
fn both(seed: u64, loss: Loss, period: u32) -> (Collected, Collected, u32) {
    let board = board(seed);
    let forwarder = Forwarder::start(board.udp_address().unwrap(), loss);
    let stop = Arc::new(AtomicBool::new(false));
    let witness = witness(&board, stop.clone());
    let mut device = reader(forwarder.address, TIMEOUT);
    let mut collected = Collected::default();
    set_periods(&board, period);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        if !collected.step(&mut device) {
            thread::sleep(Duration::from_millis(5));
        }
    }
    set_periods(&board, 0);
    while collected.step(&mut device) {}
    stop.store(true, Ordering::Release);
    let witness = witness.join().expect("the witness saw everything");
    let dropped = forwarder.dropped.load(Ordering::Relaxed);
    assert!(device.unanswered() >= u64::from(dropped), "{} of {dropped}", device.unanswered());
    (collected, witness, dropped)
}

/// What came is what the witness saw, up to where both have read.
fn compare(collected: &Collected, witness: &Collected) {
    let end = collected.cursor.since().min(witness.cursor.since());
    for (sequence, record) in collected.records.range(..end) {
        assert_eq!(witness.records.get(sequence), Some(record));
    }
    let missing = (0..end).filter(|sequence| !collected.records.contains_key(sequence)).count() as u64;
    let told = collected.cursor.lost();
    assert_eq!(missing, told, "{missing} records are missing, {told} are counted as lost");
}

#[test]
fn every_second_answer_lost_and_every_record_exactly_once() {
    let (collected, witness, dropped) = both(5, Loss::EverySecond, 10);
    compare(&collected, &witness);
    assert_eq!(collected.cursor.lost(), 0);
    assert!(collected.records.len() > 500 && dropped > 20, "{} records, {dropped} dropped", collected.records.len());
}

#[test]
fn the_same_with_losses_by_a_seed() {
    let (collected, witness, dropped) = both(6, Loss::Seeded(0x5eed_0006), 10);
    compare(&collected, &witness);
    assert_eq!(collected.cursor.lost(), 0);
    assert!(collected.records.len() > 500 && dropped > 20, "{} records, {dropped} dropped", collected.records.len());
}

#[test]
fn a_reader_too_slow_for_the_board_counts_exactly_what_it_lost() {
    let board = board(7);
    let forwarder = Forwarder::start(board.udp_address().unwrap(), Loss::EverySecond);
    let mut device = reader(forwarder.address, TIMEOUT);
    let mut collected = Collected::default();
    set_periods(&board, 1);
    for _ in 0..8 {
        collected.step(&mut device);
        // The ring holds some 800 records, and 5000 a second are made.
        thread::sleep(Duration::from_millis(400));
    }
    set_periods(&board, 0);
    while collected.step(&mut device) {}
    let mut witness = Collected::default();
    let mut device = reader(board.udp_address().unwrap(), Duration::from_secs(5));
    while witness.step(&mut device) {}
    let missing = (0..collected.cursor.since()).filter(|sequence| !collected.records.contains_key(sequence)).count();
    assert_eq!(missing as u64, collected.cursor.lost());
    assert!(missing > 1000 && collected.records.len() > 500, "{} records, {missing} lost", collected.records.len());
    // What the board still has at the end both have read alike.
    let (oldest, record) = witness.records.first_key_value().expect("it still has some");
    assert_eq!(collected.records.get(oldest), Some(record));
    assert_eq!(collected.records.last_key_value(), witness.records.last_key_value());
}

#[test]
fn after_a_restart_the_new_run_is_read_from_its_beginning() {
    let board = board(8);
    let forwarder = Forwarder::start(board.udp_address().unwrap(), Loss::EverySecond);
    let mut device = reader(forwarder.address, TIMEOUT);
    let mut cursor = Cursor::default();
    assert_eq!(device.records(&mut cursor, &[]).unwrap().records[0].sequence, 0);
    assert_eq!(cursor.boot(), Some(1));
    let mut link = connection(board.udp_address().unwrap(), Duration::from_secs(5));
    link.exchange(true, group::OS, os::command::RESET, b"\xa0").unwrap();
    let batch = device.records(&mut cursor, &[]).unwrap();
    assert_eq!((batch.restarted, batch.from, batch.lost), (true, 0, 0));
    assert_eq!(batch.records[0].sequence, 0);
    assert_eq!((cursor.boot(), cursor.restarts()), (Some(2), 1));
    assert!(!device.records(&mut cursor, &[]).unwrap().restarted);
}
