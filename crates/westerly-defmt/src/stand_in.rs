// SPDX-License-Identifier: Apache-2.0

//! For the unit tests, which run on the host: what the linker wants of Zephyr's side and does not get there. Nothing calls it.

macro_rules! missing {
    ($($name:ident)*) => { $(
        // SAFETY: nothing else in a test program has the name.
        #[unsafe(no_mangle)]
        extern "C" fn $name() {
            unreachable!("no test calls this");
        }
    )* };
}

missing! {
    westerly_defmt_lock westerly_defmt_unlock westerly_defmt_uptime westerly_defmt_wake westerly_defmt_wait westerly_defmt_has
    westerly_defmt_begin westerly_defmt_byte westerly_defmt_end westerly_defmt_build_id
}

macro_rules! places {
    ($($name:ident)*) => { $(
        // SAFETY: as above.
        #[unsafe(no_mangle)]
        static $name: u8 = 0;
    )* };
}

places! {
    __DEFMT_MARKER_TRACE_START __DEFMT_MARKER_DEBUG_START __DEFMT_MARKER_INFO_START __DEFMT_MARKER_WARN_START
    __DEFMT_MARKER_ERROR_START __DEFMT_MARKER_ERROR_END
}
