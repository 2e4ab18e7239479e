// SPDX-License-Identifier: Apache-2.0

//! What is run. Each case is a part of the crates; they come one after the other, in one process, as a device does.

mod crash;
mod device;
mod files;
mod hal;
mod log;
mod settings;
mod sync;
mod uart;

/// All of them.
pub const ALL: [(&str, fn()); 17] = [
    ("sync: a value is taken once", sync::take_once),
    ("sync: a mutex between threads", sync::mutex),
    ("sync: a mutex locked twice", sync::mutex_twice),
    ("sync: semaphores", sync::semaphore),
    ("uart: the chosen one", uart::chosen),
    ("uart: another", uart::another),
    ("settings", settings::settings),
    ("settings: kept, and texts", settings::kept_and_texts),
    ("files", files::files),
    ("files: the flash's slots", files::image),
    ("device: facts, threads, pools, clock", device::os),
    ("device: shell, statistics, inputs and outputs, storage, sources", device::groups),
    ("device: datagrams", device::udp),
    ("access: what is kept", crash::access),
    ("crash: the record", crash::crash),
    ("hal", hal::all),
    ("log", log::log),
];

/// A copy that ends where its allocation ends.
fn exactly(bytes: &[u8]) -> Box<[u8]> {
    bytes.to_vec().into_boxed_slice()
}

/// A node of the devicetree: to Rust, a reference to nothing.
fn node<T>() -> &'static T {
    assert_eq!(size_of::<T>(), 0);
    // SAFETY: of no size, so it may be anywhere that is aligned.
    unsafe { &*std::ptr::dangling::<T>() }
}
