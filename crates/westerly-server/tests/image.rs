// SPDX-License-Identifier: Apache-2.0
//! Images where the golden files do not reach: what is refused and what is not touched then, uploads over a bad link, power
//! that goes at any write or erasure, slots of other kinds, and anything at all as an image.

mod device;
mod image {
    pub mod flash;
    pub mod link;
    pub mod made;
}

use device::{RUNNING, Slots};
use image::flash::{Cut, Faulty, Power, TwoImages};
use image::link::{Device, Link, answer, state};
use image::made::{Made, update};
use proptest::prelude::*;
use westerly_server::mcuboot::{self, ImageError, Information, Source, Version};
use westerly_server::{BootState, FlashError, Image};

/// Bytes as a source.
struct Bytes<'b>(&'b [u8]);

impl Source for Bytes<'_> {
    fn length(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap()
    }

    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let start = usize::try_from(offset).unwrap();
        into.copy_from_slice(self.0.get(start..start + into.len()).expect("within the source"));
        Ok(())
    }
}

fn parse(bytes: &[u8]) -> Result<Information, ImageError> {
    mcuboot::parse(&mut Bytes(bytes))
}

fn verify(bytes: &[u8]) -> Result<bool, ImageError> {
    mcuboot::verify(&mut Bytes(bytes))
}

#[test]
fn images_of_mcuboot_s_own_tool() {
    let found = parse(RUNNING).unwrap();
    assert_eq!(found.header.version, Version { major: 1, minor: 2, revision: 3, build: 0 });
    assert_eq!((found.length, found.header.header_size, found.header.image_size), (108, 32, 36));
    assert_eq!(verify(RUNNING), Ok(true));

    let update = include_bytes!("device/update.bin");
    let found = parse(update).unwrap();
    assert_eq!(found.header.version, Version { major: 1, minor: 3, revision: 0, build: 7 });
    assert_eq!((found.length, found.header.protected_size), (196, 10));
    assert_eq!(verify(update), Ok(true));

    // imgtool sign --sha 512 ..., the rest as in tests/device/image.rs.
    let sha512 = include_bytes!("images/sha512.bin");
    assert_eq!(parse(sha512).unwrap().hash.as_bytes(), &sha512[76..]);
    assert_eq!(verify(sha512), Err(ImageError::Unverifiable));
}

/// The hash covers all up to the TLVs it is among; none of the bytes there can change unseen.
#[test]
fn a_changed_byte_is_seen() {
    let update = include_bytes!("device/update.bin");
    for place in 0..update.len() {
        let mut changed = *update;
        changed[place] ^= 1;
        // The heads of the area and of the hash, and the hash itself, say themselves that they are not right.
        assert_ne!(verify(&changed), Ok(true), "byte {place}");
    }
    for length in 0..update.len() {
        let mut cut = [0xff; 196];
        cut[..length].copy_from_slice(&update[..length]);
        assert!(parse(&cut[..length.max(32)]).is_err() || length < 32, "{length} bytes");
        assert_ne!(verify(&cut), Ok(true), "{length} bytes");
    }
}

#[test]
fn what_is_no_image() {
    let good = Made::default();
    let of = |made: Made| parse(&made.bytes()).map(|_| ());
    assert_eq!(of(good.clone()), Ok(()));
    assert_eq!(parse(&[0xff; 64]), Err(ImageError::Magic));
    assert_eq!(of(Made { header_size: Some(31), ..good.clone() }), Err(ImageError::Header));
    assert_eq!(of(Made { image_size: Some(u32::MAX), ..good.clone() }), Err(ImageError::Header));
    assert_eq!(of(Made { image_size: Some(u32::MAX - 40), ..good.clone() }), Err(ImageError::Header));
    assert_eq!(of(Made { image_size: Some(10_000), ..good.clone() }), Err(ImageError::Header));
    assert_eq!(of(Made { image_size: Some(3), ..good.clone() }), Err(ImageError::NoTlvs));
    assert_eq!(of(Made { protected_size: Some(8), ..good.clone() }), Err(ImageError::NoTlvs));
    assert_eq!(of(Made { protected_size: Some(u16::MAX), ..good.clone() }), Err(ImageError::Header));
    assert_eq!(of(Made { tlv_size: Some(3000), ..good.clone() }), Err(ImageError::NoTlvs));
    assert_eq!(of(Made { tlv_size: Some(4), ..good.clone() }), Err(ImageError::NoHash));
    assert_eq!(of(Made { tlv_size: Some(0), ..good.clone() }), Err(ImageError::NoHash));
    assert_eq!(of(Made { tlv_size: Some(20), ..good.clone() }), Err(ImageError::InvalidTlv));
    assert_eq!(of(Made { hashes: 0, ..good.clone() }), Err(ImageError::NoHash));
    assert_eq!(of(Made { hashes: 2, ..good.clone() }), Err(ImageError::SeveralHashes));
    assert_eq!(of(Made { more: vec![(0x11, vec![0; 47])], hashes: 0, ..good.clone() }), Err(ImageError::InvalidTlv));
    let others = vec![(0x01, vec![7; 32]), (0xffff, Vec::new()), (0x24, vec![9; 64])];
    assert_eq!(of(Made { more: others, ..good.clone() }), Ok(()));
    assert_eq!(verify(&Made { flags: 4, ..good.clone() }.bytes()), Err(ImageError::Unverifiable));
    assert_eq!(verify(&Made { wrong_hash: true, ..good }.bytes()), Ok(false));
}

