// SPDX-License-Identifier: Apache-2.0
//! Parts of files, read straight into answers.

use westerly_wire::error::Code;
use westerly_wire::files::{DownloadRequest, code};

use super::transfers::{Owner, State};
use super::{FileError, Files, FilesGroup, OpenMode, nowhere_is_not_found};
use crate::{Failure, Request, Response};

/// Bytes of an answer behind the data: the end of the map, and before it, in the first part, `len` and four bytes of it.
const BEHIND: usize = 1;
const BEHIND_FIRST: usize = 4 + 5 + BEHIND;

impl<F: Files, const TRANSFERS: usize, const PATH: usize> FilesGroup<F, TRANSFERS, PATH> {
    pub(super) fn download(&mut self, request: &Request<'_>, response: &mut Response<'_>) -> Result<(), Failure> {
        let DownloadRequest { offset, name } = request.message()?;
        let name = Self::checked(name)?;
        // No file is as long as that.
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        let owner = Owner::of(request.caller);
        let (mut file, length) = self.opened(owner, name, offset)?;
        match part(&mut self.files, &mut file, offset, length, response) {
            Ok(next) if next < length => {
                self.transfers.keep_download(&mut self.files, owner, name, State::Download { file, length });
                Ok(())
            }
            outcome => {
                // Whether it failed or is at the end: who asks again has it opened again.
                let _ = self.files.close(file);
                outcome.map(|_| ())
            }
        }
    }

    /// The file as the peer began to read it. A first part always sees what is there now.
    fn opened(&mut self, owner: Owner, name: &str, offset: u32) -> Result<(F::File, u32), Failure> {
        match self.transfers.take_download(owner, name) {
            Some(State::Download { file, length }) if offset != 0 => return Ok((file, length)),
            Some(State::Download { file, .. }) => {
                let _ = self.files.close(file);
            }
            // The rest of another content is not what the peer wants.
            Some(_) if offset != 0 => return Err(FileError::Read.into()),
            _ => {}
        }
        let length = self.existing(name)?;
        let file = self.files.open(name, OpenMode::Read).map_err(nowhere_is_not_found)?;
        Ok((file, length))
    }
}

/// Writes the answer; gives where the next part begins.
fn part<F: Files>(
    files: &mut F,
    file: &mut F::File,
    offset: u32,
    length: u32,
    response: &mut Response<'_>,
) -> Result<u32, Failure> {
    if offset > length {
        return Err(Failure::Group(code::OFFSET_TOO_LARGE));
    }
    let writer = response.writer();
    writer.begin_map()?;
    writer.text("off")?;
    writer.unsigned(offset.into())?;
    writer.text("data")?;
    let mut read = 0;
    let behind = if offset == 0 { BEHIND_FIRST } else { BEHIND };
    writer.bytes_with::<Failure>(behind, |place| {
        if offset < length {
            if place.is_empty() {
                return Err(Code::TooLarge.into());
            }
            read = files.read(file, offset, place)?;
            // Shorter than it was: without this the peer would ask for the same part for ever.
            if read == 0 {
                return Err(FileError::Read.into());
            }
        }
        Ok(read)
    })?;
    if offset == 0 {
        writer.text("len")?;
        writer.unsigned(length.into())?;
    }
    writer.end()?;
    Ok(offset.saturating_add(u32::try_from(read).unwrap_or(u32::MAX)))
}
