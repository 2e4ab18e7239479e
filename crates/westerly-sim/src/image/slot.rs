// SPDX-License-Identifier: Apache-2.0
//! A slot: flash of one size of page, kept in a file, with MCUboot's trailer (its documentation, "Image trailer") at its end.
//!
//! What changes is written to the file at once, each page, block or trailer by one call of the system: a process that is
//! killed leaves it written or not. The system itself may lose what it was given last, as with any file; only a swap waits
//! for the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use westerly_server::FlashError;

/// Bytes of a page.
pub(super) const PAGE: u32 = 4096;
/// Bytes that are written together.
pub(super) const BLOCK: u32 = 8;
const ERASED: u8 = 0xff;
const SET: u8 = 1;

/// What tells that a trailer is one, where blocks are of 8 bytes.
const MAGIC: [u8; 16] =
    [0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80];

/// The end of a slot: two flags, each in a block, and the magic.
mod field {
    use std::ops::Range;

    pub(super) const LENGTH: usize = 32;
    pub(super) const COPY_DONE: usize = 0;
    pub(super) const IMAGE_OK: usize = 8;
    pub(super) const MAGIC: Range<usize> = 16..32;
}

/// What a trailer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trailer {
    /// Whether the rest counts.
    pub(super) magic: bool,
    /// Whether the slots were swapped.
    pub(super) copy_done: bool,
    /// Whether the image is confirmed.
    pub(super) image_ok: bool,
}

/// What is in a slot, in memory and in its file.
#[derive(Debug)]
pub(super) struct Contents {
    bytes: Vec<u8>,
    file: File,
}

impl Contents {
    /// The slot of that file; if there is none, it is made, with an image in it or none.
    pub(super) fn open(path: &Path, size: u32, image: &[u8]) -> io::Result<Self> {
        let length = usize::try_from(size).map_err(io::Error::other)?;
        let bytes = match fs::read(path) {
            Ok(bytes) if bytes.len() == length => bytes,
            Ok(bytes) => {
                let problem = format!("{} has {} bytes, not the {size} of a slot", path.display(), bytes.len());
                return Err(io::Error::new(ErrorKind::InvalidData, problem));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut bytes = vec![ERASED; length];
                bytes.get_mut(..image.len()).ok_or(ErrorKind::FileTooLarge)?.copy_from_slice(image);
                create(path, &bytes)?;
                bytes
            }
            Err(error) => return Err(error),
        };
        Ok(Self { bytes, file: OpenOptions::new().write(true).open(path)? })
    }

    pub(super) fn size(&self) -> u32 {
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn read(&self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let start = usize::try_from(offset).map_err(|_| FlashError::Read)?;
        let from = self.bytes.get(start..).and_then(|rest| rest.get(..into.len())).ok_or(FlashError::Read)?;
        into.copy_from_slice(from);
        Ok(())
    }

    pub(super) fn erase(&mut self, offset: u32) -> Result<u32, FlashError> {
        let start = offset - offset % PAGE;
        let page = [ERASED; PAGE as usize];
        self.put(start, &page).map_err(|_| FlashError::Erase)?;
        Ok(start + PAGE)
    }

    pub(super) fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        let mut there = vec![0; data.len()];
        self.read(offset, &mut there).map_err(|_| FlashError::Write)?;
        let aligned = offset.is_multiple_of(BLOCK) && data.len().is_multiple_of(BLOCK as usize);
        if !aligned || there.iter().any(|&byte| byte != ERASED) {
            return Err(FlashError::Write);
        }
        self.put(offset, data).map_err(|_| FlashError::Write)
    }

    pub(super) fn trailer(&self) -> Trailer {
        let bytes = self.bytes.last_chunk().unwrap_or(&[ERASED; field::LENGTH]);
        Trailer {
            magic: bytes[field::MAGIC] == MAGIC,
            copy_done: bytes[field::COPY_DONE] == SET,
            image_ok: bytes[field::IMAGE_OK] == SET,
        }
    }

    /// Asks for the image here to be booted, once or for good.
    pub(super) fn request(&mut self, permanent: bool) -> Result<(), FlashError> {
        let mut bytes = *self.bytes.last_chunk::<{ field::LENGTH }>().ok_or(FlashError::Read)?;
        if bytes[field::MAGIC] == MAGIC {
            return Ok(());
        }
        if bytes[field::MAGIC].iter().any(|&byte| byte != ERASED) {
            return Err(FlashError::Trailer);
        }
        bytes[field::MAGIC].copy_from_slice(&MAGIC);
        if permanent {
            bytes[field::IMAGE_OK] = SET;
        }
        self.put_trailer(&bytes).map_err(|_| FlashError::Write)
    }

    /// Keeps the image here.
    pub(super) fn confirm(&mut self) -> io::Result<()> {
        let mut bytes = *self.bytes.last_chunk::<{ field::LENGTH }>().ok_or(ErrorKind::InvalidData)?;
        bytes[field::IMAGE_OK] = SET;
        self.put_trailer(&bytes)
    }

    /// What MCUboot does with an image it will not boot: nothing asks for it any more, and it is none.
    pub(super) fn reject(&mut self) -> io::Result<()> {
        let erased = self.erase(self.size() - 1).and_then(|_| self.erase(0));
        erased.map(|_| ()).map_err(|error| io::Error::other(format!("{error:?}")))
    }

    /// A file with the same image, and a trailer: none, or one of a swap that is done, and perhaps confirmed.
    pub(super) fn copy_with_trailer(&self, path: &Path, swapped: Option<bool>) -> io::Result<()> {
        let mut bytes = self.bytes.clone();
        let page = bytes.len() - PAGE as usize;
        bytes[page..].fill(ERASED);
        if let Some(confirmed) = swapped
            && let Some(trailer) = bytes.last_chunk_mut::<{ field::LENGTH }>()
        {
            trailer[field::MAGIC].copy_from_slice(&MAGIC);
            trailer[field::COPY_DONE] = SET;
            trailer[field::IMAGE_OK] = if confirmed { SET } else { ERASED };
        }
        let mut file = File::create(path)?;
        file.write_all(&bytes)?;
        file.sync_all()
    }

    fn put_trailer(&mut self, bytes: &[u8; field::LENGTH]) -> io::Result<()> {
        self.put(self.size() - 32, bytes)
    }

    fn put(&mut self, offset: u32, bytes: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let place = self.bytes.get_mut(start..).and_then(|rest| rest.get_mut(..bytes.len()));
        let place = place.ok_or(ErrorKind::InvalidInput)?;
        self.file.seek(SeekFrom::Start(offset.into()))?;
        self.file.write_all(bytes)?;
        place.copy_from_slice(bytes);
        Ok(())
    }
}

/// A new file that is there with all its bytes or not at all.
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, bytes)?;
    fs::rename(new, path)
}
