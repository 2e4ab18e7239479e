// SPDX-License-Identifier: Apache-2.0
//! A medium that fails or loses power at a chosen operation, and that panics when it is used in a way that would let contents mix
//! on some file system.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use westerly_server::{FileError, Files, OpenMode};

/// Shared by a device and the test that watches it; outlasts the device's restart.
#[derive(Clone, Debug, Default)]
pub struct Medium(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    /// What is there after power is lost.
    files: BTreeMap<String, Vec<u8>>,
    open: BTreeMap<u32, OpenFile>,
    opened: u32,
    operations: u32,
    fault: Option<(u32, Fault)>,
    is_off: bool,
}

#[derive(Debug)]
struct OpenFile {
    path: String,
    content: Vec<u8>,
    writes: bool,
}

/// What happens at an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails, and the next works again. Of a write half is there.
    Fails,
    /// Power is lost before it is done; what was written since a file was opened is lost.
    PowerLost,
    /// The same, but what was written is there, and of this write half.
    PowerLostLate,
}

impl Medium {
    pub fn put(&self, path: &str, content: &[u8]) {
        self.0.borrow_mut().files.insert(path.into(), content.into());
    }

    pub fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.0.borrow().files.get(path).cloned()
    }

    pub fn paths(&self) -> Vec<String> {
        self.0.borrow().files.keys().cloned().collect()
    }

    pub fn open_files(&self) -> usize {
        self.0.borrow().open.len()
    }

    pub fn is_off(&self) -> bool {
        self.0.borrow().is_off
    }

    /// From now on the operation with this number, counted from 0, goes wrong.
    pub fn fault_at(&self, operation: u32, fault: Fault) {
        let mut state = self.0.borrow_mut();
        state.operations = 0;
        state.fault = Some((operation, fault));
    }

    /// Whether there was none with that number; from now on none goes wrong.
    pub fn no_fault_happened(&self) -> bool {
        self.0.borrow_mut().fault.take().is_some()
    }

    /// Power is there again, or was lost and came back at once.
    pub fn restart(&self) {
        let mut state = self.0.borrow_mut();
        state.open.clear();
        state.is_off = false;
    }
}

impl State {
    /// Counts an operation that changes or opens something; gives what goes wrong with it.
    fn operation(&mut self) -> Option<Fault> {
        if self.is_off {
            return Some(Fault::PowerLost);
        }
        let fault = self.fault.take_if(|(at, _)| *at == self.operations).map(|(_, fault)| fault);
        self.operations += 1;
        if matches!(fault, Some(Fault::PowerLost | Fault::PowerLostLate)) {
            self.is_off = true;
        }
        if fault == Some(Fault::PowerLostLate) {
            for file in std::mem::take(&mut self.open).into_values().filter(|file| file.writes) {
                self.files.insert(file.path, file.content);
            }
        }
        fault
    }

    fn is_open(&self, path: &str) -> bool {
        self.open.values().any(|file| file.path == path)
    }

    fn is_written(&self, path: &str) -> bool {
        self.open.values().any(|file| file.writes && file.path == path)
    }
}

impl Files for Medium {
    type File = u32;

    fn length(&mut self, path: &str) -> Result<u32, FileError> {
        let mut state = self.0.borrow_mut();
        if state.operation().is_some() {
            return Err(FileError::Other);
        }
        state.files.get(path).map(|content| content.len() as u32).ok_or(FileError::NotFound)
    }

    fn open(&mut self, path: &str, mode: OpenMode) -> Result<u32, FileError> {
        let mut state = self.0.borrow_mut();
        if state.operation().is_some() {
            return Err(FileError::Open);
        }
        if mode == OpenMode::Create {
            state.files.insert(path.into(), Vec::new());
        }
        let content = state.files.get(path).cloned().ok_or(FileError::NotFound)?;
        let writes = mode != OpenMode::Read;
        assert!(!writes || !state.is_open(path), "{path} is opened to be written while it is open");
        state.opened += 1;
        let handle = state.opened;
        state.open.insert(handle, OpenFile { path: path.into(), content, writes });
        Ok(handle)
    }

    fn read(&mut self, file: &mut u32, offset: u32, into: &mut [u8]) -> Result<usize, FileError> {
        let mut state = self.0.borrow_mut();
        if state.operation().is_some() {
            return Err(FileError::Read);
        }
        let rest = state.open[file].content.get(offset as usize..).ok_or(FileError::Seek)?;
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }

    fn write(&mut self, file: &mut u32, offset: u32, data: &[u8]) -> Result<(), FileError> {
        let mut state = self.0.borrow_mut();
        let half = &data[..data.len() / 2];
        let path = state.open.get(file).map(|file| file.path.clone());
        match state.operation() {
            None => {}
            Some(Fault::PowerLostLate) => {
                state.files.entry(path.expect("an open file")).or_default().extend_from_slice(half);
                return Err(FileError::Write);
            }
            Some(_) => {
                if let Some(open) = state.open.get_mut(file) {
                    open.content.extend_from_slice(half);
                }
                return Err(FileError::Write);
            }
        }
        let open = state.open.get_mut(file).expect("an open file");
        assert!(open.writes && open.content.len() == offset as usize, "not at the end of {}", open.path);
        open.content.extend_from_slice(data);
        Ok(())
    }

    fn close(&mut self, file: u32) -> Result<(), FileError> {
        let mut state = self.0.borrow_mut();
        let fault = state.operation();
        let Some(file) = state.open.remove(&file) else { return Err(FileError::Other) };
        if fault.is_some() {
            return Err(FileError::Write);
        }
        if file.writes {
            state.files.insert(file.path, file.content);
        }
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        let mut state = self.0.borrow_mut();
        if state.operation().is_some() {
            return Err(FileError::Write);
        }
        assert!(!state.is_open(from) && !state.is_open(to), "{from} becomes {to} while one is open");
        let content = state.files.remove(from).ok_or(FileError::NotFound)?;
        state.files.insert(to.into(), content);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let mut state = self.0.borrow_mut();
        if state.operation().is_some() {
            return Err(FileError::Delete);
        }
        assert!(!state.is_written(path), "{path} is deleted while it is written");
        state.files.remove(path).map(|_| ()).ok_or(FileError::NotFound)
    }
}
