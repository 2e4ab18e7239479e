// SPDX-License-Identifier: Apache-2.0
//! What the firmware's build script makes of `CONFIG_WESTERLY_ACCESS_RULES`.

#[path = "../../westerly-firmware/build_rules.rs"]
mod build_rules;

use build_rules::rules;

#[test]
fn rules_become_expressions() {
    assert_eq!(rules(""), Ok(vec![]));
    assert_eq!(rules(" ; "), Ok(vec![]));
    let expected = [
        "Rule { transport: Some(Transport::Udp), group: Some(8), command: None, access: Access::Refuse }",
        "Rule { transport: None, group: Some(65535), command: Some(255), access: Access::ReadOnly }",
        "Rule { transport: Some(Transport::Serial), group: None, command: None, access: Access::Authenticated }",
    ];
    let read = rules("udp 8 * refuse; * 65535 255 read_only;serial * * authenticated;").unwrap();
    assert_eq!(read, expected);
    assert!(rules("* * * allow").unwrap()[0].ends_with("Access::Allow }"));
}

#[test]
fn what_is_wrong_is_said() {
    for (text, expected) in [
        ("udp 8 refuse", "give a transport, a group, a command and an access"),
        ("udp 8 * refuse now", "give a transport, a group, a command and an access"),
        ("tcp 8 * refuse", r#""tcp" is no transport"#),
        ("udp 65536 * refuse", r#""65536" is no group"#),
        ("udp -1 * refuse", r#""-1" is no group"#),
        ("udp 8 256 refuse", r#""256" is no command"#),
        ("udp 8 x refuse", r#""x" is no command"#),
        ("udp 8 * read-only", r#""read-only" is no access"#),
        ("udp 8 * allow; udp 9", "give a transport"),
    ] {
        let said = rules(text).unwrap_err();
        assert!(said.contains(expected), "{text}: {said}");
    }
}
