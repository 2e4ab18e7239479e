// SPDX-License-Identifier: Apache-2.0
//! The file group (8): download, upload, status, hash and checksum, their list, close. [`Files`] is what it needs of the device.
//!
//! ```text
//! upload    part at 0 -> temporary file -> parts ... -> announced length is there -> close -> rename to the target
//! download  part at any offset -> file stays open for the next -> closed at its end
//! ```
//! * An upload never touches its target before it is complete: it goes to a file beside it, whose name is the target's with
//!   `.~` and a digit behind it, which is renamed at the end. Whatever interrupts it, the target has its old content or the new.
//! * A transfer belongs to a peer and a path. There are so many places for transfers; when all are taken the least recently used is
//!   given up, uploads under way last. The bytes that came of an upload given up stay, so that it can be taken up again.
//! * An upload whose peer went away, or that a restart of the device interrupted, is taken up again by a part that says the
//!   file's length, begins where the answer to an earlier one told, and repeats the last bytes that are there; docs/files.md
//!   has the rules, and why contents cannot mix.
//!
//! Nothing is buffered: a part is written from the request and read into the answer. What it will not do: list folders, delete
//! files, or hold on to a file longer than a transfer; a path in which an empty name, `.` or `..` occurs is no name here, since
//! one file would then go by several.

mod download;
mod hash;
mod transfers;
mod upload;

use westerly_wire::error::{Code, UNKNOWN};
use westerly_wire::files::{StatusRequest, StatusResponse, code, command};
use westerly_wire::group;

use crate::{Action, Failure, Group, GroupDescription, Request, Response};
use transfers::{Owner, Transfers};

/// What the file group needs of a device. Paths are whole ones, `/lfs1/name`; whatever a peer sends arrives here, except for names
/// that are empty, too long, hold a zero byte or a `//`, `/./` or `/../`, or end with a `/`.
pub trait Files {
    /// An open file; given back by [`close`](Self::close). Any number of files may be open to be read, also the same one.
    type File;

    /// Bytes of a file.
    ///
    /// # Errors
    /// See [`FileError`]; [`FileError::IsDirectory`] for a directory.
    fn length(&mut self, path: &str) -> Result<u32, FileError>;

    /// Opens a file.
    ///
    /// # Errors
    /// See [`FileError`].
    fn open(&mut self, path: &str, mode: OpenMode) -> Result<Self::File, FileError>;

    /// Reads from `offset` into the front of `into`; fewer bytes than it holds only where the file ends.
    ///
    /// # Errors
    /// See [`FileError`].
    fn read(&mut self, file: &mut Self::File, offset: u32, into: &mut [u8]) -> Result<usize, FileError>;

    /// Writes all of `data` at `offset`, which is the end of what is there.
    ///
    /// # Errors
    /// See [`FileError`]; a part of `data` may then be there.
    fn write(&mut self, file: &mut Self::File, offset: u32, data: &[u8]) -> Result<(), FileError>;

    /// Closes a file; what was written is on the medium after `Ok`.
    ///
    /// # Errors
    /// See [`FileError`]; the file is closed all the same.
    fn close(&mut self, file: Self::File) -> Result<(), FileError>;

    /// Gives a closed file another name in the same directory. A file of that name is replaced, and at no time is there none.
    ///
    /// # Errors
    /// See [`FileError`].
    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError>;

    /// Deletes a closed file.
    ///
    /// # Errors
    /// See [`FileError`].
    fn remove(&mut self, path: &str) -> Result<(), FileError>;
}

/// How to open a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// To read; it must be there.
    Read,
    /// To write and read, empty: it is made, or its content is dropped.
    Create,
    /// To write on at its end, and read; it must be there.
    Continue,
}

