// SPDX-License-Identifier: Apache-2.0
//! westerly-server: files, on a device of which nothing is known.

use westerly_server::{Failure, FileError, Files, FilesGroup, Group, OpenMode};

use crate::opaque::{reference, reference_mut, sink, value};

pub const ENTRIES: &[fn()] = &[files_group, new_group, file_errors];

/// As on the boards, and as in the simulator.
type FewFiles = FilesGroup<Device, 2, 67>;
type ManyFiles = FilesGroup<Device, 10, 258>;

pub struct Device;

impl Files for Device {
    /// That it is not known must not matter: as large as a pointer and more.
    type File = [u64; 3];

    fn length(&mut self, path: &str) -> Result<u32, FileError> {
        sink(path);
        value()
    }

    fn open(&mut self, path: &str, mode: OpenMode) -> Result<Self::File, FileError> {
        sink((path, mode));
        value()
    }

    fn read(&mut self, file: &mut Self::File, offset: u32, into: &mut [u8]) -> Result<usize, FileError> {
        sink((file, offset, into));
        value()
    }

    fn write(&mut self, file: &mut Self::File, offset: u32, data: &[u8]) -> Result<(), FileError> {
        sink((file, offset, data));
        value()
    }

    fn close(&mut self, file: Self::File) -> Result<(), FileError> {
        sink(file);
        value()
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        sink((from, to));
        value()
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        sink(path);
        value()
    }
}

#[inline(never)]
fn files_group() {
    let group = reference_mut::<FewFiles>();
    sink(FilesGroup::description(group));
    sink(FilesGroup::handle(group, reference(), reference_mut()));
    sink(FilesGroup::handle(reference_mut::<ManyFiles>(), reference(), reference_mut()));
}

#[inline(never)]
fn new_group() {
    let mut group: FewFiles = FilesGroup::new(Device);
    sink(FilesGroup::files(&mut group));
    sink(FilesGroup::handle(&mut group, reference(), reference_mut()));
}

#[inline(never)]
fn file_errors() {
    sink(<Failure as From<FileError>>::from(value()));
}
