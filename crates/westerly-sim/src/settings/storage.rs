// SPDX-License-Identifier: Apache-2.0
//! What was saved of the settings: a text file of lines `name=value`, the value in hexadecimal. It is written whole, beside
//! the old one, and takes its place once it is on the disk: a power cut leaves the old or the new.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Names and values.
pub(super) type Saved = BTreeMap<String, Vec<u8>>;

/// The steps by which a file takes another's place.
pub(super) trait Disk: Send {
    fn read(&mut self, path: &Path) -> io::Result<String>;
    /// Makes a file of this content, or puts it in place of the old content.
    fn write(&mut self, path: &Path, content: &str) -> io::Result<()>;
    /// Returns once the file's content is on the disk.
    fn sync(&mut self, path: &Path) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    /// Returns once the folder's names are on the disk.
    fn sync_folder(&mut self, path: &Path) -> io::Result<()>;
}

/// The host's.
pub(super) struct HostDisk;

impl Disk for HostDisk {
    fn read(&mut self, path: &Path) -> io::Result<String> {
        fs::read_to_string(path)
    }

    fn write(&mut self, path: &Path, content: &str) -> io::Result<()> {
        File::create(path)?.write_all(content.as_bytes())
    }

    fn sync(&mut self, path: &Path) -> io::Result<()> {
        File::options().write(true).open(path)?.sync_all()
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        // Other systems do not open folders.
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }
}

/// The file, and what it holds.
pub(super) struct Storage {
    disk: Box<dyn Disk>,
    folder: PathBuf,
}

impl Storage {
    pub(super) fn new(disk: Box<dyn Disk>, folder: &Path) -> Self {
        Self { disk, folder: folder.into() }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("settings")
    }

    /// What is saved; nothing when nothing ever was.
    pub(super) fn read(&mut self) -> io::Result<Saved> {
        match self.disk.read(&self.file()) {
            Ok(text) => text.lines().map(parse).collect::<Option<_>>().ok_or_else(|| ErrorKind::InvalidData.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Saved::new()),
            Err(error) => Err(error),
        }
    }

    /// Saves this and nothing else.
    pub(super) fn replace(&mut self, saved: &Saved) -> io::Result<()> {
        let text: String = saved.iter().map(|(name, value)| line(name, value)).collect();
        let (new, file) = (self.folder.join("settings.new"), self.file());
        self.disk.write(&new, &text)?;
        self.disk.sync(&new)?;
        self.disk.rename(&new, &file)?;
        self.disk.sync_folder(&self.folder)
    }

    /// Nothing is saved any more.
    pub(super) fn erase(&mut self) -> io::Result<()> {
        match self.disk.remove(&self.file()) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => self.disk.sync_folder(&self.folder),
        }
    }
}

fn line(name: &str, value: &[u8]) -> String {
    let digits: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}={digits}\n")
}