/// Each code that an upload can be refused with comes before anything is erased or written.
#[test]
fn what_is_refused_touches_nothing() {
    let image = update(300);
    let mut old = Slots::<768>::default();
    old.bytes[1].fill(0x5a);
    let first = |length: u64, data: &[u8], sha: &[u8], upgrade| Link::encode(0, Some(length), data, Some(sha), upgrade);
    let older = Made { version: Version { major: 1, minor: 2, revision: 2, build: 9 }, ..Made::default() }.bytes();
    for (code, payload) in [
        (22, first(300, &image[..31], &[], false)),
        (22, first(200, &image[..150], &[], false)),
        (23, first(300, &[0; 100], &[], false)),
        (24, first(300, &image, &[0; 33], false)),
        (27, first(older.len() as u64, &older, &[], true)),
        (30, first(513, &image, &[], false)),
        (31, first(270, &image[..299], &[], false)),
    ] {
        let mut device = Device::new(old.clone(), true);
        let answered = answer(&mut device, 0, 1, &payload).unwrap_err();
        assert_eq!(answered, code);
        assert_eq!(device.device.bytes, old.bytes, "{code}");
    }
}

#[test]
fn a_slot_in_use_is_left_alone() {
    let image = update(200);
    // Not confirmed: the other slot holds what MCUboot goes back to.
    let mut slots = Slots::<768>::default();
    slots.bytes[1][..200].copy_from_slice(&image);
    slots.swap_to_test();
    let mut device = Device::new(slots, true);
    let before = device.device.bytes;
    let new = update(250);
    assert_eq!(answer(&mut device, 0, 1, &Link::encode(0, Some(250), &new, Some(&made_sha(&new)), false)), Err(9));
    assert_eq!(answer(&mut device, 0, 5, b"\xa0"), Err(9));
    assert_eq!(device.device.bytes, before);
    let flags = |device: &mut Device<Slots<768>>| -> Vec<(bool, bool, bool)> {
        state(device).iter().map(|slot| (slot.pending, slot.confirmed, slot.active)).collect()
    };
    assert_eq!(flags(&mut device), [(false, false, true), (false, true, false)]);
    // Neither test is possible now: of the old one it is refused, and the new one runs.
    let hash = |slot: usize, device: &mut Device<Slots<768>>| state(device)[slot].hash.clone();
    let test = |hash: &[u8], confirm: bool| {
        let tail = if confirm { &b"gconfirm\xf5"[..] } else { b"gconfirm\xf4" };
        [b"\xa2dhash\x58\x20", hash, tail].concat()
    };
    let (runs, old) = (hash(0, &mut device), hash(1, &mut device));
    assert_eq!(answer(&mut device, 0, 0, &test(&old, false)), Err(28));
    assert_eq!(answer(&mut device, 0, 0, &test(&runs, false)), Err(33));
    assert!(answer(&mut device, 0, 0, &test(&old, true)).is_ok());
    assert!(!flags(&mut device)[0].1);
    // Confirmed, the other slot is free again.
    assert!(answer(&mut device, 0, 0, &test(&runs, true)).is_ok());
    assert_eq!(flags(&mut device), [(false, true, true), (false, false, false)]);
    assert!(answer(&mut device, 0, 1, &Link::encode(0, Some(250), &new, Some(&made_sha(&new)), false)).is_ok());
    assert_eq!(device.device.bytes[1][..250], new);
}

