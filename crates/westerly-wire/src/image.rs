// SPDX-License-Identifier: Apache-2.0
//! The messages of the image group (1): firmware images for MCUboot (Zephyr documentation, "Application/software image
//! management group"). Offsets and lengths are bytes.

use crate::cbor::List;
use crate::message;

/// Command numbers.
pub mod command {
    /// Which images are there; read, or write to test or confirm one.
    pub const STATE: u8 = 0;
    /// Brings an image; write.
    pub const UPLOAD: u8 = 1;
    /// Erases a slot; write.
    pub const ERASE: u8 = 5;
    /// How large the slots are; read.
    pub const SLOT_INFO: u8 = 6;
    /// One more than the highest command.
    pub const HANDLERS: u8 = 7;
}

/// Codes of this group's errors.
pub mod code {
    /// The layout of the flash could not be told.
    pub const FLASH_CONFIG_QUERY_FAIL: u16 = 2;
    /// The slot holds no image.
    pub const NO_IMAGE: u16 = 3;
    /// The image has no TLVs.
    pub const NO_TLVS: u16 = 4;
    /// A TLV of the image is not valid.
    pub const INVALID_TLV: u16 = 5;
    /// The image has more than one hash.
    pub const TLV_MULTIPLE_HASHES_FOUND: u16 = 6;
    /// A TLV has a size it cannot have.
    pub const TLV_INVALID_SIZE: u16 = 7;
    /// The image has no hash, or none has the hash asked for.
    pub const HASH_NOT_FOUND: u16 = 8;
    /// No slot is free.
    pub const NO_FREE_SLOT: u16 = 9;
    /// The flash could not be opened.
    pub const FLASH_OPEN_FAILED: u16 = 10;
    /// The flash could not be read.
    pub const FLASH_READ_FAILED: u16 = 11;
    /// The flash could not be written.
    pub const FLASH_WRITE_FAILED: u16 = 12;
    /// The flash could not be erased.
    pub const FLASH_ERASE_FAILED: u16 = 13;
    /// There is no such slot.
    pub const INVALID_SLOT: u16 = 14;
    /// There is no memory for it.
    pub const NO_FREE_MEMORY: u16 = 15;
    /// The flash is already in use.
    pub const FLASH_CONTEXT_ALREADY_SET: u16 = 16;
    /// The flash is not in use.
    pub const FLASH_CONTEXT_NOT_SET: u16 = 17;
    /// The slot has no flash device.
    pub const FLASH_AREA_DEVICE_NULL: u16 = 18;
    /// The offset is on no page.
    pub const INVALID_PAGE_OFFSET: u16 = 19;
    /// The part does not say where it begins.
    pub const INVALID_OFFSET: u16 = 20;
    /// The first part has no length.
    pub const INVALID_LENGTH: u16 = 21;
    /// The first part does not hold a whole image header.
    pub const INVALID_IMAGE_HEADER: u16 = 22;
    /// The image does not start as MCUboot's do.
    pub const INVALID_IMAGE_HEADER_MAGIC: u16 = 23;
    /// The hash is not of the length it must have.
    pub const INVALID_HASH: u16 = 24;
    /// The image is linked for another address.
    pub const INVALID_FLASH_ADDRESS: u16 = 25;
    /// The version of the running image could not be told.
    pub const VERSION_GET_FAILED: u16 = 26;
    /// The running image is newer than the one brought.
    pub const CURRENT_VERSION_IS_NEWER: u16 = 27;
    /// An image is already waiting to be booted.
    pub const IMAGE_ALREADY_PENDING: u16 = 28;
    /// The image has no vector table.
    pub const INVALID_IMAGE_VECTOR_TABLE: u16 = 29;
    /// The image does not fit the slot.
    pub const INVALID_IMAGE_TOO_LARGE: u16 = 30;
    /// More came than was announced.
    pub const INVALID_IMAGE_DATA_OVERRUN: u16 = 31;
    /// The image cannot be confirmed.
    pub const IMAGE_CONFIRMATION_DENIED: u16 = 32;
    /// The running image cannot be set to test.
    pub const IMAGE_SETTING_TEST_TO_ACTIVE_DENIED: u16 = 33;
    /// Which slot runs is not known.
    pub const ACTIVE_SLOT_NOT_KNOWN: u16 = 34;
}

