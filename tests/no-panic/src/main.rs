// SPDX-License-Identifier: Apache-2.0
//! Links if and only if no panic can be reached from any public function of westerly-wire, westerly-store and westerly-server.
//!
//! Every entry calls public functions with values the compiler knows nothing about ([`opaque`]). The panic handler calls a
//! symbol that nothing defines. The linker, which drops what cannot be reached from `_start`, thus fails if the optimiser
//! has not removed each and every panic. That holds for this target and the firmware's profile; `./run` supplies both.
//!
//! What it does not show: that a stack is deep enough, that a loop ends, that code behind a trait is right which somebody
//! else implements; and the unsafe code of others (core) is taken at its word.
//!
//! Functions are called by type and name (`Reader::text(reader)`): `tool` reads these files and compares them with the
//! sources of the crates, so that a public function without an entry fails.
#![no_std]
#![no_main]
#![deny(warnings)]

mod access;
mod files;
mod image;
mod messages;
mod opaque;
mod records;
mod server;
mod store;
mod values;
mod wire;

use core::panic::PanicInfo;

const ENTRIES: &[&[fn()]] = &[
    wire::ENTRIES,
    messages::ENTRIES,
    server::ENTRIES,
    files::ENTRIES,
    values::ENTRIES,
    image::ENTRIES,
    store::ENTRIES,
    records::ENTRIES,
    access::ENTRIES,
];

// SAFETY: the linker's entry; nothing else defines the name.
#[unsafe(no_mangle)]
extern "C" fn _start() {
    ENTRIES.iter().copied().flatten().for_each(|entry| entry());
}

// SAFETY: never called, nor defined.
unsafe extern "C" {
    safe fn a_panic_can_be_reached() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    a_panic_can_be_reached()
}
