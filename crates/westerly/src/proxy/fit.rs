// SPDX-License-Identifier: Apache-2.0
//! Makes uploads fit: a packet and its seal have to fit what the device takes, and smpmgr fills whole datagrams over UDP whatever
//! the device says of its size.
//!
//! A part of an upload is cut short; the device answers how far it has come, and the tool goes on from there. What is no upload is
//! left as it is, for the device to refuse.

use westerly_wire::cbor::Message;
use westerly_wire::header::{Header, LENGTH, Operation};
use westerly_wire::{files, group, image};

/// Bytes that a message may grow when it is written anew: heads of other forms.
const SLACK: usize = 16;

/// The packet, with a part of an upload cut so that it is no longer than `limit`; `None` when it is fit to be sent as it is, or no
/// upload.
pub(super) fn shortened(packet: &[u8], limit: usize) -> Option<Vec<u8>> {
    let excess = packet.len().checked_sub(limit).filter(|excess| *excess > 0)?;
    let (header, payload) = Header::split(packet)?;
    if header.operation != Operation::Write || usize::from(header.length) != payload.len() {
        return None;
    }
    let keep = |data: &[u8]| data.len().checked_sub(excess + SLACK).filter(|length| *length > 0);
    let mut buffer = vec![0; packet.len() + SLACK];
    let (place, room) = buffer.split_at_mut_checked(LENGTH)?;
    let length = match (header.group, header.command) {
        (group::IMAGE, image::command::UPLOAD) => {
            let request = image::UploadRequest::decode(payload).ok()?;
            let data = request.data?;
            let data = data.get(..keep(data)?);
            image::UploadRequest { data, ..request }.encode(room).ok()?
        }
        (group::FILES, files::command::FILE) => {
            let request = files::UploadRequest::decode(payload).ok()?;
            let data = request.data?;
            let data = data.get(..keep(data)?);
            files::UploadRequest { data, ..request }.encode(room).ok()?
        }
        _ => return None,
    };
    place.copy_from_slice(&Header { length: u16::try_from(length).ok()?, ..header }.to_bytes());
    buffer.truncate(LENGTH + length);
    Some(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use westerly_wire::header::Version;

    fn packet<'m>(group: u16, command: u8, request: &impl Message<'m>) -> Vec<u8> {
        let mut payload = vec![0; 3000];
        let length = request.encode(&mut payload).unwrap();
        let (version, operation, sequence) = (Version::V2, Operation::Write, 7);
        let header = Header { version, operation, length: length.try_into().unwrap(), group, sequence, command };
        [&header.to_bytes(), &payload[..length]].concat()
    }

    #[test]
    fn a_part_of_an_image_is_cut_to_fit() {
        let data: Vec<u8> = (0..1400).map(|byte| byte as u8).collect();
        let request = image::UploadRequest {
            image: Some(0),
            length: Some(9999),
            offset: Some(0),
            sha: Some(&[5; 32]),
            data: Some(&data),
            upgrade: None,
        };
        let whole = packet(group::IMAGE, image::command::UPLOAD, &request);
        let cut = shortened(&whole, 1412).unwrap();
        assert!((1380..=1412).contains(&cut.len()), "{}", cut.len());
        let (header, payload) = Header::split(&cut).unwrap();
        assert_eq!((header.sequence, usize::from(header.length)), (7, payload.len()));
        let read = image::UploadRequest::decode(payload).unwrap();
        assert!(data.starts_with(read.data.unwrap()));
        assert_eq!(image::UploadRequest { data: Some(&data), ..read }, request);
        assert_eq!(shortened(&whole, whole.len()), None);
    }

    #[test]
    fn a_part_of_a_file_is_cut_to_fit() {
        let data = [9; 500];
        let request = files::UploadRequest { offset: 3, data: Some(&data), name: "/lfs1/x", length: None };
        let cut = shortened(&packet(group::FILES, files::command::FILE, &request), 384).unwrap();
        assert!(cut.len() <= 384);
        let read = files::UploadRequest::decode(&cut[LENGTH..]).unwrap();
        assert!(data.starts_with(read.data.unwrap()));
        assert_eq!((read.offset, read.name), (3, "/lfs1/x"));
    }

    #[test]
    fn what_is_no_upload_is_left_alone() {
        let request = files::UploadRequest { offset: 3, data: Some(&[9; 500]), name: "/lfs1/x", length: None };
        let whole = packet(group::FILES, files::command::FILE, &request);
        let read = [&[0x08], &whole[1..]].concat();
        let other = packet(group::OS, 0, &request);
        // Nothing would be left of the data.
        let small = 40;
        for (packet, limit) in [(&read, 384), (&other, 384), (&whole, small), (&[&whole[..], &whole[..]].concat(), 384)]
        {
            assert_eq!(shortened(packet, limit), None);
        }
        assert_eq!(shortened(&[0; 7], 3), None);
    }
}
