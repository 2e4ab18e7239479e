// SPDX-License-Identifier: Apache-2.0
//! The simulated board's shell: a few commands of its own. It has no way to the host's.

use std::cell::Cell;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use westerly_server::{Executed, Files as _, Shell};

use crate::counters::BoardCounters;
use crate::files::SimulatedFiles;
use crate::settings::SimulatedSettings;
use crate::signals::{Signals, sensor_names};

/// The longest line, in bytes, as in Zephyr's shell by default.
pub(crate) const LINE: usize = 255;

/// What Zephyr's shell returns for a command it does not have: ENOEXEC.
const NO_SUCH_COMMAND: i32 = -8;
/// And for arguments a command cannot take: EINVAL.
const WRONG_ARGUMENTS: i32 = -22;
/// And for a file that is not there: ENOENT.
const NO_SUCH_FILE: i32 = -2;

/// What it prints so far, and the words behind the command's name.
type Command = fn(&SimulatedShell, &mut String, &str) -> i32;

/// In the order in which help shows them.
const COMMANDS: [(&str, &str, Command); 12] = [
    ("crash", "record a crash and restart, as soon as this is answered", SimulatedShell::crash),
    ("echo", "print what follows", SimulatedShell::echo),
    ("fail", "SENSOR [SECONDS]: make a sensor fail, for so long or for good", SimulatedShell::fail),
    ("false", "do nothing, and return 1", |_, _, _| 1),
    ("fs", "rm PATH: remove a file", SimulatedShell::files),
    ("help", "print this", SimulatedShell::help),
    ("mend", "SENSOR: make a sensor well", SimulatedShell::mend),
    ("name", "print the name of the board", SimulatedShell::name),
    ("press", "[SECONDS]: press the button, for so long or for half a second", SimulatedShell::press),
    ("stat", "print the counters of transports and samples", SimulatedShell::statistics),
    ("uptime", "print how long ago the board started", SimulatedShell::uptime),
    ("version", "print the version", SimulatedShell::version),
];

/// Implements [`Shell`].
pub(crate) struct SimulatedShell {
    settings: SimulatedSettings,
    counters: Arc<BoardCounters>,
    signals: Signals,
    files: SimulatedFiles,
    started: Instant,
    /// The board is to crash.
    crashing: Cell<bool>,
}

impl SimulatedShell {
    pub(crate) fn new(
        settings: SimulatedSettings,
        counters: Arc<BoardCounters>,
        signals: Signals,
        files: SimulatedFiles,
    ) -> Self {
        Self { settings, counters, signals, files, started: Instant::now(), crashing: Cell::new(false) }
    }

    /// Whether the board has been told to crash since this was asked last.
    pub(crate) fn is_to_crash(&self) -> bool {
        self.crashing.take()
    }

    fn crash(&self, _: &mut String, _: &str) -> i32 {
        self.crashing.set(true);
        0
    }

    pub(crate) fn restart(&mut self) {
        self.started = Instant::now();
    }

