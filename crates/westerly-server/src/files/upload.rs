// SPDX-License-Identifier: Apache-2.0
//! Parts of files, written straight from requests to a temporary file that takes the target's place when it is whole.

use westerly_wire::error::Code;
use westerly_wire::files::{UploadRequest, UploadResponse, code};

use super::transfers::{Owner, Path, State, Upload, is_part, tags};
use super::{FileError, Files, FilesGroup, OpenMode, PORTION};
use crate::{Failure, Request, Response};

/// How often what has come is put on the medium, in bytes: a restart of the device costs no more than that. Closing a file and writing
/// on costs littlefs a copy of its last block.
const CHECKPOINT: u32 = 32 * 1024;

/// Bytes that a part must repeat to take up an upload again; those that can be compared at once.
const REPEATED: u32 = 64;
const _: () = assert!(PORTION == 64);

/// A part as it came; its offset may be beyond any file.
struct Part<'r> {
    owner: Owner,
    name: &'r str,
    offset: u64,
    data: &'r [u8],
}

impl Part<'_> {
    /// Whether it only asks where an upload goes on that goes on there.
    fn asks(&self, there: u32) -> bool {
        self.offset != there.into() || self.data.is_empty()
    }
}

/// "Not here, but there"; 0 means from the beginning.
fn go_on_at(offset: u32) -> Failure {
    Failure::GroupAt { code: code::OFFSET_NOT_VALID, length: offset.into() }
}

const fn resume_at(offset: u32) -> u32 {
    offset.saturating_sub(REPEATED)
}

impl<F: Files, const TRANSFERS: usize, const PATH: usize> FilesGroup<F, TRANSFERS, PATH> {
    pub(super) fn upload(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let UploadRequest { offset, data, name, length } = request.message()?;
        let name = Self::checked(name)?;
        if is_part(name) {
            return Err(FileError::InvalidName.into());
        }
        let length = length.map(u32::try_from).transpose().map_err(|_| FileError::Write)?;
        let part = Part { owner: Owner::of(request.caller), name, offset, data: data.unwrap_or_default() };
        let place = match offset {
            0 => self.begin(&part, length.ok_or(Code::Invalid)?)?,
            _ => self.find(&part, length)?,
        };
        let offset = self.take(place, &part)?.into();
        response.message(&UploadResponse { offset })
    }

    /// A new upload, whatever there was of it before.
    fn begin(&mut self, part: &Part<'_>, length: u32) -> Result<usize, Failure> {
        if !u32::try_from(part.data.len()).is_ok_and(|more| more <= length) {
            return Err(Code::Invalid.into());
        }
        if let Some(place) = self.transfers.own_upload(part.owner, part.name) {
            self.transfers.end(&mut self.files, place);
        }
        match self.files.length(part.name) {
            Ok(_) | Err(FileError::NotFound | FileError::MountPointNotFound) => {}
            Err(error) => return Err(error.into()),
        }
        let place = self.transfers.make_room(&mut self.files).ok_or(Code::Unknown)?;
        let tag = self.free_tags().next().ok_or(Code::Unknown)?;
        let file = self.files.open(Path::<PATH>::new(part.name).part(tag).as_str(), OpenMode::Create);
        // To write, a directory or mount point is missing; Zephyr's server makes no difference between them.
        let file =
            file.map_err(|error| if error == FileError::NotFound { FileError::MountPointNotFound } else { error })?;
        say!(info, "upload of {} begins, {} bytes", part.name, length);
        let upload = Upload { file: Some(file), tag, offset: 0, length, asked: None };
        self.transfers.put(&mut self.files, place, part.owner, part.name, State::Upload(upload));
        Ok(place)
    }

