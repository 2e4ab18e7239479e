// SPDX-License-Identifier: Apache-2.0

//! Log lines of this crate: by defmt, by log, by both, or none, as the features say. Without one nothing of them is built.
//!
//! ```text
//! say!(warn, "{} refused", what);
//! ```
//! Levels are error, warn, info, debug and trace. Arguments are texts and numbers, in braces without more: what both crates
//! write alike.

macro_rules! say {
    ($level:ident, $text:literal $(, $argument:expr)* $(,)?) => {{
        #[cfg(feature = "defmt")]
        ::defmt::$level!($text $(, $argument)*);
        #[cfg(feature = "log")]
        ::log::$level!($text $(, $argument)*);
        // They count as used, and are not looked at.
        #[cfg(not(any(feature = "defmt", feature = "log")))]
        if false {
            $( let _ = &$argument; )*
        }
    }};
}
