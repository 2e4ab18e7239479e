// SPDX-License-Identifier: Apache-2.0
//! The messages of the statistics group (2): named groups of named counters (Zephyr documentation, "Statistics Management
//! Group").

use crate::cbor::{Entries, List};
use crate::message;

/// Command numbers; both are read.
pub mod command {
    /// The counters of one group.
    pub const GROUP: u8 = 0;
    /// The names of the groups.
    pub const LIST: u8 = 1;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 2;
}

/// Codes of this group's errors.
pub mod code {
    /// The group could not be told of.
    pub const INVALID_GROUP: u16 = 2;
    /// There is no group of that name.
    pub const INVALID_NAME: u16 = 3;
    /// A counter has a size nobody knows.
    pub const INVALID_SIZE: u16 = 4;
    /// The walk over the counters was given up.
    pub const WALK_ABORTED: u16 = 5;
}

message! {
    /// Asks for the counters of a group.
    pub struct GroupRequest<'b> {
        /// The group's name.
        name: required &'b str = "name",
    }
}

/// The first key of [`GroupResponse`], for writers that have no slice of counters.
pub const NAME_KEY: &str = "name";
/// The second key of [`GroupResponse`].
pub const FIELDS_KEY: &str = "fields";

message! {
    /// The counters of a group.
    pub struct GroupResponse<'b> {
        /// The group's name.
        name: required &'b str = "name",
        /// Name and value of each counter.
        fields: required Entries<'b, u64> = "fields",
    }
}

/// The key of [`ListResponse`], for writers that have no slice of names.
pub const LIST_KEY: &str = "stat_list";

message! {
    /// The names of the groups.
    pub struct ListResponse<'b> {
        /// The names.
        names: required List<'b, &'b str> = "stat_list",
    }
}
