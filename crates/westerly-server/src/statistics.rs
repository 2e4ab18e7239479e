// SPDX-License-Identifier: Apache-2.0
//! What the server counts about itself. Every count stops at its highest value instead of starting over.

/// Requests by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Requests taken up: each is answered, or counted under a reason below.
    pub received: u32,
    /// Answers without an error.
    pub succeeded: u32,
    /// Answers with an error, those the policy refused among them.
    pub failed: u32,
    /// Answers with "access denied" by the policy.
    pub refused: u32,
    /// Dropped: bytes too few for a header, at the end of a packet or instead of one.
    pub dropped_short: u32,
    /// Dropped: answers that nobody here asked for. They get no answer, or two servers could answer each other for ever.
    pub dropped_answers: u32,
    /// Dropped: the transport's buffer had no room even for an error.
    pub dropped_no_room: u32,
}

pub(crate) const fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