    /// The tags that no upload under way has. All uploads differ in theirs, not only those to one path: a file system may know one
    /// path by several names.
    fn free_tags(&self) -> impl Iterator<Item = u8> + use<'_, F, TRANSFERS, PATH> {
        tags::<TRANSFERS>().filter(|&tag| !self.transfers.has_tag(tag))
    }

    /// The upload that a part beyond the first belongs to.
    fn find(&mut self, part: &Part<'_>, length: Option<u32>) -> Result<usize, Failure> {
        if let Some(place) = self.transfers.own_upload(part.owner, part.name) {
            let (.., upload) = self.transfers.upload(place).ok_or(Code::Unknown)?;
            // A part of something else.
            return if length.is_none_or(|length| length == upload.length) { Ok(place) } else { Err(go_on_at(0)) };
        }
        // Who does not say what it is a part of has not come to take anything up again.
        let length = length.ok_or(go_on_at(0))?;
        let mut places = self.transfers.uploads_to(part.name, length);
        match (places.next(), places.next()) {
            (None, _) => {
                drop(places);
                self.take_up(part, length)
            }
            (Some(place), None) => {
                drop(places);
                self.take_over(part, place)
            }
            // It cannot be told which.
            _ => Err(go_on_at(0)),
        }
    }

    /// Takes an upload over from another peer: one that asked before, and since when the owner was not heard.
    fn take_over(&mut self, part: &Part<'_>, place: usize) -> Result<usize, Failure> {
        let (owner, _, upload) = self.transfers.upload(place).ok_or(Code::Unknown)?;
        let there = resume_at(upload.offset);
        if part.asks(there) || upload.asked != Some(part.owner) {
            upload.asked = Some(part.owner);
            return Err(go_on_at(there));
        }
        let file = upload.file.as_mut().ok_or(Code::Unknown)?;
        if !repeats(&mut self.files, file, there, part.data)? {
            return Err(go_on_at(0));
        }
        *owner = part.owner;
        Ok(place)
    }

    /// Takes up what an upload given up, or interrupted by a restart of the device, has left.
    fn take_up(&mut self, part: &Part<'_>, length: u32) -> Result<usize, Failure> {
        let mut left = None;
        for tag in tags::<TRANSFERS>() {
            let name = Path::<PATH>::new(part.name).part(tag);
            if self.transfers.has_tag(tag) {
                continue;
            }
            if let Ok(offset) = self.files.length(name.as_str())
                && left.replace((name, tag, offset)).is_some()
            {
                return Err(go_on_at(0));
            }
        }
        let (name, tag, offset) = left.filter(|(.., offset)| *offset <= length).ok_or(go_on_at(0))?;
        let there = resume_at(offset);
        if part.asks(there) {
            return Err(go_on_at(there));
        }
        // May end the upload of another path, which then has no need of its tag; this one's is free in any case.
        let place = self.transfers.make_room(&mut self.files).ok_or(Code::Unknown)?;
        let mut file = self.files.open(name.as_str(), OpenMode::Continue)?;
        match repeats(&mut self.files, &mut file, there, part.data) {
            Ok(true) => {}
            outcome => {
                let _ = self.files.close(file);
                outcome?;
                return Err(go_on_at(0));
            }
        }
        let upload = Upload { file: Some(file), tag, offset, length, asked: None };
        self.transfers.put(&mut self.files, place, part.owner, part.name, State::Upload(upload));
        Ok(place)
    }

    /// Writes what a part brings that is not there yet; gives how much is there then.
    fn take(&mut self, place: usize, part: &Part<'_>) -> Result<u32, Failure> {
        let (.., upload) = self.transfers.upload(place).ok_or(Code::Unknown)?;
        upload.asked = None;
        let known = u64::from(upload.offset).checked_sub(part.offset).ok_or(go_on_at(upload.offset))?;
        // All of it, if it is sent again because the answer was lost.
        let fresh = usize::try_from(known).ok().and_then(|known| part.data.get(known..)).unwrap_or_default();
        let next = u32::try_from(fresh.len()).ok().and_then(|more| upload.offset.checked_add(more));
        let next = next.filter(|&next| next <= upload.length).ok_or(Code::Invalid)?;
        match self.write(place, fresh, next) {
            Ok(()) => Ok(next),
            Err(error) => {
                self.give_up(place);
                Err(error.into())
            }
        }
    }

    fn write(&mut self, place: usize, fresh: &[u8], next: u32) -> Result<(), FileError> {
        let (_, path, upload) = self.transfers.upload(place).ok_or(FileError::Other)?;
        // Complete before: there is nothing fresh in this part.
        let Some(file) = &mut upload.file else { return Ok(()) };
        if !fresh.is_empty() {
            self.files.write(file, upload.offset, fresh)?;
        }
        let is_complete = next == upload.length;
        let is_checkpoint = upload.offset / CHECKPOINT != next / CHECKPOINT;
        upload.offset = next;
        if (is_complete || is_checkpoint)
            && let Some(file) = upload.file.take()
        {
            self.files.close(file)?;
            let (target, name) = (*path, path.part(upload.tag));
            if is_complete {
                return self.finish(&target, &name);
            }
            upload.file = Some(self.files.open(name.as_str(), OpenMode::Continue)?);
        }
        Ok(())
    }

    /// Puts the temporary file in the target's place.
    fn finish(&mut self, target: &Path<PATH>, name: &Path<PATH>) -> Result<(), FileError> {
        self.transfers.replace(&mut self.files, target.as_str());
        self.files.rename(name.as_str(), target.as_str())?;
        say!(info, "upload of {} is complete", target.as_str());
        // What others left of the same upload is of no use any more.
        for tag in tags::<TRANSFERS>() {
            if !self.transfers.has_tag(tag) {
                let _ = self.files.remove(target.part(tag).as_str());
            }
        }
        Ok(())
    }

    /// Ends an upload that cannot go on, and leaves nothing of it: the medium may be full.
    fn give_up(&mut self, place: usize) {
        if let Some((_, path, upload)) = self.transfers.upload(place) {
            let name = path.part(upload.tag);
            say!(warn, "upload to {} failed at {}", name.as_str(), upload.offset);
            self.transfers.end(&mut self.files, place);
            let _ = self.files.remove(name.as_str());
        }
    }
}

/// Whether the data begins with the last bytes of the file, which are those from `offset` on.
fn repeats<F: Files>(files: &mut F, file: &mut F::File, offset: u32, data: &[u8]) -> Result<bool, FileError> {
    let mut there = [0; PORTION];
    let read = files.read(file, offset, &mut there)?;
    Ok(read == there.len() && data.get(..read).is_some_and(|data| data.iter().eq(&there)))
}
