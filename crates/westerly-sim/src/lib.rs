// SPDX-License-Identifier: Apache-2.0
//! A board in a process: the server of the firmware, over UDP and a pseudo-terminal of the host.
//!
//! ```text
//! thread westerly_serial   pseudo-terminal, console framing  \
//!                                                              Board, one message at a time
//! thread westerly_udp      datagrams                         /
//!
//! thread westerly_sampler  sensors and button -> filters -> ring of records
//! ```
//! Everything from the bytes of a packet to the bytes of its answers is `westerly-server`, as on a real board; what stands
//! for the hardware is here. [`Simulator::start`] gives a running board, [`Event`]s tell what it does.
//!
//! | of a board | here |
//! |---|---|
//! | date and time | the host's, in UTC; setting it sets the board off from the host, and outlasts a restart |
//! | tasks | the threads of the transports. Measured: the stack reached by the board's own code, times woken up (for context switches), nanoseconds awake (for cycles of run time). Made up: the priority 0; the states are Zephyr's bits for waiting and ready |
//! | memory pools | the two packet buffers of each thread, as used |
//! | reset | all counts start anew, the number of boots goes up, the rest of the packet is lost; the transports go on. The boot mode asked for is told to the observer and has no effect |
//! | application information | of this crate's build and the host |
//! | bootloader | made up: MCUboot, swap using move |
//! | images | two slots, files in the board's folder; in slot 0 at first an image of this crate's version. A restart swaps them as MCUboot would, without signatures |
//! | settings | `device/name`, which the application information shows once committed, `device/location`, and `device/boots`, which only reads. Saved in the board's folder, whole or not at all. Names under `access` are hidden |
//! | files | a folder `files` in the board's folder, mounted at `/lfs1`; no path leaves it and no link is followed |
//! | statistics | of the server, the transports and the samples |
//! | telemetry | made up by a seed: temperature, humidity, supply voltage, pressure and load, over days of five minutes, and a button somebody presses; an alarm switches an output. Sensors can be made to fail. A thread samples them through the firmware's filters into a ring of 16 KB |
//! | log | text about what the board does, in a ring of 8 KB |
//! | inputs and outputs | two LEDs, a relay, the button |
//! | shell | a few commands, no way to the host's; over UDP only by [`Options::rules`] |
//! | erasing the storage | of what is saved of the settings, and nothing else |
//!
//! What it will not do: no Zephyr kernel, no timing of a board, no flash. For these there is Zephyr's native_sim.
//!
//! ```
//! use std::net::UdpSocket;
//! use westerly_sim::{Options, Simulator};
//!
//! let options = Options { udp: Some("127.0.0.1:0".parse()?), serial: None, ..Options::default() };
//! let board = Simulator::start(options, |event| println!("{event:?}"))?;
//! let client = UdpSocket::bind("127.0.0.1:0")?;
//! client.connect(board.udp_address().expect("UDP was asked for"))?;
//! client.send(b"\x0a\0\0\x06\0\0\x07\0\xbfadaa\xff")?;
//! let mut answer = [0; 64];
//! let length = client.recv(&mut answer)?;
//! assert_eq!(&answer[..length], b"\x0b\0\0\x06\0\0\x07\0\xbfaraa\xff");
//! board.stop();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod access;
mod activity;
mod board;
mod calendar;
mod clock;
mod counters;
mod crash;
mod error;
mod event;
mod files;
mod folder;
mod image;
mod options;
mod os;
mod settings;
mod shell;
mod signals;
mod simulator;
mod transport;

pub use error::{LinkError, StartError};
pub use event::{Event, Peer, Reason};
pub use options::{Options, SERIAL_PACKET_MAX, SMALLEST_PACKET, Serial, UDP_PACKET_MAX};
pub use signals::SensorFailure;
pub use simulator::Simulator;
