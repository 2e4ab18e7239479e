// SPDX-License-Identifier: Apache-2.0

//! The kernel's heaps and slabs.

use core::ops::ControlFlow;
use core::ptr;

use westerly_server::wire::os::MemoryPool;

use crate::ffi::{self, text};
use crate::name::Name;

/// Shows each pool to `each` until it has seen enough.
pub(crate) fn for_each(each: &mut dyn FnMut(&str, &MemoryPool) -> ControlFlow<()>) {
    for position in 0.. {
        let mut pool =
            ffi::MemoryPool { kind: ptr::null(), index: 0, block_size: 0, blocks: 0, free: 0, minimum_free: 0 };
        // SAFETY: C fills the structure it is given, which has its layout.
        if !unsafe { ffi::westerly_memory_pool(position, &raw mut pool) } {
            return;
        }
        // SAFETY: C fills in a string literal.
        let kind = unsafe { text(pool.kind) };
        // The kernel gives its pools no names, so they are numbered in the order of the linker: heap0, slab3.
        let numbered = Name::numbered(kind, pool.index);
        // There is one system heap, which needs no number.
        let name = if kind == "system" { kind } else { numbered.as_str() };
        let entry = MemoryPool {
            block_size: pool.block_size,
            blocks: pool.blocks,
            free: pool.free,
            minimum_free: pool.minimum_free,
        };
        if each(name, &entry).is_break() {
            return;
        }
    }
}
