// SPDX-License-Identifier: Apache-2.0
//! The board's file system: a folder of the host, mounted where the firmware mounts its own.
//!
//! No path leads out of the folder: names are taken apart here and none of the host's meanings is left to them, and no symbolic link is
//! followed, wherever it leads. What is no file and no folder is not opened.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use westerly_server::{FileError, Files, OpenMode};

use crate::activity::measure_stack;

/// Where the firmware mounts littlefs.
const MOUNT_POINT: &str = "/lfs1";
/// Transfers held at a time, as in the firmware by default.
pub(crate) const TRANSFERS: usize = 2;
/// Bytes of the longest path and what an upload needs beside them; more than the firmware, whose default is the C server's 64.
pub(crate) const PATH: usize = 255 + westerly_server::PART_SUFFIX;

/// Implements [`Files`] by a folder.
#[derive(Clone, Debug)]
pub(crate) struct SimulatedFiles {
    root: PathBuf,
}

impl SimulatedFiles {
    /// Of a folder that is made if it is not there.
    pub(crate) fn new(root: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&root)?;
        Ok(Self { root })
    }

    /// The path on the host, and what is there, if anything is.
    fn resolve(&self, path: &str) -> Result<(PathBuf, Option<Metadata>), FileError> {
        measure_stack();
        if !path.starts_with('/') {
            return Err(FileError::InvalidName);
        }
        let within = path.strip_prefix(MOUNT_POINT).ok_or(FileError::MountPointNotFound)?;
        let mut resolved = self.root.clone();
        let mut found = Some(fs::symlink_metadata(&resolved).map_err(|error| reason(&error))?);
        if within.is_empty() {
            return Ok((resolved, found));
        }
        for name in within.strip_prefix('/').ok_or(FileError::MountPointNotFound)?.split('/') {
            if !is_name(name, cfg!(windows)) {
                return Err(FileError::InvalidName);
            }
            // A folder of the path is missing, or is none.
            if !found.as_ref().is_some_and(Metadata::is_dir) {
                return Err(FileError::NotFound);
            }
            resolved.push(name);
            found = look(&resolved)?;
        }
        Ok((resolved, found))
    }

    /// The path on the host of a file that is there.
    fn existing(&self, path: &str) -> Result<(PathBuf, Metadata), FileError> {
        match self.resolve(path)? {
            (_, None) => Err(FileError::NotFound),
            (_, Some(metadata)) if metadata.is_dir() => Err(FileError::IsDirectory),
            (resolved, Some(metadata)) if metadata.is_file() => Ok((resolved, metadata)),
            // Opening a pipe, say, may wait for ever.
            _ => Err(FileError::Open),
        }
    }
}

/// What is at a path; a symbolic link is an error, as whoever follows one cannot tell where it leads.
fn look(path: &Path) -> Result<Option<Metadata>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Err(FileError::InvalidName),
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(reason(&error)),
    }
}

/// Whether a name means itself and nothing else. A colon makes a drive or a stream of it on Windows, a backslash is a slash there, and
/// some names are devices; none of that is a name on Unix either, so that a board behaves alike everywhere.
fn is_name(name: &str, on_windows: bool) -> bool {
    let is_special = matches!(name, "" | "." | "..") || on_windows && is_device(name);
    !(is_special || name.contains(['/', '\\', ':']) || name.contains(char::is_control))
}

/// Whether Windows takes a name for a device's, or drops its end.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let is_numbered = matches!(stem.get(..3), Some("COM" | "LPT")) && stem.chars().count() == 4;
    is_numbered || matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || name.ends_with(['.', ' '])
}

fn reason(error: &io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => FileError::NotFound,
        ErrorKind::IsADirectory => FileError::IsDirectory,
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => FileError::InvalidName,
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => FileError::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => FileError::Write,
        _ => FileError::Other,
    }
}

impl Files for SimulatedFiles {
    type File = File;

    fn length(&mut self, path: &str) -> Result<u32, FileError> {
        u32::try_from(self.existing(path)?.1.len()).map_err(|_| FileError::Other)
    }