fn parse(line: &str) -> Option<(String, Vec<u8>)> {
    let (name, digits) = line.split_once('=')?;
    let byte = |pair: &[u8]| match pair {
        [_, _] => u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok(),
        _ => None,
    };
    Some((name.into(), digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::folder::Folder;

    fn saved(value: &[u8]) -> Saved {
        [("device/name".to_owned(), value.to_vec()), ("device/location".to_owned(), vec![0, 255])].into()
    }

    #[test]
    fn what_was_saved_is_there_later() {
        let folder = Folder::open(None).unwrap();
        let mut storage = Storage::new(Box::new(HostDisk), folder.path());
        assert_eq!(storage.read().unwrap(), Saved::new());
        for value in [&b"a name"[..], b"", b"="] {
            storage.replace(&saved(value)).unwrap();
            let mut later = Storage::new(Box::new(HostDisk), folder.path());
            assert_eq!(later.read().unwrap(), saved(value));
        }
        storage.erase().unwrap();
        storage.erase().unwrap();
        assert_eq!(storage.read().unwrap(), Saved::new());

        fs::write(folder.path().join("settings"), "device/name=4\n").unwrap();
        assert_eq!(storage.read().unwrap_err().kind(), ErrorKind::InvalidData);
    }

    /// A disk whose power is cut at a step. What was not synchronised by then may be there, or not, or in part.
    #[derive(Clone, Default)]
    struct Fragile(Arc<Mutex<State>>);

    #[derive(Clone, Default)]
    struct State {
        /// By name, with how much of the content is sure to be there.
        now: BTreeMap<PathBuf, (String, usize)>,
        /// The names as they are on the disk.
        on_disk: BTreeMap<PathBuf, (String, usize)>,
        steps_left: usize,
        steps_taken: usize,
    }

    impl State {
        fn step(&mut self) -> io::Result<()> {
            self.steps_taken += 1;
            self.steps_left = self.steps_left.checked_sub(1).ok_or(ErrorKind::Other)?;
            Ok(())
        }

        /// Everything that may be found after a power cut.
        fn remains(&self) -> Vec<BTreeMap<PathBuf, String>> {
            let mut remains = Vec::new();
            for names in [&self.now, &self.on_disk] {
                for part in 0..3 {
                    let cut = |(content, sure): &(String, usize)| {
                        content[..sure + (content.len() - sure) * part / 2].to_owned()
                    };
                    remains.push(names.iter().map(|(path, file)| (path.clone(), cut(file))).collect());
                }
            }
            remains
        }
    }

    impl Disk for Fragile {
        fn read(&mut self, path: &Path) -> io::Result<String> {
            let state = self.0.lock().unwrap();
            Ok(state.now.get(path).ok_or(ErrorKind::NotFound)?.0.clone())
        }

        fn write(&mut self, path: &Path, content: &str) -> io::Result<()> {
            let mut state = self.0.lock().unwrap();
            // Whether or not power is cut in the middle, all of it or a part may be there.
            state.now.insert(path.into(), (content.into(), 0));
            state.on_disk.insert(path.into(), (content.into(), 0));
            state.step()
        }

        fn sync(&mut self, path: &Path) -> io::Result<()> {
            let mut state = self.0.lock().unwrap();
            state.step()?;
            let (content, sure) = state.now.get_mut(path).ok_or(ErrorKind::NotFound)?;
            *sure = content.len();
            let file = (content.clone(), *sure);
            state.on_disk.insert(path.into(), file);
            Ok(())
        }

        fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
            let mut state = self.0.lock().unwrap();
            state.step()?;
            let file = state.now.remove(from).ok_or(ErrorKind::NotFound)?;
            state.now.insert(to.into(), file);
            Ok(())
        }

        fn remove(&mut self, path: &Path) -> io::Result<()> {
            let mut state = self.0.lock().unwrap();
            state.step()?;
            state.now.remove(path).map(drop).ok_or(ErrorKind::NotFound.into())
        }

        fn sync_folder(&mut self, _: &Path) -> io::Result<()> {
            let mut state = self.0.lock().unwrap();
            state.step()?;
            state.on_disk = state.now.clone();
            Ok(())
        }
    }

    /// Cuts the power at every step of `act` on a disk that holds the old; gives what may then be read.
    fn after_power_cuts(act: impl Fn(&mut Storage) -> io::Result<()>) -> Vec<(bool, io::Result<Saved>)> {
        let folder = Path::new("board");
        let mut found = Vec::new();
        for steps in 0.. {
            let disk = Fragile::default();
            let mut storage = Storage::new(Box::new(disk.clone()), folder);
            disk.0.lock().unwrap().steps_left = 100;
            storage.replace(&saved(b"old")).unwrap();
            disk.0.lock().unwrap().steps_left = steps;
            let done = act(&mut storage).is_ok();
            let state = disk.0.lock().unwrap().clone();
            for files in state.remains() {
                let now: BTreeMap<_, _> = files.into_iter().map(|(path, text)| (path, (text, 0))).collect();
                let found_by = Fragile(Arc::new(Mutex::new(State { now, steps_left: 100, ..State::default() })));
                let mut storage = Storage::new(Box::new(found_by), folder);
                found.push((done, storage.read()));
                // A cut leaves nothing in the way of the next time.
                storage.replace(&saved(b"newer")).unwrap();
                assert_eq!(storage.read().unwrap(), saved(b"newer"));
            }
            if done {
                assert!(steps > 1, "the power was not cut");
                return found;
            }
        }
        unreachable!("the loop ends")
    }

    #[test]
    fn a_power_cut_leaves_the_old_or_the_new() {
        let found = after_power_cuts(|storage| storage.replace(&saved(b"new, and longer")));
        assert!(found.len() > 20);
        for (done, found) in found {
            let found = found.expect("it can be read");
            assert!(found == saved(b"new, and longer") || !done && found == saved(b"old"), "{done} {found:?}");
        }
    }

    #[test]
    fn a_power_cut_while_erasing_leaves_all_or_nothing() {
        for (done, found) in after_power_cuts(Storage::erase) {
            let found = found.expect("it can be read");
            assert!(found == Saved::new() || !done && found == saved(b"old"), "{done} {found:?}");
        }
    }
}
