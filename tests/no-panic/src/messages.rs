// SPDX-License-Identifier: Apache-2.0
//! Every message of westerly-wire: decoded from any bytes; any value compared, and encoded into any buffer.

use westerly_wire::cbor::Message;
use westerly_wire::{
    access, crash, enumeration, error, files, image, io, log, os, settings, shell, statistics, telemetry,
};

use crate::opaque::{reference, reference_mut, sink, slice, slice_mut};

/// One entry a message.
macro_rules! messages {
    ($($module:ident::$message:ident),* $(,)?) => {
        pub const ENTRIES: &[fn()] = &[$({
            #[inline(never)]
            fn entry() {
                sink(<$module::$message as Message>::decode(slice()));
                sink(<$module::$message as Message>::encode(reference(), slice_mut()));
                sink(<$module::$message as westerly_wire::cbor::Value>::read(reference_mut()));
                sink(<$module::$message as westerly_wire::cbor::Value>::write(reference(), reference_mut()));
                sink(reference::<$module::$message>() == reference());
            }
            entry
        }),*];
    };
}

messages! {
    error::SmpError,
    error::GroupError,
    error::GroupErrorResponse,
    error::Status,
    os::EchoRequest,
    os::EchoResponse,
    os::Empty,
    os::Task,
    os::TaskStatisticsResponse,
    os::MemoryPool,
    os::MemoryPoolsResponse,
    os::DateTimeRequest,
    os::DateTimeResponse,
    os::ResetRequest,
    os::ParametersResponse,
    os::ApplicationRequest,
    os::ApplicationResponse,
    os::BootloaderRequest,
    os::BootloaderResponse,
    os::BootloaderModeResponse,
    enumeration::CountResponse,
    enumeration::ListResponse,
    enumeration::SingleRequest,
    enumeration::SingleResponse,
    enumeration::DetailsRequest,
    enumeration::Details,
    enumeration::DetailsResponse,
    files::DownloadRequest,
    files::DownloadResponse,
    files::UploadRequest,
    files::UploadResponse,
    files::StatusRequest,
    files::StatusResponse,
    files::HashRequest,
    files::HashResponse,
    files::HashKind,
    files::HashTypesResponse,
    image::ImageState,
    image::StateResponse,
    image::StateRequest,
    image::UploadRequest,
    image::UploadResponse,
    image::EraseRequest,
    image::SlotInformation,
    image::ImageSlots,
    image::SlotInfoResponse,
    settings::ReadRequest,
    settings::ReadResponse,
    settings::WriteRequest,
    settings::DeleteRequest,
    settings::SaveRequest,
    shell::ExecuteRequest,
    shell::ExecuteResponse,
    statistics::GroupRequest,
    statistics::GroupResponse,
    statistics::ListResponse,
    telemetry::TopicsRequest,
    telemetry::Topic,
    telemetry::TopicsResponse,
    telemetry::ReadRequest,
    telemetry::ReadResponse,
    telemetry::LatestRequest,
    telemetry::LatestResponse,
    telemetry::Configure,
    log::ReadRequest,
    log::ReadResponse,
    log::LevelResponse,
    log::LevelRequest,
    io::ListRequest,
    io::Line,
    io::ListResponse,
    io::ReadRequest,
    io::ReadResponse,
    io::WriteRequest,
    io::PulseRequest,
    crash::RecordResponse,
    crash::LogRequest,
    crash::LogResponse,
    access::ChallengeResponse,
    access::LoginRequest,
    access::LoginResponse,
    access::SealMessage,
    access::SessionResponse,
    access::Key,
    access::KeysResponse,
    access::KeyRequest,
    access::PolicyRequest,
    access::PolicyResponse,
    access::PolicyWrite,
}
