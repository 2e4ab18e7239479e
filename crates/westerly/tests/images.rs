// SPDX-License-Identifier: Apache-2.0
//! A simulated board that is killed while images are brought, tested and swapped: what runs is always a whole image.

#[path = "../../westerly-server/tests/image/made.rs"]
mod made;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use made::Made;
use mcumgr_toolkit::MCUmgrClient;
use westerly_server::mcuboot::{HEADER_LENGTH, Version};

const ROUNDS: u8 = 20;
const SLOT_SIZE: &str = "65536";

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Board(Child);

impl Drop for Board {
    fn drop(&mut self) {
        // Without a warning, as the power goes.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path) -> (Board, SocketAddr) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_westerly"));
    command
        .args(["--no-pty", "--port", "0", "--access-udp", "allow", "--slot-size", SLOT_SIZE, "--folder"])
        .arg(folder);
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines().map(|line| line.expect("text"));
    let address =
        lines.find_map(|line| line.strip_prefix("UDP     ").map(|address| address.parse().expect("an address")));
    // It goes on printing, and must not have to wait for a reader.
    thread::spawn(move || lines.for_each(drop));
    (Board(process), address.expect("UDP is on"))
}

fn client(address: SocketAddr) -> MCUmgrClient {
    let client = MCUmgrClient::new_from_udp(address, Duration::from_millis(300)).expect("it connects");
    client.set_retries(0);
    client
}

/// An image of the test's own; the version tells the round.
fn image(round: u8) -> Vec<u8> {
    let body = (0..9000u32).map(|place| (place / 7).to_le_bytes()[0] ^ round).collect();
    Made { version: Version { major: 100, minor: round, revision: 0, build: 0 }, body, ..Made::default() }.bytes()
}

/// Whether a slot holds the whole image of some round, or the one that the board came with.
fn is_whole(slot: &[u8]) -> bool {
    let (major, minor) = (slot[20], slot[21]);
    major != 100 && slot[HEADER_LENGTH..].starts_with(b"This stands for")
        || major == 100 && slot.starts_with(&image(minor))
}

#[test]
fn killed_at_any_moment_a_whole_image_runs() {
    let folder = Folder(env::temp_dir().join(format!("westerly-images-{}", process::id())));
    let mut seen = [0, 0];
    // How long a round takes; the first is not interrupted.
    let mut whole = Duration::ZERO;
    for round in 0..ROUNDS {
        let (board, address) = start(&folder.0);
        let state = client(address).image_get_state().unwrap();
        assert!(state.first().is_some_and(|image| image.slot == 0 && image.active), "round {round}: {state:?}");
        for image in &state {
            let slot = fs::read(folder.0.join(format!("slot{}.bin", image.slot))).unwrap();
            assert!(is_whole(&slot), "round {round}: {image:?}");
        }
        seen[usize::from(state[0].version.starts_with("100."))] += 1;
        let update = image(round);
        let hash = <[u8; 32]>::try_from(&update[update.len() - 32..]).unwrap();
        let at_work = thread::spawn(move || {
            let client = client(address);
            // Each of these may fail: that the board is gone, or was in another state, is what is tried.
            let _ = client.image_set_state(None, true);
            let _ = client.image_upload(&update, None, None, false, None);
            let _ = client.image_set_state(Some(&hash), round % 3 == 0);
            let _ = client.os_system_reset(false, None);
            let _ = client.image_get_state();
        });
        if round == 0 {
            let begun = Instant::now();
            at_work.join().unwrap();
            whole = begun.elapsed();
            continue;
        }
        // Spread over the round, in no order.
        thread::sleep(whole * (u32::from(round) * 7 % u32::from(ROUNDS)) / u32::from(ROUNDS));
        drop(board);
        at_work.join().unwrap();
    }
    // It came to both: killed before a swap, and after one.
    assert!(seen.iter().all(|&times| times > 0), "{seen:?}");
}