/// Why a [`Files`] could not do something; one for one the group's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// No such name is possible.
    InvalidName,
    /// There is no such file.
    NotFound,
    /// It is a directory.
    IsDirectory,
    /// It could not be opened.
    Open,
    /// The offset could not be reached.
    Seek,
    /// It could not be read.
    Read,
    /// It could not be emptied.
    Truncate,
    /// It could not be deleted.
    Delete,
    /// It could not be written; the medium may be full.
    Write,
    /// No file system is mounted there.
    MountPointNotFound,
    /// The file system takes no changes.
    ReadOnly,
    /// Anything else.
    Other,
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::Group(match error {
            FileError::InvalidName => code::INVALID_NAME,
            FileError::NotFound => code::NOT_FOUND,
            FileError::IsDirectory => code::IS_DIRECTORY,
            FileError::Open => code::OPEN_FAILED,
            FileError::Seek => code::SEEK_FAILED,
            FileError::Read => code::READ_FAILED,
            FileError::Truncate => code::TRUNCATE_FAILED,
            FileError::Delete => code::DELETE_FAILED,
            FileError::Write => code::WRITE_FAILED,
            FileError::MountPointNotFound => code::MOUNT_POINT_NOT_FOUND,
            FileError::ReadOnly => code::READ_ONLY,
            FileError::Other => UNKNOWN,
        })
    }
}

/// Bytes that the name of an upload's temporary file has more than its target's: `.~` and a digit. The `PATH` of a [`FilesGroup`]
/// holds both.
pub const PART_SUFFIX: usize = 3;

/// Bytes read at a time where something other than an answer is to hold them; on the stack.
const PORTION: usize = 64;

/// The file group over a device. `TRANSFERS` (1 to 10) transfers are held at a time, each of which keeps a file open, and one more is
/// opened beside them for as long as an answer takes. `PATH` bytes hold the longest path there may be and [`PART_SUFFIX`].
#[derive(Debug)]
pub struct FilesGroup<F: Files, const TRANSFERS: usize, const PATH: usize> {
    files: F,
    transfers: Transfers<F::File, TRANSFERS, PATH>,
}

impl<F: Files, const TRANSFERS: usize, const PATH: usize> FilesGroup<F, TRANSFERS, PATH> {
    /// Without a transfer.
    pub const fn new(files: F) -> Self {
        const { assert!(TRANSFERS >= 1 && TRANSFERS <= 10 && PATH > PART_SUFFIX) }
        Self { files, transfers: Transfers::new() }
    }

    /// The device.
    pub const fn files(&mut self) -> &mut F {
        &mut self.files
    }

    fn status(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let name = Self::checked(request.message::<StatusRequest<'_>>()?.name)?;
        let length = self.existing(name)?;
        response.message(&StatusResponse { length: length.into() })
    }

    /// The length of a file to be read.
    fn existing(&mut self, name: &str) -> Result<u32, FileError> {
        self.files.length(name).map_err(nowhere_is_not_found)
    }

    /// A name that may be passed on to the device.
    fn checked(name: &str) -> Result<&str, Failure> {
        if name.is_empty() || name.len() > PATH.saturating_sub(PART_SUFFIX) {
            return Err(Code::Invalid.into());
        }
        let mut names = name.as_bytes().split(|&byte| byte == b'/').skip(1);
        if name.bytes().any(|byte| byte == 0) || names.any(|name| matches!(name, b"" | b"." | b"..")) {
            return Err(Failure::Group(code::INVALID_NAME));
        }
        Ok(name)
    }
}

/// As Zephyr's server answers: without a mount point there is no such file; only writing makes a difference of it.
fn nowhere_is_not_found(error: FileError) -> FileError {
    if error == FileError::MountPointNotFound { FileError::NotFound } else { error }
}

impl<F: Files, const TRANSFERS: usize, const PATH: usize> Group for FilesGroup<F, TRANSFERS, PATH> {
    fn description(&self) -> GroupDescription {
        GroupDescription { id: group::FILES, name: "fs mgmt", handlers: command::HANDLERS }
    }

    fn handle(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        match (request.command, request.action) {
            (command::FILE, Action::Read) => self.download(request, response),
            (command::FILE, Action::Write) => self.upload(request, response),
            (command::STATUS, Action::Read) => self.status(request, response),
            (command::HASH, Action::Read) => self.hash(request, response),
            (command::HASH_TYPES, Action::Read) => hash::kinds(response),
            (command::CLOSE, Action::Write) => {
                self.transfers.end_all_of(&mut self.files, Owner::of(request.caller));
                Ok(())
            }
            _ => Err(Code::NotSupported.into()),
        }
    }
}
