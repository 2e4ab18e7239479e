// SPDX-License-Identifier: Apache-2.0

//! Reads the rules of `CONFIG_WESTERLY_ACCESS_RULES`: `transport group command access; ...`, a `*` for any. Part of the build
//! script, and of a test of westerly-server, as a build script has none.

/// What is wrong with a rule, for whoever configured it.
type Wrong = String;

/// Each rule as the Rust expression that makes it.
pub fn rules(text: &str) -> Result<Vec<String>, Wrong> {
    text.split(';').filter(|rule| !rule.trim().is_empty()).map(rule).collect()
}

fn rule(text: &str) -> Result<String, Wrong> {
    let wrong = |what: String| format!("rule {:?}: {what}", text.trim());
    let words: Vec<&str> = text.split_whitespace().collect();
    let [transport, group, command, access] = words[..] else {
        return Err(wrong("give a transport, a group, a command and an access".into()));
    };
    let transport = match transport {
        "*" => "None",
        "serial" => "Some(Transport::Serial)",
        "udp" => "Some(Transport::Udp)",
        other => return Err(wrong(format!("{other:?} is no transport: give serial, udp or *"))),
    };
    let group = number::<u16>(group).ok_or_else(|| wrong(format!("{group:?} is no group: give 0 to 65535 or *")))?;
    let command =
        number::<u8>(command).ok_or_else(|| wrong(format!("{command:?} is no command: give 0 to 255 or *")))?;
    let access = match access {
        "allow" => "Allow",
        "read_only" => "ReadOnly",
        "authenticated" => "Authenticated",
        "refuse" => "Refuse",
        other => {
            return Err(wrong(format!("{other:?} is no access: give allow, read_only, authenticated or refuse")));
        }
    };
    Ok(format!("Rule {{ transport: {transport}, group: {group}, command: {command}, access: Access::{access} }}"))
}

/// A number or any, as a Rust expression.
fn number<N: std::str::FromStr + std::fmt::Display>(text: &str) -> Option<String> {
    if text == "*" {
        return Some("None".into());
    }
    text.parse().ok().map(|number: N| format!("Some({number})"))
}
