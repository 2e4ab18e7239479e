// SPDX-License-Identifier: Apache-2.0
//! The serial line: a pseudo-terminal in raw mode, SMP over console. Clients open the slave's side as they open a UART.
//!
//! The slave's side is held open here too, all the time. So the line keeps its raw mode, and the master's side does not fail
//! while no client has the line open.

use std::ffi::OsStr;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, ioctl_fionbio, ioctl_fionread, read, write};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, ioctl_tiocnxcl, tcgetattr, tcsetattr};
use westerly_server::{Buffers, Caller, Identity, Transport};
use westerly_wire::serial::{Decoder, Drops, Encoder, LINE_MAX};

use super::link::Link;
use super::{MESSAGES_AHEAD, Running};
use crate::activity::Activity;
use crate::board::Board;
use crate::error::StartError;
use crate::event::{Peer, Reason};
use crate::options::{SEAL, SERIAL_PACKET_MAX, Serial};

/// Bytes read at a time.
const CHUNK: usize = 1024;
/// A client that takes nothing off the line for so long loses the rest of the answer.
const STALL: Duration = Duration::from_secs(1);
/// How often the line is made free for all while nothing happens on it; see [`Line::make_shared`].
const SHARE_EVERY: Duration = Duration::from_secs(1);
/// How often to look whether a client has taken the last answer off the line.
const DRAIN_CHECK: Duration = Duration::from_millis(10);
/// How long to wait after a failing read, so that a broken line does not keep the processor busy.
const FAILURE_PAUSE: Duration = Duration::from_millis(100);

/// An open pseudo-terminal.
pub(crate) struct Pty {
    line: Line,
    path: PathBuf,
    link: Option<Link>,
    packet_size: u16,
    activity: Arc<Activity>,
}

