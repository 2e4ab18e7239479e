// SPDX-License-Identifier: Apache-2.0

//! What the build knows about the application and its bootloader.

use core::ptr;

use westerly_server::{Application, Bootloader};

use crate::ffi::{self, text};

/// The facts of the build, under the node name given.
pub(crate) fn application(node_name: &str) -> Application<'_> {
    let mut facts = ffi::Application {
        kernel_release: ptr::null(),
        kernel_version: ptr::null(),
        build_date_time: ptr::null(),
        machine: ptr::null(),
        processor: ptr::null(),
        hardware_platform: ptr::null(),
    };
    // SAFETY: C fills the structure it is given, which has its layout.
    unsafe { ffi::westerly_application(&raw mut facts) };
    // SAFETY: C fills in string literals only.
    let literal = |string| unsafe { text(string) };
    Application {
        kernel_name: "Zephyr",
        node_name,
        kernel_release: literal(facts.kernel_release),
        kernel_version: literal(facts.kernel_version),
        build_date_time: literal(facts.build_date_time),
        machine: literal(facts.machine),
        processor: literal(facts.processor),
        hardware_platform: literal(facts.hardware_platform),
        operating_system: "Zephyr",
    }
}

/// The bootloader the application was built for.
pub(crate) fn bootloader() -> Option<Bootloader<'static>> {
    let mut facts = ffi::Bootloader { name: ptr::null(), mode: -1, no_downgrade: false };
    // SAFETY: C fills the structure it is given, which has its layout.
    unsafe { ffi::westerly_bootloader(&raw mut facts) };
    if facts.name.is_null() {
        return None;
    }
    // SAFETY: C fills in a string literal.
    let name = unsafe { text(facts.name) };
    Some(Bootloader { name, mode: facts.mode, no_downgrade: facts.no_downgrade })
}
