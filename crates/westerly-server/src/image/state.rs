// SPDX-License-Identifier: Apache-2.0
//! Which images are there, and what MCUboot is to do with them. The rules are those of Zephyr's server as it is configured by
//! default: any slot may be confirmed, and image 0 is the one whose code answers.

use core::str;

use westerly_wire::cbor::Value as _;
use westerly_wire::image::{IMAGES_KEY, ImageState, StateRequest, code};

use super::{BootState, Image, Slot, information};
use crate::decimal::{DIGITS, decimal};
use crate::mcuboot::Version;
use crate::{Failure, Response};

/// The image that the code answering here belongs to.
const OWN_IMAGE: u8 = 0;

/// Tells every slot that holds an image.
pub(super) fn read(device: &mut dyn Image, response: &mut Response<'_>) -> Result<(), Failure> {
    let writer = response.writer();
    writer.begin_map()?;
    writer.text(IMAGES_KEY)?;
    writer.begin_array()?;
    let images = device.images();
    for image in 0..images {
        let active = device.active(image);
        let state = device.boot_state(image);
        for slot in [0, 1] {
            let Ok(found) = information(device, Slot { image, slot }) else { continue };
            let runs = active == Some(slot);
            let waits = !runs && matches!(state, BootState::Test | BootState::Permanent);
            ImageState {
                image: (images > 1).then_some(image.into()),
                slot: slot.into(),
                version: VersionText::new(found.header.version).as_str(),
                hash: Some(found.hash.as_bytes()),
                bootable: Some(found.header.is_bootable()),
                pending: Some(waits),
                confirmed: Some(runs != (state == BootState::Revert)),
                active: Some(runs),
                permanent: Some(waits && state == BootState::Permanent),
            }
            .write(writer)?;
        }
    }
    writer.end()?;
    writer.text("splitStatus")?;
    writer.unsigned(0)?;
    Ok(writer.end()?)
}

/// Does what a request to test or confirm an image asks for.
pub(super) fn change(device: &mut dyn Image, request: &StateRequest<'_>) -> Result<(), Failure> {
    let confirm = request.confirm == Some(true);
    let slot = match request.hash.unwrap_or_default() {
        [] if confirm => running(device, OWN_IMAGE)?,
        hash if matches!(hash.len(), 32 | 48 | 64) => find(device, hash).ok_or(Failure::Group(code::HASH_NOT_FOUND))?,
        _ => return Err(Failure::Group(code::INVALID_HASH)),
    };
    let runs = running(device, slot.image)? == slot;
    match (confirm, runs) {
        (false, true) => return Err(Failure::Group(code::IMAGE_SETTING_TEST_TO_ACTIVE_DENIED)),
        // Code that runs here cannot know that another image's is good.
        (true, true) if slot.image != OWN_IMAGE => return Err(Failure::Group(code::IMAGE_CONFIRMATION_DENIED)),
        _ => {}
    }
    match (device.boot_state(slot.image), confirm, runs) {
        // It is so already.
        (BootState::Same, _, true)
        | (BootState::Test, false, false)
        | (BootState::Permanent, true, false)
        | (BootState::Revert, true, false) => Ok(()),
        (BootState::Same, permanent, false) => Ok(device.test(slot.image, permanent)?),
        (BootState::Revert, true, true) => Ok(device.confirm(slot.image)?),
        (BootState::Test | BootState::Permanent | BootState::Revert, ..) => {
            Err(Failure::Group(code::IMAGE_ALREADY_PENDING))
        }
    }
}

fn running(device: &dyn Image, image: u8) -> Result<Slot, Failure> {
    let slot = device.active(image).ok_or(Failure::Group(code::ACTIVE_SLOT_NOT_KNOWN))?;
    Ok(Slot { image, slot })
}

/// The first slot that holds the image with this hash.
fn find(device: &mut dyn Image, hash: &[u8]) -> Option<Slot> {
    let slots = (0..device.images()).flat_map(|image| [Slot { image, slot: 0 }, Slot { image, slot: 1 }]);
    let mut slots = slots;
    slots.find(|&slot| information(device, slot).is_ok_and(|found| found.hash.as_bytes() == hash))
}

/// A version as `major.minor.revision`, and `.build` unless that is 0.
struct VersionText {
    /// As long as the longest: 255.255.65535.4294967295.
    bytes: [u8; 24],
    length: usize,
}

impl VersionText {
    fn new(version: Version) -> Self {
        let mut text = Self { bytes: [0; 24], length: 0 };
        text.number(version.major.into());
        text.push(b'.');
        text.number(version.minor.into());
        text.push(b'.');
        text.number(version.revision.into());
        if version.build != 0 {
            text.push(b'.');
            text.number(version.build);
        }
        text
    }

    fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn number(&mut self, number: u32) {
        for &digit in decimal(number, &mut [0; DIGITS]) {
            self.push(digit);
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length = self.length.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_text() {
        let text = |major, minor, revision, build| {
            VersionText::new(Version { major, minor, revision, build }).as_str().to_owned()
        };
        assert_eq!(text(0, 0, 0, 0), "0.0.0");
        assert_eq!(text(1, 20, 300, 0), "1.20.300");
        assert_eq!(text(1, 0, 10, 7), "1.0.10.7");
        assert_eq!(text(255, 255, 65535, u32::MAX), "255.255.65535.4294967295");
        assert_eq!(text(0, 9, 100, 1_000_000_000), "0.9.100.1000000000");
    }
}
