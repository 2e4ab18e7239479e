// SPDX-License-Identifier: Apache-2.0

//! Zephyr's file systems: whatever is mounted, by its whole path.
//!
//! Open files are kept on the C side, in as many places as `CONFIG_WESTERLY_FILES_TRANSFERS` asks for and one more. How long
//! a change may take to be on the medium is the file system's affair: littlefs writes when a file is closed, and leaves what
//! was there until then.

use core::ffi::c_int;

use westerly_server::{FileError, Files, OpenMode};

use crate::error::{self, Error};
use crate::ffi::{self, FileMode};

/// Implements [`Files`] by Zephyr's file system API.
pub struct ZephyrFiles;

/// An open file. Its place on the C side is free again only through [`Files::close`].
pub struct File(c_int);

/// What C returned for a path; `otherwise` is what the call was to do.
fn outcome(result: c_int, otherwise: FileError) -> Result<usize, FileError> {
    error::outcome(result).map_err(|error| match error {
        Error::Invalid => FileError::InvalidName,
        Error::NotFound => FileError::NotFound,
        Error::IsDirectory => FileError::IsDirectory,
        Error::NoDevice => FileError::MountPointNotFound,
        Error::ReadOnly => FileError::ReadOnly,
        _ => otherwise,
    })
}

/// The same for an open file, whose name is known to be good.
fn done(result: c_int, otherwise: FileError) -> Result<usize, FileError> {
    error::outcome(result).map_err(|_| otherwise)
}

impl ZephyrFiles {
    fn seek(file: &File, offset: u32) -> Result<(), FileError> {
        // SAFETY: the number stands for an open file.
        done(unsafe { ffi::westerly_file_seek(file.0, offset) }, FileError::Seek).map(drop)
    }
}

impl Files for ZephyrFiles {
    type File = File;

    fn length(&mut self, path: &str) -> Result<u32, FileError> {
        // Not fs_stat(), which wants room for a name of 255 bytes, twice with littlefs, on a transport's stack.
        let file = self.open(path, OpenMode::Read)?;
        let mut length = 0;
        // SAFETY: the number stands for an open file; C writes to a local.
        let told = done(unsafe { ffi::westerly_file_length(file.0, &raw mut length) }, FileError::Seek);
        self.close(file)?;
        told.map(|_| length)
    }

    fn open(&mut self, path: &str, mode: OpenMode) -> Result<File, FileError> {
        let mode = match mode {
            OpenMode::Read => FileMode::Read,
            OpenMode::Create => FileMode::Create,
            OpenMode::Continue => FileMode::Continue,
        };
        // SAFETY: C reads the path, not beyond its length.
        let result = unsafe { ffi::westerly_file_open(path.as_ptr(), path.len(), mode as u8) };
        outcome(result, FileError::Open).map(|_| File(result))
    }

    fn read(&mut self, file: &mut File, offset: u32, into: &mut [u8]) -> Result<usize, FileError> {
        Self::seek(file, offset)?;
        // SAFETY: the number stands for an open file; C writes to `into`, not beyond its length.
        let result = unsafe { ffi::westerly_file_read(file.0, into.as_mut_ptr(), into.len()) };
        done(result, FileError::Read).map(|count| count.min(into.len()))
    }

    fn write(&mut self, file: &mut File, offset: u32, data: &[u8]) -> Result<(), FileError> {
        Self::seek(file, offset)?;
        // SAFETY: the number stands for an open file; C reads `data`, not beyond its length.
        let result = unsafe { ffi::westerly_file_write(file.0, data.as_ptr(), data.len()) };
        done(result, FileError::Write).map(drop)
    }

    fn close(&mut self, file: File) -> Result<(), FileError> {
        // SAFETY: the number stands for an open file, and is not used again.
        done(unsafe { ffi::westerly_file_close(file.0) }, FileError::Write).map(drop)
    }

    /// Replaces the file in one step on littlefs. FAT, which cannot, deletes it first.
    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        // SAFETY: C reads both paths, neither beyond its length.
        let result = unsafe { ffi::westerly_file_rename(from.as_ptr(), from.len(), to.as_ptr(), to.len()) };
        outcome(result, FileError::Write).map(drop)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        // SAFETY: C reads the path, not beyond its length.
        let result = unsafe { ffi::westerly_file_remove(path.as_ptr(), path.len()) };
        outcome(result, FileError::Delete).map(drop)
    }
}
