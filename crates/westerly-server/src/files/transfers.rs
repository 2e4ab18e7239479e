// SPDX-License-Identifier: Apache-2.0
//! The transfers under way, and whose they are.

use super::{Files, PART_SUFFIX};
use crate::{Caller, Transport};

/// The peer a transfer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    transport: Transport,
    peer: u64,
}

impl Owner {
    pub(super) fn of(caller: &Caller) -> Self {
        Self { transport: caller.transport, peer: caller.peer }
    }
}

/// A path of so many bytes at most, its temporary name's suffix included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<const PATH: usize> {
    length: usize,
    bytes: [u8; PATH],
}

impl<const PATH: usize> Path<PATH> {
    /// What does not fit is cut off; names were checked before.
    pub(super) fn new(name: &str) -> Self {
        let mut path = Self { length: 0, bytes: [0; PATH] };
        path.append(name.as_bytes());
        path
    }

    /// The name of the temporary file beside it.
    pub(super) fn part(mut self, tag: u8) -> Self {
        const { assert!(PART_SUFFIX == 3) }
        self.append(&[b'.', b'~', b'0'.wrapping_add(tag)]);
        self
    }

    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn append(&mut self, more: &[u8]) {
        for (place, &byte) in self.bytes.iter_mut().skip(self.length).zip(more) {
            *place = byte;
            self.length = self.length.wrapping_add(1);
        }
    }
}

/// Whether a name is that of a temporary file.
pub(super) fn is_part(name: &str) -> bool {
    matches!(name.as_bytes(), [.., b'.', b'~', b'0'..=b'9'])
}

/// What uploads are told apart by on the medium.
pub(super) fn tags<const TRANSFERS: usize>() -> impl Iterator<Item = u8> {
    (0..10).take(TRANSFERS)
}

/// One transfer.
#[derive(Debug)]
pub(super) struct Transfer<H, const PATH: usize> {
    pub(super) owner: Owner,
    pub(super) path: Path<PATH>,
    pub(super) state: State<H>,
    /// When it was last asked for, in requests.
    used: u32,
}

/// How far a transfer is.
#[derive(Debug)]
pub(super) enum State<H> {
    /// The file as it was when it was opened.
    Download { file: H, length: u32 },
    /// A download whose file was replaced since.
    Replaced,
    /// An upload, under way or complete.
    Upload(Upload<H>),
}

/// An upload.
#[derive(Debug)]
pub(super) struct Upload<H> {
    /// The temporary file; none when complete, so that its last part, sent again, can be answered.
    pub(super) file: Option<H>,
    /// Makes the temporary file's name; no other upload under way has the same.
    pub(super) tag: u8,
    /// Bytes that are there.
    pub(super) offset: u32,
    /// Bytes announced.
    pub(super) length: u32,
    /// Who has asked to take it over since the owner was last heard.
    pub(super) asked: Option<Owner>,
}

impl<H> State<H> {
    fn is_upload_under_way(&self) -> bool {
        matches!(self, Self::Upload(Upload { file: Some(_), .. }))
    }

    fn into_file(self) -> Option<H> {
        match self {
            Self::Download { file, .. } => Some(file),
            Self::Replaced => None,
            Self::Upload(upload) => upload.file,
        }
    }
}

/// The places for transfers.
#[derive(Debug)]
pub(super) struct Transfers<H, const TRANSFERS: usize, const PATH: usize> {
    places: [Option<Transfer<H, PATH>>; TRANSFERS],
    requests: u32,
}

impl<H, const TRANSFERS: usize, const PATH: usize> Transfers<H, TRANSFERS, PATH> {
    pub(super) const fn new() -> Self {
        Self { places: [const { None }; TRANSFERS], requests: 0 }
    }

    /// Ends all transfers of a peer.
    pub(super) fn end_all_of(&mut self, files: &mut impl Files<File = H>, owner: Owner) {
        for place in &mut self.places {
            if place.as_ref().is_some_and(|transfer| transfer.owner == owner) {
                end(files, place);
            }
        }
    }

    /// Takes out a peer's download of a path.
    pub(super) fn take_download(&mut self, owner: Owner, name: &str) -> Option<State<H>> {
        let place = self.places.iter_mut().find(|place| {
            place.as_ref().is_some_and(|transfer| {
                transfer.is(owner, name) && matches!(transfer.state, State::Download { .. } | State::Replaced)
            })
        })?;
        place.take().map(|transfer| transfer.state)
    }

