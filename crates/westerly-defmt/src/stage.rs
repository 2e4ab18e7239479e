// SPDX-License-Identifier: Apache-2.0

//! The frame that is being written: collected here and appended to the ring as a whole.

use crate::level::Filter;

/// The longest frame: index, timestamp and arguments, in bytes. A longer one is lost, and counted.
pub const FRAME_SIZE: usize = 128;

/// A frame begins with its message's index.
const INDEX_SIZE: usize = 2;

pub(crate) struct Stage {
    bytes: [u8; FRAME_SIZE],
    length: usize,
    /// How many frames are open: more than one where formatting a value logs something, which is lost.
    depth: u8,
    /// Below the level: nothing of this frame is kept.
    skipped: bool,
    too_long: bool,
    /// Frames that were opened inside another one.
    nested: u32,
}

/// How a frame ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended<'s> {
    /// Another one is open still.
    Inside,
    /// No frame if it was too long or below the level; so many are lost, with those that were inside it.
    Whole { frame: Option<&'s [u8]>, lost: u32 },
}

impl Stage {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; FRAME_SIZE], length: 0, depth: 0, skipped: false, too_long: false, nested: 0 }
    }

    /// Opens a frame. True if no other one was open.
    pub(crate) fn begin(&mut self) -> bool {
        self.depth = self.depth.saturating_add(1);
        let outermost = self.depth == 1;
        if outermost {
            self.length = 0;
            self.skipped = false;
            self.too_long = false;
            self.nested = 0;
        } else {
            self.nested = self.nested.saturating_add(1);
        }
        outermost
    }

    pub(crate) fn write(&mut self, bytes: &[u8], filter: Filter) {
        if self.depth != 1 || self.skipped || self.too_long {
            return;
        }
        if self.length == 0
            && let Ok(index) = <[u8; INDEX_SIZE]>::try_from(bytes)
            && !filter.takes(u16::from_le_bytes(index))
        {
            self.skipped = true;
            return;
        }
        let end = self.length + bytes.len();
        match self.bytes.get_mut(self.length..end) {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.length = end;
            }
            None => self.too_long = true,
        }
    }

    pub(crate) fn end(&mut self) -> Ended<'_> {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 {
            return Ended::Inside;
        }
        let frame = if self.too_long || self.skipped { None } else { self.bytes.get(..self.length) };
        Ended::Whole { frame, lost: self.nested + u32::from(self.too_long) }
    }

    /// Nothing is there to be copied.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    /// Copies the last frame, if it fits. How many bytes.
    pub(crate) fn copy(&self, into: &mut [u8]) -> usize {
        let frame = if self.too_long || self.skipped { None } else { self.bytes.get(..self.length) };
        match (frame, into.get_mut(..self.length)) {
            (Some(frame), Some(place)) => {
                place.copy_from_slice(frame);
                self.length
            }
            _ => 0,
        }
    }

    /// Whether a frame is open.
    pub(crate) fn is_open(&self) -> bool {
        self.depth > 0
    }

    /// Forgets an open frame: whoever wrote it will not go on. How many frames are lost by it.
    pub(crate) fn abandon(&mut self) -> u32 {
        if self.depth == 0 {
            return 0;
        }
        self.depth = 0;
        u32::from(!self.skipped) + self.nested
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(stage: &mut Stage, parts: &[&[u8]]) -> (Option<Vec<u8>>, u32) {
        assert!(stage.begin());
        for part in parts {
            stage.write(part, Filter::ALL);
        }
        match stage.end() {
            Ended::Whole { frame, lost } => (frame.map(<[u8]>::to_vec), lost),
            Ended::Inside => panic!("a frame is still open"),
        }
    }

    #[test]
    fn parts_become_one_frame() {
        let mut stage = Stage::new();
        assert_eq!(frame(&mut stage, &[&[7, 0], &[1, 2, 3], &[]]), (Some(vec![7, 0, 1, 2, 3]), 0));
        assert_eq!(frame(&mut stage, &[&[8, 0]]), (Some(vec![8, 0]), 0));
    }

    #[test]
    fn a_frame_of_the_full_size_fits_and_one_more_byte_does_not() {
        let mut stage = Stage::new();
        let rest = [5; FRAME_SIZE - 2];
        assert_eq!(frame(&mut stage, &[&[7, 0], &rest]).0.map(|frame| frame.len()), Some(FRAME_SIZE));
        assert_eq!(frame(&mut stage, &[&[7, 0], &rest, &[1]]), (None, 1));
        // Not even a part that would fit behind one that did not.
        assert_eq!(frame(&mut stage, &[&[7, 0], &[0; FRAME_SIZE], &[1]]), (None, 1));
        assert_eq!(frame(&mut stage, &[&[7, 0]]), (Some(vec![7, 0]), 0));
    }

    #[test]
    fn a_frame_inside_another_one_is_lost_and_the_outer_one_is_whole() {
        let mut stage = Stage::new();
        assert!(stage.begin());
        stage.write(&[7, 0], Filter::ALL);
        assert!(!stage.begin());
        stage.write(&[8, 0], Filter::ALL);
        assert_eq!(stage.end(), Ended::Inside);
        stage.write(&[1], Filter::ALL);
        assert_eq!(stage.end(), Ended::Whole { frame: Some(&[7, 0, 1]), lost: 1 });
    }

    #[test]
    fn what_is_below_the_level_leaves_nothing() {
        let markers = crate::level::Markers { trace: 1, debug: 2, info: 3, warn: 4, error: 5, end: 6 };
        let filter = Filter::new(crate::Level::Warn, &markers);
        let mut stage = Stage::new();
        assert!(stage.begin());
        stage.write(&[3, 0], filter);
        stage.write(&[9; 300], filter);
        assert_eq!(stage.end(), Ended::Whole { frame: None, lost: 0 });
        // Only the first two bytes are an index.
        assert!(stage.begin());
        stage.write(&[4, 0], filter);
        stage.write(&[3, 0], filter);
        assert_eq!(stage.end(), Ended::Whole { frame: Some(&[4, 0, 3, 0]), lost: 0 });
    }

    #[test]
    fn an_abandoned_frame_is_lost() {
        let mut stage = Stage::new();
        assert_eq!(stage.abandon(), 0);
        assert!(stage.begin());
        stage.write(&[7, 0], Filter::ALL);
        assert!(stage.is_open());
        assert_eq!(stage.abandon(), 1);
        assert!(!stage.is_open());
        assert_eq!(frame(&mut stage, &[&[8, 0]]), (Some(vec![8, 0]), 0));
    }
}
