// SPDX-License-Identifier: Apache-2.0
//! A running board.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use westerly_server::ServerCounters;

use crate::access::AccessOptions;
use crate::activity::Activity;
use crate::board::Board;
use crate::error::StartError;
use crate::event::Event;
use crate::files::SimulatedFiles;
use crate::folder::Folder;
use crate::image::SimulatedImages;
use crate::options::Options;
use crate::transport::{Running, pty, udp};

/// A board that runs until it is stopped or dropped.
pub struct Simulator {
    board: Arc<Board>,
    udp_address: Option<SocketAddr>,
    pty_path: Option<PathBuf>,
    files_folder: PathBuf,
    threads: Vec<Running>,
}

impl Simulator {
    /// Starts a board; `observer` is told what happens on it, by the threads that serve it and while they wait. It must not
    /// stop the board itself: it would wait for its own end.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(options: Options, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Result<Self, StartError> {
        options.check()?;
        // All that can be refused comes before the first thread starts.
        let udp = options.udp.map(|address| udp::Socket::bind(address, options.udp_limit(address))).transpose()?;
        let serial =
            options.serial.as_ref().map(|serial| pty::Pty::open(serial, options.serial_packet_size)).transpose()?;

        let udp_address = udp.as_ref().map(udp::Socket::address);
        let pty_path = serial.as_ref().map(|serial| serial.path().to_path_buf());
        let serial_activity = serial.as_ref().map(pty::Pty::activity);
        let udp_activity = udp.as_ref().map(udp::Socket::activity);
        let activities: Vec<Arc<Activity>> = serial_activity.into_iter().chain(udp_activity).collect();

        let folder = Folder::open(options.folder.as_deref())?;
        let files_folder = folder.path().join("files");
        let files = SimulatedFiles::new(files_folder.clone())
            .map_err(|source| StartError::Folder { path: files_folder.clone(), source })?;
        let images = SimulatedImages::start(folder.path(), options.slot_size)
            .map_err(|source| StartError::Slots { folder: folder.path().into(), source })?;
        let parts = (files, images);
        let signals = (options.seed, options.failures);
        let (idle, lifetime) = (options.session_idle, options.session_lifetime);
        let access = AccessOptions { rules: options.rules.into(), idle, lifetime };
        let board = Board::new(&access, options.node_name, folder, parts, signals, activities, Box::new(observer));
        if options.example {
            board.add_example();
        }
        // From here on dropping ends what has started.
        let mut simulator = Self { board, udp_address, pty_path, files_folder, threads: Vec::new() };
        simulator.threads.push(simulator.sampler()?);
        if let Some(serial) = serial {
            simulator.threads.push(serial.serve(simulator.board.clone())?);
        }
        if let Some(udp) = udp {
            simulator.threads.push(udp.serve(simulator.board.clone())?);
        }
        Ok(simulator)
    }

    fn sampler(&self) -> Result<Running, StartError> {
        let (signals, stopper) = (self.board.signals().clone(), self.board.signals().clone());
        let activity = Arc::new(Activity::new("westerly_sampler", "", 0));
        Running::start(&activity, move || stopper.stop(), move || signals.sample())
    }

    /// Where it listens for UDP.
    #[must_use]
    pub fn udp_address(&self) -> Option<SocketAddr> {
        self.udp_address
    }

    /// The pseudo-terminal that is its serial line.
    #[must_use]
    pub fn pty_path(&self) -> Option<&Path> {
        self.pty_path.as_deref()
    }

    /// The folder that is its file system, mounted at `/lfs1`.
    #[must_use]
    pub fn files_folder(&self) -> &Path {
        &self.files_folder
    }

    /// What the server counted since the board last started.
    #[must_use]
    pub fn counters(&self) -> ServerCounters {
        self.board.counters()
    }

    /// How often the board has started: 1, and one more after each reset.
    #[must_use]
    pub fn boots(&self) -> u32 {
        self.board.boots()
    }

    /// How long ago it last started.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.board.uptime()
    }

    /// Ends it: waits for the messages being answered and for a client to take the last answer off the serial line (a second
    /// at most), closes everything and removes the link. Dropping does the same.
    pub fn stop(self) {}
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.threads.iter().for_each(Running::ask_to_stop);
        self.threads.drain(..).for_each(Running::join);
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("udp_address", &self.udp_address)
            .field("pty_path", &self.pty_path)
            .finish_non_exhaustive()
    }
}
