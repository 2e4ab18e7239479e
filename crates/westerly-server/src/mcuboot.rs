// SPDX-License-Identifier: Apache-2.0
//! MCUboot's image format (its documentation, "Bootloader", sections "Image format" and "TLV allow list"), read in small
//! parts: no image is ever in memory.
//!
//! ```text
//! header   32 bytes at least: magic, load address, sizes, flags, version
//! image    code and data
//! TLVs     protected (optional): magic 0x6908, size of the area, then type, length, value ...
//!          others: magic 0x6907, the same; one of them is the hash of all that comes before them
//! ```
//! All numbers are little endian. [`parse`] takes what MCUboot could take: the areas are within the source, in order, and there
//! is exactly one hash. [`verify`] also computes it. Both end after reading each byte of the source once at most, and the TLVs,
//! 64 KiB at most, twice.
//!
//! What it will not do: check a signature, decrypt or decompress. MCUboot does that before it boots an image.

use crate::FlashError;
use westerly_wire::sha256::Sha256;

/// What an image starts with.
pub const MAGIC: u32 = 0x96f3_b83d;
/// Bytes of the header's fields. The header may say that it is longer.
pub const HEADER_LENGTH: usize = 32;
/// The same for arithmetic on offsets.
pub(crate) const HEADER_SIZE: u32 = 32;

/// Flags of a header.
pub mod flag {
    /// The image's code is encrypted with AES-128.
    pub const ENCRYPTED_AES128: u32 = 0x04;
    /// The image's code is encrypted with AES-256.
    pub const ENCRYPTED_AES256: u32 = 0x08;
    /// The image is not one to be booted.
    pub const NON_BOOTABLE: u32 = 0x10;
}

/// Types of TLVs, and what their areas start with.
pub mod tlv {
    /// Starts the area of the TLVs that the hash does not cover.
    pub const MAGIC: u16 = 0x6907;
    /// Starts the area of the TLVs that the hash covers.
    pub const PROTECTED_MAGIC: u16 = 0x6908;
    /// The SHA-256 of the image.
    pub const SHA256: u16 = 0x10;
    /// The SHA-384 of the image.
    pub const SHA384: u16 = 0x11;
    /// The SHA-512 of the image.
    pub const SHA512: u16 = 0x12;
}

/// Bytes of the head of an area of TLVs, and of the head of one TLV.
const TLV_HEAD: u32 = 4;
/// Bytes of an image that are hashed at a time.
const PART: usize = 128;

/// Where an image is read from.
pub trait Source {
    /// Bytes there are; an image must be within them.
    fn length(&self) -> u32;

    /// Fills `into` from `offset` on.
    ///
    /// # Errors
    /// See [`FlashError`].
    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError>;
}

/// Why there is no image MCUboot could take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageError {
    /// It does not start with [`MAGIC`].
    Magic,
    /// A size in the header is impossible, or the image would not be within its source.
    Header,
    /// There is no area of TLVs, or it is not within the source.
    NoTlvs,
    /// A TLV is not within its area, or a hash is not of its type's length.
    InvalidTlv,
    /// There is no hash.
    NoHash,
    /// There are several hashes.
    SeveralHashes,
    /// The hash cannot be computed here: the image is encrypted, or the hash is no SHA-256.
    Unverifiable,
    /// The source could not be read.
    Flash(FlashError),
}

impl From<FlashError> for ImageError {
    fn from(error: FlashError) -> Self {
        Self::Flash(error)
    }
}

/// The version of an image. The order is that of the parts, first to last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "named after the parts of a version")]
pub struct Version {
    pub major: u8,
    pub minor: u8,
    pub revision: u16,
    pub build: u32,
}

/// The fields of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Where the image is to be loaded, for some kinds of image.
    pub load_address: u32,
    /// Bytes from the beginning to the image's code.
    pub header_size: u16,
    /// Bytes of the protected TLVs, with the head of their area; 0 when there are none.
    pub protected_size: u16,
    /// Bytes of the image's code and data.
    pub image_size: u32,
    /// See [`flag`].
    pub flags: u32,
    /// The version.
    pub version: Version,
}

impl Header {
    /// Reads the fields.
    ///
    /// # Errors
    /// [`ImageError::Magic`], and [`ImageError::Header`] for sizes that no image has.
    pub fn parse(bytes: &[u8; HEADER_LENGTH]) -> Result<Self, ImageError> {
        if u32::from_le_bytes(field(bytes, 0)) != MAGIC {
            return Err(ImageError::Magic);
        }
        let [major] = field(bytes, 20);
        let [minor] = field(bytes, 21);
        let header = Self {
            load_address: u32::from_le_bytes(field(bytes, 4)),
            header_size: u16::from_le_bytes(field(bytes, 8)),
            protected_size: u16::from_le_bytes(field(bytes, 10)),
            image_size: u32::from_le_bytes(field(bytes, 12)),
            flags: u32::from_le_bytes(field(bytes, 16)),
            version: Version {
                major,
                minor,
                revision: u16::from_le_bytes(field(bytes, 22)),
                build: u32::from_le_bytes(field(bytes, 24)),
            },
        };
        if u32::from(header.header_size) < HEADER_SIZE {
            return Err(ImageError::Header);
        }
        header.hashed_length()?;
        Ok(header)
    }

