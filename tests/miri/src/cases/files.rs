// SPDX-License-Identifier: Apache-2.0

//! Files and flash.

use westerly_server::{BootState, FileError, Files, FlashError, Image, OpenMode, Slot};
use westerly_zephyr::files::ZephyrFiles;
use westerly_zephyr::image::ZephyrImage;

use super::exactly;

pub fn files() {
    let mut files = ZephyrFiles;
    assert!(matches!(files.open("/sd/a", OpenMode::Read), Err(FileError::MountPointNotFound)));
    assert!(matches!(files.open("/lfs/a", OpenMode::Continue), Err(FileError::NotFound)));
    let mut file = files.open("/lfs/a", OpenMode::Create).unwrap();
    files.write(&mut file, 0, &exactly(b"12345")).unwrap();
    files.write(&mut file, 5, &[]).unwrap();
    files.close(file).unwrap();
    assert_eq!(files.length("/lfs/a"), Ok(5));
    let mut file = files.open("/lfs/a", OpenMode::Read).unwrap();
    for (offset, room, expected) in [(0, 5, &b"12345"[..]), (3, 9, b"45"), (9, 3, b""), (0, 0, b"")] {
        let mut into = vec![0; room].into_boxed_slice();
        let count = files.read(&mut file, offset, &mut into).unwrap();
        assert_eq!(&into[..count], expected);
    }
    files.close(file).unwrap();
    files.rename("/lfs/a", "/lfs/b").unwrap();
    assert_eq!(files.rename("/lfs/a", "/lfs/b"), Err(FileError::NotFound));
    files.remove("/lfs/b").unwrap();
}

pub fn image() {
    let mut image = ZephyrImage;
    let slot = Slot { image: 0, slot: 1 };
    assert_eq!(image.images(), 1);
    assert_eq!(image.write_alignment(), 4);
    assert_eq!(image.slot_size(slot), Ok(256));
    assert_eq!(image.slot_size(Slot { image: 1, slot: 0 }), Err(FlashError::NoSlot));
    assert_eq!(image.erase(slot, 70), Ok(128));
    image.write(slot, 64, &exactly(b"abcd")).unwrap();
    let mut into = exactly(&[0; 6]);
    image.read(slot, 63, &mut into).unwrap();
    assert_eq!(&*into, b"\0abcd\xff");
    assert_eq!((image.active(0), image.active(1)), (Some(0), None));
    assert!(matches!(image.boot_state(0), BootState::Test));
    assert_eq!(image.test(0, true), Err(FlashError::Trailer));
    image.confirm(0).unwrap();
}