    fn run(&self, printed: &mut String, line: &str) -> i32 {
        let line = line.trim();
        let (name, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match COMMANDS.iter().find(|(known, ..)| *known == name) {
            Some((.., command)) => command(self, printed, arguments.trim_start()),
            None => {
                let _ = writeln!(printed, "{name}: command not found");
                NO_SUCH_COMMAND
            }
        }
    }

    fn echo(&self, printed: &mut String, arguments: &str) -> i32 {
        let _ = writeln!(printed, "{arguments}");
        0
    }

    fn fail(&self, printed: &mut String, arguments: &str) -> i32 {
        let (name, seconds) = arguments.split_once(' ').unwrap_or((arguments, ""));
        let duration = match seconds.trim() {
            "" => None,
            seconds => match self::seconds(seconds) {
                Some(duration) => Some(duration),
                None => return wrong(printed, "fail: not a number of seconds"),
            },
        };
        if self.signals.fail(name, duration) { 0 } else { no_such_sensor(printed, "fail") }
    }

    /// As Zephyr's shell has it, where SMP itself has no command that removes a file.
    fn files(&self, printed: &mut String, arguments: &str) -> i32 {
        let Some(("rm", path)) = arguments.split_once(' ') else {
            return wrong(printed, "fs: only rm PATH is here");
        };
        match self.files.clone().remove(path.trim()) {
            Ok(()) => 0,
            Err(_) => {
                let _ = writeln!(printed, "fs: no such file, or it cannot be removed");
                NO_SUCH_FILE
            }
        }
    }

    fn mend(&self, printed: &mut String, name: &str) -> i32 {
        if self.signals.mend(name.trim()) { 0 } else { no_such_sensor(printed, "mend") }
    }

    fn press(&self, printed: &mut String, arguments: &str) -> i32 {
        match seconds(if arguments.trim().is_empty() { "0.5" } else { arguments.trim() }) {
            Some(duration) => self.signals.press(duration),
            None => return wrong(printed, "press: not a number of seconds"),
        }
        0
    }

    fn help(&self, printed: &mut String, _: &str) -> i32 {
        for (name, meaning, _) in COMMANDS {
            let _ = writeln!(printed, "{name:<8} {meaning}");
        }
        0
    }

    fn name(&self, printed: &mut String, _: &str) -> i32 {
        let _ = writeln!(printed, "{}", self.settings.node_name());
        0
    }

    fn statistics(&self, printed: &mut String, group: &str) -> i32 {
        let mut found = false;
        for counters in
            self.counters.groups().into_iter().filter(|counters| group.is_empty() || group == counters.name())
        {
            found = true;
            counters.each(&mut |name, value| {
                let _ = writeln!(printed, "{} {name} {value}", counters.name());
                ControlFlow::Continue(())
            });
        }
        if !found {
            let _ = writeln!(printed, "stat: no counters of that name");
        }
        if found { 0 } else { WRONG_ARGUMENTS }
    }

    fn uptime(&self, printed: &mut String, _: &str) -> i32 {
        let _ = writeln!(printed, "Uptime: {} ms", self.started.elapsed().as_millis());
        0
    }

    fn version(&self, printed: &mut String, _: &str) -> i32 {
        let _ = writeln!(printed, "westerly-sim {}", env!("CARGO_PKG_VERSION"));
        0
    }
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

fn no_such_sensor(printed: &mut String, command: &str) -> i32 {
    wrong(printed, &format!("{command}: no such sensor; there are {}", sensor_names().collect::<Vec<_>>().join(", ")))
}

fn wrong(printed: &mut String, text: &str) -> i32 {
    let _ = writeln!(printed, "{text}");
    WRONG_ARGUMENTS
}

impl Shell for SimulatedShell {
    fn execute(&mut self, line: &str, output: &mut [u8]) -> Executed {
        let mut printed = String::new();
        let returned = self.run(&mut printed, line);
        let length = printed.len().min(output.len());
        output[..length].copy_from_slice(&printed.as_bytes()[..length]);
        Executed { length, cut: printed.len() - length, returned }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;
    use westerly_server::AccessCounters;

    fn counters() -> Arc<BoardCounters> {
        static ACCESS: AccessCounters = AccessCounters::new();
        Arc::new(BoardCounters::new(&ACCESS))
    }

    #[test]
    fn lines() {
        let folder = Folder::open(None).unwrap();
        let counters = counters();
        counters.udp.packets_sent.set(7);
        let settings = SimulatedSettings::new(folder.path(), "here".into());
        let signals = Signals::new(1, vec![], settings.clone(), counters.telemetry.clone());
        let files = SimulatedFiles::new(folder.path().join("files")).unwrap();
        let file = folder.path().join("files/mine");
        std::fs::write(&file, b"mine").unwrap();
        let mut shell = SimulatedShell::new(settings, counters, signals, files);
        let mut run = |line: &str| {
            let mut output = [0; 2000];
            let executed = shell.execute(line, &mut output);
            assert_eq!(executed.cut, 0);
            (String::from_utf8(output[..executed.length].to_vec()).unwrap(), executed.returned)
        };
        assert_eq!(run("echo a  b"), ("a  b\n".into(), 0));
        assert_eq!(run("  echo"), ("\n".into(), 0));
        assert_eq!(run("false"), (String::new(), 1));
        assert_eq!(run("name"), ("here\n".into(), 0));
        assert_eq!(run("version"), (format!("westerly-sim {}\n", env!("CARGO_PKG_VERSION")), 0));
        assert!(run("uptime").0.ends_with(" ms\n"));
        assert!(run("stat").0.contains("udp packets_sent 7\n") && run("stat").0.contains("serial packets_sent 0\n"));
        assert!(!run("stat udp").0.contains("serial"));
        assert_eq!(run("stat none").1, WRONG_ARGUMENTS);
        assert_eq!(run("fail temperature 1.5"), (String::new(), 0));
        assert_eq!(run("fail humidity"), (String::new(), 0));
        assert_eq!(run("mend humidity"), (String::new(), 0));
        assert_eq!(run("press"), (String::new(), 0));
        assert_eq!(run("fs rm /lfs1/../mine").1, NO_SUCH_FILE);
        assert!(file.exists());
        assert_eq!(run("fs rm /lfs1/mine"), (String::new(), 0));
        assert!(!file.exists());
        assert_eq!(run("fs rm /lfs1/mine").1, NO_SUCH_FILE);
        assert_eq!(run("crash"), (String::new(), 0));
        for wrong in ["fs", "fs ls /lfs1", "fail", "fail none", "fail temperature soon", "mend button0", "press -1"] {
            assert_eq!(run(wrong).1, WRONG_ARGUMENTS, "{wrong}");
        }
        assert_eq!(run("ls; echo"), ("ls;: command not found\n".into(), NO_SUCH_COMMAND));
        let (help, _) = run("help");
        assert_eq!(help.lines().count(), COMMANDS.len());
        assert!(shell.is_to_crash() && !shell.is_to_crash());
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let folder = Folder::open(None).unwrap();
        let settings = SimulatedSettings::new(folder.path(), "here".into());
        let signals = Signals::new(1, vec![], settings.clone(), Arc::default());
        let files = SimulatedFiles::new(folder.path().join("files")).unwrap();
        let mut shell = SimulatedShell::new(settings, counters(), signals, files);
        let mut output = [0; 4];
        assert_eq!(shell.execute("echo hello", &mut output), Executed { length: 4, cut: 2, returned: 0 });
        assert_eq!(&output, b"hell");
    }
}
