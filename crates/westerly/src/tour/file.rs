// SPDX-License-Identifier: Apache-2.0
//! The station that writes: a file goes up, its hash is compared, it comes down again, is compared byte by byte, and is taken away.
//!
//! SMP has no command that removes a file. Where the device's shell can, it is asked to; elsewhere the file is made empty; and where even
//! that is not to be had, the tour says what it leaves behind. A part without an answer is sent again in smaller ones: a C server of
//! default size loses packets of more than two lines when they come over a serial line in one burst.

use std::time::{Duration, Instant};

use crc::{CRC_32_ISO_HDLC, Crc};
use indicatif::{ProgressBar, ProgressStyle};
use westerly_client::{Connection, Device, Error, Hash, Parameters};
use westerly_wire::access::seal;
use westerly_wire::error::{Code, GroupError};
use westerly_wire::files::code;
use westerly_wire::sha256::Sha256;
use westerly_wire::{group, header};

use crate::arguments::Tour as Arguments;
use crate::failure::reason;
use crate::logs::elf::hexadecimal;
use crate::output::End;

/// Where file systems are mounted as a rule: by Westerly and Zephyr's samples.
const PLACES: [&str; 6] = ["/lfs1", "/lfs", "/littlefs", "/NAND:", "/SD:", "/RAM:"];
const NAME: &str = "westerly-tour.bin";
/// The longest packet that is made here.
const LONGEST_PACKET: usize = 1024;
/// What every server takes (Zephyr's default is 384).
const UNKNOWN_PACKET: usize = 256;
/// Bytes of an upload's payload beside name and data: keys, heads, offset and length.
const AROUND: usize = 48;
/// A part is not made smaller than this: one line on a serial line.
const SMALLEST: usize = 32;
/// Parts one after the other without an answer, after which the upload is given up.
const PATIENCE: u32 = 8;
/// How often a device may want all of it again.
const RESTARTS: u32 = 3;

/// What to upload, and how.
pub(super) struct Plan {
    /// Where, if the user said so.
    path: Option<String>,
    data: Vec<u8>,
    /// Bytes of a packet.
    packet: usize,
}

/// Why the file was not verified.
pub(super) enum Problem {
    Device(Error),
    /// No file system was found.
    NowhereToPut(String),
    Wrong(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Device(error)
    }
}

impl Plan {
    pub(super) fn new(arguments: &Arguments, parameters: Option<Parameters>) -> Self {
        let packet = parameters.and_then(|parameters| usize::try_from(parameters.packet).ok());
        let packet = packet.unwrap_or(UNKNOWN_PACKET).min(LONGEST_PACKET);
        let packet = if arguments.device.has_key() { packet.saturating_sub(seal::LENGTH) } else { packet };
        Self { path: arguments.file.clone(), data: content(arguments.size), packet }
    }

    fn part(&self, path: &str) -> usize {
        self.packet.saturating_sub(header::LENGTH + AROUND + path.len()).max(SMALLEST)
    }
}

/// Bytes in which no part is like another, the same every time.
fn content(length: u32) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

/// Gives also what is to be said in any case: what became of the file.
pub(super) fn visit(
    device: &mut Device<Connection>,
    plan: &Plan,
    shell: bool,
    end: &End,
) -> (Result<(), Problem>, Vec<String>) {
    let mut lines = Vec::new();
    let path = match upload_somewhere(device, plan, end, &mut lines) {
        Ok(path) => path,
        Err((problem, None)) => return (Err(problem), lines),
        Err((problem, Some(path))) => {
            lines.push(remove(device, &path, shell));
            return (Err(problem), lines);
        }
    };
    let outcome = verify(device, plan, &path, end, &mut lines);
    lines.push(remove(device, &path, shell));
    (outcome, lines)
}

/// A problem, and the path of what has to be taken away.
type Trouble = (Problem, Option<String>);

