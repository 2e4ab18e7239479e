// SPDX-License-Identifier: Apache-2.0
//! The ELF file of a firmware as a map: which function an address is in, and where in the source.

use std::borrow::Cow;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use addr2line::{Context, demangle_auto};
use gimli::{Dwarf, EndianRcSlice, RunTimeEndian, SectionId};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SymbolKind};

use crate::failure::Failure;

type Reader = EndianRcSlice<RunTimeEndian>;

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// As people write it: without hashes.
    pub(crate) function: String,
    /// File and line; `None` where the file was compiled without debug information.
    pub(crate) source: Option<(String, u32)>,
}

pub(crate) struct Symbols {
    /// The GNU build id; empty when the linker wrote none.
    pub(crate) build: Vec<u8>,
    /// Functions by their first address, with the one behind their last: ascending.
    functions: Vec<(u64, u64, String)>,
    context: Context<Reader>,
    /// Paths below it are shown without it.
    folder: PathBuf,
    /// Thumb: the lowest bit of an address is none of it.
    is_arm: bool,
}

impl Symbols {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|source| Failure::File { path: path.into(), source })?;
        Self::of(&bytes).map_err(|problem| Failure::Elf { path: path.into(), problem })
    }

    fn of(bytes: &[u8]) -> Result<Self, String> {
        let file = object::File::parse(bytes).map_err(|error| format!("is no ELF file: {error}"))?;
        let build = file.build_id().map_err(|error| format!("is no ELF file: {error}"))?.unwrap_or_default().to_vec();
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let load = |id: SectionId| {
            let section = file.section_by_name(id.name());
            let data = section.map_or(Ok(Cow::default()), |section| section.uncompressed_data());
            data.map(|data| Reader::new(Rc::from(&*data), endian))
        };
        let dwarf = Dwarf::load(load).map_err(|error| format!("has damaged debug information: {error}"))?;
        let context = Context::from_dwarf(dwarf).map_err(|error| format!("has damaged debug information: {error}"))?;
        let is_arm = file.architecture() == object::Architecture::Arm;
        let mask = if is_arm { !1 } else { !0 };
        let mut functions: Vec<_> = file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0)
            .filter_map(|symbol| {
                let start = symbol.address() & mask;
                Some((start, start.checked_add(symbol.size())?, symbol.name().ok()?.to_owned()))
            })
            .collect();
        functions.sort();
        Ok(Self { build, functions, context, folder: env::current_dir().unwrap_or_default(), is_arm })
    }

    /// Where the processor was: the function, and behind it those it is inlined into. Empty: in no function.
    pub(crate) fn at(&self, address: u64) -> Vec<Place> {
        self.look(if self.is_arm { address & !1 } else { address })
    }

    /// The same of the call that would return to this address, which may be in another function already.
    pub(crate) fn before(&self, address: u64) -> Vec<Place> {
        let address = if self.is_arm { address & !1 } else { address };
        address.checked_sub(1).map(|address| self.look(address)).unwrap_or_default()
    }

    fn look(&self, address: u64) -> Vec<Place> {
        let Some(function) = self.function(address) else {
            // Debug information may say something of addresses that the linker has given up, such as 0.
            return Vec::new();
        };
        let mut places = Vec::new();
        if let Ok(mut frames) = self.context.find_frames(address).skip_all_loads() {
            while let Ok(Some(frame)) = frames.next() {
                let name = frame.function.as_ref().and_then(|name| name.raw_name().ok().map(Cow::into_owned));
                let source = frame.location.and_then(|found| Some((self.shown(found.file?), found.line.unwrap_or(0))));
                places.push(Place { function: readable(name.as_deref().unwrap_or(function)), source });
            }
        }
        if places.is_empty() {
            places.push(Place { function: readable(function), source: None });
        }
        places
    }

    fn function(&self, address: u64) -> Option<&str> {
        let behind = self.functions.partition_point(|(start, ..)| *start <= address);
        // Several may begin at one address; a later one may be shorter than what it lies in.
        let candidates = self.functions.get(behind.saturating_sub(8)..behind)?;
        candidates.iter().rev().find(|(_, end, _)| address < *end).map(|(_, _, name)| name.as_str())
    }

    fn shown(&self, path: &str) -> String {
        let path = Path::new(path);
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }
}

/// Rust's names end in a hash, which nobody reads.
fn readable(name: &str) -> String {
    let name = demangle_auto(Cow::Borrowed(name), None);
    match name.rsplit_once("::h") {
        Some((before, hash)) if hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            before.into()
        }
        _ => name.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the test program itself, which has debug information.
    fn own() -> Symbols {
        Symbols::open(&env::current_exe().unwrap()).unwrap()
    }

    #[test]
    fn a_function_of_this_program_is_found_with_its_line() {
        let symbols = own();
        let name = "symbols::tests::a_function_of_this_program_is_found_with_its_line";
        let (start, end, _) = symbols.functions.iter().find(|(_, _, found)| readable(found).ends_with(name)).unwrap();
        let places = symbols.at(*start);
        assert!(places[0].function.ends_with(name), "{places:?}");
        let (file, line) = places[0].source.clone().unwrap();
        assert!(file.ends_with("src/symbols.rs"), "{file}");
        assert!(line > 100, "{line}");
        // Behind its last instruction is another function, and a call there was still in this one.
        let last = symbols.before(*end);
        assert!(last.last().unwrap().function.ends_with(name), "{last:?}");
        assert!(!symbols.at(*end).iter().any(|place| place.function.ends_with(name)));
    }

    #[test]
    fn addresses_of_nothing() {
        let symbols = own();
        for address in [0, 1, u64::MAX] {
            assert_eq!(symbols.at(address), []);
            assert_eq!(symbols.before(address), []);
        }
    }

    #[test]
    fn what_is_no_elf_file() {
        for bytes in [&b""[..], b"\x7fELF", &[0; 100]] {
            assert!(Symbols::of(bytes).is_err());
        }
    }

    #[test]
    fn names_without_hashes() {
        assert_eq!(
            readable("_ZN7rustapp7crashes16panic_on_request17hd6af94baa09de961E"),
            "rustapp::crashes::panic_on_request"
        );
        assert_eq!(readable("main"), "main");
        assert_eq!(readable("a::h0123"), "a::h0123");
    }
}