    /// Holds a download for its next part, if that costs no upload its place.
    pub(super) fn keep_download(
        &mut self,
        files: &mut impl Files<File = H>,
        owner: Owner,
        name: &str,
        state: State<H>,
    ) {
        match self.least_needed(false) {
            Some(place) => {
                self.end(files, place);
                self.put(files, place, owner, name, state);
            }
            None => close(files, state),
        }
    }

    /// A free place for an upload, at the cost of another transfer if need be.
    pub(super) fn make_room(&mut self, files: &mut impl Files<File = H>) -> Option<usize> {
        let place = self.least_needed(true)?;
        self.end(files, place);
        Some(place)
    }

    /// Gives a transfer a free place.
    pub(super) fn put(
        &mut self,
        files: &mut impl Files<File = H>,
        place: usize,
        owner: Owner,
        name: &str,
        state: State<H>,
    ) {
        self.requests = self.requests.wrapping_add(1);
        let transfer = Transfer { owner, path: Path::new(name), state, used: self.requests };
        match self.places.get_mut(place) {
            Some(place) => *place = Some(transfer),
            None => close(files, transfer.state),
        }
    }

    /// Where a peer's upload to a path is.
    pub(super) fn own_upload(&self, owner: Owner, name: &str) -> Option<usize> {
        self.places.iter().position(|place| {
            place
                .as_ref()
                .is_some_and(|transfer| transfer.is(owner, name) && matches!(transfer.state, State::Upload(_)))
        })
    }

    /// Where uploads under way to a path are whose announced length is this.
    pub(super) fn uploads_to(&self, name: &str, length: u32) -> impl Iterator<Item = usize> {
        self.places.iter().enumerate().filter_map(move |(place, transfer)| match transfer {
            Some(Transfer { path, state: State::Upload(Upload { file: Some(_), length: announced, .. }), .. }) => {
                (path.as_str() == name && *announced == length).then_some(place)
            }
            _ => None,
        })
    }

    /// The upload at a place.
    pub(super) fn upload(&mut self, place: usize) -> Option<(&mut Owner, &Path<PATH>, &mut Upload<H>)> {
        match self.places.get_mut(place)? {
            Some(Transfer { owner, path, state: State::Upload(upload), used }) => {
                self.requests = self.requests.wrapping_add(1);
                *used = self.requests;
                Some((owner, path, upload))
            }
            _ => None,
        }
    }

    /// Ends the transfer at a place.
    pub(super) fn end(&mut self, files: &mut impl Files<File = H>, place: usize) {
        if let Some(place) = self.places.get_mut(place) {
            end(files, place);
        }
    }

    /// Whether an upload under way has this tag.
    pub(super) fn has_tag(&self, tag: u8) -> bool {
        self.places.iter().flatten().any(|transfer| match &transfer.state {
            State::Upload(upload) => upload.file.is_some() && upload.tag == tag,
            _ => false,
        })
    }

    /// Closes what downloads hold open of a path that is about to be replaced, whichever way its letters are written.
    pub(super) fn replace(&mut self, files: &mut impl Files<File = H>, name: &str) {
        for transfer in self.places.iter_mut().flatten() {
            if matches!(transfer.state, State::Download { .. }) && transfer.path.as_str().eq_ignore_ascii_case(name) {
                close(files, core::mem::replace(&mut transfer.state, State::Replaced));
            }
        }
    }

    /// A free place or else that of the least recently used transfer; uploads under way come last, or not at all.
    fn least_needed(&self, at_an_uploads_cost: bool) -> Option<usize> {
        let need = |transfer: &Transfer<H, PATH>| {
            (transfer.state.is_upload_under_way(), u32::MAX.wrapping_sub(self.requests.wrapping_sub(transfer.used)))
        };
        let mut least = None;
        for (place, transfer) in self.places.iter().enumerate() {
            let Some(transfer) = transfer else { return Some(place) };
            let need = need(transfer);
            if (at_an_uploads_cost || !need.0) && least.is_none_or(|(_, other)| need < other) {
                least = Some((place, need));
            }
        }
        least.map(|(place, _)| place)
    }
}

impl<H, const PATH: usize> Transfer<H, PATH> {
    fn is(&self, owner: Owner, name: &str) -> bool {
        self.owner == owner && self.path.as_str() == name
    }
}

fn end<H, const PATH: usize>(files: &mut impl Files<File = H>, place: &mut Option<Transfer<H, PATH>>) {
    if let Some(transfer) = place.take() {
        close(files, transfer.state);
    }
}

/// Whoever needs what was written on the medium closes the file itself.
fn close<H>(files: &mut impl Files<File = H>, state: State<H>) {
    if let Some(file) = state.into_file() {
        let _ = files.close(file);
    }
}
