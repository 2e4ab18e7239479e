// SPDX-License-Identifier: Apache-2.0
//! Words for the numbers of the protocol.

use westerly_wire::error::{Code, GroupError};
use westerly_wire::header::Operation;
use westerly_wire::{
    access, crash, enumeration, files, group, image, io, log, os, settings, shell, statistics, telemetry, zephyr,
};

/// Group and command.
pub(crate) fn command(group: u16, command: u8) -> String {
    match (group_name(group), command_name(group, command)) {
        (Some(group), Some(command)) => format!("{group} {command}"),
        (Some(group), None) => format!("{group} command {command}"),
        (None, _) => format!("group {group} command {command}"),
    }
}

/// What a request asks to be done.
pub(crate) fn operation(operation: Operation) -> String {
    match operation {
        Operation::Read => "read".into(),
        Operation::Write => "write".into(),
        Operation::ReadResponse => "op 1".into(),
        Operation::WriteResponse => "op 3".into(),
        Operation::Reserved(raw) => format!("op {raw}"),
    }
}

/// An SMP code.
pub(crate) fn code(code: Code) -> String {
    let text = match code {
        Code::Ok => "ok",
        Code::Unknown => "unknown error",
        Code::NoMemory => "no memory",
        Code::Invalid => "invalid request",
        Code::TimedOut => "timed out",
        Code::NotFound => "not found",
        Code::BadState => "bad state",
        Code::TooLarge => "answer too large",
        Code::NotSupported => "not supported",
        Code::Corrupt => "damaged message",
        Code::Busy => "busy",
        Code::AccessDenied => "access denied",
        Code::VersionTooOld => "version too old",
        Code::VersionTooNew => "version too new",
        Code::Other(_) => "of the application",
    };
    format!("rc {} ({text})", u32::from(code))
}

/// A group's own code.
pub(crate) fn group_error(error: GroupError) -> String {
    let group = group_name(error.group).map_or_else(|| format!("group {}", error.group), Into::into);
    match group_code(error) {
        Some(text) => format!("{group} error {} ({text})", error.code),
        None => format!("{group} error {}", error.code),
    }
}

/// A group.
pub(crate) fn group(group: u16) -> String {
    group_name(group).map_or_else(|| format!("group {group}"), Into::into)
}

fn group_name(group: u16) -> Option<&'static str> {
    Some(match group {
        group::OS => "os",
        group::IMAGE => "image",
        group::STATISTICS => "statistics",
        group::SETTINGS => "settings",
        group::FILES => "files",
        group::SHELL => "shell",
        group::ENUMERATION => "enumeration",
        group::ZEPHYR => "zephyr",
        group::TELEMETRY => "telemetry",
        group::LOG => "log",
        group::IO => "io",
        group::ACCESS => "access",
        group::CRASH => "crash",
        _ => return None,
    })
}

