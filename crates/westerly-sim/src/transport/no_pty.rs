// SPDX-License-Identifier: Apache-2.0
//! Stands in for the serial line where the system has no pseudo-terminals: it never opens.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::Running;
use crate::activity::Activity;
use crate::board::Board;
use crate::error::StartError;
use crate::options::Serial;

pub(crate) struct Pty(Infallible);

impl Pty {
    pub(crate) fn open(_: &Serial, _: u16) -> Result<Self, StartError> {
        Err(StartError::Pty { source: io::ErrorKind::Unsupported.into() })
    }

    pub(crate) fn path(&self) -> &Path {
        match self.0 {}
    }

    pub(crate) fn activity(&self) -> Arc<Activity> {
        match self.0 {}
    }

    pub(crate) fn serve(self, _: Arc<Board>) -> Result<Running, StartError> {
        match self.0 {}
    }
}
