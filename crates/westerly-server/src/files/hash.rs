// SPDX-License-Identifier: Apache-2.0
//! Hashes and checksums of files or parts of them, a small portion at a time.

use westerly_wire::cbor::Entries;
use westerly_wire::error::Code;
use westerly_wire::files::{HashKind, HashOutput, HashRequest, HashResponse, HashTypesResponse, code};

use super::{FileError, Files, FilesGroup, OpenMode, PORTION, nowhere_is_not_found};
use crate::{Failure, Request, Response};
use westerly_wire::sha256::{self, Sha256};

const CRC32: &str = "crc32";
const SHA256: &str = "sha256";

const KINDS: [(&str, HashKind); 2] =
    [(CRC32, HashKind { format: 0, size: 4 }), (SHA256, HashKind { format: 1, size: sha256::LENGTH_ON_WIRE })];

/// The list of them, the default first.
pub(super) fn kinds(response: &mut Response<'_>) -> Result<(), Failure> {
    response.message(&HashTypesResponse { kinds: Entries::Values(&KINDS) })
}

impl<F: Files, const TRANSFERS: usize, const PATH: usize> FilesGroup<F, TRANSFERS, PATH> {
    pub(super) fn hash(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let HashRequest { name, kind, offset, length: most } = request.message()?;
        let name = Self::checked(name)?;
        if most == Some(0) {
            return Err(Code::Invalid.into());
        }
        let (kind, mut sum) = match kind.unwrap_or_default() {
            "" | CRC32 => (CRC32, Sum::Crc32(Crc32::new())),
            SHA256 => (SHA256, Sum::Sha256(Sha256::new())),
            _ => return Err(Failure::Group(code::HASH_TYPE_NOT_FOUND)),
        };
        let from = u32::try_from(offset.unwrap_or_default()).unwrap_or(u32::MAX);
        let most = most.map_or(u32::MAX, |most| u32::try_from(most).unwrap_or(u32::MAX));
        match self.existing(name)? {
            0 => return Err(Failure::Group(code::EMPTY)),
            length if length <= from => return Err(Failure::Group(code::OFFSET_TOO_LARGE)),
            _ => {}
        }
        let mut file = self.files.open(name, OpenMode::Read).map_err(nowhere_is_not_found)?;
        let added = add(&mut self.files, &mut file, from, most, &mut sum);
        let _ = self.files.close(file);
        let length = added?.into();
        let offset = offset.filter(|&offset| offset != 0);
        match sum {
            Sum::Crc32(sum) => {
                let output = HashOutput::Number(sum.finish().into());
                response.message(&HashResponse { kind, offset, length, output })
            }
            Sum::Sha256(sum) => {
                let hash = sum.finish();
                response.message(&HashResponse { kind, offset, length, output: HashOutput::Bytes(&hash) })
            }
        }
    }
}

enum Sum {
    Crc32(Crc32),
    Sha256(Sha256),
}

/// Adds `most` bytes of a file from `from` on, or those up to its end; gives how many they were.
fn add<F: Files>(files: &mut F, file: &mut F::File, from: u32, most: u32, sum: &mut Sum) -> Result<u32, FileError> {
    let mut added = 0u32;
    let mut buffer = [0; PORTION];
    while added < most {
        let room = usize::try_from(most.saturating_sub(added)).unwrap_or(usize::MAX).min(PORTION);
        let room = buffer.get_mut(..room).unwrap_or_default();
        let read = files.read(file, from.saturating_add(added), room)?;
        let bytes = room.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        match sum {
            Sum::Crc32(sum) => sum.update(bytes),
            Sum::Sha256(sum) => sum.update(bytes),
        }
        added = added.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    }
    Ok(added)
}

/// CRC-32 of IEEE 802.3 (in catalogues CRC-32/ISO-HDLC), half a byte at a time: the table of a whole byte is 1 KiB.
struct Crc32(u32);

impl Crc32 {
    #[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "a constant, worked out by the compiler")]
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut index = 0;
        while index < 16 {
            let mut value = index as u32;
            let mut bit = 0;
            while bit < 4 {
                value = if value & 1 == 0 { value >> 1 } else { value >> 1 ^ 0xedb8_8320 };
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };

    const fn new() -> Self {
        Self(u32::MAX)
    }

    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.half(byte);
            self.half(byte >> 4);
        }
    }

    fn half(&mut self, half: u8) {
        let [low, ..] = self.0.to_le_bytes();
        let entry = Self::TABLE.get(usize::from((low ^ half) & 0xf)).copied().unwrap_or_default();
        self.0 = self.0 >> 4 ^ entry;
    }

    const fn finish(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_of_the_catalogue() {
        for split in 0..=9 {
            let (front, back) = b"123456789".split_at(split);
            let mut sum = Crc32::new();
            sum.update(front);
            sum.update(back);
            assert_eq!(sum.finish(), 0xcbf4_3926);
        }
    }
}