/// What waits to be booted may be replaced unless the device says otherwise; then it does not wait any more.
#[test]
fn what_waits_to_be_booted() {
    let (image, new) = (update(200), update(250));
    for replace in [true, false] {
        let mut device = Device::new(Slots::<768>::default(), replace);
        assert!(answer(&mut device, 0, 1, &Link::encode(0, Some(200), &image, None, false)).is_ok());
        device.device.test(0, false).unwrap();
        let outcome = answer(&mut device, 0, 1, &Link::encode(0, Some(250), &new, None, false));
        assert_eq!(outcome.is_ok(), replace);
        assert_eq!(outcome.err(), (!replace).then_some(9));
        let expected = if replace { (BootState::Same, &new[..100]) } else { (BootState::Test, &image[..100]) };
        assert_eq!((device.device.boot_state(0), &device.device.bytes[1][..100]), expected);
        let erased = answer(&mut device, 0, 5, b"\xa1dslot\x01");
        assert_eq!(erased.is_ok(), replace);
        assert_eq!(device.device.bytes[1] == [0xff; 768], replace);
    }
}

/// A trailer with something else than MCUboot's: it cannot be tested, but uploaded over.
#[test]
fn a_trailer_of_something_else() {
    let image = update(200);
    let mut device = Device::new(Slots::<768>::default(), true);
    device.device.bytes[1][767] = 7;
    assert_eq!(device.device.test(0, false), Err(FlashError::Trailer));
    assert!(answer(&mut device, 0, 1, &Link::encode(0, Some(200), &image, None, false)).is_ok());
    let test = [b"\xa1dhash\x58\x20", &state(&mut device)[1].hash[..]].concat();
    assert!(answer(&mut device, 0, 0, &test).is_ok());
    assert_eq!(device.device.boot_state(0), BootState::Test);
}

/// A peer that goes on with another's upload would put its bytes in the middle of it.
#[test]
fn two_peers() {
    let (one, two) = (update(300), update(280));
    let part = |image: &[u8], from: usize, to: usize| {
        let length = (from == 0).then_some(image.len() as u64);
        Link::encode(from as u64, length, &image[from..to], (from == 0).then_some(&made_sha(image)[..]), false)
    };
    let mut device = Device::new(Slots::<768>::default(), true);
    assert_eq!(answer(&mut device, 1, 1, &part(&one, 0, 100)), Ok((100, None)));
    // The second takes the slot over; the first is told, and cannot get it wrong.
    assert_eq!(answer(&mut device, 2, 1, &part(&two, 0, 90)), Ok((90, None)));
    assert_eq!(answer(&mut device, 1, 1, &part(&one, 100, 200)), Err(16));
    assert_eq!(answer(&mut device, 2, 1, &part(&two, 90, 280)), Ok((280, Some(true))));
    assert_eq!(device.device.bytes[1][..280], two);
    // What has ended is of no concern to others.
    assert_eq!(answer(&mut device, 1, 1, &part(&one, 100, 200)), Ok((0, None)));
    // The same upload goes on from another port.
    assert_eq!(answer(&mut device, 1, 1, &part(&one, 0, 100)), Ok((100, None)));
    assert_eq!(answer(&mut device, 3, 1, &part(&one, 0, 50)), Ok((100, None)));
    assert_eq!(answer(&mut device, 3, 1, &part(&one, 100, 300)), Ok((300, Some(true))));
    assert_eq!(device.device.bytes[1][..300], one);
}

/// Nothing is written when all that is announced is there already, not even what would erase that it waits to be booted.
#[test]
fn what_is_there_already_is_not_brought_again() {
    let image = update(300);
    let whole = Link::encode(0, Some(300), &image[..64], Some(&made_sha(&image)), false);
    let mut slots = Slots::<768>::default();
    slots.bytes[1][..300].copy_from_slice(&image);
    slots.test(0, false).unwrap();
    let mut device = Device::new(slots.clone(), true);
    assert_eq!(answer(&mut device, 0, 1, &whole), Ok((300, Some(true))));
    assert_eq!(device.device.bytes, slots.bytes);
    // One byte differs: from the start.
    device.device.bytes[1][299] ^= 1;
    assert_eq!(answer(&mut device, 0, 1, &whole), Ok((64, None)));
}

