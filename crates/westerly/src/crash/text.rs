// SPDX-License-Identifier: Apache-2.0
//! A crash for people.

use std::fmt::Write as _;

use westerly_client::Crash;

use super::Report;
use crate::logs::elf::hexadecimal;
use crate::symbols::Place;

/// Registers a line.
const REGISTERS: usize = 4;

pub(super) fn of(report: &Report) -> String {
    let Report { crash, places, lines } = report;
    let mut text = headline(crash);
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<6} {value}");
    };
    if let Some((file, line)) = &crash.place {
        fact("at", &format!("{}:{line}", printable(file)));
    }
    if let Some(code) = crash.code {
        let cause = cause(crash, code).map_or_else(String::new, |cause| format!(": {cause}"));
        fact("code", &format!("{code}{cause}"));
    }
    if !crash.build.is_empty() {
        fact("build", &hexadecimal(&crash.build));
    }
    for (name, address, found) in [("pc", crash.pc, &places.pc), ("lr", crash.lr, &places.lr)] {
        if let Some(address) = address {
            fact(name, &located(address, found, 9));
        }
    }
    if let Some(sp) = crash.sp {
        fact("sp", &format!("{sp:#010x}"));
    }
    for registers in crash.registers.chunks(REGISTERS) {
        let shown = registers.iter().map(|(name, value)| format!("  {name:<6} {value:#010x}"));
        let _ = writeln!(text, "{}", shown.collect::<String>());
    }
    if !crash.stack.is_empty() {
        text += "return addresses on the stack, the innermost first\n";
    }
    for (index, address) in crash.stack.iter().enumerate() {
        let found = places.stack.get(index).map_or(&[][..], Vec::as_slice);
        let _ = writeln!(text, "  {}", located(*address, found, 2));
    }
    if !lines.is_empty() {
        text += "the last of the log\n";
    }
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// What crashed, when, and how often.
pub(crate) fn headline(crash: &Crash) -> String {
    let what = match crash.reason.as_str() {
        "stack_overflow" => "stack overflow",
        "kernel_panic" => "kernel panic",
        "kernel_oops" => "kernel oops",
        "rust_panic" => "panic of Rust",
        "assertion" => "failed assertion",
        "watchdog" => "stopped (watchdog)",
        "interrupt" => "interrupt without a handler",
        "unknown" => "crash of unknown cause",
        other => &printable(other),
    };
    let thread = crash.thread.as_ref().map_or("no thread".into(), |thread| format!("thread {}", printable(thread)));
    let mut text = format!("{what} in {thread}");
    if let Some(uptime) = crash.uptime {
        let _ = write!(text, ", {}.{:03} s after the start", uptime / 1000, uptime % 1000);
    }
    if let Some(boot) = crash.boot {
        let _ = write!(text, " (boot {boot})");
    }
    if crash.count > 1 {
        let _ = write!(text, "; crash {} since the record was cleared", crash.count);
    }
    text.push('\n');
    text
}

/// What Zephyr's number means: `enum k_fatal_error_reason`, and of Cortex-M, whose registers say that it is one,
/// `enum k_fatal_error_reason_arch`.
fn cause(crash: &Crash, code: u32) -> Option<&'static str> {
    let is_arm = crash.registers.iter().any(|(name, _)| name == "xpsr");
    Some(match code {
        0 => "processor exception",
        1 => "unhandled interrupt",
        2 => "stack overflow",
        3 => "kernel oops",
        4 => "kernel panic",
        _ if !is_arm => return None,
        16 => "memory protection fault",
        17 => "memory protection fault while registers were put on the stack",
        18 => "memory protection fault while registers were taken from the stack",
        19 => "access to data that memory protection forbids",
        20 => "execution where memory protection forbids it",
        23 => "bus fault while registers were put on the stack",
        24 => "bus fault while registers were taken from the stack",
        22 | 25 => "access to data where nothing is",
        26 => "access to data where nothing is, some instructions before pc",
        27 => "execution where nothing is",
        29 => "usage fault",
        30 => "division by zero",
        31 => "unaligned access",
        32 => "stack limit passed",
        33 => "use of a coprocessor that is off",
        34 => "illegal return from an exception",
        35 => "jump to an address that is none of Thumb code",
        36 => "undefined instruction",
        _ => return None,
    })
}

/// An address, and the places it stands for: a call that was inlined stands before the function it was inlined into.
fn located(address: u64, places: &[Place], indent: usize) -> String {
    let mut text = format!("{address:#010x}");
    for (index, Place { function, source }) in places.iter().enumerate() {
        if index > 0 {
            let _ = write!(text, "\n{:indent$}        in", "");
        }
        let _ = write!(text, "  {function}");
        if let Some((file, line)) = source {
            let _ = write!(text, " ({file}:{line})");
        }
    }
    text
}

/// What a device says is not to give the terminal orders.
fn printable(text: &str) -> String {
    crate::logs::printable(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::Places;

    fn crash() -> Crash {
        Crash {
            count: 2,
            reason: "fault".into(),
            thread: Some("main\x1b".into()),
            pc: Some(0),
            lr: Some(0x1235),
            sp: Some(0x2000_0010),
            code: Some(35),
            uptime: Some(12_034),
            boot: Some(7),
            build: vec![0xa8, 0x0c],
            place: None,
            registers: ["r0", "r1", "r2", "r3", "xpsr"].map(|name| (name.into(), 1)).to_vec(),
            stack: vec![0x2001, 0x3001],
        }
    }

    #[test]
    fn with_places() {
        let place = |name: &str, line| Place { function: name.into(), source: Some(("a.c".into(), line)) };
        let places = Places {
            pc: Vec::new(),
            lr: vec![place("inner", 1), place("outer", 2)],
            stack: vec![vec![place("caller", 3)], vec![Place { function: "bare".into(), source: None }]],
        };
        let text = of(&Report { crash: crash(), places, lines: vec!["one".into()] });
        let expected = "\
fault in thread main\u{fffd}, 12.034 s after the start (boot 7); crash 2 since the record was cleared
  code   35: jump to an address that is none of Thumb code
  build  a80c
  pc     0x00000000
  lr     0x00001235  inner (a.c:1)
                 in  outer (a.c:2)
  sp     0x20000010
  r0     0x00000001  r1     0x00000001  r2     0x00000001  r3     0x00000001
  xpsr   0x00000001
return addresses on the stack, the innermost first
  0x00002001  caller (a.c:3)
  0x00003001  bare
the last of the log
  one
";
        assert_eq!(text, expected);
    }

    #[test]
    fn of_which_little_is_known() {
        let crash = Crash {
            count: 1,
            reason: "assertion".into(),
            place: Some(("door.c".into(), 9)),
            code: Some(99),
            ..Crash::default()
        };
        let text = of(&Report { crash, places: Places::default(), lines: Vec::new() });
        assert_eq!(text, "failed assertion in no thread\n  at     door.c:9\n  code   99\n");
    }
}
