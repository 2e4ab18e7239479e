// SPDX-License-Identifier: Apache-2.0
//! A file system of a few small files: `/ram` takes them, and `/lfs1`, as on the device that answers were recorded from; `/rom` has
//! one that nobody can change.

use westerly_server::{FileError, Files, OpenMode};

/// Bytes a name and a file may have.
const NAME: usize = 67;
const CONTENT: usize = 96;
/// What `/rom/hello` holds.
const HELLO: &[u8] = b"hello, world";

/// Whether a file may be there.
fn is_taken(path: &str) -> bool {
    path.starts_with("/ram/") || path.starts_with("/lfs1/") && !path.starts_with("/lfs1/none/")
}

/// What `/ram` holds.
pub struct Memory {
    places: [Place; 4],
}

#[derive(Clone, Copy)]
struct Place {
    name: [u8; NAME],
    /// 0: free.
    name_length: usize,
    content: [u8; CONTENT],
    length: usize,
}

/// An open file.
pub enum Open {
    Hello,
    Ram(usize),
    /// Opens, and then cannot be read.
    Broken,
}

impl Memory {
    pub fn new() -> Self {
        Self { places: [Place { name: [0; NAME], name_length: 0, content: [0; CONTENT], length: 0 }; 4] }
    }

    fn find(&self, path: &str) -> Option<usize> {
        self.places
            .iter()
            .position(|place| place.name_length > 0 && place.name[..place.name_length] == *path.as_bytes())
    }

    fn make(&mut self, path: &str) -> Result<usize, FileError> {
        let free = self.places.iter().position(|place| place.name_length == 0).ok_or(FileError::Open)?;
        self.name(free, path)?;
        Ok(free)
    }

    fn name(&mut self, place: usize, path: &str) -> Result<(), FileError> {
        let place = &mut self.places[place];
        place.name.get_mut(..path.len()).ok_or(FileError::InvalidName)?.copy_from_slice(path.as_bytes());
        place.name_length = path.len();
        Ok(())
    }

    fn content(&self, file: &Open) -> Result<&[u8], FileError> {
        match file {
            Open::Hello => Ok(HELLO),
            Open::Ram(place) => {
                let place = &self.places[*place];
                Ok(&place.content[..place.length])
            }
            Open::Broken => Err(FileError::Read),
        }
    }
}

impl Files for Memory {
    type File = Open;

    fn length(&mut self, path: &str) -> Result<u32, FileError> {
        match path {
            "/rom/hello" => Ok(HELLO.len() as u32),
            "/ram/broken" => Ok(1),
            "/ram" | "/rom" | "/lfs1" | "/ram/folder" => Err(FileError::IsDirectory),
            _ if path.starts_with("/rom/") => Err(FileError::NotFound),
            _ if !path.starts_with('/') => Err(FileError::InvalidName),
            _ if !is_taken(path) => Err(FileError::MountPointNotFound),
            _ => self.find(path).map(|place| self.places[place].length as u32).ok_or(FileError::NotFound),
        }
    }

    fn open(&mut self, path: &str, mode: OpenMode) -> Result<Open, FileError> {
        match (path, mode) {
            ("/rom/hello", OpenMode::Read) => Ok(Open::Hello),
            ("/ram/broken", OpenMode::Read) => Ok(Open::Broken),
            (_, OpenMode::Create | OpenMode::Continue) if path.starts_with("/rom/") => Err(FileError::ReadOnly),
            _ if !is_taken(path) => Err(FileError::NotFound),
            (_, OpenMode::Create) => {
                let place = self.find(path).map_or_else(|| self.make(path), Ok)?;
                self.places[place].length = 0;
                Ok(Open::Ram(place))
            }
            _ => self.find(path).map(Open::Ram).ok_or(FileError::NotFound),
        }
    }

    fn read(&mut self, file: &mut Open, offset: u32, into: &mut [u8]) -> Result<usize, FileError> {
        let rest = self.content(file)?.get(offset as usize..).ok_or(FileError::Seek)?;
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }

    fn write(&mut self, file: &mut Open, offset: u32, data: &[u8]) -> Result<(), FileError> {
        let Open::Ram(place) = file else { return Err(FileError::ReadOnly) };
        let place = &mut self.places[*place];
        if place.length != offset as usize {
            return Err(FileError::Seek);
        }
        let end = place.length + data.len();
        place.content.get_mut(place.length..end).ok_or(FileError::Write)?.copy_from_slice(data);
        place.length = end;
        Ok(())
    }

    fn close(&mut self, _: Open) -> Result<(), FileError> {
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        let place = self.find(from).ok_or(FileError::NotFound)?;
        if let Some(replaced) = self.find(to) {
            self.places[replaced].name_length = 0;
        }
        self.name(place, to)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let place = self.find(path).ok_or(FileError::NotFound)?;
        self.places[place].name_length = 0;
        Ok(())
    }
}
