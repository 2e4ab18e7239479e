// SPDX-License-Identifier: Apache-2.0
//! An upload, and in which order it goes to the flash.
//!
//! ```text
//! first part   checked as far as a header can tell: nothing is erased for what cannot be right
//!              erase the trailer    a slot that waits to be booted does so no more; it holds the old image
//!              erase the first page the old image is gone
//! every part   erase the pages it reaches, write it, but keep back the header and what does not fill a block
//! last part    read all back and compare hashes
//!              write the header     the new image is there, and only if the hashes are the same
//! ```
//! So whenever the power goes, the slot holds the old image, none, or the new one. Within the header the block with the magic
//! comes last. The state is in RAM, some 150 bytes: after a restart an upload starts again from 0.

use westerly_wire::image::{UploadRequest, UploadResponse, code};

use super::{Image, Slot, SlotSource, TRAILER, WRITE_ALIGNMENT_MAX, erase_pages, in_use, information, other};
use crate::mcuboot::{self, HEADER_LENGTH, HEADER_SIZE, Header, ImageError, Source, Version};
use crate::{Failure, FlashError, Request, Transport};

/// What flash holds where nothing was written.
const ERASED: u8 = 0xff;

/// Bytes of a SHA-256.
const SHA_LENGTH: usize = 32;

/// An upload under way, or one that has ended: its last part may come again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Upload {
    /// Whose it is. Another peer's part would end up in the middle of it.
    owner: (Transport, u64),
    slot: Slot,
    length: u32,
    sha: Announced,
    /// Bytes that have come.
    offset: u32,
    /// Where the first page begins that is not erased yet.
    erased: u32,
    /// Kept back until all the rest is in its place.
    header: [u8; HEADER_LENGTH],
    /// What has come since the last whole block.
    block: [u8; WRITE_ALIGNMENT_MAX],
    end: End,
}

/// How an upload has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It has not.
    Open,
    /// The image is there, and this is known of its hash.
    Done(Option<bool>),
}

/// The hash an upload is announced with, and known again by. Clients may cut it short; then nothing can be checked with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Announced {
    bytes: [u8; SHA_LENGTH],
    length: usize,
}

impl Announced {
    fn new(sha: &[u8]) -> Option<Self> {
        let mut bytes = [0; SHA_LENGTH];
        copy(bytes.get_mut(..sha.len())?, sha);
        Some(Self { bytes, length: sha.len() })
    }

    fn whole(&self) -> Option<&[u8; SHA_LENGTH]> {
        (self.length == SHA_LENGTH).then_some(&self.bytes)
    }
}

/// Takes a part and tells how far the upload has come.
pub(super) fn take(
    upload: &mut Option<Upload>,
    device: &mut dyn Image,
    replace_pending: bool,
    request: &Request<'_>,
) -> Result<UploadResponse, Failure> {
    let part = request.message::<UploadRequest<'_>>()?;
    let owner = (request.caller.transport, request.caller.peer);
    let data = part.data.unwrap_or_default();
    let taken = match part.offset.ok_or(Failure::Group(code::INVALID_OFFSET))? {
        0 => first(upload, device, replace_pending, &part, owner, data),
        offset => next(upload, device, owner, offset, data),
    };
    if taken.is_err() && upload.as_ref().is_some_and(|upload| upload.owner == owner) {
        *upload = None;
    }
    taken?;
    Ok(match upload {
        Some(Upload { offset, end, .. }) => UploadResponse {
            offset: (*offset).into(),
            matches: match end {
                End::Open => None,
                End::Done(matches) => *matches,
            },
        },
        None => UploadResponse { offset: 0, matches: None },
    })
}

/// Begins an upload, or tells how far the one under way is if it is the same.
fn first(
    upload: &mut Option<Upload>,
    device: &mut dyn Image,
    replace_pending: bool,
    part: &UploadRequest<'_>,
    owner: (Transport, u64),
    data: &[u8],
) -> Result<(), Failure> {
    let (&header, rest) = data.split_first_chunk().ok_or(Failure::Group(code::INVALID_IMAGE_HEADER))?;
    let length = part.length.ok_or(Failure::Group(code::INVALID_LENGTH))?;
    let found = Header::parse(&header).map_err(|error| match error {
        ImageError::Magic => Failure::Group(code::INVALID_IMAGE_HEADER_MAGIC),
        _ => Failure::Group(code::INVALID_IMAGE_HEADER),
    })?;
    let sha = Announced::new(part.sha.unwrap_or_default()).ok_or(Failure::Group(code::INVALID_HASH))?;
    let resumed = |open: &&mut Upload| {
        open.end == End::Open && open.sha == sha && u64::from(open.length) == length && open.header == header
    };
    if sha.length > 0
        && let Some(open) = upload.as_mut().filter(resumed)
    {
        open.owner = owner;
        return Ok(());
    }
    let slot = free_slot(device, part.image.unwrap_or_default(), replace_pending)?;
    let length = check_length(device, slot, length, &found)?;
    if u64::from(length) < u64::try_from(data.len()).unwrap_or(u64::MAX) {
        return Err(Failure::Group(code::INVALID_IMAGE_DATA_OVERRUN));
    }
    if part.upgrade == Some(true) {
        check_upgrade(device, slot.image, found.version)?;
    }
    let mut new = Upload {
        owner,
        slot,
        length,
        sha,
        offset: HEADER_SIZE,
        erased: 0,
        header,
        block: [ERASED; WRITE_ALIGNMENT_MAX],
        end: End::Open,
    };
    *upload = None;
    if new.is_there(device)? {
        new.offset = length;
        new.end = End::Done(Some(true));
    } else {
        say!(info, "upload of image {} begins, {} bytes", slot.image, length);
        new.begin(device)?;
        new.write(device, rest)?;
    }
    *upload = Some(new);
    Ok(())
}

