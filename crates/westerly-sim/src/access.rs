// SPDX-License-Identifier: Apache-2.0
//! Access rules that live as long as the board.

use std::sync::Arc;

use westerly_server::{Access, Caller, Policy, Rule, Rules};

/// [`Rules`] that own their lines.
#[derive(Clone, Debug)]
pub(crate) struct BoardRules(pub(crate) Arc<[Rule]>);

impl Policy for BoardRules {
    fn access(&self, caller: &Caller, group: u16, command: u8) -> Access {
        Rules(&self.0).access(caller, group, command)
    }
}