fn upload_somewhere(
    device: &mut Device<Connection>,
    plan: &Plan,
    end: &End,
    lines: &mut Vec<String>,
) -> Result<String, Trouble> {
    let paths = match &plan.path {
        Some(path) => {
            // A name of the user's may be a file of the user's.
            if device.file_length(path).is_ok_and(|length| length > 0) {
                let text = format!("{path} is there already and stays as it is: give --file another path");
                return Err((Problem::Wrong(text), None));
            }
            vec![path.clone()]
        }
        None => PLACES.iter().map(|place| format!("{place}/{NAME}")).collect(),
    };
    for path in &paths {
        let begun = Instant::now();
        match upload(device, plan, path, end) {
            Ok(sent) => {
                lines.push(format!(
                    "{path}: {} bytes up in {}",
                    plan.data.len(),
                    rate(plan.data.len(), begun.elapsed())
                ));
                lines.extend(sent);
                return Ok(path.clone());
            }
            Err((Problem::Device(Error::Group(error)), false)) if is_elsewhere(error) => {}
            Err((problem, has_begun)) => return Err((problem, has_begun.then(|| path.clone()))),
        }
    }
    let text = format!("nothing can be put at {}: name a place on its file system with --file", paths.join(", "));
    Err((Problem::NowhereToPut(text), None))
}

/// Whether a server means that no file system is there. Zephyr's does not tell that from other reasons not to open a file.
const fn is_elsewhere(error: GroupError) -> bool {
    error.group == group::FILES
        && matches!(
            error.code,
            code::INVALID_NAME | code::NOT_FOUND | code::OPEN_FAILED | code::MOUNT_POINT_NOT_FOUND | code::READ_ONLY
        )
}

/// Gives what is to be said about it; or the problem, and whether a part has arrived before.
fn upload(
    device: &mut Device<Connection>,
    plan: &Plan,
    path: &str,
    end: &End,
) -> Result<Option<String>, (Problem, bool)> {
    let length = plan.data.len() as u64;
    let bar = progress("up", length);
    let (mut offset, mut has_begun) = (0, false);
    let first = plan.part(path);
    let (mut part, mut silent, mut restarts) = (first, 0, 0);
    while offset < length {
        if end.is_asked_for() {
            return Err((Problem::Wrong("ended while it was under way".into()), has_begun));
        }
        let rest = usize::try_from(offset).ok().and_then(|at| plan.data.get(at..)).unwrap_or_default();
        let data = rest.get(..part).unwrap_or(rest);
        match device.upload_part(path, offset, data, length) {
            Ok(next) if next > offset && next <= offset + data.len() as u64 => {
                (offset, silent, has_begun) = (next, 0, true);
                bar.set_position(offset);
            }
            // A device that has restarted wants it from the beginning.
            Ok(next) if next <= offset && restarts < RESTARTS => {
                restarts += 1;
                offset = next;
            }
            Ok(next) => {
                let text = format!("the device wants to go on at byte {next} after {offset} of {length}");
                return Err((Problem::Wrong(text), true));
            }
            Err(Error::Group(GroupError { group: group::FILES, code: code::OFFSET_NOT_VALID }))
                if offset > 0 && restarts < RESTARTS =>
            {
                restarts += 1;
                offset = 0;
            }
            Err(Error::NoAnswer { .. }) if silent < PATIENCE => {
                silent += 1;
                // The second in a row is no accident.
                part = if silent.is_multiple_of(2) { (part / 2).max(SMALLEST) } else { part };
            }
            Err(Error::Smp(Code::TooLarge | Code::NoMemory)) if part > SMALLEST => part = (part / 2).max(SMALLEST),
            Err(error) => return Err((error.into(), has_begun)),
        }
    }
    bar.finish_and_clear();
    Ok((part < first).then(|| format!("in parts of {part} bytes: parts of {first} got no answer")))
}

fn verify(
    device: &mut Device<Connection>,
    plan: &Plan,
    path: &str,
    end: &End,
    lines: &mut Vec<String>,
) -> Result<(), Problem> {
    lines.push(compare_hash(device, plan, path)?);
    let begun = Instant::now();
    let length = plan.data.len();
    let bar = progress("down", length as u64);
    let mut read = Vec::with_capacity(length);
    while read.len() < length {
        if end.is_asked_for() {
            return Err(Problem::Wrong("ended while it was read back".into()));
        }
        let part = device.download_part(path, read.len() as u64)?;
        if part.is_empty() {
            break;
        }
        read.extend(part);
        bar.set_position(read.len() as u64);
    }
    bar.finish_and_clear();
    if read != plan.data {
        let same = read.iter().zip(&plan.data).take_while(|(read, sent)| read == sent).count();
        return Err(Problem::Wrong(format!(
            "{path} came back different from byte {same} on ({} of {length})",
            read.len()
        )));
    }
    lines.push(format!("{length} bytes down in {}, the same as went up", rate(length, begun.elapsed())));
    Ok(())
}