/// Goes on with an upload. A part that does not begin where it should is left alone: the answer tells where that is.
fn next(
    upload: &mut Option<Upload>,
    device: &mut dyn Image,
    owner: (Transport, u64),
    offset: u64,
    data: &[u8],
) -> Result<(), Failure> {
    // One that has ended is of no concern to others.
    if upload.as_ref().is_some_and(|ended| ended.end != End::Open && ended.owner != owner) {
        *upload = None;
    }
    let Some(open) = upload else { return Ok(()) };
    if open.owner != owner {
        return Err(Failure::Group(code::FLASH_CONTEXT_ALREADY_SET));
    }
    if u64::from(open.offset) != offset {
        return Ok(());
    }
    let left = usize::try_from(open.length.saturating_sub(open.offset)).unwrap_or(usize::MAX);
    if data.len() > left {
        return Err(Failure::Group(code::INVALID_IMAGE_DATA_OVERRUN));
    }
    Ok(open.write(device, data)?)
}

/// The slot beside the one that runs. The number of the only image is not looked at, as by Zephyr's server.
fn free_slot(device: &mut dyn Image, image: u32, replace_pending: bool) -> Result<Slot, Failure> {
    let images = device.images();
    let image = if images == 1 { Some(0) } else { u8::try_from(image).ok().filter(|&image| image < images) };
    let image = image.ok_or(Failure::Group(code::NO_FREE_SLOT))?;
    let slot = Slot { image, slot: other(device.active(image)) };
    if in_use(device, slot, replace_pending) {
        return Err(Failure::Group(code::NO_FREE_SLOT));
    }
    Ok(slot)
}

/// The announced length, if the slot has room for it and the image as its header tells it is no longer.
fn check_length(device: &mut dyn Image, slot: Slot, length: u64, header: &Header) -> Result<u32, Failure> {
    let size = device.slot_size(slot)?;
    let most = device.max_image_size(slot.image).unwrap_or(size).min(size);
    let length = u32::try_from(length).ok().filter(|&length| length <= most);
    let length = length.ok_or(Failure::Group(code::INVALID_IMAGE_TOO_LARGE))?;
    match header.hashed_length() {
        Ok(hashed) if hashed < length => Ok(length),
        _ => Err(Failure::Group(code::INVALID_IMAGE_HEADER)),
    }
}

/// Whether a version is above the running one's. Its build number does not count, as with Zephyr's server by default.
fn check_upgrade(device: &mut dyn Image, image: u8, version: Version) -> Result<(), Failure> {
    let slot = device.active(image).ok_or(Failure::Group(code::ACTIVE_SLOT_NOT_KNOWN))?;
    let running = information(device, Slot { image, slot }).map_err(|_| Failure::Group(code::VERSION_GET_FAILED))?;
    let without_build = |version: Version| Version { build: 0, ..version };
    if without_build(running.header.version) >= without_build(version) {
        return Err(Failure::Group(code::CURRENT_VERSION_IS_NEWER));
    }
    Ok(())
}

impl Upload {
    /// Whether the slot already holds what is announced.
    fn is_there(&self, device: &mut dyn Image) -> Result<bool, FlashError> {
        let Some(sha) = self.sha.whole() else { return Ok(false) };
        let mut source = SlotSource::open(device, self.slot)?;
        // Spares most slots the long way.
        let mut header = [0; HEADER_LENGTH];
        source.read(0, &mut header)?;
        Ok(header == self.header && mcuboot::sha256(&mut source, self.length)? == *sha)
    }

    fn begin(&mut self, device: &mut dyn Image) -> Result<(), FlashError> {
        let size = device.slot_size(self.slot)?;
        erase_pages(device, self.slot, size.saturating_sub(TRAILER), size)?;
        self.erased = erase_pages(device, self.slot, 0, HEADER_SIZE)?;
        Ok(())
    }

    /// Takes what comes next, and ends the upload when that was all.
    fn write(&mut self, device: &mut dyn Image, data: &[u8]) -> Result<(), FlashError> {
        let alignment = alignment(device)?;
        let rest = self.fill_block(device, alignment, data)?;
        if !rest.is_empty() {
            let tail = rest.len() & alignment.wrapping_sub(1);
            let (whole, tail) = rest.split_at_checked(rest.len().wrapping_sub(tail)).unwrap_or_default();
            self.flash(device, self.offset, whole)?;
            copy(&mut self.block, tail);
            self.advance(rest.len());
        }
        if self.offset == self.length && self.end == End::Open {
            self.finish(device, alignment)?;
        }
        Ok(())
    }

