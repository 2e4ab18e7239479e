// SPDX-License-Identifier: Apache-2.0
//! Where the panic is: walks the calls of a linked program backwards from the panic handler.
//!
//! The linker kept the relocations (`--emit-relocs`), each of which says that a function refers to another; debug information
//! names the source line and what was inlined there. Steps inside core's panic machinery are passed over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use addr2line::{Context, gimli};
use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget};

use crate::Outcome;

const PANIC: &str = "a_panic_can_be_reached";
/// What the compiler makes of the panic handler's name.
const HANDLER: &str = "rust_begin_unwind";

/// A reference to a function.
struct Reference {
    /// Address of the function that refers.
    from: u64,
    /// Address of the instruction.
    place: u64,
}

struct Program {
    /// Functions by address: size and name.
    functions: BTreeMap<u64, (u64, String)>,
    /// Who refers to the function of this name.
    references: BTreeMap<String, Vec<Reference>>,
}

impl Program {
    fn read(elf: &object::File<'_>) -> Result<Self, object::Error> {
        let mut program = Self { functions: BTreeMap::new(), references: BTreeMap::new() };
        for symbol in elf.symbols().filter(|symbol| symbol.kind() == object::SymbolKind::Text && symbol.size() != 0) {
            // Bit 0 says Thumb.
            program.functions.insert(symbol.address() & !1, (symbol.size(), symbol.name()?.to_owned()));
        }
        for section in elf.sections() {
            for (place, relocation) in section.relocations() {
                let RelocationTarget::Symbol(index) = relocation.target() else { continue };
                let name = elf.symbol_by_index(index)?.name()?.to_owned();
                if let Some(from) = program.function_at(place) {
                    program.references.entry(name).or_default().push(Reference { from, place });
                }
            }
        }
        Ok(program)
    }

    /// The function that contains an address.
    fn function_at(&self, address: u64) -> Option<u64> {
        let (&start, (size, _)) = self.functions.range(..=address).next_back()?;
        (address < start + size).then_some(start)
    }
}

/// Prints every place outside core from which the panic handler is reached.
pub fn run(path: &Path) -> Outcome {
    let bytes = fs::read(path)?;
    let elf = object::File::parse(&*bytes)?;
    let program = Program::read(&elf)?;
    let lines = lines(&elf)?;
    let mut waiting = VecDeque::from([PANIC.to_owned()]);
    let mut seen = BTreeSet::new();
    let mut places = 0;
    while let Some(name) = waiting.pop_front() {
        for reference in program.references.get(&name).into_iter().flatten() {
            let caller = &program.functions[&reference.from].1;
            let frames = frames(&lines, reference.place)?;
            if caller.contains(HANDLER) || frames.iter().all(|frame| frame.in_core) {
                if seen.insert(caller.clone()) {
                    waiting.push_back(caller.clone());
                }
                continue;
            }
            places += 1;
            println!("{} is reached from", rustc_demangle::demangle(&name));
            for frame in frames {
                println!("    {}", frame.text);
            }
        }
    }
    if places == 0 {
        println!("no place found; the linker's own message is all there is");
    }
    Ok(ExitCode::SUCCESS)
}

struct Frame {
    text: String,
    in_core: bool,
}

type Lines<'e> = Context<gimli::EndianSlice<'e, gimli::LittleEndian>>;

/// The debug information as it stands: addresses are final, though relocations are still there.
fn lines<'e>(elf: &object::File<'e>) -> Result<Lines<'e>, gimli::Error> {
    let section = |id: gimli::SectionId| -> Result<_, gimli::Error> {
        let data = elf.section_by_name(id.name()).and_then(|section| section.data().ok());
        Ok(gimli::EndianSlice::new(data.unwrap_or_default(), gimli::LittleEndian))
    };
    Context::from_dwarf(gimli::Dwarf::load(section)?)
}

/// What the instruction at `place` belongs to, innermost first.
fn frames(lines: &Lines<'_>, place: u64) -> Result<Vec<Frame>, gimli::Error> {
    let mut frames = Vec::new();
    let mut found = lines.find_frames(place).skip_all_loads()?;
    while let Some(frame) = found.next()? {
        let name = frame.function.as_ref().and_then(|function| function.demangle().ok().map(String::from));
        let (file, line) = frame.location.map_or((None, None), |location| (location.file, location.line));
        let file = file.unwrap_or("unknown file");
        frames.push(Frame {
            text: format!("{} ({file}:{})", name.as_deref().unwrap_or("unknown function"), line.unwrap_or(0)),
            in_core: file.contains("library/core/") || file == "unknown file",
        });
    }
    Ok(frames)
}