/// With several images each is numbered, slots count through all of them, and image 0 is the one whose code answers.
#[test]
fn several_images() {
    let second = Made { body: vec![9; 50], ..Made::default() }.bytes();
    let slots = [Slots::default(), Slots::holding(&second, &[])];
    let mut device = Device::new(TwoImages(slots), true);
    let new = update(200);
    // The same upload as to image 0, with "image": n in front.
    let upload = |image: u8| {
        let plain = Link::encode(0, Some(200), &new, None, false);
        [&[plain[0]], &b"eimage"[..], &[image], &plain[1..]].concat()
    };
    assert_eq!(answer(&mut device, 0, 1, &upload(2)), Err(9));
    assert_eq!(answer(&mut device, 0, 1, &upload(1)), Ok((200, Some(true))));
    assert_eq!(device.device.0[0].bytes[1], [0xff; 768]);
    assert_eq!(device.device.0[1].bytes[1][..200], new);
    let told = state(&mut device);
    let places: Vec<_> = told.iter().map(|told| (told.image, told.slot, told.active)).collect();
    assert_eq!(places, [(Some(0), 0, true), (Some(1), 0, true), (Some(1), 1, false)]);

    let change = |hash: &[u8], confirm: u8| [b"\xa2dhash\x58\x20", hash, b"gconfirm", &[confirm]].concat();
    // Nobody but its own code knows that image 1 is good.
    assert_eq!(answer(&mut device, 0, 0, &change(&told[1].hash, 0xf5)), Err(32));
    assert!(answer(&mut device, 0, 0, &change(&told[0].hash, 0xf5)).is_ok());
    assert!(answer(&mut device, 0, 0, &change(&told[2].hash, 0xf4)).is_ok());
    assert_eq!([device.device.boot_state(0), device.device.boot_state(1)], [BootState::Same, BootState::Test]);

    for (number, outcome) in [(0, Err(9)), (1, Ok(())), (2, Err(9)), (3, Ok(())), (4, Err(14)), (23, Err(14))] {
        let erase = [b"\xa1dslot", &[number][..]].concat();
        assert_eq!(answer(&mut device, 0, 5, &erase).map(|_| ()), outcome, "slot {number}");
    }
    assert_eq!(device.device.0[1].bytes[1], [0xff; 768]);
    assert_eq!(state(&mut device).len(), 2);
}

/// Encrypted, there is nothing to check it with but the announced hash; without, nothing is claimed.
#[test]
fn an_encrypted_image_is_taken_without_a_verdict() {
    let image = Made { flags: 4, wrong_hash: true, ..Made::default() }.bytes();
    let length = image.len() as u64;
    let mut device = Device::new(Slots::<768>::default(), true);
    assert_eq!(answer(&mut device, 0, 1, &Link::encode(0, Some(length), &image, None, false)), Ok((length, None)));
    assert_eq!(device.device.bytes[1][..image.len()], image);
}

fn made_sha(image: &[u8]) -> [u8; 32] {
    image::made::sha256(image)
}

/// Uploads `new` over `old` and lets the power go at each step in turn; looks at what is then in the slot, and that the upload
/// succeeds when it is done once more.
fn cut_everywhere<const PAGE: usize, const BLOCK: usize>(old: &[u8], new: &[u8], cut: Cut, part: usize) {
    let mut slots = Slots::<1024, PAGE, BLOCK>::default();
    slots.bytes[1][..old.len()].copy_from_slice(old);
    if !old.is_empty() {
        // The worst: it waits to be booted.
        slots.test(0, true).unwrap();
    }
    for step in 0.. {
        let mut device = Device::new(Faulty { slots: slots.clone(), power: Power::goes_at(step, cut) }, true);
        let sha = made_sha(new);
        let finished = Link::perfect().upload(&mut device, new, Some(&sha), part);
        let Faulty { slots: mut left, power } = device.device;
        let bytes = left.bytes[1];
        // What MCUboot would boot.
        let bootable = verify(&bytes) == Ok(true);
        let is = |image: &[u8]| !image.is_empty() && bytes.starts_with(image);
        assert!(!bootable || is(old) || is(new), "step {step}, {cut:?}: something else would be booted");
        // What is listed: the same, unless a page was half erased or a block half written.
        if cut == Cut::Before {
            assert_eq!(parse(&bytes).is_ok(), is(old) || is(new), "step {step}");
        }
        // It waits to be booted only while it is whole.
        if left.boot_state(0) != BootState::Same {
            assert!(is(old) && bootable, "step {step}, {cut:?}: waits to be booted");
        }
        if power.is_on() {
            assert!(step > 3 && finished == Some(true) && is(new) && bootable);
            return;
        }
        assert_eq!(finished, None, "step {step}");
        let mut again = Device::new(Faulty { slots: left, power: Power::stays() }, true);
        assert_eq!(Link::perfect().upload(&mut again, new, Some(&sha), part), Some(true));
        assert!(again.device.slots.bytes[1].starts_with(new), "step {step}, {cut:?}");
    }
}