message! {
    /// One image in a slot.
    pub struct ImageState<'b> {
        /// Number of the image on a device with several; 0 when absent.
        image: optional u32 = "image",
        /// Slot of that image, 0 or 1.
        slot: required u32 = "slot",
        /// Version as `major.minor.revision`, and `.build` when that is not 0.
        version: required &'b str = "version",
        /// The hash in the image's TLVs.
        hash: optional &'b [u8] = "hash",
        /// Whether it can be booted.
        bootable: optional bool = "bootable",
        /// Whether it is booted next.
        pending: optional bool = "pending",
        /// Whether it stays for good.
        confirmed: optional bool = "confirmed",
        /// Whether it runs.
        active: optional bool = "active",
        /// Whether it stays for good once it is booted next.
        permanent: optional bool = "permanent",
    }
}

/// The key of the images in [`StateResponse`], for writers that have no slice of them.
pub const IMAGES_KEY: &str = "images";

message! {
    /// Which images are there.
    pub struct StateResponse<'b> {
        /// Each slot that holds one.
        images: required List<'b, ImageState<'b>> = "images",
        /// Always 0, where a server tells it.
        split_status: optional i32 = "splitStatus",
    }
}

message! {
    /// Tests or confirms an image.
    pub struct StateRequest<'b> {
        /// Which one; the running one when absent, which can only be confirmed.
        hash: optional &'b [u8] = "hash",
        /// For good, or for the next boot only; the latter when absent.
        confirm: optional bool = "confirm",
    }
}

message! {
    /// Brings a part of an image.
    pub struct UploadRequest<'b> {
        /// Number of the image on a device with several; 0 when absent.
        image: optional u32 = "image",
        /// Length of the whole image; must be there with the first part.
        length: optional u64 = "len",
        /// Where the part begins; must be there, but its absence has a code of its own.
        offset: optional u64 = "off",
        /// SHA-256 of the whole upload, by which an interrupted one is known again and a finished one is checked.
        sha: optional &'b [u8] = "sha",
        /// The part.
        data: optional &'b [u8] = "data",
        /// Whether only a newer version is to be taken.
        upgrade: optional bool = "upgrade",
    }
}

message! {
    /// How far an upload has come.
    pub struct UploadResponse {
        /// Where the next part begins; 0 means start again.
        offset: required u64 = "off",
        /// Whether the whole has the announced SHA-256; with the last part only.
        matches: optional bool = "match",
    }
}

message! {
    /// Erases a slot.
    pub struct EraseRequest {
        /// Counted over all images: slot 1 of image 0 is 1; 1 when absent.
        slot: optional u32 = "slot",
    }
}

message! {
    /// One slot.
    pub struct SlotInformation {
        /// 0 or 1.
        slot: required u32 = "slot",
        /// Bytes of it.
        size: required u64 = "size",
        /// What to give as image number for an upload that goes into this slot; absent where none does.
        upload_image_id: optional u32 = "upload_image_id",
    }
}

message! {
    /// The slots of one image.
    pub struct ImageSlots<'b> {
        /// Number of the image.
        image: required u32 = "image",
        /// Its slots.
        slots: required List<'b, SlotInformation> = "slots",
        /// Bytes of the largest image that can be booted from them.
        max_image_size: optional u64 = "max_image_size",
    }
}

message! {
    /// The slots of all images.
    pub struct SlotInfoResponse<'b> {
        /// By image.
        images: required List<'b, ImageSlots<'b>> = "images",
    }
}