    /// Bytes from the beginning to the TLVs that are not protected: what the hash covers.
    ///
    /// # Errors
    /// [`ImageError::Header`] when that is more than 32 bits can tell.
    pub fn hashed_length(&self) -> Result<u32, ImageError> {
        let code = self.code_end();
        code.and_then(|code| code.checked_add(self.protected_size.into())).ok_or(ImageError::Header)
    }

    /// Whether the image can be booted.
    #[must_use]
    pub const fn is_bootable(&self) -> bool {
        self.flags & flag::NON_BOOTABLE == 0
    }

    /// Whether the hash is of something else than what is there.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.flags & (flag::ENCRYPTED_AES128 | flag::ENCRYPTED_AES256) != 0
    }

    fn code_end(&self) -> Option<u32> {
        self.image_size.checked_add(self.header_size.into())
    }
}

/// The hash in an image's TLVs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash {
    bytes: [u8; 64],
    length: u16,
}

impl Hash {
    /// 32 bytes of a SHA-256, 48 of a SHA-384 or 64 of a SHA-512.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length.into()).unwrap_or_default()
    }

    /// Bytes of the hash of a TLV's type, if it is one.
    fn length_of(kind: u16) -> Option<u16> {
        match kind {
            tlv::SHA256 => Some(32),
            tlv::SHA384 => Some(48),
            tlv::SHA512 => Some(64),
            _ => None,
        }
    }
}

/// What [`parse`] finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Information {
    /// The header.
    pub header: Header,
    /// The hash in the TLVs.
    pub hash: Hash,
    /// Bytes of the image from its header to its last TLV.
    pub length: u32,
}

/// Reads header and TLVs.
///
/// # Errors
/// See [`ImageError`].
pub fn parse(source: &mut dyn Source) -> Result<Information, ImageError> {
    let mut bytes = [0; HEADER_LENGTH];
    source.read(0, &mut bytes)?;
    let header = Header::parse(&bytes)?;
    let end = header.hashed_length()?;
    if end > source.length() {
        return Err(ImageError::Header);
    }
    if header.protected_size != 0 {
        let start = header.code_end().ok_or(ImageError::Header)?;
        if head(source, start)? != (tlv::PROTECTED_MAGIC, header.protected_size) {
            return Err(ImageError::NoTlvs);
        }
    }
    let (magic, size) = head(source, end)?;
    let length = end.checked_add(size.into()).filter(|&length| length <= source.length());
    match length {
        Some(length) if magic == tlv::MAGIC => {
            let hash = find_hash(source, end.saturating_add(TLV_HEAD), length)?;
            Ok(Information { header, hash, length })
        }
        _ => Err(ImageError::NoTlvs),
    }
}

/// Reads header and TLVs, and whether the SHA-256 among these is that of the image.
///
/// # Errors
/// See [`ImageError`]; a hash that differs is none.
pub fn verify(source: &mut dyn Source) -> Result<bool, ImageError> {
    let Information { header, hash, .. } = parse(source)?;
    if header.is_encrypted() || hash.length != 32 {
        return Err(ImageError::Unverifiable);
    }
    Ok(sha256(source, header.hashed_length()?)? == hash.as_bytes())
}

/// The SHA-256 of the first `length` bytes.
///
/// # Errors
/// See [`FlashError`].
pub(crate) fn sha256(source: &mut dyn Source, length: u32) -> Result<[u8; 32], FlashError> {
    let mut hash = Sha256::new();
    let mut part = [0; PART];
    let mut offset = 0;
    while offset < length {
        let left = usize::try_from(length.wrapping_sub(offset)).unwrap_or(PART);
        let part = part.get_mut(..left.min(PART)).unwrap_or_default();
        source.read(offset, part)?;
        hash.update(part);
        offset = offset.saturating_add(u32::try_from(part.len()).unwrap_or(length));
    }
    Ok(hash.finish())
}

/// The one hash among the TLVs from `start` to `end`.
fn find_hash(source: &mut dyn Source, start: u32, end: u32) -> Result<Hash, ImageError> {
    let mut found = None;
    let mut offset = start;
    while offset < end {
        let (kind, length) = head(source, offset)?;
        let value = offset.saturating_add(TLV_HEAD);
        offset = value.checked_add(length.into()).filter(|&next| next <= end).ok_or(ImageError::InvalidTlv)?;
        let Some(expected) = Hash::length_of(kind) else { continue };
        if found.is_some() {
            return Err(ImageError::SeveralHashes);
        }
        if length != expected {
            return Err(ImageError::InvalidTlv);
        }
        let mut hash = Hash { bytes: [0; 64], length };
        source.read(value, hash.bytes.get_mut(..length.into()).unwrap_or_default())?;
        found = Some(hash);
    }
    found.ok_or(ImageError::NoHash)
}

/// The two numbers that an area of TLVs, or a TLV, starts with.
fn head(source: &mut dyn Source, offset: u32) -> Result<(u16, u16), ImageError> {
    if offset.checked_add(TLV_HEAD).is_none_or(|end| end > source.length()) {
        return Err(ImageError::NoTlvs);
    }
    let mut bytes = [0; 4];
    source.read(offset, &mut bytes)?;
    let [first, second, third, fourth] = bytes;
    Ok((u16::from_le_bytes([first, second]), u16::from_le_bytes([third, fourth])))
}

fn field<const N: usize>(bytes: &[u8; HEADER_LENGTH], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}
