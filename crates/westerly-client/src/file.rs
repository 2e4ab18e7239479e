// SPDX-License-Identifier: Apache-2.0
//! Files of a device, a part at a time: how long a part is and what to do about a part without an answer is the caller's.

use westerly_wire::cbor::Message as _;
use westerly_wire::files::{
    DownloadRequest, DownloadResponse, HashOutput, HashRequest, HashResponse, StatusRequest, StatusResponse,
    UploadRequest, UploadResponse, command,
};
use westerly_wire::group;

use crate::device::{Device, Link};
use crate::error::Error;

/// The hash or checksum of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hash {
    /// A checksum.
    Number(u64),
    /// A hash.
    Bytes(Vec<u8>),
}

impl<L: Link> Device<L> {
    /// How long a file is, in bytes.
    ///
    /// # Errors
    /// [`Error`].
    pub fn file_length(&mut self, name: &str) -> Result<u64, Error> {
        let payload = self.request(false, group::FILES, command::STATUS, &StatusRequest { name })?;
        Ok(StatusResponse::decode(&payload).map_err(|_| Error::Malformed)?.length)
    }

    /// The hash or checksum of a whole file, by the name the device has for that sort.
    ///
    /// # Errors
    /// [`Error`].
    pub fn file_hash(&mut self, name: &str, sort: &str) -> Result<Hash, Error> {
        let request = HashRequest { name, kind: Some(sort), offset: None, length: None };
        let payload = self.request(false, group::FILES, command::HASH, &request)?;
        let answer = HashResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        Ok(match answer.output {
            HashOutput::Number(number) => Hash::Number(number),
            HashOutput::Bytes(bytes) => Hash::Bytes(bytes.into()),
        })
    }

    /// Sends a part of a file once; gives where the device wants to go on. A part at 0 begins anew, and `length` is then the
    /// whole file's.
    ///
    /// # Errors
    /// [`Error`]; [`Error::TooLong`] for a part that no packet of this program holds.
    pub fn upload_part(&mut self, name: &str, offset: u64, data: &[u8], length: u64) -> Result<u64, Error> {
        let length = (offset == 0).then_some(length);
        let request = UploadRequest { offset, data: Some(data), name, length };
        let payload = self.request_once(true, group::FILES, command::FILE, &request)?;
        Ok(UploadResponse::decode(&payload).map_err(|_| Error::Malformed)?.offset)
    }

    /// A part of a file, as much as the device gives at a time; none at its end.
    ///
    /// # Errors
    /// [`Error`].
    pub fn download_part(&mut self, name: &str, offset: u64) -> Result<Vec<u8>, Error> {
        let payload = self.request(false, group::FILES, command::FILE, &DownloadRequest { offset, name })?;
        let answer = DownloadResponse::decode(&payload).map_err(|_| Error::Malformed)?;
        if answer.offset == offset { Ok(answer.data.into()) } else { Err(Error::Malformed) }
    }
}
