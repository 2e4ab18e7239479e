// SPDX-License-Identifier: Apache-2.0
//! The messages of the enumeration group (10): which groups a device has (Zephyr documentation, "Enumeration Management Group").

use crate::cbor::List;
use crate::message;

/// Command numbers; all are read.
pub mod command {
    /// How many groups.
    pub const COUNT: u8 = 0;
    /// Their numbers.
    pub const LIST: u8 = 1;
    /// One of them, by position.
    pub const SINGLE: u8 = 2;
    /// Number, name and number of commands of some or all.
    pub const DETAILS: u8 = 3;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 4;
}

/// Codes of this group's errors.
pub mod code {
    /// More groups were asked about than the device can compare at a time; never answered here, any number will do.
    pub const TOO_MANY_ENTRIES: u16 = 2;
    /// The heap is too small; never answered here, there is none.
    pub const NO_HEAP: u16 = 3;
    /// There is no group at this position.
    pub const INDEX_TOO_LARGE: u16 = 4;
}

message! {
    /// How many groups the device has.
    pub struct CountResponse {
        /// As many, this group included.
        count: required u16 = "count",
    }
}

message! {
    /// The numbers of all groups.
    pub struct ListResponse<'b> {
        /// In the device's order.
        groups: required List<'b, u16> = "groups",
    }
}

message! {
    /// Asks for one group.
    pub struct SingleRequest {
        /// Position from 0; 0 when absent.
        index: optional u32 = "index",
    }
}

message! {
    /// The group at a position.
    pub struct SingleResponse {
        /// Its number.
        group: required u16 = "group",
        /// Present and true at the last position.
        end: optional bool = "end",
    }
}

message! {
    /// Asks about groups.
    pub struct DetailsRequest<'b> {
        /// About these; about all when absent or empty.
        groups: optional List<'b, u32> = "groups",
    }
}

message! {
    /// About one group.
    pub struct Details<'b> {
        /// Its number.
        group: required u16 = "group",
        /// What it is called.
        name: optional &'b str = "name",
        /// One more than its highest command.
        handlers: optional u32 = "handlers",
    }
}

/// The key of [`ListResponse`] and [`DetailsResponse`], for writers that have no slice.
pub const GROUPS_KEY: &str = "groups";

message! {
    /// About the groups asked for that the device has.
    pub struct DetailsResponse<'b> {
        /// One entry a group.
        groups: required List<'b, Details<'b>> = "groups",
    }
}