    fn open(&mut self, path: &str, mode: OpenMode) -> Result<File, FileError> {
        let mut options = OpenOptions::new();
        let resolved = match mode {
            OpenMode::Read => {
                options.read(true);
                self.existing(path)?.0
            }
            OpenMode::Continue => {
                options.read(true).write(true);
                self.existing(path)?.0
            }
            OpenMode::Create => {
                options.read(true).write(true).create(true).truncate(true);
                match self.resolve(path)? {
                    (resolved, None) => resolved,
                    _ => self.existing(path)?.0,
                }
            }
        };
        options.open(resolved).map_err(|error| reason(&error))
    }

    fn read(&mut self, file: &mut File, offset: u32, into: &mut [u8]) -> Result<usize, FileError> {
        measure_stack();
        file.seek(SeekFrom::Start(offset.into())).map_err(|_| FileError::Seek)?;
        let mut length = 0;
        while let Some(room) = into.get_mut(length..).filter(|room| !room.is_empty()) {
            match file.read(room) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(FileError::Read),
            }
        }
        Ok(length)
    }

    fn write(&mut self, file: &mut File, offset: u32, data: &[u8]) -> Result<(), FileError> {
        measure_stack();
        file.seek(SeekFrom::Start(offset.into())).map_err(|_| FileError::Seek)?;
        file.write_all(data).map_err(|_| FileError::Write)
    }

    /// The medium is the host's cache: what is there survives the board, but not the host.
    fn close(&mut self, file: File) -> Result<(), FileError> {
        drop(file);
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        let from = self.existing(from)?.0;
        let to = match self.resolve(to)? {
            (to, None) => to,
            _ => self.existing(to)?.0,
        };
        fs::rename(from, to).map_err(|error| reason(&error))
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        fs::remove_file(self.existing(path)?.0).map_err(|_| FileError::Delete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a folder `inside` that is mounted, and a secret beside it.
    struct Around(PathBuf);

    impl Around {
        fn new(test: &str) -> Self {
            let path = std::env::temp_dir().join(format!("westerly-files-{}-{test}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(path.join("inside/folder")).unwrap();
            fs::write(path.join("secret"), "secret").unwrap();
            fs::write(path.join("inside/file"), "content").unwrap();
            Self(path)
        }

        fn files(&self) -> SimulatedFiles {
            SimulatedFiles::new(self.0.join("inside")).unwrap()
        }
    }

    impl Drop for Around {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// Whatever is done with such a path fails for this reason.
    fn refused(files: &mut SimulatedFiles, path: &str, error: FileError) {
        assert_eq!(files.length(path), Err(error), "length of {path}");
        for mode in [OpenMode::Read, OpenMode::Create, OpenMode::Continue] {
            assert_eq!(files.open(path, mode).map(|_| ()), Err(error), "{mode:?} {path}");
        }
        assert_eq!(files.rename("/lfs1/file", path), Err(error), "rename to {path}");
        assert_eq!(files.rename(path, "/lfs1/other"), Err(error), "rename from {path}");
        assert_eq!(files.remove(path), Err(error), "remove {path}");
    }

    fn untouched(around: &Around) {
        assert_eq!(fs::read(around.0.join("secret")).unwrap(), b"secret");
        assert_eq!(fs::read(around.0.join("inside/file")).unwrap(), b"content");
        let mut names: Vec<_> = fs::read_dir(&around.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["inside", "secret"]);
    }

    #[test]
    fn what_is_written_is_there() {
        let around = Around::new("written");
        let mut files = around.files();
        let mut file = files.open("/lfs1/folder/new", OpenMode::Create).unwrap();
        files.write(&mut file, 0, b"hello").unwrap();
        files.write(&mut file, 5, b", world").unwrap();
        let mut read = [0; 20];
        assert_eq!(files.read(&mut file, 3, &mut read), Ok(9));
        assert_eq!(&read[..9], b"lo, world");
        files.close(file).unwrap();
        assert_eq!(files.length("/lfs1/folder/new"), Ok(12));
        files.rename("/lfs1/folder/new", "/lfs1/file").unwrap();
        assert_eq!(fs::read(around.0.join("inside/file")).unwrap(), b"hello, world");
        files.remove("/lfs1/file").unwrap();
        assert_eq!(files.length("/lfs1/file"), Err(FileError::NotFound));
    }

    #[test]
    fn parents_and_names_that_are_none() {
        let around = Around::new("parents");
        let mut files = around.files();
        for path in [
            "/lfs1/../secret",
            "/lfs1/folder/../../secret",
            "/lfs1/..",
            "/lfs1/.",
            "/lfs1/./file",
            "/lfs1//file",
            "/lfs1//secret",
            "/lfs1/file/",
            "/lfs1/",
            "/lfs1/file\0",
            "/lfs1/new\n",
            "file",
            "../secret",
            "",
        ] {
            refused(&mut files, path, FileError::InvalidName);
        }
        untouched(&around);
    }

    #[test]
    fn absolute_paths_of_the_host() {
        let around = Around::new("absolute");
        let mut files = around.files();
        let secret = around.0.join("secret");
        refused(&mut files, secret.to_str().unwrap(), FileError::MountPointNotFound);
        for path in ["/etc/passwd", "/", "/lfs/file", "/lfs12/file", "/LFS1/file", "//lfs1/file"] {
            refused(&mut files, path, FileError::MountPointNotFound);
        }
        let below = format!("/lfs1/{}", secret.to_str().unwrap());
        refused(&mut files, &below, FileError::InvalidName);
        untouched(&around);
    }

    #[test]
    fn forms_of_windows() {
        let around = Around::new("windows");
        let mut files = around.files();
        for path in [
            "/lfs1/C:/Windows/win.ini",
            "/lfs1/C:",
            "/lfs1/C:secret",
            "/lfs1/..\\secret",
            "/lfs1/folder\\..\\..\\secret",
            "/lfs1/\\\\server\\share\\file",
            "/lfs1/\\\\?\\C:\\file",
            "/lfs1/file::$DATA",
        ] {
            refused(&mut files, path, FileError::InvalidName);
        }
        refused(&mut files, "C:/Windows/win.ini", FileError::InvalidName);
        for name in ["CON", "nul", "Aux.txt", "com1", "LPT9.log", "COM\u{b9}", "CONIN$", "file.", "file ", "nul .txt"] {
            assert!(!is_name(name, true), "{name}");
            assert!(is_name(name, false), "{name}");
        }
        for name in ["console", "com", "com10", "nula", "file.txt", ".hidden", "a b", "ünïcödé ✓"] {
            assert!(is_name(name, true), "{name}");
        }
        untouched(&around);
    }

    #[test]
    #[cfg(unix)]
    fn links_are_not_followed() {
        use std::os::unix::fs::symlink;
        let around = Around::new("links");
        let mut files = around.files();
        let inside = around.0.join("inside");
        symlink("../secret", inside.join("out")).unwrap();
        symlink(around.0.join("secret"), inside.join("absolute")).unwrap();
        symlink("..", inside.join("up")).unwrap();
        symlink("../new", inside.join("dangling")).unwrap();
        symlink("file", inside.join("within")).unwrap();
        symlink("loop", inside.join("loop")).unwrap();
        for name in ["out", "absolute", "up", "up/secret", "up/new", "dangling", "within", "loop"] {
            refused(&mut files, &format!("/lfs1/{name}"), FileError::InvalidName);
        }
        untouched(&around);
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_is_not_opened() {
        let around = Around::new("pipe");
        let path = around.0.join("inside/pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success());
        assert!(made, "mkfifo is there where there are pipes");
        refused(&mut around.files(), "/lfs1/pipe", FileError::Open);
    }

    #[test]
    fn folders_are_no_files() {
        let around = Around::new("folders");
        let mut files = around.files();
        refused(&mut files, "/lfs1", FileError::IsDirectory);
        refused(&mut files, "/lfs1/folder", FileError::IsDirectory);
        refused(&mut files, "/lfs1/file/below", FileError::NotFound);
        refused(&mut files, "/lfs1/missing/below", FileError::NotFound);
        untouched(&around);
    }
}
