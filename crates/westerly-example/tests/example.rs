// SPDX-License-Identifier: Apache-2.0
//! The example answers, and docs/add-a-message.md shows it as it is.

use westerly_example::ExampleGroup;
use westerly_server::{AllowAll, Buffers, Caller, Identity, Requests, Server, Transport};

/// The payload of the answer to a packet, and the one after it.
fn answers(packets: &[&[u8]]) -> Vec<Vec<u8>> {
    let caller = Caller {
        transport: Transport::Serial,
        identity: Identity::Anonymous,
        peer: 0,
        buffers: Buffers { size: 384, count: 1 },
    };
    let mut server = Server::new(AllowAll);
    let mut example = ExampleGroup::NEW;
    let answer = |packet: &&[u8]| {
        let mut buffer = [0; 384];
        let answer = server.handle(&mut [&mut example], &caller, &mut Requests::new(packet), &mut buffer);
        buffer[8..answer.expect("one request").length].to_vec()
    };
    packets.iter().map(answer).collect()
}

const READ: &[u8] = b"\x08\0\0\x0d\0\x46\x07\0\xa1dnamefvisits";
const SET_TO_5: &[u8] = b"\x0a\0\0\x14\0\x46\x07\0\xa2dnamefvisitsecount\x05";

#[test]
fn set_and_read() {
    assert_eq!(answers(&[READ, SET_TO_5, READ]), [&b"\xbfecount\0\xff"[..], b"\xbf\xff", b"\xbfecount\x05\xff"]);
}

#[test]
fn what_is_refused() {
    for (packet, answer) in [
        // No such name, none at all, no such command.
        (&b"\x08\0\0\x0a\0\x46\x07\0\xa1dnamectea"[..], &b"\xbfcerr\xbfegroup\x18\x46brc\x02\xff\xff"[..]),
        (b"\x08\0\0\x01\0\x46\x07\0\xa0", b"\xbfbrc\x03\xff"),
        (b"\x0a\0\0\x0d\0\x46\x07\0\xa1dnamefvisits", b"\xbfbrc\x03\xff"),
        (b"\x08\0\0\x01\0\x46\x07\x01\xa0", b"\xbfbrc\x08\xff"),
    ] {
        assert_eq!(answers(&[packet]), [answer], "{packet:02x?}");
    }
}

/// Each piece of Rust in the document stands in a file of the repository, which its first line names.
#[test]
fn the_document_shows_what_there_is() {
    let document = include_str!("../../../docs/add-a-message.md");
    let files = [
        ("crates/westerly-example/src/lib.rs", include_str!("../src/lib.rs")),
        ("crates/westerly-example/tests/example.rs", include_str!("example.rs")),
        ("crates/westerly-sim/src/board.rs", include_str!("../../westerly-sim/src/board.rs")),
        ("crates/westerly-firmware/src/server.rs", include_str!("../../westerly-firmware/src/server.rs")),
        ("clients/example_group.py", include_str!("../../../clients/example_group.py")),
        ("tests/clients/test_plug_ins.py", include_str!("../../../tests/clients/test_plug_ins.py")),
    ];
    let mut shown = [0; 6];
    for block in document.split("```").skip(1).step_by(2) {
        let (language, code) = block.split_once('\n').expect("a language, then code");
        if !matches!(language, "rust" | "python") {
            continue;
        }
        let (named, code) = code.split_once('\n').expect("the file's name, then its text");
        let place =
            files.iter().position(|(name, _)| named.ends_with(name)).unwrap_or_else(|| panic!("which file? {named}"));
        let (name, text) = files[place];
        // Lines of the file in a row; an ellipsis stands for others.
        for part in code.split("// ...\n") {
            let unindented = |text: &str| text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n");
            assert!(unindented(text).contains(unindented(part).trim()), "{name} has not got this any more:\n{part}");
        }
        shown[place] += 1;
    }
    assert!(shown.iter().all(|&times| times > 0), "{shown:?}");
}