fn command_name(group: u16, command: u8) -> Option<&'static str> {
    Some(match (group, command) {
        (group::OS, os::command::ECHO) => "echo",
        (group::OS, os::command::TASK_STATISTICS) => "task statistics",
        (group::OS, os::command::MEMORY_POOLS) => "memory pools",
        (group::OS, os::command::DATE_TIME) => "date-time",
        (group::OS, os::command::RESET) => "reset",
        (group::OS, os::command::PARAMETERS) => "parameters",
        (group::OS, os::command::APPLICATION) => "application",
        (group::OS, os::command::BOOTLOADER) => "bootloader",
        (group::STATISTICS, statistics::command::GROUP) => "group",
        (group::STATISTICS, statistics::command::LIST) => "list",
        (group::SETTINGS, settings::command::VALUE) => "value",
        (group::SETTINGS, settings::command::DELETE) => "delete",
        (group::SETTINGS, settings::command::COMMIT) => "commit",
        (group::SETTINGS, settings::command::STORAGE) => "storage",
        (group::SHELL, shell::command::EXECUTE) => "execute",
        (group::ZEPHYR, zephyr::command::ERASE_STORAGE) => "erase storage",
        (group::FILES, files::command::FILE) => "file",
        (group::FILES, files::command::STATUS) => "status",
        (group::FILES, files::command::HASH) => "hash",
        (group::FILES, files::command::HASH_TYPES) => "hash types",
        (group::FILES, files::command::CLOSE) => "close",
        (group::IMAGE, image::command::STATE) => "state",
        (group::IMAGE, image::command::UPLOAD) => "upload",
        (group::IMAGE, image::command::ERASE) => "erase",
        (group::IMAGE, image::command::SLOT_INFO) => "slot info",
        (group::TELEMETRY, telemetry::command::TOPICS) => "topics",
        (group::TELEMETRY, telemetry::command::READ) => "read",
        (group::TELEMETRY, telemetry::command::LATEST) => "latest",
        (group::TELEMETRY, telemetry::command::CONFIGURE) => "configure",
        (group::LOG, log::command::READ) => "read",
        (group::LOG, log::command::LEVEL) => "level",
        (group::CRASH, crash::command::RECORD) => "record",
        (group::CRASH, crash::command::LOG) => "log",
        (group::CRASH, crash::command::CLEAR) => "clear",
        (group::IO, io::command::LIST) => "list",
        (group::IO, io::command::VALUE) => "value",
        (group::IO, io::command::PULSE) => "pulse",
        (group::ACCESS, access::command::CHALLENGE) => "challenge",
        (group::ACCESS, access::command::LOGIN) => "login",
        (group::ACCESS, access::command::SEAL) => "seal",
        (group::ACCESS, access::command::LOGOUT) => "logout",
        (group::ACCESS, access::command::SESSION) => "session",
        (group::ACCESS, access::command::KEYS) => "keys",
        (group::ACCESS, access::command::POLICY) => "policy",
        (group::ENUMERATION, enumeration::command::COUNT) => "count",
        (group::ENUMERATION, enumeration::command::LIST) => "list",
        (group::ENUMERATION, enumeration::command::SINGLE) => "single",
        (group::ENUMERATION, enumeration::command::DETAILS) => "details",
        _ => return None,
    })
}

