// SPDX-License-Identifier: Apache-2.0
//! The symbolic link that gives the pseudo-terminal a name which stays.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::error::LinkError;

/// A link of ours, removed when dropped, unless it has become somebody else's meanwhile.
#[derive(Debug)]
pub(crate) struct Link {
    path: PathBuf,
    target: PathBuf,
}

impl Link {
    /// Makes `path` lead to `target`, a terminal. Replaces nothing but a link that an earlier simulator left behind.
    pub(crate) fn create(path: &Path, target: &Path) -> Result<Self, LinkError> {
        match symlink(target, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                check_left_over(path, target)?;
                fs::remove_file(path)?;
                symlink(target, path)?;
            }
            outcome => outcome?,
        }
        Ok(Self { path: path.into(), target: target.into() })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if fs::read_link(&self.path).is_ok_and(|target| target == self.target) {
            // If it cannot be removed now, the next run will replace it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether a link was left behind by a simulator that did not end by itself: it leads where terminals are, and to none that
/// exists, but for ours, whose number was the earlier one's too.
fn check_left_over(path: &Path, target: &Path) -> Result<(), LinkError> {
    let Ok(existing) = fs::read_link(path) else {
        return Err(LinkError::Occupied);
    };
    if existing == target {
        return Ok(());
    }
    if existing.parent() != target.parent() {
        return Err(LinkError::Occupied);
    }
    if existing.exists() {
        return Err(LinkError::InUse { target: existing });
    }
    Ok(())
}
