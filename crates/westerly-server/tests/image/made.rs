// SPDX-License-Identifier: Apache-2.0
//! Images made for a test, right or wrong.

use sha2::{Digest as _, Sha256};
use westerly_server::mcuboot::Version;

/// What an image is to be; what is `None` is as it should be.
#[derive(Clone)]
pub struct Made {
    pub version: Version,
    pub flags: u32,
    pub body: Vec<u8>,
    pub header_size: Option<u16>,
    pub image_size: Option<u32>,
    pub protected_size: Option<u16>,
    pub tlv_size: Option<u16>,
    /// How many TLVs hold the hash.
    pub hashes: usize,
    pub wrong_hash: bool,
    /// Further TLVs in front of it.
    pub more: Vec<(u16, Vec<u8>)>,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            version: Version { major: 2, minor: 0, revision: 1, build: 0 },
            flags: 0,
            body: (0..40).collect(),
            header_size: None,
            image_size: None,
            protected_size: None,
            tlv_size: None,
            hashes: 1,
            wrong_hash: false,
            more: Vec::new(),
        }
    }
}

impl Made {
    pub fn bytes(&self) -> Vec<u8> {
        let size = u32::try_from(self.body.len()).unwrap();
        let mut image = 0x96f3_b83d_u32.to_le_bytes().to_vec();
        image.extend(0u32.to_le_bytes());
        image.extend(self.header_size.unwrap_or(32).to_le_bytes());
        image.extend(self.protected_size.unwrap_or(0).to_le_bytes());
        image.extend(self.image_size.unwrap_or(size).to_le_bytes());
        image.extend(self.flags.to_le_bytes());
        image.extend([self.version.major, self.version.minor]);
        image.extend(self.version.revision.to_le_bytes());
        image.extend(self.version.build.to_le_bytes());
        image.extend([0; 4]);
        image.extend(&self.body);
        let mut hash = sha256(&image);
        hash[0] ^= u8::from(self.wrong_hash);
        let mut tlvs = Vec::new();
        let hashes = (0..self.hashes).map(|_| (0x10, hash.to_vec()));
        for (kind, value) in self.more.iter().cloned().chain(hashes) {
            tlvs.extend(kind.to_le_bytes());
            tlvs.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
            tlvs.extend(value);
        }
        image.extend(0x6907_u16.to_le_bytes());
        image.extend(self.tlv_size.unwrap_or_else(|| u16::try_from(tlvs.len() + 4).unwrap()).to_le_bytes());
        image.extend(tlvs);
        image
    }
}

/// A valid image of so many bytes, 72 at least.
#[allow(dead_code, reason = "not everybody who shares this needs it")]
pub fn update(length: usize) -> Vec<u8> {
    let body = (0..length - 72).map(|place| u8::try_from(place * 7 % 251).unwrap()).collect();
    let image = Made { body, ..Made::default() }.bytes();
    assert_eq!(image.len(), length);
    image
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
