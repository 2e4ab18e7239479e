// SPDX-License-Identifier: Apache-2.0
//! How far a reader has come: every record once, and what was lost in between.

use thiserror::Error;

/// Something with a sequence number.
pub trait Numbered {
    /// Its place among all records of the device since it started.
    fn sequence(&self) -> u64;
}

/// What a device answers to a reader.
#[derive(Clone, Debug)]
pub struct Answer<R> {
    /// Which run of the device it is; `None` where it does not count them.
    pub boot: Option<u32>,
    /// The oldest record the device still has.
    pub oldest: u64,
    /// In ascending order.
    pub records: Vec<R>,
    /// How many are gone between the request's number and `next`.
    pub lost: u64,
    /// What to ask for next.
    pub next: u64,
}

/// What an answer brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch<R> {
    /// The sequence number from which on it tells.
    pub from: u64,
    /// The one behind the last it tells of.
    pub next: u64,
    /// How many of those in between are gone for good.
    pub lost: u64,
    /// The device has restarted since the last answer: this begins with the records of its new run, and what of the run before
    /// was not read is gone too, nobody knows how many.
    pub restarted: bool,
    /// New ones, in order.
    pub records: Vec<R>,
}

/// Error returned by [`Cursor::take`]: what in an answer cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Inconsistent {
    /// It goes back.
    #[error("its next sequence number is before the one asked for")]
    Backwards,
    /// Records out of order, or outside of what it says to tell of.
    #[error("sequence numbers out of order")]
    Order,
    /// More lost than there is room for between the records.
    #[error("more records lost than there were")]
    Lost,
}

/// Where a reader goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    since: u64,
    boot: Option<u32>,
    received: u64,
    lost: u64,
    restarts: u32,
}

impl Cursor {
    /// From that number on; of that run of the device, unless it is `None` or the device does not count them.
    #[must_use]
    pub const fn at(since: u64, boot: Option<u32>) -> Self {
        Self { since, boot, received: 0, lost: 0, restarts: 0 }
    }

    /// What to ask for.
    #[must_use]
    pub const fn since(&self) -> u64 {
        self.since
    }

    /// The run that [`since`](Self::since) is of, where it is known.
    #[must_use]
    pub const fn boot(&self) -> Option<u32> {
        self.boot
    }

    /// Records so far.
    #[must_use]
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// Records lost so far, those of an earlier run that were not read before a restart not among them.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// How often the device has restarted meanwhile.
    #[must_use]
    pub const fn restarts(&self) -> u32 {
        self.restarts
    }

    /// Takes an answer to a request for [`since`](Self::since) and moves behind it.
    ///
    /// A device that does not count its runs can restart unseen: when it has made more records since than the reader had read.
    ///
    /// # Errors
    /// [`Inconsistent`]; the cursor stays where it is.
    pub fn take<R: Numbered>(&mut self, answer: Answer<R>) -> Result<Batch<R>, Inconsistent> {
        let restarted = match (self.boot, answer.boot) {
            (Some(before), Some(now)) => before != now,
            // It has fewer records than were read already.
            _ => answer.next < self.since,
        };
        let from = if restarted { 0 } else { self.since };
        let most = most_lost(&answer, from)?;
        if answer.lost > most {
            return Err(Inconsistent::Lost);
        }
        // A device that does not know of its restart begins at its oldest record and does not count those before.
        let uncounted = if restarted && answer.boot.is_none() { answer.oldest } else { 0 };
        let lost = answer.lost.saturating_add(uncounted).min(most);
        self.since = answer.next;
        self.boot = answer.boot;
        self.received += answer.records.len() as u64;
        self.lost += lost;
        self.restarts += u32::from(restarted);
        Ok(Batch { from, next: answer.next, lost, restarted, records: answer.records })
    }
}

/// Checks the sequence numbers, and gives how many records are not in the answer: lost, or of topics that were not asked for.
fn most_lost<R: Numbered>(answer: &Answer<R>, from: u64) -> Result<u64, Inconsistent> {
    let told = answer.next.checked_sub(from).ok_or(Inconsistent::Backwards)?;
    let mut earliest = from;
    for record in &answer.records {
        let sequence = record.sequence();
        if sequence < earliest || sequence >= answer.next {
            return Err(Inconsistent::Order);
        }
        earliest = sequence + 1;
    }
    // They are in order, so there are no more of them than numbers.
    Ok(told - answer.records.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Numbered for u64 {
        fn sequence(&self) -> u64 {
            *self
        }
    }

    fn answer(boot: u32, records: &[u64], lost: u64, next: u64) -> Answer<u64> {
        Answer { boot: Some(boot), oldest: 0, records: records.into(), lost, next }
    }

    #[test]
    fn what_is_lost_adds_up() {
        let mut cursor = Cursor::default();
        let batch = cursor.take(answer(1, &[5, 6], 5, 7)).unwrap();
        assert_eq!((batch.from, batch.lost, batch.restarted), (0, 5, false));
        assert_eq!((cursor.since(), cursor.boot()), (7, Some(1)));
        let batch = cursor.take(answer(1, &[9], 2, 10)).unwrap();
        assert_eq!((batch.from, batch.lost), (7, 2));
        assert_eq!(cursor.take(answer(1, &[], 0, 10)).unwrap().records, []);
        assert_eq!((cursor.received(), cursor.lost(), cursor.restarts()), (3, 7, 0));
    }

    #[test]
    fn another_run_begins_anew() {
        let mut cursor = Cursor::at(100, Some(1));
        // More records than before: only the number of the run tells.
        let batch = cursor.take(answer(2, &[150, 151], 150, 152)).unwrap();
        assert_eq!((batch.from, batch.lost, batch.restarted), (0, 150, true));
        assert_eq!((cursor.since(), cursor.boot(), cursor.restarts()), (152, Some(2), 1));
    }

    #[test]
    fn a_device_that_does_not_count_its_runs_is_found_out_by_fewer_records() {
        let mut cursor = Cursor::at(100, None);
        let batch = cursor.take(Answer { boot: None, oldest: 5, records: vec![5, 7], lost: 1, next: 8 }).unwrap();
        assert!(batch.restarted);
        // The five before the oldest, and the one in between.
        assert_eq!((batch.lost, cursor.since(), cursor.restarts()), (6, 8, 1));
    }

    #[test]
    fn what_cannot_be_is_refused_and_moves_nothing() {
        let mut cursor = Cursor::at(10, Some(1));
        for (answer, error) in [
            (answer(1, &[], 0, 9), Inconsistent::Backwards),
            (answer(1, &[9], 0, 12), Inconsistent::Order),
            (answer(1, &[11, 11], 0, 12), Inconsistent::Order),
            (answer(1, &[12], 0, 12), Inconsistent::Order),
            (answer(1, &[10, 11], 1, 12), Inconsistent::Lost),
            (answer(1, &[u64::MAX], 0, u64::MAX), Inconsistent::Order),
        ] {
            assert_eq!(cursor.take(answer), Err(error));
            assert_eq!(cursor, Cursor::at(10, Some(1)));
        }
    }
}
