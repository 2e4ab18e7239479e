// SPDX-License-Identifier: Apache-2.0

//! Locks, between threads that run at the same time.

use std::panic;
use std::thread;

use westerly_zephyr::sync::{Mutex, Semaphore, TakeOnce};

pub fn take_once() {
    static VALUE: TakeOnce<[u32; 4]> = TakeOnce::new([1; 4]);
    let takers: Vec<_> = (0..4)
        .map(|number| {
            thread::spawn(move || {
                VALUE.take().map(|value| {
                    value[0] += number;
                    value[0]
                })
            })
        })
        .collect();
    let taken = takers.into_iter().filter_map(|taker| taker.join().unwrap()).count();
    assert_eq!(taken, 1);
    assert!(VALUE.take().is_none());
}

pub fn mutex() {
    static SUM: Mutex<(u32, u32)> = Mutex::new((0, 0));
    let adders: Vec<_> = (0..3)
        .map(|_| {
            thread::spawn(|| {
                for _ in 0..5 {
                    let mut sum = SUM.lock();
                    sum.0 += 1;
                    thread::yield_now();
                    let first = sum.0;
                    sum.1 += first - sum.1;
                }
            })
        })
        .collect();
    for adder in adders {
        adder.join().unwrap();
    }
    assert_eq!(*SUM.lock(), (15, 15));
}

pub fn mutex_twice() {
    static VALUE: Mutex<u32> = Mutex::new(1);
    let mut first = VALUE.lock();
    let quiet = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let second = panic::catch_unwind(|| {
        let mut guard = VALUE.lock();
        *guard += 1;
        guard
    });
    panic::set_hook(quiet);
    *first += 1;
    if let Ok(mut second) = second {
        // Two at once: Miri is to say so before the assertion does.
        let two: (&mut u32, &mut u32) = (&mut first, &mut second);
        *two.0 += 1;
        *two.1 += 1;
        *two.0 += 1;
        panic!("a mutex was locked twice");
    }
    assert_eq!(*first, 2);
}

pub fn semaphore() {
    static ASKED: Semaphore = Semaphore::new();
    static ANSWERED: Semaphore = Semaphore::new();
    assert!(!ASKED.take_within(1));
    let other = thread::spawn(|| {
        ASKED.take();
        ANSWERED.give();
        ANSWERED.give();
    });
    ASKED.give();
    other.join().unwrap();
    assert!(ANSWERED.take_within(1000));
    assert!(!ANSWERED.take_within(1), "binary");
}