    /// Completes the block begun, if there is one; gives what is left of `data`.
    fn fill_block<'p>(
        &mut self,
        device: &mut dyn Image,
        alignment: usize,
        data: &'p [u8],
    ) -> Result<&'p [u8], FlashError> {
        let begun = self.begun(alignment);
        if begun == 0 {
            return Ok(data);
        }
        let (now, rest) = data.split_at_checked(alignment.wrapping_sub(begun)).unwrap_or((data, &[]));
        copy(self.block.get_mut(begun..).unwrap_or_default(), now);
        self.advance(now.len());
        if self.begun(alignment) == 0 && !now.is_empty() {
            self.flash_block(device, alignment, self.offset.wrapping_sub(narrow(alignment)))?;
        }
        Ok(rest)
    }

    fn flash_block(&mut self, device: &mut dyn Image, alignment: usize, offset: u32) -> Result<(), FlashError> {
        let block = self.block;
        self.flash(device, offset, block.get(..alignment).unwrap_or_default())
    }

    /// Writes whole blocks, and erases before it what they reach.
    fn flash(&mut self, device: &mut dyn Image, offset: u32, blocks: &[u8]) -> Result<(), FlashError> {
        if blocks.is_empty() {
            return Ok(());
        }
        self.erased = erase_pages(device, self.slot, self.erased, offset.saturating_add(narrow(blocks.len())))?;
        device.write(self.slot, offset, blocks)
    }

    /// Writes what was kept back, the header only if nothing speaks against the image.
    fn finish(&mut self, device: &mut dyn Image, alignment: usize) -> Result<(), FlashError> {
        let begun = self.begun(alignment);
        if begun > 0 {
            self.block.get_mut(begun..).unwrap_or_default().fill(ERASED);
            self.flash_block(device, alignment, self.length.wrapping_sub(narrow(begun)))?;
        }
        let matches = self.check(device)?;
        if matches != Some(false) {
            let header = self.header;
            let (first, behind) = header.split_at_checked(alignment).unwrap_or_default();
            self.flash(device, narrow(alignment), behind)?;
            self.flash(device, 0, first)?;
            let mut written = [0; HEADER_LENGTH];
            device.read(self.slot, 0, &mut written)?;
            if written != header {
                return Err(FlashError::Write);
            }
        }
        let outcome = if matches == Some(false) { "not what was announced" } else { "complete" };
        say!(info, "upload of image {} is {}", self.slot.image, outcome);
        self.end = End::Done(matches);
        Ok(())
    }

    /// Whether the upload is what was announced, or without a whole hash announced, whether it is what the hash in the image
    /// says; `None` where neither can be told.
    fn check(&self, device: &mut dyn Image) -> Result<Option<bool>, FlashError> {
        let mut source = Uploaded { slot: SlotSource::open(device, self.slot)?, header: &self.header };
        if let Some(sha) = self.sha.whole() {
            return Ok(Some(mcuboot::sha256(&mut source, self.length)? == *sha));
        }
        match mcuboot::verify(&mut source) {
            Ok(matches) => Ok(Some(matches)),
            Err(ImageError::Unverifiable) => Ok(None),
            Err(ImageError::Flash(error)) => Err(error),
            Err(_) => Ok(Some(false)),
        }
    }

    fn advance(&mut self, count: usize) {
        self.offset = self.offset.saturating_add(narrow(count));
    }

    /// Bytes of the block begun.
    fn begun(&self, alignment: usize) -> usize {
        usize::try_from(self.offset).unwrap_or_default() & alignment.wrapping_sub(1)
    }
}

/// What was uploaded: the header is not in the slot yet.
struct Uploaded<'a> {
    slot: SlotSource<'a>,
    header: &'a [u8; HEADER_LENGTH],
}

impl Source for Uploaded<'_> {
    fn length(&self) -> u32 {
        self.slot.length()
    }

    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        self.slot.read(offset, into)?;
        let header = usize::try_from(offset).ok().and_then(|offset| self.header.get(offset..));
        copy(into, header.unwrap_or_default());
        Ok(())
    }
}

fn alignment(device: &dyn Image) -> Result<usize, FlashError> {
    let alignment = usize::try_from(device.write_alignment()).unwrap_or_default();
    let possible = alignment.is_power_of_two() && alignment <= WRITE_ALIGNMENT_MAX;
    if possible { Ok(alignment) } else { Err(FlashError::Query) }
}

/// As far as both go. `copy_from_slice` would panic where they differ.
fn copy(into: &mut [u8], from: &[u8]) {
    for (place, &byte) in into.iter_mut().zip(from) {
        *place = byte;
    }
}

/// A length of part of a slot, whose size is 32 bits.
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
