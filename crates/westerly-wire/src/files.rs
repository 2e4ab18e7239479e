// SPDX-License-Identifier: Apache-2.0
//! The messages of the file group (8): download, upload, status, hash, hash types, close (Zephyr documentation, "File
//! System Management Group"). Offsets and lengths are bytes.

use crate::cbor::{Entries, Full, Malformed, Reader, Value, Writer};
use crate::message;

/// Command numbers.
pub mod command {
    /// Contents: read downloads, write uploads.
    pub const FILE: u8 = 0;
    /// Length; read.
    pub const STATUS: u8 = 1;
    /// Hash or checksum; read.
    pub const HASH: u8 = 2;
    /// Which hashes and checksums there are; read.
    pub const HASH_TYPES: u8 = 3;
    /// Closes what is open; write.
    pub const CLOSE: u8 = 4;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 5;
}

/// Codes of this group's errors.
pub mod code {
    /// No such name is possible.
    pub const INVALID_NAME: u16 = 2;
    /// There is no such file.
    pub const NOT_FOUND: u16 = 3;
    /// It is a directory.
    pub const IS_DIRECTORY: u16 = 4;
    /// It could not be opened.
    pub const OPEN_FAILED: u16 = 5;
    /// The offset could not be reached.
    pub const SEEK_FAILED: u16 = 6;
    /// It could not be read.
    pub const READ_FAILED: u16 = 7;
    /// It could not be shortened.
    pub const TRUNCATE_FAILED: u16 = 8;
    /// It could not be deleted.
    pub const DELETE_FAILED: u16 = 9;
    /// It could not be written; the medium may be full.
    pub const WRITE_FAILED: u16 = 10;
    /// Not where the upload goes on: `len` beside the error says where.
    pub const OFFSET_NOT_VALID: u16 = 11;
    /// The offset is past the end of the file.
    pub const OFFSET_TOO_LARGE: u16 = 12;
    /// There is no such hash or checksum.
    pub const HASH_TYPE_NOT_FOUND: u16 = 13;
    /// No file system is mounted there.
    pub const MOUNT_POINT_NOT_FOUND: u16 = 14;
    /// The file system takes no changes.
    pub const READ_ONLY: u16 = 15;
    /// The file is empty, so it has no hash.
    pub const EMPTY: u16 = 16;
}

message! {
    /// Asks for a part of a file.
    pub struct DownloadRequest<'b> {
        /// Where the part begins.
        offset: required u64 = "off",
        /// Whole path of the file.
        name: required &'b str = "name",
    }
}

message! {
    /// A part of a file, as much as the answer holds; none at the file's end.
    pub struct DownloadResponse<'b> {
        /// Where the part begins.
        offset: required u64 = "off",
        /// The part.
        data: required &'b [u8] = "data",
        /// Length of the whole file; with the first part only.
        length: optional u64 = "len",
    }
}

message! {
    /// Brings a part of a file.
    pub struct UploadRequest<'b> {
        /// Where the part begins.
        offset: required u64 = "off",
        /// The part.
        data: optional &'b [u8] = "data",
        /// Whole path of the file.
        name: required &'b str = "name",
        /// Length of the whole file; must be there with the first part.
        length: optional u64 = "len",
    }
}

message! {
    /// How far an upload has come.
    pub struct UploadResponse {
        /// Where the next part begins.
        offset: required u64 = "off",
    }
}

message! {
    /// Asks for a file's length.
    pub struct StatusRequest<'b> {
        /// Whole path of the file.
        name: required &'b str = "name",
    }
}

message! {
    /// A file's length.
    pub struct StatusResponse {
        /// Of the whole file.
        length: required u64 = "len",
    }
}

message! {
    /// Asks for the hash or checksum of a file or of a part of one.
    pub struct HashRequest<'b> {
        /// Whole path of the file.
        name: required &'b str = "name",
        /// One of the names the hash types command gives; the device's default when absent.
        kind: optional &'b str = "type",
        /// Where the part begins; 0 when absent.
        offset: optional u64 = "off",
        /// How long it is; to the end of the file when absent.
        length: optional u64 = "len",
    }
}

/// A checksum, which is a number, or a hash, which is a string of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashOutput<'b> {
    /// A checksum.
    Number(u64),
    /// A hash.
    Bytes(&'b [u8]),
}

impl<'b> Value<'b> for HashOutput<'b> {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Malformed> {
        const MAJOR_UNSIGNED: u8 = 0;
        match reader.peek().ok_or(Malformed)? >> 5 {
            MAJOR_UNSIGNED => reader.unsigned().map(Self::Number),
            _ => reader.bytes().map(Self::Bytes),
        }
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        match self {
            Self::Number(number) => writer.unsigned(*number),
            Self::Bytes(bytes) => writer.bytes(bytes),
        }
    }
}

message! {
    /// The hash or checksum of a file or of a part of one.
    pub struct HashResponse<'b> {
        /// What was computed.
        kind: required &'b str = "type",
        /// Where the part begins; absent means 0.
        offset: optional u64 = "off",
        /// How many bytes went into it.
        length: required u64 = "len",
        /// The result.
        output: required HashOutput<'b> = "output",
    }
}

message! {
    /// What a hash or checksum gives.
    pub struct HashKind {
        /// 0 a number, 1 a string of bytes.
        format: required u8 = "format",
        /// Bytes of the result.
        size: required u32 = "size",
    }
}

message! {
    /// The hashes and checksums by name.
    pub struct HashTypesResponse<'b> {
        /// Name and shape.
        kinds: required Entries<'b, HashKind> = "types",
    }
}
