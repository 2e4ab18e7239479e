// SPDX-License-Identifier: Apache-2.0

//! The record of a crash, and what access control keeps.

use westerly_server::{AccessControl, AccessCounters, Crash, Defaults, KEPT_POLICY, NotKept, Vault};
use westerly_zephyr::access::{self, ZephyrVault};
use westerly_zephyr::crash::ZephyrCrash;
use westerly_zephyr::test_crashes::provoke;

use super::exactly;
use crate::c;

pub fn crash() {
    let mut crash = ZephyrCrash;
    assert!(crash.record().is_none() && crash.frame(0).is_none());
    assert!(crash.register(0).is_none() && crash.return_address(0).is_none());
    c::crash(false);
    let record = crash.record().unwrap();
    assert_eq!((record.thread, record.file, record.pc, record.build.len()), ("main", "ff", Some(0x100), 20));
    assert_eq!((crash.register(0), crash.register(2)), (Some(("r0", 8)), None));
    assert_eq!((crash.return_address(0), crash.return_address(1)), (Some(9), None));
    let frames: Vec<_> = (0..4).map_while(|index| crash.frame(index)).collect();
    // The last one says that it is longer than what is left.
    assert_eq!(frames, [&b"ab"[..], b"", b"c"]);
    crash.clear();
    assert!(crash.record().is_none());
    c::crash(true);
    let record = crash.record().unwrap();
    assert_eq!((record.thread, record.build), ("", &[][..]));
    assert_eq!((crash.register(0), crash.return_address(0), crash.return_address(300)), (None, None, None));
    crash.clear();
    assert!(provoke("") && !provoke("no such way"));
}

pub fn access() {
    static COUNTERS: AccessCounters = AccessCounters::new();
    let mut vault = ZephyrVault::new();
    let freshness = vault.freshness().unwrap();
    assert_eq!((freshness, Some(freshness)), (*b"\0\0\0\x05random 8", vault.freshness()));
    assert_eq!(vault.keep_key(8, b"a key"), Err(NotKept));
    vault.keep_key(7, &exactly(&[1; 35])).unwrap();
    vault.keep_policy(&exactly(&[0xff; KEPT_POLICY])).unwrap();
    let defaults = Defaults { rules: &[], transports: &[], idle: 300, lifetime: 3600 };
    access::restore(&mut AccessControl::new(vault, defaults, &COUNTERS));
    let asked = access::asked();
    assert_eq!((asked.udp, asked.idle, asked.lifetime), (usize::MAX, 3, 4));
}
