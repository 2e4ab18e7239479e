// SPDX-License-Identifier: Apache-2.0
//! Where a board keeps what outlasts a restart: a folder of the host.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;

use crate::error::StartError;

/// Names tried for a temporary folder before it is given up.
const ATTEMPTS: u32 = 1000;

/// A folder of a board's own. A temporary one goes with it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    /// The folder asked for, made if it is not there; or else a temporary one.
    pub(crate) fn open(asked_for: Option<&Path>) -> Result<Self, StartError> {
        match asked_for {
            Some(path) => {
                fs::create_dir_all(path).map_err(|source| StartError::Folder { path: path.into(), source })?;
                Ok(Self { path: path.into(), temporary: false })
            }
            None => Self::temporary(&std::env::temp_dir()),
        }
    }

    fn temporary(within: &Path) -> Result<Self, StartError> {
        let mut refused = io::Error::from(ErrorKind::AlreadyExists);
        for number in 0..ATTEMPTS {
            let path = within.join(format!("westerly-{}-{number}", process::id()));
            match own_builder().create(&path) {
                Ok(()) => return Ok(Self { path, temporary: true }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => refused = error,
                Err(source) => return Err(StartError::Folder { path, source }),
            }
        }
        Err(StartError::Folder { path: within.into(), source: refused })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Folders for temporary files are everybody's; what is in this one is not.
fn own_builder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // What cannot be removed is left to whoever cleans that place up.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_is_its_own_and_goes() {
        let (one, other) = (Folder::open(None).unwrap(), Folder::open(None).unwrap());
        assert_ne!(one.path(), other.path());
        fs::write(one.path().join("file"), "").unwrap();
        let path = one.path().to_path_buf();
        drop(one);
        assert!(!path.exists() && other.path().is_dir());
    }

    #[test]
    fn a_folder_asked_for_is_made_and_stays() {
        let around = Folder::open(None).unwrap();
        let path = around.path().join("a/b");
        drop(Folder::open(Some(&path)).unwrap());
        drop(Folder::open(Some(&path)).unwrap());
        assert!(path.is_dir());

        let file = around.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(Folder::open(Some(&file)), Err(StartError::Folder { .. })));
    }
}
