# SPDX-License-Identifier: Apache-2.0
"""The command blocks of the documents, and the marks above them that say how each is tested."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND_LANGUAGES = {"sh", "bash", "shell", "console"}

_BLOCK = re.compile(
    r"(?P<marks>(?:^[ \t]*<!-- (?:not )?run\b[^\n]*-->\n)*)^(?P<fence>[ \t]*`{3,})(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_MARK = re.compile(r"<!-- (?P<kind>run|not run)(?: `(?P<command>[^`]+)`)?: (?P<text>\S.*?) -->")


@dataclass
class Block:
    """Commands that a reader is to type, one after the other."""

    document: str
    """Its path from the repository's root."""
    line: int
    """Where the block begins, from 1."""
    commands: list[str]
    """Each on one line, without comments at its end."""
    stage: str | None = None
    """Where it runs, with options: "simulator --access-udp allow"; None where it does not run."""
    reason: str | None = None
    """Why it does not run."""
    exceptions: dict[str, str] = field(default_factory=dict)
    """Why single commands of a block that runs do not: what they begin with, and the reason."""
    problem: str | None = None
    """Why its marks do not say how it is tested, where they do not."""

    @property
    def name(self) -> str:
        return f"{self.document}:{self.line}"


def documents() -> list[Path]:
    """Those that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )
    return sorted(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def of(document: str, text: str) -> list[Block]:
    """The command blocks of a document, and those of other languages that are marked as if they were."""
    found = []
    for match in _BLOCK.finditer(text):
        if match["language"] in COMMAND_LANGUAGES or match["marks"]:
            block = Block(document, text.count("\n", 0, match.start("fence")) + 1, commands(match["body"]))
            block.problem = _take_marks(block, match["marks"])
            if match["language"] not in COMMAND_LANGUAGES:
                block.problem = f"a mark above a block of {match['language'] or 'no language'}, which is none of commands"
            found.append(block)
    return found


def commands(body: str) -> list[str]:
    """The lines of a block, those joined that a backslash continues; without comments."""
    joined = re.sub(r"[ \t]*\\\n[ \t]*", " ", body)
    stripped = (without_comment(line).strip() for line in joined.splitlines())
    return [line.removeprefix("$ ") for line in stripped if line]


def without_comment(line: str) -> str:
    """As a shell reads it: "#" at the beginning of a word that is not quoted."""
    quote = ""
    for place, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (place == 0 or line[place - 1].isspace()):
            return line[:place]
    return line


def _take_marks(block: Block, marks: str) -> str | None:
    """Gives what is wrong with them."""
    for line in marks.splitlines():
        mark = _MARK.fullmatch(line.strip())
        if mark is None:
            return f"{line.strip()!r} is no mark; see tests/documents/README.md"
        if mark["kind"] == "run":
            block.stage = mark["text"]
        elif mark["command"] is None:
            block.reason = mark["text"]
        else:
            block.exceptions[mark["command"]] = mark["text"]
    if (block.stage is None) == (block.reason is None):
        return "needs a mark above it, either <!-- run: STAGE --> or <!-- not run: REASON -->"
    for beginning in block.exceptions:
        if block.stage is None or not any(command.startswith(beginning) for command in block.commands):
            return f"no command that is run begins with {beginning!r}"
    return None