#[test]
fn power_that_goes_at_any_write_or_erasure() {
    let old = Made { flags: 0x10, body: vec![7; 628], ..Made::default() }.bytes();
    let old_short = Made { flags: 0x10, ..Made::default() }.bytes();
    for new in [update(700), update(333), update(136), RUNNING.to_vec()] {
        for cut in [Cut::Before, Cut::Torn(1), Cut::Torn(4), Cut::Torn(8), Cut::Torn(20), Cut::TornFromTheEnd(40)] {
            for old in [&old[..], &old_short, &[]] {
                cut_everywhere::<128, 1>(old, &new, cut, 100);
                cut_everywhere::<256, 4>(old, &new, cut, 91);
                cut_everywhere::<256, 8>(old, &new, cut, 300);
                if old.len().max(new.len()) <= 512 {
                    // No image reaches into the page with the trailer.
                    cut_everywhere::<512, 32>(old, &new, cut, 45);
                }
            }
        }
    }
}

/// Failing flash is told, and the upload starts again from 0.
#[test]
fn flash_that_fails() {
    let image = update(300);
    for step in 0..8 {
        let mut device =
            Device::new(Faulty { slots: Slots::<1024, 256, 8>::default(), power: Power::fails_at(step) }, true);
        let sha = made_sha(&image);
        let parts: Vec<_> = (0..300).step_by(100).map(|from| (from, &image[from..from + 100])).collect();
        let mut answers = parts.iter().map(|&(from, data)| {
            let length = (from == 0).then_some(300);
            answer(&mut device, 0, 1, &Link::encode(from as u64, length, data, Some(&sha), false))
        });
        let failed = answers.find_map(Result::err);
        assert!(matches!(failed, Some(12 | 13)), "step {step}: {failed:?}");
        assert_eq!(Link::perfect().upload(&mut device, &image, Some(&sha), 100), Some(true));
        assert!(device.device.slots.bytes[1].starts_with(&image));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Parts of any size, lost, repeated and answered in vain, and restarts: it ends with the very image.
    #[test]
    fn an_upload_over_a_bad_link(length in 80usize..750, seed: u64, announced in 0usize..=32, part in 33usize..200) {
        let image = update(length);
        let sha = made_sha(&image);
        let mut device = Device::new(Slots::<1024, 256, 4>::default(), true);
        device.device.bytes[1].fill(0x33);
        let announced = (announced > 0).then_some(&sha[..announced]);
        let mut link = Link::bad(seed);
        prop_assert_eq!(link.upload(&mut device, &image, announced, part), Some(true));
        prop_assert_eq!(&device.device.bytes[1][..length], &image[..]);
        prop_assert_eq!(state(&mut device).len(), 2);
    }

    /// The same with an image that is not the announced one: none is there in the end.
    #[test]
    fn a_wrong_upload_over_a_bad_link(length in 80usize..750, seed: u64, part in 33usize..200) {
        let image = update(length);
        let mut device = Device::new(Slots::<1024, 256, 16>::default(), true);
        let sha = made_sha(b"another");
        prop_assert_eq!(Link::bad(seed).upload(&mut device, &image, Some(&sha), part), Some(false));
        prop_assert_eq!(state(&mut device).len(), 1);
    }

    /// Anything at all in a slot: parsing ends, and what it says is within the slot.
    #[test]
    fn anything_as_an_image(mut bytes in prop::collection::vec(any::<u8>(), 32..300), size: u8, protected in 0u16..40) {
        bytes[..4].copy_from_slice(&mcuboot::MAGIC.to_le_bytes());
        bytes[8..16].copy_from_slice(&[32, 0, 0, 0, size, 0, 0, 0]);
        bytes[10..12].copy_from_slice(&protected.to_le_bytes());
        if let Ok(found) = parse(&bytes) {
            prop_assert!(usize::try_from(found.length).unwrap() <= bytes.len());
        }
        let _ = verify(&bytes);
    }
}
