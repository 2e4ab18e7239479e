// SPDX-License-Identifier: Apache-2.0

//! Files, and the storage partition.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::Mutex;

use super::{bytes, fill, functions, put, text};

/// The files, and by number those that are open, with their position.
struct Medium {
    files: BTreeMap<String, Vec<u8>>,
    open: Vec<Option<(String, usize)>>,
}

static MEDIUM: Mutex<Medium> = Mutex::new(Medium { files: BTreeMap::new(), open: Vec::new() });

/// What the file's number stands for.
fn with(file: c_int, look: impl FnOnce(&mut Vec<u8>, &mut usize) -> usize) -> c_int {
    let mut medium = MEDIUM.lock().unwrap();
    let Medium { files, open } = &mut *medium;
    let (name, position) =
        open.get_mut(usize::try_from(file).unwrap()).unwrap().as_mut().expect("a file that is not open");
    c_int::try_from(look(files.get_mut(name).unwrap(), position)).unwrap()
}

/// Passes as a byte, and may be none of these.
const READ: u8 = 0;
const CREATE: u8 = 1;

functions! {
    fn westerly_file_open(name: *const u8, length: usize, mode: u8) -> c_int {
        let name = text(name, length);
        let mut medium = MEDIUM.lock().unwrap();
        if !name.starts_with("/lfs/") {
            return -5;
        }
        if mode == CREATE {
            medium.files.insert(name.clone(), Vec::new());
        } else {
            assert!(mode == READ || mode == 2);
            if !medium.files.contains_key(&name) {
                return -3;
            }
        }
        medium.open.push(Some((name, 0)));
        c_int::try_from(medium.open.len() - 1).unwrap()
    }

    fn westerly_file_length(file: c_int, length: *mut u32) -> c_int {
        with(file, |content, position| {
            *position = content.len();
            put(length, u32::try_from(content.len()).unwrap());
            0
        })
    }

    fn westerly_file_seek(file: c_int, offset: u32) -> c_int {
        with(file, |_, position| {
            *position = offset as usize;
            0
        })
    }

    fn westerly_file_read(file: c_int, into: *mut u8, size: usize) -> c_int {
        with(file, |content, position| {
            let count = fill(into, size, content.get(*position..).unwrap_or_default());
            *position += count;
            count
        })
    }

    fn westerly_file_write(file: c_int, data: *const u8, length: usize) -> c_int {
        with(file, |content, position| {
            content.truncate(*position);
            content.extend(bytes(data, length));
            *position = content.len();
            0
        })
    }

    fn westerly_file_close(file: c_int) -> c_int {
        with(file, |_, _| 0);
        MEDIUM.lock().unwrap().open[usize::try_from(file).unwrap()] = None;
        0
    }

    fn westerly_file_rename(from: *const u8, from_length: usize, to: *const u8, to_length: usize) -> c_int {
        let mut medium = MEDIUM.lock().unwrap();
        let Some(content) = medium.files.remove(&text(from, from_length)) else {
            return -3;
        };
        medium.files.insert(text(to, to_length), content);
        0
    }

    fn westerly_file_remove(name: *const u8, length: usize) -> c_int {
        MEDIUM.lock().unwrap().files.remove(&text(name, length)).map_or(-3, |_| 0)
    }

    fn westerly_storage_erase() -> c_int {
        2
    }
}
