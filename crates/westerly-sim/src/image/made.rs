// SPDX-License-Identifier: Apache-2.0
//! The image a board starts with: of this simulator's version, in MCUboot's format, and all text.

use sha2::{Digest as _, Sha256};
use westerly_server::mcuboot::{HEADER_LENGTH, MAGIC, tlv};

/// Bytes of a SHA-256, and of a TLV with its head.
const HASH: u16 = 32;
const TLV: u16 = HASH + 4;

/// A whole image: header, text, hash.
pub(super) fn own_image() -> Vec<u8> {
    let text = format!("This stands for the program of {} {}.\n", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let mut image = header(text.len());
    image.extend(text.as_bytes());
    let hash = Sha256::digest(&image);
    for number in [tlv::MAGIC, TLV + 4, tlv::SHA256, HASH] {
        image.extend(number.to_le_bytes());
    }
    image.extend(hash);
    image
}

/// Magic, load address, sizes of header and protected TLVs, size of the text, flags, version, and 4 bytes of nothing.
fn header(length: usize) -> Vec<u8> {
    let part = |text: &str| text.parse::<u32>().unwrap_or_default();
    let version = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH"));
    let (major, minor, revision) = (part(version.0), part(version.1), part(version.2));
    let sizes = HEADER_LENGTH as u32;
    let numbers = [MAGIC, 0, sizes, length as u32, 0, major | minor << 8 | revision << 16, 0, 0];
    numbers.into_iter().flat_map(u32::to_le_bytes).collect()
}
