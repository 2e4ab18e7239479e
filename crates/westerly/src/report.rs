// SPDX-License-Identifier: Apache-2.0
//! What is printed while a board runs: how to talk to it, then a line a message.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use westerly_sim::{Event, Peer};
use westerly_wire::cbor::Message as _;
use westerly_wire::error::{Code, Status};
use westerly_wire::header::Header;

use crate::names;

/// The only UDP port smpmgr knows.
const SMPMGR_PORT: u16 = 1337;

/// How to talk to a board.
pub(crate) fn greeting(udp: Option<SocketAddr>, serial: Option<&Path>, files: &Path) -> String {
    let mut text = format!("Westerly {}: a simulated board. Ctrl-C ends it.\n", env!("CARGO_PKG_VERSION"));
    if let Some(address) = udp {
        let _ = write!(text, "\nUDP     {address}\n{}", udp_commands(address));
    }
    if let Some(path) = serial {
        let path = path.display();
        let _ = write!(text, "\nSerial  {path}\n        smpmgr --port {path} os echo hello\n");
        let _ = writeln!(text, "        mcumgrctl --serial {path} os echo hello");
    }
    let device = device_arguments(udp, serial);
    let _ = writeln!(text, "\nWatch   westerly monitor{device}");
    let _ = writeln!(text, "        westerly telemetry --follow{device}");
    let _ = writeln!(text, "        westerly logs{device}");
    let _ = writeln!(text, "\nFiles   /lfs1 is {}", files.display());
    text
}

/// Where the commands of this program find the board; nothing where they look anyway.
fn device_arguments(udp: Option<SocketAddr>, serial: Option<&Path>) -> String {
    match (udp, serial) {
        (Some(address), _) => {
            let address = SocketAddr::new(reachable(address.ip()), address.port());
            if address == SocketAddr::from((Ipv4Addr::LOCALHOST, SMPMGR_PORT)) {
                String::new()
            } else {
                format!(" --udp {address}")
            }
        }
        (None, Some(path)) => format!(" --serial {}", path.display()),
        (None, None) => String::new(),
    }
}

/// An address of this machine for one that stands for all of them.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

fn udp_commands(address: SocketAddr) -> String {
    let ip = reachable(address.ip());
    let smpmgr = if address.port() == SMPMGR_PORT {
        format!("smpmgr --ip {ip} os echo hello")
    } else {
        format!("(smpmgr cannot: it always uses port {SMPMGR_PORT})")
    };
    let address = SocketAddr::new(ip, address.port());
    format!("        {smpmgr}\n        mcumgrctl --udp {address} os echo hello\n")
}

/// A line about something that happened; `None` where there is nothing to say.
pub(crate) fn line(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Answered { peer, request, response } => Some(answered(*peer, request, response)),
        Event::Dropped { peer, reason } => Some(format!("{}  dropped: {}", column(*peer), reason.text())),
        Event::NotSwapped { kind } => Some(format!("the image slots were not swapped: {kind}")),
        Event::Restarted { boots, request } => {
            let mode = request.boot_mode.map_or_else(String::new, |mode| format!(", boot mode {mode} asked for"));
            Some(format!("restarted: boot {boots}{mode}"))
        }
        _ => None,
    }
}

fn answered(peer: Peer, request: &[u8], response: &[u8]) -> String {
    let peer = column(peer);
    let sizes = format!("{} -> {} bytes", request.len(), response.len());
    let Some((header, _)) = Header::split(request) else {
        return format!("{peer}  {sizes}");
    };
    let operation = names::operation(header.operation);
    let command = names::command(header.group, header.command);
    format!("{peer}  {operation:<5}  {command:<22}  {sizes:<18}  {}", result(response))
}

fn column(peer: Peer) -> String {
    match peer {
        Peer::Udp(address) => format!("{:<27}", format!("udp {address}")),
        _ => format!("{:<27}", "serial"),
    }
}

fn result(response: &[u8]) -> String {
    let status = Header::split(response).and_then(|(_, payload)| Status::decode(payload).ok());
    match status {
        Some(Status { code: Some(code), .. }) if code != Code::Ok => names::code(code),
        Some(Status { error: Some(error), .. }) => names::group_error(error),
        Some(_) => "ok".into(),
        None => "unreadable".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered_with(request: &[u8], response: &[u8]) -> String {
        let peer = Peer::Udp("127.0.0.1:40000".parse().expect("an address"));
        line(&Event::Answered { peer, request, response }).expect("a line")
    }

    #[test]
    fn lines() {
        for (request, response, expected) in [
            (
                &b"\x0a\0\0\x06\0\0\x07\0\xbfadaa\xff"[..],
                &b"\x0b\0\0\x06\0\0\x07\0\xbfaraa\xff"[..],
                "udp 127.0.0.1:40000          write  os echo                 14 -> 14 bytes      ok",
            ),
            (
                b"\x08\0\0\0\0\x46\x07\0",
                b"\x09\0\0\x06\0\x46\x07\0\xbfbrc\x08\xff",
                "udp 127.0.0.1:40000          read   group 70 command 0      8 -> 14 bytes       rc 8 (not supported)",
            ),
            (
                b"\x08\0\0\0\0\0\x07\x04",
                b"\x09\0\0\x13\0\0\x07\x04\xbfcerr\xbfegroup\0brc\x04\xff\xff",
                "udp 127.0.0.1:40000          read   os date-time            8 -> 27 bytes       os error 4 (clock not set)",
            ),
        ] {
            assert_eq!(answered_with(request, response), expected);
        }
    }

    #[test]
    fn a_board_on_all_addresses_is_reached_on_loopback() {
        let text = greeting(Some("0.0.0.0:1337".parse().expect("an address")), None, Path::new("files"));
        assert!(text.contains("smpmgr --ip 127.0.0.1 os echo hello"), "{text}");
        assert!(text.contains("mcumgrctl --udp 127.0.0.1:1337 os echo hello"), "{text}");
        assert!(text.contains("westerly monitor\n"), "{text}");
    }

    #[test]
    fn smpmgr_is_not_offered_a_port_it_cannot_use() {
        let text = greeting(Some("127.0.0.1:4000".parse().expect("an address")), None, Path::new("files"));
        assert!(!text.contains("smpmgr --ip"), "{text}");
        assert!(text.contains("mcumgrctl --udp 127.0.0.1:4000 os echo hello"), "{text}");
        assert!(text.contains("westerly monitor --udp 127.0.0.1:4000\n"), "{text}");
    }
}