impl Pty {
    pub(crate) fn open(options: &Serial, packet_size: u16) -> Result<Self, StartError> {
        let (line, path) = Line::open().map_err(|error| StartError::Pty { source: error.into() })?;
        let link =
            |at: &PathBuf| Link::create(at, &path).map_err(|source| StartError::Link { path: at.clone(), source });
        let link = options.link.as_ref().map(link).transpose()?;
        let activity = Arc::new(Activity::new("westerly_serial", "serial_packets", packet_size));
        Ok(Self { line, path, link, packet_size, activity })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn activity(&self) -> Arc<Activity> {
        self.activity.clone()
    }

    pub(crate) fn serve(self, board: Arc<Board>) -> Result<Running, StartError> {
        let (stop, stopper) = io::pipe().map_err(|source| StartError::Thread { source })?;
        let stopper = Mutex::new(Some(stopper));
        let activity = self.activity.clone();
        Running::start(&activity, move || close(&stopper), move || self.run(&board, &stop))
    }

    fn run(self, board: &Board, stop: &PipeReader) {
        let size = usize::from(self.packet_size + SEAL);
        let mut packets = Packets {
            decoder: Box::new(Decoder::new()),
            drops: Drops::default(),
            response: vec![0; size],
            caller: Caller {
                transport: Transport::Serial,
                identity: Identity::Anonymous,
                peer: 0,
                buffers: Buffers { size: self.packet_size, count: MESSAGES_AHEAD },
            },
        };
        let mut chunk = [0; CHUNK];
        while let Some(count) = self.line.receive(&mut chunk, stop) {
            let _awake = self.activity.wake();
            board.serial_bytes(count);
            packets.take(chunk.get(..count).unwrap_or_default(), board, &self.line);
        }
        self.line.drain();
        drop(self.link);
    }
}

/// Closing the writer's end is what the reader sees as the signal.
fn close(stopper: &Mutex<Option<PipeWriter>>) {
    drop(stopper.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// From bytes to packets to answers.
struct Packets {
    decoder: Box<Decoder<{ (SERIAL_PACKET_MAX + SEAL) as usize }>>,
    /// What the decoder had dropped when last looked at.
    drops: Drops,
    response: Vec<u8>,
    caller: Caller,
}

impl Packets {
    fn take(&mut self, mut bytes: &[u8], board: &Board, line: &Line) {
        while !bytes.is_empty() {
            let fed = self.decoder.feed(bytes);
            bytes = bytes.get(fed.consumed..).unwrap_or_default();
            match fed.packet {
                // A board's decoder has no room for it.
                Some(packet) if packet.len() > self.response.len() => {
                    board.dropped(Peer::Serial, Reason::TooLarge);
                    board.too_long(Peer::Serial, packet, &mut self.response, |answer| line.send(answer));
                }
                Some(packet) => {
                    board.answer(&self.caller, Peer::Serial, packet, &mut self.response, |answer| line.send(answer));
                }
                None => {}
            }
            if let Some(start) = fed.too_long {
                board.too_long(Peer::Serial, start, &mut self.response, |answer| line.send(answer));
            }
            self.tell_drops(board);
        }
    }

    fn tell_drops(&mut self, board: &Board) {
        let (before, now) = (self.drops, *self.decoder.drops());
        self.drops = now;
        for (reason, before, now) in [
            (Reason::Base64, before.base64, now.base64),
            (Reason::Length, before.length, now.length),
            (Reason::Checksum, before.checksum, now.checksum),
            (Reason::Orphaned, before.orphaned, now.orphaned),
            (Reason::Interrupted, before.interrupted, now.interrupted),
        ] {
            (before..now).for_each(|_| board.dropped(Peer::Serial, reason));
        }
    }
}

/// Both sides of a pseudo-terminal.
struct Line {
    master: OwnedFd,
    slave: OwnedFd,
    last_sent: Mutex<Option<Instant>>,
}

impl Line {
    fn open() -> Result<(Self, PathBuf), Errno> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = PathBuf::from(OsStr::from_bytes(ptsname(&master, Vec::new())?.as_bytes()));
        let slave = open(&path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        let mut settings = tcgetattr(&slave)?;
        settings.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &settings)?;
        ioctl_fionbio(&master, true)?;
        Ok((Self { master, slave, last_sent: Mutex::default() }, path))
    }

    /// Waits for bytes; gives how many there are, at least one, or `None` when it is time to stop.
    fn receive(&self, chunk: &mut [u8], stop: &PipeReader) -> Option<usize> {
        loop {
            let mut watched = [PollFd::new(stop, PollFlags::IN), PollFd::new(&self.master, PollFlags::IN)];
            let outcome = poll(&mut watched, Some(&timespec(SHARE_EVERY)));
            let [stopped, _] = watched.map(|watched| !watched.revents().is_empty());
            if stopped {
                return None;
            }
            self.make_shared();
            match outcome.and_then(|_| read(&self.master, &mut *chunk)) {
                Ok(count) if count > 0 => return Some(count),
                Err(Errno::AGAIN | Errno::INTR) => {}
                // No slave: cannot be while it is held open here, except for moments on some systems.
                Ok(_) | Err(_) => thread::sleep(FAILURE_PAUSE),
            }
        }
    }

    /// Lets anybody open the line.
    ///
    /// Some clients make a terminal exclusive. The system takes that back with the last one to close it, which is never
    /// while it is held open here: a client that did not clean up (it was killed, say) would keep all others out.
    fn make_shared(&self) {
        let _ = ioctl_tiocnxcl(&self.slave);
    }

    fn send(&self, packet: &[u8]) -> io::Result<()> {
        let mut line = [0; LINE_MAX];
        // Packets are too short for `None`: their length is 16 bits with room to spare.
        let Some(mut lines) = Encoder::new(packet) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        while let Some(line) = lines.next_line(&mut line) {
            self.send_all(line)?;
        }
        *self.last_sent() = Some(Instant::now());
        Ok(())
    }

    fn send_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match write(&self.master, bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let mut watched = [PollFd::new(&self.master, PollFlags::OUT)];
                    if matches!(poll(&mut watched, Some(&timespec(STALL))), Ok(0)) {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Waits until a client has read the last answer, for as long as that may be expected: closing the master's side throws
    /// away what was not read yet.
    fn drain(&self) {
        let Some(sent) = *self.last_sent() else { return };
        // Twice, since bytes on their way from one side to the other are not counted for a moment.
        let mut empty = 0;
        while empty < 2 && sent.elapsed() < STALL {
            empty = if ioctl_fionread(&self.slave).is_ok_and(|waiting| waiting > 0) { 0 } else { empty + 1 };
            thread::sleep(DRAIN_CHECK);
        }
    }

    fn last_sent(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.last_sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn timespec(duration: Duration) -> Timespec {
    // Durations here are constants of a second or so.
    Timespec::try_from(duration).unwrap_or_default()
}