fn group_code(error: GroupError) -> Option<&'static str> {
    Some(match (error.group, error.code) {
        (group::OS, os::code::INVALID_FORMAT) => "invalid format",
        (group::OS, os::code::NO_ANSWER) => "no answer to the query",
        (group::OS, os::code::CLOCK_NOT_SET) => "clock not set",
        (group::OS, os::code::CLOCK_FAILED) => "clock failed",
        (group::OS, os::code::QUERY_NOT_VALID) => "query not valid",
        (group::STATISTICS, statistics::code::INVALID_NAME) => "no such group",
        (group::SETTINGS, settings::code::KEY_TOO_LONG) => "name too long",
        (group::SETTINGS, settings::code::KEY_NOT_FOUND) => "no such name",
        (group::SETTINGS, settings::code::READ_NOT_SUPPORTED) => "cannot be read",
        (group::SETTINGS, settings::code::ROOT_KEY_NOT_FOUND) => "no such root",
        (group::SETTINGS, settings::code::WRITE_NOT_SUPPORTED) => "cannot be written",
        (group::SETTINGS, settings::code::DELETE_NOT_SUPPORTED) => "cannot be deleted",
        (group::SETTINGS, settings::code::SAVE_NOT_SUPPORTED) => "cannot be saved by name",
        (group::SHELL, shell::code::COMMAND_TOO_LONG) => "line too long",
        (group::SHELL, shell::code::EMPTY_COMMAND) => "empty line",
        (group::ZEPHYR, zephyr::code::FLASH_OPEN_FAILED) => "storage does not open",
        (group::ZEPHYR, zephyr::code::FLASH_CONFIG_QUERY_FAIL) => "flash unknown",
        (group::ZEPHYR, zephyr::code::FLASH_ERASE_FAILED) => "not erased",
        (group::FILES, files::code::INVALID_NAME) => "invalid name",
        (group::FILES, files::code::NOT_FOUND) => "not found",
        (group::FILES, files::code::IS_DIRECTORY) => "is a directory",
        (group::FILES, files::code::OPEN_FAILED) => "cannot be opened",
        (group::FILES, files::code::READ_FAILED) => "cannot be read",
        (group::FILES, files::code::WRITE_FAILED) => "cannot be written",
        (group::FILES, files::code::OFFSET_NOT_VALID) => "goes on elsewhere",
        (group::FILES, files::code::OFFSET_TOO_LARGE) => "offset past the end",
        (group::FILES, files::code::HASH_TYPE_NOT_FOUND) => "no such hash",
        (group::FILES, files::code::MOUNT_POINT_NOT_FOUND) => "no file system there",
        (group::FILES, files::code::READ_ONLY) => "read only",
        (group::FILES, files::code::EMPTY) => "file is empty",
        (group::TELEMETRY, telemetry::code::UNKNOWN_TOPIC) => "no such topic",
        (group::TELEMETRY, telemetry::code::INVALID_CONFIGURATION) => "cannot be configured so",
        (group::TELEMETRY, telemetry::code::NOT_KEPT) => "configured until the restart",
        (group::LOG, log::code::UNKNOWN_LEVEL) => "no such level",
        (group::LOG, log::code::NOT_KEPT) => "set until the restart",
        (group::IO, io::code::UNKNOWN_NAME) => "no such name",
        (group::IO, io::code::NOT_AN_OUTPUT) => "not an output",
        (group::IO, io::code::DEVICE_FAILED) => "its device failed",
        (group::IO, io::code::INVALID_DURATION) => "no such duration",
        (group::IMAGE, code) => return image_code(code),
        (group::ACCESS, code) => return access_code(code),
        (group::ENUMERATION, enumeration::code::INDEX_TOO_LARGE) => "index too large",
        _ => return None,
    })
}

fn image_code(code: u16) -> Option<&'static str> {
    use image::code;
    Some(match code {
        code::HASH_NOT_FOUND => "no image with that hash",
        code::NO_FREE_SLOT => "no free slot",
        code::FLASH_READ_FAILED => "cannot be read",
        code::FLASH_WRITE_FAILED => "cannot be written",
        code::FLASH_ERASE_FAILED => "cannot be erased",
        code::INVALID_SLOT => "no such slot",
        code::FLASH_CONTEXT_ALREADY_SET => "another client uploads",
        code::INVALID_OFFSET => "no offset",
        code::INVALID_LENGTH => "no length",
        code::INVALID_IMAGE_HEADER => "invalid header",
        code::INVALID_IMAGE_HEADER_MAGIC => "no image",
        code::INVALID_HASH => "invalid hash",
        code::CURRENT_VERSION_IS_NEWER => "no newer version",
        code::IMAGE_ALREADY_PENDING => "another waits to be booted",
        code::INVALID_IMAGE_TOO_LARGE => "too large",
        code::INVALID_IMAGE_DATA_OVERRUN => "more than announced",
        code::IMAGE_SETTING_TEST_TO_ACTIVE_DENIED => "it runs",
        _ => return None,
    })
}

fn access_code(code: u16) -> Option<&'static str> {
    use access::code;
    Some(match code {
        code::LOCKED_OUT => "locked after wrong logins",
        code::STALE_CHALLENGE => "stale challenge",
        code::UNKNOWN_KEY => "no such key",
        code::INVALID_KEY => "no key",
        code::NO_ROOM => "no room for another key",
        code::INVALID_RULES => "no rules",
        code::WOULD_LOCK_OUT => "would lock the caller out",
        code::WRONG_TRANSPORT => "not over this transport",
        code::NOT_KEPT => "not kept",
        code::NO_FRESHNESS => "counts no restarts",
        _ => return None,
    })
}