/// By SHA-256, else CRC-32, else not at all: what comes down is compared in any case.
fn compare_hash(device: &mut Device<Connection>, plan: &Plan, path: &str) -> Result<String, Problem> {
    let mut sha256 = Sha256::new();
    sha256.update(&plan.data);
    let sha256 = sha256.finish();
    let ours = [("sha256", Hash::Bytes(sha256.to_vec())), ("crc32", Hash::Number(CRC32.checksum(&plan.data).into()))];
    for (sort, ours) in ours {
        let theirs = match device.file_hash(path, sort) {
            Ok(theirs) => theirs,
            Err(Error::Smp(Code::NotSupported | Code::AccessDenied)) => break,
            // Zephyr's server answers with the SMP code where it knows no such name.
            Err(Error::Group(GroupError { code: code::HASH_TYPE_NOT_FOUND, .. }) | Error::Smp(Code::Invalid)) => {
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if theirs != ours {
            let text = format!("{sort} of {path} is {} on the device, {} here", shown(&theirs), shown(&ours));
            return Err(Problem::Wrong(text));
        }
        return Ok(format!("{sort} on the device is the one here: {}", shown(&ours)));
    }
    Ok("the device computes no hash of it".into())
}

fn shown(hash: &Hash) -> String {
    match hash {
        Hash::Number(number) => format!("{number:08x}"),
        Hash::Bytes(bytes) => hexadecimal(bytes),
    }
}

/// Of IEEE 802.3, as the device computes it.
const CRC32: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Takes the file away as far as the device can; says what is left.
fn remove(device: &mut Device<Connection>, path: &str, shell: bool) -> String {
    let why = if shell {
        match device.shell(&["fs", "rm", path]) {
            Ok(_) if is_gone(device, path) => return format!("{path} is removed again, by its shell"),
            Ok((_, returned)) => format!("its shell does not (fs rm returned {returned})"),
            Err(error) => format!("its shell does not ({})", reason(&error)),
        }
    } else {
        "it has no shell here that could".into()
    };
    let begun = format!("SMP has no command to remove a file, and {why}:");
    // A server that takes no empty file leaves the old content.
    let _ = device.upload_part(path, 0, &[], 0);
    match device.file_length(path) {
        Ok(0) => format!("{begun} {path} stays, empty"),
        Ok(length) => format!("{begun} {path} stays, {length} bytes; another tour overwrites it"),
        Err(Error::Group(_)) => format!("nothing is left of {path}"),
        Err(error) => format!("{begun} what is left of {path} is unknown: {}", reason(&error)),
    }
}

fn is_gone(device: &mut Device<Connection>, path: &str) -> bool {
    let absent = GroupError { group: group::FILES, code: code::NOT_FOUND };
    device.file_length(path) == Err(Error::Group(absent))
}

/// Seen on a terminal alone.
fn progress(what: &'static str, length: u64) -> ProgressBar {
    const SHAPE: &str = "file       {prefix:<4} [{bar:32}] {bytes}/{total_bytes}, {bytes_per_sec}";
    let style = ProgressStyle::with_template(SHAPE).map(|style| style.progress_chars("=> "));
    ProgressBar::new(length).with_prefix(what).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn rate(length: usize, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-6);
    format!("{seconds:.2} s ({:.1} KiB/s)", length as f64 / 1024.0 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_ieee() {
        assert_eq!(CRC32.checksum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn no_part_is_like_another() {
        let data = content(4096);
        assert_eq!(data.len(), 4096);
        for (at, part) in data.chunks(32).enumerate() {
            assert!(data.chunks(32).skip(at + 1).all(|other| other != part), "{at}");
        }
    }

    #[test]
    fn parts_fit_the_packet() {
        let plan = |packet| Plan { path: None, data: Vec::new(), packet };
        assert_eq!(plan(384).part("/lfs1/x"), 384 - 8 - 48 - 7);
        assert_eq!(plan(0).part("/lfs1/x"), SMALLEST);
    }
}
